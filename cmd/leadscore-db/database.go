package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/command"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// A database is one state of a database that a command reads: a snapshot, which begins
// with the first records that are asked for.
type database struct {
	name     string // without secrets
	client   client
	sources  []*sqldb.Source
	snapshot *sqldb.Snapshot
}

var (
	_ command.Database = (*database)(nil)
	_ command.Runner   = (*database)(nil)
)

func (d *database) Name() string { return d.name }

// Records returns records of the snapshot.
func (d *database) Records(ctx context.Context, r command.Request) (command.Records, error) {
	source, err := d.open(ctx, r)
	if err != nil {
		return nil, err
	}
	snapshot, err := d.snapshotOf(ctx, source)
	if err != nil {
		return nil, err
	}
	if r.Keyed {
		return queried{snapshot}, nil
	}
	load := sqldb.LoadOptions{MaxRecords: r.MaxRecords, Progress: func(p sqldb.Progress) {
		r.Progress(fmt.Sprintf("reading %s: %d records", p.Entity, p.Records))
	}}
	store, err := snapshot.Load(ctx, r.Queries, load)
	if errors.Is(err, sqldb.ErrTooManyRecords) {
		return parted{queried{snapshot}, r.Queries, load}, nil
	}
	if err != nil {
		return nil, readable(err)
	}
	if !r.More {
		_ = snapshot.Close() // scoring takes a while, and printing may take long
	}
	return store, nil
}

// open connects to the database and looks up the tables that a request asks for.
func (d *database) open(ctx context.Context, r command.Request) (*sqldb.Source, error) {
	opts := sqldb.Options{Zone: r.Zone, SkipBad: r.SkipBad}
	for _, q := range r.Queries {
		opts.Needs = append(opts.Needs, q.Need)
	}
	if r.Mapping != nil {
		mapping, err := sqldb.ReadMapping(r.Mapping.Name, []byte(r.Mapping.Text))
		if err != nil {
			return nil, readable(err)
		}
		opts.Mapping = mapping
	}
	if d.snapshot == nil {
		if err := d.client.connect(ctx); err != nil {
			return nil, fmt.Errorf("%s cannot be opened: %w", d.name, oneLine{err})
		}
	}
	r.Progress("looking up the tables of " + d.name)
	source, err := d.client.open(ctx, r.Schema, opts)
	if err != nil {
		return nil, readable(err)
	}
	d.sources = append(d.sources, source)
	return source, nil
}

// Pushdown looks up the tables that a request asks for, with the types of their columns.
func (d *database) Pushdown(ctx context.Context, r command.Request) (*command.Pushdown, error) {
	source, err := d.open(ctx, r)
	if err != nil {
		return nil, err
	}
	return &command.Pushdown{Dialect: d.client.dialect(), Mapping: pushdown.MappingOf(source), Begin: d.client.begin}, nil
}

// snapshotOf returns a source that reads the state of the database's snapshot.
func (d *database) snapshotOf(ctx context.Context, source *sqldb.Source) (*sqldb.Snapshot, error) {
	if d.snapshot != nil {
		return source.Join(d.snapshot)
	}
	snapshot, err := source.Snapshot(ctx)
	d.snapshot = snapshot
	return snapshot, err
}

// Skipped returns a line for each of the first rows that were skipped, and how many
// there are of each entity.
func (d *database) Skipped() string {
	var b strings.Builder
	for _, source := range d.sources {
		describeSkipped(&b, d.name, source.Skipped())
	}
	return b.String()
}

// describeSkipped writes lines about rows that were skipped.
func describeSkipped(b *strings.Builder, name string, skipped sqldb.Skipped) {
	for _, p := range skipped.Problems {
		fmt.Fprintf(b, "%s: %v", name, p)
		if p.Err != nil {
			fmt.Fprintf(b, ": %v", p.Err)
		}
		b.WriteByte('\n')
	}
	for i, c := range skipped.Entities {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "skipped %d %s records", c.Skipped, c.Entity)
	}
	if len(skipped.Entities) > 0 {
		b.WriteByte('\n')
	}
}

// Close ends the snapshot and closes the connections.
func (d *database) Close() {
	if d.snapshot != nil {
		_ = d.snapshot.Close()
	}
	d.client.close()
}

// queried is records that are queried by their keys.
type queried struct{ *sqldb.Snapshot }

var _ command.Auditor = queried{}

// Audit returns what the database itself can find. It counts nothing.
func (q queried) Audit(ctx context.Context, set *leadscore.Set) (audit.Findings, error) {
	problems, err := q.Snapshot.Audit(ctx, set.Needs())
	if err != nil {
		return nil, err
	}
	accounts := asksForAccounts(set)
	var found audit.Findings
	for _, p := range problems {
		if p.Entity == traverse.Lead && p.Field == traverse.ParentAccount && !accounts {
			continue // it only says that a lead is not a contact's
		}
		f := audit.Finding{Code: dsl.Code(p.Code), Severity: dsl.Warning, Entity: p.Entity, Field: p.Field, Summary: p.Message, Examples: p.Examples}
		if p.Code == "" { // the database lacks something
			f.Code = audit.CodeNoValues
			if p.Field == "" {
				f.Code = audit.CodeNoRecords
			}
		}
		found = append(found, f)
	}
	return found, nil
}

// parted is records that are loaded in parts.
type parted struct {
	queried
	queries []traverse.Query
	opts    sqldb.LoadOptions
}

var _ command.Parted = parted{}

// Parts loads the parts.
func (p parted) Parts(ctx context.Context) iter.Seq2[command.Part, error] {
	return func(yield func(command.Part, error) bool) {
		for part, err := range p.Snapshot.Parts(ctx, p.queries, p.opts) {
			if err != nil {
				yield(command.Part{}, readable(err))
				return
			}
			if !yield(command.Part{Leads: part.Leads, Source: part.Store}, nil) {
				return
			}
		}
	}
}

// asksForAccounts reports whether rules of a set look at accounts.
func asksForAccounts(set *leadscore.Set) bool {
	return slices.ContainsFunc(set.Models(), func(m *leadscore.Model) bool { return m.Checked().Account() }) ||
		slices.ContainsFunc(set.Needs(), func(n *traverse.Need) bool { return n.Entity == traverse.Account })
}

// readable returns an error of package sqldb whose text is for people, who do not know
// the package.
func readable(err error) error {
	if problems, ok := errors.AsType[sqldb.Problems](err); ok {
		err = problems
	}
	var text strings.Builder
	for line := range strings.Lines(err.Error()) {
		text.WriteString(strings.TrimPrefix(line, "sqldb: "))
	}
	return &readableError{err, wording.Replace(text.String())}
}

// wording says what people write for what Go programs do.
var wording = strings.NewReplacer(
	"as ID in Mapping.Tables", `as "id" in the tables of the mapping`,
	"in Mapping.Tables", "in the tables of the mapping",
	"Mapping.Tables says", "the tables of the mapping say",
	"in Mapping.Absent", "as absent in the mapping",
	"with Options.SkipBad", "with --skip-bad",
	"than LoadOptions.MaxRecords", "than --max-records",
	"alone needs them", "alone needs them; score with --keyed",
)

// A readableError is an error with another text.
type readableError struct {
	err  error
	text string
}

func (e *readableError) Error() string { return e.text }

func (e *readableError) Unwrap() error { return e.err }
