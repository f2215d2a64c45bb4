package sqldb_test

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// A style is one way in which a database can hold the values of each type.
type style struct {
	name    string
	dialect func() sqldb.Dialect
	types   map[traverse.Type]string // NoType: of ids and references
	value   func(v traverse.Value) driver.Value
	column  map[traverse.Type]sqldb.Column
}

// ansi is a dialect with nothing but what is needed.
func ansi() sqldb.Dialect {
	d := sqldb.PostgreSQL()
	return sqldb.Dialect{Name: "ANSI", Quote: d.Quote, Storage: d.Storage, Tables: fakeTables}
}

func postgres() sqldb.Dialect {
	d := sqldb.PostgreSQL()
	d.Tables = fakeTables
	return d
}

func sqlite() sqldb.Dialect {
	d := sqldb.SQLite()
	d.Tables = fakeTables
	return d
}

// native returns values as drivers of databases with many types give them.
func native(v traverse.Value) driver.Value {
	switch v.Kind() {
	case traverse.KindText:
		return []byte(v.Text())
	case traverse.KindNumber:
		return v.Number()
	case traverse.KindBool:
		return v.Bool()
	case traverse.KindTime, traverse.KindDate:
		return v.Time()
	case traverse.KindChoices:
		var quoted []string
		for _, c := range v.Choices() {
			quoted = append(quoted, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(c)+`"`)
		}
		return "{" + strings.Join(quoted, ",") + "}"
	}
	return nil
}

// bare returns values as texts and integers.
func bare(v traverse.Value) driver.Value {
	switch v.Kind() {
	case traverse.KindText:
		return v.Text()
	case traverse.KindNumber:
		return fmt.Sprint(v.Number())
	case traverse.KindBool:
		return map[bool]string{true: "Y", false: "N"}[v.Bool()]
	case traverse.KindTime:
		return v.Time().In(time.FixedZone("", -5*60*60)).Format(time.RFC3339Nano)
	case traverse.KindDate:
		return v.String()
	case traverse.KindChoices:
		text, _ := json.Marshal(v.Choices())
		return string(text)
	}
	return nil
}

// counted returns times as numbers of microseconds.
func counted(v traverse.Value) driver.Value {
	switch v.Kind() {
	case traverse.KindTime:
		return v.Micros()
	case traverse.KindDate:
		return v.Day() * 24 * 60 * 60
	case traverse.KindBool:
		return map[bool]int64{true: 1}[v.Bool()]
	case traverse.KindChoices:
		return strings.Join(v.Choices(), " | ")
	case traverse.KindNumber:
		return v.Number()
	}
	return bare(v)
}

var styles = []style{
	{"native", postgres, map[traverse.Type]string{
		traverse.NoType: "TEXT", traverse.Text: "TEXT", traverse.Choice: "VARCHAR", traverse.Number: "FLOAT8", traverse.Bool: "BOOL",
		traverse.Time: "TIMESTAMPTZ", traverse.Date: "DATE", traverse.Choices: "_TEXT",
	}, native, nil},
	{"text", ansi, map[traverse.Type]string{
		traverse.NoType: "TEXT", traverse.Text: "TEXT", traverse.Choice: "TEXT", traverse.Number: "TEXT", traverse.Bool: "TEXT",
		traverse.Time: "TEXT", traverse.Date: "TEXT", traverse.Choices: "JSON",
	}, bare, map[traverse.Type]sqldb.Column{
		traverse.Number: {Format: sqldb.DecimalText}, traverse.Bool: {True: "Y", False: "N"},
	}},
	{"numbers", sqlite, map[traverse.Type]string{
		traverse.NoType: "", traverse.Text: "VARCHAR(20)", traverse.Choice: "", traverse.Number: "REAL", traverse.Bool: "BOOLEAN",
		traverse.Time: "INTEGER", traverse.Date: "INTEGER", traverse.Choices: "TEXT",
	}, counted, map[traverse.Type]sqldb.Column{
		traverse.Time: {Format: sqldb.UnixMicros}, traverse.Date: {Format: sqldb.UnixSeconds}, traverse.Choices: {Separator: "|"},
	}},
}

// tables returns the records of a schema as tables, and the mapping for them.
func (s style) tables(schema *traverse.Schema, records []sourcetest.Record) (map[string]*fakeTable, sqldb.Mapping) {
	tables := map[string]*fakeTable{}
	mapping := sqldb.Mapping{Tables: map[string]sqldb.Table{}}
	for e := range schema.Entities() {
		t := &fakeTable{names: []string{"id"}, types: []string{s.types[traverse.NoType]}}
		columns := map[string]sqldb.Column{}
		for f := range e.Fields() {
			t.names, t.types = append(t.names, f.Name), append(t.types, s.types[f.Type])
			if c, ok := s.column[f.Type]; ok {
				columns[f.Name] = c
			}
		}
		for r := range e.Relationships() {
			if !r.Many() {
				t.names, t.types = append(t.names, r.Name), append(t.types, s.types[traverse.NoType])
			}
		}
		for _, r := range records {
			if r.Entity != e.Name() {
				continue
			}
			row := []driver.Value{s.value(traverse.TextValue(r.ID))}
			for _, name := range t.names[1:] {
				row = append(row, s.value(r.Values[name]))
			}
			t.rows = append(t.rows, row)
		}
		tables[`"`+e.Name()+`"`] = t
		mapping.Tables[e.Name()] = sqldb.Table{Columns: columns}
	}
	return tables, mapping
}

func (s style) open(t testing.TB, schema *traverse.Schema, records []sourcetest.Record) (*fake, *sqldb.Source) {
	t.Helper()
	tables, mapping := s.tables(schema, records)
	f, db := newFake(t, tables)
	source, err := sqldb.Open(t.Context(), db, s.dialect(), schema, sqldb.Options{Mapping: mapping})
	if err != nil {
		t.Fatal(err)
	}
	f.statements()
	return f, source
}

// TestContract runs the contract of a source over each style.
func TestContract(t *testing.T) {
	for _, s := range styles {
		t.Run(s.name, func(t *testing.T) {
			var source *sqldb.Source
			sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
				_, source = s.open(t, schema, records)
				return source
			})
		})
	}
}

func TestContractOfSnapshot(t *testing.T) {
	schema, records := sourcetest.Schema(), sourcetest.Records()
	_, source := styles[0].open(t, schema, records)
	snapshot, err := source.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := sourcetest.Check(snapshot, schema, records); err != nil {
		t.Error(err)
	}
	if err := snapshot.Close(); err != nil {
		t.Error(err)
	}
}
