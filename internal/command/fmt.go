package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

func runFmt(ctx context.Context, inv *invocation) error {
	list := inv.flags.Bool("l", false, "list the files that are not formatted, instead of printing them")
	diff := inv.flags.Bool("d", false, "print the changes, instead of the formatted files")
	write := inv.flags.Bool("w", false, "write the result to the files, instead of printing it")
	fail := inv.flags.Bool("fail", false, "exit with status 3 if a file is not formatted")
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		names = []string{stdinOperand}
	}
	if *write && slices.Contains(names, stdinOperand) {
		return badUsage("-w needs files: it cannot write to standard input")
	}
	mode := fmtMode{*list, *diff, *write}
	// Continue after a file that cannot be formatted.
	failed, changed := false, false
	for _, name := range names {
		var files []string
		err := walkRules(ctx, name, func(path string) { files = append(files, path) })
		if err := ctx.Err(); err != nil {
			return err
		}
		errs := []error{err}
		for _, file := range files {
			formatted, err := inv.formatFile(ctx, mode, file)
			changed = changed || !formatted
			errs = append(errs, err)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		for _, err := range errs {
			if err == nil {
				continue
			}
			failed = true
			if err = inv.report(err); err != errReported {
				inv.complain(err)
			}
		}
	}
	switch {
	case failed:
		return errReported
	case changed && *fail:
		return errDiffers
	}
	return nil
}

// formatFile formats the file of an operand. It returns whether it was formatted.
func (inv *invocation) formatFile(ctx context.Context, mode fmtMode, name string) (bool, error) {
	file, err := inv.readText(ctx, name)
	if err != nil {
		return false, err
	}
	formatted, err := await(ctx, func() (string, error) { return dsl.Format(file.Name, file.Text) })
	if err != nil {
		return false, err
	}
	return formatted == file.Text, mode.file(inv.out, file.Name, file.Text, formatted)
}

// fmtMode says what to do with a formatted file.
type fmtMode struct{ list, diff, write bool }

// file prints the formatted text of a file, or how it differs, or writes it.
func (m fmtMode) file(out io.Writer, name, text, formatted string) error {
	if !m.list && !m.diff && !m.write {
		_, err := io.WriteString(out, formatted)
		return err
	}
	if formatted == text {
		return nil
	}
	var b bytes.Buffer
	if m.list {
		fmt.Fprintln(&b, name)
	}
	if m.diff {
		slashed := filepath.ToSlash(name)
		b.WriteString(unifiedDiff(slashed+".orig", slashed, strings.SplitAfter(text, "\n"), strings.SplitAfter(formatted, "\n")))
	}
	_, err := out.Write(b.Bytes())
	if m.write {
		err = errors.Join(err, rewrite(name, formatted))
	}
	return err
}

// rewrite replaces the contents of a file and keeps its mode.
func rewrite(name, text string) error {
	r, err := replace(name)
	if err != nil {
		return err
	}
	if _, err := r.WriteString(text); err != nil {
		return errors.Join(err, r.discard())
	}
	return r.commit()
}
