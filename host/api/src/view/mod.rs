//! How values stand in requests and answers, each form written once: instants, dates, names, pages.

mod bulk;
mod counter;
mod instant;
mod left;
mod names;
mod open_list;
mod page;
mod sentence;
mod time;

use prahari_domain::instruments::Symbol;
use serde::Deserialize;
use utoipa::IntoParams;

pub use bulk::Bulk;
pub use counter::Counter;
pub use instant::Instant;
pub use left::LeftBehind;
pub use names::{
    ActionKindName, ActionOriginName, ActionStateName, ChannelKindName, CheckOutcomeName, DeliveryStateName,
    DifferenceCauseName, DifferenceStateName, DoubtStateName, IndividualStateName, LaneStateName, LevelName,
    LogLevelName, ModeName, ModuleOriginName, MorningOutcomeName, NotificationKindName, RestartPolicyName,
    ServiceKindName, SideName, SlotKindName, SlotStateName, StateName, StatusName, StepKindName,
    StrategyLabel, TaskName, TradingStateName, TriggerName,
};
pub use open_list::{OpenList, OpenListOfAll, Part};
pub use page::{Cursor, Page, limit, page, parse_cursor};
pub use sentence::{own_name, sentence};
pub use time::{Date, DateSpan, range};

use crate::problem::Problem;

/// The user whose things are asked for, where nothing else can be asked.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    pub user: Option<u64>,
}

/// The share that is asked for.
///
/// # Errors
/// When no share can be called that.
pub fn symbol(text: Option<&str>) -> Result<Option<Symbol>, Problem> {
    symbol_in("symbol", text)
}

/// The same for a parameter of another name.
///
/// # Errors
/// As [`symbol`]; the sentence begins with the name of the parameter.
pub fn symbol_in(field: &str, text: Option<&str>) -> Result<Option<Symbol>, Problem> {
    text.map(Symbol::new).transpose().map_err(|error| Problem::invalid(format!("{field}: {error}")))
}
