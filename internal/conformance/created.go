package conformance

import (
	"slices"
	"strings"
)

// A Created is a lead that an evaluator wants to create, or a contact or account for which
// it creates none.
type Created struct {
	Parent   string // contact or account
	ID       string // of the parent
	Creation string
	Proposal string // its id
	Ref      string // or ""
	Context  string
	Entity   string // of the interaction
	Cause    string // its id
	Values   []string
	Err      error // why there is none; the fields from Ref on are not set
}

// CreatedText returns leads as a case has them, by parent, creation and context.
func CreatedText(list []Created) string {
	lines := make([]string, len(list))
	for i, c := range list {
		line := []string{c.Parent + " " + quoted(c.ID), quoted(c.Creation)}
		switch {
		case c.Err != nil:
			line = append(line, "error", c.Err.Error())
		case c.Ref != "":
			line = append(line, c.Ref+" "+orDash(c.Context))
		}
		if c.Err == nil {
			line = append(line, "because of "+c.Entity+" "+quoted(c.Cause), "id "+c.Proposal)
		}
		if len(c.Values) > 0 {
			line = append(line, strings.Join(c.Values, ", "))
		}
		lines[i] = strings.Join(line, "  ") + "\n"
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}
