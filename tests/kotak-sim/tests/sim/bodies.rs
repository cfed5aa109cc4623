//! Each recorded body is reproduced by shape: the same members with the same types.

use kotak_sim::{CarriedSpec, EmptyReport, Facts, HoldingSpec};
use serde_json::{Value, json};

use crate::client::{Client, Heard, order, rows};
use crate::shapes;

fn letter(value: &Value) -> char {
    match value {
        Value::String(_) => 's',
        Value::Number(_) => 'n',
        Value::Bool(_) => 'b',
        Value::Array(_) => 'a',
        Value::Object(_) => 'o',
        Value::Null => 'z',
    }
}

fn members(value: &Value) -> Vec<String> {
    let object = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    let mut members: Vec<String> =
        object.iter().map(|(name, value)| format!("{name}:{}", letter(value))).collect();
    members.sort();
    members
}

fn assert_shape(value: &Value, shape: &str) {
    let mut expected: Vec<&str> = shape.split_whitespace().collect();
    expected.sort_unstable();
    assert_eq!(members(value), expected);
}

fn assert_has(value: &Value, shape: &str) {
    let members = members(value);
    let missing: Vec<&str> =
        shape.split_whitespace().filter(|member| !members.iter().any(|known| known == member)).collect();
    assert!(missing.is_empty(), "{missing:?} are not in {members:?}");
}

#[tokio::test]
async fn both_steps_of_the_login_answer_as_recorded() {
    let client = Client::new().await;
    let view = client.login_step(&client.code()).await.json();
    assert_shape(&view["data"], shapes::LOGIN);
    let trade = client.validate_step(&view["data"], &client.spec.mpin).await.json();
    assert_shape(&trade["data"], shapes::VALIDATE);
    assert_eq!((&view["data"]["kType"], &trade["data"]["kType"]), (&json!("View"), &json!("Trade")));
    assert_ne!(view["data"]["sid"], trade["data"]["sid"]);
}

#[tokio::test]
async fn orders_and_their_reports_answer_as_recorded() {
    let client = Client::new().await;
    let heard = client.place("U7-0041", json!({"pr": "251.00"})).await;
    assert_shape(&heard.json(), shapes::PLACED);
    let number = heard.json()["nOrdNo"].as_str().unwrap().to_owned();
    assert_eq!(number, "261102000000001");
    let book = client.get("/quick/user/orders").await.json();
    assert_eq!((&book["stat"], &book["stCode"]), (&json!("Ok"), &json!(200)));
    assert_shape(&book["data"][0], shapes::BOOK_ROW);
    let history = client.post("/quick/order/history", &json!({"nOrdNo": number})).await.json();
    assert_shape(&history["data"][0], shapes::HISTORY_ROW);
    let states: Vec<&str> =
        history["data"].as_array().unwrap().iter().map(|row| row["ordSt"].as_str().unwrap()).collect();
    let path = ["complete", "open", "open pending", "validation pending", "put order req received"];
    assert_eq!(states, path);
    let trades = client.get("/quick/user/trades").await.json();
    assert_eq!(trades["stat"], "ok");
    assert_shape(&trades["data"][0], shapes::TRADE_ROW);
    assert_eq!((&trades["data"][0]["avgPrc"], &trades["data"][0]["qty"]), (&json!("250.75"), &json!(0)));
}

#[tokio::test]
async fn positions_come_by_both_paths_and_only_the_new_one_has_the_last_price() {
    let client = Client::new().await;
    client.placed("t1", json!({"pr": "251.00"})).await;
    let new = client.get("/portfolio/v2/positions").await.json();
    assert_eq!(new["stat"], "ok");
    assert_shape(&new["data"][0], shapes::POSITION_ROW);
    let old = client.get("/quick/user/positions").await.json();
    assert_shape(&old["data"][0], &shapes::POSITION_ROW.replace("ltp:s ", ""));
    client.sim.change_facts(|facts| facts.v2_positions = false);
    assert_eq!(client.get("/portfolio/v2/positions").await.status, 404);
}

#[tokio::test]
async fn carried_contracts_have_a_cost_only_where_the_facts_say_so() {
    let client = Client::new().await;
    let carried = CarriedSpec {
        symbol: "DEMO26NOVFUT".to_owned(),
        product: "NRML".to_owned(),
        net: 100,
        settlement: 20_350,
        cost: 19_000,
    };
    client.sim.change_account(client.ucc(), |spec| spec.carried.push(carried)).unwrap();
    let row = rows(&client.get("/portfolio/v2/positions").await)[0].clone();
    assert_shape(&row, shapes::POSITION_ROW);
    let figures = |row: &Value| ["cfBuyQty", "cfBuyAmt", "upldPrc", "ltp"].map(|name| row[name].clone());
    assert_eq!(figures(&row), ["100", "20350.00", "0.00", "0"]);
    client.sim.change_facts(|facts| facts.carried_without_cost = false);
    let row = rows(&client.get("/portfolio/v2/positions").await)[0].clone();
    assert_eq!(figures(&row), ["100", "19000.00", "190.00", "0"]);
}

#[tokio::test]
async fn holdings_come_as_numbers_and_nothing_held_as_an_error() {
    let client = Client::new().await;
    let nothing = client.get("/portfolio/v1/holdings").await.json();
    assert_eq!(nothing, json!({"stat": "Not_Ok", "errMsg": "No holdings found for this client Z0007"}));
    client.sim.change_facts(|facts| facts.no_holdings_is_error = false);
    assert_eq!(client.get("/portfolio/v1/holdings").await.json(), json!({"data": []}));
    let held = |symbol: &str, average, pledged| HoldingSpec {
        symbol: symbol.to_owned(),
        quantity: 10,
        average,
        pledged,
    };
    let holdings = vec![held("DEMO-EQ", 24_050, 2), held("DEMOS-EQ", 0, 0)];
    client.sim.change_account(client.ucc(), |spec| spec.holdings = holdings).unwrap();
    let body = client.get("/portfolio/v1/holdings").await.json();
    assert_shape(&body["data"][0], shapes::HOLDING_ROW);
    let figures = |row: &Value| {
        ["averagePrice", "quantity", "sellableQuantity", "exchangeIdentifier"].map(|name| row[name].clone())
    };
    assert_eq!(figures(&body["data"][0]), [json!(240.5), json!(10), json!(8), json!("90001")]);
    assert_eq!(body["data"][1]["averagePrice"], 0);
    assert!(body.get("stat").is_none());
}

#[tokio::test]
async fn holdings_with_a_query_are_no_route_any_more() {
    let client = Client::new().await;
    let heard = client.get("/portfolio/v1/holdings?sId=").await;
    assert_eq!(heard.status, 404);
    let message = "route '/portfolio/v1/holdings?sId=' is invalid, Please use /portfolio/v1/holdings";
    assert_eq!(heard.json()["error"][0]["message"], message);
}

#[tokio::test]
async fn limits_are_true_for_all_and_zero_with_filters() {
    let client = Client::new().await;
    let cash = |spec: &mut kotak_sim::AccountSpec| (spec.cash, spec.collateral) = (4_000_000, 6_000_000);
    client.sim.change_account(client.ucc(), cash).unwrap();
    // 75 at 250.40 use 18,780.00.
    client.sim.set_price("DEMO-EQ", 25_040).unwrap();
    client.placed("t1", json!({"qt": "75", "pr": "250.40"})).await;
    client.placed("t2", json!({"qt": "1", "pr": "225.05"})).await;
    let all = json!({"seg": "ALL", "exch": "ALL", "prod": "ALL"});
    let body = client.post("/quick/user/limits", &all).await.json();
    assert_shape(&body, shapes::LIMITS);
    let figures =
        |body: &Value| ["Net", "MarginUsed", "CollateralValue", "Collateral"].map(|name| body[name].clone());
    assert_eq!(figures(&body)[1..], ["19005.05", "40000", "60000"]);
    let net: f64 = body["Net"].as_str().unwrap().parse().unwrap();
    assert!((net - 80_994.95).abs() < 1e-6 && body["Net"].as_str().unwrap().len() > 10, "{body}");
    let filtered = json!({"seg": "CASH", "exch": "NSE", "prod": "CNC"});
    let body = client.post("/quick/user/limits", &filtered).await.json();
    assert_shape(&body, shapes::LIMITS);
    assert_eq!(figures(&body), ["0", "0", "0", "0"]);
    client.sim.change_facts(|facts| facts.filtered_limits_are_zero = false);
    assert_eq!(figures(&client.post("/quick/user/limits", &filtered).await.json())[2], "40000");
}

#[tokio::test]
async fn a_margin_says_ok_even_when_funds_lack() {
    let client = Client::new().await;
    let ask = |quantity: &str| {
        json!({"brkName": "KOTAK", "brnchId": "ONLINE", "exSeg": "nse_cm", "prc": "250.75", "prcTp": "L", "prod": "CNC",
            "qty": quantity, "tok": "90001", "trnsTp": "B"})
    };
    let enough = client.post("/quick/user/check-margin", &ask("4")).await.json();
    assert_shape(&enough, shapes::MARGIN);
    assert_eq!((&enough["rmsVldtd"], &enough["reqdMrgn"]), (&json!("OK"), &json!("1003.000000")));
    let short = client.post("/quick/user/check-margin", &ask("400")).await.json();
    assert_shape(&short, shapes::MARGIN);
    let figures = ["stat", "rmsVldtd", "insufFund", "reqdMrgn"].map(|name| short[name].clone());
    assert_eq!(figures, ["Ok", "NOT_OK", "300.000000", "0.000000"]);
}

#[tokio::test]
async fn quotes_answer_as_recorded_and_a_narrow_filter_gives_its_block() {
    let client = Client::new().await;
    client.sim.set_price("Demo 50", 1_003_550).unwrap();
    let path = "/script-details/1.0/quotes/neosymbol/nse_cm|90001,nse_cm|Demo%2050,nse_cm|1/all";
    let body = client.get_as_application(path).await.json();
    // What is not known is left out.
    assert_eq!(body.as_array().unwrap().len(), 2);
    assert_shape(&body[0], shapes::QUOTE);
    assert_shape(&body[0]["ohlc"], shapes::OHLC);
    assert_shape(&body[0]["depth"]["buy"][0], shapes::DEPTH);
    assert_shape(&body[1], shapes::INDEX_QUOTE);
    assert_eq!((&body[0]["ltp"], &body[0]["lstup_time"]), (&json!("250.7500"), &json!("1793591411")));
    let narrow =
        client.get_as_application("/script-details/1.0/quotes/neosymbol/nse_cm|90001/circuit_limits").await;
    let row = narrow.json()[0].clone();
    assert_eq!(row["high_price_range"], "275.0000");
    assert!(row.get("ltp").is_none());
}

#[tokio::test]
async fn quotes_have_their_own_errors() {
    let client = Client::new().await;
    let many = vec!["nse_cm|90001"; 50].join(",");
    let path = format!("/script-details/1.0/quotes/neosymbol/{many}/ltp");
    let heard = client.get_as_application(&path).await;
    let message = "Please set the Neo symbol max value to 50.";
    assert_eq!((heard.status, &heard.json()["fault"]["message"]), (400, &json!(message)));
    client.sim.change_facts(|facts| facts.quotes_refused_at = 51);
    assert_eq!(client.get_as_application(&path).await.status, 200);
    let unknown = client.get_as_application("/script-details/1.0/quotes/neosymbol/nse_cm|1/ltp").await;
    assert_eq!((unknown.status, unknown.code()), (200, 1009));
    // One client saw them fail with the headers of a session.
    assert_eq!(client.get("/script-details/1.0/quotes/neosymbol/nse_cm|90001/ltp").await.status, 401);
    client.sim.change_facts(|facts| facts.quotes_refuse_session_headers = false);
    let token = client.spec.access_token.clone();
    let headers =
        [("Authorization", token.as_str()), ("Auth", client.token.as_str()), ("Sid", client.sid.as_str())];
    let heard =
        client.ask("GET", "/script-details/1.0/quotes/neosymbol/nse_cm|90001/ltp", &headers, "").await;
    assert_eq!(heard.json()[0]["ltp"], "250.7500");
}

#[tokio::test]
async fn the_files_of_instruments_have_the_header_with_its_blanks_and_rows_that_surprise() {
    let client = Client::new().await;
    let paths = client.get_as_application("/script-details/1.0/masterscrip/file-paths").await.json();
    assert_shape(&paths["data"], shapes::FILE_PATHS);
    let find = |name: &str| {
        let all = paths["data"]["filesPaths"].as_array().unwrap().iter();
        let url = all.map(|path| path.as_str().unwrap()).find(|path| path.ends_with(name)).unwrap();
        url.strip_prefix(&client.sim.url()).unwrap().to_owned()
    };
    let path = find("/2026-11-02/transformed-v1/nse_cm-v1.csv");
    let shares = client.ask("GET", &path, &[], "").await.body;
    let lines: Vec<Vec<&str>> = shares.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0].len(), 78);
    assert!(
        ["dTickSize ", "lExpiryDate ", "dStrikePrice;", "dPriceNum   "]
            .iter()
            .all(|name| lines[0].contains(name))
    );
    let column = |name: &str| lines[0].iter().position(|column| column.trim() == name).unwrap();
    let value = |symbol: &str, name: &str| {
        lines.iter().find(|line| line[column("pTrdSymbol")] == symbol).unwrap()[column(name)]
    };
    assert_eq!(
        (value("DEMO-EQ", "pCreditRating"), value("DEMO-BL", "lFreezeQty")),
        ("225.00-275.00", "99999999")
    );
    assert_eq!((value("DEMOETF-EQ", "pISIN"), value("DEMOT-BE", "pGroup")), ("INF000A00005", "BE"));
    assert_eq!((value("DEMOS-EQ", "dTickSize"), value("Demo 50", "pISIN")), ("100", ""));
    let contracts = client.ask("GET", &find("transformed/nse_fo.csv"), &[], "").await.body;
    assert!(contracts.contains("DEMO26NOV250CE") && !contracts.contains("DEMO-EQ"));
    assert_eq!(client.ask("GET", &find("bse_fo.csv"), &[], "").await.body.lines().count(), 1);
}

#[tokio::test]
async fn the_rest_answers_as_recorded() {
    let client = Client::new().await;
    let config =
        client.ask("GET", "/5config/config?appVersion=1&platform=api&environment=prod", &[], "").await;
    assert_shape(&config.json()["data"]["configs"], shapes::FEED_CONFIG);
    let address = client.get("/login/1.0/get-client-ip").await.json();
    assert_shape(&address["data"][0], shapes::CLIENT_ADDRESS);
    assert_eq!((&address["data"][0]["ip"], &address["stCode"]), (&json!("127.0.0.1"), &json!(1000)));
    let listed = client.get("/registration/subscription").await.json();
    assert_shape(&listed["data"], shapes::SUBSCRIPTION);
    client.sim.change_facts(|facts| facts.subscription_works = false);
    assert_eq!(client.get("/registration/subscription").await.code(), 100_022);
    let bar = (client.sim.now(), [24_900, 25_000, 24_850, 24_950], 1_200);
    client.sim.set_candles("DEMO-EQ", "5min", vec![bar]);
    let query = "neosymbol=nse_cm%7C90001&interval=5min&fromdate=2026-11-02&todate=2026-11-02";
    let candles =
        client.get_as_application(&format!("/market-data/1.0/historical/details?{query}")).await.json();
    assert_shape(&candles, shapes::CANDLES);
    let expected = json!(["2026-11-02T09:20:11+0530", 249.0, 250.0, 248.5, 249.5, 1200, 0]);
    assert_eq!(candles["data"]["candles"][0], expected);
    let query = query.replace("5min", "7min");
    let wrong = client.get_as_application(&format!("/market-data/1.0/historical/details?{query}")).await;
    assert_eq!((wrong.status, &wrong.json()["fault"]["message"]), (400, &json!("Invalid interval value")));
}

/// Answers that refuse tell the time too.
#[tokio::test]
async fn the_head_of_each_answer_tells_the_time_of_the_fake_or_another() {
    let client = Client::new().await;
    let asked = || client.get_as_application("/login/1.0/get-client-ip");
    assert_eq!(asked().await.date, "Mon, 02 Nov 2026 03:50:11 GMT");
    client.sim.change_facts(|facts| facts.dates_ahead = -25_000);
    assert_eq!(asked().await.date, "Mon, 02 Nov 2026 03:49:46 GMT");
}

#[tokio::test]
async fn nothing_in_a_report_is_no_data_or_an_empty_list() {
    let client = Client::new().await;
    let no_data = json!({"stat": "Not_Ok", "stCode": 5203, "errMsg": "No Data", "desc": "data not found"});
    let paths =
        ["/quick/user/orders", "/quick/user/trades", "/quick/user/positions", "/portfolio/v2/positions"];
    for path in paths {
        assert_eq!(client.get(path).await.json(), no_data, "{path}");
    }
    client.sim.change_facts(|facts| facts.empty_report = EmptyReport::OlderNoData);
    let older = json!({"stat": "Not_Ok", "errMsg": "No Data", "stCode": 5203, "tid": "server9_2"});
    assert_eq!(client.get(paths[0]).await.json(), older);
    client.sim.change_facts(|facts| facts.empty_report = EmptyReport::EmptyList);
    for path in paths {
        assert_eq!(client.get(path).await.json()["data"], json!([]), "{path}");
    }
}

#[tokio::test]
async fn a_base_address_may_carry_a_path_and_a_final_slash() {
    let client = Client::with(Facts { base_path: "/gw/".to_owned(), ..Facts::default() }).await;
    assert_eq!(client.base, "/gw");
    let number = client.placed("t1", json!({})).await;
    assert_eq!(client.row(&number).await["ordSt"], "open");
    let other = client.ask("GET", "/quick/user/orders", &[], "").await;
    assert_eq!(other.status, 404);
}

#[tokio::test]
async fn forms_are_read_with_plus_and_percent_null_and_extra_members() {
    let client = Client::new().await;
    let mut data = order("t 1", json!({"os": "NEOTRADEAPI", "extra": "x"}));
    data["pf"] = Value::Null;
    let headers = [("AUTH", client.token.as_str()), ("sid", client.sid.as_str())];
    let percent = data.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let path = "/quick/order/rule/ms/place";
    let heard: Heard = client.ask("POST", path, &headers, &format!("jData={percent}")).await;
    assert_eq!(heard.json()["stat"], "Ok");
    let plus = data.to_string().replace("t 1", "t+2");
    let heard = client.ask("POST", path, &headers, &format!("jData={plus}")).await;
    assert_eq!(heard.json()["stat"], "Ok");
    let tags: Vec<Value> = client.book().await.iter().map(|row| row["GuiOrdId"].clone()).collect();
    assert_eq!(tags, ["t 1", "t 2"]);
}

#[tokio::test]
async fn frames_of_the_order_feed_have_what_was_recorded() {
    let client = Client::new().await;
    let mut feed = crate::sockets::Socket::orders(&client).await;
    client.placed("t1", json!({"pr": "251.00"})).await;
    let frames = feed.frames(7).await;
    assert_has(&frames[0]["data"], shapes::ORDER_FRAME);
    let position = frames.iter().find(|frame| frame["type"] == "position").unwrap();
    assert_has(&position["data"], shapes::POSITION_FRAME);
}

#[tokio::test]
async fn members_that_only_some_sources_have_are_settings() {
    let client = Client::new().await;
    let held = HoldingSpec { symbol: "DEMO-EQ".to_owned(), quantity: 1, average: 25_000, pledged: 0 };
    client.sim.change_account(client.ucc(), |spec| spec.holdings.push(held)).unwrap();
    client.placed("U7-1", json!({"pr": "251.00"})).await;
    let read = || async {
        let trades = client.get("/quick/user/trades").await.json();
        let holdings = client.get("/portfolio/v1/holdings").await.json();
        (trades["stat"].clone(), trades["data"][0]["GuiOrdId"].clone(), holdings["data"][0]["isin"].clone())
    };
    assert_eq!(read().await, (json!("ok"), json!(""), Value::Null));
    client.sim.change_facts(|facts| {
        facts.mixed_case_of_ok = false;
        facts.trades_have_tag = true;
        facts.holdings_have_isin = true;
    });
    assert_eq!(read().await, (json!("Ok"), json!("U7-1"), json!("INE000A00001")));
}
