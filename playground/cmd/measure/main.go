// Command measure measures the library as a page uses it: as wasm, run by Node. It opens leads
// with their interactions, and scores them by rules that change each time, as somebody does
// who types in the page:
//
//	go run ./playground/cmd/measure
//	go run ./playground/cmd/measure -leads 1000 -rules 20 -profile folder
//
// It prints the medians of what one change takes, by method, in milliseconds, and the processor
// time, which other programs disturb less. With -profile it
// writes a profile of the processor to a folder, which the developer tools of a browser show.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/leadscore/leadscore/playground/internal/build"
)

func main() {
	leads := flag.Int("leads", 10_000, "how many leads there are")
	rules := flag.Int("rules", 100, "how many conditions there are")
	runs := flag.Int("runs", 15, "how often the rules change")
	profile := flag.String("profile", "", "write a profile of the processor to the folder `DIR`")
	flag.Parse()
	if err := run(context.Background(), *leads, *rules, *runs, *profile); err != nil {
		fmt.Fprintf(os.Stderr, "measure: %v\n", err)
		os.Exit(1)
	}
}

// A file is a file of rules or data.
type file struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// run builds the library and measures it.
func run(ctx context.Context, leads, rules, runs int, profile string) error {
	dir, err := os.MkdirTemp("", "measure")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	wasm := filepath.Join(dir, "leadscore.wasm")
	make := build.Wasm
	if profile != "" {
		make = build.Named // with the names of functions
	}
	if err := make(ctx, wasm); err != nil {
		return err
	}
	support, err := build.Support(ctx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(map[string]any{"data": data(leads), "rules": []string{model(rules, 0), model(rules, 1)}, "runs": runs})
	if err != nil {
		return err
	}
	script, work := filepath.Join(dir, "measure.cjs"), filepath.Join(dir, "work.json")
	if err := os.WriteFile(script, []byte(measure), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(work, text, 0o600); err != nil {
		return err
	}
	var args []string
	if profile != "" {
		args = append(args, "--cpu-prof", "--cpu-prof-dir="+profile)
	}
	c := exec.CommandContext(ctx, "node", append(args, script, wasm, support, work)...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c.Run()
}

// measure is the script that Node runs.
const measure = `"use strict";
const fs = require("fs");
const [wasm, support, work] = process.argv.slice(2);
require(support);
const go = new Go();
const { data, rules, runs } = JSON.parse(fs.readFileSync(work, "utf8"));
const ask = (method, params) => {
  const begin = performance.now();
  const answer = JSON.parse(leadscore(method, JSON.stringify(params)));
  if (answer.status !== 0 || answer.error) throw new Error(method + ": " + JSON.stringify(answer).slice(0, 500));
  return [performance.now() - begin, answer];
};
WebAssembly.instantiate(fs.readFileSync(wasm), go.importObject).then(({ instance }) => {
  go.run(instance);
  const times = {};
  let used;
  const open = (i) => ask("open", { rules: [{ name: "rules.score", text: rules[i % 2] }] });
  ask("open", { data });
  for (let i = 0; i <= runs; i++) {
    const parts = { open: open(i), check: ask("check", { quick: true }), scores: ask("scores", { as_of: "2026-06-01" }) };
    if (i === 0) {
      console.log("the first time, with loading: " + Math.round(parts.scores[0]) + " ms for " + parts.scores[1].value.leads.length + " leads");
      used = process.cpuUsage();
      continue;
    }
    for (const [name, [ms]] of Object.entries(parts)) (times[name] ??= []).push(ms);
    (times.all ??= []).push(Object.values(parts).reduce((sum, [ms]) => sum + ms, 0));
  }
  const { user, system } = process.cpuUsage(used);
  console.log(((user + system) / 1000 / runs).toFixed(1) + " ms of processor time for each change, with the collectors");
  for (const [name, list] of Object.entries(times)) {
    list.sort((a, b) => a - b);
    console.log(name.padEnd(7) + list[list.length >> 1].toFixed(1).padStart(8) + " ms, " + list[0].toFixed(1) + " to " + list[list.length - 1].toFixed(1));
  }
  process.exit(0);
});
`

// data returns leads, their contacts and accounts, and about 18 interactions of each.
func data(leads int) []file {
	r := rand.New(rand.NewPCG(1, 2))
	begin := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	lead, contact, account := &strings.Builder{}, &strings.Builder{}, &strings.Builder{}
	lead.WriteString("id,ParentContact,Rating,CreatedOn\n")
	contact.WriteString("id,ParentAccount,City,JobTitle,Email\n")
	account.WriteString("id,NumberOfEmployees,Industry\n")
	pick := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	when := func() string { return begin.Add(time.Duration(r.IntN(365*24*3600)) * time.Second).Format(time.RFC3339) }
	for i := range leads {
		fmt.Fprintf(lead, "l%d,c%d,%s,%s\n", i, i, pick("Hot", "Warm", "Cold"), when())
		fmt.Fprintf(contact, "c%d,a%d,%s,%s,c%d@%s\n", i, i/10, pick("Chicago", "Boston", "Berlin", "Rome"), pick("Director", "Head of Sales", "Buyer", "Student"), i, pick("gmail.com", "beans.example"))
		if i%10 == 0 {
			fmt.Fprintf(account, "a%d,%d,%s\n", i/10, r.IntN(2000), pick("Retail", "Hospitality", "Mining"))
		}
	}
	files := []file{{"Lead.csv", lead.String()}, {"Contact.csv", contact.String()}, {"Account.csv", account.String()}}
	for _, kind := range []struct {
		name, field string
		each        int
		values      []string
	}{
		{"EmailOpened", "EmailName", 6, []string{"Spring", "Summer", "Newsletter", "Offer"}},
		{"EmailClicked", "EmailName", 3, []string{"Spring", "Summer", "Newsletter", "Offer"}},
		{"WebsiteVisited", "Url", 7, []string{"https://example.com/", "https://example.com/pricing", "https://example.com/jobs"}},
		{"FormSubmitted", "FormName", 1, []string{"Demo", "Paper", "Contact"}},
		{"EventRegistered", "EventType", 1, []string{"Webinar", "Fair"}},
	} {
		text := &strings.Builder{}
		fmt.Fprintf(text, "id,Contact,Timestamp,%s\n", kind.field)
		for i := range leads * kind.each {
			fmt.Fprintf(text, "%d,c%d,%s,%s\n", i, r.IntN(leads), when(), pick(kind.values...))
		}
		files = append(files, file{kind.name + ".csv", text.String()})
	}
	return files
}

// model returns rules. Another version has other points.
func model(conditions, version int) string {
	children := []string{
		"each EmailOpened within last %d days",
		"each EmailClicked within last %d days\n            where EmailName = \"Spring\"",
		"at least 2 WebsiteVisited within last %d days\n            where Url contains \"/pricing\"",
		"has FormSubmitted within last %d days\n            where FormName in (\"Demo\", \"Contact\")",
		"none EmailOpened within last %d days\n        none WebsiteVisited within last %[1]d days",
		"has Lead.ParentContact\n            where City in (\"Chicago\", \"Rome\")\n        each EventRegistered within last %d days",
		"each WebsiteVisited once per day within last %d days",
		"has Lead.ParentContact.ParentAccount\n            where NumberOfEmployees > %d",
		"each EmailClicked.Contact within last %d days\n            where JobTitle contains \"director\"",
		"has Lead\n            where Rating in (\"Hot\", \"Warm\")\n              and CreatedOn within last %d days",
	}
	var text strings.Builder
	text.WriteString("model \"Measured\" {\n    target contact\n")
	for i := range conditions {
		child := fmt.Sprintf(children[i%len(children)], 10+3*i)
		fmt.Fprintf(&text, "\n    condition \"C%d\" {\n        %s\n        score +%d\n    }\n", i, child, 1+(i+version)%9)
	}
	text.WriteString("\n    grade \"Cold\" below 200\n    grade \"Warm\" from 200 to 499\n    grade \"Hot\" from 500\n    sales ready at 500\n}\n")
	return text.String()
}
