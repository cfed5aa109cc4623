//! What people ask for: filtered, and page by page.

use prahari_domain::ids::{RunId, SignalId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderEvent, OrderState};
use prahari_domain::price_cause::PriceCause;
use prahari_domain::settings::NotificationKind;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{
    DecisionRow, DecisionSearch, EXECUTING, FillFilter, LogFilter, LogLevel, LogRow, NewNotification,
    NotificationFilter, NotificationLevel, NotificationRow, OrderFilter, RunFilter, RunFinish, RunStart,
    RunTrigger, SeenFilter, SeenSignal, SignalRow, SignalStatusRow, UserScope,
};

use crate::support::{TestStore, day, entry, filled, intended, order, run_start};

async fn run(user: &UserScope, id: u64, trigger: RunTrigger, outcome: Option<&str>, log: Vec<LogRow>) {
    let start = RunStart { trigger, ..run_start(id, Task::literal("sell_monitor"), id.cast_signed() * 10) };
    user.start_run(start).await.unwrap();
    if let Some(outcome) = outcome {
        user.finish_run(RunFinish { log, ..RunFinish::new(RunId(id), outcome, Timestamp(99)) })
            .await
            .unwrap();
    }
}

fn line(level: &str, message: &str) -> LogRow {
    LogRow { level: level.to_owned(), message: message.to_owned(), at: None }
}

#[tokio::test]
async fn runs_are_found_by_how_they_ended_and_why_they_ran() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    run(&user, 1, RunTrigger::Scheduled, Some("succeeded"), vec![]).await;
    run(&user, 2, RunTrigger::RunOnce, Some("trapped"), vec![]).await;
    run(&user, 3, RunTrigger::Scheduled, Some("trapped"), vec![]).await;
    run(&user, 4, RunTrigger::RunOnce, None, vec![]).await;
    test.store.flush().await.unwrap();
    let ids = async |outcome: Option<&str>, trigger| -> Vec<u64> {
        let filter = RunFilter { outcome: outcome.map(str::to_owned), trigger, ..RunFilter::default() };
        user.runs(filter).await.unwrap().iter().map(|run| run.id.0).collect()
    };
    assert_eq!(ids(Some("succeeded"), None).await, [1]);
    assert_eq!(ids(Some("trapped"), None).await, [3, 2]);
    assert_eq!(ids(Some("trapped"), Some(RunTrigger::RunOnce)).await, [2]);
    assert_eq!(ids(Some(EXECUTING), None).await, [4]);
    assert_eq!(ids(None, Some(RunTrigger::Scheduled)).await, [3, 1]);
    assert!(ids(Some("' OR 1"), None).await.is_empty());
}

#[tokio::test]
async fn runs_on_prices_keep_their_price_and_are_counted_by_user_and_time() {
    let test = TestStore::new();
    let (one, other) = (test.store.user(UserId(1)), test.store.user(UserId(2)));
    let cause =
        |price| PriceCause { symbol: Symbol::new("M&M").unwrap(), price: Paise(price), at: Timestamp(5) };
    for (user, id, cause) in [
        (&one, 1, None),
        (&one, 2, Some(cause(12_345))),
        (&other, 3, Some(cause(7))),
        (&one, 4, Some(cause(12_350))),
    ] {
        let start = run_start(id, Task::literal("sell_monitor"), id.cast_signed() * 10);
        user.start_run(RunStart { cause, slot_due: None, ..start }).await.unwrap();
    }
    test.store.flush().await.unwrap();
    assert_eq!(one.find_run(RunId(2)).await.unwrap().unwrap().cause, Some(cause(12_345)));
    assert_eq!(one.find_run(RunId(1)).await.unwrap().unwrap().cause, None);
    for (from, until, expected) in [(0, 100, 2), (20, 20, 1), (21, 39, 0), (21, 40, 1)] {
        let counted = one.count_price_runs(Timestamp(from), Timestamp(until)).await.unwrap();
        assert_eq!(counted, expected, "{from} {until}");
    }
}

#[tokio::test]
async fn every_log_line_is_on_one_page_and_the_newest_comes_first() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    for id in 1..=4 {
        let lines = (0..id).map(|number| line("info", &format!("{id}.{number}"))).collect();
        run(&user, id, RunTrigger::Scheduled, Some("succeeded"), lines).await;
    }
    test.store.flush().await.unwrap();
    for limit in 1..=11 {
        let mut filter = LogFilter { limit, ..LogFilter::default() };
        let mut found = Vec::new();
        loop {
            let page = user.search_log(filter.clone()).await.unwrap();
            found.extend(page.items.into_iter().map(|found| found.line.message));
            filter.after = page.next;
            if filter.after.is_none() {
                break;
            }
        }
        assert_eq!(
            found,
            ["4.3", "4.2", "4.1", "4.0", "3.2", "3.1", "3.0", "2.1", "2.0", "1.0"],
            "by {limit}"
        );
    }
}

#[tokio::test]
async fn log_lines_are_found_by_level_and_text() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let lines =
        vec![line("debug", "Ärger mit TCS"), line("warn", "quote of tcs is old"), line("error", "100%")];
    run(&user, 1, RunTrigger::Scheduled, Some("succeeded"), lines).await;
    test.store.flush().await.unwrap();
    let found = async |level, text: Option<&str>| -> Vec<u32> {
        let filter = LogFilter { level, text: text.map(str::to_owned), ..LogFilter::default() };
        user.search_log(filter).await.unwrap().items.iter().map(|found| found.cursor.number).collect()
    };
    assert_eq!(found(Some(LogLevel::Warn), None).await, [2, 1]);
    assert_eq!(found(None, Some("TcS")).await, [1, 0]);
    assert_eq!(found(Some(LogLevel::Info), Some("TcS")).await, [1]);
    assert_eq!(found(None, Some("ärger")).await, [0]);
    assert_eq!(found(None, Some("%")).await, [2], "it is a text, not a pattern");
}

#[tokio::test]
async fn a_search_that_finds_nothing_ends_after_bounded_pages() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    for id in 1..=4_500 {
        run(&user, id, RunTrigger::Scheduled, Some("succeeded"), vec![line("info", "tick")]).await;
    }
    test.store.flush().await.unwrap();
    let mut filter = LogFilter { text: Some("crash".to_owned()), ..LogFilter::default() };
    let mut pages = 0;
    loop {
        let page = user.search_log(filter.clone()).await.unwrap();
        assert!(page.items.is_empty());
        pages += 1;
        assert!(page.next.is_none() || page.next != filter.after, "it gets on");
        filter.after = page.next;
        if filter.after.is_none() {
            break;
        }
    }
    assert_eq!(pages, 3);
}

fn placed(number: u32, symbol: &str, state: OrderState) -> Order {
    let mut order = order(1, number, state);
    order.request.symbol = Symbol::new(symbol).unwrap();
    order
}

#[tokio::test]
async fn orders_are_found_by_share_state_and_date_page_by_page() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let orders = vec![
        placed(1, "TCS", OrderState::Rejected),
        placed(2, "INFY", OrderState::Accepted),
        placed(3, "TCS", OrderState::Filled),
    ];
    user.append_journal_durable(vec![intended(1, 1, 1, None)], orders).await.unwrap();
    let numbers = async |filter| -> Vec<u32> {
        user.orders(filter).await.unwrap().items.iter().map(|order| order.id.number).collect()
    };
    let all = OrderFilter::default;
    let tcs = || OrderFilter { symbol: Symbol::new("TCS").ok(), ..all() };
    assert_eq!(numbers(all()).await, [3, 2, 1]);
    assert_eq!(numbers(tcs()).await, [3, 1]);
    let last = order(1, 3, OrderState::Filled).id;
    assert_eq!(numbers(OrderFilter { after: Some(last), ..tcs() }).await, [1]);
    let states = |states: &[OrderState]| OrderFilter { states: states.to_vec(), ..all() };
    assert_eq!(numbers(states(&[OrderState::Rejected])).await, [1]);
    assert_eq!(numbers(states(&[OrderState::Rejected, OrderState::Accepted])).await, [2, 1]);
    assert_eq!(numbers(OrderFilter { states: vec![OrderState::Accepted], ..tcs() }).await, [0; 0]);
    assert_eq!(numbers(OrderFilter { active: Some(true), ..all() }).await, [2]);
    assert_eq!(numbers(OrderFilter { active: Some(false), ..all() }).await, [3, 1]);
    let date = |text| Some(day(text));
    assert_eq!(numbers(OrderFilter { from: date("2025-01-02"), ..all() }).await, [3, 2, 1]);
    assert!(numbers(OrderFilter { from: date("2025-01-03"), ..all() }).await.is_empty());
    assert!(numbers(OrderFilter { through: date("2025-01-01"), ..all() }).await.is_empty());
    assert_eq!(user.journal_of(order(1, 1, OrderState::Sent).id).await.unwrap(), [intended(1, 1, 1, None)]);
}

fn message(level: NotificationLevel) -> NotificationRow {
    NotificationRow {
        at: Timestamp(1),
        id: None,
        level,
        title: "title".to_owned(),
        body: String::new(),
        run: None,
    }
}

#[tokio::test]
async fn messages_are_unread_until_their_user_has_seen_them() {
    let test = TestStore::new();
    let (user, other) = (test.store.user(UserId(1)), test.store.user(UserId(2)));
    for level in [NotificationLevel::Info, NotificationLevel::Error, NotificationLevel::Info] {
        user.notify(NewNotification::disturbing(message(level), NotificationKind::Info)).await.unwrap();
    }
    assert!(user.mark_notification_read_durable(1, Timestamp(5)).await.unwrap());
    assert!(!other.mark_notification_read_durable(2, Timestamp(5)).await.unwrap(), "it is not theirs");
    assert_eq!(other.mark_all_notifications_read_durable(Timestamp(5)).await.unwrap(), 0);
    let ids = async |filter| -> Vec<u64> {
        user.notifications(filter).await.unwrap().iter().map(|kept| kept.id).collect()
    };
    let unread = || NotificationFilter { unread: true, ..NotificationFilter::default() };
    assert_eq!(ids(unread()).await, [3, 2]);
    assert_eq!(ids(NotificationFilter { level: Some(NotificationLevel::Info), ..unread() }).await, [3]);
    assert_eq!(
        ids(NotificationFilter { after: Some(3), limit: 1, ..NotificationFilter::default() }).await,
        [2]
    );
    assert_eq!(user.unread_notifications().await.unwrap(), 2);

    assert_eq!(user.mark_all_notifications_read_durable(Timestamp(9)).await.unwrap(), 2);
    assert!(user.mark_notification_read_durable(1, Timestamp(9)).await.unwrap());
    let read: Vec<_> = user.notifications(NotificationFilter::default()).await.unwrap();
    let read: Vec<_> = read.iter().map(|kept| kept.read_at.unwrap().0).collect();
    assert_eq!(read, [9, 9, 5], "the first time counts");
}

fn signal(id: u64, date: &str) -> SignalRow {
    SignalRow {
        id: SignalId(id),
        symbol: Symbol::new("M&M").unwrap(),
        kind: "buy".to_owned(),
        status: "active".to_owned(),
        day: day(date),
        published_at: Timestamp(1),
        expires_at: Timestamp(2),
        data: String::new(),
    }
}

#[tokio::test]
async fn a_user_sees_shared_and_own_signals_with_what_became_of_them() {
    let test = TestStore::new();
    let (user, other) = (test.store.user(UserId(1)), test.store.user(UserId(2)));
    let shared = vec![signal(1, "2025-01-01"), signal(2, "2025-01-02")];
    test.store.system().save_signals(shared).await.unwrap();
    user.save_signals(vec![signal(3, "2025-01-02")]).await.unwrap();
    other.save_signals(vec![signal(4, "2025-01-02")]).await.unwrap();
    let rejected = SignalStatusRow {
        signal: SignalId(1),
        status: "rejected".to_owned(),
        reason: String::new(),
        at: Timestamp(7),
    };
    user.set_signal_status(rejected.clone()).await.unwrap();
    let mut bought = order(1, 1, OrderState::Accepted);
    bought.request.signal = Some(SignalId(2));
    user.append_journal_durable(vec![intended(1, 1, 1, None)], vec![bought]).await.unwrap();

    let seen = user.seen_signals(SeenFilter::default()).await.unwrap();
    let brief = |seen: &SeenSignal| (seen.row.id.0, seen.personal, seen.traded, seen.chosen.clone());
    let seen: Vec<_> = seen.iter().map(brief).collect();
    let expected = [(3, true, false, None), (2, false, true, None), (1, false, false, Some(rejected))];
    assert_eq!(seen, expected);
    assert_eq!(user.find_signal(SignalId(4)).await.unwrap(), None);
    assert!(other.find_signal(SignalId(4)).await.unwrap().unwrap().personal);

    let ids = async |filter| -> Vec<u64> {
        user.seen_signals(filter).await.unwrap().iter().map(|seen| seen.row.id.0).collect()
    };
    let first = user.find_signal(SignalId(3)).await.unwrap().unwrap().cursor();
    assert_eq!(ids(SeenFilter { after: Some(first), limit: 1, ..SeenFilter::default() }).await, [2]);
    let from: Option<Day> = Some(day("2025-01-02"));
    assert_eq!(ids(SeenFilter { from, ..SeenFilter::default() }).await, [3, 2]);
    assert_eq!(ids(SeenFilter { through: day("2025-01-02").pred_opt(), ..SeenFilter::default() }).await, [1]);
    let strong = SignalRow { kind: "strong_buy".to_owned(), ..signal(5, "2025-01-03") };
    user.save_signals(vec![strong]).await.unwrap();
    let kinds = |kinds: &[&'static str]| SeenFilter { kinds: kinds.to_vec(), ..SeenFilter::default() };
    assert_eq!(ids(kinds(&["strong_buy", "exit"])).await, [5]);
    assert_eq!(ids(kinds(&["buy"])).await, [3, 2, 1], "no name is found within another");
    assert!(ids(kinds(&["exit"])).await.is_empty());
}

#[tokio::test]
async fn orders_are_found_by_run_and_task_and_counted_by_state() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    for (id, task) in [(1, "buy_orders"), (2, "sell_monitor")] {
        user.start_run(run_start(id, Task::literal(task), id.cast_signed())).await.unwrap();
    }
    let of_run = |number, run, state| Order { run: RunId(run), ..order(1, number, state) };
    let orders = vec![
        of_run(1, 1, OrderState::Filled),
        of_run(2, 2, OrderState::Filled),
        of_run(3, 2, OrderState::Sent),
        of_run(4, 9, OrderState::Filled),
    ];
    user.append_journal_durable(vec![intended(1, 1, 1, None)], orders).await.unwrap();
    let all = OrderFilter::default;
    let numbers = async |filter| -> Vec<u32> {
        user.orders(filter).await.unwrap().items.iter().map(|order| order.id.number).collect()
    };
    assert_eq!(numbers(OrderFilter { execution: Some(RunId(2)), ..all() }).await, [3, 2]);
    let task = Some(Task::literal("buy_orders"));
    assert_eq!(numbers(OrderFilter { task, ..all() }).await, [1], "the run of the last one is not kept");
    let counts = async |filter| user.order_counts(filter).await.unwrap();
    let counted = counts(OrderFilter { limit: 1, ..all() }).await;
    assert_eq!(counted.states, [(OrderState::Filled, 3), (OrderState::Sent, 1)]);
    assert!(counted.complete);
    let counted = counts(OrderFilter { execution: Some(RunId(2)), ..all() }).await;
    assert_eq!(counted.states, [(OrderState::Filled, 1), (OrderState::Sent, 1)]);
    assert!(counts(OrderFilter { execution: Some(RunId(7)), ..all() }).await.states.is_empty());
}

#[tokio::test]
async fn the_orders_of_everybody_are_read_page_by_page_newest_first() {
    let test = TestStore::new();
    for user in 1..=3 {
        let scope = test.store.user(UserId(user));
        let states = [OrderState::Filled, OrderState::Sent];
        let orders = (1..).zip(states).map(|(number, state)| order(user, number, state)).collect();
        scope.append_journal_durable(vec![intended(user, 1, 1, None)], orders).await.unwrap();
    }
    for limit in 1..=7 {
        let filter = OrderFilter { limit, ..OrderFilter::default() };
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = test.store.system().orders(filter.clone(), after).await.unwrap();
            found.extend(page.items.into_iter().map(|order| (order.id.user.0, order.id.number)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, [(3, 2), (3, 1), (2, 2), (2, 1), (1, 2), (1, 1)], "by {limit}");
    }
    let sent = OrderFilter { states: vec![OrderState::Sent], ..OrderFilter::default() };
    let page = test.store.system().orders(sent, None).await.unwrap();
    assert_eq!(page.items.iter().map(|order| order.id.user.0).collect::<Vec<_>>(), [3, 2, 1]);
    let later = OrderFilter { from: Some(day("2025-01-03")), ..OrderFilter::default() };
    assert!(test.store.system().orders(later, None).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn the_runs_of_everybody_are_found_by_time_and_outcome() {
    let test = TestStore::new();
    let (one, two) = (test.store.user(UserId(1)), test.store.user(UserId(2)));
    for id in 1..=3_000 {
        let outcome = if id % 1_000 == 0 { "trapped" } else { "succeeded" };
        let user = if id % 2 == 0 { &two } else { &one };
        run(user, id, RunTrigger::Scheduled, Some(outcome), vec![]).await;
    }
    run(&one, 3_001, RunTrigger::RunOnce, None, vec![]).await;
    test.store.flush().await.unwrap();
    let ids = async |filter: RunFilter| -> Vec<u64> {
        let page = test.store.system().runs(filter, None).await.unwrap();
        page.items.iter().map(|run| run.id.0).collect()
    };
    let outcome = |outcome: &str| RunFilter { outcome: Some(outcome.to_owned()), ..RunFilter::default() };
    assert_eq!(ids(RunFilter { limit: 2, ..RunFilter::default() }).await, [3_001, 3_000]);
    assert_eq!(ids(outcome("trapped")).await, [3_000, 2_000, 1_000]);
    assert_eq!(ids(outcome(EXECUTING)).await, [3_001]);
    // A run starts at ten times its number.
    let between = |since, until| RunFilter {
        since: Some(Timestamp(since)),
        until: Some(Timestamp(until)),
        ..RunFilter::default()
    };
    assert_eq!(ids(between(500, 530)).await, [52, 51, 50]);
    assert_eq!(ids(between(29_990, 40_000)).await, [3_001, 3_000, 2_999]);
    assert_eq!(ids(RunFilter { limit: 3, ..between(0, 20_000) }).await, [1_999, 1_998, 1_997]);
    let page = test.store.system().runs(outcome("trapped"), Some(RunId(2_000))).await.unwrap();
    assert_eq!(page.items.iter().map(|run| (run.id.0, run.user)).collect::<Vec<_>>(), [(1_000, UserId(2))]);
}

#[tokio::test]
async fn fills_are_found_by_time_and_share_with_their_orders() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let orders = vec![placed(1, "TCS", OrderState::Filled), placed(2, "INFY", OrderState::Filled)];
    let entries = vec![
        entry(1, 1, 1, filled("a")),
        entry(1, 2, 2, filled("b")),
        entry(1, 3, 1, OrderEvent::Sent),
        entry(1, 4, 1, filled("c")),
    ];
    user.append_journal_durable(entries, orders).await.unwrap();
    let all = || FillFilter { since: None, until: None, symbol: None, after: None, limit: 100 };
    let keys = async |filter| -> Vec<String> {
        let page = user.fill_page(filter).await.unwrap();
        page.items
            .into_iter()
            .map(|found| format!("{} {}", found.fill.key, found.order.request.symbol))
            .collect()
    };
    assert_eq!(keys(all()).await, ["c TCS", "b INFY", "a TCS"]);
    assert_eq!(keys(FillFilter { symbol: Symbol::new("TCS").ok(), ..all() }).await, ["c TCS", "a TCS"]);
    let (since, until) = (Some(Timestamp(2)), Some(Timestamp(4)));
    assert_eq!(keys(FillFilter { since, until, ..all() }).await, ["b INFY"]);
    let first = user.fill_page(FillFilter { limit: 1, ..all() }).await.unwrap();
    assert_eq!(first.items[0].fill.key, "c");
    assert_eq!(keys(FillFilter { after: first.next, ..all() }).await, ["b INFY", "a TCS"]);
    assert!(test.store.user(UserId(2)).fill_page(all()).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn every_decision_that_is_searched_for_is_on_one_page() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let decision = |symbol: &str, action: &str| DecisionRow {
        symbol: symbol.to_owned(),
        action: action.to_owned(),
        reason: "signal".to_owned(),
        evidence: Vec::new(),
    };
    for id in 1..=3 {
        let task = Task::literal(if id == 2 { "sell_monitor" } else { "buy_orders" });
        user.start_run(run_start(id, task, id.cast_signed() * 10)).await.unwrap();
        let decisions = vec![decision("TCS", "buy"), decision("INFY", "skip"), decision("TCS", "skip")];
        let finish = RunFinish::new(RunId(id), "succeeded", Timestamp(99));
        user.finish_run(RunFinish { decisions, ..finish }).await.unwrap();
    }
    test.store.flush().await.unwrap();
    let all = DecisionSearch::default;
    let found = async |search: DecisionSearch| -> Vec<(u64, u32)> {
        let (mut search, mut found) = (search, Vec::new());
        loop {
            let page = user.search_decisions(search.clone()).await.unwrap();
            found.extend(page.items.iter().map(|line| (line.cursor.run.run.0, line.cursor.number)));
            search.after = page.next;
            if search.after.is_none() {
                return found;
            }
        }
    };
    let every = [(3, 0), (3, 1), (3, 2), (2, 0), (2, 1), (2, 2), (1, 0), (1, 1), (1, 2)];
    for limit in 1..=10 {
        assert_eq!(found(DecisionSearch { limit, ..all() }).await, every, "by {limit}");
    }
    let text = |text: &str| Some(text.to_owned());
    let tcs = DecisionSearch { symbol: text("TCS"), limit: 1, ..all() };
    assert_eq!(found(tcs.clone()).await, [(3, 0), (3, 2), (2, 0), (2, 2), (1, 0), (1, 2)]);
    assert_eq!(found(DecisionSearch { action: text("skip"), ..tcs }).await, [(3, 2), (2, 2), (1, 2)]);
    let task = Some(Task::literal("sell_monitor"));
    assert_eq!(found(DecisionSearch { task, action: text("buy"), ..all() }).await, [(2, 0)]);
    assert!(found(DecisionSearch { reason: text("none"), ..all() }).await.is_empty());
    let (since, until) = (Some(Timestamp(20)), Some(Timestamp(30)));
    assert_eq!(found(DecisionSearch { since, until, ..all() }).await, [(2, 0), (2, 1), (2, 2)]);
}
