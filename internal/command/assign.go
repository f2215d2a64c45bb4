package command

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/spreadsheet"
)

func runAssign(ctx context.Context, inv *invocation) error {
	rules, data := inv.ruleFlags(), inv.dataFlags()
	var leads list
	inv.list(&leads, "lead", "look only at the lead with this `ID`; may be given several times")
	inv.formatFlag("table", "print who gets the leads as `FORMAT`: table, json (one object per line) or csv", "json", "csv")
	why := inv.flags.Bool("why", false, "say of the rules up to the one that applies why they hold or not; json always does")
	set, names, err := rules.compileFor(ctx, data)
	if err != nil {
		return err
	}
	if len(set.Assignments()) == 0 {
		return fmt.Errorf("there is no assignment in %s", strings.Join(names, ", "))
	}
	p := startProgress(inv.streams)
	defer p.stop()
	data.resolve(set)
	wanted := allScores
	if len(leads) > 0 {
		wanted = someLeads
	}
	loaded, err := data.loadAndAudit(ctx, inv, p, wanted, set)
	if err != nil {
		return err
	}
	out := &leadTable{inv: inv, head: []string{"LEAD", "ASSIGNMENT", "RULE", "VALUES"}, why: *why}
	if err := out.begin(set); err != nil {
		return err
	}
	run := &scoring{inv: inv, progress: p, set: set, data: loaded, leads: leads, said: "assigned"}
	err = run.each(ctx, data.options(loaded), func(r leadscore.SetResult) error {
		for _, a := range set.Assignments() {
			assigned, err := a.Assign(r)
			if err == nil {
				err = out.assigned(assigned)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := out.end(); err != nil {
		return err
	}
	return inv.failures(run.failures, run.count)
}

// A scoring scores leads for a command that prints something about each of them.
type scoring struct {
	inv      *invocation
	progress *progress
	set      *leadscore.Set
	data     Records
	leads    list                    // all if it is empty
	said     string                  // what is being done with the leads
	failed   func(lead string) error // called with leads that cannot be scored, unless it is nil

	count, failures int // leads, and those that could not be scored
}

// each calls f with the results of each lead. It reports leads that cannot be scored.
func (s *scoring) each(ctx context.Context, opts []leadscore.Option, f func(leadscore.SetResult) error) error {
	defer s.progress.stop()
	selected, all := &selection{leads: s.leads}, cmp.Or(len(s.leads), leadsIn(s.data))
	for part, err := range partsOf(ctx, s.data, selected) {
		if err != nil {
			return err
		}
		for r, err := range s.set.ScoreAll(ctx, part.ids, part.source, opts...) {
			bad, ok := errors.AsType[*leadscore.LeadError](err)
			if err != nil && !ok {
				return err
			}
			s.count++
			if ok {
				err = s.fail(bad)
			} else {
				s.progress.say(done(s.said, s.count, all))
				err = f(r)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *scoring) fail(bad *leadscore.LeadError) error {
	s.failures++
	if err := s.inv.leadFailed(s.progress, bad); err != nil || s.failed == nil {
		return err
	}
	return s.failed(bad.Lead)
}

// A leadTable prints what leads get, or which leads there are to be.
type leadTable struct {
	inv    *invocation
	head   []string
	why    bool
	rows   [][]string
	csv    *csv.Writer
	fields []string // those that some rule sets, in CSV a column each
}

// begin writes the head of CSV.
func (t *leadTable) begin(set *leadscore.Set) error {
	if *t.inv.format != "csv" {
		t.rows = append(t.rows, t.head)
		return nil
	}
	t.fields = fieldsSet(set, t.head[0] == "LEAD")
	t.csv = csv.NewWriter(t.inv.out)
	var head []string
	for _, h := range t.head[:len(t.head)-1] {
		head = append(head, strings.ReplaceAll(strings.ToLower(h), " ", "_"))
	}
	for _, f := range t.fields {
		head = append(head, spreadsheet.Cell(f))
	}
	return t.csv.Write(head)
}

// fieldsSet returns the fields that assignments set, or else lead creations.
func fieldsSet(set *leadscore.Set, assignments bool) []string {
	var fields []string
	add := func(name string) {
		if !slices.Contains(fields, name) {
			fields = append(fields, name)
		}
	}
	if !assignments {
		for _, c := range set.Creations() {
			for _, v := range c.Checked().Values {
				add(v.Field.Name)
			}
		}
		return fields
	}
	for _, a := range set.Assignments() {
		for _, r := range a.Checked().Rules {
			for _, v := range r.Values {
				add(v.Field.Name)
			}
		}
		for _, v := range a.Checked().Otherwise {
			add(v.Field.Name)
		}
	}
	return fields
}

// row prints cells and values.
func (t *leadTable) row(cells []string, values []leadscore.FieldValue) error {
	if t.csv != nil {
		var row []string
		for _, c := range cells {
			row = append(row, spreadsheet.Cell(c))
		}
		for _, f := range t.fields {
			cell := ""
			if i := slices.IndexFunc(values, func(v leadscore.FieldValue) bool { return v.Field == f }); i >= 0 {
				cell = spreadsheet.Cell(values[i].Value.String())
			}
			row = append(row, cell)
		}
		return t.csv.Write(row)
	}
	row := make([]string, 0, len(cells)+1)
	for _, c := range cells {
		row = append(row, shown.Printable(c))
	}
	var texts []string
	for _, v := range values {
		texts = append(texts, v.Field+" = "+shown.Printable(v.Value.String()))
	}
	t.rows = append(t.rows, append(row, strings.Join(texts, ", ")))
	return nil
}

// assigned prints what a lead gets.
func (t *leadTable) assigned(a leadscore.Assigned) error {
	if t.inv.json != nil {
		return t.inv.json.Line(answer.KeyAssigned, a)
	}
	rule := a.Rule
	switch {
	case rule != "":
	case a.Otherwise:
		rule = "(otherwise)"
	default:
		rule = "(not in audience)"
	}
	if err := t.row([]string{a.Lead, a.Assignment, rule}, a.Values); err != nil || !t.why || t.csv != nil {
		return err
	}
	for _, r := range a.Reasons {
		t.rows = append(t.rows, []string{"", "", "  " + r.String()})
	}
	return nil
}

// end prints the table, or what is left of CSV.
func (t *leadTable) end() error {
	switch {
	case t.inv.json != nil:
		return nil
	case t.csv != nil:
		t.csv.Flush()
		return t.csv.Error()
	}
	_, err := fmt.Fprint(t.inv.out, aligned(t.rows))
	return err
}
