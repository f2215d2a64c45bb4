package sqldb

import (
	"context"
	"fmt"

	"github.com/leadscore/leadscore/traverse"
)

// A Sender is a [Conn] that can run several statements before the rows of the first are
// read, which saves round trips. Implementing it is optional: *sql.DB cannot.
type Sender interface {
	Conn

	// Send runs statements on one connection, in one round trip where possible. If it
	// fails, they are run one by one, so its error is not told.
	Send(ctx context.Context, statements []Statement) (Answers, error)
}

// A Statement is a statement and its parameters, as [Queryer] takes them.
type Statement struct {
	Text string
	Args []any
}

// Answers are the answers to statements that were sent together. They are used by one
// goroutine.
type Answers interface {
	// Next returns the rows of the next statement. Those of the one before have been
	// closed. After an error, of Next or of rows, the rest has no answers.
	Next() (Rows, error)

	// Close gives the connection back. Rows that have not been read are lost.
	Close()
}

var _ traverse.Pipeliner = (*Source)(nil)

// Pipeline sends queries together, as [traverse.Pipeliner] says, if the source reads the
// database by way of a [Sender].
func (s *Source) Pipeline(ctx context.Context, asked traverse.Source, queries []*traverse.Query) traverse.Pipeline {
	sender, ok := s.conn.(Sender)
	if !ok || asked != traverse.Source(s) || ctx.Err() != nil {
		return nil
	}
	p := &pipeline{source: s, sent: make([]sent, len(queries))}
	var statements []Statement
	for i, q := range queries {
		of, err := s.plan(q.Need)
		if err != nil {
			return nil
		}
		p.sent[i] = sent{need: q.Need, keys: q.Keys}
		if of.key == nil {
			continue
		}
		keys := s.holdable(of, q.Keys, nil)
		if len(keys) > s.maxKeys() {
			return nil
		}
		if len(keys) > 0 {
			x := &p.sent[i]
			x.asked, x.limit = true, rowLimit(q, 0)
			text, args := of.statement(q, keys, x.limit)
			statements = append(statements, Statement{text, args})
		}
	}
	if len(statements) < 2 {
		return nil
	}
	var err error
	if p.answers, err = sender.Send(ctx, statements); err != nil {
		return nil
	}
	return p
}

// A pipeline has the answers to queries that were sent together.
type pipeline struct {
	source  *Source
	answers Answers // nil once they are closed
	sent    []sent  // that have not been fetched
}

// A sent is a query that was sent.
type sent struct {
	need  *traverse.Need
	keys  []string
	asked bool // there is a statement: some key may be that of a record
	limit int  // of its rows; 0 = there is none
}

// Fetch implements [traverse.Pipeline].
func (p *pipeline) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if len(p.sent) == 0 || p.sent[0].need != q.Need || len(p.sent[0].keys) != len(q.Keys) {
		return fmt.Errorf("sqldb: %s was not asked for next", q.Entity)
	}
	x := p.sent[0]
	p.sent = p.sent[1:]
	if !x.asked {
		return nil
	}
	if p.answers == nil { // the connection was lost
		return p.source.Fetch(ctx, q, out)
	}
	of, err := p.source.plan(q.Need)
	if err != nil {
		return err
	}
	r := p.source.reader(of, q, out)
	defer r.release()
	p.source.holdable(of, q.Keys, r.asked)
	rows, err := p.answers.Next()
	switch {
	case err == nil:
		err = r.read(rows, q, x.limit)
	case broken(err) && ctx.Err() == nil:
		// A connection may have been lost before, and statements only read.
		p.Close()
		return p.source.Fetch(ctx, q, out)
	}
	if err != nil {
		return failed(ctx, of.what, err)
	}
	return nil
}

// Close implements [traverse.Pipeline].
func (p *pipeline) Close() {
	if p.answers != nil {
		p.answers.Close()
		p.answers = nil
	}
}
