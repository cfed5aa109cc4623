//! What of an account can be proved before it is needed: nobody logs in for it, and no order is sent.

use std::net::IpAddr;
use std::time::Duration;

use chrono::Timelike;
use prahari_brokers::Check;
use prahari_domain::time::Timestamp;

use super::KotakBroker;
use crate::client::{ClockOffset, LineProof};
use crate::error::KotakError;
use crate::scrip::ScripMaster;
use crate::session::{AccountProof, SessionState, SessionView};
use crate::settings::Outbound;

/// Longest wait for the answer: below the time that the host gives a look, so that what was found without it is told.
const LONGEST: Duration = Duration::from_secs(8);

/// By how many milliseconds a clock may be off before one-time codes are refused.
const CODES_FAIL: i64 = 20_000;

/// By how many milliseconds it may be off before somebody should look.
const ODD: i64 = 5_000;

/// Hour of the day, IST, from which a session is missed: the first orders of the day are sent then.
const MISSED_FROM: u32 = 9;

const SET_CREDENTIALS: &str = "enter the credentials of this broker anew";

impl KotakBroker {
    /// Everything that is looked at.
    pub(super) async fn checks(&self, now: Timestamp) -> Vec<Check> {
        let proof = self.session.prove(self.settings.read.min(LONGEST)).await;
        let mut checks = vec![session(&self.session.view(), now), credentials(&proof)];
        match &proof {
            Ok(proof) => checks.extend([address(proof), listed(proof), clock(&proof.line)]),
            Err(_) => {
                let unasked = "nothing is asked of the broker without complete credentials";
                checks.extend(["address", "listed", "clock"].map(|name| Check::not_known(name, unasked, "")));
            }
        }
        let kept = self.shares.kept(now.ist_day());
        checks.push(shares(kept.as_deref(), now));
        checks
    }
}

/// The session of today. Before the first orders of a day there is none, which is as it should be and proves nothing.
fn session(view: &SessionView, now: Timestamp) -> Check {
    let today = now.ist_day();
    let count = view.logins_today;
    let none = |evidence: String| {
        if now.ist_time().hour() < MISSED_FROM {
            return Check::not_known("session", evidence, "");
        }
        Check::warning(
            "session",
            evidence,
            "see why nothing has needed the broker yet, such as a service that is off",
        )
    };
    match &view.state {
        SessionState::Active { since, day } if *day == today => {
            let answered = view.last_answer.map_or_else(
                || "nothing was asked with it yet".to_owned(),
                |at| format!("it was last answered at {}", clock_time(at)),
            );
            let since = clock_time(*since);
            Check::ok("session", format!("logged in at {since}, login {count} of the day; {answered}"))
        }
        SessionState::Active { .. } => none("no login yet today; the first need logs in".to_owned()),
        SessionState::None { .. } => none("no login yet; the first need logs in".to_owned()),
        SessionState::Over { at, reason } if at.ist_day() == today => {
            none(format!("no session since {}: {reason}; the next need logs in", clock_time(*at)))
        }
        SessionState::Over { .. } => none("no login yet today; the first need logs in".to_owned()),
        SessionState::LoggingIn { since } => {
            Check::not_known("session", format!("a login is under way since {}", clock_time(*since)), "")
        }
        SessionState::CoolingDown { until, reason } => {
            let said =
                format!("the last login failed, the next is tried after {}: {reason}", clock_time(*until));
            Check::warning("session", said, "see what the broker said, and look again after that time")
        }
        SessionState::NeedsCode => {
            let advice = "log in with a code of the authenticator, or enter the secret that makes them";
            Check::failed("session", "a one-time code has to be typed before anything works", advice)
        }
        SessionState::Blocked { reason } => {
            let advice = "mend what the broker refused, then allow logins again";
            Check::failed("session", format!("nobody logs in any more: {reason}"), advice)
        }
    }
}

/// The credentials, by the names of what there is.
fn credentials(proof: &Result<AccountProof, KotakError>) -> Check {
    match proof {
        Ok(AccountProof { makes_codes: true, .. }) => Check::ok(
            "credentials",
            "complete: access token, mobile number, client code, PIN and the secret of the one-time codes",
        ),
        Ok(_) => Check::warning(
            "credentials",
            "access token, mobile number, client code and PIN are there; the secret of the one-time codes is not",
            "enter that secret, or type a code each morning before the open",
        ),
        Err(error) => Check::failed("credentials", error.said.as_str(), SET_CREDENTIALS),
    }
}

/// The address from which the broker sees us. Orders are taken only from addresses that it was told of.
fn address(proof: &AccountProof) -> Check {
    let seen = match &proof.line.address {
        Ok(seen) => seen,
        Err(error) if proof.line.clock.is_some() && !proof.with_session => {
            let said =
                format!("the broker answers, and does not tell our address without a session: {error}");
            return Check::not_known("address", said, "look again once somebody has logged in");
        }
        Err(error) => {
            let advice = "see whether this machine reaches the broker by the way that the user's calls take";
            return Check::failed(
                "address",
                format!("the broker does not tell our address: {error}"),
                advice,
            );
        }
    };
    let said = format!("the broker sees calls of this user come from {seen}");
    match &proof.outbound {
        Outbound::Address(ours) if seen.parse().is_ok_and(|seen| differs(*ours, seen)) => Check::failed(
            "address",
            format!("{said}, and they are to leave from {ours}"),
            "mend the way out of this machine, or tell the broker and Prahari the address that is seen",
        ),
        _ => Check::ok("address", said).steady(seen.clone()),
    }
}

/// Whether the address from which the broker sees us is one from which it takes orders. What the broker does not tell is not known
/// and nothing worse: the call is none that its pages promise.
fn listed(proof: &AccountProof) -> Check {
    const NAME: &str = "listed";
    let list = match &proof.listed {
        Some(Ok(list)) => list,
        Some(Err(error)) => {
            let said =
                format!("the broker does not tell from which addresses it takes orders: {}", error.said);
            return Check::not_known(NAME, said, "compare with the addresses in the broker's app");
        }
        None => {
            let said = "the broker tells its list of addresses only with a session";
            return Check::not_known(NAME, said, "look again once somebody has logged in");
        }
    };
    let advice = "enter the address that is seen in the broker's app, and log in anew; each of its two can be changed once in 7 days";
    if list.addresses.is_empty() {
        return Check::warning(NAME, "the broker lists no address from which it takes orders", advice);
    }
    let texts: Vec<String> = list.addresses.iter().map(ToString::to_string).collect();
    let said = format!("the broker takes orders from {} only", texts.join(" and "));
    let Some(seen) = proof.line.address.as_ref().ok().and_then(|seen| seen.parse::<IpAddr>().ok()) else {
        return Check::not_known(NAME, format!("{said}, and does not tell which one it sees"), "");
    };
    let leaves = proof.outbound.shown();
    if !list.addresses.contains(&seen) {
        let said = format!("{said}; the calls of this user leave {leaves}, and it sees {seen}");
        return Check::failed(NAME, said, advice);
    }
    if !list.in_force {
        let said = format!("{said}, among them {seen}, and does not say that the list is in force");
        return Check::warning(NAME, said, "see in the broker's app whether the addresses are active");
    }
    Check::ok(NAME, format!("{said}, and sees {seen}; calls leave {leaves}"))
}

/// Whether two addresses cannot be those of the same way out: one of this network becomes another one on its way.
fn differs(ours: IpAddr, seen: IpAddr) -> bool {
    ours.is_ipv4() == seen.is_ipv4() && is_inside(ours) == is_inside(seen) && ours != seen
}

/// Whether an address is one of this machine or this network only.
fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

/// Our clock against the broker's: a code of a wrong half minute is refused, and three refusals lock an account.
fn clock(line: &LineProof) -> Check {
    let Some(ClockOffset { ahead, within }) = line.clock else {
        let said = match &line.address {
            Ok(_) => "the broker's answer tells no time".to_owned(),
            Err(error) => format!("the broker's clock cannot be read: {error}"),
        };
        return Check::not_known("clock", said, "see whether this machine keeps its clock by the network");
    };
    let off = ahead.saturating_abs();
    let side = if ahead < 0 { "behind" } else { "ahead of" };
    let said = format!(
        "our clock is {}.{} s {side} the broker's, give or take {within} ms",
        off / 1_000,
        off % 1_000 / 100
    );
    let advice = "set this machine's clock by the network: one-time codes are good for half a minute";
    match off {
        CODES_FAIL.. => Check::failed("clock", format!("{said}: one-time codes are refused"), advice),
        ODD.. => Check::warning("clock", said, advice),
        _ => Check::ok("clock", said),
    }
}

/// The broker's file of all shares, without which no order can be written.
fn shares(kept: Option<&ScripMaster>, now: Timestamp) -> Check {
    let today = now.ist_day();
    let Some(kept) = kept else {
        let said = "the broker's file of shares of today is not here; the first order fetches it";
        return Check::not_known("shares", said, "");
    };
    let count = kept.len();
    match kept.dated {
        Some(dated) if dated < today => {
            let said = format!("the broker's file of shares is that of {dated}, with {count} shares");
            Check::warning("shares", said, "names and ticks may have changed since; look again later")
        }
        Some(dated) => Check::ok(
            "shares",
            format!("the broker's file of shares of {dated} is here, with {count} shares"),
        ),
        None => Check::ok(
            "shares",
            format!("the broker's file of shares is here, with {count} shares; it has no date"),
        ),
    }
}

fn clock_time(at: Timestamp) -> String {
    at.ist_time().format("%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests;
