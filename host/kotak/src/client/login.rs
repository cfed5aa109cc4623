//! The two steps of a login, and the address that the broker sees.

use prahari_secrets::Secret;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{API, KotakClient};
use crate::credentials::Credentials;
use crate::error::{Call, KotakError};
use crate::http::reach::below;
use crate::session::Session;
use crate::wire::login::{Keys, Opened, keys, opened};
use crate::wire::{body, row::Row};

impl KotakClient {
    fn login_request(&self, path: &str, body: &Value) -> RequestBuilder {
        self.http
            .trading
            .post(below(&self.settings.login, path))
            .header("Authorization", self.access_token.expose())
            .header("neo-fin-key", API)
            .json(body)
    }

    /// The first step, with the one-time code.
    pub(crate) async fn log_in(&self, who: &Credentials, code: &Secret) -> Result<Keys, KotakError> {
        let body = json!({
            "mobileNumber": who.mobile.expose(),
            "ucc": who.client_code.expose(),
            "totp": code.expose(),
        });
        let answer = self.ask(Call::LogIn, self.login_request("login/1.0/tradeApiLogin", &body)).await?;
        keys(&answer, &self.masker).map_err(|why| body::misread(Call::LogIn, why))
    }

    /// The second step, with the PIN.
    pub(crate) async fn validate(&self, who: &Credentials, view: &Keys) -> Result<Opened, KotakError> {
        let request = self
            .login_request("login/1.0/tradeApiValidate", &json!({ "mpin": who.pin.expose() }))
            .header("sid", view.sid.expose())
            .header("Auth", view.token.expose());
        let answer = self.ask(Call::Validate, request).await?;
        opened(&answer, self.reach, &self.masker).map_err(|why| body::misread(Call::Validate, why))
    }

    /// The address from which the broker sees us.
    pub(crate) async fn address(&self, session: &Session) -> Result<String, KotakError> {
        let request = self
            .open_request(below(&self.settings.login, "login/1.0/get-client-ip"))
            .header("Auth", session.token.expose())
            .header("Sid", session.sid.expose());
        let answer = self.ask(Call::Address, request).await?;
        address_in(&answer)
    }
}

/// The address in the answer to the question for it.
///
/// # Errors
/// When there is none.
pub(super) fn address_in(answer: &Value) -> Result<String, KotakError> {
    let row = answer.get("data").and_then(|data| data.get(0).or(Some(data)));
    let row = Row::new("the address", row.unwrap_or(&Value::Null));
    let found = row.and_then(|row| row.need_text("ip")).map_err(|why| body::misread(Call::Address, why))?;
    let is_address = found.parse::<std::net::IpAddr>().is_ok();
    if is_address { Ok(found) } else { Err(body::misread(Call::Address, "it is no address")) }
}
