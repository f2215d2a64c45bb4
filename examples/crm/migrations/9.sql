-- The stage of each lead in each block of stages of the rules. A scoring moves it on, in
-- the transaction that stores its scores.
CREATE TABLE stage (
    lead_id text NOT NULL,
    stages  text NOT NULL, -- the name of the block
    stage   text NOT NULL,
    since   timestamp NOT NULL,
    PRIMARY KEY (lead_id, stages)
);
CREATE INDEX stage_by_name ON stage (stages, stage);
