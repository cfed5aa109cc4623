//! `prahari user`: the users of a running daemon, by a log-in of an admin.

use std::process::ExitCode;

use prahari_domain::numbers::counted;
use serde::Deserialize;
use serde_json::json;

use super::remote::Person;
use crate::cli::{ChaosFlags, UserCommand, UserOptions};
use crate::exit::{Failure, say};

/// Most users that are asked for at a time.
const PAGE: u32 = 500;

/// Does what a command says, and tells what became of it.
pub fn user(options: &UserOptions) -> Result<ExitCode, Failure> {
    let person = Person::log_in(&options.person)?;
    let (daemon, url) = (&person.remote, options.person.url.trim_end_matches('/'));
    match &options.command {
        UserCommand::Add { name, admin, capital } => {
            let role = if *admin { "admin" } else { "user" };
            let capital = capital.map(|rupees| i64::from(rupees) * 100);
            let body = json!({ "name": name, "role": role, "capital_paise": capital });
            daemon.show("POST", "/users", Some(body), |added: Added| {
                say!("user {} is {name}, {role}", added.link.user);
                added.link.print(url);
            })?;
        }
        UserCommand::Reset { name, remove_totp } => {
            let id = find(&person, name)?;
            let body = json!({ "remove_totp": remove_totp });
            let path = format!("/users/{id}/reset-link");
            daemon.show("POST", &path, Some(body), |link: Link| link.print(url))?;
        }
        UserCommand::List => {
            let path = format!("/users?limit={PAGE}");
            daemon.show("GET", &path, None, |users: Users| users.print())?;
        }
        UserCommand::Chaos { name, off: true, .. } => {
            let path = chaos_of(&person, name)?;
            let done = format!("the paper broker of {name} is well again");
            daemon.done("DELETE", &path, None, &done)?;
        }
        UserCommand::Chaos { name, modes, until, off: false } => {
            let path = chaos_of(&person, name)?;
            let ChaosFlags { late_ms, lose_every, lag_ms, down } = modes;
            let is_asked = *down || [late_ms, lose_every, lag_ms].iter().any(|it| it.is_some());
            let body = json!({
                "late_ms": late_ms, "lose_every": lose_every, "lag_ms": lag_ms, "down": down, "until": until,
            });
            let (method, body) = if is_asked { ("PUT", Some(body)) } else { ("GET", None) };
            daemon.show(method, &path, body, |answer: ChaosAnswer| answer.print(name))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the path of a user's simulated broker that misbehaves.
fn chaos_of(person: &Person, name: &str) -> Result<String, Failure> {
    Ok(format!("/users/{}/chaos", find(person, name)?))
}

/// Returns the number of the user of a name.
fn find(person: &Person, name: &str) -> Result<u64, Failure> {
    let mut path = format!("/users?limit={PAGE}");
    loop {
        let users: Users = person.remote.ask("GET", &path, None)?;
        if let Some(user) = users.items.iter().find(|user| user.name == name) {
            return Ok(user.id);
        }
        let Some(next) = users.next else { return Err(Failure::input(format!("there is no user {name:?}"))) };
        path = format!("/users?limit={PAGE}&cursor={next}");
    }
}

#[derive(Deserialize)]
struct Added {
    link: Link,
}

/// A one-time link.
#[derive(Deserialize)]
struct Link {
    user: u64,
    token: String,
}

impl Link {
    fn print(&self, url: &str) {
        say!("The password is chosen here, within a day: {url}/#reset={}", self.token);
    }
}

#[derive(Deserialize)]
struct ChaosAnswer {
    chaos: Option<Chaos>,
}

#[derive(Deserialize)]
struct Chaos {
    late_ms: Option<u32>,
    lose_every: Option<u32>,
    lag_ms: Option<u32>,
    down: bool,
    since: String,
    until: String,
    late_answers: u64,
    lost_answers: u64,
    lagging_books: u64,
    refused_calls: u64,
}

impl ChaosAnswer {
    fn print(&self, name: &str) {
        let Some(chaos) = &self.chaos else { return say!("the paper broker of {name} is well") };
        let Chaos { late_ms, lose_every, lag_ms, down, since, until, .. } = chaos;
        let Chaos { late_answers, lost_answers, lagging_books, refused_calls, .. } = chaos;
        say!("the paper broker of {name} misbehaves on purpose from {since} to {until}:");
        if *down {
            say!("  no call arrives; {refused_calls} did not");
        }
        if let Some(ms) = late_ms {
            say!("  answers come {ms} ms late; {late_answers} did");
        }
        if let Some(every) = lose_every {
            say!("  one answer to an order in {every} is lost; {}", counted(*lost_answers, "was", "were"));
        }
        if let Some(ms) = lag_ms {
            let books = counted(*lagging_books, "answer", "answers");
            say!("  the order book lags by {ms} ms; {books} left something out");
        }
    }
}

#[derive(Deserialize)]
struct Users {
    items: Vec<User>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    name: String,
    role: String,
    active: bool,
    broker: String,
}

impl Users {
    fn print(&self) {
        for User { id, name, role, active, broker } in &self.items {
            let state = if *active { "" } else { ", not active" };
            say!("{id} {name}: {role}, {broker}{state}");
        }
        if self.next.is_some() {
            say!("and more: `prahari api get /users` shows them page by page");
        }
    }
}
