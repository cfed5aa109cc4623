//! Days made up by a seed: orders, changes and cancellations while everything goes wrong. A seed that fails prints itself.

use kotak_sim::{Call, Calls, Fault, Rule, SessionError, TagRefusal, When};
use prahari_brokers::BrokerError;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind, OrderState, Side};

use crate::account::{Account, link};

/// Seeds that are always tried; `PRAHARI_KOTAK_SEEDS` names another number.
const SEEDS: u64 = 20;

/// A sequence that follows from its seed (SplitMix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most
    }
}

fn fault(draw: &mut Draw) -> Option<Rule> {
    let after_effect = draw.below(2) == 0;
    let body = ["<html>", "", "{}"][usize::try_from(draw.below(3)).unwrap()].to_owned();
    let session = [SessionError::InvalidToken100022, SessionError::Gateway900901]
        [usize::try_from(draw.below(2)).unwrap()];
    let one = |call, fault| Some(Rule::new(call, When::First(1), fault));
    match draw.below(14) {
        0 => one(Call::Place, Fault::Cut { after_effect }),
        1 => one(Call::Place, Fault::Answer { status: 502, body, after_effect }),
        2 => one(Call::Place, Fault::Answer { status: 200, body, after_effect }),
        3 => one(Call::Place, Fault::TagRefused(TagRefusal::Of2026)),
        4 => one(Call::Place, Fault::Invisible { ms: 5_000 }),
        5 => one(Call::Place, Fault::SessionEnds(session)),
        6 => one(Call::Place, Fault::RateLimited),
        7 => one(Call::Book, Fault::Empty),
        8 => one(Call::Book, Fault::RowMissing(kotak_sim::Row::First)),
        9 => one(Call::Modify, Fault::Cut { after_effect }),
        10 => one(Call::Cancel, Fault::WrongJson),
        11 => Some(Rule::of(Calls::Reports, When::First(1), Fault::SessionEnds(session))),
        _ => None,
    }
}

/// What the client believes of an order.
#[derive(Debug)]
enum Belief {
    Number(String),
    Unknown,
    NotThere,
}

async fn day(seed: u64) {
    let mut draw = Draw(seed);
    let mut account = Account::new().await;
    let mut believed: Vec<(Order, Belief)> = Vec::new();
    for number in 1..=25 {
        account.time.pass(70_000);
        if let Some(rule) = fault(&mut draw) {
            account.sim.add_fault(rule);
        }
        let now = account.now();
        match draw.below(8) {
            0..=3 => {
                let price = 24_000 + i64::try_from(draw.below(20)).unwrap() * 100;
                let quantity = u32::try_from(1 + draw.below(5)).unwrap();
                let order = account.order(number, Side::Buy, quantity, OrderKind::Limit(Paise(price)));
                let belief = match account.broker.place(&order, now).await {
                    Ok(placed) => Belief::Number(placed.broker_id),
                    // A tag that is taken is looked up when the order is asked for again.
                    Err(BrokerError::Unclear(_) | BrokerError::TagInUse) => Belief::Unknown,
                    Err(BrokerError::Refused { .. } | BrokerError::Unavailable(_)) => Belief::NotThere,
                };
                believed.push((order, belief));
            }
            // What is unknown is asked for again, as a careless caller would.
            4 => {
                let unknown = believed.iter_mut().filter(|(_, belief)| matches!(belief, Belief::Unknown));
                for (order, belief) in unknown {
                    order.state = OrderState::Unknown;
                    if let Ok(placed) = account.broker.place(order, now).await {
                        *belief = Belief::Number(placed.broker_id);
                    }
                }
            }
            5 => {
                let number = believed.iter().rev().find_map(|(order, belief)| match belief {
                    Belief::Number(number) => Some((order.clone(), number.clone())),
                    _ => None,
                });
                if let Some((order, number)) = number {
                    let order = Order { broker_id: Some(number), ..order };
                    let _known_by_the_book = account.broker.cancel(&order, now).await;
                }
            }
            6 => {
                let _either = account.broker.book().await;
                account
                    .sim
                    .set_price("DEMO-EQ", 24_500 + i64::try_from(draw.below(20)).unwrap() * 100)
                    .unwrap();
            }
            _ => account.broker = link(&account.brokerage).await.0,
        }
    }
    check(seed, &account, &believed);
}

fn check(seed: u64, account: &Account, believed: &[(Order, Belief)]) {
    let theirs = account.sim.orders(&account.spec.ucc);
    for story in account.sim.tags() {
        let (places, orders) = (story.places, story.orders.len());
        assert!(
            places <= 1 && orders <= 1,
            "seed {seed}: {} came {places} times, as {orders} orders",
            story.tag
        );
    }
    for (order, belief) in believed {
        let tag = order.id.to_string();
        let there = theirs.iter().find(|known| known.sent_tag.as_deref() == Some(&tag));
        match belief {
            Belief::Number(number) => {
                assert_eq!(there.map(|known| &known.number), Some(number), "seed {seed}: {tag}");
            }
            Belief::NotThere => {
                let came: Vec<_> = account
                    .sim
                    .arrivals()
                    .into_iter()
                    .filter(|came| came.tag.as_ref() == Some(&tag))
                    .collect();
                assert!(
                    there.is_none(),
                    "seed {seed}: {tag} is there and was called not carried out: {came:?} {:?}",
                    account.sim.struck_faults()
                );
            }
            Belief::Unknown => {}
        }
    }
    // Whatever is there is known to us, as a number or as unknown.
    for known in &theirs {
        let tag = known.sent_tag.as_deref().unwrap_or_default();
        assert!(believed.iter().any(|(order, _)| order.id.to_string() == tag), "seed {seed}: {tag}");
    }
    assert!(account.logins() <= 14, "seed {seed}: {} logins", account.logins());
}

#[tokio::test]
async fn no_seed_doubles_an_order_or_calls_one_absent_that_is_there() {
    let named = std::env::var("PRAHARI_KOTAK_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    for seed in 0..named.unwrap_or(SEEDS) {
        day(seed).await;
    }
}
