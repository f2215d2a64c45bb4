package dsl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Diagnostics is a list of problems. It implements error: [Diagnostics.Err] returns
// an error that is nil if the list is empty, and errors.AsType finds the list in an
// error.
type Diagnostics []Diagnostic

// Error returns the text of all problems, as [Diagnostic.Error] does, with blank
// lines between them.
func (ds Diagnostics) Error() string {
	texts := make([]string, len(ds))
	for i := range ds {
		texts[i] = ds[i].Error()
	}
	return strings.Join(texts, "\n\n")
}

// Err returns ds as an error, or nil if there are no problems.
func (ds Diagnostics) Err() error {
	if len(ds) == 0 {
		return nil
	}
	return ds
}

// Sort sorts the problems by file, then by place. Files keep the order in which
// they first occur.
func (ds Diagnostics) Sort() {
	order := map[string]int{}
	for _, d := range ds {
		if _, ok := order[d.File]; !ok {
			order[d.File] = len(order)
		}
	}
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(order[a.File], order[b.File]),
			cmp.Compare(a.Span.Start.Offset, b.Span.Start.Offset),
		)
	})
}

// Limit returns the first n problems. If there are more, it adds a diagnostic that
// counts the rest in its More. Counts of earlier calls are added up. There is no
// limit if n is below 1.
func (ds Diagnostics) Limit(n int) Diagnostics { return ds.limit(n, 0) }

// limit is like Limit if dropped further problems have been left out already.
func (ds Diagnostics) limit(n, dropped int) Diagnostics {
	var shown Diagnostics
	file := ""
	for _, d := range ds {
		dropped += d.More
		if d.More == 0 {
			shown = append(shown, d)
		} else {
			file = d.File
		}
	}
	if n > 0 && len(shown) > n {
		dropped += len(shown) - n
		shown = shown[:n]
	}
	if dropped == 0 {
		return shown
	}
	rest := Diagnostic{Code: CodeLimit, Summary: "one more problem is not shown", File: file, More: dropped}
	if dropped > 1 {
		rest.Summary = fmt.Sprintf("%d more problems are not shown", dropped)
	}
	if len(shown) > 0 {
		last := &shown[len(shown)-1]
		rest.File, rest.Span = last.File, last.Span
	}
	return append(shown, rest)
}

// problems collects the first problems of a file and counts the rest, so that
// hostile text takes no more time and memory than its length.
type problems struct {
	name, text string // of the file
	list       Diagnostics
	most       int
	dropped    int
	spare      Diagnostic // returned in place of a problem that is not kept
}

// at returns the problem with the sign at an offset, if it is one of signs, or nil.
func (p *problems) at(offset int, signs ...string) *Diagnostic {
	for i := range p.list {
		if d := &p.list[i]; d.Span.Start.Offset == offset && slices.Contains(signs, p.text[offset:d.Span.End.Offset]) {
			return d
		}
	}
	return nil
}

// retract takes that problem back.
func (p *problems) retract(offset int, signs ...string) {
	if d := p.at(offset, signs...); d != nil {
		span := d.Span
		p.list = slices.DeleteFunc(p.list, func(d Diagnostic) bool { return d.Span == span })
	}
}

func (p *problems) full() bool { return len(p.list) >= p.most }

// report adds a problem, or counts it if there are enough. Callers may go on to
// set fields of the diagnostic that it returns.
func (p *problems) report(span Span, code Code, format string, args ...any) *Diagnostic {
	if p.full() {
		p.dropped++
		return &p.spare
	}
	p.list = append(p.list, Diagnostic{
		Code: code, Summary: fmt.Sprintf(format, args...),
		File: p.name, Span: span, Line: lineAt(p.text, span.Start.Offset),
	})
	return &p.list[len(p.list)-1]
}
