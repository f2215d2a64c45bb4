package leadscore

import (
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval"
)

// A CompileOption changes how [Compile], [CompileSet], [CompileFS] and
// [ParseSchema] read rules. [Limits] returns one. The zero CompileOption changes nothing.
type CompileOption struct {
	kind   compileOptionKind
	limits dsl.Limits
}

type compileOptionKind uint8

const optionLimits compileOptionKind = 1

// Limits limits the size of rules, for text from people you do not trust. A field
// below 1 means the default of [dsl.Limits], as does leaving the option out. Of
// several such options only the last one counts.
func Limits(l dsl.Limits) CompileOption { return CompileOption{optionLimits, l} }

// limitsOf returns the limits that opts set, with defaults for the rest.
func limitsOf(opts []CompileOption) dsl.Limits {
	var limits dsl.Limits
	for _, o := range opts {
		if o.kind == optionLimits {
			limits = o.limits
		}
	}
	return limits.WithDefaults()
}

// An Option changes how leads are scored. [AsOf], [Explain], [NextChange], [Batch],
// [Workers] and [MaxRecords] return one. The zero Option changes nothing.
type Option struct {
	kind   optionKind
	time   time.Time
	n      int
	before func(lead, stages string) string
}

type optionKind uint8

const (
	optionAsOf optionKind = iota + 1
	optionExplain
	optionBatch
	optionWorkers
	optionRecords
	optionNext
	optionStages
)

// AsOf scores leads as of an instant instead of now: records with a later date do
// not exist (language reference, Date ranges). The instant is truncated to
// microseconds. Scoring fails if its year is not between 0 and 9999.
func AsOf(t time.Time) Option { return Option{kind: optionAsOf, time: t} }

// Explain makes results say what each condition contributed: see
// [Result.Contributions]. For each condition [Result.Detailed] lists up to the given
// number of the records that were counted. If the number is below 1, there are no lists.
//
// Lists also say what kept the nearest record from counting and what is missing where a
// path leads, and take many times as long as the score. For a source that lends the
// records that it holds in memory they are made only when they are read, so that an
// explanation costs little more than the score. For any other source they are made when a
// lead is scored, and the source is asked for records of any date, those later than as of
// included, as long as there are not more than [MaxRecords].
func Explain(occurrences int) Option { return Option{kind: optionExplain, n: max(occurrences, 0)} }

// NextChange makes [Set.Score] and [Set.ScoreAll] find the next change of each result, up
// to an instant, and no later if that is the zero time than the year 9999: see
// [Result.NextChange]. For that the records of leads are fetched that any instant up to the
// end needs, which takes many times as long as the score: for a source that holds its
// records in memory, too. An earlier end takes less. A lead whose records cannot be read
// fails, even if they are only needed later.
//
// [Set.ScoreInto] finds no changes.
func NextChange(until time.Time) Option { return Option{kind: optionNext, time: until} }

// StagesBefore makes [Set.Score] and [Set.ScoreAll] give the stage of each lead in each
// block of stages of the set: see [SetResult.Stages] and [Stages.Step]. before returns the
// stage of a lead before, given the name of a block, or "" for a lead that begins in the
// first stage. It is called on the caller's goroutine just before the result is returned or
// yielded, so what the loop body keeps for one lead is seen for the next. If it returns the
// name of no stage, the lead fails with an error that wraps [ErrNoStage].
//
// For [Set.Moves] before says which stages the lead had before the first instant.
// [Set.ScoreInto] gives no stages. A nil before changes nothing.
func StagesBefore(before func(lead, stages string) string) Option {
	return Option{kind: optionStages, before: before}
}

// Batch sets how many leads [Set.ScoreAll] and [Set.ScoreInto] score together, and the
// maximum number of keys in a query. The default is 256. If n is below 1, Batch uses 1.
func Batch(n int) Option { return Option{kind: optionBatch, n: max(n, 1)} }

// Workers sets how many batches [Set.ScoreAll] and [Set.ScoreInto] score at the same
// time. The default is [runtime.GOMAXPROCS], and twice that if the source does not lend
// records that it holds in memory: while some batches wait for a database, others are
// scored. The farther away it is, the more workers pay, up to its number of connections. If
// n is below 1, Workers uses 1; if it is above 1024, 1024.
func Workers(n int) Option { return Option{kind: optionWorkers, n: min(max(n, 1), maxWorkers)} }

// MaxRecords sets the maximum number of records that a source may return for one
// lead, including the lead itself. A lead that reaches more records fails with
// [ErrTooManyRecords]. A batch that reaches more records together is scored in
// parts, for which some records are queried again, so a worker never holds more
// than n + 1 records. Queries say after how many records a source may stop. The default is 1,000,000. If n is below
// 1, MaxRecords uses 1.
//
// A source that lends the records that it holds in memory, as source/memory and
// source/tables do, returns none: the limit does not apply to it.
func MaxRecords(n int) Option { return Option{kind: optionRecords, n: max(n, 1)} }

const (
	defaultBatch   = 256
	defaultRecords = 1_000_000
	maxWorkers     = 1024
)

// lastInstant is the last instant as of which leads can be scored.
var lastInstant = time.Date(10000, time.January, 1, 0, 0, 0, 0, time.UTC).Add(-time.Microsecond)

// settings are what options set.
type settings struct {
	eval.Options
	workers int                              // 0 if no option sets them
	until   time.Time                        // see NextChange; or zero
	before  func(lead, stages string) string // see StagesBefore; or nil
}

// settingsOf returns what opts set.
func settingsOf(opts []Option) settings {
	var o settings
	o.set(opts)
	return o
}

// set makes zero settings what opts set.
func (o *settings) set(opts []Option) {
	o.Keys, o.Records = defaultBatch, defaultRecords
	now := true
	for i := range opts {
		switch opt := &opts[i]; opt.kind {
		case optionAsOf:
			o.AsOf, now = opt.time, false
		case optionExplain:
			o.Explain, o.Occurrences = true, opt.n
		case optionBatch:
			o.Keys = opt.n
		case optionWorkers:
			o.workers = opt.n
		case optionRecords:
			o.Records = opt.n
		case optionNext:
			if o.until = opt.time; opt.time.IsZero() || opt.time.UTC().Year() > 9999 {
				o.until = lastInstant
			}
		case optionStages:
			o.before = opt.before
		}
	}
	if now {
		o.AsOf = time.Now()
	}
}
