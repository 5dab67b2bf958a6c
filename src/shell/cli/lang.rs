//! The language of what the program says about a file: `--lang`, else the locale of the terminal.
//!
//! Owns the reading of `LC_ALL`, `LC_MESSAGES` and `LANG`, and nothing else of the environment.

#![expect(clippy::disallowed_methods, reason = "the locale of the terminal is in the environment")]

use crate::base::locale::Locale;

/// In which language a person and a program are spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Languages {
    /// For people: what was asked for, else the terminal's.
    pub(super) people: Locale,
    /// For programs: what was asked for, else English, so that a log does not change with who runs the command.
    pub(super) programs: Locale,
    /// What was asked for, for what else follows the playbook.
    pub(super) asked: Option<Locale>,
}

/// The languages, with `--lang` where it was given.
pub(super) fn languages(asked: Option<Locale>) -> Languages {
    let people = asked.unwrap_or_else(|| {
        of_terminal(["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| std::env::var(name).unwrap_or_default()))
    });
    Languages { people, programs: asked.unwrap_or_default(), asked }
}

/// The first of the three that is set and not empty decides (POSIX 8.2); English where it is another language.
fn of_terminal(values: [String; 3]) -> Locale {
    let first = values.into_iter().find(|value| !value.is_empty());
    first.and_then(|value| Locale::from_tag(&value)).unwrap_or_default()
}

/// The language for people of a command that could not be read.
pub(super) fn of_arguments(words: &[String]) -> Locale {
    let mut words = words.iter();
    let mut asked = None;
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--lang") {
            Some("") => words.next().map(String::as_str),
            Some(value) => value.strip_prefix('='),
            None => continue,
        };
        asked = value.and_then(Locale::from_tag);
    }
    languages(asked).people
}

/// Reads `--lang`.
pub(super) fn parse(text: &str) -> Result<Locale, String> {
    Locale::from_tag(text).ok_or_else(|| "expected en or zh".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_set_decides() {
        let of =
            |all: &str, messages: &str, lang: &str| of_terminal([all, messages, lang].map(str::to_owned));
        assert_eq!(of("", "", "zh_CN.UTF-8"), Locale::Zh);
        assert_eq!(of("", "en_US.UTF-8", "zh_CN.UTF-8"), Locale::En);
        assert_eq!(of("C", "zh_CN.UTF-8", "zh_CN.UTF-8"), Locale::En);
        assert_eq!(of("", "", "de_DE.UTF-8"), Locale::En);
        assert_eq!(of("", "", ""), Locale::En);
    }

    #[test]
    fn what_was_asked_for_wins() {
        let asked = languages(Some(Locale::Zh));
        assert_eq!((asked.people, asked.programs), (Locale::Zh, Locale::Zh));
        assert_eq!(languages(None).programs, Locale::En);
        assert_eq!(parse("zh-CN"), Ok(Locale::Zh));
        assert!(parse("de").is_err());
        let of =
            |words: &[&str]| of_arguments(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["run", "--lang", "zh", "--help"]), Locale::Zh);
        assert_eq!(of(&["run", "--lang=zh", "--lang", "en"]), Locale::En);
    }
}
