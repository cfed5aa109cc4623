//! The two steps of the login, the caller's address, the listed addresses.

use serde_json::{Value, json};

use crate::account::LoginRecord;
use crate::facts::{LoginError, SessionError};
use crate::fault::Struck;
use crate::incoming::Incoming;
use crate::reply::{self, Reply};
use crate::time::dashed;
use crate::world::World;

pub(crate) fn login(world: &mut World, incoming: &Incoming, _: &Struck) -> Reply {
    let fields = match login_fields(world, incoming, &["mobileNumber", "ucc", "totp"]) {
        Ok(fields) => fields,
        Err(refusal) => return refusal,
    };
    let [mobile, ucc, totp] = fields.as_slice() else { return reply::body_invalid() };
    let token = incoming.header("authorization").unwrap_or_default();
    let now = world.now;
    let found = world.accounts.iter().position(|account| account.spec.ucc == *ucc);
    let Some((index, account)) = found.and_then(|index| Some((index, world.accounts.get(index)?))) else {
        return refused(world, None, "Invalid UCC");
    };
    let spec = &account.spec;
    let refusal = match () {
        () if spec.access_token != token => Some("Invalid consumer key"),
        () if spec.mobile != *mobile => Some("Invalid mobile number"),
        () if !spec.accepts_totp(totp, now) => Some("Invalid TOTP"),
        () => None,
    };
    if let Some(text) = refusal {
        return refused(world, Some(index), text);
    }
    let Some(view) = world.open_view(index) else { return refused(world, Some(index), "Invalid UCC") };
    note(world, index, false, None);
    Reply::ok(session_body(world, index, "View", &view.token, &view.sid))
}

pub(crate) fn validate(world: &mut World, incoming: &Incoming, _: &Struck) -> Reply {
    let fields = match login_fields(world, incoming, &["mpin"]) {
        Ok(fields) => fields,
        Err(refusal) => return refused_with(world, incoming, refusal),
    };
    let sid = incoming.header("sid").unwrap_or_default();
    let token = incoming.header("auth").unwrap_or_default();
    let found = world
        .accounts
        .iter()
        .position(|account| account.view.as_ref().is_some_and(|view| view.sid == sid && view.token == token));
    let Some(index) = found else { return reply::session_error(SessionError::Gateway900901) };
    let mpin = fields.first().map(String::as_str);
    if world.accounts.get(index).is_none_or(|account| Some(account.spec.mpin.as_str()) != mpin) {
        return refused(world, Some(index), "Invalid MPIN");
    }
    let Some(session) = world.open_session(index, incoming.from) else {
        return refused(world, Some(index), "Invalid MPIN");
    };
    note(world, index, true, None);
    let mut body = session_body(world, index, "Trade", &session.token, &session.sid);
    if let Some(Value::Object(data)) = body.get_mut("data") {
        data.insert("baseUrl".to_owned(), json!(world.base_url()));
        if world.facts.urls_in_validate {
            data.insert("feedUrl".to_owned(), json!(format!("{}/apifeed", world.origin)));
            data.insert("rtUrl".to_owned(), json!(format!("{}/realtime", world.origin)));
        }
    }
    Reply::ok(body)
}

/// The old path that ends a session; whether it does anything is not known, so here it does.
pub(crate) fn logout(world: &mut World, incoming: &Incoming, _: &Struck) -> Reply {
    if let Some(account) = world.caller(incoming) {
        world.end_sessions(account);
    }
    Reply::ok(json!({"status": "success"}))
}

pub(crate) fn client_address(world: &mut World, incoming: &Incoming, _: &Struck) -> Reply {
    if let Err(refusal) = world.authorise(incoming) {
        return refusal;
    }
    Reply::ok(json!({
        "data": [{"ip": incoming.from.to_string(), "time": dashed(world.now)}],
        "stCode": 1000,
        "status": "success",
    }))
}

pub(crate) fn subscription(world: &mut World, incoming: &Incoming, _: &Struck) -> Reply {
    let account = match world.authorise(incoming) {
        Ok(account) => account,
        Err(refusal) => return refusal,
    };
    let Some(spec) = world.accounts.get(account).map(|account| &account.spec) else {
        return reply::body_invalid();
    };
    if !world.facts.subscription_works {
        return reply::session_error(SessionError::InvalidToken100022);
    }
    let address = |place: usize| spec.addresses.get(place).map(ToString::to_string).unwrap_or_default();
    Reply::ok(json!({
        "stat": "ok",
        "stCode": 200,
        "data": {
            "loginId": spec.ucc,
            "clientId": spec.ucc,
            "consumerKey": spec.access_token,
            "platform": "NEOTRADEAPI",
            "primaryIp": address(0),
            "secondaryIp": address(1),
            "primaryIpDatetime": "2026-10-21T09:17:16Z",
            "secondaryIpDatetime": "2026-10-22T09:58:33Z",
            "status": "A",
            "fintechmapping": [],
            "primaryDisclaimerFlag": 1,
            "secondaryDisclaimerFlag": 1,
        },
    }))
}

/// The values of the fields that a step needs, or the answer that says which header or field is missing.
fn login_fields(world: &World, incoming: &Incoming, names: &[&str]) -> Result<Vec<String>, Reply> {
    for header in ["authorization", "neo-fin-key"] {
        if incoming.header(header).is_none() {
            return Err(listed(200, "10512", &format!("Missing required header '{header}'")));
        }
    }
    let token = incoming.header("authorization").unwrap_or_default();
    if !world.accounts.iter().any(|account| account.spec.access_token == token) {
        return Err(listed(424, "424", &format!("Consumer key {token} does not exist")));
    }
    let body = incoming.json().ok_or_else(reply::body_invalid)?;
    let value = |name: &&str| {
        let missing = || listed(200, "400", &format!("Missing required field '{}'", capital(name)));
        body.get(*name).and_then(Value::as_str).map(str::to_owned).ok_or_else(missing)
    };
    names.iter().map(value).collect()
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn listed(status: u16, code: &str, message: &str) -> Reply {
    Reply::with(status, json!({"error": [{"code": code, "message": message}]}))
}

fn refused_with(world: &mut World, incoming: &Incoming, refusal: Reply) -> Reply {
    if let Some(account) = world.caller(incoming) {
        note(world, account, false, Some(refusal.text()));
    }
    refusal
}

fn refused(world: &mut World, account: Option<usize>, text: &str) -> Reply {
    if let Some(account) = account {
        note(world, account, false, Some(text.to_owned()));
    }
    match world.facts.login_error {
        LoginError::Documented => {
            Reply::with(401, json!({"status": "error", "message": text, "errorCode": "401"}))
        }
        LoginError::List => listed(400, "400", text),
        LoginError::ListAndHttp200 => listed(200, "400", text),
    }
}

fn note(world: &mut World, account: usize, complete: bool, refusal: Option<String>) {
    let at = world.now;
    if let Some(account) = world.accounts.get_mut(account) {
        account.logins.push(LoginRecord { at, complete, refusal });
    }
}

fn session_body(world: &World, account: usize, kind: &str, token: &str, sid: &str) -> Value {
    let spec = world.accounts.get(account).map(|account| &account.spec);
    let mut data = json!({
        "token": token,
        "sid": sid,
        "rid": sid.replace("-aaaa-", "-dddd-"),
        "ucc": spec.map(|spec| spec.ucc.as_str()),
        "greetingName": "DEMO",
        "kId": spec.map(|spec| spec.pan.as_str()),
        "kType": kind,
        "status": "success",
        "dataCenter": "E99",
        "isUserPwdExpired": false,
        "isTrialAccount": false,
        "mfAccess": 1,
        "dataCenterMap": null,
        "dormancyStatus": "A",
        "hsServerId": "",
        "searchAPIKey": "",
    });
    if let (Value::Object(data), "View") = (&mut data, kind) {
        let more = json!({
            "derivativesRiskDisclosure": "text",
            "asbaStatus": "",
            "clientType": "RI",
            "isNRI": false,
            "incRange": 0,
            "incUpdFlag": "",
            "clientGroup": "",
            "kraStatus": "",
            "rcFlag": 0,
        });
        data.extend(more.as_object().cloned().unwrap_or_default());
    }
    json!({ "data": data })
}
