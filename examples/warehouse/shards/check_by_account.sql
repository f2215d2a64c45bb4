-- Lists the tables of a shard that have records of another one, divided by account, and how many.
-- Run it on each shard, such as every night; no row means that all is in its place:
--
--   psql -v shard=0 -v shards=2 -f check_by_account.sql
--
-- A contact whose account has changed has to move, with its interactions and leads. An
-- interaction whose contact is not here may be that of a contact that is no record at all, whose
-- shard is that of its id.
\set ON_ERROR_STOP on
SELECT * FROM (
    SELECT 'accounts' AS "table", COUNT(*) AS elsewhere FROM crm.accounts WHERE ('x' || substr(md5(id), 1, 8))::bit(32)::int8 % :shards <> :shard
    UNION ALL
    SELECT 'contacts', COUNT(*) FROM crm.contacts WHERE ('x' || substr(md5(COALESCE(NULLIF(account_id, ''), id)), 1, 8))::bit(32)::int8 % :shards <> :shard
    UNION ALL
    SELECT 'leads', COUNT(*) FROM crm.leads AS l LEFT JOIN crm.contacts AS c ON c.id = l.contact_id
    WHERE ('x' || substr(md5(COALESCE(CASE WHEN l.contact_id <> '' THEN COALESCE(NULLIF(c.account_id, ''), l.contact_id) END, NULLIF(l.account_id, ''), l.id)), 1, 8))::bit(32)::int8 % :shards <> :shard
    UNION ALL
    SELECT 'email_opens', COUNT(*) FROM crm.email_opens AS i LEFT JOIN crm.contacts AS c ON c.id = i.contact_id
    WHERE i.contact_id <> '' AND ('x' || substr(md5(COALESCE(NULLIF(c.account_id, ''), i.contact_id)), 1, 8))::bit(32)::int8 % :shards <> :shard
    UNION ALL
    SELECT 'email_clicks', COUNT(*) FROM crm.email_clicks AS i LEFT JOIN crm.contacts AS c ON c.id = i.contact_id
    WHERE i.contact_id <> '' AND ('x' || substr(md5(COALESCE(NULLIF(c.account_id, ''), i.contact_id)), 1, 8))::bit(32)::int8 % :shards <> :shard
    UNION ALL
    SELECT 'forms', COUNT(*) FROM crm.forms AS i LEFT JOIN crm.contacts AS c ON c.id = i.contact_id
    WHERE i.contact_id <> '' AND ('x' || substr(md5(COALESCE(NULLIF(c.account_id, ''), i.contact_id)), 1, 8))::bit(32)::int8 % :shards <> :shard
    UNION ALL
    SELECT 'visits', COUNT(*) FROM crm.visits AS i LEFT JOIN crm.contacts AS c ON c.id = i.contact_id
    WHERE i.contact_id <> '' AND ('x' || substr(md5(COALESCE(NULLIF(c.account_id, ''), i.contact_id)), 1, 8))::bit(32)::int8 % :shards <> :shard
) AS t WHERE elsewhere > 0 ORDER BY "table";
