package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/internal/regular"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// dialects are the databases that statements are written for, by the values of --dialect.
var dialects = map[string]func() *pushdown.Dialect{"postgresql": pushdown.PostgreSQL, "duckdb": pushdown.DuckDB, "sqlite": pushdown.SQLite, "clickhouse": pushdown.ClickHouse}

// statements returns the command that prints models as SQL, and runs them in a database.
func (p *Program) statements() command {
	c := command{
		name:  "sql",
		usage: "[--schema FILE] [--dialect postgresql|duckdb|sqlite|clickhouse]\n[--since TIME] [--as-of TIME|--parameters] [--mapping FILE] [--zone NAME]\n[--explain] [--into TABLE] [--audit] [--format text|json] [--color WHEN] FILE|DIR...",
		more:  rulesHelp + " The command works with one set, and fails if there are several.",
		about: "print the models as one SQL statement, which a database scores its leads by",
		run:   runSQL,
	}
	if p.Open != nil {
		c.usage = "[--schema FILE] [--dialect postgresql|duckdb|sqlite|clickhouse|--database URL [--run]]\n[--since TIME] [--as-of TIME|--parameters] [--mapping FILE] [--zone NAME]\n" +
			"[--lead ID]... [--model NAME]... [--grade NAME]... [--label NAME]... [--ready]\n[--sort data|score|lead] [--top N]\n[--explain] [--into TABLE] [--audit] [--format " +
			strings.Join(p.statementFormats(), "|") + "] [-o FILE] [--color WHEN] FILE|DIR..."
		c.about = "print the models as one SQL statement, which a database scores its leads by, or run it there"
	}
	return c
}

// statementFormats returns the formats of the command sql.
func (p *Program) statementFormats() []string {
	if p.Open == nil {
		return []string{"text", "json"}
	}
	return slices.Concat([]string{"text"}, p.formats())
}

// A statementInput is the flags of the command sql.
type statementInput struct {
	inv                        *invocation
	rules                      *ruleInput
	dialect, mapping, zoneName *string
	into                       *string // perhaps with a schema before the table
	asOf, since                *timeFlag
	parameters, explained      *bool
	audits                     *bool     // --audit
	now                        time.Time // when the command began

	// Of a program that reads databases; otherwise they are as if not given.
	database, output *string
	run              *bool
	selected         *selection
	db               Database // of --database, or nil
}

// A pushed is a statement, and where it runs.
type pushed struct {
	*pushdown.Statement
	dialect *pushdown.Dialect
	mapping pushdown.Mapping
	runs    *Pushdown // nil without --database
	asOf    time.Time

	// Of --since.
	finds   bool // it is given
	changed *pushdown.Changed
	since   time.Time
}

func (inv *invocation) statementFlags() *statementInput {
	in := &statementInput{inv: inv, rules: inv.ruleFlags(), database: new(string), output: new(string), run: new(bool), selected: &selection{}, now: time.Now()}
	in.dialect = inv.choice("dialect", "postgresql", "write the statement for the database `NAME`: postgresql, duckdb, sqlite or clickhouse", "duckdb", "sqlite", "clickhouse")
	in.asOf = &timeFlag{"as-of", inv.flags.String("as-of", "", aboutAsOf+". It is part of the statement")}
	in.since = &timeFlag{"since", inv.flags.String("since", "", "only leads whose results may differ from those as of `TIME`, by time alone and by interactions since then: print the statement that finds them, or with --run print their results")}
	in.parameters = inv.flags.Bool("parameters", false, "leave as of open: print the statement with parameters, whose values package pushdown works out")
	in.mapping = inv.flags.String("mapping", "", "find tables and columns by the mapping in `FILE`, as --database does. Those that it does not name are called as in the schema")
	in.zoneName = inv.flags.String("zone", "", "days without a time of day, in --as-of and in the data, are those of the time zone `NAME`, such as Europe/Berlin (default the time zone that all models share, or else UTC)")
	in.explained = inv.flags.Bool("explain", false, "add a column with what each condition has counted and contributed, without lists of records")
	in.into = inv.flags.String("into", "", "print a script that puts the results into the table `TABLE`, or SCHEMA.TABLE, in the place of an older one, in one transaction")
	in.audits = inv.flags.Bool("audit", false, "print statements that look for what the engine refuses in the tables and a statement does not notice, such as ids of several rows; with --run print what they find")
	about := "print the statement as `FORMAT`: text or json"
	if inv.program.Open != nil {
		in.database = inv.flags.String("database", "", "take tables, columns and their types from the database at `URL`, such as postgres://crm@localhost/crm or sqlite:crm.db, and write the statement for it")
		in.run = inv.flags.Bool("run", false, "run the statement in the database, and print the results, in the order in which it returns them")
		in.selected = inv.selectionFlags()
		in.output = inv.outputFlag()
		about = "print the statement as `FORMAT`: text or json; with --run, print results as " + strings.Join(inv.program.formats(), ", ") + ", where text is a table"
	}
	formats := inv.program.statementFormats()
	inv.formatFlag(formats[0], about, formats[1:]...)
	inv.checks = append(inv.checks, in.check)
	return in
}

// check fails if flags do not go together. It opens the database.
func (in *statementInput) check() error {
	given := map[string]bool{}
	in.inv.flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if *in.database != "" {
		db, err := in.inv.program.Open(*in.database)
		if err != nil {
			return badUsage("--database: %v", err)
		}
		in.db = db
		in.inv.data = &dataInput{db: db} // so that it is closed
	}
	switch {
	case *in.parameters && *in.asOf.text != "":
		return badUsage("choose one of --as-of and --parameters")
	case *in.parameters && dialects[*in.dialect]().Parameter == nil:
		return badUsage("%s has no parameters: leave out --parameters", dialects[*in.dialect]().Name)
	case *in.database != "" && given["dialect"]:
		return badUsage("choose one of --dialect and --database: the URL says which database it is")
	case *in.run && *in.database == "":
		return badUsage("--run needs --database")
	case *in.parameters && (*in.run || len(in.selected.leads) > 0):
		return badUsage("--parameters is for a statement that is printed for all leads")
	case *in.into != "" && (*in.run || *in.parameters):
		return badUsage("--into prints a script as of an instant: leave out --run and --parameters")
	case *in.since.text != "" && (len(in.selected.leads) > 0 || *in.into != "" || *in.explained && !*in.run):
		return badUsage("--since finds leads: leave out --lead, --into and, without --run, --explain")
	case *in.audits && (*in.parameters || *in.explained || *in.into != "" || *in.since.text != "" || *in.asOf.text != "" || len(in.selected.leads) > 0 || given["o"]):
		return badUsage("--audit is about all rows: leave out the flags for results")
	case *in.audits && *in.inv.format != "text" && *in.inv.format != "json":
		return badUsage("--audit prints text or json, not %s", *in.inv.format)
	case !*in.run && *in.inv.format != "text" && *in.inv.format != "json":
		return badUsage("--format %s needs --run: a statement is printed as text or json", *in.inv.format)
	}
	if *in.run && *in.explained && in.inv.program.Formats[*in.inv.format] != nil {
		return badUsage("--format %s has no explanations; choose json or csv for them", *in.inv.format)
	}
	for _, name := range []string{"grade", "label", "ready", "sort", "top", "o"} {
		if given[name] && !*in.run {
			return badUsage("%s needs --run", strings.Repeat("-", min(len(name), 2))+name)
		}
	}
	_, _, err := in.table()
	if err == nil {
		_, err = parseZone(*in.zoneName)
	}
	if err == nil {
		_, _, err = in.asOf.parse(time.UTC)
	}
	if err == nil {
		_, _, err = in.since.parse(time.UTC)
	}
	return err
}

func runSQL(ctx context.Context, inv *invocation) error {
	in := inv.statementFlags()
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return badUsage("name at least one rule file or folder")
	}
	set, err := in.rules.compileModels(ctx, names...)
	if err != nil {
		return inv.report(err)
	}
	if set, err = in.selected.of(set); err != nil {
		return err
	}
	p := startProgress(inv.streams)
	defer p.stop()
	s, err := in.target(ctx, p, set)
	if err != nil {
		return err
	}
	if *in.audits {
		return in.audit(ctx, p, set, s)
	}
	if err := in.statement(p, set, s); err != nil {
		return err
	}
	if *in.run {
		return inv.into(*in.output, func(inv *invocation) error { return in.results(ctx, inv, p, set, s) })
	}
	return in.print(s)
}

// target returns what a statement is made for: a database with its tables, and instants.
func (in *statementInput) target(ctx context.Context, p *progress, set *leadscore.Set) (*pushed, error) {
	zone, shared := set.Zone()
	if *in.zoneName != "" || !shared {
		zone, _ = parseZone(*in.zoneName) // it has been parsed before
	}
	s := &pushed{asOf: in.now, dialect: dialects[*in.dialect]()}
	if at, given, err := in.asOf.parse(zone); err != nil {
		return nil, err
	} else if given {
		s.asOf = at
	}
	var err error
	if s.since, s.finds, err = in.since.parse(zone); err != nil {
		return nil, err
	} else if s.finds && !*in.parameters && !s.since.Before(s.asOf) {
		return nil, fmt.Errorf("--since is not before --as-of, which is %s", s.asOf.Format(time.RFC3339))
	}
	s.mapping.Zone = zone
	file, err := in.mappingFile()
	switch {
	case err != nil:
		return nil, err
	case in.db != nil && set.Schema() != nil: // without one schema, the set is refused
		if s.runs, err = in.pushdown(ctx, p, set, file, zone); err != nil {
			return nil, err
		}
		s.dialect, s.mapping = s.runs.Dialect, s.runs.Mapping
	case file != nil:
		named, err := sqldb.ReadMapping(file.Name, []byte(file.Text))
		if err != nil {
			return nil, errors.New(strings.ReplaceAll(err.Error(), "sqldb: ", ""))
		}
		if s.mapping.Tables, err = exactTables(named, set.Schema().Entity); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// statement makes the statement of a set.
func (in *statementInput) statement(p *progress, set *leadscore.Set, s *pushed) (err error) {
	var opts []pushdown.Option
	if len(in.selected.leads) > 0 || s.finds {
		opts = append(opts, pushdown.ForLeads())
	}
	if *in.explained {
		opts = append(opts, pushdown.Explain())
	}
	if s.finds {
		s.changed, err = pushdown.NewChanged(set, s.dialect, s.mapping)
	}
	if err == nil {
		s.Statement, err = pushdown.New(set, s.dialect, s.mapping, opts...)
	}
	if refusals, ok := errors.AsType[pushdown.Refusals](err); ok {
		p.stop()
		return in.inv.refused(refusals)
	}
	return err
}

// mappingFile returns the file of --mapping, or nil.
func (in *statementInput) mappingFile() (*leadscore.File, error) {
	if *in.mapping == "" {
		return nil, nil
	}
	text, err := regular.Read(*in.mapping, maxMapping)
	if err != nil {
		return nil, err
	}
	return &leadscore.File{Name: *in.mapping, Text: text}, nil
}

// pushdown returns where statements for a set run.
func (in *statementInput) pushdown(ctx context.Context, p *progress, set *leadscore.Set, mapping *leadscore.File, zone *time.Location) (*Pushdown, error) {
	runner, ok := in.db.(Runner)
	if !ok {
		return nil, fmt.Errorf("%s runs no statements; choose --dialect to print one for another database", in.db.Name())
	}
	p.say("connecting to the database")
	r := Request{Schema: set.Schema(), Mapping: mapping, Zone: zone, Progress: p.say}
	for _, n := range set.Needs() {
		r.Queries = append(r.Queries, traverse.Query{Need: n})
	}
	return runner.Pushdown(ctx, r)
}

// refused reports what cannot be lowered, and returns the error of the command.
func (inv *invocation) refused(refusals pushdown.Refusals) error {
	for _, r := range refusals {
		if inv.json == nil {
			fmt.Fprintln(inv.err, r)
		} else if err := inv.json.Line(answer.KeyRefusal, answer.Refusal(r)); err != nil {
			return err
		}
	}
	return errors.New("the models cannot be one statement with equal scores, for the reasons above")
}

// text returns the statement, or the script of --into.
func (in *statementInput) text(s *pushed) (string, error) {
	switch {
	case s.changed != nil && *in.parameters:
		return s.changed.Text(), nil
	case s.changed != nil:
		return s.changed.Literal(s.since, s.asOf)
	case *in.parameters:
		return s.Text(), nil
	case *in.into == "":
		return s.Literal(s.asOf, in.selected.leads...)
	}
	schema, table, err := in.table()
	if err != nil {
		return "", err
	}
	script, err := s.Into(schema, table, s.asOf, in.selected.leads...)
	if err != nil {
		return "", errors.New(strings.TrimPrefix(err.Error(), "pushdown: "))
	}
	return "BEGIN;\n" + strings.Join(script, ";\n") + ";\nCOMMIT", nil
}

// table returns the schema and the table of --into, which are empty without it.
func (in *statementInput) table() (schema, table string, err error) {
	given := false
	in.inv.flags.Visit(func(f *flag.Flag) { given = given || f.Name == "into" })
	if !given {
		return "", "", nil
	}
	schema, table, cut := strings.Cut(*in.into, ".")
	if !cut {
		schema, table = "", schema
	}
	if table == "" || cut && schema == "" || strings.Contains(table, ".") {
		return "", "", badUsage("--into %q is not the name of a table; want TABLE or SCHEMA.TABLE", *in.into)
	}
	return schema, table, nil
}

// print prints the statement.
func (in *statementInput) print(s *pushed) error {
	text, err := in.text(s)
	if err != nil {
		return err
	}
	if in.inv.json != nil {
		out := answer.Statement{Dialect: s.dialect.Name, Text: text, Columns: s.Columns()}
		if s.changed != nil {
			out.Columns = s.Columns()[:1]
		}
		if !*in.parameters {
			out.AsOf = s.asOf.UTC().Truncate(time.Microsecond)
		}
		return in.inv.json.Line(answer.KeyStatement, out)
	}
	if *in.into != "" && s.dialect.Name == "SQLite" { // whose shell goes on after an error, and would drop the old table
		text = ".bail on\n" + text
	}
	_, err = fmt.Fprintf(in.inv.out, "%s;\n", strings.TrimRight(text, "\n"))
	return err
}
