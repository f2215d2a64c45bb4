package browsertest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// commented are rules with comments in all places where tiles change them.
const commented = `// About coffee.
model "Coffee" {
    target contact

    // Emails are cheap.
    condition "Opened" { // see the campaign
        // of this year
        each EmailOpened within last 90 days // a quarter
            where EmailName begins with "May" // our name
              and CustomerJourney is not empty
        none EmailClicked
        score +10
    }

    // What the firm is.
    group "Firm" {
        // Not too much of it.
        limit up to 30

        condition "Large" {
            has Lead.ParentContact.ParentAccount
                where NumberOfEmployees > 500
            score +20
        }
    }

    // The first that holds.
    first of "Visits" {
        // Often.
        condition "Many" {
            at least 5 WebsiteVisited within last 90 days once per day
            score +5
        }

        // At least once.
        condition "Some" {
            // of late
            has WebsiteVisited within last 90 days
            score +1
        }
    }

    grade "Hot" from 20
    sales ready when score >= 20 and condition "Opened" holds
}

test "Opens" {
    as of 2026-06-01
    Lead with ParentContact = "ada"
    Contact "ada"
    expect "Opened" does not hold
}
`

// commentsOf returns how often each line of a text has a comment.
func commentsOf(text string) map[string]int {
	found := map[string]int{}
	for line := range strings.Lines(text) {
		if _, comment, is := strings.Cut(line, "//"); is {
			found[strings.TrimSpace(comment)]++
		}
	}
	return found
}

// Each gesture on tiles changes the text as it says and nothing else, keeps all comments, and is
// taken back by one undo of the editor.
func TestTiles(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1400, "light")
	eval[bool](b, drop+`({ "rules.score": `+quoted(commented)+` })`)
	b.until(`document.getElementById("editor").value === ` + quoted(commented))
	b.wait("fresh")
	const large = "Lead.ParentContact.ParentAccount"
	many, some, ok := strings.Cut(commented[strings.Index(commented, "        // Often."):strings.Index(commented, "    }\n\n    grade")], "\n\n")
	if !ok {
		t.Fatal("there are no two tiers")
	}
	for _, g := range []struct {
		name    string
		gesture func()
		was, is string // what is replaced, everywhere
	}{
		{"points", func() { b.put("Points of Opened", "12") }, "score +10", "score +12"},
		{"points of a tier", func() { b.put("Points of Many", "-7") }, "score +5\n", "score -7\n"},
		{"name", func() { b.put("Name of the condition Opened", "Read") }, `"Opened"`, `"Read"`},
		{"name of the model", func() { b.put("Name of the model Coffee", "Beans") }, `"Coffee"`, `"Beans"`},
		{"name of a group", func() { b.put("Name of group Firm", "Company") }, `"Firm"`, `"Company"`},
		{"frequency", func() { b.put("How often, of EmailOpened", "at least 2") }, "each EmailOpened", "at least 2 EmailOpened"},
		{"date range", func() { b.put("Date range of EmailOpened", "since 2026-01-01") }, "within last 90 days //", "since 2026-01-01 //"},
		{"new date range", func() { b.put("Date range of EmailClicked", "within last 3 weeks") }, "none EmailClicked", "none EmailClicked within last 3 weeks"},
		{"expression", func() { b.put("Expression 1 of "+large, `City = "Rome"`) }, "NumberOfEmployees > 500", `City = "Rome"`},
		{"another expression", func() { b.put("Another expression of "+large, "City is not empty") }, "> 500\n", "> 500\n                  and City is not empty\n"},
		{"no expression", func() { b.put("Expression 2 of EmailOpened", "") }, "\n              and CustomerJourney is not empty", ""},
		{"limit", func() { b.put("Limit of Firm", "from 1 to 20") }, "limit up to 30", "limit from 1 to 20"},
		{"new limit", func() { b.put("Limit of Coffee", "up to 90") }, "holds\n}\n\ntest", "holds\n    limit up to 90\n}\n\ntest"},
		{"add a condition", func() { b.press("Add a condition to Firm") }, "score +20\n        }\n", "score +20\n        }\n\n        condition \"New condition\" {\n            has Lead\n            score +1\n        }\n"},
		{"add a child", func() { b.press("Add a child to Opened") }, "none EmailClicked\n", "none EmailClicked\n        has Lead\n"},
		{"add a tier", func() { b.press("Add a condition to Visits") }, "score +1\n        }\n", "score +1\n        }\n\n        condition \"New condition\" {\n            has Lead\n            score +1\n        }\n"},
		{"move a tier", func() { b.press("Move Some up") }, many + "\n\n" + some, some + "\n" + many + "\n"},
		{"remove a child", func() { b.press("Remove EmailClicked") }, "        none EmailClicked\n", ""},
		{"remove a tier", func() { b.press("Remove Some") }, "", ""},
		{"drag", func() { b.dragTile("Many", "Some") }, many + "\n\n" + some, some + "\n" + many + "\n"},
	} {
		g.gesture()
		now := b.rules()
		if want := strings.ReplaceAll(commented, g.was, g.is); g.was != "" && now != want {
			t.Errorf("%s: the text is not\n%s\nbut\n%s", g.name, want, now)
		}
		for comment, n := range commentsOf(commented) {
			if got := commentsOf(now)[comment]; got != n {
				t.Errorf("%s: the comment %q is there %d times instead of %d:\n%s", g.name, comment, got, n, now)
			}
		}
		if g.name == "remove a tier" && strings.Contains(now, `condition "Some"`) {
			t.Errorf("the tier is still there:\n%s", now)
		}
		b.focusText()
		b.do(chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
		b.until(`document.getElementById("editor").value === ` + quoted(commented))
		b.wait("fresh")
	}

	// What a tile cannot have is refused, and the tile shows what it had.
	eval[bool](b, `(() => { const e = document.querySelector('[aria-label="Points of Opened"]'); e.value = "many"; e.dispatchEvent(new Event("change")); return true; })()`)
	b.until(`document.getElementById("said").textContent.includes("points are a whole number")`)
	b.until(`document.querySelector('[aria-label="Points of Opened"]').value === "+10"`)
	if b.rules() != commented {
		t.Errorf("the text is another one:\n%s", b.rules())
	}
}

// dragTile drags a tile by its grip to a place after another one.
func (b *browser) dragTile(name, after string) {
	b.t.Helper()
	was := b.rules()
	at := func(name string) string {
		return `[aria-label="Name of the condition ` + name + `"]`
	}
	eval[bool](b, `(() => {
		document.getElementById("designer").style.maxHeight = "none";
		for (const [id, field] of [["dragged", `+quoted(at(name))+`], ["after", `+quoted(at(after))+`]]) document.querySelector(field).closest(".tile").id = id;
		return true;
	})()`)
	x, y := b.middle("#dragged .grip")
	b.drag(x, y, x+10, eval[float64](b, `document.getElementById("after").getBoundingClientRect().bottom - 6`))
	b.changed(was)
}

// The results of tests are in the margin, beside their lines.
func TestMargin(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1000, "light")
	eval[bool](b, drop+`({ "rules.score": `+quoted(commented)+` })`)
	b.until(`document.getElementById("editor").value === ` + quoted(commented))
	b.wait("fresh")
	mark := func() string {
		b.t.Helper()
		b.focusText()
		b.do(chromedp.KeyEvent(kb.End, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
		b.until(inEditor(".cm-tests [role=img]"))
		return eval[string](b, `(() => {
			const marks = [...`+inEditor(".cm-scroller")+`.querySelectorAll(".cm-tests [role=img]")];
			const top = marks[0].getBoundingClientRect().top;
			const line = [...`+inEditor(".cm-content")+`.querySelectorAll(".cm-line")].find((l) => Math.abs(l.getBoundingClientRect().top - top) < 8);
			return marks.length + " " + marks[0].ariaLabel + " " + line?.textContent;
		})()`)
	}
	if got := mark(); got != `1 passed test "Opens" {` {
		t.Errorf("the margin has %q", got)
	}
	b.put("How often, of EmailOpened", "none")
	if got := mark(); !strings.HasPrefix(got, "1 failed: ") || !strings.HasSuffix(got, ` test "Opens" {`) {
		t.Errorf("the margin has %q", got)
	}
	b.expect("#tests", "Opens: ")
}
