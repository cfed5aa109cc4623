//! Answers, and the errors that more than one endpoint gives.

use serde_json::{Value, json};

use crate::facts::{EmptyReport, SessionError, TagRefusal};

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub status: u16,
    pub body: Body,
}

#[derive(Debug, Clone)]
pub(crate) enum Body {
    Json(Value),
    Text(String),
}

impl Reply {
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body: Body::Json(body) }
    }

    pub fn with(status: u16, body: Value) -> Self {
        Self { status, body: Body::Json(body) }
    }

    /// The error that most endpoints give: HTTP 200 and a code.
    pub fn code(code: u32, message: &str) -> Self {
        Self::ok(json!({"stCode": code, "errMsg": message, "stat": "Not_Ok"}))
    }

    pub fn text(&self) -> String {
        match &self.body {
            Body::Json(value) => value.to_string(),
            Body::Text(text) => text.clone(),
        }
    }

    pub fn content_type(&self) -> &'static str {
        match &self.body {
            Body::Json(_) => "application/json",
            Body::Text(text) if text.starts_with('{') || text.starts_with('[') => "application/json",
            Body::Text(text) if text.starts_with('<') => "text/html",
            Body::Text(_) => "text/plain",
        }
    }
}

pub(crate) fn session_error(shape: SessionError) -> Reply {
    let invalid = "invalid session token";
    match shape {
        SessionError::Gateway900901 => Reply::with(
            401,
            json!({
                "code": "900901",
                "message": "Invalid Credentials",
                "description": "Invalid JWT token. Make sure you have provided the correct security credentials",
            }),
        ),
        SessionError::InvalidToken100022 => Reply::code(100_022, invalid),
        SessionError::LoginCheck100022 => {
            Reply::ok(json!({"stCode": 100_022, "errMsg": invalid, "stat": "error in neo-login-check-api"}))
        }
        SessionError::Documented1003 => Reply { status: 403, ..documented_1003() },
        SessionError::Documented1003Http200 => documented_1003(),
        SessionError::Bare403 => Reply { status: 403, body: Body::Text(String::new()) },
        SessionError::ViewToken100021 => Reply::code(100_021, "invalid  access type"),
    }
}

fn documented_1003() -> Reply {
    Reply::ok(json!({"stat": "Not_Ok", "emsg": "Invalid session", "stCode": 1003}))
}

pub(crate) fn tag_refused(shape: TagRefusal) -> Reply {
    match shape {
        TagRefusal::Of2026 => Reply::with(
            400,
            json!({
                "stCode": 32,
                "errMsg": "error from core",
                "stat": "Client Order Id Error Client OrderID already exists",
            }),
        ),
        TagRefusal::Of2025 => Reply::ok(json!({
            "stCode": 32,
            "errMsg": "error from core",
            "stat": "Put Order Response : Client OrderID already exists Data: 0",
        })),
        TagRefusal::Of2024 => Reply::ok(json!({
            "stat": "Not_Ok",
            "errMsg": "Put Order Response : Client OrderID already exists",
            "tid": "server9_1",
            "stCode": 5204,
        })),
    }
}

pub(crate) fn core_error() -> Reply {
    Reply::code(32, "error from core")
}

pub(crate) fn address_not_listed() -> Reply {
    Reply::code(100_008, "unauthorized")
}

pub(crate) fn address_changed() -> Reply {
    // The broker spells it so.
    Reply::code(1037, "session ip doesnt match with reqest ip")
}

pub(crate) fn rate_limited() -> Reply {
    Reply::with(
        429,
        json!({"code": 429, "error": "Rate limit exceeded", "message": "too many request received"}),
    )
}

/// What a report says that has no rows; `None` for an empty list.
pub(crate) fn no_data(shape: EmptyReport) -> Option<Reply> {
    match shape {
        EmptyReport::NoData => Some(Reply::ok(
            json!({"stat": "Not_Ok", "stCode": 5203, "errMsg": "No Data", "desc": "data not found"}),
        )),
        EmptyReport::OlderNoData => Some(Reply::ok(
            json!({"stat": "Not_Ok", "errMsg": "No Data", "stCode": 5203, "tid": "server9_2"}),
        )),
        EmptyReport::EmptyList => None,
    }
}

pub(crate) fn body_invalid() -> Reply {
    Reply::ok(json!({"stCode": 1007, "errMsg": "body invalid", "stat": "bad request"}))
}

pub(crate) fn quantity_invalid() -> Reply {
    Reply::code(1009, "please provide valid quantity")
}

/// A price or a trigger, by its field.
pub(crate) fn price_invalid(field: &str) -> Reply {
    Reply::code(1009, &format!("please provide valid {field}"))
}

pub(crate) fn order_finished(code: u32) -> Reply {
    Reply::ok(
        json!({"stCode": code, "errMsg": "order is completed", "stat": "please provide valid order number"}),
    )
}

pub(crate) fn order_unknown(code: u32) -> Reply {
    Reply::code(code, "please provide valid order number")
}
