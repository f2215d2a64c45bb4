// Command leadscore scores leads by rule files, and checks, tests and formats them.
//
//	leadscore score [--schema FILE] --data DIR|FILE [--mapping FILE] [--as-of TIME] [--format table|json|csv] [--explain] [--skip-bad] [--color WHEN] MODEL...
//	leadscore explain [--schema FILE] --data DIR|FILE [--mapping FILE] --lead ID [--as-of TIME] [--format text|json] [--what-if] [--color WHEN] MODEL...
//	leadscore check [--schema FILE] [--strict] [--advice] [--format text|json] [--color WHEN] [FILE|DIR...]
//	leadscore test [--schema FILE] [-v] [--format text|json] [--color WHEN] FILE|DIR...
//	leadscore diff [--schema FILE] [--data DIR|FILE [--mapping FILE]] [--as-of TIME] [--format text|json] [--limit N] [--color WHEN] OLD NEW
//	leadscore fmt [-l] [-d] [-w] [--color WHEN] [FILE|DIR...]
//
// What is wrong with rules goes to standard error, in colour if that is a
// terminal; with check --format json it goes to standard output, an object a line.
//
// Exit status 0 means that all went well; 1 that the rules or the data are
// wrong, that a test failed, or that a lead could not be scored; 2 that the
// command line is wrong.
// What check warns of is not wrong, unless --strict says so.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
)

// Exit statuses.
const (
	statusOK    = 0
	statusWrong = 1 // the rules or the data are wrong, or a lead failed
	statusUsage = 2 // the command line is wrong
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := run(ctx, streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(status)
}

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// A command is one word behind leadscore.
type command struct {
	name  string
	usage string // what follows the name
	about string
	run   func(ctx context.Context, s streams, args []string) error
}

func commands() []command {
	return []command{
		{"score", "[--schema FILE] --data DIR|FILE [--mapping FILE] [--as-of TIME]\n                  [--format table|json|csv] [--explain] [--skip-bad] [--color WHEN] MODEL...", "score the leads of a folder or file of CRM data", runScore},
		{"explain", "[--schema FILE] --data DIR|FILE [--mapping FILE] --lead ID [--as-of TIME]\n                    [--format text|json] [--what-if] [--color WHEN] MODEL...", "say why a lead has its score, and what would make it sales ready", runExplain},
		{"check", "[--schema FILE] [--strict] [--advice] [--format text|json]\n                  [--color WHEN] [FILE|DIR...]", "report what is wrong with rule files, or odd about them", runCheck},
		{"test", "[--schema FILE] [-v] [--format text|json] [--color WHEN] FILE|DIR...", "run the tests that stand in rule files", runTest},
		{"diff", "[--schema FILE] [--data DIR|FILE [--mapping FILE]] [--as-of TIME]\n                 [--format text|json] [--limit N] [--color WHEN] OLD NEW", "say how two versions of rules differ, and what that does to leads", runDiff},
		{"fmt", "[-l] [-d] [-w] [--color WHEN] [FILE|DIR...]", "write rule files in their canonical form", runFmt},
	}
}

func commandCalled(name string) (command, bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

// usageError is a mistake on the command line.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func badUsage(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// errSilent says that what went wrong has been told already.
var errSilent = errors.New("told already")

// run runs a command line and returns its exit status.
func run(ctx context.Context, s streams, args []string) int {
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	switch name {
	case "":
		usage(s.err)
		return statusUsage
	case "help", "-h", "-help", "--help":
		if len(args) < 2 {
			usage(s.out)
			return statusOK
		}
		name, args = args[1], []string{args[1], "-h"}
	}
	c, ok := commandCalled(name)
	if !ok {
		fmt.Fprintf(s.err, "leadscore: there is no command %s\n\n", name)
		usage(s.err)
		return statusUsage
	}
	err := c.run(ctx, s, args[1:])
	bad, isUsage := errors.AsType[*usageError](err)
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return statusOK
	case isUsage:
		fmt.Fprintf(s.err, "leadscore %s: %s\nusage: leadscore %s %s\n", name, bad.message, name, c.usage)
		return statusUsage
	case errors.Is(err, errSilent):
	case ctx.Err() != nil:
		fmt.Fprintf(s.err, "leadscore %s: interrupted\n", name)
	default:
		fmt.Fprintf(s.err, "leadscore %s: %v\n", name, err)
	}
	return statusWrong
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "leadscore scores leads by rules that marketing and sales agree on.\n\nUsage:")
	for _, c := range commands() {
		fmt.Fprintf(w, "\n  leadscore %s %s\n      %s\n", c.name, c.usage, c.about)
	}
	fmt.Fprintln(w, "\nleadscore COMMAND -h tells more of one command.")
}

// newFlags returns the flags of a command.
func newFlags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	return f
}

// printHelp prints what a command is for and its flags.
func printHelp(w io.Writer, f *flag.FlagSet) {
	c, _ := commandCalled(f.Name())
	fmt.Fprintf(w, "usage: leadscore %s %s\n\n%s\n\n", c.name, c.usage, c.about)
	f.SetOutput(w)
	f.PrintDefaults()
}

// parseFlags parses flags that may stand before, between and behind the
// operands, which it returns. Behind -- everything is an operand. Asked for
// help, it prints it and returns [flag.ErrHelp].
func parseFlags(s streams, f *flag.FlagSet, args []string) ([]string, error) {
	var tail []string
	if at := slices.Index(args, "--"); at >= 0 {
		args, tail = args[:at], args[at+1:]
	}
	var operands []string
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				printHelp(s.out, f)
				return nil, err
			}
			return nil, badUsage("%s", flagMessage(err))
		}
		if f.NArg() == 0 {
			return append(operands, tail...), nil
		}
		operands = append(operands, f.Arg(0))
		args = f.Args()[1:]
	}
}

// flagMessage says in our words what package flag says in its own.
func flagMessage(err error) string {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		return "there is no flag --" + name
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return "--" + name + " needs a value"
	}
	return text
}

// readRules reads rule files, and those in folders. A name that stands twice is
// read once.
func readRules(names []string) ([]leadscore.File, error) {
	names, err := ruleFiles(names)
	if err != nil {
		return nil, err
	}
	var files []leadscore.File
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, leadscore.File{Name: name, Text: string(text)})
	}
	return files, nil
}

// readSchema reads the schema of a file, or returns the standard one for "".
func readSchema(name string) (*leadscore.Schema, error) {
	if name == "" {
		return leadscore.StandardSchema(), nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	schema, err := leadscore.ParseSchema(name, string(text), nil)
	if diags, ok := errors.AsType[leadscore.Diagnostics](err); ok {
		for i := range diags {
			if diags[i].Code == check.CodeMissing {
				diags[i].Help = "--schema takes the place of the standard schema; to add to that, put the blocks into a rule file"
			}
		}
	}
	return schema, err
}

func runCheck(_ context.Context, s streams, args []string) error {
	f := newFlags("check")
	schemaFile := f.String("schema", "", "check against the schema in `FILE` instead of the standard schema")
	strict := f.Bool("strict", false, "let warnings fail, too")
	advice := f.Bool("advice", false, "give advice, too: on what is unusual and may be meant")
	format := f.String("format", "text", "report as `FORMAT`: text, on standard error, or json, one object a line on standard output")
	color := colorFlag(f)
	names, err := parseFlags(s, f, args)
	if err != nil {
		return err
	}
	tell, err := newTeller(s, *color)
	switch {
	case err != nil:
		return err
	case *format != "text" && *format != "json":
		return badUsage("--format %q is none of text and json", *format)
	case len(names) == 0 && *schemaFile == "":
		return badUsage("no rule file is named")
	}
	found, err := findingsIn(*schemaFile, names)
	if err == nil {
		return tell.findings(s.out, *format, found, *strict, *advice)
	}
	if *format == "json" {
		return toldJSON(s.out, err)
	}
	return tell.told(err)
}

// compileFiles compiles rule files against the schema of a file, or against the
// standard schema.
func compileFiles(schemaFile string, names []string) (*leadscore.Set, error) {
	schema, files, err := readFiles(schemaFile, names)
	if err != nil {
		return nil, err
	}
	return leadscore.CompileSet(schema, files)
}

// readFiles reads a schema file and rule files.
func readFiles(schemaFile string, names []string) (*leadscore.Schema, []leadscore.File, error) {
	schema, err := readSchema(schemaFile)
	if err != nil {
		return nil, nil, err
	}
	files, err := readRules(names)
	return schema, files, err
}
