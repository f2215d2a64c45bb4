package command

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/leadscore/leadscore/internal/nearest"
)

// exitStatus documents the exit statuses.
const exitStatus = `Exit status:
  0  success
  1  the rules or the data have errors, a test fails, or a lead cannot be
     scored; with --strict, also if there are warnings
  2  the command line is wrong
`

// exitInterrupted documents the last of them.
const exitInterrupted = "  130  the command was interrupted\n"

// usage prints what the commands are.
func (p *Program) usage(w io.Writer) {
	fmt.Fprintf(w, "%s scores leads by rules that marketing and sales agree on.\n\nUsage:\n", p.Name)
	for _, c := range p.commands() {
		fmt.Fprintf(w, "\n  %s\n      %s\n", c.synopsis(p.Name, "  "), c.about)
	}
	fmt.Fprintf(w, "\nRun %s COMMAND -h for the flags of a command.\n\n%s", p.Name, exitStatus)
	for _, c := range p.commands() {
		if c.differs != "" {
			fmt.Fprintf(w, "  3  %s %s\n", c.name, c.differs)
		}
	}
	fmt.Fprint(w, exitInterrupted)
}

// synopsis returns how the command of a program is called. Lines after the first are indented
// below its first argument, if the text is written after indent.
func (c *command) synopsis(program, indent string) string {
	first := program + " " + c.name + " "
	below := "\n" + indent + strings.Repeat(" ", len(first))
	return strings.TrimSpace(first + strings.ReplaceAll(c.usage, "\n", below))
}

// help prints a description of the command and its flags.
func (inv *invocation) help() {
	c := inv.command
	fmt.Fprintf(inv.out, "usage: %s\n\n%s %s: %s.\n", c.synopsis(inv.program.Name, "       "), inv.program.Name, c.name, c.about)
	if c.more != "" {
		fmt.Fprintf(inv.out, "\n%s\n", wrap(c.more, ""))
	}
	fmt.Fprint(inv.out, "\nFlags:\n")
	inv.flags.VisitAll(func(f *flag.Flag) {
		value, about := flag.UnquoteUsage(f)
		name := dashed(f.Name)
		if value != "" {
			name += " " + value
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			about += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(inv.out, "  %s\n%s\n", name, wrap(about, "      "))
	})
	fmt.Fprintf(inv.out, "\n%s", exitStatus)
	if c.differs != "" {
		fmt.Fprintf(inv.out, "  3  %s\n", strings.TrimSpace(wrap(c.differs, "     ")))
	}
	fmt.Fprint(inv.out, exitInterrupted)
}

// dashed returns the name of a flag as people write it.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// wrap breaks text into lines of at most 80 characters, each after indent.
func wrap(text, indent string) string {
	var b strings.Builder
	width := 0
	for _, word := range strings.Fields(text) {
		switch {
		case b.Len() == 0:
			b.WriteString(indent)
			width = len(indent)
		case width+1+len(word) > 80:
			b.WriteString("\n" + indent)
			width = len(indent)
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String()
}

// flagMessage rewords an error of package flag.
func (inv *invocation) flagMessage(err error) string {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		near := nearest.Name(name, func(yield func(string) bool) {
			more := true
			inv.flags.VisitAll(func(f *flag.Flag) { more = more && yield(f.Name) })
		})
		if near != "" {
			near = dashed(near)
		}
		return "unknown flag " + dashed(name) + nearest.Hint(near)
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return dashed(name) + " needs a value"
	}
	return text
}
