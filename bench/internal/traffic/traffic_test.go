package traffic_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/leadscore/leadscore/bench/internal/traffic"
)

func TestCounter(t *testing.T) {
	var c traffic.Counter
	dial := c.Dial(func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			if _, err := io.ReadFull(far, make([]byte, 5)); err == nil {
				io.WriteString(far, "seven b")
			}
			far.Close()
		}()
		return near, nil
	})
	for i := range int64(2) {
		conn, err := dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "five "); err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(conn); err != nil || string(text) != "seven b" {
			t.Errorf("%q, %v", text, err)
		}
		if want := 12 * (i + 1); c.Bytes() != want {
			t.Errorf("%d bytes, want %d", c.Bytes(), want)
		}
	}
	nobody := errors.New("nobody is there")
	conn, err := c.Dial(func(context.Context, string, string) (net.Conn, error) { return nil, nobody })(t.Context(), "", "")
	if conn != nil || err != nobody {
		t.Errorf("%v, %v", conn, err)
	}
}
