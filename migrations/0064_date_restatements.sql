-- When a version of a year came to be because bars that were known had changed. A later fetch that only adds bars writes the version
-- anew, with another `stored_at`, and does not move this.
ALTER TABLE bar_years ADD COLUMN restated_at INTEGER;

-- Of earlier releases the time of the last writing is all that is known.
UPDATE bar_years SET restated_at = stored_at WHERE version > 1;

-- What was restated, the newest first.
CREATE INDEX bar_years_restated ON bar_years (restated_at, source, symbol, year, version) WHERE restated_at IS NOT NULL;
