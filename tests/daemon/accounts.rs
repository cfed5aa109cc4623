//! What the start makes of a paper account that does not say what the journal says.

use prahari_store::{Durability, HaltCode, Store};

use crate::closing::buy;
use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at, run, start_services, stop};

#[tokio::test]
async fn a_user_whose_paper_account_differs_from_the_journal_is_halted_at_the_start_and_nobody_else() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    start_services(&daemon).await;
    buy(&daemon, OTHER, at(MONDAY, "10:00")).await;
    run(&daemon, at(MONDAY, "10:05")).await;
    stop(daemon).await;

    // Of a sound database both go on.
    let daemon = house.start(at(MONDAY, "10:05")).await;
    assert!(
        daemon.users.find(ADMIN).unwrap().services.is_running()
            && daemon.users.find(OTHER).unwrap().services.is_running()
    );
    stop(daemon).await;

    let store = Store::open(house.database(), Durability::Off).unwrap();
    let (_, account) = store.user(OTHER).load_paper().await.unwrap();
    let mut account = account.unwrap();
    // The second number is the cash; the lowest bits of it are in its first byte.
    let capital = account.iter().position(|byte| *byte < 0x80).unwrap();
    account[capital + 1] ^= 2;
    store.user(OTHER).save_paper(Vec::new(), account).await.unwrap();
    store.close().await.unwrap();
    let daemon = house.start(at(MONDAY, "10:05")).await;
    assert_eq!(daemon.store.user(ADMIN).open_halts().await.unwrap(), []);
    let halts = daemon.store.user(OTHER).open_halts().await.unwrap();
    assert_eq!((halts.len(), halts[0].code), (1, HaltCode::BooksContradicted), "{halts:?}");
    let why = "user 2: the account and the journal differ in cash: ₹";
    assert!(halts[0].reason.starts_with(why), "{halts:?}");
}
