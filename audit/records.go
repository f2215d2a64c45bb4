package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/alike"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// Records returns the findings about the records of a source: what the models of a
// set ask for, as of an instant, against what there is. It reads each column that
// the rules need once. For data of package tables it adds what that noticed as it read
// the files. It fails when [Check] does.
func Records(ctx context.Context, set *leadscore.Set, data columns.Lender, asOf time.Time) (Findings, error) {
	store := data.Lend(data)
	if store == nil {
		return nil, errors.New("audit: the source does not lend its columns")
	}
	x := &auditor{ctx: ctx, store: store, asked: ask(set, store.Schema()), asOf: asOf, daysFound: map[string]bool{}}
	err := store.Use(ctx, 0, func() error {
		x.records(set)
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	x.reading(data)
	x.found.sort()
	return x.found, nil
}

// An auditor looks at the records of a store while it is lent.
type auditor struct {
	ctx   context.Context
	store *columns.Store
	asked *asked
	asOf  time.Time
	found Findings

	daysFound map[string]bool // fields that days has reported
}

func (x *auditor) add(f Finding) { x.found.add(f) }

func (x *auditor) records(set *leadscore.Set) {
	if t := x.store.Table(traverse.Lead); t == nil || t.Records() == 0 {
		x.add(Finding{Code: CodeNoLeads, Entity: traverse.Lead, Summary: "the data has no lead"})
		return
	}
	for _, e := range x.asked.entities {
		if x.ctx.Err() != nil {
			return
		}
		x.entity(e, x.store.Table(e.entity.Name()))
	}
	x.interactions()
	x.owners(set)
}

func (x *auditor) entity(e *askedEntity, t *columns.Table) {
	if t == nil {
		return // the set has another schema: scoring says so
	}
	n := t.Records()
	if n == 0 {
		if e.named {
			x.add(Finding{Code: CodeNoRecords, Entity: e.entity.Name(), Summary: "the rules ask for it, and the data has no record of it"})
		}
		return
	}
	if e.entity.Kind() == traverse.Profile {
		x.oddIDs(t, n)
	}
	for _, f := range e.fields {
		x.field(e, f, t, n)
	}
	alone := e.entity.Name() == traverse.Lead && x.parents(t, n)
	for _, ref := range e.refs {
		x.reference(e, t, t.Column(ref.name), n, ref.required && !alone)
	}
	if len(e.windows) > 0 || e.undated {
		x.dates(e, t, n)
	}
}

// field looks at a field that the rules test.
func (x *auditor) field(e *askedEntity, f *askedField, t *columns.Table, n int) {
	c := t.Column(f.Name)
	if c == nil {
		return
	}
	if c.Wide {
		if empty := x.emptyTimes(t, c); empty == n {
			x.noValues(e, f.Name, n)
		} else if f.model != nil {
			x.days(e, f.Name, f.model, t, c)
		}
		return
	}
	counts := make([]int, c.Dict.Len())
	for row := range t.Rows() {
		counts[t.Cells(row)[c.At]]++
	}
	if counts[0] == n { // code 0 is the empty value
		x.noValues(e, f.Name, n)
		return
	}
	x.values(e, f, c.Dict, counts, n)
}

func (x *auditor) emptyTimes(t *columns.Table, c *columns.Column) int {
	empty := 0
	for row := range t.Rows() {
		if t.WideValue(row, c.At) == columns.NoTime {
			empty++
		}
	}
	return empty
}

func (x *auditor) noValues(e *askedEntity, name string, n int) {
	x.add(Finding{
		Code: CodeNoValues, Entity: e.entity.Name(), Field: name, Count: n, Of: n,
		Summary: fmt.Sprintf("the rules ask for it, and it is empty in %s", allOf(n, "record")),
	})
}

// dates looks at the dates of records that children with a date range count.
func (x *auditor) dates(e *askedEntity, t *columns.Table, n int) {
	dated, _ := e.entity.Dated()
	c := t.Column(dated.Name)
	if c == nil {
		return
	}
	empty, later, newest := 0, 0, int64(math.MinInt64)
	limit := x.limit(dated)
	for row := range t.Rows() {
		switch at := t.WideValue(row, c.At); {
		case at == columns.NoTime:
			empty++
		case at > limit:
			later++
		default:
			newest = max(newest, at)
		}
	}
	name := e.entity.Name()
	if empty > 0 {
		f := Finding{Code: CodeNoTime, Entity: name, Field: dated.Name, Count: empty, Of: n, Summary: ofThem(empty, n, "is empty", "are empty")}
		if len(e.windows) > 0 {
			f.Summary += ": no date range includes " + itOrThem(empty)
		} else {
			f.Summary += ": nobody can say whether as of is before or after " + itOrThem(empty)
		}
		x.add(f)
	}
	if len(e.windows) > 0 && dated.Type == traverse.Time && empty < n {
		x.days(e, dated.Name, e.windows[0].model, t, c)
	}
	if e.entity.Kind() == traverse.Interaction {
		x.later(name, later, n)
		if later < n && newest > math.MinInt64 {
			x.old(e, dated, newest, n)
		}
	}
}

// days reports times that all are midnights in UTC if the model is in another time
// zone: then they are probably days, which begin at another instant there.
func (x *auditor) days(e *askedEntity, field string, m *check.Model, t *columns.Table, c *columns.Column) {
	const day = int64(24 * time.Hour / time.Microsecond)
	n := 0
	for row := range t.Rows() {
		at := t.WideValue(row, c.At)
		if at == columns.NoTime {
			continue
		}
		if at%day != 0 {
			return
		}
		if _, offset := time.UnixMicro(at).In(m.Zone).Zone(); offset != 0 {
			n++
		}
	}
	if n == 0 || x.daysFound[e.entity.Name()+"."+field] {
		return
	}
	x.daysFound[e.entity.Name()+"."+field] = true
	x.add(Finding{
		Code: CodeDays, Entity: e.entity.Name(), Field: field, Count: n, Of: n,
		Summary: fmt.Sprintf("every time is a midnight in UTC, and model %s is in the time zone %s", shown.Quote(m.Name), m.Zone),
		Help:    "if these are days without a time of day, load them in that zone",
	})
}

// limit returns as of, as a value of a date or time.
func (x *auditor) limit(f traverse.Field) int64 {
	if f.Type == traverse.Date {
		return traverse.DayNumber(x.asOf.UTC().Date())
	}
	return x.asOf.UnixMicro()
}

func (x *auditor) later(entity string, later, n int) {
	if later == 0 {
		return
	}
	f := Finding{
		Code: CodeLater, Entity: entity, Count: later, Of: n, Severity: dsl.Advice,
		Summary: fmt.Sprintf("%s later than as of, %s: %s not count",
			ofThem(later, n, "is", "are"), x.asOf.UTC().Format(time.RFC3339), itDoes(later)),
	}
	if later == n {
		f.Severity = dsl.Warning
	}
	x.add(f)
}

// old reports an interaction of which no date range of the rules reaches the newest.
func (x *auditor) old(e *askedEntity, f traverse.Field, newest int64, n int) {
	if e.undated {
		return
	}
	for _, w := range e.windows {
		if lo, hi := w.Resolve(x.asOf, w.model.Zone); lo <= newest && newest <= hi {
			return
		}
	}
	x.add(Finding{
		Code: CodeOld, Entity: e.entity.Name(), Count: n, Of: n,
		Summary: fmt.Sprintf("the newest of %d is of %s, and no date range of the rules reaches it as of %s", n, dateOf(f, newest), x.asOf.UTC().Format(time.DateOnly)),
	})
}

// interactions reports that the newest of all interactions is more than a year
// before as of.
func (x *auditor) interactions() {
	newest, all, asked := int64(math.MinInt64), 0, false
	for _, e := range x.asked.entities {
		asked = asked || e.entity.Kind() == traverse.Interaction
	}
	for e := range x.store.Schema().Entities() {
		if e.Kind() != traverse.Interaction {
			continue
		}
		t := x.store.Table(e.Name())
		c := t.Column(traverse.Timestamp)
		all += t.Records()
		for row := range t.Rows() {
			newest = max(newest, t.WideValue(row, c.At))
		}
	}
	switch {
	case asked && all == 0 && x.asked.any:
		x.add(Finding{Code: CodeNoRecords, Entity: traverse.AnyInteraction, Summary: "the rules ask for it, and the data has no interaction"})
	case slices.ContainsFunc(x.found, func(f Finding) bool { return f.Code == CodeOld }): // said already
	case asked && newest > columns.NoTime && newest < x.asOf.AddDate(-1, 0, 0).UnixMicro():
		x.add(Finding{
			Code: CodeOld, Entity: traverse.AnyInteraction, Count: all, Of: all,
			Summary: fmt.Sprintf("the newest of %d is of %s, more than a year before as of %s", all,
				time.UnixMicro(newest).UTC().Format(time.DateOnly), x.asOf.UTC().Format(time.DateOnly)),
			Help: "check as of",
		})
	}
}

func dateOf(f traverse.Field, v int64) string {
	if f.Type == traverse.Date {
		return traverse.DayValue(v).String()
	}
	return time.UnixMicro(v).UTC().Format(time.DateOnly)
}

// oddIDs reports ids with blanks around them or with invisible characters. What
// names such a record must have the same.
func (x *auditor) oddIDs(t *columns.Table, n int) {
	odd := 0
	var examples []string
	for row := range t.Rows() {
		if id := t.ID(t.RowKey(row)); alike.Bare(id) != id {
			odd++
			if len(examples) < MaxExamples {
				examples = append(examples, id)
			}
		}
	}
	if odd > 0 {
		x.add(Finding{
			Code: CodeOddID, Entity: t.Entity().Name(), Field: "id", Count: odd, Of: n, Examples: examples,
			Summary: fmt.Sprintf("%s blanks around it or characters that cannot be seen, such as %s", ofThem(odd, n, "has", "have"), shown.Quote(examples[0])),
		})
	}
}
