//! Codes such as `rsi_exit` as people write them. Tasks decide by codes, and say them as the reason of what they do.

/// Short words that people write in capitals, whatever number follows.
const SHORT: [&str; 9] = ["amo", "ema", "eod", "gtt", "ltp", "nse", "pnl", "rsi", "sma"];

/// Codes whose words do not say it by themselves.
const SAID: [(&str, &str); 1] = [("retry_expired", "the time to try it again is over")];

/// A code as people write it: `reentry_below_ema9` is `re-entry below EMA9`.
pub(crate) fn words(code: &str) -> String {
    let word = |word: &str| {
        let letters = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        match letters {
            "reentry" => "re-entry".to_owned(),
            short if SHORT.contains(&short) => word.to_ascii_uppercase(),
            _ => word.to_owned(),
        }
    };
    code.split('_').map(word).collect::<Vec<_>>().join(" ")
}

/// A reason with the codes in it as people write them; what is none stays as it is.
pub(crate) fn in_sentence(reason: &str) -> String {
    let mut told = String::with_capacity(reason.len());
    let mut rest = reason;
    while !rest.is_empty() {
        let end = rest.find(|letter| !is_of_code(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        told.push_str(&one(word));
        let mut others = after.chars();
        told.extend(others.next());
        rest = others.as_str();
    }
    told
}

fn one(word: &str) -> String {
    if !is_code(word) {
        return word.to_owned();
    }
    let said = SAID.iter().find(|(code, _)| *code == word);
    said.map_or_else(|| words(word), |(_, said)| (*said).to_owned())
}

/// Whether a word is a code: small letters and digits in parts, of which each has some and the first begins with a letter.
fn is_code(word: &str) -> bool {
    word.contains('_')
        && word.starts_with(|letter: char| letter.is_ascii_lowercase())
        && word.split('_').all(|part| !part.is_empty())
        && word.chars().all(|letter| letter == '_' || letter.is_ascii_lowercase() || letter.is_ascii_digit())
}

/// Whether a letter may stand within a word, of which a code is the whole.
fn is_of_code(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_words() {
        assert_eq!(words("last_close"), "last close");
        assert_eq!(words("reentry_below_ema9"), "re-entry below EMA9");
        assert_eq!(words("eod_cleanup"), "EOD cleanup");
        assert_eq!(words(""), "");
    }

    #[test]
    fn a_reason_has_its_codes_in_words_and_nothing_else_is_touched() {
        let kept = "insufficient balance: ₹99,051.70 with charges, ₹75,949.03 more than is free; given up: retry_expired";
        let told = "insufficient balance: ₹99,051.70 with charges, ₹75,949.03 more than is free; given up: the time to try \
                    it again is over";
        assert_eq!(in_sentence(kept), told);
        assert_eq!(in_sentence("rsi_exit"), "RSI exit");
        assert_eq!(
            in_sentence("(open_position_exists), then ema9_target."),
            "(open position exists), then EMA9 target."
        );
        for reason in
            ["", "M&M", "NO_SUCH", "_", "a__b", "x_", "प्रहरी_क", "seen at the broker", "No_such", "_a"]
        {
            assert_eq!(in_sentence(reason), reason);
        }
    }
}
