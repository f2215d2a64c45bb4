package command

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
)

// selectable sets up leads with scores of 0 to 30 and one that is sales ready, of two
// models.
func selectable(t *testing.T) {
	t.Helper()
	setUp(t)
	write(t, "many/Lead.csv", "id,ParentContact,ParentAccount\nl1,c1,\nl2,c2,\nl3,c3,\nl4,,a\nl5,,\nl6,c3,\n")
	write(t, "many/EmailOpened.csv", "Contact,Timestamp\nc2,2026-05-01\nc3,2026-05-01\nc3,2026-05-01\n")
}

// TestSelection: what score prints for each flag, as lead:model:score. A lead that is
// unknown is printed in every format, as failed.
func TestSelection(t *testing.T) {
	selectable(t)
	for _, test := range []struct {
		args, want string
		status     int
	}{
		{"", "l1:Coffee:0 l1:Firms: l2:Coffee:10 l2:Firms: l3:Coffee:20 l3:Firms: l4:Coffee: l4:Firms:-1 l5:Coffee: l5:Firms: l6:Coffee:20 l6:Firms:", statusOK},
		{"--lead l3 --lead l1 --lead l3", "l3:Coffee:20 l3:Firms: l1:Coffee:0 l1:Firms:", statusOK},
		{"--lead l3 --lead nobody --lead l1 --model Coffee", "l3:Coffee:20 nobody::failed l1:Coffee:0", statusWrong},
		{"--lead nobody --grade Warm --ready --top 1 --lead l3", "l3:Coffee:20 nobody::failed", statusWrong},
		{"--model Firms --model Coffee --lead l4", "l4:Coffee: l4:Firms:-1", statusOK},
		{"--model Firms --top 5", "l4:Firms:-1", statusOK},
		{"--grade Warm", "l3:Coffee:20 l6:Coffee:20", statusOK},
		{"--grade Warm --grade Cold", "l1:Coffee:0 l2:Coffee:10 l3:Coffee:20 l6:Coffee:20", statusOK},
		{"--ready", "l3:Coffee:20 l6:Coffee:20", statusOK},
		{"--ready --grade Cold", "", statusOK},
		{"--sort score", "l3:Coffee:20 l6:Coffee:20 l2:Coffee:10 l1:Coffee:0 l4:Coffee: l5:Coffee: l4:Firms:-1 l1:Firms: l2:Firms: l3:Firms: l5:Firms: l6:Firms:", statusOK},
		{"--sort lead --lead l6 --lead l2", "l2:Coffee:10 l2:Firms: l6:Coffee:20 l6:Firms:", statusOK},
		{"--top 1", "l3:Coffee:20 l4:Firms:-1", statusOK},
		{"--top 3 --sort score --model Coffee", "l3:Coffee:20 l6:Coffee:20 l2:Coffee:10", statusOK},
	} {
		args := append(strings.Fields("score --data many --as-of 2026-06-01 coffee.score"), strings.Fields(test.args)...)
		for format, read := range readers {
			out, errs, status := call(t, "", append(args, "--format", format)...)
			if status != test.status || (errs == "") != (status == statusOK) {
				t.Errorf("%s as %s: status %d, %s", test.args, format, status, errs)
			}
			var got []string
			for _, r := range read(t, out, status) {
				score := r.score
				if r.status == failedStatus {
					score = failedStatus
				}
				got = append(got, r.lead+":"+r.model+":"+score)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("%s as %s (-want +got):\n%s", test.args, format, diff)
			}
		}
	}
}

// A printed is what a format says of a result.
type printed struct{ lead, model, status, score, grade, ready string }

// readers read the output of score back.
var readers = map[string]func(t *testing.T, out string, status int) []printed{
	"csv": func(t *testing.T, out string, _ int) (list []printed) {
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || len(rows) == 0 || !slices.Equal(rows[0], []string{"lead", "model", "status", "score", "grade", "sales_ready"}) {
			t.Fatalf("%v, %q", err, out)
		}
		for _, r := range rows[1:] {
			list = append(list, printed{r[0], r[1], r[2], r[3], r[4], r[5]})
		}
		return list
	},
	"json": func(t *testing.T, out string, status int) (list []printed) {
		for _, line := range linesIn(t, out, "score", status) {
			switch line.key {
			case answer.KeyResult:
				var v struct {
					Lead, Model, Status, Grade string
					Score                      *int64
					SalesReady                 *bool `json:"sales_ready"`
				}
				if err := json.Unmarshal(line.value, &v); err != nil {
					t.Fatal(err)
				}
				r := printed{lead: v.Lead, model: v.Model, status: v.Status, grade: v.Grade}
				if v.Score != nil {
					r.score, r.ready = strconv.FormatInt(*v.Score, 10), strconv.FormatBool(*v.SalesReady)
				}
				list = append(list, r)
			case answer.KeyFailure:
				var v answer.Failure
				if err := json.Unmarshal(line.value, &v); err != nil || v.Error == "" {
					t.Errorf("%v: %s", err, line.value)
				}
				list = append(list, printed{lead: v.Lead, status: failedStatus})
			}
		}
		return list
	},
	"table": func(t *testing.T, out string, _ int) (list []printed) {
		header, rows, _ := strings.Cut(out, "\n")
		var from []int
		for _, name := range tableHeader {
			from = append(from, strings.Index(header, name))
		}
		for line := range strings.Lines(rows) {
			line = fmt.Sprintf("%-*s", len(header)+1, strings.TrimSuffix(line, "\n"))
			var cells []string
			for i := range from {
				to := len(line)
				if i+1 < len(from) {
					to = from[i+1]
				}
				cells = append(cells, strings.TrimSpace(line[from[i]:to]))
			}
			ready := map[string]string{"yes": "true", "no": "false"}[cells[5]]
			list = append(list, printed{cells[0], cells[1], cells[2], cells[3], cells[4], ready})
		}
		return list
	},
}

// TestFormatsAgree: with random data and flags, all formats print the same results in
// the same order.
func TestFormatsAgree(t *testing.T) {
	setUp(t)
	rapid.Check(t, func(rt *rapid.T) {
		leads, opened := "id,ParentContact,ParentAccount\n", "Contact,Timestamp\n"
		n := rapid.IntRange(0, 8).Draw(rt, "leads")
		for i := range n {
			parent := rapid.SampledFrom([]string{",", "c%d,", ",a%d"}).Draw(rt, "parent")
			if strings.Contains(parent, "%") {
				parent = fmt.Sprintf(parent, i)
			}
			leads += fmt.Sprintf("l%d,%s\n", i, parent)
			opened += strings.Repeat(fmt.Sprintf("c%d,2026-05-01\n", i), rapid.IntRange(0, 4).Draw(rt, "opened"))
		}
		write(t, "random/Lead.csv", leads)
		write(t, "random/EmailOpened.csv", opened)
		args := strings.Fields("score --data random --as-of 2026-06-01 coffee.score")
		for _, flag := range []string{"--ready", "--grade Cold", "--grade Warm", "--model Firms", "--model Coffee", "--lead l1", "--lead l7", "--sort score"} {
			if rapid.IntRange(0, 3).Draw(rt, flag) == 0 {
				args = append(args, strings.Fields(flag)...)
			}
		}
		if slices.Contains(args, "--grade") && slices.Contains(args, "Firms") && !slices.Contains(args, "Coffee") {
			args = append(args, "--model", "Coffee") // Firms has no grades
		}
		if top := rapid.IntRange(0, 4).Draw(rt, "top"); top > 0 {
			args = append(args, "--top", strconv.Itoa(top))
		}
		var results [][]printed
		for _, format := range []string{"csv", "json", "table"} {
			out, errs, status := call(t, "", append(args, "--format", format)...)
			if status == statusUsage {
				rt.Fatal(errs)
			}
			results = append(results, readers[format](t, out, status))
		}
		for _, other := range results[1:] {
			if diff := cmp.Diff(results[0], other, cmp.AllowUnexported(printed{})); diff != "" {
				rt.Fatalf("%q: (-CSV +other):\n%s", args, diff)
			}
		}
	})
}

// A sortingPrinter that keeps few results keeps the right ones.
func TestTop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, top := rapid.IntRange(0, 4000).Draw(t, "results"), rapid.IntRange(1, 600).Draw(t, "top")
		name, factor := sortScore, rapid.Int64Range(1, 5000).Draw(t, "factor")
		s := &selection{sort: &name, top: &top, ready: new(bool)}
		var got recorder
		p := &sortingPrinter{printer: &got, order: s.compare, top: top, models: map[string]int{"M": 0}, results: make([][]outcome, 2)}
		var want []outcome
		for i := range n {
			o := outcome{Result: leadscore.Result{Model: "M", Lead: strconv.Itoa(i), Status: leadscore.Scored, Score: int64(i) * factor % 997}}
			want = append(want, o)
			if err := p.print(o); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.end(); err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(want, func(a, b outcome) int { return int(b.Score - a.Score) })
		if diff := cmp.Diff(want[:min(n, top)], []outcome(got), cmp.Comparer(func(a, b outcome) bool { return a.Equal(b.Result) })); diff != "" && n > 0 {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

type recorder []outcome

func (r *recorder) print(o outcome) error { *r = append(*r, o); return nil }
func (r *recorder) end() error            { return nil }

func TestSelectionOfWhatIsNotThere(t *testing.T) {
	selectable(t)
	for args, want := range map[string]string{
		"--model Cofee":              `--model: there is no model "Cofee"; did you mean Coffee?`,
		"--model Coffee --model X":   `--model: there is no model "X"`,
		"--grade warm":               `--grade: there is no grade "warm"; did you mean Warm?`,
		"--model Firms --grade Warm": `--grade: there is no grade "Warm"`,
		"--lead=":                    "--lead needs a value",
		"--model=":                   "--model needs a value",
		"--top 0":                    "--top must be 1 or more, not 0",
		"--top -3":                   "--top must be 1 or more, not -3",
		"--top 3 --sort lead":        "--top sorts by score, and not by lead; leave out --sort",
		"--top 3 --sort data":        "--top sorts by score, and not by data; leave out --sort",
		"--sort points":              `--sort must be data, score or lead, not "points"`,
	} {
		out, errs, status := call(t, "", append(strings.Fields("score --data many coffee.score"), strings.Fields(args)...)...)
		if status != statusUsage || out != "" || !strings.HasPrefix(errs, "leadscore score: "+want+"\n") {
			t.Errorf("%s: status %d, %s%s", args, status, out, errs)
		}
	}
}

// -o writes the results that standard output would get, or leaves the file as it is.
func TestOutputFile(t *testing.T) {
	selectable(t)
	args := strings.Fields("score --data many --as-of 2026-06-01 --format csv coffee.score")
	want, _, _ := call(t, "", args...)
	read := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
		}
		return string(text)
	}
	check := func(name, want string) {
		t.Helper()
		if got := read(name); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(name), ".*.tmp")); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
	write(t, "old.csv", "old")
	write(t, "target/real.csv", "old")
	if err := errors.Join(os.Chmod("old.csv", 0o600), os.Symlink("target/real.csv", "link.csv")); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{"new.csv", "old.csv", "link.csv"} {
		out, errs, status := call(t, "", append(args, "-o", name)...)
		if status != statusOK || out != "" || errs != "" {
			t.Errorf("%s: status %d, %q, %q", name, status, out, errs)
		}
		check(name, want)
	}
	check("target/real.csv", want)
	if info, err := os.Stat("old.csv"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if info, err := os.Lstat("link.csv"); err != nil || info.Mode().IsRegular() {
		t.Errorf("the link is gone: %v, %v", info, err)
	}

	// A lead that fails is in the file, and the status says so.
	if _, _, status := call(t, "", append(args, "-o", "new.csv", "--lead", "nobody")...); status != statusWrong {
		t.Errorf("status %d", status)
	}
	check("new.csv", "lead,model,status,score,grade,sales_ready\nnobody,,failed,,,\n")

	// Nothing else that fails changes the file.
	write(t, "old.csv", "old")
	for _, fails := range []string{"--mapping none.json", "--strict --model Nobody"} {
		if _, _, status := call(t, "", append(append(args, "-o", "old.csv"), strings.Fields(fails)...)...); status == statusOK {
			t.Errorf("%s succeeds", fails)
		}
		check("old.csv", "old")
	}
	_, errs, status := call(t, "", append(args, "-o", ".")...)
	if status != statusWrong || errs != "leadscore score: . is a folder, not a regular file; only a regular file can be replaced\n" {
		t.Errorf("a folder: status %d, %s", status, errs)
	}
	if _, errs, status = call(t, "", append(args, "-o", os.DevNull)...); status != statusWrong || !strings.Contains(errs, "not a regular file") {
		t.Errorf("a device: status %d, %s", status, errs)
	}
	if _, errs, status = call(t, "", append(args, "-o", "none/x.csv")...); status != statusWrong || !strings.Contains(errs, "no such file") {
		t.Errorf("no folder: status %d, %s", status, errs)
	}
}

// A replacement that is discarded leaves the file as it is, and no temporary file; two
// of the same file do not get into each other's way.
func TestReplacement(t *testing.T) {
	selectable(t)
	write(t, "old.csv", "old")
	r, err := replace("old.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(r, "new"); err != nil {
		t.Fatal(err)
	}
	other, err := replace("old.csv")
	if err != nil || other.Name() == r.Name() {
		t.Fatal(err)
	}
	if err := errors.Join(r.discard(), other.discard()); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile("old.csv"); err != nil || string(text) != "old" {
		t.Errorf("%q, %v", text, err)
	}
	if left, _ := filepath.Glob(".*.tmp"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
