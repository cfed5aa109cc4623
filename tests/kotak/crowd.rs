//! Many users at once, one of whom gets no answer.

use std::time::Duration;

use futures::future::join_all;
use kotak_sim::{AccountSpec, Call, Fault, Rule, When};
use prahari_app::vault::KotakCredentials;
use prahari_domain::ids::UserId;

use crate::kotak::world::World;
use crate::support::desk_fixture::buy;
use crate::support::fake_broker::PRICE;
use crate::support::{MONDAY, at};
use crate::wired::KOTAK;

/// Users who trade live.
const CROWD: std::ops::RangeInclusive<u32> = 2..=51;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_users_have_sessions_of_their_own_while_one_gets_no_answer() {
    // Far longer than the others take on any machine: they do not wait for it.
    let world =
        World::with(52, at(MONDAY, "10:00"), |settings| settings.log_in = Duration::from_secs(600)).await;
    let spec = |number: u32| AccountSpec::numbered(100 + number);
    for number in CROWD.chain([52]) {
        let user = UserId(u64::from(number));
        world.sim.add_account(spec(number));
        let AccountSpec { access_token, mobile, ucc, mpin, totp_secret, .. } = spec(number);
        let credentials = KotakCredentials {
            consumer_key: Some(access_token),
            mobile: Some(mobile),
            ucc: Some(ucc),
            mpin: Some(mpin),
            totp_secret: Some(totp_secret),
            outbound: None,
        };
        world.console.accounts.save_credentials(user, "kotak-neo", &credentials).await.unwrap();
        world.console.daemon.users_admin.set_broker(user, KOTAK).await.unwrap();
    }
    let dead = UserId(52);
    let silence = Fault::NoAnswer { after_effect: false };
    world.sim.add_fault(Rule::new(Call::Login, When::Always, silence).for_account(&spec(52).ucc));
    let admin = world.console.daemon.users_admin.clone();
    let waiting = tokio::spawn(async move { admin.log_in_at_broker(dead, None).await });

    let request = buy("ABC", 1, PRICE.0);
    let orders = CROWD.map(|number| world.place_for(UserId(u64::from(number)), &request));
    for placed in join_all(orders).await {
        placed.unwrap();
    }
    assert!(!waiting.is_finished(), "nobody has waited for the one who gets no answer");
    waiting.abort();
    for number in CROWD {
        let ucc = spec(number).ucc;
        let complete = world.sim.logins(&ucc).iter().filter(|login| login.complete).count();
        assert_eq!((complete, world.sim.orders(&ucc).len()), (1, 1), "{ucc}");
    }
    // Once for all, and once more where a machine stood still meanwhile.
    assert!(world.sim.calls(Call::File, None) <= 2, "the file of shares is fetched for all");
    world.console.stop().await;
}
