package database

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/cpu"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/bench/internal/sidebyside"
	"github.com/leadscore/leadscore/bench/internal/statement"
	"github.com/leadscore/leadscore/bench/internal/traffic"
	"github.com/leadscore/leadscore/internal/clickhouse"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
)

// ClickHouseWays are the ways to score all leads of a server of ClickHouse that holds the
// workload.
type ClickHouseWays struct {
	server       *clickhouse.Server
	cpu          *cpu.Server
	traffic      traffic.Counter
	transport    *http.Transport
	client       clickhouse.Client
	db           *sql.DB
	pushdown     sidebyside.Pushdown
	interactions int
}

// ClickHouse starts a server that holds the workload: records in the order of their ids, and
// interactions in that of contact and time, each kind in one part. The caller closes what is
// returned.
func ClickHouse(ctx context.Context, data *crm.Data, schema *leadscore.Schema) (*ClickHouseWays, error) {
	server, err := clickhouse.Start("")
	if err != nil {
		return nil, err
	}
	c := &ClickHouseWays{server: server, cpu: cpu.StartedBy(server.Parent), interactions: data.Interactions()}
	c.transport = &http.Transport{DialContext: c.traffic.Dial((&net.Dialer{}).DialContext)}
	c.client = clickhouse.Client{Address: server.Address, Database: "default", HTTP: &http.Client{Transport: c.transport}}
	c.db = sql.OpenDB(c.client)
	c.pushdown = sidebyside.Pushdown{Schema: schema, Dialect: pushdown.ClickHouse(), Mapping: pushdown.Mapping{Tables: map[string]pushdown.Table{}}}
	for _, t := range tables(data) {
		if err := c.fill(ctx, t); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return c, nil
}

// fill makes a table and inserts its rows.
func (c *ClickHouseWays) fill(ctx context.Context, t *table) error {
	mapped := pushdown.Table{Columns: map[string]pushdown.Column{}}
	var columns []string
	for _, name := range t.columns {
		column := clickhouseColumn(t.entity, name)
		columns = append(columns, quote(name)+" "+column.Type)
		if name == "id" {
			mapped.ID = column
		} else {
			mapped.Columns[name] = column
		}
	}
	order := `"id"`
	if slices.Contains(crm.Interactions, t.entity) {
		order = `("Contact", "Timestamp")`
	}
	if t.entity == crm.Lead {
		mapped.Columns["ParentAccount"] = pushdown.Column{Absent: true}
	}
	c.pushdown.Mapping.Tables[t.name] = mapped
	create := "CREATE TABLE " + quote(t.name) + " (" + strings.Join(columns, ", ") + ") ENGINE = MergeTree ORDER BY " + order
	if _, err := c.db.ExecContext(ctx, create); err != nil {
		return err
	}
	rows, into := io.Pipe()
	go func() { into.CloseWithError(t.write(into)) }()
	if err := c.client.Insert(ctx, "INSERT INTO "+quote(t.name)+" FORMAT TabSeparated", rows); err != nil {
		return errors.Join(err, rows.Close())
	}
	// Otherwise the server would do this during a measurement.
	_, err := c.db.ExecContext(ctx, "OPTIMIZE TABLE "+quote(t.name)+" FINAL")
	return err
}

// clickhouseColumn returns the column of a field or reference, which is nullable only if it may
// be empty. ClickHouse 18.16 has no type of instants finer than seconds.
func clickhouseColumn(e *crm.Entity, name string) pushdown.Column {
	c := pushdown.Column{Name: name, Type: "String"}
	i := e.Index(name)
	empty := i >= 0 && e.Fields[i].Empty > 0 || name == "ParentAccount"
	switch {
	case i < 0 && name == "Timestamp":
		c.Type, c.Format = "Int64", sqldb.UnixMicros
	case i >= 0 && e.Fields[i].Type == crm.Number:
		c.Type = "Float64"
	}
	if empty {
		c.Type = "Nullable(" + c.Type + ")"
	}
	return c
}

// write writes the rows in the format TabSeparated.
func (t *table) write(to io.Writer) error {
	w := bufio.NewWriter(to)
	for row := range t.rows {
		for i, v := range row {
			text := `\N`
			switch v := v.(type) {
			case string:
				text = clickhouse.Escape(v)
			case float64:
				text = strconv.FormatFloat(v, 'g', -1, 64)
			case time.Time:
				text = strconv.FormatInt(v.UnixMicro(), 10)
			}
			end := byte('\t')
			if i == len(row)-1 {
				end = '\n'
			}
			w.WriteString(text)
			if err := w.WriteByte(end); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}

// Close ends the server.
func (c *ClickHouseWays) Close() error {
	c.transport.CloseIdleConnections()
	c.server.Close()
	return c.db.Close()
}

// Version returns the version of the server.
func (c *ClickHouseWays) Version(ctx context.Context) (version string, err error) {
	err = c.db.QueryRowContext(ctx, "SELECT version() AS v").Scan(&version)
	return version, err
}

// Used is the meter of the server, without this process, and of what they send each other.
func (c *ClickHouseWays) Used() (sidebyside.Cost, error) {
	used, err := c.cpu.Used()
	return sidebyside.Cost{Server: used, Bytes: c.traffic.Bytes()}, err
}

// List returns the ways, the floor first.
func (c *ClickHouseWays) List() []*sidebyside.Way {
	return []*sidebyside.Way{
		{
			Name: "ClickHouse: counting interactions by contact, without rules", Unscored: true,
			Run: func(ctx context.Context, _ *rules.Model, _ func(lead string, score int64)) error {
				return counts(c.interactions, func(n *int64) error { return c.db.QueryRowContext(ctx, statement.Counts()).Scan(n) })
			},
		},
		{
			Name: "ClickHouse: leadscore as one SQL statement, of pushdown", Refused: c.pushdown.Refused,
			Run: func(ctx context.Context, m *rules.Model, score func(lead string, score int64)) error {
				return c.pushdown.Score(ctx, c.db, m, score)
			},
		},
	}
}
