//! Days, phases, quotes, candles, instruments.

use prahari_brokers as brokers;
use prahari_domain::calendar as domain_calendar;
use prahari_domain::instruments as domain;
use prahari_domain::instruments::{Symbol, SymbolError};
use prahari_domain::time::day_number;
use prahari_runtime::abi::latest::{calendar, market};

pub(crate) fn phase(phase: domain_calendar::Phase) -> calendar::Phase {
    use domain_calendar::Phase;
    match phase {
        Phase::Closed => calendar::Phase::Closed,
        Phase::PreOpen => calendar::Phase::PreOpen,
        Phase::PreOpenLimitOnly => calendar::Phase::PreOpenLimitOnly,
        Phase::PreOpenMatching => calendar::Phase::PreOpenMatching,
        Phase::Continuous => calendar::Phase::Continuous,
        Phase::ClosingReference => calendar::Phase::ClosingReference,
        Phase::ClosingAuction => calendar::Phase::ClosingAuction,
        Phase::ClosingAuctionLimitOnly => calendar::Phase::ClosingAuctionLimitOnly,
        Phase::ClosingMatching => calendar::Phase::ClosingMatching,
        Phase::PostClose => calendar::Phase::PostClose,
    }
}

pub(crate) fn trading_day(day: &domain_calendar::TradingDay) -> calendar::TradingDay {
    let window = |window: &domain_calendar::PhaseWindow| calendar::PhaseWindow {
        phase: phase(window.phase),
        starts: window.starts.0,
        ends: window.ends.0,
    };
    calendar::TradingDay {
        day: day_number(day.day),
        open: day.open,
        note: day.note.clone(),
        windows: day.windows.iter().map(window).collect(),
    }
}

pub(crate) fn in_closing_auction(instrument: &domain::Instrument) -> bool {
    instrument.closing_auction
}

/// Every symbol, or the first that is none.
pub(crate) fn symbols(texts: &[String]) -> Result<Vec<Symbol>, SymbolError> {
    texts.iter().map(|text| Symbol::new(text)).collect()
}

/// The symbols among the texts, and for each text whether it is one: an unknown name gets an empty answer, not a
/// refusal.
pub(crate) fn known_symbols(texts: &[String]) -> (Vec<Symbol>, Vec<bool>) {
    let parsed: Vec<Option<Symbol>> = texts.iter().map(|text| Symbol::new(text).ok()).collect();
    let places = parsed.iter().map(Option::is_some).collect();
    (parsed.into_iter().flatten().collect(), places)
}

/// Puts the answers for the known symbols back at the places they were asked for.
pub(crate) fn put_back<T>(places: Vec<bool>, mut next: impl FnMut() -> Option<T>) -> Vec<Option<T>> {
    places.into_iter().map(|known| if known { next() } else { None }).collect()
}

pub(crate) fn quote(quote: brokers::Quote) -> market::Quote {
    market::Quote {
        symbol: quote.symbol.to_string(),
        last: quote.last.0,
        indicative: quote.indicative.map(|price| price.0),
        open: quote.open.map(|price| price.0),
        high: quote.high.map(|price| price.0),
        low: quote.low.map(|price| price.0),
        previous_close: quote.previous_close.0,
        volume: quote.volume,
        at: quote.at.0,
    }
}

pub(crate) fn interval(interval: market::Interval) -> brokers::Interval {
    match interval {
        market::Interval::Daily => brokers::Interval::Daily,
        market::Interval::Weekly => brokers::Interval::Weekly,
    }
}

pub(crate) fn candle(candle: &domain::Candle) -> market::Candle {
    market::Candle {
        day: day_number(candle.day),
        open: candle.open.0,
        high: candle.high.0,
        low: candle.low.0,
        close: candle.close.0,
        volume: candle.volume,
    }
}

pub(crate) fn instrument(instrument: domain::Instrument) -> market::Instrument {
    market::Instrument {
        symbol: instrument.symbol.to_string(),
        series: instrument.series,
        tick: instrument.tick.0,
        lot: instrument.lot,
        freeze_quantity: instrument.freeze_quantity,
        band_low: instrument.band_low.0,
        band_high: instrument.band_high.0,
        closing_auction: instrument.closing_auction,
    }
}
