package sqldb

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// LoadOptions say how tables are read as a whole. The zero LoadOptions suit most
// programs.
type LoadOptions struct {
	// MaxRecords, if it is positive, is how many records may be loaded, so that a
	// database that has grown does not take all memory. If there are more, Load fails
	// with an error that wraps [ErrTooManyRecords]; leads can then be scored in parts,
	// or by keys. For [Snapshot.Parts] it is how many records a part may have.
	MaxRecords int

	// Progress, if it is not nil, is called from time to time, by the goroutine that
	// loads: for each few thousand rows, and at the end of each table or, for parts, of
	// each statement.
	Progress func(Progress)
}

// Progress says how far [Source.Load] has come.
type Progress struct {
	Entity  string // whose table is being read
	Records int    // how many of its records have been read
	Done    bool   // they are all
}

// Load reads whole tables into memory, all in the state in which the database is when it
// begins: the tables that queries ask for, with the columns that these ask for, and no
// records before the earliest From of the queries for the entity. Keys and To are
// ignored. Queries are what Set.Queries of package leadscore returns, or needs without
// dates, if as of may be any time. So this scores all leads:
//
//	loaded, err := data.Load(ctx, set.Queries(asOf), sqldb.LoadOptions{})
//	…
//	for result, err := range set.ScoreAll(ctx, loaded.Leads(ctx), loaded, leadscore.AsOf(asOf)) {
//
// Leads are in the order in which the database sorts their ids. Leads are not scored by
// rules that ask for more than was loaded: that is an error that wraps
// [columns.ErrNotCovered].
//
// Values are checked as they are when leads ask for them, but a row in which something
// is wrong is an error of Load. With [Options.SkipBad] it is left out, and counted by
// [Source.Skipped]; so is a lead, which then is not listed. Rows that no query can find
// are left out, as they have neither an id nor a reference by which records are asked
// for. Two rows with one id are an error that wraps [columns.ErrDuplicate].
//
// Load reads over one connection, in one transaction. Errors are those of
// [Source.Fetch]; what the database lacks of all that the queries ask for is
// [Problems].
func (s *Source) Load(ctx context.Context, queries []traverse.Query, opts LoadOptions) (*columns.Store, error) {
	snapshot, err := s.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	store, err := snapshot.Load(ctx, queries, opts)
	if closed := snapshot.Close(); err == nil && closed != nil {
		return nil, closed
	}
	return store, err
}

// Load is like [Source.Load], but reads the state of the snapshot. Other queries wait
// until it is done.
func (p *Snapshot) Load(ctx context.Context, queries []traverse.Query, opts LoadOptions) (*columns.Store, error) {
	tables, err := p.source.whole(queries)
	if err != nil {
		return nil, err
	}
	store, err := columns.NewPart(p.source.schema, queries)
	if err != nil {
		return nil, err
	}
	release, err := p.take(ctx)
	if err != nil {
		return nil, failed(ctx, "loading", err)
	}
	defer release()
	loaded := 0
	for _, t := range tables {
		l := newLoader(t, store, opts.Progress)
		if l.room = math.MaxInt; opts.MaxRecords > 0 {
			l.room = opts.MaxRecords - loaded
		}
		if p.source.skipBad {
			l.skipped = &p.source.skipped
		}
		if err := p.use(ctx, func(db Queryer) error { return l.whole(ctx, db) }); err != nil {
			return nil, failed(ctx, "loading "+t.plan.entity.name, err)
		}
		loaded += l.records
	}
	return store, nil
}

// ErrTooManyRecords is the error that [Source.Load] wraps if tables have more records than
// [LoadOptions.MaxRecords], and that [Snapshot.Parts] wraps if a lead needs more.
var ErrTooManyRecords = errors.New("there are too many records to load")

// A wholeTable is what is read of one table.
type wholeTable struct {
	query traverse.Query
	plan  *plan
	by    []string // the references by which records are asked for
	byID  bool     // they are asked for by their ids
}

// whole returns what queries ask for, by entity in the order of the schema.
func (s *Source) whole(queries []traverse.Query) ([]*wholeTable, error) {
	byEntity := map[string]*wholeTable{}
	var problems Problems
	for i := range queries {
		q := &queries[i]
		if err := known(s.schema, q.Need); err != nil {
			return nil, err
		}
		problems = append(problems, s.entities[q.Entity].lack(q.Need)...)
		t := byEntity[q.Entity]
		if t == nil {
			t = &wholeTable{query: traverse.Query{Need: &traverse.Need{Entity: q.Entity, Time: q.Time}, From: q.From}}
			byEntity[q.Entity] = t
		}
		t.add(q)
	}
	if problems != nil {
		return nil, problems.distinct()
	}
	var tables []*wholeTable
	for e := range s.schema.Entities() {
		t := byEntity[e.Name()]
		if t == nil || s.entities[e.Name()].absent {
			continue
		}
		t.query.Fields = append(t.query.Fields, t.by...)
		var err error
		if t.plan, err = s.newPlan(t.query.Need); err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, nil
}

// add adds what a query asks for.
func (t *wholeTable) add(q *traverse.Query) {
	n := t.query.Need
	for _, f := range q.Fields {
		if !slices.Contains(n.Fields, f) {
			n.Fields = append(n.Fields, f)
		}
	}
	switch {
	case q.By == "":
		t.byID = true
	case !slices.Contains(t.by, q.By):
		t.by = append(t.by, q.By)
	}
	if q.Time == "" || q.Time != n.Time {
		n.Time = ""
	}
	if q.From.Before(t.query.From) {
		t.query.From = q.From
	}
}

// distinct returns the problems, each once.
func (p Problems) distinct() Problems {
	var out Problems
	seen := map[[2]string]bool{}
	for _, problem := range p {
		if key := [2]string{problem.Entity, problem.Field}; !seen[key] {
			seen[key] = true
			out = append(out, problem)
		}
	}
	return out
}

// whole returns the statement for all records from q.From on, and its parameters. Leads
// are sorted by their ids.
func (p *plan) whole(q *traverse.Query, ids []*Cell) (string, []any) {
	var where strings.Builder
	var args []any
	if p.window != nil {
		args = p.between(&where, nil, q)
	}
	text := p.selecting(ids)
	if where.Len() > 0 {
		text += " WHERE " + strings.TrimPrefix(where.String(), " AND ")
	}
	if p.entity.name == traverse.Lead {
		text += " ORDER BY " + p.entity.id.quoted
	}
	return text, args
}

// selecting returns a statement up to WHERE. For a database with columns of any type, it
// also selects which of some columns hold bytes.
func (p *plan) selecting(ids []*Cell) string {
	text := strings.TrimSuffix(p.head, " WHERE ")
	if !p.dialect.loose {
		return text
	}
	selected, from, _ := strings.Cut(text, " FROM "+p.entity.from)
	for _, c := range ids {
		selected += ", typeof(" + c.column.quoted + ") = 'blob'"
	}
	return selected + " FROM " + p.entity.from + from
}
