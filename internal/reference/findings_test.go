package reference

import (
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/traverse"
)

// TestFindingsAreTrue draws models that contradict and repeat themselves, and checks
// that what package findings reports of them is true of every lead of the data.
func TestFindingsAreTrue(t *testing.T) {
	cases, odd := 0, 0
	codes, witnessed := map[dsl.Code]int{}, map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		g := &generator{T: t}
		schemaText := g.schemaText()
		schema, err := leadscore.ParseSchema("schema.score", schemaText, nil)
		if err != nil {
			t.Fatal(err)
		}
		g.schema = schema
		g.setting()
		rules := g.oddRules()
		file, problems := dsl.Parse("model.score", rules, dsl.Limits{})
		if len(problems) > 0 {
			t.Fatalf("%v\n%s", problems, rules)
		}
		_, models, problems := check.Files(schema, file)
		if len(problems) > 0 {
			t.Fatalf("%v\n%s", problems, rules)
		}
		found := findings.Of(models, file)
		t.Logf("as of %s\n%s%s", g.asOf.Format(time.RFC3339Nano), rules, found.Error())
		cases++
		warned := false
		for _, d := range found {
			codes[d.Code]++
			switch d.Code {
			case findings.CodeGrade, findings.CodeReadyNever, findings.CodeReadyAlways: // drawn scores give these easily
			default:
				warned = warned || d.Severity == dsl.Warning
			}
		}
		if warned {
			odd++
		}
		g.collectEdges(file)
		for range 4 { // drawing data costs less than drawing rules
			data := g.data()
			for _, lead := range data[traverse.Lead] {
				results, err := Score([]*dsl.File{file}, schema, data, lead.ID, g.asOf)
				if err != nil {
					t.Fatal(err)
				}
				for i, r := range results {
					if r.Status == "scored" {
						s := newScoring(models[i].Source, schema, data, data.find(traverse.Lead, lead.ID), g.asOf)
						if err := judgeFindings(found, models[i], s, r, witnessed); err != nil {
							t.Fatalf("lead %s: %v\n%s%s", lead.ID, err, schemaText, describe(data))
						}
					}
				}
			}
		}
	})
	t.Logf("%d cases, %d with warnings about conditions", cases, odd)
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		t.Logf("%7d %s", codes[code], code)
	}
	for _, what := range slices.Sorted(maps.Keys(witnessed)) {
		t.Logf("%7d %s", witnessed[what], what)
	}
	if odd*2 < cases {
		t.Errorf("of %d cases only %d have warnings about conditions: the property checks next to nothing", cases, odd)
	}
}

// dropped holds the parts of a model that change nothing, according to findings.
type dropped struct {
	exprs map[dsl.Expr]bool
	dates map[*dsl.Child]bool
	child map[*dsl.Child]bool
}

// judgeFindings returns an error if a finding about a model is not true of a
// lead's result.
func judgeFindings(found dsl.Diagnostics, m *check.Model, s *scoring, r Result, witnessed map[string]int) error {
	scores := findings.Range(m)
	if r.Score < scores.Least || r.Score > scores.Greatest {
		return fmt.Errorf("score %d is not %s", r.Score, scores)
	}
	if r.Score != 0 && (r.Score == scores.Least || r.Score == scores.Greatest) {
		witnessed["scores at the end of their range"]++
	}
	drop := dropped{map[dsl.Expr]bool{}, map[*dsl.Child]bool{}, map[*dsl.Child]bool{}}
	for _, d := range found {
		if inside(d.Span, m.Source.Span) && !drop.isTrue(d, m, r) {
			return fmt.Errorf("not true:\n%s", d.Error())
		}
	}
	for i, c := range m.Conditions {
		without, changed := drop.from(c.Source)
		if !changed {
			continue
		}
		full, less := r.Contributions[i], s.condition(without)
		if full.Multiplier.Cmp(less.Multiplier) != 0 {
			return fmt.Errorf("condition %s has multiplier %s, and %s without what changes nothing", full.Condition, full.Multiplier, less.Multiplier)
		}
		k := 0
		for n, ch := range slices.Collect(c.Source.Children()) {
			if drop.child[ch] {
				continue
			}
			if full.Children[n].Count.Cmp(less.Children[k].Count) != 0 {
				return fmt.Errorf("child %d of %s counts %d, and %d without what changes nothing", n, full.Condition, full.Children[n].Count, less.Children[k].Count)
			}
			if full.Children[n].Count.Sign() > 0 {
				witnessed["children that count, less what changes nothing"]++
			}
			k++
		}
		if full.Multiplier.Sign() > 0 {
			witnessed["conditions that hold, less what changes nothing"]++
		}
	}
	return nil
}

// isTrue reports whether a finding about a model is true of a result. It notes what
// changes nothing according to the finding, for the caller to check.
func (drop *dropped) isTrue(d dsl.Diagnostic, m *check.Model, r Result) bool {
	ok := true
	is := func(fact bool) { ok = ok && fact }
	switch d.Code {
	case findings.CodeGrade:
		for _, c := range m.Source.Clauses {
			if grade, ok := c.(*dsl.Grade); ok && inside(d.Span, grade.Span) {
				is(r.Grade != grade.Name.Value)
			}
		}
	case findings.CodeReadyNever:
		is(!r.SalesReady)
	case findings.CodeReadyAlways:
		is(r.SalesReady)
	}
	for i, c := range m.Conditions {
		if !inside(d.Span, c.Source.Span) {
			continue
		}
		contribution := r.Contributions[i]
		switch d.Code {
		case findings.CodeNever:
			is(contribution.Multiplier.Sign() == 0)
		case findings.CodeEveryLead:
			is(contribution.Multiplier.Cmp(big.NewRat(1, 1)) == 0)
		case findings.CodeSameCondition:
			for k, other := range m.Conditions {
				if inside(d.Related[0].Span, other.Source.Span) {
					is(k != i && r.Contributions[k].Score.Cmp(contribution.Score) == 0)
				}
			}
		}
		for k, ch := range slices.Collect(c.Source.Children()) {
			if !inside(d.Span, ch.Span) {
				continue
			}
			switch d.Code {
			case findings.CodeNothing:
				is(contribution.Children[k].Count.Sign() == 0)
				if c.Children[k].Min > 0 || c.Children[k].Each {
					is(contribution.Multiplier.Sign() == 0)
				}
			case findings.CodeAlways:
				is(contribution.Children[k].Holds)
			case findings.CodeImplied, findings.CodeSameExpr, findings.CodeSameChild:
				drop.add(d.Span, ch)
			}
		}
	}
	return ok
}

func inside(inner, outer dsl.Span) bool {
	return outer.Start.Offset <= inner.Start.Offset && inner.End.Offset <= outer.End.Offset
}

// add notes what is at a span in a child: the child, its range or an expression.
func (drop *dropped) add(at dsl.Span, ch *dsl.Child) {
	switch {
	case at == ch.Span:
		drop.child[ch] = true
	case ch.Range != nil && at == ch.Range.Span:
		drop.dates[ch] = true
	default:
		for _, e := range ch.Where {
			if e.At() == at {
				drop.exprs[e] = true
			}
		}
	}
}

// from returns a condition without what is dropped.
func (drop *dropped) from(c *dsl.Condition) (without *dsl.Condition, changed bool) {
	copied := *c
	copied.Items = nil
	for ch := range c.Children() {
		if drop.child[ch] {
			changed = true
			continue
		}
		less := *ch
		if drop.dates[ch] {
			less.Range, changed = nil, true
		}
		less.Where = slices.DeleteFunc(slices.Clone(ch.Where), func(e dsl.Expr) bool { return drop.exprs[e] })
		changed = changed || len(less.Where) != len(ch.Where)
		copied.Items = append(copied.Items, &less)
	}
	return &copied, changed
}

// oddRules draws models of few paths, fields and values, so that their parts
// contradict, repeat and follow from each other.
func (g *generator) oddRules() string {
	g.random = rand.New(rand.NewPCG(rapid.Uint64().Draw(g.T, "rules"), 0))
	g.fewNumbers = pick(g, "numbers", []string{"0", "1", "50"}, []string{"0.3", "0.30000000000000004", "0.1", "-1"}, []string{"-1", "0"})
	g.fewFragments = pick(g, "fragments", []string{"a", "b", "A"}, []string{"a"}, []string{"k", "\u212a", "x"})
	var b strings.Builder
	for m := range g.number("models", 1, 2) {
		zone := pick(g, "zone", "UTC", g.zone)
		fmt.Fprintf(&b, "model \"M%d\" {\n    target %s\n    time zone %q\n", m, pick(g, "target", "contact", "contact", "account"), zone)
		moments := []string{g.moment(zone), g.moment(zone)}
		spans := pick(g, "spans", nearSpans...)
		var blocks []string
		for c := range g.number("conditions", 1, 4) {
			head := fmt.Sprintf("    condition \"C%d\" {\n", c)
			if len(blocks) > 0 && g.chance(4, "again") {
				b.WriteString(head + pick(g, "block", blocks...))
				continue
			}
			// The children of a condition are about the same things.
			paths := pick(g, "paths", oddPaths...)
			path := pick(g, "path", paths...)
			words := map[string]int{}
			for range 2 {
				words[g.oddReference(path)]++
			}
			references := slices.Sorted(maps.Keys(words))
			var block strings.Builder
			for range pick(g, "children", 1, 1, 2, 2, 3) {
				frequency := pick(g, "frequency", "each", "has", "has", "none", "at least 2", "at least 1")
				at := path
				if g.chance(1, "another") {
					at = pick(g, "another path", paths...)
				}
				fmt.Fprintf(&block, "        %s %s%s\n", frequency, at, g.oddExpressions(at, references, moments, spans, zone))
			}
			fmt.Fprintf(&block, "        score %+d\n    }\n", pick(g, "points", 1, -1, 7, -20))
			blocks = append(blocks, block.String())
			b.WriteString(head + block.String())
		}
		g.grades(&b)
		if g.chance(1, "sales ready") {
			fmt.Fprintf(&b, "    sales ready at %d\n", pick(g, "threshold", 1, 0, -20, 7, 10, 50))
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// oddPaths holds on each line paths that begin alike. The children of a condition
// have paths of one line.
var oddPaths = [][]string{
	{"Lead", "Lead.ParentContact", "Lead.ParentContact.ParentAccount"},
	{"Lead", "Lead.ParentAccount", "Lead.ParentAccount.Contacts", "Lead.ParentAccount.Contacts.Manager"},
	{"Lead", "Lead.Orders", "Lead.Orders.Lead", "Lead.Orders.Product"},
	{"Lead.ParentContact", "Lead.ParentContact.Visits", "Lead.ParentContact.Reports"},
	{"EmailOpened", "EmailOpened.Contact", "EmailOpened.Contact.ParentAccount", "Interaction"},
	{"EmailClicked", "EmailClicked.Contact", "EmailClicked.Contact.Visits", "EmailClicked.Contact.Clicks"},
	{"Interaction", "Interaction.Contact", "WebsiteVisited", "WebsiteVisited.Contact", "WebsiteVisited.Contact.ParentAccount.Contacts"},
	{"EmailSent", "EmailSent.Contact", "Interaction"},
}

// oddReferences returns field references that are valid after a path: of its last
// entity, over a reference of it, and of the step before.
func (g *generator) oddReferences(path string) []string {
	names := strings.Split(path, ".")
	resolved, err := g.schema.Path(names...)
	if err != nil {
		g.Fatal(err)
	}
	var list []string
	add := func(before string, e *traverse.Entity) {
		for f := range e.Fields() {
			if f.Derived == traverse.Stored {
				list = append(list, before+f.Name)
			}
		}
	}
	last := resolved.Last().Entity
	add("", last)
	for r := range last.Relationships() {
		if !r.Many() && r.Name != "Parent account" && resolved.Hops() < traverse.MaxHops {
			add(r.Name+".", g.schema.Entity(r.Target))
		}
	}
	for i, s := range resolved[:len(resolved)-1] {
		if _, taken := last.Relationship(s.Name); !taken && strings.Count("."+path+".", "."+s.Name+".") == 1 {
			add(s.Name+".", resolved[i].Entity)
		}
	}
	return list
}

// oddReference draws one of oddReferences, each type equally often.
func (g *generator) oddReference(path string) string {
	resolved, _ := g.schema.Path(strings.Split(path, ".")...)
	byType := map[string][]string{}
	for _, ref := range g.oddReferences(path) {
		typ := g.fieldOf(stepsOf(resolved), ref).Type.String()
		byType[typ] = append(byType[typ], ref)
	}
	return pick(g, "reference", byType[pick(g, "type", slices.Sorted(maps.Keys(byType))...)]...)
}

func stepsOf(path traverse.Path) []step {
	steps := make([]step, len(path))
	for i, s := range path {
		steps[i] = step{s.Name, s.Entity, false}
	}
	return steps
}

// oddExpressions draws a range and expressions for a path, of the references that
// are valid there and others.
func (g *generator) oddExpressions(path string, references, moments, spans []string, zone string) string {
	var b strings.Builder
	resolved, err := g.schema.Path(strings.Split(path, ".")...)
	if err != nil {
		g.Fatal(err)
	}
	steps := stepsOf(resolved)
	if typ, ok := rangeType(steps); ok && g.chance(1, "range") {
		switch pick(g, "range kind", "last", "last", "since", "between") {
		case "last":
			b.WriteString(" within last " + g.inUnitsOf(typ, pick(g, "span", spans...)))
		case "since":
			b.WriteString(" since " + pick(g, "moment", moments...))
		case "between":
			b.WriteString(" between " + g.moments(zone, typ))
		}
	}
	good := g.oddReferences(path)
	references = slices.DeleteFunc(slices.Clone(references), func(r string) bool { return !slices.Contains(good, r) })
	if len(references) == 0 {
		references = []string{g.oddReference(path)}
	}
	word := "where"
	for range pick(g, "expressions", 0, 0, 1, 1, 2, 2, 3) {
		ref := pick(g, "reference", references...)
		fmt.Fprintf(&b, "\n            %s %s %s", word, ref, g.oddOperator(g.fieldOf(steps, ref), moments, spans, zone))
		word = "and"
	}
	return b.String()
}

// fieldOf resolves a reference that oddReferences made.
func (g *generator) fieldOf(path []step, ref string) traverse.Field {
	at := path[len(path)-1].entity
	name := ref
	if before, field, ok := strings.Cut(ref, "."); ok {
		name = field
		if r, ok := at.Relationship(before); ok {
			at = g.schema.Entity(r.Target)
		} else {
			at = path[slices.IndexFunc(path, func(s step) bool { return s.name == before })].entity
		}
	}
	f, ok := at.Field(name)
	if !ok {
		g.Fatal(ref)
	}
	return f
}

// nearSpans holds lengths of time that are nearly or sometimes the same.
var nearSpans = [][]string{
	{"30 days", "1 month"}, {"31 days", "1 month"}, {"28 days", "1 month"}, {"24 days", "1 month"}, {"34 days", "1 month"},
	{"12 months", "1 year"}, {"365 days", "1 year"}, {"2 months", "61 days"}, {"1 month", "2 months"}, {"4 weeks", "28 days"},
	{"24 hours", "1 day"}, {"90 minutes", "1 hour"}, {"1 day", "2 days"}, {"30 days", "400 days"}, {"7 days", "1 year"},
}

// inUnitsOf returns a length of time in units that a type counts in.
func (g *generator) inUnitsOf(t traverse.Type, span string) string {
	if t == traverse.Date && (strings.Contains(span, "hour") || strings.Contains(span, "minute")) {
		return "1 day"
	}
	return span
}

func (g *generator) oddOperator(f traverse.Field, moments, spans []string, zone string) string {
	switch f.Type {
	case traverse.Number:
		if g.chance(3, "empty") {
			return pick(g, "about empty", "is empty", "is not empty")
		}
		n := func() string { return pick(g, "number", g.fewNumbers...) }
		a, b := n(), n()
		x, _ := strconv.ParseFloat(a, 64)
		if y, _ := strconv.ParseFloat(b, 64); x > y {
			a, b = b, a
		}
		return pick(g, "number test", "= "+n(), "!= "+n(), "< "+n(), "<= "+n(), "> "+n(), ">= "+n(), "between "+a+" and "+b,
			"in ("+n()+", "+n()+")", "not in ("+n()+", "+n()+")")
	case traverse.Time, traverse.Date:
		if g.chance(3, "empty") {
			return pick(g, "about empty", "is empty", "is not empty")
		}
		switch op := pick(g, "time", dsl.On, dsl.Before, dsl.After, dsl.OnOrBefore, dsl.OnOrAfter, dsl.InRange,
			dsl.InLast, dsl.InLast, dsl.InLast, dsl.InNext, dsl.OlderThan, dsl.OlderThan); op {
		case dsl.InRange:
			return "between " + g.moments(zone, f.Type)
		case dsl.InLast, dsl.InNext, dsl.OlderThan:
			return op.String() + " " + g.inUnitsOf(f.Type, pick(g, "span", spans...))
		default:
			return op.String() + " " + pick(g, "moment", moments...)
		}
	}
	return g.operator(f, zone)
}
