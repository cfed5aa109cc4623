//! What a run writes to its task's state: seen by its own reads at once, kept when the run succeeds.
//!
//! Sizes are counted along with each write, so a write costs what it carries and not what is there.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound;

use prahari_runtime::abi::latest::state;

use crate::grants::RunLimits;
use crate::runs::TaskMemory;

/// The writes of a run over what is kept.
#[derive(Debug, Default)]
pub(crate) struct StateWrites {
    /// What a key is set to; none removes a key that is kept. Keys that neither are there nor were are not.
    changes: BTreeMap<String, Option<Vec<u8>>>,
    /// Size of all keys and values with the changes; none before it is first needed.
    size: Option<Size>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Size {
    keys: u64,
    bytes: u64,
}

impl Size {
    fn of(kept: &TaskMemory) -> Self {
        kept.iter().fold(Self::default(), |size, (key, value)| size.with(key, value))
    }

    fn with(self, key: &str, value: &[u8]) -> Self {
        Self { keys: self.keys + 1, bytes: self.bytes + bytes(key, value) }
    }

    fn without(self, key: &str, value: &[u8]) -> Self {
        Self { keys: self.keys.saturating_sub(1), bytes: self.bytes.saturating_sub(bytes(key, value)) }
    }
}

fn bytes(key: &str, value: &[u8]) -> u64 {
    (key.len() + value.len()) as u64
}

impl StateWrites {
    /// The value of a key as the run sees it.
    pub(super) fn get<'a>(&'a self, kept: Option<&'a TaskMemory>, key: &str) -> Option<&'a Vec<u8>> {
        match self.changes.get(key) {
            Some(written) => written.as_ref(),
            None => kept?.get(key),
        }
    }

    /// Every key with this prefix as the run sees them, sorted.
    pub(super) fn keys(&self, kept: Option<&TaskMemory>, prefix: &str) -> Vec<String> {
        let kept = kept.into_iter().flat_map(|kept| with_prefix(kept, prefix)).map(|(key, _)| key);
        let mut keys: Vec<String> = kept.filter(|key| !self.changes.contains_key(*key)).cloned().collect();
        let set = with_prefix(&self.changes, prefix).filter(|(_, value)| value.is_some());
        keys.extend(set.map(|(key, _)| key.clone()));
        keys.sort_unstable();
        keys
    }

    /// Takes all entries over, or none when there would be more than may be kept; then it says why. What is there
    /// already may be more, from a time of other limits: then it may not become still more.
    pub(super) fn set(
        &mut self,
        kept: &TaskMemory,
        entries: &[state::Entry],
        limits: &RunLimits,
    ) -> Result<(), String> {
        let before = *self.size.get_or_insert_with(|| Size::of(kept));
        let mut size = before;
        let mut undone = Vec::with_capacity(entries.len());
        for state::Entry { key, value } in entries {
            if let Some(old) = self.get(Some(kept), key) {
                size = size.without(key, old);
            }
            if let Some(new) = value {
                size = size.with(key, new);
            }
            undone.push((key, self.change(kept, key, value.clone())));
        }
        let keys = size.keys > u64::from(limits.state_keys) && size.keys > before.keys;
        if !keys && (size.bytes <= limits.state_bytes || size.bytes <= before.bytes) {
            self.size = Some(size);
            return Ok(());
        }
        // Backwards, because a key may have been written twice.
        for (key, earlier) in undone.into_iter().rev() {
            match earlier {
                Some(earlier) => self.changes.insert(key.clone(), earlier),
                None => self.changes.remove(key),
            };
        }
        Err(if keys {
            format!("{} keys, allowed are {}", size.keys, limits.state_keys)
        } else {
            format!("{} bytes, allowed are {}", size.bytes, limits.state_bytes)
        })
    }

    /// Returns what is written down at the end of the run.
    pub(crate) fn into_changes(self) -> BTreeMap<String, Option<Vec<u8>>> {
        self.changes
    }

    /// Notes one write and answers what stood in its place.
    fn change(&mut self, kept: &TaskMemory, key: &str, value: Option<Vec<u8>>) -> Option<Option<Vec<u8>>> {
        match self.changes.entry(key.to_owned()) {
            // To remove what is not kept is to forget that it was written.
            Entry::Occupied(place) if value.is_none() && !kept.contains_key(key) => Some(place.remove()),
            Entry::Occupied(mut place) => Some(place.insert(value)),
            Entry::Vacant(_) if value.is_none() && !kept.contains_key(key) => None,
            Entry::Vacant(place) => {
                place.insert(value);
                None
            }
        }
    }
}

fn with_prefix<'a, T>(
    map: &'a BTreeMap<String, T>,
    prefix: &'a str,
) -> impl Iterator<Item = (&'a String, &'a T)> {
    map.range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
        .take_while(move |(key, _)| key.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, value: Option<&str>) -> state::Entry {
        state::Entry { key: key.to_owned(), value: value.map(|value| value.as_bytes().to_vec()) }
    }

    fn kept(entries: &[(&str, &str)]) -> TaskMemory {
        entries.iter().map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec())).collect()
    }

    fn limits(keys: u32, bytes: u64) -> RunLimits {
        RunLimits { state_keys: keys, state_bytes: bytes, ..RunLimits::default() }
    }

    #[test]
    fn a_run_sees_what_it_wrote_over_what_is_kept() {
        let kept = kept(&[("a/1", "x"), ("a/2", "y"), ("b", "z")]);
        let mut writes = StateWrites::default();
        let entries = [entry("a/2", None), entry("a/3", Some("new")), entry("b", Some("other"))];
        writes.set(&kept, &entries, &limits(9, 99)).unwrap();
        assert_eq!(writes.keys(Some(&kept), "a/"), ["a/1", "a/3"]);
        assert_eq!(writes.keys(Some(&kept), ""), ["a/1", "a/3", "b"]);
        assert_eq!(writes.get(Some(&kept), "b"), Some(&b"other".to_vec()));
        assert_eq!(writes.get(Some(&kept), "a/2"), None);
        assert_eq!(writes.size, Some(Size { keys: 3, bytes: 3 + 1 + 3 + 3 + 1 + 5 }));
    }

    #[test]
    fn what_would_be_too_much_changes_nothing() {
        let kept = kept(&[("a", "1")]);
        for (limits, because) in
            [(limits(2, 99), "3 keys, allowed are 2"), (limits(9, 5), "6 bytes, allowed are 5")]
        {
            let mut writes = StateWrites::default();
            writes.set(&kept, &[entry("b", Some("2"))], &limits).unwrap();
            let more =
                [entry("b", None), entry("b", Some("7")), entry("a", Some("8")), entry("c", Some("3"))];
            assert_eq!(writes.set(&kept, &more, &limits).unwrap_err(), because);
            assert_eq!(writes.size, Some(Size { keys: 2, bytes: 4 }));
            assert_eq!(
                writes.into_changes().into_iter().collect::<Vec<_>>(),
                [("b".to_owned(), Some(b"2".to_vec()))]
            );
        }
    }

    #[test]
    fn removing_what_is_not_there_leaves_nothing_behind() {
        let kept = kept(&[("a", "1")]);
        let mut writes = StateWrites::default();
        let removals: Vec<_> = (0..1_000).map(|number| entry(&format!("none/{number}"), None)).collect();
        writes.set(&kept, &removals, &limits(9, 99)).unwrap();
        writes.set(&kept, &[entry("b", Some("2")), entry("b", None)], &limits(9, 99)).unwrap();
        assert!(writes.changes.is_empty(), "{:?}", writes.changes);
        writes.set(&kept, &[entry("a", None)], &limits(9, 99)).unwrap();
        assert_eq!(writes.into_changes().into_iter().collect::<Vec<_>>(), [("a".to_owned(), None)]);
    }

    #[test]
    fn what_was_kept_under_wider_limits_may_only_become_less() {
        let kept = kept(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let mut writes = StateWrites::default();
        assert!(writes.set(&kept, &[entry("d", Some("4"))], &limits(1, 99)).is_err());
        writes.set(&kept, &[entry("a", None)], &limits(1, 99)).unwrap();
        writes.set(&kept, &[entry("b", Some("5"))], &limits(1, 99)).unwrap();
        assert!(writes.set(&kept, &[entry("b", Some("five"))], &limits(1, 3)).is_err());
    }
}
