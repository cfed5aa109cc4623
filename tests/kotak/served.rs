//! The program itself, started for a fake of the broker.

use kotak_sim::{AccountSpec, InstrumentSpec, KotakSim, SimClock};
use nix::sys::signal::Signal;
use prahari_app::clock::Clock;
use serde_json::{Value, json};

use crate::kotak::world::{BROKER, CREDENTIALS, LOGIN};
use crate::serving::{Answer, Serving, serve};
use crate::support::console::PASSWORD;
use crate::wired::KOTAK;

/// The admin of a daemon that was just started for the first time; the header that shows their session.
pub fn set_up(serving: &Serving) -> String {
    let token = serving.said.split_once("#setup=").unwrap().1.split_whitespace().next().unwrap();
    let wanted = json!({ "token": token, "name": "asha", "password": PASSWORD });
    let made = serving.post("/api/v1/auth/setup", &wanted);
    assert!((200..300).contains(&made.status), "{}", made.body);
    serving.sign_in("asha", PASSWORD)
}

pub fn read(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_logs_in_at_the_broker_that_its_option_names_and_at_no_other() {
    let sim = KotakSim::start(SimClock::asked(|| Clock::System.now().0)).await.unwrap();
    let spec = AccountSpec::numbered(7);
    sim.add_account(spec.clone());
    let (folder, url) = (tempfile::tempdir().unwrap(), sim.url());
    let db = folder.path().join("prahari.db");
    let db = db.to_str().unwrap().to_owned();
    let again = (db.clone(), url.clone());
    let logs = folder.path().join("logs");
    let log_dir = logs.to_str().unwrap().to_owned();
    let done = tokio::task::spawn_blocking(move || {
        let mut serving = serve(&["--db", &db, "--kotak-login", &url, "--log-dir", &log_dir]);
        let session = set_up(&serving);
        let AccountSpec { access_token, mobile, ucc, mpin, totp_secret, .. } = spec;
        let credentials = json!({
            "consumer_key": access_token, "mobile": mobile, "ucc": ucc, "mpin": mpin, "totp_secret": totp_secret,
        });
        read(&serving.send_as(&session, ("PUT", CREDENTIALS), &credentials));
        let live = json!({ "broker": KOTAK, "password": PASSWORD });
        let linked = read(&serving.send_as(&session, ("PUT", "/api/v1/users/1/broker"), &live));
        assert_eq!(linked["mode"], "live");
        let logged_in = read(&serving.post_as(&session, LOGIN, &json!({})));
        assert_eq!(logged_in["session"]["state"], "active", "{logged_in}");
        serving.signal(Signal::SIGTERM);
        assert!(serving.child.wait().unwrap().success());
    });
    done.await.unwrap();
    let ucc = AccountSpec::numbered(7).ucc;
    let complete = sim.logins(&ucc).iter().filter(|login| login.complete).count();
    assert!(complete >= 1, "{:?}", sim.logins(&ucc));
    let kept =
        std::fs::read_dir(&logs).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let log: String = kept.collect();
    assert!(log.contains("logged in at the broker"), "{log}");
    assert!(log.contains("the session at the broker is left to the next start of this day"), "{log}");

    // The next start says what is at stake.
    let restarted = tokio::task::spawn_blocking(move || {
        let serving = serve(&["--db", &again.0, "--kotak-login", &again.1]);
        let session = serving.sign_in("asha", PASSWORD);
        (serving.said.clone(), read(&serving.get(BROKER, &session))["broker"].clone())
    });
    let (said, broker) = restarted.await.unwrap();
    assert!(said.contains("Prahari trades with real money for 1 user."), "{said}");
    assert_eq!(broker, KOTAK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_has_prices_with_the_session_of_the_user_whom_its_option_names() {
    let sim = KotakSim::start(SimClock::asked(|| Clock::System.now().0)).await.unwrap();
    let spec = AccountSpec::numbered(7);
    sim.add_account(spec.clone());
    // A few shares, as a fake lists them: of the broker itself that would be half a file.
    for number in 0..10 {
        let (token, name) = (format!("{}", 30_000 + number), format!("S{number}"));
        sim.list_instrument(InstrumentSpec::share(&token, &name, &format!("INE{number:09}"), 10_000));
    }
    let (folder, url) = (tempfile::tempdir().unwrap(), sim.url());
    let db = folder.path().join("prahari.db").to_str().unwrap().to_owned();
    let bars = concat!("bars=csv:", env!("CARGO_MANIFEST_DIR"), "/templates/market");
    let quotes = tokio::task::spawn_blocking(move || {
        let kotak = "quotes,instruments=kotak:asha";
        let serving = serve(&["--db", &db, "--kotak-login", &url, "--market", bars, "--market", kotak]);
        // The user is made after the daemon was started.
        let session = set_up(&serving);
        let AccountSpec { access_token, mobile, ucc, mpin, totp_secret, .. } = spec;
        let credentials = json!({
            "consumer_key": access_token, "mobile": mobile, "ucc": ucc, "mpin": mpin, "totp_secret": totp_secret,
        });
        read(&serving.send_as(&session, ("PUT", CREDENTIALS), &credentials));
        let live = json!({ "broker": KOTAK, "password": PASSWORD });
        let linked = read(&serving.send_as(&session, ("PUT", "/api/v1/users/1/broker"), &live));
        assert_eq!(linked["mode"], "live");
        read(&serving.get("/api/v1/market/quotes?symbols=S7,NOPE", &session))
    });
    let quotes = quotes.await.unwrap();
    assert_eq!(quotes["quotes"][0]["last_paise"], 10_000, "{quotes}");
    assert_eq!((&quotes["quotes"][0]["source"], &quotes["unpriced"]), (&json!("kotak"), &json!(["NOPE"])));
    let complete = sim.logins(&AccountSpec::numbered(7).ucc).iter().filter(|login| login.complete).count();
    assert_eq!(complete, 1);
}

#[test]
fn an_address_that_is_neither_the_brokers_nor_of_this_machine_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_prahari"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--kotak-login", "https://example.org/", "--db"]);
    let ended = command.arg(&db).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(!ended.status.success());
    let why = "--kotak-login: the address of the login is neither the broker's nor of this machine";
    assert!(said.contains(why), "{said}");
    assert!(!db.exists(), "nothing was begun");
}
