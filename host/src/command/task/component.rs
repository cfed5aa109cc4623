//! A component's file, and the module that the runtime makes of it.

use std::path::Path;
use std::sync::Arc;

use prahari_runtime::{Module, Runtime};
use wasmparser::{ComponentTypeRef, Parser, Payload};

use crate::exit::Failure;
use crate::given_file;

/// Reads the file of a component.
pub fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    given_file::read_component("component", file)
}

/// Loads a component as the daemon does: checks its structure, compiles it in a process that can be killed, links
/// it, and asks it what it is.
pub async fn load(runtime: &Runtime, file: &Path, bytes: &[u8]) -> Result<Arc<Module>, Failure> {
    let loaded = runtime.load(bytes).await;
    loaded.map_err(|error| Failure::input(format!("{} is refused: {error}", file.display())))
}

/// The interfaces that a component imports, in its own order. What cannot be read has none: loading tells why.
pub fn imports(component: &[u8]) -> Vec<String> {
    let mut imports = Vec::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload {
            Ok(Payload::ModuleSection { .. } | Payload::ComponentSection { .. }) => depth += 1,
            Ok(Payload::End(_)) => depth = depth.saturating_sub(1),
            Ok(Payload::ComponentImportSection(section)) if depth == 0 => {
                // The world's own types are imported by their bare names; a type lets nobody do anything.
                let named = section.into_iter().flatten();
                let named = named.filter(|import| !matches!(import.ty, ComponentTypeRef::Type(_)));
                imports.extend(named.map(|import| import.name.name.to_owned()));
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    imports
}
