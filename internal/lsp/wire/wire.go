// Package wire connects a language server to an editor: it reads and writes JSON-RPC 2.0
// messages, each after a header with its length, and calls a [lsp.Server].
package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The limits of a message.
const (
	maxBytes  = 64 << 20 // of its JSON
	maxHeader = 4 << 10  // of the lines before it
)

// A FrameError is the error of an input in which it cannot be told where the next message
// begins.
type FrameError struct{ Message string }

// Error returns what is wrong with the input.
func (e *FrameError) Error() string { return "the input is not a language client's: " + e.Message }

// readMessage returns the JSON of the next message. The error is io.EOF at the end of the
// input, and a [*FrameError] if what comes is no message.
func readMessage(r *bufio.Reader) ([]byte, error) {
	length, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	// The memory grows with what comes, and not with what the header says.
	var body bytes.Buffer
	n, err := io.CopyN(&body, r, length)
	if err == io.EOF {
		return nil, &FrameError{fmt.Sprintf("it ends after %d of %d bytes of a message", n, length)}
	}
	return body.Bytes(), err
}

// readHeader reads the lines before a message, and returns its length.
func readHeader(r *bufio.Reader) (int64, error) {
	length, size := int64(-1), 0
	for {
		line, err := readLine(r, maxHeader-size)
		if err == io.EOF && size == 0 && line == "" {
			return 0, io.EOF
		}
		if err == io.EOF {
			return 0, &FrameError{"it ends in a header"}
		}
		if err != nil {
			return 0, err
		}
		size += len(line)
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		switch {
		case !ok:
			return 0, &FrameError{fmt.Sprintf("a line of a header is %.60q, and Content-Length: N was expected", line)}
		case !strings.EqualFold(name, "Content-Length"):
			continue
		case length >= 0:
			return 0, &FrameError{"a header has two lengths"}
		}
		value = strings.TrimSpace(value)
		length, err = strconv.ParseInt(value, 10, 64)
		if err != nil || length < 0 {
			return 0, &FrameError{fmt.Sprintf("%.60q is not a length", value)}
		}
	}
	switch {
	case length < 0:
		return 0, &FrameError{"a header has no Content-Length"}
	case length > maxBytes:
		return 0, &FrameError{fmt.Sprintf("a message has %d bytes, and the limit is %d", length, maxBytes)}
	}
	return length, nil
}

// readLine returns the next line with its end, of at most limit bytes.
func readLine(r *bufio.Reader, limit int) (string, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > limit:
			return "", &FrameError{fmt.Sprintf("a header has more than %d bytes", maxHeader)}
		case !errors.Is(err, bufio.ErrBufferFull):
			return string(line), err
		}
	}
}

// writeMessage writes a message.
func writeMessage(w io.Writer, body []byte) error {
	_, err := fmt.Fprintf(w, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return err
}
