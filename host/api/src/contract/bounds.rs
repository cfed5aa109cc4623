//! Bounds that follow from what a number is, written into the document.

use std::collections::BTreeSet;

use utoipa::Number;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayItems, KnownFormat, Object, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Components, RefOr};

/// The database numbers everything with signed integers.
const MOST: isize = isize::MAX;

/// Most of a number of 32 bits without a sign.
const MOST_SHORT: usize = u32::MAX as usize;

/// Adds to the numbers that an operation takes the most that they can be, where nothing smaller is said.
pub(crate) fn complete(operation: &mut Operation, components: &mut Components) {
    let mut named = BTreeSet::new();
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && let Some(schema) = &mut parameter.schema
        {
            bound(schema, &mut named);
        }
    }
    let bodies = operation.request_body.iter().filter_map(|body| match body {
        RefOr::T(body) => Some(body.content.values()),
        RefOr::Ref(_) => None,
    });
    let bodies = bodies.flatten();
    for content in bodies {
        if let RefOr::T(content) = content
            && let Some(RefOr::Ref(schema)) = &content.schema
        {
            named.insert(schema.ref_location.clone());
        }
    }
    let mut done = BTreeSet::new();
    while let Some(name) = named.pop_first() {
        let name = name.trim_start_matches("#/components/schemas/").to_owned();
        if !done.insert(name.clone()) {
            continue;
        }
        if let Some(schema) = components.schemas.get_mut(&name) {
            bound(schema, &mut named);
        }
    }
}

/// Bounds what stands in a schema, and notes the names of others.
fn bound(schema: &mut RefOr<Schema>, named: &mut BTreeSet<String>) {
    match schema {
        RefOr::Ref(other) => {
            named.insert(other.ref_location.clone());
        }
        RefOr::T(Schema::Object(object)) => bound_object(object, named),
        RefOr::T(Schema::OneOf(options)) => options.items.iter_mut().for_each(|option| bound(option, named)),
        RefOr::T(Schema::AnyOf(options)) => options.items.iter_mut().for_each(|option| bound(option, named)),
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                bound(items, named);
            }
        }
        RefOr::T(_) => {}
    }
}

fn bound_object(object: &mut Object, named: &mut BTreeSet<String>) {
    object.properties.values_mut().for_each(|field| bound(field, named));
    if let Some(AdditionalProperties::RefOr(others)) = object.additional_properties.as_deref_mut() {
        bound(others, named);
    }
    let whole = match &object.schema_type {
        SchemaType::Type(kind) => *kind == Type::Integer,
        SchemaType::Array(kinds) => kinds.contains(&Type::Integer),
        SchemaType::AnyValue => false,
    };
    if !whole || object.maximum.is_some() {
        return;
    }
    object.maximum = match &object.format {
        Some(SchemaFormat::KnownFormat(KnownFormat::Int32)) => Some(Number::UInt(MOST_SHORT)),
        _ => Some(Number::Int(MOST)),
    };
}
