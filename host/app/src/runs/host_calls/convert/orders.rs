//! Orders, positions, refusals, statements, settings.

use prahari_domain::book;
use prahari_domain::ids::{OrderId, SignalId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders as domain;
use prahari_domain::text::one_line;
use prahari_domain::time::day_number;
use prahari_domain::{risk, settings};
use prahari_runtime::abi::latest::broker::{self, ReentryLevel};
use prahari_runtime::abi::latest::{Refusal, RefusalCode, Side, config, decision, selection};

use crate::desk::{DailyStatement, Difference};

/// Most characters that are kept of why something is sold; a code such as `rsi_exit` has ten. The journal keeps it
/// for good.
const LONGEST_CODE: usize = 200;

pub(crate) fn symbol_text(symbol: &Symbol) -> String {
    symbol.to_string()
}

fn side(side: domain::Side) -> Side {
    match side {
        domain::Side::Buy => Side::Buy,
        domain::Side::Sell => Side::Sell,
    }
}

pub(crate) fn side_of(side: Side) -> domain::Side {
    match side {
        Side::Buy => domain::Side::Buy,
        Side::Sell => domain::Side::Sell,
    }
}

pub(crate) fn order_kind(kind: &broker::OrderKind) -> domain::OrderKind {
    match kind {
        broker::OrderKind::Market => domain::OrderKind::Market,
        broker::OrderKind::Limit(price) => domain::OrderKind::Limit(Paise(*price)),
    }
}

fn kind_of(kind: domain::OrderKind) -> broker::OrderKind {
    match kind {
        domain::OrderKind::Market => broker::OrderKind::Market,
        domain::OrderKind::Limit(price) => broker::OrderKind::Limit(price.0),
    }
}

fn purpose_of(purpose: &domain::Purpose) -> broker::Purpose {
    match purpose {
        domain::Purpose::Entry => broker::Purpose::Entry,
        domain::Purpose::Reentry { level, cycle } => {
            broker::Purpose::Reentry(ReentryLevel { level: *level, cycle: *cycle })
        }
        domain::Purpose::Exit(reason) => broker::Purpose::Exit(reason.clone()),
        domain::Purpose::External => broker::Purpose::Exit("external".to_owned()),
    }
}

/// A guest's request as the desk takes it.
pub(crate) fn order_request(request: &broker::OrderRequest) -> Result<domain::OrderRequest, Refusal> {
    let refuse = |code, detail: String| Refusal { code, detail };
    let symbol =
        Symbol::new(&request.symbol).map_err(|error| refuse(RefusalCode::Symbol, error.to_string()))?;
    let retry_of = match &request.retry_of {
        Some(text) => Some(
            text.parse::<OrderId>().map_err(|error| refuse(RefusalCode::UnknownOrder, error.to_string()))?,
        ),
        None => None,
    };
    Ok(domain::OrderRequest {
        symbol,
        side: side_of(request.side),
        quantity: request.quantity,
        kind: order_kind(&request.kind),
        variety: match request.variety {
            broker::Variety::Regular => domain::Variety::Regular,
            broker::Variety::AfterMarket => domain::Variety::AfterMarket,
        },
        product: match request.product {
            broker::Product::Delivery => domain::Product::Delivery,
            broker::Product::Intraday => domain::Product::Intraday,
        },
        purpose: match &request.purpose {
            broker::Purpose::Entry => domain::Purpose::Entry,
            broker::Purpose::Reentry(at) => domain::Purpose::Reentry { level: at.level, cycle: at.cycle },
            broker::Purpose::Exit(reason) => {
                domain::Purpose::Exit(one_line(reason).chars().take(LONGEST_CODE).collect())
            }
        },
        signal: request.signal_id.map(SignalId),
        // A number that is none would make the journal unreadable: JSON has no NaN.
        rsi: request.rsi.filter(|rsi| rsi.is_finite()),
        retry_of,
    })
}

pub(crate) fn order(order: &domain::Order) -> broker::Order {
    let request = &order.request;
    broker::Order {
        id: order.id.to_string(),
        symbol: request.symbol.to_string(),
        side: side(request.side),
        quantity: request.quantity,
        kind: kind_of(request.kind),
        variety: match request.variety {
            domain::Variety::Regular => broker::Variety::Regular,
            domain::Variety::AfterMarket => broker::Variety::AfterMarket,
        },
        product: match request.product {
            domain::Product::Delivery => broker::Product::Delivery,
            domain::Product::Intraday => broker::Product::Intraday,
        },
        purpose: purpose_of(&request.purpose),
        signal_id: request.signal.map(|id| id.0),
        rsi: request.rsi,
        retry_of: request.retry_of.map(|id| id.to_string()),
        state: state_of(order.state),
        filled: order.filled,
        average_price: order.average_price().map(|price| price.0),
        reason: order.reason.clone(),
        retryable: order.retryable,
        first_placed_at: order.first_placed_at.0,
        placed_at: order.placed_at.0,
        day: day_number(order.day()),
    }
}

fn state_of(state: domain::OrderState) -> broker::OrderState {
    use domain::OrderState;
    match state {
        OrderState::Intent => broker::OrderState::Intent,
        OrderState::Sent => broker::OrderState::Sent,
        OrderState::Accepted => broker::OrderState::Accepted,
        OrderState::Rejected => broker::OrderState::Rejected,
        OrderState::Unknown => broker::OrderState::Unknown,
        OrderState::PartiallyFilled => broker::OrderState::PartiallyFilled,
        OrderState::Filled => broker::OrderState::Filled,
        OrderState::Cancelled => broker::OrderState::Cancelled,
        OrderState::Expired => broker::OrderState::Expired,
    }
}

pub(crate) fn position(position: book::Position) -> broker::Position {
    let entry = |entry: &book::PositionEntry| broker::PositionEntry {
        order_id: entry.order.to_string(),
        purpose: purpose_of(&entry.purpose),
        quantity: entry.quantity,
        price: entry.price.0,
        rsi: entry.rsi,
        day: day_number(entry.day),
    };
    broker::Position {
        symbol: position.symbol.to_string(),
        quantity: position.quantity,
        average_price: position.average_price.0,
        opened_on: day_number(position.opened_on),
        entries: position.entries.iter().map(entry).collect(),
    }
}

pub(crate) fn difference(difference: Difference) -> broker::Difference {
    broker::Difference {
        symbol: difference.symbol.to_string(),
        kind: difference.kind.name().to_owned(),
        detail: difference.detail,
    }
}

pub(crate) fn statement(statement: &DailyStatement) -> broker::DayStatement {
    broker::DayStatement {
        day: day_number(statement.day),
        cash: statement.cash.0,
        invested: statement.invested.0,
        market_value: statement.market_value.0,
        realised: statement.realised.0,
        unrealised: statement.unrealised.0,
        charges: statement.charges.0,
        orders_placed: statement.orders_placed,
        fills: statement.fills,
        orders_expired: statement.orders_expired,
        open_positions: statement.open_positions,
    }
}

pub(crate) fn refusal(refusal: risk::Refusal) -> Refusal {
    Refusal { code: refusal_code(refusal.code), detail: refusal.detail }
}

/// Returns whether the released interface has no such code.
pub(crate) fn is_later_code(code: risk::RefusalCode) -> bool {
    use risk::RefusalCode as Ours;
    matches!(
        code,
        Ours::UserHalted | Ours::SymbolHalted | Ours::MarketUnavailable | Ours::ReduceOnly | Ours::Request
    )
}

/// The nearest code of the released interface: those that came later have no place in it.
fn refusal_code(code: risk::RefusalCode) -> RefusalCode {
    use risk::RefusalCode as Ours;
    match code {
        Ours::KillSwitch | Ours::UserHalted => RefusalCode::KillSwitch,
        Ours::OrderValue => RefusalCode::OrderValue,
        Ours::OrdersPerDay => RefusalCode::OrdersPerDay,
        Ours::OrdersPerRun => RefusalCode::OrdersPerRun,
        // Both say that only sells are taken: a guest that goes on selling after one is right to do so after the other.
        Ours::DailyLoss | Ours::ReduceOnly => RefusalCode::DailyLoss,
        Ours::PositionSize => RefusalCode::PositionSize,
        Ours::PositionCount => RefusalCode::PositionCount,
        Ours::PriceBand => RefusalCode::PriceBand,
        Ours::TickSize => RefusalCode::TickSize,
        Ours::FreezeQuantity => RefusalCode::FreezeQuantity,
        Ours::Quantity => RefusalCode::Quantity,
        Ours::Symbol | Ours::SymbolHalted | Ours::MarketUnavailable => RefusalCode::Symbol,
        Ours::Duplicate => RefusalCode::Duplicate,
        Ours::Holdings => RefusalCode::Holdings,
        Ours::Funds => RefusalCode::Funds,
        Ours::MarketOrdersFrozen => RefusalCode::MarketOrdersFrozen,
        Ours::SessionClosed => RefusalCode::SessionClosed,
        Ours::Unsettled => RefusalCode::Unsettled,
        Ours::UnknownOrder => RefusalCode::UnknownOrder,
        Ours::State | Ours::Request => RefusalCode::State,
        Ours::Broker => RefusalCode::Broker,
    }
}

pub(crate) fn strategy(strategy: &settings::Strategy) -> config::Strategy {
    config::Strategy {
        rsi_period: strategy.rsi_period,
        rsi_oversold: strategy.rsi_oversold,
        rsi_extreme_oversold: strategy.rsi_extreme_oversold,
        rsi_near_oversold: strategy.rsi_near_oversold,
        rsi_exit: strategy.rsi_exit,
        user_capital: strategy.user_capital.0,
        max_order_value: strategy.max_order_value.0,
        max_portfolio_size: strategy.max_portfolio_size,
        max_position_volume_ratio: strategy.max_position_volume_ratio,
        min_absolute_avg_volume: strategy.min_absolute_avg_volume,
        chart_quality_enabled: strategy.chart_quality_enabled,
        chart_quality_min_score: strategy.chart_quality_min_score,
        chart_quality_max_gap_frequency: strategy.chart_quality_max_gap_frequency,
        chart_quality_min_daily_range_pct: strategy.chart_quality_min_daily_range_pct,
        chart_quality_max_extreme_candle_frequency: strategy.chart_quality_max_extreme_candle_frequency,
        min_combined_score: strategy.min_combined_score,
        enable_premarket_adjustment: strategy.enable_premarket_adjustment,
        marketable_limit_buffer_pct: strategy.marketable_limit_buffer_pct,
        premarket_cancel_ema9_ratio: strategy.premarket_cancel_ema9_ratio,
    }
}

pub(crate) fn selection(strategy: &settings::Strategy) -> selection::Choice {
    let gate = selection::PastGate {
        win_rate: strategy.past_gate_min_win_rate_pct,
        average_profit: strategy.past_gate_min_average_profit_pct,
        score: strategy.past_gate_min_score,
        combined: strategy.min_combined_score,
    };
    selection::Choice {
        past_gate: strategy.past_gate.then_some(gate),
        by_priority: strategy.rank_by_priority,
    }
}

pub(crate) fn evidence(evidence: &[decision::Evidence]) -> Vec<(String, String)> {
    evidence
        .iter()
        .map(|item| (one_line(&item.name).into_owned(), one_line(&item.value).into_owned()))
        .collect()
}
