package modeldiff

import (
	"cmp"
	"fmt"
	"slices"
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
	// Part is the dimension, group, first of block or table that changed, with its new
	// name, such as `group "Emails"`, or "audience".
	Part string `json:"part,omitempty"`
	// What changed: model, description, target, time zone, season, limit, audience, child,
	// dimension, group, first of, table, by, row `…`, out of, weight, order, condition,
	// points, bound, grade "…", label, sales ready; or an entity.
	What string `json:"what"`
	Kind Kind   `json:"change"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// A Kind is how something differs in a [Change]. In JSON it is the string.
type Kind string

// The kinds of changes.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed" // from one value to another
	Renamed Kind = "renamed" // a model, part or condition with a new name
	Moved   Kind = "moved"   // a part or condition, from one part of the model to another
)

// String returns the change on one line, without the model. Control characters in
// names are replaced.
func (c Change) String() string { return shown.Printable(c.text()) }

func (c *Change) text() string {
	subject := c.What
	switch {
	case c.What == "condition":
		subject = fmt.Sprintf("condition %q", c.Condition)
	case c.Condition != "":
		subject = fmt.Sprintf("condition %q: %s", c.Condition, c.What)
	case strings.HasPrefix(c.Part, c.What+" "): // it is about the part itself
		subject = c.Part
	case c.Part != "":
		subject = c.Part + ": " + c.What
	}
	switch {
	case c.Kind == Renamed:
		return fmt.Sprintf("%s %q is now called %q", c.What, c.From, c.To)
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
// their content is the same, and so do dimensions, groups, first of blocks and tables.
// The order of conditions and children, and the way they are written, make no
// difference; that of tiers and of rows does. A name for a value stands for the value.
// Schemas are compared only if all models of each set share one.
func Rules(older, newer *leadscore.Set) Changes {
	changes := schemas(older.Schema(), newer.Schema())
	was, is := checked(older), checked(newer)
	pairs := matchModels(was, is)
	kept := map[*check.Model]bool{}
	for _, m := range is {
		d := differ{model: m.Name}
		if old := pairs[m]; old == nil {
			d.add(Change{What: "model", Kind: Added})
		} else {
			kept[old] = true
			if old.Name != m.Name {
				d.add(Change{What: "model", Kind: Renamed, From: old.Name, To: m.Name})
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
	model    string
	changes  Changes
	old, now *layout
	pairs    pairing
}

func (d *differ) add(c Change) {
	c.Model = d.model
	d.changes = append(d.changes, c)
}

// value adds a change of something that may be absent. in has its condition or part.
func (d *differ) value(in Change, what, from, to string) {
	in.What, in.From, in.To = what, from, to
	switch {
	case from == to:
		return
	case from == "":
		in.Kind = Added
	case to == "":
		in.Kind = Removed
	default:
		in.Kind = Changed
	}
	d.add(in)
}

func (d *differ) compare(old, now *check.Model) {
	d.old, d.now = layoutOf(old), layoutOf(now)
	d.pairs = pairUp(d.old, d.now)
	var model Change
	d.value(model, "description", quoted(old.Description), quoted(now.Description))
	d.value(model, "target", old.Target.String(), now.Target.String())
	d.value(model, "time zone", zone(old), zone(now))
	d.value(model, "season", seasonOf(old.Source.Clauses), seasonOf(now.Source.Clauses))
	d.value(model, "limit", limitText(old.Limit), limitText(now.Limit))
	d.audience(old.Audience, now.Audience)
	d.parts()
	d.conditions()
	d.grades(model, old.Grades, now.Grades)
	renamed := d.pairs.renamed()
	d.value(model, "label", labelText(old, renamed), labelText(now, nil))
	d.value(model, "sales ready", ready(old, renamed), ready(now, nil))
}

// audience compares two audiences, which may be nil.
func (d *differ) audience(old, now *check.Condition) {
	texts := func(c *check.Condition) []string {
		if c == nil {
			return nil
		}
		return itemTexts(c)
	}
	if old == nil || now == nil {
		d.value(Change{}, "audience", strings.Join(texts(old), "; "), strings.Join(texts(now), "; "))
		return
	}
	d.children(Change{Part: "audience"}, texts(old), texts(now))
}

// conditions compares the conditions of two versions, apart from rows of tables.
func (d *differ) conditions() {
	placed := func(l *layout, c *check.Condition) string {
		if place := l.place(c); place != "" {
			return conditionText(c) + "; in " + place
		}
		return conditionText(c)
	}
	kept := map[*check.Condition]bool{}
	for _, c := range d.now.conditions {
		in := Change{Condition: c.Name}
		before, ok := d.pairs.conditions[c]
		if !ok {
			d.value(in, "condition", "", placed(d.now, c))
			continue
		}
		kept[before] = true
		if before.Name != c.Name {
			d.add(Change{Condition: c.Name, What: "condition", Kind: Renamed, From: before.Name, To: c.Name})
		}
		if from := d.old.places[before]; !d.pairs.same(from, d.now.places[c]) {
			to := cmp.Or(d.now.place(c), d.now.places[c].String())
			d.add(Change{Condition: c.Name, What: "condition", Kind: Moved, From: from.String(), To: to})
		}
		d.value(in, "season", seasonText(before.Source.Active), seasonText(c.Source.Active))
		d.value(in, "points", pointsText(before.Points), pointsText(c.Points))
		d.value(in, "bound", boundText(before), boundText(c))
		d.children(in, itemTexts(before), itemTexts(c))
	}
	for _, c := range d.old.conditions {
		if !kept[c] {
			d.value(Change{Condition: c.Name}, "condition", placed(d.old, c), "")
		}
	}
}

// children compares two sorted lists of children and blocks of them. If one was removed
// and one was added, they are reported as one that changed.
func (d *differ) children(in Change, old, now []string) {
	gone, added := without(old, now), without(now, old)
	if len(gone) == 1 && len(added) == 1 {
		d.value(in, "child", gone[0], added[0])
		return
	}
	for _, text := range gone {
		d.value(in, "child", text, "")
	}
	for _, text := range added {
		d.value(in, "child", "", text)
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

func (d *differ) grades(in Change, old, now grades.Scale) {
	before, after := map[string]string{}, map[string]string{}
	for b := range old.Bands() {
		before[b.Name] = scores(b)
	}
	for b := range now.Bands() {
		after[b.Name] = scores(b)
		d.value(in, fmt.Sprintf("grade %q", b.Name), before[b.Name], after[b.Name])
	}
	for b := range old.Bands() {
		if after[b.Name] == "" {
			d.value(in, fmt.Sprintf("grade %q", b.Name), before[b.Name], "")
		}
	}
}
