package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/source/tables"
)

// A ruleInput is the flags of commands that compile rules.
type ruleInput struct {
	schema *string
	parsed *leadscore.Schema // of --schema; nil until it is read
}

// ruleFlags defines the flags of a ruleInput.
func (inv *invocation) ruleFlags() *ruleInput {
	return &ruleInput{
		schema: inv.flags.String("schema", "", "use the schema in `FILE` instead of the standard schema"),
	}
}

// read reads the schema and rule files.
func (in *ruleInput) read(names ...string) (*leadscore.Schema, []leadscore.File, error) {
	if in.parsed == nil {
		schema, err := readSchema(*in.schema)
		if err != nil {
			return nil, nil, err
		}
		in.parsed = schema
	}
	files, err := readRules(names)
	return in.parsed, files, err
}

// compile reads and compiles rule files.
func (in *ruleInput) compile(names ...string) (*leadscore.Set, error) {
	schema, files, err := in.read(names...)
	if err != nil {
		return nil, err
	}
	return leadscore.CompileSet(schema, files)
}

// compileModels is like compile, but fails if there is no model.
func (in *ruleInput) compileModels(names ...string) (*leadscore.Set, error) {
	set, err := in.compile(names...)
	if err == nil && len(set.Models()) == 0 {
		return nil, fmt.Errorf("there is no model in %s", strings.Join(names, ", "))
	}
	return set, err
}

// readSchema reads the schema in a file, or returns the standard schema for "".
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
				diags[i].Help = "--schema replaces the standard schema; to add to that, put the blocks into a rule file"
			}
		}
	}
	return schema, err
}

// readRules reads rule files and the rule files in folders. It reads a file that is
// named twice only once.
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

// ruleFiles replaces folders by the .score files in them. If it fails, it returns
// the files that it has found.
func ruleFiles(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return files, err
		}
		if !info.IsDir() {
			files = append(files, name)
			continue
		}
		err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() && filepath.Ext(path) == ".score" {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return files, err
		}
	}
	return files, nil
}

// A dataInput is the flags of commands that score leads.
type dataInput struct {
	name, mapping, asOfText *string
	skipBad, strict         *bool
	asOf                    time.Time // of --as-of
	reported                string    // what load printed last
}

// dataFlags defines the flags of a dataInput.
func (inv *invocation) dataFlags() *dataInput {
	in := &dataInput{
		name:     inv.flags.String("data", "", "read CRM data from `DIR|FILE`. A folder contains <Entity>.csv or <Entity>.ndjson for each entity, compressed (.gz) or not. A .json file maps the names of entities to lists of records. With --mapping, the mapping names the files of the folder"),
		mapping:  inv.flags.String("mapping", "", "read the data through the mapping in `FILE`, which assigns files to entities and columns to fields"),
		skipBad:  inv.flags.Bool("skip-bad", false, "skip records with bad values and report them, instead of failing"),
		strict:   inv.flags.Bool("strict", false, "fail if there are warnings, about the data or, with check, about the rules"),
		asOfText: inv.flags.String("as-of", "", "score as of `TIME`, in RFC 3339 or as a date, which is that day's start in UTC (default now)"),
	}
	inv.checks = append(inv.checks, func() (err error) {
		in.asOf, err = parseAsOf(*in.asOfText)
		return err
	})
	return in
}

// given reports whether --data is set. It fails if it is not, but a flag that needs
// it is.
func (in *dataInput) given() (bool, error) {
	switch {
	case *in.name != "":
		return true, nil
	case *in.mapping != "":
		return false, badUsage("--mapping needs --data")
	case *in.skipBad:
		return false, badUsage("--skip-bad needs --data")
	case *in.asOfText != "":
		return false, badUsage("--as-of needs --data")
	}
	return false, nil
}

// required fails if --data is not set.
func (in *dataInput) required() error {
	if *in.name == "" {
		return badUsage("--data is required")
	}
	return nil
}

// load loads the data. It prints notes and skipped records, unless they are the
// same as for the last schema.
func (in *dataInput) load(p *progress, schema *leadscore.Schema) (*tables.Data, error) {
	p.say("loading the data")
	opts := tables.Options{SkipBad: *in.skipBad}
	if *in.mapping != "" {
		text, err := os.ReadFile(*in.mapping)
		if err != nil {
			return nil, err
		}
		if opts.Mapping, err = tables.ReadMapping(*in.mapping, text); err != nil {
			return nil, err
		}
	}
	data, err := tables.Load(*in.name, schema, opts)
	if err != nil {
		return nil, err
	}
	if text := notes(&data.Report) + skipped(&data.Report); text != in.reported {
		in.reported = text
		p.printf("%s", text)
	}
	return data, nil
}

// options returns the options for scoring the data. They have no limit for the
// records of a lead, as all records are in memory already.
func (in *dataInput) options() []leadscore.Option {
	return []leadscore.Option{leadscore.AsOf(in.asOf), leadscore.MaxRecords(math.MaxInt)}
}

// parseAsOf parses the value of --as-of. It returns the current time for "".
func parseAsOf(text string) (time.Time, error) {
	if text == "" {
		return time.Now(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, badUsage("--as-of %q is not a time; write 2026-05-31 or 2026-05-31T09:30:00Z", text)
}

// notes returns the notes of r, one per line.
func notes(r *tables.Report) string {
	var b strings.Builder
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}

// skipped returns lines that say which records were skipped, and why.
func skipped(r *tables.Report) string {
	var b strings.Builder
	if r.Problems.Len() > 0 { // these include rows of look-up files, which are not records
		fmt.Fprintf(&b, "%s\n", &r.Problems)
	}
	if r.Skipped() > 0 {
		counts := slices.Clone(r.Entities)
		counts = slices.DeleteFunc(counts, func(c tables.Count) bool { return c.Skipped == 0 })
		for i, c := range counts {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "skipped %d of %d %s records", c.Skipped, c.Skipped+c.Records, c.Entity)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
