package arrow

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/leadscore/leadscore/internal/shown"
)

// batchRows is how many rows of a Parquet file are read at a time.
const batchRows = 1 << 16

// A parquetFile is a piece that is a Parquet file.
type parquetFile struct {
	fsys fs.FS
	name string

	mu       sync.Mutex
	err      error // of open
	metadata *metadata.FileMetaData
	columns  *arrow.Schema // nil until the footer is read
	size     int64
	modified time.Time
}

func (p *parquetFile) String() string { return shown.Printable(p.name) }

// schema reads the footer of the file the first time.
func (p *parquetFile) schema() (*arrow.Schema, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.columns == nil && p.err == nil {
		p.err = guarded(func() error {
			_, f, err := p.open()
			if err != nil {
				return err
			}
			return f.Close()
		})
	}
	return p.columns, p.err
}

// open opens the file. The second result is to be closed.
func (p *parquetFile) open() (*file.Reader, io.Closer, error) {
	f, err := p.fsys.Open(p.name)
	if err != nil {
		return nil, nil, err
	}
	r, err := p.footer(f)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return r, f, nil
}

// footer reads the footer of the file the first time, and returns a reader of the rest.
func (p *parquetFile) footer(f fs.File) (*file.Reader, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	case p.metadata != nil && (info.Size() != p.size || !info.ModTime().Equal(p.modified)):
		return nil, errors.New("it has changed since it was opened; open the tables again")
	}
	at, ok := f.(parquet.ReaderAtSeeker)
	if !ok { // a file system that reads files from front to back only
		data, err := io.ReadAll(f)
		if err != nil {
			return nil, err
		}
		at = bytes.NewReader(data)
	}
	opts := []file.ReadOption{file.WithReadProps(parquet.NewReaderProperties(memory.DefaultAllocator))}
	if p.metadata != nil {
		return file.NewParquetReader(at, append(opts, file.WithMetadata(p.metadata))...)
	}
	r, err := file.NewParquetReader(at, opts...)
	if err != nil {
		return nil, err
	}
	// The schema of Arrow that some writers add says little that matters here, and in a damaged
	// file it can ask for more memory than there is, which ends the process.
	r.MetaData().FileMetaData.KeyValueMetadata = nil
	arrows, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	columns, err := arrows.Schema()
	if err != nil {
		return nil, err
	}
	p.metadata, p.columns, p.size, p.modified = r.MetaData(), columns, info.Size(), info.ModTime()
	return r, nil
}

// read returns the row groups that may have records that are late enough.
func (p *parquetFile) read(columns []int, since *bound) (reader, error) {
	if _, err := p.schema(); err != nil {
		return nil, err
	}
	r := &groupReader{piece: p, columns: columns, since: since, group: -1}
	return r, guarded(func() (err error) {
		r.file, r.closer, err = p.open()
		return err
	})
}

// A groupReader reads the row groups of a file.
type groupReader struct {
	piece   *parquetFile
	columns []int
	since   *bound
	file    *file.Reader
	closer  io.Closer

	group   int // that is being read
	first   int64
	last    int64                // the end of the group
	records pqarrow.RecordReader // of the group; nil = none is being read
	ending  bool                 // the batch that was returned is the last of the group
}

func (r *groupReader) next(ctx context.Context) (b *batch, err error) {
	err = guarded(func() (err error) {
		b, err = r.nextBatch(ctx)
		return err
	})
	return b, err
}

// nextBatch returns the next batch, or nil at the end.
func (r *groupReader) nextBatch(ctx context.Context) (*batch, error) {
	if r.ending {
		r.records.Release()
		r.records, r.ending = nil, false
	}
	for r.records == nil {
		r.first = r.last
		if r.group++; r.group >= r.file.NumRowGroups() {
			return nil, nil
		}
		r.last += r.file.RowGroup(r.group).NumRows()
		if r.first < r.last && !tooEarly(r.file, r.piece.columns, r.group, r.since) {
			if err := r.begin(ctx); err != nil {
				return nil, err
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !r.records.Next() {
		if err := r.records.Err(); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%w: row group %d has fewer rows than it says", ErrDamaged, r.group)
	}
	record := r.records.RecordBatch()
	b := &batch{rows: int(record.NumRows()), first: r.first, within: fmt.Sprintf("row group %d", r.group)}
	var err error
	if b.columns, err = inOrder(record, r.piece.columns, r.columns); err != nil {
		return nil, err
	}
	switch r.first += record.NumRows(); {
	case r.first > r.last:
		return nil, fmt.Errorf("%w: row group %d has more rows than it says", ErrDamaged, r.group)
	case r.first == r.last:
		r.ending = true
	}
	return b, nil
}

// begin begins to read a row group.
func (r *groupReader) begin(ctx context.Context) error {
	leaves, props, err := r.leaves()
	if err != nil {
		return err
	}
	arrows, err := pqarrow.NewFileReader(r.file, props, memory.DefaultAllocator)
	if err != nil {
		return err
	}
	r.records, err = arrows.GetRecordReader(ctx, leaves, []int{r.group})
	return err
}

func (r *groupReader) close() {
	if r.records != nil {
		r.records.Release()
	}
	_ = r.closer.Close() // nothing was written
}

// leaves returns the columns of the file that make some columns of its schema, and how to
// read them: those whose values are all in a dictionary as positions in it.
func (r *groupReader) leaves() ([]int, pqarrow.ArrowReadProperties, error) {
	props := pqarrow.ArrowReadProperties{BatchSize: batchRows}
	manifest, err := pqarrow.NewSchemaManifest(r.file.MetaData().Schema, nil, &props)
	if err != nil {
		return nil, props, err
	}
	var leaves []int
	var under func(f *pqarrow.SchemaField)
	under = func(f *pqarrow.SchemaField) {
		if f.IsLeaf() {
			leaves = append(leaves, f.ColIndex)
		}
		for i := range f.Children {
			under(&f.Children[i])
		}
	}
	for _, at := range r.columns {
		f := &manifest.Fields[at]
		under(f)
		if f.IsLeaf() {
			chunk, err := r.file.RowGroup(r.group).MetaData().ColumnChunk(f.ColIndex)
			if err != nil {
				return nil, props, err
			}
			props.SetReadDict(f.ColIndex, inDictionary(chunk))
		}
	}
	return leaves, props, nil
}

// inDictionary reports whether all values of a column of texts are in its dictionary.
func inDictionary(chunk *metadata.ColumnChunkMetaData) bool {
	if chunk.Type() != parquet.Types.ByteArray || !chunk.HasDictionaryPage() {
		return false
	}
	stats := chunk.EncodingStats()
	for _, s := range stats {
		if s.Encoding != parquet.Encodings.RLEDict && s.Encoding != parquet.Encodings.PlainDict && isData(s) {
			return false
		}
	}
	return len(stats) > 0
}

// isData reports whether pages are data pages, of either version.
func isData(s metadata.PageEncodingStats) bool {
	const dataPage, dataPageV2 = 0, 3
	return s.PageType == dataPage || s.PageType == dataPageV2
}

// inOrder returns the columns of a record in the order in which they were asked for.
func inOrder(record arrow.RecordBatch, all *arrow.Schema, columns []int) ([]arrow.Array, error) {
	var out []arrow.Array
	for _, at := range columns {
		name := all.Field(at).Name
		found := record.Schema().FieldIndices(name)
		if len(found) != 1 {
			return nil, fmt.Errorf("it has %d columns %s", len(found), shown.Quote(name))
		}
		out = append(out, record.Column(found[0]))
	}
	return out, nil
}

// tooEarly reports whether the statistics of a row group say that none of its records is
// late enough. What they do not say is false.
func tooEarly(r *file.Reader, columns *arrow.Schema, group int, since *bound) bool {
	if since == nil {
		return false
	}
	manifest, err := pqarrow.NewSchemaManifest(r.MetaData().Schema, nil, &pqarrow.ArrowReadProperties{})
	if err != nil || !manifest.Fields[since.at].IsLeaf() {
		return false
	}
	chunk, err := r.RowGroup(group).MetaData().ColumnChunk(manifest.Fields[since.at].ColIndex)
	if err != nil {
		return false
	}
	if set, err := chunk.StatsSet(); err != nil || !set {
		return false
	}
	stats, err := chunk.Statistics()
	if err != nil || !stats.HasMinMax() {
		return false
	}
	latest, ok := newest(stats.EncodeMax(), columns.Field(since.at).Type)
	if !ok {
		return false
	}
	v, err := since.column.Decode(latest)
	return err == nil && !v.IsEmpty() && !since.admits(v)
}

// newest returns the value of a statistic, for types whose order is that of time.
func newest(encoded []byte, t arrow.DataType) (any, bool) {
	switch len(encoded) {
	case 4:
		n := int32(binary.LittleEndian.Uint32(encoded))
		switch t.(type) {
		case *arrow.Date32Type:
			return time.Unix(int64(n)*secondsOfDay, 0).UTC(), true
		case *arrow.Int32Type:
			return int64(n), true
		}
	case 8:
		n := int64(binary.LittleEndian.Uint64(encoded))
		switch t := t.(type) {
		case *arrow.TimestampType:
			return timeOf(n, t.Unit), true
		case *arrow.Int64Type:
			return n, true
		}
	}
	return nil, false
}
