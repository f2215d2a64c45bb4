-- Copies the records of a shard from the database that has all of them, divided by contact. Run it
-- on the shard, once its tables are there (crm.sql), as a user who may create extensions:
--
--   psql -v shard=0 -v shards=2 -v host=crm.internal -v port=5432 -v dbname=crm -v user=loader -f copy_by_contact.sql
--
-- Only the records of the shard travel: the conditions are those of the other database.
\set ON_ERROR_STOP on
BEGIN;
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SERVER whole FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host', port :'port', dbname :'dbname', fetch_size '10000');
CREATE USER MAPPING FOR CURRENT_USER SERVER whole OPTIONS (user :'user');
CREATE SCHEMA whole;
IMPORT FOREIGN SCHEMA crm LIMIT TO (accounts, contacts, leads, email_opens, email_clicks, forms, visits) FROM SERVER whole INTO whole;

-- The shard of an id is a hash of it, which every database works out alike:
--   ('x' || substr(md5(id), 1, 8))::bit(32)::int8 % shards

-- What rules look up from a contact, and what each shard needs whole.
INSERT INTO crm.accounts SELECT * FROM whole.accounts;

-- A contact is on the shard of its id, and so is what belongs to it. A record of nobody is on shard 0.
INSERT INTO crm.contacts SELECT * FROM whole.contacts WHERE ('x' || substr(md5(id), 1, 8))::bit(32)::int8 % :shards = :shard;
INSERT INTO crm.leads SELECT * FROM whole.leads WHERE ('x' || substr(md5(COALESCE(NULLIF(contact_id, ''), id)), 1, 8))::bit(32)::int8 % :shards = :shard;
INSERT INTO crm.email_opens SELECT * FROM whole.email_opens WHERE ('x' || substr(md5(COALESCE(contact_id, '')), 1, 8))::bit(32)::int8 % :shards = :shard;
INSERT INTO crm.email_clicks SELECT * FROM whole.email_clicks WHERE ('x' || substr(md5(COALESCE(contact_id, '')), 1, 8))::bit(32)::int8 % :shards = :shard;
INSERT INTO crm.forms SELECT * FROM whole.forms WHERE ('x' || substr(md5(COALESCE(contact_id, '')), 1, 8))::bit(32)::int8 % :shards = :shard;
INSERT INTO crm.visits SELECT * FROM whole.visits WHERE ('x' || substr(md5(COALESCE(contact_id, '')), 1, 8))::bit(32)::int8 % :shards = :shard;

DROP SCHEMA whole CASCADE;
DROP SERVER whole CASCADE;
COMMIT;
ANALYZE;
