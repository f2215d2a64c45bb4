package eval

import (
	"fmt"
	"strings"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/eval/internal/walk"
	"github.com/leadscore/leadscore/internal/shown"
)

// A Reason says why records are missing where the path of a child leads. It is a word or
// two, in JSON too.
type Reason string

// The reasons of a [Missing].
const (
	Later        Reason = "later"           // the records are later than as of, so they do not exist
	Before       Reason = "before range"    // the records lie before the date range
	After        Reason = "after range"     // the records lie after the date range
	Undated      Reason = "no date"         // the records have no date, so they lie outside the date range
	NoRecord     Reason = "no record"       // the ids in a reference are those of no record
	Empty        Reason = "empty reference" // the reference holds no id
	Unreferenced Reason = "unreferenced"    // no record has a reference to the records that the path reached
)

var reasons = [...]Reason{
	walk.Later: Later, walk.Before: Before, walk.After: After, walk.Undated: Undated,
	walk.NoRecord: NoRecord, walk.Empty: Empty, walk.Unreferenced: Unreferenced,
}

// A Missing is a reason why a child counted too little that does not depend on its
// expressions: what is missing at one step of its path.
type Missing struct {
	Reason Reason `json:"reason"`
	Path   string `json:"path"` // the step, such as Lead.ParentContact
	// Entity is the entity of the missing records. For Empty it is that of the records
	// whose reference is empty.
	Entity string `json:"entity"`
	// Reference is the reference that leads to the records, or by which they would
	// belong to those before them. It is "" for Later, Before, After and Undated.
	Reference string `json:"reference,omitempty"`
	Count     int    `json:"count"` // records; for NoRecord the ids that name none, for Unreferenced those that none names
	// ID is one of them: for Later and After the earliest, for Before the latest, else
	// the least id.
	ID   string `json:"id"`
	When string `json:"when,omitempty"` // the date of the record ID, for Later, Before and After
}

// String returns the reason as a sentence without a full stop, such as
// `2 EmailOpened are later than as of, the first at 2026-06-01T09:00:00Z` or
// `ParentContact "c2" is not a Contact`.
func (m Missing) String() string {
	id := shown.QuoteAll(m.ID)
	switch m.Reason {
	case Later:
		return m.records("later than as of", "first")
	case Before:
		return m.records("before the date range", "last")
	case After:
		return m.records("after the date range", "first")
	case Undated:
		if m.Count == 1 {
			return fmt.Sprintf("%s %s has no date", m.Entity, id)
		}
		return fmt.Sprintf("%d %s have no date", m.Count, m.Entity)
	case NoRecord:
		switch {
		case m.Count == 1 && m.Reference == m.Entity:
			return fmt.Sprintf("there is no %s %s", m.Entity, id)
		case m.Count == 1:
			return fmt.Sprintf("%s %s is not %s", m.Reference, id, withArticle(m.Entity))
		}
		return fmt.Sprintf("%d ids of %s name no %s, such as %s", m.Count, m.Reference, m.Entity, id)
	case Empty:
		if m.Count == 1 {
			return m.Reference + " is empty"
		}
		return fmt.Sprintf("%s is empty in %d %s", m.Reference, m.Count, m.Entity)
	case Unreferenced:
		if m.Count == 1 {
			return fmt.Sprintf("no %s has %s as its %s", m.Entity, id, m.Reference)
		}
		return fmt.Sprintf("no %s has one of %d ids as its %s, such as %s", m.Entity, m.Count, m.Reference, id)
	}
	return string(m.Reason)
}

// records says where records lie, and which of several is nearest.
func (m Missing) records(where, nearest string) string {
	if m.Count == 1 {
		return fmt.Sprintf("%s %s is %s, at %s", m.Entity, shown.QuoteAll(m.ID), where, m.When)
	}
	return fmt.Sprintf("%d %s are %s, the %s at %s", m.Count, m.Entity, where, nearest, m.When)
}

// withArticle returns the name of an entity with a or an before it.
func withArticle(name string) string {
	if name != "" && strings.Contains("AEIOUaeiou", name[:1]) {
		return "an " + name
	}
	return "a " + name
}

// missingOf returns what a walk found to be missing. That a path leads nowhere is what
// none asks for, and no reason.
func missingOf(ch *plan.Child, list []walk.Missing) []Missing {
	var out []Missing
	for _, m := range list {
		if ch.Checked.None() && (m.Reason == walk.Empty || m.Reason == walk.Unreferenced) {
			continue
		}
		missing := Missing{
			Reason: reasons[m.Reason], Path: m.Node.Path(), Entity: m.Entity.Name(), Reference: m.By, Count: m.Count, ID: m.ID,
		}
		if !m.When.IsEmpty() {
			missing.When = text(ch, m.When)
		}
		out = append(out, missing)
	}
	return out
}

// Reasons returns why a child counted too little or too much, as lines of text: each of
// Nearest after "not met: ", those of Missing that say more, and Full and TooMany.
func (c *ChildResult) Reasons() []string {
	var lines []string
	if c.TooMany > 0 {
		lines = append(lines, fmt.Sprintf("%d too many", c.TooMany))
	}
	if c.Full != nil {
		lines = append(lines, c.Full.String())
	}
	told := map[string]bool{} // ids of records that a line names
	for _, u := range c.Nearest {
		lines = append(lines, "not met: "+u.String())
		told[u.Entity+" "+u.ID] = true
	}
	for _, m := range c.Missing {
		outside := m.Reason == Before || m.Reason == After || m.Reason == Undated
		if outside && m.Count == 1 && told[m.Entity+" "+m.ID] {
			continue
		}
		lines = append(lines, m.String())
	}
	return lines
}
