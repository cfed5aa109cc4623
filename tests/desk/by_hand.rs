//! Trades by hand, of ours and decisions in any order: in the end the books and what is ignored are what the broker holds.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use prahari_app::desk::DifferenceDecision;
use prahari_domain::money::Paise;
use prahari_domain::orders::Side;
use prahari_store::DifferenceCause;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::HIGH;
use crate::external::{Account, adopt};
use crate::support::desk_fixture::{USER, buy, order_context, sell};
use crate::support::fake_broker::PRICE;
use crate::support::heavy;

/// How many sequences are tried: as many as pass in a few seconds, and the long form.
const CASES: u32 = 24;
const CASES_HEAVY: u32 = 1_000;

/// What happens in the account.
#[derive(Debug, Clone)]
enum Step {
    Ours { symbol: usize, quantity: u32 },
    Offer { symbol: usize, quantity: u32 },
    Outside { symbol: usize, quantity: u32, price: i64, shown: bool },
    SoldOutside { symbol: usize, part: u32, price: i64, shown: bool },
    Decide { adopt: bool, price: i64 },
    Minutes(u32),
    Restart,
}

const SYMBOLS: [&str; 2] = ["ABC", "XYZ"];

fn step() -> impl Strategy<Value = Step> {
    let symbol = || 0..SYMBOLS.len();
    prop_oneof![
        3 => (symbol(), 1..20_u32).prop_map(|(symbol, quantity)| Step::Ours { symbol, quantity }),
        2 => (symbol(), 1..20_u32).prop_map(|(symbol, quantity)| Step::Offer { symbol, quantity }),
        3 => (symbol(), 1..20_u32, 9_000..11_000_i64, any::<bool>()).prop_map(
            |(symbol, quantity, price, shown)| Step::Outside { symbol, quantity, price, shown }
        ),
        4 => (symbol(), 1..100_u32, 9_000..11_000_i64, any::<bool>())
            .prop_map(|(symbol, part, price, shown)| Step::SoldOutside { symbol, part, price, shown }),
        3 => (any::<bool>(), 9_000..11_000_i64).prop_map(|(adopt, price)| Step::Decide { adopt, price }),
        3 => (1..4_u32).prop_map(Step::Minutes),
        1 => Just(Step::Restart),
    ]
}

impl Account {
    async fn at_broker(&self, symbol: &str) -> u32 {
        let held = self.desk.link().broker.holdings().await.unwrap();
        held.into_iter().find(|held| held.symbol.as_str() == symbol).map_or(0, |held| held.quantity)
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Ours { symbol, quantity } => {
                let order = buy(SYMBOLS[symbol], quantity, PRICE.0);
                let placed = self.desk.place(order, order_context(self.now)).await.unwrap();
                if let Ok(id) = placed {
                    self.broker.execute(USER, &id.to_string(), quantity, PRICE, self.now);
                }
            }
            Step::Offer { symbol, quantity } => {
                let order = sell(SYMBOLS[symbol], quantity, HIGH);
                let _refused = self.desk.place(order, order_context(self.now)).await.unwrap();
            }
            Step::Outside { symbol, quantity, price, shown } => {
                let symbol = SYMBOLS[symbol];
                if shown {
                    let trade = (symbol, Side::Buy);
                    self.broker.trade_outside(USER, trade, quantity, Paise(price), self.now);
                } else {
                    let held = self.at_broker(symbol).await;
                    self.broker.set_held(USER, symbol, held + quantity);
                }
            }
            Step::SoldOutside { symbol, part, price, shown } => {
                let symbol = SYMBOLS[symbol];
                let held = self.at_broker(symbol).await;
                let quantity = (held * part / 100).max(1).min(held);
                if quantity == 0 {
                    return;
                }
                if shown {
                    let trade = (symbol, Side::Sell);
                    self.broker.trade_outside(USER, trade, quantity, Paise(price), self.now);
                } else {
                    self.broker.set_held(USER, symbol, held - quantity);
                }
            }
            Step::Decide { adopt: adopts, price } => {
                let decision = if adopts { adopt(Some(price)) } else { DifferenceDecision::Ignore };
                for row in self.differences(true).await {
                    let _refused = self.decided(row.id, decision).await;
                }
            }
            Step::Minutes(minutes) => {
                for _ in 0..minutes {
                    self.minute().await;
                }
            }
            Step::Restart => self.restart().await,
        }
    }

    /// Everything that is open is decided, and books and broker agree.
    async fn check(mut self) {
        for order in self.desk.book().active_orders().cloned().collect::<Vec<_>>() {
            let _gone = self.desk.cancel(order.id, "the end", order_context(self.now)).await.unwrap();
        }
        // What nobody shows is believed of settled shares alone.
        self.on_thursday().await;
        for _ in 0..3 {
            self.looked_at().await;
            for row in self.differences(true).await {
                let decision = match row.seen.cause {
                    DifferenceCause::Unexplained => adopt(None),
                    _ => DifferenceDecision::Ignore,
                };
                let _changed_since = self.decided(row.id, decision).await;
            }
        }
        self.looked_at().await;
        assert_eq!(self.desk.reconcile(self.now).await.unwrap(), []);
        let of_others = self.store.user(USER).shares_of_others().await.unwrap();
        for symbol in SYMBOLS {
            let others = of_others.iter().find(|(of, _)| of.as_str() == symbol).map_or(0, |(_, of)| *of);
            assert_eq!(self.at_broker(symbol).await, self.held(symbol) + others, "{symbol}");
        }
        self.changes_nothing_more().await;
    }
}

#[test]
fn whatever_is_traded_by_hand_books_and_broker_agree_in_the_end_and_stay_so() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases = if heavy() { CASES_HEAVY } else { CASES };
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let steps = prop::collection::vec(step(), 1..14);
    let outcome = TestRunner::new(config).run(&steps, |steps| {
        runtime.block_on(async {
            let mut account = Account::empty().await;
            for step in steps {
                account.step(step).await;
            }
            account.check().await;
        });
        Ok(())
    });
    outcome.unwrap();
}
