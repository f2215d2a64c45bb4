package command

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/leadscore/leadscore/internal/answer"
)

func runSchema(ctx context.Context, inv *invocation) error {
	rules := inv.ruleFlags()
	inv.formatFlag("text", "print the schema as `FORMAT`: text or json (one object per entity)", "json")
	names, err := inv.parse()
	if err != nil {
		return err
	}
	set, err := rules.compileOne(ctx, names)
	if err != nil {
		return inv.report(err)
	}
	schema := set.Schema()
	if inv.json != nil {
		return answer.Each(inv.json, answer.KeyEntity, answer.Entities(schema))
	}
	for i, entity := range answer.Entities(schema) {
		if i > 0 {
			fmt.Fprintln(inv.out)
		}
		if err := printEntity(inv.out, entity); err != nil {
			return err
		}
	}
	return nil
}

// printEntity prints an entity as text: a line for each field and each hop.
func printEntity(w io.Writer, e answer.Entity) error {
	head := e.Kind + " " + e.Name
	if e.Passive {
		head += " passive"
	}
	if e.DatedBy != "" {
		head += ", dated by " + e.DatedBy
	}
	var rows [][]string
	for _, f := range e.Fields {
		words := []string{f.Type}
		if f.Exact {
			words = append(words, "exact")
		}
		if f.Derived != "" {
			words = append(words, f.Derived)
		}
		row := []string{"  " + f.Name, strings.Join(words, " ")}
		if len(f.Values) > 0 {
			quoted := make([]string, len(f.Values))
			for i, v := range f.Values {
				quoted[i] = fmt.Sprintf("%q", v)
			}
			row = append(row, strings.Join(quoted, ", "))
		}
		rows = append(rows, row)
	}
	for _, h := range e.Hops {
		row := []string{"  " + h.Name, h.Cardinality + " " + h.To}
		if h.Via != "" {
			row = append(row, "by "+h.To+"."+h.Via)
		}
		rows = append(rows, row)
	}
	_, err := io.WriteString(w, head+"\n"+aligned(rows))
	return err
}
