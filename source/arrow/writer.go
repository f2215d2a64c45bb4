package arrow

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/leadscore/leadscore"
)

// AsOfKey is the key under which the metadata of a file of results has the instant of scoring,
// in the form of [time.RFC3339Nano] and in UTC.
const AsOfKey = "leadscore.as_of"

// ResultSchema returns the columns of a file of results. A row is the result of a model for a
// lead, or the error of a lead that could not be scored.
//
//	lead         the id of the lead
//	model        the name of the model; null for an error
//	status       what Status.String of package leadscore returns, or "failed" for an error
//	score        null unless the status is "scored"
//	grade        null if the score has no grade
//	sales_ready  null unless the status is "scored"
//	label        null if the model has none
//	dimensions   a list with the name, score and grade of each dimension; null if there are none
//	error        why the lead could not be scored, or null
func ResultSchema() *arrow.Schema {
	text := arrow.BinaryTypes.String
	word := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: text}
	dimension := arrow.StructOf(
		arrow.Field{Name: "name", Type: text},
		arrow.Field{Name: "score", Type: arrow.PrimitiveTypes.Int64},
		arrow.Field{Name: "grade", Type: text, Nullable: true},
	)
	return arrow.NewSchema([]arrow.Field{
		{Name: "lead", Type: text},
		{Name: "model", Type: word, Nullable: true},
		{Name: "status", Type: word},
		{Name: "score", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "grade", Type: word, Nullable: true},
		{Name: "sales_ready", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
		{Name: "label", Type: word, Nullable: true},
		{Name: "dimensions", Type: arrow.ListOfNonNullable(dimension), Nullable: true},
		{Name: "error", Type: text, Nullable: true},
	}, nil)
}

// A Writer writes results to a Parquet file: see [ResultSchema]. It writes a row group once it
// has 262,144 results, which it holds in compressed form until then. It is not safe for
// concurrent use.
type Writer struct {
	file    *pqarrow.FileWriter
	columns *array.RecordBuilder
	rows    int
	asOf    time.Time
	err     error // of the first call that failed
	closed  bool
}

// failed is the status of a lead that could not be scored.
const failed = "failed"

// writtenRows is how many rows are written together.
const writtenRows = 1 << 14

// groupRows is how many rows a row group has.
const groupRows = 1 << 18

// NewWriter returns a writer of results to w. [Writer.Close] ends the file, and does not close w.
func NewWriter(w io.Writer) (*Writer, error) {
	schema := ResultSchema()
	props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd), parquet.WithMaxRowGroupLength(groupRows), parquet.WithVersion(parquet.V2_LATEST), parquet.WithDictionaryFor("lead", false))
	file, err := pqarrow.NewFileWriter(schema, keepOpen{w}, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		return nil, fmt.Errorf("arrow: writing results: %w", err)
	}
	return &Writer{file: file, columns: array.NewRecordBuilder(memory.DefaultAllocator, schema)}, nil
}

// keepOpen hides that a writer can be closed, as writers of Parquet files close theirs.
type keepOpen struct{ io.Writer }

// Write writes the results of a lead, such as those that Set.ScoreAll yields. All results that
// are written must be as of one instant.
func (w *Writer) Write(results ...leadscore.Result) error {
	for i := range results {
		if err := w.result(&results[i]); err != nil {
			return w.fail(err)
		}
	}
	return w.flush(writtenRows)
}

// WriteError writes that a lead could not be scored, and why.
func (w *Writer) WriteError(e *leadscore.LeadError) error {
	if err := w.usable(); err != nil {
		return err
	}
	w.text(0, e.Lead)
	w.word(1, "")
	w.word(2, failed)
	for _, c := range w.columns.Fields()[3:8] {
		c.AppendNull()
	}
	w.text(8, e.Error())
	w.rows++
	return w.flush(writtenRows)
}

// WriteScores writes the results of many leads that set.ScoreInto has filled in, and the errors
// of those that could not be scored.
func (w *Writer) WriteScores(set *leadscore.Set, s *leadscore.Scores) error {
	models := len(set.Models())
	for lead := range s.Len() {
		if e, ok := errors.AsType[*leadscore.LeadError](s.Err(lead)); ok {
			if err := w.WriteError(e); err != nil {
				return err
			}
			continue
		}
		for model := range models {
			if err := w.Write(s.Result(lead, model)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close writes what is left, and the end of the file. The file is only complete if Close
// returns nil. Close again does nothing.
func (w *Writer) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	if w.err == nil {
		_ = w.flush(1)
	}
	if w.err == nil && !w.asOf.IsZero() {
		w.err = w.file.AppendKeyValueMetadata(AsOfKey, w.asOf.UTC().Format(time.RFC3339Nano))
	}
	w.columns.Release()
	if err := w.file.Close(); err != nil && w.err == nil {
		return w.fail(err)
	}
	return w.err
}

// usable returns the error of a writer that has failed or is closed.
func (w *Writer) usable() error {
	if w.err == nil && w.closed {
		return errors.New("arrow: writing results: the writer is closed")
	}
	return w.err
}

// fail keeps the first error.
func (w *Writer) fail(err error) error {
	if w.err == nil {
		w.err = fmt.Errorf("arrow: writing results: %w", err)
	}
	return w.err
}

// result adds a row.
func (w *Writer) result(r *leadscore.Result) error {
	if err := w.usable(); err != nil {
		return err
	}
	switch {
	case w.asOf.IsZero():
		w.asOf = r.AsOf()
	case !w.asOf.Equal(r.AsOf()):
		return fmt.Errorf("the result for %q is as of %s, and those before are as of %s", r.Lead, r.AsOf().UTC().Format(time.RFC3339Nano), w.asOf.UTC().Format(time.RFC3339Nano))
	}
	w.rows++
	w.text(0, r.Lead)
	w.word(1, r.Model)
	w.word(2, r.Status.String())
	w.columns.Field(8).AppendNull()
	if r.Status != leadscore.Scored {
		for _, c := range w.columns.Fields()[3:8] {
			c.AppendNull()
		}
		return nil
	}
	w.columns.Field(3).(*array.Int64Builder).Append(r.Score)
	w.word(4, r.Grade)
	w.columns.Field(5).(*array.BooleanBuilder).Append(r.SalesReady)
	label, _ := r.Label()
	w.word(6, label)
	w.dimensions(r.Dimensions())
	return nil
}

func (w *Writer) text(column int, s string) { w.columns.Field(column).(*array.StringBuilder).Append(s) }

// word adds a text that is in a dictionary, or null for the empty text.
func (w *Writer) word(column int, s string) {
	b := w.columns.Field(column).(*array.BinaryDictionaryBuilder)
	if s == "" {
		b.AppendNull()
		return
	}
	if err := b.AppendString(s); err != nil {
		_ = w.fail(err)
	}
}

func (w *Writer) dimensions(all []leadscore.Dimension) {
	list := w.columns.Field(7).(*array.ListBuilder)
	if len(all) == 0 {
		list.AppendNull()
		return
	}
	list.Append(true)
	one := list.ValueBuilder().(*array.StructBuilder)
	for _, d := range all {
		one.Append(true)
		one.FieldBuilder(0).(*array.StringBuilder).Append(d.Name)
		one.FieldBuilder(1).(*array.Int64Builder).Append(d.Score)
		grade := one.FieldBuilder(2).(*array.StringBuilder)
		if d.Grade == "" {
			grade.AppendNull()
		} else {
			grade.Append(d.Grade)
		}
	}
}

// flush writes the rows, if there are at least so many.
func (w *Writer) flush(rows int) error {
	if w.err != nil || w.rows < rows {
		return w.err
	}
	w.rows = 0
	batch := w.columns.NewRecordBatch()
	defer batch.Release()
	if err := w.file.WriteBuffered(batch); err != nil {
		return w.fail(err)
	}
	return nil
}
