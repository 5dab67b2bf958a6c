//! The slugs of every problem that reading and compiling a playbook can report, each with its meaning.
//!
//! The closed list: a diagnostic of the compiler names one of these constants.

macro_rules! codes {
    ($($name:ident $slug:literal $meaning:literal)*) => {
        $(#[doc = $meaning] pub(crate) const $name: &str = $slug;)*

        /// Every slug and what it means, in one line.
        pub const ALL: &[(&str, &str)] = &[$(($slug, $meaning)),*];
    };
}

codes! {
    EMPTY_FILE "empty-file" "the file holds nothing but comments"
    FILE_UNREADABLE "file-unreadable" "a file that the playbook names is missing, too large, outside its folder, or no text"
    YAML_SYNTAX "yaml-syntax" "the file is not YAML here"
    YAML_TAB "yaml-tab" "a line is indented with a tab"
    YAML_TAG "yaml-tag" "a word that begins with `!` is read as a YAML tag"
    YAML_ALIAS "yaml-alias" "an alias refers to itself, or aliases repeat too much"
    YAML_TOO_LARGE "yaml-too-large" "the file has too many values or is nested too deep"
    YAML_CHAT_TEXT "yaml-chat-text" "a chat text is not read as text by YAML and needs quotes"
    YAML_FULL_WIDTH "yaml-full-width" "a full-width sign stands where YAML knows only the plain one"
    DUPLICATE_KEY "duplicate-key" "a key is written twice in one mapping"
    UNKNOWN_KEY "unknown-key" "a key that does not exist here"
    MISPLACED_KEY "misplaced-key" "a key that belongs to another verb or place"
    MISSING_KEY "missing-key" "a required key is not there"
    MISSING_VALUE "missing-value" "a key has nothing behind it"
    WRONG_KIND "wrong-kind" "a list where text is expected, text where a mapping is expected, and the like"
    BAD_VALUE "bad-value" "a value that cannot be read as what it should be"
    BAD_NAME "bad-name" "a name with signs that a name cannot have"
    RESERVED_NAME "reserved-name" "a key that the expression language reserves"
    DUPLICATE_NAME "duplicate-name" "two things of one kind have one name"
    UNKNOWN_NAME "unknown-name" "a channel, role, person, phase, play, step or calendar that is not defined"
    UNKNOWN_TIMEZONE "unknown-timezone" "a time zone that the zone database does not know"
    MISSING_TIMEZONE "missing-timezone" "a clock time is used and the playbook names no time zone"
    UNKNOWN_LOCALE "unknown-locale" "a language that texts cannot be written in"
    BAD_DATE "bad-date" "a date or a moment that cannot be read or does not exist"
    BAD_SCHEDULE "bad-schedule" "an `every` or `cron` that cannot be read"
    NEVER_OCCURS "never-occurs" "a schedule without any instant"
    LITERAL_SECRET "literal-secret" "a secret is written in the playbook itself"
    TWO_TRIGGERS "two-triggers" "a play has more than one trigger"
    ONE_VERB "one-verb" "a step has no verb, or more than one"
    NO_STEPS "no-steps" "a play has nothing to do"
    EXPRESSION "expression" "an expression does not compile"
    DOLLAR_IN_EXPRESSION "dollar-in-expression" "a `${` inside a bare expression"
    TEXT_EXPRESSION "text-expression" "a `${` in a text is not closed or holds nothing"
    NOT_SET_YET "not-set-yet" "a name is used before the step that sets it"
    CONDITION_NOT_BOOLEAN "condition-not-boolean" "a condition that can never be true or false"
    BAD_WAIT "bad-wait" "a wait for something that cannot be waited for"
    UNKNOWN_SIGNAL "unknown-signal" "a signal that looks like one of the engine's and is none"
    BAD_DATA "bad-data" "a data file, table or calendar that cannot be read"
    SCRIPT "script" "a script that does not compile"
    SCRIPT_FUNCTION "script-function" "a function that the script does not have, or that takes more than one argument"
    USE_CYCLE "use-cycle" "playbooks that use each other in a circle"
    START_CYCLE "start-cycle" "plays that start each other in a circle"
    UNKNOWN_WITH "unknown-with" "a `with` that the used playbook does not read"
    AT_OUT_OF_ORDER "at-out-of-order" "a step is due before the step above it"
    QUIET_CLOCK "quiet-clock" "a message is due inside the quiet hours and waits for their end"
    RUNS_OUT "runs-out" "a calendar or a file of dates ends soon, or has ended"
    TOO_MANY "too-many" "more problems than are shown"
}
