//! Settings by name, as the document describes them: from the lists that check them, so no name stands in two places.

use prahari_domain::settings::{Kind, Setting};
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

/// An object with every setting of a list. Bounds are left to `GET /api/v1/user/config/schema`.
pub(super) fn every(list: &[Setting], about: &str) -> Object {
    let object = list.iter().fold(begun(about), |object, setting| {
        object.property(setting.name, value(setting)).required(setting.name)
    });
    object.build()
}

/// An object with settings of a list, as far as they are set.
pub(super) fn set_ones(list: &[Setting], about: &str) -> Object {
    let object =
        list.iter().fold(begun(about), |object, setting| object.property(setting.name, value(setting)));
    object.build()
}

fn begun(about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Object).description(Some(about))
}

fn value(setting: &Setting) -> RefOr<Schema> {
    let simple = |kind: SchemaType| ObjectBuilder::new().schema_type(kind).description(Some(setting.about));
    match setting.kind {
        Kind::Switch => simple(Type::Boolean.into()).into(),
        Kind::Whole { .. } | Kind::Money { .. } => simple(Type::Integer.into()).into(),
        Kind::Number { .. } => simple(Type::Number.into()).into(),
        Kind::Time => simple(or_null(Type::String)).into(),
        Kind::TimeBetween { .. } => simple(Type::String.into()).into(),
        Kind::Symbols { .. } => ArrayBuilder::new()
            .schema_type(or_null(Type::Array))
            .items(ObjectBuilder::new().schema_type(Type::String))
            .description(Some(setting.about))
            .into(),
    }
}

fn or_null(kind: Type) -> SchemaType {
    SchemaType::from_iter([kind, Type::Null])
}

#[cfg(test)]
mod tests {
    use prahari_domain::risk::{LIMITS, RiskLimits};
    use prahari_domain::settings::{
        NotificationPreferences, PREFERENCES, STRATEGY, Strategy, Values, to_values,
    };

    use super::*;

    #[track_caller]
    fn describes(list: &[Setting], values: &Values) {
        let object = every(list, "Settings.");
        assert_eq!(object.required.len(), values.len());
        for name in values.keys() {
            assert!(object.properties.contains_key(name) && object.required.contains(name), "{name}");
        }
    }

    #[test]
    fn every_setting_that_is_answered_is_described() {
        describes(&STRATEGY, &to_values(&Strategy::default()).unwrap());
        describes(&PREFERENCES, &to_values(&NotificationPreferences::default()).unwrap());
        describes(&LIMITS, &to_values(&RiskLimits::default()).unwrap());
        assert!(set_ones(&LIMITS, "Limits.").required.is_empty());
    }
}
