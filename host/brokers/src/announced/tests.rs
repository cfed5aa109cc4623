use prahari_domain::actions::Origin;
use proptest::prelude::*;

use super::*;

pub(super) const DAILY: &str =
    "SERIES,SYMBOL,SECURITY,RECORD_DT,BC_STRT_DT,BC_END_DT,EX_DT,ND_STRT_DT,ND_END_DT,PURPOSE\n";
pub(super) const OF_THE_SITE: &str = "\u{feff}\"SYMBOL\",\"COMPANY NAME\",\"SERIES\",\"PURPOSE\",\"FACE VALUE\",\"EX-DATE\",\
    \"RECORD DATE\",\"BOOK CLOSURE START DATE\",\"BOOK CLOSURE END DATE\"\n";
const OWN: &str =
    "symbol,ex_day,kind,new,held,to,from_isin,to_isin,parent_share,per_share_paise,premium_paise,note\n";

fn provenance() -> Provenance {
    Provenance { origin: Origin::Import, teller: "actions.csv".to_owned() }
}

fn read(text: &str) -> Result<ToldActions, String> {
    ToldActions::read(text.as_bytes(), &provenance())
}

fn told(list: &ToldActions) -> Vec<String> {
    list.actions.iter().map(|told| format!("{}: {}", told.line, told.action)).collect()
}

fn refused(list: &ToldActions) -> Vec<String> {
    list.unreadable.iter().map(|row| format!("{}: {}", row.line, row.reason)).collect()
}

/// One row of each kind, and what it says.
const ROWS: [(&str, &str); 9] = [
    ("TCS,2024-10-28,split,5,1,,,,,,,face value 10 to 2", "TCS on 2024-10-28: split, 5 for 1"),
    ("TCS,2024-10-29,consolidation,1,10,,,,,,,", "TCS on 2024-10-29: consolidation, 1 for 10"),
    ("TCS,2024-10-30,bonus,1,1,,,,,,,", "TCS on 2024-10-30: bonus of 1 new for 1 held"),
    ("TCS,2024-10-31,demerger,,,,,,,,,", "TCS on 2024-10-31: demerger"),
    (
        "TCS,2024-11-01,demerger,1,2,TCSX,,,6885,,,",
        "TCS on 2024-11-01: demerger of TCSX, 1 for 2 held, 68.85 % stay",
    ),
    ("TCS,2024-11-04,symbol_change,,,TCSNEW,,,,,,", "TCS on 2024-11-04: new symbol TCSNEW"),
    (
        "TCS,2024-11-05,isin_change,,,,INE467B01029,INE467B01037,,,,",
        "TCS on 2024-11-05: new ISIN INE467B01037 instead of INE467B01029",
    ),
    ("TCS,2024-11-06,dividend,,,,,,,147,,", "TCS on 2024-11-06: dividend of ₹1.47 a share"),
    (
        "TCS,2024-11-07,rights,3,8,,,,,,1400,",
        "TCS on 2024-11-07: right to 3 new for 8 held at a premium of ₹14.00",
    ),
];

#[test]
fn a_list_with_figures_tells_every_kind() {
    let rows: Vec<&str> = ROWS.iter().map(|(row, _)| *row).collect();
    let list = read(&format!("{OWN}{}\n", rows.join("\n"))).unwrap();
    let expected: Vec<String> =
        ROWS.iter().zip(2..).map(|((_, said), line)| format!("{line}: {said}")).collect();
    assert_eq!((told(&list), refused(&list)), (expected, Vec::new()));
    assert_eq!(list.actions[0].action.note(), "face value 10 to 2");
    assert_eq!(list.actions[0].action.provenance(), &provenance());
}

#[test]
fn json_with_figures_tells_the_same_and_what_is_shown_is_read_again() {
    let rows: Vec<&str> = ROWS.iter().map(|(row, _)| *row).collect();
    let list = read(&format!("{OWN}{}\n", rows.join("\n"))).unwrap();
    let plain: Vec<PlainAction> = list.actions.iter().map(|told| PlainAction::from(&told.action)).collect();
    let as_list = read(&serde_json::to_string(&plain).unwrap()).unwrap();
    // As the API answers: with fields that only tell.
    let mut items: Vec<serde_json::Value> =
        plain.iter().map(|plain| serde_json::to_value(plain).unwrap()).collect();
    items.iter_mut().for_each(|item| item["state"] = "announced".into());
    let as_answer = read(&serde_json::json!({ "items": items, "next": null }).to_string()).unwrap();
    for again in [as_list, as_answer] {
        let actions =
            |list: &ToldActions| list.actions.iter().map(|told| told.action.clone()).collect::<Vec<_>>();
        assert_eq!(actions(&again), actions(&list));
        assert_eq!(again.actions[1].line, 2);
    }
}

#[test]
fn the_words_of_the_exchange_are_told_as_figures_with_the_words_as_note() {
    let list = read(&format!(
        "{DAILY}EQ,RELIANCE,RELIANCE INDUSTRIES LTD,2024-10-28,,,2024-10-28,,,BONUS 1:1/DIV - RS 9 PER SH\n\
         EQ,ABC,ABC LTD,,,,2024-10-29,,,BONUS\n\
         EQ,ABC,ABC LTD,,,,soon,,,BONUS 1:1\n\
         N1,BOND,A BOND,,,,2024-10-29,,,INTEREST\n"
    ))
    .unwrap();
    let expected = [
        "2: RELIANCE on 2024-10-28: bonus of 1 new for 1 held",
        "2: RELIANCE on 2024-10-28: dividend of ₹9.00 a share",
    ];
    assert_eq!(told(&list), expected);
    assert_eq!(list.actions[0].action.note(), "BONUS 1:1/DIV - RS 9 PER SH");
    let reasons = [
        "3: ABC of 2024-10-29: \"BONUS\": a bonus without its ratio",
        "4: ex-date \"soon\" is not a date such as 2025-01-31",
    ];
    assert_eq!((refused(&list), list.passed_over), (reasons.map(str::to_owned).to_vec(), 1));
}

#[test]
fn what_is_wrong_with_a_row_is_one_sentence_that_names_the_field() {
    let cases = [
        ("tcs,2024-10-28,bonus,1,1,,,,,,,", "symbol: \"tcs\" is not a symbol: 1 to 32 of A-Z, 0-9, & and -"),
        ("TCS,9999-10-28,bonus,1,1,,,,,,,", "ex_day: 9999-10-28 is outside the years 1990 to 2100"),
        ("TCS,+262142-12-31,bonus,1,1,,,,,,,", "ex_day: +262142-12-31 is outside the years 1990 to 2100"),
        ("TCS,28/10/24,bonus,1,1,,,,,,,", "ex_day: \"28/10/24\" is not a date such as 2025-01-31"),
        (
            "TCS,2024-10-28,gift,1,1,,,,,,,",
            "kind: \"gift\" is not a kind of action: split, consolidation, bonus, demerger, symbol_change, isin_change, dividend or rights",
        ),
        ("TCS,2024-10-28,bonus,1,,,,,,,,", "an action of the kind \"bonus\" needs held"),
        ("TCS,2024-10-28,bonus,one,1,,,,,,,", "new: \"one\" is not a whole number"),
        ("TCS,2024-10-28,bonus,1,1,,,,,147,,", "an action of the kind \"bonus\" has no per_share_paise"),
        ("TCS,2024-10-28,split,5000,1,,,,,,,", "5000 for 1 is not a ratio of shares: each part is 1 to 1000"),
        (
            "TCS,2024-10-28,isin_change,,,,INE,INE467B01037,,,,",
            "from_isin: \"INE\" is not an ISIN such as INE002A01018: two letters, nine of A-Z and 0-9, and a digit",
        ),
        (
            "TCS,2024-10-28,symbol_change,,,TCS,,,,,,",
            "the symbol change of TCS on 2024-10-28 cannot be: the new symbol is the old one",
        ),
    ];
    for (row, expected) in cases {
        let list = read(&format!("{OWN}{row}\n")).unwrap();
        assert_eq!((told(&list), refused(&list)), (Vec::new(), vec![format!("2: {expected}")]), "{row}");
    }
    let list = read(r#"[{"symbol":"TCS","ex_day":"2024-10-28","kind":"bonus","new":"one"}, 7]"#).unwrap();
    assert!(list.unreadable[0].reason.starts_with("new: "), "{:?}", list.unreadable);
    assert_eq!(refused(&list)[1], "2: an action is an object");
}

#[test]
fn a_row_that_is_longer_or_shorter_than_the_header_and_a_field_that_nobody_knows_are_refused() {
    let list = read(
        "symbol,ex_day,kind,per_share_paise\n\
         ITC,2026-04-24,dividend,1,250\n\
         ITC,2026-04-24,dividend\n\
         ITC,2026-04-24,dividend,1250\n",
    )
    .unwrap();
    let expected = [
        "2: the row has 5 fields and the header 4; a field with a comma stands in quotes",
        "3: the row has 3 fields and the header 4",
    ];
    assert_eq!(refused(&list), expected);
    assert_eq!(told(&list), ["4: ITC on 2026-04-24: dividend of ₹12.50 a share"]);
    let list = read(
        r#"[{"symbol":"ITC","ex_day":"2026-04-24","kind":"dividend","per_share_paise":1250,"foo":3},
            {"symbol":"TCS","ex_day":"2026-04-24","kind":"dividend","per_share_paise":1250,"state":"announced"}]"#,
    )
    .unwrap();
    assert!(refused(&list)[0].starts_with("1: \"foo\" is not a field of an action: "), "{list:?}");
    assert_eq!(told(&list), ["2: TCS on 2026-04-24: dividend of ₹12.50 a share"]);
    let list = read(&format!(
        "{DAILY}EQ,ABC,ABC, LTD,,,,2024-10-28,2024-10-29,,BONUS 1:1\n\
         EQ,XYZ,XYZ LTD,,,,2024-10-28,,,BONUS 1:1,,\n"
    ))
    .unwrap();
    assert_eq!(refused(&list), ["2: the row has 11 fields and the header 10"]);
    let windows =
        read(&format!("{DAILY}EQ,ABC,ABC, LTD,,,,2024-10-28,2024-10-29,,BONUS 1:1\n").replace('\n', "\r\n"));
    assert_eq!(refused(&windows.unwrap()), ["2: the row has 11 fields and the header 10"]);
    assert_eq!(told(&list), ["3: XYZ on 2024-10-28: bonus of 1 new for 1 held"]);
}

#[test]
fn an_action_that_is_told_twice_is_one_and_with_other_figures_refused() {
    let row = "TCS,2024-10-28,bonus,1,1,,,,,,,\n";
    let list = read(&format!("{OWN}{row}{row}TCS,2024-10-28,bonus,2,1,,,,,,,\n")).unwrap();
    assert_eq!((told(&list).len(), list.repeated, list.passed_over), (1, 1, 0));
    assert_eq!(list.place_of(&list.actions[0].action).unwrap(), "line 2");
    let second = "4: a second bonus of TCS on 2024-10-28: the first one is in line 2";
    assert_eq!(refused(&list), [second]);
    let windows = format!("{OWN}{row}{row}TCS,2024-10-28,bonus,2,1,,,,,,,\n").replace('\n', "\r\n");
    assert_eq!(refused(&read(&windows).unwrap()), [second]);
    let of = |new: u32| serde_json::json!({ "symbol": "TCS", "ex_day": "2024-10-28", "kind": "bonus", "new": new, "held": 1 });
    let list = read(&serde_json::json!([of(1), of(1), of(2)]).to_string()).unwrap();
    assert_eq!(refused(&list), ["3: a second bonus of TCS on 2024-10-28: the first one is in action 1"]);
    assert_eq!((list.repeated, list.place_of(&list.actions[0].action).unwrap()), (1, "action 1".to_owned()));
}

#[test]
fn a_column_that_nobody_knows_is_named_and_one_that_the_exchange_lacks_too() {
    let those = "those are symbol, ex_day, kind, new, held, to, from_isin, to_isin, parent_share, per_share_paise, premium_paise, note";
    for (header, name) in [
        ("symbol,ex_day,kind,per_share_pasie", "per_share_pasie"),
        ("symbol,exday,kind,new,held", "exday"),
        ("SYMBOL,EX_DAY,KIND,Premium", "Premium"),
    ] {
        let expected = format!("{name:?} is not a column of a list of actions: {those}");
        assert_eq!(read(&format!("{header}\n")).unwrap_err(), expected, "{header}");
    }
    // What only tells, and the empty names with which spreadsheets end lines.
    let list =
        read("id,symbol,ex_day,kind,new,held,state,\n7,TCS,2024-10-28,bonus,1,1,announced,\n").unwrap();
    assert_eq!((told(&list).len(), refused(&list)), (1, Vec::new()));
    for (from, to, lacks) in
        [("PURPOSE", "PURPOS", "purpose"), ("EX_DT", "EXDT", "ex_dt"), ("SYMBOL", "SYMBL", "symbol")]
    {
        let said = read(&DAILY.replace(from, to)).unwrap_err();
        let expected = format!(
            "the column {lacks} is missing: needed are SYMBOL, SERIES, EX_DT and PURPOSE, in any order; found are SERIES, "
        );
        assert!(said.starts_with(&expected) && said.contains(to), "{said}");
    }
}

#[test]
fn what_is_no_list_as_a_whole_is_refused_in_one_sentence() {
    let many = vec![serde_json::json!(1); MOST_ANNOUNCED + 1];
    let cases = [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("{", "it is not JSON: line 1, column 1 cannot be read"),
        // On one line, the action says where to look.
        (
            r#"[{"symbol":"TCS"}, {"symbol":}]"#,
            "it is not JSON: line 1, column 30 of action 2 cannot be read",
        ),
        (
            r#"{"next":null,"items":[{"a":1},{"a":2},{"#,
            "it is not JSON: line 1, column 39 of action 3 cannot be read",
        ),
        ("{\"rows\":[]}", "it is an object without a list of actions in items"),
        (
            "symbol,kind\n",
            "the column ex_day is missing: a list has symbol, ex_day, kind, or is one of the exchange's with SYMBOL, SERIES, \
             EX_DT and PURPOSE",
        ),
        ("symbol,ex_day,kind,Symbol\n", "the column symbol is there twice"),
        (
            "Date,Open,Close\n",
            "the column symbol is missing: a list has symbol, ex_day, kind, or is one of the exchange's with SYMBOL, SERIES, EX_DT \
             and PURPOSE",
        ),
        (&serde_json::to_string(&many).unwrap(), "it has more than 20000 actions"),
        (&format!("{OWN}{}", "TCS\n".repeat(MOST_ANNOUNCED + 1)), "it has more than 20000 rows"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).unwrap_err(), expected, "{}", text.chars().take(60).collect::<String>());
    }
}

#[test]
fn rows_that_tell_several_actions_each_count_by_their_actions() {
    let row = |number: usize| format!("EQ,S{number},A NAME,,,,2024-10-28,,,BONUS 1:1/DIV - RS 1 PER SH\n");
    let of = |rows: usize| format!("{DAILY}{}", (0..rows).map(row).collect::<String>());
    assert_eq!(read(&of(MOST_ANNOUNCED / 2)).unwrap().actions.len(), MOST_ANNOUNCED);
    let refused = read(&of(MOST_ANNOUNCED / 2 + 1)).unwrap_err();
    assert_eq!(refused, "it tells 20002 actions, more than 20000");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(
        header in prop::sample::select(vec![DAILY, OF_THE_SITE, OWN, "[", "{\"items\":[", ""]),
        rows in prop::collection::vec("(EQ|N1|TCS)?,[A-Z&0-9-]{0,10},[ -~\n]{0,60}", 0..6),
        tail in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut text = header.as_bytes().to_vec();
        rows.iter().for_each(|row| text.extend_from_slice(row.as_bytes()));
        text.extend_from_slice(&tail);
        let lines = text.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
        match ToldActions::read(&text, &provenance()) {
            Ok(list) => {
                let told = list.actions.iter().map(|told| told.line);
                let found = told.chain(list.unreadable.iter().map(|row| row.line));
                prop_assert!(found.into_iter().all(|line| (1..=lines).contains(&line)));
            }
            Err(reason) => prop_assert!(!reason.is_empty() && !reason.contains('\n')),
        }
    }
}
