//! The task's own memory during a shadow run: what the recording shows of it, and the candidate's own writes on top.

use std::collections::{BTreeMap, BTreeSet};

use crate::abi::latest::state::Entry;
use crate::call::{HostCall, HostReply};
use crate::recording::RecordedCall;

/// What a key holds; none when it is not there.
type Value = Option<Vec<u8>>;

/// The memory of a task of a user as far as one recording knows it.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// State before the run.
    before: BTreeMap<String, Value>,
    /// Every key under a prefix, as it was before the run.
    keys: BTreeMap<String, BTreeSet<String>>,
    written: BTreeMap<String, Value>,
}

impl Memory {
    /// Learns from what the recorded run read before it wrote the same key.
    pub(super) fn learn(calls: &[RecordedCall]) -> Self {
        let mut memory = Self::default();
        let mut written = BTreeSet::new();
        for recorded in calls {
            let Some((_, reply)) = &recorded.answer else { continue };
            match (&recorded.call, reply) {
                (HostCall::GetState { keys }, HostReply::StateValues(values)) => {
                    let known = keys.iter().zip(values).filter(|(key, _)| !written.contains(*key));
                    memory.before.extend(known.map(|(key, value)| (key.clone(), value.clone())));
                }
                (HostCall::StateKeys { prefix }, HostReply::StateKeys(keys)) if written.is_empty() => {
                    memory.keys.insert(prefix.clone(), keys.iter().cloned().collect());
                }
                (HostCall::SetState { entries }, HostReply::StateSet) => {
                    written.extend(entries.iter().map(|entry| entry.key.clone()));
                }
                _ => {}
            }
        }
        memory
    }

    /// The answer to `state.get`; none when the recording does not show one of the keys.
    pub(super) fn values(&self, keys: &[String]) -> Option<HostReply> {
        keys.iter().map(|key| self.value(key)).collect::<Option<Vec<_>>>().map(HostReply::StateValues)
    }

    /// The answer to `state.keys`; none when the recording does not show them.
    pub(super) fn keys(&self, prefix: &str) -> Option<HostReply> {
        let mut wider = self.keys.iter().filter(|(known, _)| prefix.starts_with(known.as_str()));
        let mut keys = wider.next()?.1.clone();
        for (key, value) in &self.written {
            if value.is_some() {
                keys.insert(key.clone())
            } else {
                keys.remove(key)
            };
        }
        Some(HostReply::StateKeys(keys.into_iter().filter(|key| key.starts_with(prefix)).collect()))
    }

    /// Applies what the candidate writes to its state.
    pub(super) fn write(&mut self, entries: &[Entry]) {
        self.written.extend(entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())));
    }

    fn value(&self, key: &str) -> Option<Value> {
        let known = self.written.get(key).or_else(|| self.before.get(key));
        known.cloned().or_else(|| self.is_absent(key).then_some(None))
    }

    /// Returns whether a list of keys that would name this one does not.
    fn is_absent(&self, key: &str) -> bool {
        self.keys.iter().any(|(prefix, keys)| key.starts_with(prefix.as_str()) && !keys.contains(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Answerer;

    fn recorded(call: HostCall, reply: HostReply) -> RecordedCall {
        RecordedCall { call, answer: Some((Answerer::Services, reply)) }
    }

    fn get(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    fn entry(key: &str, value: Option<&[u8]>) -> Entry {
        Entry { key: key.to_owned(), value: value.map(<[u8]>::to_vec) }
    }

    fn memory() -> Memory {
        Memory::learn(&[
            recorded(HostCall::StateKeys { prefix: "p/".to_owned() }, HostReply::StateKeys(get(&["p/a"]))),
            recorded(
                HostCall::GetState { keys: get(&["p/a", "q"]) },
                HostReply::StateValues(vec![Some(vec![1]), None]),
            ),
            recorded(HostCall::SetState { entries: vec![entry("r", Some(&[9]))] }, HostReply::StateSet),
            recorded(HostCall::GetState { keys: get(&["r"]) }, HostReply::StateValues(vec![Some(vec![9])])),
        ])
    }

    #[test]
    fn keys_are_answered_one_by_one_and_what_was_never_read_is_not_known() {
        let values = |keys| memory().values(&get(keys));
        assert_eq!(values(&["q", "p/a"]), Some(HostReply::StateValues(vec![None, Some(vec![1])])));
        assert_eq!(values(&["p/b"]), Some(HostReply::StateValues(vec![None])), "the list does not have it");
        assert_eq!(values(&["r"]), None, "only what the recorded run wrote itself is known of it");
        assert_eq!(memory().keys("p/x"), Some(HostReply::StateKeys(Vec::new())));
        assert_eq!(memory().keys(""), None);
    }

    #[test]
    fn the_candidates_own_writes_are_seen() {
        let mut memory = memory();
        memory.write(&[entry("p/b", Some(&[2])), entry("p/a", None)]);
        let expected = HostReply::StateValues(vec![None, Some(vec![2])]);
        assert_eq!(memory.values(&get(&["p/a", "p/b"])), Some(expected));
        assert_eq!(memory.keys("p/"), Some(HostReply::StateKeys(get(&["p/b"]))));
    }
}
