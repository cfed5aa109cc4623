//! `/api/v1/signals`: what was found, and where it stands for a user.

use std::collections::BTreeMap;

use axum::extract::State;
use prahari_app::error::AppError;
use prahari_domain::ids::{SignalId, UserId};
use prahari_domain::signals::{Signal as Finding, SignalDraft, SignalKind, SignalStatus};
use prahari_store::{SeenFilter, SeenSignal};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Cursor, Date, Instant, Page, StatusName, limit, place, range, symbol};

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(signals))
}

/// Most signals that are looked at for one page of those with a wanted status.
const MOST_LOOKED_AT: u32 = 1_000;

/// Which signals are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SignalsQuery {
    /// For whom; an admin may name anybody.
    user: Option<u64>,
    /// With this status for the user only.
    #[param(inline)]
    status: Option<StatusName>,
    /// Of this trading date or later.
    #[param(inline)]
    from: Option<Date>,
    /// Of this trading date or earlier.
    #[param(inline)]
    through: Option<Date>,
    /// About this share only.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    symbol: Option<String>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// A signal as it stands for a user.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Signal {
    /// Numbered over all users.
    id: u64,
    /// About which share.
    symbol: String,
    /// What it proposes: `buy`, `strong_buy`, `reentry` or `exit`.
    kind: &'static str,
    /// Of a re-entry, the RSI level.
    #[schema(required)]
    reentry_level: Option<u8>,
    /// Of an exit, its code.
    #[schema(required)]
    exit_reason: Option<String>,
    /// Whether it is about a position of the user, rather than for everybody.
    personal: bool,
    /// Where it stands for the user.
    pub(super) status: StatusName,
    /// What the user said when turning it down or taking that back; empty when nothing was said.
    note: String,
    /// The trading date of its 09:00-09:00 window.
    day: Date,
    /// When it was last published.
    published_at: Instant,
    /// From then on it no longer stands.
    expires_at: Instant,
    /// What was found.
    finding: Measures,
}

/// The numbers behind a signal.
#[derive(Debug, Serialize, ToSchema)]
struct Measures {
    /// Close of the last finished session.
    last_close_paise: i64,
    /// RSI10.
    rsi: f64,
    /// Exponential mean over 9 sessions.
    ema9_paise: i64,
    /// Exponential mean over 200 sessions.
    ema200_paise: i64,
    /// Mean daily volume in shares over 50 sessions.
    average_volume: u64,
    /// 0 to 25.
    strength_score: f64,
    /// 0 to 100.
    backtest_score: f64,
    /// 0 to 100.
    combined_score: f64,
    /// Ranks buys; higher first.
    priority_score: f64,
    /// Lower end of the proposed buy range.
    buy_low_paise: i64,
    /// Upper end of the proposed buy range.
    buy_high_paise: i64,
    /// Proposed stop.
    stop_paise: i64,
    /// Proposed target.
    target_paise: i64,
    /// Short codes such as `hammer`.
    reasons: Vec<String>,
}

/// The signals of a user, newest first: those for everybody and those about the user's positions. With a status, a page
/// may be short or empty and still have a next one.
#[utoipa::path(get, path = "/api/v1/signals", tag = "signals", params(SignalsQuery),
    responses((status = OK, body = Page<Signal>)))]
async fn signals(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<SignalsQuery>,
) -> Result<Json<Page<Signal>>, Problem> {
    let user = caller.subject(&api, query.user)?;
    let limit = limit(query.limit)?;
    range(("from", query.from), ("through", query.through))?;
    let filter = SeenFilter {
        from: query.from.map(|day| day.0),
        through: query.through.map(|day| day.0),
        symbol: symbol(query.symbol.as_deref())?,
        after: place(query.cursor.as_deref())?,
        limit: if query.status.is_some() { MOST_LOOKED_AT } else { limit + 1 },
    };
    let looked_at = filter.limit as usize;
    let seen = api.daemon.store.user(user).seen_signals(filter).await?;
    let standing = Standing::of(&api, user).await?;
    let exhausted = seen.len() < looked_at;
    let mut page = Page { items: Vec::new(), next: None };
    let mut left = seen.into_iter().peekable();
    while let Some(signal) = left.next() {
        let place = signal.place();
        let signal = standing.view(signal)?;
        if query.status.is_none_or(|wanted| wanted == signal.status) {
            page.items.push(signal);
        }
        let full = page.items.len() == limit as usize;
        if (full || left.peek().is_none()) && !(exhausted && left.peek().is_none()) {
            page.next = Some(place.write());
            break;
        }
    }
    Ok(Json(page))
}

/// One signal as it stands for a user.
pub(super) async fn find(api: &Api, user: UserId, id: u64) -> Result<Signal, Problem> {
    let seen = api.daemon.store.user(user).find_signal(SignalId(id)).await?;
    let seen = seen.ok_or_else(|| Problem::new(Code::NotFound, format!("there is no signal {id}")))?;
    Standing::of(api, user).await?.view(seen)
}

/// The signals that stand for a user, with their status: what the user's tasks would see.
struct Standing(BTreeMap<SignalId, SignalStatus>);

impl Standing {
    async fn of(api: &Api, user: UserId) -> Result<Self, Problem> {
        let user = api.daemon.user(user)?;
        let desk = user.desk.lock().await;
        let standing = api.daemon.signals.board.standing(desk.book(), api.daemon.clock.now());
        Ok(Self(standing.into_iter().map(|signal| (signal.id, signal.status)).collect()))
    }

    fn view(&self, seen: SeenSignal) -> Result<Signal, Problem> {
        let finding: Finding = serde_json::from_str(&seen.row.data).map_err(AppError::from)?;
        let status = self.0.get(&finding.id).copied().unwrap_or_else(|| over(&seen));
        let (kind, reentry_level, exit_reason) = match &finding.draft.kind {
            SignalKind::Buy => ("buy", None, None),
            SignalKind::StrongBuy => ("strong_buy", None, None),
            SignalKind::Reentry { level, .. } => ("reentry", Some(*level), None),
            SignalKind::Exit(reason) => ("exit", None, Some(reason.clone())),
        };
        Ok(Signal {
            id: finding.id.0,
            symbol: finding.draft.symbol.to_string(),
            kind,
            reentry_level,
            exit_reason,
            personal: seen.personal,
            status: StatusName(status),
            note: seen.chosen.map(|chosen| chosen.reason).unwrap_or_default(),
            day: Date(finding.day),
            published_at: Instant(finding.published_at),
            expires_at: Instant(finding.expires_at),
            finding: finding.draft.into(),
        })
    }
}

/// What a signal that no longer stands ended as.
fn over(seen: &SeenSignal) -> SignalStatus {
    let rejected = seen.chosen.as_ref().is_some_and(|chosen| chosen.status == SignalStatus::Rejected.name());
    if seen.traded {
        SignalStatus::Traded
    } else if rejected {
        SignalStatus::Rejected
    } else {
        SignalStatus::Expired
    }
}

impl From<SignalDraft> for Measures {
    fn from(draft: SignalDraft) -> Self {
        Self {
            last_close_paise: draft.last_close.0,
            rsi: draft.rsi,
            ema9_paise: draft.ema9.0,
            ema200_paise: draft.ema200.0,
            average_volume: draft.average_volume,
            strength_score: draft.strength_score,
            backtest_score: draft.backtest_score,
            combined_score: draft.combined_score,
            priority_score: draft.priority_score,
            buy_low_paise: draft.buy_low.0,
            buy_high_paise: draft.buy_high.0,
            stop_paise: draft.stop.0,
            target_paise: draft.target.0,
            reasons: draft.reasons,
        }
    }
}
