package findings

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// A Part is the findings about one part of a set: warnings first, then advice, each in the
// order of the text.
type Part struct {
	// What the findings are about. One of these is set.
	Model      *check.Model
	Stages     *check.Stages
	Assignment *check.Assignment
	File       *dsl.File // what is about no block, such as a name that is never used

	Found dsl.Diagnostics
}

// Each yields the findings of [OfSet] part by part, also of parts without any, as soon as
// they are known: first those of the models, then those of the blocks of stages, of the
// assignments and of the files. An editor can show them one after the other. If asOf is the
// zero time, no season is said to be over.
//
// Once ctx is done, Each yields its error, with a Part that says what was looked at and has
// no findings, and ends.
func Each(ctx context.Context, set *check.Set, asOf time.Time, files ...*dsl.File) iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		var warnings dsl.Diagnostics
		give := func(p Part, found dsl.Diagnostics) bool {
			if err := ctx.Err(); err != nil {
				yield(p, err)
				return false
			}
			p.Found = warningsFirst(found)
			for _, d := range found {
				if d.Severity == dsl.Warning {
					warnings = append(warnings, d)
				}
			}
			return yield(p, nil)
		}
		over := &asOf
		if asOf.IsZero() {
			over = nil
		}
		for _, m := range set.Models {
			if !give(Part{Model: m}, ofModel(ctx, m, over, files)) {
				return
			}
		}
		s := &stageFinder{deciders: map[*check.Model]*decider{}}
		ofModels := slices.Clone(warnings)
		for _, b := range set.Stages {
			s.finder = newFinder(&check.Model{File: b.File}, files)
			s.judge.ctx = ctx
			s.block(b)
			if !give(Part{Stages: b}, s.finder.found) {
				return
			}
		}
		for _, a := range set.Assignments {
			s.finder = newFinder(&check.Model{File: a.File}, files)
			s.judge.ctx = ctx
			s.assignment(a)
			if !give(Part{Assignment: a}, s.finder.found) {
				return
			}
		}
		for _, file := range files {
			if !give(Part{File: file}, append(unsafeCharacters(file, ofModels), unusedNames(file)...)) {
				return
			}
		}
	}
}

// warningsFirst returns findings in the order of the text, warnings first.
func warningsFirst(found dsl.Diagnostics) dsl.Diagnostics {
	var warnings, advice dsl.Diagnostics
	for _, d := range found {
		if d.Severity == dsl.Warning {
			warnings = append(warnings, d)
		} else {
			advice = append(advice, d)
		}
	}
	warnings.Sort()
	advice.Sort()
	return append(warnings, advice...)
}
