// Package scoretest helps tests that score leads through the public API.
package scoretest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// AsOf is the instant for which tests score leads, unless they say otherwise.
var AsOf = leadscore.AsOf(time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC))

// Model returns the text of a model that targets contacts and has one condition,
// with one child and 1 point.
func Model(name, child string) string {
	return "model \"" + name + "\" {\n    target contact\n\n    condition \"C\" {\n        " + child + "\n        score +1\n    }\n}\n"
}

// Compile compiles a text with one model against the standard schema. If it fails,
// the test does.
func Compile(t testing.TB, text string) *leadscore.Model {
	t.Helper()
	m, err := leadscore.Compile("m.score", text, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// CompileSet compiles texts against the standard schema. If it fails, the test does.
func CompileSet(t testing.TB, texts ...string) *leadscore.Set {
	t.Helper()
	var files []leadscore.File
	for _, text := range texts {
		files = append(files, leadscore.File{Name: "m.score", Text: text})
	}
	s, err := leadscore.CompileSet(leadscore.StandardSchema(), files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Records are the records of a source, by entity and id.
type Records = map[string]map[string]memory.Record

// ThreeLeads returns leads a, b and c of the contacts anna, ben and carl, of whom
// anna and carl have an account; and a lead n without a parent. Anna opened two
// emails, carl one.
func ThreeLeads() Records {
	return Records{
		"Lead": {
			"lead-a": {"ParentContact": "anna"}, "lead-b": {"ParentContact": "ben"}, "lead-c": {"ParentContact": "carl"},
			"lead-n": {},
		},
		"Contact":     {"anna": {"ParentAccount": "contoso"}, "ben": {}, "carl": {"ParentAccount": "fabrikam"}},
		"Account":     {"contoso": {"City": "Chicago"}, "fabrikam": {"City": "Chicago"}},
		"EmailOpened": {"o1": {"Contact": "anna"}, "o2": {"Contact": "anna"}, "o3": {"Contact": "carl"}},
	}
}

// Accounts is a child that holds for those of [ThreeLeads] whose contact has an
// account.
const Accounts = "has Lead.ParentContact.ParentAccount where City = \"Chicago\""

// A Recorder is a source that records its queries, and may interfere with them. It
// does not lend its columns.
type Recorder struct {
	leadscore.Source
	Before func(q *traverse.Query, out *traverse.Rows) error // if it fails, the source is not asked
	Asked  []*traverse.Query                                 // all queries so far
	mu     sync.Mutex
}

// Source returns a Recorder of records with the standard schema. If a record is not
// valid, the test fails.
func Source(t testing.TB, data Records) *Recorder {
	t.Helper()
	m := memory.New(leadscore.StandardSchema())
	for entity, byID := range data {
		for id, r := range byID {
			if err := m.Add(entity, id, r); err != nil {
				t.Fatal(err)
			}
		}
	}
	return &Recorder{Source: m}
}

// Fetch records a query and passes it on to the source.
func (r *Recorder) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	r.mu.Lock()
	kept := *q
	kept.Keys = slices.Clone(q.Keys)
	r.Asked = append(r.Asked, &kept)
	r.mu.Unlock()
	if r.Before != nil {
		if err := r.Before(q, out); err != nil {
			return err
		}
	}
	return r.Source.Fetch(ctx, q, out)
}

// Entities returns the entities of the queries, in order.
func (r *Recorder) Entities() []string {
	var list []string
	for _, q := range r.Asked {
		list = append(list, q.Entity)
	}
	return list
}

// Text returns a result as text: the lead and its scores, or the error.
func Text(r leadscore.SetResult, err error) string {
	if err != nil {
		return fmt.Sprintf("%s error %v", r.Lead, err)
	}
	text := r.Lead
	for _, m := range r.Results {
		text += fmt.Sprintf(" %d", m.Score)
	}
	return text
}

// Texts returns the texts of all results.
func Texts(seq iter.Seq2[leadscore.SetResult, error]) []string {
	var list []string
	for r, err := range seq {
		list = append(list, Text(r, err))
	}
	return list
}

// Detailed returns a result with its lists. If they cannot be read, the test fails.
func Detailed(t testing.TB, r leadscore.Result) leadscore.Result {
	t.Helper()
	detailed, err := r.Detailed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return detailed
}
