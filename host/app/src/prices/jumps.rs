//! Which shares have a jump that nobody has explained.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;
use prahari_brokers::{Interval, MarketError, Quote};
use prahari_domain::actions::{ActionFactors, ExDates, Overnight, PriceFactor};
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::price_jump::{PriceJump, is_outside_band};
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{Store, StoreError};
use tokio::sync::OnceCell;

use crate::desk::TradingServices;

/// Number of past sessions in which a jump still counts: after a year its part in a 200-session average is under a
/// tenth.
pub(super) const SESSIONS: u32 = 250;

/// The jumps of shares, looked for once a day each.
#[derive(Debug, Default)]
pub struct PriceJumps {
    looked_at: RwLock<HashMap<Symbol, Looked>>,
    /// Explained jumps, read from the database at first use.
    explained: OnceCell<RwLock<BTreeSet<(Symbol, Day)>>>,
    /// What corporate actions make of prices.
    factors: RwLock<Arc<ActionFactors>>,
    /// What their ex-dates forbid.
    ex_dates: RwLock<Arc<ExDates>>,
    /// How often what was found was forgotten.
    forgotten: AtomicU64,
}

/// What was found when a share was last looked at: its newest jump that nobody has explained.
#[derive(Debug, Clone)]
struct Looked {
    day: Day,
    /// Whether the opening price of the day was known.
    opened: bool,
    jump: Option<Arc<PriceJump>>,
    /// The same with the prices with which it was noticed, which are those of its two days: bars of later are in other ones.
    told: Option<Arc<PriceJump>>,
    /// What the shares of before the jump count at; none where they count at the price of now.
    before: Option<CloseBefore>,
}

/// The close before a jump that nobody has explained, for whoever held the share then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CloseBefore {
    /// The day on which the price jumped.
    pub jumped_on: Day,
    /// The closing price.
    pub close: Paise,
    /// The day of the close.
    pub day: Day,
    /// The day in whose prices it is: actions since then are not in it.
    pub of: Day,
}

impl PriceJumps {
    async fn look(
        &self,
        services: &TradingServices,
        symbol: &Symbol,
        now: Timestamp,
    ) -> Result<Looked, MarketError> {
        let (market, store) = (services.market.as_ref(), &services.store);
        let today = now.ist_day();
        if let Some(known) = self.known(symbol).filter(|known| known.day == today && known.opened) {
            return Ok(known);
        }
        let explained = self.explained(store).await;
        let is_open = |jump: &PriceJump| {
            let key = (jump.symbol.clone(), jump.day);
            !explained.read().contains(&key)
        };
        let history = market.candles(symbol, Interval::Daily, SESSIONS + 1, false, now).await?;
        let quote = market.quotes(std::slice::from_ref(symbol), now).await?.into_iter().flatten().next();
        let last = history.last().map_or(today, |bar| bar.day);
        let (factors, raw) =
            (self.factors(), quote.as_ref().is_some_and(|quote| market.is_raw(quote.source)));
        // What a source calls an open before the special pre-open of a demerged share is over is none.
        let is_price = |quote: &&Quote| services.special_pre_open(symbol, quote.at).is_none();
        let quote = quote.as_ref().filter(is_price);
        let opened = quote.and_then(|quote| Some((quote.open?, quote.previous_close)));
        let opened =
            opened.map(|(open, close)| (open, under_own_name(&factors, symbol, close, (last, today))));
        let running = opened.filter(|(open, previous_close)| {
            let (previous_close, open) = (*previous_close, *open);
            let night = Overnight { previous_day: last, previous_close, day: today, open };
            last < today && factors.is_jump(symbol, night, raw)
        });
        let running = running.map(|(open, previous_close)| PriceJump {
            symbol: symbol.clone(),
            day: today,
            open,
            previous_day: last,
            previous_close,
        });
        let running = running.filter(&is_open);
        // Bars of a source whose prices are raw are adjusted by the actions already.
        let raw = market.is_raw(history.source());
        let is_adjusted = raw && running.is_none();
        let prices = match (running.is_some(), raw) {
            (true, _) => PricesOf::Then,
            (false, true) => PricesOf::Today,
            (false, false) => PricesOf::Source,
        };
        let jump = running
            .or_else(|| {
                let counts = |jump: &PriceJump| is_open(jump) && factors.leaves_unexplained(jump, raw);
                newest(symbol, history.finished(), counts)
            })
            .map(Arc::new);
        let told = match &jump {
            Some(jump) => Some(self.as_noticed(services, jump, is_adjusted, now).await),
            None => None,
        };
        if let Some((jump, told)) = jump.as_ref().zip(told.as_ref()) {
            self.note(store, (jump, told), now).await;
        }
        let before = jump.as_ref().and_then(|jump| close_before(&factors, jump, prices, today));
        let looked = Looked { day: today, opened: opened.is_some(), jump, told, before };
        self.keep(symbol, looked.clone());
        Ok(looked)
    }

    /// Why no buy of a share is taken while nobody has explained its jump, one sentence.
    pub(crate) fn refusal(&self, jump: &PriceJump) -> String {
        format!("{}: nobody buys it before an admin has explained it", self.factors().tell_jump(jump))
    }

    /// Returns whether the open of a day was known when a share was looked at.
    pub(crate) fn has_opened(&self, symbol: &Symbol, day: Day) -> bool {
        self.known(symbol).is_some_and(|known| known.day == day && known.opened)
    }

    /// Returns whether a share was found to have a jump that nobody has explained, so that what was held before does not count at its
    /// price. Asks nothing: one that was not looked at has none.
    pub(super) fn counts_before(&self, symbol: &Symbol) -> bool {
        self.known(symbol).is_some_and(|known| known.before.is_some())
    }

    /// Counts a jump as explained from now on.
    pub(super) async fn explain(&self, store: &Store, symbol: &Symbol, day: Day) {
        let explained = self.explained(store).await;
        explained.write().insert((symbol.clone(), day));
        self.looked_at.write().remove(symbol);
    }

    /// Counts these factors from now on; whether they are others than before.
    pub(crate) fn set_factors(&self, factors: Arc<ActionFactors>) -> bool {
        let changed = *self.factors() != *factors;
        if changed {
            *self.factors.write() = factors;
            self.forget();
        }
        changed
    }

    /// Counts these ex-dates from now on.
    pub(crate) fn set_ex_dates(&self, ex_dates: Arc<ExDates>) {
        *self.ex_dates.write() = ex_dates;
    }

    /// The ex-dates that count now.
    pub(crate) fn ex_dates(&self) -> Arc<ExDates> {
        self.ex_dates.read().clone()
    }

    /// The factors that count now.
    pub(crate) fn factors(&self) -> Arc<ActionFactors> {
        self.factors.read().clone()
    }

    /// Forgets what was found: the bars are others now.
    pub(super) fn forget(&self) {
        self.looked_at.write().clear();
        self.forgotten.fetch_add(1, Ordering::Relaxed);
    }

    /// How often what was found was forgotten: where it is more than before, opens are to be looked at again.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::Relaxed)
    }

    fn known(&self, symbol: &Symbol) -> Option<Looked> {
        self.looked_at.read().get(symbol).cloned()
    }

    fn keep(&self, symbol: &Symbol, looked: Looked) {
        self.looked_at.write().insert(symbol.clone(), looked);
    }

    /// A jump that was explained and cannot be read counts as unexplained: nothing is bought, and nothing is lost.
    async fn explained(&self, store: &Store) -> &RwLock<BTreeSet<(Symbol, Day)>> {
        let load = async || -> Result<RwLock<BTreeSet<(Symbol, Day)>>, StoreError> {
            let explained = store.system().explained_price_jumps().await?;
            Ok(RwLock::new(explained.into_iter().collect()))
        };
        match self.explained.get_or_try_init(load).await {
            Ok(explained) => explained,
            Err(error) => {
                tracing::error!(%error, "explained price jumps cannot be read: none counts as explained");
                self.explained.get_or_init(async || RwLock::default()).await
            }
        }
    }

    /// A jump with the prices with which it was noticed first, while it is open. One that is noticed in bars that were adjusted has
    /// those that were traded.
    async fn as_noticed(
        &self,
        services: &TradingServices,
        jump: &Arc<PriceJump>,
        is_adjusted: bool,
        now: Timestamp,
    ) -> Arc<PriceJump> {
        match services.store.system().open_price_jump(jump.symbol.clone(), jump.day).await {
            Ok(Some(row)) => return Arc::new(row.jump),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a price jump cannot be read"),
        }
        let traded = if is_adjusted { services.jump_as_traded(jump, now).await } else { None };
        traded.map_or_else(|| Arc::clone(jump), Arc::new)
    }

    /// Notes a jump that is new to this day.
    async fn note(&self, store: &Store, (jump, told): (&Arc<PriceJump>, &PriceJump), now: Timestamp) {
        if self.known(&jump.symbol).and_then(|known| known.jump).as_ref() == Some(jump) {
            return;
        }
        let what = self.factors().tell_jump(told);
        tracing::warn!(symbol = %jump.symbol, "{what}: it is not traded before an admin has explained it");
        if let Err(error) = store.system().note_price_jump(told.clone(), now).await {
            tracing::error!(%error, "a price jump cannot be noted");
        }
    }
}

impl TradingServices {
    /// The newest jump of a share within the last 250 sessions that nobody has explained, with the prices with which it was noticed;
    /// the open of the running session counts as soon as it is known.
    ///
    /// # Errors
    /// When the market cannot be asked.
    pub async fn unexplained_jump(
        &self,
        symbol: &Symbol,
        now: Timestamp,
    ) -> Result<Option<Arc<PriceJump>>, MarketError> {
        Ok(self.jumps.look(self, symbol, now).await?.told)
    }

    /// What the shares of before that jump count at: the close before it. None where there is no such jump, or where it is one only
    /// beside what an action told that changes no books: then the price of now is one of the shares that are held.
    ///
    /// # Errors
    /// When the market cannot be asked.
    pub(crate) async fn close_before_jump(
        &self,
        symbol: &Symbol,
        now: Timestamp,
    ) -> Result<Option<CloseBefore>, MarketError> {
        Ok(self.jumps.look(self, symbol, now).await?.before)
    }
}

/// In which prices the close before a jump is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PricesOf {
    /// As it was traded.
    Then,
    /// Multiplied by every action up to today.
    Today,
    /// As a source has it that adjusts by itself, or does not.
    Source,
}

/// The close before a jump as the shares count that were held then. What a demerger makes of prices that names no new company is in
/// no books, so it is taken out; none where the price jumped only because that did not come.
fn close_before(
    factors: &ActionFactors,
    jump: &PriceJump,
    prices: PricesOf,
    today: Day,
) -> Option<CloseBefore> {
    let PriceJump { symbol, day, open, previous_day, previous_close } = jump;
    let (jumped_on, day, open, close) = (*day, *previous_day, *open, *previous_close);
    let without_company = |until| factors.factor_without_company(symbol, day, until);
    // By what the close is that of the shares that are held: across the night of the jump, and as it counts now.
    let (over_night, as_held, of) = match prices {
        PricesOf::Then => (factors.factor_of_held(symbol, day, jumped_on), PriceFactor::ONE, day),
        PricesOf::Today => (without_company(jumped_on).inverse(), without_company(today).inverse(), today),
        PricesOf::Source => (PriceFactor::ONE, PriceFactor::ONE, today),
    };
    let apply = |factor: PriceFactor| factor.apply(close).unwrap_or(close);
    let is_of_held = !without_company(jumped_on).is_one() && !is_outside_band(apply(over_night), open);
    (!is_of_held).then(|| CloseBefore { jumped_on, close: apply(as_held), day, of })
}

/// The close before today in the prices of the name that a share has today: an action may have come with a change of name, and
/// is one of the earlier name.
pub(super) fn under_own_name(
    factors: &ActionFactors,
    symbol: &Symbol,
    close: Paise,
    (last, today): (Day, Day),
) -> Paise {
    let earlier = factors.earlier_symbol(symbol, today).filter(|(ex_day, _)| last < *ex_day);
    let factor = earlier.map(|(ex_day, earlier)| factors.factor(earlier, last, ex_day));
    factor.and_then(|factor| factor.apply(close)).unwrap_or(close)
}

/// The newest jump of a history that counts.
fn newest(symbol: &Symbol, bars: &[Candle], counts: impl Fn(&PriceJump) -> bool) -> Option<PriceJump> {
    let later = bars.iter().rev();
    let mut pairs = later.clone().skip(1).zip(later);
    pairs.find_map(|(previous, next)| PriceJump::between(symbol, previous, next).filter(&counts))
}
