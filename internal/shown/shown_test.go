package shown_test

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore/internal/shown"
)

func TestQuote(t *testing.T) {
	sixty := strings.Repeat("é", 60)
	for in, want := range map[string]string{
		"":           `""`,
		"a \"b\"\n":  `"a \"b\"\n"`,
		"\x1b[31m":   `"\x1b[31m"`,
		"\xff":       `"\xff"`,
		sixty:        `"` + sixty + `"`,
		sixty + "aa": `"` + sixty + `"…`,
	} {
		if got := shown.Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
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
