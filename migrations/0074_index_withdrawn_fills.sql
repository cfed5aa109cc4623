-- Fills that the exchange has annulled are read with the fills, by whoever folds or lists trades: few entries among those of years.
CREATE INDEX journal_withdrawn_fills ON journal (user_id, at, sequence) WHERE event = 'fill_withdrawn';
