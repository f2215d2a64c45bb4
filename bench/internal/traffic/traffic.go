// Package traffic counts the bytes that this process and servers send each other.
package traffic

import (
	"context"
	"net"
	"sync/atomic"
)

// A Counter counts the bytes of connections, in both directions.
type Counter struct{ bytes atomic.Int64 }

// Bytes returns how many bytes have been sent and received so far.
func (c *Counter) Bytes() int64 { return c.bytes.Load() }

// A Dial opens a connection.
type Dial = func(ctx context.Context, network, address string) (net.Conn, error)

// Dial returns a function that opens connections as another one does, and counts their bytes:
// those of the messages, with the parts that encrypt them, if anything does, and not those of
// the layers below.
func (c *Counter) Dial(dial Dial) Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		inner, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &conn{inner, c}, nil
	}
}

type conn struct {
	net.Conn
	counter *Counter
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.counter.bytes.Add(int64(n))
	return n, err
}

func (c *conn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.counter.bytes.Add(int64(n))
	return n, err
}
