//! Errors as RFC 9457 problem details with a stable code.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use prahari_app::error::AppError;
use prahari_domain::settings::SettingsError;
use prahari_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, for programs. Names are stable; the sentence beside them is for people and may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request cannot be read: its JSON, a field, a parameter.
    InvalidRequest,
    /// Nobody is signed in, or no longer.
    NotSignedIn,
    /// Only an admin may do this.
    AdminOnly,
    /// Name or password is wrong.
    WrongCredentials,
    /// A one-time code is needed as well.
    CodeRequired,
    /// The one-time code is wrong or was used before.
    WrongCode,
    /// The present password that was given is another.
    WrongPassword,
    /// Too many attempts failed; `Retry-After` says when the next is heard.
    TooManyAttempts,
    /// A change that does not come from the console's own page.
    ForeignOrigin,
    /// The API token's scope does not cover this.
    TokenScope,
    /// This can be done with a session only, not with an API token.
    SessionRequired,
    /// The one-time link was used, is too old, or never was.
    LinkUnusable,
    /// The password is too easy to guess.
    WeakPassword,
    /// Another user has this name.
    NameTaken,
    /// Nobody else could let anybody in any more.
    LastAdmin,
    /// No authenticator was begun with.
    TotpNotBegun,
    /// The user is not active.
    UserInactive,
    /// Somebody else changed the settings first.
    SettingsChanged,
    /// The schedule does not fit its task, or its script cannot be used.
    InvalidSchedule,
    /// Somebody else changed the schedules first.
    ScheduleChanged,
    /// Individual services wait while the unified one runs.
    UnifiedServiceRunning,
    /// The service of another admin runs the analysis for everybody.
    AnalysisServed,
    /// There is no such thing, or it is none of the caller's business.
    NotFound,
    /// The path exists, but not with this method.
    MethodNotAllowed,
    /// The body is larger than is read.
    TooLarge,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// What became of the signal does not allow it.
    SignalNotOpen,
    /// The daemon failed; its log says why.
    Internal,
    /// The daemon cannot do it at present.
    Unavailable,
}

impl Code {
    /// The HTTP status that goes with it.
    pub fn status(self) -> StatusCode {
        match self {
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::WrongCredentials | Self::CodeRequired | Self::WrongCode => StatusCode::UNAUTHORIZED,
            Self::AdminOnly
            | Self::WrongPassword
            | Self::ForeignOrigin
            | Self::TokenScope
            | Self::SessionRequired => StatusCode::FORBIDDEN,
            Self::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            Self::WeakPassword => StatusCode::BAD_REQUEST,
            Self::InvalidSchedule => StatusCode::BAD_REQUEST,
            Self::LinkUnusable
            | Self::NameTaken
            | Self::SettingsChanged
            | Self::ScheduleChanged
            | Self::LastAdmin
            | Self::TotpNotBegun
            | Self::UserInactive
            | Self::UnifiedServiceRunning
            | Self::AnalysisServed => StatusCode::CONFLICT,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::SignalNotOpen => StatusCode::CONFLICT,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// An error as it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    detail: String,
    retry_after_s: Option<u64>,
}

/// The body of every answer that is an error (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Always `about:blank`: `code` says what kind of problem it is.
    pub r#type: &'static str,
    /// The status in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong, for programs.
    pub code: Code,
    /// What went wrong, in one sentence.
    pub detail: String,
}

impl Problem {
    /// A problem and the sentence that explains it.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after_s: None }
    }

    /// A request that cannot be meant.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequest, detail)
    }

    /// Says when it may be tried again, in whole seconds from now.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let body = ProblemBody {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            code: self.code,
            detail: self.detail,
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<StoreError> for Problem {
    /// What a person did wrong is told; everything else is ours, is logged, and is not shown.
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::UnknownUser { .. } => Self::new(Code::NotFound, error.to_string()),
            StoreError::NameTaken { .. } => Self::new(Code::NameTaken, error.to_string()),
            StoreError::SettingsChanged { .. } => Self::new(Code::SettingsChanged, error.to_string()),
            StoreError::LastAdmin { .. } => Self::new(Code::LastAdmin, error.to_string()),
            StoreError::LinkUnusable => Self::new(Code::LinkUnusable, error.to_string()),
            _ => Self::from(AppError::from(error)),
        }
    }
}

impl From<SettingsError> for Problem {
    fn from(error: SettingsError) -> Self {
        AppError::from(error).into()
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match &error {
            AppError::Settings(SettingsError::Damaged(_)) => {
                tracing::error!(%error, "a user's settings do not read");
                Self::new(Code::Internal, "the daemon failed to do this; its log says why")
            }
            AppError::Settings(_) => Self::invalid(error.to_string()),
            AppError::Store(StoreError::SettingsChanged { .. }) => {
                Self::new(Code::SettingsChanged, error.to_string())
            }
            AppError::UnknownUser(_) => Self::new(Code::NotFound, error.to_string()),
            AppError::UnknownSchedule(_) => Self::new(Code::NotFound, error.to_string()),
            AppError::InvalidSchedule(_) => Self::new(Code::InvalidSchedule, error.to_string()),
            AppError::Store(StoreError::ScheduleChanged { .. }) => {
                Self::new(Code::ScheduleChanged, error.to_string())
            }
            AppError::UserInactive(_) => Self::new(Code::UserInactive, error.to_string()),
            AppError::UnifiedServiceRunning => Self::new(Code::UnifiedServiceRunning, error.to_string()),
            AppError::AnalysisServed => Self::new(Code::AnalysisServed, error.to_string()),
            AppError::AnalysisForAdmins => Self::new(Code::AdminOnly, error.to_string()),
            AppError::Worker(_) => Self::new(Code::Unavailable, error.to_string()),
            AppError::Broker(_) | AppError::Market(_) => Self::new(Code::Unavailable, error.to_string()),
            AppError::Store(StoreError::Stopped { .. } | StoreError::Closed) => {
                Self::new(Code::Unavailable, "the daemon is ending")
            }
            _ => {
                tracing::error!(%error, "a request failed");
                Self::new(Code::Internal, "the daemon failed to do this; its log says why")
            }
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let code = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
            _ => Code::InvalidRequest,
        };
        Self::new(code, rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::invalid(rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::invalid(rejection.body_text())
    }
}
