//! What an action changes of a user's books. A dividend is for the shares of the end of the day before its ex-date, so it is told from
//! the journal wherever something of the share was traded or changed since: the books hold what is left of them.

use std::collections::BTreeMap;

use prahari_domain::actions::{ActionKind, ActionRow, CorporateAction};
use prahari_domain::book::{Book, HeldShares, HoldingChange};
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;

use super::Actions;
use crate::desk::Desk;
use crate::error::AppError;

/// What the users of a pass held on days of the past, each journal read once.
#[derive(Default)]
pub(super) struct Histories(BTreeMap<UserId, HeldShares>);

impl Histories {
    /// What a user held, up to the last entry of their journal.
    async fn of(&mut self, desk: &Desk) -> Result<&HeldShares, AppError> {
        let history = self.0.entry(desk.book().user()).or_default();
        desk.follow_history(history).await?;
        Ok(history)
    }
}

impl Actions {
    /// Returns what an action changes of a user's books; none where it changes nothing.
    ///
    /// # Errors
    /// When it does not fit the books; or when a dividend needs the journal and that cannot be read, or does not lead to the books.
    pub(super) async fn plan(
        &self,
        desk: &Desk,
        row: &ActionRow,
        histories: &mut Histories,
    ) -> Result<Option<HoldingChange>, AppError> {
        let (id, action, book) = (row.id, &row.action, desk.book());
        if !is_dividend(row) || self.is_as_before(book, action) {
            return Ok(book.plan_action(id, action, row.open_factor)?);
        }
        if book.has_applied(id) {
            return Ok(None);
        }
        let named = self.name_before(action);
        let held = histories.of(desk).await?.before(&named, action.ex_day());
        Ok(book.plan_dividend(id, action, &held))
    }

    /// Returns whether what these books hold of a share is what they held before an ex-date and what was bought since, in the shares
    /// of before: nothing was sold since, and no other action of that ex-date or a later one is booked.
    pub(super) fn is_as_before(&self, book: &Book, action: &CorporateAction) -> bool {
        let (symbol, ex_day) = (action.symbol(), action.ex_day());
        let known = self.known.lock();
        let changed = |row: &&ActionRow| row.action.ex_day() >= ex_day && changes_shares_of(row, symbol);
        book.is_untraded_since(symbol, ex_day)
            && !known.rows.iter().filter(changed).any(|row| book.has_applied(row.id))
    }

    /// The symbol that the share of an action had on the day before the ex-date: who tells it late may name the present one.
    fn name_before(&self, action: &CorporateAction) -> Symbol {
        let factors = self.trading.jumps.factors();
        let mut named = action.symbol();
        let mut until = self.handles.clock.now().ist_day();
        while let Some((since, earlier)) = factors.earlier_symbol(named, until) {
            let Some(before) = since.pred_opt().filter(|_| since >= action.ex_day()) else { break };
            (named, until) = (earlier, before);
        }
        named.clone()
    }
}

/// Returns whether an action pays a dividend.
pub(super) fn is_dividend(row: &ActionRow) -> bool {
    matches!(row.action.kind(), ActionKind::Dividend { .. })
}

/// Returns whether an action changes what is held under a symbol.
fn changes_shares_of(row: &ActionRow, symbol: &Symbol) -> bool {
    let becomes = match row.action.kind() {
        ActionKind::SymbolChange { to } | ActionKind::Demerger { child: Some(to), .. } => Some(to),
        _ => None,
    };
    row.action.symbol() == symbol || becomes == Some(symbol)
}
