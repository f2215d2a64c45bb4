package sqldb_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sqldb"
)

// From a database to a score. A program imports a driver, too, such as
// github.com/jackc/pgx/v5/stdlib.
func Example() {
	ctx := context.Background()
	model, err := leadscore.Compile("buyers.score", `
		model "Buyers" {
			target contact
			condition "Opened" {
				each EmailOpened within last 90 days
				score +10
			}
		}`, leadscore.StandardSchema())
	if err != nil {
		log.Fatal(err)
	}
	db, err := sql.Open("pgx", "postgres://crm@localhost/crm")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	data, err := sqldb.Open(ctx, db, sqldb.PostgreSQL(), model.Schema(), sqldb.Options{
		Needs: model.Needs(),
		Mapping: sqldb.Mapping{Tables: map[string]sqldb.Table{
			"Lead": {Name: "crm_lead", Columns: map[string]sqldb.Column{
				"ParentContact": {Name: "person_id"},
				"DecisionMaker": {True: "Y", False: "N"},
			}},
		}},
	})
	if err != nil {
		log.Fatal(err) // everything that is missing or does not fit, a line each
	}
	result, err := model.Score(ctx, "lead-ada", data)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Score)
}

// All leads as of one state of the database.
func ExampleSource_Snapshot() {
	var ( // see the example of the package
		ctx  context.Context
		set  *leadscore.Set
		data *sqldb.Source
	)
	snapshot, err := data.Snapshot(ctx)
	if err != nil {
		log.Fatal(err)
	}
	defer snapshot.Close()
	for result, err := range set.ScoreAll(ctx, snapshot.Leads(ctx), snapshot) {
		if err != nil {
			log.Print(err) // of one lead, or the last
			continue
		}
		fmt.Println(result.Lead, result.SalesReady)
	}
}

// A dialect for MySQL and MariaDB, whose connections should have the parameters
// parseTime=true and loc=UTC.
func ExampleDialect() {
	mysql := sqldb.Dialect{
		Name: "MySQL",
		Quote: func(name string) string {
			return "`" + strings.ReplaceAll(name, "`", "``") + "`"
		},
		Tables:    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()",
		Isolation: sql.LevelRepeatableRead,
		Savepoint: "SAVEPOINT leadscore", RollbackTo: "ROLLBACK TO SAVEPOINT leadscore",
		Storage: func(databaseType string) sqldb.Storage {
			switch strings.TrimPrefix(databaseType, "UNSIGNED ") {
			case "CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM":
				return sqldb.Text
			case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "YEAR":
				return sqldb.Integer
			case "DECIMAL", "FLOAT", "DOUBLE":
				return sqldb.Decimal
			case "DATETIME", "TIMESTAMP":
				return sqldb.Instant
			case "DATE":
				return sqldb.Day
			case "JSON":
				return sqldb.JSON
			}
			return sqldb.Unfit
		},
	}
	fmt.Println(mysql.Name)
	// Output: MySQL
}

// A database with rows that do not suit their fields: leads are scored without these,
// and a report lists them.
func ExampleSource_Skipped() {
	var ( // see the example of the package
		ctx context.Context
		db  *sql.DB
		set *leadscore.Set
	)
	data, err := sqldb.Open(ctx, db, sqldb.PostgreSQL(), set.Schema(), sqldb.Options{Needs: set.Needs(), SkipBad: true})
	if err != nil {
		log.Fatal(err)
	}
	for result, err := range set.ScoreAll(ctx, data.Leads(ctx), data) {
		if err != nil {
			log.Print(err)
			continue
		}
		fmt.Println(result.Lead, result.SalesReady)
	}
	for _, c := range data.Skipped().Entities {
		log.Printf("%s: %d rows were skipped", c.Entity, c.Skipped)
	}
	if problems := data.Skipped().Problems; problems != nil {
		log.Print(problems)
	}
}
