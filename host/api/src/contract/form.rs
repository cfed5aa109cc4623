//! The form of one value.

use std::collections::BTreeMap;
use std::fmt;

use prahari_domain::numbers::counted;
use serde_json::{Number, Value};

/// Form of one value in the OpenAPI document.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) kind: Kind,
    nullable: bool,
}

/// Kind of a value.
#[derive(Debug)]
pub(super) enum Kind {
    Any,
    Text {
        least: u64,
        most: u64,
    },
    Choice(Vec<String>),
    Date,
    Instant,
    Whole {
        least: i128,
        most: i128,
    },
    Number,
    Switch,
    List {
        items: Box<Form>,
        least: u64,
        most: u64,
    },
    Object(Fields),
    /// Objects that are told apart by the one name that a field of theirs may have.
    Variants {
        tag: String,
        forms: BTreeMap<String, Form>,
    },
}

/// The fields of an object.
#[derive(Debug)]
pub(super) struct Fields {
    known: BTreeMap<String, Form>,
    required: Vec<String>,
    /// Whether other fields are allowed.
    open: bool,
    most: u64,
}

/// What is wrong with a value: its field and one sentence.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    field: String,
    sentence: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.sentence)
    }
}

impl Wrong {
    pub(crate) fn of(field: &str, sentence: impl Into<String>) -> Self {
        // A name may be what somebody sends.
        Self { field: field.chars().take(80).collect(), sentence: sentence.into() }
    }

    pub(crate) fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a String>) -> Self {
        let nameless = format!("a {what} without a name");
        let name = if name.trim().is_empty() { nameless.as_str() } else { name };
        let known: Vec<&str> = known.map(String::as_str).collect();
        let others = if known.is_empty() { "there are none".to_owned() } else { known.join(", ") };
        Self::of(name, format!("is no {what} of this: {others}"))
    }
}

impl Form {
    pub(super) fn read(document: &Value, schema: &Value) -> Self {
        if let Some(name) = schema["$ref"].as_str() {
            return document
                .pointer(name.trim_start_matches('#'))
                .map_or(Self { kind: Kind::Any, nullable: true }, |schema| Self::read(document, schema));
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(options) = schema[choice].as_array() {
                return Self::read_options(document, options);
            }
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let nullable = types.is_empty() || types.contains(&"null");
        let kind = types.into_iter().find(|name| *name != "null");
        Self { kind: kind.map_or(Kind::Any, |name| Kind::read(document, name, schema)), nullable }
    }

    fn read_options(document: &Value, options: &[Value]) -> Self {
        let is_null = |option: &&Value| option["type"] == "null";
        let nullable = options.iter().any(|option| is_null(&option));
        let others: Vec<&Value> = options.iter().filter(|option| !is_null(option)).collect();
        if let [only] = others.as_slice() {
            return Self { nullable, ..Self::read(document, only) };
        }
        let name_of = |option: &Value| {
            let fields = option["properties"].as_object()?;
            let name = |(field, schema): (&String, &Value)| match schema["enum"].as_array()?.as_slice() {
                [Value::String(name)] => Some((field.clone(), name.clone())),
                _ => None,
            };
            fields.iter().find_map(name)
        };
        let mut tag = String::new();
        let mut forms = BTreeMap::new();
        for option in others {
            let Some((field, name)) = name_of(option) else { return Self { kind: Kind::Any, nullable } };
            tag = field;
            forms.insert(name, Self::read(document, option));
        }
        Self { kind: Kind::Variants { tag, forms }, nullable }
    }

    /// Checks whether a whole body is of this form.
    pub(super) fn check_body(&self, body: &Value) -> Result<(), Wrong> {
        if body.is_object() {
            return self.check("", body);
        }
        Err(Wrong::of("the body", format!("is {}, not {}", self.expected(), called(body))))
    }

    /// Checks whether a value is of this form.
    pub(super) fn check(&self, field: &str, value: &Value) -> Result<(), Wrong> {
        if value.is_null() && self.nullable {
            return Ok(());
        }
        self.kind.check(field, value, self)
    }

    /// Checks whether a text of a path or a query stands for a value of this form.
    pub(super) fn check_text(&self, field: &str, text: &str) -> Result<(), Wrong> {
        let value = match &self.kind {
            Kind::Whole { .. } => number_of(text),
            Kind::Switch => text.parse::<bool>().map_or(Value::from(text), Value::from),
            _ => Value::from(text),
        };
        self.check(field, &value)
    }

    /// Returns what is wrong when it is not there.
    pub(super) fn missing(&self, field: &str) -> Wrong {
        Wrong::of(field, format!("is missing; it is {}", self.expected()))
    }

    fn expected(&self) -> String {
        self.kind.expected()
    }
}

impl Kind {
    fn read(document: &Value, name: &str, schema: &Value) -> Self {
        let count = |name: &str| schema[name].as_u64();
        let names = schema["enum"].as_array().map(|names| {
            names.iter().filter_map(|name| name.as_str().map(ToOwned::to_owned)).collect::<Vec<_>>()
        });
        match (name, names, schema["format"].as_str()) {
            ("string", Some(names), _) => Self::Choice(names),
            ("string", None, Some("date")) => Self::Date,
            ("string", None, Some("date-time")) => Self::Instant,
            ("string", None, _) => Self::Text {
                least: count("minLength").unwrap_or(0),
                most: count("maxLength").unwrap_or(u64::MAX),
            },
            ("integer", ..) => Self::Whole {
                least: bound(&schema["minimum"]).unwrap_or(i128::MIN),
                most: bound(&schema["maximum"]).unwrap_or(i128::MAX),
            },
            ("number", ..) => Self::Number,
            ("boolean", ..) => Self::Switch,
            ("array", ..) => Self::List {
                items: Box::new(Form::read(document, &schema["items"])),
                least: count("minItems").unwrap_or(0),
                most: count("maxItems").unwrap_or(u64::MAX),
            },
            ("object", ..) => Self::Object(Fields::read(document, schema)),
            _ => Self::Any,
        }
    }

    fn check(&self, field: &str, value: &Value, form: &Form) -> Result<(), Wrong> {
        let otherwise = || Err(Wrong::of(field, format!("is {}, not {}", form.expected(), called(value))));
        match (self, value) {
            (Self::Any, _) | (Self::Number, Value::Number(_)) | (Self::Switch, Value::Bool(_)) => Ok(()),
            (Self::Text { least, most }, Value::String(text)) => {
                let long = text.chars().count() as u64;
                let said = || format!("is {}; this has {}", form.expected(), characters(long));
                if (*least..=*most).contains(&long) { Ok(()) } else { Err(Wrong::of(field, said())) }
            }
            (Self::Choice(names), Value::String(text)) if names.contains(text) => Ok(()),
            (Self::Date, Value::String(text)) if is_date(text) => Ok(()),
            (Self::Instant, Value::String(text)) if is_instant(text) => Ok(()),
            (Self::Choice(_) | Self::Date | Self::Instant, Value::String(_)) => {
                Err(Wrong::of(field, format!("is {}; this is another text", form.expected())))
            }
            (Self::Whole { least, most }, Value::Number(number)) => {
                match number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from)) {
                    Some(found) if (*least..=*most).contains(&found) => Ok(()),
                    Some(found) => Err(Wrong::of(field, format!("is {}; this is {found}", form.expected()))),
                    None if is_far(number) => {
                        Err(Wrong::of(field, format!("is {}; this is {number}", form.expected())))
                    }
                    None => otherwise(),
                }
            }
            (Self::List { items, least, most }, Value::Array(values)) => {
                let count = values.len() as u64;
                if !(*least..=*most).contains(&count) {
                    let said = format!("is {}; this has {count}", form.expected());
                    return Err(Wrong::of(field, said));
                }
                let mut each = values.iter().enumerate();
                each.try_for_each(|(n, value)| items.check(&format!("{field}[{n}]"), value))
            }
            (Self::Object(fields), Value::Object(values)) => fields.check(field, values),
            (Self::Variants { tag, forms }, Value::Object(values)) => {
                let named = within(field, tag);
                let choice = Self::Choice(forms.keys().cloned().collect());
                let choice = Form { kind: choice, nullable: false };
                let name = values.get(tag).ok_or_else(|| choice.missing(&named))?;
                choice.check(&named, name)?;
                match name.as_str().and_then(|name| forms.get(name)) {
                    Some(form) => form.check(field, value),
                    None => otherwise(),
                }
            }
            _ => otherwise(),
        }
    }

    fn expected(&self) -> String {
        match self {
            Self::Any => "some value".to_owned(),
            Self::Text { least: 0, most: u64::MAX } => "a text".to_owned(),
            Self::Text { least: 0, most } => format!("a text of at most {}", characters(*most)),
            Self::Text { least, most } if least == most => format!("a text of {}", characters(*most)),
            Self::Text { least, most } => format!("a text of {least} to {}", characters(*most)),
            Self::Choice(names) => format!("one of {}", names.join(", ")),
            Self::Date => "a date such as 2025-03-07".to_owned(),
            Self::Instant => "an instant such as 2025-01-02T09:15:00+05:30".to_owned(),
            Self::Whole { least: i128::MIN, .. } | Self::Whole { most: i128::MAX, .. } => {
                "a whole number".to_owned()
            }
            Self::Whole { least, most } => format!("a whole number from {least} to {most}"),
            Self::Number => "a number".to_owned(),
            Self::Switch => "true or false".to_owned(),
            Self::List { most: u64::MAX, .. } => "a list".to_owned(),
            Self::List { least, most, .. } => format!("a list of {least} to {most} items"),
            Self::Object(fields) if fields.open => "an object".to_owned(),
            Self::Object(fields) => {
                let names: Vec<&str> = fields.known.keys().map(String::as_str).collect();
                format!("an object of {}", names.join(", "))
            }
            Self::Variants { tag, .. } => format!("an object with {tag}"),
        }
    }
}

impl Fields {
    fn read(document: &Value, schema: &Value) -> Self {
        let known = schema["properties"].as_object().into_iter().flatten();
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Self {
            known: known.map(|(name, schema)| (name.clone(), Form::read(document, schema))).collect(),
            required: required.map(ToOwned::to_owned).collect(),
            open: schema["additionalProperties"] != false,
            most: schema["maxProperties"].as_u64().unwrap_or(u64::MAX),
        }
    }

    fn check(&self, field: &str, values: &serde_json::Map<String, Value>) -> Result<(), Wrong> {
        let count = values.len() as u64;
        if count > self.most {
            return Err(Wrong::of(field, format!("has at most {} fields; this has {count}", self.most)));
        }
        for (name, value) in values {
            match self.known.get(name) {
                Some(form) => form.check(&within(field, name), value)?,
                None if self.open => {}
                None => return Err(Wrong::unknown("field", &within(field, name), self.known.keys())),
            }
        }
        let missing = self.required.iter().find(|name| !values.contains_key(*name));
        match missing.and_then(|name| Some((name, self.known.get(name)?))) {
            Some((name, form)) => Err(form.missing(&within(field, name))),
            None => Ok(()),
        }
    }
}

fn within(field: &str, name: &str) -> String {
    if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") }
}

fn characters(count: u64) -> String {
    counted(count, "character", "characters")
}

/// Whether a number is beyond all whole numbers that are exact, such as 10^30. Whether it has a fraction cannot be said of it.
fn is_far(number: &Number) -> bool {
    number.as_f64().is_some_and(|number| number.abs() >= 1e15)
}

/// The number that a text of a path or a query stands for; the text itself when it stands for none.
fn number_of(text: &str) -> Value {
    if let Ok(number) = text.parse::<u64>() {
        return Value::from(number);
    }
    if let Ok(number) = text.parse::<i64>() {
        return Value::from(number);
    }
    match serde_json::from_str::<Number>(text) {
        Ok(number) if number.is_f64() => Value::Number(number),
        _ => Value::from(text),
    }
}

fn bound(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

/// Shorter and longer forms are dates too, but what is kept as text would not sort by them.
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok()
}

fn is_instant(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

fn called(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
