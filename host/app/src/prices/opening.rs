//! The opens of the day, before anything of it is traded on: a share that opened outside the exchange's band is
//! halted for whoever bought it before or has an order of it open.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use prahari_brokers::MarketError;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::price_jump::PriceJump;
use prahari_domain::time::Timestamp;
use prahari_store::HaltCode;

use super::watch::Opens;
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
        let mut opens = self.watch.opens_of(now.ist_day());
        if opens.is_done() {
            return Ok(());
        }
        let symbols = self.shares_to_look_at(&mut opens);
        let looking = self.find_jumps(&symbols, now);
        let found = if self.handles.clock.is_lockstep() {
            looking.await
        } else {
            tokio::time::timeout(LONGEST_WAIT, looking)
                .await
                .unwrap_or_else(|_| Found { unopened: symbols.clone(), ..Found::default() })
        };
        for jump in &found.jumps {
            let busy = self.halt_for_jump(jump).await?;
            opens.unasked.get_or_insert_default().extend(busy);
        }
        opens.unopened = found.unopened;
        self.watch.keep_opens(opens);
        Ok(())
    }

    /// The shares that users hold or have orders of, of users that were not asked yet, and those that had not opened.
    fn shares_to_look_at(&self, opens: &mut Opens) -> BTreeSet<Symbol> {
        let mut symbols = std::mem::take(&mut opens.unopened);
        let mut busy = BTreeSet::new();
        for user in self.users.all().into_iter().filter(|user| opens.asks(user.id)) {
            // A desk whose broker does not answer must not hold up everybody's open.
            match user.desk.try_lock() {
                Ok(desk) => symbols.extend(desk.symbols_at_stake()),
                Err(_) => {
                    busy.insert(user.id);
                }
            }
        }
        opens.unasked = Some(busy);
        symbols
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
        let reason = format!("{jump}: a corporate action or a fault, until an admin has explained it");
        let code = HaltCode::ImpossiblePrice;
        let mut busy = Vec::new();
        for user in self.users.all() {
            match is_exposed(&user, jump) {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    busy.push(user.id);
                    continue;
                }
            }
            self.halts.halt_symbol(user.id, &jump.symbol, code, &reason).await?;
            if self.handles.clock.is_lockstep() {
                self.halts.halt_symbol_if_held(&user, &jump.symbol, code, &reason).await?;
                continue;
            }
            // The broker of one user must not hold up the open of the others: nothing new is sent already.
            let (prices, symbol, reason) = (Arc::clone(self), jump.symbol.clone(), reason.clone());
            self.background.spawn(async move {
                if let Err(error) = prices.halts.halt_symbol_if_held(&user, &symbol, code, &reason).await {
                    tracing::error!(user = %user.id, %symbol, %error, "orders of a halted share were not withdrawn");
                }
            });
        }
        Ok(busy)
    }
}

/// Returns whether a user bought a share before it jumped or has an order of it open; `None` while the desk is
/// busy.
fn is_exposed(user: &User, jump: &PriceJump) -> Option<bool> {
    let desk = user.desk.try_lock().ok()?;
    let book = desk.book();
    let held = book.positions();
    let bought_before =
        held.iter().any(|position| position.symbol == jump.symbol && position.opened_on < jump.day);
    Some(bought_before || book.active_orders().any(|order| order.request.symbol == jump.symbol))
}
