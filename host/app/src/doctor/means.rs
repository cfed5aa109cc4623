//! Whether somebody would hear of trouble, and whether what is decided can be written down.

use prahari_brokers::Check;
use prahari_domain::numbers::counted;
use prahari_store::{AlertCode, AlertFilter, ChannelRow, StoreError};

use super::Doctor;
use super::trading::named;
use crate::brokers::TradingMode;
use crate::error::AppError;
use crate::queries::StorageUse;
use crate::user::User;

/// Most open alerts that are looked through.
const MOST_ALERTS: u32 = 50;

impl Doctor {
    /// Whether an alert about the user is open, its own left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn alerts(&self, user: &User) -> Result<Check, AppError> {
        let filter = AlertFilter { open: Some(true), before: None, limit: MOST_ALERTS };
        let open = self.queries.of(user).alerts(filter).await?;
        let open = open.into_iter().map(|alert| alert.code).filter(|code| *code != AlertCode::NotReady);
        let codes: Vec<&str> = open.map(AlertCode::name).collect();
        Ok(match codes.as_slice() {
            [] => Check::ok("alerts", "no alert of this user is open"),
            codes => {
                let alerts = counted(codes.len(), "alert of this user is", "alerts of this user are");
                let said = format!("{alerts} open: {}", named(codes));
                Check::warning("alerts", said, "look at each alert, and resolve what is dealt with")
            }
        })
    }

    /// Whether the user's channels take messages.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn channels(&self, user: &User) -> Result<Check, AppError> {
        let rows = self.handles.store.user(user.id).channels().await?;
        Ok(channels(&rows, user.link().mode()))
    }

    /// Whether rows are written, and soon.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn storage(&self) -> Result<Check, AppError> {
        let health = self.handles.store.health();
        Ok(storage(health, self.queries.storage_use().await?))
    }
}

fn channels(rows: &[ChannelRow], mode: TradingMode) -> Check {
    let ended: Vec<&str> =
        rows.iter().filter(|row| !row.ended_reason.is_empty()).map(|row| row.name.as_str()).collect();
    let waiting: u64 = rows.iter().map(|row| row.open).sum();
    if !ended.is_empty() {
        let (channels, names) = (counted(rows.len(), "channel", "channels"), named(&ended));
        let said = format!("nothing goes any more to {} of {channels}: {names}", ended.len());
        return Check::warning("channels", said, "remove them, and connect them anew");
    }
    if rows.is_empty() {
        let said = "no channel is connected, so messages are seen in the console only";
        return match mode {
            TradingMode::Paper => Check::ok("channels", said),
            TradingMode::Live => Check::warning("channels", said, "connect a mailbox, a chat or a webhook"),
        };
    }
    if waiting > 0 {
        let said = format!("{} not arrived yet", counted(waiting, "message has", "messages have"));
        return Check::warning(
            "channels",
            said,
            "look at the deliveries: each says what its receiver answered",
        );
    }
    let channels = counted(rows.len(), "channel is", "channels are");
    Check::ok("channels", format!("{channels} connected, and nothing waits"))
}

fn storage(health: Result<(), StoreError>, used: StorageUse) -> Check {
    if let Err(stopped) = health {
        return Check::failed(
            "storage",
            format!("nothing is written any more: {stopped}"),
            "look at the disk",
        );
    }
    let StorageUse { used_bytes, waiting_writes, most_waiting_writes } = used;
    if waiting_writes > most_waiting_writes / 2 {
        let said = format!("{waiting_writes} writes wait, of {most_waiting_writes} that may");
        return Check::warning("storage", said, "see what keeps the disk busy");
    }
    Check::ok("storage", format!("rows are written; the database holds {} MB", used_bytes / 1_000_000))
}

#[cfg(test)]
mod tests {
    use prahari_brokers::CheckOutcome::{Ok as Good, Warning};
    use prahari_domain::time::Timestamp;
    use prahari_store::ChannelKind;

    use super::*;

    fn channel(open: u64, ended_reason: &str) -> ChannelRow {
        ChannelRow {
            id: 1,
            kind: ChannelKind::Webhook,
            name: "mine".to_owned(),
            shown: String::new(),
            created_at: Timestamp(0),
            open,
            ended_reason: ended_reason.to_owned(),
        }
    }

    #[test]
    fn channels_that_end_or_wait_are_told_and_none_only_where_money_is_real() {
        for (rows, mode, expected) in [
            (vec![], TradingMode::Paper, Good),
            (vec![], TradingMode::Live, Warning),
            (vec![channel(0, "")], TradingMode::Live, Good),
            (vec![channel(2, "")], TradingMode::Paper, Warning),
            (vec![channel(0, ""), channel(0, "the chat was left")], TradingMode::Paper, Warning),
        ] {
            assert_eq!(channels(&rows, mode).outcome, expected, "{rows:?}");
        }
    }

    #[test]
    fn a_queue_that_is_half_full_is_told() {
        let used = |waiting_writes| StorageUse { used_bytes: 1, waiting_writes, most_waiting_writes: 10 };
        assert_eq!(storage(Ok(()), used(5)).outcome, Good);
        assert_eq!(storage(Ok(()), used(6)).outcome, Warning);
    }
}
