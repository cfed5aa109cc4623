-- Over which broker an order went: the brokers that a user has left, each with the last order that was placed while they were there.
-- Later orders went over the next one, and those after all of them over the broker of the user. Until now nobody had left one.
CREATE TABLE left_brokers (
    user_id     INTEGER NOT NULL,
    last_day    TEXT    NOT NULL,
    last_number INTEGER NOT NULL,
    broker      TEXT    NOT NULL,
    PRIMARY KEY (user_id, last_day, last_number)
) STRICT;
