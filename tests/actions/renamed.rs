//! A share under a new symbol has a past: the bars of the symbol that it had before.

use prahari_app::daemon::Daemon;
use prahari_brokers::Interval;
use prahari_domain::actions::ActionKind;

use super::world::{action, folder, house, monday_evening, symbol};
use crate::support::{TUESDAY, at, run};

/// The closes that the market tells of ABCNEW now, in paise.
async fn closes(daemon: &Daemon) -> Vec<i64> {
    let now = daemon.clock.now();
    let bars =
        daemon.trading.market.candles(&symbol("ABCNEW"), Interval::Daily, 10, false, now).await.unwrap();
    bars.iter().map(|bar| bar.close.0).collect()
}

#[tokio::test]
async fn from_the_ex_date_on_until_it_is_taken_back_a_new_symbol_has_the_bars_of_the_old_one() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    // Somebody else had the name.
    assert_eq!(closes(&daemon).await, [4_000; 4]);
    let row = daemon
        .actions
        .add_confirmed(action(TUESDAY, ActionKind::SymbolChange { to: symbol("ABCNEW") }), "asha")
        .await;
    assert_eq!(closes(&daemon).await, [4_000; 4], "the ex-date has not come");
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!(closes(&daemon).await, [10_000; 4]);
    daemon.actions.undo(row.unwrap().id, "it was put off", "asha").await.unwrap();
    assert_eq!(closes(&daemon).await, [4_000; 4]);
}
