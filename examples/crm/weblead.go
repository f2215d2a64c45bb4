package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/registry"
	"github.com/leadscore/leadscore/whatif"
)

const (
	pageRecords  = 30 // of a time line
	shownEvents  = 10
	shownRecords = 5 // of what a condition counted
	shownWays    = 5 // of those to become sales ready
)

// leadPage is what the template lead.html shows.
type leadPage struct {
	Title    string
	Profile  profile
	AsOf     time.Time
	Models   []modelView
	Timeline []record
	Earlier  string // address of the rest of the time line; empty if there is none
	Stages   []stageRow
	Events   []event // the latest
	Feedback []feedback
	Form     feedbackForm
}

// A profile is what the CRM has about a lead.
type profile struct {
	ID, Topic, Name, Company, Status, Source, JobTitle, Email, Phone, City, Owner string
	first, last, contact, account                                                 string
}

// profile returns a lead's profile: its own fields, and those of its contact where it
// has none.
func (s *store) profile(ctx context.Context, id string) (p profile, err error) {
	var contactFirst, contactLast, account string
	row := s.read.QueryRowContext(ctx, `SELECT l.id, l.topic, l.first_name, l.last_name, COALESCE(l.company_name, a.name), l.status, l.lead_source,
			COALESCE(l.job_title, c.job_title), COALESCE(l.email, c.email), COALESCE(l.phone, c.phone), COALESCE(l.city, c.city),
			c.first_name, c.last_name, l.parent_contact_id, l.parent_account_id, a.name, l.owner
		FROM lead l LEFT JOIN contact c ON c.id = l.parent_contact_id
			LEFT JOIN account a ON a.id = COALESCE(l.parent_account_id, c.parent_account_id)
		WHERE l.id = $1`, id)
	var to []any
	for _, field := range []*string{&p.ID, &p.Topic, &p.first, &p.last, &p.Company, &p.Status, &p.Source, &p.JobTitle, &p.Email, &p.Phone, &p.City,
		&contactFirst, &contactLast, &p.contact, &p.account, &account, &p.Owner} {
		to = append(to, nullText(field))
	}
	if err := row.Scan(to...); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return profile{}, &problem{Status: http.StatusNotFound, Detail: fmt.Sprintf("There is no lead %q.", id)}
		}
		return profile{}, err
	}
	if p.first+p.last == "" {
		p.first, p.last = contactFirst, contactLast
	}
	p.Name = fullName(p.first, p.last, id)
	return p, nil
}

// A modelView is what a model says about a lead.
type modelView struct {
	Name     string
	Ledger   explain.Ledger
	Counting []statement // the conditions that change the score
	Others   []statement // the conditions that do not
	Why      []string    // no score: why
	Ways     []string    // what would make the lead sales ready
	MoreWays int
	Needs    string // the sales-ready score, if there is one
	Chart    *chart
	Next     []nextChange // what time alone will change
}

// getLeadPage shows one lead: its time line, its scores and why it has them.
func (s *service) getLeadPage(w http.ResponseWriter, r *http.Request) error {
	query, err := parameters(r, "id", "before")
	if err != nil {
		return err
	}
	id := query.Get("id")
	if !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
		return badParameter("id", "it is not a text")
	}
	asOf := s.now()
	before := place{time: asOf.Add(time.Microsecond)}
	if text := query.Get("before"); text != "" {
		if before, err = parsePlace(text); err != nil {
			return badParameter("before", "follow the link to earlier records")
		}
	}
	p, err := s.leadPage(r.Context(), id, asOf)
	if err != nil {
		return err
	}
	if p.Timeline, err = s.store.timeline(r.Context(), p.Profile, before, pageRecords+1); err != nil {
		return err
	}
	if len(p.Timeline) > pageRecords {
		p.Timeline = p.Timeline[:pageRecords]
		last := p.Timeline[pageRecords-1]
		p.Earlier = "/sales/lead?" + url.Values{"id": {id}, "before": {place{last.Time, last.ID}.String()}}.Encode() + "#timeline"
	}
	for i := range p.Timeline {
		p.Timeline[i].Time = p.Timeline[i].Time.In(p.AsOf.Location())
	}
	return render(w, http.StatusOK, "lead", p)
}

func (s *service) leadPage(ctx context.Context, id string, asOf time.Time) (p leadPage, err error) {
	if p.Profile, err = s.store.profile(ctx, id); err != nil {
		return p, err
	}
	p.Title = p.Profile.Name
	live := s.registry.Live()
	scores, err := live.Set.Score(ctx, id, dataOf(live), leadscore.AsOf(asOf), leadscore.Explain(shownRecords))
	if err != nil {
		return p, err
	}
	past, err := histories(ctx, live, id, asOf)
	if err != nil {
		return p, err
	}
	p.AsOf = asOf.In(zoneOf(live))
	future, err := nextChanges(ctx, live, id, asOf)
	if err != nil {
		return p, err
	}
	for i, result := range scores.Results {
		m := live.Set.Models()[i]
		v := modelView{Name: m.Name(), Next: future[i]}
		if v.Ledger, err = explain.Of(ctx, result); err != nil {
			return p, err
		}
		if result.Status != leadscore.Scored {
			v.Why = whyUnscored(v.Ledger)
			p.Models = append(p.Models, v)
			continue
		}
		v.Counting, v.Others = sentences(v.Ledger)
		if err := v.addWays(m, result); err != nil {
			return p, err
		}
		v.Chart = newChart(m, past[i], p.AsOf)
		p.Models = append(p.Models, v)
		p.Form.Models = append(p.Form.Models, m.Name())
	}
	p.Form.ID, p.Form.Lead, p.Form.Reasons = rand.Text(), id, reasons
	if p.Stages, err = s.store.stagesOf(ctx, s.store.read, []string{id}); err != nil {
		return p, err
	}
	for i := range p.Stages {
		p.Stages[i].Since = p.Stages[i].Since.In(zoneOf(live))
	}
	if p.Events, err = s.store.eventsAbout(ctx, id, shownEvents); err != nil {
		return p, err
	}
	for i := range p.Events {
		p.Events[i].AsOf = p.Events[i].AsOf.In(zoneOf(live))
	}
	p.Feedback, err = s.store.feedbackOf(ctx, id)
	for i := range p.Feedback {
		p.Feedback[i].Given = p.Feedback[i].Given.In(zoneOf(live))
	}
	return p, err
}

// addWays adds what would make the lead sales ready.
func (v *modelView) addWays(m *leadscore.Model, r leadscore.Result) error {
	answer, err := whatif.SalesReady(m, r)
	if err != nil {
		return err
	}
	if at, ok := answer.Threshold.At(); ok {
		v.Needs = fmt.Sprintf("%d points", at)
	}
	for i, set := range answer.Sets {
		if i == shownWays {
			v.MoreWays = len(answer.Sets) - i
			break
		}
		v.Ways = append(v.Ways, set.String())
	}
	return nil
}

// zoneOf returns the time zone of the models, or UTC if they have several.
func zoneOf(live *registry.Live) *time.Location {
	if zone, ok := live.Set.Zone(); ok {
		return zone
	}
	return time.UTC
}

// A record is an entry of a time line.
type record struct {
	ID     string
	Time   time.Time
	What   string // the kind in words, such as Email opened
	Who    string // the contact, for the lead of an account
	Fields []field
}

type field struct{ Name, Value string }

// A place is where a page of a time line begins: before a record.
type place struct {
	time time.Time
	id   string
}

func (p place) String() string { return p.time.UTC().Format(time.RFC3339Nano) + " " + p.id }

func parsePlace(text string) (p place, err error) {
	at, id, _ := strings.Cut(text, " ")
	if !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
		return p, errors.New("not a text")
	}
	p.id = id
	p.time, err = time.Parse(time.RFC3339Nano, at)
	return p, err
}

// timeline returns at most limit interactions before a place, the latest first: those
// of the lead's contact or, for the lead of an account, of the account's contacts.
func (s *store) timeline(ctx context.Context, p profile, before place, limit int) (list []record, err error) {
	contacts, whose := "i.contact_id = $1", p.contact
	if p.contact == "" {
		contacts, whose = "i.contact_id IN (SELECT id FROM contact WHERE parent_account_id = $1)", p.account
	}
	rows, err := s.read.QueryContext(ctx, `SELECT i.id, i.kind, i.timestamp, i.fields, c.first_name, c.last_name, c.id
		FROM interaction i JOIN contact c ON c.id = i.contact_id
		WHERE `+contacts+` AND i.timestamp <= $2 AND (i.timestamp < $2 OR i.id < $3)
		ORDER BY i.timestamp DESC, i.id DESC LIMIT $4`, whose, before.time.UTC(), before.id, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r record
		var kind, first, last, contact string
		var fields []byte
		if err := rows.Scan(&r.ID, &kind, &r.Time, &fields, nullText(&first), nullText(&last), &contact); err != nil {
			return nil, err
		}
		r.Time, r.What = r.Time.UTC(), inWords(kind)
		if p.contact == "" {
			r.Who = fullName(first, last, contact)
		}
		if r.Fields, err = fieldsOf(fields); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// fieldsOf returns the fields of an interaction by name.
func fieldsOf(text []byte) (list []field, err error) {
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		list = append(list, field{inWords(name), fmt.Sprint(fields[name])})
	}
	return list, nil
}

// inWords separates the words of a name: EmailOpened becomes Email opened.
func inWords(name string) string {
	var b strings.Builder
	previous := ' '
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) && unicode.IsLower(previous) {
			b.WriteByte(' ')
			b.WriteRune(unicode.ToLower(r))
		} else {
			b.WriteRune(r)
		}
		previous = r
	}
	return b.String()
}
