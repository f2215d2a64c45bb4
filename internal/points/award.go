// Package points says what counts are worth. A condition counts occurrences by
// its children; an [Award] turns the counts into points. It is the one place in
// which the language reference's section Frequencies and points is written down
// for scores, explanations, findings and what-if. The engine has faster forms of
// an award for counts that fit in 64 bits ([Single], [Conjunction], [Pair]);
// tests hold them equal to it. Databases work points out by expressions that
// package pushdown makes, which tests hold equal to a [Program].
package points

import (
	"math"

	"github.com/leadscore/leadscore/eval/check"
)

// A Frequency says what a condition makes of the count of one child.
type Frequency struct {
	Each  bool   // the count is how often the points count
	Every uint64 // of Each: the child counts whole Everys; 0 if it counts each occurrence
	// Otherwise the child holds from Min to Max occurrences. A Max of 0 means that there
	// is no greatest, unless Min is 0, too: then the child holds for none.
	Min, Max uint64
}

// FrequencyOf returns the frequency of a checked child. That of a child with a decay is
// Each, as it counts weights.
func FrequencyOf(c *check.Child) Frequency {
	if c.Each || c.Aging != nil {
		return Frequency{Each: true, Every: c.Every}
	}
	return Frequency{Min: c.Min, Max: c.Max}
}

// None reports whether the frequency holds for no occurrence alone.
func (f Frequency) None() bool { return !f.Each && f.Min == 0 && f.Max == 0 }

// endless reports whether the frequency holds for any count that is not less than Min.
func (f Frequency) endless() bool { return f.Max == 0 && f.Min > 0 || f.Max == math.MaxUint64 }

// Of returns what a child counts if it has n occurrences: whole Everys of them, or all.
func (f Frequency) Of(n Count) Count {
	if f.Every > 1 {
		return n.Over(f.Every)
	}
	return n
}

// Holds reports whether a child that counts n lets its condition count.
func (f Frequency) Holds(n Count) bool {
	if f.Each {
		return !n.IsZero()
	}
	return n.AtLeast(f.Min) && (f.endless() || !CountOf(f.Max).Less(n))
}

// TooFew reports whether a child that counts n would have to count more to hold.
func (f Frequency) TooFew(n Count) bool {
	if f.Each {
		return n.IsZero()
	}
	return !n.AtLeast(f.Min)
}

// TooMany returns by how much a child that counts n counts too many to hold: 0 for one
// that holds, that counts, or that none asks for.
func (f Frequency) TooMany(n Count) Count {
	if f.Each || f.Max == 0 || f.Max < f.Min || f.Holds(n) || f.TooFew(n) {
		return Count{}
	}
	return n.Minus(CountOf(f.Max))
}

// always reports whether a child that does not count holds for every count of a range;
// sometimes, whether it does for one of them.
func (f Frequency) always(r Range) bool {
	return f.Holds(r.Least) && (r.Unbounded && f.endless() || !r.Unbounded && f.Holds(r.Greatest))
}

func (f Frequency) sometimes(r Range) bool {
	first := r.Least
	if first.Less(CountOf(f.Min)) {
		first = CountOf(f.Min)
	}
	return f.Holds(first) && (r.Unbounded || !r.Greatest.Less(first))
}

// An Award is what a condition gives: its points, as often as the counts of its
// children say.
type Award struct {
	Points   int64
	Children []Frequency
}

// AwardOf returns the award of a checked condition. It appends the frequencies to
// room[:0].
func AwardOf(c *check.Condition, room []Frequency) Award {
	a := Award{Points: c.Points, Children: room[:0]}
	for i := range c.Children {
		a.Children = append(a.Children, FrequencyOf(&c.Children[i]))
	}
	return a
}

// Multiplier returns how often the points count for what the children count, which
// is in the order of a.Children: see [Frequency.Of].
func (a *Award) Multiplier(counts ...Count) Count {
	var m Multiplier
	for i, f := range a.Children {
		m.Add(f, counts[i])
	}
	return m.Count()
}

// AddTo adds the points for a multiplier to t.
func (a *Award) AddTo(t *Total, multiplier Count) { t.Add(multiplier, a.Points) }

// Worth returns the points for a multiplier.
func (a *Award) Worth(multiplier Count) Total {
	var t Total
	a.AddTo(&t, multiplier)
	return t
}

// A Multiplier combines the counts of a condition's children into how often its
// points count. The zero Multiplier is that of no children: 1.
type Multiplier struct {
	each  bool  // some child is each
	least Count // of the children that are each
	fails bool  // some child does not hold
}

// Add adds the count of one child and reports whether the child holds. If it
// does not, the multiplier is 0, whatever the other children count.
func (m *Multiplier) Add(f Frequency, n Count) (holds bool) {
	if f.Each && (!m.each || n.Less(m.least)) {
		m.each, m.least = true, n
	}
	holds = f.Holds(n)
	m.fails = m.fails || !holds
	return holds
}

// Count returns the multiplier: 0 if a child does not hold, else the least count
// of the children that are each, else 1.
func (m *Multiplier) Count() Count {
	switch {
	case m.fails:
		return Count{}
	case m.each:
		return m.least
	}
	return Count{small: 1}
}

// A Range is a range of counts, both ends included.
type Range struct {
	Least, Greatest Count
	Unbounded       bool // there is no greatest count; Greatest means nothing
}

// MultiplierRange returns the range of multipliers for counts of the children that
// lie in ranges, each independent of the others.
func (a *Award) MultiplierRange(counts []Range) Range {
	var least, greatest Multiplier
	each, bounded := false, false
	for i, f := range a.Children {
		r := counts[i]
		if !f.Each {
			least.fails = least.fails || !f.always(r)
			greatest.fails = greatest.fails || !f.sometimes(r)
			continue
		}
		high := r.Greatest
		if r.Unbounded {
			high = CountOf(math.MaxUint64)
		}
		least.Add(f, r.Least)
		greatest.Add(f, high)
		each, bounded = true, bounded || !r.Unbounded
	}
	r := Range{Least: least.Count(), Greatest: greatest.Count()}
	r.Unbounded = each && !bounded && !r.Greatest.IsZero()
	return r
}
