//! HTTP to the outside, by reqwest: no proxy of the environment, no redirect, nothing sent twice by itself, and errors
//! that do not tell the address.

use std::error::Error;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder, StatusCode, retry};
use rustls::ClientConfig;

use crate::address::Address;
use crate::authorities::Authorities;
use crate::cleaner::Cleaner;
use crate::courier::Undelivered;
use crate::reach::Reach;
use crate::tls;

/// What an answer says: nothing of its body is read.
pub(crate) struct Answer {
    /// Status of the answer.
    pub(crate) status: StatusCode,
    /// Time for which the receiver asks to be left alone, in seconds.
    pub(crate) wait_s: Option<u64>,
}

/// A client for one request: the host is looked up now, all its addresses must be within reach, and only they are
/// connected to. Its connection ends with it.
///
/// # Errors
/// When the host is not known or not within reach, or TLS cannot be used.
pub(crate) async fn client_for(
    address: &Address,
    reach: Reach,
    authorities: &Authorities,
) -> Result<Client, Undelivered> {
    let found = address.resolve(reach).await.map_err(Undelivered::not_sent)?;
    let config = if address.tls { authorities.config().await? } else { tls::trusting_nobody()? };
    let builder = builder(config).pool_max_idle_per_host(0).dns_resolver(Arc::new(NoLookup));
    let builder = match address.name() {
        Some(name) => builder.resolve_to_addrs(name, &found),
        None => builder,
    };
    built(builder)
}

/// Looks nothing up: what is connected to was looked up and checked before, and stands beside this.
struct NoLookup;

impl Resolve for NoLookup {
    fn resolve(&self, _name: Name) -> Resolving {
        let refused: Result<Addrs, Box<dyn Error + Send + Sync>> =
            Err("the name was not looked up before".into());
        Box::pin(std::future::ready(refused))
    }
}

/// What all clients have in common.
pub(crate) fn builder(config: ClientConfig) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(config)
        .http1_only()
        .redirect(Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("prahari/", env!("CARGO_PKG_VERSION")))
}

/// Builds a client.
///
/// # Errors
/// When the library does not take what it was given.
pub(crate) fn built(builder: ClientBuilder) -> Result<Client, Undelivered> {
    builder.build().map_err(|error| Undelivered::not_sent(format!("HTTP cannot be used: {}", root_of(error))))
}

/// Sends a request and waits for the head of its answer.
///
/// # Errors
/// When the connection fails; whether the request arrived is unknown once it was begun.
pub(crate) async fn send(request: RequestBuilder, cleaner: &Cleaner) -> Result<Answer, Undelivered> {
    let answer = request.send().await.map_err(|error| failed(error, cleaner))?;
    Ok(Answer { status: answer.status(), wait_s: wait_of(answer.headers()) })
}

/// What a request that failed means, without the address and what else is secret.
pub(crate) fn failed(error: reqwest::Error, cleaner: &Cleaner) -> Undelivered {
    let (is_connect, is_builder) = (error.is_connect(), error.is_builder());
    let why = cleaner.clean(&root_of(error));
    if is_connect {
        Undelivered::not_sent(format!("no connection: {why}"))
    } else if is_builder {
        Undelivered::for_good(format!("it cannot be written: {why}"))
    } else {
        Undelivered::unclear(format!("there was no answer: {why}"))
    }
}

/// The innermost reason of an error: those around it say no more than that something failed. The address, which often
/// holds a secret, is taken out.
fn root_of(error: reqwest::Error) -> String {
    let error = error.without_url();
    if let Some(why) = tls::refused_certificate(&error) {
        return why;
    }
    let mut innermost: &dyn Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Seconds that an answer asks to wait; a date is not understood, and a long time is for the caller to bound.
fn wait_of(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}
