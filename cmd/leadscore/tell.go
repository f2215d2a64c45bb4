package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
)

// A teller tells what is wrong with rules.
type teller struct {
	w     io.Writer
	color bool
}

// colorFlag is the flag of every command that has a teller.
func colorFlag(f *flag.FlagSet) *string {
	return f.String("color", "auto", "tell problems in colour `WHEN`: auto (on a terminal, unless NO_COLOR is set or TERM is dumb), always or never")
}

// newTeller returns what tells problems on s.err.
func newTeller(s streams, when string) (teller, error) {
	switch when {
	case "auto", "always", "never":
		return teller{s.err, inColor(when, isTerminal(s.err), os.Getenv)}, nil
	}
	return teller{}, badUsage("--color %q is none of auto, always and never", when)
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

// told tells the problems of an error, if it holds such, and returns errSilent.
// Any other error it returns as it is.
func (t teller) told(err error) error {
	diags, ok := errors.AsType[leadscore.Diagnostics](err)
	if !ok {
		return err
	}
	texts := make([]string, len(diags))
	for i := range diags {
		texts[i] = t.text(&diags[i])
	}
	fmt.Fprintln(t.w, strings.Join(texts, "\n\n"))
	return errSilent
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

// text is a problem with its severity in colour. The words are those of Error:
// no colour says what they do not.
func (t teller) text(d *dsl.Diagnostic) string {
	if !t.color {
		return d.Error()
	}
	severity := map[dsl.Severity]string{dsl.Error: red, dsl.Warning: yellow, dsl.Advice: cyan}[d.Severity]
	styles := map[dsl.Part]string{dsl.PlacePart: bold, dsl.SeverityPart: severity, dsl.CaretPart: severity, dsl.FixPart: green}
	return d.Render(func(p dsl.Part, text string) string {
		if text == "" || styles[p] == "" {
			return text
		}
		return styles[p] + text + plain
	})
}

// toldJSON is told with an object a line on w.
func toldJSON(w io.Writer, err error) error {
	diags, ok := errors.AsType[leadscore.Diagnostics](err)
	if !ok {
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, d := range diags {
		if err := e.Encode(d); err != nil {
			return err
		}
	}
	return errSilent
}
