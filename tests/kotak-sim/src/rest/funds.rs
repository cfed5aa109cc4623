//! Limits and the margin of an order.

use serde_json::{Map, Value, json};

use crate::fault::{Fault, Struck};
use crate::incoming::Incoming;
use crate::instruments::paise;
use crate::reply::{self, Reply};
use crate::world::World;

/// Members that nothing of the fake's moves.
const ZEROES: &str = "BoardLotLimit CdsSpreadBenefit AmountUtilizedPrsnt NfospreadBenefit MtomWarningPrcntPrsnt \
    MarginWarningPrcntPrsnt MtomSquareOffWarningPrcntPrsnt SpecialMarginPrsnt DaneLimit DeliveryMarginPresent \
    CncSellcrdPresent MarginVarPrsnt MarginScripBasketPrsnt AmtUntilizedPrsnt CncMrgnVarPrsnt BrokeragePrsnt \
    SlbmLimit SlbmVarElm SlbmMtom LendingFee RmsMutualFundAmt RmsIpoAmt AuxRmsCollateral AuxNotionalCash \
    AuxAdhocMargin MrgnScrpBsktCncPrsnt RmsCollateral AdhocMargin NotionalCash RmsPayInAmt RmsPayOutAmt \
    SpanMarginPrsnt ExposureMarginPrsnt PremiumPrsnt ComSpanMrgnNrmlPrsnt ComSpanMrgnMisPrsnt \
    ComExpsrMrgnNrmlPrsnt ComExpsrMrgnMisPrsnt AddMrgnNrmlPrsnt AddMrgnMisPrsnt AddPreExpMrgnNrmlPrsnt \
    AddPreExpMrgnMisPrsnt SplMrgnNrmlPrsnt SplMrgnMisPrsnt TenderMrgnNrmlPrsnt TenderMrgnMisPrsnt \
    DeliveryMrgnNrmlPrsnt DeliveryMrgnMisPrsnt CurExpMrgnNrmlPrsnt CurExpMrgnMisPrsnt CurPremiumNrmlPrsnt \
    CurPremiumMisPrsnt CurSpanMrgnNrmlPrsnt CurSpanMrgnMisPrsnt FoPremiumNrmlPrsnt FoPremiumMisPrsnt \
    FoExpMrgnNrmlPrsnt FoExpMrgnMisPrsnt FoSpanrgnNrmlPrsnt FoSpanrgnMisPrsnt MrgnScrpBsktNrmlPrsnt \
    MrgnScrpBsktMisPrsnt MrgnVarNrmlPrsnt MrgnVarMisPrsnt CashUnRlsMtomPrsnt CashRlsMtomPrsnt FoUnRlsMtomPrsnt \
    FoRlsMtomPrsnt ComUnRlsMtomPrsnt ComRlsMtomPrsnt CurUnRlsMtomPrsnt CurRlsMtomPrsnt UnrealizedMtomPrsnt \
    RealizedMtomPrsnt Net MarginUsed MarginUsedPrsnt CollateralValue Collateral CollateralValueMult \
    AdhocLimitMult RmsCollateralMult NationalCashMult";

pub(crate) fn limits(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    let account = match world.authorise(incoming) {
        Ok(account) => account,
        Err(refusal) => return refusal,
    };
    let Some(fields) = incoming.fields() else { return reply::body_invalid() };
    let is_all = |name| fields.get(name).and_then(Value::as_str).is_some_and(|value| value == "ALL");
    let filtered = !["seg", "exch", "prod"].into_iter().all(is_all);
    let mut body: Map<String, Value> =
        ZEROES.split_whitespace().map(|name| (name.to_owned(), json!("0"))).collect();
    let fixed = [
        ("stat", json!("Ok")),
        ("stCode", json!(200)),
        ("Category", json!("CLIENT_DEMO")),
        ("EntityId", json!("")),
        ("TimeStamp", json!(world.now.to_string())),
    ];
    body.extend(fixed.map(|(name, value)| (name.to_owned(), value)));
    if !(struck.has(&Fault::AllZero) || filtered && world.facts.filtered_limits_are_zero) {
        fill_in(world, account, &mut body);
    }
    Reply::ok(Value::Object(body))
}

fn fill_in(world: &World, account: usize, body: &mut Map<String, Value>) {
    let Some(spec) = world.accounts.get(account).map(|account| &account.spec) else { return };
    let used = plain(world.margin_used(account).max(0));
    let values = [
        ("Net", noisy(world.spendable(account))),
        ("MarginUsed", used.clone()),
        ("MarginUsedPrsnt", used),
        ("CollateralValue", plain(spec.cash)),
        ("Collateral", plain(spec.collateral)),
        ("CollateralValueMult", "1".to_owned()),
        ("AdhocLimitMult", "1".to_owned()),
        ("RmsCollateralMult", "1".to_owned()),
        ("NationalCashMult", "1".to_owned()),
    ];
    body.extend(values.map(|(name, value)| (name.to_owned(), Value::String(value))));
}

pub(crate) fn margin(world: &mut World, incoming: &Incoming, _: &Struck) -> Reply {
    let account = match world.authorise(incoming) {
        Ok(account) => account,
        Err(refusal) => return refusal,
    };
    let Some(fields) = incoming.fields() else { return reply::body_invalid() };
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let instrument = text("exSeg").zip(text("tok")).and_then(|(segment, token)| {
        let index = world.instrument_by_token(segment, token)?;
        world.instruments.get(index)
    });
    let Some(instrument) = instrument else { return Reply::code(1007, "please provide valid token") };
    let quantity = text("qt").or_else(|| text("qty")).and_then(|quantity| quantity.parse::<i64>().ok());
    let Some(quantity) = quantity.filter(|quantity| (1..1 << 40).contains(quantity)) else {
        return Reply::code(1009, "please provide valid quantity");
    };
    let asked = text("prc").and_then(paise).filter(|price| *price > 0);
    let price = asked.unwrap_or(instrument.last.unwrap_or(instrument.spec.close));
    let needed = quantity * price;
    let (free, used) = (world.spendable(account), world.margin_used(account).max(0));
    let is_enough = needed <= free;
    let six = |paise: i64| format!("{:.6}", paise as f64 / 100.0);
    Reply::ok(json!({
        "stat": "Ok",
        "stCode": 200,
        "rmsVldtd": if is_enough { "OK" } else { "NOT_OK" },
        "avlCash": six(free),
        "avlMrgn": six((free - needed).max(0)),
        "mrgnUsd": six(used),
        "ordMrgn": six(needed),
        "reqdMrgn": six(if is_enough { needed } else { 0 }),
        "totMrgnUsd": six(used + needed),
        "insufFund": six((needed - free).max(0)),
    }))
}

/// Rupees without needless decimals.
fn plain(paise: i64) -> String {
    let text = crate::instruments::rupees(paise);
    text.strip_suffix(".00").map(str::to_owned).unwrap_or(text)
}

/// Rupees with the noise of floating point, where there are decimals.
fn noisy(paise: i64) -> String {
    if paise % 100 == 0 { plain(paise) } else { format!("{:.12}", paise as f64 / 100.0) }
}
