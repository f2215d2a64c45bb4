// Package tables loads CRM data from files into memory. The files are
//
//   - a folder with a table for each entity, <Entity>.csv or <Entity>.ndjson
//     (if there are both, both are read), or
//   - one .json file, an object of entity names, each with an array of records,
//     or
//   - a folder of exports in the form in which a CRM writes them, with a [Mapping].
//
// Each file may be compressed with gzip; its name then ends with .gz. It is read
// while it is decompressed; if it turns out to be damaged, nothing is loaded. A
// record may take 64 MiB of text.
//
// # Files named after entities
//
// Files without a mapping must use the names of the schema:
//
//   - A column or key has the name of its field or reference. Names that the schema
//     does not have are ignored, and listed in the report.
//   - The column id holds the record's id. An interaction without an id is given
//     the id <file>:<line>; a profile without an id is an error.
//   - A reference holds the id of the record that it leads to. In JSON an id may be
//     a text or an integer.
//   - Empty cells, JSON nulls and missing keys are null.
//   - A time is in the form of RFC 3339, 2026-05-31T14:30:00+02:00, and truncated to
//     microseconds; or it is a day, which means its first instant in UTC, or in
//     Options.Zone. A date is in the form 2026-05-31.
//   - Numbers are decimal. A bool is true or false, in CSV in any letter case.
//   - Choices are separated by semicolons in CSV, and an array of strings in JSON.
//     The schema need not list them.
//
// Files are UTF-8, or UTF-16 with a byte-order mark; marks are skipped. The cells of a
// CSV file are separated by commas, as in RFC 4180, or by what a first line such as
// sep=; says, and its first line names the columns. A cell ="00123" is 00123. Rows
// without values are no records, and rows that repeat the header are left out.
//
// Records that are equal, in their ids and in all that is read of them, are one.
//
// # Exports
//
// A [Mapping], usually read from a file by [ReadMapping], says which file holds which
// entity and which column is which field. It covers the same kinds of files. Only
// what it names is read, so that a new column in an export changes nothing. Before
// anything is loaded the mapping is checked against the schema and the headers of
// all files that it names. Exports are less strict than the files above, so more
// forms are accepted:
//
//   - A time or date is a day, or a day and a time of day after a space or a T:
//     2020-12-30 3:15:52, 2020-03-16 19:03:20.357, 2019-10-24 22:07:56.311 UTC,
//     2026-05-31T14:30:00+02:00, 2026/5/31 2:30 PM. The hour may have one digit,
//     seconds may be missing. Without an offset it is in the time zone of the
//     mapping, or in UTC. A day where a time is wanted begins in the time zone of the
//     mapping, or in Options.Zone, or in UTC. A date is the day as written.
//   - A bool is true or false, yes or no, 1 or 0, t or f, y or n, on or off, in any
//     letter case.
//   - Blanks around numbers, times, dates and bools do not count.
//   - An interaction without an id is given the path of its file in the folder, and
//     the line.
//   - In JSON a number, true or false is accepted wherever its text would be.
//   - A .json file holds one array of records, or Table.Records says where it is.
//
// Rows of several files can be joined in one way: a [Lookup] finds a value by a key.
// Joins of more than one step, or of several rows, must be made beforehand, by a
// query or in a spreadsheet.
package tables

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// Options control how files are loaded. The zero Options are strict.
type Options struct {
	// SkipBad skips records in which something is wrong, instead of failing. The
	// [Report] counts them and lists the problems. A problem that concerns more than
	// one record is an error all the same: a file that cannot be read or is damaged,
	// an unknown entity, a header with a repeated column or without id, any problem
	// of a mapping, JSON that is broken as a whole, and quotes that span several
	// lines, as they hide where records end.
	SkipBad bool

	// Mapping says which file holds which entity, and which column is which
	// field. If it is nil, files and columns have the names of entities and fields.
	Mapping *Mapping

	// Zone is the time zone in which a day begins where a field wants a time, unless
	// the mapping has a zone. If it is nil, that is UTC. The zone of the models that score the data is the right one: see
	// Set.Zone of package leadscore.
	Zone *time.Location

	// Encodings are further encodings that a mapping may name, each with a function
	// that returns a reader of UTF-8, such as the decoders of golang.org/x/text. The
	// reader fails for bytes that are not text in the encoding.
	Encodings map[string]func(io.Reader) io.Reader
}

// Data is a [traverse.Source] of loaded records. It also lists its leads, in the
// order of the files. It is safe for concurrent use.
type Data struct {
	*memory.Source
	Report Report
}

// Lend returns the store that holds the records if source is d, and nil otherwise:
// see [columns.Lender].
func (d *Data) Lend(source traverse.Source) *columns.Store {
	if source != traverse.Source(d) {
		return nil
	}
	return d.Source.Lend(d.Source)
}

// Load loads the folder or the .json file at name. The schema must not be nil.
//
// If something is wrong with the data, or with the mapping, the error is a
// [*Problems] that lists everything, or wraps one together with the errors of files
// that could not be read; see [errors.As]. If something is wrong with the mapping,
// the data is not read. The error of a truncated gzip file wraps
// [io.ErrUnexpectedEOF]. Load fails with an error that wraps ctx.Err() soon after ctx
// is done. A folder without tables is an error; a folder without a
// table of leads has no leads.
func Load(ctx context.Context, name string, schema *traverse.Schema, opts Options) (*Data, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	show := func(file string) string { return filepath.Join(name, file) }
	if info.IsDir() {
		return load(ctx, os.DirFS(name), ".", schema, opts, show)
	}
	show = func(string) string { return name }
	return load(ctx, os.DirFS(filepath.Dir(name)), filepath.Base(name), schema, opts, show)
}

// LoadFS is like [Load], for a folder or .json file of a file system such as an
// [embed.FS]. The name must satisfy [fs.ValidPath]; "." is the root.
func LoadFS(ctx context.Context, fsys fs.FS, name string, schema *traverse.Schema, opts Options) (*Data, error) {
	return load(ctx, fsys, name, schema, opts, func(file string) string { return path.Join(name, file) })
}

// The files of this package are layers, each of which uses only those before it:
//
//	problems.go, report.go          problems and notes of a load
//	encoding.go, files.go, jsontext.go
//	                                bytes of a file -> its text; JSON text
//	cells.go, row.go                text -> rows, and the sinks of rows
//	mapping.go                      a mapping as a Go value
//	json.go, csv.go, read.go        a file -> rows or objects for a sink
//	number.go, times.go, value.go, words.go, table.go
//	                                texts and JSON values -> records of the store
//	lookup.go, rowtable.go          rows -> values to look up, rows -> records
//	bind.go, plan.go                a mapping, bound to schema and headers -> a plan of files to read
//	draftnames.go, sample.go, draftvalues.go, draft.go
//	                                a folder -> a first mapping
//	entityfile.go                   a folder without a mapping -> such a plan
//	mappingfile.go                  a mapping from a JSON file, with places
//	tables.go                       runs a plan

// load loads the folder or file called name in fsys. In messages a file of the folder
// is called show(file), and name itself show("").
func load(ctx context.Context, fsys fs.FS, name string, schema *traverse.Schema, opts Options, show func(string) string) (*Data, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	data := &Data{Source: memory.New(schema)}
	report := &reporter{out: &data.Report}
	zone := opts.Zone
	if zone == nil {
		zone = time.UTC
	}
	l := &loader{schema: schema, store: data.Source.Lend(data.Source), shared: interner{}, zone: zone, report: report, origins: map[string]*origins{}}
	r := &reader{ctx, fsys, report, opts.Encodings}
	var p *plan
	switch {
	case info.IsDir() && opts.Mapping != nil:
		p, err = planMapping(l, r, name, show, opts.Mapping)
	case opts.Mapping != nil:
		err = fmt.Errorf("%s is not a folder; a mapping names the files of a folder", show(""))
	case info.IsDir():
		p, err = planFolder(l, r, name, show)
	case hasExt(plainName(name), ".json"):
		f := file{path: name, shown: show(""), base: path.Base(name)}
		err = r.jsonObject(f, l.members(f))
	default:
		err = fmt.Errorf("%s is neither a folder nor a .json file", show(""))
	}
	if p != nil && err == nil && !report.fatal {
		err = run(p, r)
	}
	l.ambiguous(opts.Mapping)
	l.nearly()
	report.noteRepeated()
	problems := &data.Report.Problems
	bad := report.fatal || !opts.SkipBad && problems.Len() > 0
	switch {
	case err == nil && bad:
		return nil, problems
	case bad:
		err = errors.Join(err, problems)
	case err == nil:
		return data, nil
	}
	return nil, fmt.Errorf("tables: %w", err)
}

// run reads the files of a plan. The error joins those of all files that could not
// be read.
func run(p *plan, r *reader) error {
	var errs []error
	problems := &r.report.out.Problems
	for _, part := range p.parts {
		if part.err != nil {
			errs = append(errs, part.err)
			continue
		}
		to := part.sink()
		if to == nil {
			continue
		}
		before := *problems
		err := r.read(part.file, part.form, to)
		if x, ok := to.(*lookupFile); ok && x.quiet {
			*problems, err = before, nil
			problems.join(&x.own)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	if p.note != "" {
		r.report.note("%s", p.note)
	}
	return errors.Join(errs...)
}
