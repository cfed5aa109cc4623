//! Users who trade live over Kotak Neo, against a fake of the broker on loopback.
