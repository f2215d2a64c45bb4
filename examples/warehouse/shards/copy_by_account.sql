-- Copies the records of a shard from the database that has all of them, divided by account. Run it
-- on the shard, once its tables are there (crm.sql), as a user who may create extensions:
--
--   psql -v shard=0 -v shards=2 -v host=crm.internal -v port=5432 -v dbname=crm -v user=loader -f copy_by_account.sql
--
-- An account is on the shard of its id, a contact on that of its account, or of its own id if it
-- has none, and all else where its contact is. So the contacts of an account are together.
\set ON_ERROR_STOP on
BEGIN;
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SERVER whole FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host', port :'port', dbname :'dbname', fetch_size '10000');
CREATE USER MAPPING FOR CURRENT_USER SERVER whole OPTIONS (user :'user');
CREATE SCHEMA whole;
IMPORT FOREIGN SCHEMA crm LIMIT TO (accounts, contacts, leads, email_opens, email_clicks, forms, visits) FROM SERVER whole INTO whole;

-- The shard of an id is a hash of it, which every database works out alike:
--   ('x' || substr(md5(id), 1, 8))::bit(32)::int8 % shards

INSERT INTO crm.accounts SELECT * FROM whole.accounts WHERE ('x' || substr(md5(id), 1, 8))::bit(32)::int8 % :shards = :shard;
INSERT INTO crm.contacts SELECT * FROM whole.contacts WHERE ('x' || substr(md5(COALESCE(NULLIF(account_id, ''), id)), 1, 8))::bit(32)::int8 % :shards = :shard;

-- A lead is where its contact is, or else its account. A contact that is named and is no record
-- has no account.
INSERT INTO crm.leads SELECT l.* FROM whole.leads AS l LEFT JOIN whole.contacts AS c ON c.id = l.contact_id
WHERE ('x' || substr(md5(COALESCE(CASE WHEN l.contact_id <> '' THEN COALESCE(NULLIF(c.account_id, ''), l.contact_id) END, NULLIF(l.account_id, ''), l.id)), 1, 8))::bit(32)::int8 % :shards = :shard;
INSERT INTO crm.email_opens SELECT i.* FROM whole.email_opens AS i LEFT JOIN whole.contacts AS c ON c.id = i.contact_id
WHERE ('x' || substr(md5(COALESCE(NULLIF(c.account_id, ''), i.contact_id, '')), 1, 8))::bit(32)::int8 % :shards = :shard;
INSERT INTO crm.email_clicks SELECT i.* FROM whole.email_clicks AS i LEFT JOIN whole.contacts AS c ON c.id = i.contact_id
WHERE ('x' || substr(md5(COALESCE(NULLIF(c.account_id, ''), i.contact_id, '')), 1, 8))::bit(32)::int8 % :shards = :shard;
INSERT INTO crm.forms SELECT i.* FROM whole.forms AS i LEFT JOIN whole.contacts AS c ON c.id = i.contact_id
WHERE ('x' || substr(md5(COALESCE(NULLIF(c.account_id, ''), i.contact_id, '')), 1, 8))::bit(32)::int8 % :shards = :shard;
INSERT INTO crm.visits SELECT i.* FROM whole.visits AS i LEFT JOIN whole.contacts AS c ON c.id = i.contact_id
WHERE ('x' || substr(md5(COALESCE(NULLIF(c.account_id, ''), i.contact_id, '')), 1, 8))::bit(32)::int8 % :shards = :shard;

DROP SCHEMA whole CASCADE;
DROP SERVER whole CASCADE;
COMMIT;
ANALYZE;
