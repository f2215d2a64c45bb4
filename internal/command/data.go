package command

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/internal/regular"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/internal/zones"
	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A dataInput is the flags of commands that score leads.
type dataInput struct {
	program                 *Program
	database                *string // nil if the program reads none
	name, mapping, asOfText *string
	zoneName                *string
	skipBad, strict         *bool
	now                     time.Time // when the command began
	zone                    *time.Location
	asOf                    time.Time       // of --as-of or --from, once resolve has been called
	asOfFlag                string          // as-of or from
	to                      *timeFlag       // --to, or nil
	until                   time.Time       // of --to, once end has been called; or the zero time
	reported                string          // what load printed last
	db                      Database        // of --database, or nil
	keyed                   *bool           // --keyed; nil if the program reads no databases
	maxRecords              *int            // --max-records; nil if the command or the program has no such flag
	scope                   scope           // of what load has loaded
	recent                  map[string]bool // by entity: whether load was for recent records alone
}

const (
	timeForms = "`TIME`: 2026-05-31T09:30:00Z, or 2026-05-31T09:30, or 2026-05-31, which is the start of that day"
	aboutAsOf = "score as of " + timeForms + " (default now)"
)

// dataFlags defines the flags of a dataInput.
func (inv *invocation) dataFlags() *dataInput { return inv.dataFlagsAsOf("as-of", aboutAsOf) }

// dataFlagsAsOf defines the flags of a dataInput whose instant has another flag.
func (inv *invocation) dataFlagsAsOf(asOf, about string) *dataInput {
	of := ""
	if inv.program.Open != nil {
		of = ". Of a database, it assigns tables to entities"
	}
	in := &dataInput{
		program:  inv.program,
		name:     inv.flags.String("data", "", "read CRM data from `DIR|FILE`. A folder contains <Entity>.csv or <Entity>.ndjson for each entity, compressed (.gz) or not. A .json file maps the names of entities to lists of records. With --mapping, the mapping names the files of the folder"),
		mapping:  inv.flags.String("mapping", "", "read the data through the mapping in `FILE`, which assigns files to entities and columns to fields"+of),
		skipBad:  inv.flags.Bool("skip-bad", false, "skip records with bad values and report them, instead of failing"),
		strict:   inv.flags.Bool("strict", false, "fail if there are warnings, about the data or, with check, about the rules"),
		asOfFlag: asOf,
		asOfText: inv.flags.String(asOf, "", about),
		zoneName: inv.flags.String("zone", "", "days without a time of day, in --"+asOf+" and in the data, are those of the time zone `NAME`, such as Europe/Berlin (default the time zone that all models share, or else UTC)"),
		now:      time.Now(),
	}
	if inv.program.Open != nil {
		in.database = inv.flags.String("database", "", "read CRM data from the database at `URL`, such as postgres://crm@localhost/crm or sqlite:crm.db, as of one state of it")
		in.keyed = inv.flags.Bool("keyed", false, "query the records of a database by their keys, for some leads at a time, instead of reading whole tables into memory. That is so anyway if only some leads are wanted")
	}
	inv.data = in
	inv.checks = append(inv.checks, func() (err error) {
		if err := in.openDatabase(); err != nil {
			return err
		}
		in.zone, err = parseZone(*in.zoneName)
		if err == nil {
			_, err = in.parseAsOf(time.UTC)
		}
		if err == nil && in.to != nil {
			_, _, err = in.to.parse(time.UTC)
		}
		return err
	})
	return in
}

// partFlag defines the flag that limits how many records of a database are in memory.
func (in *dataInput) partFlag(inv *invocation) {
	if in.database == nil {
		return
	}
	in.maxRecords = inv.flags.Int("max-records", maxRecords, "hold at most `N` records of a database in memory. If the tables have more, leads are scored in parts, in the order of their contacts where the database allows that")
	inv.checks = append(inv.checks, func() error {
		given := false
		inv.flags.Visit(func(f *flag.Flag) { given = given || f.Name == "max-records" })
		switch {
		case !given:
			return nil
		case *in.maxRecords < 1:
			return badUsage("--max-records must be 1 or more, not %d", *in.maxRecords)
		case *in.database == "":
			return badUsage("--max-records needs --database")
		case *in.keyed:
			return badUsage("choose one of --keyed and --max-records: records that are queried by their keys are not kept")
		}
		return nil
	})
}

// maxRecords is how many records of a database are held in memory if --max-records does
// not say it.
const maxRecords = 20_000_000

// resolve sets the zone of days, unless --zone does, and as of, for the models that
// the data is scored by.
func (in *dataInput) resolve(sets ...*leadscore.Set) {
	if *in.zoneName == "" {
		in.zone = answer.ZoneOf(sets...)
	}
	in.asOf, _ = in.parseAsOf(in.zone) // it has been parsed before
}

// parseAsOf parses the value of --as-of or --from, in a zone. It returns the current time
// for "".
func (in *dataInput) parseAsOf(zone *time.Location) (time.Time, error) {
	t, given, err := (&timeFlag{in.asOfFlag, in.asOfText}).parse(zone)
	if !given {
		t = in.now
	}
	return t, err
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

// openDatabase opens the database of --database, if that is set.
func (in *dataInput) openDatabase() error {
	switch {
	case in.database == nil:
		return nil
	case *in.database == "" && *in.keyed:
		return badUsage("--keyed needs --database")
	case *in.database == "":
		return nil
	case *in.name != "":
		return badUsage("choose one of --data and --database")
	}
	db, err := in.program.Open(*in.database)
	if err != nil {
		return badUsage("--database: %v", err)
	}
	in.db = db
	return nil
}

// shown returns what messages call the data.
func (in *dataInput) shown() string {
	if in.db != nil {
		return in.db.Name()
	}
	return shown.Printable(*in.name)
}

// flagNames returns the flags that name data.
func (in *dataInput) flagNames() string {
	if in.database != nil {
		return "--data or --database"
	}
	return "--data"
}

// needed fails if a flag is set that needs data.
func (in *dataInput) needed(name string, set bool) error {
	if !set {
		return nil
	}
	return badUsage("%s needs %s", name, in.flagNames())
}

// given reports whether a flag names data. It fails if none does, but a flag that
// needs it is set.
func (in *dataInput) given() (bool, error) {
	if *in.name != "" || in.db != nil {
		return true, nil
	}
	return false, cmp.Or(in.needed("--mapping", *in.mapping != ""), in.needed("--skip-bad", *in.skipBad),
		in.needed("--"+in.asOfFlag, *in.asOfText != ""), in.needed("--zone", *in.zoneName != ""))
}

// required fails if no flag names data.
func (in *dataInput) required() error {
	if *in.name == "" && in.db == nil {
		return badUsage("%s is required", in.flagNames())
	}
	return nil
}

// A scope is what a command wants of the data.
type scope int

const (
	someLeads  scope = iota // what some leads need
	allScores               // what the scores of all leads depend on
	everything              // all records of what the rules ask for, of any date
)

// load loads the data for sets that share a schema, or connects to the database. Of
// files it loads everything. If more is set, load will be called again for sets with
// another schema.
func (in *dataInput) load(ctx context.Context, p *progress, wanted scope, more bool, sets ...*leadscore.Set) (Records, error) {
	in.scope = wanted
	var mapping *leadscore.File
	if *in.mapping != "" {
		text, err := regular.Read(*in.mapping, maxMapping)
		if err != nil {
			return nil, err
		}
		mapping = &leadscore.File{Name: *in.mapping, Text: text}
	}
	schema := sets[0].Schema()
	if in.db == nil {
		p.say("loading the data")
		return in.loadFiles(ctx, p, schema, mapping)
	}
	p.say("connecting to the database")
	r := Request{Schema: schema, Mapping: mapping, Zone: in.zone, SkipBad: *in.skipBad, Keyed: wanted == someLeads || *in.keyed, More: more, Progress: p.say}
	if in.maxRecords != nil {
		r.MaxRecords = *in.maxRecords
	}
	in.recent = map[string]bool{}
	for _, set := range sets {
		for _, q := range set.Queries(in.asOf) {
			if wanted != allScores {
				q.From = time.Time{}
			}
			before, asked := in.recent[q.Entity]
			in.recent[q.Entity] = !q.From.IsZero() && (before || !asked)
			r.Queries = append(r.Queries, q)
		}
	}
	return in.db.Records(ctx, r)
}

// loadFiles loads the files of --data. It prints notes and skipped records, unless they
// are the same as for the last schema.
func (in *dataInput) loadFiles(ctx context.Context, p *progress, schema *leadscore.Schema, mapping *leadscore.File) (Records, error) {
	opts := tables.Options{SkipBad: *in.skipBad, Zone: in.zone}
	if mapping != nil {
		m, err := tables.ReadMapping(mapping.Name, []byte(mapping.Text))
		if err != nil {
			return nil, err
		}
		opts.Mapping = m
	}
	data, err := tables.Load(ctx, *in.name, schema, opts)
	if err != nil {
		return nil, err
	}
	if text := answer.Notes(&data.Report); text != in.reported {
		in.reported = text
		p.printf("%s", text)
	}
	return data, nil
}

// inMemory reports whether records are in memory.
func inMemory(r Records) bool {
	lender, ok := r.(columns.Lender)
	return ok && lender.Lend(r) != nil
}

// partsOf yields the leads of a selection with the source to score them from: all leads
// and all records, unless the records are parted.
func partsOf(ctx context.Context, data Records, selected *selection) iter.Seq2[leadsFrom, error] {
	return func(yield func(leadsFrom, error) bool) {
		parted, ok := data.(Parted)
		if !ok {
			yield(leadsFrom{selected.ids(data.Leads(ctx)), data}, nil)
			return
		}
		for part, err := range parted.Parts(ctx) {
			if !yield(leadsFrom{leadscore.IDs(part.Leads...), part.Source}, err) || err != nil {
				return
			}
		}
	}
}

// A leadsFrom is leads, and the source to score them from.
type leadsFrom struct {
	ids    iter.Seq2[string, error]
	source leadscore.Source
}

// leadsIn returns how many leads there are, or 0 if that is not known.
func leadsIn(r Records) int {
	if counted, ok := r.(interface{ Len(entity string) int }); ok {
		return counted.Len(traverse.Lead)
	}
	return 0
}

// done returns how far a command has come: it has done something with some leads.
func done(what string, leads, all int) string {
	if all == 0 {
		return fmt.Sprintf("%s %d leads", what, leads)
	}
	return fmt.Sprintf("%s %d of %d leads", what, leads, all)
}

// options returns the options for scoring records. What is in memory already has no
// limit for the records of a lead.
func (in *dataInput) options(data Records) []leadscore.Option {
	opts := []leadscore.Option{leadscore.AsOf(in.asOf)}
	if _, parted := data.(Parted); parted || inMemory(data) {
		opts = append(opts, leadscore.MaxRecords(math.MaxInt))
	}
	return opts
}

// closeData reports which rows of a database were skipped, and closes it, if the
// command has opened one.
func (inv *invocation) closeData() {
	if inv.data == nil || inv.data.db == nil {
		return
	}
	fmt.Fprint(inv.err, inv.data.db.Skipped())
	inv.data.db.Close()
}
