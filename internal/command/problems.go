package command

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/answer"
)

// report prints err to standard error, or as JSON to the output, and returns
// errReported if err is a [leadscore.Diagnostics]. It returns any other error
// unchanged.
func (inv *invocation) report(err error) error {
	diags, ok := errors.AsType[leadscore.Diagnostics](err)
	if !ok {
		return err
	}
	if inv.json != nil {
		return cmp.Or(answer.Each(inv.json, answer.KeyProblem, diags), errReported)
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

// inColor reports whether to write in colour. According to https://no-color.org an
// empty NO_COLOR has no effect. Terminals on Windows do not set TERM; those that set
// WT_SESSION are known to understand the sequences below.
func inColor(when string, terminal bool, getenv func(string) string) bool {
	if when != "auto" {
		return when == "always"
	}
	term := getenv("TERM")
	return terminal && getenv("NO_COLOR") == "" && term != "dumb" && (term != "" || getenv("WT_SESSION") != "")
}

// Sequences that set the style of the text after them, until plain.
const (
	plain  = "\x1b[0m"
	bold   = "\x1b[1m"
	red    = "\x1b[1;31m"
	green  = "\x1b[32m"
	yellow = "\x1b[1;33m"
	cyan   = "\x1b[1;36m"
)

// colored returns the text of d.Error() with colours.
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
