//! The OpenAPI document is what is enforced: every bound that it names, and none that it does not.

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::support::console::Client;
use crate::support::http_client::http_client;
use crate::world::{World, operations};

/// A value for one place of a request, and whether it may be refused for what it is.
struct Try {
    value: Value,
    fits: bool,
}

/// One request with one value to try.
struct Case {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Value>,
    /// The field or parameter that is tried.
    place: String,
    fits: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bound_of_the_document_is_enforced_and_met_by_its_own_value() {
    let world = World::new().await;
    let document = world.document().await;
    let mut wrong = Vec::new();
    let (mut met, mut exceeded) = (0, 0);
    let admin = world.console.admin().await;
    for (method, path, operation) in operations(&document) {
        for case in cases(&document, &method, &path, &operation) {
            let (status, detail) = ask(&admin, &case).await;
            // What is within one of several forms is told apart by serde, which forgets where it was.
            let parent = case.place.split('.').next().unwrap();
            let named = [case.place.as_str(), parent]
                .iter()
                .any(|place| [" ", ":", "["].iter().any(|end| detail.starts_with(&format!("{place}{end}"))));
            let refused = status == 400 && named;
            *(if case.fits { &mut met } else { &mut exceeded }) += 1;
            if refused == case.fits {
                let query = &case.query;
                wrong.push(format!("{method} {} {query:?} {:?}: {status} {detail}", case.path, case.body));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n").chars().take(20_000).collect::<String>());
    eprintln!("{exceeded} values beyond a bound were refused, {met} within it were not refused for it");
    assert!(exceeded > 300 && met > 300, "{exceeded} {met}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_no_object_wherever_one_is_expected() {
    let world = World::new().await;
    let document = world.document().await;
    let admin = world.console.admin().await;
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for (method, path, operation) in operations(&document) {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let Value::Object(fields) = sample(&document, schema) else { continue };
        let values: Vec<Value> = fields.values().cloned().collect();
        let mut bodies = vec![json!(values), json!([null, null]), json!([])];
        for (name, field) in fields.iter().filter(|(_, field)| field.is_object()) {
            let values: Vec<Value> = field.as_object().unwrap().values().cloned().collect();
            bodies.push(with(json!(fields), name, json!(values)));
        }
        for body in bodies {
            asked += 1;
            let path = fill(&document, &path, &parameters);
            let query = whose(&[], &parameters, &path, "");
            let (method, place) = (Method::from_bytes(method.as_bytes()).unwrap(), String::new());
            let case = Case { method, path, query, body: Some(body), place, fits: false };
            let (status, detail) = ask(&admin, &case).await;
            if status != 400 || !detail.contains("not a list") && !case.path.contains("/calendar") {
                wrong.push(format!("{} {:?}: {status} {detail}", case.path, case.body));
            }
        }
    }
    assert!(wrong.is_empty() && asked > 90, "{asked}\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_and_another_origin_get_nothing_from_any_route() {
    let world = World::new().await;
    let document = world.document().await;
    let user = world.console.user().await;
    let mut wrong = Vec::new();
    for (method, path, operation) in operations(&document) {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let path = fill(&document, &path, &parameters);
        let changes = method != "GET" || path.ends_with("/live");
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = || user.request(method.clone(), &path).json(&json!({}));
        let elsewhere = request().header("host", "evil.example").send().await.unwrap();
        let mut foreign = request();
        if path.ends_with("/live") {
            foreign = foreign.header("connection", "upgrade").header("upgrade", "websocket");
        }
        let mut foreign = foreign.build().unwrap();
        foreign.headers_mut().insert("origin", "http://evil.example".parse().unwrap());
        let foreign = http_client().execute(foreign).await.unwrap();
        for (what, answer, expected) in
            [("host", elsewhere, Some(421)), ("origin", foreign, changes.then_some(403))]
        {
            let headers = answer.headers();
            let guarded =
                headers["x-content-type-options"] == "nosniff" && headers["cache-control"] == "no-store";
            let status = answer.status().as_u16();
            if !guarded || expected.is_some_and(|expected| expected != status) {
                wrong.push(format!("{method} {path} with another {what}: {status}, guarded {guarded}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The status of an answer, and its sentence when it is a problem.
async fn ask(client: &Client, case: &Case) -> (u16, String) {
    let query: Vec<String> = case.query.iter().map(|(name, text)| format!("{name}={text}")).collect();
    let path =
        if query.is_empty() { case.path.clone() } else { format!("{}?{}", case.path, query.join("&")) };
    let request = client.request(case.method.clone(), &path);
    let request = match &case.body {
        Some(body) => request.json(body),
        None => request,
    };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap_or_default();
    (status, body["detail"].as_str().unwrap_or_default().to_owned())
}

fn cases(document: &Value, method: &str, path: &str, operation: &Value) -> Vec<Case> {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    // Headers are tried by the tests of what they are for.
    parameters.retain(|parameter| parameter["in"] != "header");
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let body = (!schema.is_null()).then(|| sample(document, schema));
    let required: Vec<(String, String)> = parameters
        .iter()
        .filter(|parameter| parameter["in"] == "query" && parameter["required"] == true)
        .map(|parameter| (name(parameter), text(&sample(document, &parameter["schema"]))))
        .collect();
    let mut cases = Vec::new();
    for parameter in &parameters {
        for Try { value, fits } in tries(document, &parameter["schema"], &name(parameter)) {
            if value.is_null() || (parameter["in"] == "path" && text(&value).is_empty()) {
                continue;
            }
            let mut query = whose(&required, &parameters, path, &name(parameter));
            let mut filled = path.to_owned();
            if parameter["in"] == "path" {
                filled = filled.replace(&format!("{{{}}}", name(parameter)), &text(&value));
            } else {
                query.retain(|(other, _)| *other != name(parameter));
                query.push((name(parameter), text(&value)));
            }
            let path = fill(document, &filled, &parameters);
            let place = name(parameter);
            cases.push(Case { method: method.clone(), path, query, body: body.clone(), place, fits });
        }
    }
    let path = fill(document, path, &parameters);
    let mut of_body = Vec::new();
    if let Some(body) = &body {
        places(document, schema, "", body, &mut of_body);
    }
    for Place { place, schema, body } in of_body {
        for Try { value, fits } in tries(document, &schema, &place) {
            let body = with(body.clone(), &place, value);
            let query = whose(&required, &parameters, &path, &place);
            let (method, path) = (method.clone(), path.clone());
            cases.push(Case { method, path, query, body: Some(body), place: place.clone(), fits });
        }
    }
    cases
}

/// A field of a body, and a body that has it.
struct Place {
    place: String,
    schema: Value,
    body: Value,
}

/// The query with somebody else's things in it, so that nothing happens to the one who asks; nobody's where a
/// process would be started.
fn whose(
    required: &[(String, String)],
    parameters: &[Value],
    path: &str,
    tried: &str,
) -> Vec<(String, String)> {
    let mut query = required.to_vec();
    if tried != "user" && parameters.iter().any(|other| other["in"] == "query" && other["name"] == "user") {
        let user = if path.contains("/service/") { "999999" } else { "3" };
        query.push(("user".to_owned(), user.to_owned()));
    }
    query
}

/// Every field of a body; fields of fields have dots in their names. One that has several forms is looked at in each.
fn places(document: &Value, schema: &Value, within: &str, body: &Value, found: &mut Vec<Place>) {
    let schema = resolved(document, schema);
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let place = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
        for form in forms(document, field) {
            let body = if form["properties"].is_object() {
                with(body.clone(), &place, sample(document, &form))
            } else {
                body.clone()
            };
            places(document, &form, &place, &body, found);
            found.push(Place { place: place.clone(), schema: form, body });
        }
    }
}

/// The forms that a value may have.
fn forms(document: &Value, schema: &Value) -> Vec<Value> {
    if let Some(name) = schema["$ref"].as_str() {
        return forms(document, document.pointer(name.trim_start_matches('#')).unwrap());
    }
    match schema["oneOf"].as_array() {
        Some(forms) => {
            forms.iter().filter(|form| form["type"] != "null").map(|form| resolved(document, form)).collect()
        }
        None => vec![schema.clone()],
    }
}

/// Values at and beyond the bounds of a schema, and of another kind.
fn tries(document: &Value, schema: &Value, place: &str) -> Vec<Try> {
    let schema = resolved(document, schema);
    let bound = |name: &str| schema[name].as_i64();
    let mut tries = Vec::new();
    let mut add = |value: Value, fits: bool| tries.push(Try { value, fits });
    if schema["enum"].is_array() {
        for value in schema["enum"].as_array().unwrap() {
            // Mail without TLS is a matter of how the daemon was started.
            if (place, value.as_str()) != ("security", Some("none")) {
                add(value.clone(), true);
            }
        }
        add(json!("none-of-them"), false);
    } else if is(&schema, "string") && schema["format"] == "date" {
        add(json!("2025-03-07"), true);
        add(json!("2025-03-7"), false);
    } else if is(&schema, "string") && schema["format"] == "date-time" {
        add(json!("2025-01-02T09:15:00Z"), true);
        add(json!("2025-01-02"), false);
    } else if schema["pattern"].as_str().is_some_and(|pattern| pattern.contains(':')) {
        add(json!("17:00"), true);
        add(json!("24:00"), false);
    } else if is(&schema, "boolean") {
        add(json!(true), true);
        add(json!("perhaps"), false);
    } else if is(&schema, "string") {
        let most = bound("maxLength").unwrap_or_else(|| panic!("{place} has no maxLength"));
        let least = bound("minLength").unwrap_or(0);
        for (length, fits) in [(least, true), (most, true), (least - 1, false), (most + 1, false)] {
            // A place in a list is one that was given out, or none.
            if length >= 0 && !(fits && place == "cursor") {
                add(json!(of_length(&schema, place, length)), fits);
            }
        }
    } else if is(&schema, "integer") {
        let least = bound("minimum").unwrap_or_else(|| panic!("{place} has no minimum"));
        let most = bound("maximum").unwrap_or_else(|| panic!("{place} has no maximum"));
        add(json!(least), true);
        add(json!(most), true);
        add(json!(least - 1), false);
        add(serde_json::from_str(&(i128::from(most) + 1).to_string()).unwrap(), false);
    } else if is(&schema, "array") {
        let most = bound("maxItems").unwrap_or_else(|| panic!("{place} has no maxItems"));
        let least = bound("minItems").unwrap_or(0);
        let item = sample(document, &schema["items"]);
        let list = |count: i64| json!(vec![item.clone(); usize::try_from(count).unwrap()]);
        add(list(least), true);
        add(list(most), true);
        add(list(most + 1), false);
        if least > 0 {
            add(list(least - 1), false);
        }
    } else if schema["maxProperties"].is_u64() {
        let fields = |count: u64| (0..count).map(|n| (format!("name{n}"), json!(1))).collect::<Map<_, _>>();
        let most = schema["maxProperties"].as_u64().unwrap();
        add(json!(fields(most)), true);
        add(json!(fields(most + 1)), false);
    }
    tries
}

/// A text of this length that the field may be.
fn of_length(schema: &Value, place: &str, length: i64) -> String {
    let length = usize::try_from(length).unwrap();
    match place {
        "from" => return mailbox_of_length(length),
        // An address of the machine, or a proxy with its port.
        "outbound" if length < 11 => return "::1".chars().cycle().take(length).collect(),
        "outbound" => return format!("http://{}:1", "a".repeat(length - 9)),
        // The number of a bot, a colon and at most a hundred characters that are secret.
        "token" if schema["maxLength"] == 121 => {
            let number = "1".repeat(length.saturating_sub(101).max(1));
            return format!("{number}:{}", "a".repeat(length.saturating_sub(number.len() + 1)));
        }
        _ => {}
    }
    let one = match schema["pattern"].as_str() {
        Some("^[+][0-9]+$") => return "+".chars().chain("1".repeat(length).chars()).take(length).collect(),
        Some("^[0-9]+$") => "1",
        Some("^[0-9a-f]+$") => "a",
        Some("^[A-Z0-9&-]+$") => "A",
        // Symbols of 32 characters.
        Some("^[A-Z0-9&,-]+$") => {
            return "A".repeat(32).chars().chain([',']).cycle().take(length).collect();
        }
        Some(pattern) if pattern.starts_with("^[a-z") || pattern.starts_with("^[A-Za-z") => "a",
        Some(pattern) => panic!("{place}: no text is known for {pattern}"),
        None => "abcdefghijklmnop",
    };
    one.chars().cycle().take(length).collect()
}

/// An address of a mailbox of this length; no part of its domain has more than 61 letters.
fn mailbox_of_length(length: usize) -> String {
    let domain = (2..length).map(|at| if at % 62 == 61 && at + 1 < length { '.' } else { 'a' });
    ['a', '@'].into_iter().chain(domain).take(length).collect()
}

fn with(body: Value, place: &str, value: Value) -> Value {
    let mut body = body;
    let pointer = format!("/{}", place.replace('.', "/"));
    match body.pointer_mut(&pointer) {
        Some(slot) => *slot = value,
        None => {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            if let Some(fields) = body.pointer_mut(parent).and_then(Value::as_object_mut) {
                fields.insert(name.to_owned(), value);
            }
        }
    }
    body
}

fn fill(document: &Value, path: &str, parameters: &[Value]) -> String {
    parameters.iter().filter(|parameter| parameter["in"] == "path").fold(
        path.to_owned(),
        |path, parameter| {
            path.replace(&format!("{{{}}}", name(parameter)), &text(&sample(document, &parameter["schema"])))
        },
    )
}

fn name(parameter: &Value) -> String {
    parameter["name"].as_str().unwrap().to_owned()
}

fn text(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    text.replace('+', "%2B")
}

fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)))
}

fn resolved(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return resolved(document, document.pointer(name.trim_start_matches('#')).unwrap());
    }
    let options = schema["oneOf"].as_array().into_iter().flatten();
    match options.clone().find(|option| option["type"] != "null") {
        Some(option) => resolved(document, option),
        None => schema.clone(),
    }
}

/// Something of a schema's form, of ids that nothing has.
fn sample(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    if is(&schema, "object") {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let fields = schema["properties"].as_object().cloned().unwrap_or_default();
        let needed = fields.into_iter().filter(|(name, _)| required.contains(&json!(name)));
        return needed.map(|(name, field)| (name, sample(document, &field))).collect();
    }
    match () {
        () if schema["format"] == "date" => json!("2025-03-07"),
        () if schema["pattern"].as_str().is_some_and(|pattern| pattern.contains(':')) => json!("17:00"),
        () if is(&schema, "string") => {
            json!(of_length(&schema, "", schema["minLength"].as_i64().unwrap_or(1).max(1)))
        }
        () if is(&schema, "integer") => {
            json!(999_999.min(schema["maximum"].as_i64().unwrap()).max(schema["minimum"].as_i64().unwrap()))
        }
        () if is(&schema, "boolean") => json!(false),
        () if is(&schema, "array") => json!([sample(document, &schema["items"])]),
        () => Value::Null,
    }
}
