// Package explain explains scores: what each condition counted for a lead, and what
// it contributed. A [Ledger] is an explanation as data, which can be printed, stored
// as JSON, and read again.
package explain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/internal/shown"
)

// Occurrences is the number of records that [Lead] lists for a condition by default.
const Occurrences = 100

// A Ledger is the result of one model for one lead, with what each condition
// contributed. What follows Status is meaningful only if that is [leadscore.Scored], but
// for Audience and Season.
type Ledger struct {
	Model         string                   `json:"model"`
	Lead          string                   `json:"lead"`
	AsOf          time.Time                `json:"as_of,omitzero"` // in the model's time zone
	Status        leadscore.Status         `json:"status"`
	Score         int64                    `json:"score"`
	Grade         string                   `json:"grade"`                // "" if the score is outside all grades
	Dimensions    eval.Dimensions          `json:"dimensions,omitempty"` // in the order of the rules
	Label         *string                  `json:"label,omitempty"`      // nil if the model has none; "" if a dimension of it has no grade
	SalesReady    bool                     `json:"sales_ready"`
	Contributions []leadscore.Contribution `json:"contributions,omitempty"` // in the order of the rules
	// Lines are those of [leadscore.Result.Ledger], if the score is more than the sum of
	// the contributions: the model has dimensions, groups, limits, tables or the like.
	Lines []leadscore.Line `json:"ledger,omitempty"`
	// Audience says why the lead does not belong to the audience, if Status is
	// [leadscore.NotInAudience]; and Season when the model is active, if it is
	// [leadscore.NotActive].
	Audience *leadscore.Audience `json:"audience,omitempty"`
	Season   *leadscore.Season   `json:"season,omitempty"`
}

// Of returns the ledger of a result, for which it reads all lists. It fails when
// [leadscore.Result.Detailed] does. The ledger has neither contributions nor lines,
// audience or season if the lead was scored without [leadscore.Explain].
func Of(ctx context.Context, r leadscore.Result) (Ledger, error) {
	r, err := r.Detailed(ctx)
	if err != nil {
		return Ledger{}, err
	}
	l := Ledger{
		Model: r.Model, Lead: r.Lead, AsOf: r.AsOf(), Status: r.Status, Score: r.Score, Grade: r.Grade, SalesReady: r.SalesReady,
		Dimensions: r.Dimensions(), Contributions: slices.Collect(r.Contributions()), Audience: r.Audience(), Season: r.Season(),
	}
	if label, ok := r.Label(); ok {
		l.Label = &label
	}
	if r.Structured() {
		l.Lines = slices.Collect(r.Ledger())
	}
	return l, nil
}

// Lead scores one lead with a set and returns a ledger for each model, in the order
// of the set. For each condition it lists up to [Occurrences] records; use
// [leadscore.Explain] to list more or fewer. If records of the lead change meanwhile, Lead
// scores it again; it gives up, with [leadscore.ErrMoved], if they change each time. Lead
// also fails when [leadscore.Set.Score] does.
func Lead(ctx context.Context, set *leadscore.Set, lead string, data leadscore.Source, opts ...leadscore.Option) ([]Ledger, error) {
	opts = slices.Concat([]leadscore.Option{leadscore.Explain(Occurrences)}, opts)
	const tries = 10
	for try := 1; ; try++ {
		ledgers, err := explained(ctx, set, lead, data, opts)
		if try == tries || !errors.Is(err, leadscore.ErrMoved) {
			return ledgers, err
		}
	}
}

// explained scores a lead once, and returns its ledgers.
func explained(ctx context.Context, set *leadscore.Set, lead string, data leadscore.Source, opts []leadscore.Option) ([]Ledger, error) {
	r, err := set.Score(ctx, lead, data, opts...)
	if err != nil {
		return nil, err
	}
	ledgers := make([]Ledger, len(r.Results))
	for i := range r.Results {
		if ledgers[i], err = Of(ctx, r.Results[i]); err != nil {
			return nil, err
		}
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

		Audience *leadscore.Audience `json:"audience,omitempty"`
		Season   *leadscore.Season   `json:"season,omitempty"`
	}{l.Model, l.Lead, l.AsOf, l.Status, l.Audience, l.Season})
}

// String returns the ledger as text. The first line is that of
// [leadscore.Result.String]. For a scored lead it is followed by the instant as of which
// it was scored; if there are lines, by these as a table, whose points add up to the
// score; and by the conditions; each condition by its children and what they counted;
// and each child by the records that it counted, or by what kept the nearest record from
// counting and what is missing where its path leads. Tiers and rows after the one that
// was taken have a line alone. A lead that is not in the audience has the children of the
// audience in place of conditions, and a model that is not active when it is. Ids and
// texts from the data are quoted, so that blanks and characters that cannot be seen show.
// Control characters in names are replaced.
func (l Ledger) String() string {
	var b strings.Builder
	text := l.Status.String()
	if l.Status == leadscore.Scored {
		text = eval.Headline(l.Score, l.Grade, l.SalesReady, l.outcome())
	}
	fmt.Fprintf(&b, "%s, %s: %s\n", shown.QuoteAll(l.Lead), shown.Printable(l.Model), text)
	if explained := l.Season != nil || l.Audience != nil; (l.Status == leadscore.Scored || explained) && !l.AsOf.IsZero() {
		fmt.Fprintf(&b, "  as of %s\n", l.AsOf.Format(time.RFC3339Nano))
	}
	if l.Season != nil {
		fmt.Fprintf(&b, "  %s\n", l.Season)
	}
	if l.Audience != nil {
		children(&b, "  ", l.Audience.Children, l.Audience.Blocks)
	}
	l.table(&b)
	for i := range l.Contributions {
		contribution(&b, &l.Contributions[i])
	}
	return b.String()
}

// outcome returns what the ledger has beside the score.
func (l Ledger) outcome() *eval.Outcome {
	o := &eval.Outcome{Dimensions: l.Dimensions}
	if l.Label != nil {
		o.Label = *l.Label
	}
	return o
}

// contribution writes a condition and what it counted. Of a tier or row after the one
// that was taken there is no more to say than that.
func contribution(b *strings.Builder, c *leadscore.Contribution) {
	fmt.Fprintf(b, "  %s: %s\n", shown.Printable(name(c.Condition, c.Row)), sum(c))
	switch {
	case c.Why == eval.EarlierTier || c.Why == eval.EarlierRow:
	case c.Row == "":
		children(b, "    ", c.Children, c.Blocks)
	default: // the row of a table says what its child does
		for i := range c.Children {
			counts(b, "    ", &c.Children[i])
		}
	}
}

// children writes children and what they counted, those of a block below it.
func children(b *strings.Builder, indent string, list []eval.ChildResult, blocks []eval.BlockResult) {
	const deeper = "  "
	for j := range list {
		in := indent
		for i := range blocks {
			block := &blocks[i]
			if block.First == j && block.Children > 0 {
				fmt.Fprintf(b, "%s%s\n", in, blockText(block))
			}
			if block.First <= j && j < block.First+block.Children {
				in += deeper
			}
		}
		child := &list[j]
		fmt.Fprintf(b, "%s%s: %s", in, shown.Printable(child.Rule), counted(child))
		if eval.Judged(blocks, j) {
			b.WriteString(", " + holds(child.Holds))
		}
		b.WriteByte('\n')
		counts(b, in+deeper, child)
	}
}

// counts writes what a child counted, or why it did not.
func counts(b *strings.Builder, indent string, child *eval.ChildResult) {
	for _, reason := range child.Reasons() {
		fmt.Fprintf(b, "%s%s\n", indent, shown.Printable(reason))
	}
	for _, o := range child.Occurrences {
		b.WriteString(indent)
		if !o.Time.IsZero() {
			b.WriteString(o.Time.Format(time.RFC3339Nano) + " ")
		}
		fmt.Fprintf(b, "%s %s", o.Entity, shown.QuoteAll(o.ID))
		if o.Routes > 1 {
			fmt.Fprintf(b, ", %d routes", o.Routes)
		}
		b.WriteString(aged(&o))
		b.WriteByte('\n')
	}
	if next := child.Next; !next.IsZero() && len(child.Occurrences) != 1 {
		fmt.Fprintf(b, "%sweighs less after %s\n", indent, next.Format(time.RFC3339Nano))
	}
}

// aged returns what an occurrence weighs or how old it is, and until when.
func aged(o *eval.Occurrence) string {
	text := ""
	switch {
	case o.Weight != "":
		text = ", weight " + eval.Decimal(o.Weight)
	case o.Age == 1:
		text = ", 1 span old"
	case o.Age > 1:
		text = fmt.Sprintf(", %d spans old", o.Age)
	case !o.Until.IsZero():
		text = ", less than 1 span old"
	}
	if !o.Until.IsZero() {
		text += " until " + o.Until.Format(time.RFC3339Nano)
	}
	return text
}

// blockText returns a block and what it came to.
func blockText(r *eval.BlockResult) string {
	text := r.Rule
	if r.Label != "" {
		text = shown.Quote(r.Label) + ": " + text
	}
	if r.Same() {
		text += fmt.Sprintf(": %d", r.Count)
	}
	return shown.Printable(fmt.Sprintf("%s, %s", text, holds(r.Holds)))
}

func holds(holds bool) string {
	if holds {
		return "holds"
	}
	return "does not hold"
}

// counted returns what a child counted.
func counted(c *eval.ChildResult) string {
	if c.Weight == "" {
		return strconv.FormatUint(c.Count, 10)
	}
	return fmt.Sprintf("%d, weight %s", c.Count, eval.Decimal(c.Weight))
}

// name returns the name of a condition, or of a table and its row.
func name(condition, row string) string {
	if row == "" {
		return condition
	}
	return condition + ", " + row
}

// Summary returns the conditions that counted on one line, such as
// "Opened: 2 x +10 = +20; Known: 1 x -5 = -5". It does not replace control
// characters in names.
func (l Ledger) Summary() string {
	var parts []string
	for i := range l.Contributions {
		if c := &l.Contributions[i]; c.Taken() {
			parts = append(parts, name(c.Condition, c.Row)+": "+sum(c))
		}
	}
	return strings.Join(parts, "; ")
}

// sum returns a contribution as text, such as "2 x +10 = +20".
func sum(c *leadscore.Contribution) string {
	text := fmt.Sprintf("%s x %+d = ", c.Times(), c.Points)
	if c.Score == 0 {
		text += "0"
	} else {
		text += fmt.Sprintf("%+d", c.Score)
	}
	if c.Why != "" {
		text += ", " + string(c.Why)
	}
	return text
}
