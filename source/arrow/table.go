package arrow

import (
	"context"
	"fmt"
	"iter"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// A Table is record batches, such as those that an ADBC driver or a Flight client returns:
// see [Bind].
type Table struct {
	Name   string        // by which an entity is found, as that of a table of a database
	Schema *arrow.Schema // of all batches

	// Batches yields the batches. It is ranged over once for each call of [Tables.Load].
	// A batch is not used after the next one is asked for.
	Batches iter.Seq2[arrow.RecordBatch, error]
}

// Batches returns a table of some batches, which must have the same schema.
func Batches(name string, schema *arrow.Schema, batches ...arrow.RecordBatch) Table {
	return Table{name, schema, func(yield func(arrow.RecordBatch, error) bool) {
		for _, b := range batches {
			if !yield(b, nil) {
				return
			}
		}
	}}
}

// Reader returns a table of what a reader reads. The reader is not released, and can be
// read once: so can the table.
func Reader(name string, r array.RecordReader) Table {
	return Table{name, r.Schema(), func(yield func(arrow.RecordBatch, error) bool) {
		for r.Next() {
			if !yield(r.RecordBatch(), nil) {
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(nil, err)
		}
	}}
}

// A piece is a part of a table: a file, or record batches.
type piece interface {
	// String returns what messages call it.
	String() string

	// schema returns the columns. It reads them the first time.
	schema() (*arrow.Schema, error)

	// read returns a reader of some columns, which are positions in the schema. It may leave
	// out batches in which no record is late enough.
	read(columns []int, since *bound) (reader, error)
}

// A reader reads batches.
type reader interface {
	// next returns the next batch, which is valid until the next one is asked for, or nil at
	// the end.
	next(ctx context.Context) (*batch, error)

	close()
}

// A batch is some rows of a piece.
type batch struct {
	columns []arrow.Array
	rows    int
	first   int64  // how many rows of the piece come before it
	within  string // such as "row group 2"
}

// place says where a row of a batch is.
func (b *batch) place(p piece, row int) string {
	return fmt.Sprintf("%v, row %d (%s)", p, b.first+int64(row)+1, b.within)
}

// A bound says which records are wanted: those of which a column is not earlier.
type bound struct {
	at     int   // of the column in the schema of the piece
	micros int64 // the earliest instant
	day    int64 // the earliest day
	column *sqldb.BoundColumn
}

// admits reports whether a value of the column is late enough.
func (b *bound) admits(v traverse.Value) bool {
	switch v.Kind() {
	case traverse.KindTime:
		return v.Micros() >= b.micros
	case traverse.KindDate:
		return v.Day() >= b.day
	}
	return false // without a date a record is in no range
}

// table is a table that has been found.
type table struct {
	name   string
	pieces []piece
}

// listed returns the table as [sqldb.Bind] wants it: with the columns of the first piece.
func (t *table) listed() sqldb.Listed {
	l := sqldb.Listed{Name: t.name}
	s, err := t.pieces[0].schema()
	if err != nil {
		l.Err = fmt.Errorf("%v: %w", t.pieces[0], err)
		return l
	}
	for _, f := range s.Fields() {
		if f.Type.ID() == arrow.NULL {
			f = t.typed(f)
		}
		l.Columns = append(l.Columns, sqldb.ListedColumn{Name: f.Name, Type: f.Type.String(), Storage: storageOf(f.Type)})
	}
	return l
}

// typed returns a column that has only nulls in the first piece as another one has it.
func (t *table) typed(f arrow.Field) arrow.Field {
	for _, p := range t.pieces[1:] {
		s, err := p.schema()
		if err != nil {
			continue // it is an error when the piece is read
		}
		if at := s.FieldIndices(f.Name); len(at) > 0 && s.Field(at[0]).Type.ID() != arrow.NULL {
			return s.Field(at[0])
		}
	}
	return f
}

// A batchPiece is the record batches of a [Table].
type batchPiece struct{ Table }

func (p batchPiece) String() string { return p.Name }

func (p batchPiece) schema() (*arrow.Schema, error) { return p.Schema, nil }

func (p batchPiece) read(columns []int, _ *bound) (reader, error) {
	r := &batchReader{piece: p, columns: columns}
	r.pull, r.stop = iter.Pull2(p.Batches)
	return r, nil
}

// A batchReader reads the batches of a piece.
type batchReader struct {
	piece   batchPiece
	columns []int
	pull    func() (arrow.RecordBatch, error, bool)
	stop    func()
	number  int // of the next batch
	first   int64
}

func (r *batchReader) next(ctx context.Context) (*batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	record, err, ok := r.pull()
	if err != nil || !ok {
		return nil, err
	}
	b := &batch{rows: int(record.NumRows()), first: r.first, within: fmt.Sprintf("batch %d", r.number)}
	for _, at := range r.columns {
		if at >= int(record.NumCols()) || !arrow.TypeEqual(record.Column(at).DataType(), r.piece.Schema.Field(at).Type) {
			return nil, fmt.Errorf("batch %d has other columns than the schema of the table", r.number)
		}
		b.columns = append(b.columns, record.Column(at))
	}
	r.number++
	r.first += record.NumRows()
	return b, nil
}

func (r *batchReader) close() { r.stop() }

// alike reports whether a column can hold what the column of another piece does.
func alike(a, b arrow.Field) bool {
	s, t := storageOf(a.Type), storageOf(b.Type)
	return s == t || a.Type.ID() == arrow.NULL || b.Type.ID() == arrow.NULL
}
