//! The files of instruments, where they are, and where the feeds are.

use serde_json::json;

use super::reports::seen_at;
use crate::fault::Struck;
use crate::incoming::Incoming;
use crate::instruments::{InstrumentSpec, rupees};
use crate::reply::{Body, Reply};
use crate::time::dashed_date;
use crate::world::World;

/// The first line of each file, with the blanks and the semicolon that it really has.
const HEADER: &str = concat!(
    "pSymbol,pGroup,pExchSeg,pInstType,pSymbolName,pTrdSymbol,pOptionType,pScripRefKey,pISIN,",
    "pAssetCode,pSubGroup,pCombinedSymbol,pDesc,pAmcCode,pContractId,dTickSize ,lLotSize,",
    "lExpiryDate ,lMultiplier ,lPrecision,dStrikePrice;,pExchange,pInstName,pExpiryDate,pIssueDate,",
    "pMaturityDate,pListingDate,pNoDelStartDate,pNoDelEndDate,pBookClsStartDate,pBookClsEndDate,",
    "pRecordDate,pCreditRating,pReAdminDate,pExpulsionDate,pLocalUpdateTime,pDeliveryUnits,",
    "pPriceUnits,pLastTradingDate,pTenderPeridEndDate,pTenderPeridStartDate,pSellVarMargin,",
    "pBuyVarMargin,pInstrumentInfo,pRemarksText,pSegment,pNav,pNavDate,pMfAmt,pSipSecurity,",
    "pFaceValue,pTrdUnits,pExerciseStartDate,pExerciseEndDate,pElmMargin,pVarMargin,",
    "pTotProposedLimitValue,pScripBasePrice,pSettlementType,pCurrectionTime,iPermittedToTrade,",
    "iBoardLotQty ,iMaxOrderSize ,iLotSize,dOpenInterest ,dHighPriceRange ,dLowPriceRange ,",
    "dPriceNum   ,dGenDen,dGenNum,dPriceQuatation ,dIssuerate ,dPriceDen,dWarningQty ,",
    "dIssueCapital ,dExposureMargin ,dMinRedemptionQty ,lFreezeQty",
);

/// Folder and name of each file, in the order of the list.
const FILES: [(&str, &str); 7] = [
    ("transformed", "cde_fo"),
    ("transformed", "mcx_fo"),
    ("transformed", "nse_fo"),
    ("transformed", "bse_fo"),
    ("transformed", "nse_com"),
    ("transformed-v1", "nse_cm"),
    ("transformed-v1", "bse_cm"),
];

/// `lFreezeQty` where there is none.
const NO_FREEZE: i64 = 99_999_999;

/// Where the files of the day are. A fault that makes it lag leads to those of an earlier day.
pub(crate) fn file_paths(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    if let Err(refusal) = world.authorise_application(incoming) {
        return refusal;
    }
    let base = format!("{}/scripmaster/v1/prod", world.origin);
    let day = dashed_date(seen_at(world, struck));
    let paths =
        FILES.map(|(folder, segment)| format!("{base}/{day}/{folder}/{}", file_name(folder, segment)));
    Reply::ok(json!({"data": {"baseFolder": base, "filesPaths": paths}}))
}

/// A file: needs no authorisation. Any day's is made of what is listed now.
pub(crate) fn file(world: &mut World, incoming: &Incoming, _: &Struck) -> Reply {
    let asked = incoming.rest.last().map(String::as_str).unwrap_or_default();
    let found = FILES.iter().find(|(folder, segment)| file_name(folder, segment) == asked);
    let Some((_, segment)) = found else { return Reply::with(404, json!({"message": "Not Found"})) };
    let rows = world.instruments.iter().map(|instrument| &instrument.spec);
    let rows = rows.filter(|spec| spec.segment == *segment).map(line);
    let lines: Vec<String> = [HEADER.to_owned()].into_iter().chain(rows).collect();
    Reply { status: 200, body: Body::Text(lines.join("\n") + "\n") }
}

/// Where the feeds of each data centre are.
pub(crate) fn feed_config(world: &mut World, _: &Incoming, _: &Struck) -> Reply {
    let (feed, orders) = (format!("{}/apifeed", world.origin), format!("{}/realtime", world.origin));
    let bare = orders.trim_start_matches("http://").to_owned();
    Reply::ok(json!({"data": {"configs": {
        "E99_broadcast_source": "sh",
        "E99_sh_broadcast_endpoint": feed,
        "E99_sh_interactive_endpoint": orders,
        "E99_hs_interactive_endpoint": bare,
        "E990_broadcast_source": "ks",
        "E990_ks_broadcast_endpoint": feed,
        "E990_ks_interactive_endpoint": orders,
    }}}))
}

fn file_name(folder: &str, segment: &str) -> String {
    if folder == "transformed-v1" { format!("{segment}-v1.csv") } else { format!("{segment}.csv") }
}

fn line(spec: &InstrumentSpec) -> String {
    HEADER.split(',').map(|column| value(spec, column.trim())).collect::<Vec<String>>().join(",")
}

fn value(spec: &InstrumentSpec, column: &str) -> String {
    let is_share = spec.kind.is_empty();
    let only = |text: &str| if is_share { text.to_owned() } else { String::new() };
    let freeze = spec.freeze.unwrap_or(NO_FREEZE);
    match column {
        "pSymbol" => spec.token.clone(),
        "pGroup" => spec.series.clone(),
        "pExchSeg" => spec.segment.clone(),
        "pInstType" => spec.kind.clone(),
        "pSymbolName" => spec.name.clone(),
        "pTrdSymbol" | "pScripRefKey" => spec.trading_symbol.clone(),
        "pOptionType" => spec.option.clone(),
        "pISIN" => spec.isin.clone(),
        "pDesc" => spec.description.clone(),
        "dTickSize" => spec.tick.to_string(),
        "lLotSize" | "iLotSize" => spec.lot.to_string(),
        "lExpiryDate" => spec.expiry.to_string(),
        "lMultiplier" => if is_share { "-1" } else { "1" }.to_owned(),
        "lPrecision" => "2".to_owned(),
        "dStrikePrice;" => spec.strike.to_string(),
        "pExchange" => "NSE".to_owned(),
        "pCreditRating" if is_share && spec.high > 0 => format!("{}-{}", rupees(spec.low), rupees(spec.high)),
        "pSegment" => if is_share { "CASH" } else { "FO" }.to_owned(),
        "pFaceValue" => only("1000"),
        "pSettlementType" => only("T+1"),
        "pCurrectionTime" => only("315513000"),
        // Not "tradable": nearly all rows say 0.
        "iPermittedToTrade" => "0".to_owned(),
        "iBoardLotQty" => spec.lot.to_string(),
        "iMaxOrderSize" => {
            if is_share {
                freeze.to_string()
            } else {
                String::new()
            }
        }
        "dOpenInterest" | "dIssuerate" | "dWarningQty" | "dExposureMargin" | "dMinRedemptionQty" => only("0"),
        "dHighPriceRange" => spec.high.to_string(),
        "dLowPriceRange" => spec.low.to_string(),
        "dPriceNum" | "dGenDen" | "dGenNum" | "dPriceDen" => "1".to_owned(),
        "dIssueCapital" => only("1e+08"),
        "lFreezeQty" => freeze.to_string(),
        _ => String::new(),
    }
}
