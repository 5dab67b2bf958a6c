//! Regular expressions for the values that are one line: as exact as they can be, and never narrower than the
//! compiler.
//!
//! Only what ECMA-262 and its relatives read alike.

/// A unit of time.
const UNIT: &str = "(?:milliseconds?|ms|seconds?|sec|s|minutes?|min|m|hours?|h|days?|d|weeks?|w)";
/// A clock time.
const CLOCK: &str = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?";
/// A date.
const DATE: &str = "[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}";

fn lengths() -> String {
    format!(r"(?:[0-9]+\s*{UNIT}\s*)+")
}

fn whole(inner: &str) -> String {
    format!(r"^\s*(?:{inner})\s*$")
}

/// A length of time.
pub(super) fn duration() -> String {
    whole(&lengths())
}

/// A length of time that is not zero.
pub(super) fn positive() -> String {
    format!("^(?=[^1-9]*[1-9]){}", &duration()[1..])
}

/// One var and nothing else.
pub(super) fn one_var() -> String {
    whole(r"\$\{\s*vars\.[^\s}]+\s*\}")
}

/// A clock time.
pub(super) fn clock() -> String {
    whole(CLOCK)
}

/// A date with or without a clock time and an offset from UTC.
pub(super) fn moment() -> String {
    whole(&format!(r"{DATE}(?:[Tt\s]\s*{CLOCK}(?:\.[0-9]+)?\s*(?:[Zz]|[+-][0-9]{{2}}:?(?:[0-9]{{2}})?)?)?"))
}

/// A day or a range of days.
pub(super) fn days() -> String {
    whole(&format!(r"{DATE}\s*(?:\.\.\s*{DATE})?"))
}

/// An offset from a run's anchor.
pub(super) fn offset() -> String {
    whole(&format!(r"[+-]?\s*{}(?:\s{CLOCK})?", lengths()))
}

/// A window that collects signals.
pub(super) fn batch() -> String {
    format!("{}|{}", whole(&format!(r"until\s*{CLOCK}")), positive())
}

/// What a step can wait for, written as one word.
pub(super) fn wait() -> String {
    whole(&format!(r"{}|(?:until\s+)?{CLOCK}|[^0-9\s]\S*", lengths()))
}

fn per() -> String {
    format!(r"(?:{UNIT}\s*)?{}|{UNIT}", lengths())
}

/// So many in so long.
pub(super) fn rate() -> String {
    whole(&format!(r"\+?[0-9]*[1-9][0-9]*\s*per\s*(?:{})", per()))
}

/// So many in so long, or a day.
pub(super) fn quota() -> String {
    whole(&format!(r"\+?[0-9]+\s*per\s*(?:{})", per()))
}

/// A share in so long.
pub(super) fn share() -> String {
    whole(&format!(r"\+?[0-9]+\s*[%\uff05]+\s*per\s*(?:{})", per()))
}

/// Hours of the night; full-width signs are read too.
pub(super) fn quiet() -> String {
    let digit = r"[0-9\uff10-\uff19]";
    let clock = format!(r"{digit}{{1,2}}(?:[:\uff1a]{digit}{{2}}){{1,2}}");
    whole(&format!(r"{clock}\s*[-\u2013\u2014~\uff0d\uff5e]\s*{clock}"))
}

/// A term of a role.
pub(super) fn term() -> String {
    whole(&format!(r"{}|[0-9]+\s*(?:months?|mo|quarters?|years?|y)", lengths()))
}

/// crontab(5), with seconds in front or a nickname instead.
pub(super) fn cron() -> String {
    let nicknames = any_case("@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)");
    whole(&format!(r"{nicknames}|[0-9A-Za-z*,/-]+(?:\s+[0-9A-Za-z*,/-]+){{4,5}}"))
}

/// What `every` takes.
pub(super) fn every() -> String {
    let weekday = "(?:mondays?|mon|tuesdays?|tues?|wednesdays?|wed|thursdays?|thurs?|thu|fridays?|fri|saturdays?|sat|\
                   sundays?|sun)";
    let and = r"(?:\s*,\s*|\s+and\s+)";
    let list = |item: &str| format!("{item}(?:{and}{item})*");
    let weekdays = list(&format!("{weekday}(?:-{weekday})?"));
    let in_month = list(&format!(
        r"(?:(?:last|first|second|third|fourth|fifth|[1-5](?:st|nd|rd|th))\s+(?:{weekday}|workday)|last\s+day|first\s+day|(?:[12]?[0-9]|3[01]|0[1-9])(?:st|nd|rd|th)?)"
    ));
    let in_year = list("[0-9]{1,2}-[0-9]{1,2}");
    let days = format!(
        r"(?:[0-9]+\s+)?(?:days?|weeks?\s+on\s+{weekdays}|months?\s+on\s+{in_month}|years?\s+on\s+{in_year})|workdays?|weekdays?|weekends?|{weekdays}"
    );
    let fixed = format!(r"(?:{days})\s+at\s+{}", list(CLOCK));
    let exact = r"(?:[0-9]+\s*(?:seconds?|sec|s|minutes?|min|m|hours?|h|milliseconds?|ms)\s*)+";
    whole(&any_case(&format!(r"{exact}|{fixed}|term\s+of\s+[^\s,]+")))
}

/// An expression without `${`.
pub(super) const BARE: &str = r"^(?![\s\S]*\$\{)";
/// A name that commands and ids can carry.
pub(super) const NAME: &str = "^[^\\s\\u0000-\\u001f/@#:,\"'`$\\\\{}\\[\\]()]{1,100}$";
/// A name that expressions can use.
pub(super) const BINDING: &str = "^[A-Za-z_][A-Za-z0-9_]*$";
/// The id of a step.
pub(super) const STEP_ID: &str = r"^[^\s0-9.,:;/-][^\s.,:;/]*$";
/// A signal's name.
pub(super) const SIGNAL: &str = r"^\S+$";
/// A signal's name, or one with `${…}` in it.
pub(super) const SENT: &str = r"^\S+$|\$\{";
/// An address.
pub(super) const URL: &str = "^(?:https?|smtps?|wss?)://[^/]";

/// The pattern with every letter in both cases: flags are not portable. Letters after a backslash stay, and so do
/// those in brackets.
fn any_case(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() * 3);
    let (mut escaped, mut bracket) = (false, false);
    for c in pattern.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => bracket = true,
            ']' => bracket = false,
            c if c.is_ascii_lowercase() && !bracket => {
                out.extend(['[', c, c.to_ascii_uppercase(), ']']);
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_match_in_both_cases_and_signs_stay() {
        assert_eq!(any_case(r"at\s+[^\s,]"), r"[aA][tT]\s+[^\s,]");
    }
}
