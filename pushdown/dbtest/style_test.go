package dbtest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// A style is one way to store records.
type style struct {
	name    string
	ids     idKind
	types   map[traverse.Type]string // NoType is ids and references
	refers  string                   // the type of references, if it is not that of ids
	formats map[traverse.Type]sqldb.Format
	renamed bool // tables and columns have names that need quotes
	words   bool // a bool is a text, Y or N
	// write returns what is passed for a value that is not null.
	write func(t traverse.Type, v traverse.Value) any
	// zone and setup are of the session.
	zone  string
	setup string
}

// oddName returns another name for a table or column, which needs quotes and may be as long as a
// name may be in PostgreSQL.
func oddName(name string) string { return `x "` + strings.ToUpper(name) + `'; -- ` + name }

func (s *style) table(entity string) string {
	if s.renamed {
		return oddName(entity)
	}
	return entity
}

func (s *style) column(name string) string {
	if s.renamed {
		return oddName(name)
	}
	return name
}

// idColumn is the column of the ids of a table.
var idColumn = traverse.Field{Name: "id"}

// mapping says where the records of a schema are.
func (s *style) mapping(schema *traverse.Schema) pushdown.Mapping {
	m := pushdown.Mapping{Tables: map[string]pushdown.Table{}}
	for e := range schema.Entities() {
		t := pushdown.Table{ID: pushdown.Column{Name: s.column("id"), Type: s.plainType(idColumn)}, Columns: map[string]pushdown.Column{}}
		if s.renamed {
			t.Name = s.table(e.Name())
		}
		for _, c := range columnsOf(e) {
			column := pushdown.Column{Name: s.column(c.Name), Type: s.plainType(c), Format: s.formats[c.Type]}
			if s.words && c.Type == traverse.Bool {
				column.True, column.False = "Y", "N"
			}
			t.Columns[c.Name] = column
		}
		m.Tables[e.Name()] = t
	}
	return m
}

// typeOf returns the type of a column, with its collation.
func (s *style) typeOf(c traverse.Field) string {
	if c.Type == traverse.NoType && c.Name != "id" && s.refers != "" {
		return s.refers
	}
	return s.types[c.Type]
}

// plainType returns the type of a column without its collation.
func (s *style) plainType(c traverse.Field) string {
	name, _, _ := strings.Cut(s.typeOf(c), " COLLATE ")
	return name
}

// sqlMapping is the same for package sqldb.
func (s *style) sqlMapping(schema *traverse.Schema) sqldb.Mapping {
	m := sqldb.Mapping{Tables: map[string]sqldb.Table{}}
	for e := range schema.Entities() {
		columns := map[string]sqldb.Column{}
		for _, c := range columnsOf(e) {
			column := sqldb.Column{Name: s.column(c.Name), Format: s.formats[c.Type]}
			if s.words && c.Type == traverse.Bool {
				column.True, column.False = "Y", "N"
			}
			columns[c.Name] = column
		}
		m.Tables[e.Name()] = sqldb.Table{Name: s.table(e.Name()), ID: s.column("id"), Columns: columns}
	}
	return m
}

// writePostgres returns the text that is cast to the type of the column.
func writePostgres(t traverse.Type, v traverse.Value) any {
	switch v.Kind() {
	case traverse.KindNumber:
		return strconv.FormatFloat(v.Number(), 'g', -1, 64)
	case traverse.KindTime:
		return v.Time().Format("2006-01-02T15:04:05.000000Z")
	case traverse.KindDate:
		return v.Time().Format(time.DateOnly)
	case traverse.KindChoices:
		var list []string
		for _, c := range v.Choices() {
			list = append(list, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(c)+`"`)
		}
		return "{" + strings.Join(list, ",") + "}"
	}
	return v.String()
}

func jsonOf(v traverse.Value) string {
	b, err := json.Marshal(v.Choices())
	if err != nil {
		panic(err) // texts marshal
	}
	return string(b)
}

// writeSQLite writes times as integers.
func writeSQLite(t traverse.Type, v traverse.Value) any {
	switch v.Kind() {
	case traverse.KindNumber:
		return v.Number()
	case traverse.KindBool:
		return map[bool]int64{true: 1}[v.Bool()]
	case traverse.KindTime:
		return v.Micros()
	case traverse.KindDate:
		return v.Day()
	case traverse.KindChoices:
		return jsonOf(v)
	}
	return v.String()
}

func storedAs(id, text, number, boolean, instant, day, choices string) map[traverse.Type]string {
	return map[traverse.Type]string{
		traverse.NoType: id, traverse.Text: text, traverse.Choice: text, traverse.Number: number, traverse.Bool: boolean,
		traverse.Time: instant, traverse.Date: day, traverse.Choices: choices,
	}
}

const createCollation = `CREATE COLLATION IF NOT EXISTS alike (provider = icu, locale = 'und-u-ks-level1', deterministic = false)`

// postgresStyles are how PostgreSQL stores records. Sessions have three time zones, and the
// columns two collations, one of which has neither letter case nor accents.
var postgresStyles = []*style{
	{
		name: "native", ids: textIDs, write: writePostgres, zone: "UTC",
		types: storedAs("text", "text", "float8", "bool", "timestamptz", "date", "text[]"),
	},
	{
		name: "integers", ids: integerIDs, write: writePostgres, zone: "America/St_Johns", renamed: true,
		types: storedAs("bigint", "varchar", "float8", "bool", "timestamp", "date", "text[]"),
	},
	{
		name: "collated", ids: textIDs, write: writePostgres, zone: "Pacific/Apia", setup: createCollation,
		types: storedAs(`varchar COLLATE alike`, `text COLLATE alike`, "float8", "bool", "timestamptz", "timestamp", "text[] COLLATE alike"),
	},
	{
		name: "UUIDs", ids: uuidIDs, zone: "America/St_Johns", renamed: true,
		types: storedAs("uuid", `text COLLATE "en-x-icu"`, "float8", "int2", "timestamptz", "timestamptz", "jsonb"),
		write: func(t traverse.Type, v traverse.Value) any {
			switch v.Kind() {
			case traverse.KindChoices:
				return jsonOf(v)
			case traverse.KindBool:
				return map[bool]string{true: "1", false: "0"}[v.Bool()]
			case traverse.KindDate:
				return writePostgres(t, v).(string) + "T00:00:00Z"
			}
			return writePostgres(t, v)
		},
	},
	{
		name: "micros", ids: integerIDs, zone: "Pacific/Apia",
		types:   storedAs("int4", "text", "float8", "bool", "int8", "date", "text"),
		formats: map[traverse.Type]sqldb.Format{traverse.Time: sqldb.UnixMicros, traverse.Choices: sqldb.JSONArray},
		write: func(t traverse.Type, v traverse.Value) any {
			switch v.Kind() {
			case traverse.KindTime:
				return strconv.FormatInt(v.Micros(), 10)
			case traverse.KindChoices:
				return jsonOf(v)
			}
			return writePostgres(t, v)
		},
	},
	{
		name: "mixed", ids: mixedIDs, write: writePostgres, zone: "America/St_Johns", refers: "varchar COLLATE alike", setup: createCollation,
		types: storedAs("int8", "text", "float8", "bool", "timestamptz", "date", "varchar[]"),
	},
	{
		name: "padded", ids: uuidIDs, zone: "UTC", words: true,
		types:   storedAs("char(40)", `varchar COLLATE "en-x-icu"`, "numeric", "text", "timestamp", "int8", "json"),
		formats: map[traverse.Type]sqldb.Format{traverse.Date: sqldb.UnixMicros},
		write: func(t traverse.Type, v traverse.Value) any {
			switch v.Kind() {
			case traverse.KindBool:
				return yesOrNo[v.Bool()]
			case traverse.KindDate:
				return strconv.FormatInt(v.Time().UnixMicro(), 10)
			case traverse.KindChoices:
				return jsonOf(v)
			}
			return writePostgres(t, v)
		},
	},
}

var yesOrNo = map[bool]string{true: "Y", false: "N"}

// sqliteStyles are how SQLite stores records.
var sqliteStyles = []*style{
	{
		name: "native", ids: textIDs, write: writeSQLite,
		types:   storedAs("TEXT", "TEXT", "REAL", "BOOLEAN", "INTEGER", "INTEGER", "TEXT"),
		formats: map[traverse.Type]sqldb.Format{traverse.Time: sqldb.UnixMicros, traverse.Choices: sqldb.JSONArray},
	},
	{
		name: "integers", ids: integerIDs, renamed: true,
		types:   storedAs("INTEGER", "TEXT COLLATE NOCASE", "DOUBLE", "INTEGER", "BIGINT", "INTEGER", "JSON"),
		formats: map[traverse.Type]sqldb.Format{traverse.Time: sqldb.UnixMicros, traverse.Date: sqldb.UnixMicros, traverse.Choices: sqldb.JSONArray},
		write: func(t traverse.Type, v traverse.Value) any {
			if v.Kind() == traverse.KindDate {
				return v.Time().UnixMicro()
			}
			return writeSQLite(t, v)
		},
	},
	{
		name: "mixed", ids: mixedIDs, write: writeSQLite, refers: "TEXT COLLATE RTRIM",
		types:   storedAs("INTEGER", "TEXT", "REAL", "BOOLEAN", "INTEGER", "INTEGER", "TEXT"),
		formats: map[traverse.Type]sqldb.Format{traverse.Time: sqldb.UnixMicros, traverse.Choices: sqldb.JSONArray},
	},
	{
		name: "words", ids: uuidIDs, words: true,
		types:   storedAs("VARCHAR(40)", "VARCHAR(200)", "NUMERIC", "CHAR(1)", "INTEGER", "INTEGER", "TEXT"),
		formats: map[traverse.Type]sqldb.Format{traverse.Time: sqldb.UnixMicros, traverse.Choices: sqldb.JSONArray},
		write: func(t traverse.Type, v traverse.Value) any {
			if v.Kind() == traverse.KindBool {
				return yesOrNo[v.Bool()]
			}
			return writeSQLite(t, v)
		},
	},
	{
		name: "collated", ids: textIDs, write: writeSQLite,
		types:   storedAs("TEXT COLLATE NOCASE", "TEXT COLLATE RTRIM", "REAL", "BOOLEAN", "INTEGER", "INTEGER", "TEXT"),
		formats: map[traverse.Type]sqldb.Format{traverse.Time: sqldb.UnixMicros, traverse.Choices: sqldb.JSONArray},
	},
}

// textOf returns a text as a constant of SQL.
func textOf(d *pushdown.Dialect, s string) string {
	text, ok := d.Text(s)
	if !ok {
		panic(fmt.Sprintf("%q is not UTF-8", s))
	}
	return text
}
