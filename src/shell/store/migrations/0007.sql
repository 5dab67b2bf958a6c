-- What members did lately, day by day, as JSON; none of whom nothing is counted.
ALTER TABLE members ADD COLUMN habits TEXT;
