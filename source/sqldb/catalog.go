package sqldb

import "context"

// A catalog lists tables and their columns.
type catalog interface {
	// lists reports whether tables can be listed. If not, each must be named.
	lists() bool

	// tables returns the names of the tables, or none if they cannot be listed.
	tables(ctx context.Context) ([]string, error)

	// columns returns the columns of a table, named as in a statement.
	columns(ctx context.Context, from string) ([]liveColumn, error)
}

// A liveColumn is a column as the database has it.
type liveColumn struct {
	name    string
	typ     string // as the driver calls it
	storage Storage
}

// A connCatalog is the catalog of a database.
type connCatalog struct {
	conn    Conn
	dialect *Dialect
}

func (c connCatalog) lists() bool { return c.dialect.Tables != "" }

func (c connCatalog) tables(ctx context.Context) ([]string, error) {
	if !c.lists() {
		return nil, nil
	}
	rows, err := c.conn.Query(ctx, c.dialect.Tables)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	var cell Cell
	for rows.Next() {
		if err := rows.Scan([]*Cell{&cell}); err != nil {
			return nil, err
		}
		name, err := decodeID(cell.raw)
		if err != nil {
			return nil, err
		}
		names = append(names, name.Text())
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return names, rows.Close()
}

// columns lists the columns by a query for no rows, which every database can answer.
func (c connCatalog) columns(ctx context.Context, from string) ([]liveColumn, error) {
	rows, err := c.conn.Query(ctx, "SELECT * FROM "+from+" WHERE 1 = 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	columns := make([]liveColumn, len(types))
	for i, t := range types {
		columns[i] = liveColumn{t.Name, t.Type, c.dialect.Storage(t.Type)}
	}
	for rows.Next() {
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return columns, rows.Close()
}
