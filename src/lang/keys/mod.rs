//! The closed tables of keys: what may stand at each place of a playbook, what its value is, and the words that
//! explain it.
//!
//! The compiler refuses a key that is in no table, and the schema for editors is written from the same tables, so the
//! two cannot drift. Never reads a node and never reports.

pub(crate) mod closed;
mod play;
mod step;
mod top;

pub(crate) use play::{DATES_FILE, EVIDENCE, MEMBER_DATES, MOVING_DATE, PLAY};
pub(crate) use step::{BUTTON, COMMON, LIST_FILE, RETRY, VERBS, VerbKeys, WAIT};
pub(crate) use top::{
    ACCESS, AMOUNTS, BUDGETS, CALENDAR, CHANNEL, CHARTER, FIELD, GROUP, HEARTBEAT, HOLD, MEMBERS, MENTIONS,
    METRIC, MODERATE, MODERATE_RULE, PERSON, PHASE, POSTS, PROMO, QR, ROLE, RULES, SECRET, SENDER, SETTINGS,
    TIER, TOP, USE,
};

/// A table: the keys of one place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyTable {
    /// The keys, as the compiler allows them.
    pub(crate) names: &'static [&'static str],
    /// What each is, in the same order.
    pub(crate) about: &'static [KeyAbout],
}

/// What a key is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyAbout {
    /// What the key's value is.
    pub(crate) is: Is,
    /// What it does, in a sentence or two.
    pub(crate) words: &'static str,
    /// How it is written.
    pub(crate) example: &'static str,
}

/// The kinds of values.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Is {
    /// Anything.
    Any,
    /// Text with `${…}` in it; a number or a truth value is text too.
    Text,
    /// A word that commands and ids can carry.
    Name,
    /// The id of a step.
    StepId,
    /// A name that expressions can use.
    Binding,
    /// A path under the playbook's folder.
    Path,
    /// A bare expression.
    Expression,
    /// A bare expression that is true or false.
    Condition,
    /// `true` or `false`
    Bool,
    /// A whole number, 1 or more.
    Count,
    /// A whole number, 0 or more.
    Points,
    /// A length of time.
    Duration,
    /// A length of time that is not zero.
    Positive,
    /// A clock time.
    Clock,
    /// A date with or without its clock time.
    Moment,
    /// An offset from the anchor.
    Offset,
    /// What `every` takes.
    Schedule,
    /// What `cron` takes.
    Cron,
    /// A signal's name.
    Signal,
    /// `10m` or `until 20:00`
    Batch,
    /// `20 per 1m`
    Rate,
    /// `6 per day`
    Quota,
    /// `20% per 30d`
    Share,
    /// `22:30-08:00`
    Quiet,
    /// `22:30-08:00`, or a list of them.
    QuietHours,
    /// `2h`, or `day`.
    Hold,
    /// A label: one of the closed list, or one of the playbook's own.
    Label,
    /// `10 weeks`
    Term,
    /// An IANA zone.
    Zone,
    /// One of a closed list of words.
    Words(&'static [&'static str]),
    /// A closed list of words, or a list of steps.
    WordsOrSteps(&'static [&'static str]),
    /// One name, or a list of them.
    Names,
    /// One name of a host, or a list of them.
    Hosts,
    /// A list of texts.
    Texts,
    /// A list of steps.
    Steps,
    /// A mapping of names to values of any kind.
    Values,
    /// A value of any kind; the keys of a mapping are names.
    Data,
    /// A mapping of names to values, or one text that is one.
    With,
    /// The signal that a step sends; text with `${…}` in it.
    Sent,
    /// Text, or nothing.
    Reason,
    /// A mapping of names to expressions.
    Writes,
    /// A channel's setting: text, `{ env }` or `{ file }`, or a list of those.
    Setting,
    /// The schema's definition of this name.
    Def(&'static str),
}

/// Writes tables: `NAME { "key": Is, "words", "example"; }`.
macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident { $($key:literal: $is:expr, $words:literal, $example:literal;)* })*) => { $(
        $(#[$doc])*
        pub(crate) const $name: $crate::lang::keys::KeyTable = $crate::lang::keys::KeyTable {
            names: &[$($key),*],
            about: &[$($crate::lang::keys::KeyAbout { is: $is, words: $words, example: $example }),*],
        };
    )* };
}
use keys;

impl KeyTable {
    /// Every key and what it is.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&'static str, KeyAbout)> {
        self.names.iter().copied().zip(self.about.iter().copied())
    }
}

/// The words of a closed list, without what they mean to the compiler.
pub(crate) const fn words<T: Copy, const N: usize>(table: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut at = 0;
    while at < N {
        words[at] = table[at].0;
        at += 1;
    }
    words
}
