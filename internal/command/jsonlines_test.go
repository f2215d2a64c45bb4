package command

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/internal/answer"
)

// A jsonLine is one line of the output of --format json.
type jsonLine struct {
	key   string
	value json.RawMessage
}

// linesIn splits the output of --format json into lines. Each must be an object with
// one key. The first line must begin the output of command, and the last one end it
// with a status; they are not returned.
func linesIn(t *testing.T, out, command string, status int) []jsonLine {
	t.Helper()
	var lines []jsonLine
	for text := range strings.Lines(out) {
		var object map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &object); err != nil || len(object) != 1 || !strings.HasSuffix(text, "\n") {
			t.Fatalf("%v: not a line with one key: %s", err, text)
		}
		for key, value := range object {
			lines = append(lines, jsonLine{key, value})
		}
	}
	last := len(lines) - 1
	if last < 1 || lines[0].key != answer.KeyBegin || lines[last].key != answer.KeyEnd {
		t.Fatalf("no lines, or without begin and end:\n%s", out)
	}
	var first answer.Begun
	var end answer.Ended
	if err := json.Unmarshal(lines[0].value, &first); err != nil || first != (answer.Begun{Command: command, Format: answer.FormatVersion}) {
		t.Errorf("%v, %s", err, lines[0].value)
	}
	if err := json.Unmarshal(lines[last].value, &end); err != nil || end.Status != status {
		t.Errorf("%v: the last line is %s, and the status %d", err, lines[last].value, status)
	}
	return lines[1:last]
}

// valuesIn returns the values of the lines of the output of --format json. It leaves
// out findings, which have tests of their own, unless they are what check finds.
func valuesIn(t *testing.T, out, command string, status int) string {
	t.Helper()
	var b strings.Builder
	for _, l := range linesIn(t, out, command, status) {
		if l.key == answer.KeyFinding && command != "check" {
			continue
		}
		b.Write(l.value)
		b.WriteByte('\n')
	}
	return b.String()
}

// Errors are in the JSON, too, and standard error has them for people. A wrong
// command line is no output at all.
func TestJSONOfErrors(t *testing.T) {
	setUp(t)
	write(t, "old.sc", "profile Lead {\n    Shoes text\n}\n"+files["never.score"])
	write(t, "now.sc", "profile Lead {\n    Shoes number\n}\n"+files["never.score"])
	write(t, "shoes/Lead.csv", "id,ParentContact,Shoes\na,ada,42\nb,ben,large\n")
	for _, test := range []struct {
		args, keys, stderr string
		status             int
	}{
		{"check none.score", "error", "leadscore check: stat none.score: ", statusWrong},
		{"check wrong.score", "problem problem", "", statusWrong},
		{"score --data data wrong.score", "problem problem", "", statusWrong},
		{"test wrong.score", "problem problem", "", statusWrong},
		{"diff coffee.score wrong.score", "problem problem", "", statusWrong},
		{"schema wrong.score", "problem problem", "", statusWrong},
		{"explain --data data --lead a wrong.score", "problem problem", "", statusWrong},
		{"explain --data data --lead nemo coffee.score", "error", "leadscore explain: lead \"nemo\": no such lead", statusWrong},
		{"score --data data --lead nemo coffee.score", "failure error", "leadscore score: lead \"nemo\": no such lead", statusWrong},
		{"score --data bad coffee.score", "error", "leadscore score: bad/Lead.csv:2: CreatedOn:", statusWrong},
		{"diff --data shoes --skip-bad old.sc now.sc", "change failure effect error", "leadscore diff: lead \"b\": ", statusWrong},
		{"diff --exit-code coffee.score new.version", "change change change change change", "", statusDiffs},
		{"score --data bad --skip-bad coffee.score", "finding finding finding result result", "bad/Lead.csv:2: CreatedOn:", statusOK},
		{"score coffee.score", "", "leadscore score: --data is required\nusage: ", statusUsage},
		{"score --data data --model Nobody coffee.score", "", "leadscore score: --model: there is no model \"Nobody\"\nusage: ", statusUsage},
	} {
		words := append(strings.Fields(test.args), "--format", "json")
		out, errs, status := call(t, "", words...)
		if status != test.status || !strings.Contains(errs, test.stderr) || test.stderr == "" && strings.Contains(errs, "wrong.score") {
			t.Errorf("%s: status %d, %s", test.args, status, errs)
		}
		if status == statusUsage {
			if out != "" {
				t.Errorf("%s: prints %s", test.args, out)
			}
			continue
		}
		var keys []string
		for _, l := range linesIn(t, out, words[0], status) {
			keys = append(keys, l.key)
		}
		if got := strings.Join(keys, " "); got != test.keys {
			t.Errorf("%s: got %s\n%s", test.args, got, out)
		}
	}
}
