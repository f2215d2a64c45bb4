// Package evaltest makes checked models and data from text. It serves the tests of
// package eval and of the packages below it.
package evaltest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// AsOf is the instant as of which tests score: noon of 31 May 2026 in UTC.
var AsOf = time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)

// A TB is a test, or a case of a property.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Models parses and checks a rule file, which starts from the standard schema. It
// fails the test if there is a problem.
func Models(t TB, rules string) []*check.Model {
	t.Helper()
	tree, problems := dsl.Parse("test.score", rules, dsl.Limits{})
	_, models, more := check.Files(traverse.Standard(), tree)
	if problems = append(problems, more...); len(problems) > 0 {
		t.Fatalf("%v\n%s", problems, rules)
	}
	return models
}

// Model writes a model. Each condition is written as its children and its score, and
// is named by its number, from 1 on.
func Model(name, target string, conditions ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "model %q {\n    target %s\n", name, target)
	for i, c := range conditions {
		fmt.Fprintf(&b, "    condition \"%d\" { %s }\n", i+1, c)
	}
	b.WriteString("}\n")
	return b.String()
}

// Data returns a source with records, one a line:
//
//	Contact ada City=Chicago JobTitle="Director of Retail"
//
// is a record of the entity Contact with the id ada. Values are written as
// [memory.Parse] reads them. Data fails the test for a record that does not fit
// the schema.
func Data(t TB, schema *traverse.Schema, records string) *memory.Source {
	t.Helper()
	data := memory.New(schema)
	Add(t, data, records)
	return data
}

// Add adds records to data, in the form that [Data] reads.
func Add(t TB, data *memory.Source, records string) {
	t.Helper()
	for line := range strings.Lines(records) {
		words := split(line)
		if len(words) == 0 {
			continue
		}
		if len(words) == 1 {
			t.Fatalf("a record is an entity, an id and values, and this one is %q", line)
		}
		r := memory.Record{}
		for _, w := range words[2:] {
			name, value, ok := strings.Cut(w, "=")
			if !ok {
				t.Fatalf("a value is written Field=Value, not %s", w)
			}
			r[name] = value
		}
		if err := data.Add(words[0], words[1], r); err != nil {
			t.Fatalf("%v", err)
		}
	}
}

// split splits a line at spaces outside of double quotes, and drops the quotes.
func split(line string) []string {
	quoted := false
	words := strings.FieldsFunc(line, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && strings.ContainsRune(" \t\r\n", r)
	})
	for i, w := range words {
		words[i] = strings.ReplaceAll(w, `"`, "")
	}
	return words
}

// Numbered writes n records with the same values. Their ids are prefix and a number
// from 0 on.
func Numbered(n int, entity, prefix, values string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(entity + " " + prefix + strconv.Itoa(i) + " " + values + "\n")
	}
	return b.String()
}

// A Recorder is a source that answers the queries of another one and remembers
// them. It lends no columns, whether or not the other one does.
type Recorder struct {
	traverse.Source
	// Before is called before the source is asked, unless it is nil. If it returns an
	// error, Fetch returns that error.
	Before func(q *traverse.Query, out *traverse.Rows) error
	Asked  []string // the queries as text
}

// Fetch remembers the query and calls r.Source.Fetch. It returns the error of r.Before
// or of r.Source.
func (r *Recorder) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	r.Asked = append(r.Asked, text(q))
	if r.Before != nil {
		if err := r.Before(q, out); err != nil {
			return err
		}
	}
	return r.Source.Fetch(ctx, q, out)
}

// text writes a query such as
//
//	EmailOpened by Contact: ada ben (from 2026-05-01T12:00:00Z to 2026-05-31T12:00:00Z)
func text(q *traverse.Query) string {
	by := q.By
	if by == "" {
		by = "id"
	}
	out := fmt.Sprintf("%s by %s: %s", q.Entity, by, strings.Join(q.Keys, " "))
	var ends []string
	if !q.From.IsZero() {
		ends = append(ends, "from "+q.From.Format(time.RFC3339Nano))
	}
	if !q.To.IsZero() {
		ends = append(ends, "to "+q.To.Format(time.RFC3339Nano))
	}
	if len(ends) > 0 {
		out += " (" + strings.Join(ends, " ") + ")"
	}
	return out
}
