package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/leadscore/leadscore/spreadsheet"
)

// A feedback is what sales says about a lead that a model gave them, with the score
// that was stored when they said it.
type feedback struct {
	ID, Lead, Model string
	Verdict         string // accepted or rejected
	Reason          string // one of reasons, or "" for accepted
	Note            string
	Author          string // "" if no proxy says who it was
	Given           time.Time

	Score      int64
	Grade      string
	SalesReady bool
	Scored     bool // otherwise the lead had no stored score by the model
}

// reasons are those for which sales rejects a lead. They are few and fixed, so that
// they can be counted.
var reasons = []string{"no need now", "no budget", "not the person who decides", "already a customer", "competitor or student", "cannot be reached", "another reason"}

const maxNote = 1000 // characters

// feedbackForm is what the form of a page holds.
type feedbackForm struct {
	ID, Lead        string
	Models, Reasons []string
}

// postFeedback stores what sales says about a lead. The form brings an id, so that
// sending it twice stores it once.
func (s *service) postFeedback(w http.ResponseWriter, r *http.Request) error {
	f, err := s.parseFeedback(r)
	if err != nil {
		return err
	}
	if _, err := s.store.profile(r.Context(), f.Lead); err != nil {
		return err
	}
	added, err := s.store.addFeedback(r.Context(), f)
	if err != nil {
		return err
	}
	if added {
		s.metrics.Add("feedback_"+f.Verdict, 1)
	}
	http.Redirect(w, r, leadHref(f.Lead)+"#feedback", http.StatusSeeOther)
	return nil
}

func (s *service) parseFeedback(r *http.Request) (f feedback, err error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/x-www-form-urlencoded" {
		return f, &problem{Status: http.StatusUnsupportedMediaType, Detail: "Send a form."}
	}
	if err := r.ParseForm(); err != nil {
		return f, &problem{Status: http.StatusBadRequest, Detail: "The form cannot be read."}
	}
	form := r.PostForm
	f = feedback{
		ID: form.Get("id"), Lead: form.Get("lead"), Model: form.Get("model"), Verdict: form.Get("verdict"), Reason: form.Get("reason"),
		Note: strings.TrimSpace(form.Get("note")), Author: s.userOf(r), Given: s.now(),
	}
	var bad []fieldProblem
	wrong := func(name, detail string) { bad = append(bad, fieldProblem{Field: name, Detail: detail}) }
	for name, values := range form {
		if len(values) > 1 || !utf8.ValidString(values[0]) || strings.ContainsRune(values[0], 0) {
			wrong(name, "it is given twice, or is not a text")
		}
	}
	if len(f.ID) < 16 || len(f.ID) > 64 {
		wrong("id", "open the page of the lead again")
	}
	if modelOf(s.registry.Live(), f.Model) == nil {
		wrong("model", "choose a model")
	}
	switch {
	case f.Verdict != "accepted" && f.Verdict != "rejected":
		wrong("verdict", "choose accepted or rejected")
	case f.Verdict == "rejected" && !slices.Contains(reasons, f.Reason):
		wrong("reason", "choose why the lead is rejected")
	case f.Verdict == "accepted":
		f.Reason = ""
	}
	if utf8.RuneCountInString(f.Note) > maxNote {
		wrong("note", fmt.Sprintf("it has at most %d characters", maxNote))
	}
	if bad != nil {
		slices.SortFunc(bad, func(a, b fieldProblem) int { return strings.Compare(a.Field, b.Field) })
		return f, &problem{Status: http.StatusUnprocessableEntity, Detail: "The feedback is not complete. Go back and mend it.", Errors: bad}
	}
	return f, nil
}

// userOf returns who sends a request: what the proxy says, if a flag names its header.
func (s *service) userOf(r *http.Request) string {
	if s.userHeader == "" {
		return ""
	}
	user := strings.ToValidUTF8(strings.ReplaceAll(r.Header.Get(s.userHeader), "\x00", ""), "\uFFFD")
	return user[:min(len(user), 200)]
}

// addFeedback stores feedback with the score that is stored at that moment. It does
// nothing if it is there already.
func (s *store) addFeedback(ctx context.Context, f feedback) (added bool, err error) {
	result, err := s.write.ExecContext(ctx, `INSERT INTO feedback (id, lead_id, model, verdict, reason, note, author, given_at, score, grade, sales_ready)
		SELECT $1, l.id, $3, $4, $5, $6, $7, $8, s.score, s.grade, s.sales_ready
		FROM lead l LEFT JOIN score s ON s.lead_id = l.id AND s.model = $3 WHERE l.id = $2
		ON CONFLICT (id) DO NOTHING`, f.ID, f.Lead, f.Model, f.Verdict, f.Reason, f.Note, f.Author, f.Given)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// feedbackOf returns what was said about a lead, or about all if lead is "", the latest first.
func (s *store) feedbackOf(ctx context.Context, lead string) (list []feedback, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, lead_id, model, verdict, reason, note, author, given_at, score IS NOT NULL,
			COALESCE(score, 0), COALESCE(grade, ''), COALESCE(sales_ready, FALSE)
		FROM feedback WHERE lead_id = $1 OR $1 = '' ORDER BY given_at DESC, id`, lead)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var f feedback
		if err := rows.Scan(&f.ID, &f.Lead, &f.Model, &f.Verdict, &f.Reason, &f.Note, &f.Author, &f.Given, &f.Scored, &f.Score, &f.Grade, &f.SalesReady); err != nil {
			return nil, err
		}
		f.Given = f.Given.UTC()
		list = append(list, f)
	}
	return list, rows.Err()
}

// getFeedback exports what sales has said about all leads, as CSV.
func (s *service) getFeedback(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	list, err := s.store.feedbackOf(r.Context(), "")
	if err != nil {
		return err
	}
	download(w, "text/csv; charset=utf-8", "feedback.csv")
	out := csv.NewWriter(w)
	rows := [][]string{{"lead", "model", "verdict", "reason", "note", "author", "given_at", "score", "grade", "sales_ready"}}
	for _, f := range list {
		row := []string{f.Lead, f.Model, f.Verdict, f.Reason, f.Note, f.Author}
		for i := range row {
			row[i] = spreadsheet.Cell(row[i])
		}
		row = append(row, f.Given.Format(time.RFC3339Nano))
		if f.Scored {
			row = append(row, strconv.FormatInt(f.Score, 10), spreadsheet.Cell(f.Grade), strconv.FormatBool(f.SalesReady))
		} else {
			row = append(row, "", "", "")
		}
		rows = append(rows, row)
	}
	return out.WriteAll(rows)
}
