//! HTTP to the broker: no redirect, nothing sent twice by itself, a bound on every wait and every body, and an answer that
//! says whether a request that failed may have arrived.

pub(crate) mod reach;
pub(crate) mod tls;

use std::error::Error;
use std::time::Duration;

use chrono::DateTime;
use prahari_domain::time::Timestamp;
use reqwest::header::DATE;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Proxy, RequestBuilder, Response, retry};
use rustls::ClientConfig;

use crate::settings::{KotakSettings, Outbound};

/// How long a connection for reading is kept without use. The broker's side closes later, so that a request seldom meets
/// a connection that is just being closed.
const IDLE: Duration = Duration::from_secs(30);

/// The connections of one user, all from the same address.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    /// For reading: connections are used again.
    pub(crate) reading: Client,
    /// For what trades: each request has a connection of its own. A request on an old connection may meet its end after
    /// it was written, which is an order of unknown outcome; and a library that is given back an old connection would
    /// send the request again by itself.
    pub(crate) trading: Client,
}

/// An answer, whatever it says.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// The second in which the other side answered, by its own clock; none where it does not tell.
    pub(crate) dated: Option<Timestamp>,
}

/// Why there is no answer. The text names no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// Nothing of the request was written.
    NotSent(String),
    /// It was begun; what became of it is not known.
    Lost(String),
    /// There is one, longer than it may be.
    TooLong { status: u16 },
}

impl Http {
    /// Makes the connections of a user.
    ///
    /// # Errors
    /// One sentence, when the proxy cannot be read or the library does not take what it is given.
    pub(crate) fn new(
        settings: &KotakSettings,
        tls: ClientConfig,
        outbound: &Outbound,
    ) -> Result<Self, String> {
        let build = |idle: usize| -> Result<Client, String> {
            let builder = routed(builder(settings, tls.clone()), outbound)?;
            let built = builder.pool_max_idle_per_host(idle).pool_idle_timeout(IDLE).build();
            built.map_err(|error| format!("HTTP cannot be used: {}", root_of(error)))
        };
        Ok(Self { reading: build(2)?, trading: build(0)? })
    }
}

fn builder(settings: &KotakSettings, tls: ClientConfig) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .redirect(Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .connect_timeout(settings.connect)
        .user_agent(concat!("prahari/", env!("CARGO_PKG_VERSION")))
}

fn routed(builder: ClientBuilder, outbound: &Outbound) -> Result<ClientBuilder, String> {
    match outbound {
        Outbound::Direct => Ok(builder),
        Outbound::Address(address) => Ok(builder.local_address(*address)),
        Outbound::Proxy(proxy) => {
            // The reason would show the address, which may hold a password.
            let proxy = Proxy::all(proxy.expose());
            Ok(builder.proxy(proxy.map_err(|_| "the address of the proxy cannot be read".to_owned())?))
        }
    }
}

/// Sends a request and reads its whole answer, at most `longest` bytes of it, `within` this time.
///
/// # Errors
/// When there is no answer, with whether the request may have arrived.
pub(crate) async fn exchange(
    request: RequestBuilder,
    longest: usize,
    within: Duration,
) -> Result<Raw, NoAnswer> {
    let mut answer = request.timeout(within).send().await.map_err(|error| failed(error, within))?;
    let status = answer.status().as_u16();
    let dated = dated(&answer);
    let too_long = |length: usize| length > longest;
    if answer.content_length().is_some_and(|length| usize::try_from(length).is_ok_and(too_long)) {
        return Err(NoAnswer::TooLong { status });
    }
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| failed(error, within))? {
        if too_long(body.len().saturating_add(part.len())) {
            return Err(NoAnswer::TooLong { status });
        }
        body.extend_from_slice(&part);
    }
    Ok(Raw { status, body, dated })
}

/// What the head of an answer says of its time.
fn dated(answer: &Response) -> Option<Timestamp> {
    let text = answer.headers().get(DATE)?.to_str().ok()?;
    Some(Timestamp(DateTime::parse_from_rfc2822(text).ok()?.timestamp_millis()))
}

fn failed(error: reqwest::Error, within: Duration) -> NoAnswer {
    if error.is_connect() || error.is_builder() {
        NoAnswer::NotSent(format!("no connection: {}", root_of(error)))
    } else if error.is_timeout() {
        NoAnswer::Lost(format!("no answer within {} s", within.as_secs_f32()))
    } else {
        NoAnswer::Lost(format!("the connection broke: {}", root_of(error)))
    }
}

/// The innermost reason of an error, without the address.
fn root_of(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut innermost: &dyn Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
