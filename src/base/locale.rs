//! How values are written in a playbook's texts: English or Chinese.
//!
//! Only the words that the engine itself puts into a group's messages are here; the words of
//! diagnostics and of the terminal live with them.

use serde::{Deserialize, Serialize};

/// The language of a playbook's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// English, the default.
    #[default]
    En,
    /// Chinese, for every `zh…` tag.
    Zh,
}

impl Locale {
    /// From a language tag: `zh-CN`, `zh`, `en-US`. `None` for a language without words here.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_', '.']).next().unwrap_or(tag);
        match primary.to_ascii_lowercase().as_str() {
            "en" | "c" | "posix" => Some(Self::En),
            "zh" => Some(Self::Zh),
            _ => None,
        }
    }

    /// Picks the words of this language.
    pub fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }

    /// Names in a sentence: `小朱、小林`, `Zhu, Lin`.
    pub fn join(self, names: &[String]) -> String {
        names.join(self.pick(", ", "、"))
    }
}
