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

// Created returns the leads that are to be created, if the case has them.
func (c *Case) Created() (string, bool) {
	f := c.archive.get(createFile)
	if f == nil {
		return "", false
	}
	return f.text, true
}

// SetCreated sets the leads that are to be created.
func (c *Case) SetCreated(text string) { c.archive.set(createFile, text) }

// Assigned returns what assignments give to the leads, if the case has that.
func (c *Case) Assigned() (string, bool) {
	f := c.archive.get(assignFile)
	if f == nil {
		return "", false
	}
	return f.text, true
}

// SetAssigned sets what assignments give to the leads.
func (c *Case) SetAssigned(text string) { c.archive.set(assignFile, text) }

// An Assigned is what one assignment gives to a lead.
type Assigned struct {
	Lead, Assignment string
	Rule             string // or ""
	Otherwise        bool   // no rule holds
	Values           []string
}

// AssignedText returns what leads get as a case has it.
func AssignedText(list []Assigned) string {
	var b strings.Builder
	for _, a := range list {
		line := []string{quoted(a.Lead), quoted(a.Assignment)}
		switch {
		case a.Rule != "":
			line = append(line, "rule "+quoted(a.Rule))
		case a.Otherwise:
			line = append(line, "otherwise")
		default:
			line = append(line, "not in audience")
		}
		if len(a.Values) > 0 {
			line = append(line, strings.Join(a.Values, ", "))
		}
		b.WriteString(strings.Join(line, "  ") + "\n")
	}
	return b.String()
}
