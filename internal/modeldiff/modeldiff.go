// Package modeldiff says in the words of the scoring designer how two versions of
// models differ: conditions added and removed, points changed from and to.
package modeldiff

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/traverse"
)

// A Change is one difference between two versions.
type Change struct {
	Model     string `json:"model,omitempty"`     // "" for the schema
	Condition string `json:"condition,omitempty"` // by its new name, if it has one
	What      string `json:"what"`                // model, description, target, time zone, condition, points, child, grade "…", sales ready; or an entity
	Change    string `json:"change"`              // added, removed, changed or renamed
	From      string `json:"from,omitempty"`
	To        string `json:"to,omitempty"`
}

// String returns the change in one line, without the model.
func (c Change) String() string {
	subject := c.What
	switch {
	case c.What == "condition" && c.Change == "renamed":
		return fmt.Sprintf("condition %q is now called %q", c.From, c.To)
	case c.What == "condition":
		return fmt.Sprintf("condition %q %s: %s", c.Condition, c.Change, cmp.Or(c.To, c.From))
	case c.Condition != "":
		subject = fmt.Sprintf("condition %q: %s", c.Condition, c.What)
	case c.What == "model" && c.Change == "renamed":
		return fmt.Sprintf("model %q is now called %q", c.From, c.To)
	}
	switch {
	case c.From == "" && c.To == "":
		return subject + " " + c.Change
	case c.From == "":
		return fmt.Sprintf("%s %s: %s", subject, c.Change, c.To)
	case c.To == "":
		return fmt.Sprintf("%s %s: %s", subject, c.Change, c.From)
	}
	return fmt.Sprintf("%s %s from %s to %s", subject, c.Change, c.From, c.To)
}

// Compare lists what is different in newer, model by model: those that both have
// in the order of newer, then those that are gone. Models and conditions are the
// same if they bear the same name, or else if all that they hold is the same.
func Compare(older, newer []*check.Model) []Change {
	var changes []Change
	pairs := Models(older, newer)
	for _, m := range newer {
		d := differ{model: m.Name}
		old, ok := pairs[m]
		switch {
		case !ok:
			d.add("", "model", "added", "", "")
		default:
			if old.Name != m.Name {
				d.add("", "model", "renamed", old.Name, m.Name)
			}
			d.compare(old, m)
		}
		changes = append(changes, d.changes...)
	}
	kept := map[*check.Model]bool{}
	for _, old := range pairs {
		kept[old] = true
	}
	for _, m := range older {
		if !kept[m] {
			changes = append(changes, Change{Model: m.Name, What: "model", Change: "removed"})
		}
	}
	return changes
}

// Models pairs the models of a new version with what they were before.
func Models(older, newer []*check.Model) map[*check.Model]*check.Model {
	return match(older, newer, func(m *check.Model) string { return m.Name }, modelText)
}

// Renamed tells for each condition of a new version what it was called before, if
// it was there.
func Renamed(older, newer *check.Model) map[string]string {
	names := map[string]string{}
	for now, old := range conditions(older, newer) {
		names[now.Name] = old.Name
	}
	return names
}

// match finds for what is new what it was before: by name, then by content where
// that is not ambiguous.
func match[T any](older, newer []*T, name, content func(*T) string) map[*T]*T {
	pairs := map[*T]*T{}
	byName := map[string]*T{}
	for _, o := range older {
		byName[name(o)] = o
	}
	taken := map[*T]bool{}
	for _, n := range newer {
		if o := byName[name(n)]; o != nil && !taken[o] {
			pairs[n], taken[o] = o, true
		}
	}
	was, is := map[string][]*T{}, map[string][]*T{}
	for _, o := range older {
		if !taken[o] {
			was[content(o)] = append(was[content(o)], o)
		}
	}
	for _, n := range newer {
		if pairs[n] == nil {
			is[content(n)] = append(is[content(n)], n)
		}
	}
	for text, list := range is {
		if old := was[text]; len(list) == 1 && len(old) == 1 {
			pairs[list[0]] = old[0]
		}
	}
	return pairs
}

// Schemas lists the entities that differ between two schemas, by name. Its changes
// are of no model.
func Schemas(older, newer *traverse.Schema) []Change {
	texts := func(s *traverse.Schema) map[string]string {
		all := map[string]string{}
		for _, d := range s.Definitions() {
			all[fmt.Sprintf("%s %s", d.Kind, d.Name)] = fmt.Sprintf("%+v", d)
		}
		return all
	}
	before, after := texts(older), texts(newer)
	var changes []Change
	for what, text := range after {
		if was, ok := before[what]; !ok {
			changes = append(changes, Change{What: what, Change: "added"})
		} else if was != text {
			changes = append(changes, Change{What: what, Change: "changed"})
		}
	}
	for what := range before {
		if _, ok := after[what]; !ok {
			changes = append(changes, Change{What: what, Change: "removed"})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.What, b.What) })
	return changes
}

func conditions(older, newer *check.Model) map[*check.Condition]*check.Condition {
	pointers := func(m *check.Model) []*check.Condition {
		list := make([]*check.Condition, len(m.Conditions))
		for i := range m.Conditions {
			list[i] = &m.Conditions[i]
		}
		return list
	}
	return match(pointers(older), pointers(newer), func(c *check.Condition) string { return c.Name }, conditionText)
}

// modelText is all that a model holds but for its name.
func modelText(m *check.Model) string {
	text := target(m) + zone(m) + strconv.Quote(m.Description) + ready(m)
	for i := range m.Conditions {
		text += strconv.Quote(m.Conditions[i].Name) + conditionText(&m.Conditions[i])
	}
	for b := range m.Grades.Bands() {
		text += strconv.Quote(b.String())
	}
	return text
}

// conditionText is all that a condition holds but for its name.
func conditionText(c *check.Condition) string {
	text := fmt.Sprintf("%+d", c.Points)
	for _, child := range childTexts(c) {
		text += "; " + child
	}
	return text
}

// childTexts are the children in an order of their own: theirs means nothing.
func childTexts(c *check.Condition) []string {
	var texts []string
	for i := range c.Children {
		texts = append(texts, c.Children[i].Source.String())
	}
	slices.Sort(texts)
	return texts
}

func target(m *check.Model) string {
	if m.Account {
		return "account"
	}
	return "contact"
}

func zone(m *check.Model) string { return m.Zone.String() }

func ready(m *check.Model) string {
	if n, ok := m.SalesReady.At(); ok {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

// differ compares two versions of a model.
type differ struct {
	model   string
	changes []Change
}

func (d *differ) add(condition, what, change, from, to string) {
	d.changes = append(d.changes, Change{d.model, condition, what, change, from, to})
}

// value adds a change of what can be missing.
func (d *differ) value(condition, what, from, to string) {
	switch {
	case from == to:
	case from == "":
		d.add(condition, what, "added", "", to)
	case to == "":
		d.add(condition, what, "removed", from, "")
	default:
		d.add(condition, what, "changed", from, to)
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
	pairs := conditions(old, now)
	kept := map[*check.Condition]bool{}
	for i := range now.Conditions {
		c := &now.Conditions[i]
		before, ok := pairs[c]
		if !ok {
			d.add(c.Name, "condition", "added", "", conditionText(c))
			continue
		}
		kept[before] = true
		if before.Name != c.Name {
			d.add(c.Name, "condition", "renamed", before.Name, c.Name)
		}
		if before.Points != c.Points {
			d.add(c.Name, "points", "changed", fmt.Sprintf("%+d", before.Points), fmt.Sprintf("%+d", c.Points))
		}
		d.children(c.Name, childTexts(before), childTexts(c))
	}
	for i := range old.Conditions {
		if c := &old.Conditions[i]; !kept[c] {
			d.add(c.Name, "condition", "removed", conditionText(c), "")
		}
	}
	d.grades(old, now)
	d.value("", "sales ready", ready(old), ready(now))
}

// children compares two sorted lists of children. One that is gone and one that
// is new are taken for one that has changed.
func (d *differ) children(condition string, old, now []string) {
	gone, added := without(old, now), without(now, old)
	if len(gone) == 1 && len(added) == 1 {
		d.add(condition, "child", "changed", gone[0], added[0])
		return
	}
	for _, text := range gone {
		d.add(condition, "child", "removed", text, "")
	}
	for _, text := range added {
		d.add(condition, "child", "added", "", text)
	}
}

// without returns what is in list and not in other; what is there twice must be
// there twice.
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

// scores spells those of a grade.
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
