package pgx

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/leadscore/leadscore/source/sqldb"
)

var (
	_ sqldb.Sender = conn{}

	errOneByOne = errors.New("pgx: the pool does not prepare statements")
)

// Send runs statements in the pipeline mode of the protocol. They are prepared on the
// connection that runs them, so they take a round trip more the first time. A pool that is
// not to prepare statements, such as one of a pooler, runs them one by one.
func (c conn) Send(ctx context.Context, statements []sqldb.Statement) (sqldb.Answers, error) {
	if !c.prepares {
		return nil, errOneByOne
	}
	acquired, err := c.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	a, err := send(ctx, acquired.Conn(), statements)
	if err != nil {
		acquired.Release()
		return nil, err
	}
	a.release = acquired.Release
	return a, nil
}

// send sends statements over a connection.
func send(ctx context.Context, c *pgx.Conn, statements []sqldb.Statement) (*answers, error) {
	prepared, err := prepare(ctx, c, statements)
	if err != nil {
		return nil, err
	}
	parameters := make([]pgx.ExtendedQueryBuilder, len(statements))
	for i, s := range statements {
		if err := parameters[i].Build(c.TypeMap(), prepared[i].StatementDescription, s.Args); err != nil {
			return nil, err
		}
	}
	p := c.PgConn().StartPipeline(ctx)
	for i := range statements {
		p.SendQueryStatement(prepared[i].StatementDescription, parameters[i].ParamValues, parameters[i].ParamFormats, prepared[i].formats)
	}
	if err := p.Sync(); err != nil {
		_ = p.Close()
		return nil, err
	}
	return &answers{ctx: ctx, conn: c, pipeline: p}, nil
}

// mostPrepared is how many statements are kept prepared on a connection: rules may change
// as long as it is open.
const mostPrepared = 500

// A prepared is a statement that is prepared on a connection.
type prepared struct {
	*pgconn.StatementDescription
	formats []int16 // of the columns
}

// preparedOn returns what is prepared on a connection, by text.
func preparedOn(c *pgx.Conn) map[string]*prepared {
	const key = "leadscore prepared"
	kept := c.PgConn().CustomData()
	list, ok := kept[key].(map[string]*prepared)
	if !ok {
		list = map[string]*prepared{}
		kept[key] = list
	}
	return list
}

// prepare prepares statements on a connection, those that are not yet.
func prepare(ctx context.Context, c *pgx.Conn, statements []sqldb.Statement) ([]*prepared, error) {
	kept := preparedOn(c)
	if len(kept) > mostPrepared {
		if err := forget(ctx, c); err != nil {
			return nil, err
		}
	}
	list := make([]*prepared, len(statements))
	for i, s := range statements {
		if list[i] = kept[s.Text]; list[i] != nil {
			continue
		}
		// Under a name of its own, so that a statement that is run by itself is not this
		// one: pgx prepares that again if a table has changed.
		digest := sha256.Sum256([]byte(s.Text))
		d, err := c.Prepare(ctx, "leadscore_"+hex.EncodeToString(digest[:16]), s.Text)
		if err != nil {
			return nil, err
		}
		p := &prepared{StatementDescription: d}
		for _, f := range d.Fields {
			p.formats = append(p.formats, formats[f.DataTypeOID]) // text is 0
		}
		kept[s.Text], list[i] = p, p
	}
	return list, nil
}

// forget drops what is prepared on a connection.
func forget(ctx context.Context, c *pgx.Conn) error {
	clear(preparedOn(c))
	return c.DeallocateAll(ctx)
}

// answers are the answers to statements that were sent together.
type answers struct {
	ctx      context.Context
	conn     *pgx.Conn
	pipeline *pgconn.Pipeline
	failed   bool
	release  func() // gives the connection back
}

func (a *answers) Next() (sqldb.Rows, error) {
	results, err := a.pipeline.GetResults()
	if err != nil {
		a.failed = true
		return nil, lost(a.conn, err)
	}
	reader, ok := results.(*pgconn.ResultReader)
	if !ok {
		a.failed = true
		return nil, errors.New("pgx: the server gave fewer answers than there were statements")
	}
	r, err := begin(&result{reader: reader, fields: slices.Clone(reader.FieldDescriptions())}, a.conn)
	if err != nil {
		a.failed = true
		return nil, err
	}
	r.release = func() { a.failed = a.failed || r.Err() != nil }
	return r, nil
}

func (a *answers) Close() {
	err := a.pipeline.Close()
	if (a.failed || err != nil) && !a.conn.IsClosed() {
		// What is prepared may be out of date, as a table has changed.
		if err := forget(a.ctx, a.conn); err != nil {
			_ = a.conn.Close(context.Background())
		}
	}
	a.release()
}

// A result is the rows of one statement of a pipeline.
type result struct {
	reader *pgconn.ResultReader
	fields []pgconn.FieldDescription
	err    error
	closed bool
}

func (r *result) Next() bool {
	if r.reader.NextRow() {
		return true
	}
	r.Close()
	return false
}

func (r *result) RawValues() [][]byte                          { return r.reader.Values() }
func (r *result) FieldDescriptions() []pgconn.FieldDescription { return r.fields }
func (r *result) Err() error                                   { return r.err }

func (r *result) Close() {
	if !r.closed {
		r.closed = true
		_, r.err = r.reader.Close()
	}
}
