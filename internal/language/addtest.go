package language

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/modeltest"
	"github.com/leadscore/leadscore/traverse"
)

// addTest returns the action that writes a test of the model whose name is at a place, if it has
// none. The test passes: it expects what the model gives now.
func (s *Snapshot) addTest(f *file, start, end int) (Action, bool) {
	if len(s.errors) > 0 {
		return Action{}, false
	}
	i := slices.IndexFunc(f.index().models, func(m *modelIndex) bool {
		return m.model.Name != nil && m.model.Start.Offset <= start && end <= m.model.Name.End.Offset
	})
	if i < 0 {
		return Action{}, false
	}
	m := f.index().models[i]
	for _, other := range s.files {
		for _, t := range other.index().tests {
			if s.tested(other, t) == m {
				return Action{}, false
			}
		}
	}
	text := s.once(m, func() any {
		text, _ := s.newTest(f, m)
		return text
	}).(string)
	if text == "" {
		return Action{}, false
	}
	at := Range{f.Name, m.model.End.Offset, m.model.End.Offset}
	return Action{fmt.Sprintf("Add a test of %s", m.model.Name.Raw), Refactor, []TextEdit{{at, "\n\n" + text}}, nil}, true
}

// A draft is a test that is being written.
type draft struct {
	name, model, asOf string
	records           []string
	expectations      []string
}

// String returns the test, without a line end after it.
func (d *draft) String() string {
	lines := []string{fmt.Sprintf("test %s {", quote(d.name)), "    model " + quote(d.model), "    as of " + d.asOf}
	for _, line := range slices.Concat(d.records, d.expectations) {
		lines = append(lines, "    "+line)
	}
	return strings.Join(append(lines, "}"), "\n")
}

// newTest returns the text of a test of a model that expects what the model gives. ok is
// false if there is none.
func (s *Snapshot) newTest(f *file, m *modelIndex) (text string, ok bool) {
	d := &draft{name: "A new lead", model: m.model.Name.Value, asOf: s.testDate(m), records: testRecords(m.target), expectations: []string{"expect score 0"}}
	if record := s.eventOf(m); record != "" {
		d.records = append(d.records, record)
	}
	r, ok := s.run(f, d)
	if !ok && len(d.records) > 1 { // the interaction may need what is not known
		d.records = testRecords(m.target)
		r, ok = s.run(f, d)
	}
	if !ok {
		return "", false
	}
	d.expectations = expected(m, r)
	if r, ok = s.run(f, d); !ok || !r.Passed() {
		return "", false
	}
	return d.String(), true
}

// testDate returns the date as of which a test is: that of most tests of the files, or one at
// which the model is active.
func (s *Snapshot) testDate(m *modelIndex) string {
	var dates tally
	for _, f := range s.files {
		for _, t := range f.index().tests {
			for _, clause := range t.Clauses {
				if at, ok := clause.(*dsl.AsOf); ok && at.Moment != nil && at.Moment.Let == nil {
					dates.add(at.Moment.Raw, 1)
				}
			}
		}
	}
	if most := dates.most(); len(most) > 0 {
		return most[0]
	}
	for _, clause := range m.model.Clauses {
		if a, ok := clause.(*dsl.Active); ok {
			if a.From != nil {
				return a.From.Raw
			}
			return a.Until.Raw
		}
	}
	return "2026-01-31"
}

// testRecords returns the records of a lead that a model targets.
func testRecords(target dsl.TargetKind) []string {
	switch target {
	case dsl.TargetAccount:
		return []string{`Lead with ParentAccount = "account"`, `Account "account"`, `Contact "contact" with ParentAccount = "account"`}
	case dsl.TargetLead:
		return []string{"Lead"}
	}
	return []string{`Lead with ParentContact = "contact"`, `Contact "contact"`}
}

// eventOf returns a record of an interaction that a condition of a model counts, or "".
func (s *Snapshot) eventOf(m *modelIndex) string {
	for _, part := range m.conditions {
		c, ok := part.node.(*dsl.Condition)
		if !ok {
			continue
		}
		for child := range c.Children() {
			if len(child.Path) == 0 || len(child.Where) > 0 || child.Frequency.Kind == dsl.None {
				continue
			}
			e := s.set.Schema.Entity(child.Path[0].Text)
			if e != nil && e.Kind() == traverse.Interaction {
				return (&dsl.Name{Text: e.Name(), Quoted: true}).String() + " 1 day ago"
			}
		}
	}
	return ""
}

// run runs a draft of a test of a model in a file. ok is false if it cannot be run.
func (s *Snapshot) run(f *file, d *draft) (r modeltest.Result, ok bool) {
	files := make([]leadscore.File, len(s.files))
	for i, other := range s.files {
		files[i] = leadscore.File(other.File)
		if other == f {
			files[i].Text += "\n\n" + d.String()
		}
	}
	set, err := leadscore.CompileSet(s.base, files)
	if err != nil {
		return r, false
	}
	r, ok = modeltest.One(context.Background(), set, d.model, d.name)
	return r, ok && r.Err == nil
}

// expected returns expectations that a result meets.
func expected(m *modelIndex, r modeltest.Result) []string {
	switch r.Result.Status {
	case leadscore.NotActive:
		return []string{"expect not active"}
	case leadscore.NotInAudience:
		return []string{"expect not in audience"}
	}
	list := []string{fmt.Sprintf("expect score %d", r.Result.Score)}
	if r.Result.Grade != "" {
		list = append(list, "expect grade "+quote(r.Result.Grade))
	}
	isDecided := slices.ContainsFunc(m.model.Clauses, func(clause dsl.Clause) bool {
		_, ok := clause.(*dsl.SalesReady)
		return ok
	})
	switch {
	case r.Result.SalesReady:
		list = append(list, "expect sales ready")
	case isDecided:
		list = append(list, "expect not sales ready")
	}
	return list
}
