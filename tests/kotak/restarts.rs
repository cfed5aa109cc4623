//! The program is killed and started again, as a supervisor does: what it did at the broker that day holds on.

use kotak_sim::{AccountSpec, Call, InstrumentSpec, KotakSim, SimClock};
use nix::sys::signal::Signal;
use prahari_app::clock::Clock;
use prahari_app::vault::Vault;
use prahari_domain::ids::UserId;
use prahari_secrets::KeyFile;
use prahari_store::{Durability, Store};
use serde_json::{Value, json};

use crate::kotak::served::{read, set_up};
use crate::kotak::world::{BROKER, CREDENTIALS, LOGIN};
use crate::serving::{Serving, serve};
use crate::support::console::PASSWORD;
use crate::wired::KOTAK;

async fn fake() -> (KotakSim, AccountSpec) {
    let sim = KotakSim::start(SimClock::asked(|| Clock::System.now().0)).await.unwrap();
    let spec = AccountSpec::numbered(7);
    sim.add_account(spec.clone());
    for number in 0..10 {
        let (token, name) = (format!("{}", 30_000 + number), format!("S{number}"));
        sim.list_instrument(InstrumentSpec::share(&token, &name, &format!("INE{number:09}"), 10_000));
    }
    (sim, spec)
}

/// Makes the admin, who trades live with these credentials.
fn go_live(serving: &Serving, spec: AccountSpec) -> String {
    let session = set_up(serving);
    let AccountSpec { access_token, mobile, ucc, mpin, totp_secret, .. } = spec;
    let credentials = json!({
        "consumer_key": access_token, "mobile": mobile, "ucc": ucc, "mpin": mpin, "totp_secret": totp_secret,
    });
    read(&serving.send_as(&session, ("PUT", CREDENTIALS), &credentials));
    let live = json!({ "broker": KOTAK, "password": PASSWORD });
    read(&serving.send_as(&session, ("PUT", "/api/v1/users/1/broker"), &live));
    session
}

fn kill(mut serving: Serving) {
    serving.signal(Signal::SIGKILL);
    serving.child.wait().unwrap();
}

fn session_at_broker(serving: &Serving, session: &str) -> Value {
    read(&serving.get(BROKER, session))["session"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_is_killed_after_the_login_does_not_log_in_again() {
    let (sim, spec) = fake().await;
    let (folder, url) = (tempfile::tempdir().unwrap(), sim.url());
    let path = folder.path().join("prahari.db");
    let db = path.to_str().unwrap().to_owned();
    let bars = concat!("bars=csv:", env!("CARGO_MANIFEST_DIR"), "/templates/market");
    let account = spec.clone();
    let done = tokio::task::spawn_blocking(move || {
        let kotak = "quotes,instruments=kotak:asha";
        let start = || serve(&["--db", &db, "--kotak-login", &url, "--market", bars, "--market", kotak]);
        let serving = start();
        let session = go_live(&serving, account);
        let before = read(&serving.post_as(&session, LOGIN, &json!({})))["session"].clone();
        assert_eq!(before["state"], "active", "{before}");
        kill(serving);

        let serving = start();
        let session = serving.sign_in("asha", PASSWORD);
        let after = session_at_broker(&serving, &session);
        assert_eq!(
            (&after["state"], &after["since"], &after["logins_today"]),
            (&json!("active"), &before["since"], &json!(1)),
            "{after}"
        );
        // What needs the broker is answered with it.
        let quotes = read(&serving.get("/api/v1/market/quotes?symbols=S7", &session));
        assert_eq!(quotes["quotes"][0]["last_paise"], 10_000, "{quotes}");
        kill(serving);
    });
    done.await.unwrap();
    let complete = sim.logins(&spec.ucc).iter().filter(|login| login.complete).count();
    assert_eq!((complete, sim.calls(Call::Login, None)), (1, 1));

    // What is kept of it opens with the key file, and shows nothing without.
    let store = Store::open(&path, Durability::Off).unwrap();
    let today = Clock::System.now().ist_day();
    let user = store.user(UserId(1));
    let sealed = user.broker_session(KOTAK, today).await.unwrap().unwrap();
    let vault = Vault::open(&store, &KeyFile::beside(&path)).await.unwrap();
    let opened: Value =
        serde_json::from_str(vault.open_broker_session(UserId(1), &sealed).unwrap().expose()).unwrap();
    assert!(vault.open_broker_session(UserId(2), &sealed).is_err());
    store.close().await.unwrap();
    for secret in ["token", "sid"].map(|name| opened[name].as_str().unwrap()) {
        assert!(secret.len() > 10);
        for end in ["", "-wal"] {
            let bytes = std::fs::read(format!("{}{end}", path.display())).unwrap_or_default();
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in the database{end}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_blocked_stays_so_however_often_the_daemon_is_killed() {
    let (sim, spec) = fake().await;
    let (folder, url) = (tempfile::tempdir().unwrap(), sim.url());
    let db = folder.path().join("prahari.db").to_str().unwrap().to_owned();
    let wrong = AccountSpec { mpin: "111111".to_owned(), ..spec.clone() };
    let tries = sim.clone();
    let done = tokio::task::spawn_blocking(move || {
        // A minute of waiting passes in a few milliseconds; the codes are of another time and refused, as is the PIN.
        let start = || serve(&["--db", &db, "--kotak-login", &url, "--speed", "3600"]);
        let mut serving = start();
        let mut session = go_live(&serving, wrong);
        loop {
            try_to_log_in(&serving, &session);
            if session_at_broker(&serving, &session)["state"] == "blocked" {
                break;
            }
            // Each login is followed by a death.
            kill(serving);
            serving = start();
            session = serving.sign_in("asha", PASSWORD);
        }
        // One that a death has cut off before it was sent counts as well.
        let sent = tries.calls(Call::Login, None);
        assert!((1..=3).contains(&sent), "{sent}");
        kill(serving);

        let serving = start();
        let session = serving.sign_in("asha", PASSWORD);
        let state = session_at_broker(&serving, &session);
        assert_eq!((&state["state"], &state["refusals"]), (&json!("blocked"), &json!(3)), "{state}");
        assert_eq!(serving.post_as(&session, LOGIN, &json!({})).status, 409);
        let alerts = read(&serving.get("/api/v1/alerts?open=true", &session));
        let alerts = alerts["items"].as_array().unwrap();
        assert!(alerts.iter().any(|alert| alert["code"] == "login_blocked"), "{alerts:?}");
        kill(serving);
        assert_eq!(tries.calls(Call::Login, None), sent);
    });
    done.await.unwrap();
}

/// A login that the broker refuses, or that waits for the end of a cool-down.
fn try_to_log_in(serving: &Serving, session: &str) {
    let answer = serving.post_as(session, LOGIN, &json!({}));
    assert_eq!(answer.status, 409, "{}", answer.body);
}
