//! What each verb of a step is made of.

use super::{
    approvals,
    common::{assignee, binding},
    cx::Cx,
    lists, messages, moments,
    names::NameSort,
    numbers,
    place::Place,
    steps,
    text::{self, Scope},
    waits,
};
use crate::base::phrase::{Words, pair, phrase};
use crate::{
    base::{
        ids::{PhaseName, PlayName},
        limits,
        time::Duration,
    },
    lang::{
        codes,
        document::{
            node::Node,
            reader::{self, Fields},
        },
        keys::{self, closed::ORDERS},
    },
    model::{
        step::{Block, By, Each, If, Mark, Marking, Prune, Retry, RunScript, TaskStep, Verb},
        text::{Template, Text},
    },
    script::names::Name,
};
use std::sync::Arc;

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
        cx.error(
            codes::MISSING_VALUE,
            span,
            phrase!("`{verb}` has no value", "`{verb}` 后面没有值"),
            value_help(verb),
        );
        return None;
    }
    match verb {
        "post" => {
            let post = messages::post(cx, node, fields, scope, place);
            place.posts.insert(id.to_owned());
            post.map(|post| Verb::Post(Box::new(post)))
        }
        "run" => run(cx, node, fields, scope).map(|run| Verb::Run(Box::new(run))),
        "task" => task(cx, node, fields, scope, place).map(|task| Verb::Task(Box::new(task))),
        "approve" => approvals::approve(cx, node, fields, scope, place, position)
            .map(|approve| Verb::Approve(Box::new(approve))),
        "ask" => {
            place.posts.insert(id.to_owned());
            messages::ask(cx, node, fields, scope, place).map(|ask| Verb::Ask(Box::new(ask)))
        }
        "wait" => {
            waits::wait(cx, node, fields, scope, place, position).map(|wait| Verb::Wait(Box::new(wait)))
        }
        "if" => branch(cx, node, fields, scope, place, position).map(|branch| Verb::If(Box::new(branch))),
        "each" => each(cx, node, fields, scope, place, position).map(|each| Verb::Each(Box::new(each))),
        "prune" => prune(cx, node, fields, scope).map(|prune| Verb::Prune(Box::new(prune))),
        "tag" => mark(cx, node, fields, scope, Marking::Tag),
        "untag" => mark(cx, node, fields, scope, Marking::Untag),
        "award" => mark(cx, node, fields, scope, Marking::Award),
        "admit" => mark(cx, node, fields, scope, Marking::Admit),
        "set" => set(cx, node, scope).map(Verb::Set),
        "signal" => signal(cx, node, fields, scope),
        "start" => start(cx, node, fields, scope),
        "enter" => {
            let name = reader::text(&mut cx.report, node, pair("a phase's name", "阶段名"))?;
            cx.refer(NameSort::Phase, name, node.span);
            Some(Verb::Enter(PhaseName::new(name)))
        }
        _ => {
            let reason = if node.is_null() { Some(Text::default()) } else { text::text(cx, node, scope) };
            reason.map(Verb::Stop)
        }
    }
}

/// `tag`, `untag`, `award` and `admit`: about the member whom the run is about, or those that `of` gives.
fn mark(cx: &mut Cx<'_>, node: &Node, fields: &Fields<'_>, scope: &Scope, what: Marking) -> Option<Verb> {
    let text = text::text(cx, node, scope)?;
    let of = fields.get("of").and_then(|node| text::text(cx, node, scope));
    let verb = what.as_str();
    if of.is_none() && !scope.known.globals.has(Name::Member) {
        cx.error(
            codes::MISSING_KEY,
            node.span,
            phrase!(
                "`{verb}` is about a member, and this play is about none",
                "`{verb}` 针对成员，而这个玩法没有成员"
            ),
            pair(
                "start it by a signal about a member, or say whom: `of: ${signup.seated}`",
                "用关于成员的信号来启动，或写明给谁：`of: ${signup.seated}`",
            ),
        );
    }
    let plain = text.as_literal().map(str::trim);
    let good = match (what, plain) {
        (_, None) => true,
        (Marking::Award, Some(text)) => points(text).is_some(),
        (Marking::Admit, Some(text)) => matches!(text, "yes" | "no"),
        (Marking::Tag | Marking::Untag, Some(text)) => {
            !text.is_empty() && !text.contains(char::is_whitespace) && !text.starts_with("tier:")
        }
    };
    if !good {
        let expected = match what {
            Marking::Award => {
                pair("a number of points, and behind it their kind: 5 venue", "分数，后面可以写种类：5 venue")
            }
            Marking::Admit => pair("yes or no", "yes 或 no"),
            Marking::Tag | Marking::Untag => pair(
                "a tag: one word that does not begin with `tier:`",
                "一个标签：一个词，不以 `tier:` 开头",
            ),
        };
        reader::bad_value(&mut cx.report, node, expected, None);
        return None;
    }
    Some(Verb::Mark(Box::new(Mark { what, text, of })))
}

/// How many points, and of which kind.
fn points(text: &str) -> Option<(i64, Option<&str>)> {
    let mut words = text.split_whitespace();
    let number = words.next()?.parse().ok()?;
    let kind = words.next();
    words.next().is_none().then_some((number, kind))
}

fn value_help(verb: &str) -> Words {
    match verb {
        "post" | "task" | "approve" | "ask" => pair(
            "write the text behind it; a text that begins with a sign needs quotes",
            "在后面写上文字；以符号开头的文字要加引号",
        ),
        "run" => pair(
            "write the script's path: `run: scripts/rules.rhai`",
            "写脚本的路径：`run: scripts/rules.rhai`",
        ),
        "wait" => pair("write for what: `wait: 20m`", "写明等什么：`wait: 20m`"),
        _ => pair("write its value behind the colon", "在冒号后面写上它的值"),
    }
}

fn run(cx: &mut Cx<'_>, node: &Node, fields: &Fields<'_>, scope: &Scope) -> Option<RunScript> {
    let path = reader::text(&mut cx.report, node, pair("a script's path", "脚本的路径"))?.clone();
    let call_node = fields.get("call");
    let call = call_node
        .and_then(|node| reader::text(&mut cx.report, node, pair("a function's name", "函数名")).cloned());
    let call = call.unwrap_or_else(|| Arc::from("main"));
    let with = match fields.get("with") {
        Some(node) => {
            super::words::check_reserved(cx, node);
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
    let fields = Fields::read(&mut cx.report, node, pair("`retry`", "`retry`"), keys::RETRY.names)?;
    let times =
        fields.need(&mut cx.report, "times", pair("write how often: `times: 3`", "写明次数：`times: 3`"))?;
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
    let due = fields.get("due").and_then(|node| by(cx, node));
    let remind = fields.get("remind").map(|node| reminders(cx, node)).unwrap_or_default();
    let checkin = fields.get("list").is_some_and(|node| node.text() == Some(lists::CHECKIN));
    let list = fields.get("list").filter(|_| !checkin);
    let list = list.map(|node| lists::lower(cx, node, scope)).unwrap_or_default();
    let numbers = fields.get("numbers").map(|node| numbers::filled(cx, node)).unwrap_or_default();
    let urgent = fields.get("urgent").and_then(|node| reader::boolean(&mut cx.report, node)).unwrap_or(false);
    if let (Some(entry), None) = (fields.entry("remind"), fields.entry("due")) {
        cx.error(
            codes::MISSING_KEY,
            entry.key.span,
            pair(
                "`remind` is counted back from `due`, which is not there",
                "`remind` 从 `due` 往回数，而这里没有 `due`",
            ),
            pair("add `due: 1d`", "加上 `due: 1d`"),
        );
    }
    let binding = binding(cx, fields);
    place.waitable.extend(binding.as_ref().map(ToString::to_string));
    Some(TaskStep { text: text?, to, due, remind, escalate, list, checkin, numbers, urgent, binding })
}

/// `due`: `1d`, `-1d 18:00`, or a moment.
fn by(cx: &mut Cx<'_>, node: &Node) -> Option<By> {
    let expected = pair(
        "a duration such as 1d, an offset from the anchor such as -1d 18:00, or a moment",
        "时长（例如 1d）、相对锚点的偏移（例如 -1d 18:00），或时刻",
    );
    let text = reader::text(&mut cx.report, node, expected)?.trim().to_owned();
    if text.starts_with(['+', '-']) {
        return moments::offset(cx, node).map(By::At);
    }
    // A moment begins with a year.
    if text.len() >= 8
        && text.bytes().take(4).all(|b| b.is_ascii_digit())
        && !text.as_bytes()[4].is_ascii_digit()
    {
        return moments::moment(cx, node).map(By::Moment);
    }
    reader::positive(&mut cx.report, node).map(By::After)
}

/// `remind`: one duration, or a list of them.
fn reminders(cx: &mut Cx<'_>, node: &Node) -> Vec<Duration> {
    let items = reader::one_or_many(&mut cx.report, node, pair("a duration", "时长"));
    let mut found: Vec<Duration> =
        items.into_iter().filter_map(|item| reader::positive(&mut cx.report, item)).collect();
    if let Some(one_more) = found.get(limits::REMINDERS_MAX) {
        let message = phrase!(
            "a task has at most {} reminders, and {one_more} is one more",
            "一个任务最多 {} 次提醒，{one_more} 超出了",
            limits::REMINDERS_MAX
        );
        cx.error(codes::BAD_VALUE, node.span, message, pair("remove some", "删掉几个"));
    }
    found.truncate(limits::REMINDERS_MAX);
    found
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
        pair(
            "write what happens when it is true: `then:` and a list of steps",
            "写明条件成立时做什么：`then:` 和一列步骤",
        ),
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
    // Beyond the bound items would be left out in silence.
    let most = limits::EACH_MAX as i64;
    let max = fields.get("max").and_then(|node| reader::integer(&mut cx.report, node, 1, most));
    let max = max.and_then(|max| u32::try_from(max).ok());
    let named = fields
        .need(&mut cx.report, "as", pair("name the item: `as: topic`", "给当前项起个名字：`as: topic`"))
        .is_some();
    let binding = if named { binding(cx, fields) } else { None };
    let mut inner = scope.clone();
    if let Some(name) = &binding {
        inner.known.asks.remove(&**name);
    }
    inner.known.bindings.extend(binding.as_ref().map(ToString::to_string));
    inner.known.bindings.insert(crate::model::step::LOOP_NUMBER.to_owned());
    if let (Some(name), Some(items)) = (&binding, &items) {
        inner.owns(name, !items.hears());
    }
    let steps = match fields.need(
        &mut cx.report,
        "steps",
        pair(
            "write what to do with each: `steps:` and a list of steps",
            "写明对每一项做什么：`steps:` 和一列步骤",
        ),
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
    let order = fields
        .get("order")
        .and_then(|node| reader::choice(&mut cx.report, node, &ORDERS))
        .unwrap_or_default();
    let mut telling = scope.clone();
    telling.known.bindings.insert("silent".into());
    let notice = fields.get("notice").and_then(|node| text::text(cx, node, &telling));
    let remind = fields.get("remind").and_then(|node| reader::positive(&mut cx.report, node));
    if let (Some(entry), None) = (fields.entry("remind"), &notice) {
        cx.error(
            codes::MISSING_KEY,
            entry.key.span,
            pair(
                "`remind` says the `notice` once more, which is not there",
                "`remind` 会再说一遍 `notice`，而这里没有",
            ),
            pair("add `notice: …`", "加上 `notice: …`"),
        );
    }
    if let Some(entry) = fields.entry("notice") {
        cx.refer(NameSort::Channel, "group", entry.key.span);
    }
    let default = if notice.is_some() { GRACE } else { Duration::ZERO };
    let grace =
        fields.get("grace").and_then(|node| reader::duration(&mut cx.report, node)).unwrap_or(default);
    let to = assignee(cx, fields, "to", scope);
    Some(Prune {
        predicate: predicate?,
        protect,
        max,
        order,
        notice,
        grace,
        remind: remind.into_iter().collect(),
        to,
    })
}

fn set(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Option<Vec<(Arc<str>, crate::script::expr::Expr)>> {
    let Some(entries) = node.entries() else {
        reader::wrong_kind(
            &mut cx.report,
            node,
            pair(
                "a mapping of names to expressions: `set: { season: vars.season + 1 }`",
                "名字到表达式的映射：`set: { season: vars.season + 1 }`",
            ),
        );
        return None;
    };
    let mut writes = Vec::new();
    for entry in entries {
        super::words::check_word_reserved(cx, &entry.key.value, entry.key.span);
        if entry.value.is_null() {
            cx.error(
                codes::MISSING_VALUE,
                entry.key.span,
                phrase!("`{}` has no value", "`{}` 后面没有值", entry.key.value),
                pair("write an expression; for nothing write `()`", "写一个表达式；要置空就写 `()`"),
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
        reader::wrong_kind(&mut cx.report, node, pair("a mapping of names to values", "名字到值的映射"));
        return Template::default();
    }
    super::words::check_reserved(cx, node);
    text::template(cx, node, scope).unwrap_or_default()
}

fn signal(cx: &mut Cx<'_>, node: &Node, fields: &Fields<'_>, scope: &Scope) -> Option<Verb> {
    let name = text::text(cx, node, scope)?;
    if let Some(literal) = name.as_literal()
        && (literal.is_empty() || literal.contains(char::is_whitespace))
    {
        cx.error(
            codes::BAD_NAME,
            node.span,
            phrase!(
                "`{literal}` is no signal: a signal's name has no spaces",
                "`{literal}` 不是信号：信号名里没有空格"
            ),
            pair("write `-` or `.` between the words", "词与词之间写 `-` 或 `.`"),
        );
    }
    Some(Verb::Signal { name, with: with(cx, fields, scope) })
}

fn start(cx: &mut Cx<'_>, node: &Node, fields: &Fields<'_>, scope: &Scope) -> Option<Verb> {
    let name = reader::text(&mut cx.report, node, pair("a play's name", "玩法名"))?.clone();
    let full = cx.unit.plays.get(&*name).cloned().unwrap_or_else(|| name.to_string());
    cx.refer(NameSort::Play, &full, node.span);
    Some(Verb::Start { play: PlayName::new(full), with: with(cx, fields, scope) })
}
