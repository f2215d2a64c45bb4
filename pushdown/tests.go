package pushdown

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// A test is a condition about the records of a route: a truth, an [atom], or [allOf], [anyOf] or
// [notOf] others. It is true or false; what is null in SQL is false.
type test interface{ key() string }

type (
	truth bool
	// An atom is about the record of one step.
	atom struct {
		step int
		id   string // the same for the same test of a path
		make func(r record) *scalar.Expr
	}
	allTests []test
	anyTests []test
	notTest  struct{ test test }
)

func (t truth) key() string    { return fmt.Sprint(bool(t)) }
func (t *atom) key() string    { return t.id }
func (t allTests) key() string { return "(" + keysOf(t, "&") + ")" }
func (t anyTests) key() string { return "(" + keysOf(t, "|") + ")" }
func (t notTest) key() string  { return "!" + t.test.key() }

func keysOf(list []test, sign string) string {
	texts := make([]string, len(list))
	for i, t := range list {
		texts[i] = t.key()
	}
	return strings.Join(texts, sign)
}

func allOf(list ...test) test {
	out := combined(list, false)
	if out == nil {
		return truth(false)
	}
	if len(out) == 1 {
		return out[0]
	}
	if len(out) == 0 {
		return truth(true)
	}
	return allTests(out)
}

func anyOf(list ...test) test {
	out := combined(list, true)
	if out == nil {
		return truth(true)
	}
	if len(out) == 1 {
		return out[0]
	}
	if len(out) == 0 {
		return truth(false)
	}
	return anyTests(out)
}

// combined returns list without what changes nothing, or nil if one of it decides.
func combined(list []test, decides truth) []test {
	out := []test{}
	for _, t := range list {
		if is, ok := t.(truth); ok {
			if is == decides {
				return nil
			}
			continue
		}
		out = append(out, t)
	}
	return out
}

func notOf(t test) test {
	switch t := t.(type) {
	case truth:
		return !t
	case notTest:
		return t.test
	}
	return notTest{t}
}

// steps calls f with the step of each atom.
func steps(t test, f func(step int)) {
	switch t := t.(type) {
	case *atom:
		f(t.step)
	case allTests:
		for _, t := range t {
			steps(t, f)
		}
	case anyTests:
		for _, t := range t {
			steps(t, f)
		}
	case notTest:
		steps(t.test, f)
	}
}

// about reports whether some atoms of a test are about a step, and some about others.
func about(t test, step int) (this, others bool) {
	steps(t, func(s int) { this, others = this || s == step, others || s != step })
	return this, others
}

// expr returns a test as an expression over the records of the steps. It may be null for false.
func (l *lowering) expr(t test, at func(step int) record) *scalar.Expr {
	list := func(tests []test) []*scalar.Expr {
		out := make([]*scalar.Expr, len(tests))
		for i, t := range tests {
			out[i] = l.expr(t, at)
		}
		return out
	}
	switch t := t.(type) {
	case truth:
		return l.Truth(bool(t))
	case *atom:
		return t.make(at(t.step))
	case allTests:
		return l.And(list(t)...)
	case anyTests:
		return l.Or(list(t)...)
	case notTest:
		return l.Not(l.Coalesce(l.expr(t.test, at), l.Truth(false)))
	}
	panic(fmt.Sprintf("pushdown: unknown test %T", t))
}

// A class is the records of a step for which a test comes to the same about later steps.
type class struct {
	condition *scalar.Expr // which may be null for false
	rest      test
}

// maxMixed is how many tests of one step may be mixed with tests of others by or and not: there
// are 2 to the power of it cases.
const maxMixed = 6

// classes splits a test by the record of a step, whose tests of earlier steps are decided. No
// record is in two classes, and one that is in none makes the test false.
func (l *lowering) classes(r record, step int, t test) []class {
	this, others := about(t, step)
	here := func(int) record { return r }
	switch {
	case !this:
		if t == truth(false) {
			return nil
		}
		return []class{{l.Truth(true), t}}
	case !others:
		return []class{{l.expr(t, here), truth(true)}}
	}
	if list, ok := t.(allTests); ok {
		return l.classesOfAll(r, step, list)
	}
	var parts []test // the largest parts that are about the step alone
	collectParts(t, step, &parts)
	if len(parts) > maxMixed {
		refuse("one expression mixes too many tests of several steps of the path with or and not", "write several children, or fewer tests in the expression")
	}
	var out []class
	at := map[string]int{}
	for mask := range 1 << len(parts) {
		rest := substituted(t, parts, mask)
		if rest == truth(false) {
			continue
		}
		var conditions []*scalar.Expr
		for i, p := range parts {
			e := l.expr(p, here)
			if mask>>i&1 == 0 {
				e = l.Not(l.Coalesce(e, l.Truth(false)))
			}
			conditions = append(conditions, e)
		}
		condition := l.And(conditions...)
		if i, ok := at[rest.key()]; ok {
			out[i].condition = l.Or(out[i].condition, condition)
			continue
		}
		at[rest.key()] = len(out)
		out = append(out, class{condition, rest})
	}
	return out
}

func (l *lowering) classesOfAll(r record, step int, list []test) []class {
	out := []class{{l.Truth(true), truth(true)}}
	for _, t := range list {
		var next []class
		for _, c := range out {
			for _, d := range l.classes(r, step, t) {
				next = append(next, class{l.And(c.condition, d.condition), allOf(c.rest, d.rest)})
			}
		}
		out = next
	}
	return out
}

func collectParts(t test, step int, parts *[]test) {
	this, others := about(t, step)
	if !this {
		return
	}
	if !others {
		if !slices.ContainsFunc(*parts, func(p test) bool { return p.key() == t.key() }) {
			*parts = append(*parts, t)
		}
		return
	}
	switch t := t.(type) {
	case allTests:
		for _, t := range t {
			collectParts(t, step, parts)
		}
	case anyTests:
		for _, t := range t {
			collectParts(t, step, parts)
		}
	case notTest:
		collectParts(t.test, step, parts)
	}
}

// substituted returns a test with parts replaced by the truths that the bits of mask say.
func substituted(t test, parts []test, mask int) test {
	if i := slices.IndexFunc(parts, func(p test) bool { return p.key() == t.key() }); i >= 0 {
		return truth(mask>>i&1 == 1)
	}
	list := func(tests []test) []test {
		out := make([]test, len(tests))
		for i, t := range tests {
			out[i] = substituted(t, parts, mask)
		}
		return out
	}
	switch t := t.(type) {
	case allTests:
		return allOf(list(t)...)
	case anyTests:
		return anyOf(list(t)...)
	case notTest:
		return notOf(substituted(t.test, parts, mask))
	}
	return t
}
