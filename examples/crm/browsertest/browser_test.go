package browsertest

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var update = flag.Bool("update", false, "write the screenshots of the README")

// A browser has the pages of a service open.
type browser struct {
	t      *testing.T
	url    string
	ctx    context.Context
	mu     sync.Mutex
	errors []string // what the browser complains about
}

// findChromium returns the path of the browser, or skips the test.
func findChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("THE PAGES ARE NOT TESTED IN A BROWSER: there is no chromium on the PATH (on Debian: apt-get install chromium)")
	return ""
}

// startService builds the service and starts it with invented leads and a fixed clock.
func startService(t *testing.T) (url string) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "crm")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the service: %v\n%s", err, out)
	}
	c := exec.Command(program, "-addr", "127.0.0.1:0", "-db", filepath.Join(dir, "crm.db"), "-as-of", "2026-06-01T00:00:00Z", "-seed", "200")
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait() // it was killed
	})
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		var line struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return "http://" + line.Address
		}
	}
	t.Fatal("the service does not start")
	return ""
}

// start starts a service and a browser.
func start(t *testing.T) *browser {
	path := findChromium(t)
	b := &browser{t: t, url: startService(t)}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.Flag("force-device-scale-factor", "1"))
	if os.Geteuid() == 0 { // chromium refuses to run as root with its sandbox
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	b.ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b.do() // starts the browser
	entries := chromedp.Events(b.ctx, log.EntryAdded)
	go func() {
		for e, err := range entries {
			if err != nil {
				return // the browser is closed
			}
			b.mu.Lock() // what the policy forbids, and files that are missing
			b.errors = append(b.errors, e.Entry.Text)
			b.mu.Unlock()
		}
	}()
	b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, log.Enable, cdp.Empty{})
		return chromedp.Void{}, err
	})
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, e := range b.errors {
			t.Errorf("the browser says: %s", e)
		}
	})
	return b
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// open opens a page in a window of a size, in a colour scheme.
func (b *browser) open(path string, width, height int64, scheme string) {
	b.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	b.do(chromedp.EmulateViewport(width, height), func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, media)
		return chromedp.Void{}, err
	}, chromedp.Navigate(b.url+path))
}

func (b *browser) expect(selector, want string) {
	b.t.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Text(selector))
	if err != nil {
		b.t.Fatal(err)
	}
	if !strings.Contains(got, want) {
		b.t.Errorf("%s is %q, without %q", selector, got, want)
	}
}

// eval evaluates an expression on the page.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// lead is the page of the lead with the highest score.
func (b *browser) lead() string {
	b.t.Helper()
	b.open("/sales", 900, 900, "light")
	return eval[string](b, `new URL(document.querySelector("tbody a").href).pathname + new URL(document.querySelector("tbody a").href).search`)
}

// Somebody filters the list, opens a lead and rejects it, with the keyboard alone.
func TestKeyboard(t *testing.T) {
	b := start(t)
	b.open("/", 900, 900, "light")
	b.expect("h1", "Leads")
	b.do(chromedp.KeyEvent(kb.Tab))
	if focus := eval[string](b, "document.activeElement.textContent"); focus != "Skip to the content" {
		t.Errorf("the first stop is %q", focus)
	}
	b.do(chromedp.Focus("#q"))
	if outline := eval[string](b, `getComputedStyle(document.activeElement).outlineStyle`); outline != "solid" {
		t.Errorf("the outline of what has the focus is %q", outline)
	}
	all := eval[int](b, `document.querySelectorAll("tbody tr").length`)
	b.do(chromedp.KeyEvent("ada"+kb.Enter), chromedp.WaitVisible(`#q[value="ada"]`))
	found := eval[int](b, `document.querySelectorAll("tbody tr").length`)
	if found == 0 || found >= all {
		t.Errorf("the search leaves %d of %d leads", found, all)
	}
	b.do(chromedp.Focus("tbody a"), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#timeline"))
	b.expect("h1", "Ada")
	b.do(chromedp.Focus("#accepted"), chromedp.KeyEvent(kb.ArrowDown), // rejected
		chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("no b"), // no budget
		chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("next year"),
		chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter),
		chromedp.WaitVisible("section q"))
	b.expect(`section[aria-labelledby="feedback"] li`, "rejected for Buyers, no budget")
	if address := eval[string](b, "location.hash"); address != "#feedback" {
		t.Errorf("the page continues at %q", address)
	}
}

// On every page nothing is wider than a narrow phone, texts have enough contrast in both
// colour schemes, and what is pressed is large enough for a finger.
func TestPhoneAndContrast(t *testing.T) {
	b := start(t)
	lead := b.lead()
	paths := []string{"/sales", "/sales?q=nobody", lead, "/sales/rules", "/sales/lead?id=nobody"}
	b.open("/sales/rules", 900, 900, "light")
	paths = append(paths, eval[string](b, `new URL(document.querySelector("tbody a").href).pathname + new URL(document.querySelector("tbody a").href).search`))
	for _, path := range paths {
		for _, width := range []int64{320, 1000} {
			for _, scheme := range []string{"light", "dark"} {
				b.open(path, width, 900, scheme)
				b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach(d => d.open = true)`))
				if wide := eval[int64](b, "document.documentElement.scrollWidth"); wide > width {
					t.Errorf("%s: the page is %d wide on a screen of %d: %v", path, wide, width, eval[[]string](b, tooWide))
				}
				for _, low := range eval[[]string](b, lowContrast) {
					t.Errorf("%s, %s: %s", path, scheme, low)
				}
				for _, small := range eval[[]string](b, tooSmall) {
					t.Errorf("%s at %d: %s", path, width, small)
				}
			}
		}
	}
	// A lead that is not there is answered 404, which the browser tells of.
	b.mu.Lock()
	defer b.mu.Unlock()
	var others []string
	for _, e := range b.errors {
		if !strings.Contains(e, "404") {
			others = append(others, e)
		}
	}
	b.errors = others
}

// tooWide lists the elements that are wider than the screen.
const tooWide = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.tagName + " " + e.className + " " + e.textContent.slice(0, 30))`

// tooSmall lists what is pressed and is lower than 24 pixels, as WCAG 2.2 asks for, unless it is a link in a text.
const tooSmall = `[...document.querySelectorAll("button, select, input:not([type=hidden]):not([type=radio]), summary, textarea")]
	.filter(e => e.getBoundingClientRect().height < 24).map(e => e.tagName + " is " + e.getBoundingClientRect().height + " high")`

// lowContrast lists the texts whose contrast with what is behind them is below 4.5, as
// WCAG asks for.
const lowContrast = `(() => {
	const parts = c => c.match(/[\d.]+/g).map(Number);
	const light = c => { const [r, g, b] = parts(c).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (parts(c).length < 4 || parts(c)[3] > 0) return c; } return "rgb(255, 255, 255)"; };
	const low = [];
	for (const e of document.querySelectorAll("body *")) {
		if (e.tagName === "title") continue; // of a drawing: it is not shown
		if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
		const style = getComputedStyle(e), front = e.closest("svg") ? style.fill : style.color, back = behind(e);
		const [a, b] = [light(front), light(back)].sort((x, y) => y - x), contrast = (a + 0.05) / (b + 0.05);
		if (contrast < 4.5) low.push(e.tagName + " " + e.textContent.slice(0, 30) + ": " + front + " on " + back + " has " + contrast.toFixed(2));
	}
	return low;
})()`

// The page of a lead shows its history as a drawing that has a name and a line.
func TestChart(t *testing.T) {
	b := start(t)
	b.open(b.lead(), 900, 900, "light")
	if length := eval[float64](b, `document.querySelector("svg .score").getTotalLength()`); length < 500 {
		t.Errorf("the line is %f long", length)
	}
	b.do(chromedp.Click("figure summary"), chromedp.WaitVisible("figure table"))
	if rows := eval[int](b, `document.querySelectorAll("figure tbody tr").length`); rows < 2 {
		t.Errorf("the table has %d rows", rows)
	}
}

// The screenshots of the README show the pages as they are: -update makes them anew.
func TestScreenshots(t *testing.T) {
	b := start(t)
	lead := b.lead()
	for _, shot := range []struct {
		name, path, scheme string
		width, height      int64
	}{
		{"leads", "/sales", "light", 900, 620},
		{"lead", lead, "light", 760, 1150},
		{"phone", lead, "dark", 390, 844},
	} {
		b.open(shot.path, shot.width, shot.height, shot.scheme)
		png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		const most = 150 << 10
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
