package dsl

// Limits guard against hostile text. A field below 1 means the default. Text that
// exceeds a limit gets a [Diagnostic] with [CodeLimit]; it is never cut off silently.
type Limits struct {
	Bytes      int // of one file; default 2 MiB
	Models     int // of one file; default 10,000
	Tests      int // of one file; default 10,000
	Conditions int // of one model, and blocks that stand where conditions do; default 10,000
	Children   int // of one condition, and clauses of one test; default 1,000
	Terms      int // expressions of one child or decision, values of one list, and rows of one table; default 10,000
	Names      int // in one path or reference; more than six are never valid; default 64
	Problems   int // shown of one file; default 100
}

// WithDefaults returns l with the defaults in place of fields below 1.
func (l Limits) WithDefaults() Limits {
	set := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	set(&l.Bytes, 2<<20)
	set(&l.Models, 10_000)
	set(&l.Tests, 10_000)
	set(&l.Conditions, 10_000)
	set(&l.Children, 1_000)
	set(&l.Terms, 10_000)
	set(&l.Names, 64)
	set(&l.Problems, 100)
	return l
}
