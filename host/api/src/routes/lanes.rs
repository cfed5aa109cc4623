//! `/api/v1/slots/lanes`: the day as lanes, one row of states for each task; for an admin those of everybody, whoever has
//! trouble first.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use prahari_app::queries::{LaneSlot, TaskLane, TickSpan, Trouble};
use prahari_app::user::User;
use prahari_domain::ids::UserId;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ArrayBuilder, ArrayItems, KnownFormat, Object, ObjectBuilder, SchemaFormat};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::doctor::{DoctorMornings, newest_mornings};
use crate::caller::{Admin, Caller};
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Cursor, Date, Instant, LaneStateName, ModeName, Page, TaskName, parse_cursor};

/// Users on a page when the request gives no limit.
const USUAL_LIMIT: u32 = 200;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(lanes)).routes(routes!(lanes_of_all))
}

/// Query parameters that select the lanes of a user.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LanesQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// The trading date; today when nothing is said.
    #[param(inline)]
    date: Option<Date>,
}

/// Query parameters that select the lanes of everybody.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LanesOfAllQuery {
    /// The trading date; today when nothing is said.
    #[param(inline)]
    date: Option<Date>,
    /// Only users whose name contains this text; capitals count as small letters.
    #[param(min_length = 1, max_length = 64)]
    q: Option<String>,
    /// Only users with trouble (true) or only those without (false).
    trouble: Option<bool>,
    /// Largest number of users on the page.
    #[param(minimum = 1, maximum = 500, default = 200)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// The day of a user as lanes.
#[derive(Debug, Serialize, ToSchema)]
struct UserLanes {
    /// The number of the user.
    user: u64,
    /// The name by which they log in.
    user_name: String,
    /// Whether orders of theirs are real, by the broker that they are linked with now.
    mode: ModeName,
    /// Whether their unified service is running now.
    running: bool,
    /// Slots of the day that are overdue, missed or failed.
    troubled_slots: u32,
    /// Open alerts about the user, of whichever day.
    open_alerts: u32,
    /// Orders of which it is not known whether the broker has them, of whichever day.
    unknown_orders: u32,
    /// One lane for each task that has a slot on the day, in the order in which the tasks run.
    tasks: Vec<Lane>,
}

/// The day of a user as lanes, and what the doctor found before it.
#[derive(Debug, Serialize, ToSchema)]
struct LanesOfUser {
    #[serde(flatten)]
    lanes: UserLanes,
    /// When the doctor looks today, and its newest morning.
    mornings: DoctorMornings,
}

/// The day of a task.
#[derive(Debug, Serialize, ToSchema)]
struct Lane {
    /// The task.
    task: TaskName,
    /// Every slot of it, by due time.
    slots: Vec<SlotOfLane>,
    /// The ticks of its continuous slots, in order; empty for a task that has none. Ticks that were lost with an earlier process
    /// and whose times nobody knows are among those that ran; `GET /api/v1/slots` counts them as missed.
    ticks: Vec<TicksOfLane>,
}

/// A slot: its due time, how it stands, and the execution that decided it or is under way; null when there is none.
#[derive(Debug, Serialize)]
struct SlotOfLane(Instant, LaneStateName, Option<u64>);

/// Ticks one after another that stand alike: how they stand, the due time of the first, and how many they are, each a minute
/// after the one before.
#[derive(Debug, Serialize)]
struct TicksOfLane(LaneStateName, Instant, u32);

/// The lanes of a user on a day.
#[utoipa::path(get, path = "/api/v1/slots/lanes", operation_id = "slot_lanes", tag = "slots", params(LanesQuery),
    responses((status = OK, body = LanesOfUser)))]
async fn lanes(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<LanesQuery>,
) -> Result<Json<LanesOfUser>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let day = query.date.map_or(api.daemon.clock.now().ist_day(), |date| date.0);
    let (lanes, trouble) = api.daemon.queries.of(&user).lanes(day).await?;
    let mornings = newest_mornings(&api, &user, 1).await?;
    Ok(Json(LanesOfUser { lanes: UserLanes::of(&user, trouble, lanes), mornings }))
}

/// The lanes of everybody on a day: users with trouble first, then by number.
///
/// Trouble is a slot that is overdue, missed or failed, an open alert, or an unknown order. Whoever gets into trouble or out of it
/// between two pages can be on both, or on neither. Of more than 200,000 slots of the day, open alerts or open orders, only the
/// first are looked at for trouble.
#[utoipa::path(get, path = "/api/v1/system/lanes", operation_id = "slot_lanes_of_all", tag = "slots", params(LanesOfAllQuery),
    responses((status = OK, body = Page<UserLanes>)))]
async fn lanes_of_all(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<LanesOfAllQuery>,
) -> Result<Json<Page<UserLanes>>, Problem> {
    let limit = crate::view::limit(Some(query.limit.unwrap_or(USUAL_LIMIT)))?;
    let after: Option<LaneCursor> = parse_cursor(query.cursor.as_deref())?;
    let day = query.date.map_or(api.daemon.clock.now().ist_day(), |date| date.0);
    let troubles = api.daemon.queries.troubles(day).await?;
    let wanted = wanted(&api, &query, &troubles, after);
    let ids: Vec<UserId> = wanted.iter().take(limit as usize).map(|(_, user)| user.id).collect();
    let found = api.daemon.queries.lanes_of(day, &ids).await?;
    let more = found.len() < wanted.len();
    let next = wanted.get(found.len().saturating_sub(1)).filter(|_| more).map(|(place, _)| place.write());
    let of = |((_, user), (_, lanes)): (&(LaneCursor, Arc<User>), _)| {
        UserLanes::of(user, troubles.get(&user.id).copied().unwrap_or_default(), lanes)
    };
    Ok(Json(Page { items: wanted.iter().zip(found).map(of).collect(), next }))
}

/// A user's place in the order of the lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct LaneCursor {
    /// Whether they have no trouble: they come after those who have.
    calm: bool,
    user: UserId,
}

/// Returns the users that are asked for and come after a place, in order.
fn wanted(
    api: &Api,
    query: &LanesOfAllQuery,
    troubles: &BTreeMap<UserId, Trouble>,
    after: Option<LaneCursor>,
) -> Vec<(LaneCursor, Arc<User>)> {
    let text = query.q.as_ref().map(|text| text.to_lowercase());
    let is_troubled = |user: UserId| troubles.get(&user).is_some_and(|trouble| trouble.is_any());
    let placed = api.daemon.users.all().into_iter().map(|user| {
        let place = LaneCursor { calm: !is_troubled(user.id), user: user.id };
        (place, user)
    });
    let mut wanted: Vec<_> = placed
        .filter(|(place, user)| {
            text.as_ref().is_none_or(|text| user.name.to_lowercase().contains(text))
                && query.trouble.is_none_or(|trouble| trouble != place.calm)
                && after.is_none_or(|after| *place > after)
        })
        .collect();
    wanted.sort_by_key(|(place, _)| *place);
    wanted
}

impl Cursor for LaneCursor {
    fn write(&self) -> String {
        format!("{}.{}", u8::from(self.calm), self.user)
    }

    fn read(text: &str) -> Option<Self> {
        let (calm, user) = text.split_once('.')?;
        let calm = match calm {
            "0" => false,
            "1" => true,
            _ => return None,
        };
        Some(Self { calm, user: UserId(u64::read(user)?) })
    }
}

impl UserLanes {
    fn of(user: &User, trouble: Trouble, lanes: Vec<TaskLane>) -> Self {
        Self {
            user: user.id.0,
            user_name: user.name.clone(),
            mode: ModeName(user.link().mode()),
            running: user.services.is_running(),
            troubled_slots: trouble.slots,
            open_alerts: trouble.open_alerts,
            unknown_orders: trouble.unknown_orders,
            tasks: lanes.into_iter().map(Lane::from).collect(),
        }
    }
}

impl From<TaskLane> for Lane {
    fn from(lane: TaskLane) -> Self {
        Self {
            task: TaskName(lane.task),
            slots: lane.slots.into_iter().map(SlotOfLane::from).collect(),
            ticks: lane.ticks.into_iter().map(TicksOfLane::from).collect(),
        }
    }
}

impl From<LaneSlot> for SlotOfLane {
    fn from(LaneSlot { due_at, state, run }: LaneSlot) -> Self {
        Self(Instant(due_at), LaneStateName(state), run.map(|run| run.0))
    }
}

impl From<TickSpan> for TicksOfLane {
    fn from(TickSpan { state, from, count }: TickSpan) -> Self {
        Self(LaneStateName(state), Instant(from), count)
    }
}

impl PartialSchema for SlotOfLane {
    fn schema() -> RefOr<Schema> {
        let run = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Integer, Type::Null]))
            .description(Some("The execution that decided it or is under way; null when there is none."));
        row([instant(), state(), run.build()], "A slot: its due time, how it stands, and its execution.")
    }
}

impl ToSchema for SlotOfLane {}

impl PartialSchema for TicksOfLane {
    fn schema() -> RefOr<Schema> {
        let count = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .description(Some("How many ticks they are, each a minute after the one before."));
        row([state(), instant(), count.build()], "Ticks that stand alike: how, from when, and how many.")
    }
}

impl ToSchema for TicksOfLane {}

/// A list with one value in each place.
fn row(places: [Object; 3], meaning: &str) -> RefOr<Schema> {
    ArrayBuilder::new()
        .prefix_items(places)
        .items(ArrayItems::False)
        .min_items(Some(3))
        .max_items(Some(3))
        .description(Some(meaning))
        .into()
}

fn instant() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .description(Some("Time at which it was due, in IST."))
        .build()
}

fn state() -> Object {
    let names = LaneStateName::ALL.iter().map(|state| state.name());
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names))
        .description(Some("How it stands."))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_trouble_comes_first_and_a_cursor_reads_back_what_it_wrote() {
        let of = |calm, user| LaneCursor { calm, user: UserId(user) };
        assert!(of(false, 9) < of(true, 1) && of(true, 1) < of(true, 2));
        for place in [of(false, 9), of(true, 1)] {
            assert_eq!(LaneCursor::read(&place.write()), Some(place));
        }
        for text in ["", ".", "1", "2.1", "0.x", "0.-1", "0.1.1"] {
            assert_eq!(LaneCursor::read(text), None, "{text:?}");
        }
    }
}
