package dbtest

import (
	"fmt"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/pushdown"
)

// describe returns what somebody needs to find the cause: how to repeat it, the rules of a model
// without what makes no difference, the data of the case, and the statement.
func (p *comparison) describe(c *testCase, set *leadscore.Set, what string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, style %s, world %d, case %d (%s), as of %s: LEADSCORE_FROM=%d LEADSCORE_CASE=%d\n%s\n", p.d.name, p.s.name, p.w.seed, c.number, c.kind,
		c.AsOf.Format("2006-01-02T15:04:05.999999999Z07:00"), p.w.seed, c.number, what)
	rules, why := p.reduced(c, set)
	fmt.Fprintf(&b, "\nThese rules are enough:\n%s\n%s\n", rules, why)
	if one, err := leadscore.CompileSet(p.w.schema, []leadscore.File{{Name: "model.score", Text: rules}}); err == nil {
		if statement, err := pushdown.New(one, p.dialect, p.s.mapping(p.w.schema)); err == nil {
			if text, err := statement.Literal(c.AsOf); err == nil {
				fmt.Fprintf(&b, "The statement:\n%s\n", clipped(text, 20_000))
			}
		}
	}
	fmt.Fprintf(&b, "\nThe data of the case:\n%s\n%s", clipped(c.Data.String(), 20_000), p.w.schemaText)
	return b.String()
}

func clipped(text string, most int) string {
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// reduced returns the text of one model that fails or differs alone, without the clauses that make
// no difference, and how it does.
func (p *comparison) reduced(c *testCase, set *leadscore.Set) (rules, why string) {
	rules = c.Rules
	why = p.try(c, rules)
	if why == "" { // it fails only among the models of set
		return rules, "only as a set"
	}
	end := time.Now().Add(20 * time.Second)
	for again := true; again; {
		again = false
		for _, shorter := range without(rules) {
			if time.Now().After(end) {
				return rules, why + "(there may be less)"
			}
			if differs := p.try(c, shorter); differs != "" {
				rules, why, again = shorter, differs, true
				break
			}
		}
	}
	return rules, why
}

// try returns how the statement for rules differs from the engine, or "".
func (p *comparison) try(c *testCase, rules string) string {
	set, err := leadscore.CompileSet(p.w.schema, []leadscore.File{{Name: "model.score", Text: rules}})
	if err != nil || len(set.Models()) == 0 {
		return ""
	}
	statement, err := pushdown.New(set, p.dialect, p.s.mapping(p.w.schema))
	if err != nil {
		return ""
	}
	got, err := ofStatement(p.db, statement, c.AsOf)
	if err != nil {
		return "it fails: " + err.Error()
	}
	want, err := ofEngine(set, p.w.source, p.w.leads, c.AsOf)
	if err != nil {
		return ""
	}
	return differences(want, got)
}

// without returns the texts that rules are without one of their parts, the longest parts first.
func without(rules string) []string {
	file, problems := dsl.Parse("model.score", rules, dsl.Limits{})
	if problems.Err() != nil {
		return nil
	}
	var texts []string
	replace := func(from, to int, text string) { texts = append(texts, rules[:from]+text+rules[to:]) }
	cut := func(n dsl.Node) { replace(n.At().Start.Offset, n.At().End.Offset, "") }
	// by replaces an expression by each of its terms.
	by := func(from, to int, terms []dsl.Expr) {
		for _, term := range terms {
			replace(from, to, "("+rules[term.At().Start.Offset:term.At().End.Offset]+")")
		}
	}
	for _, block := range file.Blocks {
		cut(block)
	}
	dsl.Walk(file, func(n dsl.Node) bool {
		switch n.(type) {
		case *dsl.Model, *dsl.File:
		case dsl.Clause, dsl.Item, *dsl.Range, *dsl.Cap, *dsl.Decay, *dsl.Row:
			cut(n)
		}
		switch n := n.(type) {
		case *dsl.Child:
			if len(n.Where) == 0 {
				break
			}
			from, to := n.Where[0].At().Start.Offset, n.Where[len(n.Where)-1].At().End.Offset
			replace(strings.LastIndex(rules[:from], "where"), n.At().End.Offset, "")
			if len(n.Where) > 1 && !strings.HasSuffix(rules[:from], "(") {
				by(from, to, n.Where)
			}
		case *dsl.And:
			by(n.Start.Offset, n.End.Offset, n.Terms)
		case *dsl.Or:
			by(n.Start.Offset, n.End.Offset, n.Terms)
		case *dsl.Not:
			by(n.Start.Offset, n.End.Offset, []dsl.Expr{n.Expr})
		}
		return true
	})
	return texts
}
