//! Components made from the text of a core module.

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{PackageId, Resolve};

/// A core module's text with the task's WIT embedded, as a component.
pub fn component(folder: &str, name: &str) -> Vec<u8> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    component_of(&std::fs::read_to_string(tests.join(folder).join(name).with_extension("wat")).unwrap())
}

fn component_of(core: &str) -> Vec<u8> {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/prahari-task@1.0.0");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).unwrap();
    encode(core, &resolve, package)
}

/// A core module's text as a component of the world `task` in this package.
pub fn encode(core: &str, resolve: &Resolve, package: PackageId) -> Vec<u8> {
    let world = resolve.select_world(&[package], Some("task")).unwrap();
    let mut module = wat::parse_str(core).unwrap();
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}
