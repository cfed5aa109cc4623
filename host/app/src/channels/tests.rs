//! The courier here is a list of what was handed to it and of what it shall answer; it promises nothing more than
//! [`Courier`] does. Time is moved by hand, and every test waits for what the courier was handed.

#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

mod quiet_hours;
mod setting_up;
mod trying;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use parking_lot::Mutex;
use prahari_couriers::{OutgoingMessage, Reach, Undelivered};
use prahari_domain::money::Paise;
use prahari_domain::settings::{NotificationKind, Silence};
use prahari_domain::time::Timestamp;
use prahari_secrets::{Key, KeyRing};
use prahari_store::{Durability, NewNotification, NewUser, NotificationLevel, NotificationRow, Role};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::deliver::AT_ONCE;
use super::*;
use crate::clock::ManualClock;
use crate::events::{Delivery, EventBus, Listener, Message};
use crate::shutdown::Stop;

const START: Timestamp = Timestamp(1_790_000_000_000);
const MINUTE_MS: i64 = 60_000;

/// What the courier answers next; when nothing is said, it delivers. `None` never answers.
type Answers = Mutex<VecDeque<Option<Result<(), Undelivered>>>>;

struct FakeCourier {
    answers: Answers,
    handed: UnboundedSender<OutgoingMessage>,
    /// Where attempts wait, when the test lets them go one by one.
    gate: Mutex<Option<Arc<Semaphore>>>,
    /// Attempts under way.
    now: AtomicUsize,
    /// Most attempts that were ever under way together.
    most: AtomicUsize,
}

#[async_trait]
impl Courier for FakeCourier {
    fn check(&self, to: &Destination) -> Result<String, String> {
        let Destination::Webhook(webhook) = to else { return Ok("a chat on Telegram".to_owned()) };
        match webhook.url.expose().strip_prefix("https://") {
            Some(_) => Ok("https://receiver".to_owned()),
            None => Err("the address must begin with https://".to_owned()),
        }
    }

    async fn deliver(&self, _to: &Destination, message: &OutgoingMessage) -> Result<(), Undelivered> {
        let answer = self.answers.lock().pop_front().unwrap_or(Some(Ok(())));
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        self.handed.send(message.clone()).unwrap();
        let gate = self.gate.lock().clone();
        if let Some(gate) = gate {
            gate.acquire().await.unwrap().forget();
        }
        self.now.fetch_sub(1, Ordering::SeqCst);
        match answer {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
}

fn new_user(name: &str) -> NewUser {
    NewUser {
        name: name.to_owned(),
        role: Role::User,
        capital: Paise::rupees(1),
        strategy: "{}".to_owned(),
        limits: "{}".to_owned(),
        created_at: START,
    }
}

/// One user and their channels.
struct World {
    channels: Arc<Channels>,
    courier: Arc<FakeCourier>,
    handed: UnboundedReceiver<OutgoingMessage>,
    hand: ManualClock,
    store: Store,
    outbox: Arc<Outbox>,
    asha: UserId,
    /// The end of the quiet hours, while there are any.
    quiet_until: Arc<Mutex<Option<Timestamp>>>,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("prahari.db"), Durability::Off).unwrap();
        let asha = store.system().create_user(new_user("asha")).await.unwrap();
        let (clock, hand) = Clock::manual(START);
        let (tell, handed) = unbounded_channel();
        let courier = Arc::new(FakeCourier {
            answers: Mutex::default(),
            handed: tell,
            gate: Mutex::default(),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let outbox = Arc::new(Outbox::default());
        let quiet_until = Arc::new(Mutex::new(None));
        let events = Arc::new(EventBus::new(clock.clone()));
        let deps = ChannelDeps {
            real: clock.clone(),
            clock,
            store: store.clone(),
            outbox: outbox.clone(),
            events: events.clone(),
            shutdown: Arc::new(Shutdown::new(events, Arc::default())),
            vault: Arc::new(Vault::new(KeyRing::new(Key::generate().unwrap(), Vec::new()))),
            courier: courier.clone(),
            telegram: nowhere(),
            mail: Arc::new(MailCourier::new(Reach::Local)),
            quiet: quiet_hours(&quiet_until),
        };
        let channels = Arc::new(Channels::load(deps).await.unwrap());
        Self { channels, courier, handed, hand, store, outbox, asha, quiet_until, _folder: folder }
    }

    /// With one channel, and what delivers to it.
    async fn delivering() -> (Self, u64, JoinSet<()>) {
        let world = Self::new().await;
        let id = world.add("mine").await.unwrap();
        let delivering = world.channels.start();
        (world, id, delivering)
    }

    async fn add(&self, name: &str) -> Result<u64, AppError> {
        let prepared = self.channels.prepare_webhook(Secret::new("https://receiver/".to_owned()))?;
        Ok(self.channels.add_webhook(self.asha, name.to_owned(), prepared).await?.id)
    }

    /// Sends a message to the user that is never held back, as the room of notices does.
    async fn notify(&self, title: &str, silence: Option<Silence>) {
        self.send((NotificationLevel::Error, NotificationKind::Error), title, silence).await;
    }

    /// Tells the user of a fill.
    async fn tell_of_fill(&self, title: &str) {
        self.send((NotificationLevel::Info, NotificationKind::OrderFilled), title, None).await;
    }

    async fn send(
        &self,
        (level, kind): (NotificationLevel, NotificationKind),
        title: &str,
        silence: Option<Silence>,
    ) {
        let new = NewNotification { silence, ..self.message((level, kind), title) };
        self.queue(new).await;
    }

    /// A message that may disturb, now.
    fn message(&self, (level, kind): (NotificationLevel, NotificationKind), title: &str) -> NewNotification {
        let row = NotificationRow {
            id: None,
            at: self.channels.clock.now(),
            level,
            title: title.to_owned(),
            body: "a body".to_owned(),
            run: None,
        };
        NewNotification::disturbing(row, kind)
    }

    async fn queue(&self, new: NewNotification) {
        self.store.user(self.asha).notify(new).await.unwrap();
        self.outbox.message_queued(self.asha);
    }

    async fn next(&mut self) -> OutgoingMessage {
        self.handed.recv().await.unwrap()
    }

    /// The deliveries, newest first, once none of them is under way.
    async fn settled(&self) -> Vec<DeliveryRow> {
        loop {
            let rows = self.channels.deliveries(self.asha, everything()).await.unwrap();
            if rows.iter().all(|row| row.state != DeliveryState::Sending) {
                return rows;
            }
            tokio::task::yield_now().await;
        }
    }

    fn pass_minutes(&self, minutes: i64) {
        self.hand.pass_until(self.channels.clock.now().plus_millis(minutes * MINUTE_MS));
    }
}

/// Quiet hours of everybody until an instant.
fn quiet_hours(until: &Arc<Mutex<Option<Timestamp>>>) -> QuietHours {
    let until = until.clone();
    Arc::new(move |_, at| until.lock().filter(|until| at < *until))
}

/// Telegram, without a server.
fn nowhere() -> Arc<Telegram> {
    Arc::new(Telegram::at("http://127.0.0.1:1").unwrap())
}

fn everything() -> DeliveryFilter {
    DeliveryFilter { channel: None, state: None, after: None, limit: 500 }
}

fn failed() -> Option<Result<(), Undelivered>> {
    Some(Err(Undelivered::not_sent("no connection")))
}

#[tokio::test]
async fn a_message_that_may_disturb_is_delivered_once_and_a_silent_one_never() {
    let (mut world, id, _delivering) = World::delivering().await;
    world.notify("silent", Some(Silence::SwitchedOff)).await;
    world.notify("loud", None).await;
    let message = world.next().await;
    assert_eq!((message.title.as_str(), message.kind.as_str(), message.repeated), ("loud", "error", false));
    let rows = world.settled().await;
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!((row.channel, row.state, row.attempts), (id, DeliveryState::Delivered, 1));
    assert_eq!((row.ended_at, row.due_at), (Some(START), None));
    assert!(world.handed.try_recv().is_err());
}

#[tokio::test]
async fn what_fails_is_tried_again_after_growing_pauses_in_its_order_and_says_why() {
    let (mut world, _, _delivering) = World::delivering().await;
    world.courier.answers.lock().extend([failed(), failed()]);
    world.notify("first", None).await;
    assert_eq!(world.next().await.title, "first");
    world.notify("second", None).await;
    let rows = world.settled().await;
    assert_eq!((rows[1].state, rows[1].reason.as_str()), (DeliveryState::Waiting, "no connection"));
    let pause = rows[1].due_at.unwrap().millis_since(START);
    assert!((MINUTE_MS..=MINUTE_MS * 6 / 5).contains(&pause), "{pause}");
    assert_eq!(rows[0].attempts, 0, "the second waits behind the first");
    world.pass_minutes(2);
    assert_eq!(world.next().await.title, "first");
    world.settled().await;
    world.pass_minutes(6);
    let titles = [world.next().await.title, world.next().await.title];
    assert_eq!(titles, ["first", "second"]);
    let rows = world.settled().await;
    assert!(rows.iter().all(|row| row.state == DeliveryState::Delivered && !row.repeated), "{rows:?}");
    assert_eq!((rows[1].attempts, rows[0].attempts), (3, 1));
}

#[tokio::test]
async fn a_receiver_that_is_down_for_hours_holds_up_no_other_and_what_is_a_day_old_is_given_up() {
    let (mut world, _, _delivering) = World::delivering().await;
    world.courier.answers.lock().extend((0..100).map(|_| failed()));
    world.notify("stale", None).await;
    let mut attempts = 0;
    for _ in 0..30 {
        world.next().await;
        attempts += 1;
        let rows = world.settled().await;
        if rows[0].state == DeliveryState::GivenUp {
            assert!(rows[0].reason.starts_with("it could not be delivered within a day; at last: "));
            break;
        }
        world.hand.pass_until(rows[0].due_at.unwrap());
    }
    assert!((20..=28).contains(&attempts), "{attempts}");
    world.courier.answers.lock().clear();
    world.notify("fresh", None).await;
    assert_eq!(world.next().await.title, "fresh");
}

#[tokio::test]
async fn a_receiver_that_hangs_keeps_only_its_own_messages_waiting() {
    let (mut world, _, _delivering) = World::delivering().await;
    world.courier.answers.lock().push_back(None);
    world.notify("hangs", None).await;
    assert_eq!(world.next().await.title, "hangs");
    let second = world.add("another").await.unwrap();
    world.notify("goes on", None).await;
    assert_eq!(world.next().await.title, "goes on");
    let filter = DeliveryFilter { channel: Some(second), state: None, after: None, limit: 10 };
    let rows = world.channels.deliveries(world.asha, filter).await.unwrap();
    assert_eq!(rows.len(), 1);
}

#[tokio::test]
async fn no_more_attempts_than_a_few_are_under_way_together_and_all_get_their_turn() {
    let mut world = World::new().await;
    let gate = Arc::new(Semaphore::new(0));
    *world.courier.gate.lock() = Some(gate.clone());
    let channels = AT_ONCE + 8;
    for number in 0..channels {
        let new = new_user(&format!("user{number}"));
        let user = world.store.system().create_user(new).await.unwrap();
        let prepared = world.channels.prepare_webhook(Secret::new("https://receiver/".to_owned())).unwrap();
        world.channels.add_webhook(user, "mine".to_owned(), prepared).await.unwrap();
        world.asha = user;
        world.notify(&format!("to {number}"), None).await;
    }
    let _delivering = world.channels.start();
    for _ in 0..AT_ONCE {
        world.next().await;
    }
    // Each that ends makes room for one.
    for _ in AT_ONCE..channels {
        gate.add_permits(1);
        world.next().await;
    }
    assert_eq!(world.courier.most.load(Ordering::SeqCst), AT_ONCE);
}

#[tokio::test]
async fn what_was_being_sent_when_the_daemon_ended_is_sent_again_and_marked_as_repeated() {
    let (mut world, _, delivering) = World::delivering().await;
    world.courier.answers.lock().push_back(None);
    world.notify("in between", None).await;
    let first = world.next().await;
    assert!(!first.repeated);
    // Its process ends with it.
    drop(delivering);
    let _delivering = world.channels.start();
    let again = world.next().await;
    assert_eq!((again.id.as_str(), again.repeated), (first.id.as_str(), true));
    let rows = world.settled().await;
    assert_eq!((rows[0].state, rows[0].attempts, rows[0].repeated), (DeliveryState::Delivered, 2, true));
}

#[tokio::test]
async fn what_may_have_arrived_is_marked_as_repeated_too_and_what_did_not_is_not() {
    let (mut world, _, _delivering) = World::delivering().await;
    world.courier.answers.lock().push_back(Some(Err(Undelivered::unclear("no answer"))));
    world.notify("perhaps", None).await;
    world.next().await;
    world.settled().await;
    world.pass_minutes(2);
    assert!(world.next().await.repeated);
}

#[tokio::test]
async fn a_channel_that_is_down_has_a_bounded_queue_and_what_is_beyond_it_is_counted() {
    let (mut world, _, _delivering) = World::delivering().await;
    world.courier.answers.lock().push_back(failed());
    for number in 0..MOST_WAITING + 37 {
        world.notify(&format!("message {number}"), None).await;
    }
    world.next().await;
    let rows = world.settled().await;
    assert_eq!(rows.len(), MOST_WAITING as usize);
    assert_eq!(rows.iter().map(|row| row.more).sum::<u64>(), 37);
    assert_eq!((rows[0].title.as_str(), rows[0].more), ("message 49", 37));
}

#[tokio::test]
async fn many_of_a_kind_arrive_as_a_few_and_a_digest_and_an_error_waits_for_neither() {
    let (mut world, _, _delivering) = World::delivering().await;
    for number in 1..=14 {
        world.tell_of_fill(&format!("fill {number}")).await;
    }
    world.notify("act", None).await;
    for title in ["fill 1", "fill 2", "fill 3", "act"] {
        assert_eq!(world.next().await.title, title);
    }
    world.pass_minutes(1);
    let digest = world.next().await;
    assert_eq!((digest.title.as_str(), digest.more), ("11 orders filled", 10));
    let lines: Vec<&str> = digest.body.lines().collect();
    assert_eq!((lines[0], lines[9], lines[10]), ("fill 4", "fill 13", "and 1 more"));
    assert_eq!(lines.len(), 11);
    // Later there are few again.
    let rows = world.settled().await;
    let shown = rows.iter().find(|row| row.says_how_many()).unwrap();
    assert_eq!((&shown.title, &shown.body), (&digest.title, &digest.body), "the log shows what was sent");
    world.pass_minutes(6);
    world.tell_of_fill("fill 15").await;
    let single = world.next().await;
    assert_eq!((single.title.as_str(), single.more), ("fill 15", 0));
}

#[tokio::test]
async fn a_digest_that_nothing_joins_is_its_one_message() {
    let (mut world, _, _delivering) = World::delivering().await;
    for number in 1..=4 {
        world.tell_of_fill(&format!("fill {number}")).await;
    }
    for _ in 0..3 {
        world.next().await;
    }
    world.settled().await;
    world.pass_minutes(1);
    let last = world.next().await;
    assert_eq!((last.title.as_str(), last.body.as_str(), last.more), ("fill 4", "a body", 0));
}

#[tokio::test]
async fn at_a_stop_what_is_under_way_ends_and_nothing_new_begins() {
    let (mut world, _, mut delivering) = World::delivering().await;
    world.courier.answers.lock().push_back(None);
    world.notify("under way", None).await;
    assert_eq!(world.next().await.title, "under way");
    world.channels.shutdown.begin(Stop::Asked("the end of the test".to_owned()));
    world.notify("too late", None).await;
    assert!(delivering.try_join_next().is_none(), "it waits for the attempt");
    // The daemon waits no longer, and the next one repeats it.
    drop(delivering);
    let rows = world.channels.deliveries(world.asha, everything()).await.unwrap();
    let states: Vec<_> = rows.iter().map(|row| (row.title.as_str(), row.state)).collect();
    let expected = [("too late", DeliveryState::Waiting), ("under way", DeliveryState::Sending)];
    assert_eq!(states, expected);
}

#[tokio::test]
async fn at_a_stop_with_nothing_under_way_the_delivering_ends_by_itself() {
    let (mut world, _, mut delivering) = World::delivering().await;
    world.notify("delivered", None).await;
    world.next().await;
    world.settled().await;
    world.channels.shutdown.begin(Stop::Asked("the end of the test".to_owned()));
    delivering.join_next().await.unwrap().unwrap();
}

#[tokio::test]
async fn pages_are_told_of_each_step_of_a_delivery() {
    let (mut world, _, _delivering) = World::delivering().await;
    let (mut listening, _) = world.channels.events.subscribe(Listener::User(world.asha), None);
    world.notify("delivered", None).await;
    world.next().await;
    let row = &world.settled().await[0];
    let mut told = Vec::new();
    while told.len() < 2 {
        let Delivery::Events(events) = listening.next().await else { panic!("an event") };
        told.extend(events.iter().map(Message::json));
    }
    let end = format!("\"what\":\"delivery\",\"id\":\"{}\"}}", row.id);
    assert!(told.iter().all(|text| text.ends_with(&end)), "{told:?}");
}

#[tokio::test]
async fn a_removed_channel_gives_up_what_waits_and_gets_nothing_more() {
    let (mut world, id, _delivering) = World::delivering().await;
    world.courier.answers.lock().push_back(failed());
    world.notify("waits", None).await;
    world.next().await;
    world.settled().await;
    world.channels.remove(world.asha, id).await.unwrap();
    world.notify("for nobody", None).await;
    let rows = world.settled().await;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].state, rows[0].reason.as_str()), (DeliveryState::GivenUp, "the channel was removed"));
    let again = world.channels.remove(world.asha, id).await.unwrap_err();
    assert!(matches!(again, AppError::Channel(ChannelError::Unknown(of)) if of == id), "{again}");
}

#[tokio::test]
async fn channels_and_tests_of_a_user_are_bounded() {
    let (mut world, id, _delivering) = World::delivering().await;
    for number in 1..MOST_CHANNELS {
        world.add(&format!("channel {number}")).await.unwrap();
    }
    let refused = world.add("one too many").await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "there are 5 channels already, and no more are allowed; remove one first"
    );
    for _ in 0..MOST_TESTS {
        world.channels.test(world.asha, id).await.unwrap();
        assert_eq!(world.next().await.kind, "test");
    }
    let refused = world.channels.test(world.asha, id).await.unwrap_err();
    let expected = START.plus_millis(60 * MINUTE_MS);
    assert!(
        matches!(refused, AppError::Channel(ChannelError::TestedTooOften { retry_at }) if retry_at == expected),
        "{refused}"
    );
    world.pass_minutes(61);
    world.channels.test(world.asha, id).await.unwrap();
}

#[tokio::test]
async fn what_is_sealed_of_a_channel_opens_for_its_user_alone() {
    let vault = Vault::new(KeyRing::new(Key::generate().unwrap(), Vec::new()));
    let key = SigningKey::generate().unwrap();
    let (url, text) = (Secret::new("https://receiver/QXZW".to_owned()), key.text());
    let kept = Kept::webhook(&Webhook { url, key });
    let sealed = destination::seal(&vault, UserId(1), &kept).unwrap();
    assert!(!sealed.windows(4).any(|window| window == b"QXZW"));
    let opened = destination::open(&vault, UserId(1), &sealed).unwrap();
    let Ok(Destination::Webhook(opened)) = opened.to(&Carriers::default()) else { panic!("a webhook") };
    assert_eq!(opened.url.expose(), "https://receiver/QXZW");
    assert_eq!(opened.key.text().expose(), text.expose());
    assert!(destination::open(&vault, UserId(2), &sealed).is_err());
    assert!(!format!("{opened:?}").contains("QXZW"));
}

#[tokio::test]
async fn a_receiver_that_takes_nothing_any_more_ends_the_channel_with_its_reason_until_a_test_reaches_it() {
    let (mut world, id, _delivering) = World::delivering().await;
    world.courier.answers.lock().push_back(Some(Err(Undelivered::ends_channel("it is blocked"))));
    world.notify("refused", None).await;
    world.next().await;
    let ended = loop {
        let channels = world.channels.list(world.asha).await.unwrap();
        if !channels[0].ended_reason.is_empty() {
            break channels[0].ended_reason.clone();
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(ended, "it is blocked");
    world.notify("for nobody", None).await;
    assert_eq!(world.settled().await.len(), 1);
    world.channels.test(world.asha, id).await.unwrap();
    assert_eq!(world.next().await.kind, "test");
    assert_eq!(world.channels.list(world.asha).await.unwrap()[0].ended_reason, "");
}

#[tokio::test]
async fn in_lockstep_nothing_is_delivered() {
    let world = World::new().await;
    let deps = ChannelDeps {
        clock: Clock::at(START),
        real: Clock::at(START),
        store: world.store.clone(),
        outbox: world.outbox.clone(),
        events: world.channels.events.clone(),
        shutdown: world.channels.shutdown.clone(),
        vault: world.channels.vault.clone(),
        courier: world.courier.clone(),
        telegram: nowhere(),
        mail: Arc::new(MailCourier::new(Reach::Local)),
        quiet: quiet_hours(&world.quiet_until),
    };
    assert!(Arc::new(Channels::load(deps).await.unwrap()).start().is_empty());
}
