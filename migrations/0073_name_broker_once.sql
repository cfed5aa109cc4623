-- The broker of kept credentials had another name than that of users and links; there is one now. What the audit log says of before
-- stays as it was.
UPDATE broker_credentials SET broker = 'kotak-neo' WHERE broker = 'kotak_neo';
