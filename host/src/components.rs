//! The task components that the binary carries inside, put there by `build.rs`.

include!(concat!(env!("OUT_DIR"), "/components.rs"));
