package dbtest

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	programs "os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// clickhouseVariable may hold the address of a server, such as http://localhost:8123. Without it
// the tests start one of their own, if it is installed. If it holds the word start, they fail if they
// cannot.
const clickhouseVariable = "LEADSCORE_CLICKHOUSE"

// TestMain stops the server that tests have started.
func TestMain(m *testing.M) {
	code := m.Run()
	if clickhouse.stop != nil {
		clickhouse.stop()
	}
	os.Exit(code)
}

// clickhouse is the server for all tests.
var clickhouse struct {
	once    sync.Once
	address string
	err     error
	stop    func()
}

// clickhouseProgram returns the server's program and its first arguments.
func clickhouseProgram() ([]string, error) {
	for _, name := range []string{"clickhouse-server", "/usr/sbin/clickhouse-server"} { // /usr/sbin may not be on the PATH
		if path, err := programs.LookPath(name); err == nil {
			return []string{path}, nil
		}
	}
	if path, err := programs.LookPath("clickhouse"); err == nil {
		return []string{path, "server"}, nil
	}
	return nil, errors.New("clickhouse-server is not installed")
}

// missingClickHouse returns why there is no ClickHouse, or "".
func missingClickHouse() string {
	if os.Getenv(clickhouseVariable) != "" {
		return ""
	}
	if _, err := clickhouseProgram(); err != nil {
		return err.Error() + ", and the environment variable " + clickhouseVariable + " holds no address"
	}
	return ""
}

// clickhouseAddress returns the address of a server, which it starts unless there is one.
func clickhouseAddress(t testing.TB) string {
	t.Helper()
	if address := os.Getenv(clickhouseVariable); address != "" && address != "start" {
		return address
	}
	clickhouse.once.Do(func() { clickhouse.err = startClickHouse() })
	if clickhouse.err != nil {
		t.Fatalf("ClickHouse: %v", clickhouse.err)
	}
	return clickhouse.address
}

const clickhouseConfig = `<?xml version="1.0"?>
<yandex>
  <logger><level>warning</level><log>DIR/log</log><errorlog>DIR/errors</errorlog></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>PORT</http_port>
  <path>DIR/data/</path>
  <tmp_path>DIR/tmp/</tmp_path>
  <mark_cache_size>100000000</mark_cache_size>
  <users_config>DIR/users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <timezone>America/St_Johns</timezone>
</yandex>
`

const clickhouseUsers = `<?xml version="1.0"?>
<yandex>
  <profiles><default><max_threads>1</max_threads></default></profiles>
  <users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
  <quotas><default></default></quotas>
</yandex>
`

// startClickHouse starts the server for all tests.
func startClickHouse() (err error) {
	clickhouse.address, clickhouse.stop, err = runClickHouse("")
	return err
}

// runClickHouse starts a server that listens to this machine alone, with more in its configuration.
// It returns its address for HTTP, and what stops it, which is not nil.
func runClickHouse(more string) (address string, stop func(), err error) {
	stop = func() {}
	program, err := clickhouseProgram()
	if err != nil {
		return "", stop, err
	}
	dir, err := os.MkdirTemp("", "leadscore-clickhouse")
	if err != nil {
		return "", stop, err
	}
	stop = func() { os.RemoveAll(dir) }
	port, err := freePort()
	if err != nil {
		return "", stop, err
	}
	config := strings.Replace(clickhouseConfig, "</yandex>", more+"</yandex>", 1)
	for name, text := range map[string]string{"config.xml": config, "users.xml": clickhouseUsers} {
		text = strings.NewReplacer("DIR", dir, "PORT", port).Replace(text)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return "", stop, err
		}
	}
	for _, name := range []string{"data", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			return "", stop, err
		}
	}
	// The shell stops the server when its input ends: also if the tests are killed.
	const untilEnd = `dir=$1; shift; "$@" & server=$!; cat >/dev/null; kill -9 "$server"; wait "$server" 2>/dev/null; rm -rf "$dir"`
	cmd := programs.Command("sh", append([]string{"-c", untilEnd, "sh", dir}, append(program, "--config-file="+filepath.Join(dir, "config.xml"))...)...)
	cmd.Dir = dir
	input, err := cmd.StdinPipe()
	if err != nil {
		return "", stop, err
	}
	if err := cmd.Start(); err != nil {
		return "", stop, err
	}
	stop = func() {
		input.Close()
		cmd.Wait()
	}
	address = "http://127.0.0.1:" + port
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		response, err := http.Get(address + "/ping")
		if err == nil {
			response.Body.Close()
			return address, stop, nil
		}
		if time.Now().After(end) {
			text, _ := os.ReadFile(filepath.Join(dir, "errors"))
			return "", stop, fmt.Errorf("the server does not answer: %w\n%s", err, text)
		}
	}
}

// freePort returns a port of this machine to which nobody listens.
func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}

// A clickhouseClient is a driver that sends statements by HTTP. It takes no arguments.
type clickhouseClient struct{ address, database string }

func (c clickhouseClient) Connect(context.Context) (driver.Conn, error) { return c, nil }
func (c clickhouseClient) Driver() driver.Driver                        { return nil }
func (c clickhouseClient) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New("there are no prepared statements")
}
func (c clickhouseClient) Close() error { return nil }
func (c clickhouseClient) Begin() (driver.Tx, error) {
	return nil, errors.New("there are no transactions")
}

func (c clickhouseClient) send(ctx context.Context, statement string, args []driver.NamedValue) (io.ReadCloser, error) {
	if len(args) > 0 {
		return nil, errors.New("there are no parameters")
	}
	settings := url.Values{"database": {c.database}, "wait_end_of_query": {"1"}, "default_format": {"TabSeparatedWithNamesAndTypes"}}
	request, err := http.NewRequestWithContext(ctx, "POST", c.address+"/?"+settings.Encode(), strings.NewReader(statement))
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
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

func (c clickhouseClient) ExecContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Result, error) {
	body, err := c.send(ctx, statement, args)
	if err != nil {
		return nil, err
	}
	return driver.ResultNoRows, body.Close()
}

func (c clickhouseClient) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	body, err := c.send(ctx, query, args)
	if err != nil {
		return nil, err
	}
	r := &clickhouseRows{body: body, lines: bufio.NewReader(body)}
	if r.names, err = r.line(); err == nil {
		r.types, err = r.line()
	}
	if err != nil {
		body.Close()
		return nil, fmt.Errorf("no names and types: %w", err)
	}
	return r, nil
}

// clickhouseRows are rows in the format TabSeparatedWithNamesAndTypes.
type clickhouseRows struct {
	body         io.ReadCloser
	lines        *bufio.Reader
	names, types []string
}

func (r *clickhouseRows) Columns() []string { return r.names }
func (r *clickhouseRows) Close() error      { return r.body.Close() }

func (r *clickhouseRows) line() ([]string, error) {
	text, err := r.lines.ReadString('\n')
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\t"), nil
}

func (r *clickhouseRows) Next(into []driver.Value) error {
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
			into[i] = clickhouseUnescape.Replace(cell)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var clickhouseUnescape = strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r", `\b`, "\b", `\f`, "\f", `\0`, "\x00", `\'`, "'")

// openClickHouse returns a new database of the server.
func openClickHouse(t testing.TB, _ *style) *sql.DB {
	t.Helper()
	address := clickhouseAddress(t)
	name := fmt.Sprintf("pushdown_%d_%d", os.Getpid(), schemas.Add(1))
	admin := sql.OpenDB(clickhouseClient{address, "default"})
	exec(t, admin, "CREATE DATABASE "+name)
	db := sql.OpenDB(clickhouseClient{address, name})
	t.Cleanup(func() {
		exec(t, admin, "DROP DATABASE "+name)
		db.Close()
		admin.Close()
	})
	return db
}
