//! The live stream: who hears what, coming back, falling behind, the end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "live/crowd.rs"]
mod crowd;
#[path = "live/prices.rs"]
mod prices;
#[path = "support/daemon.rs"]
mod world;

use prahari_app::events::{Audience, Event, LogEvent, MOST_BYTES};
use prahari_app::shutdown::Stop;
use prahari_domain::ids::UserId;
use prahari_domain::orders::{OrderKind, OrderRequest};
use prahari_domain::tasks::Task;
use prahari_store::{RunFilter, TokenScope};
use serde_json::{Value, json};

use world::console::{Console, THIRD};
use world::desk_fixture::{buy, order_context};
use world::listening::{Listening, bearer, listen, request};
use world::{ADMIN, MONDAY, OTHER, TestHost, at, guests};

fn line(text: &str) -> Event {
    Event::Log(LogEvent { run: None, task: None, level: "info", message: text.to_owned(), number: None })
}

fn tell(console: &Console, user: UserId, texts: impl IntoIterator<Item = u32>) {
    for text in texts {
        console.daemon.events.publish(Audience::User(user), line(&text.to_string()));
    }
}

/// The next `count` lines, with their numbers.
async fn lines(listening: &mut Listening, count: usize) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    while found.len() < count {
        let event = listening.event().await;
        assert_eq!(event["type"], "log", "{event}");
        found.push((event["sequence"].as_u64().unwrap(), event["message"].as_str().unwrap().to_owned()));
    }
    found
}

fn place(hello: &Value, sequence: u64) -> String {
    format!("?since={sequence}&epoch={}", hello["epoch"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_comes_back_by_number_hears_everything_once() {
    let console = Console::start(at(MONDAY, "08:00")).await;
    let token = bearer(&console, OTHER, TokenScope::Read).await;
    let (mut first, hello) = listen(&console, &token, "").await;
    assert_eq!(hello["start"], "new");
    tell(&console, OTHER, 0..10);
    let mut heard = lines(&mut first, 4).await;
    drop(first);
    tell(&console, THIRD, 0..5);
    tell(&console, OTHER, 10..20);
    for part in [7, 9] {
        let last = heard.last().unwrap().0;
        let (mut again, hello) = listen(&console, &token, &place(&hello, last)).await;
        assert_eq!((&hello["start"], hello["sequence"].as_u64()), (&Value::from("resumed"), Some(last)));
        heard.extend(lines(&mut again, part).await);
    }
    let texts: Vec<String> = heard.iter().map(|(_, text)| text.clone()).collect();
    assert_eq!(texts, (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
    assert!(heard.windows(2).all(|pair| pair[0].0 < pair[1].0));
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_another_user_never_arrive_and_an_admin_hears_all() {
    let console = Console::start(at(MONDAY, "08:00")).await;
    let (mut own, _) = listen(&console, &bearer(&console, OTHER, TokenScope::Read).await, "").await;
    let (mut admin, _) = listen(&console, &bearer(&console, ADMIN, TokenScope::Admin).await, "").await;
    // A token of an admin that may only read its own things is a user's.
    let (mut lesser, _) = listen(&console, &bearer(&console, ADMIN, TokenScope::Read).await, "").await;
    for _ in 0..100 {
        tell(&console, THIRD, [3]);
        tell(&console, ADMIN, [1]);
        tell(&console, OTHER, [2]);
        console.daemon.events.publish(Audience::Admins, line("admins"));
    }
    console.daemon.events.publish(Audience::Everybody, line("end"));
    let texts = async |listening: &mut Listening| -> Vec<String> {
        let mut texts = Vec::new();
        while texts.last().is_none_or(|text| text != "end") {
            texts.extend(lines(listening, 1).await.into_iter().map(|(_, text)| text));
        }
        texts
    };
    assert_eq!(texts(&mut own).await, [vec!["2"; 100], vec!["end"]].concat());
    assert_eq!(texts(&mut lesser).await, [vec!["1"; 100], vec!["end"]].concat());
    assert_eq!(texts(&mut admin).await, [["3", "1", "2", "admins"].repeat(100), vec!["end"]].concat());
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_place_has_left_the_ring_is_told_to_load_anew() {
    let console = Console::start(at(MONDAY, "08:00")).await;
    let token = bearer(&console, OTHER, TokenScope::Read).await;
    let (mut first, hello) = listen(&console, &token, "").await;
    tell(&console, OTHER, [0]);
    let sequence = lines(&mut first, 1).await[0].0;
    drop(first);
    let long = "x".repeat(64 << 10);
    for _ in 0..=MOST_BYTES / long.len() {
        console.daemon.events.publish(Audience::User(OTHER), line(&long));
    }
    let (mut back, hello) = listen(&console, &token, &place(&hello, sequence)).await;
    assert_eq!(hello["start"], "resync");
    tell(&console, OTHER, [1]);
    let (number, text) = lines(&mut back, 1).await.remove(0);
    assert_eq!((number, text.as_str()), (hello["sequence"].as_u64().unwrap() + 1, "1"));
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_a_client_is_told_to_load_anew() {
    let console = Console::start(at(MONDAY, "08:00")).await;
    let (mut listening, hello) = listen(&console, &bearer(&console, OTHER, TokenScope::Read).await, "").await;
    tell(&console, OTHER, [0]);
    lines(&mut listening, 1).await;
    console.daemon.shutdown.begin(Stop::Asked("a test ends it".to_owned()));
    assert_eq!(listening.end().await, (1001, "the daemon stops".to_owned()));
    let house = console.stop().await;
    let console = Console::of(house, at(MONDAY, "08:01")).await;
    let token = bearer(&console, OTHER, TokenScope::Read).await;
    let (_, anew) = listen(&console, &token, &place(&hello, 1)).await;
    assert_eq!((&anew["start"], &anew["sequence"]), (&Value::from("resync"), &Value::from(0)));
    assert_ne!(anew["epoch"], hello["epoch"]);
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_ends_with_the_session_the_token_and_the_user() {
    let console = Console::start(at(MONDAY, "08:00")).await;
    let client = console.user().await;
    let origin = format!("http://{}", console.address);
    let session = [("cookie", client.cookie().unwrap()), ("origin", origin.as_str())];
    let mut by_session = Listening::open(&console, request(&console, "", &session)).await.unwrap();
    let token = bearer(&console, OTHER, TokenScope::Read).await;
    let (mut by_token, _) = listen(&console, &token, "").await;
    let (mut another, _) = listen(&console, &bearer(&console, OTHER, TokenScope::Read).await, "").await;

    client.post("/api/v1/auth/logout", serde_json::json!({})).await.ok();
    let signed_out = (4401, "you are not signed in any more".to_owned());
    assert_eq!(by_session.end().await, signed_out);

    // The sessions of the same user that go on hear what comes after.
    tell(&console, OTHER, [1]);
    assert_eq!(lines(&mut by_token, 1).await[0].1, "1");
    let scope = console.daemon.store.user(OTHER);
    let first = scope.api_tokens().await.unwrap().last().unwrap().id;
    assert!(scope.revoke_api_token(first, console.real.now()).await.unwrap());
    console.daemon.events.recheck(OTHER);
    assert_eq!(by_token.end().await, signed_out);

    tell(&console, OTHER, [2]);
    assert_eq!(lines(&mut another, 2).await[1].1, "2");
    console.daemon.users_admin.deactivate_user(OTHER, console.real.now()).await.unwrap();
    assert_eq!(another.end().await, signed_out);
    assert_eq!(
        Listening::open(&console, request(&console, "", &[("authorization", &token)])).await.err(),
        Some(401)
    );
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_listen_and_who_speaks_is_refused() {
    let console = Console::start(at(MONDAY, "08:00")).await;
    let status = async |query: &str, headers: &[(&'static str, &str)]| {
        Listening::open(&console, request(&console, query, headers)).await.err()
    };
    assert_eq!(status("", &[]).await, Some(401));
    let client = console.user().await;
    let cookie = ("cookie", client.cookie().unwrap());
    assert_eq!(status("", &[cookie, ("origin", "http://evil.example")]).await, Some(403));
    assert_eq!(status("", &[cookie]).await, Some(403), "a cookie alone does not say which page sends it");
    let token = bearer(&console, OTHER, TokenScope::Read).await;
    let shown = ("authorization", token.as_str());
    for query in ["?since=1", "?epoch=a", "?since=-1&epoch=a", "?since=x&epoch=a", "?other=1"] {
        assert_eq!(status(query, &[shown]).await, Some(400), "{query}");
    }
    let plain = console.user().await.get("/api/v1/live").await;
    assert_eq!(plain.problem(), (400, "invalid_request".to_owned()));

    let (mut speaking, _) = listen(&console, &token, "").await;
    speaking.say("{}".to_owned()).await.unwrap();
    assert_eq!(speaking.end().await, (1008, "nothing may be sent on this stream".to_owned()));
    let (mut shouting, _) = listen(&console, &token, "").await;
    // The daemon hangs up long before it has heard all of it.
    let _cut_off = shouting.say("x".repeat(1 << 20)).await;
    shouting.end().await;
    tell(&console, OTHER, [1]);
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trading_morning_is_told_as_it_is_written_down() {
    let console = Console::of(TestHost::new(3), at(MONDAY, "08:55")).await;
    let (mut listening, _) = listen(&console, &bearer(&console, OTHER, TokenScope::Read).await, "").await;
    world::start_services(&console.daemon).await;
    world::run(&console.daemon, at(MONDAY, "09:31")).await;
    console.daemon.events.publish(Audience::Everybody, line("end"));
    let mut heard = Vec::new();
    loop {
        let event = listening.event().await;
        if event["message"] == "end" {
            break;
        }
        assert_eq!(event["user"], OTHER.0, "{event}");
        heard.push(event);
    }
    let of = |kind: &str, name: &str, value: &str| -> Vec<&Value> {
        heard.iter().filter(|event| event["type"] == kind && event[name] == value).collect()
    };
    assert_eq!(of("service", "change", "started").len(), 1);
    let ids = |events: Vec<&Value>| -> Vec<u64> {
        let mut ids: Vec<u64> = events.iter().map(|event| event["run"].as_u64().unwrap()).collect();
        ids.sort_unstable();
        ids
    };
    let scope = console.daemon.store.user(OTHER);
    let runs = scope.runs(RunFilter { limit: 1_000, ..RunFilter::default() }).await.unwrap();
    let mut stored: Vec<u64> = runs.iter().map(|run| run.id.0).collect();
    stored.sort_unstable();
    assert!(stored.len() > 10);
    assert_eq!(ids(of("task", "phase", "started")), stored);
    assert_eq!(ids(of("task", "phase", "finished")), stored);
    let ended = world::slots(&console.daemon, OTHER, MONDAY).await;
    let ended = ended.iter().filter(|slot| slot.outcome.is_some()).count();
    assert_eq!(of("task", "phase", "slot").len(), ended);
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_and_the_position_that_it_becomes_are_heard_on_the_socket() {
    let console = Console::of(TestHost::new(3), at(MONDAY, "10:00")).await;
    let (mut own, _) = listen(&console, &bearer(&console, OTHER, TokenScope::Read).await, "").await;
    let (mut others, _) = listen(&console, &bearer(&console, THIRD, TokenScope::Read).await, "").await;
    let symbol = console.daemon.trading.market.universe().await.unwrap()[0].clone();
    let now = console.daemon.clock.now();
    let order = {
        let user = console.daemon.users.find(OTHER).unwrap();
        let mut desk = user.desk.lock().await;
        desk.reconcile(now).await.unwrap();
        let request = OrderRequest { kind: OrderKind::Market, ..buy(symbol.as_str(), 10, 1) };
        let order = desk.place(request, order_context(now)).await.unwrap().unwrap();
        desk.sync_fills(at(MONDAY, "10:05")).await.unwrap();
        assert_eq!(desk.book().held(&symbol), 10);
        order
    };
    let mut states = Vec::new();
    let position = loop {
        let event = own.event().await;
        match event["type"].as_str().unwrap() {
            "order" => {
                assert_eq!(event["order"], order.to_string(), "{event}");
                states.push(event["state"].as_str().unwrap().to_owned());
            }
            "position" => break event,
            _ => {}
        }
    };
    assert!(states.len() > 1 && states.last().is_some_and(|state| state == "filled"), "{states:?}");
    assert_eq!(
        (&position["symbol"], &position["quantity"]),
        (&json!(symbol.as_str()), &json!(10)),
        "{position}"
    );
    assert!(position["average_price_paise"].as_i64().unwrap() > 0, "{position}");
    tell(&console, THIRD, [1]);
    assert_eq!(lines(&mut others, 1).await[0].1, "1", "nobody else hears of it");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_to_whom_it_concerns_and_a_filter_lets_nothing_else_through() {
    let console = Console::start(at(MONDAY, "08:00")).await;
    let (own, third, all) = (
        bearer(&console, OTHER, TokenScope::Read).await,
        bearer(&console, THIRD, TokenScope::Read).await,
        bearer(&console, ADMIN, TokenScope::Admin).await,
    );
    let (mut own_changes, _) = listen(&console, &own, "?types=changed").await;
    let (mut others, _) = listen(&console, &third, "?types=changed,alert&heartbeats=false").await;
    let (mut admin, _) = listen(&console, &all, "?types=changed&user=2").await;
    let (client, boss) = (console.user().await, console.admin().await);
    tell(&console, OTHER, [1]);
    client.post("/api/v1/user/kill-switch", json!({ "on": true })).await.ok();
    let allowance = json!({ "capabilities": ["log"], "cpu_ms": 10, "memory_bytes": 9_999_999, "calls": 10 });
    boss.send(reqwest::Method::PUT, "/api/v1/grants/eod_cleanup?user=3", allowance).await.ok();
    boss.post("/api/v1/system/kill-switch", json!({ "on": true })).await.ok();
    let next = async |listening: &mut Listening| {
        let event = listening.event().await;
        assert_eq!(event["type"], "changed", "{event}");
        json!([event["what"], event["id"], event["user"]])
    };
    let of_two = [
        json!(["settings", "limits", 2]),
        json!(["kill_switch", null, 2]),
        json!(["kill_switch", null, null]),
    ];
    for expected in &of_two {
        assert_eq!(&next(&mut own_changes).await, expected);
        assert_eq!(&next(&mut admin).await, expected);
    }
    assert_eq!(next(&mut others).await, json!(["grant", "eod_cleanup", 3]));
    assert_eq!(next(&mut others).await, json!(["kill_switch", null, null]));
    let refused = async |token: &str, query: &str| {
        Listening::open(&console, request(&console, query, &[("authorization", token)])).await.err()
    };
    assert_eq!(refused(&own, "?types=orders").await, Some(400));
    assert_eq!(refused(&own, "?types=").await, Some(400));
    assert_eq!(refused(&own, "?heartbeats=no").await, Some(400));
    assert_eq!(refused(&own, "?user=3").await, Some(404));
    assert_eq!(refused(&all, "?user=999999").await, Some(404));
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_line_of_a_guest_is_harmless_in_the_stream_and_in_the_database() {
    let hostile = "ok\\0a2030-01-01 ERROR fake\\0d\\09\\1b[2J\\07\\c2\\9b31m\\e2\\80\\aegnp.exe\\e2\\81\\a6\\e2\\80\\a8x";
    let safe = "ok\\n2030-01-01 ERROR fake\\r\\t\\u001b[2J\\u0007\\u009b31m\\u202egnp.exe\\u2066\\u2028x";
    let house = TestHost::new(3);
    let module = guests::logs(hostile);
    let daemon =
        house.start_with(at(MONDAY, "08:59"), &[(Task::literal("premarket_retry"), module.as_slice())]).await;
    let console = Console::over(house, daemon).await;
    let (mut listening, _) = listen(&console, &bearer(&console, OTHER, TokenScope::Read).await, "").await;
    console.daemon.services.start_service(OTHER).await.unwrap();
    world::run(&console.daemon, at(MONDAY, "09:01")).await;
    let logged = loop {
        let event = listening.event().await;
        if event["type"] == "log" && event["run"].is_number() {
            break event;
        }
    };
    assert_eq!((&logged["message"], &logged["number"]), (&json!(safe), &json!(0)));
    assert_eq!((logged["level"].as_str(), logged["task"].as_str()), (Some("warn"), Some("premarket_retry")));
    let run = world::runs(&console.daemon, OTHER, Task::literal("premarket_retry")).await.remove(0);
    let rows = console.daemon.store.user(OTHER).log_of(run.id).await.unwrap();
    assert_eq!(rows[0].message, safe);
    // The line is told with the number and the time that it has in the database.
    let lines = console.user().await.get(&format!("/api/v1/executions/{}/log", run.id)).await.ok();
    assert_eq!((&lines["items"][0]["number"], &lines["items"][0]["at"]), (&json!(0), &logged["at"]));
    let found = console.admin().await.get("/api/v1/system/logs?task=premarket_retry&level=warn").await.ok();
    let name = console.daemon.users.find(OTHER).unwrap().name.clone();
    assert_eq!((&found["items"][0]["user"], &found["items"][0]["user_name"]), (&json!(2), &json!(name)));
    assert_eq!(
        (&found["items"][0]["execution"], &found["items"][0]["at"]),
        (&json!(run.id.0), &logged["at"])
    );
    // The guest ends with the same text as its error.
    assert_eq!(run.detail, format!("unavailable: {safe}"));
    console.stop().await;
}
