-- What sales says about the leads that they get, with the score that was stored then;
-- the score, the grade and sales_ready are NULL if there was none. The page chooses
-- the id: a form that is sent twice is stored once.
CREATE TABLE feedback (
    id          text PRIMARY KEY,
    lead_id     text NOT NULL REFERENCES lead,
    model       text NOT NULL,
    verdict     text NOT NULL, -- accepted or rejected
    reason      text NOT NULL,
    note        text NOT NULL,
    author      text NOT NULL,
    given_at    timestamp NOT NULL,
    score       bigint,
    grade       text,
    sales_ready boolean
);
CREATE INDEX feedback_by_lead ON feedback (lead_id, given_at);
