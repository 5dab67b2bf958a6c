//! The names of DESIGN 4.4 that are in scope of expressions and scripts, and which of them a piece of code uses.
//!
//! A closed list: an unknown name is an error when the file is compiled.

use std::collections::BTreeSet;

/// A set of global names, so that only what an expression uses is gathered for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Names(u32);

/// One global name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Name {
    /// `group`
    Group = 1,
    /// `members`
    Members = 1 << 1,
    /// `member`
    Member = 1 << 2,
    /// `phase`
    Phase = 1 << 3,
    /// `run`
    Run = 1 << 4,
    /// `date`
    Date = 1 << 5,
    /// `signal`
    Signal = 1 << 6,
    /// `signals`
    Signals = 1 << 7,
    /// `vars`
    Vars = 1 << 8,
    /// `args`
    Args = 1 << 9,
    /// `rules`
    Rules = 1 << 10,
    /// `charter`
    Charter = 1 << 11,
    /// `roles`
    Roles = 1 << 12,
    /// `now`
    Now = 1 << 13,
    /// `state`, in scripts
    State = 1 << 14,
    /// `row`, in the `at` of a dates file
    Row = 1 << 15,
    /// `metrics`
    Metrics = 1 << 16,
    /// `operators`
    Operators = 1 << 17,
}

impl Name {
    /// Every name with how it is written.
    pub const ALL: [(&'static str, Self); 18] = [
        ("group", Self::Group),
        ("members", Self::Members),
        ("member", Self::Member),
        ("phase", Self::Phase),
        ("run", Self::Run),
        ("date", Self::Date),
        ("signal", Self::Signal),
        ("signals", Self::Signals),
        ("vars", Self::Vars),
        ("args", Self::Args),
        ("rules", Self::Rules),
        ("charter", Self::Charter),
        ("roles", Self::Roles),
        ("now", Self::Now),
        ("state", Self::State),
        ("row", Self::Row),
        ("metrics", Self::Metrics),
        ("operators", Self::Operators),
    ];

    /// Whether older playbooks may have a name of their own that is the same; theirs wins.
    pub const fn may_be_taken(self) -> bool {
        matches!(self, Self::Metrics | Self::Operators)
    }

    /// The name of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(w, _)| *w == word).map(|(_, n)| *n)
    }
}

impl Names {
    /// No name.
    pub const NONE: Self = Self(0);
    /// Every name.
    pub const ALL: Self = Self(u32::MAX);

    /// This set and one more name.
    pub const fn with(self, name: Name) -> Self {
        Self(self.0 | name as u32)
    }

    /// This set without one name.
    pub const fn without(self, name: Name) -> Self {
        Self(self.0 & !(name as u32))
    }

    /// Both sets.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a name is in the set.
    pub const fn has(self, name: Name) -> bool {
        self.0 & name as u32 != 0
    }
}

impl FromIterator<Name> for Names {
    fn from_iter<I: IntoIterator<Item = Name>>(names: I) -> Self {
        names.into_iter().fold(Self::NONE, Self::with)
    }
}

/// What an expression may name at its place in the file.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The global names in scope here.
    pub globals: Names,
    /// The `as` names of earlier steps and loops.
    pub bindings: BTreeSet<String>,
    /// Those of them that are results of an `ask`.
    pub asks: BTreeSet<String>,
    /// The roles of the playbook, so that `roles.hots` is an error.
    pub roles: BTreeSet<String>,
    /// The constants under `vars`, the playbook's and every group's. `None` where they are not known.
    pub vars: Option<BTreeSet<String>>,
    /// The fields that the playbook keeps of a member, so that a slip in another property can be told from them.
    pub fields: BTreeSet<String>,
    /// The playbook's own numbers, under `metrics`.
    pub metrics: BTreeSet<String>,
    /// The keys that every entry of the play's `dates` may have. `None` where they are not known.
    pub dates: Option<BTreeSet<String>>,
    /// The `as` names that hold only what the operator owns.
    pub owned: BTreeSet<String>,
    /// The vars into which a `set` may put what others said.
    pub said_vars: SaidKeys,
    /// The args of the play into which a `start` may put what others said.
    pub said_args: SaidKeys,
}

/// Which keys of `vars` or `args` may hold what others said: members, senders of signals, scripts that saw them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaidKeys {
    /// These; none in a playbook that only reads.
    Keys(BTreeSet<String>),
    /// Any of them.
    Any,
}

impl Default for SaidKeys {
    fn default() -> Self {
        Self::Keys(BTreeSet::new())
    }
}

impl SaidKeys {
    /// Whether the value under a key, or all values where no key is named, may be from outside.
    pub fn has(&self, key: Option<&str>) -> bool {
        match (self, key) {
            (Self::Any, _) => true,
            (Self::Keys(keys), Some(key)) => keys.contains(key),
            (Self::Keys(keys), None) => !keys.is_empty(),
        }
    }

    /// One more key; true when it is new.
    pub fn add(&mut self, key: &str) -> bool {
        match self {
            Self::Any => false,
            Self::Keys(keys) => keys.insert(key.to_owned()),
        }
    }
}
