//! What each verb of a step is made of.

use super::{
    cx::Cx,
    names::Sort,
    plays::LABELS,
    steps::{self, Place},
    text::{self, Scope},
    triggers,
};
use crate::{
    base::{
        ids::{ChannelName, PersonId, PhaseName, PlayName, RoleName, StepId},
        person::Person,
        time::{ClockTime, Duration},
    },
    lang::{
        codes,
        document::{
            near,
            node::{Kind, Node},
            reader::{self, Fields},
        },
    },
    model::{
        step::{
            Approve, Ask, Assignee, Block, Each, If, MentionTarget, Post, Prune, PruneOrder, Retry,
            RunScript, Silence, TaskStep, Verb, Wait, WaitFor,
        },
        text::{Template, Text},
    },
    script::names::Name,
};
use std::{collections::BTreeMap, sync::Arc};

/// How long a question is open when it does not say.
const OPEN_FOR: Duration = Duration::DAY;
/// How long members have before they are removed, where they are told and the step does not say.
const GRACE: Duration = Duration::DAY.times(7);
/// Between two tries of a script, where `retry` does not say.
const RETRY_WAIT: Duration = Duration::MINUTE;

/// Lowers the verb of a step.
pub(crate) fn lower(
    cx: &mut Cx<'_>,
    verb: &'static str,
    fields: &Fields<'_>,
    scope: &mut Scope,
    place: &mut Place<'_>,
    id: &str,
    position: &str,
) -> Option<Verb> {
    let node = &fields.entry(verb)?.value;
    if node.is_null() && !matches!(verb, "stop") {
        let span = fields.entry(verb)?.key.span;
        cx.error(codes::MISSING_VALUE, span, format!("`{verb}` has no value"), value_help(verb));
        return None;
    }
    match verb {
        "post" => {
            let post = post(cx, node, fields, scope, place);
            place.posts.insert(id.to_owned());
            post.map(|post| Verb::Post(Box::new(post)))
        }
        "run" => run(cx, node, fields, scope).map(|run| Verb::Run(Box::new(run))),
        "task" => task(cx, node, fields, scope, place).map(|task| Verb::Task(Box::new(task))),
        "approve" => {
            approve(cx, node, fields, scope, place, position).map(|approve| Verb::Approve(Box::new(approve)))
        }
        "ask" => {
            place.posts.insert(id.to_owned());
            ask(cx, node, fields, scope, place).map(|ask| Verb::Ask(Box::new(ask)))
        }
        "wait" => wait(cx, node, fields, scope, place, position).map(|wait| Verb::Wait(Box::new(wait))),
        "if" => branch(cx, node, fields, scope, place, position).map(|branch| Verb::If(Box::new(branch))),
        "each" => each(cx, node, fields, scope, place, position).map(|each| Verb::Each(Box::new(each))),
        "prune" => prune(cx, node, fields, scope).map(|prune| Verb::Prune(Box::new(prune))),
        "set" => set(cx, node, scope).map(Verb::Set),
        "signal" => signal(cx, node, fields, scope),
        "start" => start(cx, node, fields, scope),
        "enter" => {
            let name = reader::text(&mut cx.report, node, "a phase's name")?;
            cx.refer(Sort::Phase, name, node.span);
            Some(Verb::Enter(PhaseName::new(name)))
        }
        _ => {
            let reason = if node.is_null() { Some(Text::default()) } else { text::text(cx, node, scope) };
            reason.map(Verb::Stop)
        }
    }
}

fn value_help(verb: &str) -> &'static str {
    match verb {
        "post" | "task" | "approve" | "ask" => {
            "write the text behind it; a text that begins with a sign needs quotes"
        }
        "run" => "write the script's path: `run: scripts/rules.rhai`",
        "wait" => "write for what: `wait: 20m`",
        _ => "write its value behind the colon",
    }
}

/// `as`: the name under which later steps see the value.
fn binding(cx: &mut Cx<'_>, fields: &Fields<'_>) -> Option<Arc<str>> {
    let node = fields.get("as")?;
    let name = reader::text(&mut cx.report, node, "a name")?.clone();
    let word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !word {
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let plain = plain.trim_matches('_').to_owned();
        let help = if plain.is_empty() {
            "use English letters, digits and `_`".into()
        } else {
            format!("write `as: {plain}`")
        };
        cx.error(codes::BAD_NAME, node.span, format!("`{name}` cannot be used in an expression"), help);
        return None;
    }
    if Name::parse(&name).is_some() {
        cx.error(
            codes::RESERVED_NAME,
            node.span,
            format!("`{name}` is a name that every expression knows already"),
            format!("write `as: my_{name}`"),
        );
        return None;
    }
    super::check_word_reserved(cx, &name, node.span).then_some(name)
}

fn channel(cx: &mut Cx<'_>, fields: &Fields<'_>, verb: &str) -> ChannelName {
    if let Some(node) = fields.get("to") {
        if let Some(name) = reader::text(&mut cx.report, node, "a channel's name").cloned() {
            if !cx.names.channels.contains(&*name) && cx.names.has(Sort::Assignee, &name) {
                let channels = cx.names.all(Sort::Channel);
                let help = format!(
                    "a post goes to a channel ({}); to ask a person write `task`, to notify one write `mention: {name}`",
                    crate::base::words::list(&channels, "or")
                );
                cx.error(
                    codes::UNKNOWN_NAME,
                    node.span,
                    format!("there is no channel `{name}`; it is a role or a person"),
                    help,
                );
            } else {
                cx.refer(Sort::Channel, &name, node.span);
            }
            return ChannelName::new(&name);
        }
    } else if let Some(entry) = fields.entry(verb) {
        cx.refer(Sort::Channel, "group", entry.key.span);
    }
    ChannelName::new("group")
}

/// `to`, `escalate`: a role, a person, or a text that names one.
fn assignee(cx: &mut Cx<'_>, fields: &Fields<'_>, key: &str, scope: &Scope) -> Option<Assignee> {
    let node = fields.get(key)?;
    let name = reader::text(&mut cx.report, node, "a role or a person")?.clone();
    if name.contains("${") {
        return text::text(cx, node, scope).map(Assignee::Text);
    }
    cx.refer(Sort::Assignee, &name, node.span);
    if cx.names.roles.contains(&*name) {
        Some(Assignee::Role(RoleName::new(&name)))
    } else {
        Some(Assignee::Person(PersonId::new(&name)))
    }
}

fn post(cx: &mut Cx<'_>, node: &Node, fields: &Fields<'_>, scope: &Scope, place: &Place<'_>) -> Option<Post> {
    let text = text::text(cx, node, scope);
    let to = channel(cx, fields, "post");
    let label = fields.get("label").and_then(|node| reader::choice(&mut cx.report, node, &LABELS));
    let mention = fields.get("mention").map(|node| mentions(cx, node, scope)).unwrap_or_default();
    let image = fields.get("image").and_then(|node| text::text(cx, node, scope));
    let buttons = fields.get("buttons").map(|node| buttons(cx, node, scope)).unwrap_or_default();
    let reply_to = fields.get("reply_to").and_then(|node| reply_to(cx, node, place));
    let expires = fields.get("expires").and_then(|node| reader::positive(&mut cx.report, node));
    let urgent =
        fields.get("urgent").and_then(|node| reader::boolean(&mut cx.report, node)).unwrap_or_default();
    Some(Post { text: text?, to, label, mention, image, buttons, reply_to, expires, urgent })
}

fn mentions(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Vec<MentionTarget> {
    let mut targets = Vec::new();
    for item in reader::one_or_many(&mut cx.report, node, "`all`, a role or a person") {
        let name = item.text().unwrap_or_default().to_owned();
        if name == "all" {
            targets.push(MentionTarget::All);
        } else if name.contains("${") {
            targets.extend(text::text(cx, item, scope).map(MentionTarget::Text));
        } else if cx.names.roles.contains(&name) {
            targets.push(MentionTarget::Role(RoleName::new(&name)));
        } else if let Some(person) = cx.people.get(name.as_str()) {
            targets.push(MentionTarget::Person(person.clone()));
        } else if cx.names.people.contains(&name) {
            let person = Person { id: PersonId::new(&name), name, handles: BTreeMap::new() };
            targets.push(MentionTarget::Person(Arc::new(person)));
        } else {
            let mut names = cx.names.all(Sort::Assignee);
            names.push("all");
            let help = near::advice(&name, &names, "role or person");
            cx.error(
                codes::UNKNOWN_NAME,
                item.span,
                format!("there is no role or person `{name}` to mention"),
                help,
            );
        }
    }
    targets
}

fn buttons(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Vec<(Text, Text)> {
    let mut buttons = Vec::new();
    let help = "write `buttons: [{ text: 报名, url: https://… }]`";
    for item in reader::list(&mut cx.report, node, "a list of `{ text, url }`").unwrap_or_default() {
        let Some(fields) = Fields::read(&mut cx.report, item, "a button", &["text", "url"]) else { continue };
        let label = fields.need(&mut cx.report, "text", help).and_then(|node| text::text(cx, node, scope));
        let url = fields.need(&mut cx.report, "url", help).and_then(|node| text::text(cx, node, scope));
        buttons.extend(label.zip(url));
    }
    buttons
}

fn reply_to(cx: &mut Cx<'_>, node: &Node, place: &Place<'_>) -> Option<StepId> {
    let id = reader::text(&mut cx.report, node, "a step's id")?.clone();
    if !place.posts.contains(&*id) {
        let names: Vec<&str> = place.posts.iter().map(String::as_str).collect();
        let help = near::advice(&id, &names, "post above this one");
        cx.error(
            codes::UNKNOWN_NAME,
            node.span,
            format!("no step above sends a message and has the id `{id}`"),
            help,
        );
        return None;
    }
    Some(StepId::new(&id))
}

fn run(cx: &mut Cx<'_>, node: &Node, fields: &Fields<'_>, scope: &Scope) -> Option<RunScript> {
    let path = reader::text(&mut cx.report, node, "a script's path")?.clone();
    let call_node = fields.get("call");
    let call = call_node.and_then(|node| reader::text(&mut cx.report, node, "a function's name").cloned());
    let call = call.unwrap_or_else(|| Arc::from("main"));
    let with = match fields.get("with") {
        Some(node) => {
            super::check_reserved(cx, node);
            text::template(cx, node, scope).unwrap_or_default()
        }
        None => Template::default(),
    };
    let retry = fields.get("retry").and_then(|node| retry(cx, node));
    let binding = binding(cx, fields);
    let found = cx.script(&path, node.span);
    let script = match found {
        Some((clean, Some(script))) => {
            super::scripts::check_call(cx, &script, &call, call_node.unwrap_or(node));
            super::scripts::check_data(cx, &script, node);
            clean
        }
        Some((clean, None)) => clean,
        None => path.to_string(),
    };
    Some(RunScript { script: Arc::from(script), call, with, binding, retry })
}

/// `3`, or `{ times: 3, wait: 1m }`
fn retry(cx: &mut Cx<'_>, node: &Node) -> Option<Retry> {
    if node.scalar().is_some() {
        let times = reader::count(&mut cx.report, node)?;
        return Some(Retry { times, wait: RETRY_WAIT });
    }
    let fields = Fields::read(&mut cx.report, node, "`retry`", &["times", "wait"])?;
    let times = fields.need(&mut cx.report, "times", "write how often: `times: 3`")?;
    let times = reader::count(&mut cx.report, times)?;
    let wait =
        fields.get("wait").and_then(|node| reader::duration(&mut cx.report, node)).unwrap_or(RETRY_WAIT);
    Some(Retry { times, wait })
}

fn task(
    cx: &mut Cx<'_>,
    node: &Node,
    fields: &Fields<'_>,
    scope: &Scope,
    place: &mut Place<'_>,
) -> Option<TaskStep> {
    let text = text::text(cx, node, scope);
    let to = assignee(cx, fields, "to", scope);
    let escalate = assignee(cx, fields, "escalate", scope);
    let due = fields.get("due").and_then(|node| reader::positive(&mut cx.report, node));
    let remind = fields.get("remind").and_then(|node| reader::positive(&mut cx.report, node));
    if let (Some(entry), None) = (fields.entry("remind"), fields.entry("due")) {
        cx.error(
            codes::MISSING_KEY,
            entry.key.span,
            "`remind` is counted back from `due`, which is not there",
            "add `due: 1d`",
        );
    }
    let binding = binding(cx, fields);
    place.waitable.extend(binding.as_ref().map(ToString::to_string));
    Some(TaskStep { text: text?, to, due, remind, escalate, binding })
}

fn silence(cx: &mut Cx<'_>, node: &Node) -> Option<Silence> {
    reader::choice(&mut cx.report, node, &[("stop", Silence::Stop), ("proceed", Silence::Proceed)])
}

fn approve(
    cx: &mut Cx<'_>,
    node: &Node,
    fields: &Fields<'_>,
    scope: &mut Scope,
    place: &mut Place<'_>,
    position: &str,
) -> Option<Approve> {
    let text = text::text(cx, node, scope);
    let to = assignee(cx, fields, "to", scope);
    let open_for = fields.get("open_for").and_then(|node| reader::positive(&mut cx.report, node));
    let otherwise = fields.get("otherwise").and_then(|node| silence(cx, node)).unwrap_or_default();
    if let (Some(entry), None) = (fields.entry("otherwise"), fields.entry("open_for")) {
        cx.error(
            codes::MISSING_KEY,
            entry.key.span,
            "`otherwise` is for silence, and without `open_for` there is none",
            "add `open_for: 16h`",
        );
    }
    let then =
        fields.get("then").map(|node| steps::block(cx, node, scope, place, &format!("{position}.then.")));
    Some(Approve { text: text?, to, open_for, otherwise, then })
}

fn ask(
    cx: &mut Cx<'_>,
    node: &Node,
    fields: &Fields<'_>,
    scope: &Scope,
    place: &mut Place<'_>,
) -> Option<Ask> {
    let text = text::text(cx, node, scope);
    let to = channel(cx, fields, "ask");
    let mut options = Vec::new();
    for item in fields
        .get("options")
        .and_then(|node| reader::list(&mut cx.report, node, "a list of options"))
        .unwrap_or_default()
    {
        options.extend(text::text(cx, item, scope));
    }
    let mut names = Vec::new();
    for item in fields
        .get("fields")
        .and_then(|node| reader::list(&mut cx.report, node, "a list of names"))
        .unwrap_or_default()
    {
        names.extend(reader::text(&mut cx.report, item, "a name").cloned());
    }
    match (fields.entry("options"), fields.entry("fields")) {
        (Some(_), Some(entry)) => cx.error(
            codes::MISPLACED_KEY,
            entry.key.span,
            "`ask` takes `options` or `fields`, not both",
            "a poll has `options`, a sign-up has `fields`",
        ),
        (None, None) => {
            let span = fields.entry("ask").map_or(fields.span, |entry| entry.key.span);
            cx.error(
                codes::MISSING_KEY,
                span,
                "`ask` needs `options` or `fields`",
                "for a poll add `options: [来, 不来]`, for a sign-up `fields: [name, phone]`",
            );
        }
        _ => {}
    }
    let answer = fields.get("answer").and_then(|node| text::text(cx, node, scope));
    if let (Some(node), Some(literal)) = (fields.get("answer"), answer.as_ref().and_then(Text::as_literal)) {
        let literals: Vec<&str> = options.iter().filter_map(Text::as_literal).collect();
        if literals.len() == options.len() && !literals.contains(&literal) && !options.is_empty() {
            let help = near::advice(literal, &literals, "option");
            let message = format!("the answer `{literal}` is none of the options");
            cx.error(codes::UNKNOWN_NAME, node.span, message, help);
        }
    }
    let points = fields.get("points").and_then(|node| reader::integer(&mut cx.report, node, 0, 1_000_000));
    let open_for =
        fields.get("open_for").and_then(|node| reader::positive(&mut cx.report, node)).unwrap_or(OPEN_FOR);
    let anonymous =
        fields.get("anonymous").and_then(|node| reader::boolean(&mut cx.report, node)).unwrap_or_default();
    let label = fields.get("label").and_then(|node| reader::choice(&mut cx.report, node, &LABELS));
    let binding = binding(cx, fields);
    place.waitable.extend(binding.as_ref().map(ToString::to_string));
    Some(Ask { text: text?, options, fields: names, answer, points, open_for, anonymous, to, label, binding })
}

fn wait(
    cx: &mut Cx<'_>,
    node: &Node,
    fields: &Fields<'_>,
    scope: &mut Scope,
    place: &mut Place<'_>,
    position: &str,
) -> Option<Wait> {
    let target = wait_for(cx, node, scope, place);
    let waits_for_signal = matches!(target, Some(WaitFor::Signal(_)));
    let inner = scope.with(Name::Signal).with(Name::Member);
    let filter = fields.get("where").and_then(|node| text::condition(cx, node, &inner));
    if let Some(entry) = fields.entry("where")
        && target.is_some()
        && !waits_for_signal
    {
        cx.error(
            codes::MISPLACED_KEY,
            entry.key.span,
            "`where` belongs to a wait for a signal",
            "remove it, or wait for a signal",
        );
    }
    let timeout = fields.get("timeout").and_then(|node| reader::positive(&mut cx.report, node));
    let (mut otherwise, mut after) = (Block::new(), Silence::Proceed);
    if let Some(node) = fields.get("otherwise") {
        if node.scalar().is_some() {
            after = silence(cx, node).unwrap_or(Silence::Proceed);
        } else {
            otherwise = steps::block(cx, node, scope, place, &format!("{position}.otherwise."));
        }
        if matches!(target, Some(WaitFor::For(_) | WaitFor::Until(_))) {
            let span = fields.entry("otherwise").map_or(node.span, |entry| entry.key.span);
            cx.error(codes::MISPLACED_KEY, span, "a wait for a time is never in vain", "remove `otherwise`");
        }
    }
    Some(Wait { target: target?, filter, timeout, otherwise, silence: after })
}

fn wait_for(cx: &mut Cx<'_>, node: &Node, scope: &Scope, place: &Place<'_>) -> Option<WaitFor> {
    if let Kind::Mapping(_) = node.kind {
        return wait_map(cx, node);
    }
    let text = reader::text(
        &mut cx.report,
        node,
        "a duration, a clock time, a signal, or the `as` name of a task or ask",
    )?
    .clone();
    let trimmed = text.trim();
    let clock = trimmed.strip_prefix("until ").unwrap_or(trimmed);
    if let Ok(length) = trimmed.parse::<Duration>() {
        return Some(WaitFor::For(length));
    }
    if let Ok(clock) = clock.trim().parse::<ClockTime>() {
        cx.uses_clock(node.span, format!("`{trimmed}`"));
        return Some(WaitFor::Until(clock));
    }
    if place.waitable.contains(trimmed) {
        return Some(WaitFor::Binding(Arc::from(trimmed)));
    }
    if scope.known.bindings.contains(trimmed) {
        cx.error(
            codes::BAD_WAIT,
            node.span,
            format!("`{trimmed}` is there already: only a task or an ask can be waited for"),
            "remove the wait",
        );
        return None;
    }
    if scope.sometime.contains(trimmed) {
        cx.error(
            codes::NOT_SET_YET,
            node.span,
            format!("`{trimmed}` is set only by a later step"),
            format!("move this step behind the one with `as: {trimmed}`"),
        );
        return None;
    }
    if trimmed.starts_with(|c: char| c.is_ascii_digit())
        || text.contains(char::is_whitespace)
        || trimmed.is_empty()
    {
        reader::bad_value(
            &mut cx.report,
            node,
            "a duration such as 20m, a clock time such as 20:00, a signal, or the `as` name of a task or ask",
            None,
        );
        return None;
    }
    if let Some(near) =
        crate::base::diagnostic::suggest::nearest(trimmed, place.waitable.iter().map(String::as_str))
    {
        let message =
            format!("`{trimmed}` is no `as` name of an earlier task or ask; it is taken as a signal");
        cx.warning(codes::UNKNOWN_SIGNAL, node.span, message, format!("did you mean `{near}`?"));
    } else {
        triggers::signal_name(cx, &text, node.span);
    }
    Some(WaitFor::Signal(Arc::from(trimmed)))
}

/// `{ for: 20m }`, `{ until: 20:00 }`, `{ signal: NAME }`
fn wait_map(cx: &mut Cx<'_>, node: &Node) -> Option<WaitFor> {
    let fields = Fields::read(&mut cx.report, node, "`wait`", &["for", "until", "signal"])?;
    match (fields.get("for"), fields.get("until"), fields.get("signal")) {
        (Some(node), None, None) => reader::duration(&mut cx.report, node).map(WaitFor::For),
        (None, Some(node), None) => {
            cx.uses_clock(node.span, "`until`");
            reader::clock(&mut cx.report, node).map(WaitFor::Until)
        }
        (None, None, Some(node)) => {
            let name = reader::text(&mut cx.report, node, "a signal's name")?.clone();
            triggers::signal_name(cx, &name, node.span);
            Some(WaitFor::Signal(name))
        }
        _ => {
            cx.error(
                codes::BAD_WAIT,
                node.span,
                "a wait is for one thing",
                "write one of `for: 20m`, `until: 20:00`, `signal: NAME`",
            );
            None
        }
    }
}

fn branch(
    cx: &mut Cx<'_>,
    node: &Node,
    fields: &Fields<'_>,
    scope: &mut Scope,
    place: &mut Place<'_>,
    position: &str,
) -> Option<If> {
    let cond = text::condition(cx, node, scope);
    let then = match fields.need(
        &mut cx.report,
        "then",
        "write what happens when it is true: `then:` and a list of steps",
    ) {
        Some(node) => steps::block(cx, node, scope, place, &format!("{position}.then.")),
        None => Block::new(),
    };
    let otherwise = match fields.get("else") {
        Some(node) => steps::block(cx, node, scope, place, &format!("{position}.else.")),
        None => Block::new(),
    };
    Some(If { cond: cond?, then, otherwise })
}

fn each(
    cx: &mut Cx<'_>,
    node: &Node,
    fields: &Fields<'_>,
    scope: &mut Scope,
    place: &mut Place<'_>,
    position: &str,
) -> Option<Each> {
    let items = text::bare(cx, node, scope);
    let max = fields.get("max").and_then(|node| reader::count(&mut cx.report, node));
    let named = fields.need(&mut cx.report, "as", "name the item: `as: topic`").is_some();
    let binding = if named { binding(cx, fields) } else { None };
    let mut inner = scope.clone();
    inner.known.bindings.extend(binding.as_ref().map(ToString::to_string));
    let steps = match fields.need(
        &mut cx.report,
        "steps",
        "write what to do with each: `steps:` and a list of steps",
    ) {
        Some(node) => steps::block(cx, node, &mut inner, place, &format!("{position}.steps.")),
        None => Block::new(),
    };
    Some(Each { items: items?, binding: binding?, max, steps })
}

fn prune(cx: &mut Cx<'_>, node: &Node, fields: &Fields<'_>, scope: &Scope) -> Option<Prune> {
    let inner = scope.with(Name::Member);
    let predicate = text::condition(cx, node, &inner);
    let protect = fields.get("protect").and_then(|node| text::condition(cx, node, &inner));
    let max = fields.get("max").and_then(|node| reader::count(&mut cx.report, node));
    let orders = [
        ("idle", PruneOrder::Idle),
        ("oldest", PruneOrder::Oldest),
        ("newest", PruneOrder::Newest),
        ("points", PruneOrder::Points),
    ];
    let order = fields
        .get("order")
        .and_then(|node| reader::choice(&mut cx.report, node, &orders))
        .unwrap_or_default();
    let notice = fields.get("notice").and_then(|node| text::text(cx, node, scope));
    if let Some(entry) = fields.entry("notice") {
        cx.refer(Sort::Channel, "group", entry.key.span);
    }
    let default = if notice.is_some() { GRACE } else { Duration::ZERO };
    let grace =
        fields.get("grace").and_then(|node| reader::duration(&mut cx.report, node)).unwrap_or(default);
    let to = assignee(cx, fields, "to", scope);
    Some(Prune { predicate: predicate?, protect, max, order, notice, grace, to })
}

fn set(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Option<Vec<(Arc<str>, crate::script::expr::Expr)>> {
    let Some(entries) = node.entries() else {
        reader::wrong_kind(
            &mut cx.report,
            node,
            "a mapping of names to expressions: `set: { season: vars.season + 1 }`",
        );
        return None;
    };
    let mut writes = Vec::new();
    for entry in entries {
        super::check_word_reserved(cx, &entry.key.value, entry.key.span);
        if entry.value.is_null() {
            cx.error(
                codes::MISSING_VALUE,
                entry.key.span,
                format!("`{}` has no value", entry.key.value),
                "write an expression; for nothing write `()`",
            );
            continue;
        }
        let key = cx
            .unit
            .vars
            .get(&*entry.key.value)
            .map_or_else(|| entry.key.value.clone(), |name| Arc::from(name.as_str()));
        writes.extend(text::bare(cx, &entry.value, scope).map(|expr| (key, expr)));
    }
    Some(writes)
}

fn with(cx: &mut Cx<'_>, fields: &Fields<'_>, scope: &Scope) -> Template {
    let Some(node) = fields.get("with") else { return Template::default() };
    if node.entries().is_none() && node.scalar().is_none() {
        reader::wrong_kind(&mut cx.report, node, "a mapping of names to values");
        return Template::default();
    }
    super::check_reserved(cx, node);
    text::template(cx, node, scope).unwrap_or_default()
}

fn signal(cx: &mut Cx<'_>, node: &Node, fields: &Fields<'_>, scope: &Scope) -> Option<Verb> {
    let name = text::text(cx, node, scope)?;
    if let Some(literal) = name.as_literal() {
        if literal.is_empty() || literal.contains(char::is_whitespace) {
            cx.error(
                codes::BAD_NAME,
                node.span,
                format!("`{literal}` is no signal: a signal's name has no spaces"),
                "write `-` or `.` between the words",
            );
        }
    }
    Some(Verb::Signal { name, with: with(cx, fields, scope) })
}

fn start(cx: &mut Cx<'_>, node: &Node, fields: &Fields<'_>, scope: &Scope) -> Option<Verb> {
    let name = reader::text(&mut cx.report, node, "a play's name")?.clone();
    let full = cx.unit.plays.get(&*name).cloned().unwrap_or_else(|| name.to_string());
    cx.refer(Sort::Play, &full, node.span);
    Some(Verb::Start { play: PlayName::new(full), with: with(cx, fields, scope) })
}
