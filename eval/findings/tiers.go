package findings

import (
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
)

// tiers reports tiers of first of blocks that never count, and tiers with more points
// than an earlier one.
func (f *finder) tiers(conditions []*condition) {
	eachTiers(f.model.Parts, func(t *check.Tiers) {
		if t.FirstOf == nil {
			return
		}
		for n, i := range t.Conditions {
			f.tier(conditions, t.Conditions[:n], conditions[i])
		}
	})
}

// tier reports a tier that never counts, because an earlier one holds wherever it does,
// or that gives more than an earlier one, which is looked at first.
func (f *finder) tier(conditions []*condition, earlier []int, c *condition) {
	if c.never {
		return
	}
	var order *condition
	for _, i := range earlier {
		e := conditions[i]
		switch {
		case e.never:
			continue
		case f.judge.hides(e, c):
			d := f.warn(CodeHiddenTier, c.Source.Name.Span, "%s never counts: where it holds, so does %s, which comes first",
				brief(c.Source.Name.Raw), brief(e.Source.Name.Raw))
			f.related(d, e.Source.Name.Span, "this comes first")
			return
		case order == nil && gives(c, e) && !f.judge.excludes(e, c):
			order = e
		}
	}
	if order == nil {
		return
	}
	format := "%s has more points than %s, which comes first: where both hold, it does not count"
	if c.Points < 0 {
		format = "%s takes away more points than %s, which comes first: where both hold, it does not count"
	}
	d := f.report(dsl.Advice, CodeTierOrder, c.Source.Name.Span, format, brief(c.Source.Name.Raw), brief(order.Source.Name.Raw))
	f.related(d, order.Source.Name.Span, "this comes first")
	d.Help = "write it before, if those with both should get its points"
}

// hides reports whether an earlier tier holds, in season, wherever a later one does.
func (j *judge) hides(earlier, later *condition) bool {
	if earlier.Season != nil && (later.Season == nil || !spans(*earlier.Season, *later.Season)) {
		return false
	}
	facts := enriched(later.root.facts)
	keys := map[string]bool{}
	for _, i := range later.root.items {
		keys[i.key()] = true
	}
	return !slices.ContainsFunc(earlier.root.items, func(i item) bool {
		return !i.always() && !keys[i.key()] && !j.follows(facts, i)
	})
}

// gives reports whether a tier gives more points than an earlier one, or takes away more,
// whatever the data.
func gives(c, earlier *condition) bool {
	once := func(c *condition) bool {
		return !c.multiplier.Unbounded && !points.CountOf(1).Less(c.multiplier.Greatest)
	}
	more := earlier.Points > 0 && c.Points > earlier.Points || earlier.Points < 0 && c.Points < earlier.Points
	return more && once(c) && once(earlier) && !fades(c)
}

// excludes reports whether two conditions never hold together.
func (j *judge) excludes(a, b *condition) bool {
	if a.Season != nil && b.Season != nil && !meet(*a.Season, *b.Season) {
		return true
	}
	return j.conflict(slices.Concat(a.root.facts, b.root.facts)) != nil
}
