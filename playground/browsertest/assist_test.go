package browsertest

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// inEditor returns an expression for an element of the editor.
func inEditor(selector string) string {
	return `document.getElementById("editor").shadowRoot.querySelector(` + quoted(selector) + `)`
}

// accept takes the first candidate. A list that has just come takes no key, as somebody may have
// meant another one.
func (b *browser) accept() {
	b.t.Helper()
	time.Sleep(200 * time.Millisecond)
	// The Enter of chromedp makes a line, too, even if the page takes the key.
	eval[bool](b, "!"+inEditor(".cm-content")+`.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 13, bubbles: true, composed: true, cancelable: true }))`)
}

// Somebody writes a condition with what the editor offers.
func TestCompletion(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1000, "light")
	b.choose(2)
	b.focusText()
	b.do(chromedp.KeyEvent(kb.End, chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent(`model "B" { target contact condition "C" { each EmailOp`))
	b.until(inEditor(".cm-tooltip-autocomplete li[aria-selected]"))
	if label := eval[string](b, inEditor("li[aria-selected] .cm-completionLabel")+".textContent"); label != "EmailOpened" {
		t.Errorf("the first candidate is %q", label)
	}
	b.accept()
	b.do(chromedp.KeyEvent(" whe"))
	b.until(`document.getElementById("editor").value.includes("each EmailOpened whe")`)
	b.until(inEditor("li[aria-selected] .cm-completionLabel") + `?.textContent === "where"`)
	b.until(inEditor(".cm-completionInfo .doc p"))
	b.accept()
	b.do(chromedp.KeyEvent(" EmailNa"))
	b.until(inEditor("li[aria-selected] .cm-completionLabel") + `?.textContent === "EmailName"`)
	b.accept()
	b.do(chromedp.KeyEvent(` = "Spring" score +1 } }`), chromedp.KeyEvent(kb.Escape))
	b.wait("fresh")
	if !strings.HasSuffix(strings.TrimSpace(b.rules()), `model "B" { target contact condition "C" { each EmailOpened where EmailName = "Spring" score +1 } }`) {
		t.Errorf("the rules end with %q", b.rules()[max(0, len(b.rules())-200):])
	}
	b.do(chromedp.KeyEvent(" "), chromedp.KeyEvent(" ", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.until(`[...document.getElementById("editor").shadowRoot.querySelectorAll(".cm-completionLabel")].some((e) => e.textContent === "test")`)
}

// Somebody asks what words mean, with the mouse and with the keyboard, and goes to the page
// about one.
func TestMeanings(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1000, "light")
	at := func(word string) (x, y float64) {
		place := eval[[]float64](b, `(() => {
			const root = document.getElementById("editor").shadowRoot, range = document.createRange();
			const walk = document.createTreeWalker(root.querySelector(".cm-content"), NodeFilter.SHOW_TEXT);
			for (let n = walk.nextNode(); n; n = walk.nextNode()) {
				const i = n.data.indexOf(`+quoted(word)+`);
				if (i < 0) continue;
				range.setStart(n, i + 1);
				range.setEnd(n, i + 3);
				const r = range.getBoundingClientRect();
				return [r.x + r.width / 2, r.y + r.height / 2];
			}
		})()`)
		return place[0], place[1]
	}
	x, y := at("within")
	b.do(chromedp.MouseEvent("mouseMoved", x-30, y), chromedp.MouseEvent("mouseMoved", x, y))
	b.until(inEditor(".cm-tooltip .doc"))
	if doc := eval[string](b, inEditor(".cm-tooltip .doc")+".textContent"); !strings.Contains(doc, "within last SPAN") {
		t.Errorf("within means %q", doc)
	}
	to := eval[string](b, inEditor(".cm-tooltip .doc a")+".href")
	b.do(chromedp.MouseEvent("mouseMoved", 5, 5))
	x, y = at("EmailOpened")
	b.do(chromedp.MouseClickXY(x, y), chromedp.KeyEvent(kb.F1))
	b.until(`document.getElementById("said").textContent.includes("interaction EmailOpened")`)
	b.do(chromedp.Navigate(to))
	b.until(`document.readyState === "complete" && location.hash && document.getElementById(location.hash.slice(1))`)
}
