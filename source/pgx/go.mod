module github.com/leadscore/leadscore/source/pgx

go 1.26.0

replace github.com/leadscore/leadscore => ../../

require (
	github.com/jackc/pgx/v5 v5.12.0
	github.com/leadscore/leadscore v0.0.0
)

require (
	github.com/alecthomas/participle/v2 v2.1.4 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.3 // indirect
	golang.org/x/sync v0.22.0 // indirect
	golang.org/x/text v0.41.0 // indirect
)
