-- Brings the scores of two shards together. Run it on the coordinator, a database that needs no
-- record, once "warehouse shards" has made the view lead_scores on each shard:
--
--   psql -v host0=shard0.internal -v port0=5432 -v host1=shard1.internal -v port1=5432 \
--        -v dbname=crm -v user=scores -f coordinator.sql
--
-- The user needs only the right to select from the view lead_scores of each shard.
\set ON_ERROR_STOP on
BEGIN;
CREATE EXTENSION IF NOT EXISTS postgres_fdw;

-- Both shards work at the same time: async_capable.
CREATE SERVER shard0 FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host0', port :'port0', dbname :'dbname', fetch_size '10000', async_capable 'true');
CREATE SERVER shard1 FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host1', port :'port1', dbname :'dbname', fetch_size '10000', async_capable 'true');
CREATE USER MAPPING FOR CURRENT_USER SERVER shard0 OPTIONS (user :'user');
CREATE USER MAPPING FOR CURRENT_USER SERVER shard1 OPTIONS (user :'user');

-- The columns of the view. A model with dimensions has two more for each.
CREATE FOREIGN TABLE lead_scores0 (
    lead text, model text, status text, score int8, grade text, sales_ready bool, label text,
    dimension1 int8, grade1 text, dimension2 int8, grade2 text, as_of timestamptz
) SERVER shard0 OPTIONS (schema_name 'public', table_name 'lead_scores');
CREATE FOREIGN TABLE lead_scores1 (
    lead text, model text, status text, score int8, grade text, sales_ready bool, label text,
    dimension1 int8, grade1 text, dimension2 int8, grade2 text, as_of timestamptz
) SERVER shard1 OPTIONS (schema_name 'public', table_name 'lead_scores');

CREATE VIEW lead_scores AS SELECT * FROM lead_scores0 UNION ALL SELECT * FROM lead_scores1;
COMMIT;
