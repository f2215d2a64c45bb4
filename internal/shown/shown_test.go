package shown_test

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/internal/shown"
)

func TestQuote(t *testing.T) {
	sixty := strings.Repeat("é", 60)
	for in, want := range map[string]string{
		"":            `""`,
		"a \"b\"\n":   `"a \"b\"\n"`,
		"\x1b[31m":    `"\x1b[31m"`,
		"\xff":        `"\xff"`,
		"Paris ":      `"Paris "`,
		"Par\u00a0is": `"Par\u00a0is"`,
		"a\u200bb":    `"a\u200bb"`,
		"Сhicago":     `"\u0421hicago"`, // a Cyrillic С
		"Cafe\u0301":  `"Cafe\u0301"`,
		"Café":        `"Café"`,
		"Москва":      `"Москва"`,
		"Москва Сity": `"Москва \u0421ity"`,
		"10–20 €":     `"10–20 €"`,
		sixty:         `"` + sixty + `"`,
		sixty + "aa":  `"` + sixty + `"…`,
	} {
		if got := shown.Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestQuoteAll(t *testing.T) {
	long := strings.Repeat("é", 100)
	if got := shown.QuoteAll(long + "\xff"); got != `"`+long+`\xff"` {
		t.Errorf("got %s", got)
	}
	// What is quoted reads as Go text again, so nothing is lost.
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.StringMatching("[a\u0430\u0421\u0301 \u00a0\u200b\"\\\\]*"), rapid.String()).Draw(t, "s")
		if got, err := strconv.Unquote(shown.QuoteAll(s)); err != nil || got != s {
			t.Fatalf("%q is quoted as %s", s, shown.QuoteAll(s))
		}
	})
}

func TestPrintable(t *testing.T) {
	if got, want := shown.Printable("a\tb\x1b\x7f\u0085\xffé…"), "a\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFDé…"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestJSON(t *testing.T) {
	if got, err := shown.JSON([]string{"a <b> & c", "\n"}); string(got) != `["a <b> & c","\n"]` || err != nil {
		t.Errorf("got %s, %v", got, err)
	}
	if got, err := shown.JSON(func() {}); err == nil {
		t.Errorf("a function gives %s", got)
	}
}
