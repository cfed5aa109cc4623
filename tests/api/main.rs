//! Every route, as the OpenAPI document lists them: who may ask it for what, and what it makes of bad input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../support/daemon.rs"]
mod support;

mod access;
mod bad_input;
mod bounds;
mod changes;
mod corporate_actions;
mod differences;
mod headers;
mod jobs;
mod lists;
mod market;
#[path = "../support/shown.rs"]
mod shown;
mod surplus;
mod tables;
mod text;
mod why;
mod words;
mod world;
