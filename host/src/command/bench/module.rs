//! From a module's bytes to runs on it, and how fast what was recorded is run again.

use std::sync::Arc;
use std::time::Duration;

use prahari_app::clock::{Clock, Stopwatch};
use prahari_app::daemon::Daemon;
use prahari_app::modules::{Activation, Upload};
use prahari_app::shadow::Scope;
use prahari_app::simulation::create_users;
use prahari_domain::ids::UserId;
use prahari_store::{Durability, ModuleOrigin};

use super::line::{Line, median, millis};
use super::world::{MONDAY, TASK, World, at, turn_services_on};
use crate::components::COMPONENTS;
use crate::exit::Failure;

pub const UPLOAD: &str = "upload of a 200 kB module to active";
pub const SHADOW: &str = "shadow run of a recorded sell_monitor tick";

const MOST: Duration = Duration::from_secs(1);

/// The size that the budget speaks of.
const MODULE_BYTES: usize = 200_000;

/// Number of uploads that are measured.
const UPLOADS: u8 = 7;

const OPERATOR: UserId = UserId(1);

/// Brings the largest task again and again, each time under another hash, then tries it on a recorded session.
pub async fn measure() -> Result<Vec<Line>, Failure> {
    let world = World::new().await?;
    let store = world.store(Durability::Full)?;
    create_users(&store, 1, at(MONDAY, 9, 0, 0)).await.map_err(Failure::work)?;
    turn_services_on(&store, at(MONDAY, 9, 0, 0)).await?;
    let broker = Arc::new(world.broker(&store).await?);
    let daemon = world.daemon(&store, Clock::at(at(MONDAY, 9, 0, 0)), broker).await?;
    let (mut active, mut alone) = (Vec::new(), Vec::new());
    for number in 0..UPLOADS {
        active.push(upload(&daemon, module(number)?).await?);
        let bytes = module(UPLOADS + number)?;
        let stopwatch = Stopwatch::start();
        daemon.runtime.load(&bytes).await.map_err(Failure::work)?;
        alone.push(stopwatch.elapsed());
    }
    let shadow = shadow(&daemon).await?;
    store.close().await.map_err(Failure::work)?;
    let active = median(&mut active);
    Ok(vec![
        Line {
            name: UPLOAD,
            bar: "<= 1 s; raw: compiling and linking alone",
            value: millis(active),
            raw: Some(millis(median(&mut alone))),
            unit: "ms",
            pass: active <= MOST,
        },
        shadow,
    ])
}

/// The time from the call with the bytes until the next run is given the version.
async fn upload(daemon: &Daemon, bytes: Vec<u8>) -> Result<Duration, Failure> {
    let now = daemon.clock.now();
    let stopwatch = Stopwatch::start();
    let upload = Upload { task: TASK, bytes, origin: ModuleOrigin::Uploaded, by: Some(OPERATOR) };
    let row = daemon.modules.upload(upload, now).await.map_err(Failure::work)?;
    let reason = "it is measured".to_owned();
    let activation = Activation { task: TASK, version: row.version, by: Some(OPERATOR), reason };
    daemon.trials.activate_module(activation, true).await.map_err(Failure::work)?;
    let elapsed = stopwatch.elapsed();
    let given = daemon.modules.for_user(TASK, OPERATOR).map_err(Failure::work)?.version;
    if given == row.version { Ok(elapsed) } else { Err(Failure::work("the version is not what runs")) }
}

/// Records a session and tries the active version on it.
async fn shadow(daemon: &Arc<Daemon>) -> Result<Line, Failure> {
    daemon.scheduler().run(Some(at(MONDAY, 15, 31, 0))).await.map_err(Failure::work)?;
    daemon.store.flush().await.map_err(Failure::work)?;
    let candidate = daemon.modules.of(TASK).map_err(Failure::work)?;
    let stopwatch = Stopwatch::start();
    let report =
        daemon.replays.shadow(&candidate, &Scope::last_days(TASK, 1)).await.map_err(Failure::work)?;
    let elapsed = stopwatch.elapsed();
    if report.runs == 0 || !report.accepted_without_change() {
        return Err(Failure::work(format!("the version differs from itself: {report}")));
    }
    let each = elapsed / u32::try_from(report.runs).unwrap_or(u32::MAX);
    Ok(Line {
        name: SHADOW,
        bar: "<= 10 ms: a month of a user within two minutes",
        value: millis(each),
        raw: None,
        unit: "ms",
        pass: each <= Duration::from_millis(10),
    })
}

/// The sell monitor with a section that nobody reads, by which it has its size and its own hash.
fn module(number: u8) -> Result<Vec<u8>, Failure> {
    let found = COMPONENTS.iter().find(|(name, _)| *name == TASK.name());
    let (_, bytes) = found.ok_or_else(|| Failure::work("there is no sell monitor"))?;
    let padding = MODULE_BYTES.saturating_sub(bytes.len());
    let mut section = vec![0];
    leb128(padding + 2, &mut section);
    section.extend([1, b'n']);
    section.resize(section.len() + padding, number);
    Ok([*bytes, &section].concat())
}

/// A number as WebAssembly writes it.
fn leb128(mut number: usize, into: &mut Vec<u8>) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            into.push(low & 0x7f);
            return;
        }
        into.push(low | 0x80);
    }
}
