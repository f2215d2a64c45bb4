-- When a lead has to be scored again. Column due is when its result changes by time alone,
-- and as_of the instant that it was scored as of, both in microseconds since 1970.
ALTER TABLE scored ADD COLUMN due bigint NOT NULL DEFAULT 0;
ALTER TABLE scored ADD COLUMN as_of bigint NOT NULL DEFAULT 0;
CREATE INDEX scored_by_due ON scored (due);
CREATE INDEX scored_by_as_of ON scored (as_of);

-- Leads that an interaction counts for, written with it, until a scoring with the number
-- or a higher one has stored them. So no crash leaves an interaction that does not count.
CREATE TABLE todo (
    lead_id text NOT NULL,
    scoring bigint NOT NULL,
    since   bigint NOT NULL, -- microseconds since 1970
    PRIMARY KEY (lead_id, scoring)
);

-- The step with the rules since which all leads have been scored: see package registry.
ALTER TABLE scoring ADD COLUMN rules bigint NOT NULL DEFAULT 0;
