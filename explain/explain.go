// Package explain explains scores: what each condition counted for a lead, and what
// it contributed. A [Ledger] is an explanation as data, which can be printed, stored
// as JSON, and read again.
package explain

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/shown"
)

// Occurrences is the number of records that [Lead] lists for a condition by default.
const Occurrences = 100

// A Ledger is the result of one model for one lead, with what each condition
// contributed. Score, Grade, SalesReady and Contributions are meaningful only if
// Status is [leadscore.Scored].
type Ledger struct {
	Model         string                   `json:"model"`
	Lead          string                   `json:"lead"`
	AsOf          time.Time                `json:"as_of,omitzero"` // in the model's time zone
	Status        leadscore.Status         `json:"status"`
	Score         int64                    `json:"score"`
	Grade         string                   `json:"grade"` // "" if the score is outside all grades
	SalesReady    bool                     `json:"sales_ready"`
	Contributions []leadscore.Contribution `json:"contributions,omitempty"` // in the order of the rules
}

// Of returns the ledger of a result. It has no contributions if the lead was scored
// without [leadscore.Explain].
func Of(r leadscore.Result) Ledger {
	return Ledger{r.Model, r.Lead, r.AsOf, r.Status, r.Score, r.Grade, r.SalesReady, slices.Collect(r.Contributions())}
}

// Lead scores one lead with a set and returns a ledger for each model, in the order
// of the set. For each condition it lists up to [Occurrences] records; use
// [leadscore.Explain] to list more or fewer. Lead fails when
// [leadscore.Set.Score] does.
func Lead(ctx context.Context, set *leadscore.Set, lead string, data leadscore.Source, opts ...leadscore.Option) ([]Ledger, error) {
	r, err := set.Score(ctx, lead, data, slices.Concat([]leadscore.Option{leadscore.Explain(Occurrences)}, opts)...)
	if err != nil {
		return nil, err
	}
	ledgers := make([]Ledger, len(r.Results))
	for i := range r.Results {
		ledgers[i] = Of(r.Results[i])
	}
	return ledgers, nil
}

// MarshalJSON returns the same object as [leadscore.Result.MarshalJSON].
// json.Unmarshal reads it.
func (l Ledger) MarshalJSON() ([]byte, error) {
	if l.Status == leadscore.Scored {
		type plain Ledger
		return shown.JSON(plain(l))
	}
	return shown.JSON(struct {
		Model  string           `json:"model"`
		Lead   string           `json:"lead"`
		AsOf   time.Time        `json:"as_of,omitzero"`
		Status leadscore.Status `json:"status"`
	}{l.Model, l.Lead, l.AsOf, l.Status})
}

// String returns the ledger as text. The first line is that of
// [leadscore.Result.String]. For a scored lead it is followed by the instant as of which
// it was scored, and by the conditions; each condition by its children and what they
// counted; and each child by the records that it counted, or by what kept the nearest
// record from counting and what is missing where its path leads. Ids and texts from the data are quoted, so that blanks and
// characters that cannot be seen show. Control characters in names are replaced.
func (l Ledger) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, leadscore.Result{
		Model: l.Model, Lead: l.Lead, Status: l.Status, Score: l.Score, Grade: l.Grade, SalesReady: l.SalesReady,
	})
	if l.Status == leadscore.Scored && !l.AsOf.IsZero() {
		fmt.Fprintf(&b, "  as of %s\n", l.AsOf.Format(time.RFC3339Nano))
	}
	for i := range l.Contributions {
		c := &l.Contributions[i]
		fmt.Fprintf(&b, "  %s: %s\n", shown.Printable(c.Condition), sum(c))
		for j := range c.Children {
			child := &c.Children[j]
			holds := "holds"
			if !child.Holds {
				holds = "does not hold"
			}
			fmt.Fprintf(&b, "    %s: %d, %s\n", shown.Printable(child.Rule), child.Count, holds)
			for _, reason := range child.Reasons() {
				fmt.Fprintf(&b, "      %s\n", shown.Printable(reason))
			}
			for _, o := range child.Occurrences {
				b.WriteString("      ")
				if !o.Time.IsZero() {
					b.WriteString(o.Time.Format(time.RFC3339Nano) + " ")
				}
				fmt.Fprintf(&b, "%s %s", o.Entity, shown.QuoteAll(o.ID))
				if o.Routes > 1 {
					fmt.Fprintf(&b, ", %d routes", o.Routes)
				}
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

// Summary returns the conditions that counted on one line, such as
// "Opened: 2 x +10 = +20; Known: 1 x -5 = -5". It does not replace control
// characters in names.
func (l Ledger) Summary() string {
	var parts []string
	for i := range l.Contributions {
		if c := &l.Contributions[i]; c.Multiplier > 0 {
			parts = append(parts, c.Condition+": "+sum(c))
		}
	}
	return strings.Join(parts, "; ")
}

// sum returns a contribution as text, such as "2 x +10 = +20".
func sum(c *leadscore.Contribution) string {
	if c.Score == 0 {
		return fmt.Sprintf("%d x %+d = 0", c.Multiplier, c.Points)
	}
	return fmt.Sprintf("%d x %+d = %+d", c.Multiplier, c.Points, c.Score)
}
