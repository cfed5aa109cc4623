//! Resident memory of the daemon: idle, and with ten thousand users at work.

use prahari_app::simulation::create_users;
use prahari_domain::time::Timestamp;
use prahari_store::Durability;

use super::child::Serving;
use super::line::Line;
use super::world::{MONDAY, World, at, turn_services_on};
use crate::exit::Failure;

pub const IDLE: &str = "resident memory: idle daemon";
pub const BUSY: &str = "resident memory: 10,000 users with services on, at work";

const USERS: u32 = 10_000;

const MOST_IDLE: f64 = 60.0;
const MOST_BUSY: f64 = 250.0;

/// Five real seconds for a minute, in which the runs of all users fit.
const SPEED: u32 = 12;

/// Measures both in processes of their own.
pub async fn measure() -> Result<Vec<Line>, Failure> {
    let world = World::new().await?;
    let idle = megabytes(&Serving::start(&world.path("idle.db"), 1)?)?;
    // Shortly before the open, so that not all of a morning has to be waited for.
    let (begin, end) = (at(MONDAY, 9, 14, 30), at(MONDAY, 9, 17, 0));
    prepare(&world, begin).await?;
    let serving = Serving::start(&world.path("prahari.db"), SPEED)?;
    serving.wait_until(end).await?;
    let busy = megabytes(&serving)?;
    let line = |name, bar, value, most| Line { name, bar, value, raw: None, unit: "MB", pass: value <= most };
    Ok(vec![
        line(IDLE, "<= 60 MB (reference, one user: 317 MB)", idle, MOST_IDLE),
        line(BUSY, "<= 250 MB (reference, one user: 317 MB)", busy, MOST_BUSY),
    ])
}

async fn prepare(world: &World, begin: Timestamp) -> Result<(), Failure> {
    let store = world.store(Durability::Off)?;
    create_users(&store, USERS, begin).await.map_err(Failure::work)?;
    turn_services_on(&store, begin).await?;
    store.system().save_cursor(begin).await.map_err(Failure::work)?;
    store.close().await.map_err(Failure::work)
}

/// A million bytes, as the reference was measured.
fn megabytes(serving: &Serving) -> Result<f64, Failure> {
    Ok(serving.resident_bytes()? as f64 / 1e6)
}
