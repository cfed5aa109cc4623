-- What corporate actions changed is read with the fills, by whoever folds trades: few entries among those of years.
CREATE INDEX journal_holding_changes ON journal (user_id, at, sequence) WHERE event = 'holding_changed';
