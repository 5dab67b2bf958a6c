//! What may stand in a step: the verbs, what stands beside each, and what any step may have.

use super::{
    Is, KeyAbout, KeyTable,
    closed::{ORDERS, SILENCE},
    keys, words,
};

keys! {
    /// Keys that any step may have.
    COMMON {
        "id": Is::StepId, "The step's id, for `reply_to` and for commands; its position by default.", "id: teaser";
        "at": Is::Offset, "When, counted from the run's anchor. `-3h` and `+20m` are exact; `-7d 10:00` counts calendar days and then takes the clock time. Without it, when the step before has ended.", "at: -1d 18:00";
        "when": Is::Condition, "The step is left out where this is false.", "when: members.count > 10";
        "max_late": Is::Duration, "How late this step may be before it is missed.", "max_late: 30m";
        "timeout": Is::Positive, "How long the step may take.", "timeout: 1d";
    }
    POST {
        "to": Is::Name, "The channel; `group` by default.", "to: staff";
        "label": Is::Label, "What kind of message it is; budgets and lints look at it.", "label: content";
        "mention": Is::Names, "Who is mentioned: `all`, roles, people.", "mention: all";
        "image": Is::Text, "A picture: its address, or a path.", "image: https://example.org/poster.png";
        "buttons": Is::Def("buttons"), "Links below the text.", "buttons: [{ text: Sign up, url: https://example.org }]";
        "reply_to": Is::Text, "The id of an earlier message that this one answers.", "reply_to: teaser";
        "expires": Is::Positive, "The message is not sent when it is later than this, whatever held it.", "expires: 2h";
        "urgent": Is::Bool, "Passes quiet hours and the gap.", "urgent: true";
        "pin": Is::Bool, "The message stays at the top of the channel once it has arrived; where the platform lets nobody but a person pin it, the host is asked.", "pin: true";
        "otherwise": Is::Words(&words(&SILENCE)), "On a `manual` channel, when nobody pasted it in its window: `proceed` (default) goes on with the next step that has an `at`, `stop` ends the run.", "otherwise: stop";
    }
    RUN {
        "call": Is::Text, "The function that is called; `main` by default.", "call: reveal";
        "with": Is::Data, "What the script gets as `args`.", "with: { difficulty: easy }";
        "as": Is::Binding, "The name under which later steps see what the script returned.", "as: riddle";
        "retry": Is::Def("retry"), "How often a failed script is tried again.", "retry: 2";
    }
    /// A checklist that is kept in a file.
    LIST_FILE {
        "file": Is::Path, "A YAML list, a table with a column `item`, or a text with one item a line.", "file: data/lists/expert-share.yaml";
    }
    TASK {
        "to": Is::Text, "The role or person who is asked.", "to: host";
        "due": Is::Text, "By when: a duration counted from the asking, an offset from the anchor like `at`, or a moment such as `2026-12-10 18:00`.", "due: 1d";
        "remind": Is::Def("reminders"), "How long before `due` a reminder goes out; a list for several.", "remind: [1d, 2h]";
        "escalate": Is::Text, "The role or person who is told when it is overdue.", "escalate: owner";
        "list": Is::Def("list"), "A checklist, shown below the task: texts, or a file with them. An item that is one `${…}` may be a list itself. Ticked off one by one; later steps see `items` and `left` under the task's `as`.", "list: [Book the room, Ask who brings cake]";
        "numbers": Is::Names, "Numbers of the group as they are when the task is opened, below its text: names under `metrics`, and `attendance` for who did anything on the day of the anchor.", "numbers: [attendance, speakers(7), promo_response]";
        "urgent": Is::Bool, "Told at once, outside the hours of the role too.", "urgent: true";
        "as": Is::Binding, "The name under which later steps see the answer, and by which `wait` waits for it.", "as: invited";
    }
    APPROVE {
        "to": Is::Text, "The role or person who decides.", "to: editor";
        "show": Is::Text, "What is approved: a text, or the id of a step whose text is shown as it will be sent.", "show: teaser";
        "open_for": Is::Positive, "How long the gate waits for an answer, counted from the telling.", "open_for: 16h";
        "urgent": Is::Bool, "Told at once, outside the hours of the role too.", "urgent: true";
        "strict": Is::Bool, "A link in a message is not enough to decide: whoever decides is signed in to the console, or at the command line.", "strict: true";
        "yes": Is::WordsOrSteps(&words(&SILENCE)), "Where a yes leads: `proceed` (default), `stop`, or steps. Steps are what is gated, and the run goes on behind them whatever is decided; without any, the rest of the run is gated.", "yes:\n  - post: Approved.";
        "no": Is::WordsOrSteps(&["stop"]), "Where a no leads: `stop` (default), or steps, in which `approval.note` is the reason. A no never proceeds.", "no:\n  - task: Change it. ${approval.note}";
        "silence": Is::WordsOrSteps(&words(&SILENCE)), "Where silence leads: `stop` (default), `proceed`, or steps.", "silence: proceed";
        "otherwise": Is::Words(&words(&SILENCE)), "The older word for `silence`.", "otherwise: proceed";
        "then": Is::Steps, "The older word for `yes`.", "then:\n  - post: Approved.";
    }
    ASK {
        "options": Is::Texts, "What can be chosen: a poll or a quiz.", "options: [yes, no]";
        "fields": Is::Texts, "What is asked for: a sign-up.", "fields: [name, phone]";
        "answer": Is::Text, "The right option: a quiz.", "answer: yes";
        "points": Is::Points, "The points for the right answer.", "points: 10";
        "choices": Is::Count, "How many options one person may choose; one by default.", "choices: 3";
        "seats": Is::Count, "How many places there are. Full, the run goes on; whoever answers until `open_for` is over waits, and moves up when somebody leaves or withdraws. An option that says no takes none.", "seats: 12";
        "of": Is::Words(&["member"]), "`member`: only the member is asked whom the run is about, and their answer ends the step.", "of: member";
        "open_for": Is::Positive, "How long answers are taken; a day by default.", "open_for: 30m";
        "anonymous": Is::Bool, "Who answered what is not shown.", "anonymous: true";
        "as": Is::Binding, "The name under which later steps see `{ winner, total, counts, answers, right, first }`, with `who(…)` and `unanswered`.", "as: poll";
        "to": Is::Name, "The channel; `group` by default.", "to: staff";
        "label": Is::Label, "What kind of message it is; budgets and lints look at it.", "label: social";
    }
    WAIT_BESIDE {
        "where": Is::Condition, "Only a signal for which this is true ends the wait.", "where: signal.data.ok";
        "otherwise": Is::WordsOrSteps(&words(&SILENCE)), "When nothing came within `timeout`: `proceed` (default), `stop`, or steps.", "otherwise: stop";
        "as": Is::Binding, "The name under which later steps see the signal that ended the wait.", "as: paid";
    }
    IF {
        "then": Is::Steps, "What happens when it is true. Required.", "then:\n  - post: Yes.";
        "else": Is::Steps, "What happens when it is false.", "else:\n  - post: No.";
    }
    EACH {
        "as": Is::Binding, "The name of the item inside `steps`. Required.", "as: star";
        "steps": Is::Steps, "What is done with each. Required.", "steps:\n  - post: Thank you, ${star.name}.";
        "max": Is::Count, "At most this many items, 1000 at most; what is beyond is left out.", "max: 10";
    }
    PRUNE {
        "max": Is::Count, "At most this many members.", "max: 20";
        "order": Is::Words(&words(&ORDERS)), "Who goes first where there are more: longest `idle` (default), `oldest`, `newest`, fewest `points`.", "order: idle";
        "notice": Is::Text, "What the group is told before the grace begins; it names nobody. `silent` is the list of those it is about.", "notice: Say a word within seven days to stay.";
        "grace": Is::Duration, "How long members have once the notice has been delivered; seven days by default where there is one.", "grace: 7d";
        "remind": Is::Positive, "How long before the grace ends the group is told once more.", "remind: 1d";
        "to": Is::Text, "The role or person who approves the list, and on a channel that hears nothing says who is silent.", "to: host";
        "protect": Is::Condition, "Members for whom this is true are never removed.", "protect: member.tags.contains(\"vip\")";
    }
    NOTHING {}
    SIGNAL {
        "with": Is::With, "The signal's data.", "with: { amount: 12 }";
    }
    MARK {
        "of": Is::Text, "Whom, instead of the member whom the run is about: an expression that gives members.", "of: ${signup.seated}";
    }
    START {
        "with": Is::With, "Values for the play's `args`.", "with: { day: friday }";
    }
    /// A button.
    BUTTON {
        "text": Is::Text, "What is on it.", "text: Sign up";
        "url": Is::Text, "Where it leads.", "url: https://example.org";
    }
    /// `retry` as a mapping.
    RETRY {
        "times": Is::Count, "How often.", "times: 3";
        "wait": Is::Duration, "How long between two tries; a minute by default.", "wait: 1m";
    }
    /// `wait` as a mapping.
    WAIT {
        "for": Is::Duration, "For a length of time.", "for: 20m";
        "until": Is::Clock, "Until a clock time.", "until: 20:00";
        "signal": Is::Signal, "For a signal.", "signal: order.paid";
    }
}

/// A verb: its own value, and what may stand beside it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VerbKeys {
    /// The verb.
    pub(crate) name: &'static str,
    /// What stands behind it.
    pub(crate) about: KeyAbout,
    /// What stands beside it.
    pub(crate) beside: KeyTable,
    /// What has to stand beside it.
    pub(crate) needs: &'static [&'static str],
}

const fn verb(
    name: &'static str,
    is: Is,
    words: &'static str,
    example: &'static str,
    beside: KeyTable,
    needs: &'static [&'static str],
) -> VerbKeys {
    VerbKeys { name, about: KeyAbout { is, words, example }, beside, needs }
}

/// The verbs.
pub(crate) const VERBS: [VerbKeys; 18] = [
    verb(
        "post",
        Is::Text,
        "Sends CommonMark text to a channel. The step ends when that is decided, not when it is delivered.",
        "post: Good morning, all ${members.count} of you.",
        POST,
        &[],
    ),
    verb(
        "run",
        Is::Path,
        "Calls a Rhai script. What it posts, asks and stores happens together when it returns, or not at all.",
        "run: scripts/riddle.rhai",
        RUN,
        &[],
    ),
    verb(
        "task",
        Is::Text,
        "Asks a person to do something, and does not wait.",
        "task: Invite three friends\nto: host\ndue: 1d",
        TASK,
        &[],
    ),
    verb(
        "approve",
        Is::Text,
        "A gate that waits for a person. A no never proceeds.",
        "approve: Is tonight's question good?\nto: editor\nopen_for: 2h",
        APPROVE,
        &[],
    ),
    verb(
        "ask",
        Is::Text,
        "A poll, a quiz or a sign-up: waits and collects.",
        "ask: How far are you?\noptions: [just begun, half, done]\nopen_for: 30m\nas: poll",
        ASK,
        &[],
    ),
    verb(
        "wait",
        Is::Def("wait"),
        "Waits: for a duration, a clock time, a signal, or the `as` name of a task or ask.",
        "wait: 20m",
        WAIT_BESIDE,
        &[],
    ),
    verb(
        "if",
        Is::Condition,
        "Goes one way or the other.",
        "if: poll.total > 0\nthen:\n  - post: ${poll.winner} it is.",
        IF,
        &["then"],
    ),
    verb(
        "each",
        Is::Expression,
        "Does some steps for each item of a list.",
        "each: members.top(3)\nas: star\nsteps:\n  - post: Thank you, ${star.name}.",
        EACH,
        &["as", "steps"],
    ),
    verb(
        "prune",
        Is::Condition,
        "Lets members go for whom a condition is true: notice, grace, a second look, approval, removal.",
        "prune: member.idle > days(60)\nnotice: Say a word within seven days to stay.\nto: host",
        PRUNE,
        &[],
    ),
    verb("tag", Is::Text, "Gives the member whom the run is about a tag.", "tag: helper", MARK, &[]),
    verb("untag", Is::Text, "Takes a tag away.", "untag: newcomer", MARK, &[]),
    verb(
        "award",
        Is::Text,
        "Gives the member points; with a word behind the number, points of that kind.",
        "award: 5 venue",
        MARK,
        &[],
    ),
    verb(
        "admit",
        Is::Text,
        "Lets the member whom the run is about into the group, or turns their request down: by the platform where it \
         can, else by asking whoever has the first role.",
        "admit: yes",
        MARK,
        &[],
    ),
    verb(
        "set",
        Is::Writes,
        "Writes vars of this group. Each value is an expression.",
        "set: { season: vars.season + 1 }",
        NOTHING,
        &[],
    ),
    verb("signal", Is::Sent, "Sends a signal.", "signal: season.over", SIGNAL, &[]),
    verb("start", Is::Name, "Starts another play.", "start: welcome", START, &[]),
    verb("enter", Is::Name, "Changes the phase.", "enter: grow", NOTHING, &[]),
    verb("stop", Is::Reason, "Ends the run; the text is the reason.", "stop: nobody came", NOTHING, &[]),
];
