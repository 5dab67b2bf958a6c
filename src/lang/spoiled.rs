//! Numbers that a spreadsheet has spoiled: `1.39E+10` where an id was, `#####`, `13900000000.0`.
//!
//! Only says so; what was there before nobody can tell.

use super::document::quoting::half_width;
use crate::base::{
    phrase::{Phrase, pair, phrase},
    words::tick,
};

/// What is wrong with an id that a spreadsheet has spoiled, and what to do about it; none of one that is whole.
pub(crate) fn spoiled(id: &str) -> Option<(Phrase, Phrase)> {
    is_spoiled(id).then(|| {
        let told = phrase!(
            "{} is a number that a spreadsheet has shortened: its digits are gone",
            "{} 是被表格软件缩写的数字：后面的位数已经丢失",
            tick(id)
        );
        let help = pair(
            "in the spreadsheet format the column as text, enter the ids again, and save anew",
            "在表格里把这一列设为「文本」，重新填写编号，再保存",
        );
        (told, help.into())
    })
}

fn is_spoiled(id: &str) -> bool {
    // Full-width signs are what an input method makes of the same.
    let id = id.trim();
    let id = half_width(id).unwrap_or_else(|| id.to_owned());
    let id = id.trim_start_matches(['=', '\'']).trim();
    is_error(id) || is_in_powers(id) || is_a_fraction_of_nothing(id)
}

/// `#####`, `#N/A`, `#REF!`: a column too narrow, or a formula without a value.
fn is_error(id: &str) -> bool {
    let Some(rest) = id.strip_prefix('#') else { return false };
    let rest = rest.trim_end_matches(['!', '?']);
    let known = ["N/A", "REF", "VALUE", "NAME", "NUM", "NULL", "DIV/0", "SPILL", "CALC"];
    (id.len() > 1 && rest.bytes().all(|b| b == b'#')) || known.contains(&&*rest.to_ascii_uppercase())
}

/// `1.39E+10`, `-1,4e10`. Digits around an `e` alone may well be an id.
fn is_in_powers(id: &str) -> bool {
    let Some((number, power)) = id.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = number.strip_prefix(['-', '+']).unwrap_or(number);
    let signed = power.strip_prefix(['+', '-']);
    match number.split_once(['.', ',']) {
        Some((whole, rest)) => digits(whole) && digits(rest) && digits(signed.unwrap_or(power)),
        None => digits(number) && signed.is_some_and(digits),
    }
}

/// `13900000000.0`: an id that became a number on its way.
fn is_a_fraction_of_nothing(id: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    id.split_once('.').is_some_and(|(whole, rest)| {
        whole.len() > 4 && digits(whole) && !rest.is_empty() && rest.bytes().all(|b| b == b'0')
    })
}

#[cfg(test)]
mod tests {
    use super::is_spoiled;

    #[test]
    fn what_a_spreadsheet_makes_of_an_id_is_known_and_ids_are_left_alone() {
        let spoiled = [
            "1.39E+10",
            "1.39e+10",
            "1E+10",
            "1.39E10",
            "1,39E+10",
            "-1.39E+10",
            "１.３９E+10",
            "１．３９Ｅ＋１０",
            "=1.39E+10",
            "#####",
            "#N/A",
            "#REF!",
            "#DIV/0!",
            "13900000000.0",
            "13900000000.00",
            " 1.2E-5 ",
        ];
        for id in spoiled {
            assert!(is_spoiled(id), "{id}");
        }
        let whole = [
            "",
            "#",
            "#1",
            "#general",
            "1E10",
            "12e5",
            "e",
            "E+1",
            "a1.5E+3",
            "13900000000",
            "v1.0",
            "1.5",
            "2026.0",
            "deadbeef",
            "3e",
            "telegram:42",
            "小红",
            "wxid_1e9",
            "a@b.example",
            "1.2.3",
        ];
        for id in whole {
            assert!(!is_spoiled(id), "{id}");
        }
    }
}
