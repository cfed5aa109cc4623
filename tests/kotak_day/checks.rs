//! What has to hold between our books and the fake's, whatever went wrong: looked up in journal, alerts and fake.

use std::collections::{BTreeMap, BTreeSet};

use kotak_sim::{KotakSim, OrderView, Status};
use prahari_app::daemon::Daemon;
use prahari_domain::book::Book;
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{JournalEntry, Order, OrderEvent, OrderState, Side};
use prahari_store::AlertFilter;

use crate::outside::Outside;

/// Our side of a user: the journal, its orders, and what somebody was told of them.
struct Ours {
    book: Book,
    journal: Vec<JournalEntry>,
    alerts: Vec<String>,
}

impl Ours {
    async fn read(daemon: &Daemon, user: UserId) -> Self {
        daemon.store.flush().await.unwrap();
        let scope = daemon.store.user(user);
        let all = AlertFilter { open: None, before: None, limit: 1_000 };
        let alerts = daemon.store.system().alerts(all).await.unwrap();
        let capital = scope.find().await.unwrap().unwrap().capital;
        let (journal, mut book) = (scope.load_journal(0).await.unwrap(), Book::open(user, capital));
        for entry in &journal {
            book.apply(entry).unwrap();
        }
        let alerts = alerts.into_iter().map(|alert| format!("{} {}", alert.subject, alert.detail)).collect();
        Self { book, journal, alerts }
    }

    fn of_tag(&self, tag: &str) -> Option<&Order> {
        self.book.orders().find(|order| order.broker_tag() == tag)
    }

    /// Whether it is open what became of an order.
    fn is_unknown(order: &Order) -> bool {
        matches!(order.state, OrderState::Intent | OrderState::Sent | OrderState::Unknown)
    }

    fn has_alarmed(&self, order: &Order) -> bool {
        let names = [order.id.to_string(), order.broker_tag()];
        self.alerts.iter().any(|alert| names.iter().any(|name| alert.contains(name.as_str())))
    }

    fn was_sent(&self, order: &Order) -> bool {
        let mut entries = self.journal.iter().filter(|entry| entry.order == order.id);
        entries.any(|entry| entry.event == OrderEvent::Sent)
    }
}

/// No tag came twice, and each order that one side alone knows, or knows to go on, is unknown or alarmed.
pub async fn nothing_is_doubled_or_hidden(outside: &Outside, daemon: &Daemon, user: UserId) {
    let (ours, theirs) = (Ours::read(daemon, user).await, outside.orders(user));
    no_tag_came_twice(&outside.sim);
    let mut seen = BTreeSet::new();
    for known in theirs.iter().filter(|known| !known.from_app) {
        let tag = known.sent_tag.as_deref().unwrap_or_default();
        let order = ours.of_tag(tag).unwrap_or_else(|| panic!("nobody knows {known:?}"));
        seen.insert(order.id);
        match &order.broker_id {
            Some(number) => assert_eq!(*number, known.number, "{order:?} {known:?}"),
            None => assert!(
                Ours::is_unknown(order) || ours.has_alarmed(order),
                "the broker has it, and we say otherwise without a word: {order:?} {known:?}"
            ),
        }
        let goes_on = !known.status.is_finished() || known.filled != i64::from(order.filled);
        assert!(
            !(order.state.is_final() && goes_on) || ours.has_alarmed(order),
            "to us it has ended, and at the broker it has not, or not so: {order:?} {known:?}"
        );
    }
    for order in ours.book.orders().filter(|order| !seen.contains(&order.id)) {
        assert_eq!(order.broker_id, None, "the broker does not have it: {order:?}");
        assert_eq!(order.filled, 0, "{order:?}");
        let is_known = order.state == OrderState::Rejected || !ours.was_sent(order);
        assert!(is_known || Ours::is_unknown(order) || ours.has_alarmed(order), "{order:?}");
    }
}

fn no_tag_came_twice(sim: &KotakSim) {
    for story in sim.tags() {
        assert!(story.places <= 1 && story.orders.len() <= 1, "{story:?}");
    }
}

/// No decision became two orders. A run is one decision here, with whatever was tried again of it; what the exchange
/// rejected, and filled nothing of, may be.
pub async fn no_decision_is_two_orders(outside: &Outside, daemon: &Daemon, user: UserId) {
    let (ours, theirs) = (Ours::read(daemon, user).await, outside.orders(user));
    let mut of_decision: BTreeMap<RunId, Vec<&OrderView>> = BTreeMap::new();
    for known in theirs.iter().filter(|known| known.status != Status::Rejected || known.filled > 0) {
        if let Some(order) = known.sent_tag.as_deref().and_then(|tag| ours.of_tag(tag)) {
            of_decision.entry(order.run).or_default().push(known);
        }
    }
    for (run, orders) in of_decision {
        assert_eq!(orders.len(), 1, "run {run} has become {orders:?}");
    }
}

/// Orders, executions, shares and cash before charges are the fake's, to the paisa.
pub async fn books_are_the_brokers(outside: &Outside, daemon: &Daemon, user: UserId) {
    let (ours, theirs) = (Ours::read(daemon, user).await, outside.orders(user));
    for known in &theirs {
        let tag = known.sent_tag.as_deref().unwrap_or_default();
        let order = ours.of_tag(tag).unwrap_or_else(|| panic!("nobody knows {known:?}"));
        assert_eq!(order.broker_id.as_ref(), Some(&known.number), "{order:?} {known:?}");
        let told = (i64::from(order.filled), order.fill_value.0);
        assert_eq!(told, (known.filled, known.value), "{order:?} {known:?}");
        assert_eq!(order.state.is_final(), known.status.is_finished(), "{order:?} {known:?}");
    }
    assert_eq!(executions(&ours), executions_there(outside, user));
    let held = ours.book.held_symbols().map(|symbol| (symbol.to_string(), i64::from(ours.book.held(symbol))));
    let there = outside.sim.holdings(&outside.account(user).ucc);
    let there = there.into_iter().filter(|holding| holding.net != 0);
    let there: BTreeMap<String, i64> =
        there.map(|holding| (holding.symbol.trim_end_matches("-EQ").to_owned(), holding.net)).collect();
    assert_eq!(held.collect::<BTreeMap<String, i64>>(), there);
    let cash = outside.sim.cash(&outside.account(user).ucc).unwrap();
    assert_eq!(ours.book.cash() + ours.book.charges(), Paise(cash), "cash before charges");
    assert_eq!(ours.book.difference(), Paise::ZERO);
    in_memory_is_what_is_in_the_journal(&ours, daemon, user).await;
}

/// Number of the order, shares and price of each execution, sorted.
type Executions = Vec<(String, bool, i64, i64)>;

fn executions(ours: &Ours) -> Executions {
    let of = |entry: &JournalEntry| {
        let OrderEvent::Filled(fill) = &entry.event else { return None };
        let order = ours.book.order(&entry.order)?;
        let number = order.broker_id.clone().unwrap_or_default();
        Some((number, order.request.side == Side::Buy, i64::from(fill.quantity), fill.price.0))
    };
    let mut executions: Executions = ours.journal.iter().filter_map(of).collect();
    executions.sort();
    executions
}

fn executions_there(outside: &Outside, user: UserId) -> Executions {
    let fills = outside.sim.fills(&outside.account(user).ucc).into_iter();
    let of = |fill: kotak_sim::FillView| {
        (fill.order, fill.side == kotak_sim::Side::Buy, fill.quantity, fill.price)
    };
    let mut executions: Executions = fills.map(of).collect();
    executions.sort();
    executions
}

async fn in_memory_is_what_is_in_the_journal(ours: &Ours, daemon: &Daemon, user: UserId) {
    let user = daemon.users.find(user).unwrap();
    assert_eq!(user.halts.of_user().map(|halt| halt.reason), None);
    let desk = user.desk.lock().await;
    assert_eq!(desk.book().cash(), ours.book.cash());
    let states = |book: &Book| -> BTreeMap<String, OrderState> {
        book.orders().map(|order| (order.id.to_string(), order.state)).collect()
    };
    assert_eq!(states(desk.book()), states(&ours.book));
}
