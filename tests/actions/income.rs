//! Dividends wherever profit and loss are shown: statement, sums, curve, funds, analytics and the message of the evening.

use prahari_domain::actions::ActionKind;
use prahari_domain::money::Paise;
use prahari_store::{NotificationFilter, RunGroup};

use super::world::{WEDNESDAY, action, folder, house, monday_evening};
use crate::support::{ADMIN, OTHER, TUESDAY, at, day, run};

/// 1.47 rupees for each of the 11 shares.
const DIVIDEND: Paise = Paise(1_617);

#[tokio::test]
async fn a_dividend_is_in_every_figure_of_profit_and_loss_and_in_no_cash() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    daemon
        .actions
        .add(action(TUESDAY, ActionKind::Dividend { per_share: Paise(147) }), "asha")
        .await
        .unwrap();
    run(&daemon, at(TUESDAY, "20:00")).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let queries = daemon.queries.of(&user);
    let tuesday = day(TUESDAY);

    let [statement] = queries.statements(tuesday, tuesday, 5).await.unwrap().try_into().unwrap();
    assert_eq!(statement.income, DIVIDEND);
    let net = statement.realised + DIVIDEND - statement.charges;
    let summary = queries.pnl_summary(tuesday, tuesday).await.unwrap();
    assert_eq!((summary.income, summary.net()), (DIVIDEND, net));
    assert_eq!((summary.strategies[0].income, summary.strategies[0].net()), (DIVIDEND, net));
    assert_eq!(queries.holdings().await.funds.income, DIVIDEND);
    assert_eq!(queries.net_today(), Some(net));

    let [monday, tuesday_point] = queries.pnl_curve(day("2025-03-10"), tuesday).await.unwrap()[..] else {
        panic!()
    };
    assert_eq!((monday.income, tuesday_point.income), (Paise::ZERO, DIVIDEND));
    assert_eq!(tuesday_point.result, tuesday_point.equity - monday.equity + DIVIDEND);

    let rows = daemon.queries.analytics(tuesday, tuesday, RunGroup::User).await.unwrap().rows;
    let of = |user| rows.iter().find(|row| row.user == Some(user)).and_then(|row| row.results);
    let admin = of(ADMIN).unwrap();
    assert_eq!((admin.income, admin.net()), (Some(DIVIDEND), net));
    assert_eq!(of(OTHER).unwrap().income, Some(Paise::ZERO));

    // What was not told in the evening is told when the date is closed.
    run(&daemon, at(WEDNESDAY, "09:05")).await;
    daemon.store.flush().await.unwrap();
    let told = daemon.store.user(ADMIN).notifications(NotificationFilter::default()).await.unwrap();
    let evening = told.iter().find(|kept| kept.row.title.starts_with("11 Mar 2025: net ")).unwrap();
    assert!(evening.row.body.contains(", dividends ₹16.17 to the bank, charges "), "{}", evening.row.body);
}
