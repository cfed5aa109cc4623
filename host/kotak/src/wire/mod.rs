//! What stands in the broker's bodies. Strict about what money depends on, tolerant about what is known to vary: numbers come
//! as texts and texts as numbers, fields come and go, marks such as `--` and `NA` stand for nothing.

pub(crate) mod body;
pub(crate) mod decimal;
pub(crate) mod feeds;
pub(crate) mod holding;
pub(crate) mod limits;
pub(crate) mod listed;
pub(crate) mod login;
pub(crate) mod margin;
pub(crate) mod order;
pub(crate) mod position;
pub(crate) mod quote;
pub(crate) mod rejection;
pub(crate) mod row;
pub(crate) mod said;
pub(crate) mod status;
pub(crate) mod tag;
pub(crate) mod time;
pub(crate) mod trade;

#[cfg(test)]
mod tests;
