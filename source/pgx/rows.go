package pgx

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/leadscore/leadscore/source/sqldb"
)

// formats asks for the types that are read in binary form. All others come as text.
var formats = pgx.QueryResultFormatsByOID{
	pgtype.BoolOID: pgx.BinaryFormatCode, pgtype.Int2OID: pgx.BinaryFormatCode, pgtype.Int4OID: pgx.BinaryFormatCode,
	pgtype.Int8OID: pgx.BinaryFormatCode, pgtype.Float4OID: pgx.BinaryFormatCode, pgtype.Float8OID: pgx.BinaryFormatCode,
	pgtype.DateOID: pgx.BinaryFormatCode, pgtype.TimestampOID: pgx.BinaryFormatCode, pgtype.TimestamptzOID: pgx.BinaryFormatCode,
	pgtype.UUIDOID: pgx.BinaryFormatCode,
}

// A take gives the value of a column to a cell.
type take func(*sqldb.Cell, []byte) error

// received are the rows of a statement, as those of pgx.
type received interface {
	Next() bool
	RawValues() [][]byte
	FieldDescriptions() []pgconn.FieldDescription
	Err() error
	Close()
}

// rows are the rows of a statement.
type rows struct {
	rows    received
	conn    *pgx.Conn
	takes   []take // by column
	first   bool   // the first row has been read, and Next was not called yet
	more    bool   // there is one
	release func() // gives the connection back
	closed  bool
	err     error // once they are closed: the connection is another's then
}

// query runs a statement. It reads the first row, as errors may come with it.
func query(ctx context.Context, c *pgx.Conn, statement string, args []any) (*rows, error) {
	answer, err := c.Query(ctx, statement, append([]any{formats}, args...)...)
	if err != nil {
		return nil, lost(c, err)
	}
	return begin(answer, c)
}

// begin reads the first row.
func begin(answer received, c *pgx.Conn) (*rows, error) {
	r := &rows{rows: answer, conn: c, first: true, more: answer.Next()}
	if err := answer.Err(); err != nil {
		answer.Close()
		return nil, lost(c, err)
	}
	for _, f := range answer.FieldDescriptions() {
		t := text
		if of, ok := taken[f.DataTypeOID]; ok {
			if t = of.binary; f.Format == pgx.TextFormatCode { // as in the simple protocol
				t = of.text(c.TypeMap())
			}
		}
		r.takes = append(r.takes, t)
	}
	return r, nil
}

func (r *rows) Columns() ([]sqldb.ColumnType, error) {
	var columns []sqldb.ColumnType
	for _, f := range r.rows.FieldDescriptions() {
		name := strconv.FormatUint(uint64(f.DataTypeOID), 10)
		if t, ok := r.conn.TypeMap().TypeForOID(f.DataTypeOID); ok {
			name = strings.ToUpper(t.Name)
		}
		columns = append(columns, sqldb.ColumnType{Name: f.Name, Type: name})
	}
	return columns, nil
}

func (r *rows) Next() bool {
	if r.first {
		r.first = false
	} else {
		r.more = r.rows.Next()
	}
	if !r.more {
		_ = r.Close() // Err has the error
	}
	return r.more
}

func (r *rows) Scan(cells []*sqldb.Cell) error {
	for i, b := range r.rows.RawValues() {
		if b == nil {
			cells[i].Null()
		} else if err := r.takes[i](cells[i], b); err != nil {
			return err
		}
	}
	return nil
}

func (r *rows) Err() error {
	if r.closed {
		return r.err
	}
	return lost(r.conn, r.rows.Err())
}

func (r *rows) Close() error {
	if !r.closed {
		r.closed = true
		r.rows.Close()
		r.err = lost(r.conn, r.rows.Err())
		r.release()
	}
	return nil
}

// taken says how the values of types are taken.
var taken = map[uint32]struct {
	binary take
	text   func(*pgtype.Map) take
}{
	pgtype.BoolOID: {sized(1, func(c *sqldb.Cell, b []byte) { _ = c.Scan(b[0] == 1) }),
		always(func(c *sqldb.Cell, b []byte) error { return c.Scan(string(b) == "t") })},
	pgtype.Int2OID: {sized(2, func(c *sqldb.Cell, b []byte) { c.Int(int64(int16(binary.BigEndian.Uint16(b)))) }), always(integer)},
	pgtype.Int4OID: {sized(4, func(c *sqldb.Cell, b []byte) { c.Int(int64(int32(binary.BigEndian.Uint32(b)))) }), always(integer)},
	pgtype.Int8OID: {sized(8, func(c *sqldb.Cell, b []byte) { c.Int(int64(binary.BigEndian.Uint64(b))) }), always(integer)},
	pgtype.Float4OID: {sized(4, func(c *sqldb.Cell, b []byte) {
		c.Float(float64(math.Float32frombits(binary.BigEndian.Uint32(b))))
	}), always(float(32))},
	pgtype.Float8OID:      {sized(8, func(c *sqldb.Cell, b []byte) { c.Float(math.Float64frombits(binary.BigEndian.Uint64(b))) }), always(float(64))},
	pgtype.DateOID:        {sized(4, date), decoded[pgtype.Date](pgtype.DateOID)},
	pgtype.TimestampOID:   {sized(8, instant), decoded[pgtype.Timestamp](pgtype.TimestampOID)},
	pgtype.TimestamptzOID: {sized(8, instant), decoded[pgtype.Timestamptz](pgtype.TimestamptzOID)},
	pgtype.UUIDOID:        {sized(16, uuid), always(text)},
}

// sized is a take of values that have so many bytes.
func sized(n int, take func(*sqldb.Cell, []byte)) take {
	return func(c *sqldb.Cell, b []byte) error {
		if len(b) != n {
			return fmt.Errorf("pgx: a value has %d bytes where its type has %d", len(b), n)
		}
		take(c, b)
		return nil
	}
}

// always is a take that needs no map of types.
func always(t take) func(*pgtype.Map) take { return func(*pgtype.Map) take { return t } }

// decoded takes values by way of a type of pgx, which knows all forms in which a server
// writes them.
func decoded[T driver.Valuer](oid uint32) func(*pgtype.Map) take {
	return func(m *pgtype.Map) take {
		v := new(T)
		plan := m.PlanScan(oid, pgx.TextFormatCode, v)
		return func(c *sqldb.Cell, b []byte) error {
			if err := plan.Scan(b, v); err != nil {
				return err
			}
			x, err := (*v).Value()
			if err != nil {
				return err
			}
			return c.Scan(x)
		}
	}
}

func text(c *sqldb.Cell, b []byte) error {
	c.Bytes(b)
	return nil
}

func integer(c *sqldb.Cell, b []byte) error {
	i, err := strconv.ParseInt(string(b), 10, 64)
	c.Int(i)
	return err
}

func float(bits int) take {
	return func(c *sqldb.Cell, b []byte) error {
		f, err := strconv.ParseFloat(string(b), bits)
		c.Float(f)
		return err
	}
}

// daysTo2000 is the day from which PostgreSQL counts, as the number of days since 1970.
const daysTo2000 = 10_957

const microsOfDay = 24 * 60 * 60 * 1_000_000

// date takes a day, as the number of days since 2000-01-01.
func date(c *sqldb.Cell, b []byte) {
	days := int32(binary.BigEndian.Uint32(b))
	if isInfinite(c, days == math.MaxInt32, days == math.MinInt32) {
		return
	}
	_ = c.Scan(time.Unix((int64(days)+daysTo2000)*24*60*60, 0).UTC())
}

// instant takes an instant, as the number of microseconds since 2000-01-01.
func instant(c *sqldb.Cell, b []byte) {
	micros := int64(binary.BigEndian.Uint64(b))
	if isInfinite(c, micros == math.MaxInt64, micros == math.MinInt64) {
		return
	}
	const shift = daysTo2000 * microsOfDay
	if micros > math.MaxInt64-shift { // microseconds since 1970 are more than 64 bits
		_ = c.Scan(time.Unix(micros/1_000_000+shift/1_000_000, micros%1_000_000*1000).UTC())
		return
	}
	c.Micros(micros + shift)
}

// isInfinite takes a day or an instant that is after or before all others, as text, and
// reports whether it is one.
func isInfinite(c *sqldb.Cell, after, before bool) bool {
	switch {
	case after:
		c.Bytes([]byte("infinity"))
	case before:
		c.Bytes([]byte("-infinity"))
	}
	return after || before
}

// uuid takes a UUID, as small letters with dashes.
func uuid(c *sqldb.Cell, b []byte) {
	var s [36]byte
	hex.Encode(s[:8], b[:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:], b[10:])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	c.Bytes(s[:])
}
