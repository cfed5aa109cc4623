//! What a new project for a task is made of, put there by `build.rs`: paths within its folder, and texts.

include!(concat!(env!("OUT_DIR"), "/templates.rs"));
