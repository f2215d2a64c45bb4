-- What models with dimensions give to a lead beside the score: the label, and the
-- dimensions as a JSON object that has score and grade for each name. Both are empty
-- if the model has none.
ALTER TABLE score ADD COLUMN label text NOT NULL DEFAULT '';
ALTER TABLE score ADD COLUMN dimensions text NOT NULL DEFAULT '';
