package docstest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/modeltest"
	"github.com/leadscore/leadscore/source/tables"
)

func (s *section) checkText(b *block) error {
	want := s.want
	s.want = nil
	switch {
	case b.Has("scores"):
		return s.compare(b, s.scores)
	case b.Has("changes"):
		return s.compare(b, s.changes)
	case b.Has("moves"):
		return s.compare(b, s.moves)
	case b.Has("counts"):
		return s.compare(b, s.counts)
	case b.Has("tests"):
		return s.compare(b, s.failures)
	case b.Has("audit"):
		return s.compare(b, s.audit)
	case want == nil:
		return fmt.Errorf("no block before this one has a result")
	case b.Has("messages"):
		var messages strings.Builder
		for i := range want.diags {
			messages.WriteString(want.diags[i].Message() + "\n")
		}
		return differ("what the block before gives", b.Text, messages.String())
	}
	return differ("what the block before gives", b.Text, strings.TrimSuffix(want.text, "\n")+"\n")
}

// fullSchema returns the standard schema with the blocks that the section adds.
func (s *section) fullSchema() (*leadscore.Schema, error) {
	schema := leadscore.StandardSchema()
	for _, f := range s.schema {
		var err error
		if schema, err = leadscore.ParseSchema(f.Name, f.Text, schema); err != nil {
			return nil, err
		}
	}
	return schema, nil
}

// open loads the section's data.
func (s *section) open() (*tables.Data, *leadscore.Schema, error) {
	s.unused = nil
	schema, err := s.fullSchema()
	if err != nil {
		return nil, nil, err
	}
	name := "data"
	if _, ok := s.data["data.json"]; ok {
		name = "data.json"
	}
	var opts tables.Options
	if f, ok := s.data["mapping.json"]; ok {
		if opts.Mapping, err = tables.ReadMapping("mapping.json", f.Data); err != nil {
			return nil, nil, err
		}
	}
	data, err := tables.LoadFS(s.t.Context(), s.data, name, schema, opts)
	if err == nil && opts.Mapping == nil && len(data.Report.Notes) > 0 {
		err = fmt.Errorf("the schema does not have everything in the data: %s", strings.Join(data.Report.Notes, "; "))
	}
	return data, schema, err
}

// prepare compiles the section's last models, loads its data, and returns them with
// the instant that the block names.
func (s *section) prepare(b *block) (*leadscore.Set, *tables.Data, time.Time, error) {
	asOf, err := time.Parse(time.RFC3339, b.Args["as-of"])
	if err != nil {
		return nil, nil, asOf, fmt.Errorf("the block needs as-of=: %w", err)
	}
	if s.rules == nil {
		return nil, nil, asOf, fmt.Errorf("the section has no model")
	}
	data, schema, err := s.open()
	if err != nil {
		return nil, nil, asOf, err
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{*s.rules})
	return set, data, asOf, err
}

// audit returns the findings about the section's data.
func (s *section) audit(b *block) (string, error) {
	set, data, asOf, err := s.prepare(b)
	if err != nil {
		return "", err
	}
	found, err := audit.Check(s.t.Context(), set, data, asOf)
	var out strings.Builder
	for _, f := range found {
		fmt.Fprintln(&out, f)
	}
	return out.String(), err
}

// results scores the section's leads, or the one that the block names.
func (s *section) results(b *block, opts ...leadscore.Option) ([]leadscore.SetResult, error) {
	set, data, asOf, err := s.prepare(b)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	ids := data.Leads(ctx)
	if b.Has("lead") {
		ids = leadscore.IDs(b.Args["lead"])
	}
	var results []leadscore.SetResult
	for r, err := range set.ScoreAll(ctx, ids, data, append(opts, leadscore.AsOf(asOf))...) {
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

// compare compares a block with the text that show returns.
func (s *section) compare(b *block, show func(*block) (string, error)) error {
	is, err := show(b)
	if err != nil {
		return err
	}
	return differ("the result", b.Text, is)
}

// scores returns a line for each lead and model, such as
// `ada: 25, Warm, sales ready`.
func (s *section) scores(b *block) (string, error) {
	results, err := s.results(b)
	var out strings.Builder
	for _, set := range results {
		for _, r := range set.Results {
			out.WriteString(r.Lead)
			if len(set.Results) > 1 {
				out.WriteString(", " + r.Model)
			}
			fmt.Fprintf(&out, ": %s\n", inShort(r))
		}
	}
	return out.String(), err
}

// inShort returns the outcome of a model, such as `25, Warm, sales ready`.
func inShort(r leadscore.Result) string {
	if r.Status != leadscore.Scored {
		return r.Status.String()
	}
	text := fmt.Sprint(r.Score)
	if r.Grade != "" {
		text += ", " + r.Grade
	}
	if r.SalesReady {
		text += ", sales ready"
	}
	return text
}

// changes returns a line for each change of a lead's results, such as
// `2026-06-01T00:00:00+02:00: 15, Cold`.
func (s *section) changes(b *block) (string, error) {
	set, data, asOf, err := s.prepare(b)
	if err != nil {
		return "", err
	}
	to, err := time.Parse(time.RFC3339, b.Args["to"])
	if err != nil {
		return "", fmt.Errorf("the block needs to=: %w", err)
	}
	var out strings.Builder
	for c, err := range set.Changes(s.t.Context(), b.Args["lead"], data, asOf, to) {
		if err != nil {
			return "", err
		}
		for _, after := range c.Changed() {
			fmt.Fprintf(&out, "%s: %s\n", after.AsOf().Format(time.RFC3339Nano), inShort(after))
		}
	}
	return out.String(), nil
}

// moves returns a line for each move of a lead, such as
// `2026-05-03T09:00:00Z: from "Inquiry" to "Engaged" (greet)`.
func (s *section) moves(b *block) (string, error) {
	set, data, asOf, err := s.prepare(b)
	if err != nil {
		return "", err
	}
	to, err := time.Parse(time.RFC3339, b.Args["to"])
	if err != nil {
		return "", fmt.Errorf("the block needs to=: %w", err)
	}
	var out strings.Builder
	for m, err := range set.Moves(s.t.Context(), b.Args["lead"], data, asOf, to) {
		if err != nil {
			return "", err
		}
		_, text, _ := strings.Cut(m.String(), ": ")
		fmt.Fprintf(&out, "%s: %s\n", m.AsOf.Format(time.RFC3339Nano), text)
	}
	return out.String(), nil
}

// failures returns the results of the tests that fail, of the section's models.
func (s *section) failures(*block) (string, error) {
	if s.rules == nil {
		return "", fmt.Errorf("the section has no model")
	}
	schema, err := s.fullSchema()
	if err != nil {
		return "", err
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{*s.rules})
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for r := range modeltest.Results(s.t.Context(), set) {
		if !r.Passed() {
			fmt.Fprintln(&out, r)
		}
	}
	return out.String(), nil
}

// counts returns a line for each child, such as `none EmailOpened: 2, does not hold`.
func (s *section) counts(b *block) (string, error) {
	results, err := s.results(b, leadscore.Explain(100))
	var out strings.Builder
	for _, set := range results {
		for c := range set.Results[0].Contributions() {
			for _, ch := range c.Children {
				fmt.Fprintf(&out, "%s: %d", ch.Rule, ch.Count)
				switch {
				case strings.HasPrefix(ch.Rule, "each "):
				case ch.Holds:
					out.WriteString(", holds")
				default:
					out.WriteString(", does not hold")
				}
				out.WriteByte('\n')
			}
		}
	}
	return out.String(), err
}

// explained returns the results as JSON.
func (s *section) explained(b *block) (string, error) {
	results, err := s.results(b, leadscore.Explain(100))
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	for _, set := range results {
		for _, r := range set.Results {
			if err := encoder.Encode(r); err != nil {
				return "", err
			}
		}
	}
	return out.String(), err
}
