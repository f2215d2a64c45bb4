-- Lists the tables of a shard that have records of another one, divided by contact, and how many.
-- Run it on each shard, such as every night; no row means that all is in its place:
--
--   psql -v shard=0 -v shards=2 -f check_by_contact.sql
\set ON_ERROR_STOP on
SELECT * FROM (
    SELECT 'contacts' AS "table", COUNT(*) AS elsewhere FROM crm.contacts WHERE ('x' || substr(md5(id), 1, 8))::bit(32)::int8 % :shards <> :shard
    UNION ALL
    SELECT 'leads', COUNT(*) FROM crm.leads WHERE ('x' || substr(md5(COALESCE(NULLIF(contact_id, ''), id)), 1, 8))::bit(32)::int8 % :shards <> :shard
    UNION ALL
    SELECT 'email_opens', COUNT(*) FROM crm.email_opens WHERE contact_id <> '' AND ('x' || substr(md5(contact_id), 1, 8))::bit(32)::int8 % :shards <> :shard
    UNION ALL
    SELECT 'email_clicks', COUNT(*) FROM crm.email_clicks WHERE contact_id <> '' AND ('x' || substr(md5(contact_id), 1, 8))::bit(32)::int8 % :shards <> :shard
    UNION ALL
    SELECT 'forms', COUNT(*) FROM crm.forms WHERE contact_id <> '' AND ('x' || substr(md5(contact_id), 1, 8))::bit(32)::int8 % :shards <> :shard
    UNION ALL
    SELECT 'visits', COUNT(*) FROM crm.visits WHERE contact_id <> '' AND ('x' || substr(md5(contact_id), 1, 8))::bit(32)::int8 % :shards <> :shard
) AS t WHERE elsewhere > 0 ORDER BY "table";
