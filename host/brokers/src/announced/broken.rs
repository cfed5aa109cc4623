//! Which action of a text that is no JSON cannot be read: lines say nothing of a list that stands on one.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Returns the number, from 1, of the action in which a list ends to be JSON; none where it never gets to its actions.
pub(super) fn broken_action(text: &[u8]) -> Option<u64> {
    let begun = Cell::new(0);
    let mut reader = serde_json::Deserializer::from_slice(text);
    let _ends_where_it_is_broken = List(&begun).deserialize(&mut reader);
    Some(begun.get()).filter(|begun| *begun > 0)
}

/// A list, or an object with one in `items`, of which actions are counted as they begin.
struct List<'a>(&'a Cell<u64>);

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of actions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        loop {
            self.0.set(self.0.get().saturating_add(1));
            if items.next_element::<IgnoredAny>()?.is_none() {
                // That was the end of the list.
                self.0.set(0);
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(name) = fields.next_key::<String>()? {
            if name == "items" {
                fields.next_value_seed(List(self.0))?;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}
