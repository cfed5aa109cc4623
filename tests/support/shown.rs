//! Text that means harm, and what of it must never reach a terminal.
#![allow(dead_code, reason = "each test file uses its part")]

/// Takes a terminal over, turns the direction of writing, hides itself, and fakes a line.
pub const HOSTILE: &str =
    "x\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{2066}\u{2028}\u{200b}\u{e0041}\r\nFAKED line";

/// What a viewer would obey and not show: written out here, so that a gap in the program's own list is seen.
pub fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Why a text may not be shown; none when nothing in it is obeyed but the ends of its lines, none of which was faked.
pub fn harm(text: &str) -> Option<String> {
    let obeyed = text.chars().find(|character| *character != '\n' && is_obeyed(*character));
    if let Some(character) = obeyed {
        return Some(format!("{character:?} in {text:?}"));
    }
    let faked = text.lines().find(|line| line.trim_start().starts_with("FAKED"));
    faked.map(|line| format!("{line:?} in {text:?}"))
}
