package sqldb_test

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A fake is a driver that answers the statements of package sqldb, and no others, from
// tables in memory. It records the statements, and can be made to fail. The tests in
// dbtest use real databases.
type fake struct {
	mu     sync.Mutex
	tables map[string]*fakeTable // by quoted name
	asked  []string              // each statement, with its arguments
	fault  func(query string) fakeFault
	refuse func(args string) error // of a statement with these arguments
	begin  error
	end    error // of a transaction
	exec   error // of a statement without rows
	tx     driver.TxOptions
	lax    bool // keys are compared so that every row has every key
	open   int  // transactions and rows that are not closed
}

type fakeTable struct {
	names []string
	types []string // as the driver calls them
	rows  [][]driver.Value
}

// A fakeFault is what fails in a statement.
type fakeFault struct {
	err   error // of the statement, or
	after int   // after so many rows there is an error, or
	next  error
	close error
}

// newFake returns a fake with tables, and a database over it.
func newFake(t testing.TB, tables map[string]*fakeTable) (*fake, *sql.DB) {
	t.Helper()
	f := &fake{tables: tables}
	db := sql.OpenDB(f)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if f.open != 0 {
			t.Errorf("%d rows or transactions are still open", f.open)
		}
	})
	return f, db
}

// statements returns what was asked since the last call.
func (f *fake) statements() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	asked := f.asked
	f.asked = nil
	return asked
}

// fail sets which statements fail from now on; nil means none.
func (f *fake) fail(fault func(query string) fakeFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

// failArgs sets which statements fail because of their arguments; nil means none.
func (f *fake) failArgs(refuse func(args string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuse = refuse
}

// fakeTables is what the dialects' queries for tables find.
const fakeTables = "SELECT name FROM tables"

// Connect implements driver.Connector.
func (f *fake) Connect(context.Context) (driver.Conn, error) { return &fakeConn{f}, nil }

// Driver implements driver.Connector.
func (f *fake) Driver() driver.Driver { return nil }

type fakeConn struct{ f *fake }

func (c *fakeConn) Prepare(string) (driver.Stmt, error) {
	return nil, fmt.Errorf("the package prepares nothing")
}
func (c *fakeConn) Close() error              { return nil }
func (c *fakeConn) Begin() (driver.Tx, error) { return nil, fmt.Errorf("without options") }

func (c *fakeConn) BeginTx(_ context.Context, opts driver.TxOptions) (driver.Tx, error) {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	if c.f.begin != nil {
		return nil, c.f.begin
	}
	c.f.tx = opts
	c.f.open++
	return fakeTx{c.f}, nil
}

type fakeTx struct{ f *fake }

func (t fakeTx) Commit() error { return fmt.Errorf("nothing was written") }

func (t fakeTx) Rollback() error {
	t.f.mu.Lock()
	defer t.f.mu.Unlock()
	t.f.open--
	return t.f.end
}

// QueryContext implements driver.QueryerContext.
func (c *fakeConn) QueryContext(ctx context.Context, query string, named []driver.NamedValue) (driver.Rows, error) {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	args := make([]driver.Value, len(named))
	said := query
	for i, a := range named {
		args[i] = a.Value
		said += fmt.Sprintf(" | %T %v", a.Value, shownArg(a.Value))
	}
	c.f.asked = append(c.f.asked, said)
	var fault fakeFault
	if c.f.fault != nil {
		fault = c.f.fault(query)
	}
	if c.f.refuse != nil && fault.err == nil {
		fault.err = c.f.refuse(strings.TrimPrefix(said, query))
	}
	if fault.err != nil {
		return nil, fault.err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rows, err := c.f.answer(query, args)
	if err != nil {
		return nil, err
	}
	rows.f, rows.fault = c.f, fault
	c.f.open++
	return rows, nil
}

// ExecContext implements driver.ExecerContext.
func (c *fakeConn) ExecContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	c.f.asked = append(c.f.asked, query)
	if c.f.exec != nil {
		return nil, c.f.exec
	}
	return driver.RowsAffected(0), nil
}

func shownArg(v driver.Value) any {
	if t, ok := v.(time.Time); ok {
		return t.UTC().Format(time.RFC3339Nano)
	}
	return v
}

type fakeRows struct {
	f     *fake
	fault fakeFault
	names []string
	types []string
	rows  [][]driver.Value
	given int
	bytes []byte // reused, as drivers do
}

func (r *fakeRows) Columns() []string                       { return r.names }
func (r *fakeRows) ColumnTypeDatabaseTypeName(i int) string { return r.types[i] }

func (r *fakeRows) Close() error {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	r.f.open--
	return r.fault.close
}

func (r *fakeRows) Next(dest []driver.Value) error {
	if r.fault.next != nil && r.given == r.fault.after {
		return r.fault.next
	}
	if r.given == len(r.rows) {
		return io.EOF
	}
	for i := range r.bytes {
		r.bytes[i] = '!'
	}
	r.bytes = r.bytes[:0]
	for i, v := range r.rows[r.given] {
		if b, ok := v.([]byte); ok {
			at := len(r.bytes)
			r.bytes = append(r.bytes, b...)
			v = r.bytes[at:]
		}
		dest[i] = v
	}
	r.given++
	return nil
}

// answer runs a statement.
func (f *fake) answer(query string, args []driver.Value) (*fakeRows, error) {
	if query == fakeTables {
		out := &fakeRows{names: []string{"name"}, types: []string{"TEXT"}}
		for name := range f.tables {
			if !strings.Contains(name, ".") {
				out.rows = append(out.rows, []driver.Value{unquoted(name)})
			}
		}
		return out, nil
	}
	s := &sqlText{tokens: sqlToken.FindAllString(query, -1), args: args, query: query, lax: f.lax}
	return s.run(f)
}

// sqlText is a statement that is being read.
type sqlText struct {
	query  string
	tokens []string
	args   []driver.Value
	used   int
	lax    bool
	table  *fakeTable
	column int // the one that expression read last
}

var sqlToken = regexp.MustCompile("\"(?:[^\"]|\"\")*\"|`[^`]*`|'(?:[^']|'')*'|::|\\$\\d+|\\?|>=|<=|[A-Za-z_]+|\\d+|\\S")

type (
	sqlValue func(row []driver.Value) driver.Value
	sqlTest  func(row []driver.Value) bool
)

func (s *sqlText) peek() string {
	if len(s.tokens) == 0 {
		return ""
	}
	return s.tokens[0]
}

func (s *sqlText) next() string {
	token := s.peek()
	if token != "" {
		s.tokens = s.tokens[1:]
	}
	return token
}

func (s *sqlText) accept(words ...string) bool {
	if len(s.tokens) < len(words) || !slices.Equal(s.tokens[:len(words)], words) {
		return false
	}
	s.tokens = s.tokens[len(words):]
	return true
}

func (s *sqlText) expect(words ...string) {
	if !s.accept(words...) {
		panic(fmt.Errorf("want %q before %q in %s", words, s.tokens, s.query))
	}
}

// run reads and runs the statement.
func (s *sqlText) run(f *fake) (out *fakeRows, err error) {
	defer func() {
		if e, ok := recover().(error); ok {
			err = e
		}
	}()
	s.expect("SELECT")
	from := slices.Index(s.tokens, "FROM")
	selected := s.tokens[:from]
	s.tokens = s.tokens[from+1:]
	name := s.next()
	if s.accept(".") {
		name += "." + s.next()
	}
	s.expect("t")
	if s.table = f.tables[name]; s.table == nil {
		return nil, fmt.Errorf("no table %s", name)
	}
	rest := s.tokens
	s.tokens = selected
	out = &fakeRows{}
	var values []sqlValue
	if s.accept("*") {
		out.names, out.types = s.table.names, s.table.types
	} else {
		for ok := true; ok; ok = s.accept(",") {
			plain := s.peek() == "t"
			values = append(values, s.expression())
			typ := "" // of an expression
			if plain {
				typ = s.table.types[s.column]
			}
			out.names, out.types = append(out.names, "?"), append(out.types, typ)
		}
	}
	s.tokens = rest
	holds := func([]driver.Value) bool { return true }
	if s.accept("WHERE") {
		holds = s.or()
	}
	found := slices.DeleteFunc(slices.Clone(s.table.rows), func(row []driver.Value) bool { return !holds(row) })
	if s.accept("ORDER", "BY") {
		by := []sqlValue{s.expression()}
		for s.accept(",") {
			by = append(by, s.expression())
		}
		slices.SortFunc(found, func(a, b []driver.Value) int {
			for _, by := range by {
				if c := sqlCompare(by(a), by(b)); c != 0 {
					return c
				}
			}
			return 0
		})
	}
	if s.accept("LIMIT") {
		n, _ := strconv.Atoi(s.next())
		found = found[:min(n, len(found))]
	}
	if len(s.tokens) > 0 || s.used != len(s.args) {
		return nil, fmt.Errorf("%q and %d arguments are left of %s", s.tokens, len(s.args)-s.used, s.query)
	}
	for _, row := range found {
		given := make([]driver.Value, len(values))
		for i, v := range values {
			given[i] = v(row)
		}
		out.rows = append(out.rows, given)
	}
	return out, nil
}

// expression reads a column, optionally with a leading plus or a cast, or typeof.
func (s *sqlText) expression() sqlValue {
	if s.accept("typeof") {
		s.expect("(")
		of := s.expression()
		s.expect(")", "=", "'blob'")
		return func(row []driver.Value) driver.Value { _, ok := of(row).([]byte); return ok }
	}
	s.accept("+")
	s.expect("t", ".")
	name := unquoted(s.next())
	at := slices.Index(s.table.names, name)
	if at < 0 {
		panic(fmt.Errorf("no column %s in %s", name, s.query))
	}
	s.column = at
	cast := s.accept("::", "text")
	return func(row []driver.Value) driver.Value {
		if cast && row[at] != nil {
			return fmt.Sprint(row[at])
		}
		return row[at]
	}
}

func unquoted(name string) string { return strings.ReplaceAll(name[1:len(name)-1], `""`, `"`) }

func (s *sqlText) or() sqlTest {
	a := s.and()
	for s.accept("OR") {
		left, right := a, s.and()
		a = func(row []driver.Value) bool { return left(row) || right(row) }
	}
	return a
}

func (s *sqlText) and() sqlTest {
	a := s.test()
	for s.accept("AND") {
		left, right := a, s.test()
		a = func(row []driver.Value) bool { return left(row) && right(row) }
	}
	return a
}

func (s *sqlText) parameter() driver.Value {
	switch token := s.next(); {
	case token == "?":
		s.used++
		return s.args[s.used-1]
	case strings.HasPrefix(token, "$"):
		n, _ := strconv.Atoi(token[1:])
		if n != s.used+1 {
			panic(fmt.Errorf("%s is not the next parameter of %s", token, s.query))
		}
		s.used = n
		return s.args[n-1]
	default:
		panic(fmt.Errorf("want a parameter, not %q, in %s", token, s.query))
	}
}

func (s *sqlText) test() sqlTest {
	if s.accept("(") {
		if len(s.tokens) > 3 && s.tokens[3] == "," {
			return s.pair()
		}
		of := s.or()
		s.expect(")")
		return of
	}
	if s.accept("1", "=", "0") {
		return func([]driver.Value) bool { return false }
	}
	of := s.expression()
	compare := func(ok func(int) bool) sqlTest {
		with := s.parameter()
		return func(row []driver.Value) bool {
			v := of(row)
			return v != nil && sqlKind(v) == sqlKind(with) && ok(sqlCompare(v, with))
		}
	}
	switch {
	case s.accept("IS", "NOT", "NULL"):
		return func(row []driver.Value) bool { return of(row) != nil }
	case s.accept("IS", "NULL"):
		return func(row []driver.Value) bool { return of(row) == nil }
	case s.accept("NOT", "LIKE", "'____-__-__%'"):
		day := regexp.MustCompile(`^....-..-..`)
		return func(row []driver.Value) bool { v, ok := of(row).(string); return ok && !day.MatchString(v) }
	case s.accept("IN"):
		s.expect("(")
		var keys []driver.Value
		for ok := true; ok; ok = s.accept(",") {
			keys = append(keys, s.parameter())
		}
		s.expect(")")
		return func(row []driver.Value) bool { return s.lax || slices.Contains(keys, textOf(of(row))) }
	case s.accept("=", "ANY", "("):
		literal := s.parameter().(string)
		s.expect("::")
		s.next()
		s.expect("[", "]", ")")
		keys := arrayKeys(literal)
		return func(row []driver.Value) bool {
			return of(row) != nil && slices.Contains(keys, fmt.Sprint(textOf(of(row))))
		}
	case s.accept(">="):
		return compare(func(c int) bool { return c >= 0 })
	case s.accept("<="):
		return compare(func(c int) bool { return c <= 0 })
	case s.accept("<"):
		return compare(func(c int) bool { return c < 0 })
	case s.accept(">"):
		return compare(func(c int) bool { return c > 0 })
	}
	panic(fmt.Errorf("no test before %q in %s", s.tokens, s.query))
}

// pair reads the rest of a condition that two columns are after two values.
func (s *sqlText) pair() sqlTest {
	first := s.expression()
	s.expect(",")
	second := s.expression()
	s.expect(")", ">", "(")
	a := s.parameter()
	s.expect(",")
	b := s.parameter()
	s.expect(")")
	return func(row []driver.Value) bool {
		c := sqlCompare(first(row), a)
		return c > 0 || c == 0 && sqlCompare(second(row), b) > 0
	}
}

// textOf returns bytes as text, and any other value as it is.
func textOf(v driver.Value) driver.Value {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return v
}

// arrayKeys reads an array of quoted texts.
func arrayKeys(literal string) []string {
	var keys []string
	for _, quoted := range regexp.MustCompile(`(?s)"((?:[^"\\]|\\.)*)"`).FindAllStringSubmatch(literal, -1) {
		keys = append(keys, regexp.MustCompile(`(?s)\\(.)`).ReplaceAllString(quoted[1], "$1"))
	}
	return keys
}

func sqlKind(v driver.Value) string {
	switch v.(type) {
	case int64, float64:
		return "number"
	case string, []byte:
		return "text"
	}
	return fmt.Sprintf("%T", v)
}

// sqlCompare compares values as databases do, those of different kinds by kind.
func sqlCompare(a, b driver.Value) int {
	if c := cmp.Compare(sqlKind(a), sqlKind(b)); c != 0 {
		return c
	}
	number := func(v driver.Value) float64 {
		if i, ok := v.(int64); ok {
			return float64(i)
		}
		return v.(float64)
	}
	switch x := a.(type) {
	case time.Time:
		return x.Compare(b.(time.Time))
	case int64, float64:
		return cmp.Compare(number(a), number(b))
	}
	return cmp.Compare(fmt.Sprint(textOf(a)), fmt.Sprint(textOf(b)))
}
