//! The opens of the day, before anything of it is traded on: a share that opened outside the exchange's band is
//! halted for whoever bought it before or has an order of it open.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use prahari_brokers::MarketError;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::price_jump::PriceJump;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::HaltCode;

use super::watch::Opens;
use crate::actions::is_exposed;
use crate::error::AppError;
use crate::prices::Prices;
use crate::user::User;

/// Longest time that an instant waits for the market on a real clock: what is not known by then is asked for at the
/// next one, and a market that hangs holds up nobody's ticks for longer.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Result of checking the opening prices of some shares.
#[derive(Default)]
struct Found {
    jumps: Vec<Arc<PriceJump>>,
    unopened: BTreeSet<Symbol>,
}

impl Prices {
    pub(super) async fn look_at_opens(self: &Arc<Self>, now: Timestamp) -> Result<(), AppError> {
        let mut opens = self.watch.opens_of(now.ist_day(), self.trading.jumps.forgotten());
        if opens.is_done() {
            return Ok(());
        }
        let symbols = self.shares_to_look_at(&mut opens, now.ist_day()).await;
        let found = self.find_jumps_in_time(&symbols, now).await;
        for jump in &found.jumps {
            let busy = self.halt_for_jump(jump).await?;
            opens.unasked.get_or_insert_default().extend(busy);
        }
        opens.unopened = found.unopened;
        self.watch.keep_opens(opens);
        Ok(())
    }

    /// The shares that users hold or have orders of, of users that were not asked yet, those with an action of the day, and those
    /// that had not opened.
    async fn shares_to_look_at(self: &Arc<Self>, opens: &mut Opens, day: Day) -> BTreeSet<Symbol> {
        let mut symbols = std::mem::take(&mut opens.unopened);
        let mut busy = BTreeSet::new();
        for user in self.users.all().into_iter().filter(|user| opens.asks(user.id)) {
            // A desk whose broker does not answer must not hold up everybody's open: its own look waits for it, and the next
            // instant asks again.
            let at_stake = user.desk.try_lock().ok().map(|desk| desk.symbols_at_stake());
            match at_stake {
                Some(at_stake) => symbols.extend(at_stake),
                None => {
                    busy.insert(user.id);
                    self.look_when_free(user).await;
                }
            }
        }
        if opens.unasked.replace(busy).is_none() {
            symbols.extend(self.shares_with_action(day).await);
        }
        symbols
    }

    /// The shares whose prices an action changes today, as far as the market knows them: nobody may hold them, and nobody is to
    /// buy them where the change does not come.
    async fn shares_with_action(&self, day: Day) -> Vec<Symbol> {
        let mut symbols = self.actions.shares_changed_on(day);
        // What is fetched first would hold up the opens of shares that are held.
        if self.trading.market.fetches() {
            symbols.clear();
        }
        if symbols.is_empty() {
            return symbols;
        }
        match self.trading.market.universe().await {
            Ok(universe) => symbols.retain(|symbol| universe.binary_search(symbol).is_ok()),
            Err(error) => {
                tracing::warn!(%error, "the opens of shares with an action today are not looked at");
                symbols.clear();
            }
        }
        symbols
    }

    /// Looks at the opens of a user as soon as their desk is free. Who waits for a desk comes to it before whoever asks for it
    /// later, so nothing that begins after this sells a share that jumped.
    async fn look_when_free(self: &Arc<Self>, user: Arc<User>) {
        if self.handles.clock.is_lockstep() || !self.watch.begin_wait(user.id) {
            return;
        }
        let (prices, day) = (Arc::clone(self), self.handles.clock.now().ist_day());
        let mut looking = Box::pin(async move {
            if let Err(error) = prices.look_at_opens_of(&user, day).await {
                tracing::error!(user = %user.id, %error, "the opens of a user's shares could not be looked at");
            }
            prices.watch.end_wait(user.id);
        });
        // From here on it stands in the queue of the desk, before what the instant begins.
        if futures::poll!(looking.as_mut()).is_pending() {
            self.background.spawn(looking);
        }
    }

    async fn look_at_opens_of(&self, user: &User, day: Day) -> Result<(), AppError> {
        let desk = user.desk.lock().await;
        let now = self.handles.clock.now();
        if now.ist_day() != day {
            return Ok(());
        }
        let mut found = self.find_jumps_in_time(&desk.symbols_at_stake(), now).await;
        found.jumps.retain(|jump| is_exposed(&desk, jump));
        for jump in &found.jumps {
            self.halts.halt_symbol_at_desk(
                user,
                &jump.symbol,
                HaltCode::ImpossiblePrice,
                &self.actions.halt_reason(jump),
            );
        }
        drop(desk);
        for jump in &found.jumps {
            let (code, reason) = (HaltCode::ImpossiblePrice, self.actions.halt_reason(jump));
            self.halts.halt_symbol(user.id, &jump.symbol, code, &reason).await?;
            self.halts.halt_symbol_if_held(user, &jump.symbol, code, &reason).await?;
        }
        Ok(())
    }

    /// The same as [`Prices::find_jumps`], on a real clock for as long as anybody waits for the market: what is not known then
    /// has not opened.
    async fn find_jumps_in_time(&self, symbols: &BTreeSet<Symbol>, now: Timestamp) -> Found {
        let looking = self.find_jumps(symbols, now);
        if self.handles.clock.is_lockstep() {
            return looking.await;
        }
        let found = tokio::time::timeout(LONGEST_WAIT, looking).await;
        found.unwrap_or_else(|_| Found { unopened: symbols.clone(), ..Found::default() })
    }

    async fn find_jumps(&self, symbols: &BTreeSet<Symbol>, now: Timestamp) -> Found {
        let mut found = Found::default();
        let mut down: Option<MarketError> = None;
        for symbol in symbols {
            // A market that is down is asked once, not for each share.
            if down.is_some() {
                found.unopened.insert(symbol.clone());
                continue;
            }
            match self.trading.unexplained_jump(symbol, now).await {
                Ok(Some(jump)) => found.jumps.push(jump),
                Ok(None) if self.trading.jumps.has_opened(symbol, now.ist_day()) => {}
                Ok(None) => {
                    found.unopened.insert(symbol.clone());
                }
                Err(error) => {
                    tracing::warn!(%error, "the opens of shares cannot be had yet");
                    found.unopened.insert(symbol.clone());
                    down = Some(error);
                }
            }
        }
        found
    }

    /// Halts a share that jumped for those who bought it before or have an order of it open, and withdraws the
    /// orders. Answers the users whose desk is busy.
    async fn halt_for_jump(self: &Arc<Self>, jump: &Arc<PriceJump>) -> Result<Vec<UserId>, AppError> {
        let reason = self.actions.halt_reason(jump);
        let mut busy = Vec::new();
        for user in self.users.all() {
            // As above: a busy desk is looked at when it is free, and at the next instant.
            let exposed = user.desk.try_lock().ok().map(|desk| is_exposed(&desk, jump));
            match exposed {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    busy.push(user.id);
                    self.look_when_free(user).await;
                    continue;
                }
            }
            self.actions.halt_for_jump(user, jump, &reason).await?;
        }
        Ok(busy)
    }
}
