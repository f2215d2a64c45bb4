package browsertest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var update = flag.Bool("update", false, "write the screenshots of the README")

// tooWide lists the elements that are wider than the screen.
const tooWide = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, #merge, #designer")).map(e => e.tagName + " " + e.className + " " + e.textContent.slice(0, 30))`

// unnamed lists what people use and screen readers cannot name.
const unnamed = `[...document.querySelectorAll("button, select, input, [role=region]")]
	.filter(e => !e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby") && !(e.labels?.length) && !e.textContent.trim()).map(e => e.outerHTML.slice(0, 100))`

// lowContrast lists the texts, of the page and of the editor, whose contrast with what is
// behind them is below 4.5, as WCAG asks for.
const lowContrast = `(() => {
	const parts = c => c.match(/[\d.]+/g).map(Number);
	const light = c => { const [r, g, b] = parts(c).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const behind = e => { for (; e; e = e.parentElement ?? e.getRootNode().host) { const c = getComputedStyle(e).backgroundColor; if (parts(c).length < 4 || parts(c)[3] > 0) return c; } return "rgb(255, 255, 255)"; };
	const all = [...document.querySelectorAll("body *"), ...document.getElementById("editor").shadowRoot.querySelectorAll("*")];
	const low = [];
	for (const e of all) {
		if (e.tagName === "STYLE" || e.closest("[hidden]") || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
		const front = getComputedStyle(e).color, back = behind(e);
		const [a, b] = [light(front), light(back)].sort((x, y) => y - x), contrast = (a + 0.05) / (b + 0.05);
		if (contrast < 4.5) low.push(e.tagName + " " + e.className + " " + e.textContent.slice(0, 30) + ": " + front + " on " + back + " has " + contrast.toFixed(2));
	}
	return low;
})()`

// Everything has a name, fits on a phone, and can be read in both colour schemes.
func TestNamesAndContrast(t *testing.T) {
	b := start(t)
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{360, 1300} {
			b.open("", width, 900, scheme)
			b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach(d => d.open = true)`))
			if wide := eval[int64](b, "document.documentElement.scrollWidth"); wide > width {
				t.Errorf("the page is %d wide on a screen of %d: %v", wide, width, eval[[]string](b, tooWide))
			}
			for _, low := range eval[[]string](b, lowContrast) {
				t.Errorf("%s: %s", scheme, low)
			}
			for _, e := range eval[[]string](b, unnamed) {
				t.Errorf("it has no name: %s", e)
			}
		}
	}
}

// The page is used with the keyboard alone: the first stop leads to the rules, a lead is
// chosen, a field of a tile changes the text and keeps the focus.
func TestKeyboard(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1000, "light")
	b.do(chromedp.KeyEvent(kb.Tab))
	if focus := eval[string](b, "document.activeElement.textContent"); focus != "To the rules" {
		t.Errorf("the first stop is %q", focus)
	}
	b.do(chromedp.Focus("#leads tr:nth-child(2) button"), chromedp.KeyEvent(kb.Enter))
	b.until(`document.getElementById("lead-name").textContent === "lead-ben"`)
	b.wait("fresh")
	b.expect("#explanation", "nearly: Contact ben has Barista where the rule wants JobTitle")
	b.expect("#explanation", "What would make it sales ready (70 points)")
	was := b.rules()
	b.do(chromedp.Focus(`[aria-label="Points of Opened an email"]`), chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent("+25"+kb.Enter))
	b.changed(was)
	if focus := eval[string](b, "document.activeElement.ariaLabel"); focus != "Points of Opened an email" {
		t.Errorf("the focus is on %q", focus)
	}
	b.expect("#explanation", "+25")
	b.do(chromedp.Focus("#slider"), chromedp.KeyEvent(kb.ArrowRight))
	b.until(`document.getElementById("as-of").value === "2026-05-02"`)
	b.wait("fresh")
}

// The screenshots of the README show the page as it is: -update makes them anew.
func TestScreenshots(t *testing.T) {
	b := start(t)
	for _, shot := range []struct {
		name, scheme  string
		width, height int64
		compare       bool
	}{
		{"page", "light", 1300, 1640, false},
		{"compare", "dark", 1300, 1600, true},
	} {
		b.open("", shot.width, shot.height, shot.scheme)
		if shot.compare {
			eval[bool](b, `(document.getElementById("keep").click(), true)`)
			b.wait("fresh")
			b.put("Points of Opened an email", "1")
		}
		png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		const most = 300 << 10
		if len(png) == 0 || len(png) > most {
			t.Errorf("%s has %d bytes; a screenshot has at most %d", shot.name, len(png), most)
		}
		name := filepath.Join("..", "screenshots", shot.name+".png")
		if *update {
			if err := os.WriteFile(name, png, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if info, err := os.Stat(name); err != nil || info.Size() > most {
			t.Error(fmt.Errorf("%s: %v; run the test with -update", name, err))
		}
	}
}
