//! Nothing that is secret of a user at the broker is seen anywhere.

use data_encoding::BASE64URL_NOPAD;
use kotak_sim::{AccountSpec, Call, Fault, Rule, When};
use serde_json::json;

use crate::kotak::world::{BROKER, CREDENTIALS, LOGIN, OF_OTHER, World};
use crate::support::captured_log::CapturedLog;
use crate::support::desk_fixture::buy;
use crate::support::fake_broker::PRICE;
use crate::support::{MONDAY, OTHER, at};
use crate::wired::KOTAK;

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_an_answer_the_log_or_the_database() {
    let log = CapturedLog::start(tracing::Level::TRACE);
    let world = World::live(at(MONDAY, "10:00")).await;
    let (user, admin) = (world.console.user().await, world.console.admin().await);
    // A refusal that has everything in it that the broker could echo.
    let spec = &world.spec;
    let echo = format!("{} {} {} {} {}", spec.access_token, spec.mobile, spec.ucc, spec.mpin, spec.pan);
    let body = json!({ "error": [{ "code": "400", "message": echo }] }).to_string();
    let refusal = Fault::Answer { status: 400, body, after_effect: false };
    world.sim.add_fault(Rule::new(Call::Validate, When::First(1), refusal));
    let mut seen = vec![user.post(LOGIN, json!({})).await.text, user.get(BROKER).await.text];
    assert!(seen[1].contains("[masked]"), "{}", seen[1]);
    world.pass_seconds(120).await;
    seen.push(user.post(LOGIN, json!({})).await.text);
    let reason = format!("RMS:Margin Exceeds for entity account-{} {}", spec.ucc, spec.pan);
    world.sim.add_fault(Rule::new(Call::Place, When::First(1), Fault::RejectLate { ms: 0, reason }));
    let rejected = world.place(&buy("ABC", 10, PRICE.0)).await;
    world.sync().await;
    let shown = world.order(&user, &rejected).await;
    assert!(shown["state"] == "rejected" && shown.to_string().contains("[masked]"), "{shown}");
    world.place(&buy("ABC", 1, PRICE.0)).await;
    world.sync().await;
    for path in [
        BROKER,
        CREDENTIALS,
        "/api/v1/orders",
        "/api/v1/notifications",
        "/api/v1/logs",
        "/api/v1/user/service/logs",
        "/api/v1/alerts",
    ] {
        seen.push(user.get(path).await.text);
    }
    for path in [OF_OTHER, "/api/v1/users", "/api/v1/audit", "/api/v1/system/orders", "/api/v1/system/alerts"]
    {
        seen.push(admin.get(path).await.text);
    }
    world.console.daemon.store.flush().await.unwrap();
    let day = at(MONDAY, "10:00").ist_day();
    let kept = world.console.daemon.store.user(OTHER).broker_session(KOTAK, day).await.unwrap();
    let kept = kept.expect("the session of the day is kept");
    let World { console, spec, .. } = world;
    let house = console.stop().await;
    let log = log.text();
    assert!(log.contains("logged in at the broker") && log.contains("the login at the broker failed"));
    let mobile = &spec.mobile.replace("+91", "");
    let AccountSpec { access_token, ucc, mpin, totp_secret, pan, .. } = &spec;
    // The ids of the fake's sessions, and the head of its tokens.
    let [view, trade] = ["11111111-aaaa-4bbb", "33333333-aaaa-4bbb"].map(str::to_owned);
    let token = BASE64URL_NOPAD.encode(br#"{"alg":"RS256""#)[..18].to_owned();
    for secret in [access_token, ucc, mpin, totp_secret, pan, mobile, &view, &trade, &token] {
        let is_in_kept = kept.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!is_in_kept, "{secret} is in the kept session");
        assert!(!log.contains(secret), "the log holds {secret}");
        for text in &seen {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
        for end in ["", "-wal"] {
            let mut path = house.database().into_os_string();
            path.push(end);
            let bytes = std::fs::read(path).unwrap_or_default();
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in the database{end}");
        }
    }
}
