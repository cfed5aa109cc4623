//! What every route makes of input that nobody can have meant: a problem with a code and one sentence, and no change.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::shown::{HOSTILE, is_obeyed};
use crate::support::console::{Client, Console};
use crate::world::{World, operations};

/// In the place of a number, an id or a date.
const NO_VALUES: [&str; 8] =
    ["x", "-1", "1e99", "99999999999999999999", "%00", "%ff", "2025-02-30", "%22%27;%20--"];

/// Tables that change because somebody asks, whatever the answer: what was seen of sessions, tokens and log-ins, and attempts.
const OF_ASKING: [&str; 5] = ["sessions", "api_tokens", "audit", "audit_outcomes", "log_ins"];

/// A request that cannot be meant.
struct Bad {
    what: &'static str,
    query: String,
    path: String,
    content_type: Option<&'static str>,
    body: Option<Vec<u8>>,
    /// Whether an answer that only shows something is right too: any text may be looked for.
    may_be_meant: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_answered_with_a_problem_and_changes_nothing() {
    let world = World::new().await;
    let document = world.document().await;
    let before = tables(&world.console).await;
    let mut wrong = Vec::new();
    let mut asked = 0;
    for caller in [world.console.admin().await, world.console.user().await] {
        for (method, path, operation) in operations(&document) {
            for bad in requests(&document, &method, &path, &operation) {
                asked += 1;
                if let Err(why) = ask(&caller, &method, &bad).await {
                    let line = format!("{method} {}{} ({}): {why}", bad.path, bad.query, bad.what);
                    wrong.push(line.chars().take(400).collect::<String>());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let after = tables(&world.console).await;
    let changed: Vec<_> = before.keys().filter(|table| before.get(*table) != after.get(*table)).collect();
    assert!(changed.is_empty(), "changed: {changed:?}");
    eprintln!("{asked} bad requests were refused");
}

async fn tables(console: &Console) -> BTreeMap<String, String> {
    console.daemon.store.flush().await.unwrap();
    let mut digests = console.daemon.store.system().table_digests().await.unwrap();
    digests.retain(|table, _| !OF_ASKING.contains(&table.as_str()));
    digests
}

async fn ask(caller: &Client, method: &str, bad: &Bad) -> Result<(), String> {
    let path = format!("{}{}", bad.path, bad.query);
    // What is answered before it was read to its end is the last thing on its connection.
    let request = caller.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
    let mut request = request.header("connection", "close");
    if let Some(kind) = bad.content_type {
        request = request.header("content-type", kind);
    }
    if let Some(body) = &bad.body {
        request = request.body(body.clone());
    }
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let status = answer.status();
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let text = answer.text().await.unwrap();
    if bad.may_be_meant && status.is_success() {
        return Ok(());
    }
    if !status.is_client_error() {
        return Err(format!("{status}: {text}"));
    }
    if kind.as_deref() != Some("application/problem+json") {
        return Err(format!("{status} as {kind:?}: {text}"));
    }
    let problem: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let detail = problem["detail"].as_str().unwrap_or_default();
    let well_said = !detail.is_empty() && detail.len() < 1_000 && !text.contains(is_obeyed);
    let complete =
        problem["code"].as_str().is_some_and(|code| !code.is_empty()) && problem["status"] == status.as_u16();
    if well_said && complete { Ok(()) } else { Err(text) }
}

/// Every bad request to one operation.
fn requests(document: &Value, method: &str, path: &str, operation: &Value) -> Vec<Bad> {
    let mut requests = Vec::new();
    let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    // Headers are tried by the tests of what they are for.
    parameters.retain(|parameter| parameter["in"] != "header");
    let changes = method != "GET";
    let some_path = filled(path, &parameters, None);
    for parameter in &parameters {
        let name = parameter["name"].as_str().unwrap();
        let long = "a".repeat(3_000);
        for value in NO_VALUES.into_iter().chain([long.as_str()]) {
            let bad = if parameter["in"] == "path" {
                Bad::path(filled(path, &parameters, Some((name, value))))
            } else {
                // A text to look for may be anything.
                Bad::query(some_path.clone(), format!("?{name}={value}"), !is_strict(parameter, value))
            };
            // A bad path comes with a good body, or the body is what is refused.
            requests.push(bad.with_json(changes, sample(document, &schema_of(operation))));
        }
    }
    if parameters.iter().any(|parameter| parameter["in"] == "query") {
        requests.push(Bad::query(some_path.clone(), "?nonsense=1".to_owned(), false));
    }
    if !operation["requestBody"].is_null() {
        requests.extend(bodies(document, &some_path, &schema_of(operation)));
    }
    requests
}

/// Whether no value like this can be meant for a parameter.
fn is_strict(parameter: &Value, value: &str) -> bool {
    let schema = &parameter["schema"];
    let is_number = has_type(schema, "integer") || has_type(schema, "number");
    let is_negative_or_huge = ["-1", "1e99", "99999999999999999999"].contains(&value);
    let has_form = schema["enum"].is_array() || schema["format"].is_string();
    (is_number && (!is_negative_or_huge || has_type(schema, "integer")))
        || has_form
        || has_type(schema, "boolean")
}

fn has_type(schema: &Value, name: &str) -> bool {
    schema["type"] == name || schema["type"].as_array().is_some_and(|types| types.contains(&json!(name)))
}

fn bodies(document: &Value, path: &str, schema: &Value) -> Vec<Bad> {
    let json = Some("application/json");
    let good = sample(document, schema);
    let mut bodies = vec![
        Bad::body("broken JSON", path, json, br#"{"a": "#.to_vec()),
        Bad::body("no JSON at all", path, json, b"\xff\xfe\x00".to_vec()),
        Bad::body("an empty body", path, json, Vec::new()),
        Bad::body("deep nesting", path, json, "[".repeat(50_000).into_bytes()),
        Bad::body("a giant body", path, json, format!("\"{}\"", "a".repeat(1 << 20)).into_bytes()),
        Bad::body("another content type", path, Some("text/plain"), good.to_string().into_bytes()),
        Bad::body("no content type", path, None, good.to_string().into_bytes()),
    ];
    for value in [json!([]), json!(null), json!(3), json!("x")] {
        bodies.push(Bad::body("no object", path, json, value.to_string().into_bytes()));
    }
    let Some(fields) = good.as_object() else { return bodies };
    let with = |name: &str, value: Value| {
        let mut fields = fields.clone();
        fields.insert(name.to_owned(), value);
        Value::Object(fields).to_string().into_bytes()
    };
    bodies.push(Bad::body("a field too many", path, json, with("nonsense", json!(1))));
    let schema = resolved(document, schema);
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let mut fields: Map<String, Value> = fields.clone();
        fields.remove(name);
        bodies.push(Bad::body(
            "a field is missing",
            path,
            json,
            Value::Object(fields).to_string().into_bytes(),
        ));
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let field = resolved(document, field);
        let wrong =
            if has_type(&field, "object") || field["type"].is_null() { json!(7) } else { json!({ "a": [] }) };
        bodies.push(Bad::body("a field of another type", path, json, with(name, wrong)));
        if has_type(&field, "integer") {
            for number in ["-9223372036854775808", "1e300", "123456789012345678901234567890"] {
                let number = serde_json::from_str(number).unwrap();
                bodies.push(Bad::body("a number out of bounds", path, json, with(name, number)));
            }
        }
        if has_type(&field, "string") {
            bodies.push(Bad::body("a text without end", path, json, with(name, json!("a".repeat(200_000)))));
            bodies.push(Bad::body("a text that cannot be seen", path, json, with(name, json!(HOSTILE))));
        }
    }
    bodies
}

impl Bad {
    fn path(path: String) -> Self {
        Self { what: "path", query: String::new(), path, content_type: None, body: None, may_be_meant: false }
    }

    fn query(path: String, query: String, may_be_meant: bool) -> Self {
        Self { what: "query", query, path, content_type: None, body: None, may_be_meant }
    }

    fn body(what: &'static str, path: &str, content_type: Option<&'static str>, body: Vec<u8>) -> Self {
        let (path, query) = (path.to_owned(), String::new());
        Self { what, query, path, content_type, body: Some(body), may_be_meant: false }
    }

    fn with_json(self, changes: bool, body: Value) -> Self {
        if !changes || body.is_null() {
            return self;
        }
        Self { content_type: Some("application/json"), body: Some(body.to_string().into_bytes()), ..self }
    }
}

/// A path with ids that nothing has, and one value as given.
fn filled(path: &str, parameters: &[Value], given: Option<(&str, &str)>) -> String {
    let mut path = path.to_owned();
    for parameter in parameters.iter().filter(|parameter| parameter["in"] == "path") {
        let name = parameter["name"].as_str().unwrap();
        let value = given.filter(|(given, _)| *given == name).map_or("999999", |(_, value)| value);
        path = path.replace(&format!("{{{name}}}"), value);
    }
    path
}

fn schema_of(operation: &Value) -> Value {
    operation["requestBody"]["content"]["application/json"]["schema"].clone()
}

fn resolved(document: &Value, schema: &Value) -> Value {
    match schema["$ref"].as_str() {
        Some(name) => resolved(document, document.pointer(name.trim_start_matches('#')).unwrap()),
        None => schema.clone(),
    }
}

/// Something of a schema's form.
fn sample(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    for choice in ["oneOf", "anyOf"] {
        let options = schema[choice].as_array().into_iter().flatten();
        if let Some(option) = options.into_iter().find(|option| option["type"] != "null") {
            return sample(document, option);
        }
    }
    if has_type(&schema, "object") || schema["properties"].is_object() {
        let fields = schema["properties"].as_object().cloned().unwrap_or_default();
        return fields.iter().map(|(name, field)| (name.clone(), sample(document, field))).collect();
    }
    match () {
        () if has_type(&schema, "array") => json!([]),
        () if has_type(&schema, "integer") || has_type(&schema, "number") => {
            schema.get("minimum").cloned().unwrap_or(json!(1))
        }
        () if has_type(&schema, "boolean") => json!(true),
        () if has_type(&schema, "string") => json!("x"),
        () => Value::Null,
    }
}
