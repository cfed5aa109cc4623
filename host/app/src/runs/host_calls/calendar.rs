//! `calendar`: trading days and phases.

use prahari_domain::instruments::Symbol;
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
        // A demerged share has no session before it has a price.
        let ex_dates = self.runs.trading.jumps.ex_dates();
        let of = |symbol: &Symbol, phase| convert::phase(ex_dates.phase(symbol, phase, &calendar, now));
        if !calendar.has_closing_auction(now) {
            let phase = calendar.phase_at(now, false);
            let phases = symbols.iter().map(|symbol| match Symbol::new(symbol) {
                Ok(symbol) => of(&symbol, phase),
                Err(_) => convert::phase(phase),
            });
            return Ok(HostReply::Phases(phases.collect()));
        }
        let symbols = match convert::symbols(symbols) {
            Ok(symbols) => symbols,
            Err(error) => return Ok(invalid(error.to_string())),
        };
        let instruments = self.runs.trading.market.instruments(&symbols, now).await?;
        let auction = |known: &Option<_>| known.as_ref().is_some_and(convert::in_closing_auction);
        let phases = symbols.iter().zip(&instruments);
        let phases = phases.map(|(symbol, known)| of(symbol, calendar.phase_at(now, auction(known))));
        Ok(HostReply::Phases(phases.collect()))
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
