//! What is due on an ex-date, and what was due while the daemon was down.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use prahari_brokers::Interval;
use prahari_domain::actions::{ActionRow, ActionState, PriceFactor, demerger_opens_at};
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use super::concerned::Concerned;
use super::entitled::{Histories, is_dividend};
use super::{AGAIN_DAYS, Actions};
use crate::desk::Desk;
use crate::error::AppError;
use crate::user::User;

/// Bars that are looked through for the open of an ex-date.
const BARS: u32 = 60;

/// Longest time that an instant waits for a desk on a real clock: a user whose broker does not answer must not hold up the
/// others, and is asked again at the next instant.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Who applies actions, in the table.
const HOST: &str = "the daemon, on the ex-date";

impl Actions {
    /// Applies the actions whose ex-date has come, before anything of the instant is traded. Costs nothing when none is due.
    ///
    /// # Errors
    /// When the store fails. What goes wrong with one user halts that user.
    pub(crate) async fn apply_due(self: &Arc<Self>, now: Timestamp) -> Result<(), AppError> {
        if self.due(now).is_empty() {
            return Ok(());
        }
        let applying = if self.handles.clock.is_lockstep() {
            self.changing.read().await
        } else {
            // Whoever changes rows may wait for a user's broker, and an instant of everybody does not. Until the next one the
            // desks refuse orders of these shares.
            let Ok(applying) = self.changing.try_read() else { return Ok(()) };
            applying
        };
        let due = self.due(now);
        let mut concerned = Concerned::of(self).await;
        let (mut applied, mut histories) = (Vec::new(), Histories::default());
        for row in due {
            let row = self.with_open(row, now).await?;
            let concerns = concerned.take(&row);
            let done = if concerns {
                self.apply(&row, (concerned.busy(), &mut histories), now).await?
            } else {
                self.pass_over(&row, concerned.busy(), now)
            };
            let told = self.tell_of_terms(&row, (concerns, concerned.busy()), now).await?;
            if done && told {
                self.known.lock().finish(row.id);
                applied.extend((row.state == ActionState::Announced).then_some(row.id));
            }
        }
        if !applied.is_empty() {
            tracing::info!(actions = applied.len(), "corporate actions are applied");
            self.handles.store.system().mark_applied(applied, HOST.to_owned(), now).await?;
            self.load().await?;
        }
        drop(applying);
        for user in self.users.all().into_iter().filter(|user| concerned.busy().contains(&user.id)) {
            self.apply_when_free(user).await;
        }
        Ok(())
    }

    /// Does an action to every user whose desk is not among the busy ones; false where it is not done for somebody yet.
    async fn apply(
        &self,
        row: &ActionRow,
        (busy, histories): (&BTreeSet<UserId>, &mut Histories),
        now: Timestamp,
    ) -> Result<bool, AppError> {
        let waits = waits(row, now);
        if waits && self.known.lock().waiting.contains(&row.id) {
            return Ok(false);
        }
        self.known.lock().refused.remove(&row.id);
        let mut all = busy.is_empty();
        for user in self.users.all().into_iter().filter(|user| !busy.contains(&user.id)) {
            // While somebody's desk is busy, what tasks of the others have remembered since stays.
            if !waits && self.known.lock().is_done(row.id, user.id) {
                continue;
            }
            if is_dividend(row) && self.known.lock().refuse_unread(row.id, user.id) {
                all = false;
                continue;
            }
            let error = match self.apply_to(&user, (row, waits), histories, now).await {
                Ok(done) => {
                    all &= done;
                    if done && !waits {
                        self.known.lock().note_done(row.id, user.id);
                    }
                    continue;
                }
                Err(error) => error,
            };
            all &= self.keep_to_user(user.id, row, error).await?;
        }
        if waits && all {
            self.known.lock().waiting.insert(row.id);
        }
        Ok(all && !waits)
    }

    /// Keeps what went wrong with an action to the user with whom it did: who is halted for it has the action when the halt is
    /// lifted. A dividend is not looked at again once it is applied, so it stays announced for as long. True where nothing of the
    /// action waits.
    async fn keep_to_user(&self, user: UserId, row: &ActionRow, error: AppError) -> Result<bool, AppError> {
        if error.concerns_everybody() {
            return Err(error);
        }
        let halted = self.halts.halt_for(user, &error).await?;
        if halted && !is_dividend(row) {
            return Ok(true);
        }
        tracing::error!(%user, action = %row.action, %error, "a corporate action is not booked yet");
        let mut known = self.known.lock();
        if halted {
            known.unread.insert(user, error.to_string());
            known.refuse_unread(row.id, user);
        } else if let AppError::ActionRefused(why) = error {
            known.refused.insert(row.id, why);
        }
        Ok(false)
    }

    /// Notes that an action concerns nobody whose desk is free; false where it is not done for somebody yet.
    fn pass_over(&self, row: &ActionRow, busy: &BTreeSet<UserId>, now: Timestamp) -> bool {
        if waits(row, now) {
            return false;
        }
        if !busy.is_empty() {
            let mut known = self.known.lock();
            let free = self.users.all().into_iter().filter(|user| !busy.contains(&user.id));
            free.for_each(|user| known.note_done(row.id, user.id));
        }
        busy.is_empty()
    }

    /// Does to one user what an action does; false when their desk is busy. Doing it again changes nothing.
    async fn apply_to(
        &self,
        user: &Arc<User>,
        (row, waits): (&ActionRow, bool),
        histories: &mut Histories,
        now: Timestamp,
    ) -> Result<bool, AppError> {
        let Some(mut desk) = self.desk_of(user).await else { return Ok(false) };
        self.apply_at(&mut desk, user, (row, waits), histories, now).await?;
        Ok(true)
    }

    /// Does at a user's desk what an action does.
    pub(super) async fn apply_at(
        &self,
        desk: &mut Desk,
        user: &User,
        (row, waits): (&ActionRow, bool),
        histories: &mut Histories,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let (action, kind) = (&row.action, row.action.kind());
        let is_new = row.state == ActionState::Announced;
        // A dividend is for who held the shares before the ex-date, and they may be sold or renamed by now.
        let at_stake = desk.has_at_stake(action.symbol())
            || (is_dividend(row) && !self.is_as_before(desk.book(), action));
        if !at_stake || desk.fault().is_some() {
            if is_new && kind.withdraws_orders() {
                self.forget_levels(user, action.symbol()).await?;
            }
            return Ok(());
        }
        // What happened before the ex-date is booked first, also after days on which the daemon was down.
        let ex_day = action.ex_day();
        desk.close_past_dates(Timestamp::start_of(ex_day), None).await?;
        let at =
            if desk.is_closed(ex_day) || ex_day == now.ist_day() { now } else { Timestamp::start_of(ex_day) };
        if kind.withdraws_orders() {
            let reason =
                format!("{action}: prices and quantities of before the ex-date do not hold any more");
            for (order, why) in desk.withdraw_before(action.symbol(), ex_day, &reason, at).await? {
                tracing::warn!(user = %user.id, %order, why, "an order of before an ex-date was not withdrawn");
            }
        }
        let change = if waits { None } else { self.plan(desk, row, histories).await? };
        let booked = change.is_some();
        if let Some(change) = change {
            desk.change_holdings(ex_day, change, at).await?;
        }
        if kind.withdraws_orders() && (booked || is_new) {
            self.forget_levels(user, action.symbol()).await?;
        }
        Ok(())
    }

    /// The desk of a user, unless somebody else has it for long.
    pub(super) async fn desk_of<'a>(&self, user: &'a User) -> Option<tokio::sync::MutexGuard<'a, Desk>> {
        if self.handles.clock.is_lockstep() {
            return Some(user.desk.lock().await);
        }
        tokio::time::timeout(LONGEST_WAIT, user.desk.lock()).await.ok()
    }

    /// The row with what the open of its ex-date says, where the action does not and the market knows it.
    async fn with_open(&self, row: ActionRow, now: Timestamp) -> Result<ActionRow, AppError> {
        if !row.action.kind().waits_for_open() || row.open_factor.is_some() {
            return Ok(row);
        }
        // What a source calls an open before the special pre-open has ended is none: there was no price yet.
        let opens_at = demerger_opens_at(&self.handles.calendar.current(), row.action.ex_day());
        if opens_at.is_none_or(|opens_at| now < opens_at) {
            return Ok(row);
        }
        let Some(factor) = self.observed(&row, now).await else { return Ok(row) };
        self.handles.store.system().keep_open_factor(row.id, factor).await?;
        self.load().await?;
        Ok(ActionRow { open_factor: Some(factor), ..row })
    }

    /// Open of the ex-date by the last close before it; `None` while the market does not know one of them.
    async fn observed(&self, row: &ActionRow, now: Timestamp) -> Option<PriceFactor> {
        let (symbol, ex_day) = (row.action.symbol(), row.action.ex_day());
        let asked = self.trading.market.candles(symbol, Interval::Daily, BARS, true, now).await;
        let candles = asked
            .map_err(|error| tracing::warn!(%symbol, %error, "the open of an ex-date cannot be had yet"))
            .ok()?;
        let mut bars = candles.iter();
        let before = candles.iter().take_while(|bar| bar.day < ex_day).last()?;
        let after = bars.find(|bar| bar.day >= ex_day)?;
        let factor = PriceFactor::observed(before.close, after.open)?;
        // A demerger takes something away; an open above the close says nothing of how much.
        Some(if after.open > before.close { PriceFactor::ONE } else { factor })
    }
}

/// Returns whether an action waits for an open that is not known. After some days nobody will tell it any more.
pub(super) fn waits(row: &ActionRow, now: Timestamp) -> bool {
    let age = now.ist_day().signed_duration_since(row.action.ex_day()).num_days();
    row.action.kind().waits_for_open() && row.open_factor.is_none() && age <= AGAIN_DAYS
}
