use super::*;
use crate::ids::{OrderId, RunId, SignalId, UserId};
use crate::orders::{
    Fill, JournalEntry, Order, OrderEvent, OrderKind, OrderRequest, Product, Purpose, Side, Variety,
};
use crate::time::Timestamp;

mod reduce_only;
mod strategies;

/// A user with a million rupees, TCS at Rs 1,000, continuous trading.
struct Scene {
    book: Book,
    limits: RiskLimits,
    instrument: Option<Instrument>,
    last_price: Option<Paise>,
    phase: Phase,
    after_market_open: bool,
    halted: Halted<'static>,
    shut: Option<&'static str>,
    market_down: Option<&'static str>,
    signal_stands: bool,
    strategy: StrategyName,
}

fn day() -> Day {
    "2025-01-02".parse().unwrap()
}

fn at() -> Timestamp {
    Timestamp::from_ist(day(), "10:00:00".parse().unwrap())
}

fn limit(rupees: i64) -> OrderKind {
    OrderKind::Limit(Paise::rupees(rupees))
}

fn request(side: Side, symbol: &str, quantity: u32, kind: OrderKind) -> OrderRequest {
    OrderRequest {
        symbol: symbol.parse().unwrap(),
        side,
        quantity,
        kind,
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose: match side {
            Side::Buy => Purpose::Entry,
            Side::Sell => Purpose::Exit("target".to_owned()),
        },
        signal: None,
        rsi: None,
        retry_of: None,
    }
}

fn buy(quantity: u32) -> OrderRequest {
    request(Side::Buy, "TCS", quantity, limit(1_000))
}

fn sell(quantity: u32) -> OrderRequest {
    request(Side::Sell, "TCS", quantity, limit(1_000))
}

impl Scene {
    fn new() -> Self {
        let instrument = Instrument {
            symbol: "TCS".parse().unwrap(),
            series: "EQ".into(),
            tick: Paise(5),
            lot: 1,
            freeze_quantity: 100_000,
            band_low: Paise::rupees(800),
            band_high: Paise::rupees(1_200),
            closing_auction: false,
        };
        Self {
            book: Book::open(UserId(1), Paise::rupees(1_000_000)),
            limits: RiskLimits::default(),
            instrument: Some(instrument),
            last_price: Some(Paise::rupees(1_000)),
            phase: Phase::Continuous,
            after_market_open: false,
            halted: Halted::default(),
            shut: None,
            market_down: None,
            signal_stands: true,
            strategy: StrategyName::REBOUND,
        }
    }

    fn tell(&mut self, order: OrderId, event: OrderEvent) {
        let entry = JournalEntry { sequence: self.book.next_sequence(), order, at: at(), event };
        self.book.apply(&entry).unwrap();
    }

    /// An order that stands at the broker.
    fn open(&mut self, request: OrderRequest) -> OrderId {
        let id = self.book.next_order_id(day());
        self.tell(
            id,
            OrderEvent::Intended {
                request,
                run: RunId(1),
                first_placed_at: at(),
                strategy: self.strategy,
                tag: None,
            },
        );
        self.tell(id, OrderEvent::Accepted { broker_id: format!("B{id}") });
        id
    }

    fn trade(&mut self, request: OrderRequest, rupees: i64) {
        let quantity = request.quantity;
        let id = self.open(request);
        let fill = Fill { key: id.to_string(), quantity, price: Paise::rupees(rupees), at: at() };
        self.tell(id, OrderEvent::Filled(fill));
    }

    fn with<T>(&self, ask: impl Fn(&RiskView<'_>) -> T) -> T {
        let price = |_: &_| self.last_price;
        ask(&RiskView {
            limits: &self.limits,
            book: &self.book,
            strategy: self.strategy,
            day: day(),
            instrument: self.instrument.as_ref(),
            last_price: self.last_price,
            reserved: self.book.reserved(&price),
            phase: self.phase,
            after_market_open: self.after_market_open,
            halted: self.halted,
            shut: self.shut,
            market_down: self.market_down,
            signal_stands: self.signal_stands,
        })
    }

    fn check(&self, request: &OrderRequest) -> Option<RefusalCode> {
        self.with(|view| check(request, view).err().map(|refusal| refusal.code))
    }

    fn change(&self, order: OrderId, quantity: u32, kind: OrderKind) -> Option<RefusalCode> {
        let order: Order = self.book.order(&order).unwrap().clone();
        let changed = OrderRequest { quantity, kind, ..order.request.clone() };
        self.with(|view| check_change(&order, &changed, view).err().map(|refusal| refusal.code))
    }
}

#[test]
fn an_ordinary_order_passes() {
    let mut scene = Scene::new();
    assert_eq!(scene.check(&buy(100)), None);
    scene.trade(buy(100), 1_000);
    assert_eq!(scene.check(&sell(100)), None);
}

#[test]
fn a_share_that_has_no_price_is_neither_bought_nor_sold_nor_changed() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    let open = scene.open(sell(10));
    scene.shut = Some("TCS is demerged on 2025-01-02");
    assert_eq!(scene.check(&buy(1)), Some(RefusalCode::SessionClosed));
    assert_eq!(scene.check(&sell(1)), Some(RefusalCode::SessionClosed));
    assert_eq!(scene.change(open, 5, limit(1_000)), Some(RefusalCode::SessionClosed));
    let after_market = OrderRequest { variety: Variety::AfterMarket, ..sell(1) };
    scene.after_market_open = true;
    assert_eq!(scene.check(&after_market), Some(RefusalCode::SessionClosed));
}

#[test]
fn the_kill_switch_stops_buys_sells_and_changes() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    let open = scene.open(sell(10));
    scene.limits.kill_switch = true;
    assert_eq!(scene.check(&buy(1)), Some(RefusalCode::KillSwitch));
    assert_eq!(scene.check(&sell(1)), Some(RefusalCode::KillSwitch));
    assert_eq!(scene.change(open, 5, limit(1_000)), Some(RefusalCode::KillSwitch));
}

#[test]
fn a_halt_of_the_user_or_of_the_symbol_refuses_buys_sells_and_changes_with_a_code_of_its_own() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    let open = scene.open(sell(10));
    let user = Halted { user: Some("the journal does not fold"), symbol: None };
    let symbol = Halted { user: None, symbol: Some("the open is outside the band") };
    for (halted, code) in [(user, RefusalCode::UserHalted), (symbol, RefusalCode::SymbolHalted)] {
        scene.halted = halted;
        assert_eq!(scene.check(&buy(1)), Some(code));
        assert_eq!(scene.check(&sell(1)), Some(code));
        assert_eq!(scene.change(open, 5, limit(1_000)), Some(code));
    }
}

#[test]
fn a_market_that_is_down_refuses_a_buy_for_that_reason_and_no_sell() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    let open = scene.open(sell(10));
    (scene.instrument, scene.last_price) = (None, None);
    scene.market_down = Some("the line is cut");
    assert_eq!(scene.check(&buy(1)), Some(RefusalCode::MarketUnavailable));
    assert_eq!(scene.change(open, 20, limit(990)), None);
    let market = OrderRequest { kind: OrderKind::Market, ..request(Side::Sell, "TCS", 90, limit(1)) };
    let other = Scene { market_down: Some("the line is cut"), instrument: None, ..Scene::new() };
    assert_eq!(other.check(&sell(1)), Some(RefusalCode::Holdings), "only what is held can be left");
    scene.tell(open, OrderEvent::Cancelled { reason: "test".into() });
    assert_eq!(scene.check(&market), None);
    assert_eq!(scene.check(&sell(101)), Some(RefusalCode::Holdings));
}

#[test]
fn limits_on_symbols_say_what_may_be_bought_and_not_what_may_be_left() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    let open = scene.open(sell(10));
    scene.limits.allowed_symbols = Some(Default::default());
    assert_eq!(scene.check(&buy(1)), Some(RefusalCode::Symbol));
    assert_eq!(scene.change(open, 90, limit(990)), None);
    scene.tell(open, OrderEvent::Cancelled { reason: "test".into() });
    assert_eq!(scene.check(&sell(100)), None);
}

#[test]
fn no_limit_on_buying_refuses_a_sell_of_what_is_held() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    let none = Paise::ZERO;
    scene.limits = RiskLimits {
        max_order_value: none,
        max_buys_per_day: 0,
        max_daily_loss: none,
        max_position_value: none,
        max_positions: 0,
        allowed_symbols: Some(Default::default()),
        ..RiskLimits::default()
    };
    assert!(scene.check(&buy(1)).is_some());
    assert_eq!(scene.check(&sell(100)), None);
}

#[test]
fn a_request_has_to_fit_itself() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    let of = |side, purpose| OrderRequest { purpose, ..request(side, "TCS", 1, limit(1_000)) };
    let rung = |level, cycle| of(Side::Buy, Purpose::Reentry { level, cycle });
    let with_rsi = |rsi| OrderRequest { rsi: Some(rsi), ..buy(1) };
    for fits in [rung(30, 1), rung(10, u32::MAX), with_rsi(0.0), with_rsi(100.0)] {
        assert_eq!(scene.check(&fits), None, "{fits:?}");
    }
    let refused = [
        of(Side::Sell, Purpose::Entry),
        of(Side::Sell, Purpose::Reentry { level: 30, cycle: 1 }),
        of(Side::Buy, Purpose::Exit("target".into())),
        of(Side::Buy, Purpose::External),
        of(Side::Sell, Purpose::External),
        of(Side::Sell, Purpose::Exit("x".repeat(121))),
        rung(0, 1),
        rung(25, 1),
        rung(30, 0),
        with_rsi(-0.1),
        with_rsi(100.1),
        with_rsi(f64::NAN),
        with_rsi(f64::INFINITY),
    ];
    for request in refused {
        assert_eq!(scene.check(&request), Some(RefusalCode::Request), "{request:?}");
    }
    for (price, code) in
        [(0, RefusalCode::PriceBand), (-5, RefusalCode::PriceBand), (i64::MAX, RefusalCode::OrderValue)]
    {
        let kind = OrderKind::Limit(Paise(price));
        let (bought, sold) = (OrderRequest { kind, ..buy(2) }, OrderRequest { kind, ..sell(2) });
        scene.instrument.as_mut().unwrap().band_high = Paise(i64::MAX);
        assert_eq!((scene.check(&bought), scene.check(&sold)), (Some(code), Some(code)), "{price}");
    }
}

#[test]
fn a_signal_has_to_stand_for_the_user_or_be_one_of_an_earlier_order() {
    let mut scene = Scene::new();
    let on = |signal| OrderRequest { signal: Some(SignalId(signal)), ..buy(10) };
    scene.trade(on(7), 1_000);
    scene.signal_stands = false;
    assert_eq!(scene.check(&on(7)), None);
    assert_eq!(scene.check(&on(8)), Some(RefusalCode::Request));
}

#[test]
fn only_a_rejected_order_of_the_same_symbol_and_side_is_tried_again() {
    let mut scene = Scene::new();
    let active = scene.open(request(Side::Buy, "INFY", 1, limit(1_000)));
    let mut keep = |symbol: &str| {
        let id = scene.book.next_order_id(day());
        let request = request(Side::Buy, symbol, 1, limit(1_000));
        scene.tell(
            id,
            OrderEvent::Intended {
                request,
                run: RunId(1),
                first_placed_at: at(),
                strategy: StrategyName::REBOUND,
                tag: None,
            },
        );
        scene.tell(id, OrderEvent::refused("no money", true));
        id
    };
    let (waits, other, given_up) = (keep("TCS"), keep("SBIN"), keep("TCS"));
    scene.tell(given_up, OrderEvent::RetryGivenUp { reason: "enough".into() });
    scene.trade(request(Side::Buy, "WIPRO", 1, limit(1_000)), 1_000);
    let filled = scene.book.orders().last().unwrap().id;
    let retry = |of: OrderId| OrderRequest { retry_of: Some(of), ..buy(1) };
    assert_eq!(scene.check(&retry(waits)), None);
    let unknown = OrderId { number: 777, ..waits };
    let foreign = OrderId { user: UserId(3), ..waits };
    for (id, code) in [
        (unknown, RefusalCode::UnknownOrder),
        (foreign, RefusalCode::UnknownOrder),
        (active, RefusalCode::State),
        (filled, RefusalCode::State),
        (given_up, RefusalCode::State),
        (other, RefusalCode::Request),
    ] {
        assert_eq!(scene.check(&retry(id)), Some(code), "{id}");
    }
}

#[test]
fn what_is_sent_again_is_asked_what_a_new_order_is_but_not_counted_twice() {
    let mut scene = Scene::new();
    scene.limits.max_buys_per_day = 1;
    let id = scene.book.next_order_id(day());
    scene.tell(
        id,
        OrderEvent::Intended {
            request: buy(10),
            run: RunId(1),
            first_placed_at: at(),
            strategy: StrategyName::REBOUND,
            tag: None,
        },
    );
    let order = scene.book.order(&id).unwrap().clone();
    let ask = |scene: &Scene| scene.with(|view| check_resend(&order, view).err().map(|refusal| refusal.code));
    assert_eq!(ask(&scene), None);
    scene.phase = Phase::Closed;
    assert_eq!(ask(&scene), Some(RefusalCode::SessionClosed));
    scene.halted.symbol = Some("the open is outside the band");
    assert_eq!(ask(&scene), Some(RefusalCode::SymbolHalted));
    scene.limits.kill_switch = true;
    assert_eq!(ask(&scene), Some(RefusalCode::KillSwitch));
}

#[test]
fn an_unknown_outcome_blocks_its_symbol_and_side_and_nothing_else() {
    let mut scene = Scene::new();
    scene.trade(buy(10), 1_000);
    let id = scene.book.next_order_id(day());
    scene.tell(
        id,
        OrderEvent::Intended {
            request: buy(1),
            run: RunId(1),
            first_placed_at: at(),
            strategy: StrategyName::REBOUND,
            tag: None,
        },
    );
    scene.tell(id, OrderEvent::OutcomeUnknown { reason: "timed out".into() });
    let refusal = scene.with(|view| check(&buy(1), view)).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Unsettled);
    let sentence =
        format!("the outcome of order {id} is not known, and nothing more of TCS is bought before it is");
    assert_eq!(refusal.detail, sentence);
    assert_eq!(scene.check(&request(Side::Buy, "INFY", 1, limit(1_000))), None);
    assert_eq!(scene.check(&sell(1)), None);
    scene.tell(id, OrderEvent::Cancelled { reason: "it never arrived".into() });
    assert_eq!(scene.check(&buy(1)), None);
}

#[test]
fn only_listed_and_allowed_symbols_pass() {
    let mut scene = Scene::new();
    scene.limits.allowed_symbols = Some(["INFY".parse().unwrap()].into());
    assert_eq!(scene.check(&buy(1)), Some(RefusalCode::Symbol));
    scene.limits.allowed_symbols = Some(["TCS".parse().unwrap()].into());
    assert_eq!(scene.check(&buy(1)), None);
    scene.instrument = None;
    assert_eq!(scene.check(&buy(1)), Some(RefusalCode::Symbol));
}

#[test]
fn quantities_follow_lot_and_freeze_quantity() {
    let mut scene = Scene::new();
    assert_eq!(scene.check(&buy(0)), Some(RefusalCode::Quantity));
    scene.instrument.as_mut().unwrap().lot = 25;
    assert_eq!(scene.check(&buy(30)), Some(RefusalCode::Quantity));
    assert_eq!(scene.check(&buy(50)), None);
    scene.instrument.as_mut().unwrap().freeze_quantity = 25;
    assert_eq!(scene.check(&buy(50)), Some(RefusalCode::FreezeQuantity));
    scene.instrument.as_mut().unwrap().lot = 0;
    assert_eq!(scene.check(&buy(7)), None, "a master without a lot does not divide by zero");
}

#[test]
fn prices_follow_band_and_tick() {
    let scene = Scene::new();
    let at = |paise| scene.check(&OrderRequest { kind: OrderKind::Limit(Paise(paise)), ..buy(1) });
    assert_eq!(at(79_995), Some(RefusalCode::PriceBand));
    assert_eq!(at(120_005), Some(RefusalCode::PriceBand));
    assert_eq!(at(100_003), Some(RefusalCode::TickSize));
    assert_eq!((at(80_000), at(120_000)), (None, None));
}

#[test]
fn each_phase_takes_the_orders_it_takes() {
    let mut scene = Scene::new();
    let market = OrderRequest { kind: OrderKind::Market, ..buy(1) };
    let closed = Some(RefusalCode::SessionClosed);
    let frozen = Some(RefusalCode::MarketOrdersFrozen);
    for (phase, limit_order, market_order) in [
        (Phase::Closed, closed, closed),
        (Phase::PreOpen, None, None),
        (Phase::PreOpenLimitOnly, None, frozen),
        (Phase::PreOpenMatching, closed, closed),
        (Phase::Continuous, None, None),
        (Phase::ClosingReference, closed, closed),
        (Phase::ClosingAuction, None, None),
        (Phase::ClosingAuctionLimitOnly, None, frozen),
        (Phase::ClosingMatching, closed, closed),
        (Phase::PostClose, closed, None),
    ] {
        scene.phase = phase;
        assert_eq!((scene.check(&buy(1)), scene.check(&market)), (limit_order, market_order), "{phase:?}");
    }
}

#[test]
fn after_market_orders_have_their_own_hours() {
    let mut scene = Scene::new();
    let order = OrderRequest { variety: Variety::AfterMarket, ..buy(1) };
    assert_eq!(scene.check(&order), Some(RefusalCode::SessionClosed));
    (scene.phase, scene.after_market_open) = (Phase::Closed, true);
    assert_eq!(scene.check(&order), None);
}

#[test]
fn a_second_order_on_the_same_side_of_a_symbol_is_a_duplicate() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    scene.open(buy(1));
    assert_eq!(scene.check(&buy(1)), Some(RefusalCode::Duplicate));
    assert_eq!(scene.check(&sell(1)), None);
}

#[test]
fn a_buy_above_the_order_value_is_refused_and_a_sell_is_not() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    scene.limits.max_order_value = Paise::rupees(50_000);
    assert_eq!(scene.check(&buy(50)), None);
    assert_eq!(scene.check(&buy(51)), Some(RefusalCode::OrderValue));
    assert_eq!(scene.check(&sell(100)), None);
}

#[test]
fn the_orders_of_a_day_are_counted_per_side() {
    let mut scene = Scene::new();
    (scene.limits.max_buys_per_day, scene.limits.max_sells_per_day) = (1, 1);
    scene.trade(buy(10), 1_000);
    assert_eq!(scene.check(&buy(1)), Some(RefusalCode::OrdersPerDay));
    assert_eq!(scene.check(&sell(5)), None);
    // What others sold in the account is none of ours.
    scene.trade(OrderRequest { purpose: Purpose::External, ..sell(1) }, 1_000);
    assert_eq!(scene.check(&sell(4)), None);
    scene.trade(sell(4), 1_000);
    assert_eq!(scene.check(&sell(5)), Some(RefusalCode::OrdersPerDay));
}

#[test]
fn after_the_daily_loss_only_sells_pass() {
    let mut scene = Scene::new();
    scene.limits.max_daily_loss = Paise::rupees(1_000);
    scene.trade(buy(100), 1_000);
    assert_eq!(scene.check(&buy(1)), None, "charges alone are not a thousand rupees");
    scene.trade(sell(50), 981);
    assert_eq!(
        scene.check(&buy(1)),
        Some(RefusalCode::DailyLoss),
        "950 lost, the charges make it a thousand"
    );
    assert_eq!(scene.check(&sell(50)), None);
}

#[test]
fn the_number_of_symbols_is_limited_but_not_more_of_a_held_one() {
    let mut scene = Scene::new();
    scene.limits.max_positions = 2;
    scene.trade(buy(10), 1_000);
    scene.open(request(Side::Buy, "INFY", 1, limit(1_000)));
    assert_eq!(scene.check(&request(Side::Buy, "SBIN", 1, limit(1_000))), Some(RefusalCode::PositionCount));
    assert_eq!(scene.check(&buy(1)), None);
    assert_eq!(scene.check(&sell(10)), None);
}

#[test]
fn the_size_of_a_position_is_limited_at_cost() {
    let mut scene = Scene::new();
    scene.limits.max_position_value = Paise::rupees(150_000);
    scene.trade(buy(100), 1_000);
    assert_eq!(scene.check(&buy(50)), None);
    assert_eq!(scene.check(&buy(51)), Some(RefusalCode::PositionSize));
    assert_eq!(scene.check(&sell(100)), None);
}

#[test]
fn no_more_is_sold_than_is_held() {
    let mut scene = Scene::new();
    assert_eq!(scene.check(&sell(1)), Some(RefusalCode::Holdings));
    scene.trade(buy(100), 1_000);
    assert_eq!(scene.check(&sell(101)), Some(RefusalCode::Holdings));
    let open = scene.open(sell(60));
    assert_eq!(scene.change(open, 100, limit(1_000)), None, "its own shares are free for it");
    assert_eq!(scene.change(open, 101, limit(1_000)), Some(RefusalCode::Holdings));
}

#[test]
fn a_buy_needs_its_value_and_charges_in_cash_not_reserved() {
    let mut scene = Scene::new();
    scene.limits.max_order_value = Paise::rupees(10_000_000);
    scene.limits.max_position_value = Paise::rupees(10_000_000);
    // The charges of a buy are about 0.12% of its value.
    assert_eq!(scene.check(&buy(998)), None);
    assert_eq!(scene.check(&buy(999)), Some(RefusalCode::Funds));
    let open = scene.open(request(Side::Buy, "INFY", 500, limit(1_000)));
    assert_eq!(scene.check(&buy(499)), Some(RefusalCode::Funds));
    assert_eq!(scene.check(&buy(498)), None);
    assert_eq!(scene.change(open, 998, limit(1_000)), None, "what it holds back is free for it");
    assert_eq!(scene.change(open, 999, limit(1_000)), Some(RefusalCode::Funds));
}

#[test]
fn a_market_buy_without_a_price_is_refused() {
    let mut scene = Scene::new();
    scene.last_price = None;
    assert_eq!(scene.check(&OrderRequest { kind: OrderKind::Market, ..buy(1) }), Some(RefusalCode::Symbol));
}

#[test]
fn a_change_that_asks_for_no_more_money_passes_at_every_limit_on_money() {
    let mut scene = Scene::new();
    let open = scene.open(buy(100));
    scene.limits.max_daily_loss = Paise::ZERO;
    assert_eq!(scene.change(open, 99, limit(1_000)), None);
    assert_eq!(scene.change(open, 100, limit(900)), None);
    assert_eq!(scene.change(open, 101, limit(1_000)), Some(RefusalCode::DailyLoss));
}

#[test]
fn a_standing_market_order_is_frozen_with_the_market_orders() {
    let mut scene = Scene::new();
    let open =
        scene.open(OrderRequest { kind: OrderKind::Market, variety: Variety::AfterMarket, ..buy(100) });
    scene.phase = Phase::PreOpenLimitOnly;
    assert_eq!(scene.change(open, 100, limit(1_000)), Some(RefusalCode::MarketOrdersFrozen));
    (scene.phase, scene.after_market_open) = (Phase::Closed, true);
    assert_eq!(scene.change(open, 100, limit(1_000)), None);
}

#[test]
fn only_quantity_and_kind_of_an_order_at_the_broker_can_change() {
    let mut scene = Scene::new();
    let id = scene.open(buy(100));
    let order = scene.book.order(&id).unwrap().clone();
    let refused = |order: &Order, changed: &OrderRequest| {
        scene.with(|view| check_change(order, changed, view).err().map(|refusal| refusal.code))
    };
    assert_eq!(refused(&order, &sell(100)), Some(RefusalCode::State));
    let ended = Order { state: crate::orders::OrderState::Filled, ..order.clone() };
    assert_eq!(refused(&ended, &buy(90)), Some(RefusalCode::State));
    let filled = Order { filled: 50, ..order };
    assert_eq!(refused(&filled, &buy(49)), Some(RefusalCode::Quantity));
}

#[test]
fn negative_limits_are_refused_and_missing_ones_have_defaults() {
    assert_eq!(serde_json::from_str::<RiskLimits>("{}").unwrap(), RiskLimits::default());
    assert_eq!(RiskLimits::default().validate(), Ok(()));
    let limits = RiskLimits { max_daily_loss: Paise(-1), ..RiskLimits::default() };
    let sentence = "max_daily_loss_paise is -1, but must be from 0 to 100000000000";
    assert_eq!(limits.validate().unwrap_err().to_string(), sentence);
}
