//! Sessions that the broker ends, at every kind of call that a day makes: no task fails for it, and each costs one login
//! at most.

use kotak_sim::{Call, Effect, Fault, SessionError};
use prahari_domain::orders::{OrderState, Side};
use prahari_runtime::abi::latest::broker;
use prahari_runtime::{HostCall, HostReply};

use crate::checks::{books_are_the_brokers, nothing_is_doubled_or_hidden};
use crate::live_day::LiveDay;
use crate::support::{ADMIN, MONDAY, at};

/// A day in which sessions end.
struct Day {
    live: LiveDay,
    /// Calls at which a session ended.
    struck: Vec<Call>,
}

impl Day {
    /// Has the session end at the next call of a kind, answered so, while something is done; what that answers.
    async fn ends<T>(
        &mut self,
        (call, answered): (Call, SessionError),
        work: impl AsyncFnOnce(&LiveDay) -> T,
    ) -> T {
        let live = &self.live;
        // Long enough after the last login, which a session that ends at once would not have been helped by.
        live.pass_until(live.now().plus_minutes(5)).await;
        let before = live.outside.logins(ADMIN);
        live.outside.next(call, Fault::SessionEnds(answered));
        let done = work(live).await;
        live.pass_until(live.now().plus_minutes(2)).await;
        let (_, times) = live.outside.sim.struck_faults().pop().unwrap();
        assert_eq!(times, 1, "no session ended at {call:?}");
        let after = live.outside.logins(ADMIN);
        assert!(after <= before + 1, "{} logins after {call:?} {answered:?}", after - before);
        self.struck.push(call);
        done
    }

    async fn state(&self, id: &str) -> OrderState {
        let user = self.live.daemon.users.find(ADMIN).unwrap();
        let desk = user.desk.lock().await;
        desk.book().order(&id.parse().unwrap()).unwrap().state
    }
}

#[tokio::test]
async fn a_session_that_ends_at_any_call_of_a_day_costs_one_login_and_no_task() {
    let live = LiveDay::begin(1, &[ADMIN], at(MONDAY, "08:50")).await;
    let (first, second) = (live.shares[0].clone(), live.shares[1].clone());
    live.pass_until(at(MONDAY, "09:16")).await;
    let mut day = Day { live, struck: Vec::new() };
    // The session of the day.
    day.live.daemon.users.find(ADMIN).unwrap().link().broker.funds().await.unwrap();

    // Read anew: whoever asked has the answer.
    let rests = day.live.limit(&first, Side::Buy, 10, -15).await;
    let stands = day.ends((Call::FilePaths, SessionError::Gateway900901), async |live: &LiveDay| {
        live.place(ADMIN, rests).await
    });
    let stands = stands.await.unwrap();
    assert_eq!(day.state(&stands).await, OrderState::Accepted);
    let funds = day.ends((Call::Limits, SessionError::Bare403), async |live: &LiveDay| {
        let user = live.daemon.users.find(ADMIN).unwrap();
        user.link().broker.funds().await
    });
    funds.await.unwrap();
    // Each minute asks for these two as long as an order stands.
    day.ends((Call::Book, SessionError::LoginCheck100022), async |_: &LiveDay| {}).await;
    day.ends((Call::Trades, SessionError::InvalidToken100022), async |_: &LiveDay| {}).await;
    for call in [Call::Holdings, Call::Positions] {
        let reply = day.ends((call, SessionError::Documented1003), async |live: &LiveDay| {
            live.ask(ADMIN, HostCall::Reconcile).await
        });
        let reply = reply.await;
        assert!(matches!(reply, HostReply::Reconciled(_)), "{reply:?}");
    }

    // What trades is not sent again by itself: it was not carried out, and is decided anew.
    let buy = day.live.limit(&second, Side::Buy, 10, 10).await;
    let request = buy.clone();
    let refused = day.ends((Call::Place, SessionError::InvalidToken100022), async |live: &LiveDay| {
        live.place(ADMIN, request).await
    });
    refused.await.unwrap_err();
    let bought = day.live.place(ADMIN, buy).await.unwrap();
    let change = || broker::OrderChange { quantity: Some(7), kind: None };
    let modify = |id: &str| HostCall::Modify { order_id: id.to_owned(), change: change() };
    let call = modify(&stands);
    let refused = day.ends((Call::Modify, SessionError::Documented1003Http200), async |live: &LiveDay| {
        live.ask(ADMIN, call).await
    });
    let refused = refused.await;
    assert!(matches!(&refused, HostReply::Modified(Err(_))), "{refused:?}");
    let done = day.live.ask(ADMIN, modify(&stands)).await;
    assert!(matches!(&done, HostReply::Modified(Ok(()))), "{done:?}");
    let cancel =
        || HostCall::Cancel { order_ids: vec![stands.clone()], reason: "the test is over".to_owned() };
    let call = cancel();
    let refused = day.ends((Call::Cancel, SessionError::ViewToken100021), async |live: &LiveDay| {
        live.ask(ADMIN, call).await
    });
    let refused = refused.await;
    assert!(matches!(&refused, HostReply::Cancelled(answers) if answers[0].is_err()), "{refused:?}");
    let done = day.live.ask(ADMIN, cancel()).await;
    assert!(matches!(&done, HostReply::Cancelled(answers) if answers[0].is_ok()), "{done:?}");

    day.live.pass_until(at(MONDAY, "15:32")).await;
    day.live.leap_until(at(MONDAY, "19:00")).await;
    assert_eq!(day.state(&bought).await, OrderState::Filled);
    let (live, struck) = (day.live, day.struck);
    assert!(live.outside.logins(ADMIN) <= 1 + struck.len(), "{} logins", live.outside.logins(ADMIN));
    // What a session's end stopped had no effect, and nothing else was stopped.
    let arrivals = live.outside.sim.arrivals();
    let stopped = arrivals.iter().filter(|came| came.effect == Effect::NotReached).count();
    assert_eq!(stopped, struck.iter().filter(|call| call.trades()).count(), "{arrivals:?}");
    live.nothing_failed(ADMIN, MONDAY).await;
    nothing_is_doubled_or_hidden(&live.outside, &live.daemon, ADMIN).await;
    books_are_the_brokers(&live.outside, &live.daemon, ADMIN).await;
    live.end().await;
}
