package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// periods are the periods of a cap, in the order in which messages list them.
var periods = []dsl.Period{dsl.PerHour, dsl.PerDay, dsl.PerWeek, dsl.PerMonth, dsl.PerYear}

// cap checks `once per X` or `up to N per X`. It returns nil if there is a problem.
func (c *checker) cap(p *place, d dating) *Cap {
	k := p.child.Cap
	out := &Cap{Count: 1}
	sound := true
	if k.Count != nil {
		switch n, ok := c.integer(k.Count); {
		case !ok:
			sound = false
		case n < 1:
			c.problem(k.Count.Span, CodeCap, "up to %s counts nothing; a cap is 1 or more", k.Count.Text)
			sound = false
		default:
			out.Count = uint64(n)
		}
	}
	if k.Period == dsl.NoPeriod && len(k.Per) == 0 {
		return nil
	}
	if out.Period = k.Period; out.Period == dsl.NoPeriod && p.path != nil {
		var ok bool
		out.Value, out.Period, ok = c.per(p, k)
		sound = sound && ok
	}
	if out.Period != dsl.NoPeriod && !c.periodFits(k, out.Period, d) {
		sound = false
	}
	if !sound || p.path == nil {
		return nil
	}
	return out
}

// periodFits reports whether occurrences have a date that tells a period.
func (c *checker) periodFits(k *dsl.Cap, period dsl.Period, d dating) bool {
	form := "once per " + period.String()
	if k.Count != nil {
		form = fmt.Sprintf("up to %s per %s", brief(k.Count.Text), period)
	}
	if c.undated(d, k.Span, form) {
		return false
	}
	if d.days && period == dsl.PerHour {
		c.problem(k.Span, CodeCap, "%s is a date: it counts in whole days, not in hours", d.what).Expected = periodNames(periods[1:])
		return false
	}
	return true
}

func periodNames(periods []dsl.Period) []string {
	names := make([]string, len(periods))
	for i, p := range periods {
		names[i] = "per " + p.String()
	}
	return names
}

// per resolves what a cap names: a field, an N:1 relationship, a step of the path, or a
// period in another letter case.
func (c *checker) per(p *place, k *dsl.Cap) (Value, dsl.Period, bool) {
	names := k.Per
	name := names[len(names)-1]
	r, ok := c.reach(p, names, inCap)
	if !ok {
		return Value{}, dsl.NoPeriod, false
	}
	if v, known, ok := c.value(p, r, names, "a cap"); known {
		return v, dsl.NoPeriod, ok
	}
	if len(names) > 1 {
		c.noValue(p, r, name, nil)
		return Value{}, dsl.NoPeriod, false
	}
	if step, known, ok := c.stepCalled(p, name); known {
		return Value{Step: step, Record: ok}, dsl.NoPeriod, ok
	}
	for _, period := range periods {
		if !name.Quoted && strings.EqualFold(name.Text, period.String()) {
			return Value{}, period, true
		}
	}
	var more []string
	for _, s := range p.path {
		if s.Name != "" {
			more = append(more, s.Name)
		}
	}
	for _, period := range periods {
		more = append(more, period.String())
	}
	c.noValue(p, r, name, more)
	return Value{}, dsl.NoPeriod, false
}

// value resolves the last of the names of a cap or a `same`, which what says for
// messages, as a field or an N:1 relationship. known is false if it is neither, which is
// not reported; ok is false if there is a problem.
func (c *checker) value(p *place, r reach, names []*dsl.Name, what string) (v Value, known, ok bool) {
	name := names[len(names)-1]
	v = Value{Step: r.step, Hops: r.hops}
	hops := len(r.hops)
	if f, isField := r.at.Field(name.Text); isField {
		v.Field = f
		switch {
		case f.Type == traverse.NoType:
			return v, true, false
		case f.Type == traverse.Choices:
			d := c.problem(name.Span, CodeCap, "%s is a list of choices: %s takes a field with one value", name, what)
			d.Help = "use another field, or a relationship"
			return v, true, false
		case f.Derived != traverse.Stored:
			d := c.problem(name.Span, CodeDerived, "%s is a %s field: %s cannot use it", name, f.Derived, what)
			d.Help = "use a field that is stored"
			return v, true, false
		}
	} else if rel, isRel := r.at.Relationship(name.Text); isRel {
		if rel.Many() {
			c.problem(name.Span, CodePath, "%s.%s leads to many records: a reference must lead to one", r.at.Name(), name)
			return v, true, false
		}
		v.Ref = name.Text
		hops++ // it costs a hop at the end, too
	} else {
		return v, false, false
	}
	return v, true, c.withinHops(p, names, hops)
}

// noValue reports a name that is neither a field nor an N:1 relationship of where a
// reference leads, nor one of more.
func (c *checker) noValue(p *place, r reach, name *dsl.Name, more []string) {
	if c.uncommon(p.kinds, r.at, name, CodeName) {
		return
	}
	d := c.problem(name.Span, CodeName, "%s has no field or relationship %s", r.at.Name(), name)
	candidates := slices.Collect(memberNames(r.at))
	if more != nil {
		d.Summary = fmt.Sprintf("%s is neither a field or relationship of %s nor a step of the path or a period", name, r.at.Name())
		for _, m := range more {
			if !slices.Contains(candidates, m) {
				candidates = append(candidates, m)
			}
		}
	}
	d.Nearest = c.near(name.Text, slices.Values(candidates))
	c.fixName(d, name.Text, slices.Values(candidates))
	const few = 12
	if d.Nearest == "" && len(candidates) <= few {
		d.Expected = candidates
	}
}
