package dsl

// A Stages is `stages "…" { … }`: the stages that a lead passes through, lowest first.
type Stages struct {
	Span
	Name    *String  // nil if it could not be read
	Clauses []Clause // each an [Audience] or a [Stage]
	// Incomplete is set if something in the block could not be read.
	Incomplete bool
}

// A Stage is `stage "…" when DECISION until DECISION sticky then "…"`, in which everything
// after the name may be missing. The leaves of its decisions are of type [Judgment], and
// name a model.
type Stage struct {
	Span
	Name   *String
	When   Expr    // or nil
	Until  Expr    // or nil
	Sticky *Sticky // or nil
	Then   *String // or nil
}

// A Sticky is the word sticky of a [Stage].
type Sticky struct{ Span }

func (*Stages) block() {}

func (*Stage) clause() {}
