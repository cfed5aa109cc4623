#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use super::*;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use futures::FutureExt;
use prahari_domain::ids::UserId;

const ASHA: UserId = UserId(7);

fn from(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
}

fn connections(most: usize, per_address: usize, per_user: usize) -> Arc<Connections> {
    Connections::new(ConnectionLimits {
        most,
        per_address,
        per_user,
        streams_per_user: 2,
        ..Default::default()
    })
}

fn evicted(connection: &Connection) -> bool {
    connection.evicted().now_or_never().is_some()
}

#[test]
fn the_oldest_stranger_of_an_address_gives_way_and_no_other() {
    let all = connections(100, 2, 10);
    let other = all.admit(from(2)).unwrap();
    let first = all.admit(from(1)).unwrap();
    let second = all.admit(from(1)).unwrap();
    assert!(!evicted(&first));
    let third = all.admit(from(1)).unwrap();
    assert!(evicted(&first));
    assert!(!evicted(&second) && !evicted(&third) && !evicted(&other));
    assert_eq!(all.used().evicted, 1);
}

#[test]
fn who_is_signed_in_does_not_give_way_to_strangers() {
    let all = connections(3, 2, 10);
    let known = all.admit(from(1)).unwrap();
    known.belongs_to(Some(ASHA));
    let kept: Vec<_> = (0..20).map(|n| all.admit(from(n % 2)).unwrap()).collect();
    assert!(!evicted(&known));
    assert_eq!(kept.iter().filter(|connection| !evicted(connection)).count(), 2);
    assert_eq!(all.used(), Use { open: 3, anonymous: 2, evicted: 18, ..Use::default() });
    // Whose session has ended is a stranger again.
    known.belongs_to(None);
    let _new = all.admit(from(9)).unwrap();
    assert!(evicted(&known));
}

#[test]
fn when_everybody_is_signed_in_a_new_one_is_refused_until_one_goes() {
    let all = connections(2, 10, 10);
    let known = [all.admit(from(1)).unwrap(), all.admit(from(2)).unwrap()];
    known.iter().for_each(|connection| connection.belongs_to(Some(ASHA)));
    assert!(all.admit(from(3)).is_none());
    drop(known);
    assert!(all.admit(from(3)).is_some());
    assert_eq!(all.used().refused, 1);
}

#[test]
fn the_oldest_of_a_user_gives_way_when_they_have_too_many() {
    let all = connections(100, 100, 2);
    let mine: Vec<_> = (0..4).map(|_| all.admit(from(1)).unwrap()).collect();
    mine.iter().for_each(|connection| connection.belongs_to(Some(ASHA)));
    let gone: Vec<_> = mine.iter().map(|connection| evicted(connection)).collect();
    assert_eq!(gone, [true, true, false, false]);
}

#[test]
fn streams_are_counted_until_they_end_and_never_give_way() {
    let all = connections(3, 1, 1);
    let streaming: Vec<_> = (0..2).map(|n| all.admit(from(n)).unwrap()).collect();
    let streams: Vec<_> = streaming
        .iter()
        .map(|connection| {
            connection.belongs_to(Some(ASHA));
            connection.begin_stream(ASHA).unwrap()
        })
        .collect();
    let third = all.admit(from(3)).unwrap();
    assert!(third.begin_stream(ASHA).is_none());
    assert!(third.begin_stream(UserId(8)).is_some());
    for _ in 0..5 {
        let _stranger = all.admit(from(3));
    }
    assert!(!streaming.iter().any(|connection| evicted(connection)));
    assert_eq!((all.used().streams, all.used().streams_refused), (2, 1));
    drop(streams);
    assert_eq!(all.used().streams, 0);
    drop((streaming, third));
    assert_eq!(all.used().open, 0);
}

#[test]
fn addresses_of_one_network_are_one() {
    let all = connections(100, 1, 1);
    let six = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
    let first = all.admit(six(1)).unwrap();
    let _second = all.admit(six(2)).unwrap();
    assert!(evicted(&first));
}
