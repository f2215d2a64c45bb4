-- The tables of a CRM in a warehouse, as a loader copies them: names and types are its own.
CREATE SCHEMA crm;
CREATE TABLE crm.accounts (id text PRIMARY KEY, name text, industry text, employees integer);
CREATE TABLE crm.contacts (id text PRIMARY KEY, account_id text, job_title text, email text);
CREATE TABLE crm.leads (id text PRIMARY KEY, contact_id text, account_id text);
CREATE TABLE crm.email_opens (id bigint PRIMARY KEY, contact_id text, opened_at timestamptz, email_name text);
CREATE TABLE crm.email_clicks (id bigint PRIMARY KEY, contact_id text, clicked_at bigint, url text); -- milliseconds since 1970
CREATE TABLE crm.forms (id bigint PRIMARY KEY, contact_id text, submitted_at timestamptz, form_name text);
CREATE TABLE crm.visits (id bigint PRIMARY KEY, contact_id text, visited_at text, url text); -- such as 2026-05-01T08:00:00Z
