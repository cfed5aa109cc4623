//! Where things are in the checkout.

use std::env;
use std::path::{Path, PathBuf};

/// The checkout's top folder.
///
/// Asked at run time and not at compile time, so that a moved checkout needs no rebuild of the driver.
pub fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let here = PathBuf::from(here);
    here.parent().map(Path::to_path_buf).unwrap_or(here)
}

/// Folder of the encoded task components. Fixed, because `host/build.rs` reads it whatever target folder cargo uses.
pub fn components_dir() -> PathBuf {
    root().join("target").join("components")
}

/// Target folder of the wasm builds; its own, so that they never wait for a build of the host.
pub fn wasm_target_dir() -> PathBuf {
    root().join("target").join("wasm")
}

/// The daemon as tests start it.
pub fn debug_binary() -> PathBuf {
    binary("debug")
}

/// Another program of the workspace as the tests build it.
pub fn debug_program(name: &str) -> PathBuf {
    built("debug", name)
}

/// The daemon as `profile` builds it, in the target folder that cargo uses.
pub fn binary(profile: &str) -> PathBuf {
    built(profile, "prahari")
}

fn built(profile: &str, name: &str) -> PathBuf {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir));
    target.join(profile).join(format!("{name}{}", env::consts::EXE_SUFFIX))
}
