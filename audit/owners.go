package audit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// owners looks for values that rules set for an owner and that no lead has: a text field of
// Lead whose name ends with Owner. If no lead has an owner nothing is known of them.
func (x *auditor) owners(set *leadscore.Set) {
	t := x.store.Table(traverse.Lead)
	fields, texts := ownersSet(set)
	for _, f := range fields {
		c := t.Column(f.Name)
		if c == nil || c.Wide || c.Dict == nil {
			continue
		}
		owners := map[string]string{} // as a lead has them, by what they are compared as
		for row := range t.Rows() {
			if text := t.Value(row, c).Text(); text != "" {
				owners[f.Fold(text)] = text
			}
		}
		var unknown []string
		for _, text := range texts[f.Name] {
			if _, ok := owners[f.Fold(text)]; !ok {
				unknown = append(unknown, text)
			}
		}
		if len(owners) == 0 || len(unknown) == 0 {
			continue
		}
		help := ""
		if near := nearest.Name(unknown[0], slices.Values(slices.Sorted(maps.Values(owners)))); near != "" {
			help = fmt.Sprintf("did you mean %s?", shown.Quote(near))
		}
		x.add(Finding{
			Code: CodeUnknownOwner, Entity: traverse.Lead, Field: f.Name, Count: len(unknown), Of: len(texts[f.Name]),
			Examples: unknown[:min(MaxExamples, len(unknown))], Help: help,
			Summary: fmt.Sprintf("%d of %d values that rules set are borne by no lead, such as %s", len(unknown), len(texts[f.Name]), shown.Quote(unknown[0])),
		})
	}
}

// ownersSet returns the fields of owners that rules set, and the distinct values of each, in
// the order of the rules.
func ownersSet(set *leadscore.Set) (fields []traverse.Field, texts map[string][]string) {
	texts = map[string][]string{}
	add := func(values []check.SetValue) {
		for _, v := range values {
			if v.Field.Type != traverse.Text || !strings.HasSuffix(v.Field.Name, "Owner") {
				continue
			}
			name := v.Field.Name
			if texts[name] == nil {
				fields = append(fields, v.Field)
			}
			of := v.OneOf
			if of == nil {
				of = []traverse.Value{v.Value}
			}
			for _, value := range of {
				if text := value.Text(); !slices.Contains(texts[name], text) {
					texts[name] = append(texts[name], text)
				}
			}
		}
	}
	for _, a := range set.Assignments() {
		for _, r := range a.Checked().Rules {
			add(r.Values)
		}
		add(a.Checked().Otherwise)
	}
	for _, c := range set.Creations() {
		add(c.Checked().Values)
	}
	return fields, texts
}
