package database

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/leadscore/leadscore/bench/internal/cpu"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/bench/internal/sidebyside"
	"github.com/leadscore/leadscore/bench/internal/statement"
)

// ways lists what is measured of PostgreSQL, beginning with the floor. To add a way to
// read the data, add a row.
var ways = []struct {
	name     string
	unscored bool
	run      func(p *PostgreSQLWays, ctx context.Context, m *rules.Model, score func(lead string, score int64)) error
}{
	{"reading what the rules need, without scores", true, (*PostgreSQLWays).readNeeds},
	{"reading whole tables, without scores", true, (*PostgreSQLWays).readTables},
	{"scores computed by one SQL statement", false, (*PostgreSQLWays).compute},
	{"leadscore over source/sqldb, by keys", false, (*PostgreSQLWays).byKeys},
}

// PostgreSQLWays are the ways to score all leads of a PostgreSQL database.
type PostgreSQLWays struct {
	database *Database
	conn     *pgx.Conn // for what does not go through leadscore
	server   *cpu.Server
}

// Ways returns the ways to score all leads of a PostgreSQL database. The server must run
// on this machine, so that its processor time is known. The caller closes what is
// returned.
func (d *Database) Ways(ctx context.Context) (*PostgreSQLWays, error) {
	if d.config == nil {
		return nil, fmt.Errorf("%s is not PostgreSQL", d.Name)
	}
	// Compiling a statement would take longer than running it.
	config := d.config.Copy()
	config.RuntimeParams["jit"] = "off"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	server, err := cpu.ServerOf(int(conn.PgConn().PID()))
	if err != nil {
		conn.Close(ctx)
		return nil, err
	}
	return &PostgreSQLWays{d, conn, server}, nil
}

// Close closes the connection.
func (p *PostgreSQLWays) Close() error { return p.conn.Close(context.Background()) }

// Used is the meter of this process and of the server.
func (p *PostgreSQLWays) Used() (sidebyside.Cost, error) {
	own, err := sidebyside.Own()
	if err != nil {
		return own, err
	}
	own.Server, err = p.server.Used()
	return own, err
}

// List returns the ways, the floor first.
func (p *PostgreSQLWays) List() []*sidebyside.Way {
	var all []*sidebyside.Way
	for _, w := range ways {
		all = append(all, &sidebyside.Way{
			Name: w.name, Unscored: w.unscored,
			Run: func(ctx context.Context, m *rules.Model, score func(lead string, score int64)) error {
				return w.run(p, ctx, m, score)
			},
		})
	}
	return all
}

func (p *PostgreSQLWays) byKeys(ctx context.Context, m *rules.Model, score func(lead string, score int64)) error {
	return sidebyside.Leadscore(p.database.schema, p.database.Source).Run(ctx, m, score)
}

func (p *PostgreSQLWays) compute(ctx context.Context, m *rules.Model, score func(lead string, score int64)) error {
	query, err := statement.Of(m, statement.PostgreSQL, crm.AsOf)
	if err != nil {
		return err
	}
	rows, err := p.conn.Query(ctx, query)
	if err != nil {
		return err
	}
	var lead string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&lead, &n}, func() error {
		score(lead, n)
		return nil
	})
	return err
}

func (p *PostgreSQLWays) readNeeds(ctx context.Context, m *rules.Model, _ func(lead string, score int64)) error {
	queries, err := statement.Reads(m, statement.PostgreSQL, crm.AsOf)
	if err != nil {
		return err
	}
	return p.read(ctx, queries)
}

func (p *PostgreSQLWays) readTables(ctx context.Context, _ *rules.Model, _ func(lead string, score int64)) error {
	var queries []string
	for _, e := range append([]*crm.Entity{crm.Lead, crm.Contact, crm.Account}, crm.Interactions...) {
		queries = append(queries, "SELECT * FROM "+statement.Quote(e.Name))
	}
	return p.read(ctx, queries)
}

// read reads the rows of queries as the server sends them, in one snapshot.
func (p *PostgreSQLWays) read(ctx context.Context, queries []string) error {
	return pgx.BeginTxFunc(ctx, p.conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		for _, query := range queries {
			rows, err := tx.Query(ctx, query)
			if err != nil {
				return err
			}
			size := 0
			for rows.Next() {
				for _, value := range rows.RawValues() {
					size += len(value)
				}
			}
			rows.Close()
			if err := rows.Err(); err != nil {
				return err
			}
			if size == 0 {
				return fmt.Errorf("nothing came of %s", query)
			}
		}
		return nil
	})
}
