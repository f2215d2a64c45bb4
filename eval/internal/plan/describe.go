package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// String describes the plan for people: what is counted in one pass, and how many
// conditions are left to counting routes.
func (p *Columns) String() string {
	var b strings.Builder
	for i, name := range [Targets]string{"contact-based leads", "account-based leads", "every lead", "every lead, with its contact"} {
		if t := &p.Targets[i]; t.any() {
			fmt.Fprintf(&b, "%s\n", name)
			t.describe(&b)
		}
	}
	left := 0
	for _, conditions := range p.Residual {
		left += len(conditions)
	}
	fmt.Fprintf(&b, "%s left to counting routes\n", plural(left, "condition"))
	return b.String()
}

func (t *Target) describe(b *strings.Builder) {
	t.Lead.describe(b, "once")
	t.Owner.describe(b, "for each owner of interactions")
	var words Packer
	words.Pack(len(t.Lead.Measures))
	for i := range t.Interactions {
		k := &t.Interactions[i]
		fmt.Fprintf(b, "  %s, in one pass: ", k.Entity.Name())
		if n := len(k.Totals); n > 0 {
			fmt.Fprintf(b, "%s by window alone", plural(n, "count"))
		}
		if len(k.Totals) > 0 && len(k.Measures) > 0 {
			b.WriteString("; ")
		}
		if n := len(k.Measures); n > 0 {
			var in []string
			for _, r := range words.Pack(n) {
				in = append(in, strconv.Itoa(r.Word))
			}
			fmt.Fprintf(b, "%s in word %s", plural(n, "count"), strings.Join(in, ", "))
			fmt.Fprintf(b, " by %s", k.fields())
		}
		b.WriteString("\n")
	}
	if n := len(t.Tallies); n > 0 {
		fmt.Fprintf(b, "  %s with a cap, burst or decay\n", plural(n, "count"))
	}
	if n := len(t.Conjunctions); n > 0 {
		fmt.Fprintf(b, "  %s of several counts\n", plural(n, "condition"))
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func (p *Profile) describe(b *strings.Builder, when string) {
	for i, n := range p.Nodes {
		if len(n.Where)+len(n.Required) > 0 {
			fmt.Fprintf(b, "  %s, %s: %s on %s\n", p.path(i), when, plural(len(n.Where), "expression"), fieldNames(n.fields()))
		}
	}
}

func (n *ProfileNode) fields() []string {
	var names []string
	for _, e := range n.Where {
		names = append(names, e.Field.Name)
	}
	return names
}

func (k *Interactions) fields() string {
	var names []string
	for i := range k.Measures {
		for _, e := range k.Measures[i].Where {
			names = append(names, e.Field.Name)
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

func (p *Profile) path(i int) string {
	if i == 0 {
		return p.Nodes[0].Entity.Name()
	}
	return p.path(p.Nodes[i].Parent) + "." + p.Nodes[i].Ref
}
