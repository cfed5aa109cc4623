//! Differences of holdings: one open for each symbol, ended once, bounded, one user's alone.

use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;
use prahari_store::{
    DifferenceCause, DifferenceEnd, DifferenceFilter, DifferenceState, MOST_ENDED_DIFFERENCES,
    MOST_OPEN_DIFFERENCES, NewDifference, NewUser, Role,
};

use crate::support::TestStore;

fn seen(symbol: &str, quantity: u32) -> NewDifference {
    NewDifference {
        symbol: Symbol::new(symbol).unwrap(),
        cause: DifferenceCause::ExternalPurchase,
        quantity,
        broker_quantity: quantity,
        book_quantity: 0,
        broker_cost: Some(Paise(12_345)),
        detail: "seen".to_owned(),
        seen_at: Timestamp(u64::from(quantity).cast_signed()),
    }
}

fn ended(state: DifferenceState) -> DifferenceEnd {
    DifferenceEnd { by: Some(UserId(1)), ..DifferenceEnd::by_itself(state, Timestamp(9)) }
}

#[tokio::test]
async fn a_symbol_has_one_open_difference_which_ends_once_with_all_that_follows() {
    let test = TestStore::new();
    let new = NewUser {
        name: "trader".to_owned(),
        role: Role::User,
        capital: Paise::rupees(100),
        strategy: "{}".to_owned(),
        limits: "{}".to_owned(),
        created_at: Timestamp(1),
    };
    let user = test.store.user(test.store.system().create_user(new).await.unwrap());
    let first = user.keep_difference(seen("ABC", 5)).await.unwrap().unwrap();
    let again = user.keep_difference(seen("ABC", 7)).await.unwrap().unwrap();
    assert_eq!((again.id, again.seen.quantity, again.state), (first.id, 7, DifferenceState::Open));
    assert_eq!(again.seen.seen_at, first.seen.seen_at, "since when is kept");

    let end = ended(DifferenceState::Ignored);
    let of_others = Some((Symbol::new("ABC").unwrap(), 7));
    let capital = Some(Paise::rupees(150));
    assert!(user.end_difference(first.id, end.clone(), of_others.clone(), capital).await.unwrap());
    assert!(!user.end_difference(first.id, end, of_others, Some(Paise(1))).await.unwrap());
    let row = user.find_difference(first.id).await.unwrap().unwrap();
    assert_eq!((row.state, row.decided_by), (DifferenceState::Ignored, Some(UserId(1))));
    assert_eq!(user.shares_of_others().await.unwrap(), [(Symbol::new("ABC").unwrap(), 7)]);
    assert_eq!(user.find().await.unwrap().unwrap().capital, Paise::rupees(150));
    user.save_shares_of_others(Symbol::new("ABC").unwrap(), 0).await.unwrap();
    assert_eq!(user.shares_of_others().await.unwrap(), []);

    assert_eq!(user.outside_purchases().await.unwrap(), None);
    user.save_outside_purchases(Some(StrategyName::literal("momentum"))).await.unwrap();
    user.save_outside_purchases(Some(StrategyName::REBOUND)).await.unwrap();
    assert_eq!(user.outside_purchases().await.unwrap(), Some(StrategyName::REBOUND));

    // Another user sees nothing of it, and can end nothing.
    let other = test.store.user(UserId(99));
    let open = user.keep_difference(seen("XYZ", 1)).await.unwrap().unwrap();
    assert_eq!(other.find_difference(open.id).await.unwrap(), None);
    assert_eq!(other.outside_purchases().await.unwrap(), None);
    assert!(!other.end_difference(open.id, ended(DifferenceState::Gone), None, None).await.unwrap());
    assert_eq!(user.open_differences().await.unwrap(), [open]);
}

#[tokio::test]
async fn differences_are_bounded_the_open_and_the_ended_ones() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    for number in 0..MOST_OPEN_DIFFERENCES {
        assert!(user.keep_difference(seen(&format!("S{number}"), 1)).await.unwrap().is_some());
    }
    assert_eq!(user.keep_difference(seen("MORE", 1)).await.unwrap(), None);
    assert!(user.keep_difference(seen("S0", 2)).await.unwrap().is_some(), "what is open is still followed");
    for quantity in 1..=MOST_ENDED_DIFFERENCES + 1 {
        user.keep_ended_difference(seen("S0", quantity), ended(DifferenceState::Booked)).await.unwrap();
    }
    let limit = MOST_ENDED_DIFFERENCES + 10;
    let filter = DifferenceFilter { open: Some(false), before: None, limit };
    let kept = user.differences(filter).await.unwrap();
    assert_eq!(kept.len() as u64, u64::from(MOST_ENDED_DIFFERENCES));
    assert_eq!(kept[0].seen.quantity, MOST_ENDED_DIFFERENCES + 1, "the newest are kept");
}
