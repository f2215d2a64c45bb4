package eval

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/leadscore/leadscore/internal/points"
)

// An Explanation is what the conditions of a model did to a score. It stays valid,
// and may be read by several goroutines.
type Explanation struct {
	// What lanes counted. Contributions are made of it when they are asked for: few
	// ever are.
	model  *model
	told   []int // by condition, as columnPlan has it; nil if lanes counted nothing
	joints []joint
	counts []uint32 // by slot

	walked []Contribution // the others, in the order of the rules
}

// All yields one contribution a condition, in the order of the rules.
func (e *Explanation) All() iter.Seq[Contribution] {
	return func(yield func(Contribution) bool) {
		walked := e.walked
		var room []ChildResult // for the children of all conditions
		for i, at := range e.told {
			if at == leftToWalker {
				if !yield(walked[0]) {
					return
				}
				walked = walked[1:]
				continue
			}
			if room == nil {
				room = make([]ChildResult, e.model.children)
			}
			c := contributionOf(&e.model.conditions[i], &e.joints[at], e.counts, room)
			room = room[len(c.Children):]
			if !yield(c) {
				return
			}
		}
		for _, c := range walked {
			if !yield(c) {
				return
			}
		}
	}
}

// contributionOf returns what a condition contributed by the counts of its joint.
// Its children are written into room.
func contributionOf(c *condition, j *joint, counts []uint32, room []ChildResult) Contribution {
	var m points.Multiplier
	out := Contribution{Condition: c.name, Points: c.award.Points, Children: room[:0:len(c.children)]}
	for i := range c.children {
		ch, n := &c.children[i], points.CountOf(uint64(counts[j.Children[i].Slot]))
		out.add(ch, n, m.Add(c.award.Children[i], n), nil)
	}
	out.sum(&c.award, m.Count())
	return out
}

// with adds the conditions of the walker to those of the lanes. e may be nil.
func (e *Explanation) with(walked *Explanation) *Explanation {
	if e == nil || walked == nil {
		return walked
	}
	e.walked = walked.walked
	return e
}

// A Contribution says what one condition did to a score, and why.
type Contribution struct {
	Condition  string        `json:"condition"`
	Multiplier uint64        `json:"multiplier"` // how often the points count; the largest uint64 if it is more
	Points     int64         `json:"points"`     // of the condition's action
	Score      int64         `json:"score"`      // multiplier times points, clamped to 64 bits
	Children   []ChildResult `json:"children"`   // in the order of the rules
}

// A ChildResult says what one child of a condition counted.
type ChildResult struct {
	Label string `json:"label,omitempty"` // the display name, or ""
	Rule  string `json:"rule"`            // the child in the rule language, with its display name
	Count uint64 `json:"count"`           // its occurrences; the largest uint64 if there are more
	Holds bool   `json:"holds"`           // whether it lets the condition count: for each, whether it counted any
	// Occurrences lists what was counted: by time, then entity, then id; for all
	// children of a condition together at most as many as were asked for.
	Occurrences []Occurrence `json:"occurrences,omitempty"`
	// Nearest says, where records are listed, of a child that counts too little to
	// hold what kept the nearest route from counting: that for which fewest of the
	// date range and the expressions would have to be otherwise; of several the
	// newest. It is nil if there is no route, and for none; and for a lead that
	// reaches too many records, if those of any date are counted.
	Nearest []Unmet `json:"nearest,omitempty"`
}

// An Occurrence is a record that a child counted: one of the path's first
// interaction, or else of its last step that has a date, or else of its last step.
type Occurrence struct {
	Entity string    `json:"entity"`
	ID     string    `json:"id"`
	Time   time.Time `json:"time,omitzero"` // when it came to be; the zero time if it does not say
	Routes uint64    `json:"routes"`        // how many routes of the path lead through it
}

// Equal reports whether c and o say the same.
func (c Contribution) Equal(o Contribution) bool {
	return c.Condition == o.Condition && c.Multiplier == o.Multiplier && c.Points == o.Points && c.Score == o.Score &&
		slices.EqualFunc(c.Children, o.Children, ChildResult.equal)
}

func (c ChildResult) equal(o ChildResult) bool {
	return c.Label == o.Label && c.Rule == o.Rule && c.Count == o.Count && c.Holds == o.Holds &&
		slices.EqualFunc(c.Occurrences, o.Occurrences, Occurrence.equal) && slices.Equal(c.Nearest, o.Nearest)
}

func (o Occurrence) equal(p Occurrence) bool {
	return o.Entity == p.Entity && o.ID == p.ID && o.Time.Equal(p.Time) && o.Routes == p.Routes
}

// explain evaluates a condition without any short cut, and lists what counted.
func (w *walker) explain(c *condition, l *lead) (Contribution, points.Count) {
	var m points.Multiplier
	out := Contribution{Condition: c.name, Points: c.award.Points, Children: make([]ChildResult, 0, len(c.children))}
	room := w.opts.Occurrences
	for i := range c.children {
		ch := &c.children[i]
		var n points.Count
		var kept []Occurrence
		if w.opts.Occurrences == 0 {
			n = w.count(ch, l)
		} else {
			var all []Occurrence
			n, all = w.occurrences(ch, l)
			kept = all[:min(room, len(all))]
			room -= len(kept)
		}
		holds := m.Add(c.award.Children[i], n)
		out.add(ch, n, holds, kept)
		if w.opts.near() && !holds && !ch.None() {
			out.Children[i].Nearest = w.nearest(ch, l)
		}
	}
	multiplier := m.Count()
	out.sum(&c.award, multiplier)
	return out, multiplier
}

func (c *Contribution) add(ch *child, n points.Count, holds bool, occurrences []Occurrence) {
	c.Children = append(c.Children, ChildResult{
		Label: ch.Label, Rule: ch.rule(), Count: n.Clamp(), Holds: holds, Occurrences: occurrences,
	})
}

// sum sets what a multiplier comes to.
func (c *Contribution) sum(award *points.Award, multiplier points.Count) {
	sum := award.Worth(multiplier)
	c.Multiplier, c.Score = multiplier.Clamp(), sum.Clamp()
}

// occurrences counts like count, and lists the dated records on the way with
// the number of routes through each: those that lead to it times those that
// lead on from it.
func (w *walker) occurrences(c *child, l *lead) (points.Count, []Occurrence) {
	w.start(&c.steps[0], l)
	for i := 1; i <= c.dated; i++ {
		w.advance(&c.steps[i])
	}
	layout := c.steps[c.dated].node.layout
	known := make([]map[*record]points.Count, len(c.steps))
	var n points.Count
	var list []Occurrence
	for _, it := range w.from {
		routes := it.routes.Times(w.onward(c.steps, c.dated, it.record, known))
		if routes.IsZero() {
			continue
		}
		n = n.Plus(routes)
		list = append(list, Occurrence{
			Entity: it.record.entity.Name(), ID: it.record.id, Time: it.record.time(layout), Routes: routes.Clamp(),
		})
	}
	slices.SortFunc(list, func(a, b Occurrence) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Entity, b.Entity), cmp.Compare(a.ID, b.ID))
	})
	return n, list
}

// onward counts the routes from a record at a step to the end of the path.
// known holds what has been counted already, by step.
func (w *walker) onward(steps []step, at int, r *record, known []map[*record]points.Count) points.Count {
	if at == len(steps)-1 {
		return points.CountOf(1)
	}
	if n, ok := known[at][r]; ok {
		return n
	}
	var n points.Count
	next := &steps[at+1]
	if g, ok := w.data[next.node.need().index][next.node.key(r)]; ok {
		for _, r := range g.records {
			if w.tick() {
				return points.Count{}
			}
			if w.exists(next.node.layout, r) && w.passes(next, r) {
				n = n.Plus(w.onward(steps, at+1, r, known))
			}
		}
	}
	if known[at] == nil {
		known[at] = map[*record]points.Count{}
	}
	known[at][r] = n
	return n
}

// time returns when a record came to be, or the zero time.
func (r *record) time(l *layout) time.Time {
	if !r.dated {
		return time.Time{}
	}
	return r.values[l.dated].Time()
}
