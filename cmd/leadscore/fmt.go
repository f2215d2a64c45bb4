package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/regular"
)

func runFmt(_ context.Context, inv *invocation) error {
	list := inv.flags.Bool("l", false, "list the files that are not formatted, instead of printing them")
	diff := inv.flags.Bool("d", false, "print the changes, instead of the formatted files")
	write := inv.flags.Bool("w", false, "write the result to the files, instead of printing it")
	names, err := inv.parse()
	if err != nil {
		return err
	}
	mode := fmtMode{*list, *diff, *write}
	if len(names) == 0 {
		if *write {
			return badUsage("-w needs files: it cannot write to standard input")
		}
		text, err := regular.ReadAll(inv.in, "<standard input>", maxRules)
		if err != nil {
			return err
		}
		return inv.report(mode.file(inv.out, "<standard input>", text))
	}
	// Continue after a file that cannot be formatted.
	failed := false
	for _, name := range names {
		files, err := ruleFiles([]string{name})
		errs := []error{err}
		for _, file := range files {
			text, err := readText(file)
			if err == nil {
				err = mode.file(inv.out, file, text)
			}
			errs = append(errs, err)
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
	if failed {
		return errReported
	}
	return nil
}

// fmtMode says what to do with a formatted file.
type fmtMode struct{ list, diff, write bool }

func (m fmtMode) file(out io.Writer, name, text string) error {
	formatted, err := dsl.Format(name, text)
	if err != nil {
		return err
	}
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
	_, err = out.Write(b.Bytes())
	if m.write {
		err = errors.Join(err, rewrite(name, formatted))
	}
	return err
}

// rewrite replaces the contents of a file and keeps its mode. It writes the new
// text to a temporary file and renames that.
func rewrite(name, text string) error {
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
