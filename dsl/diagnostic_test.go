package dsl_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
)

var update = flag.Bool("update", false, "rewrite golden files; read the differences")

// within returns the span of the first text in line, which is line 7 of its file.
func within(line, text string) dsl.Span {
	at := strings.Index(line, text)
	start := dsl.Pos{Offset: 100 + at, Line: 7, Column: 1 + utf8.RuneCountInString(line[:at])}
	end := start
	end.Offset += len(text)
	end.Column += utf8.RuneCountInString(text)
	return dsl.Span{Start: start, End: end}
}

// TestCarets checks that on a terminal the carets are below the span, whatever
// characters are before it and in it.
func TestCarets(t *testing.T) {
	for _, test := range []struct{ name, line, span, want string }{
		{"ASCII", `City = 'x'`, "'x'", "       ^^^"},
		{"letters of one column", `Größe Имя עִיר 'x'`, "'x'", strings.Repeat(" ", 14) + "^^^"}, // the point takes none
		{"kanji before", `"東京" = 'x'`, "'x'", "         ^^^"},
		{"kanji below", `City = '東京'`, "'東京'", "       ^^^^^^"},
		{"hangul", `"서울" x`, "x", "       ^"},
		{"kana and fullwidth", `"カフェ" Ａ x`, "x", strings.Repeat(" ", 12) + "^"},
		{"halfwidth kana", `"ｶﾌｪ" x`, "x", "      ^"},
		{"emoji", `"☕🙂" x`, "x", "       ^"},
		{"text signs", `"→€…" x`, "x", "      ^"},
		{"combining", "\"Cafe\u0301\" x", "x", "       ^"},
		{"a flag", `"🇩🇪" x`, "x", "     ^"},
		{"tabs before", "\tCity\t'x'", "'x'", "\t    \t^^^"},
		// The line begins in column 6, so that a tab in column 14 leads to 16.
		{"a tab below", "\ta\tb c", "a\tb", "\t^^^^^^^^^"},
		{"a tab behind kanji", "東京\tx y", "x", "    \t^"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := dsl.Diagnostic{Summary: "s", Line: test.line, Span: within(test.line, test.span)}
			want := "7:" + fmt.Sprint(d.Span.Start.Column) + ": s\n  7 | " + test.line + "\n    | " + test.want
			if diff := cmp.Diff(want, d.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRender checks that style gets the parts, and that no part of the text could
// control a terminal.
func TestRender(t *testing.T) {
	line := "\x1b[1m where City == 'x'"
	d := dsl.Diagnostic{
		Severity: dsl.Warning, Summary: "odd\x1b[0m", File: "a\x1bb.score", Line: line, Span: within(line, "=="),
		Related: []dsl.Related{{Summary: "there", File: "c.score"}},
	}
	d.Replace("=")
	got := d.Render(func(p dsl.Part, text string) string { return fmt.Sprintf("<%d>%s</>", p, text) })
	want := "<0>a\uFFFDb.score:7:17:</> <1>warning:</> odd\uFFFD[0m\n" +
		"  7 | \uFFFD[1m where City == 'x'\n" +
		"    |                 <2>^^</>\n" +
		"fix | <3>\uFFFD[1m where City = 'x'</>\n" +
		"  <0>c.score:</> there"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if strings.ContainsFunc(strings.ReplaceAll(got, "\n", ""), unicode.IsControl) {
		t.Error("a control character is left")
	}
}

// TestReplace checks the edit and the corrected line, or that there is none.
func TestReplace(t *testing.T) {
	line := "  where City == 'x'"
	at := within(line, "==")
	for _, test := range []struct {
		name string
		line string
		span dsl.Span
		want string
	}{
		{"in the middle", line, at, "  where City = 'x'"},
		{"at the end", line, within(line, "'x'"), "  where City == ="},
		{"characters of several bytes", "Größe 東京 == 1", within("Größe 東京 == 1", "=="), "Größe 東京 = 1"},
		{"no place", line, dsl.Span{}, ""},
		{"no line", "", at, ""},
		{"behind the line", "x", at, ""},
		{"over two lines", line, dsl.Span{Start: at.Start, End: dsl.Pos{Line: 8, Column: 20}}, ""},
		{"a very long line", line + strings.Repeat(" x", 500), at, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := dsl.Diagnostic{Line: test.line, Span: test.span}
			if d.Replace("="); d.Fixed() != test.want {
				t.Errorf("got %q, want %q", d.Fixed(), test.want)
			}
			if d.Fix != nil && *d.Fix != (dsl.Edit{Span: test.span, Text: "="}) {
				t.Errorf("the edit is %+v", *d.Fix)
			}
		})
	}
	// Of a long line and its fix only a part is shown.
	line = strings.Repeat("x", 150) + " == " + strings.Repeat("y", 200)
	d := dsl.Diagnostic{Summary: "s", Line: line, Span: within(line, "==")}
	d.Replace("=")
	want := "7:152: s\n" +
		"  7 | …" + strings.Repeat("x", 59) + " == " + strings.Repeat("y", 57) + "…\n" +
		"    | " + strings.Repeat(" ", 61) + "^^\n" +
		"fix | …" + strings.Repeat("x", 59) + " = " + strings.Repeat("y", 58) + "…"
	if diff := cmp.Diff(want, d.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDiagnosticJSON compares with a golden file that has every field, hostile text,
// and a diagnostic that counts others.
func TestDiagnosticJSON(t *testing.T) {
	const golden = "testdata/diagnostics.json"
	line := `where City == "東京" and A <- B & C > 1`
	full := dsl.Diagnostic{
		Severity: dsl.Advice, Code: dsl.CodeOperator, Summary: "== is no operator here", Expected: []string{"=", "!="},
		Nearest: "=", Help: "write one sign", File: "rules.score", Line: line, Span: within(line, "=="), More: 0,
		Related: []dsl.Related{{Summary: "here", File: "b.score", Span: within(line, "City")}, {Summary: "and there"}},
	}
	full.Replace("=")
	_, limited := dsl.Parse("many.score", "model \"M\" { target contact ; ; ; }", dsl.Limits{Problems: 2})
	list := append(dsl.Diagnostics{
		full,
		{Severity: dsl.Warning, Code: "schema", Summary: "no place", File: "schema.score"},
		{Severity: 7, Code: "a\x00\xffb", Summary: "\x1b[31m\xff\u2028", Expected: []string{"\xfe"}, File: "\xff.score", Line: "\xffa\tb\x7f",
			Span: dsl.Span{Start: dsl.Pos{Line: 1, Column: 1}, End: dsl.Pos{Offset: 1, Line: 1, Column: 2}}},
	}, limited...)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(list); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(b.Bytes()) || !utf8.Valid(b.Bytes()) {
		t.Error("this is not JSON")
	}
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// By itself, by value or by pointer, a problem is encoded as in a list.
	for _, v := range []any{full, &full} {
		alone, err := json.Marshal(v)
		if err != nil || !bytes.Contains(alone, []byte(`"code":"operator"`)) {
			t.Errorf("%T: %s, %v", v, alone, err)
		}
	}
	// A very long line is cut off.
	hostile, err := json.Marshal(dsl.Diagnostic{Line: strings.Repeat("x", 1<<20)})
	if err != nil || len(hostile) > 1<<17 {
		t.Errorf("%d bytes, %v", len(hostile), err)
	}
}

func TestSeverityText(t *testing.T) {
	for s := dsl.Error; s <= dsl.Advice; s++ {
		text, err := s.MarshalText()
		var back dsl.Severity
		if err != nil || string(text) != s.String() || back.UnmarshalText(text) != nil || back != s {
			t.Errorf("%v: %q, %v, read back as %v", s, text, err, back)
		}
	}
	if text, err := dsl.Severity(7).MarshalText(); err == nil {
		t.Errorf("7 is %q", text)
	}
	if err := new(dsl.Severity).UnmarshalText([]byte("Warning")); err == nil {
		t.Error("Warning is a severity")
	}
}
