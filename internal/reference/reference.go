// Package reference is a second evaluator of the rule language, with which the
// engine is compared. It is written for clarity alone: it walks every route of every
// path one by one, and has no plans, batches or sources. It shares only the parser
// and the schema with the engine; names, dates, letter case and arithmetic are its
// own reading of the language reference, whose sentences it quotes.
//
// It accepts only models that compile, and reports no problems in them.
//
// The files generator*.go draw schemas, rules and data, for the properties of this package and,
// as cases, for tests of other packages: see [DrawCase].
package reference

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// A Record is a record of an entity. The value of a reference is the id as a text; a
// missing value is null.
type Record struct {
	ID     string
	Values map[string]traverse.Value
}

// Data holds the records by the name of their entity. Ids are unique within an
// entity, and values have the types of their fields.
type Data map[string][]Record

// A Result is the result of scoring one lead with one model. Its texts are those of
// the engine's result.
type Result struct {
	Model, Lead string
	// Status is "scored", "no model", "not chosen", "stopped", "no parent", "not targeted",
	// "not active" or "not in audience". The rest is set only for "scored", but for Audience.
	Status        string
	Score         int64
	Grade         string
	SalesReady    bool
	Dimensions    []Dimension // in the order of the rules
	Label         string
	Contributions []Contribution // in the order of the rules
	Ledger        []Line
	// Audience has the children and blocks of the audience, for "not in audience".
	Audience *Contribution
}

// A Dimension is what one dimension gives.
type Dimension struct {
	Name  string
	Score int64 // before its weight
	Grade string
}

// A Contribution is what one condition, or one row of a table, contributes to a score.
type Contribution struct {
	Condition  string   // the name of the condition; for a row, of its table
	Row        *dsl.Row // or nil
	Multiplier *big.Rat
	Points     int64
	// Score is what the condition adds: multiplier times points, rounded and bounded. It
	// is 0 if the condition is not in season or not taken.
	Score    *big.Int
	InSeason bool // the condition is in season, and so is all that holds it
	Taken    bool // the condition is no tier or row, or it is the one that contributes
	Children []Child
	Blocks   []Block
}

// holds reports whether "its multiplier is above 0, in season with all that holds it,
// and in `first of` it was taken".
func (c *Contribution) holds() bool { return c.Multiplier.Sign() > 0 && c.InSeason && c.Taken }

// A Child is what one child of a condition counts. Children in blocks are listed where
// they stand.
type Child struct {
	Label, Rule string
	// Count is the number of occurrences, of which a cap lets through only some; of a
	// burst the greatest number that lie within its span of each other; of `every N` how
	// many whole Ns there are; of `every SPAN without` how many whole spans old the
	// newest is. In a block `same`, it is the number of all occurrences, whatever their
	// value.
	Count  *big.Int
	Weight *big.Rat // of a decaying child what it counts, or nil
	Holds  bool     // the child does not keep the condition from counting
	TooFew bool     // it counts too little to hold
	// Full says of how many values, or periods, its cap lets only some occurrences through,
	// and Found how many occurrences that of them has which has most. Both are 0 where an
	// explanation does not say so.
	Full, Found int
	None        bool // the frequency is none
	// Routes are the occurrences that Count counts; of `every SPAN without` those of the
	// newest record.
	Routes [][]Stop
	// Nearest holds, for each of the routes that do not count but satisfy most, what
	// it does not satisfy: the date range, then expressions.
	Nearest [][]string
	Missing []Missing // where the path leads, if the child counts nothing or too little to hold
}

// A Block is what a block of children comes to. Blocks are listed in the order in which
// they begin.
type Block struct {
	Label string
	Kind  dsl.ItemBlockKind
	Count *big.Int // how many values a block `same` counts, or nil
	Holds bool
}

// A Stop is one step of a route: its name in the path, and its record.
type Stop struct {
	Name   string
	Entity *traverse.Entity
	Record *Record
}

// Score scores one lead with every model of files, in their order, or with the one that is
// chosen for it. It returns an error if there is no such lead, and an [*UnknownModel].
func Score(files []*dsl.File, schema *traverse.Schema, data Data, lead string, asOf time.Time) ([]Result, error) {
	record := data.find(traverse.Lead, lead)
	if record == nil {
		return nil, fmt.Errorf("reference: there is no lead %q", lead)
	}
	var results []Result
	for _, f := range files {
		for _, b := range f.Blocks {
			if m, ok := b.(*dsl.Model); ok {
				results = append(results, newScoring(m, schema, data, record, asOf).result(m))
			}
		}
	}
	return choose(results, files, schema, data, record, asOf)
}

// Stopped returns the results that [Score] returns for a lead, if the models with some names
// are stopped: "A stopped model gives every lead the status `stopped`, unless another model
// is chosen for the lead, or none", and "The other models score as without it."
func Stopped(results []Result, models ...string) []Result {
	results = slices.Clone(results)
	for i, r := range results {
		// "The statuses are looked at in this order": those of the choice come first
		if slices.Contains(models, r.Model) && r.Status != "no model" && r.Status != "not chosen" {
			results[i] = Result{Model: r.Model, Lead: r.Lead, Status: "stopped"}
		}
	}
	return results
}

// find returns the record with an id, or nil: "A hop through a reference to a
// record that does not exist reaches nothing", and "An empty id is no id".
func (d Data) find(entity, id string) *Record {
	for i := range d[entity] {
		if r := &d[entity][i]; id != "" && r.ID == id {
			return r
		}
	}
	return nil
}

// scoring is the scoring of one lead with one model as of one instant.
type scoring struct {
	schema *traverse.Schema
	data   Data
	lead   *Record
	target dsl.TargetKind
	calendar
}

func newScoring(m *dsl.Model, schema *traverse.Schema, data Data, lead *Record, asOf time.Time) *scoring {
	// "months and years go by the calendar in the model's time zone (default UTC)"
	s := &scoring{schema: schema, data: data, lead: lead, calendar: calendar{zone: time.UTC}}
	for _, c := range m.Clauses {
		switch c := c.(type) {
		case *dsl.Target:
			s.target = c.Kind
		case *dsl.TimeZone:
			s.zone = zoneNamed(c.Zone.Value)
		}
	}
	// "an instant, to the microsecond; anything finer is cut off"
	s.asOf = time.UnixMicro(asOf.UnixMicro()).UTC()
	return s
}

// targetsLead reports whether the target is the lead, "also with contact".
func (s *scoring) targetsLead() bool {
	return s.target == dsl.TargetLead || s.target == dsl.TargetLeadWithContact
}

func (s *scoring) result(m *dsl.Model) Result {
	// "The statuses are looked at in this order: `no parent`, `not targeted`, `not active`,
	// `not in audience`."
	r := Result{Model: m.Name.Value, Lead: s.lead.ID, Status: s.status()}
	switch {
	case r.Status != "scored":
	case !s.allActive(m.Clauses): // "a model the status `not active`"
		r.Status = "not active"
	case !s.inAudience(m, &r): // "A lead for which it does not hold is `not in audience`"
		r.Status = "not in audience"
	default:
		t := &totals{scoring: s, result: &r}
		t.model(m)
		t.decide(m)
	}
	return r
}

// status follows "Which leads a model scores".
func (s *scoring) status() string {
	if s.targetsLead() { // "every lead is scored, with or without parents"
		return "scored"
	}
	// "Kind and ownership follow the stored id, whether or not the record exists"
	switch contact, account := s.lead.text(traverse.ParentContact), s.lead.text(traverse.ParentAccount); {
	case contact != "": // "contact-based, also when it has a parent account too"
		if s.target == dsl.TargetAccount {
			return "not targeted"
		}
	case account != "": // "A lead with only a parent account is account-based."
		if s.target == dsl.TargetContact {
			return "not targeted"
		}
	default:
		return "no parent"
	}
	return "scored"
}

// active reports whether as of is in a season: "as of an instant outside, it adds 0".
func (s *scoring) active(a *dsl.Active) bool {
	// "`active from D`, `active until E`, `active from D to E` (E included)", "Bare dates
	// are whole days in the model's time zone."
	switch {
	case a == nil:
		return true
	case a.From != nil && s.asOf.Before(s.literal(a.From, traverse.Time).from):
		return false
	}
	return a.Until == nil || s.asOf.Before(s.literal(a.Until, traverse.Time).to)
}

// allActive reports whether as of is in the season among clauses, if there is one.
func (s *scoring) allActive(clauses []dsl.Clause) bool {
	return !slices.ContainsFunc(clauses, func(c dsl.Clause) bool {
		a, ok := c.(*dsl.Active)
		return ok && !s.active(a)
	})
}

// inAudience reports whether the children and blocks of the audience hold. If they do
// not, they are listed.
func (s *scoring) inAudience(m *dsl.Model, r *Result) bool {
	for _, c := range m.Clauses {
		a, ok := c.(*dsl.Audience)
		if !ok {
			continue
		}
		out := &Contribution{}
		if s.multiplier(a.Items, nil, out).Sign() == 0 {
			r.Audience = out
			return false
		}
	}
	return true
}

// text returns the text of a field or the id of a reference.
func (r *Record) text(name string) string { return r.Values[name].Text() }

// Clamp returns the 64-bit integer nearest to n.
func Clamp(n *big.Int) int64 {
	switch {
	case n.IsInt64():
		return n.Int64()
	case n.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}

// integer returns a whole number.
func integer(n *dsl.Number) *big.Int {
	i, ok := new(big.Int).SetString(n.Text, 10)
	if !ok {
		panic("reference: " + n.Text + " is not an integer")
	}
	return i
}

// whole returns a number that is small enough to count with.
func whole(n *dsl.Number) int {
	i, err := strconv.Atoi(n.Text)
	if err != nil {
		panic(err) // the model does not compile
	}
	return i
}
