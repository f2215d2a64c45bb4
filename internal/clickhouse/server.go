// Package clickhouse starts servers of ClickHouse and sends them statements, for tests and
// measurements. The library does not use it.
package clickhouse

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Program returns the server's program and its first arguments. It fails if ClickHouse is not
// installed.
func Program() ([]string, error) {
	for _, name := range []string{"clickhouse-server", "/usr/sbin/clickhouse-server"} { // /usr/sbin may not be on the PATH
		if path, err := exec.LookPath(name); err == nil {
			return []string{path}, nil
		}
	}
	if path, err := exec.LookPath("clickhouse"); err == nil {
		return []string{path, "server"}, nil
	}
	return nil, errors.New("clickhouse-server is not installed")
}

const config = `<?xml version="1.0"?>
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
MORE</yandex>
`

const users = `<?xml version="1.0"?>
<yandex>
  <profiles><default><max_threads>1</max_threads></default></profiles>
  <users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
  <quotas><default></default></quotas>
</yandex>
`

// A Server is one that this process has started. It runs each statement on one thread.
type Server struct {
	Address string // for HTTP, such as http://127.0.0.1:8123
	Parent  int    // the process that the server's was started by, and no other server's

	cmd   *exec.Cmd
	input io.Closer
}

// Start starts a server that has nothing, with elements of XML for its configuration. The
// server ends when [Server.Close] is called or this process ends.
func Start(more string) (*Server, error) {
	program, err := Program()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "leadscore-clickhouse")
	if err != nil {
		return nil, err
	}
	s, err := start(program, dir, more)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.ready(dir); err != nil {
		return nil, err
	}
	return s, nil
}

// start starts a server in a folder, and does not wait until it answers.
func start(program []string, dir, more string) (*Server, error) {
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	for name, text := range map[string]string{"config.xml": strings.Replace(config, "MORE", more, 1), "users.xml": users} {
		text = strings.NewReplacer("DIR", dir, "PORT", port).Replace(text)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"data", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			return nil, err
		}
	}
	// The shell stops the server when its input ends: also if this process is killed.
	const untilEnd = `dir=$1; shift; "$@" & server=$!; cat >/dev/null; kill -9 "$server"; wait "$server" 2>/dev/null; rm -rf "$dir"`
	cmd := exec.Command("sh", append([]string{"-c", untilEnd, "sh", dir}, append(program, "--config-file="+filepath.Join(dir, "config.xml"))...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CLICKHOUSE_WATCHDOG_ENABLE=0") // newer servers fork otherwise
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &Server{Address: "http://127.0.0.1:" + port, Parent: cmd.Process.Pid, cmd: cmd, input: input}, nil
}

// ready waits until the server answers. If it does not, it closes the server.
func (s *Server) ready(dir string) error {
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		response, err := http.Get(s.Address + "/ping")
		if err == nil {
			return response.Body.Close()
		}
		if time.Now().After(end) {
			text, _ := os.ReadFile(filepath.Join(dir, "errors"))
			s.Close()
			return fmt.Errorf("the server does not answer: %w\n%s", err, text)
		}
	}
}

// Close ends the server and removes its files.
func (s *Server) Close() {
	s.input.Close()
	s.cmd.Wait() // the server is killed, so this is an error at best
}

// FreePort returns a port of this machine to which nobody listens.
func FreePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}
