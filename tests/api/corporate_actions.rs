//! Corporate actions over the API: a list is looked at and brought, one is entered and undone, and a user sees what it did.

use prahari_domain::actions::{ActionDoubt, ActionKind, CorporateAction, Origin, Provenance};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::lists::{all, monday};
use crate::support::console::{Answer, Client};
use crate::support::{FRIDAY, OTHER};
use crate::world::World;

const LIST: &str = "SERIES,SYMBOL,SECURITY,RECORD_DT,BC_STRT_DT,BC_END_DT,EX_DT,ND_STRT_DT,ND_END_DT,PURPOSE\n\
    EQ,TCS,TCS LTD,2025-04-28,,,2025-04-28,,,BONUS 1:1\n\
    EQ,INFY,INFOSYS,29/04/2025,,,29/04/2025,,,DIV - RS 1.47 PER SH\n\
    EQ,INFY,INFOSYS,,,,soon,,,BONUS 1:1\n\
    N1,BOND,A BOND,2025-04-28,,,2025-04-28,,,INTEREST\n";

async fn import(client: &Client, query: &str, kind: &'static str, text: &str) -> Answer {
    let path = format!("/api/v1/system/actions/import{query}");
    let request = client.request(reqwest::Method::POST, &path).header("content-type", kind);
    Answer::of(request.body(text.to_owned()).send().await.unwrap()).await
}

fn texts(items: &[Value]) -> Vec<String> {
    let of = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    items
        .iter()
        .map(|item| format!("{} {} {}", of(item, "ex_day"), of(item, "symbol"), of(item, "text")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_looked_at_first_and_then_brought_once() {
    let world = World::new().await;
    let admin = world.console.admin().await;
    let looked = import(&admin, "?dry_run=true&name=bc25042025.csv", "text/csv", LIST).await.ok();
    assert_eq!(
        (&looked["dry_run"], &looked["new_count"], &looked["passed_over"]),
        (&json!(true), &json!(2), &json!(1))
    );
    let wrong = json!([{ "line": 4, "reason": "ex-date \"soon\" is not a date such as 2025-01-31" }]);
    assert_eq!(looked["unreadable"], wrong);
    assert_eq!(all(&admin, "/api/v1/system/actions", 10).await.len(), 0, "nothing is taken up");

    let brought = import(&admin, "?name=bc25042025.csv", "text/csv", LIST).await.ok();
    assert_eq!((&brought["dry_run"], &brought["new_count"]), (&json!(false), &json!(2)));
    let known = all(&admin, "/api/v1/system/actions", 1).await;
    let expected = ["2025-04-29 INFY dividend of ₹1.47 a share", "2025-04-28 TCS bonus of 1 new for 1 held"];
    assert_eq!(texts(&known), expected);
    assert_eq!((&known[0]["origin"], &known[0]["teller"]), (&json!("import"), &json!("bc25042025.csv")));
    assert_eq!((&known[1]["new"], &known[1]["note"]), (&json!(1), &json!("BONUS 1:1")));

    // What is shown is a list as well, and brings nothing new; other figures are shown beside those that are known.
    let again = import(&admin, "", "application/json", &json!({ "items": known }).to_string()).await.ok();
    assert_eq!((&again["new_count"], &again["known"]), (&json!(0), &json!(2)));
    let other = LIST.replace("BONUS 1:1", "BONUS 2:1");
    let changed = import(&admin, "?dry_run=true", "text/csv", &other).await.ok();
    let change = &changed["changed"][0];
    assert_eq!((&change["before"]["new"], &change["after"]["new"]), (&json!(1), &json!(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_are_found_by_share_state_and_ex_date_and_as_a_table() {
    let world = World::new().await;
    let admin = world.console.admin().await;
    import(&admin, "", "text/csv", LIST).await.ok();
    for (query, expected) in [
        ("symbol=TCS", vec!["2025-04-28 TCS bonus of 1 new for 1 held"]),
        ("state=applied", vec![]),
        ("from=2025-04-29", vec!["2025-04-29 INFY dividend of ₹1.47 a share"]),
        ("until=2025-04-28", vec!["2025-04-28 TCS bonus of 1 new for 1 held"]),
        (
            "from=2025-04-28&until=2025-04-29&state=announced&symbol=INFY",
            vec!["2025-04-29 INFY dividend of ₹1.47 a share"],
        ),
    ] {
        let found = all(&admin, &format!("/api/v1/system/actions?{query}"), 10).await;
        assert_eq!(texts(&found), expected, "{query}");
    }
    let wrong = admin.get("/api/v1/system/actions?from=2025-04-29&until=2025-04-28").await;
    assert_eq!(wrong.problem().0, 400, "{}", wrong.text);
    let table = admin.request(reqwest::Method::GET, "/api/v1/system/actions").header("accept", "text/csv");
    let table = table.send().await.unwrap().text().await.unwrap();
    assert!(table.starts_with("id,symbol,ex_day,kind,text,state,"), "{table}");
    // A table that was downloaded can be brought again.
    let again = import(&admin, "?dry_run=true", "text/csv", &table).await.ok();
    assert_eq!((&again["known"], &again["unreadable_count"]), (&json!(2), &json!(0)), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_is_refused_in_one_sentence_and_an_undone_action_stays_in_the_list() {
    let world = World::new().await;
    let admin = world.console.admin().await;
    let sentence = |answer: &Answer| answer.json()["detail"].as_str().unwrap().to_owned();
    for (kind, text, status, says) in [
        ("text/csv", "", 400, "the list cannot be read: it is empty"),
        ("text/csv", "symbol,kind\n", 400, "the list cannot be read: the column ex_day is missing"),
        (
            "application/json",
            "[{},{]",
            400,
            "the list cannot be read: it is not JSON: line 1, column 6 of action 2",
        ),
        ("image/png", LIST, 415, "the list is said to be none of text/csv"),
        ("text/csv", &"x".repeat((4 << 20) + 1), 413, "a list has at most 4194304 bytes"),
    ] {
        let refused = import(&admin, "", kind, text).await;
        assert_eq!(refused.status, status, "{}", refused.text);
        assert!(sentence(&refused).starts_with(says), "{}", refused.text);
    }
    let bonus = json!({ "symbol": "TCS", "ex_day": "2025-04-28", "kind": "bonus", "new": 1 });
    let refused = admin.post("/api/v1/system/actions", bonus.clone()).await;
    assert_eq!(
        (refused.status, sentence(&refused)),
        (StatusCode::BAD_REQUEST, "an action of the kind \"bonus\" needs held".to_owned())
    );
    let added = admin
        .post("/api/v1/system/actions", with(with(bonus, "held", json!(1)), "confirm", json!(true)))
        .await;
    assert_eq!(added.status, 201, "{}", added.text);
    let added = added.json();
    assert_eq!((&added["state"], &added["origin"]), (&json!("announced"), &json!("admin")));
    let path = format!("/api/v1/system/actions/{}/undo", added["id"]);
    let undone = admin.post(&path, json!({ "reason": " it was put off " })).await.ok();
    assert_eq!((&undone["state"], &undone["reason"]), (&json!("undone"), &json!("it was put off")));
    let again = admin.post(&path, json!({ "reason": "again" })).await;
    assert_eq!(again.problem(), (409, "action_refused".to_owned()));
    assert_eq!(all(&admin, "/api/v1/system/actions?state=undone", 10).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_hardly_be_meant_wants_a_confirmation_and_the_answer_says_what_was_before() {
    let world = World::new().await;
    let admin = world.console.admin().await;
    let split = |new: u32, confirm: bool| json!({ "symbol": "NOSUCHSHARE", "ex_day": "2025-04-28", "kind": "split", "new": new, "held": 1, "confirm": confirm });
    let path = "/api/v1/system/actions";
    let refused = admin.post(path, split(10, false)).await;
    assert_eq!(refused.problem(), (409, "action_doubted".to_owned()));
    let says = "NOSUCHSHARE on 2025-04-28: split, 10 for 1: the market knows no share NOSUCHSHARE; confirm it if it is meant";
    assert_eq!(refused.json()["detail"], says);
    assert_eq!(all(&admin, path, 10).await.len(), 0);
    assert_eq!(admin.post(path, split(10, true)).await.json()["before"], json!(null));
    let changed = admin.post(path, split(5, true)).await.json();
    assert_eq!(
        (&changed["before"], &changed["text"]),
        (&json!("split, 10 for 1 (announced)"), &json!("split, 5 for 1"))
    );

    // Of a list it is left out, unless it is confirmed.
    let list = "symbol,ex_day,kind,new,held\nNOSUCHSHARE,2025-04-27,bonus,1,1\n";
    for query in ["?dry_run=true", ""] {
        let left_out = import(&admin, query, "text/csv", list).await.ok();
        assert_eq!(
            (&left_out["new_count"], &left_out["doubted_count"]),
            (&json!(0), &json!(1)),
            "{left_out}"
        );
        let says =
            "line 2: NOSUCHSHARE on 2025-04-27: bonus of 1 new for 1 held: 2025-04-27 is no trading day";
        assert_eq!(left_out["doubted"], json!([says]));
    }
    let brought = import(&admin, "?confirm=true", "text/csv", list).await.ok();
    assert_eq!((&brought["new_count"], &brought["doubted_count"]), (&json!(1), &json!(0)), "{brought}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_list_that_disagrees_with_a_booked_dividend_names_its_row_and_the_booked_one() {
    let world = World::new().await;
    let admin = world.console.admin().await;
    let dividend = |paise: u32| json!({ "symbol": "TCS", "ex_day": FRIDAY, "kind": "dividend", "per_share_paise": paise });
    let booked =
        admin.post("/api/v1/system/actions", with(dividend(200), "confirm", json!(true))).await.json();
    assert_eq!(booked["state"], "applied", "{booked}");
    let id = &booked["id"];
    let says = format!(
        "TCS on {FRIDAY}: dividend of ₹3.00 a share: action {id} is applied already, as dividend of ₹2.00 a share: undo it first if \
         this one is right"
    );
    let table = format!(
        "symbol,ex_day,kind,per_share_paise\nINFY,{FRIDAY},dividend,100\nTCS,{FRIDAY},dividend,300\nTCS,{FRIDAY},dividend,300\n"
    );
    let rows = json!([dividend(300), dividend(300)]).to_string();
    for (query, kind, list, place, repeated) in
        [("?dry_run=true", "text/csv", &table, "line 3", 1), ("", "application/json", &rows, "action 1", 1)]
    {
        let told = import(&admin, query, kind, list).await.ok();
        assert_eq!(told["refused"], json!([format!("{place}: {says}")]), "{told}");
        assert_eq!((&told["refused_count"], &told["repeated"]), (&json!(1), &json!(repeated)));
        assert!(place.starts_with(told["places"].as_str().unwrap()), "{told}");
    }
    // Of another day it may be the same one.
    let moved = "symbol,ex_day,kind,per_share_paise\nTCS,2025-03-10,dividend,200\n";
    let told = import(&admin, "", "text/csv", moved).await.ok();
    let doubted = told["doubted"][0].as_str().unwrap();
    assert!(doubted.starts_with("line 2: TCS on 2025-03-10: dividend of ₹2.00 a share: "), "{told}");
    assert!(doubted.contains(&format!("action {id} is applied already")), "{told}");
    assert_eq!(all(&admin, "/api/v1/system/actions", 10).await.len(), 1);
}

/// A bonus of a share that nobody holds, which the daily files tell and prices contradict.
fn doubt(symbol: &str) -> ActionDoubt {
    let provenance = Provenance { origin: Origin::File, teller: "bc.csv".to_owned() };
    let (symbol, ex_day) = (symbol.parse().unwrap(), "2025-04-28".parse().unwrap());
    let kind = ActionKind::Bonus { new: 1, held: 1 };
    let action = CorporateAction::new(symbol, ex_day, kind, provenance, "").unwrap();
    ActionDoubt { action, reason: "prices say otherwise".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sees_doubted_actions_and_decides_about_each_once() {
    let world = World::new().await;
    let admin = world.console.admin().await;
    let daemon = &world.console.daemon;
    let now = daemon.clock.now();
    daemon.store.system().keep_doubts(vec![doubt("ABC"), doubt("XYZ")], now).await.unwrap();
    let path = "/api/v1/system/actions/doubted";
    let waiting = all(&admin, &format!("{path}?state=pending"), 1).await;
    let shown: Vec<_> = waiting.iter().map(|row| (&row["symbol"], &row["doubt"], &row["state"])).collect();
    let (says, pending) = (json!("prices say otherwise"), json!("pending"));
    assert_eq!(shown, [(&json!("XYZ"), &says, &pending), (&json!("ABC"), &says, &pending)]);
    let of = |at: usize, what: &str| format!("{path}/{}/{what}", waiting[at]["id"]);
    let confirmed = admin.post(&of(1, "confirm"), json!({})).await.ok();
    assert_eq!((&confirmed["symbol"], &confirmed["state"]), (&json!("ABC"), &json!("announced")));
    let rejected = admin.post(&of(0, "reject"), json!({ "reason": " it was put off " })).await.ok();
    assert_eq!((&rejected["state"], &rejected["reason"]), (&json!("rejected"), &json!("it was put off")));
    for (path, body) in [(of(0, "confirm"), json!({})), (of(1, "reject"), json!({ "reason": "again" }))] {
        let again = admin.post(&path, body).await;
        assert_eq!(again.problem(), (409, "action_refused".to_owned()), "{path}");
    }
    assert_eq!(all(&admin, &format!("{path}?state=pending"), 10).await.len(), 0);
    let audited = all(&admin, "/api/v1/audit", 50).await;
    let actions: Vec<_> = audited.iter().filter_map(|row| row["action"].as_str()).collect();
    assert!(actions.contains(&"action.confirm") && actions.contains(&"action.reject"), "{actions:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dry_run_takes_an_import_takes_too() {
    let world = World::new().await;
    let admin = world.console.admin().await;
    let of = |rows: usize| {
        let row = |number: usize| format!("S{number},2025-04-28,dividend,100\n");
        format!("symbol,ex_day,kind,per_share_paise\n{}", (0..rows).map(row).collect::<String>())
    };
    for dry_run in [true, false] {
        let query = format!("?dry_run={dry_run}");
        let most = import(&admin, &query, "text/csv", &of(20_000)).await.ok();
        assert_eq!((&most["new_count"], most["new"].as_array().unwrap().len()), (&json!(20_000), 400));
        let refused = import(&admin, &query, "text/csv", &of(20_001)).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        let says = "the list cannot be read: it has more than 20000 rows";
        assert_eq!(refused.json()["detail"], says);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_sees_what_was_done_to_their_shares_and_what_was_taken_back() {
    let console = monday().await;
    let (admin, user, other) = (console.admin().await, console.user().await, console.other_user().await);
    let held = user.get("/api/v1/positions").await.ok()["items"][0].clone();
    let (symbol, shares) = (held["symbol"].as_str().unwrap().to_owned(), held["quantity"].as_u64().unwrap());
    let ex_day = console.daemon.clock.now().ist_day().to_string();
    assert!(held["opened_on"].as_str().unwrap() <= ex_day.as_str() && FRIDAY < ex_day.as_str());
    // Bought this morning, and so without the right; of tomorrow there is nothing yet.
    let tomorrow = "2025-03-11";
    let bonus = json!({ "symbol": symbol, "ex_day": tomorrow, "kind": "bonus", "new": 1, "held": 1 });
    let added = admin.post("/api/v1/system/actions", bonus).await.json();
    let seen = format!("/api/v1/user/actions?symbol={}", symbol.replace('&', "%26"));
    assert_eq!(all(&user, &seen, 10).await.len(), 0);
    crate::support::run(&console.daemon, crate::support::at(tomorrow, "09:05")).await;
    let applied = all(&user, &seen, 1).await;
    assert_eq!(applied.len(), 1, "{applied:?}");
    let position = &applied[0]["positions"][0];
    assert_eq!(
        (&position["quantity_before"], &position["quantity_after"]),
        (&json!(shares), &json!(2 * shares))
    );
    assert_eq!(position["cost_before_paise"], position["cost_after_paise"]);
    assert_eq!((&applied[0]["undoes"], &applied[0]["terms"]["kind"]), (&json!(false), &json!("bonus")));
    assert!(applied[0]["terms"].get("teller").is_none(), "who entered it is for admins");

    let path = format!("/api/v1/system/actions/{}/undo", added["id"]);
    admin.post(&path, json!({ "reason": "it was put off" })).await.ok();
    let applied = all(&user, &seen, 1).await;
    let undoes: Vec<_> = applied.iter().map(|applied| applied["undoes"].as_bool().unwrap()).collect();
    assert_eq!(undoes, [true, false]);
    let of_user = format!("{seen}&user={OTHER}");
    assert_eq!(all(&admin, &of_user, 10).await, applied);
    assert_eq!(other.get(&of_user).await.problem().0, 404);
    assert_eq!(all(&user, "/api/v1/user/actions?symbol=NOSUCHSHARE", 10).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dividend_names_the_shares_that_it_was_paid_for() {
    let console = monday().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let held = user.get("/api/v1/positions").await.ok()["items"][0].clone();
    let (symbol, shares) = (held["symbol"].as_str().unwrap().to_owned(), held["quantity"].as_u64().unwrap());
    let tomorrow = "2025-03-11";
    let dividend =
        json!({ "symbol": symbol, "ex_day": tomorrow, "kind": "dividend", "per_share_paise": 147 });
    let added = admin.post("/api/v1/system/actions", dividend.clone()).await.json();
    crate::support::run(&console.daemon, crate::support::at(tomorrow, "09:05")).await;
    let seen = format!("/api/v1/user/actions?symbol={}", symbol.replace('&', "%26"));
    let applied = all(&user, &seen, 10).await;
    assert_eq!(applied.len(), 1, "{applied:?}");
    let position = &applied[0]["positions"][0];
    assert_eq!(position["income_paise"], json!(147 * shares));
    assert_eq!((&position["quantity_before"], &position["quantity_after"]), (&json!(shares), &json!(shares)));

    // The entries of before say what they were booked as, whatever the amount is now.
    let path = format!("/api/v1/system/actions/{}/undo", added["id"]);
    admin.post(&path, json!({ "reason": "the company paid 49 paise" })).await.ok();
    let corrected = with(with(dividend, "per_share_paise", json!(49)), "confirm", json!(true));
    admin.post("/api/v1/system/actions", corrected).await.json();
    let applied = all(&user, &seen, 10).await;
    let of = |name: &str| applied.iter().map(|of| of["positions"][0][name].clone()).collect::<Vec<_>>();
    assert_eq!(of("quantity_before"), vec![json!(shares); 3]);
    assert_eq!(of("quantity_after"), vec![json!(shares); 3]);
    let shares = i64::try_from(shares).unwrap();
    assert_eq!(of("income_paise"), [json!(49 * shares), json!(-147 * shares), json!(147 * shares)]);
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}
