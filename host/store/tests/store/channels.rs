//! Channels and deliveries: queued in the write that keeps a message, tried in their order, bounded, one user's alone.

use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::settings::{NotificationKind, NotificationPreferences, Silence};
use prahari_domain::time::Timestamp;
use prahari_store::{
    CarrierKind, CarrierRow, ChannelKind, ChatChannel, DeliveryEnd, DeliveryFilter, DeliveryRow,
    DeliveryState, MOST_WAITING, NewChannel, NewNotification, NewUser, NextDelivery, NotificationLevel,
    NotificationRow, Role, Sealed, TestQueued, UserScope,
};

use crate::support::TestStore;

async fn user(test: &TestStore, name: &str) -> UserScope {
    let new = NewUser {
        name: name.to_owned(),
        role: Role::User,
        capital: Paise::rupees(100),
        strategy: "{}".to_owned(),
        limits: "{}".to_owned(),
        created_at: Timestamp(1),
    };
    test.store.user(test.store.system().create_user(new).await.unwrap())
}

fn message(title: &str, at: i64) -> NotificationRow {
    NotificationRow {
        id: None,
        at: Timestamp(at),
        level: NotificationLevel::Error,
        title: title.to_owned(),
        body: "a body".to_owned(),
        run: None,
    }
}

async fn add(user: &UserScope, name: &str) -> u64 {
    let new = NewChannel {
        kind: ChannelKind::Webhook,
        name: name.to_owned(),
        shown: "https://receiver".to_owned(),
        sealed: name.as_bytes().to_vec(),
        created_at: Timestamp(1),
        chat: None,
    };
    user.add_channel(new, 5).await.unwrap().unwrap()
}

async fn all(user: &UserScope) -> Vec<DeliveryRow> {
    let filter = DeliveryFilter { channel: None, state: None, after: None, limit: 500 };
    user.deliveries(filter).await.unwrap()
}

async fn next(test: &TestStore) -> Vec<NextDelivery> {
    test.store.system().next_deliveries(10).await.unwrap()
}

#[tokio::test]
async fn a_long_message_is_queued_cut_and_kept_whole() {
    let test = TestStore::new();
    let asha = user(&test, "asha").await;
    add(&asha, "mine").await;
    let long = NotificationRow { body: "b".repeat(10_000), ..message(&"t".repeat(10_000), 5) };
    asha.notify(NewNotification::disturbing(long, NotificationKind::Error)).await.unwrap();
    let queued = all(&asha).await.remove(0);
    assert_eq!((queued.title.chars().count(), queued.body.chars().count()), (201, 2_001));
    assert!(queued.title.ends_with("t…") && queued.body.ends_with("b…"));
}

#[tokio::test]
async fn a_message_is_queued_for_each_channel_of_its_user_unless_it_is_silent() {
    let test = TestStore::new();
    let (asha, ravi) = (user(&test, "asha").await, user(&test, "ravi").await);
    let (first, second) = (add(&asha, "first").await, add(&asha, "second").await);
    add(&ravi, "of ravi").await;
    let off = NotificationPreferences { error: false, ..NotificationPreferences::default() };
    let silent = NewNotification::marked(message("silent", 5), NotificationKind::Error, &off);
    assert_eq!((silent.silence, silent.held_until), (Some(Silence::SwitchedOff), None));
    asha.notify(silent).await.unwrap();
    asha.notify(NewNotification::disturbing(message("loud", 6), NotificationKind::Error)).await.unwrap();
    let rows = all(&asha).await;
    assert_eq!(rows.iter().map(|row| row.channel).collect::<Vec<_>>(), [second, first]);
    assert!(rows.iter().all(|row| row.title == "loud" && row.due_at == Some(Timestamp(6))));
    assert!(all(&ravi).await.is_empty());
    let (asha, test) = (asha.id(), test.reopen().await);
    assert_eq!(all(&test.store.user(asha)).await, rows);
    assert_eq!(test.store.system().users_with_channels().await.unwrap(), [UserId(1), UserId(2)]);
}

#[tokio::test]
async fn only_the_oldest_open_delivery_of_a_channel_is_next_and_an_attempt_is_begun_once() {
    let test = TestStore::new();
    let asha = user(&test, "asha").await;
    add(&asha, "mine").await;
    for at in 1..=3 {
        asha.notify(NewNotification::disturbing(message("a title", at), NotificationKind::Error))
            .await
            .unwrap();
    }
    let head = next(&test).await;
    assert_eq!(
        (head.len(), head[0].row.at, head[0].sealed.as_slice()),
        (1, Timestamp(1), b"mine".as_slice())
    );
    let id = head[0].row.id;
    assert!(asha.begin_delivery(id).await.unwrap());
    assert!(!asha.begin_delivery(id).await.unwrap());
    assert!(next(&test).await.is_empty(), "the others wait behind it");
    let (due_at, reason) = (Timestamp(60_000), "down".to_owned());
    asha.end_delivery(id, DeliveryEnd::Again { due_at, reason, perhaps_arrived: true }).await.unwrap();
    let again = &next(&test).await[0];
    assert_eq!((again.row.id, again.due_at, again.row.repeated), (id, due_at, true));
    assert!(asha.begin_delivery(id).await.unwrap());
    asha.end_delivery(id, DeliveryEnd::Delivered { at: Timestamp(70_000) }).await.unwrap();
    assert_eq!(next(&test).await[0].row.at, Timestamp(2));
    let row = &all(&asha).await[2];
    assert_eq!((row.state, row.attempts, row.due_at), (DeliveryState::Delivered, 2, None));
}

#[tokio::test]
async fn what_was_being_sent_waits_again_after_a_start_and_says_that_it_is_repeated() {
    let test = TestStore::new();
    let asha = user(&test, "asha").await;
    add(&asha, "mine").await;
    asha.notify(NewNotification::disturbing(message("a title", 1), NotificationKind::Error)).await.unwrap();
    let id = next(&test).await[0].row.id;
    assert!(asha.begin_delivery(id).await.unwrap());
    let test = test.reopen().await;
    assert_eq!(test.store.system().repeat_interrupted_deliveries(Timestamp(9)).await.unwrap(), 1);
    let head = &next(&test).await[0];
    assert_eq!((head.row.id, head.row.repeated, head.due_at), (id, true, Timestamp(9)));
    assert_eq!(head.row.reason, "the daemon ended before there was an answer");
    assert_eq!(test.store.system().repeat_interrupted_deliveries(Timestamp(9)).await.unwrap(), 0);
}

#[tokio::test]
async fn a_queue_is_bounded_and_counts_what_is_beyond_it_by_kind() {
    let test = TestStore::new();
    let asha = user(&test, "asha").await;
    add(&asha, "mine").await;
    for at in 0..i64::from(MOST_WAITING) + 10 {
        asha.notify(NewNotification::disturbing(message("an error", at), NotificationKind::Error))
            .await
            .unwrap();
    }
    for at in 0..5 {
        asha.notify(NewNotification::disturbing(message("an alert", 1_000 + at), NotificationKind::Alert))
            .await
            .unwrap();
    }
    let rows = all(&asha).await;
    assert_eq!(rows.len(), MOST_WAITING as usize + 1);
    assert_eq!((rows[0].title.as_str(), rows[0].more), ("an alert", 4));
    assert_eq!((rows[1].at, rows[1].more), (Timestamp(i64::from(MOST_WAITING) - 1), 10));
    assert_eq!(asha.channels().await.unwrap()[0].open, u64::from(MOST_WAITING) + 1);
}

#[tokio::test]
async fn nobody_reaches_channels_and_deliveries_of_others() {
    let test = TestStore::new();
    let (asha, ravi) = (user(&test, "asha").await, user(&test, "ravi").await);
    let channel = add(&asha, "mine").await;
    asha.notify(NewNotification::disturbing(message("a title", 1), NotificationKind::Error)).await.unwrap();
    let id = next(&test).await[0].row.id;
    assert!(!ravi.begin_delivery(id).await.unwrap());
    assert!(!ravi.remove_channel(channel, Timestamp(2)).await.unwrap());
    let tried = ravi.queue_test(channel, message("a test", 2), 10).await.unwrap();
    assert_eq!(tried, TestQueued::UnknownChannel);
    assert!(asha.begin_delivery(id).await.unwrap());
    ravi.end_delivery(id, DeliveryEnd::Delivered { at: Timestamp(2) }).await.unwrap();
    assert_eq!(all(&asha).await[0].state, DeliveryState::Sending);
    assert!(ravi.channels().await.unwrap().is_empty() && all(&ravi).await.is_empty());
}

#[tokio::test]
async fn a_removed_channel_leaves_its_deliveries_to_be_read_until_they_are_forgotten() {
    let test = TestStore::new();
    let asha = user(&test, "asha").await;
    let channel = add(&asha, "mine").await;
    for at in 1..=2 {
        asha.notify(NewNotification::disturbing(message("a title", at), NotificationKind::Error))
            .await
            .unwrap();
    }
    let id = next(&test).await[0].row.id;
    assert!(asha.begin_delivery(id).await.unwrap());
    assert!(asha.remove_channel(channel, Timestamp(5)).await.unwrap());
    // The attempt that was under way ends for nothing.
    asha.end_delivery(id, DeliveryEnd::Delivered { at: Timestamp(6) }).await.unwrap();
    let rows = all(&asha).await;
    assert!(rows.iter().all(|row| row.state == DeliveryState::GivenUp && row.channel_name == "mine"));
    assert!(
        rows.iter().all(|row| row.ended_at == Some(Timestamp(5)) && row.reason == "the channel was removed")
    );
    assert_eq!(test.store.system().prune_deliveries(Timestamp(5)).await.unwrap(), 0);
    assert_eq!(test.store.system().prune_deliveries(Timestamp(6)).await.unwrap(), 2);
}

#[tokio::test]
async fn a_channel_whose_receiver_takes_nothing_gets_nothing_until_it_is_tested() {
    let test = TestStore::new();
    let asha = user(&test, "asha").await;
    let channel = add(&asha, "mine").await;
    asha.notify(NewNotification::disturbing(message("waits", 1), NotificationKind::Error)).await.unwrap();
    asha.end_channel(channel, Timestamp(2), "it is blocked".to_owned()).await.unwrap();
    asha.notify(NewNotification::disturbing(message("for nobody", 3), NotificationKind::Error))
        .await
        .unwrap();
    let rows = all(&asha).await;
    assert_eq!(
        (rows.len(), rows[0].state, rows[0].reason.as_str()),
        (1, DeliveryState::GivenUp, "it is blocked")
    );
    assert_eq!(asha.channels().await.unwrap()[0].ended_reason, "it is blocked");
    asha.queue_test(channel, message("a test", 4), 10).await.unwrap();
    assert_eq!(asha.channels().await.unwrap()[0].ended_reason, "");
    asha.notify(NewNotification::disturbing(message("again", 5), NotificationKind::Error)).await.unwrap();
    assert_eq!(all(&asha).await.len(), 3);
}

#[tokio::test]
async fn a_chat_is_one_users_channel_and_no_other_kind_has_a_chat() {
    let test = TestStore::new();
    let (asha, ravi) = (user(&test, "asha").await, user(&test, "ravi").await);
    let chat = |kind, chat| NewChannel {
        kind,
        name: "a chat".to_owned(),
        shown: "a chat".to_owned(),
        sealed: vec![1],
        created_at: Timestamp(1),
        chat,
    };
    let id = asha.add_channel(chat(ChannelKind::Telegram, Some(-7)), 5).await.unwrap().unwrap();
    let system = test.store.system();
    let expected = ChatChannel { user: asha.id(), id, is_ended: false };
    assert_eq!(system.channel_of_chat(-7).await.unwrap(), Some(expected));
    assert_eq!(system.channel_of_chat(7).await.unwrap(), None);
    assert_eq!(ravi.add_channel(chat(ChannelKind::Telegram, Some(-7)), 5).await.unwrap(), None);
    assert_eq!(asha.add_channel(chat(ChannelKind::Telegram, Some(-7)), 5).await.unwrap(), None);
    asha.end_channel(id, Timestamp(2), "it is blocked".to_owned()).await.unwrap();
    assert_eq!(system.channel_of_chat(-7).await.unwrap(), Some(ChatChannel { is_ended: true, ..expected }));
    // The database itself refuses what nothing asks of it.
    assert!(ravi.add_channel(chat(ChannelKind::Webhook, Some(8)), 5).await.is_err());
}

#[tokio::test]
async fn there_is_one_carrier_of_a_kind_and_it_is_sealed_anew_with_everything_else() {
    let test = TestStore::new();
    let system = test.store.system();
    let carrier = |shown: &str| CarrierRow {
        kind: CarrierKind::Telegram,
        shown: shown.to_owned(),
        sealed: b"a token".to_vec(),
        changed_at: Timestamp(5),
    };
    system.set_carrier(carrier("one")).await.unwrap();
    system.set_carrier(carrier("another")).await.unwrap();
    let rows = system.carriers().await.unwrap();
    assert_eq!((rows.len(), rows[0].shown.as_str()), (1, "another"));
    let resealed = system.reseal(|owner, purpose, _| {
        assert_eq!((owner, purpose), (UserId(0), Sealed::Carrier));
        Ok(b"new".to_vec())
    });
    assert_eq!(resealed.await.unwrap(), 1);
    assert_eq!(system.carriers().await.unwrap()[0].sealed, b"new");
    assert_eq!(system.delete_sealed(|_| false).await.unwrap(), 1);
    assert!(!system.remove_carrier(CarrierKind::Telegram).await.unwrap());
}

#[tokio::test]
async fn channels_are_sealed_anew_one_by_one_and_given_up_when_no_key_opens_them() {
    let test = TestStore::new();
    let asha = user(&test, "asha").await;
    let (first, second) = (add(&asha, "first").await, add(&asha, "second").await);
    asha.notify(NewNotification::disturbing(message("a title", 1), NotificationKind::Error)).await.unwrap();
    let system = test.store.system();
    let resealed = system.reseal(|_, purpose, old| {
        assert_eq!(purpose, Sealed::Channel);
        Ok([b"new ".as_slice(), old].concat())
    });
    assert_eq!(resealed.await.unwrap(), 2);
    let sealed: Vec<Vec<u8>> = next(&test).await.into_iter().map(|next| next.sealed).collect();
    assert_eq!(sealed, [b"new first".to_vec(), b"new second".to_vec()]);
    let system = test.store.system();
    assert_eq!(system.delete_sealed(|sealed| sealed.ends_with(b"second")).await.unwrap(), 1);
    let left: Vec<u64> = asha.channels().await.unwrap().iter().map(|channel| channel.id).collect();
    assert_eq!(left, [second]);
    let given_up = all(&asha).await.into_iter().find(|row| row.channel == first).unwrap();
    assert_eq!(given_up.state, DeliveryState::GivenUp);
}

#[tokio::test]
async fn channels_and_tests_of_a_user_are_bounded() {
    let test = TestStore::new();
    let asha = user(&test, "asha").await;
    let channel = add(&asha, "mine").await;
    let another = NewChannel {
        kind: ChannelKind::Webhook,
        name: "another".to_owned(),
        shown: "https://receiver".to_owned(),
        sealed: vec![1],
        created_at: Timestamp(1),
        chat: None,
    };
    assert_eq!(asha.add_channel(another, 1).await.unwrap(), None);
    let hour = 3_600_000;
    for at in [hour, hour + 5] {
        let queued = asha.queue_test(channel, message("a test", at), 2).await.unwrap();
        assert!(matches!(queued, TestQueued::Queued(_)), "{queued:?}");
    }
    let refused = asha.queue_test(channel, message("a test", hour + 6), 2).await.unwrap();
    assert_eq!(refused, TestQueued::TooMany { retry_at: Timestamp(2 * hour) });
    let later = asha.queue_test(channel, message("a test", 2 * hour), 2).await.unwrap();
    assert!(matches!(later, TestQueued::Queued(_)), "{later:?}");
}
