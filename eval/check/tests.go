package check

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// maxTestRecords is the largest number of records of a test. They are counted here
// and created when the test runs.
const maxTestRecords = 10_000

// A Test is a checked test in a rule file: records, and what is expected of the
// first lead among them. Package modeltest runs it.
type Test struct {
	Name         string
	AsOf         time.Time
	Records      []TestRecord // the first lead among them is scored
	Expectations []Expectation
	Source       *dsl.Test
	File         *dsl.File // the file that contains it
}

// A TestRecord is a record of a test, or Count records that are alike.
type TestRecord struct {
	Entity string
	Count  int
	ID     string                    // "" if the test gives none
	Values map[string]traverse.Value // by field or reference; the others are null
	// OfLead says that the record's reference Lead holds the id of the lead that is
	// scored.
	OfLead bool
	Source *dsl.Record
}

// An Expectation is one expectation of a test. What it names exists.
type Expectation struct {
	Kind      dsl.ExpectKind
	Dimension *Dimension // whose score or grade is expected, or nil
	Stages    *Stages    // of which a stage or an event is expected, or nil
	// Assignment is that by which a rule or a value is expected, or nil.
	Assignment *Assignment
	Set        *SetValue // the value that is expected, or nil
	From       string    // of an event, the stage before
	Name       string    // the name of the grade, the condition or the stage, or the label
	Number     int64     // the score, or how often a condition counts
	Source     *dsl.Expectation
}

// tests checks the tests of all files and gives them to their models.
func (c *checker) tests(files []*dsl.File, models []*Model) {
	byName := map[string]*Model{}
	inFile := map[string][]*Model{}
	for _, m := range models {
		if _, ok := byName[m.Name]; !ok {
			byName[m.Name] = m
		}
		inFile[m.File] = append(inFile[m.File], m)
	}
	names := map[*Model]map[string]named{}
	for _, f := range files {
		c.file = f
		for _, b := range f.Blocks {
			t, ok := b.(*dsl.Test)
			if !ok {
				continue
			}
			m := c.tested(t, models, byName, inFile[f.Name])
			if m == nil {
				continue
			}
			if names[m] == nil {
				names[m] = map[string]named{}
			}
			if t.Name != nil {
				c.unique(names[m], t.Name, "test")
			}
			if out, ok := c.test(t, m); ok {
				m.Tests = append(m.Tests, out)
			}
		}
	}
}

// tested returns the model of a test: the one that it names, or else the only one
// of its file, or else the only one of all files. It reports a test without one.
func (c *checker) tested(t *dsl.Test, models []*Model, byName map[string]*Model, here []*Model) *Model {
	for _, clause := range t.Clauses {
		said, ok := clause.(*dsl.TestModel)
		if !ok {
			continue
		}
		if m := byName[said.Name.Value]; m != nil || said.Name.Bad {
			return m
		}
		d := c.problem(said.Name.Span, CodeName, "there is no model %s", brief(said.Name.Raw))
		if near := c.near(said.Name.Value, maps.Keys(byName)); near != "" {
			d.Nearest = strconv.Quote(near)
		}
		return nil
	}
	switch {
	case len(here) == 1:
		return here[0]
	case len(here) == 0 && len(models) == 1:
		return models[0]
	case t.Incomplete:
	case len(models) == 0:
		c.problem(headOf(t), CodeMissing, "there is no model to test")
	default:
		c.problem(headOf(t), CodeMissing, "the test does not say which model it tests").Expected = []string{`model "…"`}
	}
	return nil
}

// headOf returns the place for problems of a test as a whole: its name, if it has
// one.
func headOf(t *dsl.Test) dsl.Span {
	if t.Name != nil {
		return t.Name.Span
	}
	return t.Span
}

// testChecker checks one test.
type testChecker struct {
	*checker
	model *Model
	out   *Test
	ids   map[string]map[string]bool // the ids in the test, by entity
	count int                        // the number of records
	asOf  bool                       // out.AsOf is known
	seen  map[string]dsl.Span        // the clauses that may occur only once
	sound bool
}

func (c *checker) test(t *dsl.Test, m *Model) (Test, bool) {
	out := Test{Source: t, File: c.file}
	head := headOf(t)
	if t.Name != nil {
		out.Name = t.Name.Value
	}
	k := &testChecker{checker: c, model: m, out: &out, ids: map[string]map[string]bool{}, seen: map[string]dsl.Span{}, sound: !t.Incomplete}
	k.once(t)
	k.collect(t)
	if t.Incomplete {
		return out, false
	}
	if !k.seen["as of"].Known() {
		k.bad(head, CodeMissing, "the test has no scoring instant").Expected = []string{"as of 2026-05-31"}
	}
	if !slices.ContainsFunc(t.Clauses, isLead) {
		k.bad(head, CodeMissing, "the test has no lead").Help = `write Lead with ParentContact = "…"`
	}
	if !slices.ContainsFunc(t.Clauses, isExpectation) {
		k.bad(head, CodeMissing, "the test expects nothing").Help = "end it with an expectation such as expect score 70"
	}
	return out, k.sound
}

func isLead(c dsl.TestClause) bool {
	r, ok := c.(*dsl.Record)
	return ok && r.Entity.Text == traverse.Lead
}

func isExpectation(c dsl.TestClause) bool {
	_, ok := c.(*dsl.Expectation)
	return ok
}

// bad reports a problem of the test.
func (k *testChecker) bad(at dsl.Span, code dsl.Code, format string, args ...any) *dsl.Diagnostic {
	k.sound = false
	return k.problem(at, code, format, args...)
}

// once checks the clauses that may occur only once. It comes before the records:
// the meaning of their dates depends on as of.
func (k *testChecker) once(t *dsl.Test) {
	repeated := func(what string, at dsl.Span) bool {
		before, ok := k.seen[what]
		if ok {
			d := k.bad(at, dsl.CodeRepeated, "a test has only one %s", what)
			d.Related = []dsl.Related{{Summary: "the first is here", File: k.file.Name, Span: before}}
			return true
		}
		k.seen[what] = at
		return false
	}
	for _, clause := range t.Clauses {
		switch clause := clause.(type) {
		case *dsl.TestModel:
			repeated("model", clause.Span)
		case *dsl.AsOf:
			if !repeated("as of", clause.Span) {
				if clause.Moment.Bad {
					k.sound = false
				} else {
					k.asOf = true
					k.out.AsOf = time.UnixMicro(startOf(clause.Moment, false, k.model.Zone)).UTC()
				}
			}
		}
	}
}

// collect checks records, then expectations.
func (k *testChecker) collect(t *dsl.Test) {
	var records []*dsl.Record
	for _, clause := range t.Clauses {
		if r, ok := clause.(*dsl.Record); ok {
			records = append(records, r)
			k.noteID(r)
		}
	}
	for _, r := range records {
		k.record(r)
	}
	for _, clause := range t.Clauses {
		if x, ok := clause.(*dsl.Expectation); ok {
			k.expectation(x)
		}
	}
}

// noteID notes the id of a record, to which earlier records may refer.
func (k *testChecker) noteID(r *dsl.Record) {
	if r.ID == nil || r.ID.Bad {
		return
	}
	ids := k.ids[r.Entity.Text]
	if ids == nil {
		ids = map[string]bool{}
		k.ids[r.Entity.Text] = ids
	}
	switch {
	case r.ID.Value == "":
		k.bad(r.ID.Span, dsl.CodeEmpty, "an id must not be empty; leave it out")
	case ids[r.ID.Value]:
		k.bad(r.ID.Span, CodeDuplicate, "there are two %s records called %s", r.Entity.Text, r.ID.Raw)
	}
	ids[r.ID.Value] = true
}

func (k *testChecker) record(r *dsl.Record) {
	if r.Entity.Text == traverse.AnyInteraction {
		k.bad(r.Entity.Span, CodeName, "a record is of one kind of interaction, and Interaction means any").Help = "write a kind such as EmailOpened"
		return
	}
	e := k.schema.Entity(r.Entity.Text)
	if e == nil {
		d := k.bad(r.Entity.Span, CodeName, "unknown entity %s", brief(r.Entity.Text))
		d.Nearest = k.near(r.Entity.Text, k.schema.Names())
		return
	}
	count := int64(1)
	if r.Count != nil {
		n, ok := k.integer(r.Count)
		switch {
		case !ok:
			k.sound = false
		case n < 1:
			k.bad(r.Count.Span, dsl.CodeLimit, "%d is not a valid number of records", n).Help = "leave the record out"
		case r.ID != nil && n > 1:
			k.bad(r.ID.Span, CodeDuplicate, "%d records cannot share an id; leave it out", n)
		default:
			count = n
		}
	}
	room := maxTestRecords - k.count
	k.count = int(min(int64(k.count)+count, maxTestRecords+1))
	if room >= 0 && count > int64(room) { // once
		k.bad(r.Span, dsl.CodeLimit, "a test has at most %d records", maxTestRecords)
	}
	values := map[string]traverse.Value{}
	said := map[string]dsl.Span{}
	for _, a := range r.Fields {
		k.assign(e, a, values, said)
	}
	k.date(e, r, values, said)
	ofLead := k.ofScoredLead(e, r, said)
	k.owner(e, r, values, said)
	if !k.sound {
		return
	}
	record := TestRecord{Entity: e.Name(), Count: int(count), Values: values, OfLead: ofLead, Source: r}
	if r.ID != nil {
		record.ID = r.ID.Value
	}
	k.out.Records = append(k.out.Records, record)
}

// date sets the field that dates the record: to the moment that the record gives,
// or else to as of.
func (k *testChecker) date(e *traverse.Entity, r *dsl.Record, values map[string]traverse.Value, said map[string]dsl.Span) {
	f, dated := e.Dated()
	switch {
	case !dated && r.When != nil:
		k.bad(r.When.Span, CodeDateRange, "the schema does not say which field dates %s, so it has no date", e.Name()).
			Help = "declare `dated by` in the schema, or set a field with a date"
	case !dated:
	case r.When != nil:
		if at, ok := said[f.Name]; ok {
			d := k.bad(r.When.Span, dsl.CodeRepeated, "%s is given twice", f.Name)
			d.Related = []dsl.Related{{Summary: "the other is here", File: k.file.Name, Span: at}}
			return
		}
		if v, ok := k.when(e, f, r.When); ok {
			values[f.Name] = v
		}
	default:
		if _, ok := said[f.Name]; !ok {
			values[f.Name] = k.moment(f, k.out.AsOf.UnixMicro(), AsOfDay(k.out.AsOf, k.model.Zone))
		}
	}
}

func (k *testChecker) moment(f traverse.Field, micros, day int64) traverse.Value {
	if f.Type == traverse.Date {
		return traverse.DayValue(day)
	}
	return traverse.MicrosValue(micros)
}

// when returns a moment of a record as a value of a field.
func (k *testChecker) when(e *traverse.Entity, f traverse.Field, w *dsl.When) (traverse.Value, bool) {
	days := f.Type == traverse.Date
	var at int64
	if w.Moment != nil {
		if w.Moment.Bad {
			k.sound = false
			return traverse.Value{}, false
		}
		at = startOf(w.Moment, days, k.model.Zone)
	} else {
		n, ok := k.timeSpan(w.Shift, days, e.Name()+"."+f.Name)
		if !ok || !k.asOf { // either has been reported
			k.sound = false
			return traverse.Value{}, false
		}
		if !w.Later {
			n = -n
		}
		at = Bound{Kind: Relative, N: n, Unit: w.Shift.Unit}.resolve(days, 0, k.out.AsOf, k.model.Zone)
	}
	if year := k.year(at, days); year < 0 || year > 9999 {
		k.bad(w.Span, CodeTimeSpan, "%s is in the year %d; years go from 0 to 9999", w, year)
		return traverse.Value{}, false
	}
	return k.moment(f, at, at), true
}

func (k *testChecker) year(at int64, days bool) int {
	if days {
		return time.Unix(at*secondsPerDay, 0).UTC().Year()
	}
	return time.UnixMicro(at).UTC().Year()
}

// owner sets the contact of an interaction: the one that it names, or else the
// only contact of the test.
func (k *testChecker) owner(e *traverse.Entity, r *dsl.Record, values map[string]traverse.Value, said map[string]dsl.Span) {
	_, given := said[traverse.Contact]
	switch {
	case e.Kind() != traverse.Interaction && r.By != nil:
		k.bad(r.By.Span, CodeType, "%s is not an interaction, so by does not apply to it", e.Name()).Help = "set its references after with"
	case e.Kind() != traverse.Interaction:
	case r.By != nil && given:
		d := k.bad(r.By.Span, dsl.CodeRepeated, "Contact is given twice")
		d.Related = []dsl.Related{{Summary: "the other is here", File: k.file.Name, Span: said[traverse.Contact]}}
	case r.By != nil:
		if k.exists(traverse.Contact, r.By) {
			values[traverse.Contact] = traverse.TextValue(r.By.Value)
		}
	case given:
	case len(k.ids[traverse.Contact]) == 1:
		for id := range k.ids[traverse.Contact] {
			values[traverse.Contact] = traverse.TextValue(id)
		}
	case k.countsByLead(e): // it needs no contact
	case len(k.ids[traverse.Contact]) == 0:
		k.bad(r.Entity.Span, CodeMissing, "%s needs a contact, and the test has none with an id", e.Name()).Help = `add Contact "…"`
	default:
		k.bad(r.Entity.Span, CodeMissing, "the test has several contacts; say which of them did this").Expected = []string{`by "…"`}
	}
}

// countsByLead reports whether the model counts records of an interaction by the lead
// that they name.
func (k *testChecker) countsByLead(e *traverse.Entity) bool {
	t := k.model.Target
	return (t == dsl.TargetLead || t == dsl.TargetLeadWithContact) && e.Kind() == traverse.Interaction && hasLead(e)
}

// ofScoredLead reports whether a record is one of the lead that is scored: it says
// neither whose it is nor who did it, in a test of a model that counts by leads.
func (k *testChecker) ofScoredLead(e *traverse.Entity, r *dsl.Record, said map[string]dsl.Span) bool {
	_, lead := said[traverse.Lead]
	_, contact := said[traverse.Contact]
	return k.countsByLead(e) && !lead && !contact && r.By == nil
}

// exists returns whether the test has a record, and reports a problem if it does
// not.
func (k *testChecker) exists(entity string, id *dsl.String) bool {
	if id.Bad {
		k.sound = false
		return false
	}
	if k.ids[entity][id.Value] {
		return true
	}
	d := k.bad(id.Span, CodeName, "the test has no %s %s", entity, brief(id.Raw))
	if near := k.near(id.Value, maps.Keys(k.ids[entity])); near != "" {
		d.Nearest = strconv.Quote(near)
	} else {
		d.Help = fmt.Sprintf("add %s %s", entity, brief(id.Raw))
	}
	return false
}
