package wire

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/internal/lsp"
)

// framed returns messages as a client sends them.
func framed(bodies ...string) string {
	var b bytes.Buffer
	for _, body := range bodies {
		_ = writeMessage(&b, []byte(body)) // a buffer does not fail
	}
	return b.String()
}

// talk sends an input to a server, and returns the messages of the server and the error of
// Serve.
func talk(t testing.TB, in string) ([]string, error) {
	t.Helper()
	var out bytes.Buffer
	err := Serve(t.Context(), strings.NewReader(in), &out, lsp.Options{})
	var list []string
	r := bufio.NewReader(&out)
	for {
		body, failed := readMessage(r)
		if failed == io.EOF {
			return list, err
		}
		if failed != nil || !json.Valid(body) {
			t.Fatalf("the server writes %q: %v", body, failed)
		}
		list = append(list, string(body))
	}
}

const (
	begin = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`
	stop  = `{"jsonrpc":"2.0","id":"stop","method":"shutdown"}`
	exit  = `{"jsonrpc":"2.0","method":"exit"}`
)

func TestServe(t *testing.T) {
	// What is still being answered at the end of the input is cancelled, so the results differ.
	const first, last = `{"jsonrpc":"2.0","id":1,`, `{"jsonrpc":"2.0","id":"stop",`
	for _, test := range []struct {
		in   string
		want []string // what the answers contain, which come in any order
		err  string
	}{
		{framed(begin, stop, exit), []string{first, last}, ""},
		{framed(begin, stop), []string{first, last}, ""},
		{framed(begin, exit), []string{first}, "the client ended without shutdown"},
		{framed(begin), []string{first}, "the input ended without shutdown"},
		{"", nil, "the input ended without shutdown"},
		{framed(`{`, exit), []string{`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"unexpected end of JSON input"}}`}, "the client ended without shutdown"},
		{framed(`[]`, exit), []string{`"code":-32600`}, "the client ended without shutdown"},
		{framed(`{"jsonrpc":"1.0","id":7,"method":"x"}`, exit), []string{`{"jsonrpc":"2.0","id":7,"error":{"code":-32600,`}, "the client ended without shutdown"},
		{framed(`{"jsonrpc":"2.0","id":{},"method":"x"}`, exit), []string{`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"an id must be a number or a text"}}`}, "the client ended without shutdown"},
		{framed(`{"jsonrpc":"2.0","id":7,"result":null}`, `{"jsonrpc":"2.0","method":"$/none"}`, begin, stop, exit), []string{first, last}, ""},
		{framed(begin) + "x\n", []string{first}, `the input is not a language client's: a line of a header is "x", and Content-Length: N was expected`},
		{framed(begin)[:40], nil, "the input is not a language client's: it ends after 18 of 75 bytes of a message"},
		{"GET / HTTP/1.1\r\n\r\n", nil, `the input is not a language client's: a line of a header is "GET / HTTP/1.1", and Content-Length: N was expected`},
		{"Content-Length: 99999999999\r\n\r\n", nil, "the input is not a language client's: a message has 99999999999 bytes, and the limit is 67108864"},
		{"Content-Length: 999999999999999999999\r\n\r\n", nil, `the input is not a language client's: "999999999999999999999" is not a length`},
		{"Content-Length: -1\r\n\r\n", nil, `the input is not a language client's: "-1" is not a length`},
		{"Content-Length: 1\r\nContent-Length: 1\r\n\r\n{", nil, "the input is not a language client's: a header has two lengths"},
		{"Content-Type: x\r\n\r\n", nil, "the input is not a language client's: a header has no Content-Length"},
		{"Content-Length: 1", nil, "the input is not a language client's: it ends in a header"},
		{strings.Repeat("x", 1<<20), nil, "the input is not a language client's: a header has more than 4096 bytes"},
		{strings.Repeat("x: 1\r\n", 1<<16), nil, "the input is not a language client's: a header has more than 4096 bytes"},
	} {
		list, err := talk(t, test.in)
		if got := fmt.Sprint(err); err == nil && test.err != "" || err != nil && got != test.err {
			t.Errorf("%.60q: error %v, want %s", test.in, err, test.err)
		}
		for _, want := range test.want {
			if !slices.ContainsFunc(list, func(text string) bool { return strings.Contains(text, want) }) {
				t.Errorf("%.60q: got %q, want %s", test.in, list, want)
			}
		}
		if len(list) != len(test.want) {
			t.Errorf("%.60q: got %q, want %d answers", test.in, list, len(test.want))
		}
	}
}

// TestSameID: a request with the id of another one that is being answered is refused and changes nothing.
func TestSameID(t *testing.T) {
	c := &connection{ctx: t.Context(), server: lsp.New(lsp.Options{}), ready: make(chan struct{}, 1), running: map[string]context.CancelFunc{}}
	defer c.server.Close()
	c.handle([]byte(begin))
	c.answering.Wait()
	c.queue = nil
	c.answer(json.RawMessage(`"stop"`), func(ctx context.Context) (any, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	c.handle([]byte(stop))
	if c.server.Stopped() {
		t.Error("the second request is done")
	}
	c.cancel(json.RawMessage(`{"id":"stop"}`))
	c.answering.Wait()
	want := []string{
		`{"jsonrpc":"2.0","id":"stop","error":{"code":-32600,"message":"another request with this id is not answered yet"}}`,
		`{"jsonrpc":"2.0","id":"stop","error":{"code":-32800,"message":"the request was cancelled"}}`,
	}
	if len(c.queue) != len(want) || string(c.queue[0]) != want[0] || string(c.queue[1]) != want[1] {
		t.Errorf("got %q", c.queue)
	}
	c.handle([]byte(stop))
	c.answering.Wait()
	if !c.server.Stopped() {
		t.Error("the id is not free again")
	}
}

// A conversation is a client that waits for answers.
type conversation struct {
	t    *testing.T
	in   *io.PipeWriter
	out  *bufio.Reader
	done chan error
}

func converse(t *testing.T, ctx context.Context) *conversation {
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	c := &conversation{t, inWrite, bufio.NewReader(outRead), make(chan error, 1)}
	go func() {
		err := Serve(ctx, inRead, outWrite, lsp.Options{})
		outWrite.Close()
		c.done <- err
	}()
	return c
}

func (c *conversation) send(body string) {
	c.t.Helper()
	if _, err := io.WriteString(c.in, framed(body)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *conversation) receive() string {
	c.t.Helper()
	body, err := readMessage(c.out)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(body)
}

// TestCancel: a request that was cancelled before it was answered is answered with an error,
// and one that was answered already is answered once.
func TestCancel(t *testing.T) {
	c := converse(t, t.Context())
	c.send(begin)
	if got := c.receive(); !strings.HasPrefix(got, `{"jsonrpc":"2.0","id":1,"result":{"capabilities":`) {
		t.Fatal(got)
	}
	c.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}`)
	c.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":[]}`)
	c.send(`{"jsonrpc":"2.0","id":2,"method":"none"}`)
	if got := c.receive(); got != `{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"there is no method \"none\""}}` {
		t.Error(got)
	}
	c.send(stop)
	if got := c.receive(); got != `{"jsonrpc":"2.0","id":"stop","result":null}` {
		t.Error(got)
	}
	c.send(exit)
	if err := <-c.done; err != nil {
		t.Error(err)
	}
}

// TestInterrupt: the server ends when its context is done, also while it waits for input and
// for a client that does not read.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := converse(t, ctx)
	c.send(begin) // whose answer nobody reads
	cancel()
	if err := <-c.done; err != context.Canceled {
		t.Errorf("got %v", err)
	}
	c.in.Close()
}

// TestRunningCancelled: what is being answered is given up, whatever it is.
func TestRunningCancelled(t *testing.T) {
	c := &connection{ctx: t.Context(), ready: make(chan struct{}, 1), running: map[string]context.CancelFunc{}}
	c.answer(json.RawMessage("5"), func(ctx context.Context) (any, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	c.cancel(json.RawMessage(`{"id":5}`))
	c.answering.Wait()
	if len(c.queue) != 1 || string(c.queue[0]) != `{"jsonrpc":"2.0","id":5,"error":{"code":-32800,"message":"the request was cancelled"}}` {
		t.Errorf("got %q", c.queue)
	}
	c.stop()
	c.answer(json.RawMessage("6"), func(context.Context) (any, error) {
		t.Error("a request is answered after the end")
		return nil, nil
	})
	c.answering.Wait()
	c.send(message{Result: func() {}})
	if !strings.Contains(string(c.queue[1]), `"code":-32603`) {
		t.Errorf("got %q", c.queue)
	}
}

// FuzzServe: whatever comes, the server ends, writes only messages, and answers no request
// twice.
func FuzzServe(f *testing.F) {
	f.Add(framed(begin, stop, exit))
	f.Add(framed(begin, `{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"a","version":1,"text":"model \"A\" {"}}}`,
		`{"jsonrpc":"2.0","id":3,"method":"textDocument/formatting","params":{"textDocument":{"uri":"a"}}}`,
		`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"a","version":2},"contentChanges":[{"range":{"start":{"line":9,"character":-1},"end":{"line":0,"character":3}},"text":"x"}]}}`,
		`{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"a"}}}`, stop, exit))
	f.Add("Content-Length: 5\r\n\r\n{\"a\":")
	f.Add("Content-Length: 18446744073709551616\r\n\r\n")
	f.Add("content-length:2\nX:\n\n{}")
	f.Add(framed(`{"jsonrpc":"2.0","id":1e400,"method":null}`, `null`, `"x"`, `[{}]`, `{"id":null}`))
	f.Fuzz(func(t *testing.T, in string) {
		requests := map[string]int{} // by id, as it was sent
		r := bufio.NewReader(strings.NewReader(in))
		for {
			body, err := readMessage(r)
			if err != nil {
				break
			}
			if len(body) > len(in) {
				t.Fatalf("a message of %d bytes in %d", len(body), len(in))
			}
			var m incoming
			if json.Unmarshal(body, &m) != nil || m.Method == nil || m.Version != "2.0" {
				continue
			}
			if *m.Method == "exit" && (string(m.ID) == "null" || m.ID == nil || isID(m.ID)) {
				break
			}
			if m.ID != nil && isID(m.ID) && *m.Method != "$/cancelRequest" {
				requests[string(m.ID)]++
			}
		}
		list, _ := talk(t, in)
		for _, text := range list {
			var m struct {
				ID     json.RawMessage `json:"id"`
				Method string          `json:"method"`
				Error  *lsp.Error      `json:"error"`
			}
			if err := json.Unmarshal([]byte(text), &m); err != nil {
				t.Fatal(err)
			}
			if m.Method != "" || string(m.ID) == "null" || m.Error != nil && m.Error.Code == lsp.CodeInvalidRequest {
				continue
			}
			requests[string(m.ID)]--
		}
		for id, n := range requests {
			if n < 0 {
				t.Errorf("a request with the id %s was answered too often", id)
			}
		}
	})
}
