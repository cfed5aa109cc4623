//! `/api/v1/user/broker/credentials`: what a broker's log-in needs. It goes in and never comes out.

use std::net::IpAddr;

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::accounts::KeptCredentials;
use prahari_app::vault::KotakCredentials;
use prahari_secrets::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Caller, Person};
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::Instant;

const BROKER: &str = "kotak_neo";
const LONGEST: usize = 256;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show, save, delete))
}

/// What a log-in at Kotak Neo needs. What is left out is not kept either.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The access token of the trade API.
    #[schema(value_type = Option<String>, format = Password, min_length = 8, max_length = 256)]
    consumer_key: Option<Secret>,
    /// Mobile number with country code, such as +910000000001.
    #[schema(value_type = Option<String>, min_length = 9, max_length = 16, pattern = "^[+][0-9]+$")]
    mobile: Option<Secret>,
    /// Unique client code (UCC) at the broker.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 16, pattern = "^[A-Za-z0-9]+$")]
    ucc: Option<Secret>,
    /// Six-digit trading PIN (MPIN).
    #[schema(value_type = Option<String>, format = Password, min_length = 6, max_length = 6, pattern = "^[0-9]+$")]
    mpin: Option<Secret>,
    /// Secret of the authenticator that is registered with the broker, in base32.
    #[schema(value_type = Option<String>, format = Password, min_length = 16, max_length = 256, pattern = "^[A-Z2-7=]+$")]
    totp_secret: Option<Secret>,
    /// How calls to the broker leave the daemon's machine: one of its addresses, or an HTTP proxy such as
    /// `http://name:password@192.0.2.7:3128`. Left out as the system routes them.
    #[schema(value_type = Option<String>, format = Password, min_length = 3, max_length = 256)]
    outbound: Option<Secret>,
}

/// Which credentials are stored, without their values.
#[derive(Serialize, ToSchema)]
struct MaskedCredentials {
    /// The broker that they are for.
    broker: &'static str,
    /// The names of the fields that are set; empty when there are none.
    fields: Vec<String>,
    /// Time at which they were saved, by the system's clock; null when there are none.
    updated_at: Option<Instant>,
}

/// Which of the caller's credentials are set, and since when.
#[utoipa::path(get, path = "/api/v1/user/broker/credentials", operation_id = "broker_credentials", tag = "credentials",
    responses((status = OK, body = MaskedCredentials)))]
async fn show(State(api): State<Api>, caller: Caller) -> Result<Json<MaskedCredentials>, Problem> {
    Ok(Json(api.accounts.kept_credentials(caller.0.user).await?.into()))
}

/// Replaces the caller's credentials.
#[utoipa::path(put, path = "/api/v1/user/broker/credentials", operation_id = "save_broker_credentials", tag = "credentials", request_body = Credentials,
    responses((status = OK, body = MaskedCredentials)))]
async fn save(
    State(api): State<Api>,
    person: Person,
    Json(body): Json<Credentials>,
) -> Result<Json<MaskedCredentials>, Problem> {
    let credentials = checked(body)?;
    let user = person.caller.0.user;
    let details = json!({ "broker": BROKER, "fields": credentials.fields() });
    api.audit(&person.caller, "credentials.save", format!("user {user}"), details).await?;
    let kept = api.accounts.save_credentials(user, BROKER, &credentials).await?;
    api.daemon.users_admin.credentials_changed(user).await?;
    Ok(Json(kept.into()))
}

/// Deletes the caller's credentials.
#[utoipa::path(delete, path = "/api/v1/user/broker/credentials", operation_id = "delete_broker_credentials", tag = "credentials",
    responses((status = NO_CONTENT)))]
async fn delete(State(api): State<Api>, person: Person) -> Result<StatusCode, Problem> {
    let user = person.caller.0.user;
    api.audit(&person.caller, "credentials.delete", format!("user {user}"), json!({})).await?;
    api.accounts.delete_credentials(user).await?;
    api.daemon.users_admin.credentials_changed(user).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<KeptCredentials> for MaskedCredentials {
    fn from(KeptCredentials { fields, updated_at }: KeptCredentials) -> Self {
        Self { broker: BROKER, fields, updated_at: updated_at.map(Instant) }
    }
}

/// Refuses values that cannot be meant; says which, and not what they are.
fn checked(body: Credentials) -> Result<KotakCredentials, Problem> {
    let Credentials { consumer_key, mobile, ucc, mpin, totp_secret, outbound } = body;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let printable = |text: &str| text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic());
    let phone = |text: &str| {
        text.strip_prefix('+').is_some_and(|number| digits(number) && (8..=15).contains(&number.len()))
    };
    let base32 = |text: &str| {
        printable(text)
            && text.len() >= 16
            && text.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7' | b'='))
    };
    let code = |text: &str| text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let credentials = KotakCredentials {
        consumer_key: field("consumer_key", "8 to 256 printable characters", consumer_key, |text| {
            text.len() >= 8 && printable(text)
        })?,
        mobile: field("mobile", "a + and 8 to 15 digits", mobile, phone)?,
        ucc: field("ucc", "1 to 16 letters and digits", ucc, |text| !text.is_empty() && code(text))?,
        mpin: field("mpin", "6 digits", mpin, |text| text.len() == 6 && digits(text))?,
        totp_secret: field("totp_secret", "16 or more characters of base32", totp_secret, base32)?,
        outbound: field("outbound", "an IP address, or http://HOST:PORT of a proxy", outbound, is_way_out)?,
    };
    if credentials.fields().is_empty() {
        return Err(Problem::invalid("none of the fields is given; delete the credentials to have none"));
    }
    Ok(credentials)
}

/// Whether calls can leave so: from an address that is none of many, or through a proxy that is named with its port.
fn is_way_out(text: &str) -> bool {
    if let Ok(address) = text.parse::<IpAddr>() {
        return !address.is_unspecified() && !address.is_multicast();
    }
    let Some(rest) = text.strip_prefix("http://") else { return false };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let Some((host, port)) = place.rsplit_once(':') else { return false };
    let is_host = !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_[]:".contains(&byte));
    let has_port = port.parse::<u16>().is_ok_and(|port| port > 0);
    is_host && has_port && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn field(
    name: &str,
    form: &str,
    value: Option<Secret>,
    fits: impl Fn(&str) -> bool,
) -> Result<Option<String>, Problem> {
    match value {
        Some(value) if !fits(value.expose()) => Err(Problem::invalid(format!("{name}: {form}"))),
        value => Ok(value.map(|value| value.expose().to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_out_is_an_address_or_a_proxy_with_its_port() {
        for good in [
            "192.0.2.7",
            "2001:db8::1",
            "http://proxy.example:3128",
            "http://a:b@192.0.2.7:3128/",
            "http://[::1]:1",
        ] {
            assert!(is_way_out(good), "{good}");
        }
        for bad in [
            "",
            "0.0.0.0",
            "224.0.0.1",
            "proxy.example",
            "http://proxy.example",
            "https://proxy.example:1",
            "http://:80",
            "http://a:0",
            "http://a b:80",
            "http://a/b:80",
            "socks5://a:1",
            "http://a:99999",
        ] {
            assert!(!is_way_out(bad), "{bad}");
        }
        assert!(!is_way_out(&format!("http://{}:80", "a".repeat(LONGEST))));
    }
}
