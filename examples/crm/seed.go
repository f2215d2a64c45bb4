package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// seed fills an empty database with so many invented leads, their contacts,
// accounts, and interactions in the year before now. Equal arguments give equal
// records. It does nothing if there is an account, a contact or a lead already.
func (s *store) seed(ctx context.Context, leads int, now time.Time) (seeded bool, err error) {
	err = s.ready(ctx, func(tx *sql.Tx) error {
		var there int
		err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM
			(SELECT id FROM account UNION ALL SELECT id FROM contact UNION ALL SELECT id FROM lead LIMIT 1) AS first`).Scan(&there)
		if err != nil || there > 0 || leads == 0 {
			return err
		}
		seeded = true
		g := generator{ctx: ctx, tx: tx, rand: rand.New(rand.NewPCG(2026, 6)), now: now.UTC().Truncate(time.Minute)}
		g.all(leads)
		return g.err
	})
	return seeded && err == nil, err
}

// A generator writes invented records. After an error it writes no more of them.
type generator struct {
	ctx          context.Context
	tx           *sql.Tx
	rand         *rand.Rand
	now          time.Time
	interactions int
	err          error
}

func (g *generator) insert(table, columns string, values ...any) {
	if g.err != nil {
		return
	}
	marks := make([]string, len(values))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	_, g.err = g.tx.ExecContext(g.ctx, "INSERT INTO "+table+" ("+columns+") VALUES ("+strings.Join(marks, ", ")+")", values...)
}

func (g *generator) oneOf(list ...string) string { return list[g.rand.IntN(len(list))] }

// ago returns an instant within the last days, later ones more often.
func (g *generator) ago(days int) time.Time {
	part := g.rand.Float64()
	return g.now.Add(-time.Duration(part * part * float64(days) * float64(24*time.Hour))).Truncate(time.Second)
}

// all writes one account for four leads, and one contact for each lead. Of ten
// leads eight belong to their contact, one to an account, and one may have lost
// both.
func (g *generator) all(leads int) {
	accounts := leads/4 + 1
	for i := range accounts {
		g.account(i)
	}
	for i := range leads {
		account := g.rand.IntN(accounts)
		first, last := g.person(i, account)
		g.lead(i, account, first, last)
		for range g.rand.IntN(6) * g.rand.IntN(8) {
			g.interaction(i)
		}
	}
}

func (g *generator) account(i int) {
	g.insert("account", "id, name, industry, city, country, number_of_employees, created_on",
		accountID(i), g.company(i), g.oneOf("Retail", "Hospitality", "Software", "Logistics", "Health"),
		g.city(), "USA", 5+g.rand.IntN(100)*g.rand.IntN(40), g.ago(1000))
}

func (g *generator) person(i, account int) (first, last string) {
	first = g.oneOf("Ada", "Ben", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "June", "Kai", "Lena", "Milo", "Nora")
	last = g.oneOf("Arendt", "Becker", "Castillo", "Duval", "Eriksen", "Fischer", "Greco", "Hoang", "Ito", "Jansen", "Keller", "Lopez")
	g.insert("contact", "id, first_name, last_name, email, job_title, city, country, created_on, parent_account_id",
		contactID(i), first, last, fmt.Sprintf("%s.%s.%d@example.com", strings.ToLower(first), strings.ToLower(last), i+1),
		g.oneOf("Director of Purchasing", "Head Barista", "Office Manager", "Buyer", "Marketing Director"),
		g.city(), "USA", g.ago(700), accountID(account))
	return first, last
}

func (g *generator) lead(i, account int, first, last string) {
	var contact, parent any // NULL
	switch kind := g.rand.IntN(20); {
	case kind < 16:
		contact = contactID(i)
	case kind < 19:
		parent = accountID(account)
	}
	g.insert("lead", "id, topic, first_name, last_name, company_name, lead_source, status, created_on, parent_contact_id, parent_account_id",
		fmt.Sprintf("lead-%04d", i+1), g.oneOf("Espresso machines", "Office beans", "Wholesale", "Filter coffee"),
		first, last, g.company(account), g.oneOf("Web", "Fair", "Partner"), "Open", g.ago(360), contact, parent)
}

func (g *generator) interaction(contact int) {
	g.interactions++
	mail := g.oneOf("Spring sale", "Newsletter", "Brewing class", "Price list")
	url := "https://coffee.example/" + g.oneOf("", "beans", "machines", "pricing", "contact")
	var kind, fields string
	switch n := g.rand.IntN(20); {
	case n < 7:
		kind, fields = "EmailOpened", fmt.Sprintf(`{"EmailName":%q}`, mail)
	case n < 10:
		kind, fields = "EmailClicked", fmt.Sprintf(`{"EmailName":%q,"Url":%q}`, mail, url)
	case n < 17:
		kind, fields = "WebsiteVisited", fmt.Sprintf(`{"Url":%q}`, url)
	case n < 19:
		kind, fields = "FormSubmitted", fmt.Sprintf(`{"FormName":%q}`, g.oneOf("Quote", "Catalogue"))
	default:
		kind, fields = "EmailUnsubscribed", fmt.Sprintf(`{"EmailName":%q}`, mail)
	}
	g.insert("interaction", "id, kind, contact_id, timestamp, fields",
		fmt.Sprintf("seed-%05d", g.interactions), kind, contactID(contact), g.ago(365), fields)
}

func (g *generator) city() string {
	return g.oneOf("Chicago", "Seattle", "Portland", "Austin", "Boston", "New York")
}

func (g *generator) company(i int) string {
	names := []string{"Acorn", "Birch", "Cedar", "Daisy", "Elm", "Fern", "Ginkgo", "Hazel", "Ivy", "Juniper"}
	kinds := []string{"Cafés", "Hotels", "Stores", "Foods", "Offices", "Roasters", "Labs"}
	return fmt.Sprintf("%s %s %d", names[i%len(names)], kinds[i%len(kinds)], i+1)
}

func accountID(i int) string { return fmt.Sprintf("account-%03d", i+1) }
func contactID(i int) string { return fmt.Sprintf("contact-%04d", i+1) }
