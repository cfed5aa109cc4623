#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use super::*;

use serde_json::json;

fn document() -> Value {
    json!({ "paths": { "/things/{id}": { "post": {
        "parameters": [
            { "in": "path", "name": "id", "required": true, "schema": { "type": "integer", "minimum": 0, "maximum": 9 } },
            { "in": "query", "name": "day", "required": true, "schema": { "type": "string", "format": "date" } },
            { "in": "query", "name": "open", "schema": { "type": "boolean" } },
        ],
        "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } },
    } } },
    "components": { "schemas": {
        "Thing": { "type": "object", "required": ["name", "rule"], "additionalProperties": false, "properties": {
            "name": { "type": "string", "minLength": 1, "maxLength": 4 },
            "days": { "type": ["integer", "null"], "minimum": 1, "maximum": 31 },
            "tags": { "type": "array", "minItems": 1, "maxItems": 2, "items": { "type": "string", "maxLength": 3 } },
            "rule": { "$ref": "#/components/schemas/Rule" },
            "role": { "oneOf": [{ "type": "string", "enum": ["admin", "user"] }, { "type": "null" }] },
        } },
        "Rule": { "oneOf": [
            { "type": "object", "required": ["kind", "time"], "properties": {
                "kind": { "type": "string", "enum": ["at"] }, "time": { "type": "string" } } },
            { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string", "enum": ["never"] } } },
        ] },
    } } })
}

fn operation() -> Operation {
    read(&document()).remove(&("post".to_owned(), "/things/{id}".to_owned())).unwrap()
}

fn said(body: &Value) -> String {
    operation().check_body(body).map_or_else(|wrong| wrong.to_string(), |()| "fine".to_owned())
}

#[test]
fn what_fits_is_fine() {
    let rule = json!({ "kind": "at", "time": "09:15" });
    for body in [
        json!({ "name": "a", "rule": { "kind": "never" } }),
        json!({ "name": "äöü€", "rule": rule, "days": 31, "tags": ["abc", ""], "role": "user" }),
        json!({ "name": "abcd", "rule": rule, "days": null, "role": null }),
    ] {
        assert_eq!(said(&body), "fine", "{body}");
    }
}

#[test]
fn what_does_not_is_said_in_one_sentence_with_its_field() {
    let thing = "the body is an object of days, name, role, rule, tags, not";
    let never = json!({ "kind": "never" });
    for (body, expected) in [
        (json!([null, null]), format!("{thing} a list")),
        (json!(7), format!("{thing} a number")),
        (json!({ "rule": never }), "name is missing; it is a text of 1 to 4 characters".to_owned()),
        (
            json!({ "name": "abcde", "rule": never }),
            "name is a text of 1 to 4 characters; this has 5 characters".to_owned(),
        ),
        (json!({ "name": 3, "rule": never }), "name is a text of 1 to 4 characters, not a number".to_owned()),
        (json!({ "name": null, "rule": never }), "name is a text of 1 to 4 characters, not null".to_owned()),
        (
            json!({ "name": "a", "rule": never, "days": 32 }),
            "days is a whole number from 1 to 31; this is 32".to_owned(),
        ),
        (
            json!({ "name": "a", "rule": never, "days": 1.5 }),
            "days is a whole number from 1 to 31, not a number with a fraction".to_owned(),
        ),
        (
            json!({ "name": "a", "rule": never, "days": 1e30 }),
            "days is a whole number from 1 to 31; this is 1e+30".to_owned(),
        ),
        (
            json!({ "name": "a", "rule": never, "": 1 }),
            "a field without a name is no field of this: days, name, role, rule, tags".to_owned(),
        ),
        (
            json!({ "name": "a", "rule": never, "tags": [] }),
            "tags is a list of 1 to 2 items; this has 0".to_owned(),
        ),
        (
            json!({ "name": "a", "rule": never, "tags": ["abcd"] }),
            "tags[0] is a text of at most 3 characters; this has 4 characters".to_owned(),
        ),
        (
            json!({ "name": "a", "rule": never, "role": "boss" }),
            "role is one of admin, user; this is another text".to_owned(),
        ),
        (
            json!({ "name": "a", "rule": ["at", "09:15"] }),
            "rule is an object with kind, not a list".to_owned(),
        ),
        (json!({ "name": "a", "rule": {} }), "rule.kind is missing; it is one of at, never".to_owned()),
        (json!({ "name": "a", "rule": { "kind": "at" } }), "rule.time is missing; it is a text".to_owned()),
        (
            json!({ "name": "a", "rule": never, "x": 1 }),
            "x is no field of this: days, name, role, rule, tags".to_owned(),
        ),
    ] {
        assert_eq!(said(&body), expected, "{body}");
    }
}

#[test]
fn paths_and_queries_are_held_against_it_too() {
    let operation = operation();
    let query = |pairs: &[(&str, &str)]| {
        let pairs: Vec<_> =
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        operation.check_query(&pairs).map_or_else(|wrong| wrong.to_string(), |()| "fine".to_owned())
    };
    assert_eq!(query(&[("day", "2025-03-07"), ("open", "true")]), "fine");
    assert_eq!(query(&[]), "day is missing; it is a date such as 2025-03-07");
    assert_eq!(query(&[("day", "2025-3-7")]), "day is a date such as 2025-03-07; this is another text");
    assert_eq!(query(&[("day", "2025-03-07"), ("open", "yes")]), "open is true or false, not a text");
    assert_eq!(query(&[("day", "2025-03-07"), ("day", "2025-03-08")]), "day is given twice");
    assert_eq!(query(&[("days", "1")]), "days is no parameter of this: day, open");
    assert_eq!(query(&[("", "")]), "a parameter without a name is no parameter of this: day, open");
    assert!(operation.takes_query() && operation.takes_body() && operation.text_of_path().is_none());
    for (id, this) in [("99999999999999999999", "; this is 1e+20"), ("1.5", ", not a number with a fraction")]
    {
        let wrong = operation.check_path([("id", id)].into_iter()).unwrap_err();
        assert_eq!(wrong.to_string(), format!("id is a whole number from 0 to 9{this}"));
    }
    assert!(operation.check_path([("id", "9")].into_iter()).is_ok());
    let wrong = operation.check_path([("id", "10")].into_iter()).unwrap_err();
    assert_eq!(wrong.to_string(), "id is a whole number from 0 to 9; this is 10");
}
