package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
)

// report prints the problems of an error to standard error, if it is
// [leadscore.Diagnostics], and returns errReported. It returns any other error as
// it is.
func (inv *invocation) report(err error) error {
	diags, ok := errors.AsType[leadscore.Diagnostics](err)
	if !ok {
		return err
	}
	color := inColor(*inv.color, isTerminal(inv.err), os.Getenv)
	texts := make([]string, len(diags))
	for i := range diags {
		if d := &diags[i]; color {
			texts[i] = colored(d)
		} else {
			texts[i] = d.Error()
		}
	}
	fmt.Fprintln(inv.err, strings.Join(texts, "\n\n"))
	return errReported
}

// reportJSON is report with an object a line on standard output.
func (inv *invocation) reportJSON(err error) error {
	diags, ok := errors.AsType[leadscore.Diagnostics](err)
	if !ok {
		return err
	}
	e := jsonLines(inv.out)
	for _, d := range diags {
		if err := e.Encode(d); err != nil {
			return err
		}
	}
	return errReported
}

// isTerminal reports whether w is a character device other than the null device.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// inColor reports whether to write in colour. By https://no-color.org an empty
// NO_COLOR counts for nothing. A terminal of Windows has no TERM, and only the
// newer ones, which set WT_SESSION, surely know what we would send.
func inColor(when string, terminal bool, getenv func(string) string) bool {
	if when != "auto" {
		return when == "always"
	}
	term := getenv("TERM")
	return terminal && getenv("NO_COLOR") == "" && term != "dumb" && (term != "" || getenv("WT_SESSION") != "")
}

// Sequences that style what follows on a terminal, up to plain.
const (
	plain  = "\x1b[0m"
	bold   = "\x1b[1m"
	red    = "\x1b[1;31m"
	green  = "\x1b[32m"
	yellow = "\x1b[1;33m"
	cyan   = "\x1b[1;36m"
)

// colored returns a problem with its severity in colour. The words are those of
// Error: no colour says what they do not.
func colored(d *dsl.Diagnostic) string {
	severity := map[dsl.Severity]string{dsl.Error: red, dsl.Warning: yellow, dsl.Advice: cyan}[d.Severity]
	styles := map[dsl.Part]string{dsl.PlacePart: bold, dsl.SeverityPart: severity, dsl.CaretPart: severity, dsl.FixPart: green}
	return d.Render(func(p dsl.Part, text string) string {
		if text == "" || styles[p] == "" {
			return text
		}
		return styles[p] + text + plain
	})
}
