//! The older market feed (HSM): frames in binary, big-endian, of which every fifth is to be acknowledged.

use tokio::sync::mpsc::UnboundedSender;

use super::{Kind, Out};
use crate::instruments::Instrument;
use crate::rest::quote_figures::{ASK, BID};
use crate::time::seconds;
use crate::world::World;

/// Kinds of frames.
const CONNECT: u8 = 1;
const ACKNOWLEDGE: u8 = 3;
const SUBSCRIBE: u8 = 4;
const UNSUBSCRIBE: u8 = 5;
const DATA: u8 = 6;

/// After so many frames of data one is acknowledged; without that no more are sent.
const ACKNOWLEDGED: u32 = 5;

/// Stands for a number that is not told or has not changed.
const UNTOLD: i32 = i32::MIN;

/// A connection to the feed.
#[derive(Debug, Default)]
pub(crate) struct Older {
    /// Instruments that are wanted, and whether each was told as a whole.
    wanted: Vec<(usize, bool)>,
    sent: u32,
    acknowledged: u32,
    /// Packets that wait for the acknowledgement.
    waiting: Vec<Vec<u8>>,
}

impl World {
    /// Reads the first frame, which must name a living session by both of its keys; what is answered, and the number of the
    /// connection when it was let in.
    pub fn enter_older_feed(&mut self, frame: &[u8], out: UnboundedSender<Out>) -> (Option<u64>, Vec<u8>) {
        let refused = (None, framed(CONNECT, &field(1, b"N")));
        let Some((CONNECT, fields)) = read(frame) else { return refused };
        let (Some(token), Some(sid)) = (text(&fields, 1), text(&fields, 2)) else { return refused };
        let now = self.now;
        let account = self.accounts.iter().position(|account| {
            let mut living = account.sessions.iter().filter(|session| !session.ended && session.until > now);
            living.any(|session| session.sid == sid && session.token == token)
        });
        let Some(account) = account else { return refused };
        let id = self.hub.enter(account, &sid, Kind::Older(Older::default()), now, out);
        let mut fields = field(1, b"K");
        fields.extend(field(2, &ACKNOWLEDGED.to_be_bytes()));
        (Some(id), framed_with(CONNECT, 2, &fields))
    }

    /// Reads a later frame: what to send, or not any more, or how far it has arrived.
    pub fn hear_older_feed(&mut self, id: u64, frame: &[u8]) {
        let Some((kind, fields)) = read(frame) else { return };
        let Some((_, told)) = fields.iter().find(|(id, _)| *id == 1) else { return };
        match kind {
            ACKNOWLEDGE => {
                let Ok(number) = <[u8; 4]>::try_from(told.as_slice()) else { return };
                self.acknowledge_older(id, u32::from_be_bytes(number));
            }
            SUBSCRIBE | UNSUBSCRIBE => {
                let listed: Vec<usize> = names(told).iter().filter_map(|name| self.named(name)).collect();
                let Some(Kind::Older(older)) = self.hub.feed(id).map(|feed| &mut feed.kind) else { return };
                older.wanted.retain(|(instrument, _)| !listed.contains(instrument));
                if kind == SUBSCRIBE {
                    older.wanted.extend(listed.iter().map(|instrument| (*instrument, false)));
                    listed.iter().for_each(|instrument| self.send_older(id, *instrument));
                }
            }
            _ => {}
        }
    }

    /// Tells everyone on the older feed who wants to know of an instrument's price.
    pub fn announce_older(&mut self, instrument: usize) {
        for id in self.hub.ids(false) {
            self.send_older(id, instrument);
        }
    }

    fn named(&self, name: &str) -> Option<usize> {
        let (segment, token) = name.strip_prefix("sf|")?.split_once('|')?;
        self.instrument_by_token(segment, token)
    }

    fn send_older(&mut self, id: u64, instrument: usize) {
        let Some(of) = self.instruments.get(instrument) else { return };
        let Some(Kind::Older(older)) = self.hub.feed(id).map(|feed| &mut feed.kind) else { return };
        let Some((_, told)) = older.wanted.iter_mut().find(|(wanted, _)| *wanted == instrument) else {
            return;
        };
        let topic = u32::try_from(instrument).unwrap_or(0) + 1;
        let Some(packet) = (if *told { changes(of, topic) } else { whole(of, topic) }) else { return };
        *told = true;
        older.waiting.push(packet);
        self.send_waiting(id);
    }

    fn acknowledge_older(&mut self, id: u64, number: u32) {
        if let Some(Kind::Older(older)) = self.hub.feed(id).map(|feed| &mut feed.kind) {
            older.acknowledged = older.acknowledged.max(number.min(older.sent));
        }
        self.send_waiting(id);
    }

    fn send_waiting(&mut self, id: u64) {
        loop {
            let Some(Kind::Older(older)) = self.hub.feed(id).map(|feed| &mut feed.kind) else { return };
            if older.waiting.is_empty() || older.sent - older.acknowledged >= ACKNOWLEDGED {
                return;
            }
            let packet = older.waiting.remove(0);
            older.sent += 1;
            let mut body = older.sent.to_be_bytes().to_vec();
            body.extend(1_u16.to_be_bytes());
            body.extend(sized(&packet));
            self.send_frame(id, Out::Binary(with_length(DATA, &body)));
        }
    }
}

/// A share as a whole; `None` before its first price.
fn whole(of: &Instrument, topic: u32) -> Option<Vec<u8>> {
    let (at, last) = of.past.last().copied()?;
    let mut values = [UNTOLD; 25];
    let told = [
        (3, seconds(at)),
        (4, of.volume),
        (5, last),
        (6, of.last_quantity),
        (9, last - of.spec.tick),
        (10, last + of.spec.tick),
        (11, BID.0),
        (12, ASK.0),
        (14, of.low),
        (15, of.high),
        (16, of.spec.low),
        (17, of.spec.high),
        (20, of.open),
        (21, of.spec.close),
        (23, 1),
        (24, 2),
    ];
    for (place, value) in told {
        if let Some(kept) = values.get_mut(place) {
            *kept = i32::try_from(value).unwrap_or(UNTOLD);
        }
    }
    let name = format!("sf|{}", of.key());
    let mut packet = vec![b'S'];
    packet.extend(topic.to_be_bytes());
    packet.push(u8::try_from(name.len()).ok()?);
    packet.extend(name.as_bytes());
    packet.extend(numbers(&values));
    let texts = [(52, &of.spec.token), (53, &of.spec.segment), (54, &of.spec.trading_symbol)];
    packet.push(3);
    for (id, text) in texts {
        packet.extend([id, u8::try_from(text.len()).ok()?]);
        packet.extend(text.as_bytes());
    }
    Some(packet)
}

/// What a price changes of a share that was told.
fn changes(of: &Instrument, topic: u32) -> Option<Vec<u8>> {
    let (at, last) = of.past.last().copied()?;
    let told = [seconds(at), of.volume, last, of.last_quantity];
    let told = told.map(|value| i32::try_from(value).unwrap_or(UNTOLD));
    let values: Vec<i32> = [UNTOLD; 3].into_iter().chain(told).collect();
    let mut packet = vec![b'U'];
    packet.extend(topic.to_be_bytes());
    packet.extend(numbers(&values));
    Some(packet)
}

/// Numbers with their count before them.
fn numbers(values: &[i32]) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(values.len()).unwrap_or(u8::MAX)];
    bytes.extend(values.iter().flat_map(|value| value.to_be_bytes()));
    bytes
}

/// Bytes with their length before them.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let mut all = u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes().to_vec();
    all.extend_from_slice(bytes);
    all
}

fn with_length(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![kind];
    frame.extend_from_slice(body);
    sized(&frame)
}

fn framed(kind: u8, field: &[u8]) -> Vec<u8> {
    framed_with(kind, 1, field)
}

fn framed_with(kind: u8, count: u8, fields: &[u8]) -> Vec<u8> {
    let mut body = vec![count];
    body.extend_from_slice(fields);
    with_length(kind, &body)
}

fn field(id: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = vec![id];
    field.extend(sized(bytes));
    field
}

/// The fields of a frame, each with its number.
type Fields = Vec<(u8, Vec<u8>)>;

/// Kind and fields of a frame whose lengths are true.
fn read(frame: &[u8]) -> Option<(u8, Fields)> {
    let (length, body) = frame.split_first_chunk::<2>()?;
    let [kind, count, rest @ ..] = body else { return None };
    if usize::from(u16::from_be_bytes(*length)) != body.len() {
        return None;
    }
    let (mut rest, mut fields) = (rest, Fields::new());
    for _ in 0..*count {
        let (id, after) = rest.split_first()?;
        let (length, after) = after.split_first_chunk::<2>()?;
        let (bytes, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        fields.push((*id, bytes.to_vec()));
        rest = after;
    }
    rest.is_empty().then_some((*kind, fields))
}

fn text(fields: &[(u8, Vec<u8>)], id: u8) -> Option<String> {
    let (_, bytes) = fields.iter().find(|(of, _)| *of == id)?;
    String::from_utf8(bytes.clone()).ok()
}

/// The names of a request: their number, and each with its length before it.
fn names(list: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = list.get(2..).unwrap_or_default();
    while let Some((length, after)) = rest.split_first() {
        let Some((name, after)) = after.split_at_checked(usize::from(*length)) else { break };
        names.push(String::from_utf8_lossy(name).into_owned());
        rest = after;
    }
    names
}
