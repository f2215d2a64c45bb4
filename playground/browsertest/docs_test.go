package browsertest

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// page opens a page of the documentation.
func (b *browser) page(name string, width int64, scheme string) {
	b.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	b.do(chromedp.EmulateViewport(width, 900), func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, media)
		return chromedp.Void{}, err
	}, chromedp.Navigate("about:blank"), chromedp.Navigate(b.url+"/docs/"+name))
	b.until(`document.readyState === "complete"`)
}

// tooWideInDocs lists the elements that are wider than the screen, and do not scroll.
const tooWideInDocs = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("pre, .scroll, .skip")).map(e => e.tagName + " " + e.className + " " + e.textContent.slice(0, 30))`

// The pages of the documentation can be read in both colour schemes, and on a phone.
func TestDocsContrast(t *testing.T) {
	b := start(t)
	low := strings.Replace(lowContrast, `, ...document.getElementById("editor").shadowRoot.querySelectorAll("*")`, "", 1)
	for _, name := range []string{"", "language.html", "cli.html", "findings.html", "design.html"} {
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{360, 1300} {
				b.page(name, width, scheme)
				eval[bool](b, `(document.querySelectorAll(".anchor").forEach((e) => e.style.opacity = 1), true)`)
				for _, text := range eval[[]string](b, low) {
					t.Errorf("%s, %s: %s", name, scheme, text)
				}
				for _, e := range eval[[]string](b, unnamed) {
					t.Errorf("%s: it has no name: %s", name, e)
				}
				if wide := eval[int64](b, "document.documentElement.scrollWidth"); wide > width {
					t.Errorf("%s is %d wide on a screen of %d: %v", name, wide, width, eval[[]string](b, tooWideInDocs))
				}
			}
		}
	}
}

// Somebody searches with the keyboard, and goes to what was found.
func TestDocsSearch(t *testing.T) {
	b := start(t)
	b.page("", 1300, "light")
	b.do(chromedp.KeyEvent("/"))
	for _, search := range []struct{ query, first, url string }{
		{"once per", "Counting once", "language.html#counting-once"},
		{"losing", "", "language.html#decay"},
		{"time zon", "", "language.html#time-zones"},
		{"IDLE-CAP", "idle-cap", "findings.html#idle-cap"},
		{"exit status", "Exit status", "cli.html#exit-status"},
	} {
		b.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent(search.query))
		b.until(`document.getElementById("found").textContent.includes("section") && document.querySelector("#results mark")`)
		b.until(`[...document.querySelectorAll("#results a")].slice(0, 5).some((a) => a.getAttribute("href") === ` + quoted(search.url) + `)`)
		if first := b.text("#results a"); search.first != "" && first != search.first {
			t.Errorf("%q finds %q first", search.query, first)
		}
	}
	b.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent("<img src=x onerror=alert(1)> zzqq"))
	b.until(`document.getElementById("found").textContent === "Nothing was found"`)
	b.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent("once per"))
	b.until(`document.getElementById("results").children.length > 0`)
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(`location.hash === "#counting-once" && document.readyState === "complete"`)
	if top := eval[float64](b, `document.getElementById("counting-once").getBoundingClientRect().top`); top < 0 || top > 900 {
		t.Errorf("the section is at %v", top)
	}
	eval[bool](b, `(document.getElementById("query").focus(), true)`)
	b.do(chromedp.KeyEvent("decay"))
	b.until(`document.getElementById("results").children.length > 0`)
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`document.getElementById("results").children.length === 0 && document.getElementById("query").value === ""`)
}

// Without scripts the pages have all but the search.
func TestDocsWithoutScripts(t *testing.T) {
	b := start(t)
	b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	})
	b.page("language.html", 1300, "light")
	if eval[bool](b, `document.getElementById("search").checkVisibility()`) {
		t.Error("there is a search that does nothing")
	}
	if n := eval[int](b, `document.querySelectorAll("nav a").length`); n < 80 {
		t.Errorf("the page has %d links to pages and sections", n)
	}
	b.do(chromedp.Click(`nav.contents a[href="#decay"]`))
	b.until(`location.hash === "#decay"`)
}

// An example opens in the playground, with the scores of the document; a code in the
// playground leads to what the documentation says of it.
func TestDocsToPlayground(t *testing.T) {
	b := start(t)
	b.page("language.html", 1300, "light")
	if text := b.text("#what-a-model-is ~ .code .try a"); text != "Open in the playground" {
		t.Errorf("the link is %q", text)
	}
	b.do(chromedp.Click("#what-a-model-is ~ .code .try a"))
	b.until(`document.querySelector("#leads tr")`)
	b.wait("fresh")
	b.expect("#leads", "ada-leadCoffee geeks70Hot")
	b.expect("#leads", "ben-leadCoffee geeks-20Cold")
	b.expect("#as-of-time", "12:00:00Z")
	b.do(chromedp.Navigate("about:blank"))
	b.page("diagnostics.html", 1300, "light")
	b.do(chromedp.Click("#operator ~ .code .try a"))
	b.until(`document.body?.dataset.results === "wrong"`)
	b.expect("#problems a", "operator")
	to := eval[string](b, `document.querySelector("#problems a").href`)
	if to != b.url+"/docs/diagnostics.html#operator" {
		t.Errorf("the code leads to %s", to)
	}
}
