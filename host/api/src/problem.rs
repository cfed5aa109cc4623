//! Errors as RFC 9457 problem details with a stable code.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use prahari_app::accounts::AccountError;
use prahari_app::brokers::LinkError;
use prahari_app::channels::ChannelError;
use prahari_app::error::AppError;
use prahari_app::refusals::Refusal;
use prahari_domain::settings::SettingsError;
use prahari_domain::text::one_line;
use prahari_domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::retry_after::RetryAt;
use crate::view::Instant;

/// What went wrong, for programs. Names are stable; the sentence beside them is for people and may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request cannot be read: its JSON, a field, a parameter.
    InvalidRequest,
    /// The request has no valid credential.
    NotSignedIn,
    /// Only an admin may do this.
    AdminOnly,
    /// Name or password is wrong.
    WrongCredentials,
    /// A one-time code is needed as well.
    TotpRequired,
    /// The one-time code is wrong or was used before.
    WrongTotp,
    /// The present password that was given is another.
    WrongPassword,
    /// Too many attempts failed; `Retry-After` says when the next is heard.
    TooManyAttempts,
    /// The user has as many live streams open as one may.
    TooManyStreams,
    /// The body did not come in time.
    TooSlow,
    /// The request is under a name that is not the daemon's.
    UnknownHost,
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
    /// The change would leave no active admin.
    LastAdmin,
    /// No authenticator was begun with.
    TotpNotBegun,
    /// The user is not active.
    UserInactive,
    /// Another change of the settings came first.
    SettingsChanged,
    /// The schedule does not fit its task, or its script cannot be used.
    InvalidSchedule,
    /// Something is odd about the schedule; `confirm` saves it nevertheless.
    ScheduleFlagged,
    /// Another change of the schedules came first.
    ScheduleChanged,
    /// Another change of the grant came first.
    GrantChanged,
    /// The calendar cannot be read or makes no sense; the sentence names the entry.
    InvalidCalendar,
    /// Another calendar was imported first.
    CalendarChanged,
    /// The corporate action cannot be changed or taken back as things stand; the sentence says why.
    ActionRefused,
    /// Something speaks against the corporate action; the sentence says what. Sent again with `confirm` it counts.
    ActionDoubted,
    /// The decision about a difference of holdings cannot be done as things stand; the sentence says why.
    DifferenceRefused,
    /// Individual services wait while the unified one runs.
    UnifiedServiceRunning,
    /// The service of another admin runs the shared task for everybody.
    TaskServed,
    /// There is a task of this name.
    TaskExists,
    /// There are as many tasks as there may be.
    TooManyTasks,
    /// The task comes with the program.
    TaskBuiltIn,
    /// Another task waits for this one.
    TaskAwaited,
    /// The manifest cannot be meant, or there is none.
    InvalidManifest,
    /// Nobody has accepted the manifest of the version.
    ManifestNotAccepted,
    /// The task executes, or was started a moment ago; `retry_at` says when it may be tried again.
    RunTooSoon,
    /// There is nothing of which prices are fetched ahead.
    NothingToWarm,
    /// Prices are being fetched ahead already.
    Warming,
    /// The user's services were started too often within an hour; `retry_at` says when the next is heard.
    StartedTooOften,
    /// The user has as many jobs under way as one may.
    TooManyJobs,
    /// The `Idempotency-Key` stands for another request, or for one that is under way.
    KeyUsed,
    /// The user asked for prices too often within a minute; `retry_at` says when the next request is heard.
    AskedTooOften,
    /// The user has as many channels as one may.
    TooManyChannels,
    /// The user tested channels, or had codes sent, too often within an hour; `retry_at` says when the next is taken.
    TestedTooOften,
    /// The installation has nothing by which messages of the kind leave; an admin sets it up.
    ChannelNotSetUp,
    /// What messages of the kind leave by was tried and did not work; the sentence says why.
    CarrierFailed,
    /// The code that shows that a mailbox is one's own is wrong, was used, or is too old.
    WrongConfirmation,
    /// The component is refused; the sentence says why.
    ModuleRefused,
    /// The user has the largest allowed number of uploads under way; this one was not read.
    TooManyUploads,
    /// The user has as many tables being written as one may.
    TooManyExports,
    /// The version's runs go on; it cannot be removed.
    ModuleInUse,
    /// The version was found not to be fit to run.
    ModuleQuarantined,
    /// The version wants what it is not granted.
    ModuleWantsMore,
    /// Nobody has accepted what the version would have done, and its task may place orders.
    ModuleUntried,
    /// The run has no recording, or not any more.
    NoRecording,
    /// There is no earlier version to go back to.
    NoEarlierModule,
    /// There is no such thing, or it is none of the caller's business.
    NotFound,
    /// The path exists, but not with this method.
    MethodNotAllowed,
    /// The body is larger than is read.
    TooLarge,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// Nothing can happen to the order any more, or there is nothing unknown to decide of it; the sentence says why.
    OrderNotOpen,
    /// The broker refused the cancellation, or nothing of it was sent: the order is what it was. The sentence says why.
    OrderNotCancelled,
    /// The broker gave no clear answer, so whether it was done is not known; the broker's book says so later.
    OutcomeUnknown,
    /// The status of the signal does not allow the change.
    SignalNotOpen,
    /// The reason of the halt still holds.
    HaltStands,
    /// The halt was lifted before.
    HaltLifted,
    /// The alert was resolved before.
    AlertResolved,
    /// The user has orders or shares at the broker that they are to leave, or whose credentials are to be deleted, or the
    /// account at the other one says something else.
    BrokerInUse,
    /// Something of the user is missing that trading over the broker takes, such as credentials; the sentence names it.
    BrokerNotReady,
    /// The user's broker is not a simulated one, and so does not misbehave on purpose.
    NotSimulated,
    /// The money is that of the user's account at a broker, and cannot be set here.
    CapitalOfBroker,
    /// Nobody logs in at the broker over which the user trades.
    NoBrokerSession,
    /// A login at the broker brought no session; the sentence says why.
    BrokerLoginFailed,
    /// The daemon failed; its log says why.
    Internal,
    /// The daemon cannot do it at present.
    Unavailable,
}

impl Code {
    /// The name that programs know it by.
    pub(crate) fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The HTTP status that goes with it.
    pub fn status(self) -> StatusCode {
        match self {
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::WrongCredentials | Self::TotpRequired | Self::WrongTotp => StatusCode::UNAUTHORIZED,
            Self::AdminOnly
            | Self::WrongPassword
            | Self::ForeignOrigin
            | Self::TokenScope
            | Self::SessionRequired => StatusCode::FORBIDDEN,
            Self::TooManyAttempts
            | Self::TooManyJobs
            | Self::TooManyExports
            | Self::TooManyUploads
            | Self::TooManyStreams
            | Self::StartedTooOften
            | Self::TestedTooOften
            | Self::AskedTooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::UnknownHost => StatusCode::MISDIRECTED_REQUEST,
            Self::WeakPassword => StatusCode::BAD_REQUEST,
            Self::InvalidSchedule | Self::InvalidCalendar | Self::ModuleRefused | Self::InvalidManifest => {
                StatusCode::BAD_REQUEST
            }
            Self::LinkUnusable
            | Self::NameTaken
            | Self::SettingsChanged
            | Self::ScheduleChanged
            | Self::ScheduleFlagged
            | Self::GrantChanged
            | Self::CalendarChanged
            | Self::ActionRefused
            | Self::ActionDoubted
            | Self::DifferenceRefused
            | Self::LastAdmin
            | Self::TotpNotBegun
            | Self::UserInactive
            | Self::UnifiedServiceRunning
            | Self::TaskServed
            | Self::TaskExists
            | Self::TooManyTasks
            | Self::TaskBuiltIn
            | Self::TaskAwaited
            | Self::ManifestNotAccepted
            | Self::RunTooSoon
            | Self::NothingToWarm
            | Self::Warming
            | Self::KeyUsed
            | Self::TooManyChannels
            | Self::ChannelNotSetUp
            | Self::CarrierFailed
            | Self::WrongConfirmation
            | Self::ModuleInUse
            | Self::ModuleQuarantined
            | Self::ModuleWantsMore
            | Self::ModuleUntried
            | Self::NoRecording
            | Self::NoEarlierModule => StatusCode::CONFLICT,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::OrderNotOpen
            | Self::OrderNotCancelled
            | Self::OutcomeUnknown
            | Self::SignalNotOpen
            | Self::HaltStands
            | Self::HaltLifted
            | Self::AlertResolved
            | Self::BrokerInUse
            | Self::BrokerNotReady
            | Self::CapitalOfBroker
            | Self::NoBrokerSession
            | Self::BrokerLoginFailed
            | Self::NotSimulated => StatusCode::CONFLICT,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Most characters of a sentence that explains a problem.
const LONGEST_DETAIL: usize = 600;

/// An error as it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    detail: String,
    retry_after_s: Option<u64>,
    retry_at: Option<Instant>,
}

/// The body of every answer that is an error (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Always `about:blank`: `code` says what kind of problem it is.
    pub r#type: &'static str,
    /// HTTP status in words.
    pub title: &'static str,
    /// HTTP status code, the same as that of the response.
    pub status: u16,
    /// Machine-readable code of the problem.
    pub code: Code,
    /// What went wrong, one sentence.
    pub detail: String,
    /// Time at which it may be tried again, by the daemon's clock, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Instant>,
}

impl Problem {
    /// A problem and the sentence that explains it. What the sentence repeats of a request may have been made to be
    /// long or to play tricks, so it is kept to a line and a length.
    pub fn new(code: Code, detail: impl AsRef<str>) -> Self {
        let line = one_line(detail.as_ref());
        let mut detail: String = line.chars().take(LONGEST_DETAIL).collect();
        if detail.len() < line.len() {
            detail.push('…');
        }
        Self { code, detail, retry_after_s: None, retry_at: None }
    }

    /// A request that cannot be meant.
    pub fn invalid(detail: impl AsRef<str>) -> Self {
        Self::new(Code::InvalidRequest, detail)
    }

    /// A fault of the daemon, not of the caller; the log has the details.
    pub(crate) fn fault(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(Code::Internal, "the daemon failed to do this; its log says why")
    }

    /// Adds the `Retry-After` header: whole seconds from now.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// Adds the time of the next possible try, by the daemon's clock.
    #[must_use]
    pub fn retry_at(self, at: Timestamp) -> Self {
        Self { retry_at: Some(Instant(at)), ..self }
    }

    /// The sentence for people.
    pub(crate) fn into_detail(self) -> String {
        self.detail
    }

    /// The code for programs.
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
            retry_at: self.retry_at,
        };
        let mut response = (status, Json(body)).into_response();
        response.extensions_mut().insert(self.code);
        if let Some(Instant(at)) = self.retry_at {
            response.extensions_mut().insert(RetryAt(at));
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Answers what the database refused of a person's request; every other error is logged and not shown.
fn refused(refusal: Option<Refusal>, error: &dyn std::error::Error) -> Problem {
    let code = match refusal {
        Some(Refusal::UnknownUser) => Code::NotFound,
        Some(Refusal::NameTaken) => Code::NameTaken,
        Some(Refusal::SettingsChanged) => Code::SettingsChanged,
        Some(Refusal::ScheduleChanged) => Code::ScheduleChanged,
        Some(Refusal::GrantChanged) => Code::GrantChanged,
        Some(Refusal::CalendarChanged) => Code::CalendarChanged,
        Some(Refusal::LastAdmin) => Code::LastAdmin,
        Some(Refusal::LinkUnusable) => Code::LinkUnusable,
        Some(Refusal::Ending) => return Problem::new(Code::Unavailable, "the daemon is ending"),
        None => return Problem::fault(error),
    };
    Problem::new(code, error.to_string())
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let code = match &error {
            AccountError::Store(source) => return refused(Refusal::of(source), source),
            AccountError::Secret(_) => return Self::fault(&error),
            AccountError::Ending => Code::Unavailable,
            AccountError::WrongCredentials => Code::WrongCredentials,
            AccountError::TotpRequired => Code::TotpRequired,
            AccountError::WrongTotp => Code::WrongTotp,
            AccountError::WrongPassword => Code::WrongPassword,
            AccountError::TooManyAttempts { retry_after_s } => {
                return Self::new(Code::TooManyAttempts, error.to_string()).retry_after(*retry_after_s);
            }
            AccountError::ReadOnlyToken => Code::TokenScope,
            AccountError::SessionEnded | AccountError::NotActive => Code::NotSignedIn,
            AccountError::TotpNotBegun => Code::TotpNotBegun,
            AccountError::WeakPassword(_) => Code::WeakPassword,
            AccountError::TokenNameTaken => Code::NameTaken,
            AccountError::TokenForAdmins => Code::AdminOnly,
            AccountError::InvalidName { .. }
            | AccountError::InvalidToken(_)
            | AccountError::TooManyTokens
            | AccountError::UnknownTokenName(_)
            | AccountError::AmbiguousTokenName(_) => Code::InvalidRequest,
            AccountError::UnknownSession(_) | AccountError::UnknownToken(_) | AccountError::NoCredentials => {
                Code::NotFound
            }
        };
        Self::new(code, error.to_string())
    }
}

impl From<SettingsError> for Problem {
    fn from(error: SettingsError) -> Self {
        AppError::from(error).into()
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let code = match error {
            AppError::Store(source) => return refused(Refusal::of(&source), &source),
            AppError::Settings(SettingsError::Damaged(_)) => return Self::fault(&error),
            AppError::Settings(_) | AppError::TaskSettings(_) | AppError::Allowance(_) => {
                Code::InvalidRequest
            }
            AppError::UnknownUser(_)
            | AppError::UnknownHalt(_)
            | AppError::UnknownAction(_)
            | AppError::UnknownDoubt(_)
            | AppError::UnknownSchedule(_)
            | AppError::UnknownTask(_)
            | AppError::NeverStarted(_)
            | AppError::UnknownModule { .. }
            | AppError::UnknownModuleHash { .. } => Code::NotFound,
            AppError::Module { .. } | AppError::NewModule(_) | AppError::SettingsSchema(_) => {
                Code::ModuleRefused
            }
            AppError::ModuleInUse { .. } => Code::ModuleInUse,
            AppError::ModuleQuarantined { .. } => Code::ModuleQuarantined,
            AppError::ModuleWantsMore { .. } => Code::ModuleWantsMore,
            AppError::ModuleUntried { .. } | AppError::TrialShowedNothing { .. } => Code::ModuleUntried,
            AppError::NoRecording(_) => Code::NoRecording,
            AppError::NoEarlierModule(_) => Code::NoEarlierModule,
            AppError::InvalidSchedule(_) => Code::InvalidSchedule,
            AppError::ScheduleFlagged { .. } => Code::ScheduleFlagged,
            AppError::InvalidCalendar(_) => Code::InvalidCalendar,
            AppError::Calendar(_) => Code::InvalidRequest,
            AppError::ActionRefused(_) => Code::ActionRefused,
            AppError::ActionDoubted(_) => Code::ActionDoubted,
            AppError::DifferenceRefused(_) => Code::DifferenceRefused,
            AppError::HaltStands { .. } => Code::HaltStands,
            AppError::HaltLifted(_) => Code::HaltLifted,
            AppError::UserInactive(_) => Code::UserInactive,
            AppError::UnifiedServiceRunning => Code::UnifiedServiceRunning,
            AppError::TaskServed(_) => Code::TaskServed,
            AppError::TaskForAdmins(_) => Code::AdminOnly,
            AppError::TaskExists(_) => Code::TaskExists,
            AppError::TooManyTasks => Code::TooManyTasks,
            AppError::TaskBuiltIn(_) => Code::TaskBuiltIn,
            AppError::TaskAwaited { .. } => Code::TaskAwaited,
            AppError::NoManifest | AppError::Manifest(_) | AppError::OtherTask { .. } => {
                Code::InvalidManifest
            }
            AppError::ManifestNotAccepted { .. } => Code::ManifestNotAccepted,
            AppError::RunTooSoon { retry_at, .. } => {
                return Self::new(Code::RunTooSoon, error.to_string()).retry_at(retry_at);
            }
            AppError::NothingToWarm => Code::NothingToWarm,
            AppError::Warming => Code::Warming,
            AppError::Channel(
                ChannelError::TestedTooOften { retry_at } | ChannelError::CodesTooOften { retry_at },
            ) => {
                return Self::new(Code::TestedTooOften, error.to_string()).retry_at(retry_at);
            }
            AppError::Channel(ChannelError::Address(_)) => Code::InvalidRequest,
            AppError::Channel(ChannelError::TooMany) => Code::TooManyChannels,
            AppError::Channel(ChannelError::NotSetUp(_)) => Code::ChannelNotSetUp,
            AppError::Channel(ChannelError::Carrier(_)) => Code::CarrierFailed,
            AppError::Channel(ChannelError::WrongCode) => Code::WrongConfirmation,
            AppError::Channel(ChannelError::Unknown(_)) => Code::NotFound,
            AppError::Link(LinkError::Unknown { .. }) => return Self::invalid(format!("broker: {error}")),
            AppError::Link(LinkError::Missing { .. }) => Code::BrokerNotReady,
            AppError::BrokerInUse { .. } | AppError::CredentialsInUse { .. } => Code::BrokerInUse,
            AppError::NotSimulated { .. } => Code::NotSimulated,
            AppError::InvalidChaos(_) => Code::InvalidRequest,
            AppError::CapitalOfBroker { .. } => Code::CapitalOfBroker,
            AppError::NoBrokerSession { .. } => Code::NoBrokerSession,
            AppError::BrokerLogin(ref failure) => {
                let problem = Self::new(Code::BrokerLoginFailed, error.to_string());
                return match failure.retry_at {
                    Some(at) => problem.retry_at(at),
                    None => problem,
                };
            }
            AppError::Link(LinkError::Refused(_))
            | AppError::Worker(_)
            | AppError::NoModule(_)
            | AppError::Broker(_)
            | AppError::Market(_)
            | AppError::TooManyFills { .. }
            | AppError::Stopping(_) => Code::Unavailable,
            _ => return Self::fault(&error),
        };
        Self::new(code, error.to_string())
    }
}
