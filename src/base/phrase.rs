//! A sentence, or a part of one, in every language of the diagnostics, written where it is said.
//!
//! Both languages stand in one [`phrase!`], and both are formatted from the same values, so that neither can be
//! forgotten and neither can drift. It never chooses a language: whoever shows it does.

use super::{locale::Locale, words};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use crate::phrase;

/// Words that are known when the program is built, in every language of the diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

impl Words {
    /// The words of a language.
    pub fn of(self, locale: Locale) -> &'static str {
        match locale {
            Locale::En => self.en,
            Locale::Zh => self.zh,
        }
    }
}

/// Words without holes, the same in every message: `pair("a channel", "频道")`.
pub const fn pair(en: &'static str, zh: &'static str) -> Words {
    Words { en, zh }
}

impl From<Words> for Phrase {
    fn from(words: Words) -> Self {
        Self { en: words.en.to_owned(), zh: words.zh.to_owned() }
    }
}

/// The same words in English and Chinese. Programs get the English ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phrase {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Phrase {
    /// What reads the same in every language: a name, a number, a piece of a file.
    pub fn same(text: impl Into<String>) -> Self {
        let en = text.into();
        Self { zh: en.clone(), en }
    }

    /// A piece of a file in backticks, behind other words: Chinese sets it off by a space.
    pub fn quoted(text: &str) -> Self {
        Self { en: format!("`{text}`"), zh: format!(" `{text}`") }
    }

    /// The words of a language.
    pub fn of(&self, locale: Locale) -> &str {
        locale.pick(&self.en, &self.zh)
    }

    /// The same words with the middle left out of what is longer than so many bytes: how it begins says what it is,
    /// and how it ends what to do.
    pub fn clipped(self, most: usize) -> Self {
        Self { en: words::clipped(self.en, most), zh: words::clipped(self.zh, most) }
    }

    /// For a reader of one language only, beyond whom nothing chooses any more.
    pub fn only(&mut self, locale: Locale) {
        *self = Self::same(self.of(locale));
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.en.is_empty()
    }

    /// One phrase and then another, with `; ` and `；` between them.
    pub fn then(self, more: &Self) -> Self {
        Self { en: format!("{}; {}", self.en, more.en), zh: format!("{}；{}", self.zh, more.zh) }
    }

    /// One phrase and then another, with nothing between them.
    pub fn and(self, more: &Self) -> Self {
        Self { en: self.en + more.en.as_str(), zh: self.zh + more.zh.as_str() }
    }

    /// Names in backticks in a sentence: `` `a`, `b` or `c` ``, in Chinese `` `a`、`b`、`c` ``. `word` joins the last two.
    pub fn ticks<S: AsRef<str>>(names: &[S], word: &str) -> Self {
        let zh: Vec<String> = names.iter().map(words::tick).collect();
        Self { en: words::ticks(names, word), zh: zh.join("、") }
    }

    /// A number with its noun: `counted(2, "run", "次活动")` is `2 runs` and `2 次活动`.
    pub fn counted(n: usize, noun: &str, zh: &str) -> Self {
        Self { en: words::count(n, noun), zh: format!("{n} {zh}") }
    }

    /// The phrases with a sign between them, `, ` in English and `、` in Chinese.
    pub fn list(phrases: impl IntoIterator<Item = Self>) -> Self {
        let (en, zh): (Vec<_>, Vec<_>) = phrases.into_iter().map(|phrase| (phrase.en, phrase.zh)).unzip();
        Self { en: en.join(", "), zh: zh.join("、") }
    }
}

impl From<String> for Phrase {
    fn from(text: String) -> Self {
        Self::same(text)
    }
}

impl From<&str> for Phrase {
    fn from(text: &str) -> Self {
        Self::same(text)
    }
}

impl Serialize for Phrase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.en)
    }
}

impl<'de> Deserialize<'de> for Phrase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::same)
    }
}

/// How a phrase is stored where somebody reads it later, in whichever language: `#[serde(with = "phrase::kept")]`.
///
/// What reads the same everywhere is one text, as it was before there were two. Programs that read what is stored get
/// the English one, see [`kept::NAME`].
pub mod kept {
    use super::Phrase;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// The name of the type in what is serialized, by which a view knows it.
    pub const NAME: &str = "Phrase";

    #[derive(Serialize)]
    struct Both<'a> {
        en: &'a str,
        zh: &'a str,
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Known {
        Same(String),
        Both { en: String, zh: String },
    }

    /// Writes both languages, or the one text that both have.
    pub fn serialize<S: Serializer>(phrase: &Phrase, to: S) -> Result<S::Ok, S::Error> {
        let Phrase { en, zh } = phrase;
        if en == zh { to.serialize_str(en) } else { to.serialize_newtype_struct(NAME, &Both { en, zh }) }
    }

    /// Reads both languages, or one text for both.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Phrase, D::Error> {
        Ok(match Known::deserialize(from)? {
            Known::Same(text) => Phrase::same(text),
            Known::Both { en, zh } => Phrase { en, zh },
        })
    }
}

/// A phrase from two texts with the same holes: `phrase!("`{key}` has no value", "`{key}` 后面没有值")`.
///
/// Further arguments fill `{}` as in `format!`. What is itself a phrase is named behind a `;`, and stands in each
/// language as that language has it: `phrase!("expected {what}", "应为{what}"; what)`.
#[macro_export]
macro_rules! phrase {
    ($en:literal, $zh:literal $(, $($arg:tt)+)?) => {
        $crate::phrase!(@fill $en, $zh, [] $($($arg)+)?)
    };
    ($en:literal, $zh:literal; $($part:ident),+ $(,)?) => {
        $crate::base::phrase::Phrase {
            en: { $(let $part = &$part.en;)+ ::std::format_args!($en).to_string() },
            zh: { $(let $part = &$part.zh;)+ ::std::format_args!($zh).to_string() },
        }
    };
    (@fill $en:literal, $zh:literal, [] $($arg:tt)*) => {
        $crate::base::phrase::Phrase {
            en: ::std::format_args!($en, $($arg)*).to_string(),
            zh: ::std::format_args!($zh, $($arg)*).to_string(),
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_are_filled_from_the_same_values() {
        let key = "at";
        let what = phrase!("a date", "日期");
        assert_eq!(phrase!("found `{key}`", "写的是 `{key}`").zh, "写的是 `at`");
        assert_eq!(phrase!("{} of {}", "{} / {}", 1, 2).of(Locale::En), "1 of 2");
        let whole = phrase!("{what} has no `{key}`", "{what}没有 `{key}`"; what);
        assert_eq!((whole.en.as_str(), whole.of(Locale::Zh)), ("a date has no `at`", "日期没有 `at`"));
        assert_eq!(Phrase::list([what, Phrase::same("x")]).zh, "日期、x");
    }

    #[test]
    fn what_is_kept_is_read_back_in_both_languages_and_an_old_text_in_one() {
        #[derive(Serialize, Deserialize)]
        struct Row {
            #[serde(with = "kept")]
            reason: Phrase,
        }
        let read = |text: &str| serde_json::from_str::<Row>(text).unwrap().reason;
        for reason in [phrase!("not there", "没有"), Phrase::same("no")] {
            let text = serde_json::to_string(&Row { reason: reason.clone() }).unwrap();
            assert_eq!(read(&text), reason, "{text}");
        }
        assert_eq!(read(r#"{"reason":"no"}"#).zh, "no");
    }
}
