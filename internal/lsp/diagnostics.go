package lsp

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/modeltest"
)

// lookForFindings reports the findings in u once nothing has changed for a while. What is
// looked for already is given up.
func (s *Server) lookForFindings(u *unit) {
	u.stop()
	ctx, cancel := context.WithCancel(context.Background())
	u.stop = cancel
	v := u.view
	s.working.Go(func() {
		defer cancel()
		defer func() { _ = s.failure("the search for findings", recover()) }() // nobody waits for it
		timer := time.NewTimer(s.options.Delay)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		found, err := v.snapshot.Findings(ctx)
		if err != nil {
			return // something has changed
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if ctx.Err() == nil {
			// What scores a model can give is no problem; it is in a hint beside its name.
			u.found = slices.DeleteFunc(slices.Clone(found), func(d dsl.Diagnostic) bool { return d.Code == findings.CodeScores })
			s.publish(u)
		}
	})
}

// publish tells the client what is to be said of the files of u, where that is not what it
// was told last.
func (s *Server) publish(u *unit) {
	next := map[string]publishParams{}
	for _, f := range u.view.files {
		if f.version != nil {
			next[f.uri] = publishParams{URI: f.uri, Version: f.version, Diagnostics: []diagnostic{}}
		}
	}
	add := func(uri string, d diagnostic) {
		p, ok := next[uri]
		if !ok {
			p.URI = uri
		}
		p.Diagnostics = append(p.Diagnostics, d)
		next[uri] = p
	}
	for i := range u.problems {
		d := &u.problems[i]
		uri, text := uriOf(d.File), ""
		if open := s.documentNamed(d.File); open != nil {
			uri, text = open.uri, open.text
		} else if saved, err := s.files.ReadFile(d.File); err == nil {
			text = string(saved)
		}
		add(uri, diagnosticOf(d, newPlaces(text, s.encoding), nil))
	}
	for d := range u.diagnostics() {
		if f := u.view.fileOf(d); f != nil && !f.others {
			add(f.uri, diagnosticOf(d, f.places(), u.view))
		}
	}
	for _, uri := range slices.Sorted(maps.Keys(u.sent)) {
		if _, ok := next[uri]; !ok {
			s.withdraw(uri, u)
		}
	}
	for _, uri := range slices.Sorted(maps.Keys(next)) {
		if !reflect.DeepEqual(u.sent[uri], next[uri]) {
			s.options.Notify("textDocument/publishDiagnostics", next[uri])
		}
	}
	u.sent = next
}

// withdraw tells the client that u says nothing of a document any more. What another unit says of it
// remains.
func (s *Server) withdraw(uri string, u *unit) {
	if len(u.sent[uri].Diagnostics) == 0 {
		return
	}
	p := publishParams{URI: uri, Diagnostics: []diagnostic{}}
	for _, key := range slices.Sorted(maps.Keys(s.units)) {
		if other := s.units[key]; other != u && len(other.sent[uri].Diagnostics) > 0 {
			p = other.sent[uri]
			break
		}
	}
	s.options.Notify("textDocument/publishDiagnostics", p)
}

// diagnostics returns an iterator over the errors and findings of u, and what tests did not
// meet.
func (u *unit) diagnostics() func(yield func(*dsl.Diagnostic) bool) {
	return func(yield func(*dsl.Diagnostic) bool) {
		lists := []dsl.Diagnostics{u.view.snapshot.Diagnostics(), u.found}
		for _, key := range slices.SortedFunc(maps.Keys(u.failures), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
			lists = append(lists, *u.failures[key])
		}
		for _, list := range lists {
			for i := range list {
				if !yield(&list[i]) {
					return
				}
			}
		}
	}
}

// fileOf returns the file that a diagnostic is about: the first one, if it is about none.
func (v *view) fileOf(d *dsl.Diagnostic) *file {
	if f := v.files[d.File]; f != nil || len(v.snapshot.Files()) == 0 {
		return f
	}
	return v.files[v.snapshot.Files()[0].Name]
}

// severities are the severities in the protocol.
var severities = map[dsl.Severity]int{dsl.Error: severityError, dsl.Warning: severityWarning, dsl.Advice: severityHint}

// diagnosticOf returns a diagnostic of a text for the client. v has the files of related places;
// it may be nil.
func diagnosticOf(d *dsl.Diagnostic, at *places, v *view) diagnostic {
	out := diagnostic{Severity: severities[d.Severity], Code: string(d.Code), Source: "leadscore", Message: d.Message()}
	if d.Code == modeltest.CodeExpectation {
		out.Source = "leadscore test"
	}
	if d.Span.Known() {
		out.Range = at.span(d.Span.Start.Offset, d.Span.End.Offset)
	}
	if d.Code == findings.CodeUnused {
		out.Tags = []int{tagUnnecessary}
	}
	for _, r := range d.Related {
		if v == nil || v.files[r.File] == nil || !r.Span.Known() {
			continue
		}
		f := v.files[r.File]
		out.Related = append(out.Related, diagnosticRelated{location{f.uri, f.places().span(r.Span.Start.Offset, r.Span.End.Offset)}, r.Summary})
	}
	return out
}

// edited moves the places of findings, and of what tests did not meet, as a file changes, so
// that they are where they belong until they are looked for again. Those in what has changed
// are left out.
func (u *unit) edited(name, before, after string) {
	start := 0
	for start < min(len(before), len(after)) && before[start] == after[start] {
		start++
	}
	same := 0 // at the end
	for same < min(len(before), len(after))-start && before[len(before)-same-1] == after[len(after)-same-1] {
		same++
	}
	end, moved := len(before)-same, len(after)-len(before)
	move := func(p *dsl.Span) bool {
		switch {
		case p.End.Offset < start:
		case p.Start.Offset > end:
			p.Start.Offset += moved
			p.End.Offset += moved
		default:
			return false
		}
		return true
	}
	movedIn := func(list dsl.Diagnostics) dsl.Diagnostics {
		var kept dsl.Diagnostics
		for _, d := range list {
			d.Related = slices.DeleteFunc(slices.Clone(d.Related), func(r dsl.Related) bool { return r.File == name })
			if d.File != name || d.Span.Known() && move(&d.Span) {
				kept = append(kept, d)
			}
		}
		return kept
	}
	u.found = movedIn(u.found)
	for _, list := range u.failures {
		*list = movedIn(*list)
	}
}
