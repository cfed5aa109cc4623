//! The market feed's frames that are JSON: entering it, and what is wanted of it.

use prahari_domain::time::Timestamp;
use prahari_secrets::Secret;
use serde_json::{Value, json};

use super::sfeed::{Divider, Dividers, Segment};
use crate::wire::row::Row;

/// Most instruments in one frame.
const AT_ONCE: usize = 200;

/// Most instruments on one connection.
const MOST: usize = 3_000;

/// What a frame of the broker's says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// It was greeted, which proves nothing.
    Greeted,
    /// It was let in, with the dividers of all segments.
    Entered(Dividers),
    /// It was not let in.
    Refused,
    /// A subscription was taken.
    Subscribed,
    /// Anything else.
    Other,
}

impl Control {
    /// Reads a frame.
    pub fn read(text: &str) -> Self {
        let Ok(body) = serde_json::from_str::<Value>(text) else { return Self::Other };
        let Ok(row) = Row::new("a frame", &body) else { return Self::Other };
        let falls_back = row.text("format").is_some_and(|format| format == "native_fallback");
        match row.whole("message_code") {
            Some(1_117 | 1_119) if falls_back => Self::Refused,
            Some(1_119) => Self::Greeted,
            Some(1_117) => Self::Entered(dividers(row)),
            Some(1_120) => Self::Refused,
            Some(1_109) => Self::Subscribed,
            _ => Self::Other,
        }
    }
}

fn dividers(row: Row<'_>) -> Dividers {
    let mut dividers = Dividers::default();
    let said = row.value("exchanges").and_then(Value::as_object);
    for exchange in said.into_iter().flat_map(|said| said.values()) {
        let Ok(exchange) = Row::new("a segment", exchange) else { continue };
        let segment = exchange.whole("value").and_then(|value| i8::try_from(value).ok());
        if let (Some(segment), Some(divider)) = (segment, exchange.whole("divider")) {
            dividers.set(Segment(segment), Divider(divider));
        }
    }
    dividers
}

/// The first frame, with which the feed is entered: it holds the key of the session.
pub fn auth_frame(client_code: &Secret, sid: &Secret, now: Timestamp) -> Secret {
    let frame = json!({
        "user": client_code.expose(),
        "auth": sid.expose(),
        "format": "native_batch",
        "source": "NEOTRADEAPI",
        "platform": "Web",
        "version": env!("CARGO_PKG_VERSION"),
        "sdk_version": 2,
        "sdk_date": "2026-08-07T00:00:00.000Z",
        "conn_req_time": now.0,
        "sessionValidation": false,
    });
    Secret::new(frame.to_string())
}

/// The frames that subscribe to these shares, by the broker's numbers, 200 in each. What is beyond 3,000 is left out: a
/// connection has no more.
pub fn subscription_frames(tokens: &[String]) -> Vec<String> {
    let wanted = tokens.get(..tokens.len().min(MOST)).unwrap_or_default();
    let frame = |part: &[String]| {
        let named: Vec<String> = part.iter().map(|token| format!("nse_cm|{token}")).collect();
        json!({ "event": "subscribeScrips", "inputtoken": named.join(","), "ack_symbol": true }).to_string()
    };
    wanted.chunks(AT_ONCE).map(frame).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn frames_are_known_by_their_codes() {
        let entered = r#"{"message_code":1117,"exchanges":{"nse_cm":{"divider":1000,"value":1},"odd":{"divider":-1,"value":2}}}"#;
        let mut dividers = Dividers::default();
        dividers.set(Segment::SHARES, Divider(1_000));
        assert_eq!(Control::read(entered), Control::Entered(dividers));
        for (text, control) in [
            (r#"{"message_code":1119,"id":"node-1"}"#, Control::Greeted),
            (r#"{"message_code":"1120","message":"invalid session"}"#, Control::Refused),
            (r#"{"message_code":1117,"format":"native_fallback"}"#, Control::Refused),
            (r#"{"message_code":1109,"trading_symbols":{}}"#, Control::Subscribed),
            ("[]", Control::Other),
            ("no", Control::Other),
        ] {
            assert_eq!(Control::read(text), control, "{text}");
        }
    }

    #[test]
    fn shares_are_subscribed_to_some_at_a_time_up_to_the_bound() {
        let tokens: Vec<String> = (0..3_100).map(|number| number.to_string()).collect();
        let frames = subscription_frames(&tokens);
        assert_eq!(frames.len(), 15);
        assert!(frames[14].contains("nse_cm|2999\"") && frames[0].contains("nse_cm|0,nse_cm|1,"));
        assert!(subscription_frames(&[]).is_empty());
    }

    #[test]
    fn the_first_frame_has_the_key_and_does_not_show_it() {
        let frame =
            auth_frame(&Secret::new("ZZ9Z9".to_owned()), &Secret::new("the-sid".to_owned()), Timestamp(5));
        assert!(
            frame.expose().contains("\"auth\":\"the-sid\"") && frame.expose().contains("\"conn_req_time\":5")
        );
        assert_eq!(format!("{frame:?}"), "[secret]");
    }

    proptest! {
        #[test]
        fn any_frame_is_read(text in ".{0,200}") {
            let _ = Control::read(&text);
        }
    }
}
