use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::abi::latest::market::{Candle, Interval};
use crate::abi::latest::{Capability, HostError, Summary, Trigger};
use crate::work::{HostWork, Output};

fn run() -> RecordedRun {
    let context = RunContext {
        run_id: 1,
        user_id: 2,
        task: "buy_orders".to_owned(),
        day: 20_090,
        due_at: 3,
        now: 4,
        trigger: Trigger::Manual,
    };
    RecordedRun {
        module: ModuleHash::of(b"module"),
        context,
        grant: Grant::all(),
        budget: Budget::default(),
        usage: Usage::default(),
        outcome: RunOutcome::Succeeded(Summary { text: "done".to_owned(), counters: Vec::new() }),
        cpu_micros: 5,
        peak_memory: 6,
        cause: None,
    }
}

/// A recording with this many quote calls.
fn recording(calls: usize) -> Recording {
    let mut recorder = Recorder::default();
    for number in 0..calls {
        recorder.call(&HostCall::Quotes { symbols: vec![format!("SYMBOL{number}")] });
        recorder.reply(Answerer::Services, &HostReply::Quotes(vec![None]));
    }
    Recording::new(run(), recorder)
}

/// The bars of a symbol up to a day, made up from its number.
fn bars(symbol: u8, count: i32) -> Vec<Candle> {
    let price = |day: i32, step: i64| 100_000 + i64::from(symbol) * 977 + i64::from(day % 61) * step;
    let bar = |day| Candle {
        day: 20_000 + day,
        open: price(day, 31),
        high: price(day, 53),
        low: price(day, 11),
        close: price(day, 37),
        volume: 1_000_000 + u64::from(symbol) * 7_919,
    };
    (0..count).map(bar).collect()
}

/// A recording with one call for candles, and something private before and after it.
fn with_candles(lists: Vec<Vec<Candle>>) -> Recording {
    let mut recorder = Recorder::default();
    recorder.call(&HostCall::GetState { keys: vec!["sell/TCS".to_owned()] });
    recorder.reply(Answerer::Services, &HostReply::StateValues(vec![Some(vec![1, 2, 3])]));
    let symbols = (0..lists.len()).map(|number| format!("SYMBOL{number}")).collect();
    recorder.call(&HostCall::Candles { symbols, interval: Interval::Daily, count: 250, forming: false });
    recorder.reply(Answerer::Services, &HostReply::Candles(lists));
    recorder.call(&HostCall::Positions);
    Recording::new(run(), recorder)
}

fn encoded(recording: &Recording) -> EncodedRecording {
    recording.encode(&SharedReplies::default()).unwrap()
}

#[test]
fn small_and_large_recordings_read_back() {
    for calls in [0, 1, 500] {
        let recording = recording(calls);
        assert_eq!(Recording::decode(&encoded(&recording)).unwrap(), recording);
        assert_eq!(recording.calls().unwrap().len(), calls);
        assert_eq!(Recording::decode_run(&encoded(&recording).data).unwrap(), recording.run);
    }
}

#[test]
fn the_calls_before_a_damaged_one_are_read_and_nothing_after_it() {
    let mut recording = recording(3);
    let bytes = recording.calls.len();
    recording.calls.truncate(bytes - 1);
    let read: Vec<_> = recording.each_call().collect();
    assert_eq!(read.len(), 3);
    assert!(read[0].is_ok() && read[1].is_ok() && matches!(read[2], Err(RecordingError::Damaged(_))));
}

#[test]
fn large_recordings_are_compressed() {
    let bytes = encoded(&recording(500)).data.len();
    assert!(bytes < 500 * 10, "{bytes} bytes");
}

#[test]
fn a_call_without_reply_is_kept() {
    let mut recorder = Recorder::default();
    recorder.call(&HostCall::Universe);
    recorder.call(&HostCall::Positions);
    recorder.reply(Answerer::Gate, &HostReply::Refused(HostError::Denied(Capability::BrokerRead)));
    let calls = Recording::new(run(), recorder).calls().unwrap();
    assert_eq!(calls[0], RecordedCall { call: HostCall::Universe, answer: None });
    assert!(matches!(calls[1].answer, Some((Answerer::Gate, _))));
}

#[test]
fn each_list_of_candles_is_kept_once_whoever_asked_for_it_beside_what_else() {
    let shared = SharedReplies::default();
    let first = with_candles(vec![bars(1, 250), bars(2, 250)]);
    let second = with_candles(vec![bars(3, 250), bars(2, 250), bars(4, 5), bars(2, 250)]);
    let (first_encoded, second_encoded) = (first.encode(&shared).unwrap(), second.encode(&shared).unwrap());
    let hashes = |encoded: &EncodedRecording| encoded.replies.iter().map(|it| it.hash).collect::<Vec<_>>();
    assert_eq!((first_encoded.replies.len(), second_encoded.replies.len()), (2, 2));
    assert_eq!(hashes(&first_encoded)[1], hashes(&second_encoded)[1]);
    assert!(first_encoded.data.len() < 500, "{} bytes", first_encoded.data.len());
    assert_eq!(Recording::decode(&first_encoded).unwrap(), first);
    assert_eq!(Recording::decode(&second_encoded).unwrap(), second);
    assert_eq!(second.calls().unwrap().len(), 3);
}

#[test]
fn what_belongs_to_a_user_is_never_shared_however_large() {
    let mut recorder = Recorder::default();
    recorder.call(&HostCall::GetState { keys: Vec::new() });
    recorder.reply(Answerer::Services, &HostReply::StateValues(vec![Some(vec![7; 100_000])]));
    recorder.call(&HostCall::Universe);
    recorder.reply(Answerer::Services, &HostReply::Failed("x".repeat(100_000)));
    recorder.call(&HostCall::SetState { entries: Vec::new() });
    recorder.reply(Answerer::Services, &HostReply::StateKeys(vec!["key".to_owned(); 10_000]));
    assert_eq!(encoded(&Recording::new(run(), recorder)).replies, []);
}

#[test]
fn a_shared_reply_that_is_missing_or_another_one_is_named_and_nothing_is_guessed() {
    let whole = encoded(&with_candles(vec![bars(1, 250), bars(2, 250)]));
    let hash = whole.replies[1].hash;
    let lacking = EncodedRecording { replies: whole.replies[..1].to_vec(), ..whole.clone() };
    let error = Recording::decode(&lacking).unwrap_err();
    assert_eq!(error.to_string(), format!("the shared reply {hash} is missing"));
    let mut exchanged = whole.clone();
    exchanged.replies[1].data = whole.replies[0].data.clone();
    let error = Recording::decode(&exchanged).unwrap_err();
    assert!(matches!(error, RecordingError::Reply { hash: named, .. } if named == hash), "{error}");
}

#[test]
fn damaged_recordings_are_refused() {
    let shared = encoded(&with_candles(vec![bars(1, 250)]));
    for whole in [encoded(&recording(2)), encoded(&recording(500)), shared] {
        for length in 0..whole.data.len().min(600) {
            let cut = EncodedRecording { data: whole.data[..length].to_vec(), ..whole.clone() };
            let read = Recording::decode(&cut);
            assert!(matches!(read, Err(RecordingError::Damaged(_))), "{length} bytes were read");
        }
    }
}

#[test]
fn recordings_of_earlier_hosts_keep_their_meaning() {
    // The last variants before 1.1.0 by their places: `RecordDecisions` 25, `Refused` 26, `Failed` 27.
    let written = [25, 0, 1, 1, 26, 1, 1, b'x', 2, 1, 1, 27, 1, b'y'];
    let calls = Recording { calls: written.to_vec(), ..recording(0) }.calls().unwrap();
    let expected = [
        (
            HostCall::RecordDecisions { entries: Vec::new() },
            HostReply::Refused(HostError::Invalid("x".to_owned())),
        ),
        (HostCall::AfterMarketOpen, HostReply::Failed("y".to_owned())),
    ];
    let expected =
        expected.map(|(call, reply)| RecordedCall { call, answer: Some((Answerer::Services, reply)) });
    assert_eq!(calls, expected);
}

/// A plain and a compressed recording of the first format, as a host of that time wrote them.
const OF_FORMAT_1: [(&str, &str, usize); 2] = [
    (
        "premarket_retry",
        "01008101a9232feafec3a30dc6c497e7e86dc4153484733588ab71361e32ae37cecd386701010f7072656d61726b65745f7265747279ec\
     ba0280abeda0ab6580abeda0ab6500df0fd00fe0d40380808020d00f80808010808004320100000600106e6f7468696e6720746f207265\
     7472790107726574726965640059f885480b0101010b00",
        1,
    ),
    (
        "eod_cleanup",
        "0101970428b52ffd6017015d0b00c412c205c75ea6a08eb062ec43623c9bfda2936a0e124e1bd20eccc9152d2ee41daf8509010b656f64\
     5f636c65616e7570ecba0280b5e0bfab6500cf0fd00fe0d40380808020d00f8080801080800432060000c301006e7265616c6973656420\
     527320302e30302c207563686172676573636173682052732031302e30303b2030206f72646572732c20302066696c6c6f70656e20706f\
     736974696f6e73090d5f7061697365000b646966666572656e6365730005000e6f70656e5f000e5f65787069726564000d706c61636564\
     000e10726574726965735f676976656e5f7570001070e885480f01010f000b0101010b0010010110ecba028084af5f001505746f6c642f\
     0101150017001254726164696e672064617920636c6f73656401011716010a32303135300100010116170016136a3ceb004d04f9737003\
     4145081704012cacdf383247b35db51d56641b3384cf6494e181ad2a13eb659a902b4b63388190da0cdc4c10331428",
        6,
    ),
];

fn of_format_1(hex: &str) -> EncodedRecording {
    let digits = hex.as_bytes().chunks(2).map(|digits| std::str::from_utf8(digits).unwrap());
    EncodedRecording {
        data: digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect(),
        replies: Vec::new(),
    }
}

#[test]
fn recordings_of_the_first_format_are_still_read_and_are_written_in_the_new_one() {
    for (task, hex, calls) in OF_FORMAT_1 {
        let old = of_format_1(hex);
        assert_eq!(old.data[0], 1);
        let recording = Recording::decode(&old).unwrap();
        assert_eq!((recording.run.context.task.as_str(), recording.run.outcome.name()), (task, "succeeded"));
        assert_eq!(recording.calls().unwrap().len(), calls);
        assert_eq!(u64::from(recording.run.usage.calls), calls as u64);
        let new = encoded(&recording);
        assert_eq!(new.data[0], 4);
        assert_eq!(Recording::decode(&new).unwrap(), recording);
    }
}

/// The first of them as a host wrote it that shared replies and had no bounds on what a run leaves behind.
const OF_FORMAT_2: &str = "02008201a9232feafec3a30dc6c497e7e86dc4153484733588ab71361e32ae37cecd386701010f7072656d61726b65745f7265747279ec\
     ba0280abeda0ab6580abeda0ab6500df0fd00fe0d40380808020d00f80808010808004320100000600106e6f7468696e6720746f207265\
     7472790107726574726965640059f8854800\
     0b0101010b00";

#[test]
fn recordings_from_before_the_bounds_have_none_and_keep_what_held_then() {
    let earlier = [OF_FORMAT_1[0].1, OF_FORMAT_2].map(|hex| Recording::decode(&of_format_1(hex)).unwrap());
    assert_eq!(earlier[0], earlier[1]);
    for recording in earlier {
        let budget = Budget { work: HostWork::unbounded(), output: Output::unbounded(), ..Budget::default() };
        assert_eq!(recording.run.budget, budget);
        assert_eq!(recording.calls().unwrap().len(), 1);
        let again = Recording::decode(&encoded(&recording)).unwrap();
        assert_eq!(again.run.budget, budget, "written anew, it still has none");
    }
}

#[test]
fn a_recording_of_the_format_before_has_no_cause_and_one_with_a_cause_reads_back() {
    let plain = recording(2);
    // As a host of that time wrote it: the run, no shared replies, the calls.
    let raw = postcard::to_extend(&plain.run, Vec::new()).unwrap();
    let raw = [postcard::to_extend(&0_u64, raw).unwrap(), plain.calls.clone()].concat();
    let header = postcard::to_extend(&(3_u8, false, raw.len() as u64), Vec::new()).unwrap();
    let earlier = EncodedRecording { data: [header, raw].concat(), replies: Vec::new() };
    assert_eq!(Recording::decode(&earlier).unwrap(), plain);
    assert_eq!(Recording::decode_run(&earlier.data).unwrap(), plain.run);

    let cause = PriceCause {
        symbol: "TCS".parse().unwrap(),
        price: prahari_domain::money::Paise(12_345),
        at: prahari_domain::time::Timestamp(7),
    };
    let mut caused = with_candles(vec![bars(1, 250)]);
    caused.run.cause = Some(cause);
    assert_eq!(Recording::decode(&encoded(&caused)).unwrap(), caused);
    assert_eq!(Recording::decode_run(&encoded(&caused).data).unwrap(), caused.run);
}

#[test]
fn another_format_is_refused_by_its_number() {
    let mut encoded = encoded(&recording(1));
    encoded.data[0] = 9;
    let error = Recording::decode(&encoded).unwrap_err();
    assert_eq!(error.to_string(), "the recording has format 9, this host reads formats up to 4");
}

/// Any reply that has something to share, or a large private one, or none at all.
fn reply() -> impl Strategy<Value = Option<HostReply>> {
    let list = (0_u8..4, 0_i32..300).prop_map(|(symbol, count)| bars(symbol, count));
    prop_oneof![
        3 => vec(list, 0..6).prop_map(|lists| Some(HostReply::Candles(lists))),
        1 => vec(any::<u8>(), 0..2_000).prop_map(|state| Some(HostReply::StateValues(vec![Some(state), None]))),
        1 => Just(None),
    ]
}

proptest! {
    #[test]
    fn any_recording_reads_back_through_what_it_shares(replies in vec(reply(), 0..8)) {
        let mut recorder = Recorder::default();
        for reply in &replies {
            recorder.call(&HostCall::Universe);
            if let Some(reply) = reply {
                recorder.reply(Answerer::Services, reply);
            }
        }
        let recording = Recording::new(run(), recorder);
        let encoded = encoded(&recording);
        let decoded = Recording::decode(&encoded).unwrap();
        prop_assert_eq!(&decoded, &recording);
        let answers: Vec<_> = decoded.calls().unwrap().into_iter().map(|it| it.answer.map(|(_, it)| it)).collect();
        prop_assert_eq!(answers, replies);
        let mut hashes: Vec<_> = encoded.replies.iter().map(|reply| reply.hash).collect();
        hashes.sort();
        hashes.dedup();
        prop_assert_eq!(hashes.len(), encoded.replies.len());
    }
}
