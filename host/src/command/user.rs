//! `prahari user`: the users of a running daemon, by a log-in of an admin.

use std::process::ExitCode;

use serde::Deserialize;
use serde_json::json;

use super::remote::Person;
use crate::cli::{UserCommand, UserOptions};
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
    }
    Ok(ExitCode::SUCCESS)
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
