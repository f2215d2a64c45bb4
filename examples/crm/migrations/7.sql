-- What others have to be told about leads. A row is written in the transaction that
-- stores the scores, so that it is there exactly if they are. Column body is the JSON
-- that is sent; due is when the next attempt is to be made, in microseconds since 1970.
CREATE TABLE event (
    id           text PRIMARY KEY, -- the idempotency key
    scoring      bigint NOT NULL,  -- its number: the order of the events of a lead
    lead_id      text NOT NULL,
    kind         text NOT NULL,    -- such as sales ready
    subject      text NOT NULL,    -- the model
    body         text NOT NULL,
    as_of        timestamp NOT NULL,
    status       text NOT NULL DEFAULT 'pending', -- pending, delivered or dead
    attempts     bigint NOT NULL DEFAULT 0,
    due          bigint NOT NULL DEFAULT 0,
    error        text NOT NULL DEFAULT '', -- of the last attempt
    delivered_at timestamp
);
CREATE INDEX event_by_status ON event (status, scoring, id);
CREATE INDEX event_by_lead ON event (lead_id, status, scoring, id);

-- The number of the scoring that a lead was last stored by. Table score cannot say it of
-- a lead without a score: an earlier scoring that ends later must not give it one.
CREATE TABLE scored (
    lead_id text PRIMARY KEY,
    scoring bigint NOT NULL
);
