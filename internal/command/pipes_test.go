//go:build unix

package command

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// A pipe that nobody writes to does not hold up a command, whatever is to be read
// from it; nor does a file without an end, or one that is too long.
func TestPipesAreNotRead(t *testing.T) {
	setUp(t)
	for _, name := range []string{"pipe", "pipe.score", "rules/p.score", "mapped/pipe.csv", "pipe.json"} {
		write(t, name+"~", "") // for the folder
		if err := syscall.Mkfifo(name, 0o644); err != nil {
			t.Skip(err)
		}
	}
	write(t, "map.json", `{"tables": [{"file": "pipe.csv", "entity": "Lead", "id": "x"}]}`)
	const kind = " is a pipe, not a regular file"
	for _, test := range []struct{ args, err string }{
		{"check pipe.score", "pipe.score" + kind},
		{"check rules", "rules/p.score" + kind},
		{"check /dev/zero", "/dev/zero is a device, not a regular file"},
		{"check --schema pipe", "pipe" + kind},
		{"test pipe", "pipe" + kind},
		{"fmt pipe", "pipe" + kind},
		{"diff pipe coffee.score", "pipe" + kind},
		{"score --data mapped --mapping map.json coffee.score", "map.json:1:14: Lead of pipe.csv: pipe.csv cannot be read: it is not a file"},
		{"score --data pipe.json coffee.score", "tables: pipe.json" + kind},
		{"explain --data pipe.json --lead a coffee.score", "tables: pipe.json" + kind},
		{"score --data data --mapping pipe coffee.score", "pipe" + kind},
	} {
		out, errs, status := call(t, "", strings.Fields(test.args)...)
		first, _, _ := strings.Cut(test.args, " ")
		if out != "" || status != statusWrong || !strings.HasPrefix(errs, "leadscore "+first+": "+test.err) {
			t.Errorf("%s: status %d, %q, %q", test.args, status, out, errs)
		}
	}
}

// A sparse file takes no room on the disk, and none in memory.
func TestLongFilesAreNotRead(t *testing.T) {
	setUp(t)
	for _, name := range []string{"long.score", "long.json"} {
		write(t, name, "")
		if err := os.Truncate(name, 1<<40); err != nil {
			t.Skip(err)
		}
	}
	const long = "long.score: the file has 1099511627776 bytes; the limit is 2097152\n"
	for _, test := range []struct{ args, err string }{
		{"check coffee.score long.score", long},
		{"check --schema long.score", long},
		{"score --data data long.score", long},
		{"fmt -l long.score", long},
		{"score --data data --mapping long.json coffee.score", "leadscore score: long.json: the file has 1099511627776 bytes; the limit is 16777216\n"},
	} {
		if out, errs, status := call(t, "", strings.Fields(test.args)...); out != "" || status != statusWrong || errs != test.err {
			t.Errorf("%s: status %d, %q, %q", test.args, status, out, errs)
		}
	}
	text := strings.Repeat("// a comment\n", 200_000)
	if _, errs, status := call(t, text, "fmt"); status != statusWrong || !strings.Contains(errs, "the file has more than 2097152 bytes, which is the limit") {
		t.Errorf("standard input: status %d, %q", status, errs)
	}
}
