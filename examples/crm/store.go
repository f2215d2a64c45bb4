package main

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/source/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// A store is the CRM's database. Both kinds of database use the same SQL.
type store struct {
	read    *sql.DB
	write   *sql.DB // SQLite has one writer: others wait here and not in the database
	dialect sqldb.Dialect
}

func openSQLite(file string) (*store, error) {
	open := func(connections int, params string) (*sql.DB, error) {
		db, err := sql.Open("sqlite", "file:"+url.PathEscape(file)+
			"?_time_format=sqlite&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&"+params)
		if err == nil {
			db.SetMaxOpenConns(connections)
		}
		return db, err
	}
	// With WAL, readers see the last committed state during a write. A transaction of
	// the writer takes the lock when it begins (immediate), so it never fails because
	// it read first. A commit is on disk before the client is answered (full).
	write, err := open(1, "_txlock=immediate&_pragma=journal_mode(wal)&_pragma=synchronous(full)")
	if err != nil {
		return nil, err
	}
	read, err := open(8, "_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	return &store{read, write, sqldb.SQLite()}, nil
}

func (s *store) close() error {
	if s.isPostgres() {
		return s.write.Close()
	}
	return errors.Join(s.read.Close(), s.write.Close())
}

// change runs f in a transaction that writes.
func (s *store) change(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing once it is committed
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// isPostgres reports whether the database is PostgreSQL, in which several clients
// can write at the same time.
func (s *store) isPostgres() bool { return s.read == s.write }

// ready runs f in a transaction, one service at a time, as several may start at
// once.
func (s *store) ready(ctx context.Context, f func(tx *sql.Tx) error) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if s.isPostgres() {
			if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(8472)"); err != nil {
				return err
			}
		}
		return f(tx)
	})
}

// migrate runs the files of the folder migrations that have not run yet, in the
// order of their numbers. It runs all of them or none.
func (s *store) migrate(ctx context.Context) error {
	return s.ready(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS migration (version bigint PRIMARY KEY)"); err != nil {
			return err
		}
		var done int
		if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(version), 0) FROM migration").Scan(&done); err != nil {
			return err
		}
		for version := done + 1; ; version++ {
			text, err := migrations.ReadFile(path.Join("migrations", strconv.Itoa(version)+".sql"))
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return fmt.Errorf("migration %d: %w", version, err)
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO migration (version) VALUES ($1)", version); err != nil {
				return err
			}
		}
	})
}

// An outcome is the result of storing an interaction.
type outcome string

const (
	stored         outcome = "stored"
	known          outcome = "known"    // it was there already
	conflict       outcome = "conflict" // another one has its id
	unknownContact outcome = "unknown_contact"
)

// beginScoring returns the number of a scoring that begins now. Scorings with higher
// numbers read later: they see all that is committed now.
func (s *store) beginScoring(ctx context.Context) (number int64, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		number, err = s.nextScoring(ctx, tx)
		return err
	})
	return number, err
}

// nextScoring returns the number of a scoring that begins with the end of a
// transaction. Others that want a number wait for that end, and so read what the
// transaction has written; no statement that may wait should follow, to let them wait briefly.
// If the service is cut off before the end, PostgreSQL ends the transaction soon.
func (s *store) nextScoring(ctx context.Context, tx *sql.Tx) (number int64, err error) {
	limit := "''"
	if s.isPostgres() {
		limit = "set_config('idle_in_transaction_session_timeout', '5s', true)" // of this transaction
	}
	var unused string
	err = tx.QueryRowContext(ctx, "UPDATE scoring SET begun = begun + 1 RETURNING begun, "+limit).Scan(&number, &unused)
	return number, err
}

// addInteraction stores an interaction unless one is stored under its id. If the
// interaction is stored now or was before, number is that of the scoring that has to
// follow. The leads that it has to score are noted with the interaction, so that it
// follows even after a crash.
func (s *store) addInteraction(ctx context.Context, i interaction) (what outcome, number int64, err error) {
	fields, err := json.Marshal(i.fields)
	if err != nil {
		return "", 0, err
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		if what, err = insert(ctx, tx, i, string(fields)); err != nil || what != stored && what != known {
			return err
		}
		leads, err := leadsOf(ctx, tx, i.contact)
		if err != nil {
			return err
		}
		if number, err = s.nextScoring(ctx, tx); err != nil {
			return err
		}
		err = addTodo(ctx, tx, leads, number, time.Now())
		mark("post, before the commit")
		mark("post, within the commit")
		return err
	})
	mark("post, after the commit")
	return what, number, err
}

// insert stores an interaction within a transaction, unless its contact is unknown or
// one is stored under its id.
func insert(ctx context.Context, tx *sql.Tx, i interaction, fields string) (outcome, error) {
	var one int
	err := tx.QueryRowContext(ctx, "SELECT 1 FROM contact WHERE id = $1", i.contact).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return unknownContact, nil
	}
	if err != nil {
		return "", err
	}
	result, err := tx.ExecContext(ctx, `INSERT INTO interaction (id, kind, contact_id, timestamp, fields)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`, i.id, i.kind, i.contact, i.timestamp, fields)
	if err != nil {
		return "", err
	}
	if n, err := result.RowsAffected(); err != nil || n == 1 {
		return stored, err
	}
	return compare(ctx, tx, i)
}

// compare reports whether an interaction equals the stored one with the same id.
func compare(ctx context.Context, tx *sql.Tx, i interaction) (outcome, error) {
	have := interaction{id: i.id}
	var fields []byte
	err := tx.QueryRowContext(ctx, "SELECT kind, contact_id, timestamp, fields FROM interaction WHERE id = $1", i.id).
		Scan(&have.kind, &have.contact, &have.timestamp, &fields)
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(fields, &have.fields); err != nil {
		return "", err
	}
	if !i.equal(have) {
		return conflict, nil
	}
	return known, nil
}

// leadsOf returns the leads for which the interactions of a contact count: those
// of the contact, and the account-based ones of the contact's account.
func leadsOf(ctx context.Context, db queryer, contact string) ([]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT id FROM lead WHERE parent_contact_id = $1
		UNION SELECT l.id FROM contact c JOIN lead l ON l.parent_account_id = c.parent_account_id
		WHERE c.id = $1 AND l.parent_contact_id IS NULL ORDER BY id`, contact)
	if err != nil {
		return nil, err
	}
	return scanTexts(rows)
}

// saveScores stores the results of a scoring as of asOf. It keeps the scores of a
// scoring with a higher number, which has seen more. It deletes a score that a lead no
// longer has, because the model is gone, does not target it, is not active or has it
// not in its audience. The stages of
// leads move on, leads get owners, and the events that follow are written, in the same transaction.
func (s *store) saveScores(ctx context.Context, set *leadscore.Set, leads []leadscore.SetResult, asOf time.Time, number int64) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, leads); err != nil {
			return err
		}
		leads, err := newest(ctx, tx, leads, asOf, number)
		if err != nil {
			return err
		}
		before, err := s.storedBefore(ctx, tx, leads)
		if err != nil {
			return err
		}
		put, err := tx.PrepareContext(ctx, `INSERT INTO score (model, lead_id, score, grade, label, dimensions, sales_ready, as_of, scoring)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (lead_id, model) DO UPDATE SET score = excluded.score, grade = excluded.grade,
				label = excluded.label, dimensions = excluded.dimensions, sales_ready = excluded.sales_ready, as_of = excluded.as_of, scoring = excluded.scoring
			WHERE score.scoring <= excluded.scoring`)
		if err != nil {
			return err
		}
		defer put.Close()
		drop, err := tx.PrepareContext(ctx, "DELETE FROM score WHERE lead_id = $1 AND scoring < $2")
		if err != nil {
			return err
		}
		defer drop.Close()
		for _, lead := range leads {
			for _, r := range lead.Results {
				if r.Status != leadscore.Scored {
					continue
				}
				label, _ := r.Label()
				dimensions, err := dimensionsText(r)
				if err != nil {
					return err
				}
				if _, err := put.ExecContext(ctx, r.Model, r.Lead, r.Score, r.Grade, label, dimensions, r.SalesReady, asOf, number); err != nil {
					return err
				}
			}
			if _, err := drop.ExecContext(ctx, lead.Lead, number); err != nil {
				return err
			}
		}
		acts, err := s.act(ctx, tx, set, leads, asOf, number)
		if err != nil {
			return err
		}
		if err := addEvents(ctx, tx, acts, before, leads, asOf, number); err != nil {
			return err
		}
		mark("scores, before the commit")
		mark("scores, within the commit")
		return nil
	})
}

// lock makes other transactions that store scores of the same leads wait. When rules
// change, these may write models in another order, and each would wait for the
// other. All transactions lock leads in the same order.
func (s *store) lock(ctx context.Context, tx *sql.Tx, leads []leadscore.SetResult) error {
	if !s.isPostgres() {
		return nil
	}
	ids := make([]string, len(leads))
	for i, lead := range leads {
		ids[i] = lead.Lead
	}
	isOne, list := s.dialect.Keys("id", "$1", sqldb.Text, ids)
	_, err := tx.ExecContext(ctx, "SELECT FROM lead WHERE "+isOne+" ORDER BY id FOR NO KEY UPDATE", list)
	return err
}

// dropOrphans deletes the scores of leads that no longer exist.
func (s *store) dropOrphans(ctx context.Context) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		for _, table := range []string{"score", "scored", "todo", "stage"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE NOT EXISTS (SELECT 1 FROM lead WHERE id = lead_id)"); err != nil {
				return err
			}
		}
		return nil
	})
}

// A lead is an entry of a list.
type lead struct {
	ID         string          `json:"lead"`
	FirstName  string          `json:"first_name"`
	LastName   string          `json:"last_name"`
	Company    string          `json:"company"`
	Score      int64           `json:"score"`
	Grade      string          `json:"grade"`
	Label      string          `json:"label,omitempty"`
	Dimensions eval.Dimensions `json:"dimensions,omitempty"`
	SalesReady bool            `json:"sales_ready"`
	AsOf       time.Time       `json:"as_of"` // of the score
}

// dimensionsText returns the dimensions of a result as they are stored: as JSON, or ""
// if there are none.
func dimensionsText(r leadscore.Result) (string, error) {
	if len(r.Dimensions()) == 0 {
		return "", nil
	}
	text, err := json.Marshal(eval.Dimensions(r.Dimensions()))
	return string(text), err
}

// A sorting is an order of leads without ties, so that a page can begin after a
// lead: $2 and $3 are its score and its id.
type sorting struct {
	by, after string
	first     int64 // a score such that all leads come after it and an empty id
}

var sortings = map[string]sorting{
	"-score": {"s.score DESC, s.lead_id", "s.score <= $2 AND (s.score < $2 OR s.lead_id > $3)", math.MaxInt64},
	"lead":   {"s.lead_id", "CAST($2 AS bigint) IS NOT NULL AND s.lead_id > $3", 0},
}

// leads calls yield for at most limit leads of a model, in order, that come after a
// given one. It reads them with a single statement, and so from one state of the
// database.
func (s *store) leads(ctx context.Context, model string, sorted sorting, after cursor, limit int, yield func(lead) error) error {
	return s.listed(ctx, "s.model = $1 AND "+sorted.after, "ORDER BY "+sorted.by+" LIMIT $4", yield, model, after.score, after.lead, limit)
}

// listed calls yield for each lead with a score for which a condition holds.
func (s *store) listed(ctx context.Context, where, order string, yield func(lead) error, values ...any) error {
	rows, err := s.read.QueryContext(ctx, `SELECT l.id, l.first_name, l.last_name, l.company_name,
			s.score, s.grade, s.label, s.dimensions, s.sales_ready, s.as_of
		FROM score s JOIN lead l ON l.id = s.lead_id
		WHERE `+where+" "+order, values...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var l lead
		var first, last, company sql.NullString
		var dimensions string
		if err := rows.Scan(&l.ID, &first, &last, &company, &l.Score, &l.Grade, &l.Label, &dimensions, &l.SalesReady, &l.AsOf); err != nil {
			return err
		}
		if dimensions != "" {
			if err := json.Unmarshal([]byte(dimensions), &l.Dimensions); err != nil {
				return err
			}
		}
		l.FirstName, l.LastName, l.Company = first.String, last.String, company.String
		l.AsOf = l.AsOf.UTC()
		if err := yield(l); err != nil {
			return err
		}
	}
	return rows.Err()
}

// A cursor is the lead after which a page begins, as it was listed.
type cursor struct {
	score int64
	lead  string
}

func (c cursor) String() string { return strconv.FormatInt(c.score, 10) + "," + c.lead }

func parseCursor(text string) (c cursor, ok bool) {
	score, lead, ok := strings.Cut(text, ",")
	n, err := strconv.ParseInt(score, 10, 64)
	return cursor{n, lead}, ok && err == nil
}
