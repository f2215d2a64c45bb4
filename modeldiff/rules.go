package modeldiff

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// A Change is one difference between two versions of rules.
type Change struct {
	Model     string `json:"model,omitempty"`     // "" for a change of the schema
	Condition string `json:"condition,omitempty"` // the condition's new name, if it has one
	What      string `json:"what"`                // model, description, target, time zone, condition, points, bound, child, grade "…", limit, group "…", let …, sales ready and the like; or an entity
	Kind      Kind   `json:"change"`
	From      string `json:"from,omitempty"`
	To        string `json:"to,omitempty"`
}

// A Kind is how something differs in a [Change]. In JSON it is the string.
type Kind string

// The kinds of changes.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed" // from one value to another
	Renamed Kind = "renamed" // a model or condition with a new name
)

// String returns the change on one line, without the model. Control characters in
// names are replaced.
func (c Change) String() string { return shown.Printable(c.text()) }

func (c *Change) text() string {
	subject := c.What
	switch {
	case c.What == "condition" && c.Kind == Renamed:
		return fmt.Sprintf("condition %q is now called %q", c.From, c.To)
	case c.What == "condition":
		return fmt.Sprintf("condition %q %s: %s", c.Condition, c.Kind, cmp.Or(c.To, c.From))
	case c.Condition != "":
		subject = fmt.Sprintf("condition %q: %s", c.Condition, c.What)
	case c.What == "model" && c.Kind == Renamed:
		return fmt.Sprintf("model %q is now called %q", c.From, c.To)
	}
	switch {
	case c.From == "" && c.To == "":
		return fmt.Sprintf("%s %s", subject, c.Kind)
	case c.From == "":
		return fmt.Sprintf("%s %s: %s", subject, c.Kind, c.To)
	case c.To == "":
		return fmt.Sprintf("%s %s: %s", subject, c.Kind, c.From)
	}
	return fmt.Sprintf("%s %s from %s to %s", subject, c.Kind, c.From, c.To)
}

// Changes is a list of differences between two versions of rules.
type Changes []Change

// String returns the changes as text: the name of each model, followed by its
// changes, one per line.
func (list Changes) String() string {
	if len(list) == 0 {
		return "the models and the schema are the same\n"
	}
	var b strings.Builder
	for i, c := range list {
		if i == 0 || c.Model != list[i-1].Model {
			fmt.Fprintln(&b, cmp.Or(shown.Printable(c.Model), "the schema"))
		}
		fmt.Fprintf(&b, "  %s\n", c)
	}
	return b.String()
}

// Rules returns the differences between the rules of older and newer: those of the
// schema first, sorted by entity, then those of each model, in the order of newer,
// then the models that were removed.
//
// Models and conditions correspond if they have the same name, or otherwise if all
// their content is the same. The order of conditions and children, and the way they
// are written, make no difference. Schemas are compared only if all models of each
// set share one. Groups, dimensions, tables and blocks of tiers correspond if they have
// the same name.
func Rules(older, newer *leadscore.Set) Changes {
	changes := schemas(older.Schema(), newer.Schema())
	was, is := checked(older), checked(newer)
	pairs := matchModels(was, is)
	kept := map[*check.Model]bool{}
	for _, m := range is {
		d := differ{model: m.Name}
		if old := pairs[m]; old == nil {
			d.add("", "model", Added, "", "")
		} else {
			kept[old] = true
			if old.Name != m.Name {
				d.add("", "model", Renamed, old.Name, m.Name)
			}
			d.compare(old, m)
		}
		changes = append(changes, d.changes...)
	}
	for _, m := range was {
		if !kept[m] {
			changes = append(changes, Change{Model: m.Name, What: "model", Kind: Removed})
		}
	}
	return changes
}

// schemas returns the entities that differ between two schemas, sorted by name. It
// returns nil if one of the schemas is nil.
func schemas(older, newer *traverse.Schema) Changes {
	if older == nil || newer == nil {
		return nil
	}
	texts := func(s *traverse.Schema) map[string]string {
		all := map[string]string{}
		for _, d := range s.Definitions() {
			all[fmt.Sprintf("%s %s", d.Kind, d.Name)] = fmt.Sprintf("%+v", d)
		}
		return all
	}
	before, after := texts(older), texts(newer)
	var changes Changes
	for what, text := range after {
		if was, ok := before[what]; !ok {
			changes = append(changes, Change{What: what, Kind: Added})
		} else if was != text {
			changes = append(changes, Change{What: what, Kind: Changed})
		}
	}
	for what := range before {
		if _, ok := after[what]; !ok {
			changes = append(changes, Change{What: what, Kind: Removed})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.What, b.What) })
	return changes
}

// differ compares two versions of a model.
type differ struct {
	model   string
	changes Changes
}

func (d *differ) add(condition, what string, kind Kind, from, to string) {
	d.changes = append(d.changes, Change{d.model, condition, what, kind, from, to})
}

// value adds a change of something that may be absent.
func (d *differ) value(condition, what, from, to string) {
	switch {
	case from == to:
	case from == "":
		d.add(condition, what, Added, "", to)
	case to == "":
		d.add(condition, what, Removed, from, "")
	default:
		d.add(condition, what, Changed, from, to)
	}
}

func (d *differ) compare(old, now *check.Model) {
	quoted := func(s string) string {
		if s == "" {
			return ""
		}
		return strconv.Quote(s)
	}
	d.value("", "description", quoted(old.Description), quoted(now.Description))
	d.value("", "target", target(old), target(now))
	d.value("", "time zone", zone(old), zone(now))
	oldParts, oldPlaces := partsOf(old)
	parts, places := partsOf(now)
	d.parts(oldParts, parts)
	d.lets(old, now)
	oldIndex := map[*check.Condition]int{}
	for i := range old.Conditions {
		oldIndex[&old.Conditions[i]] = i
	}
	pairs := matchConditions(old, now)
	kept := map[*check.Condition]bool{}
	for i := range now.Conditions {
		c := &now.Conditions[i]
		before, ok := pairs[c]
		if !ok {
			d.add(conditionName(c), "condition", Added, "", conditionText(c))
			continue
		}
		kept[before] = true
		d.condition(before, c)
		d.value(conditionName(c), "place", oldPlaces[oldIndex[before]], places[i])
	}
	for i := range old.Conditions {
		if c := &old.Conditions[i]; !kept[c] {
			d.add(conditionName(c), "condition", Removed, conditionText(c), "")
		}
	}
	d.grades(old, now)
	d.value("", "sales ready", ready(old), ready(now))
}

// condition compares two versions of a condition.
func (d *differ) condition(before, c *check.Condition) {
	name := conditionName(c)
	if was := conditionName(before); was != name {
		d.add(name, "condition", Renamed, was, name)
	}
	if before.Points != c.Points {
		d.add(name, "points", Changed, fmt.Sprintf("%+d", before.Points), fmt.Sprintf("%+d", c.Points))
	}
	d.value(name, "bound", boundText(before), boundText(c))
	d.value(name, "active", conditionActive(before), conditionActive(c))
	d.children(name, childTexts(before), childTexts(c))
}

// children compares two sorted lists of children. If one child was removed and one
// was added, they are reported as one that changed.
func (d *differ) children(condition string, old, now []string) {
	gone, added := without(old, now), without(now, old)
	if len(gone) == 1 && len(added) == 1 {
		d.add(condition, "child", Changed, gone[0], added[0])
		return
	}
	for _, text := range gone {
		d.add(condition, "child", Removed, text, "")
	}
	for _, text := range added {
		d.add(condition, "child", Added, "", text)
	}
}

// without returns the elements of list that are not in other. An element that occurs
// twice in list must occur twice in other, too.
func without(list, other []string) []string {
	counts := map[string]int{}
	for _, s := range other {
		counts[s]++
	}
	var out []string
	for _, s := range list {
		if counts[s]--; counts[s] < 0 {
			out = append(out, s)
		}
	}
	return out
}

func (d *differ) grades(old, now *check.Model) {
	before, after := map[string]string{}, map[string]string{}
	for b := range old.Grades.Bands() {
		before[b.Name] = scores(b)
	}
	for b := range now.Grades.Bands() {
		after[b.Name] = scores(b)
		d.value("", fmt.Sprintf("grade %q", b.Name), before[b.Name], after[b.Name])
	}
	for b := range old.Grades.Bands() {
		if after[b.Name] == "" {
			d.value("", fmt.Sprintf("grade %q", b.Name), before[b.Name], "")
		}
	}
}

// scores returns the scores of a grade as text.
func scores(b grades.Band) string {
	switch {
	case b.From == math.MinInt64 && b.To == math.MaxInt64:
		return "every score"
	case b.From == math.MinInt64:
		return fmt.Sprintf("below %d", b.To+1)
	case b.To == math.MaxInt64:
		return fmt.Sprintf("%d and above", b.From)
	case b.From == b.To:
		return strconv.FormatInt(b.From, 10)
	}
	return fmt.Sprintf("%d–%d", b.From, b.To)
}
