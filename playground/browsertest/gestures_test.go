package browsertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// drop drops files on the page, by name.
const drop = `((files) => {
	const data = new DataTransfer();
	for (const [name, text] of Object.entries(files)) data.items.add(new File([text], name));
	const event = (type) => document.getElementById("scores").dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
	return !event("dragover") && !event("drop"); // the page takes both, and the browser opens nothing
})`

// Somebody drops a rule file and a folder's files on the page, then a mapping with an export,
// then a broken file, and chooses files of the disk.
func TestDrop(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1000, "light")
	if !eval[bool](b, drop+`({
		"mine.score": "model \"Mine\" {\n    target contact\n\n    condition \"C\" {\n        each EmailOpened\n        score +7\n    }\n}\n",
		"Lead.csv": "id,ParentContact\nmy-lead,zoe\n", "Contact.csv": "id\nzoe\n",
		"EmailOpened.csv": "id,Contact,Timestamp\n1,zoe,2026-04-01T08:00:00Z\n2,zoe,2026-04-02T08:00:00Z\n",
	})`) {
		t.Error("the browser opens what is dropped")
	}
	b.until(`document.querySelector("#leads tr th")?.textContent === "my-lead"`)
	b.wait("fresh")
	b.expect("#leads", "my-leadMine14")
	b.expect("#datafiles", "EmailOpened.csv")
	b.expect("#said", "4 files were opened")

	b.expect("#records-head", "idScore, MineParentContact")
	b.expect("#records", "my-lead14zoe")
	b.records("EmailOpened")
	b.expect("#records", "12026-04-01T08:00:00Zzoe")

	eval[bool](b, drop+`({ "Lead.ndjson": "{\"id\": \"nd-lead\", \"ParentContact\": \"zoe\"}\n", "Contact.csv": "id,JobTitle\nzoe,Boss\n" })`)
	b.until(`document.querySelector("#leads tr th")?.textContent === "nd-lead"`)
	b.wait("fresh")
	b.records("Contact")
	b.expect("#records", "zoeBoss")

	eval[bool](b, drop+`({ "all.json": "{\"Lead\": [{\"id\": \"json-lead\", \"City\": \"Rome\"}]}" })`)
	b.until(`document.querySelector("#leads tr th")?.textContent === "json-lead"`)
	b.wait("fresh")
	b.records("Lead")
	b.expect("#records", "json-leadno parentRome")
	b.expect("#problems", "data, Lead: 1 of 1 has neither a ParentContact nor a ParentAccount")

	eval[bool](b, drop+`({
		"people.csv": "Key,Name\n9,Ada\n",
		"mapping.json": JSON.stringify({ tables: [
			{ file: "people.csv", entity: "Contact", id: "Key", columns: { FirstName: "Name" } },
			{ file: "people.csv", entity: "Lead", id: "lead-{Key}", columns: { ParentContact: "Key" } },
		] }),
	})`)
	b.until(`document.querySelector("#leads tr th")?.textContent === "lead-9"`)
	b.wait("fresh")
	b.expect("#datafiles", "mapping.json")
	b.records("Contact")
	b.expect("#records", "9Ada")

	eval[bool](b, drop+`({ "Lead.csv": "id,ParentContact\na,b,c,d\n" })`)
	b.until(`document.getElementById("failures").textContent !== ""`)
	b.wait("fresh")
	b.expect("#failures", "Lead.csv")
	if strings.Contains(b.text("#datafiles"), "mapping.json") {
		t.Error("the mapping of other files is still there")
	}

	file := filepath.Join(t.TempDir(), "Lead.csv")
	if err := os.WriteFile(file, []byte("id\nfrom-disk\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.SetUploadFiles("#files", []string{file}))
	b.until(`document.querySelector("#leads tr th")?.textContent === "from-disk"`)
	b.wait("fresh")
}

// records shows the records of an entity.
func (b *browser) records(entity string) {
	b.t.Helper()
	eval[bool](b, `(() => { const e = document.getElementById("entity"); e.value = `+quoted(entity)+`; e.dispatchEvent(new Event("change")); return e.value !== ""; })()`)
	b.until(`document.getElementById("records-head").textContent.includes("Score") === ` + strconv.FormatBool(entity == "Lead"))
}

// middle returns the middle of an element, in the window.
func (b *browser) middle(selector string) (x, y float64) {
	b.t.Helper()
	at := eval[[]float64](b, `(() => {
		const e = document.querySelector(`+quoted(selector)+`);
		e.scrollIntoView({ block: "center" });
		const r = e.getBoundingClientRect();
		return [r.x + r.width / 2, r.y + r.height / 2];
	})()`)
	return at[0], at[1]
}

// drag drags what is at one place of the window to another one with the mouse.
func (b *browser) drag(x, y, toX, toY float64) {
	b.t.Helper()
	event := func(kind input.DispatchMouseEventType, x, y float64) {
		b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, t, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: "left", Buttons: 1, ClickCount: 1})
			return chromedp.Void{}, err
		})
	}
	event("mousePressed", x, y)
	const steps = 12
	for i := 1; i <= steps; i++ {
		event("mouseMoved", x+(toX-x)*float64(i)/steps, y+(toY-y)*float64(i)/steps)
	}
	event("mouseMoved", toX, toY+1)
	event("mouseReleased", toX, toY+1)
}

// Somebody drags a tile by its grip, and the condition goes to another place of the text.
func TestDrag(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1400, "light")
	was := b.rules()
	eval[bool](b, `(document.querySelectorAll("#designer .condition").forEach((e, i) => e.id = "tile" + i), document.getElementById("designer").style.maxHeight = "none", true)`)
	x, y := b.middle("#tile1 .grip")
	b.drag(x, y, x+10, eval[float64](b, `document.querySelector("#tile0 .head").getBoundingClientRect().y + 4`))
	b.changed(was)
	now := b.rules()
	if first, second := strings.Index(now, `condition "Chicago decision maker clicks"`), strings.Index(now, `condition "Opened an email"`); first < 0 || first > second {
		t.Errorf("the condition did not move up:\n%s", now)
	}
	if got, want := len(strings.Fields(now)), len(strings.Fields(was)); got != want {
		t.Errorf("the text has %d words instead of %d", got, want)
	}
	if name := eval[string](b, `document.querySelector("#tiles .condition input.name").value`); name != "Chicago decision maker clicks" {
		t.Errorf("the first tile is %q", name)
	}
}

// Somebody adds a tier, names it, moves it up and removes it.
func TestTiers(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1000, "light")
	b.choose(1)
	was := b.rules()
	b.press("Add a condition to Role")
	b.put("Name of the condition New condition", "Owner")
	b.put("Points of Owner", "35")
	b.press("Move Owner up")
	b.press("Move Owner up")
	text := b.rules()
	_, tiers, _ := strings.Cut(text, `first of "Role" {`)
	owner, decides := strings.Index(tiers, `condition "Owner"`), strings.Index(tiers, `condition "Decides"`)
	if owner < 0 || owner > decides || !strings.Contains(tiers[owner:decides], "score +35") {
		t.Errorf("the tier is not the first:\n%s", text)
	}
	b.press("Remove Owner")
	if b.rules() != was {
		t.Errorf("the text is another one:\n%s", b.rules())
	}
	b.expect("#grades", "Office coffee, Fit: B")
	b.expect("#explanation caption", "Fit ")
	if n := eval[int](b, `document.querySelectorAll("#chart .u-series").length`); n != 4 {
		t.Errorf("the chart has %d lines, with that of time, instead of 4", n)
	}
}

// Printed, the page has the results and nothing to press, in black on white.
func TestPrint(t *testing.T) {
	b := start(t)
	b.open("", 1000, 1000, "dark")
	b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return chromedp.Void{}, err
	})
	shown := eval[[]string](b, `[...document.querySelectorAll("section, button, select, input, header a")].filter((e) => e.checkVisibility()).map((e) => e.id || e.className || e.tagName)`)
	if got := strings.Join(shown, " "); !strings.HasPrefix(got, "scores ") || !strings.Contains(got, " one") || strings.Contains(got, "editor") || strings.Contains(got, "share") {
		t.Errorf("what is printed is %s", got)
	}
	if colors := eval[string](b, `getComputedStyle(document.body).color + " on " + getComputedStyle(document.body).backgroundColor`); colors != "rgb(0, 0, 0) on rgb(255, 255, 255)" {
		t.Errorf("it is printed %s", colors)
	}
	for _, low := range eval[[]string](b, lowContrast) {
		t.Error(low)
	}
	eval[bool](b, `(window.print = () => { window.printed = true; }, document.getElementById("print").click(), true)`)
	if !eval[bool](b, `window.printed === true`) {
		t.Error("the button does not print")
	}
	b.printsOnePage()

	// However much there is, it is one page: many leads, two versions, a lead with a long history.
	eval[bool](b, `(document.getElementById("keep").click(), true)`)
	b.wait("fresh")
	b.put("Points of Opened an email", "1")
	b.expect("#moved", "lead-ada")
	b.printsOnePage()
	leads, opened := "id,ParentContact\n", "id,Contact,Timestamp\n"
	for i := range 300 {
		leads += fmt.Sprintf("lead-%d,c\n", i)
		opened += fmt.Sprintf("%d,c,2026-%02d-%02dT08:00:00Z\n", i, 1+i%4, 1+i%28)
	}
	eval[bool](b, drop+`({ "Lead.csv": `+quoted(leads)+`, "Contact.csv": "id\nc\n", "EmailOpened.csv": `+quoted(opened)+` })`)
	b.until(`document.querySelectorAll("#leads tr").length === 200`)
	b.wait("fresh")
	b.expect("#on-paper", "By coffee.score, as of 2026-05-01. The best 20 of 300.")
	if n := eval[int](b, `[...document.querySelectorAll("#leads tr")].filter((e) => e.checkVisibility()).length`); n != 20 {
		t.Errorf("%d leads are printed", n)
	}
	b.printsOnePage()
}

// pageObject matches a page in a PDF of chromium, whose objects are not compressed.
var pageObject = regexp.MustCompile(`/Type\s*/Page\b`)

// printsOnePage fails if the page is printed on more than one page, of A4 and of Letter.
func (b *browser) printsOnePage() {
	b.t.Helper()
	for _, paper := range []chromedp.PaperSize{chromedp.PaperA4, chromedp.PaperLetter} {
		pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(paper), chromedp.PDFPrintBackground()))
		if err != nil {
			b.t.Fatal(err)
		}
		if !strings.HasPrefix(string(pdf), "%PDF-") || len(pdf) < 10_000 {
			b.t.Errorf("the PDF has %d bytes", len(pdf))
		}
		if n := len(pageObject.FindAll(pdf, -1)); n != 1 {
			b.t.Errorf("on paper of %v inches it is printed on %d pages", paper, n)
		}
	}
}

// dropPaths drops files and folders of the disk on the page.
func (b *browser) dropPaths(paths ...string) {
	b.t.Helper()
	for _, kind := range []input.DispatchDragEventType{"dragEnter", "dragOver", "drop"} {
		b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			data := &input.DragData{Items: []*input.DragDataItem{}, Files: paths, DragOperationsMask: 1}
			_, err := cdp.Call(ctx, t, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: 300, Y: 300, Data: data})
			return chromedp.Void{}, err
		})
	}
}
