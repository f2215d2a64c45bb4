-- GET /healthz writes a row here and deletes it, to see whether the database can
-- still be written.
CREATE TABLE health (filler text NOT NULL);
