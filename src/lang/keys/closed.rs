//! The closed lists of words, each with what it means.

use crate::model::{
    keeping::FieldType,
    message::Label,
    play::{CatchUp, Overlap},
    step::{PruneOrder, Silence},
};

/// The words of `label`.
pub(crate) const LABELS: [(&str, Label); 4] = [
    ("content", Label::Content),
    ("notice", Label::Notice),
    ("social", Label::Social),
    ("promo", Label::Promo),
];

/// The words of `catch_up`.
pub(crate) const CATCH_UP: [(&str, CatchUp); 3] =
    [("last", CatchUp::Last), ("all", CatchUp::All), ("none", CatchUp::None)];

/// The words of `overlap`.
pub(crate) const OVERLAP: [(&str, Overlap); 3] =
    [("skip", Overlap::Skip), ("allow", Overlap::Allow), ("replace", Overlap::Replace)];

/// The words of `during_session`.
pub(crate) const YES_NO: [(&str, bool); 2] = [("yes", true), ("no", false)];

/// The words of `otherwise`.
pub(crate) const SILENCE: [(&str, Silence); 2] = [("stop", Silence::Stop), ("proceed", Silence::Proceed)];

/// The words of `order`.
pub(crate) const ORDERS: [(&str, PruneOrder); 4] = [
    ("idle", PruneOrder::Idle),
    ("oldest", PruneOrder::Oldest),
    ("newest", PruneOrder::Newest),
    ("points", PruneOrder::Points),
];

/// The words of a field's `type`.
pub(crate) const FIELD_TYPES: [(&str, FieldType); 3] =
    [("text", FieldType::Text), ("number", FieldType::Number), ("day", FieldType::Day)];

/// The signals that the engine sends itself, and when.
pub(crate) const SIGNALS: [(&str, &str); 12] = [
    ("group.created", "The group was seen for the first time."),
    ("phase.entered", "A phase began."),
    ("member.joined", "A member joined the group."),
    ("member.left", "A member left the group."),
    ("message", "A member wrote something."),
    ("reaction", "A member reacted to a message."),
    ("answer", "A member answered a question."),
    (
        "rules.changed",
        "Another version of the file has other rules; `added`, `removed` and `kept` say which.",
    ),
    ("tag.added", "A member has a new tag."),
    ("tier.changed", "A member stands in another tier."),
    (
        "operators.idle",
        "Nobody has looked after the group for as long as `doctor: { unattended: 2d }` says; `days` and `since` say how long.",
    ),
    ("task.done", "A person did what was asked."),
];

/// Words that an expression cannot use as a name, and so no key of `vars`, `dates` or `with` may be.
pub(crate) const RESERVED: &[&str] = &[
    "Fn",
    "as",
    "async",
    "await",
    "break",
    "call",
    "case",
    "catch",
    "const",
    "continue",
    "curry",
    "debug",
    "default",
    "do",
    "else",
    "eval",
    "exit",
    "export",
    "false",
    "fn",
    "for",
    "global",
    "go",
    "goto",
    "if",
    "import",
    "in",
    "is",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "let",
    "loop",
    "match",
    "module",
    "new",
    "null",
    "nil",
    "package",
    "print",
    "private",
    "protected",
    "public",
    "return",
    "shared",
    "spawn",
    "static",
    "super",
    "switch",
    "sync",
    "this",
    "thread",
    "throw",
    "true",
    "try",
    "type_of",
    "until",
    "use",
    "var",
    "void",
    "while",
    "with",
    "yield",
];
