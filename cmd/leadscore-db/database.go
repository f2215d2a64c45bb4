package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/command"
	"github.com/leadscore/leadscore/source/sqldb"
)

// A database is one state of a database that a command reads: a snapshot, which begins
// with the first records that are asked for.
type database struct {
	name    string // without secrets
	db      *sql.DB
	connect func(context.Context) error
	dialect sqldb.Dialect

	sources  []*sqldb.Source
	snapshot *sqldb.Snapshot
}

var _ command.Database = (*database)(nil)

func (d *database) Name() string { return d.name }

// Records returns records of the snapshot.
func (d *database) Records(ctx context.Context, r command.Request) (command.Records, error) {
	opts := sqldb.Options{Needs: r.Needs, Zone: r.Zone, SkipBad: r.SkipBad}
	if r.Mapping != nil {
		mapping, err := sqldb.ReadMapping(r.Mapping.Name, []byte(r.Mapping.Text))
		if err != nil {
			return nil, readable(err)
		}
		opts.Mapping = mapping
	}
	if d.snapshot == nil {
		if err := d.connect(ctx); err != nil {
			return nil, fmt.Errorf("%s cannot be opened: %w", d.name, oneLine{err})
		}
	}
	r.Progress("looking up the tables of " + d.name)
	source, err := sqldb.Open(ctx, d.db, d.dialect, r.Schema, opts)
	if err != nil {
		return nil, readable(err)
	}
	d.sources = append(d.sources, source)
	snapshot, err := d.snapshotOf(ctx, source)
	if err != nil {
		return nil, err
	}
	// Records are queried by their keys, a batch of leads at a time. Where r.All is set,
	// whole tables can be read here instead, in the same snapshot, into a store that
	// lends its columns: commands then treat them like those of files.
	return &queried{snapshot}, nil
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
		skipped := source.Skipped()
		for _, p := range skipped.Problems {
			fmt.Fprintf(&b, "%s: %v", d.name, p)
			if p.Err != nil {
				fmt.Fprintf(&b, ": %v", p.Err)
			}
			b.WriteByte('\n')
		}
		for i, c := range skipped.Entities {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "skipped %d %s records", c.Skipped, c.Entity)
		}
		if len(skipped.Entities) > 0 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Close ends the snapshot and closes the connections.
func (d *database) Close() {
	if d.snapshot != nil {
		_ = d.snapshot.Close()
	}
	_ = d.db.Close()
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
	var found audit.Findings
	for _, p := range problems {
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

// readable returns an error whose text is for people, who do not know package sqldb.
func readable(err error) error {
	problems, ok := errors.AsType[sqldb.Problems](err)
	if !ok {
		return err
	}
	const prefix = "sqldb: "
	var lines []string
	for line := range strings.Lines(problems.Error()) {
		lines = append(lines, strings.TrimPrefix(line, prefix))
	}
	return errors.New(strings.Join(lines, ""))
}
