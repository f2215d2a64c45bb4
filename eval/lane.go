package eval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// This file is the plan for a source that lends its columns. A condition is in
// it if its records are those of the lead itself, of what its references lead
// to, or the interactions that it owns: then all conditions of all models are
// judged in one pass over each kind of interaction. What needs routes, because a
// path fans out on the way, is left to the walker (columnPlan.rest).
//
// The unit of the plan is the watcher: one count that some condition wants, of
// the records that satisfy the same tests in the same window. Conditions that
// want the same share it. Watchers are bits of a word, so that one AND judges a
// record for all of them.

// A columnPlan judges a program's conditions over columns.
type columnPlan struct {
	windows windows
	targets []int // of the models
	lanes   [2]lane
	left    [][]condition // by model, the conditions that need routes
	rest    *Program      // for these alone, or nil
	// told says where what the conditions count is to be found, by model and
	// condition: a joint of its lane, or leftToWalker. It is nil in a plan that does not tell.
	told [][]int
}

// any reports whether some condition is in a lane.
func (p *columnPlan) any() bool {
	return p.lanes[contactBased].any() || p.lanes[accountBased].any()
}

func (l *lane) any() bool { return len(l.kinds)+len(l.lead.watchers) > 0 }

// A lane is the plan for one kind of lead.
type lane struct {
	lead   profile    // what is asked of the lead and behind its references
	owner  profile    // what is asked of the contact that owns interactions, and behind its references
	kinds  []kindPlan // the interactions
	joints []joint    // conditions of several children, or over several kinds
	pairs  []pairs    // those of joints that have two children
	groups []int      // the others of joints
	slots  int        // counts that joints look at
	base   []int64    // by model: the score of a lead for which every count is zero, but for joints
	weight uint64     // the sum of all points, whatever their sign
	most   uint64     // so many records cannot take a score out of 64 bits
}

// A watcher is one count. What satisfies it: the tests, kept with the column
// they are of; the windows, of which a record's Timestamp must lie in all; and,
// of the contact that owns a record, another watcher.
type watcher struct {
	windows []int
	gate    int // a watcher of lane.owner, or -1
	tests   []columnTest
	uses    []use
	slots   []int
}

// A use is what a condition of a single child makes of a count.
type use struct {
	model int
	points.Single
}

// A joint is a condition that several counts decide.
type joint struct {
	model int
	points.Conjunction
}

// pairs are joints of two children, of one model.
type pairs struct {
	model int
	list  []points.Pair
}

// A kindPlan is what is asked of one kind of interaction.
type kindPlan struct {
	entity *traverse.Entity
	// totals are counts of all records in a window that ends with as of: their
	// points are read from tables by window, not counted one by one.
	totals   []windowTotal
	tables   []tableKey // that the totals need
	watchers []watcher
}

// A tableKey is a model and the min of a use.
type tableKey struct {
	model int
	min   uint64
}

type windowTotal struct {
	windows []int // one, or none
	uses    []use
}

// A profile is a record, and those that its references lead to.
type profile struct {
	nodes    []profileNode // parents first; the first is the record itself
	watchers []watcher
}

// A profileNode is one of the records.
type profileNode struct {
	entity *traverse.Entity
	parent int
	ref    string
	needs  []int // watchers of paths that pass: without a record they count nothing
	tests  []profileTest
}

type profileTest struct {
	watcher int
	columnTest
}

// A columnTest is a test of one field.
type columnTest struct {
	field traverse.Field
	key   string    // the same for tests of the field that say the same
	holds predicate // of a value as rows have it; nil for a time or date
	wide  wideTest
}

// A wideTest is a test of a time or date, which is compared as it is: it depends
// on as of, so no verdict of it is kept.
type wideTest struct {
	window int  // in which the value must lie, or -1
	empty  bool // without a window: whether it must be empty, or must not
}

func (t wideTest) holds(bounds []bound, v int64) bool {
	if t.window >= 0 {
		return v != columns.NoTime && bounds[t.window].holds(v)
	}
	return (v == columns.NoTime) == t.empty
}

// String describes the plan for people: what is judged in one pass, and what is
// left to the walker.
func (p *columnPlan) String() string {
	var b strings.Builder
	for kind, name := range []string{"contact-based", "account-based"} {
		l := &p.lanes[kind]
		if !l.any() {
			continue
		}
		fmt.Fprintf(&b, "%s leads\n", name)
		l.lead.describe(&b, "once")
		l.owner.describe(&b, "for each owner of interactions")
		var words packer
		words.pack(len(l.lead.watchers))
		for i := range l.kinds {
			k := &l.kinds[i]
			fmt.Fprintf(&b, "  %s, in one pass: ", k.entity.Name())
			if n := len(k.totals); n > 0 {
				fmt.Fprintf(&b, "%s by window alone", plural(n, "count"))
			}
			if len(k.totals) > 0 && len(k.watchers) > 0 {
				b.WriteString("; ")
			}
			if n := len(k.watchers); n > 0 {
				var in []string
				for _, s := range words.pack(n) {
					in = append(in, strconv.Itoa(s.word))
				}
				fmt.Fprintf(&b, "%s in word %s", plural(n, "count"), strings.Join(in, ", "))
				fmt.Fprintf(&b, " by %s", k.fields())
			}
			b.WriteString("\n")
		}
		if n := len(l.joints); n > 0 {
			fmt.Fprintf(&b, "  %s of several counts\n", plural(n, "condition"))
		}
	}
	left := 0
	for _, conditions := range p.left {
		left += len(conditions)
	}
	fmt.Fprintf(&b, "%s left to counting routes\n", plural(left, "condition"))
	return b.String()
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func (p *profile) describe(b *strings.Builder, when string) {
	for i, n := range p.nodes {
		if len(n.tests)+len(n.needs) > 0 {
			fmt.Fprintf(b, "  %s, %s: %s on %s\n", p.path(i), when, plural(len(n.tests), "test"), fieldNames(n.fields()))
		}
	}
}

func (n *profileNode) fields() []string {
	var names []string
	for _, t := range n.tests {
		names = append(names, t.field.Name)
	}
	return names
}

func (k *kindPlan) fields() string {
	var names []string
	for i := range k.watchers {
		for _, t := range k.watchers[i].tests {
			names = append(names, t.field.Name)
		}
	}
	return fieldNames(names)
}

func fieldNames(names []string) string {
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 0 {
		return "no field"
	}
	return strings.Join(names, ", ")
}

func (p *profile) path(i int) string {
	if i == 0 {
		return p.nodes[0].entity.Name()
	}
	return p.path(p.nodes[i].parent) + "." + p.nodes[i].ref
}

// Watchers stand in words of wordBits; the bit above them tells that a verdict
// has been given.
const (
	wordBits = 63
	isJudged = 1 << wordBits
)

// A stretch of watchers stands in one word.
type stretch struct {
	word  int
	shift int // the bit of the first
	first int // watcher
	count int
}

// mask has the bits of the stretch.
func (s stretch) mask() uint64 { return (1<<s.count - 1) << s.shift }

// bit is that of one of its watchers.
func (s stretch) bit(watcher int) uint64 { return 1 << (s.shift + watcher - s.first) }

// A packer puts watchers into words: as few words as keep those of one room
// together.
type packer struct{ used []int } // bits, by word

func (p *packer) pack(watchers int) []stretch {
	if watchers == 0 {
		return nil
	}
	if last := len(p.used) - 1; last >= 0 && p.used[last]+watchers <= wordBits {
		s := stretch{last, p.used[last], 0, watchers}
		p.used[last] += watchers
		return []stretch{s}
	}
	var list []stretch
	for first := 0; first < watchers; first += wordBits {
		n := min(wordBits, watchers-first)
		list = append(list, stretch{len(p.used), 0, first, n})
		p.used = append(p.used, n)
	}
	return list
}
