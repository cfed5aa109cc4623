//! One call of REST, from its arrival to its answer: the faults that strike it, its effect, what the caller hears.

use std::convert::Infallible;

use axum::body::{Body as HttpBody, Bytes};
use axum::extract::Request;
use axum::http::{Response, header};
use futures::stream::{self, StreamExt};
use percent_encoding::percent_decode_str;

use crate::arrivals::{Answer, Arrival, Effect};
use crate::calls::Call;
use crate::fault::{Fault, Struck};
use crate::incoming::Incoming;
use crate::net::Connection;
use crate::reply::{self, Body, Reply};
use crate::sim::Shared;
use crate::time::http_date;
use crate::world::World;

/// What answers a call.
pub(crate) type Handler = fn(&mut World, &Incoming, &Struck) -> Reply;

/// The longest body that is read.
const LONGEST_BODY: usize = 1 << 20;

/// How an answer leaves.
enum Delivery {
    Whole(Reply),
    Half(Reply),
    Never,
    Cut,
}

/// Answers a call.
pub(crate) async fn serve(
    shared: Shared,
    connection: Connection,
    call: Call,
    handler: Handler,
    request: Request,
) -> Response<HttpBody> {
    let incoming = match read(request, &connection).await {
        Some(incoming) => incoming,
        None => return never(&connection).await,
    };
    // In a task of its own, so that a caller who goes away does not stop what was sent.
    let delivery = tokio::spawn(process(shared.clone(), call, handler, incoming)).await;
    let mut response = match delivery {
        Ok(Delivery::Whole(reply)) => whole(&reply),
        Ok(Delivery::Half(reply)) => half(&reply),
        Ok(Delivery::Never) => std::future::pending().await,
        Ok(Delivery::Cut) | Err(_) => never(&connection).await,
    };
    if let Ok(date) = date(&shared).parse() {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// The time of the answer, for its head.
fn date(shared: &Shared) -> String {
    let world = shared.world();
    http_date(world.now + world.facts.dates_ahead)
}

async fn never(connection: &Connection) -> Response<HttpBody> {
    connection.cut();
    std::future::pending().await
}

async fn read(request: Request, connection: &Connection) -> Option<Incoming> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LONGEST_BODY).await.ok()?;
    let segments = parts.uri.path().split('/').filter(|part| !part.is_empty());
    let rest = segments.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect();
    Some(Incoming {
        headers: parts.headers,
        uri: parts.uri,
        rest,
        body: body.to_vec(),
        from: connection.address(),
    })
}

async fn process(shared: Shared, call: Call, handler: Handler, incoming: Incoming) -> Delivery {
    let (struck, arrival, arrived, quoting) = arrive(&shared, call, &incoming);
    let later = struck.find(|fault| match fault {
        Fault::SlowEffect { ms } => Some(*ms),
        _ => None,
    });
    if let Some(ms) = later {
        shared.clock.reaches(arrived + ms).await;
    }
    let (delivery, late) = take_effect(&shared, handler, &incoming, &struck, arrival, quoting);
    if let Some(ms) = late {
        shared.clock.reaches(arrived + ms).await;
    }
    if let Some(account) = quoting {
        leave_quotes(&shared, account);
    }
    delivery
}

/// Books the arrival; the faults that strike, the place of its arrival in the list, the time, and the account whose
/// quotes are in flight.
fn arrive(shared: &Shared, call: Call, incoming: &Incoming) -> (Struck, Option<usize>, i64, Option<usize>) {
    let mut world = shared.world();
    let account = world.caller(incoming).or_else(|| named_in_login(&world, incoming));
    let ucc = account.and_then(|account| world.ucc(account));
    let now = world.now;
    let struck = world.faults.strike(call, ucc.as_deref(), now);
    world.calls.push((now, call, ucc.clone()));
    let arrival = call.trades().then(|| {
        world.arrivals.push(Arrival::of(now, call, ucc, incoming));
        world.arrivals.len() - 1
    });
    let quoting = account.filter(|_| call == Call::Quotes);
    if let Some(account) = quoting.and_then(|account| world.accounts.get_mut(account)) {
        account.quotes_in_flight += 1;
    }
    (struck, arrival, now, quoting)
}

fn named_in_login(world: &World, incoming: &Incoming) -> Option<usize> {
    world.account_index(incoming.json()?.get("ucc")?.as_str()?)
}

fn leave_quotes(shared: &Shared, account: usize) {
    if let Some(account) = shared.world().accounts.get_mut(account) {
        account.quotes_in_flight = account.quotes_in_flight.saturating_sub(1);
    }
}

/// Lets the call take effect, unless a fault stops it; how the answer leaves, and how many milliseconds later.
fn take_effect(
    shared: &Shared,
    handler: Handler,
    incoming: &Incoming,
    struck: &Struck,
    arrival: Option<usize>,
    quoting: Option<usize>,
) -> (Delivery, Option<i64>) {
    let mut world = shared.world();
    let stopped = stop(&mut world, incoming, struck).or_else(|| too_many_quotes(&world, quoting));
    let is_stopped = stopped.is_some();
    let (delivery, effect) = match stopped {
        Some(delivery) => (delivery, None),
        None => {
            let reply = handler(&mut world, incoming, struck);
            let now = world.now;
            world.catch_up(now);
            (spoil(reply.clone(), struck), Some(reply))
        }
    };
    let late = struck.find(|fault| match fault {
        Fault::Slow { ms } => Some(*ms),
        _ => None,
    });
    if let Some(arrival) = arrival.and_then(|place| world.arrivals.get_mut(place)) {
        match &effect {
            Some(reply) => arrival.took_effect(reply),
            None => arrival.effect = Effect::NotReached,
        }
        arrival.answer = match (&delivery, &effect) {
            (Delivery::Never | Delivery::Cut, _) => Answer::Nothing,
            (Delivery::Half(_), _) => Answer::Spoilt,
            (Delivery::Whole(sent), Some(reply)) if sent.text() != reply.text() => Answer::Spoilt,
            (Delivery::Whole(_), None) if is_stopped => Answer::Spoilt,
            (Delivery::Whole(_), _) if late.is_some() => Answer::Late,
            (Delivery::Whole(_), _) => Answer::True,
        };
    }
    (delivery, late)
}

fn too_many_quotes(world: &World, quoting: Option<usize>) -> Option<Delivery> {
    let account = world.accounts.get(quoting?)?;
    let most = world.facts.quotes_in_flight?;
    (account.quotes_in_flight > most).then(|| Delivery::Whole(reply::rate_limited()))
}

/// What a fault answers instead of letting the call take effect.
fn stop(world: &mut World, incoming: &Incoming, struck: &Struck) -> Option<Delivery> {
    let whole = |reply: Reply| Some(Delivery::Whole(reply));
    for fault in &struck.0 {
        let stopped = match fault {
            Fault::Answer { status, body, after_effect: false } => {
                whole(Reply { status: *status, body: Body::Text(body.clone()) })
            }
            Fault::RateLimited => whole(reply::rate_limited()),
            Fault::NoAnswer { after_effect: false } => Some(Delivery::Never),
            Fault::Cut { after_effect: false } => Some(Delivery::Cut),
            Fault::CoreError { after_effect: false } => whole(reply::core_error()),
            Fault::SessionEnds(shape) => {
                if let Some(account) = world.caller(incoming) {
                    world.end_sessions(account);
                }
                whole(reply::session_error(*shape))
            }
            Fault::SessionDoubted(shape) => whole(reply::session_error(*shape)),
            Fault::AddressNotListed => whole(reply::address_not_listed()),
            Fault::AddressChanged => whole(reply::address_changed()),
            _ => None,
        };
        if stopped.is_some() {
            return stopped;
        }
    }
    None
}

/// What faults make of the true answer.
fn spoil(reply: Reply, struck: &Struck) -> Delivery {
    let spoilt = struck.find(|fault| match fault {
        Fault::Answer { status, body, after_effect: true } => {
            Some(Delivery::Whole(Reply { status: *status, body: Body::Text(body.clone()) }))
        }
        Fault::NoAnswer { after_effect: true } => Some(Delivery::Never),
        Fault::Cut { after_effect: true } => Some(Delivery::Cut),
        Fault::Truncated => Some(Delivery::Half(reply.clone())),
        Fault::WrongJson => {
            let text: String = reply.text().chars().take(reply.text().chars().count() / 2).collect();
            Some(Delivery::Whole(Reply { status: reply.status, body: Body::Text(text) }))
        }
        Fault::TagRefused(shape) => Some(Delivery::Whole(reply::tag_refused(*shape))),
        Fault::CoreError { after_effect: true } => Some(Delivery::Whole(reply::core_error())),
        _ => None,
    });
    spoilt.unwrap_or(Delivery::Whole(reply))
}

fn whole(reply: &Reply) -> Response<HttpBody> {
    respond(reply, HttpBody::from(reply.text()))
}

/// The head and half of the body; then the connection breaks.
fn half(reply: &Reply) -> Response<HttpBody> {
    let text = reply.text().into_bytes();
    let part = Bytes::copy_from_slice(text.get(..text.len() / 2).unwrap_or_default());
    let begin = stream::once(async move { Ok(part) });
    let end = stream::once(async {
        // Lets what came before leave.
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    let mut response = respond(reply, HttpBody::from_stream(begin.chain(end)));
    response.headers_mut().insert(header::CONTENT_LENGTH, text.len().into());
    response
}

fn respond(reply: &Reply, body: HttpBody) -> Response<HttpBody> {
    let response =
        Response::builder().status(reply.status).header(header::CONTENT_TYPE, reply.content_type());
    match response.body(body) {
        Ok(response) => response,
        // A status that a test made up and that is none.
        Err(_) => Response::new(HttpBody::from_stream(stream::empty::<Result<Bytes, Infallible>>())),
    }
}
