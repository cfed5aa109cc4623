//! The paper broker on a made-up market, over several days, as a simulation drives it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of a test")]

use std::sync::Arc;

use prahari_brokers::paper::MemoryPaperStore;
use prahari_brokers::{
    BarMarket, BrokerEvent, BrokerEventKind, Interval, MarketData, PaperBroker, PaperSettings,
    SyntheticMarket,
};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::{OrderId, RunId, UserId};
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::orders::{
    Fill, Order, OrderKind, OrderRequest, OrderState, Product, Purpose, Side, Variety,
};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::{Day, Timestamp};

const USER: UserId = UserId(1);

fn at(day: &str, time: &str) -> Timestamp {
    Timestamp::from_ist(day.parse().unwrap(), time.parse().unwrap())
}

fn market() -> Arc<BarMarket> {
    let calendar = CalendarHandle::embedded().unwrap();
    let day = |text: &str| text.parse::<Day>().unwrap();
    Arc::new(SyntheticMarket::new(5, calendar, day("2024-01-01"), day("2025-12-31")).unwrap())
}

async fn broker(market: &Arc<BarMarket>) -> PaperBroker {
    let calendar = CalendarHandle::embedded().unwrap();
    let store = Arc::new(MemoryPaperStore::default());
    let broker = PaperBroker::new(PaperSettings::default(), market.clone(), calendar, store).unwrap();
    broker.open_account(USER, Paise::rupees(1_000_000)).await.unwrap();
    broker
}

async fn bar(market: &BarMarket, symbol: &Symbol, day: &str) -> Candle {
    let candles = market.candles(symbol, Interval::Daily, 1, false, at(day, "16:00:00")).await.unwrap();
    *candles.last().unwrap()
}

fn order(day: &str, number: u32, symbol: &Symbol, side: Side, kind: OrderKind, variety: Variety) -> Order {
    let request = OrderRequest {
        symbol: symbol.clone(),
        side,
        quantity: 20,
        kind,
        variety,
        product: Product::Delivery,
        purpose: Purpose::Entry,
        signal: None,
        rsi: None,
        retry_of: None,
    };
    Order {
        id: OrderId { user: USER, day: day.parse().unwrap(), number },
        tag: None,
        request,
        run: RunId(1),
        strategy: StrategyName::REBOUND,
        state: OrderState::Sent,
        broker_id: None,
        filled: 0,
        fill_value: Paise::ZERO,
        fill_keys: Vec::new(),
        terms: Default::default(),
        reason: String::new(),
        retryable: false,
        first_placed_at: Timestamp(0),
        placed_at: Timestamp(0),
        updated_at: Timestamp(0),
    }
}

fn fill(event: &BrokerEvent) -> Option<&Fill> {
    match &event.kind {
        BrokerEventKind::Filled(fill) => Some(fill),
        _ => None,
    }
}

/// Buys after the market on Thursday, sells at Friday's high; gives everything that happened.
async fn trade(market: &Arc<BarMarket>, symbol: &Symbol, every: i64) -> Vec<BrokerEvent> {
    let broker = broker(market).await;
    let high = OrderKind::Limit(bar(market, symbol, "2025-01-03").await.high);
    let buy = order("2025-01-02", 1, symbol, Side::Buy, OrderKind::Market, Variety::AfterMarket);
    broker.place(USER, &buy, at("2025-01-02", "16:05:00")).await.unwrap();
    let mut events = broker.advance(USER, at("2025-01-03", "09:08:00")).await.unwrap();
    let sell = order("2025-01-03", 1, symbol, Side::Sell, high, Variety::Regular);
    broker.place(USER, &sell, at("2025-01-03", "09:15:00")).await.unwrap();
    for minute in (0..=375).step_by(usize::try_from(every).unwrap()) {
        events.extend(broker.advance(USER, at("2025-01-03", "09:15:00").plus_minutes(minute)).await.unwrap());
    }
    events
}

#[tokio::test]
async fn an_after_market_order_pays_the_open_and_a_sell_at_the_high_is_reached() {
    let market = market();
    for symbol in market.universe().await.unwrap().iter() {
        let today = bar(&market, symbol, "2025-01-03").await;
        if today.high == today.open {
            continue;
        }
        let events = trade(&market, symbol, 1).await;
        let fills: Vec<&Fill> = events.iter().filter_map(fill).collect();
        assert_eq!((fills[0].price, fills[0].at), (today.open, at("2025-01-03", "09:08:00")), "{symbol}");
        assert_eq!((fills[1].price, fills.len()), (today.high, 2), "{symbol}");
        assert!(fills[1].at >= at("2025-01-03", "09:15:00"));
    }
}

#[tokio::test]
async fn the_same_happens_however_often_the_clock_ticks() {
    let symbol = Symbol::new("ADRIVON").unwrap();
    let each_minute = trade(&market(), &symbol, 1).await;
    assert_eq!(trade(&market(), &symbol, 15).await, each_minute);
    assert_eq!(trade(&market(), &symbol, 375).await, each_minute);
}
