//! No signal is raised of a share whose jump nobody has explained.

use prahari_app::runs::LiveServices;
use prahari_domain::signals::SignalKind;
use prahari_runtime::abi::latest::signals::{self, ReentrySignal};
use prahari_runtime::{HostCall, HostReply, HostServices};

use super::world::{TASK, WEDNESDAY, folder, house, monday_evening, symbol};
use crate::support::desk_fixture::order_context;
use crate::support::{ADMIN, TUESDAY, at, run, stop};

/// A re-entry as a task publishes it.
pub fn reentry(symbol: &str, price: i64) -> signals::SignalDraft {
    signals::SignalDraft {
        symbol: symbol.to_owned(),
        kind: signals::SignalKind::Reentry(ReentrySignal { level: 20, cycle: 1 }),
        last_close: price,
        rsi: 19.0,
        ema9: price,
        ema200: price,
        average_volume: 1_000_000,
        strength_score: 10.0,
        backtest_score: 50.0,
        combined_score: 30.0,
        priority_score: 40.0,
        buy_low: price,
        buy_high: price,
        stop: price,
        target: price,
        reasons: Vec::new(),
    }
}

#[tokio::test]
async fn a_share_with_an_unexplained_jump_gets_no_signal_and_the_decision_says_why() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let refusal = "ABC opened at ₹50.00 on 2025-03-11 after a close of ₹100.00 on 2025-03-10 (-50.0 %): no reentry \
                   signal of it is raised before an admin has explained it";
    // The day of the jump, and the next one: the shares that are held are still those of before.
    for day in [TUESDAY, WEDNESDAY] {
        let now = at(day, "09:30");
        run(&daemon, now).await;
        let mut services = LiveServices::new(&daemon.runs, &user, TASK, order_context(now));
        let drafts = vec![reentry("ABC", 5_000), reentry("XYZ", 4_000)];
        let HostReply::Published(report) = services.call(&HostCall::PublishSignals { drafts }).await else {
            panic!("{day}")
        };
        assert_eq!((report.inserted + report.updated, report.skipped), (1, 1), "{day}");
        let decided: Vec<_> = services
            .decisions
            .iter()
            .map(|row| (row.symbol.as_str(), row.action.as_str(), row.reason.as_str(), row.evidence.clone()))
            .collect();
        let evidence = vec![("refusal".to_owned(), refusal.to_owned())];
        assert_eq!(decided, [("ABC", "signal_refused", "symbol_halted", evidence)], "{day}");
        let desk = user.desk.lock().await;
        let standing = daemon.signals.active.standing(desk.book(), None, now);
        let reentries: Vec<_> = standing
            .iter()
            .filter(|signal| matches!(signal.draft.kind, SignalKind::Reentry { .. }))
            .map(|signal| signal.draft.symbol.as_str())
            .collect();
        assert_eq!(reentries, ["XYZ"], "{day}");
    }
    // Once it is explained, its price is one of the shares that are held.
    daemon.prices.explain_price_jumps(&symbol("ABC"), ADMIN, "it fell").await.unwrap();
    let mut services = LiveServices::new(&daemon.runs, &user, TASK, order_context(at(WEDNESDAY, "09:30")));
    let call = HostCall::PublishSignals { drafts: vec![reentry("ABC", 5_000)] };
    let HostReply::Published(report) = services.call(&call).await else { panic!() };
    assert_eq!((report.inserted, report.skipped, services.decisions.len()), (1, 0, 0));
    stop(daemon).await;
}
