//! Reading what the exchange writes of an action: `BONUS 2:1`, `FVSPLT FRM RS 10 TO RS 2`,
//! `AGM/DIV - RS 1.47 PER SH`.
//!
//! The words are written by people and vary. A part that looks like something that changes shares, prices or income and
//! has no figures that can be read is told as unreadable, because leaving it out would be a wrong book; meetings,
//! interest and buy-backs are nothing.

use crate::instruments::Symbol;
use crate::money::Paise;

use super::kind::{ActionKind, MOST_DIVIDEND};
use super::ratio::{LARGEST_PART, Ratio};

/// Most characters of a purpose that are read.
pub const LONGEST_PURPOSE: usize = 500;

/// Most parts of a purpose.
pub const MOST_PARTS: usize = 20;

/// What a purpose says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purpose {
    /// Actions with their figures; several dividends are one sum.
    pub actions: Vec<ActionKind>,
    /// Parts that look like an action and cannot be read, each with the reason.
    pub unreadable: Vec<String>,
}

/// What one part of a purpose is.
enum Part {
    Action(ActionKind),
    Nothing,
    Unreadable(&'static str),
}

/// Reads the purpose of a row of the exchange's list of actions.
pub fn read_purpose(text: &str) -> Purpose {
    let mut purpose = Purpose::default();
    if text.chars().count() > LONGEST_PURPOSE {
        let start: String = text.chars().take(60).collect();
        purpose.unreadable.push(format!("{start:?}...: more than {LONGEST_PURPOSE} characters"));
        return purpose;
    }
    // `14/-` is an amount and no end of a part.
    let text = text.to_uppercase().replace("/-", " ").replace(" AND ", "+").replace('&', "+");
    let parts = parts_of(&text);
    if parts.len() > MOST_PARTS {
        purpose.unreadable.push(format!("{} parts, more than {MOST_PARTS}", parts.len()));
        return purpose;
    }
    for part in parts {
        match read_part(part) {
            Part::Action(kind) => purpose.add(kind, part),
            Part::Nothing => {}
            Part::Unreadable(reason) => purpose.unreadable.push(format!("{part:?}: {reason}")),
        }
    }
    purpose
}

impl Purpose {
    fn add(&mut self, kind: ActionKind, part: &str) {
        let known = self.actions.iter_mut().find(|known| known.name() == kind.name());
        match (known, kind) {
            (None, kind) => self.actions.push(kind),
            (Some(ActionKind::Dividend { per_share }), ActionKind::Dividend { per_share: more }) => {
                *per_share = (*per_share + more).min(MOST_DIVIDEND);
            }
            (Some(known), kind) if *known == kind => {}
            (Some(_), _) => self.unreadable.push(format!("{part:?}: a second one of its kind on one day")),
        }
    }
}

/// The parts between `/`, `+` and `;`. A `/` between digits is a date or a fraction.
fn parts_of(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let ends = match byte {
            b'+' | b';' => true,
            b'/' => !(digit(at.checked_sub(1)) && digit(Some(at + 1))),
            _ => false,
        };
        if ends {
            parts.extend(text.get(from..at));
            from = at + 1;
        }
    }
    parts.extend(text.get(from..));
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn read_part(part: &str) -> Part {
    let has = |words: &[&str]| words.iter().any(|word| part.contains(word));
    if has(&["BONUS", "BON "]) {
        // Preference shares and debentures for nothing leave the share as it is.
        if has(&["NCRPS", "PREF", "DEBENTURE", "NCD"]) {
            return Part::Nothing;
        }
        return ratio_of(part).map_or(Part::Unreadable("a bonus without its ratio"), |(new, held)| {
            within(ActionKind::Bonus { new, held }, "the ratio of the bonus is out of bounds")
        });
    }
    if has(&["SPLT", "SPLIT", "SUB-DIV", "SUBDIV", "SUB DIV", "CONSOLIDAT"]) {
        return face_values(part);
    }
    if has(&["DEMERGE", "DE-MERGE", "SPIN OFF", "SPIN-OFF", "HIVE OFF"]) {
        return Part::Action(ActionKind::Demerger { child: None, ratio: Ratio::ONE, parent_share: None });
    }
    if has(&["ARRANGEMENT", "CAPITAL RED", "CAP RED", "REDUCTION OF CAP", "AMALGAM", "MERGER"]) {
        return Part::Unreadable("what becomes of the shares is not said");
    }
    if has(&["RIGHTS", "RGHTS", "RIGHT ISS", "RHT"]) {
        if has_part_of_a_paisa(part) {
            return Part::Unreadable("the premium of the rights is not in whole paise");
        }
        let premium = amounts(part).first().copied();
        return ratio_of(part).map_or(Part::Unreadable("rights without their ratio"), |(new, held)| {
            within(ActionKind::Rights { new, held, premium }, "the figures of the rights are out of bounds")
        });
    }
    if has(&["DIV"]) {
        return match amounts(part).as_slice() {
            [_] if has_part_of_a_paisa(part) => {
                Part::Unreadable("the amount of the dividend is not in whole paise")
            }
            [per_share] => {
                within(ActionKind::Dividend { per_share: *per_share }, "the dividend is out of bounds")
            }
            [] => Part::Unreadable("a dividend without its amount in rupees and whole paise"),
            _ => Part::Unreadable("a dividend of several amounts"),
        };
    }
    Part::Nothing
}

fn within(kind: ActionKind, otherwise: &'static str) -> Part {
    // The share itself plays no part in the bounds of what a purpose can say.
    let fits = Symbol::new("-").is_ok_and(|share| kind.check(&share).is_ok());
    if fits { Part::Action(kind) } else { Part::Unreadable(otherwise) }
}

fn face_values(part: &str) -> Part {
    match amounts(part).as_slice() {
        [from, to] => match ActionKind::of_face_values(*from, *to) {
            Ok(kind) => {
                let consolidates = part.contains("CONSOLIDAT");
                if consolidates == matches!(kind, ActionKind::Consolidation { .. }) {
                    Part::Action(kind)
                } else {
                    Part::Unreadable("the face values go the other way")
                }
            }
            Err(_) => Part::Unreadable("the face values are no ratio of shares"),
        },
        _ => Part::Unreadable("two face values in rupees and whole paise are wanted"),
    }
}

/// The first `a:b` of a text, each of one to four digits and within bounds.
fn ratio_of(part: &str) -> Option<(u32, u32)> {
    part.match_indices(':').find_map(|(at, _)| {
        let before = part.get(..at)?.trim_end();
        let after = part.get(at + 1..)?.trim_start();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let left = before.len() - before.bytes().rev().take_while(u8::is_ascii_digit).count();
        let number =
            |text: &str| text.parse::<u32>().ok().filter(|number| (1..=LARGEST_PART).contains(number));
        Some((number(before.get(left..)?)?, number(after.get(..digits(after))?)?))
    })
}

/// The amounts after `RS` or `RE`, in order. One that cannot be read counts as zero, which nothing accepts.
fn amounts(part: &str) -> Vec<Paise> {
    numbers(part).into_iter().map(|number| amount(number).unwrap_or_default()).collect()
}

/// Whether one of the amounts has parts that are smaller than a paisa, which nobody is paid.
fn has_part_of_a_paisa(part: &str) -> bool {
    let has_part = |number: &str| {
        number.split_once('.').is_some_and(|(_, paise)| {
            let paise = paise.trim_end_matches(['0', '.', ',']);
            paise.len() > 2 && paise.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    numbers(part).into_iter().any(has_part)
}

/// What stands as a number after `RS` or `RE`, in order.
fn numbers(part: &str) -> Vec<&str> {
    let bytes = part.as_bytes();
    let begins = |at: usize| {
        let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
        at.checked_sub(1).is_none_or(|before| !letter(before))
    };
    let found = ["RS", "RE"].into_iter().flat_map(|unit| part.match_indices(unit));
    let mut found: Vec<usize> = found.map(|(at, _)| at).filter(|at| begins(*at)).collect();
    found.sort_unstable();
    found
        .into_iter()
        .filter_map(|at| {
            let rest = part.get(at + 2..)?.trim_start_matches([' ', '.', ':', '-']);
            let end =
                rest.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')).count();
            rest.get(..end).filter(|number| !number.is_empty())
        })
        .collect()
}

/// Rupees with at most two decimals that are not zero, as paise.
fn amount(number: &str) -> Option<Paise> {
    let number = number.replace(',', "");
    let number = number.trim_end_matches('.');
    let (rupees, paise) = number.split_once('.').unwrap_or((number, ""));
    let paise = paise.trim_end_matches('0');
    if rupees.len() > 9 || paise.len() > 2 || paise.contains('.') {
        return None;
    }
    let rupees: i64 = if rupees.is_empty() { 0 } else { rupees.parse().ok()? };
    let paise: i64 = format!("{paise:0<2}").parse().ok()?;
    Some(Paise(rupees * 100 + paise))
}
