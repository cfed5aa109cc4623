//! Enums of the domain by their names, with the list of names in the OpenAPI document.

use std::borrow::Cow;

use prahari_app::brokers::TradingMode;
use prahari_app::channels::{ChannelKind, DeliveryState};
use prahari_app::doctor::{CheckOutcome, ReadinessOutcome};
use prahari_app::queries::{
    DifferenceCause, DifferenceState, LaneState, LogLevel, ModuleOrigin, NotificationLevel, RestartPolicy,
    RunTrigger, ServiceKind, SlotKind, SlotState, StepKind,
};
use prahari_app::services::IndividualState;
use prahari_domain::actions::{ActionName, ActionState, DoubtState, Origin};
use prahari_domain::orders::{OrderState, Side};
use prahari_domain::risk::TradingState;
use prahari_domain::settings::NotificationKind;
use prahari_domain::signals::SignalStatus;
use prahari_domain::strategies::{LONGEST_STRATEGY, StrategyName};
use prahari_domain::tasks::{LONGEST_NAME, Task};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A wrapper that stands in JSON, in queries and in the document as one of the names of an enum.
macro_rules! name_of {
    ($(#[$doc:meta])* $wrapper:ident($of:ty) is a $what:literal of $all:expr, by $name:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $wrapper(pub $of);

        impl $wrapper {
            /// Every variant.
            pub const ALL: &[$of] = &$all;

            fn name(of: $of) -> &'static str {
                $name(of)
            }
        }

        impl Serialize for $wrapper {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(Self::name(self.0))
            }
        }

        impl<'de> Deserialize<'de> for $wrapper {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                let found = Self::ALL.iter().find(|of| Self::name(**of) == text);
                found.copied().map(Self).ok_or_else(|| {
                    let names: Vec<_> = Self::ALL.iter().map(|of| Self::name(*of)).collect();
                    de::Error::custom(format!("{text:?} is not a {}: {}", $what, names.join(", ")))
                })
            }
        }

        impl PartialSchema for $wrapper {
            fn schema() -> RefOr<Schema> {
                let names = Self::ALL.iter().map(|of| Self::name(*of));
                let object: Object =
                    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).build();
                object.into()
            }
        }

        impl ToSchema for $wrapper {}
    };
}

/// A task: the set of them is open, so the document knows the form of the name only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskName(pub Task);

impl PartialSchema for TaskName {
    fn schema() -> RefOr<Schema> {
        let object: Object = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(LONGEST_NAME))
            .pattern(Some("^[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*$"))
            .description(Some("The name of a task; `GET /api/v1/tasks` lists those that there are."))
            .examples(["gap_watch"])
            .build();
        object.into()
    }
}

impl ToSchema for TaskName {}

/// A strategy, by its name, which the manifests of its tasks have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StrategyLabel(pub StrategyName);

impl PartialSchema for StrategyLabel {
    fn schema() -> RefOr<Schema> {
        let object: Object = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(LONGEST_STRATEGY))
            .pattern(Some("^[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*$"))
            .description(Some(
                "The name of a strategy; `GET /api/v1/tasks` says to which one each task belongs.",
            ))
            .examples(["rebound"])
            .build();
        object.into()
    }
}

impl ToSchema for StrategyLabel {}

name_of! {
    /// What a corporate action is.
    ActionKindName(ActionName) is a "kind of action" of ActionName::ALL, by ActionName::name
}
name_of! {
    /// What a difference of holdings is put down to: shares of the books that were sold outside, shares that were bought outside,
    /// shares that were there before, or shares of the books that are missing without a reason.
    DifferenceCauseName(DifferenceCause) is a "cause of a difference" of
    [
        DifferenceCause::ExternalSale,
        DifferenceCause::ExternalPurchase,
        DifferenceCause::OpeningHolding,
        DifferenceCause::Unexplained,
    ],
    by DifferenceCause::name
}
name_of! {
    /// How far a difference has come: it waits for a decision, was booked as a sale, taken into the books, left to its owner, or is
    /// no more.
    DifferenceStateName(DifferenceState) is a "state of a difference" of
    [
        DifferenceState::Open,
        DifferenceState::Booked,
        DifferenceState::Adopted,
        DifferenceState::Ignored,
        DifferenceState::Gone,
    ],
    by DifferenceState::name
}
name_of! {
    /// How far a corporate action has come: known and waiting for its ex-date, applied to whoever held the share, or taken
    /// back.
    ActionStateName(ActionState) is a "state of an action" of
    [ActionState::Announced, ActionState::Applied, ActionState::Undone], by ActionState::name
}
name_of! {
    /// What became of a corporate action that something speaks against: it waits for an admin, counts, or was rejected.
    DoubtStateName(DoubtState) is a "state of a doubted action" of DoubtState::ALL, by DoubtState::name
}
name_of! {
    /// On which way a corporate action became known: a daily file in a watched folder, an imported list, an admin, or a
    /// source of prices.
    ActionOriginName(Origin) is a "kind of origin" of [Origin::File, Origin::Import, Origin::Admin, Origin::Source], by Origin::name
}
name_of! {
    /// What started a run.
    TriggerName(RunTrigger) is a "trigger" of [RunTrigger::Scheduled, RunTrigger::RunOnce, RunTrigger::Manual],
    by RunTrigger::name
}
name_of! {
    /// Service of a user: unified or individual.
    ServiceKindName(ServiceKind) is a "service" of [ServiceKind::Unified, ServiceKind::Individual],
    by ServiceKind::name
}
name_of! {
    /// What becomes of an individual service whose process ended by itself.
    RestartPolicyName(RestartPolicy) is a "restart" of [RestartPolicy::Never, RestartPolicy::OnFailure],
    by RestartPolicy::name
}
name_of! {
    /// State of an individual service.
    IndividualStateName(IndividualState) is a "state"
    of [IndividualState::Running, IndividualState::Restarting, IndividualState::Stopped], by IndividualState::name
}
name_of! {
    /// Level of a log line.
    LogLevelName(LogLevel) is a "level" of [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error],
    by LogLevel::name
}
name_of! {
    /// Level of a message.
    LevelName(NotificationLevel) is a "level"
    of [NotificationLevel::Info, NotificationLevel::Warning, NotificationLevel::Error], by NotificationLevel::name
}
name_of! {
    /// Kind of a message; each has a switch among the preferences.
    NotificationKindName(NotificationKind) is a "kind" of NotificationKind::ALL, by NotificationKind::name
}
name_of! {
    /// Kind of a channel.
    ChannelKindName(ChannelKind) is a "kind" of [ChannelKind::Webhook, ChannelKind::Telegram, ChannelKind::Email], by ChannelKind::name
}
name_of! {
    /// State of a message on its way to a channel.
    DeliveryStateName(DeliveryState) is a "state"
    of [
        DeliveryState::Waiting,
        DeliveryState::Sending,
        DeliveryState::Delivered,
        DeliveryState::GivenUp,
    ], by DeliveryState::name
}
name_of! {
    /// Whether a user's money is made up: `paper`, or `live`.
    ModeName(TradingMode) is a "mode" of [TradingMode::Paper, TradingMode::Live], by TradingMode::name
}
name_of! {
    /// What of a user's orders may be sent: everything that the limits let through, only what lowers positions, or cancellations
    /// only.
    TradingStateName(TradingState) is a "state" of TradingState::ALL, by TradingState::name
}
name_of! {
    /// Side of an order.
    SideName(Side) is a "side" of [Side::Buy, Side::Sell], by side
}
name_of! {
    /// State of an order.
    StateName(OrderState) is a "state" of OrderState::ALL, by OrderState::name
}
name_of! {
    /// Status of a signal for a user.
    StatusName(SignalStatus) is a "status"
    of [
        SignalStatus::Active,
        SignalStatus::Traded,
        SignalStatus::Rejected,
        SignalStatus::Failed,
        SignalStatus::Expired,
    ], by SignalStatus::name
}

name_of! {
    /// Origin of a version of a module.
    ModuleOriginName(ModuleOrigin) is a "origin"
    of [ModuleOrigin::BuiltIn, ModuleOrigin::Uploaded, ModuleOrigin::Watched], by ModuleOrigin::name
}
name_of! {
    /// Kind of a slot: once or each minute.
    SlotKindName(SlotKind) is a "kind" of [SlotKind::OneShot, SlotKind::Continuous], by SlotKind::name
}
name_of! {
    /// State of a slot.
    SlotStateName(SlotState) is a "state"
    of [
        SlotState::Open,
        SlotState::Ran,
        SlotState::Skipped,
        SlotState::Late,
        SlotState::Missed,
        SlotState::Failed,
    ], by SlotState::name
}

name_of! {
    /// State of a slot or tick in a lane.
    LaneStateName(LaneState) is a "state"
    of [
        LaneState::Due,
        LaneState::Running,
        LaneState::Ran,
        LaneState::Late,
        LaneState::Skipped,
        LaneState::Overdue,
        LaneState::Missed,
        LaneState::Failed,
    ], by LaneState::name
}

name_of! {
    /// Kind of a step in the chain from a bar to an order.
    StepKindName(StepKind) is a "kind" of StepKind::ALL, by StepKind::name
}

name_of! {
    /// How a check of the doctor came out: as it should be, not to be proved now, something to look at, or something that will
    /// not work.
    CheckOutcomeName(CheckOutcome) is a "outcome"
    of [CheckOutcome::Ok, CheckOutcome::NotKnown, CheckOutcome::Warning, CheckOutcome::Failed], by CheckOutcome::name
}

name_of! {
    /// How the doctor's look of a morning came out; `missed` when nobody looked before the session was over.
    MorningOutcomeName(ReadinessOutcome) is a "outcome"
    of [
        ReadinessOutcome::Ok,
        ReadinessOutcome::Warning,
        ReadinessOutcome::Failed,
        ReadinessOutcome::Missed,
    ], by ReadinessOutcome::name
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_is_answered_with_the_right_ones() {
        let error = serde_json::from_value::<SideName>("hold".into()).unwrap_err().to_string();
        assert_eq!(error, "\"hold\" is not a side: buy, sell");
        assert_eq!(serde_json::from_value::<SideName>("sell".into()).unwrap(), SideName(Side::Sell));
    }
}
