//! Jumps of prices when the actions change: one that is explained now is closed and the halts that it made end, and one that
//! nothing explains any more halts the share as one that is found at the open does. A halt that stays says why it stands now.
//!
//! What is not known here, because a desk is busy or the market does not answer, the next instant looks at (`prices/opening.rs`).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use prahari_brokers::MarketError;
use prahari_domain::actions::{ActionKind, ActionRow, CorporateAction};
use prahari_domain::instruments::Symbol;
use prahari_domain::price_jump::PriceJump;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{HaltCode, PriceJumpRow};

use super::Actions;
use crate::desk::Desk;
use crate::error::AppError;
use crate::user::User;

/// The most jumps that are looked through.
const MOST_JUMPS: u32 = 10_000;

/// Longest time that the market is waited for on a real clock, for each share.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// What became of some actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    /// They count.
    Counted,
    /// They were taken back.
    TakenBack,
}

/// The jumps of a share by the actions that count now.
struct JumpsNow {
    /// Days on which it jumps.
    days: BTreeSet<Day>,
    /// The newest one that nobody has explained.
    newest: Option<Arc<PriceJump>>,
}

impl Actions {
    /// Closes the jumps of the shares of these actions that prices do not have any more, and ends the halts that they made; and
    /// halts those of them that have one that nobody has explained, for whoever bought them before or has an order open.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) async fn look_at_jumps(
        &self,
        changed: &[CorporateAction],
        became: Became,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let today = now.ist_day();
        let changed: Vec<&CorporateAction> = changed
            .iter()
            .filter(|action| action.ex_day() <= today && changes_jumps(action.kind()))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let open = self.open_jumps_across(&changed).await?;
        let mut symbols = self.at_stake();
        symbols.retain(|symbol| changed.iter().any(|action| action.symbol() == symbol));
        symbols.extend(open.iter().map(|(jump, _)| jump.symbol.clone()));
        for symbol in &symbols {
            let Some(JumpsNow { days, newest }) = self.jumps_now(symbol, now).await else { continue };
            let has_opened = self.trading.jumps.has_opened(symbol, today);
            let is_over = |jump: &PriceJump| !days.contains(&jump.day) && (jump.day < today || has_opened);
            let of_share = open.iter().filter(|(jump, _)| jump.symbol == *symbol);
            let over: Vec<_> = of_share.filter(|(jump, _)| is_over(jump)).collect();
            for (jump, action) in &over {
                let key = (jump.symbol.clone(), jump.day);
                let why = self.why_over(jump, action, became);
                self.handles.store.system().withdraw_price_jump(key, now, why).await?;
            }
            match (newest, over.last()) {
                (Some(jump), _) => {
                    self.halt_exposed(&jump).await?;
                    self.reword_halts_of(&jump).await?;
                }
                (None, Some((jump, action))) => self.end_halts_of(jump, action, became).await?,
                (None, None) => {}
            }
        }
        Ok(())
    }

    /// The open jumps across the ex-date of one of these actions, each with the first such action.
    async fn open_jumps_across(
        &self,
        changed: &[&CorporateAction],
    ) -> Result<Vec<(PriceJump, CorporateAction)>, AppError> {
        // One that was noticed a moment ago may not be written yet.
        self.handles.store.flush().await?;
        let rows = self.handles.store.system().price_jumps(MOST_JUMPS).await?;
        let open = rows.into_iter().filter(|row| row.explained_at.is_none());
        let across = open.filter_map(|PriceJumpRow { jump, .. }| {
            let is_across = |action: &&&CorporateAction| {
                let ex_day = action.ex_day();
                *action.symbol() == jump.symbol && jump.previous_day < ex_day && ex_day <= jump.day
            };
            let action = changed.iter().find(is_across).map(|action| CorporateAction::clone(action))?;
            Some((jump, action))
        });
        Ok(across.collect())
    }

    /// The shares that users hold or have orders of, of those whose desk is free.
    fn at_stake(&self) -> BTreeSet<Symbol> {
        let users = self.users.all();
        users
            .iter()
            .filter_map(|user| user.desk.try_lock().ok().map(|desk| desk.symbols_at_stake()))
            .flatten()
            .collect()
    }

    /// The jumps of a share now; `None` where the market cannot be asked.
    async fn jumps_now(&self, symbol: &Symbol, now: Timestamp) -> Option<JumpsNow> {
        let asking = async {
            let newest = self.trading.unexplained_jump(symbol, now).await?;
            let mut days = self.trading.jumps.days_of(self.trading.market.as_ref(), symbol, now).await?;
            days.extend(newest.iter().map(|jump| jump.day));
            Ok::<_, MarketError>(JumpsNow { days, newest })
        };
        let asked = if self.handles.clock.is_lockstep() {
            asking.await
        } else {
            match tokio::time::timeout(LONGEST_WAIT, asking).await {
                Ok(asked) => asked,
                Err(_) => {
                    tracing::warn!(%symbol, "the market is slow: the jumps of a share whose actions have changed stay as they are");
                    return None;
                }
            }
        };
        asked
            .map_err(|error| {
                tracing::warn!(%symbol, %error, "the jumps of a share whose actions have changed stay as they are");
            })
            .ok()
    }

    /// Why a jump is closed, one sentence.
    fn why_over(&self, jump: &PriceJump, action: &CorporateAction, became: Became) -> String {
        if became == Became::TakenBack {
            return format!("{action} is taken back, and prices have no jump without it");
        }
        let near = self.explaining(jump);
        let told: Vec<String> =
            near.iter().map(|row| format!("{} (action {})", row.action, row.id)).collect();
        match told.as_slice() {
            [] => format!("explained by {action}"),
            told => format!("explained by {}", told.join(" and ")),
        }
    }

    /// The known actions that change the price across a jump.
    fn explaining(&self, jump: &PriceJump) -> Vec<ActionRow> {
        let mut near = self.near(jump);
        near.retain(|row| row.action.kind().changes_prices());
        near
    }

    /// Why a share that jumped is halted. Where an action is known of that night, its change of price did not come; a demerger
    /// without terms says of none.
    pub(crate) fn halt_reason(&self, jump: &PriceJump) -> String {
        let changes = |row: &ActionRow| row.price_factor().is_some_and(|factor| !factor.is_one());
        let near = self.near(jump);
        if let Some(ActionRow { id, action, .. }) = near.iter().find(|row| changes(row)) {
            let (kind, ex_day) = (action.kind(), action.ex_day());
            return format!(
                "{jump}, and the {kind} of {ex_day} did not come so: until an admin has undone the action ({id}) or explained the price"
            );
        }
        let is_demerger = |row: &&ActionRow| matches!(row.action.kind(), ActionKind::Demerger { .. });
        match near.iter().find(is_demerger) {
            Some(ActionRow { id, action, .. }) => format!(
                "{jump}, which the {} of {} does not explain as it is known: until an admin has entered it with its terms \
                 (action {id}) or explained the price",
                action.kind(),
                action.ex_day()
            ),
            None => format!("{jump}: a corporate action or a fault, until an admin has explained it"),
        }
    }

    /// Halts a share that jumped for those who bought it before or have an order of it open, and withdraws the orders.
    async fn halt_exposed(&self, jump: &PriceJump) -> Result<(), AppError> {
        let (code, reason) = (HaltCode::ImpossiblePrice, self.halt_reason(jump));
        for user in self.users.all() {
            let Some(desk) = self.desk_of(&user).await else { continue };
            if !is_exposed(&desk, jump) {
                continue;
            }
            // Before anybody else gets to the desk.
            self.halts.halt_symbol_at_desk(&user, &jump.symbol, code, &reason);
            drop(desk);
            self.halt_for_jump(user, jump, &reason).await?;
        }
        Ok(())
    }

    /// Has the halts of a share that jumped say what the actions of now make of the jump.
    async fn reword_halts_of(&self, jump: &PriceJump) -> Result<(), AppError> {
        let reason = self.halt_reason(jump);
        for user in self.users.all() {
            self.halts.reword_of_price(&user, &jump.symbol, &reason).await?;
        }
        Ok(())
    }

    /// Halts a share that jumped for a user, and withdraws their orders of it. On a real clock the broker of one user holds up
    /// nobody else: nothing new is sent already.
    pub(crate) async fn halt_for_jump(
        &self,
        user: Arc<User>,
        jump: &PriceJump,
        reason: &str,
    ) -> Result<(), AppError> {
        let (code, symbol) = (HaltCode::ImpossiblePrice, jump.symbol.clone());
        if !self.halts.halt_symbol(user.id, &symbol, code, reason).await? {
            self.halts.reword_of_price(&user, &symbol, reason).await?;
        }
        if self.handles.clock.is_lockstep() {
            self.halts.halt_symbol_if_held(&user, &symbol, code, reason).await?;
            return Ok(());
        }
        let (halts, reason) = (Arc::clone(&self.halts), reason.to_owned());
        self.background.spawn(async move {
            if let Err(error) = halts.halt_symbol_if_held(&user, &symbol, code, &reason).await {
                tracing::error!(user = %user.id, %symbol, %error, "orders of a halted share were not withdrawn");
            }
        });
        Ok(())
    }

    /// Ends the halts that a jump made which is closed. Whoever bought the share before an action that explains it and does not
    /// have it in their books stays halted: their shares are to be put right first.
    async fn end_halts_of(
        &self,
        jump: &PriceJump,
        action: &CorporateAction,
        became: Became,
    ) -> Result<(), AppError> {
        let (why, explaining) = (self.why_over(jump, action, became), self.explaining(jump));
        for user in self.users.all() {
            if !user.halts.open().symbols.contains_key(&jump.symbol) {
                continue;
            }
            if became == Became::Counted {
                let Some(desk) = self.desk_of(&user).await else { continue };
                let has_all = explaining.iter().all(|row| desk.book().has_applied(row.id));
                let stays = has_bought_before(&desk, jump) && !has_all;
                drop(desk);
                if stays {
                    let reason = format!(
                        "{jump}, {why}, which the books of this user do not have: until an admin has put their shares right"
                    );
                    self.halts.reword_of_price(&user, &jump.symbol, &reason).await?;
                    continue;
                }
            }
            self.halts.end_of_price(&user, &jump.symbol, &why).await?;
        }
        Ok(())
    }
}

/// Returns whether a user bought a share before it jumped or has an order of it open.
pub(crate) fn is_exposed(desk: &Desk, jump: &PriceJump) -> bool {
    let mut orders = desk.book().active_orders();
    has_bought_before(desk, jump) || orders.any(|order| order.request.symbol == jump.symbol)
}

fn has_bought_before(desk: &Desk, jump: &PriceJump) -> bool {
    let held = desk.book().positions();
    held.iter().any(|position| position.symbol == jump.symbol && position.opened_on < jump.day)
}

/// Returns whether actions of a kind may explain or make a jump of their share.
const fn changes_jumps(kind: &ActionKind) -> bool {
    kind.changes_prices() || matches!(kind, ActionKind::SymbolChange { .. })
}
