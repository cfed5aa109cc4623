//! A market from the exchange's daily files (bhavcopy) as people keep them: one file for each trading day, with every
//! share in it.
//!
//! What is read and what is not:
//! - `BhavCopy_NSE_CM_0_0_0_YYYYMMDD_F_0000.csv` (since July 2024), `cmDDMMMYYYYbhav.csv` (before) and
//!   `sec_bhavdata_full_DDMMYYYY.csv` (with deliveries), each as it is or packed as `.csv.zip` or `.csv.gz`, in the folder
//!   or up to three folders deep in it. Case does not count. Other files are passed over, and the report says how many.
//! - Corporate actions of `bcDDMMYYYY.csv` (earlier `BcDDMMYY.csv`), packed likewise or as a file of `PRDDMMYY.zip`, and price
//!   bands of `sec_list_DDMMYYYY.csv`. A list that cannot be used, or a row of one, takes nobody's prices away: the report
//!   names it.
//! - Which part of a day's trades was delivered, of the files that tell it, also where the bars of the day come from another one.
//! - Of several files of a day the one of the layout named first above is read, the plain one before a packed one.
//! - Rows of the series EQ, BE and BZ. A share that has several of them on a day has the first one's bar. Rows of other
//!   series are bonds, funds, blocks and small companies, and are passed over.
//! - Rows of the cash segment of NSE. A row that says that it is of another segment or exchange is left out, and the report says so;
//!   a file of nothing else is refused.
//! - Columns are found by their header. Each row must be of the day that the file is named after. Rows without volume are
//!   left out, and so are files of days on which the calendar knows of no session; the report says so.
//! - Prices are as they were traded: the files are not adjusted for splits and bonus issues.

mod actions;
mod bands;
mod deliveries;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod histories;
mod listing;
mod lists;
mod market;
mod name;
mod read;

pub use market::BhavcopyMarket;

#[cfg(test)]
mod tests;
