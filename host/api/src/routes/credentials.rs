//! `/api/v1/user/broker/credentials`: what a broker's log-in needs. It goes in and never comes out.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::accounts::{KeptCredentials, check_way_out};
use prahari_app::vault::KotakCredentials;
use prahari_secrets::{OneTimeCodes, Secret};
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

/// The broker that they are for, by the name that it has everywhere.
const BROKER: &str = "kotak-neo";

/// Longest value that is taken, in bytes.
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
    /// Secret of the authenticator that is registered with the broker, in base32 as its app shows it: of 10 bytes (16 characters) or
    /// more, in capitals or not, with or without blanks, hyphens and padding. Left out by whoever types a code each morning.
    #[schema(value_type = Option<String>, format = Password, min_length = 16, max_length = 256, pattern = "^[A-Za-z2-7 -]+=*$")]
    totp_secret: Option<Secret>,
    /// How calls to the broker leave the daemon's machine: one of its addresses, which is tried by binding a socket to it, or an HTTP
    /// proxy such as `http://name:password@192.0.2.7:3128`, which is not asked. Left out as the system routes them.
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

/// Deletes the caller's credentials. Refused while the caller trades over their broker and has orders or positions there.
#[utoipa::path(delete, path = "/api/v1/user/broker/credentials", operation_id = "delete_broker_credentials", tag = "credentials",
    responses((status = NO_CONTENT)))]
async fn delete(State(api): State<Api>, person: Person) -> Result<StatusCode, Problem> {
    let user = person.caller.0.user;
    api.daemon.users_admin.check_credentials_spare(user, BROKER).await?;
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
    // Line breaks and blanks of other kinds are no part of a secret, though no code would suffer from them.
    let one_line = |text: &str| text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let base32 =
        |text: &str| text.len() <= LONGEST && one_line(text) && OneTimeCodes::from_base32(text).is_some();
    let code = |text: &str| text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let credentials = KotakCredentials {
        consumer_key: field("consumer_key", "8 to 256 printable characters", consumer_key, |text| {
            text.len() >= 8 && printable(text)
        })?,
        mobile: field("mobile", "a + and 8 to 15 digits", mobile, phone)?,
        ucc: field("ucc", "1 to 16 letters and digits", ucc, |text| !text.is_empty() && code(text))?,
        mpin: field("mpin", "6 digits", mpin, |text| text.len() == 6 && digits(text))?,
        totp_secret: field(
            "totp_secret",
            "16 or more characters of base32, as the app shows them",
            totp_secret,
            base32,
        )?,
        outbound: way_out(outbound)?,
    };
    if credentials.fields().is_empty() {
        return Err(Problem::invalid("none of the fields is given; delete the credentials to have none"));
    }
    Ok(credentials)
}

fn way_out(given: Option<Secret>) -> Result<Option<String>, Problem> {
    let Some(given) = given else { return Ok(None) };
    check_way_out(given.expose()).map_err(|why| Problem::invalid(format!("outbound: {why}")))?;
    Ok(Some(given.expose().to_owned()))
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

    fn with_secret(text: &str) -> Result<KotakCredentials, Problem> {
        let nothing = || None;
        checked(Credentials {
            consumer_key: nothing(),
            mobile: nothing(),
            ucc: nothing(),
            mpin: nothing(),
            totp_secret: Some(Secret::new(text.to_owned())),
            outbound: nothing(),
        })
    }

    #[test]
    fn a_secret_of_an_authenticator_is_taken_as_its_app_shows_it_and_not_when_no_code_can_be_made() {
        // The shortest has 10 bytes.
        for good in
            ["GEZDGNBVGY3TQOJQ", "gezd gnbv gy3t qojq", "GEZD-GNBV-GY3T-QOJQ", "GEZDGNBVGY3TQOJQGE======"]
        {
            assert_eq!(with_secret(good).unwrap().totp_secret.as_deref(), Some(good), "{good}");
        }
        for bad in [
            "=",
            "================",
            "GEZDGNBVGY3TQO",
            "GEZD=GNBVGY3TQOJQ",
            "GEZDGNBVGY3TQOJ1",
            "GEZDGNBV\nGY3TQOJQ",
            "GEZDGNBVGY3TQOJQ\r\n",
            "GEZDGNBV\tGY3TQOJQ",
            "GEZDGNBV\u{a0}GY3TQOJQ",
            &"GEZDGNBV".repeat(33),
        ] {
            let refused = format!("{:?}", with_secret(bad).unwrap_err());
            assert!(refused.contains("totp_secret: 16 or more characters of base32"), "{refused}");
            assert!(bad == "=" || !refused.contains(bad), "{refused}");
        }
    }
}
