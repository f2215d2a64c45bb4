package spreadsheet_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/spreadsheet"
)

func TestCell(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "",
		"Bean House":                  "Bean House",
		"Smith-Jones, a+b=c; d":       "Smith-Jones, a+b=c; d",
		"'=1":                         "'=1",
		`=HYPERLINK("http://x")`:      `'=HYPERLINK("http://x")`,
		"+49 30 1234":                 "'+49 30 1234",
		"-1":                          "'-1",
		"@SUM(1)":                     "'@SUM(1)",
		"＝1":                          "'＝1",
		"\t=1":                        "'\t'=1",
		"\rx":                         "'\rx",
		"\nx":                         "'\nx",
		" =1":                         "' =1",
		"\u00a0=1":                    "'\u00a0=1",
		"\u200b\ufeff=1":              "'\u200b\ufeff=1",
		"\x00=1":                      "'\x00=1",
		"\u202e=1":                    "'\u202e=1",
		`"=1`:                         `'"=1`,
		"a;=1+1":                      "a;'=1+1",
		"a; \"=1+1":                   "a;' \"=1+1",
		"a\n=1+1":                     "a\n'=1+1",
		"a\r\n-1":                     "a\r\n'-1",
		"a\tb\t@x;y":                  "a\tb\t'@x;y",
		";=1":                         ";'=1",
		"Coffee: 1 x +10 = +10; T: 1": "Coffee: 1 x +10 = +10; T: 1",
		"\xff=1":                      "'\xff=1",
		"a,=1":                        "a,=1", // CSV quotes it
	} {
		if got := spreadsheet.Cell(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// texts draws text of the characters that matter.
var texts = rapid.StringOf(rapid.SampledFrom([]rune("=+-@＝ab \"',;\t\r\n\u00a0\u200b\x00|")))

// Cell is done after one time, and takes nothing away.
func TestCellKeepsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		cell := spreadsheet.Cell(text)
		if again := spreadsheet.Cell(cell); again != cell {
			t.Fatalf("%q becomes %q and then %q", text, cell, again)
		}
		if strings.ReplaceAll(cell, "'", "") != strings.ReplaceAll(text, "'", "") {
			t.Fatalf("%q becomes %q", text, cell)
		}
	})
}

// However a spreadsheet separates the cells of a file that encoding/csv has written,
// none begins with a formula.
func TestNoCellIsAFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var file strings.Builder
		out := csv.NewWriter(&file)
		var want [][]string
		for range rapid.IntRange(1, 3).Draw(t, "rows") {
			row := []string{"id"}
			for range 3 {
				row = append(row, spreadsheet.Cell(texts.Draw(t, "text")))
			}
			want = append(want, row)
			if err := out.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		out.Flush()
		check := func(cell string) {
			cell = strings.TrimLeftFunc(cell, func(r rune) bool { return r == '"' || unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u200b' })
			if cell != "" && strings.ContainsRune("=+-@＝", []rune(cell)[0]) {
				t.Fatalf("the cell %q in\n%q", cell, file.String())
			}
		}
		// As it was written, and by line ends and other separators that look at no quote.
		read := csv.NewReader(strings.NewReader(file.String()))
		rows, err := read.ReadAll()
		if err != nil || len(rows) != len(want) {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, row := range rows {
			for _, cell := range row {
				check(cell)
			}
		}
		for _, separators := range []string{"\r\n;", "\r\n\t"} {
			for _, cell := range strings.FieldsFunc(file.String(), func(r rune) bool { return strings.ContainsRune(separators, r) }) {
				check(cell)
			}
		}
	})
}

func TestFits(t *testing.T) {
	for _, test := range []struct {
		text string
		want bool
	}{
		{"", true},
		{strings.Repeat("x", spreadsheet.MaxLength), true},
		{strings.Repeat("x", spreadsheet.MaxLength+1), false},
		{strings.Repeat("é", spreadsheet.MaxLength), true},   // two bytes each
		{strings.Repeat("🙂", spreadsheet.MaxLength/2), true}, // two code units each
		{strings.Repeat("🙂", spreadsheet.MaxLength/2+1), false},
	} {
		if got := spreadsheet.Fits(test.text); got != test.want {
			t.Errorf("%d bytes: %t", len(test.text), got)
		}
	}
}
