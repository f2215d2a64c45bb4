package conformance_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/conformance"
	"github.com/leadscore/leadscore/modeltest"
	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
)

var update = flag.Bool("update", false, "rewrite the conformance cases with the results of the library; review the difference")

const (
	casesDir      = "../../testdata/conformance"
	referencePage = "../../docs/language.md"
	// Sentences of the language reference that no case can cover, with reasons.
	untestedFile = casesDir + "/untested.txt"
)

// TestConformance runs every case of testdata/conformance through the public
// API: batch by batch, lead by lead, with and without an explanation, and with
// the rules formatted.
func TestConformance(t *testing.T) {
	cases, err := conformance.Read(os.DirFS(casesDir))
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if *update {
				if _, ok := c.Tests(); ok {
					c.SetTests(tested(t, c))
				}
				if _, _, ok, _ := c.Changes(); ok {
					c.SetChanges(changed(t, c))
				}
				if _, ok := c.Stages(); ok {
					c.SetStages(staged(t, c))
				}
				if _, _, ok, _ := c.Moves(); ok {
					c.SetMoves(moved(t, c))
				}
				if _, ok := c.Assigned(); ok {
					c.SetAssigned(assigned(t, c))
				}
				if _, ok := c.Created(); ok {
					c.SetCreated(created(t, c))
				}
				text, err := c.Update(t.Context(), library)
				if err != nil {
					t.Fatal(err)
				}
				name := filepath.Join(casesDir, filepath.FromSlash(c.Name)+".txtar")
				if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if err := c.Run(t.Context(), library); err != nil {
				t.Error(err)
			}
			if want, ok := c.Tests(); ok {
				if diff := gocmp.Diff(want, tested(t, c)); diff != "" {
					t.Errorf("the tests (-want +got):\n%s", diff)
				}
			}
			if _, want, ok, _ := c.Changes(); ok {
				if diff := gocmp.Diff(want, changed(t, c)); diff != "" {
					t.Errorf("the changes (-want +got):\n%s", diff)
				}
			}
			if want, ok := c.Stages(); ok {
				if diff := gocmp.Diff(want, staged(t, c)); diff != "" {
					t.Errorf("the stages (-want +got):\n%s", diff)
				}
			}
			if _, want, ok, _ := c.Moves(); ok {
				if diff := gocmp.Diff(want, moved(t, c)); diff != "" {
					t.Errorf("the moves (-want +got):\n%s", diff)
				}
			}
			if want, ok := c.Assigned(); ok {
				if diff := gocmp.Diff(want, assigned(t, c)); diff != "" {
					t.Errorf("what leads get (-want +got):\n%s", diff)
				}
			}
			if want, ok := c.Created(); ok {
				if diff := gocmp.Diff(want, created(t, c)); diff != "" {
					t.Errorf("the leads to create (-want +got):\n%s", diff)
				}
			}
			testFormatted(t, c)
		})
	}
}

// TestConformanceCoversReference checks that every sentence of the language
// reference has a case, or a reason to have none, and that it contains all sentences
// that the cases quote.
func TestConformanceCoversReference(t *testing.T) {
	text, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	page := conformance.ReadPage(string(text))
	cases, err := conformance.Read(os.DirFS(casesDir))
	if err != nil {
		t.Fatal(err)
	}
	covered := map[int]bool{}
	wrong := 0
	for _, c := range cases {
		if len(c.Covers) == 0 {
			t.Errorf("%s does not quote a sentence of %s that it covers", c.Name, referencePage)
		}
		if c.Wrong() {
			wrong++
		}
		for _, quotation := range c.Covers {
			found, err := page.Find(quotation)
			if err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
			for _, i := range found {
				covered[i] = true
			}
		}
	}
	text, err = os.ReadFile(untestedFile)
	if err != nil {
		t.Fatal(err)
	}
	quotations, _, err := conformance.Untested(string(text))
	if err != nil {
		t.Fatalf("%s: %v", untestedFile, err)
	}
	untested := map[int]bool{}
	for _, quotation := range quotations {
		found, err := page.Find(quotation)
		if err != nil {
			t.Errorf("%s: %v", untestedFile, err)
		}
		for _, i := range found {
			if covered[i] || untested[i] {
				sentence, _ := page.Sentence(i)
				t.Errorf("%s quotes a sentence that is covered, or quoted before: %s", untestedFile, sentence)
			}
			untested[i] = true
		}
	}
	for i := range page.Len() {
		if !covered[i] && !untested[i] {
			sentence, line := page.Sentence(i)
			t.Errorf("%s:%d: no case covers: %s", referencePage, line, sentence)
		}
	}
	t.Logf("%d cases, %d of them wrong inputs; %d sentences, %d of them untested", len(cases), wrong, page.Len(), len(untested))
}

// testFormatted checks that formatting the rules does not change their results, and
// that formatting them again does not change their text.
func testFormatted(t *testing.T, c *conformance.Case) {
	formatted := *c
	formatted.Files = nil
	for _, f := range c.Files {
		text, err := dsl.Format(f.Name, f.Text)
		if _, diags := dsl.Parse(f.Name, f.Text, dsl.Limits{}); (err != nil) != (len(diags) > 0) {
			t.Errorf("%s: parsing says %v, formatting %v", f.Name, diags, err)
		}
		if err != nil {
			return
		}
		again, err := dsl.Format(f.Name, text)
		if err != nil {
			t.Fatalf("what was formatted does not parse: %v\n%s", err, text)
		}
		if diff := gocmp.Diff(text, again); diff != "" {
			t.Errorf("formatting %s twice changes it (-once +twice):\n%s", f.Name, diff)
		}
		formatted.Files = append(formatted.Files, conformance.File{Name: f.Name, Text: text})
	}
	if want, ok := c.Formatted(); ok {
		last := formatted.Files[len(formatted.Files)-1]
		if diff := gocmp.Diff(want, last.Text); diff != "" {
			t.Errorf("the canonical form of %s (-want +got):\n%s", last.Name, diff)
		}
	}
	_, before := library(t.Context(), c)
	if before != nil {
		// The places of the problems move; their number does not.
		_, after := library(t.Context(), &formatted)
		was, _ := errors.AsType[leadscore.Diagnostics](before)
		is, _ := errors.AsType[leadscore.Diagnostics](after)
		if len(was) != len(is) {
			t.Errorf("formatting changes the problems from\n%v\nto\n%v", before, after)
		}
		return
	}
	if err := formatted.Run(t.Context(), library); err != nil {
		t.Errorf("formatting changes the result: %v", err)
	}
}

// tested runs the tests that a case's rule files hold.
func tested(t *testing.T, c *conformance.Case) string {
	var files []leadscore.File
	for _, f := range c.Files {
		files = append(files, leadscore.File{Name: f.Name, Text: f.Text})
	}
	set, err := leadscore.CompileSet(c.Base, files)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for r := range modeltest.Results(t.Context(), set) {
		fmt.Fprintln(&out, r)
	}
	return out.String()
}

// changed returns when the results for the leads of a case change, and what they are then.
func changed(t *testing.T, c *conformance.Case) string {
	to, _, _, err := c.Changes()
	if err != nil {
		t.Fatal(err)
	}
	set, data, ids := prepared(t, c)
	var at []time.Time
	var after []conformance.Row
	for _, id := range ids {
		for change, err := range set.Changes(t.Context(), id, data, c.AsOf, to) {
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range change.Changed() {
				at, after = append(at, change.AsOf), append(after, row(r))
			}
		}
	}
	return conformance.ChangesText(to, at, after)
}

// prepared returns the models, the data and the leads of a case.
func prepared(t *testing.T, c *conformance.Case) (*leadscore.Set, *tables.Data, []string) {
	t.Helper()
	var files []leadscore.File
	for _, f := range c.Files {
		files = append(files, leadscore.File{Name: f.Name, Text: f.Text})
	}
	set, err := leadscore.CompileSet(c.Base, files)
	if err == nil {
		set, err = set.Stop(c.Stopped...)
	}
	if err != nil {
		t.Fatal(err)
	}
	data, err := c.Load(schemaOf(c))
	if err != nil {
		t.Fatal(err)
	}
	ids, err := c.Leads(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return set, data, ids
}

// before returns the option that gives the stages of leads before.
func before(c *conformance.Case) leadscore.Option {
	return leadscore.StagesBefore(func(lead, stages string) string { return c.Before[lead][stages] })
}

// staged returns the stages of the leads of a case.
func staged(t *testing.T, c *conformance.Case) string {
	set, data, ids := prepared(t, c)
	var rows []conformance.StageRow
	for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(ids...), data, leadscore.AsOf(c.AsOf), before(c)) {
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Stages() {
			row := conformance.StageRow{Lead: r.Lead, Stages: s.Stages, Stage: s.Stage}
			if s.Move != nil {
				row.From, row.Then = s.Move.From, s.Move.Then
			}
			rows = append(rows, row)
		}
	}
	return conformance.StagesText(rows)
}

// moved returns the moves of the leads of a case.
func moved(t *testing.T, c *conformance.Case) string {
	to, _, _, err := c.Moves()
	if err != nil {
		t.Fatal(err)
	}
	set, data, ids := prepared(t, c)
	var at []time.Time
	var rows []conformance.StageRow
	for _, id := range ids {
		for m, err := range set.Moves(t.Context(), id, data, c.AsOf, to, before(c)) {
			if err != nil {
				t.Fatal(err)
			}
			at = append(at, m.AsOf)
			rows = append(rows, conformance.StageRow{Lead: id, Stages: m.Stages, Stage: m.To, From: m.From, Then: m.Then})
		}
	}
	return conformance.MovesText(to, at, rows)
}

// library evaluates a case through the public API. It fails if two ways to score a
// lead have different results.
func library(ctx context.Context, c *conformance.Case) ([]conformance.Row, error) {
	files := make([]leadscore.File, len(c.Files))
	for i, f := range c.Files {
		files[i] = leadscore.File{Name: f.Name, Text: f.Text}
	}
	set, err := leadscore.CompileSet(c.Base, files)
	if err != nil {
		return nil, err
	}
	if !c.Scores() {
		return nil, nil
	}
	if set, err = set.Stop(c.Stopped...); err != nil {
		return nil, err
	}
	data, err := c.Load(schemaOf(c))
	if err != nil {
		return nil, err
	}
	ids, err := c.Leads(ctx, data)
	if err != nil {
		return nil, err
	}
	asOf := leadscore.AsOf(c.AsOf)
	var rows []conformance.Row
	n := 0
	for r, err := range set.ScoreAll(ctx, leadscore.IDs(ids...), data, asOf, leadscore.Explain(100)) {
		if n >= len(ids) {
			return nil, fmt.Errorf("ScoreAll yields more results than leads; the last is %v, %v", r, err)
		}
		if r.Lead != ids[n] {
			return nil, fmt.Errorf("ScoreAll yields the result of %q, not of %q: %v", r.Lead, ids[n], err)
		}
		n++
		if err := otherWays(ctx, set, r, err, data, asOf); err != nil {
			return nil, err
		}
		if _, ok := errors.AsType[*leadscore.LeadError](err); ok {
			rows = append(rows, conformance.Row{Lead: r.Lead, Err: err})
			continue
		} else if err != nil {
			return nil, err
		}
		ready := false
		for _, m := range r.Results {
			if m, err = m.Detailed(ctx); err != nil {
				return nil, err
			}
			if err := sumsUp(m); err != nil {
				return nil, err
			}
			rows = append(rows, row(m))
			ready = ready || m.SalesReady
		}
		if r.SalesReady != ready {
			return nil, fmt.Errorf("lead %q: the set says sales-ready %t, its models say %t", r.Lead, r.SalesReady, ready)
		}
	}
	if n != len(ids) {
		return nil, fmt.Errorf("ScoreAll yields %d results for %d leads", n, len(ids))
	}
	return rows, nil
}

// schemaOf returns the schema that a case's rules are compiled with, including the
// schema blocks in rule files.
func schemaOf(c *conformance.Case) *traverse.Schema {
	var trees []*dsl.File
	for _, f := range c.Files {
		tree, _ := dsl.Parse(f.Name, f.Text, dsl.Limits{})
		trees = append(trees, tree)
	}
	schema, _, _ := check.Files(c.Base, trees...)
	return schema
}

// otherWays scores a lead without an explanation, in a batch of one, by Score
// of the set and of each model alone, and compares.
func otherWays(ctx context.Context, set *leadscore.Set, want leadscore.SetResult, wantErr error, data *tables.Data, asOf leadscore.Option) error {
	differs := func(way string, got any, err error, diff string) error {
		switch {
		case (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error():
			return fmt.Errorf("lead %q: %s says %v, ScoreAll %v", want.Lead, way, err, wantErr)
		case err == nil && diff != "":
			return fmt.Errorf("lead %q: %s differs from ScoreAll (-want +got):\n%s", want.Lead, way, diff)
		}
		return nil
	}
	explained, err := set.Score(ctx, want.Lead, data, asOf, leadscore.Explain(100))
	if err := differs("Set.Score", explained, err, gocmp.Diff(want, explained)); err != nil {
		return err
	}
	plain, err := set.Score(ctx, want.Lead, data, asOf)
	if err := differs("Set.Score without Explain", plain, err, gocmp.Diff(bare(want), bare(plain))); err != nil {
		return err
	}
	for i, m := range set.Models() {
		alone, err := m.Score(ctx, want.Lead, data, asOf)
		if wantErr != nil || ofSet(want.Results[i].Status) {
			continue // a model alone may not need what failed, and is neither stopped nor chosen
		}
		if err := differs("Model.Score", alone, err, gocmp.Diff(flat(want.Results[i]), flat(alone))); err != nil {
			return err
		}
	}
	for r, err := range set.ScoreAll(ctx, leadscore.IDs(want.Lead), data, asOf, leadscore.Batch(1)) {
		if err := differs("ScoreAll in batches of one", r, err, gocmp.Diff(bare(want), bare(r))); err != nil {
			return err
		}
	}
	return nil
}

// ofSet reports whether only a set gives a status.
func ofSet(s leadscore.Status) bool {
	return s == leadscore.Stopped || s == leadscore.NoModel || s == leadscore.NotChosen
}

// bare returns a result without its explanation.
func bare(r leadscore.SetResult) []string {
	out := []string{r.Lead, fmt.Sprint(r.SalesReady)}
	for _, m := range r.Results {
		out = append(out, flat(m))
	}
	return out
}

func flat(r leadscore.Result) string {
	label, ok := r.Label()
	return fmt.Sprint(r.Lead, " ", r.Model, " ", r.Status, " ", r.Score, " ", r.Grade, " ", r.SalesReady, " ", ok, label, r.Dimensions())
}

// sumsUp checks that the lines of the ledger add up to the score, and that each
// contribution is its multiplier times its points, unless it says why not.
func sumsUp(r leadscore.Result) error {
	n := 0
	for c := range r.Contributions() {
		n++
		if err := isProduct(&c); err != nil {
			return fmt.Errorf("lead %q, condition %q: %w", r.Lead, c.Condition, err)
		}
	}
	sum := new(big.Int)
	for l := range r.Ledger() {
		sum.Add(sum, l.Amount)
	}
	if n > 0 && sum.Cmp(big.NewInt(r.Score)) != 0 {
		return fmt.Errorf("lead %q: the ledger adds up to %v, the score is %d", r.Lead, sum, r.Score)
	}
	return nil
}

// isProduct checks what a condition contributes.
func isProduct(c *leadscore.Contribution) error {
	product := new(big.Int).Mul(new(big.Int).SetUint64(c.Multiplier), big.NewInt(c.Points))
	switch {
	case c.Why == eval.BoundReached:
		product.SetInt64(c.Bound)
	case c.Why != "":
		product.SetInt64(0)
	case c.Fraction != "":
		return nil
	}
	if product.IsInt64() && product.Int64() != c.Score {
		return fmt.Errorf("%s times %d gives %d, %s", c.Times(), c.Points, c.Score, c.Why)
	}
	for _, ch := range c.Children {
		if len(c.Blocks) == 0 && c.Row == "" && c.Holds() && !ch.Holds {
			return fmt.Errorf("it counts although %q does not hold", ch.Rule)
		}
	}
	return nil
}

// lineText returns what adds a line's amount, after the places that hold it.
func lineText(l *leadscore.Line) string {
	var b strings.Builder
	for _, place := range l.In {
		b.WriteString(place.Name + " / ")
	}
	b.WriteString(cmp.Or(l.Rule, l.Row, l.Condition))
	if l.Condition != "" {
		fmt.Fprintf(&b, ": %s x %+d", l.Times, l.Points)
	}
	if l.Why != "" {
		fmt.Fprintf(&b, ", %s", l.Why)
	}
	return b.String()
}

func row(r leadscore.Result) conformance.Row {
	out := conformance.Row{
		Lead: r.Lead, Model: r.Model, Status: r.Status.String(), Score: r.Score, Grade: r.Grade, Ready: r.SalesReady,
	}
	out.Label, out.Labeled = r.Label()
	for _, d := range r.Dimensions() {
		out.Dimensions = append(out.Dimensions, conformance.Dimension(d))
	}
	for l := range r.Ledger() {
		if l.Amount.Sign() != 0 {
			out.Ledger = append(out.Ledger, conformance.Line{Amount: fmt.Sprintf("%+d", l.Amount), Text: lineText(&l)})
		}
	}
	for c := range r.Contributions() {
		contribution := conformance.Contribution{
			Condition: c.Condition, Row: c.Row, Multiplier: cmp.Or(c.Fraction, strconv.FormatUint(c.Multiplier, 10)), Points: c.Points, Score: c.Score,
		}
		for _, ch := range c.Children {
			child := conformance.Child{Rule: ch.Rule, Count: ch.Count, Weight: ch.Weight, Holds: ch.Holds}
			for _, o := range ch.Occurrences {
				child.Occurrences = append(child.Occurrences, conformance.Occurrence{Entity: o.Entity, ID: o.ID, Time: o.Time, Routes: o.Routes})
			}
			for _, m := range ch.Missing {
				child.Missing = append(child.Missing, m.String())
			}
			contribution.Children = append(contribution.Children, child)
		}
		out.Contributions = append(out.Contributions, contribution)
	}
	return out
}
