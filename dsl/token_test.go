package dsl

import (
	"testing"

	"github.com/alecthomas/participle/v2/lexer"
)

func TestWordOf(t *testing.T) {
	for _, test := range []struct {
		typ         lexer.TokenType
		value, want string
	}{
		{tokIdent, "within", "within"},
		{tokIdent, "Within", "within"},
		{tokIdent, "WITHIN", "within"},
		{tokIdent, "EmailOpened_2", "emailopened_2"},
		{tokIdent, "WEE\u212aS", "wee\u212as"}, // the Kelvin sign is not the letter k
		{tokIdent, "ÄNDERUNG", "Änderung"},
		{tokQuoted, "`within`", ""},
		{tokString, `"within"`, ""},
		{tokSign, "{", ""},
	} {
		if got := wordOf(&lexer.Token{Type: test.typ, Value: test.value}); got != test.want {
			t.Errorf("wordOf(%s) = %q, want %q", test.value, got, test.want)
		}
	}
}

func TestPlainText(t *testing.T) {
	for raw, want := range map[string]string{`""`: "", `"a b"`: "a b", `"ä’\"`: "-", `"a\"b"`: "-", `"a`: "-", `"`: "-", `“a”`: "-", `"a"b"`: "-", "\"a\xff\"": "-"} {
		got, ok := plainText(raw)
		if !ok {
			got = "-"
		}
		if got != want {
			t.Errorf("plainText(%s) = %q, want %q", raw, got, want)
		}
	}
}

func TestWellFormed(t *testing.T) {
	for number, want := range map[string]bool{
		"0": true, "7": true, "+10": true, "-0.5": true, "12.25": true, "0.0": true,
		"007": false, "-01": false, "00.5": false, "1_000": false, "1e5": false, "1E5": false, "1,000": false, "1 000": false, "1.000.000": false,
	} {
		if got := wellFormed(number); got != want {
			t.Errorf("wellFormed(%q) = %v, want %v", number, got, want)
		}
	}
}
