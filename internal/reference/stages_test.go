package reference

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/traverse"
)

// Stages of drawn sets are compared with those of this package:
//
//	go test ./internal/reference -run Stages -rapid.checks=100000 -timeout=0

func TestStagesMatchReference(t *testing.T) {
	checkStages(t, (*generator).rules, (*generator).data)
}

func TestStagesMatchReferenceSecondLayer(t *testing.T) {
	checkStages(t, (*generator).layeredRules, (*generator).layeredData)
}

func TestStagesMatchReferenceSecondLayerAtEdges(t *testing.T) {
	checkStages(t, (*generator).layeredSharpRules, (*generator).layeredSharpData)
}

// stages draws blocks of stages over the models of rules. If steady is set, no until holds
// where its when does: then a second step as of the same instant changes nothing.
func (g *generator) stages(rules string, steady bool) string {
	file, _ := dsl.Parse("model.score", rules, dsl.Limits{})
	g.fileLets = &strings.Builder{}
	g.modelLets = g.fileLets
	var b strings.Builder
	for n := range g.number("blocks of stages", 1, 2) {
		fmt.Fprintf(&b, "stages \"S%d\" {\n", n)
		if g.chance(1, "audience") {
			b.WriteString("audience {\n")
			g.target = "lead with contact"
			g.holding(&b, &scene{zone: "UTC", target: g.target}, 1)
			b.WriteString("}\n")
		}
		b.WriteString("stage \"Begin\"\n")
		for i := range g.number("stages", 1, 4) {
			decision := func() string {
				return g.logic(2, "", func() string { return g.setJudgment(file) })
			}
			when := decision()
			fmt.Fprintf(&b, "stage \"Stage %d\" when %s", i, when)
			switch pick(g, "lost", "when", "until", "until", "sticky") {
			case "until":
				if steady {
					fmt.Fprintf(&b, " until not (%s) and (%s)", when, decision())
				} else {
					fmt.Fprintf(&b, " until %s", decision())
				}
			case "sticky":
				b.WriteString(" sticky")
			}
			if g.chance(1, "then") {
				b.WriteString(` then "notify"`)
			}
			b.WriteString("\n")
		}
		b.WriteString("}\n")
	}
	return b.String() + g.fileLets.String()
}

// setJudgment draws what a decision says of one of the models of a file.
func (g *generator) setJudgment(file *dsl.File) string {
	var models []*dsl.Model
	for _, b := range file.Blocks {
		if m, ok := b.(*dsl.Model); ok {
			models = append(models, m)
		}
	}
	m := pick(g, "model", models...)
	of := " of " + m.Name.Raw
	if g.chance(2, "status") {
		return "status" + of + pick(g, "is", " is ", " is not ") + pick(g, "status", `"scored"`, `"not in audience"`, `"not targeted"`, `"no parent"`, `"not active"`, `"stopped"`)
	}
	s := sceneOf(m)
	text := g.judgment(s)
	switch {
	case g.chance(2, "sales ready"):
		return "sales ready" + of
	case strings.HasPrefix(text, "condition "):
		return strings.TrimSuffix(text, " holds") + of + " holds"
	}
	for _, subject := range []string{"score", "grade"} {
		if rest, ok := strings.CutPrefix(text, subject+" of "); ok {
			return subject + of + "." + rest
		}
	}
	subject, rest, _ := strings.Cut(text, " ")
	return subject + of + " " + rest
}

// sceneOf returns what decisions may ask of a model.
func sceneOf(m *dsl.Model) *scene {
	s := &scene{grades: map[string]int{}}
	count := func(of string, clauses []dsl.Clause) {
		for _, c := range clauses {
			if _, ok := c.(*dsl.Grade); ok {
				s.grades[of]++
			}
		}
	}
	count("", m.Clauses)
	dsl.Walk(m, func(n dsl.Node) bool {
		switch n := n.(type) {
		case *dsl.Condition:
			s.conditions = append(s.conditions, n.Name.Value)
		case *dsl.Dimension:
			if count(n.Name.Value, n.Clauses); s.grades[n.Name.Value] > 0 {
				s.graded = append(s.graded, n.Name.Value)
			}
		case *dsl.Label:
			for _, d := range n.Dimensions {
				s.labelled = append(s.labelled, d.Value)
			}
		}
		return true
	})
	return s
}

// blocksOf returns the blocks of stages of a file.
func blocksOf(file *dsl.File) (list []*dsl.Stages) {
	for _, b := range file.Blocks {
		if b, ok := b.(*dsl.Stages); ok {
			list = append(list, b)
		}
	}
	return list
}

// drawBefore draws the stages of a lead before, by block.
func (g *generator) drawBefore(file *dsl.File) map[string]string {
	before := map[string]string{}
	for _, b := range blocksOf(file) {
		names := []string{""}
		for _, c := range b.Clauses {
			if s, ok := c.(*dsl.Stage); ok {
				names = append(names, s.Name.Value)
			}
		}
		before[b.Name.Value] = pick(g, "before", names...)
	}
	return before
}

// stagedByEngine returns what the engine says of a stage in the form of this package.
func stagedByEngine(lead string, s leadscore.StageResult) Staged {
	out := Staged{Lead: lead, Stages: s.Stages, Stage: s.Stage}
	if s.Move != nil {
		out.From, out.Then = s.Move.From, s.Move.Then
	}
	return out
}

func checkStages(t *testing.T, drawRules func(*generator) string, drawData func(*generator) Data) {
	moves, falls, stopped, untrue := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := newGenerator(t)
		rules := drawRules(g)
		rules += g.stages(rules, false)
		file, problems := dsl.Parse("model.score", rules, dsl.Limits{})
		if problems.Err() != nil {
			t.Fatalf("%v\n%s", problems, rules)
		}
		set, err := leadscore.CompileSet(g.schema, []leadscore.File{{Name: "model.score", Text: rules}})
		if err != nil {
			t.Fatalf("%v\n%s", err, rules)
		}
		g.collectEdges(file)
		data := drawData(g)
		about := []dsl.Code{findings.CodeStageNever, findings.CodeStagePassed, findings.CodeStageLost, findings.CodeDecided}
		odd := slices.DeleteFunc(findings.OfSet(set.Checked(), time.Time{}, file), func(d dsl.Diagnostic) bool { return !slices.Contains(about, d.Code) })
		var names []string
		if g.chance(2, "stop") {
			names = append(names, pick(g, "stopped", set.Models()...).Name())
			stopped++
		}
		if set, err = set.Stop(names...); err != nil {
			t.Fatal(err)
		}
		before := map[string]map[string]string{}
		var ids []string
		for _, r := range data[traverse.Lead] {
			ids = append(ids, r.ID)
			before[r.ID] = g.drawBefore(file)
		}
		t.Logf("as of %s, without %q, before %v\n%s\n%s%s", g.asOf, names, before, rules, g.schemaText, described(data))
		opts := []leadscore.Option{leadscore.AsOf(g.asOf), leadscore.Batch(pick(g, "batch", 256, 1, 2)),
			leadscore.StagesBefore(func(lead, stages string) string { return before[lead][stages] })}
		if told := pick(g, "explained", scoresAlone, 0, 3); told != scoresAlone {
			opts = append(opts, leadscore.Explain(told))
		}
		for r, err := range set.ScoreAll(context.Background(), leadscore.IDs(ids...), g.source(g.schema, data), opts...) {
			if err != nil {
				t.Fatal(err)
			}
			want, err := Stage([]*dsl.File{file}, g.schema, data, r.Lead, g.asOf, func(stages string) string { return before[r.Lead][stages] }, names...)
			if err != nil {
				t.Fatal(err)
			}
			untrue += len(odd)
			for _, d := range odd {
				if why := untrueFinding(g, file, data, r.Lead, d); why != "" {
					t.Fatalf("lead %q: %s\n%v", r.Lead, why, d.Error())
				}
			}
			for i, w := range want {
				if got := stagedByEngine(r.Lead, r.Stages()[i]); got != w {
					t.Fatalf("lead %q: %+v, want %+v", r.Lead, got, w)
				}
				if m := r.Stages()[i].Move; m != nil {
					moves++
					for _, reason := range m.Reasons {
						if len(reason.Parts) == 0 || reason.Holds != (reason.Decision == "until" || m.To == reason.Stage) {
							t.Fatalf("%v: %+v", m, reason)
						}
					}
					if m.Reasons[0].Stage == m.From {
						falls++
					}
				}
			}
		}
	})
	t.Logf("%d moves, %d of them down; %d sets with a stopped model; %d findings tried", moves, falls, stopped, untrue)
}

// untrueFinding returns why a finding about stages is not true for a lead, or "".
func untrueFinding(g *generator, file *dsl.File, data Data, lead string, d dsl.Diagnostic) string {
	results, err := Score([]*dsl.File{file}, g.schema, data, lead, g.asOf)
	if err != nil {
		g.Fatal(err)
	}
	s := &staging{results: results}
	for _, b := range blocksOf(file) {
		var stages []*dsl.Stage
		for _, c := range b.Clauses {
			if stage, ok := c.(*dsl.Stage); ok {
				stages = append(stages, stage)
			}
		}
		for i, stage := range stages[1:] {
			held := s.decides(stage.When)
			switch {
			case d.Code == findings.CodeStageNever && d.Span == stage.Name.Span && held:
				return "the stage is entered"
			case d.Code == findings.CodeStagePassed && d.Span == stage.Name.Span && held &&
				!slices.ContainsFunc(stages[i+2:], func(above *dsl.Stage) bool { return s.decides(above.When) }):
				return "no stage above is entered"
			case d.Code == findings.CodeStageLost && stage.Until != nil && d.Span == stage.Until.At() && held && s.keeps(stage):
				return "the stage is kept"
			}
			for _, e := range []dsl.Expr{stage.When, stage.Until} {
				if e == nil {
					continue
				}
				held := false
				dsl.Walk(e, func(n dsl.Node) bool {
					j, ok := n.(*dsl.Judgment)
					held = held || ok && d.Code == findings.CodeDecided && d.Span == j.Span && s.decides(j)
					return true
				})
				if held {
					return "the part holds"
				}
			}
		}
	}
	return ""
}

// TestMovesAreSteps compares the moves that history gives with those of steps at every
// change, and at other instants, at each of which only the records exist that had arrived.
func TestMovesAreSteps(t *testing.T) {
	checkMoves(t, (*generator).rules, (*generator).data)
}

func TestMovesAreStepsSecondLayer(t *testing.T) {
	checkMoves(t, (*generator).layeredRules, (*generator).layeredData)
}

func TestMovesAreStepsSecondLayerAtEdges(t *testing.T) {
	checkMoves(t, (*generator).layeredSharpRules, (*generator).layeredSharpData)
}

func checkMoves(t *testing.T, drawRules func(*generator) string, drawData func(*generator) Data) {
	moves := 0
	rapid.Check(t, func(t *rapid.T) {
		f := newFollowed(t, func(g *generator) string {
			rules := drawRules(g)
			return rules + g.stages(rules, true)
		}, drawData)
		for _, r := range f.data[traverse.Lead] {
			moves += f.checkMoves(r.ID)
		}
	})
	t.Logf("%d moves", moves)
}

// checkMoves compares the moves of a lead, and returns how many there are.
func (f *followed) checkMoves(lead string) int {
	first := f.drawBefore(f.file)
	var got []string
	at := []time.Time{f.from, f.to}
	line := func(at time.Time, stages, from, to, then string) string {
		return fmt.Sprintf("%s %s: from %q to %q then %q", at.UTC().Format(time.RFC3339Nano), stages, from, to, then)
	}
	opts := []leadscore.Option{leadscore.StagesBefore(func(_, stages string) string { return first[stages] })}
	if f.chance(2, "explained") {
		opts = append(opts, leadscore.Explain(pick(f.generator, "told", 0, 3)))
	}
	for m, err := range f.set.Moves(context.Background(), lead, f.source, f.from, f.to, opts...) {
		if err != nil {
			f.Fatal(err)
		}
		got = append(got, line(m.AsOf, m.Stages, m.From, m.To, m.Then))
		at = append(at, m.AsOf, m.AsOf.Add(-time.Microsecond))
	}
	for _, c := range f.changes(lead, f.from) {
		at = append(at, c.AsOf)
	}
	for range 6 {
		at = append(at, f.instant())
	}
	const most = 40 // steps, as the reference takes long
	from := time.UnixMicro(f.from.UnixMicro())
	for i := range at {
		at[i] = time.UnixMicro(at[i].UnixMicro())
	}
	slices.SortFunc(at, time.Time.Compare)
	at = slices.CompactFunc(at, time.Time.Equal)
	if len(at) > most {
		return 0
	}
	stage, want := map[string]string{}, []string(nil)
	for k, v := range first {
		stage[k] = v
	}
	for _, at := range at {
		if at.Before(from) {
			continue
		}
		list, err := Stage([]*dsl.File{f.file}, f.schema, f.arrived(at), lead, at, func(stages string) string { return stage[stages] })
		if err != nil {
			f.Fatal(err)
		}
		for _, s := range list {
			if stage[s.Stages] = s.Stage; s.From != "" {
				want = append(want, line(at, s.Stages, s.From, s.Stage, s.Then))
			}
		}
	}
	if !slices.Equal(got, want) {
		f.Fatalf("lead %q: the moves are\n%s\nand by steps\n%s", lead, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return len(got)
}

// arrived returns the records that exist as of an instant: interactions later than that
// have not arrived.
func (f *followed) arrived(at time.Time) Data {
	data := Data{}
	for entity, records := range f.data {
		e := f.schema.Entity(entity)
		for _, r := range records {
			if v := r.Values[traverse.Timestamp]; e.Kind() == traverse.Interaction && v.Kind() == traverse.KindTime && v.Time().After(at) {
				continue
			}
			data[entity] = append(data[entity], r)
		}
	}
	return data
}
