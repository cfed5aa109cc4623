//! The members of recorded bodies with their types: `s` text, `n` number, `b` truth value, `a` list, `o` object, `z` null.
//!
//! They are of bodies in the broker's public documentation, in threads of users and in other clients.

/// What the first step of the login gives.
pub const LOGIN: &str = "\
    asbaStatus:s clientGroup:s clientType:s dataCenter:s dataCenterMap:z derivativesRiskDisclosure:s \
    dormancyStatus:s greetingName:s hsServerId:s incRange:n incUpdFlag:s isNRI:b isTrialAccount:b \
    isUserPwdExpired:b kId:s kType:s kraStatus:s mfAccess:n rcFlag:n rid:s searchAPIKey:s sid:s status:s \
    token:s ucc:s";

/// What the second step gives.
pub const VALIDATE: &str = "\
    baseUrl:s dataCenter:s dataCenterMap:z dormancyStatus:s feedUrl:s greetingName:s hsServerId:s \
    isTrialAccount:b isUserPwdExpired:b kId:s kType:s mfAccess:n rid:s rtUrl:s searchAPIKey:s sid:s \
    status:s token:s ucc:s";

/// The answer to a place.
pub const PLACED: &str = "\
    nOrdNo:s stCode:n stat:s";

/// A row of the order book.
pub const BOOK_ROW: &str = "\
    GuiOrdId:s actId:s algCat:s algId:s algSeqNo:s appInstlId:s avgPrc:s boeSec:n brdLtQty:s brkClnt:s \
    classification:s cnlQty:n coPct:n defMktProV:s dscQty:n dscQtyPct:s exCfmTm:s exOrdId:s exSeg:s \
    exUsrInfo:s expDt:s expDtSsb:s fldQty:n genDen:s genNum:s hsUpTm:s it:s locId:s lotSz:s mfdBy:s \
    minQty:n mktPro:s mktProFlg:s mktProPct:s multiplier:s nOrdNo:s noMktProFlg:s odCrt:s optTp:s \
    ordAutSt:s ordDtTm:s ordEntTm:s ordGenTp:s ordModNo:s ordSrc:s ordSt:s ordValDt:s prc:s prcDen:s \
    prcNum:s prcTp:s precision:s prod:s qty:n refLmtPrc:n rejRsn:s reqId:s rmk:s rptTp:s series:s \
    sipInd:s stat:s stkPrc:s strategyCode:s sym:s symOrdId:s tckSz:s tok:s trdSym:s trgPrc:s trnsTp:s \
    uSec:s unFldSz:n updRecvTm:n usrId:s vendorCode:s vldt:s";

/// A row of the history of an order.
pub const HISTORY_ROW: &str = "\
    GuiOrdId:s avgPrc:s brdLtQty:n cstFrm:s dclQty:s exSeg:s exch:s exchOrdId:s exchTmstp:s flDtTm:s \
    fldQty:n legOrdInd:s nOrdNo:s nReqId:s ordDur:s ordSt:s ordUsrMsg:s prc:s prcTp:s prod:s qty:n \
    rejRsn:s scripName:s sym:s tok:s trdSym:s trgPrc:s trnsTp:s unFldSz:n";

/// A row of the trades.
pub const TRADE_ROW: &str = "\
    GuiOrdId:s actId:s algCat:s algId:s avgPrc:s boeSec:n brdLtQty:n brkClnt:s cstFrm:s exOrdId:s \
    exSeg:s exTm:s exp:s expDt:s flDt:s flId:s flLeg:n flTm:s fldQty:n genDen:s genNum:s hsUpTm:s it:s \
    locId:s lotSz:s minQty:n multiplier:s nOrdNo:s nReqId:s optTp:s ordDur:s ordGenTp:s ordSrc:s \
    posFlg:s prc:s prcDen:s prcNum:s prcTp:s precision:s prod:s qty:n rmk:s rptTp:s series:s stkPrc:s \
    strategyCode:s sym:s tm:s tok:s trdSym:s trnsTp:s uSec:s updRecvTm:n usrId:s";

/// A row of `/portfolio/v2/positions`.
pub const POSITION_ROW: &str = "\
    actId:s brdLtQty:n buyAmt:s cfBuyAmt:s cfBuyQty:s cfSellAmt:s cfSellQty:s dscQty:s exSeg:s exp:s \
    expDt:s flBuyQty:s flSellQty:s genDen:s genNum:s hsUpTm:s lotSz:s ltp:s multiplier:s optTp:s \
    posFlg:s prcDen:s prcNum:s precision:s prod:s sellAmt:s series:s sqrFlg:s stkPrc:s sym:s tok:s \
    trdSym:s type:s updRecvTm:n upldPrc:s";

/// A row of the holdings.
pub const HOLDING_ROW: &str = "\
    averagePrice:n closingPrice:n cmotCode:s commonScripCode:s delGainLoss:n displaySymbol:s \
    exchangeIdentifier:s exchangeSegment:s expiryDate:s holdingCost:n instrumentName:s \
    instrumentStatus:s instrumentToken:n instrumentType:s isAlternateScrip:b logoUrl:s marketLot:n \
    mktValue:n optType:s prevDayLtp:n quantity:n scripId:s sector:s securitySubType:s securityType:s \
    sellableQuantity:n series:s sqGainLoss:n strikePrice:s subTotal:n subType:s symbol:s \
    unrealisedGainLoss:n";

/// The limits.
pub const LIMITS: &str = "\
    AddMrgnMisPrsnt:s AddMrgnNrmlPrsnt:s AddPreExpMrgnMisPrsnt:s AddPreExpMrgnNrmlPrsnt:s \
    AdhocLimitMult:s AdhocMargin:s AmountUtilizedPrsnt:s AmtUntilizedPrsnt:s AuxAdhocMargin:s \
    AuxNotionalCash:s AuxRmsCollateral:s BoardLotLimit:s BrokeragePrsnt:s CashRlsMtomPrsnt:s \
    CashUnRlsMtomPrsnt:s Category:s CdsSpreadBenefit:s CncMrgnVarPrsnt:s CncSellcrdPresent:s \
    Collateral:s CollateralValue:s CollateralValueMult:s ComExpsrMrgnMisPrsnt:s ComExpsrMrgnNrmlPrsnt:s \
    ComRlsMtomPrsnt:s ComSpanMrgnMisPrsnt:s ComSpanMrgnNrmlPrsnt:s ComUnRlsMtomPrsnt:s \
    CurExpMrgnMisPrsnt:s CurExpMrgnNrmlPrsnt:s CurPremiumMisPrsnt:s CurPremiumNrmlPrsnt:s \
    CurRlsMtomPrsnt:s CurSpanMrgnMisPrsnt:s CurSpanMrgnNrmlPrsnt:s CurUnRlsMtomPrsnt:s DaneLimit:s \
    DeliveryMarginPresent:s DeliveryMrgnMisPrsnt:s DeliveryMrgnNrmlPrsnt:s EntityId:s \
    ExposureMarginPrsnt:s FoExpMrgnMisPrsnt:s FoExpMrgnNrmlPrsnt:s FoPremiumMisPrsnt:s \
    FoPremiumNrmlPrsnt:s FoRlsMtomPrsnt:s FoSpanrgnMisPrsnt:s FoSpanrgnNrmlPrsnt:s FoUnRlsMtomPrsnt:s \
    LendingFee:s MarginScripBasketPrsnt:s MarginUsed:s MarginUsedPrsnt:s MarginVarPrsnt:s \
    MarginWarningPrcntPrsnt:s MrgnScrpBsktCncPrsnt:s MrgnScrpBsktMisPrsnt:s MrgnScrpBsktNrmlPrsnt:s \
    MrgnVarMisPrsnt:s MrgnVarNrmlPrsnt:s MtomSquareOffWarningPrcntPrsnt:s MtomWarningPrcntPrsnt:s \
    NationalCashMult:s Net:s NfospreadBenefit:s NotionalCash:s PremiumPrsnt:s RealizedMtomPrsnt:s \
    RmsCollateral:s RmsCollateralMult:s RmsIpoAmt:s RmsMutualFundAmt:s RmsPayInAmt:s RmsPayOutAmt:s \
    SlbmLimit:s SlbmMtom:s SlbmVarElm:s SpanMarginPrsnt:s SpecialMarginPrsnt:s SplMrgnMisPrsnt:s \
    SplMrgnNrmlPrsnt:s TenderMrgnMisPrsnt:s TenderMrgnNrmlPrsnt:s TimeStamp:s UnrealizedMtomPrsnt:s \
    stCode:n stat:s";

/// The margin of an order.
pub const MARGIN: &str = "\
    avlCash:s avlMrgn:s insufFund:s mrgnUsd:s ordMrgn:s reqdMrgn:s rmsVldtd:s stCode:n stat:s \
    totMrgnUsd:s";

/// A quote of a share.
pub const QUOTE: &str = "\
    avg_cost:s change:s depth:o display_symbol:s exchange:s exchange_token:s high_price_range:s \
    last_traded_quantity:s last_volume:s low_price_range:s lstup_time:s ltp:s ohlc:o open_int:s \
    per_change:s total_buy:s total_sell:s year_high:s year_low:s";

/// The prices of its day.
pub const OHLC: &str = "\
    close:s high:s low:s open:s";

/// A row of its depth.
pub const DEPTH: &str = "\
    orders:s price:s quantity:s";

/// A quote of an index.
pub const INDEX_QUOTE: &str = "\
    depth:z display_symbol:s exchange:s exchange_token:s ltp:s ohlc:o";

/// Where the feeds are.
pub const FEED_CONFIG: &str = "\
    E990_broadcast_source:s E990_ks_broadcast_endpoint:s E990_ks_interactive_endpoint:s \
    E99_broadcast_source:s E99_hs_interactive_endpoint:s E99_sh_broadcast_endpoint:s \
    E99_sh_interactive_endpoint:s";

/// Where the files are.
pub const FILE_PATHS: &str = "\
    baseFolder:s filesPaths:a";

/// The caller's address.
pub const CLIENT_ADDRESS: &str = "\
    ip:s time:s";

/// The listed addresses.
pub const SUBSCRIPTION: &str = "\
    clientId:s consumerKey:s fintechmapping:a loginId:s platform:s primaryDisclaimerFlag:n primaryIp:s \
    primaryIpDatetime:s secondaryDisclaimerFlag:n secondaryIp:s secondaryIpDatetime:s status:s";

/// Candles.
pub const CANDLES: &str = "\
    data:o interval:s status:s";

/// What an order frame has at least.
pub const ORDER_FRAME: &str = "\
    GuiOrdId:s avgPrc:s boeSec:n brdLtQty:s exCfmTm:s exOrdId:s exSeg:s fldQty:n nOrdNo:s ordDtTm:s \
    ordSrc:s ordSt:s prc:s prcTp:s prod:s qty:n rejRsn:s sym:s tok:s trdSym:s trnsTp:s unFldSz:n \
    updRecvTm:n";

/// What a position frame has at least.
pub const POSITION_FRAME: &str = "\
    actId:s buyAmt:s exSeg:s flBuyQty:s flSellQty:s hsUpTm:s lotSz:s multiplier:s posFlg:s prod:s \
    sellAmt:s sqrFlg:s sym:s";
