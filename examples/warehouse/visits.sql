-- The visits for the job and for shards: times that are text cannot be compared as times.
CREATE VIEW crm.website_visits AS
SELECT id, contact_id, visited_at::timestamp AS visited_at, url FROM crm.visits;
