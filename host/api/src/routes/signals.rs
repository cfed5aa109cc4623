//! `/api/v1/signals`: what was found, and where it stands for a user.

use axum::extract::State;
use prahari_app::queries::{SignalDetail, SignalQuery};
use prahari_app::user::User;
use prahari_domain::ids::SignalId;
use prahari_domain::signals::{SignalDraft, SignalKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Cursor, Date, Instant, Page, StatusName, limit, parse_cursor, range, symbol};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(signals))
}

/// Query parameters that select the signals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SignalsQuery {
    /// The user for whom signals are asked for; the caller when nobody is named, and only an admin may name
    /// somebody else.
    user: Option<u64>,
    /// Only signals with this status for the user.
    #[param(inline)]
    status: Option<StatusName>,
    /// Only signals of this trading date or later.
    #[param(inline)]
    from: Option<Date>,
    /// Only signals of this trading date or earlier.
    #[param(inline)]
    through: Option<Date>,
    /// Only signals of this symbol.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    symbol: Option<String>,
    /// Only signals of this kind, or of one of several with commas between them, such as `buy,strong_buy`.
    #[param(min_length = 1, max_length = 100, pattern = "^[a-z_]+(,[a-z_]+)*$", example = "buy,strong_buy")]
    kind: Option<String>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// A signal as it stands for a user.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Signal {
    /// Numbered over all users.
    id: u64,
    /// Symbol of the share.
    symbol: String,
    /// Kind of the signal: `buy`, `strong_buy`, `reentry` or `exit`.
    kind: &'static str,
    /// RSI level of a re-entry; null for other signals.
    #[schema(required)]
    reentry_level: Option<u8>,
    /// Code of the exit reason; null for other signals.
    #[schema(required)]
    exit_reason: Option<String>,
    /// Whether it is about a position of the user, rather than for everybody.
    personal: bool,
    /// Status of the signal for the user.
    pub(super) status: StatusName,
    /// What the user said when turning it down or taking that back; empty when nothing was said.
    note: String,
    /// The trading date of its 09:00-09:00 window.
    day: Date,
    /// Time at which it was last published.
    published_at: Instant,
    /// Time from which the signal is expired.
    expires_at: Instant,
    /// The numbers behind the signal.
    finding: Measures,
}

/// The numbers behind a signal.
#[derive(Debug, Serialize, ToSchema)]
struct Measures {
    /// Close of the last finished session.
    last_close_paise: i64,
    /// Relative strength index over 10 daily bars, from 0 to 100.
    rsi: f64,
    /// Exponential moving average (EMA) over 9 sessions, in paise.
    ema9_paise: i64,
    /// Exponential moving average (EMA) over 200 sessions, in paise.
    ema200_paise: i64,
    /// Mean daily volume in shares over 50 sessions.
    average_volume: u64,
    /// Strength score, from 0 to 25.
    strength_score: f64,
    /// Backtest score, from 0 to 100.
    backtest_score: f64,
    /// Combined score, from 0 to 100.
    combined_score: f64,
    /// Ranks buys; higher first.
    priority_score: f64,
    /// Lower end of the proposed buy range.
    buy_low_paise: i64,
    /// Upper end of the proposed buy range.
    buy_high_paise: i64,
    /// Proposed stop price, in paise; informational.
    stop_paise: i64,
    /// Proposed target price, in paise; informational.
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
    let user = caller.target_user(&api, query.user)?;
    range(("from", query.from), ("through", query.through))?;
    let query = SignalQuery {
        status: query.status.map(|status| status.0),
        from: query.from.map(|day| day.0),
        through: query.through.map(|day| day.0),
        symbol: symbol(query.symbol.as_deref())?,
        kinds: kinds(query.kind.as_deref())?,
        after: parse_cursor(query.cursor.as_deref())?,
        limit: limit(query.limit)?,
    };
    let found = api.daemon.queries.of(&user).signals(query).await?;
    let items = found.items.into_iter().map(Signal::from).collect();
    Ok(Json(Page { items, next: found.next.map(|next| next.write()) }))
}

/// The kinds that are named; none when nothing is said.
fn kinds(named: Option<&str>) -> Result<Vec<&'static str>, Problem> {
    let unknown = |name: &str| {
        let names = SignalKind::NAMES.join(", ");
        Problem::invalid(format!("{name:?} in kind is not a kind: {names}"))
    };
    let known =
        |name: &str| SignalKind::NAMES.into_iter().find(|known| *known == name).ok_or_else(|| unknown(name));
    named.into_iter().flat_map(|names| names.split(',')).map(known).collect()
}

/// One signal as it stands for a user.
pub(super) async fn find(api: &Api, user: &User, id: u64) -> Result<Signal, Problem> {
    let found = api.daemon.queries.of(user).signal(SignalId(id)).await?;
    let unknown = || Problem::new(Code::NotFound, format!("there is no signal {id}"));
    found.map(Signal::from).ok_or_else(unknown)
}

impl From<SignalDetail> for Signal {
    fn from(SignalDetail { signal, personal, note }: SignalDetail) -> Self {
        let (reentry_level, exit_reason) = match &signal.draft.kind {
            SignalKind::Buy | SignalKind::StrongBuy => (None, None),
            SignalKind::Reentry { level, .. } => (Some(*level), None),
            SignalKind::Exit(reason) => (None, Some(reason.clone())),
        };
        Self {
            id: signal.id.0,
            symbol: signal.draft.symbol.to_string(),
            kind: signal.draft.kind.name(),
            reentry_level,
            exit_reason,
            personal,
            status: StatusName(signal.status),
            note,
            day: Date(signal.day),
            published_at: Instant(signal.published_at),
            expires_at: Instant(signal.expires_at),
            finding: signal.draft.into(),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_one_by_one() {
        assert!(kinds(None).unwrap().is_empty());
        assert_eq!(kinds(Some("exit,buy")).unwrap(), ["exit", "buy"]);
        for wrong in ["", "buy,", "buy, exit", "BUY", "hold"] {
            assert!(kinds(Some(wrong)).is_err(), "{wrong:?}");
        }
    }
}
