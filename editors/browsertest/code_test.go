package browsertest

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// program returns the path of a program: that in a variable, or the first of the names that is
// on the PATH. It skips the test if there is none.
func program(t *testing.T, variable string, names ...string) string {
	t.Helper()
	if path := os.Getenv(variable); path != "" {
		return path
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skipf("VS CODE IS NOT TESTED: %s is not on the PATH, and %s does not say where it is", names[0], variable)
	return ""
}

// run runs a program, and returns what it prints.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// A code is VS Code in a browser, with the extension and a folder open.
type code struct {
	t   *testing.T
	ctx context.Context
}

// listening matches the line in which code-server says where it serves.
var listening = regexp.MustCompile(`HTTP server listening on (http://\S+?)/?$`)

// serve starts code-server with the extension, and returns its address.
func serve(t *testing.T) string {
	t.Helper()
	server := program(t, "LEADSCORE_CODE_SERVER", "code-server")
	extension, err := filepath.Abs("../vscode")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(extension, "node_modules")); err != nil {
		t.Skip("VS CODE IS NOT TESTED: the packages of the extension are missing (npm --prefix editors/vscode ci)")
	}
	run(t, extension, "npm", "run", "package")
	dir := t.TempDir()
	leadscore := filepath.Join(dir, "leadscore")
	run(t, "../..", "go", "build", "-o", leadscore, "./cmd/leadscore")
	settings, err := json.Marshal(map[string]any{
		"leadscore.command": leadscore, "security.workspace.trust.enabled": false, "workbench.startupEditor": "none", "files.autoSave": "off",
	})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "data/User/settings.json"), string(settings))
	options := []string{"--user-data-dir", filepath.Join(dir, "data"), "--extensions-dir", filepath.Join(dir, "extensions"), "--config", filepath.Join(dir, "config.yaml")}
	run(t, ".", server, append(options, "--install-extension", filepath.Join(extension, "dist/leadscore.vsix"))...)
	options = append(options, "--bind-addr", "127.0.0.1:0", "--auth", "none", "--disable-telemetry", "--disable-update-check", "--disable-getting-started-override")
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, server, options...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it ends its processes
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			go func() {
				for lines.Scan() { // so that it never waits for a reader
				}
			}()
			return m[1]
		}
	}
	t.Fatal("code-server does not serve")
	return ""
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// open opens a folder in VS Code.
func open(t *testing.T, folder string) *code {
	t.Helper()
	chromium := program(t, "LEADSCORE_CHROMIUM", "chromium", "chromium-browser", "google-chrome", "chrome")
	address := serve(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium))
	if os.Geteuid() == 0 { // chromium refuses to run as root with its sandbox
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	c := &code{t: t}
	c.ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	c.do(chromedp.EmulateViewport(1300, 900), chromedp.Navigate(address+"/?folder="+folder))
	c.until(`document.querySelector(".explorer-folders-view .monaco-list-row")`)
	return c
}

func (c *code) do(actions ...chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	if err := chromedp.Do(c.ctx, actions...); err != nil {
		c.t.Fatal(err)
	}
}

// eval evaluates an expression on the page.
func eval[T any](c *code, expression string) T {
	c.t.Helper()
	v, err := chromedp.Run(c.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		c.t.Fatal(err)
	}
	return v
}

// until waits until an expression holds on the page.
func (c *code) until(expression string) {
	c.t.Helper()
	for range 1200 {
		if eval[bool](c, "Boolean("+expression+")") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.t.Fatalf("it does not come to hold that %s; the page says %q", expression, eval[string](c, "document.body.innerText"))
}

// key presses a key with others, such as Control.
func (c *code) key(key string, with ...chromedp.Modifier) {
	c.t.Helper()
	c.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(with...)))
}

// enter presses Enter, without the character that comes with it: that would go to the editor,
// which has the focus by then.
func (c *code) enter() {
	c.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{"rawKeyDown", "keyUp"} {
		c.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13})
			return chromedp.Void{}, err
		})
	}
}

// choose runs the command that has a name in the palette of commands.
func (c *code) choose(command string) {
	c.t.Helper()
	c.key(kb.F1)
	c.until(`document.querySelector(".quick-input-widget input") === document.activeElement`)
	c.do(chromedp.KeyEvent(command))
	c.until(`document.querySelector(".quick-input-list .monaco-list-row")?.ariaLabel.includes(` + strconv.Quote(command) + `)`)
	c.enter()
}

// file opens a file of the folder in the editor.
func (c *code) file(name string) {
	c.t.Helper()
	c.key("p", chromedp.ModifierCtrl)
	c.until(`document.querySelector(".quick-input-widget input") === document.activeElement`)
	c.do(chromedp.KeyEvent(name))
	c.until(`document.querySelector(".quick-input-list .monaco-list-row")?.ariaLabel.startsWith(` + strconv.Quote(name) + `)`)
	c.enter()
	c.until(`document.querySelector(".tab.active")?.dataset.resourceName === ` + strconv.Quote(name) + ` && document.querySelector(".monaco-editor .view-line")`)
}

// Somebody opens rules with a mistake in VS Code, sees it underlined, fixes it by the quick fix,
// formats, sees the scores that the model can give beside its name, and saves.
func TestExtensionInCodeServer(t *testing.T) {
	folder := t.TempDir()
	rules := filepath.Join(folder, "rules.score")
	write(t, rules, "model \"Coffee\" {\n  target contact\n    condition \"Opened\" {\n        each EmailOpend within last 90 days\n        score +10\n    }\n    sales ready at 20\n}\n")
	c := open(t, folder)
	c.file("rules.score")
	c.until(`document.querySelector(".monaco-editor .squiggly-error")`)
	c.until(`document.querySelector(".editor-status-item, [id='status.editor.mode']")`)
	if mode := eval[string](c, `document.getElementById("status.editor.mode").textContent`); !strings.Contains(mode, "leadscore") && !strings.Contains(mode, "Lead scoring") {
		t.Errorf("the language of the file is %q", mode)
	}
	c.choose("Go to Next Problem (Error, Warning, Info)")
	c.key(".", chromedp.ModifierCtrl)
	c.until(`document.querySelector(".action-widget .monaco-list-row")`)
	if fix := eval[string](c, `document.querySelector(".action-widget .monaco-list-row.action").textContent`); !strings.Contains(fix, "EmailOpened") {
		t.Errorf("the quick fix is %q", fix)
	}
	c.enter()
	c.until(`!document.querySelector(".monaco-editor .squiggly-error")`)
	c.choose("Format Document")
	c.until(`document.querySelector(".monaco-editor .view-lines").textContent.includes("scores\u00a0of\u00a00\u00a0or\u00a0more")`)
	c.until(`document.querySelectorAll(".monaco-editor .view-line").length >= 11`)
	c.key("s", chromedp.ModifierCtrl)
	want := "model \"Coffee\" {\n    target contact\n\n    condition \"Opened\" {\n        each EmailOpened within last 90 days\n        score +10\n    }\n\n    sales ready at 20\n}\n"
	got := ""
	for range 200 {
		text, err := os.ReadFile(rules)
		if err != nil {
			t.Fatal(err)
		}
		if got = string(text); got == want {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if got != want {
		t.Errorf("what is saved is\n%s", got)
	}
}
