//! The bus by itself: who hears what, resuming, falling behind, ending.

use std::sync::Arc;

use futures::FutureExt;
use prahari_domain::time::Timestamp;

use super::*;

const ANITA: UserId = UserId(1);
const BALA: UserId = UserId(2);

fn bus() -> Arc<EventBus> {
    Arc::new(EventBus::new(Clock::at(Timestamp(1_735_789_500_000))))
}

fn line(text: &str) -> Event {
    Event::Log(LogEvent { run: None, task: None, level: "info", message: text.to_owned(), number: None })
}

fn user(user: UserId) -> Listener {
    Listener::User(user)
}

/// What has been told so far, without waiting.
fn heard(subscription: &mut Subscription) -> Vec<String> {
    let mut texts = Vec::new();
    while let Some(delivery) = subscription.next().now_or_never() {
        match delivery {
            Delivery::Events(events) => texts.extend(events.iter().map(text)),
            other => texts.push(format!("{other:?}")),
        }
    }
    texts
}

fn text(message: &Message) -> String {
    let value: serde_json::Value = serde_json::from_str(&message.json()).unwrap();
    assert_eq!(value["sequence"], message.sequence);
    format!("{} {}", message.sequence, value["message"].as_str().unwrap())
}

#[test]
fn nothing_is_kept_before_somebody_listens() {
    let bus = bus();
    bus.publish_with(Audience::Everybody, || panic!("described for nobody"));
    assert_eq!(bus.held(), (0, 0));
    let (_listening, greeting) = bus.subscribe(user(ANITA), None);
    assert_eq!(greeting, Greeting { epoch: bus.epoch().to_owned(), sequence: 0, start: Start::New });
    bus.publish(Audience::Everybody, line("first"));
    assert_eq!(bus.held().0, 1);
}

#[test]
fn an_event_is_one_json_object() {
    let bus = bus();
    let (mut listening, _) = bus.subscribe(user(ANITA), None);
    bus.publish(
        Audience::User(ANITA),
        Event::Task(TaskEvent::Slot {
            task: prahari_domain::tasks::Task::literal("buy_orders"),
            due_at: Timestamp(1_735_789_500_000),
            outcome: "ran",
            reason: "bought \"2\"".to_owned(),
            run: None,
        }),
    );
    let Some(Delivery::Events(events)) = listening.next().now_or_never() else { panic!("an event") };
    assert_eq!(
        events[0].json(),
        r#"{"sequence":1,"at":"2025-01-02T09:15:00.000+05:30","user":1,"type":"task","phase":"slot","task":"buy_orders","due_at":"2025-01-02T09:15:00.000+05:30","outcome":"ran","reason":"bought \"2\""}"#
    );
}

#[test]
fn a_user_hears_of_own_events_and_of_those_for_everybody_and_an_admin_of_all() {
    let bus = bus();
    let (mut anita, _) = bus.subscribe(user(ANITA), None);
    let (mut bala, _) = bus.subscribe(user(BALA), None);
    let (mut admin, _) = bus.subscribe(Listener::Admin(UserId(9)), None);
    bus.publish(Audience::User(ANITA), line("hers"));
    bus.publish(Audience::User(BALA), line("his"));
    bus.publish(Audience::Admins, line("theirs"));
    bus.publish(Audience::Everybody, line("ours"));
    assert_eq!(heard(&mut anita), ["1 hers", "4 ours"]);
    assert_eq!(heard(&mut bala), ["2 his", "4 ours"]);
    assert_eq!(heard(&mut admin), ["1 hers", "2 his", "3 theirs", "4 ours"]);
}

#[test]
fn a_listener_that_comes_back_hears_what_it_missed_once() {
    let bus = bus();
    let (listening, greeting) = bus.subscribe(user(ANITA), None);
    bus.publish(Audience::User(ANITA), line("a"));
    drop(listening);
    bus.publish(Audience::User(BALA), line("b"));
    bus.publish(Audience::User(ANITA), line("c"));
    let since = Since { epoch: greeting.epoch, sequence: 1 };
    let (mut back, greeting) = bus.subscribe(user(ANITA), Some(&since));
    assert_eq!((greeting.sequence, greeting.start), (1, Start::Resumed));
    bus.publish(Audience::User(ANITA), line("d"));
    assert_eq!(heard(&mut back), ["3 c", "4 d"]);
}

#[test]
fn numbers_of_another_epoch_or_of_the_future_are_not_gone_on_from() {
    let bus = bus();
    let (_listening, _) = bus.subscribe(user(ANITA), None);
    bus.publish(Audience::Everybody, line("a"));
    let other = Since { epoch: self::bus().epoch().to_owned(), sequence: 1 };
    assert_ne!(other.epoch, bus.epoch());
    assert_eq!(bus.subscribe(user(ANITA), Some(&other)).1.start, Start::Resync);
    let future = Since { epoch: bus.epoch().to_owned(), sequence: 2 };
    assert_eq!(bus.subscribe(user(ANITA), Some(&future)).1.start, Start::Resync);
}

#[test]
fn one_that_falls_behind_is_told_so_and_goes_on_at_the_present() {
    let bus = bus();
    let (mut slow, greeting) = bus.subscribe(user(ANITA), None);
    bus.publish(Audience::User(ANITA), line("lost"));
    for _ in 0..MOST_EVENTS {
        bus.publish(Audience::User(BALA), line("his"));
    }
    let newest = MOST_EVENTS as u64 + 1;
    assert_eq!(heard(&mut slow), [format!("Resync({newest})")]);
    bus.publish(Audience::User(ANITA), line("present"));
    assert_eq!(heard(&mut slow), [format!("{} present", newest + 1)]);
    let since = Since { epoch: greeting.epoch, sequence: 0 };
    let (_, greeting) = bus.subscribe(user(ANITA), Some(&since));
    assert_eq!((greeting.sequence, greeting.start), (newest + 1, Start::Resync));
}

#[test]
fn the_noise_of_others_makes_nobody_fall_behind() {
    let bus = bus();
    let (mut quiet, greeting) = bus.subscribe(user(ANITA), None);
    for _ in 0..2 * MOST_EVENTS {
        bus.publish(Audience::User(BALA), line("his"));
    }
    bus.publish(Audience::User(ANITA), line("hers"));
    // A second window of hers may come back to where the first began: nothing of hers is gone.
    let since = Since { epoch: greeting.epoch, sequence: 0 };
    assert_eq!(bus.subscribe(user(ANITA), Some(&since)).1.start, Start::Resumed);
    assert_eq!(heard(&mut quiet), [format!("{} hers", 2 * MOST_EVENTS + 1)]);
}

#[test]
fn a_quiet_listener_knows_the_present_but_passes_nothing_that_waits_for_it() {
    let bus = bus();
    let (mut quiet, greeting) = bus.subscribe(user(ANITA), None);
    bus.publish(Audience::User(BALA), line("his"));
    assert_eq!(quiet.caught_up(), Some(1));
    bus.publish(Audience::User(ANITA), line("hers"));
    bus.publish(Audience::User(BALA), line("his"));
    assert_eq!(quiet.caught_up(), None);
    assert_eq!(heard(&mut quiet), ["2 hers"]);
    assert_eq!(quiet.caught_up(), Some(3));
    drop(quiet);
    let (mut back, _) = bus.subscribe(user(ANITA), Some(&Since { epoch: greeting.epoch, sequence: 1 }));
    assert_eq!(back.caught_up(), None, "it has not read yet");
    assert_eq!(heard(&mut back), ["2 hers"]);
}

#[tokio::test]
async fn the_bus_is_deserted_when_the_last_listener_has_gone() {
    let bus = bus();
    bus.no_listeners().await;
    let (listening, _) = bus.subscribe(user(ANITA), None);
    let waiting = tokio::spawn({
        let bus = bus.clone();
        async move { bus.no_listeners().await }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    drop(listening);
    waiting.await.unwrap();
}

#[test]
fn the_ring_is_bounded_in_events_and_in_bytes() {
    let bus = bus();
    let (_listening, _) = bus.subscribe(user(ANITA), None);
    let long = "x".repeat(64 << 10);
    for _ in 0..1_000 {
        bus.publish(Audience::User(ANITA), line(&long));
        assert!(bus.held().1 <= MOST_BYTES);
    }
    let (events, bytes) = bus.held();
    assert!(events < 256 && bytes > MOST_BYTES / 2, "{events} events, {bytes} bytes");
    for _ in 0..2 * MOST_EVENTS {
        bus.publish(Audience::User(ANITA), line(""));
    }
    assert_eq!(bus.held().0, MOST_EVENTS);
}

#[tokio::test]
async fn a_waiting_listener_is_woken() {
    let bus = bus();
    let (mut listening, _) = bus.subscribe(user(ANITA), None);
    let waiting = tokio::spawn(async move { listening.next().await });
    tokio::task::yield_now().await;
    bus.publish(Audience::User(ANITA), line("now"));
    let Delivery::Events(events) = waiting.await.unwrap() else { panic!("an event") };
    assert_eq!(text(&events[0]), "1 now");
    assert_eq!(bus.listening(), 0);
}

#[test]
fn a_change_of_rights_and_the_end_come_before_any_event() {
    let bus = bus();
    let (mut anita, _) = bus.subscribe(user(ANITA), None);
    let (mut admin, _) = bus.subscribe(Listener::Admin(BALA), None);
    bus.publish(Audience::Everybody, line("a"));
    bus.recheck(ANITA);
    assert_eq!(anita.next().now_or_never(), Some(Delivery::Recheck));
    assert_eq!(heard(&mut anita), ["1 a"]);
    assert_eq!(heard(&mut admin), ["1 a"]);
    for _ in 0..=CONTROLS {
        bus.recheck(ANITA);
    }
    assert_eq!(admin.next().now_or_never(), Some(Delivery::Recheck), "too many to tell apart");
    bus.publish(Audience::Everybody, line("b"));
    bus.end();
    assert_eq!(anita.next().now_or_never(), Some(Delivery::Ended));
    assert_eq!(bus.subscribe(user(ANITA), None).0.next().now_or_never(), Some(Delivery::Ended));
}

#[test]
fn a_filter_lets_through_what_was_asked_for_and_its_listener_resumes_behind_the_rest() {
    let bus = bus();
    let admin = Listener::Admin(UserId(9));
    let only = |topics: &[Topic]| Filter { topics: Some(topics.to_vec()), ..Filter::default() };
    let (mut lines, _) = bus.subscribe_to(admin, only(&[Topic::Log]), None);
    let (mut changes, _) = bus.subscribe_to(admin, only(&[Topic::Changed, Topic::Alert]), None);
    let of_anita = Filter { user: Some(ANITA), ..Filter::default() };
    let (mut anita, _) = bus.subscribe_to(admin, of_anita, None);
    bus.publish(Audience::User(ANITA), line("one"));
    bus.publish(Audience::User(BALA), line("two"));
    bus.changed(Audience::User(BALA), Resource::Signal, 7);
    bus.publish(Audience::Admins, line("three"));
    bus.publish(Audience::Everybody, line("four"));
    bus.changed(Audience::Everybody, Resource::KillSwitch, "");
    assert_eq!(heard(&mut lines), ["1 one", "2 two", "4 three", "5 four"]);
    assert_eq!(lines.caught_up(), Some(6));
    let jsons = |subscription: &mut Subscription| {
        let mut found = Vec::new();
        while let Some(Delivery::Events(events)) = subscription.next().now_or_never() {
            found.extend(events.iter().map(Message::json));
        }
        found
    };
    let at = "2025-01-02T09:15:00.000+05:30";
    let expected = [
        format!(r#"{{"sequence":3,"at":"{at}","user":2,"type":"changed","what":"signal","id":"7"}}"#),
        format!(r#"{{"sequence":6,"at":"{at}","type":"changed","what":"kill_switch"}}"#),
    ];
    assert_eq!(jsons(&mut changes), expected);
    let sequences: Vec<_> = jsons(&mut anita).iter().map(|json| json[..13].to_owned()).collect();
    assert_eq!(sequences, [1, 5, 6].map(|sequence| format!(r#"{{"sequence":{sequence}"#)));
}

#[test]
fn heartbeats_can_be_left_out() {
    let bus = bus();
    let quiet = Filter { heartbeats: false, ..Filter::default() };
    let (mut quiet, _) = bus.subscribe_to(user(ANITA), quiet, None);
    let (mut all, _) = bus.subscribe(user(ANITA), None);
    for change in [ServiceChange::Started, ServiceChange::Heartbeat] {
        let event = ServiceEvent { task: None, change, reason: String::new() };
        bus.publish(Audience::User(ANITA), Event::Service(event));
    }
    let count = |subscription: &mut Subscription| match subscription.next().now_or_never() {
        Some(Delivery::Events(events)) => events.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!((count(&mut quiet), count(&mut all)), (1, 2));
}
