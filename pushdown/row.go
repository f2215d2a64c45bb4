package pushdown

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/leadscore/leadscore"
)

// A Row is the result of one model for one lead, as a row of a [Statement] has it. Score, Grade,
// SalesReady, Label and Dimensions are meaningful only if Status is [leadscore.Scored].
type Row struct {
	Lead, Model string
	Status      leadscore.Status
	Score       int64  // clamped to 64 bits
	Grade       string // "" if the score is outside all grades
	SalesReady  bool
	Label       string                // "" if the model has no label, or a part of it no grade
	Dimensions  []leadscore.Dimension // in the order of the rules
	Explanation *Explanation          // of a statement with [Explain], of a lead that is scored or not in the audience; or nil
}

// A Queryer runs a statement: a *[sql.DB], *[sql.Conn] or *[sql.Tx].
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Query runs the statement as of an instant and yields its rows, in the order in which the
// database returns them. leads are those of a statement with [ForLeads], and none otherwise.
// After an error, of the database or of a row that cannot be decoded, Query yields it and ends.
func (s *Statement) Query(ctx context.Context, db Queryer, asOf time.Time, leads ...string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if err := s.query(ctx, db, asOf, leads, yield); err != nil {
			yield(Row{}, fmt.Errorf("pushdown: %w", err))
		}
	}
}

func (s *Statement) query(ctx context.Context, db Queryer, asOf time.Time, leads []string, yield func(Row, error) bool) error {
	text, args, err := s.text, []any(nil), error(nil)
	if s.lowering.d.Parameter == nil {
		text, err = s.literal(asOf, leads)
	} else {
		args, err = s.args(asOf, leads)
	}
	if err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := s.scan(rows)
		if err != nil {
			return err
		}
		if !yield(r, nil) {
			return nil
		}
	}
	return rows.Err()
}

// Scan decodes the current row of rows, which the statement has returned.
func (s *Statement) Scan(rows *sql.Rows) (Row, error) {
	r, err := s.scan(rows)
	if err != nil {
		return Row{}, fmt.Errorf("pushdown: %w", err)
	}
	return r, nil
}

// Result returns a row as the engine's result, for what takes one: package explain, writers of
// Parquet files, or JSON. asOf is the instant that the row is as of. The result is explained if the
// statement has [Explain].
func (s *Statement) Result(r Row, asOf time.Time) (leadscore.Result, error) {
	m, ok := s.models[r.Model]
	if !ok {
		return leadscore.Result{}, fmt.Errorf("pushdown: the statement has no model %q", r.Model)
	}
	n := leadscore.Numbers{Status: r.Status, Score: r.Score, SalesReady: r.SalesReady, Dimensions: r.Dimensions}
	if s.lowering.explains {
		n.Counted = []leadscore.Counted{}
	}
	if e := r.Explanation; e != nil {
		for i := range e.Conditions {
			n.Counted = append(n.Counted, e.Conditions[i].Counted)
		}
		if e.Audience != nil {
			n.Counted = append(n.Counted, *e.Audience)
		}
	}
	return m.of.ResultOf(r.Lead, asOf, n)
}

func (s *Statement) scan(rows *sql.Rows) (Row, error) {
	var r Row
	var status string
	var score sql.NullInt64
	var grade, label sql.NullString
	var ready sql.NullBool
	into := []any{&r.Lead, &r.Model, &status, &score, &grade, &ready, &label}
	scores, names := make([]sql.NullInt64, s.dimensions), make([]sql.NullString, s.dimensions)
	for i := range s.dimensions {
		into = append(into, &scores[i], &names[i])
	}
	var explanation sql.NullString
	if s.lowering.explains {
		into = append(into, &explanation)
	}
	if err := rows.Scan(into...); err != nil {
		return Row{}, err
	}
	if err := r.Status.UnmarshalText([]byte(status)); err != nil {
		return Row{}, err
	}
	m, ok := s.models[r.Model]
	if !ok {
		return Row{}, fmt.Errorf("the statement has no model %q", r.Model)
	}
	r.Score, r.Grade, r.SalesReady, r.Label = score.Int64, grade.String, ready.Bool, label.String
	if r.Status == leadscore.Scored {
		for i, name := range m.dimensions {
			r.Dimensions = append(r.Dimensions, leadscore.Dimension{Name: name, Score: scores[i].Int64, Grade: names[i].String})
		}
	}
	if explanation.String != "" {
		if err := json.Unmarshal([]byte(explanation.String), &r.Explanation); err != nil {
			return Row{}, fmt.Errorf("the column %s: %w", columnExplanation, err)
		}
	}
	return r, nil
}
