//! Webhooks: a message as a signed POST to an address that a user chose.
//!
//! The form is that of Standard Webhooks (<https://www.standardwebhooks.com>): the headers `webhook-id`,
//! `webhook-timestamp` and `webhook-signature`, and a JSON body with `type`, `timestamp` and `data`.

use std::time::Duration;

use prahari_domain::time::Timestamp;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Serialize;

use crate::address::Address;
use crate::authorities::Authorities;
use crate::cleaner::Cleaner;
use crate::courier::{OutgoingMessage, Undelivered, Webhook};
use crate::http::{self, Answer};
use crate::reach::Reach;

/// Longest time that one attempt may take, real time.
///
/// A receiver has to take a message and answer, not to work on it; 10 s are what other senders give. While an
/// attempt goes on, later messages of the same channel wait, and nothing else does.
pub const DELIVERY_DEADLINE: Duration = Duration::from_secs(10);

/// Sends webhooks. What the address of one can be used for is bounded by the [`Reach`]; redirects, proxies and the body
/// of an answer are not looked at.
pub struct WebhookCourier {
    reach: Reach,
    authorities: Authorities,
}

/// Ends what takes longer than a time of real time: nobody knows then what became of it.
///
/// # Errors
/// Those of the work itself, or that it took too long.
pub(crate) async fn within<T>(
    deadline: Duration,
    work: impl Future<Output = Result<T, Undelivered>>,
) -> Result<T, Undelivered> {
    match tokio::time::timeout(deadline, work).await {
        Ok(done) => done,
        Err(_late) => {
            Err(Undelivered::unclear(format!("there was no answer within {} s", deadline.as_secs())))
        }
    }
}

/// What stands in the body of a request.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'a str,
    timestamp: String,
    data: Data<'a>,
}

/// The message itself.
#[derive(Serialize)]
struct Data<'a> {
    level: &'a str,
    title: &'a str,
    body: &'a str,
    more: u64,
    repeated: bool,
}

impl WebhookCourier {
    /// Creates a courier that goes so far and trusts the authorities of the system.
    pub fn new(reach: Reach) -> Self {
        Self { reach, authorities: Authorities::default() }
    }

    /// Trusts these authorities.
    #[must_use]
    pub fn trusting(self, authorities: Authorities) -> Self {
        Self { authorities, ..self }
    }

    /// Returns what pages and logs may say of a webhook.
    ///
    /// # Errors
    /// One sentence that says why nothing is ever delivered to it.
    pub fn check(&self, to: &Webhook) -> Result<String, String> {
        Address::read(to.url.expose(), self.reach).map(|address| address.shown())
    }

    /// Posts one message and returns once the receiver has taken it, within [`DELIVERY_DEADLINE`].
    ///
    /// # Errors
    /// Why it was not taken, without a word of the address or the key.
    pub async fn deliver(&self, to: &Webhook, message: &OutgoingMessage) -> Result<(), Undelivered> {
        within(DELIVERY_DEADLINE, self.post(to, message)).await.and_then(|answer| judge(&answer))
    }

    async fn post(&self, to: &Webhook, message: &OutgoingMessage) -> Result<Answer, Undelivered> {
        let address = Address::read(to.url.expose(), self.reach).map_err(Undelivered::for_good)?;
        let client = http::client_for(&address, self.reach, &self.authorities).await?;
        http::send(request(&client, &address, to, message)?, &cleaner_of(to, &address)).await
    }
}

/// Fewest characters of a part of an address that is masked by itself; shorter ones are words.
const SHORTEST_PART: usize = 8;

/// Masks the key, the address, and the parts of its path and query that may be a secret of the receiver.
fn cleaner_of(to: &Webhook, address: &Address) -> Cleaner {
    let key = to.key.text();
    let mut cleaner = Cleaner::default().hiding(to.url.expose()).hiding(address.url.as_str());
    for key in [key.expose(), key.expose().trim_start_matches("whsec_")] {
        cleaner = cleaner.hiding(key);
    }
    let (path, query) = (address.url.path(), address.url.query().unwrap_or_default());
    let parts = path.split('/').chain(query.split(['&', '=']));
    parts.filter(|part| part.len() >= SHORTEST_PART).fold(cleaner, Cleaner::hiding)
}

/// The signed request for a message.
fn request(
    client: &Client,
    address: &Address,
    to: &Webhook,
    message: &OutgoingMessage,
) -> Result<RequestBuilder, Undelivered> {
    let failed =
        |error: &dyn std::fmt::Display| Undelivered::for_good(format!("it cannot be written: {error}"));
    let body = serde_json::to_vec(&body_of(message)).map_err(|error| failed(&error))?;
    let seconds = message.attempted_at.0.div_euclid(1_000);
    let signature = to.key.sign(&message.id, seconds, &body).map_err(|error| failed(&error))?;
    Ok(client
        .post(address.url.clone())
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", &message.id)
        .header("webhook-timestamp", seconds)
        .header("webhook-signature", signature)
        .body(body))
}

fn body_of(message: &OutgoingMessage) -> Body<'_> {
    Body {
        r#type: &message.kind,
        timestamp: rfc3339(message.at),
        data: Data {
            level: &message.level,
            title: &message.title,
            body: &message.body,
            more: message.more,
            repeated: message.repeated,
        },
    }
}

/// An instant in IST, such as `2025-01-02T09:15:00.000+05:30`.
fn rfc3339(at: Timestamp) -> String {
    format!("{}T{}+05:30", at.ist_day(), at.ist_time().format("%H:%M:%S%.3f"))
}

/// Returns what an answer means: a success took the message, everything else did not.
fn judge(answer: &Answer) -> Result<(), Undelivered> {
    let status = answer.status;
    if status.is_success() {
        return Ok(());
    }
    let said = format!("the receiver answered {}", status.as_u16());
    if status == StatusCode::GONE {
        return Err(Undelivered::for_good(format!("{said}: it takes no messages any more")));
    }
    if status.is_redirection() {
        return Err(Undelivered::not_sent(format!("{said}, and redirects are not followed")));
    }
    Err(Undelivered { wait_s: answer.wait_s, ..Undelivered::not_sent(said) })
}

#[cfg(test)]
mod tests;
