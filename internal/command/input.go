package command

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/internal/regular"
	"github.com/leadscore/leadscore/internal/zones"
	"github.com/leadscore/leadscore/source/tables"
)

// A ruleInput is the flags of commands that compile rules.
type ruleInput struct {
	inv    *invocation
	schema *string
	parsed *leadscore.Schema // of --schema; nil until it is read
}

// ruleFlags defines the flags of a ruleInput.
func (inv *invocation) ruleFlags() *ruleInput {
	return &ruleInput{
		inv:    inv,
		schema: inv.flags.String("schema", "", "use the schema in `FILE` instead of the standard schema"),
	}
}

// read reads the schema and the rule files of a set.
func (in *ruleInput) read(ctx context.Context, files []string) (*leadscore.Schema, []leadscore.File, error) {
	if in.parsed == nil {
		schema, err := in.readSchema(ctx)
		if err != nil {
			return nil, nil, err
		}
		in.parsed = schema
	}
	texts, err := in.inv.readRules(ctx, files)
	return in.parsed, texts, err
}

// compile reads and compiles the rule files of a set.
func (in *ruleInput) compile(ctx context.Context, files []string) (*leadscore.Set, error) {
	schema, texts, err := in.read(ctx, files)
	if err != nil {
		return nil, err
	}
	return compileSet(ctx, schema, texts)
}

// compileOne compiles the rule files of operands, which must be one set.
func (in *ruleInput) compileOne(ctx context.Context, operands []string) (*leadscore.Set, error) {
	sets, err := findRules(ctx, operands)
	if err != nil {
		return nil, err
	}
	files, err := sets.one()
	if err != nil {
		return nil, err
	}
	return in.compile(ctx, files)
}

// compileSet compiles files. It fails as soon as ctx is done.
func compileSet(ctx context.Context, schema *leadscore.Schema, files []leadscore.File) (*leadscore.Set, error) {
	return await(ctx, func() (*leadscore.Set, error) { return leadscore.CompileSet(schema, files) })
}

// compileModels is like compileOne, but fails if there is no model.
func (in *ruleInput) compileModels(ctx context.Context, names ...string) (*leadscore.Set, error) {
	set, err := in.compileOne(ctx, names)
	if err == nil && len(set.Models()) == 0 {
		return nil, fmt.Errorf("there is no model in %s", strings.Join(names, ", "))
	}
	return set, err
}

// readSchema reads the schema of --schema, or returns the standard schema.
func (in *ruleInput) readSchema(ctx context.Context) (*leadscore.Schema, error) {
	if *in.schema == "" {
		return leadscore.StandardSchema(), nil
	}
	file, err := in.inv.readText(ctx, *in.schema)
	if err != nil {
		return nil, err
	}
	schema, err := await(ctx, func() (*leadscore.Schema, error) { return leadscore.ParseSchema(file.Name, file.Text, nil) })
	if diags, ok := errors.AsType[leadscore.Diagnostics](err); ok {
		for i := range diags {
			if diags[i].Code == check.CodeMissing {
				diags[i].Help = "--schema replaces the standard schema; to add to that, put the blocks into a rule file"
			}
		}
	}
	return schema, err
}

// A dataInput is the flags of commands that score leads.
type dataInput struct {
	name, mapping, asOfText *string
	zoneName                *string
	skipBad, strict         *bool
	now                     time.Time // when the command began
	zone                    *time.Location
	asOf                    time.Time // of --as-of, once resolve has been called
	reported                string    // what load printed last
}

// dataFlags defines the flags of a dataInput.
func (inv *invocation) dataFlags() *dataInput {
	in := &dataInput{
		name:     inv.flags.String("data", "", "read CRM data from `DIR|FILE`. A folder contains <Entity>.csv or <Entity>.ndjson for each entity, compressed (.gz) or not. A .json file maps the names of entities to lists of records. With --mapping, the mapping names the files of the folder"),
		mapping:  inv.flags.String("mapping", "", "read the data through the mapping in `FILE`, which assigns files to entities and columns to fields"),
		skipBad:  inv.flags.Bool("skip-bad", false, "skip records with bad values and report them, instead of failing"),
		strict:   inv.flags.Bool("strict", false, "fail if there are warnings, about the data or, with check, about the rules"),
		asOfText: inv.flags.String("as-of", "", "score as of `TIME`: 2026-05-31T09:30:00Z, or 2026-05-31T09:30, or 2026-05-31, which is the start of that day (default now)"),
		zoneName: inv.flags.String("zone", "", "days without a time of day, in --as-of and in the data, are those of the time zone `NAME`, such as Europe/Berlin (default the time zone that all models share, or else UTC)"),
		now:      time.Now(),
	}
	inv.checks = append(inv.checks, func() (err error) {
		in.zone, err = parseZone(*in.zoneName)
		if err == nil {
			_, err = in.parseAsOf(time.UTC)
		}
		return err
	})
	return in
}

// resolve sets the zone of days, unless --zone does, and as of, for the models that
// the data is scored by.
func (in *dataInput) resolve(sets ...*leadscore.Set) {
	for i, set := range sets {
		if *in.zoneName != "" {
			break
		}
		zone, ok := set.Zone()
		if !ok || i > 0 && zone.String() != in.zone.String() {
			in.zone = time.UTC
			break
		}
		in.zone = zone
	}
	in.asOf, _ = in.parseAsOf(in.zone) // it has been parsed before
}

// parseZone returns the time zone called name, or UTC for "".
func parseZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	zone := zones.Location(name)
	if zone == nil {
		return nil, badUsage("--zone %q is not a time zone%v", name, zones.Suggest(name))
	}
	return zone, nil
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
	case *in.zoneName != "":
		return false, badUsage("--zone needs --data")
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
func (in *dataInput) load(ctx context.Context, p *progress, schema *leadscore.Schema) (*tables.Data, error) {
	p.say("loading the data")
	opts := tables.Options{SkipBad: *in.skipBad, Zone: in.zone}
	if *in.mapping != "" {
		text, err := regular.Read(*in.mapping, maxMapping)
		if err != nil {
			return nil, err
		}
		if opts.Mapping, err = tables.ReadMapping(*in.mapping, []byte(text)); err != nil {
			return nil, err
		}
	}
	data, err := tables.Load(ctx, *in.name, schema, opts)
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

// parseAsOf parses the value of --as-of: a day and a local time are those of a zone.
// It returns the current time for "".
func (in *dataInput) parseAsOf(zone *time.Location) (time.Time, error) {
	text := *in.asOfText
	if text == "" {
		return in.now, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		w := calendar.WallOf(t.UnixMicro(), time.UTC)
		if layout == time.DateOnly {
			return time.UnixMicro(calendar.DayStart(w.Day, zone)), nil
		}
		return time.UnixMicro(calendar.Instant(w, zone)), nil
	}
	return time.Time{}, badUsage("--as-of %q is not a time; write 2026-05-31, 2026-05-31T09:30 or 2026-05-31T09:30:00Z", text)
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
