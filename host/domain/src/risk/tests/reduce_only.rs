//! Reduce-only: what lowers a position passes, and no sequence of what passes raises one.

use proptest::prelude::*;

use super::*;
use crate::instruments::Symbol;

const SYMBOLS: [&str; 3] = ["INFY", "M&M", "TCS"];
const STRATEGIES: [StrategyName; 2] = [StrategyName::literal("momentum"), StrategyName::REBOUND];

fn restrain(scene: &mut Scene) {
    scene.limits.reduce_only = Some("results are due".to_owned());
}

#[test]
fn a_buy_is_refused_with_a_code_of_its_own_and_a_sentence_that_says_why() {
    let mut scene = Scene::new();
    restrain(&mut scene);
    let refusal = scene.with(|view| check(&buy(1), view)).unwrap_err();
    assert_eq!((refusal.code, refusal.code.name()), (RefusalCode::ReduceOnly, "reduce_only"));
    let sentence = "the trading state is reduce-only: of TCS only sells of what is held, fewer shares of an open buy and \
                    cancellations are accepted: results are due";
    assert_eq!(refusal.detail, sentence);
}

#[test]
fn a_sell_of_what_is_held_and_not_yet_offered_passes_and_no_share_more() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    let open = scene.open(sell(60));
    restrain(&mut scene);
    assert_eq!(scene.change(open, 100, limit(990)), None, "its own shares are free for it");
    assert_eq!(scene.change(open, 101, limit(1_000)), Some(RefusalCode::Holdings));
    scene.tell(open, OrderEvent::Cancelled { reason: "test".into() });
    assert_eq!(scene.check(&sell(100)), None);
    assert_eq!(scene.check(&sell(101)), Some(RefusalCode::Holdings));
    assert_eq!(scene.check(&request(Side::Sell, "INFY", 1, limit(1_000))), Some(RefusalCode::Holdings));
    scene.strategy = StrategyName::literal("momentum");
    assert_eq!(scene.check(&sell(1)), Some(RefusalCode::Holdings), "another strategy holds them");
}

#[test]
fn of_an_open_buy_only_fewer_shares_at_no_higher_a_price_pass() {
    let mut scene = Scene::new();
    let open = scene.open(buy(100));
    let market =
        scene.open(OrderRequest { kind: OrderKind::Market, ..request(Side::Buy, "INFY", 100, limit(1)) });
    restrain(&mut scene);
    for (quantity, kind) in [(99, limit(1_000)), (50, limit(900))] {
        assert_eq!(scene.change(open, quantity, kind), None, "{quantity} {kind:?}");
    }
    let refused = Some(RefusalCode::ReduceOnly);
    for (quantity, kind) in [
        (101, limit(1_000)),
        (101, limit(900)),
        (100, limit(1_001)),
        (100, limit(900)),
        (99, limit(1_001)),
        (99, OrderKind::Market),
    ] {
        assert_eq!(scene.change(open, quantity, kind), refused, "{quantity} {kind:?}");
    }
    assert_eq!(scene.change(market, 99, OrderKind::Market), None);
    assert_eq!(scene.change(market, 101, OrderKind::Market), refused);
    assert_eq!(scene.change(market, 99, limit(1_200)), refused);
}

#[test]
fn a_buy_that_never_arrived_is_not_sent_again_and_a_sell_is() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    let mut intended = |request: OrderRequest| {
        let id = scene.book.next_order_id(day());
        let (run, strategy) = (RunId(1), StrategyName::REBOUND);
        scene.tell(id, OrderEvent::Intended { request, run, first_placed_at: at(), strategy, tag: None });
        scene.book.order(&id).unwrap().clone()
    };
    let (bought, sold) = (intended(request(Side::Buy, "INFY", 10, limit(1_000))), intended(sell(100)));
    restrain(&mut scene);
    let ask = |order: &Order| scene.with(|view| check_resend(order, view).err().map(|refusal| refusal.code));
    assert_eq!((ask(&bought), ask(&sold)), (Some(RefusalCode::ReduceOnly), None));
}

#[test]
fn the_kill_switch_and_halts_stop_what_reduce_only_lets_through() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    restrain(&mut scene);
    scene.halted.user = Some("the journal does not fold");
    assert_eq!(scene.check(&sell(1)), Some(RefusalCode::UserHalted));
    scene.limits.kill_switch = true;
    assert_eq!(
        (scene.check(&sell(1)), scene.check(&buy(1))),
        (Some(RefusalCode::KillSwitch), Some(RefusalCode::KillSwitch))
    );
}

/// Something that is asked, or that the broker reports.
#[derive(Debug, Clone)]
enum Step {
    Place { buys: bool, symbol: usize, quantity: u32, kind: OrderKind, strategy: usize },
    Change { order: usize, quantity: u32, kind: OrderKind },
    Fill { order: usize, quantity: u32 },
    Cancel { order: usize },
}

fn kind() -> impl Strategy<Value = OrderKind> {
    prop_oneof![4 => (900..1_100_i64).prop_map(limit), 1 => Just(OrderKind::Market)]
}

fn step() -> impl Strategy<Value = Step> {
    let place = (any::<bool>(), 0..3_usize, 1..40_u32, kind(), 0..2_usize).prop_map(
        |(buys, symbol, quantity, kind, strategy)| Step::Place { buys, symbol, quantity, kind, strategy },
    );
    let change = (0..8_usize, 1..60_u32, kind()).prop_map(|(order, quantity, kind)| Step::Change {
        order,
        quantity,
        kind,
    });
    let fill = (0..8_usize, 1..40_u32).prop_map(|(order, quantity)| Step::Fill { order, quantity });
    prop_oneof![5 => place, 3 => change, 5 => fill, 1 => (0..8_usize).prop_map(|order| Step::Cancel { order })]
}

impl Scene {
    fn active(&self, nth: usize) -> Option<Order> {
        self.book.active_orders().nth(nth).cloned()
    }

    /// What the gate lets through is sent, taken by the broker, and filled when a step says so.
    fn take(&mut self, step: &Step) {
        match *step {
            Step::Place { buys, symbol, quantity, kind, strategy } => {
                self.strategy = STRATEGIES[strategy];
                let side = if buys { Side::Buy } else { Side::Sell };
                let request = request(side, SYMBOLS[symbol], quantity, kind);
                if self.check(&request).is_none() {
                    self.open(request);
                }
            }
            Step::Change { order, quantity, kind } => {
                let Some(order) = self.active(order) else { return };
                self.strategy = order.strategy;
                let differs = (order.request.quantity, order.request.kind) != (quantity, kind);
                if differs && self.change(order.id, quantity, kind).is_none() {
                    self.tell(order.id, OrderEvent::Changed { quantity, kind });
                }
            }
            Step::Fill { order, quantity } => {
                let Some(order) = self.active(order) else { return };
                let key = self.book.next_sequence().to_string();
                let quantity = quantity.min(order.remaining());
                self.tell(
                    order.id,
                    OrderEvent::Filled(Fill { key, quantity, price: Paise::rupees(1_000), at: at() }),
                );
            }
            Step::Cancel { order } => {
                let Some(order) = self.active(order) else { return };
                self.tell(order.id, OrderEvent::Cancelled { reason: "asked".into() });
            }
        }
    }

    fn open_shares(&self, symbol: &Symbol, side: Side, strategy: Option<StrategyName>) -> u32 {
        let of = |order: &&Order| {
            order.request.symbol == *symbol
                && order.request.side == side
                && strategy.is_none_or(|strategy| order.strategy == strategy)
        };
        self.book.active_orders().filter(of).map(Order::remaining).sum()
    }

    /// The shares of each symbol that are held, and with those that open buys may still bring.
    fn positions(&self) -> [(u32, u32); 3] {
        SYMBOLS.map(|symbol| {
            let symbol = symbol.parse().unwrap();
            let held = self.book.held(&symbol);
            (held, held + self.open_shares(&symbol, Side::Buy, None))
        })
    }

    /// No strategy offers more than it holds: whatever is filled, no position goes below zero.
    fn offers_only_what_is_held(&self) -> bool {
        SYMBOLS.iter().all(|symbol| {
            let symbol = symbol.parse().unwrap();
            STRATEGIES.iter().all(|strategy| {
                self.open_shares(&symbol, Side::Sell, Some(*strategy))
                    <= self.book.held_by(*strategy, &symbol)
            })
        })
    }
}

proptest! {
    #[test]
    fn in_reduce_only_no_sequence_of_accepted_orders_raises_a_position(
        before in prop::collection::vec(step(), 0..40),
        after in prop::collection::vec(step(), 1..60),
    ) {
        let mut scene = Scene::new();
        scene.limits.max_buys_per_day = 1_000;
        before.iter().for_each(|step| scene.take(step));
        restrain(&mut scene);
        // What stood at the broker may still be filled: a position may grow by that, and by nothing that is accepted from now on.
        let mut most = scene.positions();
        for step in &after {
            let held_before = scene.positions();
            scene.take(step);
            let now = scene.positions();
            for ((was, now), most) in held_before.iter().zip(&now).zip(&mut most) {
                prop_assert!(now.1 <= most.1, "{step:?} lets a position grow to {} of {} shares", now.1, most.1);
                let is_fill = matches!(step, Step::Fill { .. });
                prop_assert!(is_fill || now.0 == was.0, "only a fill changes what is held");
                most.1 = now.1;
            }
            prop_assert!(scene.offers_only_what_is_held(), "{step:?} offers more than is held");
        }
    }

    #[test]
    fn without_open_buys_no_accepted_order_and_none_of_its_fills_raises_what_is_held(
        before in prop::collection::vec(step(), 0..40),
        after in prop::collection::vec(step(), 1..60),
    ) {
        let mut scene = Scene::new();
        scene.limits.max_buys_per_day = 1_000;
        before.iter().for_each(|step| scene.take(step));
        let buys: Vec<OrderId> =
            scene.book.active_orders().filter(|order| order.request.side == Side::Buy).map(|order| order.id).collect();
        for order in buys {
            scene.tell(order, OrderEvent::Cancelled { reason: "asked".into() });
        }
        restrain(&mut scene);
        for step in &after {
            let was = scene.positions();
            scene.take(step);
            for (was, now) in was.iter().zip(&scene.positions()) {
                prop_assert!(now.0 <= was.0, "{step:?} raises a position from {} to {}", was.0, now.0);
            }
        }
    }
}
