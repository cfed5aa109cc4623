//! Sessions: how they begin, when they end, and who may call.

use std::net::IpAddr;

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use crate::facts::{SecondLogin, SessionEnd, SessionError};
use crate::incoming::Incoming;
use crate::reply::{self, Reply};
use crate::time::{Millis, day_of, seconds, start_of};
use crate::world::World;

/// What the first step of the login gives.
#[derive(Debug, Clone)]
pub(crate) struct ViewSession {
    pub token: String,
    pub sid: String,
}

/// What the second step gives.
#[derive(Debug, Clone)]
pub(crate) struct TradeSession {
    pub token: String,
    pub sid: String,
    pub from: IpAddr,
    pub until: Millis,
    pub ended: bool,
}

/// How many sessions live at once where they coexist.
const COEXISTING: usize = 2;

impl World {
    /// A session of the first step for an account; an earlier one is forgotten.
    pub fn open_view(&mut self, account: usize) -> Option<ViewSession> {
        let number = self.counters.session();
        let until = self.session_until();
        let view = ViewSession {
            token: self.token("view", number, until),
            sid: format!("11111111-aaaa-4bbb-8ccc-{number:012}"),
        };
        self.accounts.get_mut(account)?.view = Some(view.clone());
        Some(view)
    }

    /// A session to trade with; what it does to earlier ones is one of the facts.
    pub fn open_session(&mut self, account: usize, from: IpAddr) -> Option<TradeSession> {
        let number = self.counters.session();
        let until = self.session_until();
        let session = TradeSession {
            token: self.token("trade", number, until),
            sid: format!("33333333-aaaa-4bbb-8ccc-{number:012}"),
            from,
            until,
            ended: false,
        };
        let keep = match self.facts.second_login {
            SecondLogin::EndsTheFirst => 0,
            SecondLogin::Coexists => COEXISTING - 1,
        };
        let account = self.accounts.get_mut(account)?;
        account.view = None;
        let living = account.sessions.iter_mut().rev().filter(|session| !session.ended);
        living.skip(keep).for_each(|session| session.ended = true);
        account.sessions.push(session.clone());
        Some(session)
    }

    /// Ends all sessions of an account.
    pub fn end_sessions(&mut self, account: usize) {
        if let Some(account) = self.accounts.get_mut(account) {
            account.sessions.iter_mut().for_each(|session| session.ended = true);
        }
    }

    /// Whether a token and a sid are of a living session, and whose.
    pub fn living_session(&self, token: &str, sid: &str) -> Option<(usize, &TradeSession)> {
        self.accounts.iter().enumerate().find_map(|(index, account)| {
            let mut sessions = account.sessions.iter();
            let session = sessions.find(|session| session.sid == sid && session.token == token)?;
            (!session.ended && self.now < session.until).then_some((index, session))
        })
    }

    /// The account of a call that needs a session, or the answer instead.
    pub fn authorise(&mut self, incoming: &Incoming) -> Result<usize, Reply> {
        let token = incoming.header("auth").unwrap_or_default();
        let sid = incoming.header("sid").unwrap_or_default();
        if self.is_view_token(token) {
            return Err(reply::session_error(SessionError::ViewToken100021));
        }
        let living = self.living_session(token, sid).map(|(account, _)| account);
        let account = living.ok_or_else(|| reply::session_error(self.facts.session_error))?;
        self.count_call(account, self.facts.other_calls_per_second, false)?;
        Ok(account)
    }

    /// The account of a call that trades: the address and the application must be the right ones as well.
    pub fn authorise_order(&mut self, incoming: &Incoming) -> Result<usize, Reply> {
        let token = incoming.header("auth").unwrap_or_default();
        let sid = incoming.header("sid").unwrap_or_default();
        if self.is_view_token(token) {
            return Err(reply::session_error(SessionError::ViewToken100021));
        }
        let Some((index, session)) = self.living_session(token, sid) else {
            return Err(reply::session_error(self.facts.session_error));
        };
        let is_moved = self.facts.session_bound_to_address && session.from != incoming.from;
        let Some(account) = self.accounts.get(index) else { return Err(reply::address_not_listed()) };
        let listed = &account.spec.addresses;
        let other_application =
            incoming.header("authorization").is_some_and(|token| token != account.spec.access_token);
        if other_application || (!listed.is_empty() && !listed.contains(&incoming.from)) {
            return Err(reply::address_not_listed());
        }
        if is_moved {
            return Err(reply::address_changed());
        }
        self.count_call(index, self.facts.orders_per_second, true)?;
        Ok(index)
    }

    /// The account of a call that only the application makes: prices and files.
    pub fn authorise_application(&mut self, incoming: &Incoming) -> Result<usize, Reply> {
        let refused = || reply::session_error(SessionError::Gateway900901);
        let token = incoming.header("authorization").ok_or_else(refused)?;
        let session = ["auth", "sid", "neo-fin-key"].iter().any(|name| incoming.header(name).is_some());
        if session && self.facts.quotes_refuse_session_headers {
            return Err(refused());
        }
        let account = self.accounts.iter().position(|account| account.spec.access_token == token);
        let account = account.ok_or_else(refused)?;
        self.count_call(account, self.facts.other_calls_per_second, false)?;
        Ok(account)
    }

    /// Whose call it is, as far as its headers or its login say.
    pub fn caller(&self, incoming: &Incoming) -> Option<usize> {
        let of_session = incoming.header("sid").and_then(|sid| {
            self.accounts.iter().position(|account| {
                account.sessions.iter().any(|session| session.sid == sid)
                    || account.view.as_ref().is_some_and(|view| view.sid == sid)
            })
        });
        let token = incoming.header("authorization");
        of_session.or_else(|| {
            self.accounts.iter().position(|account| Some(account.spec.access_token.as_str()) == token)
        })
    }

    fn is_view_token(&self, token: &str) -> bool {
        let mut views = self.accounts.iter().filter_map(|account| account.view.as_ref());
        views.any(|view| view.token == token)
    }

    fn session_until(&self) -> Millis {
        match self.facts.session_ends {
            SessionEnd::Midnight => start_of(day_of(self.now) + 1),
            SessionEnd::After(ms) => self.now + ms,
        }
    }

    fn token(&self, kind: &str, number: u64, until: Millis) -> String {
        if !self.facts.token_is_jwt {
            return format!("hdr.{kind}-{number}.sig");
        }
        let part = |value: serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let header = part(json!({"alg": "RS256", "typ": "JWT"}));
        let claims = part(json!({
            "jti": format!("{kind}-{number}"),
            "iat": seconds(self.now),
            "exp": seconds(until),
            "scope": [kind],
        }));
        format!("{header}.{claims}.sig")
    }

    /// Counts a call; refuses it when there were too many within a second of the fake's time.
    fn count_call(&mut self, account: usize, most: Option<u32>, trades: bool) -> Result<(), Reply> {
        let now = self.now;
        let Some(account) = self.accounts.get_mut(account) else { return Ok(()) };
        let recent = if trades { &mut account.recent_orders } else { &mut account.recent_calls };
        recent.retain(|at| now - at < 1000);
        if most.is_some_and(|most| recent.len() >= most as usize) {
            return Err(reply::rate_limited());
        }
        recent.push(now);
        Ok(())
    }
}
