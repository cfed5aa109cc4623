//! The calls, one after the other: each makes one request and reads its answer. Sessions, repetition and what it all means
//! for an order are elsewhere.

mod feeds;
mod login;
mod orders;
mod quotes;
mod readiness;
mod reports;
mod shares;

use std::sync::Arc;
use std::time::Duration;

use prahari_brokers::Pace;
use prahari_secrets::Secret;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder};
use rustls::ClientConfig;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use url::{Url, form_urlencoded};

pub use orders::{NewOrder, OrderChange};
pub use quotes::QuoteFilter;
pub(crate) use readiness::{ClockOffset, LineProof};

use crate::credentials::Credentials;
use crate::error::{Call, KotakError, Meaning};
use crate::http::reach::{Reach, below};
use crate::http::tls::Tls;
use crate::http::{Http, exchange};
use crate::limiter::RateLimiter;
use crate::mask::{Masked, Masker};
use crate::session::Session;
use crate::settings::{KotakSettings, Outbound};
use crate::wire::body;

/// Name of the API, which some calls carry as a key.
const API: &str = "neotradeapi";

/// Longest body of an answer, in bytes: an order book of a thousand rows has 2 MB.
const LONGEST_BODY: usize = 8 << 20;

/// Longest file of all shares, in bytes; the present ones have 5 MB.
const LONGEST_FILE: usize = 64 << 20;

/// Most placements, changes and cancellations within a second, whatever is set: the exchange allows 10.
const MOST_ORDERS: u32 = 9;

/// The broker's code for a session that was opened from another address than the call came from.
const OTHER_ADDRESS: i64 = 1_037;

/// Makes the clients of users.
pub(crate) struct ClientFactory {
    settings: Arc<KotakSettings>,
    pace: Arc<dyn Pace>,
    reach: Reach,
    tls: Tls,
}

/// One user's connections to the broker.
pub(crate) struct KotakClient {
    settings: Arc<KotakSettings>,
    pace: Arc<dyn Pace>,
    reach: Reach,
    http: Http,
    tls: ClientConfig,
    outbound: Outbound,
    access_token: Secret,
    client_code: Secret,
    masker: Arc<Masker>,
    turns: Arc<Turns>,
}

/// Whose turn it is, for one user's calls of all sessions.
#[derive(Debug)]
pub(crate) struct Turns {
    orders: RateLimiter,
    reads: RateLimiter,
    prices: RateLimiter,
    quotes: Semaphore,
}

impl Turns {
    /// Turns of which none was taken yet.
    pub(crate) fn new(settings: &KotakSettings) -> Self {
        let limiter = |most| RateLimiter::new(most, settings.longest_turn);
        Self {
            orders: limiter(settings.orders_a_second.min(MOST_ORDERS)),
            reads: limiter(settings.reads_a_second),
            prices: limiter(settings.quotes_a_second),
            quotes: Semaphore::new(settings.quotes_in_flight.max(1)),
        }
    }
}

impl ClientFactory {
    /// # Errors
    /// One sentence, when the address of the login may not be spoken to.
    pub(crate) fn new(settings: Arc<KotakSettings>, pace: Arc<dyn Pace>) -> Result<Self, String> {
        let reach = Reach::of(&settings.login)?;
        Ok(Self { settings, pace, reach, tls: Tls::default() })
    }

    /// Makes a user's connections; nothing is connected yet.
    ///
    /// # Errors
    /// [`NotSent`](crate::error::Meaning::NotSent) when TLS or the user's way out cannot be used.
    pub(crate) async fn client(
        &self,
        credentials: &Credentials,
        masker: Arc<Masker>,
        turns: Arc<Turns>,
    ) -> Result<KotakClient, KotakError> {
        let unusable = |why: String| KotakError::not_sent(Call::LogIn, why);
        let tls = self.tls.config(self.reach).await.map_err(unusable)?;
        let settings = self.settings.clone();
        let http = Http::new(&settings, tls.clone(), &credentials.outbound).map_err(unusable)?;
        Ok(KotakClient {
            tls,
            outbound: credentials.outbound.clone(),
            access_token: credentials.access_token.clone(),
            client_code: credentials.client_code.clone(),
            pace: self.pace.clone(),
            reach: self.reach,
            settings,
            http,
            masker,
            turns,
        })
    }
}

impl KotakClient {
    /// What takes the secrets out of texts.
    pub(crate) fn masker(&self) -> &Masker {
        &self.masker
    }

    /// The client's code at the broker, with which the market feed is entered.
    pub(crate) const fn client_code(&self) -> &Secret {
        &self.client_code
    }

    /// How calls leave this machine, for people.
    pub(crate) fn way_out(&self) -> String {
        self.outbound.shown()
    }

    /// Sends a request in its turn, and reads what came.
    async fn ask(&self, call: Call, request: RequestBuilder) -> Result<Value, KotakError> {
        let within = self.turn(call).await?;
        let answer = body::json(call, exchange(request, LONGEST_BODY, within).await, &self.masker);
        answer.map_err(|error| self.with_way_out(error))
    }

    /// Adds to the refusal of an address how the call left, and what has to be done about it: the broker names no address.
    fn with_way_out(&self, error: KotakError) -> KotakError {
        if error.meaning != Meaning::Address {
            return error;
        }
        let advice = match error.code {
            Some(OTHER_ADDRESS) => "the session is of another address, and a new login makes one of this",
            _ => {
                "the broker's app has to list that address, and the access token has to be of this application"
            }
        };
        let said = format!("{}; the call left {}: {advice}", error.said, self.way_out());
        KotakError { said: Masked::ours(said), ..error }
    }

    /// Waits for the call's turn, and answers how long the call may take.
    async fn turn(&self, call: Call) -> Result<Duration, KotakError> {
        let (limiter, within) = match call {
            Call::Place | Call::Modify | Call::Cancel => (&self.turns.orders, self.settings.send),
            Call::LogIn | Call::Validate | Call::Address => return Ok(self.settings.log_in),
            Call::Shares => return Ok(self.settings.file),
            Call::Quotes => (&self.turns.prices, self.settings.read),
            _ => (&self.turns.reads, self.settings.read),
        };
        let began = self.pace.now();
        limiter.turn(&*self.pace).await.map_err(|none| {
            let wait = none.at.millis_since(began);
            KotakError::not_sent(call, format!("its turn would come in {wait} ms, after too many calls"))
        })?;
        Ok(within)
    }

    /// A request below the session's address, with the session's keys.
    fn request(
        &self,
        client: &Client,
        session: &Session,
        path: &str,
        body: Option<&Map<String, Value>>,
    ) -> RequestBuilder {
        let url = below(&session.base, path);
        let request = match body {
            Some(body) => {
                client.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(body))
            }
            None => client.get(url),
        };
        request
            .header(ACCEPT, "application/json")
            .header("Authorization", self.access_token.expose())
            .header("neo-fin-key", API)
            .header("Auth", session.token.expose())
            .header("Sid", session.sid.expose())
    }

    /// A request of the kind that goes without a session: it is refused with one.
    fn open_request(&self, url: Url) -> RequestBuilder {
        self.http
            .reading
            .get(url)
            .header(ACCEPT, "application/json")
            .header("Authorization", self.access_token.expose())
    }
}

/// A body of a form with the one field that the broker reads.
fn form(fields: &Map<String, Value>) -> String {
    let json = Value::Object(fields.clone()).to_string();
    form_urlencoded::Serializer::new(String::new()).append_pair("jData", &json).finish()
}

/// The fields of a request, all of them texts.
fn fields<const N: usize>(pairs: [(&str, &str); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}
