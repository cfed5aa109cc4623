//! The rooms of the daemon, built from the ground up.

use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use prahari_runtime::Runtime;
use tokio::sync::Semaphore;

use super::{Daemon, StartState};
use crate::actions::Actions;
use crate::background::Background;
use crate::brokers::BlockedLogins;
use crate::calendar::Calendars;
use crate::cancellations::Cancellations;
use crate::caretakers::Caretakers;
use crate::chaos::ChaosSwitches;
use crate::desk::TradingServices;
use crate::differences::Differences;
use crate::doctor::Doctor;
use crate::grants::Grants;
use crate::halts::Halts;
use crate::handles::Handles;
use crate::inbox::Inbox;
use crate::ledger::Ledger;
use crate::maintenance::Maintenance;
use crate::modules::{ModuleHealth, Modules, Trials};
use crate::notices::Notices;
use crate::prices::{Answering, PriceChanges, PricePulse, PriceWatch, Prices, Warmer};
use crate::pushes::Listeners;
use crate::queries::Queries;
use crate::replays::{ReplayPermits, Replays};
use crate::resolutions::Resolutions;
use crate::runs::Runs;
use crate::scheduler::{Cursor, Rooms, SLOW_USERS_AT_ONCE, Slots};
use crate::schedules::{Flagged, Previews, ScheduleChanges, Schedules};
use crate::services::Services;
use crate::settings::Settings;
use crate::signals::Signals;
use crate::tasks::{TaskChanges, Tasks};
use crate::users::Users;
use crate::users_admin::UsersAdmin;

/// Parts from which the services of the daemon are built.
pub(super) struct Base {
    pub(super) handles: Handles,
    pub(super) trading: Arc<TradingServices>,
    pub(super) runtime: Arc<Runtime>,
    pub(super) modules: Arc<Modules>,
    pub(super) tasks: Arc<Tasks>,
    pub(super) grants: Arc<Grants>,
    pub(super) schedules: Arc<Schedules>,
    pub(super) settings: Arc<Settings>,
    pub(super) signals: Arc<Signals>,
}

impl Base {
    /// Builds the rooms from the ground up: each knows some of those before it, and none of those after. This is
    /// the one list of what knows what.
    pub(super) fn compose(self, users: Arc<Users>, start_state: &mut StartState) -> Daemon {
        let Self { handles, trading, runtime, modules, tasks, grants, schedules, settings, signals } = self;
        let background = Arc::new(Background::default());
        let cursor = Arc::new(Cursor::new(start_state.cursor.unwrap_or_else(|| handles.clock.now())));
        let notices = Arc::new(Notices::new(handles.clone(), users.clone()));
        let halts = Arc::new(Halts::new(handles.clone(), users.clone(), notices.clone()));
        let previews = Arc::new(Previews {
            handles: handles.clone(),
            schedules: schedules.clone(),
            tasks: tasks.clone(),
            flagged: Flagged::default(),
        });
        let ledger = Arc::new(Ledger::new(
            handles.clone(),
            users.clone(),
            (tasks.clone(), schedules.clone()),
            (start_state.cursor, std::mem::take(&mut start_state.interrupted)),
        ));
        let services = Arc::new(Services {
            handles: handles.clone(),
            users: users.clone(),
            notices: notices.clone(),
            halts: halts.clone(),
            ledger: ledger.clone(),
            schedules: schedules.clone(),
            previews: previews.clone(),
            tasks: tasks.clone(),
            modules: modules.clone(),
            runtime: runtime.clone(),
            hour: Default::default(),
            restarts: Default::default(),
        });
        let health = Arc::new(ModuleHealth {
            handles: handles.clone(),
            notices: notices.clone(),
            modules: modules.clone(),
            grants: grants.clone(),
            tasks: tasks.clone(),
        });
        let actions = Arc::new(Actions::new(
            handles.clone(),
            trading.clone(),
            users.clone(),
            (halts.clone(), notices.clone()),
            (modules.clone(), background.clone()),
            signals.clone(),
        ));
        let prices = Arc::new(Prices {
            handles: handles.clone(),
            trading: trading.clone(),
            users: users.clone(),
            notices: notices.clone(),
            halts: halts.clone(),
            background: background.clone(),
            actions: actions.clone(),
            watch: PriceWatch::default(),
            pulse: PricePulse::default(),
            changes: PriceChanges::default(),
            warmer: Warmer::default(),
            answering: Answering::default(),
        });
        let runs = Arc::new(Runs {
            handles: handles.clone(),
            users: users.clone(),
            trading: trading.clone(),
            tasks: tasks.clone(),
            grants: grants.clone(),
            modules: modules.clone(),
            runtime: runtime.clone(),
            signals: signals.clone(),
            notices: notices.clone(),
            halts: halts.clone(),
            services: services.clone(),
            health: health.clone(),
            prices: prices.clone(),
            ledger: ledger.clone(),
            background: background.clone(),
            shared_replies: Arc::default(),
        });
        let slots = Arc::new(Slots {
            handles: handles.clone(),
            users: users.clone(),
            tasks: tasks.clone(),
            grants: grants.clone(),
            ledger: ledger.clone(),
            runs: runs.clone(),
            halts: halts.clone(),
            health: health.clone(),
        });
        let calendars = Arc::new(Calendars {
            handles: handles.clone(),
            users: users.clone(),
            notices: notices.clone(),
            ledger: ledger.clone(),
            services: services.clone(),
            schedules: schedules.clone(),
        });
        let listeners = Arc::new(Listeners {
            handles: handles.clone(),
            users: users.clone(),
            halts: halts.clone(),
            services: services.clone(),
            listening: Mutex::default(),
        });
        let chaos = Arc::new(ChaosSwitches::new(handles.clone(), users.clone()));
        let blocked_logins = Arc::new(BlockedLogins::new(users.clone(), notices.clone()));
        let users_admin = Arc::new(UsersAdmin {
            handles: handles.clone(),
            users: users.clone(),
            trading: trading.clone(),
            settings: settings.clone(),
            signals: signals.clone(),
            halts: halts.clone(),
            notices: notices.clone(),
            services: services.clone(),
            prices: prices.clone(),
            listeners: listeners.clone(),
            chaos: chaos.clone(),
            blocked_logins: blocked_logins.clone(),
        });
        let replays = Arc::new(Replays {
            handles: handles.clone(),
            runtime: runtime.clone(),
            modules: modules.clone(),
            grants: grants.clone(),
            permits: ReplayPermits::default(),
        });
        let trials = Arc::new(Trials {
            handles: handles.clone(),
            notices: notices.clone(),
            health: health.clone(),
            runtime: runtime.clone(),
            modules: modules.clone(),
            grants: grants.clone(),
            tasks: tasks.clone(),
            replays: replays.clone(),
        });
        let schedule_changes = Arc::new(ScheduleChanges {
            handles: handles.clone(),
            users: users.clone(),
            schedules: schedules.clone(),
            previews: previews.clone(),
            services: services.clone(),
        });
        let task_changes = Arc::new(TaskChanges {
            handles: handles.clone(),
            users: users.clone(),
            tasks: tasks.clone(),
            runtime: runtime.clone(),
            modules: modules.clone(),
            grants: grants.clone(),
            ledger: ledger.clone(),
            services: services.clone(),
            calendars: calendars.clone(),
            trials: trials.clone(),
            schedules: schedules.clone(),
            schedule_changes: schedule_changes.clone(),
        });
        let caretakers = Arc::new(Caretakers::new(
            handles.clone(),
            (users.clone(), tasks.clone()),
            schedules.clone(),
            notices.clone(),
        ));
        let queries = Queries::new(
            handles.clock.clone(),
            trading.clone(),
            signals.active.clone(),
            (grants.clone(), tasks.clone()),
            caretakers.clone(),
        );
        let doctor = Arc::new(Doctor {
            handles: handles.clone(),
            users: users.clone(),
            trading: trading.clone(),
            tasks: tasks.clone(),
            schedules: schedules.clone(),
            modules: modules.clone(),
            prices: prices.clone(),
            caretakers: caretakers.clone(),
            notices: notices.clone(),
            queries: queries.clone(),
            ledger: ledger.clone(),
            recent: Mutex::default(),
            looked: Mutex::default(),
            backups: OnceLock::new(),
        });
        let maintenance = Arc::new(Maintenance {
            handles: handles.clone(),
            users: users.clone(),
            notices: notices.clone(),
            services: services.clone(),
            prices: prices.clone(),
            tasks: tasks.clone(),
            schedules: schedules.clone(),
            caretakers: caretakers.clone(),
            chaos: chaos.clone(),
            blocked_logins: blocked_logins.clone(),
            doctor: doctor.clone(),
        });
        let rooms = Arc::new(Rooms {
            handles: handles.clone(),
            users: users.clone(),
            tasks: tasks.clone(),
            notices: notices.clone(),
            ledger: ledger.clone(),
            slots: slots.clone(),
            services: services.clone(),
            actions: actions.clone(),
            prices: prices.clone(),
            calendars: calendars.clone(),
            maintenance: maintenance.clone(),
            cursor: cursor.clone(),
            slow_places: Semaphore::new(SLOW_USERS_AT_ONCE),
        });
        let cancellations = Cancellations { clock: handles.clock.clone(), halts: halts.clone() };
        let differences =
            Differences { clock: handles.clock.clone(), halts: halts.clone(), tasks: tasks.clone() };
        let resolutions = Resolutions { clock: handles.clock.clone(), halts: halts.clone() };
        let inbox = Inbox::new(handles.store.clone(), handles.clock.clone(), handles.events.clone());
        let Handles { clock, store, events, day_log, wake, shutdown, .. } = handles;
        Daemon {
            clock,
            store,
            events,
            day_log,
            wake,
            shutdown,
            trading,
            runtime,
            modules,
            tasks,
            grants,
            schedules,
            users,
            notices,
            halts,
            settings,
            signals,
            previews,
            ledger,
            services,
            prices,
            actions,
            runs,
            slots,
            calendars,
            chaos,
            users_admin,
            replays,
            trials,
            schedule_changes,
            task_changes,
            maintenance,
            doctor,
            background,
            queries,
            cancellations,
            differences,
            resolutions,
            inbox,
            cursor,
            listeners,
            rooms,
        }
    }
}
