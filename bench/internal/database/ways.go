package database

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/cpu"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/bench/internal/sidebyside"
	"github.com/leadscore/leadscore/bench/internal/statement"
	"github.com/leadscore/leadscore/pushdown"
	source "github.com/leadscore/leadscore/source/pgx"
	"github.com/leadscore/leadscore/source/sqldb"
)

// ways lists what is measured of PostgreSQL, beginning with the floor. To add a way to
// read the data, add a row.
var ways = []struct {
	name     string
	unscored bool
	run      run
}{
	{"reading what the rules need, without scores", true, (*PostgreSQLWays).readNeeds},
	{"counting interactions by contact, without rules", true, (*PostgreSQLWays).count},
	{"reading whole tables, without scores", true, (*PostgreSQLWays).readTables},
	{"scores computed by one SQL statement, written for the workload", false, (*PostgreSQLWays).compute},
	{"leadscore as one SQL statement, of pushdown", false, (*PostgreSQLWays).pushDown},
	{"leadscore as one SQL statement, of pushdown, asked for lead and score alone", false, (*PostgreSQLWays).pushDownScores},
	{"leadscore over source/pgx, whole tables", false, wholeTables(overPGX)},
	{"leadscore over source/sqldb, whole tables", false, wholeTables(overSQL)},
	{"leadscore over source/pgx, in parts", false, inParts(overPGX)},
	{"leadscore over source/pgx, by keys", false, byKeys(overPGX)},
	{ByKeys, false, byKeys(overSQL)},
}

// ByKeys is the name of the way to read leads that there was first, which others are compared
// with.
const ByKeys = "leadscore over source/sqldb, by keys"

type run func(p *PostgreSQLWays, ctx context.Context, m *rules.Model, score func(lead string, score int64)) error

// PostgreSQLWays are the ways to score all leads of a PostgreSQL database.
type PostgreSQLWays struct {
	database *Database
	conn     *pgx.Conn // for what does not go through leadscore
	server   *cpu.Server
	pool     *pgxpool.Pool // of native
	native   *sqldb.Source // package source/pgx
}

func overSQL(p *PostgreSQLWays) *sqldb.Source { return p.database.Source }

func overPGX(p *PostgreSQLWays) *sqldb.Source { return p.native }

// Ways returns the ways to score all leads of a PostgreSQL database. The server must run
// on this machine, so that its processor time is known. The caller closes what is
// returned.
func (d *Database) Ways(ctx context.Context) (p *PostgreSQLWays, err error) {
	if d.config == nil {
		return nil, fmt.Errorf("%s is not PostgreSQL", d.Name)
	}
	p = &PostgreSQLWays{database: d}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	// Compiling a statement would take longer than running it.
	config := d.config.Copy()
	config.RuntimeParams["jit"] = "off"
	if p.conn, err = pgx.ConnectConfig(ctx, config); err != nil {
		return p, err
	}
	if p.server, err = cpu.ServerOf(int(p.conn.PgConn().PID())); err != nil {
		return p, err
	}
	pool, err := pgxpool.ParseConfig(d.config.ConnString())
	if err != nil {
		return p, err
	}
	pool.ConnConfig.RuntimeParams["search_path"] = d.config.RuntimeParams["search_path"]
	pool.ConnConfig.DialFunc = d.config.DialFunc
	if p.pool, err = pgxpool.NewWithConfig(ctx, pool); err != nil {
		return p, err
	}
	p.native, err = source.Open(ctx, p.pool, d.schema, options)
	return p, err
}

// Close closes the connections.
func (p *PostgreSQLWays) Close() error {
	if p.pool != nil {
		p.pool.Close()
	}
	if p.conn == nil {
		return nil
	}
	return p.conn.Close(context.Background())
}

// Used is the meter of this process, of the server, and of what they send each other.
func (p *PostgreSQLWays) Used() (sidebyside.Cost, error) {
	own, err := sidebyside.Own()
	if err != nil {
		return own, err
	}
	own.Server, err = p.server.Used()
	own.Bytes = p.database.traffic.Bytes()
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

// wholeTables loads what the rules need of whole tables, and scores leads from there.
func wholeTables(over func(*PostgreSQLWays) *sqldb.Source) run {
	return through(func(ctx context.Context, p *PostgreSQLWays, set *leadscore.Set) (sidebyside.Listed, error) {
		return over(p).Load(ctx, set.Queries(crm.AsOf), sqldb.LoadOptions{})
	})
}

// byKeys asks for the records of each batch of leads.
func byKeys(over func(*PostgreSQLWays) *sqldb.Source) run {
	return through(func(_ context.Context, p *PostgreSQLWays, _ *leadscore.Set) (sidebyside.Listed, error) {
		return over(p), nil
	})
}

// inParts loads what some leads need, at most a tenth as many records as there are
// interactions, and scores these leads, until there are no more.
func inParts(over func(*PostgreSQLWays) *sqldb.Source) run {
	return func(p *PostgreSQLWays, ctx context.Context, m *rules.Model, score func(lead string, score int64)) (err error) {
		set, err := leadscore.CompileSet(p.database.schema, []leadscore.File{{Name: m.Name, Text: m.Text()}})
		if err != nil {
			return err
		}
		snapshot, err := over(p).Snapshot(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, snapshot.Close()) }()
		for part, err := range snapshot.Parts(ctx, set.Queries(crm.AsOf), sqldb.LoadOptions{MaxRecords: p.database.interactions / 10}) {
			if err != nil {
				return err
			}
			for r, err := range set.ScoreAll(ctx, leadscore.IDs(part.Leads...), part.Store, leadscore.AsOf(crm.AsOf)) {
				if err != nil {
					return err
				}
				score(r.Lead, r.Results[0].Score)
			}
		}
		return nil
	}
}

func through(open func(ctx context.Context, p *PostgreSQLWays, set *leadscore.Set) (sidebyside.Listed, error)) run {
	return func(p *PostgreSQLWays, ctx context.Context, m *rules.Model, score func(lead string, score int64)) error {
		w := sidebyside.Leadscore(p.database.schema, func(ctx context.Context, set *leadscore.Set) (sidebyside.Listed, error) {
			return open(ctx, p, set)
		})
		return w.Run(ctx, m, score)
	}
}

func (p *PostgreSQLWays) compute(ctx context.Context, m *rules.Model, score func(lead string, score int64)) error {
	query, err := statement.Of(m, statement.PostgreSQL, crm.AsOf)
	if err != nil {
		return err
	}
	return p.ask(ctx, query, score)
}

// ask runs a query of leads and scores.
func (p *PostgreSQLWays) ask(ctx context.Context, query string, score func(lead string, score int64)) error {
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

// pushDown has the database count by the statement that package pushdown makes of the rules.
func (p *PostgreSQLWays) pushDown(ctx context.Context, m *rules.Model, score func(lead string, score int64)) (err error) {
	conn, err := p.database.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "SET jit = off"); err != nil { // as for the other statement
		return err
	}
	s := sidebyside.Pushdown{Schema: p.database.schema, Dialect: pushdown.PostgreSQL(), Mapping: sidebyside.Mapping}
	return s.Score(ctx, conn, m, score)
}

// pushDownScores asks for two columns of the statement, as one does of a view.
func (p *PostgreSQLWays) pushDownScores(ctx context.Context, m *rules.Model, score func(lead string, score int64)) error {
	s := sidebyside.Pushdown{Schema: p.database.schema, Dialect: pushdown.PostgreSQL(), Mapping: sidebyside.Mapping}
	text, err := s.Literal(m)
	if err != nil {
		return err
	}
	return p.ask(ctx, "SELECT lead, score FROM ("+text+") AS s", score)
}

// count has the database count what a statement counts, without tests.
func (p *PostgreSQLWays) count(ctx context.Context, _ *rules.Model, _ func(lead string, score int64)) error {
	return counts(p.database.interactions, func(n *int64) error { return p.conn.QueryRow(ctx, statement.Counts()).Scan(n) })
}

// counts checks the number of interactions that a query gives.
func counts(want int, query func(n *int64) error) error {
	var n int64
	if err := query(&n); err != nil {
		return err
	}
	if n != int64(want) {
		return fmt.Errorf("%d interactions are counted; there are %d", n, want)
	}
	return nil
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
		size := 0
		for _, query := range queries {
			rows, err := tx.Query(ctx, query)
			if err != nil {
				return err
			}
			for rows.Next() {
				for _, value := range rows.RawValues() {
					size += len(value)
				}
			}
			rows.Close()
			if err := rows.Err(); err != nil {
				return err
			}
		}
		if size == 0 {
			return errors.New("nothing was read")
		}
		return nil
	})
}
