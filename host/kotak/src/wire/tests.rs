//! Shapes as they were recorded, with invented values, and anything at all.

use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, Side};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::body;
use super::holding::HoldingRow;
use super::limits::Limits;
use super::margin::Margin;
use super::order::OrderRow;
use super::position::PositionRow;
use super::quote::QuoteRow;
use super::rejection::RejectionKind;
use super::said::Said;
use super::status::OrderStatus;
use super::tag::Tag;
use super::trade::TradeRow;
use crate::error::{Call, KotakError, Meaning};
use crate::http::Raw;
use crate::mask::Masker;

pub(crate) fn order_row() -> Value {
    json!({
        "actId": "ZZ9Z9", "avgPrc": "250.75", "cnlQty": 0, "exCfmTm": "02-Nov-2026 09:20:11",
        "exOrdId": "1100000000000777", "exSeg": "nse_cm", "fldQty": 1, "boeSec": 1_793_591_411,
        "nOrdNo": "261102000000041", "optTp": "- ", "ordDtTm": "02-Nov-2026 09:20:11",
        "ordEntTm": "02-Nov-2026 09:20:11", "ordGenTp": "NA", "prod": "CNC", "prc": "250.75", "prcTp": "L", "qty": 4,
        "rejRsn": "--", "series": "EQ", "stat": "open", "ordSt": "open", "sym": "DEMO", "tok": "90001",
        "trnsTp": "B", "trgPrc": "0.00", "trdSym": "DEMO-EQ", "unFldSz": 3, "usrId": "AAAAA0000A",
        "GuiOrdId": "U7-20261102-0041", "updRecvTm": 1_793_591_411_123_456_789_i64, "it": "EQ",
    })
}

fn with(mut row: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

fn read(fields: Value) -> Result<OrderRow, String> {
    OrderRow::read(&with(order_row(), fields), &Masker::default()).map_err(|why| why.to_string())
}

#[test]
fn an_order_is_read_whatever_form_its_numbers_have() {
    let row = read(json!({})).unwrap();
    assert_eq!((row.number.as_str(), row.symbol.as_str(), row.side), ("261102000000041", "DEMO", Side::Buy));
    assert_eq!((row.quantity, row.filled, row.kind), (4, 1, OrderKind::Limit(Paise(25_075))));
    assert_eq!((row.average, &row.status), (Some(Paise(25_075)), &OrderStatus::Open));
    assert_eq!(row.tag, Tag::Plain("U7-20261102-0041".to_owned()));
    assert_eq!(row.entered_at.to_string(), "2026-11-02 09:20:11.000");
    let texts =
        read(json!({ "qty": "4", "fldQty": "1", "prc": 250.75, "stat": "Ok", "updRecvTm": "7" })).unwrap();
    assert_eq!((texts.quantity, texts.filled, texts.kind), (row.quantity, row.filled, row.kind));
    let market = read(json!({ "prcTp": "MKT", "prc": "0.00", "avgPrc": "0.00" })).unwrap();
    assert_eq!((market.kind, market.average), (OrderKind::Market, None));
}

#[test]
fn the_symbol_is_the_trading_symbol_without_its_series() {
    for (fields, symbol) in [
        (json!({ "trdSym": "BAJAJ-AUTO-EQ", "sym": "BAJAJAUTO" }), "BAJAJ-AUTO"),
        (json!({ "trdSym": "M&M-EQ", "sym": "M&M" }), "M&M"),
        (json!({ "trdSym": "DEMOT-BE", "series": "BE", "sym": "DEMOT" }), "DEMOT"),
        (json!({ "trdSym": "", "sym": "demo" }), "DEMO"),
    ] {
        assert_eq!(read(fields).unwrap().symbol.as_str(), symbol);
    }
}

#[test]
fn what_an_order_cannot_be_known_without_is_told_by_its_name_and_not_its_value() {
    for (fields, said) in [
        (json!({ "nOrdNo": "" }), "a row of the order book: nOrdNo is missing"),
        (json!({ "nOrdNo": "../../x" }), "a row of the order book: nOrdNo is no number of an order"),
        (json!({ "qty": "AAAAA0000A" }), "a row of the order book: qty is not a number of shares"),
        (json!({ "qty": "4.5" }), "a row of the order book: qty is not a number of shares"),
        (json!({ "fldQty": 5 }), "a row of the order book: fldQty is more than was ordered"),
        (json!({ "trnsTp": "X" }), "a row of the order book: trnsTp is neither B nor S"),
        (json!({ "prc": "a lot" }), "a row of the order book: prc is not an amount"),
        (json!({ "trdSym": null, "sym": null }), "a row of the order book: trdSym is missing"),
    ] {
        assert_eq!(read(fields).unwrap_err(), said);
    }
    let no_time = json!({ "ordEntTm": "NA", "ordDtTm": "NA", "exCfmTm": "NA", "boeSec": 0, "updRecvTm": 0 });
    assert_eq!(read(no_time).unwrap_err(), "a row of the order book: ordEntTm is no time");
    assert_eq!(
        OrderRow::read(&json!([]), &Masker::default()).unwrap_err().to_string(),
        "a row of the order book: it is no object"
    );
}

#[test]
fn a_reason_beside_an_open_order_ends_nothing_and_shows_no_account() {
    let reason = "RMS:Margin Exceeds,Cash Available:1000.00,Additional margin required:3.20 for entity account-ZZ9Z9 across exchange";
    let tag = "1793592900-100001-AAAAA0000A-ADMINAPI";
    let row = read(json!({ "rejRsn": reason, "GuiOrdId": tag, "mfdBy": "AAAAA0000A" })).unwrap();
    assert_eq!((row.status.has_ended(), &row.tag), (false, &Tag::Brokers));
    let shown = format!("{row:?}");
    assert!(
        row.reason
            .as_ref()
            .is_some_and(|reason| reason.kind == RejectionKind::Funds && reason.is_retryable())
    );
    assert!(!shown.contains("ZZ9Z9") && !shown.contains("AAAAA0000A"), "{shown}");
}

#[test]
fn reasons_are_told_apart() {
    for (text, kind) in [
        (
            "RMS:Rule: Check circuit limit including square off order exceeds : Circuit breach, Order Price :300.00",
            RejectionKind::Circuit,
        ),
        (
            "RMS:Rule: Check T1 holdings including TT/BE/Z/T/TS ,No Holdings Present  for entity",
            RejectionKind::Unsettled,
        ),
        ("RMS:Rule: Check freeze quantity", RejectionKind::Freeze),
        ("ADAPTER is down", RejectionKind::Closed),
        ("Market order with Algo Id not allowed", RejectionKind::NotForPrograms),
        ("16283 : something new", RejectionKind::Other),
    ] {
        let row = read(json!({ "rejRsn": text, "ordSt": "rejected" })).unwrap();
        assert_eq!(row.reason.unwrap().kind, kind, "{text}");
    }
}

#[test]
fn executions_positions_holdings_and_money_are_read() {
    let trade = json!({
        "avgPrc": "250.75", "exOrdId": "1100000000000777", "exTm": "02-Nov-2026 09:20:12", "fldQty": 3, "flDt": "02-Nov-2026",
        "flId": "500002", "flLeg": 2, "flTm": "09:20:12", "nOrdNo": "261102000000041", "series": "EQ", "sym": "DEMO",
        "trdSym": "DEMO-EQ", "trnsTp": "B", "GuiOrdId": "", "tok": "", "prc": "", "qty": 0, "exSeg": "nse_cm",
    });
    let read = TradeRow::read(&trade).unwrap();
    assert_eq!(
        (read.fill.key.as_str(), read.fill.quantity, read.fill.price),
        ("1100000000000777-500002", 3, Paise(25_075))
    );
    assert_eq!(read.value(), Some(Paise(75_225)));
    assert!(TradeRow::read(&with(trade.clone(), json!({ "fldQty": 0 }))).is_err());
    assert!(TradeRow::read(&with(trade, json!({ "avgPrc": "0.00" }))).is_err());

    let position = json!({
        "cfBuyQty": "0", "cfSellQty": "0", "flBuyQty": "0", "flSellQty": "2", "buyAmt": "0.00", "sellAmt": "820.00",
        "exSeg": "nse_cm", "prod": "CNC", "series": "EQ", "sym": "DEMOS", "tok": "90002", "trdSym": "DEMOS-EQ", "ltp": "0",
    });
    let read = PositionRow::read(&position).unwrap();
    assert_eq!(
        (read.of_today(), read.net(), read.last, read.sell_value),
        (-2, -2, None, Some(Paise(82_000)))
    );

    let holding = json!({ "symbol": "DEMO", "quantity": 10, "sellableQuantity": 8, "averagePrice": 0, "exchangeSegment": "nse_cm", "series": "EQ" });
    let read = HoldingRow::read(&holding).unwrap();
    assert_eq!((read.quantity, read.sellable, read.average), (10, Some(8), None));

    let limits = json!({ "Net": "81219.409999999996", "MarginUsed": "18780.59", "CollateralValue": "40000", "Collateral": "60000" });
    let read = Limits::read(&limits).unwrap();
    assert_eq!(
        (read.cash, read.spendable, read.lent, read.used),
        (Paise(4_000_000), Paise(8_121_941), Paise(6_000_000), Paise(1_878_059))
    );
    let zero = json!({ "Net": "0", "MarginUsed": "0", "CollateralValue": "0", "Collateral": "0" });
    assert!(Limits::read(&zero).unwrap_err().to_string().contains("nothing is known of the money"));

    let margin = |said, missing| {
        Margin::read(&json!({ "stat": "Ok", "rmsVldtd": said, "ordMrgn": "1003.0", "insufFund": missing }))
            .unwrap()
    };
    assert!(
        margin("OK", "0.000000").enough && !margin("NOT_OK", "503.0").enough && !margin("OK", "0.01").enough
    );

    let quote = json!({ "exchange_token": "90001", "exchange": "nse_cm", "lstup_time": "1793591411", "ltp": "250.7500",
        "ohlc": { "open": "249.0000", "high": "252", "low": "0", "close": "250.0" }, "last_volume": "55000", "depth": null });
    let read = QuoteRow::read(&quote).unwrap();
    assert_eq!(
        (read.last, read.low, read.previous_close, read.volume),
        (Some(Paise(25_075)), None, Some(Paise(25_000)), Some(55_000))
    );
}

fn answered(call: Call, http: u16, body: &str) -> Result<Value, KotakError> {
    body::json(
        call,
        Ok(Raw { status: http, body: body.as_bytes().to_vec(), dated: None }),
        &Masker::default(),
    )
}

fn meaning(call: Call, http: u16, body: &Value) -> Meaning {
    answered(call, http, &body.to_string()).unwrap_err().meaning
}

/// The errors that were recorded, each at the call that it came from.
#[test]
fn errors_are_known_by_what_they_mean() {
    use Call::{Book, Cancel, Files, Holdings, LogIn, Place, Quotes, Validate};
    let core = |stat| json!({ "stCode": 32, "errMsg": "error from core", "stat": stat });
    let not_ok = |code: i64, text| json!({ "stCode": code, "errMsg": text, "stat": "Not_Ok" });
    let token =
        json!({ "code": "900901", "message": "Invalid Credentials", "description": "Invalid JWT token." });
    for (call, http, body, expected) in [
        (Place, 400, core("Client Order Id Error Client OrderID already exists"), Meaning::TagTaken),
        (Place, 200, core("Put Order Response : Client OrderID already exists Data: 0"), Meaning::TagTaken),
        (Place, 200, not_ok(5_204, "Put Order Response : Client OrderID already exists"), Meaning::TagTaken),
        (Place, 200, core("Not_Ok"), Meaning::Unlisted),
        (Place, 200, not_ok(5_204, "something"), Meaning::Unlisted),
        (Cancel, 200, not_ok(5_204, "something"), Meaning::NotFound),
        (Place, 200, not_ok(100_008, "unauthorized"), Meaning::Address),
        (Place, 200, not_ok(1_037, "session ip doesnt match with reqest ip"), Meaning::Address),
        (Place, 200, not_ok(100_022, "invalid session token"), Meaning::Session),
        (
            Book,
            200,
            json!({ "stCode": 100_022, "errMsg": "x", "stat": "error in neo-login-check-api" }),
            Meaning::Session,
        ),
        (Book, 401, token.clone(), Meaning::Session),
        (Book, 200, not_ok(100_021, "invalid  access type"), Meaning::Session),
        (Book, 403, json!({}), Meaning::Session),
        (Book, 403, json!({ "stat": "Not_Ok", "emsg": "Invalid session", "stCode": 1003 }), Meaning::Session),
        (
            Cancel,
            200,
            json!({ "stCode": 1021, "errMsg": "order is completed", "stat": "please provide valid order number" }),
            Meaning::Finished,
        ),
        (Place, 200, not_ok(1_009, "please provide valid quantity"), Meaning::Refused),
        (
            Place,
            200,
            json!({ "stCode": 1007, "errMsg": "body invalid", "stat": "bad request" }),
            Meaning::Refused,
        ),
        (Place, 400, not_ok(1_017, "algo order not allowed"), Meaning::Refused),
        (
            Place,
            200,
            json!({ "stat": "Not_Ok", "emsg": "Insufficient balance.", "stCode": 1004 }),
            Meaning::Funds,
        ),
        (
            Place,
            429,
            json!({ "code": 429, "error": "Rate limit exceeded", "message": "too many request received" }),
            Meaning::Rate,
        ),
        (Place, 200, not_ok(1_005, "internal"), Meaning::Unlisted),
        (Place, 200, not_ok(77_777, "new"), Meaning::Unlisted),
        (Place, 503, json!({ "message": "maintenance" }), Meaning::Gateway),
        (Place, 424, json!({ "code": 424 }), Meaning::Gateway),
        (
            Quotes,
            400,
            json!({ "code": 400, "message": "Failed to call upstream quote API" }),
            Meaning::Unlisted,
        ),
        (Quotes, 200, json!({ "stat": "Not_Ok", "emsg": "x", "stCode": 1009 }), Meaning::Refused),
        (Holdings, 200, not_ok(0, "No holdings found for this client ZZ9Z9"), Meaning::Empty),
        (Book, 200, not_ok(0, "No holdings found for this client ZZ9Z9"), Meaning::Unlisted),
        (Files, 500, json!({}), Meaning::Gateway),
        (
            LogIn,
            424,
            json!({ "error": [{ "code": "424", "message": "Consumer key 00000000-0000-4000-8000-0000000000ab does not exist" }] }),
            Meaning::Refused,
        ),
        (
            LogIn,
            200,
            json!({ "error": [{ "code": "400", "message": "Missing required field 'Totp'" }] }),
            Meaning::Refused,
        ),
        (Validate, 400, json!({ "message": "Invalid TOTP" }), Meaning::Refused),
        (LogIn, 200, json!({ "status": "error", "message": "no", "errorCode": "401" }), Meaning::Refused),
        (LogIn, 503, json!({ "message": "service error" }), Meaning::Gateway),
    ] {
        assert_eq!(meaning(call, http, &body), expected, "{call:?} {http} {body}");
    }
}

#[test]
fn a_body_that_is_none_is_an_error_of_its_own() {
    for (http, body, meaning, said) in [
        (200, "", Meaning::Unreadable, "an order: the answer is empty"),
        (200, " \n", Meaning::Unreadable, "an order: the answer is empty"),
        (200, "<html>busy</html>", Meaning::Unreadable, "an order: the answer is a page and not JSON"),
        (403, "", Meaning::Session, "an order: the answer is empty (status 403)"),
        (401, "<html>", Meaning::Unreadable, "an order: the answer is a page and not JSON (status 401)"),
        (502, "<html>", Meaning::Gateway, "an order: the answer is a page and not JSON (status 502)"),
        (429, "slow down", Meaning::Rate, "an order: the answer is not JSON (status 429)"),
        (200, "{\"nOrdNo\":", Meaning::Unreadable, "an order: the answer is not JSON"),
        (200, "{}", Meaning::Unreadable, "an order: nothing was said"),
        (200, "[]", Meaning::Unreadable, "an order: nothing was said"),
    ] {
        let error = answered(Call::Place, http, body).unwrap_err();
        assert_eq!((error.meaning, error.to_string().as_str()), (meaning, said), "{body}");
    }
}

#[test]
fn success_is_written_in_any_case() {
    for stat in ["Ok", "ok", "OK", "success"] {
        assert!(
            answered(Call::Trades, 200, &json!({ "stat": stat, "stCode": 200, "data": [] }).to_string())
                .is_ok()
        );
        assert!(
            answered(Call::Trades, 200, &json!({ "stat": stat, "stCode": "200", "data": [] }).to_string())
                .is_ok()
        );
    }
    assert!(answered(Call::Trades, 200, &json!({ "stat": "Ok", "stCode": 1005 }).to_string()).is_err());
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        "[0-9]{1,6}".prop_map(Value::from),
    ];
    let names = prop_oneof![
        Just("data"),
        Just("stCode"),
        Just("stat"),
        Just("errMsg"),
        Just("error"),
        Just("qty"),
        Just("fldQty"),
        Just("prc"),
        Just("nOrdNo"),
        Just("trdSym"),
        Just("series"),
        Just("trnsTp"),
        Just("ordEntTm"),
        Just("quantity"),
        Just("symbol"),
        Just("ohlc"),
        Just("Net"),
        Just("fault"),
        Just("code"),
        Just("message"),
    ]
    .prop_map(str::to_owned);
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(names.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn anything_is_read_or_refused(value in anything(), http in 100_u16..600, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let masker = Masker::default();
        let _ = OrderRow::read(&value, &masker).is_ok();
        let _ = (TradeRow::read(&value).is_ok(), PositionRow::read(&value).is_ok(), HoldingRow::read(&value).is_ok());
        let _ = (Limits::read(&value).is_ok(), Margin::read(&value).is_ok(), QuoteRow::read(&value).is_ok());
        for call in [Call::LogIn, Call::Place, Call::Cancel, Call::Book, Call::Holdings, Call::Quotes] {
            let _ = Said::of(&value).meaning(call, http);
            let _ = body::json(call, Ok(Raw { status: http, body: bytes.clone(), dated: None }), &masker).is_ok();
        }
    }

    /// A row stays what it is, whatever is added to it and whichever of its numbers are texts.
    #[test]
    fn what_is_added_to_a_row_changes_nothing(extra in anything(), texts in any::<u8>()) {
        let mut row = order_row();
        row["addedLater"] = extra;
        for (bit, field) in ["qty", "fldQty", "unFldSz", "boeSec"].iter().enumerate() {
            if texts & (1 << bit) != 0 {
                row[field] = Value::from(row[field].to_string());
            }
        }
        let masker = Masker::default();
        prop_assert_eq!(OrderRow::read(&row, &masker), OrderRow::read(&order_row(), &masker));
    }
}
