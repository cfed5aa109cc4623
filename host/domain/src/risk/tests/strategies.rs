//! Which rules hold for each strategy, and which for the user over all of them.

use super::*;

/// Has what comes after it done for another strategy.
fn momentum(scene: &mut Scene) {
    scene.strategy = StrategyName::literal("momentum");
}

#[test]
fn a_second_strategy_may_buy_and_sell_what_another_one_buys_and_sells() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    scene.open(sell(100));
    momentum(&mut scene);
    assert_eq!(scene.check(&buy(10)), None);
    scene.trade(buy(10), 1_000);
    assert_eq!(scene.check(&sell(10)), None, "the other one's open sell takes nothing from it");
    scene.open(buy(1));
    assert_eq!(scene.check(&buy(1)), Some(RefusalCode::Duplicate));
    scene.strategy = StrategyName::REBOUND;
    assert_eq!(scene.check(&buy(1)), None);
    assert_eq!(scene.check(&sell(1)), Some(RefusalCode::Duplicate));
}

#[test]
fn nobody_sells_the_shares_of_another_strategy() {
    let mut scene = Scene::new();
    scene.trade(buy(100), 1_000);
    momentum(&mut scene);
    scene.trade(buy(10), 1_000);
    let refusal = scene.with(|view| check(&sell(11), view)).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Holdings);
    assert_eq!(
        refusal.detail,
        "11 shares of TCS offered, but 10 are held and not yet offered; 100 more belong to other strategies than momentum"
    );
    assert_eq!(scene.check(&sell(10)), None);
}

#[test]
fn limits_hold_over_all_strategies() {
    let mut scene = Scene::new();
    scene.limits.max_position_value = Paise::rupees(150_000);
    scene.limits.max_positions = 1;
    scene.limits.max_buys_per_day = 2;
    scene.trade(buy(100), 1_000);
    momentum(&mut scene);
    assert_eq!(scene.check(&buy(51)), Some(RefusalCode::PositionSize));
    assert_eq!(scene.check(&request(Side::Buy, "INFY", 1, limit(1_000))), Some(RefusalCode::PositionCount));
    assert_eq!(scene.check(&buy(50)), None, "more of a symbol that is held is no new one");
    scene.trade(buy(1), 1_000);
    assert_eq!(scene.check(&buy(1)), Some(RefusalCode::OrdersPerDay));
    scene.limits.max_buys_per_day = 9;
    let id = scene.book.next_order_id(day());
    let (request, run, strategy) = (buy(1), RunId(1), StrategyName::REBOUND);
    scene.tell(id, OrderEvent::Intended { request, run, first_placed_at: at(), strategy, tag: None });
    scene.tell(id, OrderEvent::OutcomeUnknown { reason: "timed out".into() });
    assert_eq!(scene.check(&buy(1)), Some(RefusalCode::Unsettled), "the account is one");
}

#[test]
fn a_rejected_order_is_tried_again_by_its_own_strategy_only() {
    let mut scene = Scene::new();
    let id = scene.book.next_order_id(day());
    let (request, run, strategy) = (buy(1), RunId(1), StrategyName::REBOUND);
    scene.tell(id, OrderEvent::Intended { request, run, first_placed_at: at(), strategy, tag: None });
    scene.tell(id, OrderEvent::refused("no money", true));
    let retry = OrderRequest { retry_of: Some(id), ..buy(1) };
    assert_eq!(scene.check(&retry), None);
    momentum(&mut scene);
    let refusal = scene.with(|view| check(&retry, view)).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::UnknownOrder);
    assert_eq!(
        refusal.detail,
        format!("order {id} belongs to the strategy rebound, and momentum may not touch it")
    );
}
