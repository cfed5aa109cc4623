//! The prices at the close: the last one of each held share is kept, and a share that had none for two trading days
//! is told.

use std::collections::BTreeMap;

use futures::future::join_all;
use prahari_brokers::Quote;
use prahari_domain::book::Position;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{AlertCode, AlertFilter, NewAlert};

use crate::error::AppError;
use crate::prices::Prices;
use crate::user::User;

/// A day's bar counts as closed this long after its session, as the sources of bars have it.
pub(super) const SETTLING_MINUTES: i64 = 10;

/// The most open alerts that are looked through for shares that have a price again.
const MOST_ALERTS: u32 = 10_000;

async fn positions_of(user: &User) -> Vec<Position> {
    user.desk.lock().await.book().positions()
}

/// Who holds each share that anybody holds, and since when.
type Holders = BTreeMap<Symbol, BTreeMap<UserId, Day>>;

impl Prices {
    pub(super) async fn look_at_closes(&self, now: Timestamp) -> Result<(), AppError> {
        let holders = self.holders().await;
        let symbols: Vec<Symbol> = holders.keys().cloned().collect();
        let quotes = match self.trading.market.quotes(&symbols, now).await {
            Ok(quotes) => quotes,
            Err(error) => {
                tracing::warn!(%error, "the prices at the close cannot be had yet");
                self.watch.give_close_back();
                return Ok(());
            }
        };
        let priced: BTreeMap<Symbol, Quote> =
            quotes.into_iter().flatten().map(|quote| (quote.symbol.clone(), quote)).collect();
        let factors = self.trading.jumps.factors();
        let kept = priced.values().map(|quote| {
            // A price is kept as it was at its time: of a share that has not traded since an ex-date the last one may be made of it.
            let is_before = factors.has_between(&quote.symbol, quote.at.ist_day(), now.ist_day());
            let price = if is_before { quote.previous_close } else { quote.last };
            (quote.symbol.clone(), price, quote.at)
        });
        self.handles.store.system().save_last_prices(kept.collect()).await?;
        self.tell_of_missing_prices(&holders, &priced, now).await
    }

    /// Returns who holds each share that anybody holds, and since when.
    async fn holders(&self) -> Holders {
        let users = self.users.all();
        // A desk that is busy is waited for, beside the others: its broker's calls end, and nobody waits for this. What a user
        // without an answer holds would have no last price, and look as if it were no longer held.
        let held = join_all(users.iter().map(|user| positions_of(user))).await;
        let mut holders = Holders::new();
        for (user, positions) in users.iter().zip(held) {
            for position in positions {
                let since = holders.entry(position.symbol).or_default().entry(user.id);
                // Of several strategies' lots the oldest.
                since
                    .and_modify(|since| *since = position.opened_on.min(*since))
                    .or_insert(position.opened_on);
            }
        }
        holders
    }

    /// Raises an alert for each user and share without a price of this trading day and the one before that what
    /// they hold can be valued at, and clears those that are over.
    async fn tell_of_missing_prices(
        &self,
        holders: &Holders,
        priced: &BTreeMap<Symbol, Quote>,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let day = now.ist_day();
        let Some(before) = self.trading_day_before(day) else { return Ok(()) };
        let factors = self.trading.jumps.factors();
        let mut missing: BTreeMap<(UserId, String), String> = BTreeMap::new();
        for (symbol, users) in holders {
            // On its first day a share was not without a price the day before: there was none that could have had one.
            if factors.began_on(symbol, day).is_some_and(|began| before < began) {
                continue;
            }
            let quoted = priced.get(symbol).map(|quote| quote.at.ist_day());
            // A market that is down for one share says nothing against its price.
            let jump = self.trading.unexplained_jump(symbol, now).await.ok().flatten();
            // As positions are valued: beside an action that changes no books the price goes on counting.
            let jump = jump.filter(|_| self.trading.jumps.counts_before(symbol));
            for (user, since) in users {
                // As positions are valued: the price after a jump is of other shares than those that are held.
                let jump = jump.as_ref().filter(|jump| jump.day > *since);
                let last = jump.map_or(quoted, |jump| Some(jump.previous_day));
                if last.is_some_and(|last| last >= before) {
                    continue;
                }
                let why = match (jump, last) {
                    (Some(jump), _) => {
                        format!("{jump}, and no price since then counts before an admin has explained it")
                    }
                    (None, Some(last)) => format!("the last one is of {last}"),
                    (None, None) => "the market source has none".to_owned(),
                };
                let detail =
                    format!("{symbol} had no new price on two trading days, {before} and {day}: {why}");
                missing.insert((*user, symbol.to_string()), detail);
            }
        }
        let filter = AlertFilter { open: Some(true), before: None, limit: MOST_ALERTS };
        for alert in self.handles.store.system().alerts(filter).await? {
            let Some(user) = alert.user.filter(|_| alert.code == AlertCode::PriceMissing) else { continue };
            if !missing.contains_key(&(user, alert.subject.clone())) {
                let over = "there is a new price, or the share is no longer held";
                self.notices.clear(alert.code, alert.user, &alert.subject, over).await?;
            }
        }
        for ((user, subject), detail) in missing {
            let code = AlertCode::PriceMissing;
            self.notices.raise(NewAlert { code, user: Some(user), subject, detail }).await?;
        }
        Ok(())
    }

    /// The trading day before a day, as far as the calendar knows.
    pub(super) fn trading_day_before(&self, day: Day) -> Option<Day> {
        self.handles.calendar.current().trading_day_from(day, -1).ok()
    }
}
