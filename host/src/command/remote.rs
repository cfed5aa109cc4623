//! A running daemon, as commands reach it: over its HTTP interface, with an API token.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::{Agent, http};

use crate::exit::Failure;
use crate::given_file;

/// Far more than a token has, with the white space around it.
const MOST_TOKEN_BYTES: usize = 4096;

/// A resource of a running daemon.
pub struct Remote {
    agent: Agent,
    base: String,
    token: String,
    resource: &'static str,
}

impl Remote {
    /// The resource at this path of the daemon at an address. The token stands in the file, or in the environment
    /// variable `PRAHARI_TOKEN`.
    pub fn at(url: &str, token_file: Option<&Path>, resource: &'static str) -> Result<Self, Failure> {
        Ok(Self { agent: agent(), base: base(url)?, token: token(token_file)?, resource })
    }

    /// Asks for something that is answered with JSON.
    pub fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, Failure> {
        let answer = self.tell(method, path, body)?;
        serde_json::from_str(&answer).map_err(Failure::work)
    }

    /// Asks for something whose answer is a text, or needs none.
    pub fn tell(&self, method: &str, path: &str, body: Option<Value>) -> Result<String, Failure> {
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(method, path, "application/json", text.as_bytes())
    }

    /// Sends a file as it is.
    pub fn upload<T: DeserializeOwned>(&self, path: &str, kind: &str, bytes: &[u8]) -> Result<T, Failure> {
        let answer = self.send("POST", path, kind, bytes)?;
        serde_json::from_str(&answer).map_err(Failure::work)
    }

    fn send(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<String, Failure> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{}{path}", self.base, self.resource))
            .header("authorization", format!("Bearer {}", self.token));
        if !body.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = request.body(body).map_err(Failure::input)?;
        let answer = self.agent.run(request);
        let mut answer = answer.map_err(|error| Failure::work(format!("{}: {error}", self.base)))?;
        let status = answer.status();
        let text = answer.body_mut().read_to_string().map_err(Failure::work)?;
        if status.is_success() {
            return Ok(text);
        }
        let problem = serde_json::from_str::<Problem>(&text);
        let sentence =
            problem.map_or_else(|_| format!("the daemon answered {status}"), |problem| problem.detail);
        if status.is_client_error() { Err(Failure::input(sentence)) } else { Err(Failure::work(sentence)) }
    }
}

/// Problem document of a refused request.
#[derive(Deserialize)]
struct Problem {
    detail: String,
}

fn agent() -> Agent {
    // A problem is an answer here, with a sentence in its body.
    Agent::config_builder().http_status_as_error(false).build().into()
}

fn base(url: &str) -> Result<String, Failure> {
    if url.starts_with("http://") {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    Err(Failure::input(format!("{url} is not an address such as http://127.0.0.1:8700")))
}

fn token(file: Option<&Path>) -> Result<String, Failure> {
    let token = match file {
        Some(file) => {
            let bytes = given_file::read("token", file, MOST_TOKEN_BYTES)?;
            String::from_utf8(bytes).map_err(|_| {
                Failure::input(format!("cannot read the token {}: it is not text", file.display()))
            })?
        }
        None => std::env::var("PRAHARI_TOKEN").map_err(|_| {
            Failure::input(
                "an API token is needed: in --token-file, or in the environment variable PRAHARI_TOKEN",
            )
        })?,
    };
    Ok(token.trim().to_owned())
}
