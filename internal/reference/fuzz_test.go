package reference

import (
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
)

// FuzzScore changes the cases of testdata/conformance, and checks that the engine
// and this package give the same scores for what still compiles and loads.
func FuzzScore(f *testing.F) {
	err := fs.WalkDir(os.DirFS("../../testdata/conformance"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".txtar" {
			return err
		}
		text, err := os.ReadFile("../../testdata/conformance/" + name)
		if err != nil {
			return err
		}
		var schema, rules, data, asOf string
		for file, text := range archived(string(text)) {
			switch {
			case file == "schema.score":
				schema = text
			case path.Ext(file) == ".score":
				rules += text
			case path.Ext(file) == ".csv", path.Ext(file) == ".ndjson", path.Ext(file) == ".json":
				data += "-- " + file + " --\n" + text
			case file == "as_of":
				asOf = strings.TrimSpace(text)
			}
		}
		if data != "" {
			f.Add(schema, rules, data, asOf)
		}
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, schemaText, rules, dataText, asOfText string) {
		defer time.AfterFunc(time.Minute, func() { panic("no end in sight") }).Stop()
		asOf, err := time.Parse(time.RFC3339Nano, asOfText)
		if err != nil {
			return
		}
		schema := leadscore.StandardSchema()
		if schemaText != "" {
			if schema, err = leadscore.ParseSchema("schema.score", schemaText, nil); err != nil {
				return
			}
		}
		set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "model.score", Text: rules}})
		if err != nil || len(set.Models()) == 0 {
			return
		}
		schema = set.Models()[0].Schema() // with the schema blocks of the rules
		file, _ := dsl.Parse("model.score", rules, dsl.Limits{})
		files, name := fstest.MapFS{}, "."
		for file, text := range archived(dataText) {
			files[file] = &fstest.MapFile{Data: []byte(text)}
			if path.Ext(file) == ".json" {
				name = file
			}
		}
		loaded, err := tables.LoadFS(t.Context(), files, name, schema, tables.Options{SkipBad: true})
		if err != nil {
			return
		}
		var leads []string
		for id, err := range loaded.Leads(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			leads = append(leads, id)
		}
		data, err := reachable(t.Context(), loaded.Source, schema, leads)
		if err != nil {
			t.Fatal(err)
		}
		const most = 2e6 // steps of the naive walk
		if steps := float64(len(leads)) * work(file, schema, data); steps > most {
			return
		}
		leads = append(leads, "nobody")
		compareAll(t, set, file, schema, data, leads, loaded, asOf, []int{scoresAlone, 0, 100})
		plain := plainSource{data: data, reversed: true, ranged: true}
		compareAll(t, set, file, schema, data, leads, plain, asOf, []int{scoresAlone, 0}, leadscore.Batch(2))
	})
}

// archived yields the files of a text in which each follows a line `-- name --`.
func archived(text string) func(yield func(name, text string) bool) {
	return func(yield func(string, string) bool) {
		name, start, at := "", 0, 0
		for line := range strings.Lines(text) {
			next, isHead := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "-- ")
			if isHead {
				next, isHead = strings.CutSuffix(next, " --")
			}
			if isHead {
				if name != "" && !yield(name, text[start:at]) {
					return
				}
				name, start = next, at+len(line)
			}
			at += len(line)
		}
		if name != "" {
			yield(name, text[start:])
		}
	}
}

// work returns at least as many steps as the naive walk takes for one lead.
func work(file *dsl.File, schema *traverse.Schema, data Data) float64 {
	total := 0.0
	dsl.Walk(file, func(n dsl.Node) bool {
		switch n := n.(type) {
		case *dsl.Test:
			return false
		case *dsl.Child:
			total += workOf(n, schema, data)
		case *dsl.Table:
			child := &dsl.Child{Path: n.Ref}
			if n.Number != nil {
				child = n.Number
			} else {
				child.Path = child.Path[:len(child.Path)-1]
			}
			total += float64(len(n.Rows)) * workOf(child, schema, data)
		}
		return true
	})
	return total
}

// workOf returns at least as many steps as the naive walk takes for a child.
func workOf(child *dsl.Child, schema *traverse.Schema, data Data) float64 {
	records := 1.0
	for _, list := range data {
		records += float64(len(list))
	}
	terms := 0.0
	dsl.Walk(child, func(dsl.Node) bool { terms++; return true })
	at := traverse.Contact // the only relationship of the root Interaction
	if root := schema.Entity(child.Path[0].Text); root != nil {
		at = root.Name()
	}
	routes, path := records, child.Path[1:]
	if child.Path[0].Text == traverse.AnyInteraction && len(path) > 0 {
		path = path[1:]
	}
	for _, hop := range path {
		rel, ok := schema.Entity(at).Relationship(hop.Text)
		if !ok {
			return math.Inf(1)
		}
		if rel.Many() {
			routes *= most(data[rel.Target], rel.Via)
		}
		at = rel.Target
	}
	total := routes * records * (float64(len(child.Path)) + terms)
	if child.Decay != nil || child.Frequency.Without != nil {
		total += routes * 1_000 // the ages that are tried, each with its changes of the clock
	}
	if child.Burst != nil {
		total += routes * routes
	}
	return total
}

// most returns the largest number of records that refer to one record.
func most(records []Record, reference string) float64 {
	count := map[string]float64{}
	for _, r := range records {
		count[r.text(reference)]++
	}
	n := 0.0
	for _, c := range count {
		n = max(n, c)
	}
	return n
}

// TestArchived checks that archived yields the files of a text.
func TestArchived(t *testing.T) {
	var got []string
	for name, text := range archived("prose\n-- a --\n1\n2\n-- b --\n-- c --\r\n--  \n") {
		got = append(got, name, text)
	}
	if want := []string{"a", "1\n2\n", "b", "", "c", "--  \n"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
