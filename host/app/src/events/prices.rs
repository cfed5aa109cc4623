//! Prices as the stream tells them: those of one pulse, written down once for every listener and kept until the next.
//!
//! They are not in the ring. A new price makes the one before worthless, so nobody who comes back is told an old one, and
//! some hundred shares a minute drive no order out of the ring.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::sync::Arc;

use prahari_brokers::Quote;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::text::into_one_line;
use prahari_domain::time::Timestamp;
use serde::Serialize;
use tokio::sync::watch;

use super::EventBus;
use super::message::Rfc3339;
use super::wishes::{MOST_PRICED, Picked, PriceWish};

/// What listeners are told of one pulse.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    /// The messages, by share.
    texts: BTreeMap<Symbol, Arc<str>>,
    /// The shares that each user held whose shares are followed.
    held: BTreeMap<UserId, BTreeSet<Symbol>>,
}

/// Where a listener hears of pulses; none for one that wants no prices.
pub(super) type Pulses = Option<watch::Receiver<Arc<Pulse>>>;

impl EventBus {
    /// Returns whether any listener wants prices. Ask before anything is done for them.
    pub fn are_prices_wanted(&self) -> bool {
        !self.wishes.lock().is_empty()
    }

    /// Returns the users whose shares some listener follows.
    pub fn followed_holders(&self) -> Vec<UserId> {
        self.wishes.lock().followed()
    }

    /// The shares whose prices the listeners want, [`MOST_PRICED`] at most; `held` has those of the users who are followed.
    pub fn pick_priced(&self, held: &BTreeMap<UserId, BTreeSet<Symbol>>) -> Picked {
        self.wishes.lock().pick(held, MOST_PRICED)
    }

    /// Tells each listener those of these prices that it wants; `held` as for [`EventBus::pick_priced`]. Never waits. A
    /// listener that has not read the prices before hears only these.
    pub fn tell_prices(&self, quotes: &[Quote], held: BTreeMap<UserId, BTreeSet<Symbol>>) {
        let now = self.clock.now();
        let mut texts = BTreeMap::new();
        for quote in quotes {
            match text(now, quote) {
                Ok(text) => {
                    texts.insert(quote.symbol.clone(), text);
                }
                Err(error) => tracing::error!(%error, "a price could not be told"),
            }
        }
        self.pulses.send_replace(Arc::new(Pulse { texts, held }));
    }
}

impl Pulse {
    /// The messages for a listener who wants this, by share.
    pub(super) fn of(&self, wish: &PriceWish) -> Vec<Arc<str>> {
        let symbols = match wish {
            PriceWish::Nothing => None,
            PriceWish::Named(symbols) => Some(symbols),
            PriceWish::HeldBy(user) => self.held.get(user),
        };
        symbols.into_iter().flatten().filter_map(|symbol| self.texts.get(symbol).cloned()).collect()
    }
}

/// Waits until there is a pulse that was not read; for ever where none is listened to. Nothing is lost when the wait is given
/// up.
pub(super) async fn next_pulse(pulses: &mut Pulses) {
    let Some(pulses) = pulses else { return pending().await };
    match pulses.changed().await {
        // Whoever waits reads it next.
        Ok(()) => pulses.mark_changed(),
        // The bus lives as long as its listeners.
        Err(_) => pending().await,
    }
}

/// A price as it is sent. It has no number: nobody goes on from it.
fn text(now: Timestamp, quote: &Quote) -> serde_json::Result<Arc<str>> {
    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(rename = "type")]
        kind: &'static str,
        at: String,
        symbol: &'a Symbol,
        last_paise: Paise,
        #[serde(skip_serializing_if = "Option::is_none")]
        previous_close_paise: Option<Paise>,
        priced_at: String,
        source: &'static str,
    }
    let body = Body {
        kind: super::Topic::Quote.name(),
        at: Rfc3339(now).to_string(),
        symbol: &quote.symbol,
        last_paise: quote.last,
        previous_close_paise: Some(quote.previous_close).filter(|close| *close > Paise::ZERO),
        priced_at: Rfc3339(quote.at).to_string(),
        source: quote.source,
    };
    Ok(Arc::from(into_one_line(serde_json::to_string(&body)?)))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::super::{Audience, Delivery, Event, Filter, Listener, LogEvent, Subscription, Topic};
    use super::*;
    use crate::clock::Clock;

    const ANITA: UserId = UserId(1);
    const BALA: UserId = UserId(2);
    const NINE_FIFTEEN: Timestamp = Timestamp(1_735_789_500_000);

    fn bus() -> Arc<EventBus> {
        Arc::new(EventBus::new(Clock::at(NINE_FIFTEEN)))
    }

    fn symbol(name: &str) -> Symbol {
        Symbol::new(name).unwrap()
    }

    fn quote(name: &str, last: i64) -> Quote {
        Quote {
            symbol: symbol(name),
            last: Paise(last),
            indicative: None,
            open: None,
            high: None,
            low: None,
            previous_close: Paise(10_000),
            volume: 0,
            at: NINE_FIFTEEN,
            source: "csv",
            derived: false,
        }
    }

    fn listen(bus: &Arc<EventBus>, user: UserId, prices: PriceWish) -> Subscription {
        let filter = Filter { prices, ..Filter::default() };
        bus.subscribe_to(Listener::User(user), filter, None).0
    }

    fn named(names: &[&str]) -> PriceWish {
        PriceWish::Named(names.iter().map(|name| symbol(name)).collect())
    }

    fn none_held() -> BTreeMap<UserId, BTreeSet<Symbol>> {
        BTreeMap::new()
    }

    /// Symbols and prices that have been told so far, without waiting.
    fn heard(subscription: &mut Subscription) -> Vec<(String, i64)> {
        let mut found = Vec::new();
        while let Some(Delivery::Prices(texts)) = subscription.next().now_or_never() {
            for text in texts {
                let value: serde_json::Value = serde_json::from_str(&text).unwrap();
                let symbol = value["symbol"].as_str().unwrap().to_owned();
                found.push((symbol, value["last_paise"].as_i64().unwrap()));
            }
        }
        found
    }

    #[test]
    fn a_price_is_one_json_object_without_a_number() {
        let bus = bus();
        let mut listening = listen(&bus, ANITA, named(&["M&M"]));
        bus.tell_prices(&[quote("M&M", 10_050)], none_held());
        let Some(Delivery::Prices(texts)) = listening.next().now_or_never() else { panic!("a price") };
        let at = "2025-01-02T09:15:00.000+05:30";
        let expected = format!(
            r#"{{"type":"quote","at":"{at}","symbol":"M&M","last_paise":10050,"previous_close_paise":10000,"priced_at":"{at}","source":"csv"}}"#
        );
        assert_eq!(texts.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
    }

    #[test]
    fn each_listener_hears_the_shares_it_wants_and_nobody_an_old_price() {
        let bus = bus();
        assert!(!bus.are_prices_wanted());
        let mut anita = listen(&bus, ANITA, named(&["TCS", "SBIN"]));
        let mut bala = listen(&bus, BALA, PriceWish::HeldBy(BALA));
        let mut deaf = listen(&bus, BALA, PriceWish::Nothing);
        assert!(bus.are_prices_wanted());
        assert_eq!(bus.followed_holders(), [BALA]);
        let held = BTreeMap::from([(BALA, BTreeSet::from([symbol("INFY")]))]);
        let quotes = |last| [quote("INFY", last), quote("TCS", last)];
        bus.tell_prices(&quotes(1), held.clone());
        bus.tell_prices(&quotes(2), held);
        assert_eq!(heard(&mut anita), [("TCS".to_owned(), 2)]);
        assert_eq!(heard(&mut bala), [("INFY".to_owned(), 2)]);
        assert_eq!(heard(&mut deaf), []);
        let mut late = listen(&bus, ANITA, named(&["TCS"]));
        assert_eq!(heard(&mut late), [], "it came after the pulse");
        drop((anita, bala, late));
        assert!(!bus.are_prices_wanted());
        drop(deaf);
    }

    #[test]
    fn at_one_pulse_no_more_shares_are_asked_for_than_the_bound() {
        let bus = bus();
        let share = |user: u64, number: u64| symbol(&format!("S{}", user * 50 + number));
        let wish = |user: u64| PriceWish::Named((0..50).map(|number| share(user, number)).collect());
        let listening: Vec<_> = (0..11).map(|user| listen(&bus, UserId(user), wish(user))).collect();
        let picked = bus.pick_priced(&none_held());
        assert_eq!((picked.shares.len(), picked.left_out), (MOST_PRICED, 11 * 50 - MOST_PRICED));
        drop(listening);
    }

    #[test]
    fn a_price_is_no_event_and_comes_beside_them() {
        let bus = bus();
        let only = Filter { topics: Some(vec![Topic::Quote]), prices: named(&["TCS"]), ..Filter::default() };
        let (mut listening, _) = bus.subscribe_to(Listener::User(ANITA), only, None);
        let line =
            LogEvent { run: None, task: None, level: "info", message: "a line".to_owned(), number: None };
        bus.publish(Audience::User(ANITA), Event::Log(line));
        bus.tell_prices(&[quote("TCS", 1)], none_held());
        assert_eq!(heard(&mut listening), [("TCS".to_owned(), 1)]);
        assert_eq!(bus.held().0, 1, "only the line is kept");
    }

    #[tokio::test]
    async fn a_listener_that_waits_is_woken_by_a_pulse() {
        let bus = bus();
        let mut listening = listen(&bus, ANITA, named(&["TCS"]));
        let waiting = tokio::spawn(async move { listening.next().await });
        tokio::task::yield_now().await;
        bus.tell_prices(&[quote("TCS", 1)], none_held());
        let Delivery::Prices(texts) = waiting.await.unwrap() else { panic!("a price") };
        assert_eq!(texts.len(), 1);
        assert!(!bus.are_prices_wanted());
    }

    #[test]
    fn a_stop_comes_before_any_price() {
        let bus = bus();
        let mut listening = listen(&bus, ANITA, named(&["TCS"]));
        bus.tell_prices(&[quote("TCS", 1)], none_held());
        bus.end();
        assert_eq!(listening.next().now_or_never(), Some(Delivery::Ended));
    }
}
