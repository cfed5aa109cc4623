//! What the API says of closed lots, charges and equity, against the journal, counted here once more.

use std::collections::{BTreeMap, VecDeque};

use prahari_domain::charges::{ChargeSchedule, ContractNote, DayFill, note};
use prahari_domain::ids::OrderId;
use prahari_domain::orders::{OrderEvent, OrderRequest, Side};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Day;
use reqwest::Method;
use serde_json::{Value, json};

use super::support;
use support::ADMIN;
use support::console::{Client, Console};

/// A buy, a sell, and their prices: what makes a closed lot.
type Match = (String, String, i64, i64);

/// Buying order, price, shares.
type Bought = (String, i64, i64);

/// The trades of the journal.
#[derive(Default)]
struct Traded {
    /// Shares of each match.
    closed: BTreeMap<Match, i64>,
    /// What is left of each position, oldest first.
    held: BTreeMap<(StrategyName, String), VecDeque<Bought>>,
    /// The fills of each date.
    fills: BTreeMap<Day, Vec<DayFill>>,
}

impl Traded {
    async fn of(console: &Console) -> Self {
        let (mut traded, mut orders) = (Self::default(), BTreeMap::new());
        for entry in console.daemon.store.user(ADMIN).load_journal(0).await.unwrap() {
            match entry.event {
                OrderEvent::Intended { request, strategy, .. } => {
                    orders.insert(entry.order, (strategy, request));
                }
                OrderEvent::Filled(fill) => {
                    let (strategy, request) = &orders[&entry.order];
                    let day_fill = DayFill {
                        symbol: request.symbol.clone(),
                        side: request.side,
                        quantity: fill.quantity,
                        price: fill.price,
                    };
                    traded.fills.entry(fill.at.ist_day()).or_default().push(day_fill);
                    traded.fill(entry.order, (*strategy, request), fill.quantity.into(), fill.price.0);
                }
                _ => {}
            }
        }
        traded
    }

    fn fill(&mut self, order: OrderId, of: (StrategyName, &OrderRequest), quantity: i64, price: i64) {
        let (strategy, request) = of;
        let lots = self.held.entry((strategy, request.symbol.to_string())).or_default();
        if request.side == Side::Buy {
            lots.push_back((order.to_string(), price, quantity));
            return;
        }
        let mut left = quantity;
        while left > 0 {
            let (buyer, cost, shares) = lots.front_mut().unwrap();
            let taken = left.min(*shares);
            let of = (buyer.clone(), order.to_string(), *cost, price);
            *self.closed.entry(of).or_default() += taken;
            (*shares, left) = (*shares - taken, left - taken);
            if *shares == 0 {
                lots.pop_front();
            }
        }
    }
}

/// Everything that is told of money fits the journal and fits together, and a deposit is no gain.
pub(super) async fn fit_the_journal(console: &Console) {
    let (admin, traded) = (console.admin().await, Traded::of(console).await);
    let summary = admin.get("/api/v1/pnl/summary").await.ok();
    let daily = admin.get("/api/v1/pnl/daily?limit=500").await.ok();
    let daily: BTreeMap<String, Value> =
        items(&daily).into_iter().map(|day| (day["day"].as_str().unwrap().to_owned(), day)).collect();
    closed_lots_are_the_matches_of_the_journal(&admin, &traded, &summary).await;
    open_lots_are_what_is_left(&admin, &traded).await;
    charges_are_those_of_the_notes(&admin, &traded, (&summary, &daily)).await;
    the_curve_is_made_of_the_dates(&admin, &daily).await;
    a_deposit_is_a_flow(&admin).await;
    everything_is_on_paper(&admin).await;
}

async fn closed_lots_are_the_matches_of_the_journal(admin: &Client, traded: &Traded, summary: &Value) {
    let mut found: BTreeMap<Match, i64> = BTreeMap::new();
    let (mut gross, mut lots) = (0, Vec::new());
    let mut path = "/api/v1/positions/closed?limit=9".to_owned();
    loop {
        let page = admin.get(&path).await.ok();
        lots.extend(items(&page));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/positions/closed?limit=9&cursor={next}");
    }
    for lot in &lots {
        let (buy, sell) = (number(lot, "buy_price_paise"), number(lot, "sell_price_paise"));
        let of = (text(lot, "bought_by"), text(lot, "sold_by"), buy, sell);
        *found.entry(of).or_default() += number(lot, "quantity");
        assert_eq!(number(lot, "gross_paise"), (sell - buy) * number(lot, "quantity"), "{lot}");
        assert_eq!(
            number(lot, "net_paise"),
            number(lot, "gross_paise") - number(lot, "charges_paise"),
            "{lot}"
        );
        let day = |field| text(lot, field).parse::<Day>().unwrap();
        let held = (day("sold_on") - day("bought_on")).num_days();
        assert_eq!(number(lot, "days_held"), held, "{lot}");
        gross += number(lot, "gross_paise");
    }
    assert_eq!(found, traded.closed);
    assert_eq!(gross, number(summary, "realised_paise"), "matches and books realise the same");
    assert!(lots.windows(2).all(|two| number(&two[0], "number") > number(&two[1], "number")));
    let table = admin.request(Method::GET, "/api/v1/positions/closed").header("accept", "text/csv");
    let table = table.send().await.unwrap().text().await.unwrap();
    let numbers: Vec<i64> =
        table.lines().skip(1).map(|line| line.split(',').next().unwrap().parse().unwrap()).collect();
    assert_eq!(numbers, lots.iter().map(|lot| number(lot, "number")).collect::<Vec<_>>());

    let one = &lots[lots.len() / 2];
    let (symbol, day) = (text(one, "symbol"), text(one, "sold_on"));
    let path = format!("/api/v1/positions/closed?symbol={symbol}&from={day}&through={day}&limit=500");
    let expected: Vec<&Value> = lots
        .iter()
        .filter(|lot| lot["symbol"] == one["symbol"] && lot["sold_on"] == one["sold_on"])
        .collect();
    assert_eq!(items(&admin.get(&path).await.ok()).iter().collect::<Vec<_>>(), expected);
}

async fn open_lots_are_what_is_left(admin: &Client, traded: &Traded) {
    let plain = admin.get("/api/v1/positions").await.ok();
    assert!(items(&plain).iter().all(|position| position["lots"].is_null()));
    let held = admin.get("/api/v1/positions?lots=true").await.ok();
    let mut left = 0;
    for position in items(&held) {
        let lots = position["lots"].as_array().unwrap();
        let sum = |field| lots.iter().map(|lot| number(lot, field)).sum::<i64>();
        assert_eq!(sum("quantity"), number(&position, "quantity"), "{position}");
        assert_eq!(sum("cost_paise"), number(&position, "invested_paise"), "{position}");
        assert!(
            lots.iter().all(|lot| number(lot, "age_days") > 0 && lot["strategy"] == position["strategy"])
        );
        let of = (text(&position, "strategy").parse().unwrap(), text(&position, "symbol"));
        let mut expected: BTreeMap<(String, i64), i64> = BTreeMap::new();
        for (order, price, shares) in &traded.held[&of] {
            *expected.entry((order.clone(), *price)).or_default() += shares;
        }
        let mut found: BTreeMap<(String, i64), i64> = BTreeMap::new();
        for lot in lots {
            let of = (text(lot, "order"), number(lot, "price_paise"));
            *found.entry(of).or_default() += number(lot, "quantity");
        }
        assert_eq!(found, expected, "{position}");
        left += 1;
    }
    assert_eq!(left, traded.held.values().filter(|lots| !lots.is_empty()).count());
}

async fn charges_are_those_of_the_notes(
    admin: &Client,
    traded: &Traded,
    (summary, daily): (&Value, &BTreeMap<String, Value>),
) {
    let told = admin.get("/api/v1/pnl/charges?by=day").await.ok();
    let schedule = ChargeSchedule::embedded().unwrap();
    let plan = schedule.plan("trade_api").unwrap();
    let mut sum = ContractNote::default();
    let days = told["days"].as_array().unwrap();
    assert_eq!(days.len(), traded.fills.len());
    for (told, (day, fills)) in days.iter().zip(&traded.fills) {
        let expected = note(fills, *day, schedule, &plan).unwrap();
        assert_eq!(text(told, "day"), day.to_string());
        assert_eq!(told["charges"], lines(&expected), "{day}");
        let statement = &daily[&day.to_string()];
        assert_eq!(told["charges"]["total_paise"], statement["charges_paise"], "{statement}");
        sum = sum + expected;
    }
    assert_eq!(told["total"], lines(&sum));
    assert_eq!(told["total"]["total_paise"], summary["charges_paise"]);
    let kinds = admin.get("/api/v1/pnl/charges").await.ok();
    assert_eq!((&kinds["total"], &kinds["days"]), (&told["total"], &json!([])));
}

async fn the_curve_is_made_of_the_dates(admin: &Client, daily: &BTreeMap<String, Value>) {
    let curve = admin.get("/api/v1/pnl/curve").await.ok();
    let funds = admin.get("/api/v1/funds").await.ok();
    let (present, dates) = curve["points"].as_array().unwrap().split_last().unwrap();
    assert_eq!((text(present, "day").as_str(), &present["present"]), ("2025-03-31", &json!(true)));
    assert_eq!(present["equity_paise"], funds["total_paise"]);
    assert_eq!(dates.len(), daily.len());
    let (mut paid, mut peak, mut results) = (0, 0, 0);
    for (point, (day, statement)) in dates.iter().zip(daily) {
        assert_eq!((&text(point, "day"), &point["present"]), (day, &json!(false)));
        let equity = number(statement, "cash_paise") + number(statement, "market_value_paise");
        assert_eq!(number(point, "equity_paise"), equity, "{statement}");
        assert_eq!(point["realised_net_paise"], statement["net_paise"], "{statement}");
        paid += number(point, "net_flow_paise");
        results += number(point, "result_paise");
        // What was gained altogether does not depend on what was paid in.
        peak = peak.max(equity - paid);
        assert_eq!(number(point, "drawdown_paise"), peak - (equity - paid), "{point}");
    }
    assert_eq!(number(&dates[0], "net_flow_paise"), number(&funds, "capital_paise"));
    assert_eq!(paid, number(&funds, "capital_paise"));
    let all = paid + number(present, "net_flow_paise") + results + number(present, "result_paise");
    assert_eq!(all, number(&funds, "total_paise"));

    let part = admin.get("/api/v1/pnl/curve?from=2025-02-03&through=2025-02-07").await.ok();
    let part = part["points"].as_array().unwrap();
    assert_eq!(part.len(), 5);
    for point in part {
        let whole = dates.iter().find(|whole| whole["day"] == point["day"]).unwrap();
        for field in ["equity_paise", "net_flow_paise", "result_paise", "unrealised_paise"] {
            assert_eq!(point[field], whole[field], "{field} of {point}");
        }
    }
    let long = admin.get("/api/v1/pnl/curve?from=2020-01-01&through=2025-03-31").await;
    assert_eq!(long.status, 400, "{}", long.text);
}

async fn a_deposit_is_a_flow(admin: &Client) {
    let present = async || {
        let curve = admin.get("/api/v1/pnl/curve").await.ok();
        curve["points"].as_array().unwrap().last().unwrap().clone()
    };
    let (before, capital) = (present().await, admin.get("/api/v1/funds").await.ok()["capital_paise"].clone());
    let paid_in = 5_000_000;
    let body = json!({ "capital_paise": capital.as_i64().unwrap() + paid_in });
    admin.send(Method::PUT, "/api/v1/user/capital", body).await.ok();
    let after = present().await;
    assert_eq!(number(&after, "net_flow_paise"), number(&before, "net_flow_paise") + paid_in);
    assert_eq!(number(&after, "equity_paise"), number(&before, "equity_paise") + paid_in);
    for field in ["result_paise", "drawdown_paise", "realised_net_paise", "unrealised_paise"] {
        assert_eq!(after[field], before[field], "{field}");
    }
}

async fn everything_is_on_paper(admin: &Client) {
    assert_eq!(admin.get("/api/v1/users/1").await.ok()["mode"], "paper");
    assert_eq!(admin.get("/api/v1/user/service/status").await.ok()["mode"], "paper");
    let orders = admin.get("/api/v1/orders?limit=3").await.ok();
    assert!(items(&orders).iter().all(|order| order["mode"] == "paper"), "{orders}");
    let order = items(&orders)[0]["id"].as_str().unwrap().to_owned();
    let detail = admin.get(&format!("/api/v1/orders/{order}")).await.ok();
    assert_eq!(detail["order"]["mode"], "paper");
}

fn lines(note: &ContractNote) -> Value {
    json!({
        "brokerage_paise": note.brokerage.0,
        "stt_paise": note.stt.0,
        "transaction_paise": note.transaction.0,
        "ipft_paise": note.ipft.0,
        "sebi_paise": note.sebi.0,
        "stamp_paise": note.stamp.0,
        "gst_paise": note.gst.0,
        "depository_paise": note.depository.0,
        "total_paise": note.total().0,
    })
}

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().unwrap().clone()
}

fn number(of: &Value, field: &str) -> i64 {
    of[field].as_i64().unwrap_or_else(|| panic!("{field} of {of}"))
}

fn text(of: &Value, field: &str) -> String {
    of[field].as_str().unwrap_or_else(|| panic!("{field} of {of}")).to_owned()
}
