-- Whose lead it is. The assignments of the rules give a lead that has no owner one, in the
-- transaction that stores its scores.
ALTER TABLE lead ADD COLUMN owner text;
