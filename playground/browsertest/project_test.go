package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// show shows another rule file.
func (b *browser) show(name string) {
	b.t.Helper()
	eval[bool](b, `([...document.querySelectorAll("#rulefiles button")].find((e) => e.textContent === `+quoted(name)+`).click(), true)`)
	b.until(`document.getElementById("file-name").value === ` + quoted(name))
	b.wait("fresh")
}

// Somebody works on two rule files: sees the stages of a lead and who gets it, renames what
// both use, undoes that in each file, compares, shares, and adds and removes a file.
func TestProject(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1000, "light")
	b.choose(3)
	b.expect("#blocks", "Life cycle: Sales qualified, from Inquiry; then sales calls")
	b.expect("#blocks", `Sales qualified: when holds: sales ready of "Buyers": sales ready`)
	b.expect("#blocks", "Sales: Large companies, Owner = key accounts team")
	b.expect("#leads", "lead-roasteryKey accounts")
	b.expect("#tests-summary", "2 of 2 tests pass")
	buyers := b.rules()
	b.show("key-accounts.score")
	accounts := b.rules()
	if !strings.Contains(accounts, `model "Key accounts"`) {
		t.Errorf("the file has\n%s", accounts)
	}
	b.put("Points of Reads what we send", "4")
	b.show("buyers.score")
	if b.rules() != buyers {
		t.Errorf("the first file is another one:\n%s", b.rules())
	}

	// A problem in the other file leads there.
	b.focusText()
	b.do(chromedp.KeyEvent(kb.End, chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent("{"))
	b.wait("wrong")
	eval[bool](b, `([...document.querySelectorAll("#rulefiles button")].find((e) => e.textContent === "key-accounts.score").click(), true)`)
	b.until(`document.getElementById("file-name").value === "key-accounts.score" && document.body.dataset.results === "wrong"`)
	b.expect("#problems", "buyers.score, line ")
	eval[bool](b, `(document.querySelector("#problems button.link").click(), true)`)
	b.until(`document.getElementById("file-name").value === "buyers.score"`)
	b.do(chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.until(`document.getElementById("editor").value === ` + quoted(buyers))
	b.wait("fresh")

	// A name that both files use is changed in both, and taken back in each.
	eval[bool](b, `([...document.querySelectorAll("#rulefiles button")].find((e) => e.textContent === "+ file").click(), true)`)
	b.until(`document.getElementById("file-name").value === "rules-1.score"`)
	b.focusText()
	b.do(chromedp.KeyEvent(`test "Elsewhere" { model "Key accounts" as of 2026-06-01 Lead with ParentAccount = "a" Account "a" expect score 0 }`), chromedp.KeyEvent(kb.Escape))
	b.wait("fresh")
	b.expect("#tests-summary", "3 of 3 tests pass")
	b.show("key-accounts.score")
	was := b.rules()
	b.put("Name of the model Key accounts", "Companies")
	b.expect("#tests-summary", "3 of 3 tests pass")
	b.show("rules-1.score")
	if !strings.Contains(b.rules(), `model "Companies"`) {
		t.Errorf("the name is another one here:\n%s", b.rules())
	}
	b.focusText()
	b.do(chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.until(`document.getElementById("editor").value.includes('model "Key accounts"')`)
	b.wait("wrong")
	eval[bool](b, `([...document.querySelectorAll("#rulefiles button")].find((e) => e.textContent === "key-accounts.score").click(), true)`)
	b.until(`document.getElementById("file-name").value === "key-accounts.score"`)
	b.focusText()
	b.do(chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.until(`document.getElementById("editor").value === ` + quoted(was))
	b.wait("fresh")

	// Both versions of all files are compared, and shared.
	eval[bool](b, `(document.getElementById("keep").click(), true)`)
	b.wait("fresh")
	b.show("buyers.score")
	b.put("Points of Opened an email", "1")
	b.expect("#changes", "+5 → +1")
	eval[bool](b, `(document.getElementById("share").click(), true)`)
	b.until(`location.hash.startsWith("#s=")`)
	files, leads := b.text("#rulefiles"), b.text("#leads")
	b.open(eval[string](b, "location.hash"), 1300, 1000, "light")
	if b.text("#rulefiles") != files || b.text("#leads") != leads {
		t.Errorf("the link opens %s with %s", b.text("#rulefiles"), b.text("#leads"))
	}
	b.expect("#changes", "+5 → +1")

	b.show("rules-1.score")
	eval[bool](b, `(document.querySelector('[aria-label="Remove rules-1.score"]').click(), true)`)
	b.wait("fresh")
	b.expect("#tests-summary", "of 2 tests pass")
	name := eval[string](b, `(() => {
		const e = document.getElementById("file-name");
		e.value = "key-accounts.score"; // which is taken
		e.dispatchEvent(new Event("change"));
		const kept = document.getElementById("file-name");
		kept.value = "z.score";
		kept.dispatchEvent(new Event("change"));
		return e.isConnected + " " + document.getElementById("said").textContent;
	})()`)
	if name != "false There is another file key-accounts.score" {
		t.Errorf("a file is renamed to the name of another one: %s", name)
	}
	b.wait("fresh")
	if got := b.text("#rulefiles"); !strings.HasPrefix(got, "buyers.score") && !strings.HasPrefix(got, "key-accounts.score") || eval[string](b, `document.getElementById("file-name").value`) != "z.score" {
		t.Errorf("the files are %s", got)
	}
	eval[bool](b, `(document.getElementById("drop").click(), true)`)
	b.wait("fresh")
}

// Somebody drops a folder: a project with its schema, its mapping and its data.
func TestDropProject(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1000, "light")
	dir := t.TempDir()
	for name, text := range map[string]string{
		"leadscore.json": `{"schema": "crm.score", "data": "data", "mapping": "names.json", "zone": "Asia/Tokyo"}`,
		"crm.score":      "profile Lead { ParentContact -> Contact ParentAccount -> Account Shoes number }\nprofile Contact { ParentAccount -> Account }\nprofile Account { }\n",
		"b.score":        "model \"B\" {\n    target contact\n    condition \"Big\" {\n        has Lead where Shoes > 40\n        score +2\n    }\n}\n",
		"a.score":        "model \"A\" {\n    target contact\n    condition \"Any\" {\n        has Lead\n        score +1\n    }\n}\n",
		"names.json":     `{"tables": [{"file": "leads.csv", "entity": "Lead", "id": "Key", "columns": {"Shoes": "Size", "ParentContact": "Key"}}, {"file": "leads.csv", "entity": "Contact", "id": "Key"}]}`,
		"data/leads.csv": "Key,Size\nx,44\n",
		"data/notes.txt": "not data",
		".git/x.csv":     "hidden",
	} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b.dropPaths(dir)
	b.until(`document.querySelector("#leads tr th")?.textContent === "x"`)
	b.wait("fresh")
	b.expect("#leads", "xB2")
	b.expect("#leads", "xA1")
	if got := b.text("#datafiles"); got != "leads.csvnames.jsoncrm.score" {
		t.Errorf("the files are %s", got)
	}
	if name := eval[string](b, `document.getElementById("file-name").value`); name != "a.score" {
		t.Errorf("%s is shown", name)
	}
}
