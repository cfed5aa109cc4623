//! A quarter of trading days with three strategies in one account: the tasks that come with the program, a buyer by momentum with
//! its own exit task, and the same two components once more under other names.

use std::collections::{BTreeMap, BTreeSet};

use prahari_app::daemon::Daemon;
use prahari_brokers::Holding;
use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderEvent, OrderRequest, Side};
use prahari_domain::strategies::StrategyName;

use super::{MOMENTUM, add, analysed, figures, support};
use support::console::Console;
use support::{ADMIN, TestHost, at, guests, run};

/// As momentum, by the same components.
const ECHO: StrategyName = StrategyName::literal("echo");

/// What the orders of a journal come to, counted here once more.
#[derive(Default)]
struct Counted {
    orders: BTreeMap<OrderId, (StrategyName, OrderRequest, RunId)>,
    /// Shares by strategy and symbol.
    held: BTreeMap<(StrategyName, String), i64>,
    bought: BTreeMap<StrategyName, u32>,
    sold: BTreeMap<StrategyName, u32>,
    /// Symbols that several strategies held at once.
    shared: BTreeSet<String>,
}

impl Counted {
    async fn of(daemon: &Daemon) -> Self {
        let mut counted = Self::default();
        for entry in daemon.store.user(ADMIN).load_journal(0).await.unwrap() {
            match entry.event {
                OrderEvent::Intended { request, run, strategy, .. } => {
                    counted.orders.insert(entry.order, (strategy, request, run));
                }
                OrderEvent::Filled(fill) => counted.fill(entry.order, fill.quantity),
                _ => {}
            }
        }
        counted
    }

    fn fill(&mut self, order: OrderId, quantity: u32) {
        let (strategy, request, _) = &self.orders[&order];
        let (strategy, symbol) = (*strategy, request.symbol.to_string());
        let (fills, sign) = match request.side {
            Side::Buy => (&mut self.bought, 1),
            Side::Sell => (&mut self.sold, -1),
        };
        *fills.entry(strategy).or_default() += 1;
        let held = self.held.entry((strategy, symbol.clone())).or_default();
        *held += sign * i64::from(quantity);
        assert!(*held >= 0, "{strategy} sold {symbol} that it did not hold");
        let holders = self.held.iter().filter(|((_, of), held)| *of == symbol && **held > 0);
        if holders.count() > 1 {
            self.shared.insert(symbol);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strategies_in_one_account_trade_a_quarter_apart() {
    let console = Console::of(TestHost::new(3), at("2025-01-01", "00:00")).await;
    let daemon = &console.daemon;
    let (buys, sells) = (guests::buys_momentum(), guests::sells_everything());
    add(daemon, ("momentum_exit", MOMENTUM), "10:00", sells.clone()).await;
    add(daemon, ("momentum_buys", MOMENTUM), "11:00", buys.clone()).await;
    add(daemon, ("echo_exit", ECHO), "13:00", sells).await;
    add(daemon, ("echo_buys", ECHO), "14:00", buys).await;
    daemon.services.start_service(ADMIN).await.unwrap();
    run(daemon, at("2025-03-31", "08:00")).await;

    let counted = Counted::of(daemon).await;
    for strategy in [StrategyName::REBOUND, MOMENTUM, ECHO] {
        let (bought, sold) = (counted.bought.get(&strategy), counted.sold.get(&strategy));
        assert!(bought.is_some_and(|fills| *fills > 5), "{strategy} bought {bought:?}");
        assert!(sold.is_some_and(|fills| *fills > 5), "{strategy} sold {sold:?}");
    }
    assert!(!counted.shared.is_empty(), "some share was held by two strategies at once");
    each_order_is_of_the_strategy_of_its_task(daemon, &counted).await;
    the_books_are_those_of_the_broker(daemon, &counted).await;
    the_results_add_up(&console).await;
    analysed::fits_the_executions(&console).await;
    figures::fit_the_journal(&console).await;
    console.stop().await;
}

async fn each_order_is_of_the_strategy_of_its_task(daemon: &Daemon, counted: &Counted) {
    let tasks = daemon.tasks.current();
    for (order, (strategy, _, run)) in &counted.orders {
        let run = daemon.store.user(ADMIN).find_run(*run).await.unwrap().unwrap();
        assert_eq!(tasks.strategy(run.task), *strategy, "{order} of {}", run.task);
    }
}

async fn the_books_are_those_of_the_broker(daemon: &Daemon, counted: &Counted) {
    let user = daemon.users.find(ADMIN).unwrap();
    let broker = user.link().broker;
    let theirs: BTreeMap<_, _> = broker
        .holdings()
        .await
        .unwrap()
        .into_iter()
        .map(Holding::into_shares)
        .filter(|(_, held)| *held > 0)
        .collect();
    let desk = user.desk.lock().await;
    let book = desk.book();
    let ours: BTreeMap<_, _> =
        book.held_symbols().map(|symbol| (symbol.clone(), book.held(symbol))).collect();
    assert_eq!(ours, theirs);
    assert_eq!(broker.funds().await.unwrap().cash, book.cash());
    assert_eq!(book.difference(), Paise::ZERO);
    for ((strategy, symbol), held) in &counted.held {
        assert_eq!(
            i64::from(book.held_by(*strategy, &symbol.parse().unwrap())),
            *held,
            "{strategy} {symbol}"
        );
    }
}

/// What the strategies brought adds up to what the user has: in the books, of each closed date, and of all of them.
async fn the_results_add_up(console: &Console) {
    let user = console.daemon.users.find(ADMIN).unwrap();
    let (results, realised, charges) = {
        let desk = user.desk.lock().await;
        let book = desk.book();
        (book.results().to_vec(), book.realised(), book.charges())
    };
    assert_eq!(results.len(), 3);
    assert_eq!(results.iter().map(|result| result.realised).sum::<Paise>(), realised);
    assert_eq!(results.iter().map(|result| result.charges).sum::<Paise>(), charges);

    let admin = console.admin().await;
    let sum = |of: &serde_json::Value, field: &str| -> i64 {
        of["strategies"].as_array().unwrap().iter().map(|part| part[field].as_i64().unwrap()).sum()
    };
    let fields = ["realised_paise", "charges_paise", "net_paise", "unrealised_paise", "trades"];
    let whole = admin.get("/api/v1/pnl/summary").await.ok();
    for field in fields {
        assert_eq!(sum(&whole, field), whole[field].as_i64().unwrap(), "{field} of {whole}");
    }
    for (result, part) in results.iter().zip(whole["strategies"].as_array().unwrap()) {
        assert_eq!(part["strategy"], result.strategy.name());
        assert_eq!(part["realised_paise"], result.realised.0, "the statements say what the books say");
        assert_eq!(part["charges_paise"], result.charges.0);
    }
    let daily = admin.get("/api/v1/pnl/daily?limit=500").await.ok();
    let daily = daily["items"].as_array().unwrap();
    assert!(daily.len() > 55, "{} dates", daily.len());
    for date in daily {
        for field in fields {
            assert_eq!(sum(date, field), date[field].as_i64().unwrap(), "{field} of {date}");
        }
    }
}
