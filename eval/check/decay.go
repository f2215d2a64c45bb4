package check

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/leadscore/leadscore/dsl"
)

// The greatest number of steps of each kind of decay.
const (
	halvings = 33 // after which nothing is left of 1/2³²
	maxFades = 366
)

// decay reads a child's decay. It reports what is wrong with it.
func (c *checker) decay(out *Child, d dating) {
	ch := out.Source
	k := ch.Decay
	a := &Aging{Kind: Halving, Steps: halvings, Newest: ch.Frequency.Kind == dsl.AtLeast}
	sound := !c.undated(d, k.Span, decayWords(k))
	switch f := ch.Frequency; {
	case f.Kind == dsl.Each:
	case f.Kind == dsl.AtLeast && f.Count == nil:
		out.Each, out.Min = true, 0 // the child counts the weight
	default:
		p := c.problem(k.Span, CodeDecay, "a decay needs each or has: it weighs occurrences, and %s only asks how many there are", frequencyText(&f))
		p.Help = "write each for the sum of the weights, or has for the weight of the newest"
		if f.Kind == dsl.AtLeast && f.Count.Text == "1" {
			p.Summary, p.Help = "a decay needs each or has, and at least 1 is has", "write has"
			p.ReplaceAt(f.Span, "has")
		}
		sound = false
	}
	span, ok := c.span(k.Every, d)
	sound = sound && ok
	switch a.Span = span; k.Kind {
	case dsl.Losing:
		n, err := strconv.ParseInt(k.Percent.Text, 10, 64)
		switch {
		case k.Percent.Bad:
			sound = false
		case err != nil || n < 1 || n > 100:
			c.problem(k.Percent.Span, CodeDecay, "%s%% cannot be lost; the loss goes from 1%% to 100%%", brief(k.Percent.Text))
			sound = false
		default:
			a.Kind, a.Percent, a.Steps = Losing, n, int((100+n-1)/n)
		}
	case dsl.Fading:
		if ok && span.N > maxFades {
			c.problem(k.Every.Span, CodeTimeSpan, "fading takes %d steps at most, one for each %s, not %d; use a longer unit",
				maxFades, k.Every.Unit.String()[:len(k.Every.Unit.String())-1], span.N)
			sound = false
		}
		a.Kind, a.Steps = Fading, int(min(span.N, maxFades))
		a.Span.N = 1
	}
	if sound {
		out.Aging = a
	}
}

// without reads the span of `every SPAN without`. How far it counts depends on the
// points of the condition.
func (c *checker) without(out *Child, d dating) {
	f := &out.Source.Frequency
	sound := !c.undated(d, f.Span, fmt.Sprintf("every %s without", f.Without))
	if span, ok := c.span(f.Without, d); ok && sound {
		out.Aging = &Aging{Kind: Without, Span: span, Newest: true}
	}
}

// burst reads `within any SPAN`. It returns nil if there is a problem.
func (c *checker) burst(ch *dsl.Child, d dating) *Span {
	b := ch.Burst
	sound := !c.undated(d, b.Span, "within any")
	n := int64(1)
	if f := &ch.Frequency; f.Count != nil && !f.Count.Bad {
		n, _ = strconv.ParseInt(f.Count.Text, 10, 64) // a number that is too large is reported elsewhere
	}
	switch f := &ch.Frequency; {
	case f.Kind != dsl.AtLeast:
		c.problem(b.Span, CodeBurst, "within any needs at least N: it asks how many lie close to each other, which %s does not", frequencyText(f)).Help =
			fmt.Sprintf("write at least 3 %s within any %s, for example", pathOf(ch), b.Any)
		sound = false
	case f.Count == nil || n == 1:
		c.problem(b.Span, CodeBurst, "within any needs at least 2: one occurrence is always within %s of itself", b.Any).Help =
			fmt.Sprintf("write at least 2 %s within any %s, or leave out within any %s", pathOf(ch), b.Any, b.Any)
		sound = false
	}
	for _, other := range []struct {
		is   bool
		what string
	}{{ch.Cap != nil, "a cap"}, {ch.Decay != nil, "a decay"}} {
		if other.is {
			c.problem(b.Span, CodeBurst, "within any cannot be together with %s", other.what).Help = "leave out one of them"
			sound = false
		}
	}
	units := []dsl.Unit{dsl.Minutes, dsl.Hours, dsl.Days, dsl.Weeks}
	if d.days {
		units = units[2:]
	}
	if !slices.Contains(units, b.Any.Unit) {
		p := c.problem(b.Any.Span, CodeTimeSpan, "within any does not take %s", b.Any.Unit)
		if d.days && b.Any.Unit < dsl.Days {
			p.Summary = fmt.Sprintf("%s is a date: it counts in whole days, not in %s", d.what, b.Any.Unit)
		}
		for _, u := range units {
			p.Expected = append(p.Expected, u.String())
		}
		return nil
	}
	span, ok := c.span(b.Any, d)
	if !ok || !sound {
		return nil
	}
	return &span
}

// span reads a length of time between occurrences.
func (c *checker) span(s *dsl.TimeSpan, d dating) (Span, bool) {
	n, ok := c.timeSpan(s, d.days, d.what)
	return Span{N: n, Unit: s.Unit, Days: d.days}, ok
}

// decayWords returns the words that a decay begins with.
func decayWords(k *dsl.Decay) string {
	switch k.Kind {
	case dsl.Losing:
		return "losing"
	case dsl.Fading:
		return "fading"
	}
	return "halving"
}

// frequencyText returns a frequency as it is written.
func frequencyText(f *dsl.Frequency) string {
	switch f.Kind {
	case dsl.Each:
		return "each"
	case dsl.None:
		return "none"
	case dsl.AtMost:
		return "at most " + brief(f.Count.Text)
	case dsl.Exactly:
		return "exactly " + brief(f.Count.Text)
	case dsl.FromTo:
		return fmt.Sprintf("from %s to %s", brief(f.Count.Text), brief(f.To.Text))
	case dsl.Every:
		return "every " + brief(f.Count.Text)
	case dsl.EveryWithout:
		return fmt.Sprintf("every %s without", f.Without)
	}
	if f.Count == nil {
		return "has"
	}
	return "at least " + brief(f.Count.Text)
}
