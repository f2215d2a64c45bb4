// Package reference is a second evaluator of the rule language, with which the
// engine is compared. It is written for clarity alone: it walks every route of every
// path one by one, and has no plans, batches or sources. It shares only the parser
// and the schema with the engine; names, dates, letter case and arithmetic are its
// own reading of the language reference, whose sentences it quotes.
//
// It accepts only models that compile, and reports no problems in them.
package reference

import (
	"fmt"
	"math"
	"math/big"
	"slices"
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
	Model, Lead   string
	Status        string // "scored", "not targeted" or "no parent"; the rest is set only for "scored"
	Score         int64
	Grade         string
	SalesReady    bool
	Contributions []Contribution
}

// A Contribution is what one condition contributes to a score.
type Contribution struct {
	Condition  string
	Multiplier *big.Int
	Points     int64
	Score      *big.Int // multiplier times points
	Children   []Child
}

// A Child is what one child of a condition counts.
type Child struct {
	Label, Rule string
	Count       *big.Int
	Holds       bool     // the child does not keep the condition from counting
	None        bool     // the frequency is none
	Routes      [][]Stop // the occurrences
	// Nearest holds, for each of the routes that do not count but satisfy most, what
	// it does not satisfy: the date range, then expressions.
	Nearest [][]string
	Missing []Missing // where the path leads, if the child counts nothing or too little to hold
}

// A Stop is one step of a route: its name in the path, and its record.
type Stop struct {
	Name   string
	Entity *traverse.Entity
	Record *Record
}

// Score scores one lead with every model of files, in their order. It returns an
// error if there is no such lead.
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
	return results, nil
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
	schema  *traverse.Schema
	data    Data
	lead    *Record
	account bool // "`target contact` / `target account`"
	calendar
}

func newScoring(m *dsl.Model, schema *traverse.Schema, data Data, lead *Record, asOf time.Time) *scoring {
	// "months and years go by the calendar in the model's time zone (default UTC)"
	s := &scoring{schema: schema, data: data, lead: lead, calendar: calendar{zone: time.UTC}}
	for _, c := range m.Clauses {
		switch c := c.(type) {
		case *dsl.Target:
			s.account = c.Kind == dsl.TargetAccount
		case *dsl.TimeZone:
			zone, err := time.LoadLocation(c.Zone.Value)
			if err != nil {
				panic(err) // the model does not compile
			}
			s.zone = zone
		}
	}
	// "an instant, to the microsecond; anything finer is cut off"
	s.asOf = time.UnixMicro(asOf.UnixMicro()).UTC()
	return s
}

func (s *scoring) result(m *dsl.Model) Result {
	r := Result{Model: m.Name.Value, Lead: s.lead.ID, Status: s.status()}
	if r.Status != "scored" {
		return r
	}
	// "The score is the sum over the conditions. It may be negative. The exact sum
	// is clamped once to a 64-bit integer."
	sum := new(big.Int)
	for _, c := range m.Clauses {
		if c, ok := c.(*dsl.Condition); ok {
			contribution := s.condition(c)
			r.Contributions = append(r.Contributions, contribution)
			sum.Add(sum, contribution.Score)
		}
	}
	r.Score = Clamp(sum)
	score := big.NewInt(r.Score)
	for _, c := range m.Clauses {
		switch c := c.(type) {
		case *dsl.Grade:
			// "`from` and `to` included, `below` excluded"
			if (c.Below == nil || score.Cmp(integer(c.Below)) < 0) &&
				(c.From == nil || score.Cmp(integer(c.From)) >= 0) &&
				(c.To == nil || score.Cmp(integer(c.To)) <= 0) {
				r.Grade = c.Name.Value
			}
		case *dsl.SalesReady:
			// "`sales ready at N`: true when score ≥ N"
			r.SalesReady = score.Cmp(integer(c.Threshold)) >= 0
		}
	}
	return r
}

// status follows "Which leads a model scores".
func (s *scoring) status() string {
	// "Kind and ownership follow the stored id, whether or not the record exists"
	switch contact, account := s.lead.text(traverse.ParentContact), s.lead.text(traverse.ParentAccount); {
	case contact != "": // "contact-based, also when it has a parent account too"
		if s.account {
			return "not targeted"
		}
	case account != "": // "A lead with only a parent account is account-based."
		if !s.account {
			return "not targeted"
		}
	default:
		return "no parent"
	}
	return "scored"
}

// condition follows "Frequencies and points".
func (s *scoring) condition(c *dsl.Condition) Contribution {
	points := integer(c.Score.Points)
	out := Contribution{Condition: c.Name.Value, Points: points.Int64()}
	broken := false
	var smallest *big.Int
	for child := range c.Children() {
		count, routes, nearest := s.count(child)
		holds := false
		switch child.Frequency.Kind {
		case dsl.Each: // "`each` contributes its count."
			holds = count.Sign() > 0
			if smallest == nil || count.Cmp(smallest) < 0 {
				smallest = count
			}
		case dsl.AtLeast: // "`has` is true for one or more, `at least N` for N or more"
			n := big.NewInt(1)
			if child.Frequency.Count != nil {
				n = integer(child.Frequency.Count)
			}
			holds = count.Cmp(n) >= 0
			broken = broken || !holds
		case dsl.None: // "`none` for zero"
			holds = count.Sign() == 0
			broken = broken || !holds
		}
		label := ""
		if child.Label != nil {
			label = child.Label.Value
		}
		none := child.Frequency.Kind == dsl.None
		var missing []Missing
		if count.Sign() == 0 || !holds && !none {
			missing = s.missing(child)
		}
		out.Children = append(out.Children, Child{label, child.String(), count, holds, none, routes, nearest, missing})
	}
	// "The condition's multiplier is 0 if any sibling `has`, `at least` or `none` is
	// false; otherwise the smallest count among its `each` children, or 1 if it has
	// no `each`."
	switch {
	case broken:
		out.Multiplier = big.NewInt(0)
	case smallest != nil:
		out.Multiplier = smallest
	default:
		out.Multiplier = big.NewInt(1)
	}
	// "The condition adds multiplier × points."
	out.Score = new(big.Int).Mul(out.Multiplier, points)
	return out
}

// count lists the occurrences of a child: "A child counts its occurrences that
// lie in its date range and satisfy its expressions." For those of the other routes
// that satisfy most it lists what they do not satisfy.
func (s *scoring) count(c *dsl.Child) (n *big.Int, counted [][]Stop, nearest [][]string) {
	n = new(big.Int)
	s.routes(c.Path, func(route []Stop) {
		var unmet []string
		if !s.inRange(c.Range, route) {
			unmet = append(unmet, c.Range.String())
		}
		for _, e := range c.Where { // "child tile: expressions (AND-ed)"
			if !s.holds(e, route) {
				unmet = append(unmet, text(e))
			}
		}
		switch {
		case len(unmet) == 0:
			n.Add(n, big.NewInt(1))
			counted = append(counted, route)
		case len(nearest) == 0 || len(unmet) < len(nearest[0]):
			nearest = [][]string{unmet}
		case len(unmet) == len(nearest[0]) && !slices.ContainsFunc(nearest, func(o []string) bool { return slices.Equal(o, unmet) }):
			nearest = append(nearest, unmet)
		}
	})
	return n, counted, nearest
}

// routes visits every route through a path: "An occurrence is one route through
// the path, without de-duplication".
func (s *scoring) routes(path []*dsl.Name, visit func(route []Stop)) {
	// "A path starts at `Lead`, at an interaction entity, or at `Interaction`."
	root := path[0].Text
	if root == traverse.Lead {
		// "the lead itself is always scored, whatever its `dated by` says"
		s.walk([]Stop{{root, s.schema.Entity(traverse.Lead), s.lead}}, path[1:], visit)
		return
	}
	for e := range s.schema.Entities() {
		// "`Interaction` … means every interaction entity that is not passive, together"
		if e.Name() == root || root == traverse.AnyInteraction && e.Kind() == traverse.Interaction && !e.Passive() {
			for i := range s.data[e.Name()] {
				if r := &s.data[e.Name()][i]; s.owns(r) && s.exists(e, r) {
					s.walk([]Stop{{root, e, r}}, path[1:], visit)
				}
			}
		}
	}
}

func (s *scoring) walk(route []Stop, rest []*dsl.Name, visit func(route []Stop)) {
	if len(rest) == 0 {
		visit(route)
		return
	}
	for _, next := range s.hop(route[len(route)-1], rest[0].Text) {
		s.walk(append(route[:len(route):len(route)], next), rest[1:], visit)
	}
}

// hop follows one relationship: "`->` is a reference to one record (N:1), `<-` its
// inverse (1:N)."
func (s *scoring) hop(from Stop, name string) []Stop {
	rel, ok := from.Entity.Relationship(name)
	if !ok {
		panic("reference: " + from.Entity.Name() + " has no " + name)
	}
	target := s.schema.Entity(rel.Target)
	var stops []Stop
	for i := range s.data[rel.Target] {
		r := &s.data[rel.Target][i]
		here, there := from.Record.text(name), r.ID
		if rel.Via != "" {
			here, there = from.Record.ID, r.text(rel.Via)
		}
		if here != "" && here == there && s.exists(target, r) {
			stops = append(stops, Stop{name, target, r})
		}
	}
	return stops
}

// owns reports whether an interaction is the lead's: "Interactions are those of the
// parent contact (contact target), or of every contact whose `ParentAccount` is
// the lead's account (account target)", and "Ownership looks at stored ids alone".
func (s *scoring) owns(interaction *Record) bool {
	contact := interaction.text(traverse.Contact)
	if contact == "" {
		return false
	}
	if !s.account {
		return contact == s.lead.text(traverse.ParentContact)
	}
	c := s.data.find(traverse.Contact, contact)
	return c != nil && c.text(traverse.ParentAccount) == s.lead.text(traverse.ParentAccount)
}

// exists reports whether a record exists as of the scoring instant: "an interaction later than
// *as of*, or a record whose `dated by` field is (a `date`: a later day than *as
// of*'s in the model's time zone), does not exist for that scoring". An empty
// date is not later.
func (s *scoring) exists(e *traverse.Entity, r *Record) bool {
	dated, ok := e.Dated()
	if !ok || empty(r.Values[dated.Name]) {
		return true
	}
	return r.Values[dated.Name].Time().Before(s.now(dated.Type).to)
}

// inRange reports whether a route lies in a date range.
func (s *scoring) inRange(r *dsl.Range, route []Stop) bool {
	if r == nil {
		return true
	}
	stop := Dated(route)
	field, _ := stop.Entity.Dated()
	value := stop.Record.Values[field.Name]
	if empty(value) { // "A record with an empty date is outside every range"
		return false
	}
	start := s.rangeStart(r, field.Type)
	switch r.Kind {
	case dsl.WithinLast: // "from (as of − 30 days) to as of, both ends included"
		return stretch{start, s.now(field.Type).to}.contains(value.Time())
	case dsl.Between: // "`between D and E` includes both"
		return stretch{start, s.literal(r.To, field.Type).to}.contains(value.Time())
	}
	return !value.Time().Before(start)
}

// rangeStart returns where a date range starts: "`since D` starts at D".
func (s *scoring) rangeStart(r *dsl.Range, t traverse.Type) time.Time {
	if r.Kind == dsl.WithinLast {
		return s.shift(r.Last, -1, t).from
	}
	return s.literal(r.From, t).from
}

// Dated returns the stop to which a date range applies: "The range applies to the first
// interaction on the path; without one, to the last step of the path whose entity
// is `dated by` a field". Without one it is the last stop.
func Dated(route []Stop) Stop {
	for _, stop := range route {
		if stop.Entity.Kind() == traverse.Interaction {
			return stop
		}
	}
	for i := len(route) - 1; i >= 0; i-- {
		if _, ok := route[i].Entity.Dated(); ok {
			return route[i]
		}
	}
	return route[len(route)-1]
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

func integer(n *dsl.Number) *big.Int {
	i, ok := new(big.Int).SetString(n.Text, 10)
	if !ok {
		panic("reference: " + n.Text + " is not an integer")
	}
	return i
}
