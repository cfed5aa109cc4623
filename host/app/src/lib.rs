//! The application: clock, scheduler, services, runs, order desk, simulation.

pub mod board;
mod choices;
pub mod clock;
pub mod daemon;
pub mod desk;
pub mod error;
pub mod events;
pub mod grants;
mod members;
pub mod modules;
pub mod overview;
pub mod paper;
pub mod recordings;
pub mod replays;
mod rows;
pub mod runs;
pub mod scheduler;
pub mod schedules;
pub mod service;
pub mod services;
pub mod settings;
pub mod shadow;
pub mod simulation;
pub mod upkeep;
pub mod user;
pub mod vault;
pub mod watchdog;
