-- An order that may have been sent is no longer closed as lost: it stays unknown, and its alert says that. Alerts from before keep their
-- words.
UPDATE alerts SET code = 'order_unknown' WHERE code = 'order_lost';
