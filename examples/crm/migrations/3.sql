-- Scorings are numbered in the order in which they begin to read, whatever clocks
-- show: of two scorings of a lead, the one with the higher number has seen more, and
-- the other must not overwrite it. Column scoring replaces column read_at, which was
-- a time.
CREATE TABLE scoring (begun bigint NOT NULL); -- one row: the number of the last one
INSERT INTO scoring (begun) VALUES (0);
ALTER TABLE score RENAME COLUMN read_at TO scoring;
UPDATE score SET scoring = 0;
