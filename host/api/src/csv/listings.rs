//! The lists that there are as CSV, and their columns.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, RefOr};

/// Deepest field that is a column of its own.
const DEEPEST: usize = 4;

/// A list as a table.
#[derive(Debug)]
pub(super) struct Listing {
    /// Path of its route.
    path: &'static str,
    /// Name of the file.
    pub(super) name: &'static str,
    /// Where the rows stand in the answer, as a JSON pointer; the cursor of the next page stands beside them.
    pub(super) rows: &'static str,
    /// Parameters that the rows need.
    pub(super) with: &'static [(&'static str, &'static str)],
    /// Whether the route answers page by page.
    pub(super) paged: bool,
    /// The columns: the names of the fields, those within others behind the name of the outer one and a point.
    pub(super) columns: Vec<String>,
}

const CHARGES: &str = "/api/v1/pnl/charges";
const CURVE: &str = "/api/v1/pnl/curve";
const TASK_ANALYTICS: &str = "/api/v1/analytics/tasks";
const SYSTEM_ANALYTICS: &str = "/api/v1/system/analytics";

/// Path, name of the file, and the columns that a person looks at first. The others follow in the order of the alphabet.
const LISTINGS: [(&str, &str, &[&str]); 21] = [
    ("/api/v1/orders", "orders", ORDER),
    ("/api/v1/system/orders", "orders-of-all", ORDER),
    (
        "/api/v1/fills",
        "fills",
        &["filled_at", "symbol", "side", "quantity", "price_paise", "value_paise", "order"],
    ),
    (
        "/api/v1/pnl/daily",
        "pnl-daily",
        &["day", "realised_paise", "charges_paise", "income_paise", "net_paise", "unrealised_paise"],
    ),
    (CHARGES, "charges", &["day"]),
    (CURVE, "curve", &["day", "equity_paise", "net_flow_paise", "realised_net_paise"]),
    (
        "/api/v1/positions",
        "positions",
        &["symbol", "strategy", "quantity", "average_price_paise", "invested_paise"],
    ),
    (
        "/api/v1/system/positions",
        "positions-of-all",
        &["user", "user_name", "symbol", "strategy", "quantity", "average_price_paise", "invested_paise"],
    ),
    ("/api/v1/positions/closed", "positions-closed", &["number", "symbol", "strategy", "quantity"]),
    ("/api/v1/signals", "signals", &["id", "day", "symbol", "kind", "status"]),
    ("/api/v1/slots", "slots", SLOT),
    ("/api/v1/system/slots", "slots-of-all", SLOT),
    ("/api/v1/executions", "executions", EXECUTION),
    ("/api/v1/system/executions", "executions-of-all", EXECUTION),
    ("/api/v1/decisions", "decisions", &["started_at", "task", "symbol", "action", "reason"]),
    ("/api/v1/system/actions", "actions", &["id", "symbol", "ex_day", "kind", "text", "state"]),
    ("/api/v1/user/actions", "actions-applied", &["number", "booked_at", "action", "what", "undoes"]),
    ("/api/v1/audit", "audit", &["id", "at", "user", "user_name", "action", "resource"]),
    (
        "/api/v1/system/market/restatements",
        "restatements",
        &["restated_at", "source", "symbol", "day", "changed", "before.close_paise", "after.close_paise"],
    ),
    (TASK_ANALYTICS, "analytics", &["task", "module_version", "executions", "succeeded", "success_percent"]),
    (
        SYSTEM_ANALYTICS,
        "analytics-of-all",
        &["user", "user_name", "task", "module_version", "executions", "succeeded", "success_percent"],
    ),
];

const ORDER: &[&str] =
    &["id", "user", "user_name", "day", "placed_at", "symbol", "side", "quantity", "state"];
const SLOT: &[&str] = &["user", "date", "due_at", "task", "kind", "state", "reason"];
const EXECUTION: &[&str] =
    &["id", "user", "user_name", "task", "started_at", "finished_at", "outcome", "detail"];

/// Returns whether a path answers a list that is there as CSV.
pub(super) fn is_list(path: &str) -> bool {
    LISTINGS.iter().any(|(listed, ..)| *listed == path)
}

/// The list that a path answers, if it is there as CSV.
pub(super) fn listing(path: &str) -> Option<&'static Listing> {
    static LISTED: OnceLock<Vec<Listing>> = OnceLock::new();
    let listed = LISTED.get_or_init(|| {
        let document = serde_json::to_value(crate::openapi::document()).unwrap_or(Value::Null);
        LISTINGS.iter().filter_map(|listed| read(&document, *listed)).collect()
    });
    listed.iter().find(|listing| listing.path == path)
}

/// Says in the document that a list is there as CSV, where it is.
pub(crate) fn announce(path: &str, operation: &mut Operation) {
    if !is_list(path) {
        return;
    }
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") {
        let table = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "Everything that the filter says, without `limit` and `cursor`: one line for each item.",
            ))
            .build();
        let content = ContentBuilder::new().schema(Some(table)).build();
        response.content.insert("text/csv".to_owned(), RefOr::T(content));
    }
}

fn read(document: &Value, (path, name, first): (&'static str, &'static str, &[&str])) -> Option<Listing> {
    let rows = match path {
        CHARGES => "/days",
        CURVE => "/points",
        TASK_ANALYTICS => "/rows",
        SYSTEM_ANALYTICS => "/rows/items",
        _ => "/items",
    };
    let with: &[(&str, &str)] = if path == CHARGES { &[("by", "day")] } else { &[] };
    let operation = document["paths"].get(path)?.get("get")?;
    let mut parameters = operation["parameters"].as_array().into_iter().flatten();
    let paged = parameters.any(|parameter| parameter["name"] == "limit");
    let answer = operation.pointer("/responses/200/content/application~1json/schema")?;
    let mut fields = BTreeSet::new();
    let list = rows.split('/').skip(1).try_fold(answer, |schema, name| field_of(document, schema, name))?;
    collect(document, &list["items"], "", DEEPEST, &mut fields);
    let mut columns: Vec<String> = Vec::new();
    columns.extend(first.iter().filter(|name| fields.contains(**name)).map(|name| (*name).to_owned()));
    columns.extend(fields.into_iter().filter(|name| !first.contains(&name.as_str())));
    Some(Listing { path, name, rows, with, paged, columns })
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let named = schema["$ref"].as_str().and_then(|name| document.pointer(name.trim_start_matches('#')));
    named.unwrap_or(schema)
}

/// The parts that a schema is made of, or may be.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    let of = move |kind: &str| schema[kind].as_array().into_iter().flatten();
    of("allOf").chain(of("oneOf")).chain(of("anyOf")).filter(|part| part["type"] != "null")
}

fn field_of<'a>(document: &'a Value, schema: &'a Value, name: &str) -> Option<&'a Value> {
    let schema = resolved(document, schema);
    let own = schema["properties"].get(name);
    own.or_else(|| parts(schema).find_map(|part| field_of(document, part, name)))
}

/// The names of the fields that are values or lists, those within objects too.
fn collect(document: &Value, schema: &Value, within: &str, deep: usize, found: &mut BTreeSet<String>) {
    let schema = resolved(document, schema);
    let fields = schema["properties"].as_object();
    let composed = parts(schema).next().is_some();
    if deep == 0 || (fields.is_none() && !composed) {
        if !within.is_empty() {
            found.insert(within.to_owned());
        }
        return;
    }
    for (name, field) in fields.into_iter().flatten() {
        let name = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
        collect(document, field, &name, deep - 1, found);
    }
    parts(schema).for_each(|part| collect(document, part, within, deep, found));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_has_the_columns_that_are_named_first() {
        for (path, name, first) in LISTINGS {
            let listing = listing(path).unwrap_or_else(|| panic!("{path} is no list"));
            assert_eq!(listing.name, name);
            let begins: Vec<&str> = listing.columns.iter().take(first.len()).map(String::as_str).collect();
            assert_eq!(begins, first, "{path}");
        }
    }

    #[test]
    fn fields_within_others_are_columns_and_lists_are_one() {
        let columns = &listing("/api/v1/orders").unwrap().columns;
        for column in ["purpose.kind", "purpose.level", "purpose.reason", "limit_paise", "retry_of"] {
            assert!(columns.iter().any(|name| name == column), "{column} in {columns:?}");
        }
        assert!(!columns.iter().any(|name| name == "purpose"));
        let columns = &listing("/api/v1/executions").unwrap().columns;
        for column in ["usage.cpu_us", "usage.left.rows", "details", "finished_at"] {
            assert!(columns.iter().any(|name| name == column), "{column} in {columns:?}");
        }
        for path in [TASK_ANALYTICS, SYSTEM_ANALYTICS] {
            let columns = &listing(path).unwrap().columns;
            for column in ["duration_ms.p95", "lateness_ms.max", "net_paise"] {
                assert!(columns.iter().any(|name| name == column), "{column} in {columns:?}");
            }
        }
        let columns = &listing("/api/v1/positions").unwrap().columns;
        assert!(columns.iter().any(|name| name == "verdicts") && listing("/api/v1/tasks").is_none());
    }
}
