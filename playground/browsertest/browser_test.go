package browsertest

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"

	"github.com/leadscore/leadscore/playground/internal/build"
	"github.com/leadscore/leadscore/playground/internal/docsite"
	"github.com/leadscore/leadscore/playground/internal/site"
)

// A browser has the playground open.
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
	t.Skip("THE PLAYGROUND IS NOT TESTED IN A BROWSER: there is no chromium on the PATH (on Debian: apt-get install chromium)")
	return ""
}

// start serves the playground and starts a browser.
func start(t *testing.T) *browser {
	path := findChromium(t)
	wasm := filepath.Join(t.TempDir(), "leadscore.wasm")
	if err := build.Wasm(t.Context(), wasm); err != nil {
		t.Fatal(err)
	}
	support, err := build.Support(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	root, err := build.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	docs, err := docsite.Build(os.DirFS(root))
	if docs == nil { // a link that leads nowhere fails the tests of docsite
		t.Fatal(err)
	}
	server := httptest.NewServer((&site.Site{Wasm: wasm, Support: support, Docs: docs}).Handler())
	t.Cleanup(server.Close)
	b := &browser{t: t, url: server.URL}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.Flag("force-device-scale-factor", "1"))
	if os.Geteuid() == 0 { // chromium refuses to run as root with its sandbox
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 9*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	b.ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b.do() // starts the browser
	b.listen()
	return b
}

// listen fails the test for what the browser complains about, such as what the policy of the
// page forbids.
func (b *browser) listen() {
	entries := chromedp.Events(b.ctx, log.EntryAdded)
	go func() {
		for e, err := range entries {
			if err != nil {
				return // the browser is closed
			}
			b.mu.Lock()
			b.errors = append(b.errors, e.Entry.Text)
			b.mu.Unlock()
		}
	}()
	b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, log.Enable, cdp.Empty{})
		return chromedp.Void{}, err
	})
	b.t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, e := range b.errors {
			b.t.Errorf("the browser says: %s", e)
		}
	})
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// open opens the page, with what follows its address, in a window of a size, in a colour
// scheme, and waits until its results are there.
func (b *browser) open(after string, width, height int64, scheme string) {
	b.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	b.do(chromedp.EmulateViewport(width, height), func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, media)
		return chromedp.Void{}, err
	}, chromedp.Navigate("about:blank"), chromedp.Navigate(b.url+"/"+after))
	b.wait("fresh")
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

// until waits until an expression holds on the page, which may be about to give way to another
// one: then it cannot be evaluated for a moment.
func (b *browser) until(expression string) {
	b.t.Helper()
	for range 600 {
		if holds, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")")); err == nil && holds {
			return
		} else if err != nil && !strings.Contains(err.Error(), "navigated") && !strings.Contains(err.Error(), "context") {
			b.t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("it does not come to hold that %s; the page says %q", expression, eval[string](b, "document.body.innerText"))
}

// wait waits until the results of the page are in a state.
func (b *browser) wait(state string) {
	b.t.Helper()
	b.until("document.body && document.body.dataset.results === " + strconv.Quote(state))
}

// rules returns the text of the editor.
func (b *browser) rules() string {
	b.t.Helper()
	return eval[string](b, `document.getElementById("editor").value`)
}

// focusText puts the cursor into the editor.
func (b *browser) focusText() {
	b.t.Helper()
	eval[bool](b, `(document.getElementById("editor").shadowRoot.querySelector(".cm-content").focus(), true)`)
}

// put writes a value into a field of a tile, as a person does who then leaves the field.
func (b *browser) put(label, value string) {
	b.t.Helper()
	was := b.rules()
	eval[bool](b, `(() => {
		const e = document.querySelector('[aria-label=' + JSON.stringify(`+strconv.Quote(label)+`) + ']');
		e.focus();
		e.value = `+strconv.Quote(value)+`;
		e.dispatchEvent(new Event("change", { bubbles: true }));
		return true;
	})()`)
	b.changed(was)
}

// press presses a button, which changes the text.
func (b *browser) press(label string) {
	b.t.Helper()
	was := b.rules()
	eval[bool](b, `(document.querySelector('[aria-label=' + JSON.stringify(`+strconv.Quote(label)+`) + ']').click(), true)`)
	b.changed(was)
}

// changed waits until the text is another one, and the page shows its results.
func (b *browser) changed(was string) {
	b.t.Helper()
	b.until(`document.getElementById("editor").value !== ` + strconv.Quote(was))
	b.wait("fresh")
}

// text returns the text of an element.
func (b *browser) text(selector string) string {
	b.t.Helper()
	return eval[string](b, "document.querySelector("+strconv.Quote(selector)+").textContent")
}

func (b *browser) expect(selector, want string) {
	b.t.Helper()
	if got := b.text(selector); !strings.Contains(got, want) {
		b.t.Errorf("%s is %q, without %q", selector, got, want)
	}
}

// choose chooses an example.
func (b *browser) choose(example int) {
	b.t.Helper()
	was := b.rules()
	eval[bool](b, `(() => { const e = document.getElementById("example"); e.value = `+strconv.Itoa(example)+`; e.dispatchEvent(new Event("change")); return true; })()`)
	b.changed(was)
}
