//! Each form in which a server may repeat a secret, and what is left alone.

use super::*;

const USER: &str = "prahari";
const PASSWORD: &str = "p@ss/wörd+XQZW 9";

fn log_in() -> Cleaner {
    Cleaner::default().hiding_log_in(USER, PASSWORD)
}

/// Whether a text tells of the password: in part, or to whoever decodes it.
fn tells(text: &str) -> bool {
    let decoded = text.split([' ', '<', '>', ',']).filter_map(|word| {
        let word = word.trim_end_matches('=').replace('-', "+").replace('_', "/");
        BASE64_NOPAD.decode(word.as_bytes()).ok()
    });
    text.contains("XQZW") || decoded.into_iter().any(|bytes| bytes.windows(4).any(|part| part == b"XQZW"))
}

#[test]
fn every_form_of_a_log_in_is_masked() {
    let sent = [
        format!("\0{USER}\0{PASSWORD}"),
        PASSWORD.to_owned(),
        format!("x\0{USER}\0{PASSWORD}"),
        format!("ab{PASSWORD}cd"),
    ];
    let mut forms: Vec<String> = sent.iter().flat_map(|sent| codes_of(sent.as_bytes())).collect();
    assert!(forms.iter().filter(|form| tells(form)).count() >= forms.len() / 2);
    forms.extend([
        PASSWORD.to_owned(),
        "P@SS/WöRD+xqzw 9".to_owned(),
        "p%40ss%2Fw%C3%B6rd%2BXQZW%209".to_owned(),
        "p%40ss%2fw%c3%b6rd%2b%58%51%5a%57+9".to_owned(),
        "p@ss/\u{200b}wörd+X\u{202e}QZW 9".to_owned(),
        "p@ss/wörd\r\n+XQZW\t9".to_owned(),
        "p@ss\\/wörd+XQZW 9".to_owned(),
    ]);
    for form in forms {
        for said in
            [format!("5.7.8 bad credentials: AUTH PLAIN {form}"), format!("no <{form}>, no"), form.clone()]
        {
            let clean = log_in().clean(&said);
            assert!(!tells(&clean) && clean.contains(MASK), "{said:?}: {clean:?}");
            assert!(!clean.to_ascii_lowercase().contains("xqzw"), "{said:?}: {clean:?}");
        }
    }
    let name = codes_of(USER.as_bytes());
    assert_eq!(log_in().clean(&format!("334 {}", name[0])), "334 [masked]");
}

#[test]
fn base64_on_several_lines_is_one_code() {
    let code = BASE64.encode(format!("\0{USER}\0{PASSWORD}").as_bytes());
    let (first, second) = code.split_at(17);
    assert_eq!(log_in().clean(&format!("bad\r\n{first}\r\n{second}\r\nbye")), "bad [masked] bye");
}

#[test]
fn what_a_server_says_is_left_as_it_is_otherwise_on_one_line_and_bounded() {
    let said = "5.7.8 Username and Password not accepted. https://support.example.org/mail/?p=BadCredentials abc123-gsmtp";
    assert_eq!(log_in().clean(said), said);
    assert_eq!(log_in().clean("a\u{1b}[2J\u{202e}b\nc\0"), "a[2Jb c");
    assert_eq!(log_in().clean(&"x ".repeat(10_000)).chars().count(), LONGEST_SAID);
    let cut = format!("{} {PASSWORD}", "x ".repeat(LONGEST_SAID / 2 - 3));
    assert!(!log_in().clean(&cut).contains("p@"), "{}", log_in().clean(&cut));
    // A word through which what is looked at ends is left out.
    let long = format!("ok {}{PASSWORD}", "x".repeat(LONGEST_READ - 8));
    assert_eq!(log_in().clean(&long), "ok");
}

#[test]
fn short_secrets_and_words_that_look_like_secrets_are_masked() {
    assert_eq!(Cleaner::default().hiding("#1!").clean("not #1! here 1"), "not [masked] here 1");
    let token = "0123456789abcdef0123456789abcdef";
    assert_eq!(Cleaner::default().clean(&format!("session {token} ended")), "session [masked] ended");
    let of = Cleaner::default().telling("asha@example.org", "the address");
    assert_eq!(of.clean("<Asha@example.org> is unknown"), "<the address> is unknown");
}
