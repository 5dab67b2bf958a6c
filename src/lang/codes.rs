//! The slugs of every problem that reading and compiling a playbook can report.
//!
//! The closed list: a diagnostic of the compiler names one of these constants. What each means, why it matters and how it
//! looks is in one entry of `lang::explain`, in both languages; the sentence of a diagnostic stands where it is found.

macro_rules! codes {
    ($($name:ident $slug:literal)*) => {
        $(#[doc = concat!("`", $slug, "`: `lang::explain` has what it means.")] pub(crate) const $name: &str = $slug;)*

        /// Every slug.
        pub const ALL: &[&str] = &[$($slug),*];
    };
}

codes! {
    EMPTY_FILE "empty-file"
    FILE_UNREADABLE "file-unreadable"
    YAML_SYNTAX "yaml-syntax"
    YAML_TAB "yaml-tab"
    YAML_ODD_SPACE "yaml-odd-space"
    YAML_TAG "yaml-tag"
    YAML_ALIAS "yaml-alias"
    YAML_TOO_LARGE "yaml-too-large"
    YAML_CHAT_TEXT "yaml-chat-text"
    YAML_FULL_WIDTH "yaml-full-width"
    DUPLICATE_KEY "duplicate-key"
    UNKNOWN_KEY "unknown-key"
    MISPLACED_KEY "misplaced-key"
    MISSING_KEY "missing-key"
    MISSING_VALUE "missing-value"
    WRONG_KIND "wrong-kind"
    BAD_VALUE "bad-value"
    BAD_NAME "bad-name"
    RESERVED_NAME "reserved-name"
    DUPLICATE_NAME "duplicate-name"
    UNKNOWN_NAME "unknown-name"
    UNKNOWN_TIMEZONE "unknown-timezone"
    MISSING_TIMEZONE "missing-timezone"
    UNKNOWN_LOCALE "unknown-locale"
    MISSING_CELL "missing-cell"
    BAD_DATE "bad-date"
    BAD_SCHEDULE "bad-schedule"
    NEVER_OCCURS "never-occurs"
    LITERAL_SECRET "literal-secret"
    TWO_TRIGGERS "two-triggers"
    ONE_VERB "one-verb"
    NO_STEPS "no-steps"
    EXPRESSION "expression"
    DOLLAR_IN_EXPRESSION "dollar-in-expression"
    TEXT_EXPRESSION "text-expression"
    NOT_SET_YET "not-set-yet"
    CONDITION_NOT_BOOLEAN "condition-not-boolean"
    BAD_WAIT "bad-wait"
    UNKNOWN_SIGNAL "unknown-signal"
    BAD_DATA "bad-data"
    SCRIPT "script"
    SCRIPT_FUNCTION "script-function"
    USE_CYCLE "use-cycle"
    USE_DIFFERS "use-differs"
    FIELDS_DIFFER "fields-differ"
    USE_LEFT_OUT "use-left-out"
    METRIC_CYCLE "metric-cycle"
    START_CYCLE "start-cycle"
    UNKNOWN_WITH "unknown-with"
    AT_OUT_OF_ORDER "at-out-of-order"
    QUIET_CLOCK "quiet-clock"
    RUNS_OUT "runs-out"
    TOO_MANY "too-many"
    MEMBER_TWICE "member-twice"
    FIELD_NOT_KEPT "field-not-kept"
    FIELD_UNLIKE "field-unlike"
    PROOF_KEPT "proof-kept"
}
