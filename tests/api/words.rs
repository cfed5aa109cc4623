//! What is refused is refused in words that name what is meant: also by the readers of single types.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::{Answer, Client, Console};
use crate::support::{MONDAY, at};
use crate::world::{World, filled, operations};

/// The form of names of tasks and strategies, which have readers of their own.
const NAME: &str = "^[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*$";

async fn detail(client: &Client, method: &str, path: &str, body: &str) -> String {
    let request = client.request(Method::from_bytes(method.as_bytes()).unwrap(), path);
    let request = request.header("content-type", "application/json").body(body.to_owned());
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(answer.status, 400, "{method} {path}: {}", answer.text);
    answer.json()["detail"].as_str().unwrap().to_owned()
}

/// The pattern of a parameter, which may stand under a name of its own.
fn pattern(document: &Value, parameter: &Value) -> Value {
    let schema = &parameter["schema"];
    let mut named = schema["oneOf"].as_array().into_iter().flatten().chain([schema]);
    let name = named.find_map(|option| option["$ref"].as_str());
    match name {
        Some(name) => document.pointer(name.trim_start_matches('#')).unwrap()["pattern"].clone(),
        None => schema["pattern"].clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_cannot_be_meant_is_refused_with_its_parameter_and_what_a_name_is() {
    let world = World::new().await;
    let document = world.document().await;
    let admin = world.console.admin().await;
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for (method, path, operation) in operations(&document) {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in parameters.iter().filter(|parameter| pattern(&document, parameter) == NAME) {
            let name = parameter["name"].as_str().unwrap();
            for bad in ["-1", "Abc", "%C3%A9"] {
                let asked_for = if parameter["in"] == "path" {
                    filled(&path.replace(&format!("{{{name}}}"), bad))
                } else {
                    format!("{}?{name}={bad}", filled(&path))
                };
                let request = admin.request(Method::from_bytes(method.as_bytes()).unwrap(), &asked_for);
                let answer = Answer::of(request.send().await.unwrap()).await;
                let said = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
                asked += 1;
                let well_said = said.starts_with(&format!("{name}: \"")) && said.contains(" such as ");
                if answer.status != 400 || !well_said {
                    wrong.push(format!("{method} {asked_for}: {} {said}", answer.status));
                }
            }
        }
    }
    assert!(wrong.is_empty() && asked > 60, "{asked}\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_called_by_its_name() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let admin = console.admin().await;
    let nameless = detail(&admin, "GET", "/api/v1/orders/summary?&&=&", "").await;
    assert!(nameless.starts_with("a parameter without a name is no parameter of this: "), "{nameless}");
    let far = format!(r#"{{"ids":[1{}]}}"#, "0".repeat(30));
    let far = detail(&admin, "POST", "/api/v1/signals/reject", &far).await;
    assert!(far.starts_with("ids[0] is a whole number from ") && far.ends_with("; this is 1e+30"), "{far}");
    let calendar = "the calendar cannot be read";
    for (body, expected) in [
        ("7", format!("{calendar}: it is an object, not a number")),
        ("{", format!("{calendar}: it ends before its JSON does")),
        (r#"{"yeras": {}}"#, format!("{calendar} at yeras: yeras is no field of this: as_of, ")),
    ] {
        let said = detail(&admin, "POST", "/api/v1/calendar/preview", body).await;
        assert!(said.starts_with(&expected), "{said}");
    }
    let manifest = |body: Value| {
        let admin = admin.clone();
        async move { detail(&admin, "PUT", "/api/v1/tasks/small", &body.to_string()).await }
    };
    assert_eq!(manifest(json!({})).await, "the manifest does not read: name is missing");
    let said = manifest(json!({ "name": 7 })).await;
    assert_eq!(said, "the manifest does not read: name: it is a text, not a number");
}
