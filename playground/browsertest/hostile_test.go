package browsertest

import (
	"strconv"
	"testing"
)

// quoted returns a text as JavaScript has it.
func quoted(s string) string { return strconv.QuoteToASCII(s) }

// hostile is a name that would run a script if it were put into the page as HTML.
const hostile = `<img src=x onerror=document.title=\'hacked\'><script>document.title=\'hacked\'</script>`

// Names, ids and links are text to the page, whatever is in them.
func TestHostile(t *testing.T) {
	b := start(t)
	b.open("", 1300, 1000, "light")
	pack := `(async () => {
		const bad = '` + hostile + `';
		const q = JSON.stringify(bad);
		const state = {
			rules: { name: bad + ".score", text: "model " + q + " {\n    target contact\n    condition " + q + " {\n        " + q + ": has Lead where City = " + q + "\n        score +1\n    }\n    group " + JSON.stringify(bad + "2") + " {\n    condition \"b\" {\n        has Lead\n        score +1\n    }\n    }\n    grade " + q + " from 0\n    sales ready at 9\n}\ntest " + q + " {\n    as of 2026-01-01\n    Lead with ParentContact = \"a\"\n    Contact \"a\"\n    expect score 7\n}\n" },
			others: [{ name: "<b>" + bad, text: "// " + bad + "\n" }],
			old: [{ name: bad + ".score", text: "model " + q + " {\n    target contact\n    condition \"c\" {\n        has Lead\n        score +1\n    }\n}\n" }],
			data: [{ name: "Lead.csv", text: "id,ParentContact,City,<b>\n\"" + bad + "\",a,\"" + bad + "\",x\nl2,a,x,y\n" }, { name: "Contact.csv", text: "id\na\n" }],
			mapping: null, asOf: "2026-05-01", lead: bad,
		};
		const stream = new Blob([JSON.stringify(state)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
		let text = "";
		for (const c of new Uint8Array(await new Response(stream).arrayBuffer())) text += String.fromCharCode(c);
		window.packed = "#s=" + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
	})(), true`
	eval[bool](b, pack)
	b.until("window.packed")
	hash := eval[string](b, "window.packed")
	b.open(hash, 1300, 1000, "light")
	b.expect("#leads", "onerror")
	b.expect("#explanation", "onerror")
	b.expect("#tests", "onerror")
	b.expect("#grades", "onerror")
	b.expect("#changes", "onerror")
	b.expect("#rulefiles", "onerror")
	if n := eval[int](b, `document.querySelectorAll("img, main script, b").length`); n != 0 {
		t.Errorf("%d elements come from names", n)
	}
	if title := eval[string](b, "document.title"); title != "leadscore playground" {
		t.Errorf("the title is %q", title)
	}
	for _, link := range []string{"#s=AAAA", "#s=!!!", "#s=", "#s=q1YqU7IyBAA", "#x"} {
		b.open(link, 1300, 1000, "light") // the page starts with its first example
		b.expect("#leads", "lead-ada")
	}
}
