//! `market`: quotes, candles, instruments.

use prahari_brokers::Quote;
use prahari_domain::instruments::Symbol;
use prahari_runtime::HostReply;
use prahari_runtime::abi::latest::market::Interval;

use super::{Answer, LiveServices, convert, invalid};

/// The most candles one call may ask for, all symbols together: 2,000 symbols with ten years of daily bars.
/// A guest names the count, so the host bounds what it builds before the byte budget can see it.
const MOST_CANDLES: u64 = 5_000_000;

impl LiveServices<'_> {
    pub(super) async fn universe(&self) -> Answer {
        let universe = self.runs.trading.market.universe().await?;
        Ok(HostReply::Universe(universe.iter().map(Symbol::to_string).collect()))
    }

    pub(super) async fn quotes(&self, symbols: &[String]) -> Answer {
        let (known, places) = convert::known_symbols(symbols);
        let (trading, now) = (&self.runs.trading, self.now().now);
        let quotes = trading.market.quotes(&known, now).await?;
        let told = |quote: Option<Quote>| quote.filter(|quote| trading.has_price(quote, now));
        let mut quotes = quotes.into_iter().map(|quote| told(quote).map(convert::quote));
        Ok(HostReply::Quotes(convert::put_back(places, || quotes.next().flatten())))
    }

    pub(super) async fn candles(
        &self,
        symbols: &[String],
        interval: Interval,
        count: u32,
        forming: bool,
    ) -> Answer {
        let asked = u64::from(count) * symbols.len() as u64;
        if asked > MOST_CANDLES {
            return Ok(invalid(format!("{asked} candles in one call are more than {MOST_CANDLES}")));
        }
        let now = self.now().now;
        let mut lists = Vec::with_capacity(symbols.len());
        for symbol in symbols {
            let Ok(symbol) = Symbol::new(symbol) else {
                lists.push(Vec::new());
                continue;
            };
            let interval = convert::interval(interval);
            // A list of thousands of symbols lets others run in between.
            tokio::task::consume_budget().await;
            let trading = &self.runs.trading;
            // The session of a demerged share has not begun before it has a price.
            let forming = forming && trading.special_pre_open(&symbol, now).is_none();
            let candles = trading.market.candles(&symbol, interval, count, forming, now).await?;
            lists.push(candles.iter().map(convert::candle).collect());
        }
        Ok(HostReply::Candles(lists))
    }

    pub(super) async fn instruments(&self, symbols: &[String]) -> Answer {
        let (known, places) = convert::known_symbols(symbols);
        let now = self.now().now;
        let instruments = self.runs.trading.market.instruments(&known, now).await?;
        // As orders of this user have to be: the broker refuses a limit that is on another tick than its own.
        let desk = self.user.desk.lock().await;
        let taken = |instrument| convert::instrument(desk.as_the_broker_takes(instrument, now));
        let mut instruments = instruments.into_iter().map(|instrument| instrument.map(taken));
        Ok(HostReply::Instruments(convert::put_back(places, || instruments.next().flatten())))
    }
}
