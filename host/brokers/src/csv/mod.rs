//! A market from a folder of daily bars: one `.csv` or `.csv.gz` file per symbol, named after it.
//!
//! What is read and what is not:
//! - The extension counts in any case, and so does the symbol: `reliance.CSV` holds RELIANCE, as do `RELIANCE.NS.csv` and
//!   `RELIANCE.csv.gz`. Two files of one symbol are refused.
//! - Hidden files and files with other extensions are passed over. A price file that is no regular file (a folder,
//!   a pipe, a device, a link that leads to one or nowhere) is left out, and the report says so; a link to a
//!   regular file is read.
//! - Columns are found by their header, in any case and order; `columns` lists the layouts. Other columns, such as
//!   `adj_close`, are not read. Prices are rupees and are taken to the paisa.
//! - Rows without volume are dropped: in public data they are phantoms of holidays. So are rows on days on which
//!   the calendar knows of no session: sources serve the last session's prices again under such dates. The report
//!   says how many and where.

pub(crate) mod columns;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod listing;
mod market;
pub(crate) mod read;
pub(crate) mod row;

pub use market::CsvMarket;

#[cfg(test)]
mod tests;
