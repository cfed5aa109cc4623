use proptest::prelude::*;

use super::*;

// Frames with invented values, as the broker's own library of 2025 builds and reads them.
const CONNECT_REPLY: &str = "000d01020100014b02000400000002";
const SNAPSHOT: &str = "009c06000000010001009353000000050f73667c6e73655f636d7c39303030311980000000800000008000000080000000\
    0000d6d8000061f380000000800000008000000080000000800000008000000080000000800000008000000080000000800000008000000080\
    0000008000000080000000000061a8800000000000000100000002033405393030303135066e73655f636d360744454d4f2d4551";
const UPDATE: &str = "002706000000020001001e55000000050680000000800000008000000080000000800000000000620c";

fn bytes(hex: &str) -> Vec<u8> {
    let hex: String = hex.chars().filter(|letter| !letter.is_whitespace()).collect();
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn entered() -> Hsm {
    let mut hsm = Hsm::default();
    assert_eq!(hsm.hear(&bytes(CONNECT_REPLY)).entered, Some(true));
    hsm
}

#[test]
fn a_share_is_told_as_a_whole_and_then_by_what_has_changed() {
    let mut hsm = entered();
    let first = hsm.hear(&bytes(SNAPSHOT));
    let whole = Picture {
        last: Some(Paise(25_075)),
        close: Some(Paise(25_000)),
        volume: Some(55_000),
        ..Picture::default()
    };
    assert_eq!((first.prices, first.acknowledge), (vec![(90_001, whole.clone())], None));
    let second = hsm.hear(&bytes(UPDATE));
    assert_eq!(second.prices, [(90_001, Picture { last: Some(Paise(25_100)), ..whole })]);
    // The second frame of two.
    assert_eq!(second.acknowledge, Some(bytes("0009030101000400000002")));
}

#[test]
fn frames_are_built_as_the_broker_reads_them() {
    let connect = "00170103010003746f6b0200037369640300064a535f415049";
    assert_eq!(connect_frame("tok", "sid"), bytes(connect));
    let subscribe =
        "002b040201002200020f73667c6e73655f636d7c39303030310f73667c6e73655f636d7c393030303202000101";
    let tokens = ["90001".to_owned(), "90002".to_owned()];
    assert_eq!(hsm_subscription_frames(&tokens), [bytes(subscribe)]);
}

#[test]
fn shares_are_subscribed_to_some_at_a_time_each_on_its_channel_up_to_the_bound() {
    let tokens: Vec<String> = (0..250).map(|number| number.to_string()).collect();
    let frames = hsm_subscription_frames(&tokens);
    let channels: Vec<u8> = frames.iter().map(|frame| *frame.last().unwrap()).collect();
    assert_eq!(channels, [1, 2]);
    assert!(frames[1].windows(13).any(|part| part == b"sf|nse_cm|199"));
    assert!(hsm_subscription_frames(&[]).is_empty());
}

#[test]
fn without_a_number_of_frames_none_is_numbered_and_none_acknowledged() {
    let mut hsm = Hsm::default();
    assert_eq!(hsm.hear(&bytes("000601010100014b")).entered, Some(true));
    // The update without its number, which is of a topic that nobody has told.
    let heard =
        hsm.hear(&bytes("0023060001001e55000000050680000000800000008000000080000000800000000000620c"));
    assert_eq!(heard, HsmHeard::default());
    assert_eq!(hsm.hear(&bytes("000601010100014e")).entered, Some(false));
}

#[test]
fn topics_are_bounded() {
    let mut hsm = entered();
    let told = |topic: u8| {
        let mut packet = vec![WHOLE, 0, 0, topic, 1, 15];
        packet.extend(b"sf|nse_cm|90001");
        packet.extend([0, 0]);
        let mut body = vec![DATA, 0, 0, 0, 1, 0, 1, 0, u8::try_from(packet.len()).unwrap()];
        body.extend(packet);
        let mut frame = vec![0, u8::try_from(body.len()).unwrap()];
        frame.extend(body);
        frame
    };
    for topic in 0..=u8::MAX {
        // Without a divider there is no price, and the topic is known.
        assert!(hsm.hear(&told(topic)).prices.is_empty());
    }
    assert_eq!(hsm.topics.len(), MOST);
}

proptest! {
    #[test]
    fn any_message_is_read_to_an_end(message in prop::collection::vec(any::<u8>(), 0..400), kind in prop::sample::select(vec![CONNECT, DATA])) {
        let mut hsm = entered();
        let heard = hsm.hear(&message);
        prop_assert!(heard.prices.len() <= message.len());
        let length = u16::try_from(message.len() + 1).unwrap().to_be_bytes();
        let whole = [&length[..], &[kind], &message].concat();
        prop_assert!(hsm.hear(&whole).prices.len() <= message.len());
    }
}
