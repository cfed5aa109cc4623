//! Which names and passwords can be chosen.

use prahari_secrets::Secret;

use super::AccountError;

const SHORTEST_PASSWORD: usize = 12;
/// Longer ones only cost time to hash.
const LONGEST_PASSWORD: usize = 256;
const LONGEST_NAME: usize = 64;

/// What people choose most when they have to choose twelve characters or more, in lower case. Guessing is slow enough
/// that a longer list would change little.
const COMMON: [&str; 30] = [
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456123456",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "111111111111",
    "000000000000",
    "123123123123",
    "987654321098",
    "abcdefghijkl",
    "abcd12345678",
    "administrator",
    "iloveyou1234",
    "letmein12345",
    "password1234",
    "password12345",
    "password123456",
    "password123!",
    "passwordpassword",
    "p@ssw0rd1234",
    "qwerty123456",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopas",
    "welcome12345",
    "zaq12wsxcde3",
    "changeme1234",
    "asdfghjkl123",
    "prahariprahari",
];

/// Refuses a name that is empty, long, or has characters that look like nothing or like others.
///
/// # Errors
/// [`AccountError::InvalidName`].
pub fn check_name(name: &str) -> Result<(), AccountError> {
    let fine =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | '@' | '+');
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(fine) {
        return Err(AccountError::InvalidName { longest: LONGEST_NAME });
    }
    Ok(())
}

/// Refuses a password that is quickly guessed by somebody who knows the user's name.
///
/// # Errors
/// [`AccountError::WeakPassword`].
pub fn check_password(password: &Secret, name: &str) -> Result<(), AccountError> {
    let weak = |why| Err(AccountError::WeakPassword(why));
    let text = password.expose();
    if text.chars().count() < SHORTEST_PASSWORD {
        return weak("it has fewer than 12 characters");
    }
    if text.chars().count() > LONGEST_PASSWORD {
        return weak("it has more than 256 characters");
    }
    let plain = text.to_lowercase();
    let first = plain.chars().next();
    if COMMON.contains(&plain.as_str()) || plain.chars().all(|c| Some(c) == first) {
        return weak("it is one of those that are tried first");
    }
    let name = name.to_lowercase();
    if plain == name || (name.len() >= 4 && plain.replace(&name, "").chars().count() < SHORTEST_PASSWORD / 2)
    {
        return weak("it is little more than the user's name");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_common_and_named_passwords_are_refused() {
        let check = |text: &str| check_password(&Secret::new(text.to_owned()), "somebody.else").is_ok();
        for weak in ["", "elevenchars", "Password1234", "aaaaaaaaaaaaaaaa", "somebody.else", "Somebody.Else1"]
        {
            assert!(!check(weak), "{weak}");
        }
        assert!(!check(&"long".repeat(100)));
        for good in ["twelve chars", "correct horse battery", "एक लंबा पासवर्ड है"]
        {
            assert!(check(good), "{good}");
        }
    }

    #[test]
    fn names_are_plain() {
        assert!(check_name("a.person+1@example").is_ok());
        for name in ["", "A", "a b", "a\u{0}", "ä", &"a".repeat(65)] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
    }
}
