//! What is disputed or not known of the broker, as settings that tests run both ways.
//!
//! Each field names the section of the collected facts about the broker's interface (`README.md` says which marks they have)
//! that it comes from. The defaults are what most of the latest sources say; where none says anything, what hurts a careless
//! client more.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// One field for each dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// Section 0: `baseUrl` may carry a path or a final slash. What stands behind the address: `""`, `"/"`, `"/gw"`.
    pub base_path: String,
    /// Section 1: newer answers of validate carry `feedUrl` and `rtUrl`; without them the feeds are found by the config.
    pub urls_in_validate: bool,
    /// Section 1: whether tokens are JWTs whose `exp` can be read, or opaque.
    pub token_is_jwt: bool,
    /// Nowhere: by how many milliseconds the times in the heads of answers are ahead of the fake's; negative when behind.
    pub dates_ahead: Millis,
    /// Section 1: how a refused login is written.
    pub login_error: LoginError,
    /// Section 1: what a second login does to the first session.
    pub second_login: SecondLogin,
    /// Sections 1 and 9: when a session ends by itself.
    pub session_ends: SessionEnd,
    /// Section 1: how a call with an ended session is answered.
    pub session_error: SessionError,
    /// Section 1: a session holds only for the address that made it (1037 otherwise, on orders).
    pub session_bound_to_address: bool,
    /// Section 1: the list of addresses was seen working once, and answering 100022 once.
    pub subscription_works: bool,
    /// Section 0: quotes fail when `Auth`, `Sid` or `neo-fin-key` are sent too (one client).
    pub quotes_refuse_session_headers: bool,
    /// Section 2.1: which of its three shapes the refusal of a used tag has.
    pub duplicate_tag: TagRefusal,
    /// Section 2.1: whether a blank or missing tag is refused (autumn 2026), or gets the broker's own.
    pub blank_tag_refused: bool,
    /// Section 2.1: tags stay used for ever, or until the day is over ("scope beyond the day unknown").
    pub tags_used_for_ever: bool,
    /// Section 9: whether a rejected order keeps its tag used.
    pub rejected_order_keeps_tag: bool,
    /// Section 2.1: the longest tag that is taken; the broker's own reach 52, and 45 was seen.
    pub longest_tag: usize,
    /// Section 2.1: a modification puts the broker's own tag in place of ours.
    pub tag_rewritten_by_modify: bool,
    /// Section 2.1: a cancellation appends `-<epoch>` to the tag.
    pub tag_suffixed_by_cancel: bool,
    /// Section 2.1: `ordModNo` carries the tag as well (one source), also after `GuiOrdId` was rewritten.
    pub ord_mod_no_has_tag: bool,
    /// Section 2.1: trade rows carry the tag (the documents), or not (what was recorded).
    pub trades_have_tag: bool,
    /// Section 2: `mp` other than `"0"` is taken (one client, April 2026).
    pub market_protection_taken: bool,
    /// Section 2.2: what becomes of a market order, and how the book shows it.
    pub market_orders: MarketOrders,
    /// Section 2.2: `SL-M` is rejected ("Market order with Algo Id not allowed"), or works as before April 2026.
    pub stop_market_rejected: bool,
    /// Section 2.2: a limit of 0 gets a default price (one source), or is refused at once.
    pub zero_limit_gets_default_price: bool,
    /// Section 2.3: a refused change leaves the reason on the open row, or the status `not modified`.
    pub refused_change: RefusedChange,
    /// Section 2.3: `ordDtTm` moves to the time of a change.
    pub change_moves_time: bool,
    /// Section 2.3, inferred: a total quantity below what is filled is refused, or ends the order as it is filled.
    pub modify_below_filled_refused: bool,
    /// Section 2.3: the code for an order that is finished: 1021 (seen), or 1006 (documents).
    pub finished_order_code: u32,
    /// Section 2.4: the code for a number that is none: 5204 (seen), or 1006 (documents).
    pub unknown_order_code: u32,
    /// Section 2.4: which cancellation of an AMO works once it was released.
    pub amo_cancel_after_release: AmoCancel,
    /// Section 2.4: the cancellation of an AMO needs `ts` (documents), or not (the SDK never sends it).
    pub amo_cancel_needs_symbol: bool,
    /// Nowhere: what an AMO in market hours becomes. Rejected in the book, or taken as a regular order.
    pub amo_in_session_rejected: bool,
    /// Section 3.1: whether finished rows of yesterday leave the book at midnight, or at this time of the morning in
    /// milliseconds of the IST day.
    pub book_clears_at: Millis,
    /// Section 3.1: how a report says that there is nothing.
    pub empty_report: EmptyReport,
    /// Section 2.6: `Ok` for orders and the book and `ok` for positions and trades, or `Ok` everywhere.
    pub mixed_case_of_ok: bool,
    /// Section 3.5: `/portfolio/v2/positions` exists (its rows carry `ltp`); the documented path always does.
    pub v2_positions: bool,
    /// Section 3.5: carried legs have no cost: valued at the settlement before, `upldPrc` 0.
    pub carried_without_cost: bool,
    /// Section 3.6: nothing held comes as the error "No holdings found", or as an empty list.
    pub no_holdings_is_error: bool,
    /// Section 3.6: rows of holdings carry the ISIN (one client's fixture).
    pub holdings_have_isin: bool,
    /// Section 3.6, inferred: open sells lower `sellableQuantity` as fills of today do.
    pub open_sells_lower_sellable: bool,
    /// Section 3.7: filters give limits that are all zero.
    pub filtered_limits_are_zero: bool,
    /// Nowhere: proceeds of a sale can be spent on the same day.
    pub sale_proceeds_usable: bool,
    /// Section 6: place, modify and cancel within one second; more are answered with 429. `None` counts nothing.
    pub orders_per_second: Option<u32>,
    /// Section 6: all other calls within one second: 10 (old documents) or 25. `None` counts nothing.
    pub other_calls_per_second: Option<u32>,
    /// Section 4: quotes in flight at once for one application (one client: 4). `None` counts nothing.
    pub quotes_in_flight: Option<u32>,
    /// Section 4: the number of instruments in one request at which quotes are refused.
    pub quotes_refused_at: usize,
    /// Section 5.3: which first frame of the order feed is understood.
    pub order_feed_hello: Hello,
    /// Section 5.3: the present state of orders is pushed after connecting (one source).
    pub order_feed_sends_present: bool,
    /// Section 5.3: the order feed ends each connection after this time: 9 minutes (2023), 2 minutes (2026), or never.
    pub order_feed_lasts: Option<Millis>,
    /// Section 5.3: the first `complete` frame of an order says an average of `0.00`.
    pub complete_without_price_first: bool,
    /// Section 5.1: the market feed greets with 1119 before it has seen who calls.
    pub market_feed_greets: bool,
    /// Section 5.1: which of its two shapes the acknowledgement of a subscription has.
    pub acknowledgement: Acknowledgement,
    /// Section 5.1: the acknowledgement may come after the first tick.
    pub acknowledged_after_tick: bool,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            base_path: String::new(),
            urls_in_validate: true,
            token_is_jwt: true,
            dates_ahead: 0,
            login_error: LoginError::List,
            second_login: SecondLogin::EndsTheFirst,
            session_ends: SessionEnd::Midnight,
            session_error: SessionError::InvalidToken100022,
            session_bound_to_address: true,
            subscription_works: true,
            quotes_refuse_session_headers: true,
            duplicate_tag: TagRefusal::Of2026,
            blank_tag_refused: true,
            tags_used_for_ever: true,
            rejected_order_keeps_tag: true,
            longest_tag: 52,
            tag_rewritten_by_modify: true,
            tag_suffixed_by_cancel: true,
            ord_mod_no_has_tag: false,
            trades_have_tag: false,
            market_protection_taken: false,
            market_orders: MarketOrders::LimitShownAsLimit,
            stop_market_rejected: true,
            zero_limit_gets_default_price: false,
            refused_change: RefusedChange::ReasonOnOpenRow,
            change_moves_time: true,
            modify_below_filled_refused: true,
            finished_order_code: 1021,
            unknown_order_code: 5204,
            amo_cancel_after_release: AmoCancel::AsRegular,
            amo_cancel_needs_symbol: false,
            amo_in_session_rejected: true,
            book_clears_at: 0,
            empty_report: EmptyReport::NoData,
            mixed_case_of_ok: true,
            v2_positions: true,
            carried_without_cost: true,
            no_holdings_is_error: true,
            holdings_have_isin: false,
            open_sells_lower_sellable: false,
            filtered_limits_are_zero: true,
            sale_proceeds_usable: true,
            orders_per_second: Some(10),
            other_calls_per_second: None,
            quotes_in_flight: Some(4),
            quotes_refused_at: 50,
            order_feed_hello: Hello::Either,
            order_feed_sends_present: true,
            order_feed_lasts: None,
            complete_without_price_first: true,
            market_feed_greets: true,
            acknowledgement: Acknowledgement::Nested,
            acknowledged_after_tick: false,
        }
    }
}

/// How a refused login is written (section 1, table of login errors).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginError {
    /// `{"status":"error","message":…,"errorCode":"401"}` with HTTP 401, as documented.
    Documented,
    /// `{"error":[{"code":…,"message":…}]}` with HTTP 400.
    List,
    /// The same list with HTTP 200.
    ListAndHttp200,
}

/// What a second login does (section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondLogin {
    /// It takes the session away from the first (two live clients).
    EndsTheFirst,
    /// Both live; the third ends the oldest (documents: orders from at most two).
    Coexists,
}

/// When a session ends by itself (sections 1 and 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// At the end of the IST day.
    Midnight,
    /// After a while, in milliseconds (an hour with tokens of v1).
    After(Millis),
}

/// How an ended session is answered (section 1, table of session errors).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionError {
    /// HTTP 401 and `{"code":"900901",…}`.
    Gateway900901,
    /// `{"stCode":100022,…,"stat":"Not_Ok"}`.
    InvalidToken100022,
    /// 100022 with `stat` `error in neo-login-check-api`.
    LoginCheck100022,
    /// HTTP 403 and 1003.
    Documented1003,
    /// 1003 with HTTP 200.
    Documented1003Http200,
    /// HTTP 403 without a body.
    Bare403,
    /// 100021: the token of the first step was used.
    ViewToken100021,
}

/// The shapes in which a used tag is refused (section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagRefusal {
    /// HTTP 400, code 32, `Client Order Id Error Client OrderID already exists`.
    Of2026,
    /// HTTP 200, code 32, `Put Order Response : Client OrderID already exists Data: 0`.
    Of2025,
    /// HTTP 200, code 5204, the text in `errMsg`.
    Of2024,
}

/// What becomes of a market order (section 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarketOrders {
    /// A limit around the last price, shown as `L`.
    LimitShownAsLimit,
    /// A limit around the last price, shown as `MKT` with a price.
    LimitShownAsMarket,
    /// A market order, as before April 2026.
    Market,
}

/// What a refused change leaves behind (section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedChange {
    /// The order stays `open`, with the reason in `rejRsn`.
    ReasonOnOpenRow,
    /// The order says `not modified`, with the reason in `rejRsn`.
    NotModified,
}

/// Which cancellation of a released AMO works (section 2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmoCancel {
    /// Only with `am` `NO`; with `YES` it is refused with 91400.
    AsRegular,
    /// With either.
    Either,
    /// None: both are refused with 91400 (2023, an evening's AMO at 09:16).
    Refused,
}

/// How a report says that there is nothing (section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyReport {
    /// 5203 `No Data` with `desc`.
    NoData,
    /// 5203 `No Data` with `tid`, as in older answers.
    OlderNoData,
    /// A good answer without rows.
    EmptyList,
}

/// Which first frame of the order feed is understood (section 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hello {
    /// `{type:cn,Authorization:…,Sid:…,src:WEB}`, which is no JSON; JSON is dropped without an answer.
    Raw,
    /// JSON with the same keys; the raw one is dropped without an answer.
    Json,
    /// Both.
    Either,
}

/// The shapes of the acknowledgement of a subscription (section 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acknowledgement {
    /// `trading_symbols` by instrument at the top.
    Flat,
    /// `data` by instrument, with `error_code` and `description`.
    Nested,
}
