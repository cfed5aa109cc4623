//! What came that trades: each call with its time, what became of it, and what its caller heard. For a checker that
//! compares it with the journals of a client.

use serde::Serialize;
use serde_json::Value;

use crate::calls::Call;
use crate::incoming::Incoming;
use crate::reply::{Body, Reply};
use crate::time::Millis;

/// A call that trades.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Arrival {
    /// When it came.
    pub at: Millis,
    /// Place, modify or cancel.
    pub call: Call,
    /// The client code of the caller's session; `None` when there is no such session.
    pub ucc: Option<String>,
    /// The tag that was sent.
    pub tag: Option<String>,
    /// The order's number: of a place, the new one; else the one that was sent.
    pub order: Option<String>,
    /// What became of it.
    pub effect: Effect,
    /// What the caller heard.
    pub answer: Answer,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It waits for the order system.
    Waiting,
    /// The order system took it.
    Taken,
    /// It was refused, with this body.
    Refused(String),
    /// A fault stopped it before the order system.
    NotReached,
}

/// What the caller heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// What is true.
    True,
    /// What is true, later.
    Late,
    /// Something else, or a part.
    Spoilt,
    /// Nothing.
    Nothing,
}

/// All that came under one tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TagStory {
    /// The account.
    pub ucc: Option<String>,
    /// The tag.
    pub tag: String,
    /// How often it was sent in a place.
    pub places: usize,
    /// The orders that exist by it: more than one is a failure of the fake, not of the client.
    pub orders: Vec<String>,
    /// How often the order system refused it.
    pub refused: usize,
}

impl Arrival {
    /// What is known of a call before it takes effect.
    pub(crate) fn of(at: Millis, call: Call, ucc: Option<String>, incoming: &Incoming) -> Self {
        let fields = incoming.fields();
        let text = |key: &str| Some(fields.as_ref()?.get(key)?.as_str()?.to_owned());
        let order = text("no").or_else(|| text("on"));
        Self { at, call, ucc, tag: text("ig"), order, effect: Effect::Waiting, answer: Answer::Nothing }
    }

    /// Books what the order system said.
    pub(crate) fn took_effect(&mut self, reply: &Reply) {
        let number = match &reply.body {
            Body::Json(body) => body.get("nOrdNo").and_then(Value::as_str),
            Body::Text(_) => None,
        };
        match number {
            Some(number) => {
                self.order = Some(number.to_owned());
                self.effect = Effect::Taken;
            }
            None => self.effect = Effect::Refused(reply.text()),
        }
    }
}

/// The stories of all tags, in the order of their first arrival.
pub(crate) fn by_tag(arrivals: &[Arrival]) -> Vec<TagStory> {
    let mut stories: Vec<TagStory> = Vec::new();
    for arrival in arrivals.iter().filter(|arrival| arrival.call == Call::Place) {
        let Some(tag) = &arrival.tag else { continue };
        let known = stories.iter().position(|story| story.tag == *tag && story.ucc == arrival.ucc);
        let place = known.unwrap_or_else(|| {
            let (ucc, tag) = (arrival.ucc.clone(), tag.clone());
            stories.push(TagStory { ucc, tag, places: 0, orders: Vec::new(), refused: 0 });
            stories.len() - 1
        });
        let Some(story) = stories.get_mut(place) else { continue };
        story.places += 1;
        match &arrival.effect {
            Effect::Taken => story.orders.extend(arrival.order.clone()),
            Effect::Refused(_) => story.refused += 1,
            Effect::Waiting | Effect::NotReached => {}
        }
    }
    stories
}
