package browsertest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Somebody makes a mistake, fixes it with a button, and takes it back.
func TestTypeAndFix(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1000, "light")
	b.expect("#leads tr", "lead-ada")
	b.expect("#tests-summary", "2 of 2 tests pass")
	b.choose(2)
	was := b.rules()
	b.focusText()
	b.do(chromedp.KeyEvent(kb.End, chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent("{"))
	b.wait("wrong")
	if !eval[bool](b, `document.getElementById("tiles").inert`) {
		t.Error("the tiles can be changed while the text has errors")
	}
	b.do(chromedp.KeyEvent(kb.Backspace))
	b.wait("fresh")
	b.do(chromedp.KeyEvent(`model "B" { target contact condition "C" { each EmailOpend score +1 } }`))
	b.wait("wrong")
	b.expect("#state", "older results")
	if style := eval[string](b, `getComputedStyle(document.getElementById("scores")).borderTopStyle`); style != "dashed" {
		t.Errorf("the frame of older results is %s", style)
	}
	b.expect("#problems", "EmailOpend")
	if n := eval[int](b, `document.querySelectorAll(".model").length`); n != 2 {
		t.Errorf("there are tiles of %d models", n)
	}
	eval[bool](b, `(document.querySelector("#problems .fix").click(), true)`)
	b.wait("fresh")
	if !strings.Contains(b.rules(), "{ each EmailOpened score +1 }") {
		t.Errorf("the fix makes another text:\n%s", b.rules())
	}
	eval[bool](b, `(document.getElementById("format").click(), true)`)
	b.until(`document.getElementById("editor").value.includes('\nmodel "B" {\n')`)
	for range 20 {
		b.focusText()
		b.do(chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
		if b.rules() == was {
			break
		}
	}
	if b.rules() != was {
		t.Errorf("undone, the text is\n%s", b.rules())
	}
	b.wait("fresh")
}

// Somebody slides through time, keeps a version, changes points and sees who changes; the
// link that is shared opens the same.
func TestSlideCompareShare(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1000, "light")
	b.expect("#leads tr", "70")
	b.expect("#history", "2026-04-02")
	eval[bool](b, `(() => { const s = document.getElementById("slider"); s.value = 100; s.dispatchEvent(new Event("input", { bubbles: true })); return true; })()`)
	b.wait("fresh")
	if asOf := eval[string](b, `document.getElementById("as-of").value`); asOf != "2026-08-09" {
		t.Errorf("the results are as of %s", asOf)
	}
	if strings.Contains(b.text("#leads tr"), "70") {
		t.Error("the score is the same a hundred days later")
	}
	eval[bool](b, `(() => { const d = document.getElementById("as-of"); d.value = "2026-05-01"; d.dispatchEvent(new Event("change", { bubbles: true })); return true; })()`)
	b.wait("fresh")
	eval[bool](b, `(document.getElementById("keep").click(), true)`)
	b.wait("fresh")
	b.put("Points of Opened an email", "1")
	b.expect("#changes", "+10 → +1")
	b.expect("#effect", "1 no longer are")
	b.expect("#moved", "lead-ada, Coffee geeks: 70 Hot, sales ready → 34 Cold")
	eval[bool](b, `(document.getElementById("share").click(), true)`)
	b.until(`location.hash.startsWith("#s=")`)
	hash := eval[string](b, "location.hash")
	text, leads := b.rules(), b.text("#leads")
	b.open(hash, 1300, 1000, "light")
	if got := b.rules(); got != text {
		t.Errorf("the link opens other rules:\n%s", got)
	}
	if got := b.text("#leads"); got != leads {
		t.Errorf("the link opens other results: %s", got)
	}
	b.expect("#moved", "lead-ada")
}
