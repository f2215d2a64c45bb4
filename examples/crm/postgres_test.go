package main

import (
	"net"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// No error shows a password, or a part of it, however it is written into a connection
// string and wherever the connection fails.
func TestPasswordIsNotShown(t *testing.T) {
	const secret = "SECRET"
	around := rapid.StringMatching(`[a-z0-9@/#?:%'\\ \[\]&+;"-]{0,5}`)
	refused, read := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		password := around.Draw(t, "before") + secret + around.Draw(t, "after")
		connection := rapid.SampledFrom([]string{
			"postgres://crm:" + password + "@127.0.0.1:1/crm?sslmode=disable",
			"postgresql://crm:" + url.QueryEscape(password) + "@127.0.0.1:1/crm?sslmode=disable",
			"postgres://crm@127.0.0.1:1/crm?sslmode=disable&password=" + password,
			"host=127.0.0.1 port=1 user=crm sslmode=disable password=" + password,
			"host=127.0.0.1 port=1 password='" + password + "' user=crm sslmode=disable",
			"host=127.0.0.1 port=one user=crm sslmode=disable password=" + secret,
			"postgres:/crm:" + password + "@127.0.0.1:1/crm",
			"mysql://crm:" + password + "@127.0.0.1:1/crm",
		}).Draw(t, "connection")
		db, err := openPostgres(connection)
		if err != nil {
			refused++
		} else {
			read++
			defer db.close()
			err = db.migrate(t.Context())
		}
		if err == nil || strings.Contains(strings.ToUpper(err.Error()), secret) {
			t.Fatalf("%s: %v", connection, err)
		}
	})
	if refused == 0 || read == 0 {
		t.Errorf("%d connection strings are refused, %d are read", refused, read)
	}
}

// What is wrong with a connection string is said where that is no secret.
func TestConnectionStrings(t *testing.T) {
	for connection, want := range map[string]string{
		"postgres://crm:a/b@localhost/crm":            "%2F for /",
		"postgres://crm:a#b@localhost/crm":            "PGPASSWORD",
		"postgres://crm:1?x=b@localhost/crm":          "%3F for ?",
		"postgres://crm:a%b@localhost/crm":            "cannot be read",
		"host=localhost password=a b":                 "cannot be read",
		"mysql://crm@localhost/crm":                   "write postgres://",
		"postgres://crm@localhost/crm?sslmode=perhap": `"sslmode": "perhap" is not supported`,
		"host=localhost port=one":                     `wrong value for "port"`,
	} {
		db, err := openPostgres(connection)
		if err == nil {
			t.Errorf("%s is read", connection)
			db.close()
		} else if !strings.HasPrefix(err.Error(), "crm: -postgres: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", connection, err)
		}
	}
	for _, connection := range []string{
		"postgres://crm:p%40ss%2Fw%23o%3Frd@localhost/crm", "postgres://crm:p@ss:word@localhost:5433/crm?host=/run/postgresql",
		"host=localhost user=crm password='a://b @ c#d?' dbname=crm", "postgres:///crm?host=%40abstract", "",
	} {
		db, err := openPostgres(connection)
		if err != nil {
			t.Errorf("%s: %v", connection, err)
			continue
		}
		db.close()
	}
}

// A service that cannot use its database ends with an error that does not show the
// password, and its log does not either.
func TestStartWithoutDatabase(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := nobody.Addr().String()
	if err := nobody.Close(); err != nil {
		t.Fatal(err)
	}
	for _, connection := range []string{
		"postgres://crm:SECRET@" + address + "/crm?sslmode=disable", // refused
		"postgres://crm:SECRET@localhost/crm?sslmode=perhaps",
		"postgres://crm:x/SECRET@localhost/crm",
	} {
		lines := &log{}
		err := run(t.Context(), []string{"-addr", "127.0.0.1:0", "-postgres", connection}, lines, func(net.Addr) {})
		if err == nil || strings.Contains(err.Error()+lines.String(), "SECRET") {
			t.Errorf("%s: %v\n%s", connection, err, lines)
		}
	}
}
