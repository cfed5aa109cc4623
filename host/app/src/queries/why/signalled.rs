//! Signals of the day for the share.

use std::collections::BTreeSet;

use prahari_domain::ids::SignalId;
use prahari_domain::signals::SignalStatus;
use prahari_domain::time::Timestamp;

use super::{Asked, Link, Links, Says, StepKind, StepSubject};
use crate::error::AppError;
use crate::queries::{SignalDetail, SignalQuery, UserQueries};

/// Most signals that are told.
const MOST_SIGNALS: u32 = 10;

/// The signals of the day.
pub(super) struct Seen {
    pub ids: BTreeSet<SignalId>,
    /// From when on the first of them could be acted on; none without one.
    pub since: Option<Timestamp>,
    pub links: Links,
}

impl UserQueries<'_> {
    pub(super) async fn signalled(&self, asked: &Asked) -> Result<Seen, AppError> {
        let query = SignalQuery {
            status: None,
            from: Some(asked.day),
            through: Some(asked.day),
            symbol: Some(asked.symbol.clone()),
            kinds: Vec::new(),
            after: None,
            limit: MOST_SIGNALS,
        };
        let page = self.signals(query).await?;
        let cut = page.next.is_some();
        let all_rejected = page.items.iter().all(|of| of.signal.status == SignalStatus::Rejected);
        let ids = page.items.iter().map(|of| of.signal.id).collect();
        let since = page.items.iter().map(|of| of.signal.published_at).min();
        let links = if page.items.is_empty() {
            vec![none(asked)]
        } else {
            page.items.into_iter().map(|of| link(of, all_rejected)).collect()
        };
        Ok(Seen { ids, since, links: Links::newest(links, MOST_SIGNALS as usize, StepKind::Signal, cut) })
    }
}

fn none(asked: &Asked) -> Link {
    let Asked { symbol, day, .. } = asked;
    let days = asked.kept.signals_days;
    let (found, says) = if asked.may_be_forgotten(days) {
        (format!("signals of {day} may be gone: they are kept for {days} days"), Says::Passes)
    } else if asked.goes_on() {
        (format!("there is no signal for {symbol} of {day} yet"), Says::Stops)
    } else {
        (format!("there was no signal for {symbol} of {day}"), Says::Stops)
    };
    Link::new(StepKind::Signal, None, found, says)
}

fn link(SignalDetail { signal, personal, note }: SignalDetail, all_rejected: bool) -> Link {
    let whose = if personal { "about a position of this user" } else { "for everybody" };
    let kind = signal.draft.kind.name().replace('_', " ");
    let status = match signal.status {
        SignalStatus::Rejected if note.is_empty() => "the user has turned it down".to_owned(),
        SignalStatus::Rejected => format!("the user has turned it down: {note}"),
        status => format!("for this user it is {} now", status.name()),
    };
    let score = signal.draft.combined_score;
    let found = format!("there was a signal {kind} {whose}, combined score {score:.1}; {status}");
    let says = if all_rejected { Says::Stops } else { Says::Passes };
    Link::new(StepKind::Signal, Some(signal.published_at), found, says).about(StepSubject::Signal(signal.id))
}
