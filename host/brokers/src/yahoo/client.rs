//! One request over the net, bounded in time and size.

use std::time::Duration;

use ureq::{Agent, Error};

use super::settings::YahooSettings;
use super::wire::Trouble;

/// Most bytes of an answer: ten years of days are some 250 kB.
const MOST_BYTES: u64 = 8 << 20;

/// What it is told of who asks. The agents of libraries are locked out at once.
const AGENT: &str = "Mozilla/5.0 (compatible; Prahari)";

/// Sends requests to one host, and goes where nobody sends it.
#[derive(Clone)]
pub(super) struct Client {
    agent: Agent,
    url: String,
    deadline: Duration,
}

impl Client {
    /// A client of the host that the settings name.
    pub fn new(settings: &YahooSettings) -> Self {
        let secure = settings.url.starts_with("https://");
        let config = Agent::config_builder()
            // A refusal is an answer here, with a reason in its body.
            .http_status_as_error(false)
            .https_only(secure)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(1)
            .timeout_global(Some(settings.deadline))
            .user_agent(AGENT)
            .accept("application/json");
        // Without TLS it is a server beside this one, which no proxy reaches.
        let config = if secure { config } else { config.proxy(None) };
        let (agent, url) = (config.build().into(), settings.url.trim_end_matches('/').to_owned());
        Self { agent, url, deadline: settings.deadline }
    }

    /// Asks for a path; the status and the body of the answer.
    ///
    /// # Errors
    /// [`Trouble::Passing`] when there is no whole answer in time.
    pub async fn get(&self, path: &str) -> Result<(u16, Vec<u8>), Trouble> {
        let (client, path) = (self.clone(), path.to_owned());
        let asked = tokio::task::spawn_blocking(move || client.ask(&path)).await;
        asked.unwrap_or_else(|error| Err(Trouble::Passing(error.to_string())))
    }

    fn ask(&self, path: &str) -> Result<(u16, Vec<u8>), Trouble> {
        let asked = self.agent.get(format!("{}{path}", self.url)).call();
        let mut answer = asked.map_err(|error| self.trouble(&error))?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(MOST_BYTES).read_to_vec();
        Ok((status, body.map_err(|error| self.trouble(&error))?))
    }

    fn trouble(&self, error: &Error) -> Trouble {
        match error {
            Error::Timeout(_) => {
                Trouble::Passing(format!("it does not answer within {} s", self.deadline.as_secs_f32()))
            }
            Error::BodyExceedsLimit(_) => {
                Trouble::Lasting(format!("it answers with more than {MOST_BYTES} bytes"))
            }
            other => Trouble::Passing(format!("it cannot be asked: {other}")),
        }
    }
}
