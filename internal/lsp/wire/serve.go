package wire

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/leadscore/leadscore/internal/lsp"
)

// Serve lets a server answer the messages of in, on out, until the client says exit, the
// input ends, or ctx is done. It returns nil only if the client has asked the server to shut
// down before. options are those of the server, without Notify and Request.
func Serve(ctx context.Context, in io.Reader, out io.Writer, options lsp.Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c := &connection{ctx: ctx, ready: make(chan struct{}, 1), running: map[string]context.CancelFunc{}}
	options.Notify = func(method string, params any) { c.send(message{Method: method, Params: params}) }
	options.Request = func(method string, params any) { c.send(message{Method: method, Params: params, ID: c.nextID()}) }
	c.server = lsp.New(options)
	defer c.server.Close()

	written := make(chan struct{})
	go func() {
		defer close(written)
		if err := c.write(out); err != nil {
			cancel(err)
		}
	}()
	go func() { cancel(c.read(in)) }() // it may wait for input after Serve has returned
	<-ctx.Done()
	stopped := c.server.Stopped()
	c.stop()
	c.answering.Wait() // for what has been cancelled
	c.end()
	err := context.Cause(ctx)
	_, broken := errors.AsType[*FrameError](err)
	if err != errExit && err != io.EOF && !broken {
		return err
	}
	<-written
	switch {
	case broken:
		return err
	case stopped:
		return nil
	case err == errExit:
		return errors.New("the client ended without shutdown")
	}
	return errors.New("the input ended without shutdown")
}

// errExit is the cause of the end if the client has said exit.
var errExit = errors.New("exit")

// A message is a JSON-RPC message to the client.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  any             `json:"result,omitempty"`
	Error   *lsp.Error      `json:"error,omitempty"`
}

// A connection is a client that is connected to a server.
type connection struct {
	ctx       context.Context
	server    *lsp.Server
	answering sync.WaitGroup

	mu      sync.Mutex
	ids     int
	running map[string]context.CancelFunc // requests that are being answered, by their ids
	queue   [][]byte                      // messages that are not written yet
	stopped bool                          // no request is answered any more
	ended   bool                          // no message will be added
	ready   chan struct{}                 // has an element if queue or ended have changed
}

// nextID returns an id for a request to the client.
func (c *connection) nextID() json.RawMessage {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids++
	id, _ := json.Marshal(c.ids) // a number does not fail
	return id
}

// send puts a message in the queue. It does not wait for the client, which may be waiting for
// the server to read.
func (c *connection) send(m message) {
	m.Version = "2.0"
	body, err := json.Marshal(m)
	if err != nil { // of a result that is not JSON
		m.Result, m.Params, m.Error = nil, nil, &lsp.Error{Code: lsp.CodeInternal, Message: err.Error()}
		body, _ = json.Marshal(m)
	}
	c.mu.Lock()
	c.queue = append(c.queue, body)
	c.mu.Unlock()
	c.wake()
}

func (c *connection) wake() {
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

// stop says that no request is to be answered any more.
func (c *connection) stop() {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
}

// end says that no message will be added.
func (c *connection) end() {
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	c.wake()
}

// write writes the messages in the queue, until it has ended.
func (c *connection) write(out io.Writer) error {
	w := bufio.NewWriter(out)
	for range c.ready {
		c.mu.Lock()
		queue, ended := c.queue, c.ended
		c.queue = nil
		c.mu.Unlock()
		for _, body := range queue {
			if err := writeMessage(w, body); err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil || ended {
			return err
		}
	}
	return nil
}

// read does what the messages of the client say. It returns errExit or what is wrong with the
// input.
func (c *connection) read(in io.Reader) error {
	r := bufio.NewReader(in)
	for {
		body, err := readMessage(r)
		if err != nil {
			return err
		}
		if c.handle(body) {
			return errExit
		}
	}
}

// An incoming is a message of the client.
type incoming struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  *string         `json:"method"`
	Params  json.RawMessage `json:"params"`
}

// handle does what a message says, and reports whether that is to exit.
func (c *connection) handle(body []byte) (exit bool) {
	var m incoming
	if err := json.Unmarshal(body, &m); err != nil {
		code := lsp.CodeInvalidRequest
		if !json.Valid(body) {
			code = lsp.CodeParse
		}
		c.send(message{ID: null, Error: &lsp.Error{Code: code, Message: err.Error()}})
		return false
	}
	if bytes.Equal(m.ID, null) {
		m.ID = nil
	}
	switch {
	case m.Method == nil && m.ID != nil:
		return false // the answer to a request of the server
	case m.Method == nil || m.Version != "2.0":
		c.send(message{ID: orNull(m.ID), Error: &lsp.Error{Code: lsp.CodeInvalidRequest, Message: "this is no request of JSON-RPC 2.0"}})
		return false
	case m.ID != nil && !isID(m.ID):
		c.send(message{ID: null, Error: &lsp.Error{Code: lsp.CodeInvalidRequest, Message: "an id must be a number or a text"}})
		return false
	case *m.Method == "exit":
		return true
	case *m.Method == "$/cancelRequest":
		c.cancel(m.Params)
		return false
	case m.ID != nil && c.answers(m.ID):
		c.send(message{ID: m.ID, Error: &lsp.Error{Code: lsp.CodeInvalidRequest, Message: "another request with this id is not answered yet"}})
		return false
	}
	call := c.server.Start(*m.Method, m.Params)
	if m.ID == nil {
		return false // a notification leaves nothing to the call, and nobody waits for the result of a request without an id
	}
	c.answer(m.ID, call)
	return false
}

var null = json.RawMessage("null")

func orNull(id json.RawMessage) json.RawMessage {
	if id == nil || !isID(id) {
		return null
	}
	return id
}

// isID reports whether the JSON value id is a number or a text.
func isID(id json.RawMessage) bool {
	return id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9'
}

// answers reports whether a request with an id is being answered.
func (c *connection) answers(id json.RawMessage) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running[string(id)] != nil
}

// answer makes a call and sends its result. Calls run at the same time.
func (c *connection) answer(id json.RawMessage, call lsp.Call) {
	ctx, cancel := context.WithCancel(c.ctx)
	key := string(id)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		cancel()
		return
	}
	c.running[key] = cancel
	c.answering.Go(func() {
		defer cancel()
		result, err := call(ctx)
		c.mu.Lock()
		delete(c.running, key)
		c.mu.Unlock()
		m := message{ID: id}
		e, ok := errors.AsType[*lsp.Error](err)
		switch {
		case ok:
			m.Error = e
		case err != nil:
			m.Error = &lsp.Error{Code: lsp.CodeCancelled, Message: "the request was cancelled"}
		case result == nil:
			m.Result = null
		default:
			m.Result = result
		}
		c.send(m)
	})
}

// cancel cancels the request with the id in params, if it is still being answered.
func (c *connection) cancel(params json.RawMessage) {
	var p struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(params, &p) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel := c.running[string(p.ID)]; cancel != nil {
		cancel()
	}
}
