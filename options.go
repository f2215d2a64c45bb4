package leadscore

import (
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval"
)

// A CompileOption changes how [Compile], [CompileSet] and [ParseSchema] read
// rules. [Limits] returns one. The zero CompileOption changes nothing.
type CompileOption struct {
	kind   compileOptionKind
	limits dsl.Limits
}

type compileOptionKind uint8

const optionLimits compileOptionKind = 1

// Limits bounds what a rule file may hold, for text from people you do not trust.
// Without it the defaults of [dsl.Limits] hold.
func Limits(l dsl.Limits) CompileOption { return CompileOption{optionLimits, l} }

// limitsOf returns the limits that opts set, with defaults for the rest. The last
// option counts.
func limitsOf(opts []CompileOption) dsl.Limits {
	var limits dsl.Limits
	for _, o := range opts {
		if o.kind == optionLimits {
			limits = o.limits
		}
	}
	return limits.WithDefaults()
}

// An Option changes how leads are scored. Options are plain values.
type Option struct {
	kind optionKind
	time time.Time
	n    int
}

type optionKind uint8

const (
	optionAsOf optionKind = iota + 1
	optionExplain
	optionBatch
	optionWorkers
	optionRecords
)

// AsOf scores as of an instant instead of now: what is later does not exist
// (language reference, Date ranges). What is finer than a microsecond is cut off.
// An instant outside the years 0 to 9999 makes scoring fail.
func AsOf(t time.Time) Option { return Option{kind: optionAsOf, time: t} }

// Explain lets results say which conditions contributed what ([Result.Contributions]).
// For each condition it lists up to so many of the records that were counted,
// with their times. Below 1 it lists none: then explanations cost little, where
// lists take many times as long as scores alone: they also say what came near to
// counting, for which sources are asked for records of any date, as long as these
// keep to [MaxRecords].
func Explain(occurrences int) Option { return Option{kind: optionExplain, n: max(occurrences, 0)} }

// Batch sets how many leads [Set.ScoreAll] scores together, and how many keys
// one query has at most. The default is 256; n below 1 means 1.
func Batch(n int) Option { return Option{kind: optionBatch, n: max(n, 1)} }

// Workers sets how many batches [Set.ScoreAll] scores at the same time. The
// default is [runtime.GOMAXPROCS]; more can pay when the source waits for
// something else, such as a database. n below 1 means 1, above 1024 it means 1024.
func Workers(n int) Option { return Option{kind: optionWorkers, n: min(max(n, 1), maxWorkers)} }

// MaxRecords bounds how many records a source may hand over for one lead, the
// lead itself included: a lead that reaches more fails with [ErrTooManyRecords].
// A batch that reaches more together is scored in parts, which asks for some
// records again; so each worker holds no more at a time, but for those of one
// query. A source that has its records in memory and lends them, as source/memory
// and source/tables do, hands nothing over: no lead fails for what it reaches
// there. The default is 1,000,000; n below 1 means 1.
func MaxRecords(n int) Option { return Option{kind: optionRecords, n: max(n, 1)} }

const (
	defaultBatch   = 256
	defaultRecords = 1_000_000
	maxWorkers     = 1024
)

// runOptions returns what opts say to the engine, and the number of workers, 0
// if they say none.
func runOptions(opts []Option) (o eval.Options, workers int) {
	o = eval.Options{Keys: defaultBatch, Records: defaultRecords}
	now := true
	for _, opt := range opts {
		switch opt.kind {
		case optionAsOf:
			o.AsOf, now = opt.time, false
		case optionExplain:
			o.Explain, o.Occurrences = true, opt.n
		case optionBatch:
			o.Keys = opt.n
		case optionWorkers:
			workers = opt.n
		case optionRecords:
			o.Records = opt.n
		}
	}
	if now {
		o.AsOf = time.Now()
	}
	return o, workers
}
