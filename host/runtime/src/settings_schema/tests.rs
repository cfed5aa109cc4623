use proptest::prelude::*;
use serde_json::json;

use super::*;

fn read(schema: &Value) -> Result<SettingsSchema, SettingsSchemaError> {
    SettingsSchema::read(&schema.to_string()).map(|schema| schema.expect("it is not empty"))
}

fn refused(schema: &Value) -> String {
    read(schema).expect_err("it is refused").to_string()
}

fn values(json: Value) -> TaskValues {
    let Value::Object(values) = json else { panic!("{json} is no object") };
    values
}

/// Settings of a buyer by momentum.
fn momentum() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.org/momentum",
        "type": "object",
        "additionalProperties": false,
        "required": ["capital"],
        "properties": {
            "lookback": { "type": "integer", "minimum": 2, "maximum": 250, "default": 20 },
            "rise": { "$ref": "#/$defs/percent", "default": 2.5 },
            "capital": { "type": "integer", "minimum": 100 },
            "ranks": { "type": "array", "items": { "$ref": "#/$defs/percent" }, "maxItems": 3 },
            "name": { "type": "string", "pattern": "^[a-z]{1,8}$" },
        },
        "$defs": { "percent": { "type": "number", "exclusiveMinimum": 0, "maximum": 100 } },
    })
}

#[test]
fn what_is_not_set_has_its_default() {
    let schema = read(&momentum()).unwrap();
    let filled = schema.fill(&values(json!({ "capital": 5_000, "rise": 4 }))).unwrap();
    assert_eq!(Value::Object(filled), json!({ "capital": 5_000, "lookback": 20, "rise": 4 }));
    assert_eq!(schema.document(), &momentum(), "it is shown as the module has it");
}

#[test]
fn whole_numbers_reach_the_task_as_integers() {
    let schema = read(&momentum()).unwrap();
    let set = json!({ "capital": 5e3, "lookback": 2.0, "rise": 2.5, "ranks": [1e1, 0.5] });
    let filled = schema.fill(&values(set)).unwrap();
    let told = json!({ "capital": 5_000, "lookback": 2, "rise": 2.5, "ranks": [10, 0.5] });
    assert_eq!(Value::Object(filled), told);
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    let schema = read(&momentum()).unwrap();
    for (set, sentence) in [
        (json!({ "capital": 5_000, "lookback": 0 }), "/lookback: 0 is less than the minimum of 2"),
        (json!({ "capital": "5000" }), "/capital: \"5000\" is not of type \"integer\""),
        (json!({ "capital": 5_000, "ranks": [5, 101] }), "/ranks/1: 101 is greater than the maximum of 100"),
        (json!({ "capital": 5_000, "name": "A" }), "/name: \"A\" does not match \"^[a-z]{1,8}$\""),
        (json!({ "capital": 5_000, "stop": 1 }), "/stop: there is no such setting"),
        (json!({}), "/capital: it has to be set, there is no default"),
    ] {
        assert_eq!(schema.fill(&values(set)).unwrap_err().to_string(), sentence);
    }
    let long = "x".repeat(4_000);
    let sentence = schema.fill(&values(json!({ "capital": long }))).unwrap_err().to_string();
    assert!(sentence.starts_with("/capital: \"xxx") && sentence.len() < 310, "{sentence}");
}

#[test]
fn a_module_without_a_schema_has_no_settings() {
    for nothing in ["", " \n"] {
        assert!(SettingsSchema::read(nothing).unwrap().is_none());
    }
}

#[test]
fn a_schema_that_does_not_compile_is_refused_with_the_place() {
    let error = SettingsSchema::read("rsi: 10").unwrap_err().to_string();
    assert!(error.starts_with("config-schema: it is no JSON: expected value at line 1"), "{error}");
    let with = |lookback: Value| json!({ "type": "object", "properties": { "lookback": lookback } });
    for (schema, sentence) in [
        (json!([]), "config-schema: it is no JSON object"),
        (json!({ "properties": {} }), "config-schema: its `type` has to be \"object\""),
        (
            with(json!({ "minimum": "2" })),
            "config-schema, /properties/lookback/minimum: \"2\" is not of type \"number\"",
        ),
        (with(json!({ "pattern": "(" })), "config-schema, /properties/lookback/pattern: "),
        (with(json!({ "pattern": "(?=a)b" })), "config-schema, /properties/lookback/pattern: "),
        (with(json!({ "pattern": "(\\w{99}){99}" })), "config-schema, /properties/lookback/pattern: "),
        (
            with(json!({ "type": "integer", "default": "20" })),
            "config-schema, /properties: the defaults do not fit: /lookback: \"20\" is not",
        ),
        (
            json!({ "type": "object", "$schema": "http://json-schema.org/draft-04/schema#" }),
            "config-schema, /$schema: the drafts 07",
        ),
        (
            with(json!({ "$id": "https://example.org/" })),
            "config-schema, /properties/lookback: `$id` is not allowed",
        ),
        (
            with(json!({ "$dynamicRef": "#a" })),
            "config-schema, /properties/lookback: `$dynamicRef` is not allowed",
        ),
        (
            with(json!({ "$ref": "#/$defs/none" })),
            "config-schema, /properties/lookback: $ref \"#/$defs/none\" leads to nothing",
        ),
    ] {
        let told = refused(&schema);
        assert!(told.starts_with(sentence), "{told}");
    }
}

#[test]
fn nothing_outside_of_the_schema_is_referred_to() {
    for target in [
        "https://example.org/s.json",
        "file:///etc/passwd",
        "other.json#/a",
        "#anchor",
        "#/%24defs/a",
        "http://json-schema.org/draft-07/schema#",
    ] {
        let told = refused(&json!({ "type": "object", "properties": { "a": { "$ref": target } } }));
        assert!(told.starts_with("config-schema, /properties/a: $ref"), "{told}");
        assert!(told.ends_with("leads out of the schema; `#/...` is allowed"), "{told}");
    }
}

#[test]
fn each_bound_of_a_schema_holds() {
    let settings = |count: usize| -> Value {
        let properties: TaskValues = (0..count).map(|index| (format!("s{index}"), json!({}))).collect();
        json!({ "type": "object", "properties": properties })
    };
    assert!(read(&settings(100)).is_ok());
    assert_eq!(refused(&settings(101)), "config-schema, /properties: there are 101; at most 100 are allowed");

    let nested = |levels: usize| -> Value {
        let deepest = (0..levels).fold(json!(true), |inner, _| json!({ "not": inner }));
        json!({ "type": "object", "not": deepest })
    };
    assert!(read(&nested(31)).is_ok());
    assert!(refused(&nested(32)).contains("nested more than 32 deep"));

    let listing = |count: usize| json!({ "type": "object", "properties": { "a": { "enum": (0..count).collect::<Vec<_>>() } } });
    assert!(read(&listing(1_990)).is_ok());
    assert!(refused(&listing(2_000)).contains("more than 2000 values"));

    let patterns =
        |count: usize| json!({ "type": "object", "allOf": vec![json!({ "pattern": "a" }); count] });
    assert!(read(&patterns(16)).is_ok());
    assert!(refused(&patterns(17)).contains("more than 16 patterns"));
}

#[test]
fn references_cost_what_they_repeat() {
    // Each line doubles the one below: a million million comparisons in a kilobyte.
    let mut definitions = TaskValues::new();
    for level in 0..40 {
        let below = json!({ "$ref": format!("#/$defs/d{}", level + 1) });
        definitions.insert(format!("d{level}"), json!({ "allOf": [below, below] }));
    }
    definitions.insert("d40".to_owned(), json!({ "type": "integer" }));
    let doubling =
        json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/d0" } }, "$defs": definitions });
    assert!(refused(&doubling).contains("what it refers to included"));
    for circle in ["#", "#/properties/a"] {
        let circle = json!({ "type": "object", "properties": { "a": { "$ref": circle } } });
        assert!(refused(&circle).contains("what it refers to included"), "{circle}");
    }
}

#[test]
fn what_a_user_sets_has_a_size() {
    assert_eq!(check_size(&values(json!({ "a": "x".repeat(4_088) }))), Ok(()));
    let told = check_size(&values(json!({ "a": "x".repeat(4_089) }))).unwrap_err().to_string();
    assert_eq!(told, "the settings have 4097 bytes; at most 4096 are allowed");
    let nested =
        |levels: usize| values(json!({ "a": (2..levels).fold(json!([]), |inner, _| json!([inner])) }));
    assert_eq!(check_size(&nested(8)), Ok(()));
    assert_eq!(check_size(&nested(9)).unwrap_err().to_string(), "the settings are nested more than 8 deep");
}

/// JSON made of the words of schemas.
fn schema_like() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(true)),
        Just(json!(null)),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        Just(json!("object")),
        Just(json!("#/properties/a")),
        Just(json!("[a-")),
        "\\PC{0,6}".prop_map(|text| json!(text)),
    ];
    let word = prop::sample::select(vec![
        "type",
        "properties",
        "a",
        "default",
        "$ref",
        "items",
        "enum",
        "const",
        "minimum",
        "multipleOf",
        "pattern",
        "patternProperties",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "required",
        "dependentSchemas",
        "contains",
        "uniqueItems",
        "maxLength",
        "format",
        "contentMediaType",
        "unevaluatedProperties",
        "propertyNames",
        "$schema",
    ]);
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(word.clone(), inner, 0..6).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_schema_and_no_settings_reach_a_panic(schema in schema_like(), set in schema_like()) {
        let mut document = schema;
        if let Value::Object(members) = &mut document {
            members.insert("type".to_owned(), json!("object"));
        }
        if let Ok(Some(schema)) = SettingsSchema::read(&document.to_string()) {
            let _fits = schema.fill(&values(json!({ "a": set })));
        }
    }
}
