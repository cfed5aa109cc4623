//! What can go wrong in the application, in sentences for a user or an operator.

use prahari_domain::ids::{ActionId, DoubtId, OrderId, RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_runtime::abi::latest::Capability;
use prahari_runtime::{ModuleHash, capability_name};
use prahari_schedule::ScheduleFlag;

/// Any failure of the application that is not an answer to a task.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The store failed, or refused a change that was asked for.
    #[error(transparent)]
    Store(#[from] prahari_store::StoreError),
    /// A secret could not be made, sealed or opened.
    #[error(transparent)]
    Secret(#[from] prahari_secrets::SecretError),
    /// The broker could not be asked.
    #[error(transparent)]
    Broker(#[from] prahari_brokers::BrokerError),
    /// An order that no broker could be told of by a tag.
    #[error(transparent)]
    Tag(#[from] prahari_domain::orders::OrderTagError),
    /// A user cannot be linked with a broker.
    #[error(transparent)]
    Link(#[from] crate::brokers::LinkError),
    /// A user who cannot leave their broker now.
    #[error("user {user} stays linked with the broker {broker:?}: {reason}")]
    BrokerInUse {
        /// The user that it belongs to.
        user: UserId,
        /// Name of the broker.
        broker: String,
        /// The reason, in one sentence.
        reason: String,
    },
    /// Credentials without which nobody could follow what a user has at their broker.
    #[error("user {user} still needs the credentials of the broker {broker:?}: {reason}")]
    CredentialsInUse {
        /// The user that they belong to.
        user: UserId,
        /// Name of the broker.
        broker: String,
        /// What there is at the broker.
        reason: String,
    },
    /// A user with whose broker nobody has to log in.
    #[error("user {user} trades over the broker {broker:?}, where nobody logs in")]
    NoBrokerSession {
        /// The user that it is about.
        user: UserId,
        /// Name of the broker.
        broker: String,
    },
    /// A login at a broker, asked for by a person, that brought no session. The text is clean of secrets.
    #[error("there is no session at the broker: {0}")]
    BrokerLogin(prahari_brokers::LoginFailure),
    /// A user whose broker is not made up, and so does not misbehave when told to.
    #[error(
        "user {user} trades over the broker {broker:?}, whose money is real: only a simulated broker misbehaves on purpose"
    )]
    NotSimulated {
        /// The user that it belongs to.
        user: UserId,
        /// Name of the broker.
        broker: String,
    },
    /// How a simulated broker is to misbehave, out of bounds.
    #[error("{0}")]
    InvalidChaos(String),
    /// A request about a channel that was refused.
    #[error(transparent)]
    Channel(#[from] crate::channels::ChannelError),
    /// Money that is not made up.
    #[error("the capital is that of the account at the broker {broker:?}: money is paid in and out there")]
    CapitalOfBroker {
        /// Name of the broker.
        broker: String,
    },
    /// The paper broker of a simulated month.
    #[error(transparent)]
    Paper(#[from] prahari_brokers::PaperError),
    /// There is no place for what a simulated month leaves behind.
    #[error("there is no temporary folder for a simulation: {0}")]
    Folder(#[source] std::io::Error),
    /// The market source.
    #[error(transparent)]
    Market(#[from] prahari_brokers::MarketError),
    /// The journal contradicts itself.
    #[error("the order journal of a user cannot be folded: {0}")]
    Book(#[from] prahari_domain::book::BookError),
    /// A text that an operator brought is no calendar that can be taken up.
    #[error("{0}")]
    InvalidCalendar(prahari_domain::calendar::CalendarError),
    /// An action that the installation does not know.
    #[error("there is no corporate action {0}")]
    UnknownAction(ActionId),
    /// A doubted action that is not kept.
    #[error("there is no doubted corporate action {0}")]
    UnknownDoubt(DoubtId),
    /// A change of a corporate action that cannot be done.
    #[error("{0}")]
    ActionRefused(String),
    /// A corporate action that something speaks against, and that was not confirmed.
    #[error("{0}")]
    ActionDoubted(String),
    /// A decision about a difference of holdings that cannot be done.
    #[error("{0}")]
    DifferenceRefused(String),
    /// A user with more fills than one request looks at.
    #[error("user {user} has more than {most} fills, and no request looks at more")]
    TooManyFills {
        /// The user whose fills they are.
        user: UserId,
        /// Most fills that are looked at.
        most: u32,
    },
    /// The calendar does not know the day.
    #[error(transparent)]
    Calendar(#[from] prahari_domain::calendar::CalendarError),
    /// A schedule that somebody wants to save or try does not fit.
    #[error(transparent)]
    InvalidSchedule(prahari_schedule::ScheduleError),
    /// A schedule that is allowed and probably a slip, and that nobody has confirmed.
    #[error("the schedule of {task} needs a confirmation: {}", sentences(flags))]
    ScheduleFlagged {
        /// The task whose schedule it is.
        task: Task,
        /// What is odd about it.
        flags: Vec<ScheduleFlag>,
    },
    /// A task that has no schedule.
    #[error("there is no schedule of {0}")]
    UnknownSchedule(Task),
    /// A version of the schedules that there never was.
    #[error("there is no version {0} of the schedules")]
    UnknownScheduleVersion(u64),
    /// A schedule cannot be evaluated.
    #[error(transparent)]
    Schedule(#[from] prahari_schedule::ScheduleError),
    /// A task module cannot be loaded.
    #[error("the module of {task} cannot be loaded: {source}")]
    Module {
        /// The task that it is about.
        task: Task,
        /// Cause.
        source: prahari_runtime::LoadError,
    },
    /// The runtime failed.
    #[error(transparent)]
    Runtime(#[from] prahari_runtime::RuntimeError),
    /// The recording of a run cannot be stored or read.
    #[error("run {run}: {source}")]
    Recording {
        /// The run.
        run: RunId,
        /// Cause.
        source: prahari_runtime::RecordingError,
    },
    /// A stored value does not read back.
    #[error("a stored value is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
    /// An order that was written down a moment ago is gone: a fault of ours.
    #[error("order {order} is missing from the books it was just written to")]
    LostOrder {
        /// The order that it is about.
        order: OrderId,
    },
    /// A setting that is not allowed.
    #[error(transparent)]
    Settings(#[from] prahari_domain::settings::SettingsError),
    /// Settings of a task that its module does not take.
    #[error(transparent)]
    TaskSettings(#[from] crate::settings::TaskSettingsError),
    /// A module that describes its settings by a schema that cannot be used.
    #[error(transparent)]
    SettingsSchema(#[from] prahari_runtime::SettingsSchemaError),
    /// An allowance that cannot be meant.
    #[error(transparent)]
    Allowance(#[from] crate::grants::AllowanceError),
    /// No user has this id.
    #[error("there is no user {0}")]
    UnknownUser(UserId),
    /// The user is not active.
    #[error("user {0} is not active: an admin has to make them active first")]
    UserInactive(UserId),
    /// A process for an individual service.
    #[error(transparent)]
    Worker(#[from] prahari_runtime::WorkerError),
    /// Individual services wait while the unified one runs.
    #[error("the unified service of this user is running and runs every task; stop it first")]
    UnifiedServiceRunning,
    /// An individual service of which nothing is stored.
    #[error("the individual service of {0} was never started; say how it restarts when you start it")]
    NeverStarted(Task),
    /// A task that is for admins, because its manifest says so or because all users share it.
    #[error("only an admin may run {0}")]
    TaskForAdmins(Task),
    /// Another admin's service runs a shared task.
    #[error("the service of another admin runs {0} for all users; stop it first")]
    TaskServed(Task),
    /// A task that there is not, or not any more.
    #[error("there is no task {0}")]
    UnknownTask(Task),
    /// A task that is to be added and is there.
    #[error("there is a task {0} already; bring a version of its module instead")]
    TaskExists(Task),
    /// More tasks than there may be.
    #[error("there are {} tasks already, and no more are allowed", crate::tasks::MOST_TASKS)]
    TooManyTasks,
    /// A task that cannot be removed.
    #[error(
        "{0} comes with the program and would come back with its next start; turn its schedule off instead"
    )]
    TaskBuiltIn(Task),
    /// A task that is to be removed and for which another one waits.
    #[error("{by} runs after {task}: change its schedule first")]
    TaskAwaited {
        /// The task that is to be removed.
        task: Task,
        /// The one that waits for it.
        by: Task,
    },
    /// A component that is to be a task and does not say what it is.
    #[error("the module exports no manifest; give the manifest of the task as a document")]
    NoManifest,
    /// A manifest that does not fit.
    #[error(transparent)]
    Manifest(#[from] crate::tasks::ManifestError),
    /// A manifest of another task than the one whose it is to be.
    #[error("the manifest is that of {named}, not of {task}")]
    OtherTask {
        /// Task that the manifest was given for.
        task: Task,
        /// Task that the manifest names.
        named: Task,
    },
    /// A version that says that the task is something else than what was accepted.
    #[error(
        "version {version} of the module of {task} has another manifest than the accepted one: read it and accept it first"
    )]
    ManifestNotAccepted {
        /// The task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
    },
    /// A component that is to be a new task cannot be loaded.
    #[error("the module cannot be loaded: {0}")]
    NewModule(prahari_runtime::LoadError),
    /// A module for a task is not there.
    #[error("there is no module for {0}")]
    NoModule(Task),
    /// A version that there is not, or not any more.
    #[error("there is no version {version} of the module of {task}")]
    UnknownModule {
        /// The task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
    },
    /// Bytes that are no version of a task, or not any more.
    #[error("no version of the module of {task} has the hash {hash}")]
    UnknownModuleHash {
        /// The task.
        task: Task,
        /// The hash of the module's bytes.
        hash: ModuleHash,
    },
    /// A run that cannot be replayed.
    #[error("execution {0} has no recording: it has not ended, or the recording is not kept any more")]
    NoRecording(RunId),
    /// A version that runs are given cannot be removed.
    #[error(
        "version {version} of the module of {task} is in use; activate another one, and unpin its users, first"
    )]
    ModuleInUse {
        /// The task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
    },
    /// A version that was found not to be fit to run.
    #[error("version {version} of the module of {task} is in quarantine: {reason}")]
    ModuleQuarantined {
        /// The task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
        /// The reason, in one sentence.
        reason: String,
    },
    /// A version that wants what the operator does not allow.
    #[error(
        "version {version} of the module of {task} wants what it is not granted: {}",
        missing.iter().map(|capability| capability_name(*capability)).collect::<Vec<_>>().join(", ")
    )]
    ModuleWantsMore {
        /// The task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
        /// Capabilities that are not granted.
        missing: Vec<Capability>,
    },
    /// A version of a task that places orders, and nobody has seen what it would have done.
    #[error(
        "version {version} of the module of {task} has no accepted trial: {task} may place orders, so try it in its shadow first"
    )]
    ModuleUntried {
        /// The task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
    },
    /// A trial in which no run was compared and none simulated.
    #[error(
        "nothing could be compared in the trial of version {version} of {task}: try it again when there are recorded runs that have the answers to its questions, or accept it with force"
    )]
    TrialShowedNothing {
        /// Of which task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
    },
    /// There is nothing to go back to.
    #[error("there is no earlier version of the module of {0} that may run")]
    NoEarlierModule(Task),
    /// The task of the user is executing, or was started less than two minutes ago.
    #[error("run {run} of {task} was started at {started_at}; it may be run again from {retry_at}")]
    RunTooSoon {
        /// The task that it is about.
        task: Task,
        /// The run in the way.
        run: RunId,
        /// Start time of the other run.
        started_at: Timestamp,
        /// Time at which it may be tried again.
        retry_at: Timestamp,
    },
    /// A simulation asked for days that make no sense.
    #[error("the simulation cannot run from {from} to {to}: {reason}")]
    Range {
        /// First day of the requested range.
        from: Day,
        /// Last day of the requested range.
        to: Day,
        /// The reason, in one sentence.
        reason: String,
    },
    /// Nothing is fetched ahead.
    #[error("no source of prices is over the net, or the clock is not a real one: nothing is fetched ahead")]
    NothingToWarm,
    /// Something is fetched ahead already.
    #[error("prices are being fetched ahead already; how far that is stands beside it")]
    Warming,
    /// A database was made by another simulation.
    #[error("the database cannot be resumed: {0}")]
    Resume(String),
    /// Nothing new is begun while the daemon stops.
    #[error("the daemon stops: {0}")]
    Stopping(String),
    /// The journal and the books of a user have parted.
    #[error("nothing can be booked for user {user}: {reason}")]
    BooksUnusable {
        /// The user that it belongs to.
        user: UserId,
        /// The reason, in one sentence.
        reason: String,
    },
    /// A halt whose cause is still there.
    #[error("the halt of user {user} stands: {reason}")]
    HaltStands {
        /// The user that it belongs to.
        user: UserId,
        /// What cannot be used.
        reason: String,
    },
    /// A halt that was lifted before.
    #[error("halt {0} was lifted already")]
    HaltLifted(u64),
    /// A halt that there never was.
    #[error("there is no halt {0}")]
    UnknownHalt(u64),
    /// A user's books and their account do not say the same.
    #[error("user {user}: {detail}")]
    AccountDiffers {
        /// The user that it belongs to.
        user: UserId,
        /// What differs, one sentence.
        detail: String,
    },
    /// A daemon was started on a database while it was looked at.
    #[error("a daemon began to use the database {0} while it was looked at: look again")]
    Disturbed(String),
    /// A worker ended unexpectedly.
    #[error("a part of the daemon ended unexpectedly: {0}")]
    Ended(String),
}

impl AppError {
    /// Returns whether nobody can be served any more: without the store nothing can be accounted for. A day that
    /// the calendar has no answer for and a schedule that fails on a day concern who asked.
    pub fn concerns_everybody(&self) -> bool {
        match self {
            Self::Store(error) => error.concerns_everybody(),
            _ => matches!(self, Self::Ended(_)),
        }
    }
}

/// Joins what is odd about a schedule into one sentence.
fn sentences(flags: &[ScheduleFlag]) -> String {
    flags.iter().map(ScheduleFlag::to_string).collect::<Vec<_>>().join("; and ")
}
