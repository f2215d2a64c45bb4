package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/leadscore/leadscore/internal/command"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/arrow"
	"github.com/leadscore/leadscore/source/sqldb"
)

// formats are the formats of results that the command leadscore does not have.
var formats = map[string]func(io.Writer) (command.ResultWriter, error){
	"parquet": func(w io.Writer) (command.ResultWriter, error) { return arrow.NewWriter(w) },
}

// openParquet returns a folder of Parquet files as a database.
func openParquet(dir string) (command.Database, error) {
	if dir == "" {
		return nil, errors.New("parquet: lacks the name of a folder; want a URL such as parquet:lake")
	}
	return &folder{dir: dir}, nil
}

// A folder is a folder of Parquet files.
type folder struct {
	dir    string
	tables []*arrow.Tables
}

var _ command.Database = (*folder)(nil)

func (f *folder) Name() string { return shown.Printable(f.dir) }

// Records loads what a request asks for. A folder is not queried by keys: what some leads need is
// found by reading all.
func (f *folder) Records(ctx context.Context, r command.Request) (command.Records, error) {
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
	info, err := os.Stat(f.dir)
	switch {
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s is not a folder; want the folder of the Parquet files", f.Name())
	}
	r.Progress("looking up the files of " + f.Name())
	tables, err := arrow.Open(ctx, os.DirFS(f.dir), r.Schema, opts)
	if err != nil {
		return nil, inWords(err)
	}
	f.tables = append(f.tables, tables)
	store, err := tables.Load(ctx, r.Queries, sqldb.LoadOptions{MaxRecords: r.MaxRecords, Progress: func(p sqldb.Progress) {
		r.Progress(fmt.Sprintf("reading %s: %d records", p.Entity, p.Records))
	}})
	if err != nil {
		return nil, inWords(err)
	}
	return store, nil
}

// Draft fails: tables are drafted from their first rows, which a folder does not give.
func (f *folder) Draft(context.Context, command.Request) ([]byte, []string, error) {
	return nil, nil, errors.New("no mapping is drafted for Parquet files; write it by hand, as for a database")
}

// Skipped returns what was skipped, as that of a database does.
func (f *folder) Skipped() string {
	var b strings.Builder
	for _, t := range f.tables {
		describeSkipped(&b, f.Name(), t.Skipped())
	}
	return b.String()
}

func (f *folder) Close() {}

// inWords returns an error of package arrow whose text is for people, who do not know the
// package.
func inWords(err error) error {
	var text strings.Builder
	for line := range strings.Lines(err.Error()) {
		text.WriteString(strings.TrimPrefix(line, "arrow: "))
	}
	return &readableError{err, wording.Replace(text.String())}
}
