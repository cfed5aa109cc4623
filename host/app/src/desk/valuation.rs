//! What positions are worth, and by which price.
//!
//! A quantity changes when an action is booked, and a price at midnight of its ex-date. So each price is brought to the shares
//! that are held: by the actions since its day, and back by those that the books do not have yet. A demerger that names no new
//! company is in no books and counts for nothing here: until the share trades the close before it counts, and then its price.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveTime;
use prahari_brokers::Quote;
use prahari_domain::actions::{ActionFactors, Behind, PriceFactor};
use prahari_domain::book::Position;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Desk, TradingServices};
use crate::prices::CloseBefore;

/// A position, and by which actions it is behind the prices of its share.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The open position.
    pub position: Position,
    /// The actions whose ex-date has come and that are not in it yet.
    pub behind: Behind,
}

/// A position with the price that it is valued at.
#[derive(Debug, Clone, PartialEq)]
pub struct Valuation {
    /// The open position.
    pub position: Position,
    /// Price per share, of shares as they are held: while an action is not booked, computed back to before it.
    pub price: Paise,
    /// Time of the price; the usual end of the session where only its day is known, and the beginning of the first day on which
    /// there could have been a price where there never was one.
    pub at: Timestamp,
    /// Whether the market tells none that can be believed; the one here is then the last that was known.
    pub unpriced: bool,
    /// Whether no price of the share was ever known, as of a demerged company that nobody tells one of: the price is what a share
    /// cost, and the value what all cost.
    pub at_cost: bool,
    /// Name of the source that told the price, such as `csv`; none of a price that was known before.
    pub source: Option<&'static str>,
    /// Value of all shares, rounded once.
    value: Paise,
}

/// A position without a price in a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnpricedPosition {
    /// Symbol of the position.
    pub symbol: Symbol,
    /// The price per share that was known last; of a share that never had one, what it cost.
    pub price: Paise,
    /// The date of that price; of a share that never had one, the first on which it could have.
    pub priced_on: Day,
}

impl From<Valuation> for UnpricedPosition {
    fn from(valuation: Valuation) -> Self {
        let Valuation { position, price, at, .. } = valuation;
        Self { symbol: position.symbol, price, priced_on: at.ist_day() }
    }
}

impl Valuation {
    /// Returns the market value of the position.
    pub const fn value(&self) -> Paise {
        self.value
    }
}

/// A price that is known of a share.
struct Known {
    price: Paise,
    at: Timestamp,
    /// The day whose shares it is a price of; none where these are the shares that are held.
    of: Option<Day>,
    source: Option<&'static str>,
    /// Whether it is no price, but what the shares cost.
    at_cost: bool,
}

impl Known {
    /// The position at this price, brought to the shares that are held.
    fn worth(self, held: Held, factors: &ActionFactors, today: Day) -> Valuation {
        let Self { price, at, of, source, at_cost } = self;
        let Held { position, behind } = held;
        let since = |of: Day| factors.factor_of_held(&position.symbol, of, today).times_nearly(behind.back());
        let factor = of.map_or(PriceFactor::ONE, since);
        let value = price.times(position.quantity).and_then(|value| factor.apply(value));
        let value = value.filter(|_| !at_cost);
        Valuation {
            // More money than there is cannot have been paid for it either.
            value: value.unwrap_or(position.invested),
            price: factor.apply(price).unwrap_or(price),
            position,
            at,
            unpriced: source.is_none(),
            at_cost,
            source,
        }
    }
}

impl TradingServices {
    /// Values positions at their last price. Where the market tells none, at the one that was known last; after a
    /// jump that nobody has explained, at the one before it, for the price after it is of other shares than those
    /// that are held. Quantity and price are of the same shares, also between an ex-date and its booking.
    pub async fn value(&self, held: Vec<Held>, now: Timestamp) -> Vec<Valuation> {
        let mut symbols: Vec<Symbol> = held.iter().map(|held| held.position.symbol.clone()).collect();
        // Sorted by symbol, as positions are; several strategies may hold one.
        symbols.dedup();
        let quotes =
            if symbols.is_empty() { Ok(Vec::new()) } else { self.market.quotes(&symbols, now).await };
        let quotes = quotes.unwrap_or_else(|error| {
            tracing::warn!(%error, "positions are valued without the market");
            Vec::new()
        });
        let quotes: BTreeMap<Symbol, Quote> =
            quotes.into_iter().flatten().map(|quote| (quote.symbol.clone(), quote)).collect();
        let mut valued = Vec::with_capacity(held.len());
        for held in held {
            let quote = quotes.get(&held.position.symbol);
            let known = self.known(quote, &held, now).await;
            valued.push(known.worth(held, &self.jumps.factors(), now.ist_day()));
        }
        valued
    }

    async fn known(&self, quote: Option<&Quote>, held: &Held, now: Timestamp) -> Known {
        let factors = self.jumps.factors();
        if let Some((ex_day, earlier)) = factors.earlier_symbol(&held.position.symbol, now.ist_day())
            && quote.is_none_or(|quote| quote.at.ist_day() < ex_day)
        {
            // What is told of the new name is of whoever had it before.
            return match self.quoted_as(earlier, ex_day, held, now).await {
                Some(known) => known,
                None => self.last_known(held, now).await,
            };
        }
        if let Some(quote) = quote {
            let before = self.before_jump(&held.position, now).await;
            if let Some(known) = before.or_else(|| self.quoted(quote, &held.behind, now)) {
                return known;
            }
        }
        self.last_known(held, now).await
    }

    /// The last price of a share under the name that it had before `ex_day`: the shares are the same.
    async fn quoted_as(&self, earlier: &Symbol, ex_day: Day, held: &Held, now: Timestamp) -> Option<Known> {
        let quotes = self.market.quotes(std::slice::from_ref(earlier), now).await;
        let quotes = quotes
            .map_err(|error| tracing::warn!(symbol = %earlier, %error, "an earlier name has no price"))
            .ok()?;
        let quote = quotes.into_iter().next().flatten()?;
        let traded = quote.at.ist_day();
        let is_known = held.behind.unknown_from().is_none_or(|unknown_from| traded < unknown_from);
        // Who trades under the name since then is somebody else.
        (traded < ex_day && is_known).then(|| {
            let price = self.under_new_name(earlier, (traded, ex_day), quote.previous_close);
            Known { price, at: quote.at, of: Some(traded), source: Some(quote.source), at_cost: false }
        })
    }

    /// A price of an earlier name on a day, in the prices of the day on which it was given up.
    fn under_new_name(&self, earlier: &Symbol, (day, ex_day): (Day, Day), price: Paise) -> Paise {
        self.jumps.factors().factor_of_held(earlier, day, ex_day).apply(price).unwrap_or(price)
    }

    async fn before_jump(&self, position: &Position, now: Timestamp) -> Option<Known> {
        let before = self.close_before_jump(&position.symbol, now).await.ok().flatten()?;
        let CloseBefore { jumped_on, close, day, of } = before;
        let known = || Known { price: close, at: close_of(day), of: Some(of), source: None, at_cost: false };
        (jumped_on > position.opened_on).then(known)
    }

    /// The price that the market tells. While nobody knows what an action makes of prices, and while a demerged share has none, the
    /// close before it.
    fn quoted(&self, quote: &Quote, behind: &Behind, now: Timestamp) -> Option<Known> {
        let (traded, today) = (quote.at.ist_day(), now.ist_day());
        // Of a share that has not traded since an ex-date, the close is what it was; the last price may be made of it, rounded.
        let is_before = self.jumps.factors().has_between(&quote.symbol, traded, today);
        let (price, of) = if is_before { (quote.previous_close, traded) } else { (quote.last, today) };
        let unknown_from = behind.unknown_from().filter(|ex_day| *ex_day <= of);
        match unknown_from.or_else(|| self.special_pre_open(&quote.symbol, quote.at)) {
            None => {
                let source = Some(quote.source);
                Some(Known { price, at: quote.at, of: Some(of), source, at_cost: false })
            }
            Some(ex_day) => {
                let before = self.calendar.current().trading_day_from(today, -1).ok()?;
                let (price, at) = (quote.previous_close, close_of(before));
                let known = Known { price, at, of: Some(before), source: None, at_cost: false };
                (before < ex_day).then_some(known)
            }
        }
    }

    /// Returns the ex-date of the demerger in whose special pre-open a price is told: it is none yet.
    pub(crate) fn special_pre_open(&self, symbol: &Symbol, at: Timestamp) -> Option<Day> {
        self.jumps.ex_dates().special_pre_open(symbol, &self.calendar.current(), at)
    }

    /// Returns whether a quote says what a share costs at an instant. While a demerged share has no price nobody is told one: what a
    /// source calls so is none, and one of before is of another share.
    pub(crate) fn has_price(&self, quote: &Quote, now: Timestamp) -> bool {
        let has_price = |at| self.special_pre_open(&quote.symbol, at).is_none();
        has_price(quote.at) && has_price(now)
    }

    /// The price that was kept at a close, or that of the last buy when it is later or there is none. Shares that came out of another
    /// company were bought as that one's: what they cost is no price of theirs, and counts only until there is one.
    async fn last_known(&self, held: &Held, now: Timestamp) -> Known {
        let Held { position, behind } = held;
        let kept = self.kept_price(&position.symbol, now).await;
        let unknown_from = behind.unknown_from();
        let kept = kept.filter(|(_, at)| unknown_from.is_none_or(|ex_day| at.ist_day() < ex_day));
        let of_close = |(price, at): (Paise, Timestamp)| {
            let of = Some(at.ist_day());
            Known { price, at, of, source: None, at_cost: false }
        };
        let kept = kept.map(of_close);
        // Of a buy of which an action left no whole share there is no price either.
        let last_buy = position.entries.iter().rfind(|entry| entry.quantity > 0);
        let demerged_on = self.jumps.factors().demerged_on(&position.symbol, now.ist_day());
        let last_day = last_buy.map_or(position.opened_on, |entry| entry.day);
        if let Some(ex_day) = demerged_on.filter(|ex_day| last_day < *ex_day) {
            let (price, at) = (position.average_price, Timestamp::start_of(ex_day));
            return kept.unwrap_or(Known { price, at, of: None, source: None, at_cost: true });
        }
        // What a buy cost is booked anew with an action, so it is of the shares that are held.
        let bought = |price, day| Known { price, at: close_of(day), of: None, source: None, at_cost: false };
        let last_buy = last_buy.map(|entry| bought(entry.price, entry.day));
        // Of two of one day the kept one: it is that of the close.
        let known = last_buy.into_iter().chain(kept).max_by_key(|known| known.at);
        known.unwrap_or_else(|| bought(position.average_price, position.opened_on))
    }
}

impl TradingServices {
    async fn price_kept_as(&self, symbol: &Symbol) -> Option<(Paise, Timestamp)> {
        self.store.system().last_price(symbol).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "a last price cannot be read");
            None
        })
    }

    /// The price of a share that was kept last: under its name, or under the one that it had before.
    async fn kept_price(&self, symbol: &Symbol, now: Timestamp) -> Option<(Paise, Timestamp)> {
        let own = self.price_kept_as(symbol).await;
        let factors = self.jumps.factors();
        let Some((ex_day, earlier)) = factors.earlier_symbol(symbol, now.ist_day()) else { return own };
        // What was kept before is of another share of that name.
        if let Some(own) = own.filter(|(_, at)| at.ist_day() >= ex_day) {
            return Some(own);
        }
        let (price, at) = self.price_kept_as(earlier).await.filter(|(_, at)| at.ist_day() < ex_day)?;
        Some((self.under_new_name(earlier, (at.ist_day(), ex_day), price), at))
    }
}

/// The usual end of a session, where only the day of a price is known.
fn close_of(day: Day) -> Timestamp {
    Timestamp::from_ist(day, NaiveTime::from_hms_opt(15, 30, 0).unwrap_or_default())
}

impl Desk {
    /// Returns the open positions, by symbol and strategy, each with the actions that are not in it yet.
    pub fn held(&self, now: Timestamp) -> Vec<Held> {
        let ex_dates = self.trading.jumps.ex_dates();
        let held = |position: Position| {
            let behind = ex_dates.behind(&position.symbol, position.opened_on, &self.book, now);
            Held { position, behind }
        };
        self.book.positions().into_iter().map(held).collect()
    }

    /// Returns the open positions, each valued at its last price.
    pub async fn valuations(&self, now: Timestamp) -> Vec<Valuation> {
        self.trading.value(self.held(now), now).await
    }

    /// Returns the value of the open positions at the last prices.
    pub async fn market_value(&self, now: Timestamp) -> Paise {
        self.valuations(now).await.iter().map(Valuation::value).sum()
    }

    /// The shares that are held or have an open order.
    pub(crate) fn symbols_at_stake(&self) -> BTreeSet<Symbol> {
        let ordered = self.book.active_orders().map(|order| &order.request.symbol);
        self.book.held_symbols().chain(ordered).cloned().collect()
    }

    /// The shares that are held as the market trades them: without those of which an action is not booked yet, whose price is of
    /// other shares.
    pub(crate) fn symbols_as_traded(&self, now: Timestamp) -> BTreeSet<Symbol> {
        let ex_dates = self.trading.jumps.ex_dates();
        let is_behind =
            |symbol: &Symbol| ex_dates.behind(symbol, Day::MIN, &self.book, now) != Behind::NOTHING;
        self.book.held_symbols().filter(|symbol| !is_behind(symbol)).cloned().collect()
    }
}
