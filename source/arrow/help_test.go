package arrow_test

import (
	"bytes"
	"math"
	"testing"
	"testing/fstest"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// A style is one way in which columns hold the values of each type.
type style struct {
	name   string
	types  map[traverse.Type]arrow.DataType // NoType: of ids and references
	column map[traverse.Type]sqldb.Column
}

var (
	text       = arrow.BinaryTypes.String
	dictionary = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: text}
	utc        = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
)

var styles = []style{
	{"native", map[traverse.Type]arrow.DataType{
		traverse.NoType: text, traverse.Text: text, traverse.Choice: text, traverse.Number: arrow.PrimitiveTypes.Float64,
		traverse.Bool: arrow.FixedWidthTypes.Boolean, traverse.Time: utc, traverse.Date: arrow.FixedWidthTypes.Date32, traverse.Choices: arrow.ListOf(text),
	}, nil},
	{"dictionary", map[traverse.Type]arrow.DataType{
		traverse.NoType: dictionary, traverse.Text: dictionary, traverse.Choice: dictionary, traverse.Number: arrow.PrimitiveTypes.Float64,
		traverse.Bool: arrow.FixedWidthTypes.Boolean, traverse.Time: utc, traverse.Date: arrow.FixedWidthTypes.Date64, traverse.Choices: arrow.LargeListOf(text),
	}, nil},
	{"text", map[traverse.Type]arrow.DataType{
		traverse.NoType: arrow.BinaryTypes.LargeString, traverse.Text: arrow.BinaryTypes.Binary, traverse.Choice: arrow.BinaryTypes.LargeString,
		traverse.Number: text, traverse.Bool: text, traverse.Time: text, traverse.Date: text, traverse.Choices: text,
	}, map[traverse.Type]sqldb.Column{
		traverse.Number: {Format: sqldb.DecimalText}, traverse.Bool: {True: "yes", False: "no"}, traverse.Choices: {Separator: "|"},
	}},
	{"numbers", map[traverse.Type]arrow.DataType{
		traverse.NoType: text, traverse.Text: text, traverse.Choice: text, traverse.Number: arrow.PrimitiveTypes.Float64,
		traverse.Bool: arrow.PrimitiveTypes.Int8, traverse.Time: arrow.PrimitiveTypes.Int64, traverse.Date: arrow.PrimitiveTypes.Int64, traverse.Choices: text,
	}, map[traverse.Type]sqldb.Column{
		traverse.Time: {Format: sqldb.UnixMicros}, traverse.Date: {Format: sqldb.UnixSeconds}, traverse.Choices: {Separator: "|"},
	}},
}

// add adds a value to a column.
func add(b array.Builder, v traverse.Value) {
	if v.IsEmpty() {
		b.AppendNull()
		return
	}
	written := v.String()
	switch v.Kind() {
	case traverse.KindBool:
		written = map[bool]string{true: "yes", false: "no"}[v.Bool()]
	case traverse.KindTime:
		written = v.Time().Format("2006-01-02T15:04:05.999999Z")
	case traverse.KindChoices:
		written = ""
		for i, c := range v.Choices() {
			if i > 0 {
				written += " | "
			}
			written += c
		}
	}
	switch b := b.(type) {
	case *array.StringBuilder:
		b.Append(written)
	case *array.LargeStringBuilder:
		b.Append(written)
	case *array.BinaryBuilder:
		b.AppendString(written)
	case *array.BinaryDictionaryBuilder:
		if err := b.AppendString(written); err != nil {
			panic(err)
		}
	case *array.Float64Builder:
		b.Append(v.Number())
	case *array.BooleanBuilder:
		b.Append(v.Bool())
	case *array.Int8Builder:
		b.Append(map[bool]int8{true: 1}[v.Bool()])
	case *array.Int64Builder:
		if v.Kind() == traverse.KindDate {
			b.Append(v.Day() * 24 * 60 * 60)
		} else {
			b.Append(v.Micros())
		}
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(v.Micros()))
	case *array.Date32Builder:
		b.Append(arrow.Date32(v.Day()))
	case *array.Date64Builder:
		b.Append(arrow.Date64(v.Day() * 24 * 60 * 60 * 1000))
	case array.ListLikeBuilder:
		b.Append(true)
		for _, c := range v.Choices() {
			add(b.ValueBuilder(), traverse.TextValue(c))
		}
	default:
		panic(b)
	}
}

// batches returns the records of a schema as a record batch for each entity, and the mapping
// for them.
func (s style) batches(schema *traverse.Schema, records []sourcetest.Record) (map[string]arrow.RecordBatch, sqldb.Mapping) {
	batches, mapping := map[string]arrow.RecordBatch{}, sqldb.Mapping{Tables: map[string]sqldb.Table{}}
	for e := range schema.Entities() {
		fields := []arrow.Field{{Name: "id", Type: s.types[traverse.NoType]}}
		mapped := map[string]sqldb.Column{}
		for f := range e.Fields() {
			fields = append(fields, arrow.Field{Name: f.Name, Type: s.types[f.Type], Nullable: true})
			if c, ok := s.column[f.Type]; ok {
				mapped[f.Name] = c
			}
		}
		for r := range e.Relationships() {
			if !r.Many() {
				fields = append(fields, arrow.Field{Name: r.Name, Type: s.types[traverse.NoType], Nullable: true})
			}
		}
		b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
		for _, r := range records {
			if r.Entity != e.Name() {
				continue
			}
			add(b.Field(0), traverse.TextValue(r.ID))
			for i, f := range fields[1:] {
				add(b.Field(i+1), r.Values[f.Name])
			}
		}
		batches[e.Name()] = b.NewRecordBatch()
		mapping.Tables[e.Name()] = sqldb.Table{Columns: mapped}
	}
	return batches, mapping
}

// parquetOf returns record batches as a Parquet file with row groups of so many rows.
func parquetOf(t testing.TB, rows int64, batches ...arrow.RecordBatch) *fstest.MapFile {
	t.Helper()
	var out bytes.Buffer
	props := parquet.NewWriterProperties(parquet.WithMaxRowGroupLength(rows), parquet.WithCompression(compress.Codecs.Snappy), parquet.WithDataPageSize(min(1<<20, 100*rows)))
	w, err := pqarrow.NewFileWriter(batches[0].Schema(), &out, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: out.Bytes()}
}

// everything returns queries for all that a schema has.
func everything(t testing.TB, schema *traverse.Schema) []traverse.Query {
	t.Helper()
	var queries []traverse.Query
	for e := range schema.Entities() {
		var fields []string
		by := []string{""}
		for f := range e.Fields() {
			fields = append(fields, f.Name)
		}
		for r := range e.Relationships() {
			if !r.Many() {
				fields, by = append(fields, r.Name), append(by, r.Name)
			}
		}
		for _, by := range by {
			need, err := schema.NewNeed(e.Name(), by, fields, "")
			if err != nil {
				t.Fatal(err)
			}
			queries = append(queries, traverse.Query{Need: need})
		}
	}
	return queries
}

// slices of a record batch, each of at most so many rows.
func split(b arrow.RecordBatch, rows int64) []arrow.RecordBatch {
	var parts []arrow.RecordBatch
	for at := int64(0); at < b.NumRows() || at == 0; at += rows {
		parts = append(parts, b.NewSlice(at, min(at+rows, b.NumRows())))
	}
	return parts
}

var nan = math.NaN()
