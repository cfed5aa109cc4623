//! What bars, calendar and market say against an action that nobody has confirmed.
//!
//! What is not known says nothing against it: a market that is down or slow is no ground to refuse. A change of price is looked
//! for in bars as traded; those of a source that adjusts by itself have it in them or not, and nobody can tell.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{Datelike, Weekday};
use prahari_brokers::Interval;
use prahari_domain::actions::{
    ActionDoubt, ActionKey, ActionKind, ActionRow, ActionState, CorporateAction, PriceFactor, TWIN_DAYS,
    against_close, against_move,
};
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};

use super::Actions;
use super::import::{is_of_prices, span};

/// Longest time that weighing takes on a real clock: what is not weighed by then has nothing against it.
const LONGEST_WEIGHING: Duration = Duration::from_secs(10);

/// Bars that are asked for: that of the ex-date and the one before it, which may be some sessions old.
const BARS: u32 = 3;

/// Most days from today to an ex-date: companies announce weeks ahead.
const MOST_DAYS_AHEAD: i64 = 366;

/// Most shares that one becomes, or that become one, without a question: splits are of ten for one at most, as a rule.
const MOST_TIMES: u64 = 20;

/// Days within which a share that trades has a bar.
const LIVE_DAYS: i64 = 30;

/// How an action came, which says what of it is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brought {
    /// An admin typed it.
    ByHand,
    /// In a list that an admin brought. Lists name shares that the market does not know.
    InList,
    /// The market source told it: only its change of price is weighed, and what is known beside it.
    BySource,
}

/// The sessions around an ex-date, as the market tells them then.
struct Around {
    before: Candle,
    of_day: Option<Candle>,
    /// Day as of which both are told.
    told_on: Day,
    /// Whether they are of a source as traded.
    raw: bool,
}

impl Actions {
    /// Returns the actions of these that something speaks against; `list` is all that was told with them. Asks the market, for a
    /// bounded time.
    pub(super) async fn doubts(
        &self,
        told: &[CorporateAction],
        list: &[CorporateAction],
        brought: Brought,
    ) -> Vec<ActionDoubt> {
        let mut doubts = Vec::new();
        if self.handles.clock.is_lockstep() {
            self.weigh(told, list, brought, &mut doubts).await;
            return doubts;
        }
        let weighing = self.weigh(told, list, brought, &mut doubts);
        if tokio::time::timeout(LONGEST_WEIGHING, weighing).await.is_err() {
            tracing::warn!("the market is slow: not all corporate actions are weighed against its bars");
        }
        doubts
    }

    async fn weigh(
        &self,
        told: &[CorporateAction],
        list: &[CorporateAction],
        brought: Brought,
        doubts: &mut Vec<ActionDoubt>,
    ) {
        let listed: HashSet<ActionKey> = list.iter().map(CorporateAction::key).collect();
        let now = self.handles.clock.now();
        let universe = self.trading.market.universe().await;
        let universe = universe
            .map_err(|error| tracing::warn!(%error, "corporate actions are not weighed against the market"))
            .ok();
        let raw = self.has_raw_prices();
        let around = self.around(told.iter().map(span).collect()).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "corporate actions are not weighed against those that are known");
            HashMap::new()
        });
        for action in told {
            let mut reasons = Vec::new();
            let known = around.get(action.symbol()).map_or(&[][..], Vec::as_slice);
            reasons.extend(against_known(action, known, &listed));
            if brought != Brought::BySource {
                reasons.extend(self.against_date(action.ex_day(), now));
            }
            let symbol = action.symbol();
            let is_known = universe.as_ref().map(|universe| universe.binary_search(symbol).is_ok());
            match is_known {
                Some(true) => {
                    reasons.extend(self.against_prices(action, told, (brought, raw), now).await);
                    reasons.extend(self.against_name(action, brought, now).await);
                }
                Some(false) if brought == Brought::ByHand => {
                    reasons.push(format!("the market knows no share {symbol}"));
                }
                _ => {}
            }
            if !reasons.is_empty() {
                doubts.push(ActionDoubt { action: action.clone(), reason: reasons.join("; ") });
            }
        }
    }

    /// Returns whether a source tells prices as traded. Where none does, nothing is fetched that could say nothing.
    fn has_raw_prices(&self) -> bool {
        let market = &self.trading.market;
        market.sources().iter().any(|state| market.is_raw(state.source))
    }

    fn against_date(&self, ex_day: Day, now: Timestamp) -> Option<String> {
        let calendar = self.handles.calendar.current();
        let (first, last) = calendar.covers();
        let is_weekend = matches!(ex_day.weekday(), Weekday::Sat | Weekday::Sun);
        let is_covered = first <= ex_day && ex_day <= last;
        let is_closed = if is_covered { !calendar.is_open_on(ex_day) } else { is_weekend };
        if is_closed {
            return Some(format!("{ex_day} is no trading day"));
        }
        let ahead = ex_day.signed_duration_since(now.ist_day()).num_days();
        (ahead > MOST_DAYS_AHEAD).then(|| format!("{ex_day} is more than a year ahead"))
    }

    async fn against_prices(
        &self,
        action: &CorporateAction,
        told: &[CorporateAction],
        (brought, raw): (Brought, bool),
        now: Timestamp,
    ) -> Option<String> {
        let (symbol, ex_day) = (action.symbol(), action.ex_day());
        if let ActionKind::Dividend { per_share } = action.kind() {
            if brought == Brought::BySource {
                return None;
            }
            let around = self.sessions_around(symbol, ex_day, now).await?;
            // A source that adjusts by itself has closes of the past in the prices of now, after splits that nobody here knows.
            if !around.raw && ex_day < now.ist_day() {
                return None;
            }
            let (day, close) = (around.before.day, self.as_traded(symbol, &around, now).await);
            return against_close(*per_share, day, close);
        }
        let factor = action.price_factor().filter(|factor| !factor.is_one())?;
        let is_past = ex_day <= now.ist_day();
        let around = if is_past && raw { self.sessions_around(symbol, ex_day, now).await } else { None };
        match around.filter(|around| around.raw).and_then(|around| Some((around.of_day?, around))) {
            Some((of_day, around)) => self.against_move(action, told, (&of_day, &around), now).await,
            None if brought == Brought::BySource => None,
            None => against_size(factor),
        }
    }

    /// Returns what the prices of an ex-date say against an action: neither open nor close is where it leads to.
    async fn against_move(
        &self,
        action: &CorporateAction,
        told: &[CorporateAction],
        (of_day, around): (&Candle, &Around),
        now: Timestamp,
    ) -> Option<String> {
        let expected = self.beside_known(action, told)?;
        let as_traded = self.as_traded(action.symbol(), around, now).await;
        against_move(action, expected, (&around.before, of_day), as_traded)
    }

    /// By what an action changes the prices that the market tells now, with what is told beside it of the same day; actions that
    /// are known are in those already. `None` where one tells no factor.
    fn beside_known(&self, action: &CorporateAction, told: &[CorporateAction]) -> Option<PriceFactor> {
        let known = self.known.lock();
        let beside = told.iter().filter(|told| {
            let is_of_day = told.symbol() == action.symbol() && told.ex_day() == action.ex_day();
            is_of_day && told.kind().changes_prices()
        });
        let mut expected = PriceFactor::ONE;
        for told in beside {
            expected = expected.times_nearly(told.price_factor()?);
            let was = known.rows.iter().find(|row| row.action.key() == told.key());
            if let Some(was) = was.and_then(|row| row.price_factor()) {
                expected = expected.times_nearly(was.inverse());
            }
        }
        Some(expected)
    }

    async fn against_name(
        &self,
        action: &CorporateAction,
        brought: Brought,
        now: Timestamp,
    ) -> Option<String> {
        let ActionKind::SymbolChange { to } = action.kind() else { return None };
        if brought == Brought::BySource {
            return None;
        }
        let around = self.sessions_around(to, action.ex_day(), now).await?;
        // A source that adjusts tells the past of a share under its new name too.
        let tells = around.raw || action.ex_day() > now.ist_day();
        let day = around.before.day;
        let is_live = around.told_on.signed_duration_since(day).num_days() <= LIVE_DAYS;
        (tells && is_live).then(|| format!("{to} is another share, which traded on {day}"))
    }

    /// The sessions around an ex-date as the market told them on its evening, or tells them now; `None` where it has no session
    /// before it or cannot be asked.
    async fn sessions_around(&self, symbol: &Symbol, ex_day: Day, now: Timestamp) -> Option<Around> {
        let at = now.min(Timestamp::start_of(ex_day.succ_opt()?).plus_millis(-1));
        let market = &self.trading.market;
        let asked = market.candles(symbol, Interval::Daily, BARS, true, at).await;
        let candles = asked
            .map_err(|error| tracing::warn!(%symbol, %error, "the bars around an ex-date cannot be had"))
            .ok()?;
        let before = candles.iter().take_while(|bar| bar.day < ex_day).last().copied()?;
        let of_day = candles.iter().find(|bar| bar.day == ex_day).copied();
        Some(Around { before, of_day, told_on: at.ist_day(), raw: market.is_raw(candles.source()) })
    }

    /// The close before an ex-date without what known actions have made of it.
    async fn as_traded(&self, symbol: &Symbol, around: &Around, now: Timestamp) -> Paise {
        let Around { before, told_on, raw, .. } = around;
        let known = self.trading.jumps.factors().factor(symbol, before.day, *told_on);
        if !raw || known.is_one() {
            return before.close;
        }
        match self.trading.bar_as_traded(symbol, (before.day, *told_on), now).await {
            Some(bar) => bar.close,
            None => known.inverse().apply(before.close).unwrap_or(before.close),
        }
    }
}

/// Returns what a known action of the same kind says that has another ex-date a few days away: two lists may tell one action of two
/// days, and both would be booked. A list that tells that one as well tells two actions. What sources of prices tell is compared in
/// `import.rs`.
fn against_known(
    action: &CorporateAction,
    known: &[ActionRow],
    listed: &HashSet<ActionKey>,
) -> Option<String> {
    let may_be_it = |row: &&ActionRow| {
        let other = row.action.key();
        let apart = action.ex_day().signed_duration_since(other.ex_day).num_days().abs();
        row.state != ActionState::Undone
            && other.name == action.kind().name()
            && (1..=TWIN_DAYS).contains(&apart)
            && !is_of_prices(&row.action)
            && !listed.contains(&other)
    };
    if is_of_prices(action) {
        return None;
    }
    let row = known.iter().find(may_be_it)?;
    let ActionRow { id, action: other, state, .. } = row;
    Some(format!(
        "action {id} is {} already, as {} of {} ({}): where it is the same one, undo that first",
        state.name(),
        other.kind(),
        other.ex_day(),
        other.provenance()
    ))
}

/// Returns what the size of an action says against it where no prices do.
fn against_size(factor: PriceFactor) -> Option<String> {
    let (numerator, denominator) = (factor.numerator(), factor.denominator());
    let more = numerator.saturating_mul(MOST_TIMES) < denominator;
    let fewer = denominator.saturating_mul(MOST_TIMES) < numerator;
    (more || fewer)
        .then(|| format!("it makes prices {factor} of what they were, more than {MOST_TIMES} times other"))
}
