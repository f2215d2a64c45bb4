package lsp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/leadscore/leadscore/internal/language"
)

// TestCodeActions: fixes say which diagnostic of the client they correct, and correct it.
func TestCodeActions(t *testing.T) {
	s := begin(t, nil, false)
	const uri = "untitled:a"
	text := "// 𝄞\n" + model("𝄞", "EmailOpend")
	s.open(uri, text)
	sent := s.published[uri].Diagnostics
	if len(sent) != 1 {
		t.Fatal(s.problems(uri))
	}
	raw, err := json.Marshal(sent[0])
	if err != nil {
		t.Fatal(err)
	}
	params := func(only ...string) map[string]any {
		return map[string]any{"textDocument": documentID{uri}, "range": sent[0].Range,
			"context": map[string]any{"diagnostics": []json.RawMessage{raw, json.RawMessage(`{"range":5}`), json.RawMessage(`{"code":5}`)}, "only": only}}
	}
	list := reply[[]codeAction](s, "textDocument/codeAction", params(kindQuickFix))
	if len(list) == 0 || !list[0].IsPreferred || len(list[0].Diagnostics) != 1 || string(list[0].Diagnostics[0]) != string(raw) {
		t.Fatalf("quick fixes: %+v", list)
	}
	if got := s.edited(text, list[0].Edit.Changes[uri]); got != strings.ReplaceAll(text, "EmailOpend", "EmailOpened") {
		t.Errorf("after the quick fix:\n%s", got)
	}
	list = reply[[]codeAction](s, "textDocument/codeAction", params("source"))
	if len(list) != 1 || list[0].Kind != kindFixAll || list[0].IsPreferred {
		t.Fatalf("source actions: %+v", list)
	}
	if got := s.edited(text, list[0].Edit.Changes[uri]); got != strings.ReplaceAll(text, "EmailOpend", "EmailOpened") {
		t.Errorf("after all fixes:\n%s", got)
	}
	kinds := map[string]bool{}
	for _, a := range reply[[]codeAction](s, "textDocument/codeAction", params()) {
		kinds[a.Kind] = true
	}
	if !kinds[kindQuickFix] || !kinds[kindFixAll] {
		t.Errorf("kinds of all actions: %v", kinds)
	}
	if got := reply[[]codeAction](s, "textDocument/codeAction", params("refactor.none")); len(got) != 0 {
		t.Errorf("of another kind: %v", got)
	}
}

// TestRename: another name is given everywhere, also in files that are not open, or the reason why
// it cannot be is told.
func TestRename(t *testing.T) {
	const test = "test \"T\" {\n    model \"A𝄞\"\n    as of 2026-06-01\n    Lead\n    expect score 0\n}\n"
	disk := fstest.MapFS{"w/b.score": file1(test), "w/a.score": file1("")}
	s := begin(t, disk, false)
	const a, b = "file:///w/a.score", "file:///w/b.score"
	params, text := at(a, strings.Replace(model("A𝄞", "EmailOpened"), "A𝄞", "A|𝄞", 1)+model("B", "EmailOpened"))
	s.open(a, text)
	if got := s.shown(); len(got) > 0 {
		t.Fatal(got, s.problems(b))
	}
	prepared := reply[prepareRenameResult](s, "textDocument/prepareRename", params)
	if prepared.Placeholder != "A𝄞" {
		t.Errorf("prepared: %+v", prepared)
	}
	params["newName"] = "C"
	edit := reply[workspaceEdit](s, "textDocument/rename", params)
	if got := s.edited(text, edit.Changes[a]); got != strings.ReplaceAll(text, "A𝄞", "C") {
		t.Errorf("got\n%s", got)
	}
	if got := s.edited(test, edit.Changes[b]); got != strings.ReplaceAll(test, "A𝄞", "C") {
		t.Errorf("got\n%s", got)
	}
	params["newName"] = "B"
	if _, err := s.try("textDocument/rename", params); err == nil || err.(*Error).Code != CodeFailed || !strings.Contains(err.Error(), "B") {
		t.Errorf("a name that is taken: %v", err)
	}
	if _, err := s.try("textDocument/prepareRename", placeOf(a, 0, 0)); err == nil || err.(*Error).Code != CodeFailed {
		t.Errorf("a keyword: %v", err)
	}
}

func TestHintsAndLenses(t *testing.T) {
	disk := fstest.MapFS{"w/a.score": file1(""), "w/Lead.csv": file1("id,ParentContact\nlead-1,ada\nlead-2,ben\nlead-3,\n"),
		"w/EmailOpened.csv": file1("Contact,Timestamp\nada,2020-01-01\n"), "w/Contact.csv": file1("id\nada\nben\n")}
	s := begin(t, disk, false)
	const uri = "file:///w/a.score"
	text := strings.ReplaceAll(model("A𝄞", "EmailOpened"), " within last 30 days", "") + "\ntest \"Good\" {\n    model \"A𝄞\"\n    as of 2026-06-01\n    Lead with ParentContact = \"ada\"\n    Contact \"ada\"\n    expect score 0\n}\n\ntest \"Bad\" {\n    model \"A𝄞\"\n    as of 2026-06-01\n    Lead with ParentContact = \"ada\"\n    Contact \"ada\"\n    expect score 5\n}\n"
	s.open(uri, text)
	if got := s.problems(uri); got != "" {
		t.Fatal(got)
	}
	whole := map[string]any{"textDocument": documentID{uri}, "range": span{position{}, position{99, 0}}}
	hints := reply[[]inlayHint](s, "textDocument/inlayHint", whole)
	if len(hints) != 1 || hints[0].Position != (position{0, 11}) || !strings.HasPrefix(hints[0].Label, "scores ") {
		t.Errorf("hints: %+v", hints)
	}
	commands := func() (list []string) {
		for _, l := range reply[[]codeLens](s, "textDocument/codeLens", whole) {
			list = append(list, fmt.Sprint(l.Command.Command, l.Command.Arguments))
		}
		return list
	}
	for _, want := range []string{
		"leadscore.test[file:///w/a.score A𝄞 Good]", "leadscore.test[file:///w/a.score A𝄞 Bad]", "leadscore.tests[file:///w/a.score A𝄞]",
	} {
		if !slices.Contains(commands(), want) {
			t.Errorf("%s is missing in %q", want, commands())
		}
	}
	const score = "leadscore.score[file:///w/a.score A𝄞]"
	if slices.Contains(commands(), score) {
		t.Error("without data there is nothing to score")
	}

	execute := func(command string, arguments ...any) json.RawMessage {
		t.Helper()
		return s.ask("workspace/executeCommand", map[string]any{"command": command, "arguments": arguments})
	}
	said := func() string { return s.told[len(s.told)-1] }
	var result struct {
		Passed, Failed int
		Tests          []json.RawMessage
	}
	if err := json.Unmarshal(execute(language.CommandTest, uri, "A𝄞", "Good"), &result); err != nil || result.Passed != 1 || result.Failed != 0 || len(result.Tests) != 1 {
		t.Errorf("%+v, %v", result, err)
	}
	if got := said(); got != `window/showMessage {"type":3,"message":"1 test passed"}` {
		t.Errorf("the client was told %s", got)
	}
	if err := json.Unmarshal(execute(language.CommandTests, uri, "A𝄞"), &result); err != nil || result.Passed != 1 || result.Failed != 1 || len(result.Tests) != 2 {
		t.Errorf("%+v, %v", result, err)
	}
	if got := said(); !strings.HasPrefix(got, `window/showMessage {"type":1,"message":"`) || !strings.Contains(got, "the score is 0, not 5") {
		t.Errorf("the client was told %s", got)
	}
	if got := s.problems(uri); !strings.HasPrefix(got, "25:4-25:18 1 expectation: ") {
		t.Errorf("what is not met is not shown: %s", got)
	}
	s.change(uri, 2, contentChange{&span{position{25, 17}, position{25, 18}}, "0"})
	if got := s.problems(uri); got != "" {
		t.Errorf("after a correction: %s", got)
	}

	// With data there is something to score.
	disk["w/leadscore.json"] = file1(`{"data": "."}`)
	s.ask("workspace/didChangeWatchedFiles", struct{}{})
	if !slices.Contains(commands(), score) {
		t.Errorf("%s is missing in %q", score, commands())
	}
	var scores scoreResult
	if err := json.Unmarshal(execute(language.CommandScore, uri, "A𝄞"), &scores); err != nil {
		t.Fatal(err)
	}
	if time.Since(scores.AsOf) > time.Hour || scores.Leads != 3 || scores.Failed != 0 || scores.Statuses["scored"] != 2 || scores.Statuses["no parent"] != 1 || scores.Grades["Cold"] != 2 || *scores.Least != 0 || *scores.Greatest != 10 {
		t.Errorf("scores: %+v", scores)
	}
	if got := said(); got != `window/showMessage {"type":3,"message":"A𝄞: 2 of 3 leads scored, scores from 0 to 10, Cold 2, Warm 0, sales ready 0"}` {
		t.Errorf("the client was told %s", got)
	}
	s.change(uri, 3, contentChange{&span{}, "model\n"})
	for _, test := range []struct {
		command   string
		arguments []any
		want      string
	}{
		{"leadscore.none", nil, `there is no command "leadscore.none"`},
		{language.CommandTest, []any{uri}, "the number of arguments is wrong"},
		{language.CommandScore, []any{uri, 5}, "the arguments: "},
		{language.CommandScore, []any{"file:///none", "A"}, "is not open"},
		{language.CommandScore, []any{uri, "A"}, "the rules have errors; the first one: a.score:"},
	} {
		if _, err := s.try("workspace/executeCommand", map[string]any{"command": test.command, "arguments": test.arguments}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %v: %v", test.command, test.arguments, err)
		}
	}
	s.change(uri, 4, contentChange{&span{position{}, position{1, 0}}, ""})
	for arguments, want := range map[[3]string]string{
		{language.CommandTests, "B", ""}:     `there is no test "B"`,
		{language.CommandTest, "A𝄞", "None"}: `there is no test "A𝄞/None"`,
		{language.CommandScore, "B", ""}:     `there is no model "B"`,
	} {
		list := []any{uri, arguments[1]}
		if arguments[2] != "" {
			list = append(list, arguments[2])
		}
		if _, err := s.try("workspace/executeCommand", map[string]any{"command": arguments[0], "arguments": list}); err == nil || err.Error() != want {
			t.Errorf("%q: %v", arguments, err)
		}
	}
}
