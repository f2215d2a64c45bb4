package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/regular"
)

// The limits of the files that are read as a whole, in bytes.
var maxRules = int64(dsl.Limits{}.WithDefaults().Bytes)

const maxMapping = 16 << 20

const (
	stdinOperand = "-"
	stdinName    = "<standard input>" // in messages
)

// readText returns the text of a rule file or schema, or of standard input for the
// operand -. The error is a [leadscore.Diagnostics] if it is too long.
func (inv *invocation) readText(ctx context.Context, name string) (leadscore.File, error) {
	file := leadscore.File{Name: name}
	var err error
	if name == stdinOperand {
		file.Name = stdinName
		file.Text, err = inv.readStdin(ctx)
	} else {
		file.Text, err = regular.Read(name, maxRules)
	}
	if long, ok := errors.AsType[*regular.SizeError](err); ok {
		err = leadscore.Diagnostics{{Code: dsl.CodeLimit, File: file.Name, Summary: long.Message()}}
	}
	if bad, ok := errors.AsType[*regular.KindError](err); ok && !bad.Mode.IsDir() {
		err = fmt.Errorf("%w; to read rules from standard input, write -", err)
	}
	return file, err
}

// readStdin reads standard input, once: a command that names it twice gets the same
// text.
func (inv *invocation) readStdin(ctx context.Context) (string, error) {
	if inv.stdin == nil {
		text, err := await(ctx, func() (string, error) { return regular.ReadAll(inv.in, stdinName, maxRules) })
		if err != nil {
			return "", err
		}
		inv.stdin = &text
	}
	return *inv.stdin, nil
}

// await returns what f returns, or ctx.Err() as soon as ctx is done. It is for calls
// that do not look at a context; f may then still run when the command ends.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// readRules reads rule files. It reads a file that is named twice only once.
func (inv *invocation) readRules(ctx context.Context, names []string) ([]leadscore.File, error) {
	var files []leadscore.File
	var long leadscore.Diagnostics
	read := map[string]bool{}
	for _, name := range names {
		if read[name] {
			continue
		}
		read[name] = true
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		file, err := inv.readText(ctx, name)
		if diags, ok := errors.AsType[leadscore.Diagnostics](err); ok {
			long = append(long, diags...)
			continue
		}
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, long.Err()
}
