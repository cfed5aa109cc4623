//! The services of users: which are on, what they say of themselves, and single runs that are asked for.

mod unified;
