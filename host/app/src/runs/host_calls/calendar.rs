//! `calendar`: trading days and phases.

use prahari_domain::time::{day_from_number, day_number};
use prahari_runtime::HostReply;

use super::{Answer, LiveServices, convert, invalid, unavailable};

impl LiveServices<'_> {
    pub(super) fn get_day(&self, day: i32) -> HostReply {
        let Some(day) = day_from_number(day) else {
            return invalid(format!("day {day} is outside the calendar"));
        };
        match self.runs.trading.calendar.current().trading_day(day) {
            Ok(trading_day) => HostReply::Day(convert::trading_day(&trading_day)),
            Err(error) => unavailable(error.to_string()),
        }
    }

    pub(super) async fn phases(&self, symbols: &[String]) -> Answer {
        let now = self.now().now;
        let calendar = self.runs.trading.calendar.current();
        if !calendar.has_closing_auction(now) {
            let phase = convert::phase(calendar.phase_at(now, false));
            return Ok(HostReply::Phases(vec![phase; symbols.len()]));
        }
        let symbols = match convert::symbols(symbols) {
            Ok(symbols) => symbols,
            Err(error) => return Ok(invalid(error.to_string())),
        };
        let instruments = self.runs.trading.market.instruments(&symbols, now).await?;
        let auction = |known: &Option<_>| known.as_ref().is_some_and(convert::in_closing_auction);
        let phases =
            instruments.iter().map(|known| convert::phase(calendar.phase_at(now, auction(known)))).collect();
        Ok(HostReply::Phases(phases))
    }

    pub(super) fn after_market_open(&self) -> HostReply {
        HostReply::AfterMarketOpen(self.runs.trading.calendar.current().after_market_open(self.now().now))
    }

    pub(super) fn trading_day_from(&self, day: i32, count: i32) -> HostReply {
        let Some(start) = day_from_number(day) else {
            return invalid(format!("day {day} is outside the calendar"));
        };
        match self.runs.trading.calendar.current().trading_day_from(start, count) {
            Ok(found) => HostReply::TradingDayFrom(day_number(found)),
            Err(error) => unavailable(error.to_string()),
        }
    }
}
