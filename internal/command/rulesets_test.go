package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// repository sets up a folder with sets of rule files in several folders, two of which
// have a model of the same name.
func repository(t *testing.T) {
	t.Helper()
	setUp(t)
	const model = "model \"NAME\" {\n    target contact\n    condition \"C\" {\n        CHILD\n        score +1\n    }\n    grade \"G\" from 0\n}\n"
	put := func(name, model string) { write(t, "repo/"+name, model) }
	in := func(name, child string) string {
		return strings.NewReplacer("NAME", name, "CHILD", child).Replace(model)
	}
	const test = "\ntest \"T\" {\n    model \"NAME\"\n    as of 2026-06-01\n    Lead with ParentContact = \"c\"\n    Contact \"c\"\n    expect score SCORE\n}\n"
	tested := func(name, score string) string {
		return strings.NewReplacer("NAME", name, "SCORE", score).Replace(test)
	}
	put("eu/model.score", in("M", "has Met")+tested("M", "0"))
	put("eu/schema.score", "interaction Met {\n}\n")
	put("us/model.score", in("M", "has Called")+tested("M", "0"))
	put("us/schema.score", "interaction Called {\n}\n")
	put("us/old/model.score", in("M", "has Lead")+tested("M", "1"))
	put("one/a.score", in("One", "has Lead"))
	put("one/b.score", in("Other", "has Lead"))
	put(".hidden/x.score", "?")
	put("one/.x.score", "?")
	put("notes.txt", "?")
}

// TestFindRules: which files belong together.
func TestFindRules(t *testing.T) {
	repository(t)
	for operands, want := range map[string]string{
		"repo":                     "repo/eu/model.score+repo/eu/schema.score repo/one/a.score+repo/one/b.score repo/us/model.score+repo/us/schema.score repo/us/old/model.score",
		"repo/one":                 "repo/one/a.score+repo/one/b.score",
		"repo/one/":                "repo/one/a.score+repo/one/b.score",
		"repo/one/a.score":         "repo/one/a.score",
		"repo/one/a.score -":       "repo/one/a.score+-",
		"repo/us":                  "repo/us/model.score+repo/us/schema.score repo/us/old/model.score",
		"repo/us repo/us/old":      "repo/us/model.score+repo/us/schema.score+repo/us/old/model.score",
		"repo/us/old repo/us":      "repo/us/old/model.score+repo/us/model.score+repo/us/schema.score",
		"repo/eu repo/one":         "repo/eu/model.score+repo/eu/schema.score+repo/one/a.score+repo/one/b.score",
		"repo repo/one":            "repo/one/a.score+repo/one/b.score repo/eu/model.score+repo/eu/schema.score repo/us/model.score+repo/us/schema.score repo/us/old/model.score",
		"repo ./repo/us repo":      "repo/us/model.score+repo/us/schema.score repo/eu/model.score+repo/eu/schema.score repo/one/a.score+repo/one/b.score repo/us/old/model.score",
		"coffee.score repo/us/old": "coffee.score+repo/us/old/model.score",
		"repo/.hidden":             "repo/.hidden/x.score",
	} {
		sets, err := findRules(t.Context(), strings.Fields(operands))
		if err != nil {
			t.Errorf("%s: %v", operands, err)
			continue
		}
		var got []string
		for _, files := range sets.all() {
			got = append(got, filepath.ToSlash(strings.Join(files, "+")))
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", operands, diff)
		}
	}
}

// check and test judge each set on its own; commands that need one set say that there
// are several.
func TestSetsOfFolders(t *testing.T) {
	repository(t)
	for _, test := range []struct {
		args, out, err string
		status         int
	}{
		{"check repo", "", "", statusOK},
		{"check --strict repo/us", "", "", statusOK},
		{"test repo", "3 tests passed\n", "", statusOK},
		{"test repo/us", "2 tests passed\n", "", statusOK},
		{"test repo/one", "no tests\n", "", statusOK},
		// Two sets that are named together are one.
		{"check repo/eu repo/us/old", "", `repo/us/old/model.score:1:7: there are two models called "M"`, statusWrong},
		{"check repo/eu/model.score", "", "repo/eu/model.score:4:13: unknown entity Met", statusWrong},
		{"score --data data repo/us", "", "leadscore score: one set of rule files is wanted, and the folder below it that has rule files is a set of its own: repo/us/old; name the files or folders that belong together\n", statusWrong},
		{"explain --data data --lead a repo", "", "leadscore explain: one set of rule files is wanted, and each folder below it that has rule files is a set of its own: repo/eu, repo/one, repo/us, repo/us/old; name", statusWrong},
		{"diff repo/one repo/us", "", "leadscore diff: one set of rule files is wanted", statusWrong},
		{"schema repo", "", "leadscore schema: one set of rule files is wanted", statusWrong},
		{"diff repo/one repo/one", "the models and the schema are the same\n", "", statusOK},
		{"fmt -l repo", "repo/eu/model.score\nrepo/one/a.score\nrepo/one/b.score\nrepo/us/model.score\nrepo/us/old/model.score\n", "", statusOK},
	} {
		out, errs, status := call(t, "", strings.Fields(test.args)...)
		if status != test.status || filepath.ToSlash(out) != test.out || !strings.HasPrefix(filepath.ToSlash(errs), test.err) || test.err == "" && errs != "" {
			t.Errorf("%s: status %d, %s%s", test.args, status, out, errs)
		}
	}
	if out, errs, status := call(t, "", strings.Fields("score --data data --format csv --as-of 2026-06-01 --lead b repo/one")...); status != statusOK ||
		out != "lead,model,status,score,grade,sales_ready\nb,One,scored,1,G,false\nb,Other,scored,1,G,false\n" {
		t.Errorf("score of a folder: status %d, %s%s", status, out, errs)
	}
}

// A set that cannot be used does not keep the others from being judged.
func TestSetsGoOn(t *testing.T) {
	repository(t)
	write(t, "repo/eu/model.score", "model \"M\" {\n    targt contact\n}\n")
	write(t, "repo/us/old/model.score", strings.Replace(files["wrong.score"], "score 0", "score 1", 1))
	_, errs, status := call(t, "", "check", "repo")
	if status != statusWrong || !strings.Contains(errs, filepath.FromSlash("repo/eu/model.score:2:5")) || !strings.Contains(errs, filepath.FromSlash("repo/us/old/model.score:4:14")) {
		t.Errorf("check: status %d, %s", status, errs)
	}
	out, errs, status := call(t, "", "test", "repo")
	if status != statusWrong || out != "1 test passed\n" || !strings.Contains(errs, "eu") || !strings.Contains(errs, "old") {
		t.Errorf("test: status %d, %s%s", status, out, errs)
	}
	out, _, status = call(t, "", "check", "--format", "json", "repo")
	if n := len(linesIn(t, out, "check", statusWrong)); n != 2 || status != statusWrong {
		t.Errorf("check as JSON: %d lines, %s", n, out)
	}
	write(t, "repo/one/a.score", strings.Replace(files["coffee.score"], "EmailOpened", "EmailClicked", 1))
	_, errs, status = call(t, "", "check", "--data", "data", "--as-of", "2026-06-01", "--strict", "repo/one")
	if status != statusWrong || !strings.Contains(errs, "warning: ") {
		t.Errorf("with data: status %d, %s", status, errs)
	}
}

// Files that are links are read: so a container is given its configuration.
func TestLinkedRules(t *testing.T) {
	setUp(t)
	write(t, "mounted/..2026/coffee.score", files["coffee.score"])
	if err := os.Symlink("..2026", "mounted/..data"); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink("..data/coffee.score", "mounted/coffee.score"); err != nil {
		t.Skip(err)
	}
	out, errs, status := call(t, "", strings.Fields("score --data data --as-of 2026-06-01 --ready --format csv mounted")...)
	if status != statusOK || !strings.HasSuffix(out, "\na,Coffee,scored,20,Warm,true\n") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
}
