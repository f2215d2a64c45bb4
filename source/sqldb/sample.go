package sqldb

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// A TableSample is the beginning of a table or view: its first rows, as the database
// returns them.
type TableSample struct {
	Table   string
	Columns []SampleColumn
	Rows    [][]string // values as text, "" for NULL, by column
	Err     error      // why the table could not be read, or nil
}

// A SampleColumn is a column of a [TableSample].
type SampleColumn struct {
	Name    string
	Storage Storage
}

// Samples returns the first rows of each table and view that the [Dialect] lists, in the
// order of their names: for tools that look at a database before there is a [Mapping].
// Times are in the form of RFC 3339, and days in that of [time.DateOnly]. Bytes, and
// values of other types that no field has, are "". The error wraps that of the driver, and
// ctx.Err() if ctx is done.
func (s *Source) Samples(ctx context.Context, rows int) ([]TableSample, error) {
	if s.dialect.Tables == "" {
		return nil, fmt.Errorf("sqldb: the dialect %s does not say how to list tables", s.dialect.Name)
	}
	names, err := connCatalog{s.conn, &s.dialect}.tables(ctx)
	if err != nil {
		return nil, failed(ctx, "listing the tables", err)
	}
	slices.Sort(names)
	var samples []TableSample
	for _, name := range names {
		t := TableSample{Table: name}
		if err := s.sample(ctx, &t, rows); err != nil {
			if broken(err) || ctx.Err() != nil {
				return nil, failed(ctx, "reading "+name, err)
			}
			t.Columns, t.Rows, t.Err = nil, nil, fmt.Errorf("sqldb: reading %s: %w", name, err)
		}
		samples = append(samples, t)
	}
	return samples, nil
}

func (s *Source) sample(ctx context.Context, t *TableSample, limit int) error {
	from := s.dialect.Quote(t.Table) + " " + alias
	columns, err := connCatalog{s.conn, &s.dialect}.columns(ctx, from)
	if err != nil {
		return err
	}
	selected := ""
	cells := make([]*Cell, len(columns))
	for i, c := range columns {
		column := SampleColumn{c.name, c.storage}
		t.Columns = append(t.Columns, column)
		expression := alias + "." + s.dialect.Quote(c.name)
		if s.dialect.Select != nil {
			expression = s.dialect.Select(expression, column.Storage)
		}
		if i > 0 {
			selected += ", "
		}
		selected += expression
		cells[i] = new(Cell)
	}
	if len(columns) == 0 {
		return nil
	}
	rows, err := s.conn.Query(ctx, "SELECT "+selected+" FROM "+from+" LIMIT "+strconv.Itoa(limit))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(cells); err != nil {
			return err
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = sampled(c.raw, t.Columns[i].Storage)
		}
		t.Rows = append(t.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return rows.Close()
}

// sampled returns a value of a sample as text.
func sampled(v any, storage Storage) string {
	if storage == Unfit {
		return ""
	}
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		if storage == Day {
			return v.Format(time.DateOnly)
		}
		return v.UTC().Format(time.RFC3339Nano)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	if text := fmt.Sprint(v); traverse.TextValue(text).Check() == nil {
		return text
	}
	return "" // bytes
}
