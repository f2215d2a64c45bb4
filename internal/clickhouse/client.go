package clickhouse

import (
	"bufio"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// A Client is a driver for database/sql that sends statements by HTTP. It takes no arguments.
type Client struct {
	Address, Database string
	HTTP              *http.Client // nil: http.DefaultClient
}

// Connect returns the client, which has no state.
func (c Client) Connect(context.Context) (driver.Conn, error) { return c, nil }

// Driver returns nil: there is no driver with a name.
func (c Client) Driver() driver.Driver { return nil }

// Prepare fails.
func (c Client) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New("there are no prepared statements")
}

// Close does nothing.
func (c Client) Close() error { return nil }

// Begin fails.
func (c Client) Begin() (driver.Tx, error) {
	return nil, errors.New("there are no transactions")
}

// Send runs a statement, and returns its answer as the server writes it.
func (c Client) Send(ctx context.Context, statement string) (io.ReadCloser, error) {
	return c.post(ctx, url.Values{}, strings.NewReader(statement))
}

func (c Client) send(ctx context.Context, statement string, args []driver.NamedValue) (io.ReadCloser, error) {
	if len(args) > 0 {
		return nil, errors.New("there are no parameters")
	}
	return c.Send(ctx, statement)
}

func (c Client) post(ctx context.Context, settings url.Values, content io.Reader) (io.ReadCloser, error) {
	settings.Set("database", c.Database)
	settings.Set("wait_end_of_query", "1")
	settings.Set("default_format", "TabSeparatedWithNamesAndTypes")
	request, err := http.NewRequestWithContext(ctx, "POST", c.Address+"/?"+settings.Encode(), content)
	if err != nil {
		return nil, err
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		text, err := io.ReadAll(io.LimitReader(response.Body, 5000))
		return nil, errors.Join(errors.New(strings.TrimSpace(string(text))), err)
	}
	return response.Body, nil
}

// Insert runs an INSERT whose rows are what it reads, in the format that the statement names.
func (c Client) Insert(ctx context.Context, statement string, rows io.Reader) error {
	body, err := c.post(ctx, url.Values{"query": {statement}}, rows)
	if err != nil {
		return err
	}
	return body.Close()
}

// ExecContext runs a statement.
func (c Client) ExecContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Result, error) {
	body, err := c.send(ctx, statement, args)
	if err != nil {
		return nil, err
	}
	return driver.ResultNoRows, body.Close()
}

// QueryContext runs a query.
func (c Client) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	body, err := c.send(ctx, query, args)
	if err != nil {
		return nil, err
	}
	r := &answer{body: body, lines: bufio.NewReader(body)}
	if r.names, err = r.line(); err == nil {
		r.types, err = r.line()
	}
	if err != nil {
		body.Close()
		return nil, fmt.Errorf("no names and types: %w", err)
	}
	return r, nil
}

// An answer has rows in the format TabSeparatedWithNamesAndTypes.
type answer struct {
	body         io.ReadCloser
	lines        *bufio.Reader
	names, types []string
}

func (r *answer) Columns() []string { return r.names }
func (r *answer) Close() error      { return r.body.Close() }

func (r *answer) line() ([]string, error) {
	text, err := r.lines.ReadString('\n')
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\t"), nil
}

func (r *answer) Next(into []driver.Value) error {
	cells, err := r.line()
	if err != nil {
		return err
	}
	for i, cell := range cells {
		typ, _ := strings.CutPrefix(r.types[i], "Nullable(")
		switch {
		case cell == `\N`:
			into[i] = nil
		case strings.HasPrefix(typ, "Int"), strings.HasPrefix(typ, "UInt"):
			into[i], err = strconv.ParseInt(cell, 10, 64)
		case strings.HasPrefix(typ, "Float"):
			into[i], err = strconv.ParseFloat(cell, 64)
		default:
			into[i] = unescape.Replace(cell)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var unescape = strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r", `\b`, "\b", `\f`, "\f", `\0`, "\x00", `\'`, "'")

var escape = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`)

// Escape returns a text as the format TabSeparated has it.
func Escape(s string) string { return escape.Replace(s) }
