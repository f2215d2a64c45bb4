package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/command"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/sqldb"
	exports "github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
)

// draftRows is how many rows of a table a draft looks at.
const draftRows = 1000

// Draft returns a first mapping of the tables, and notes about it. The tables are drafted
// as files with the same names and columns are.
func (d *database) Draft(ctx context.Context, r command.Request) (mapping []byte, notes []string, err error) {
	if err := d.client.connect(ctx); err != nil {
		return nil, nil, fmt.Errorf("%s cannot be opened: %w", d.name, oneLine{err})
	}
	r.Progress("looking at the tables of " + d.name)
	source, err := d.client.open(ctx, r.Schema, sqldb.Options{})
	if err != nil {
		return nil, nil, readable(err)
	}
	samples, err := source.Samples(ctx, draftRows)
	if err != nil {
		return nil, nil, readable(err)
	}
	w := &draft{schema: r.Schema, tables: map[string]*sqldb.TableSample{}}
	files, err := w.files(samples)
	if err != nil {
		return nil, nil, err
	}
	drafted, said, err := exports.DraftFS(ctx, files, r.Schema)
	for _, note := range said {
		w.notes = append(w.notes, w.names.Replace(note))
	}
	if err != nil {
		return nil, w.notes, errors.New("no table looks like records of an entity of the schema; write the mapping by hand, and name views after entities")
	}
	m := w.mapping(drafted)
	opts := sqldb.Options{Mapping: m}
	for _, q := range r.Queries {
		opts.Needs = append(opts.Needs, q.Need)
	}
	if _, err := d.client.open(ctx, r.Schema, opts); err != nil {
		problems, ok := errors.AsType[sqldb.Problems](err)
		if !ok {
			return nil, w.notes, readable(err)
		}
		for _, p := range problems {
			w.notes = append(w.notes, wording.Replace(p.String()))
		}
	}
	mapping, err = json.MarshalIndent(m, "", "  ")
	return mapping, w.notes, err
}

// A draft makes a mapping of tables from one of files.
type draft struct {
	schema *traverse.Schema
	tables map[string]*sqldb.TableSample // by the name of the file
	names  *strings.Replacer             // of files, by the names of tables
	notes  []string
}

func (d *draft) note(format string, args ...any) {
	d.notes = append(d.notes, fmt.Sprintf(format, args...))
}

// files returns a file for each table, with the rows of its sample.
func (d *draft) files(samples []sqldb.TableSample) (fs.FS, error) {
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	var names []string
	for i := range samples {
		s := &samples[i]
		if s.Err != nil {
			d.note("%v", readable(s.Err))
			continue
		}
		name := strings.Map(func(c rune) rune {
			if strings.ContainsRune(`./\*?[]`, c) || c < ' ' {
				return '_'
			}
			return c
		}, s.Table) + ".csv"
		if d.tables[name] != nil || len(s.Columns) == 0 {
			d.note("%s: left out, as it has no columns, or nearly the name of another table", shown.Printable(s.Table))
			continue
		}
		d.tables[name] = s
		names = append(names, name, shown.Printable(s.Table))
		file, err := z.CreateHeader(&zip.FileHeader{Name: name})
		if err != nil {
			return nil, err
		}
		cells := csv.NewWriter(file)
		var header []string
		for _, c := range s.Columns {
			header = append(header, c.Name)
		}
		if err := errors.Join(cells.Write(header), cells.WriteAll(s.Rows)); err != nil {
			return nil, err
		}
	}
	d.names = strings.NewReplacer(names...)
	if err := z.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
}

// mapping returns the mapping of tables for one of files.
func (d *draft) mapping(files *exports.Mapping) sqldb.Mapping {
	m := sqldb.Mapping{Tables: map[string]sqldb.Table{}}
	for _, t := range files.Tables {
		s := d.tables[t.File]
		if _, ok := m.Tables[t.Entity]; ok {
			d.note("%s: left out, as %s has a table already; a view can have the rows of several", shown.Printable(s.Table), t.Entity)
			continue
		}
		table := sqldb.Table{Name: s.Table, ID: t.ID.Name}
		entity := d.schema.Entity(t.Entity)
		for name, c := range t.Columns {
			f, _ := entity.Field(name)
			column, what := columnOf(s, c, f.Type)
			if what != "" {
				d.note("%s: %s.%s is left out, as %s; a view can have them in another form", shown.Printable(s.Table), t.Entity, name, what)
				continue
			}
			if table.Columns == nil {
				table.Columns = map[string]sqldb.Column{}
			}
			table.Columns[name] = column
		}
		if table.ID == "" { // files of interactions may have none
			if table.ID = ownValues(s, table.Columns); table.ID != "" {
				d.note("%s: the id of %s is a guess: %s has a value of its own in each row", shown.Printable(s.Table), t.Entity, shown.Printable(table.ID))
			}
		}
		m.Tables[t.Entity] = table
	}
	slices.Sort(d.notes)
	d.notes = slices.Compact(d.notes)
	return m
}

// ownValues returns the first column with a value of its own in each row that no field
// has, or "".
func ownValues(s *sqldb.TableSample, fields map[string]sqldb.Column) string {
	for at, c := range s.Columns {
		used := false
		for _, f := range fields {
			used = used || f.Name == c.Name
		}
		seen := map[string]bool{"": true}
		for _, row := range s.Rows {
			used = used || seen[row[at]]
			seen[row[at]] = true
		}
		if !used {
			return c.Name
		}
	}
	return ""
}

// columnOf returns the column of a table for one of a file, or what keeps its values from
// being read.
func columnOf(s *sqldb.TableSample, c exports.Column, typ traverse.Type) (column sqldb.Column, what string) {
	name := shown.Printable(c.Name)
	column.Name = c.Name
	switch {
	case c.Lookup != nil:
		return column, fmt.Sprintf("%s holds no ids, but values of the column %s", name, shown.Printable(c.Lookup.By))
	case c.Null != nil:
		return column, fmt.Sprintf("%s has words for null, such as %s", name, shown.Quote(c.Null[0]))
	case c.Unit != nil || c.Decimal == ",":
		return column, fmt.Sprintf("%s has units or decimal commas", name)
	case len(c.Format) > 1:
		return column, fmt.Sprintf("%s has times in several forms", name)
	case len(c.Format) == 1:
		switch c.Format[0] {
		case "UnixSeconds":
			column.Format = sqldb.UnixSeconds
		case "UnixMillis":
			column.Format = sqldb.UnixMillis
		default:
			return column, fmt.Sprintf("%s has times or days in the form %s", name, c.Format[0])
		}
	}
	at := slices.IndexFunc(s.Columns, func(have sqldb.SampleColumn) bool { return have.Name == c.Name })
	if at < 0 {
		return column, fmt.Sprintf("there are several columns %s", name)
	}
	if storage := s.Columns[at].Storage; storage != sqldb.Text && storage != sqldb.FixedText {
		return column, ""
	}
	var values []string // that differ
	for _, row := range s.Rows {
		if v := row[at]; v != "" && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	switch typ {
	case traverse.Number:
		column.Format = sqldb.DecimalText
	case traverse.Choices:
		if len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return !strings.HasPrefix(v, "[") }) {
			column.Format = sqldb.JSONArray
		}
	case traverse.Bool:
		return wordsOf(column, values)
	}
	return column, ""
}

// wordsOf sets the texts for true and false.
func wordsOf(column sqldb.Column, values []string) (sqldb.Column, string) {
	for _, pair := range [][2]string{{"true", "false"}, {"t", "f"}, {"yes", "no"}, {"y", "n"}, {"1", "0"}} {
		column.True, column.False = pair[0], pair[1]
		others := slices.DeleteFunc(slices.Clone(values), func(v string) bool {
			switch {
			case strings.EqualFold(v, pair[0]):
				column.True = v
			case strings.EqualFold(v, pair[1]):
				column.False = v
			default:
				return false
			}
			return true
		})
		if len(others) == 0 {
			return column, ""
		}
	}
	return column, fmt.Sprintf("%s has several texts for true and false", shown.Printable(column.Name))
}
