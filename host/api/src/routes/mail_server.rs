//! `/api/v1/system/carriers/email`: the mail server of the installation. Its password goes in and does not come out again.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::channels::{Mail, MailLogIn, MailSecurity, MailServer, security_name};
use prahari_secrets::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::AdminPerson;
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Instant, sentence};

/// Most characters of a password.
const LONGEST_PASSWORD: usize = 256;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(set, remove))
}

/// How a mail server is spoken with.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MailSecurityKind {
    /// TLS from the first byte, usually on port 465.
    Tls,
    /// TLS once the server was asked for it, usually on port 587; without it nothing is sent.
    Starttls,
    /// Without TLS, where the operator allows a mail server of this machine.
    None,
}

/// The mail server of the installation, without its password.
#[derive(Serialize, ToSchema)]
pub(super) struct MailServerBody {
    /// Name or number of its host.
    host: String,
    /// Port that it listens on.
    port: u16,
    /// How it is spoken with.
    security: MailSecurityKind,
    /// Name under which the installation logs in there; null when it does not.
    #[schema(required)]
    user: Option<String>,
    /// Address that messages are from.
    from: String,
    /// Time at which it was set, by the system's clock.
    changed_at: Instant,
}

/// Body that sets the mail server.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MailServerRequest {
    /// Name or number of its host.
    #[schema(min_length = 1, max_length = 253)]
    host: String,
    /// Port that it listens on.
    #[schema(minimum = 1, maximum = 65535)]
    port: u16,
    /// How it is spoken with.
    security: MailSecurityKind,
    /// Name under which the installation logs in there; left out when it asks for none.
    #[schema(min_length = 1, max_length = 254)]
    user: Option<String>,
    /// Password of that user; left out to keep the one that is set. It is not shown again.
    #[schema(value_type = Option<String>, format = Password, min_length = 1, max_length = 256)]
    password: Option<Secret>,
    /// Address that messages are from.
    #[schema(min_length = 3, max_length = 254)]
    from: String,
}

/// Makes a mail server the one of the installation, once it has let the installation in.
#[utoipa::path(put, path = "/api/v1/system/carriers/email", operation_id = "set_mail_server", tag = "channels", request_body = MailServerRequest,
    responses((status = OK, body = MailServerBody)))]
async fn set(
    State(api): State<Api>,
    AdminPerson(person): AdminPerson,
    Json(body): Json<MailServerRequest>,
) -> Result<Json<MailServerBody>, Problem> {
    let server = server_of(&api, body)?;
    api.channels.check_mail(&server)?;
    let user = server.log_in.as_ref().map(|log_in| log_in.user.as_str());
    let details = json!({
        "kind": "email", "host": server.host, "port": server.port,
        "security": security_name(server.security), "user": user, "from": server.from,
    });
    api.audit(&person.caller, "carrier.set", "system", details).await?;
    Ok(Json(api.channels.set_mail(server).await?.into()))
}

/// Leaves the installation without a mail server. Mailboxes stay channels, and their messages wait for another for a day.
#[utoipa::path(delete, path = "/api/v1/system/carriers/email", operation_id = "remove_mail_server", tag = "channels",
    responses((status = NO_CONTENT)))]
async fn remove(State(api): State<Api>, AdminPerson(person): AdminPerson) -> Result<StatusCode, Problem> {
    api.audit(&person.caller, "carrier.remove", "system", json!({ "kind": "email" })).await?;
    api.channels.remove_mail().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The server that a body means. A password that is left out is the one that the same user has at the same host.
fn server_of(api: &Api, body: MailServerRequest) -> Result<MailServer, Problem> {
    let MailServerRequest { host, port, security, user, password, from } = body;
    let (host, from) = (sentence("host", &host)?.to_owned(), sentence("from", &from)?.to_owned());
    let log_in = match user {
        None if password.is_some() => return Err(Problem::invalid("user: a password needs one")),
        None => None,
        Some(user) => {
            let user = sentence("user", &user)?.to_owned();
            let kept = || kept_password(api, &host, &user);
            let password = password.or_else(kept);
            let password =
                password.filter(|password| (1..=LONGEST_PASSWORD).contains(&password.expose().len()));
            let wanted = || Problem::invalid(format!("password: 1 to {LONGEST_PASSWORD} characters"));
            Some(MailLogIn { user, password: password.ok_or_else(wanted)? })
        }
    };
    Ok(MailServer { host, port, security: security.into(), log_in, from })
}

/// A password is kept for the host that it was given for: it is handed to no other.
fn kept_password(api: &Api, host: &str, user: &str) -> Option<Secret> {
    let server = api.channels.mail()?.server;
    let log_in = server.log_in.filter(|log_in| server.host == host && log_in.user == user)?;
    Some(log_in.password)
}

impl From<Mail> for MailServerBody {
    fn from(Mail { server, changed_at }: Mail) -> Self {
        Self {
            host: server.host,
            port: server.port,
            security: server.security.into(),
            user: server.log_in.map(|log_in| log_in.user),
            from: server.from,
            changed_at: Instant(changed_at),
        }
    }
}

impl From<MailSecurity> for MailSecurityKind {
    fn from(security: MailSecurity) -> Self {
        match security {
            MailSecurity::Tls => Self::Tls,
            MailSecurity::Starttls => Self::Starttls,
            MailSecurity::None => Self::None,
        }
    }
}

impl From<MailSecurityKind> for MailSecurity {
    fn from(security: MailSecurityKind) -> Self {
        match security {
            MailSecurityKind::Tls => Self::Tls,
            MailSecurityKind::Starttls => Self::Starttls,
            MailSecurityKind::None => Self::None,
        }
    }
}
