-- What the operator allows a task, of everybody (user 0) or of one user, as JSON; what has no row has the program's default.
CREATE TABLE grants (
    user_id   INTEGER NOT NULL,
    task      TEXT    NOT NULL,
    allowance TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    by_user   INTEGER NOT NULL,
    PRIMARY KEY (user_id, task)
) STRICT;
