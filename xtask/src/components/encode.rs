//! From a core module to a component: the module carries the WIT it was written against in a custom section.

use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

use crate::failure::{Failure, Outcome};

/// The custom section in which bindings leave their part of the WIT.
const WORLD_SECTION: &str = "component-type";

/// The component of a core module.
pub fn encode(module: &[u8]) -> Outcome<Vec<u8>> {
    if !carries_world(module)? {
        return Err(Failure::new("exports no task yet: its module carries no world"));
    }
    let encoder = ComponentEncoder::default();
    let component = encoder.validate(true).module(module).and_then(|mut encoder| encoder.encode());
    component.map_err(|error| Failure::new(format!("cannot be encoded as a component: {error:#}")))
}

fn carries_world(module: &[u8]) -> Outcome<bool> {
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(|error| Failure::new(format!("is not a wasm module: {error}")))?;
        if matches!(&payload, Payload::CustomSection(section) if section.name().starts_with(WORLD_SECTION)) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_without_a_world_is_told_so() {
        let module = wat::parse_str("(module)").unwrap();
        let failure = encode(&module).unwrap_err();
        assert!(failure.to_string().contains("carries no world"), "{failure}");
    }

    #[test]
    fn text_is_no_module() {
        let failure = encode(b"#!/bin/sh").unwrap_err();
        assert!(failure.to_string().starts_with("is not a wasm module"), "{failure}");
    }
}
