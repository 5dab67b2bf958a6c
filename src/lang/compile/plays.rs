//! `plays`: each a trigger, conditions, policies and steps.

use super::{
    cx::Cx,
    head, moments,
    names::NameSort,
    place, steps,
    text::{self, Scope},
    triggers,
};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        ids::{CalendarName, PhaseName, PlayName},
        time::Duration,
        value::Value,
    },
    lang::{
        codes,
        document::{
            node::{KeyEntry, Node},
            reader::{self, Fields},
        },
        keys::{
            self,
            closed::{CATCH_UP, OVERLAP, YES_NO},
        },
    },
    model::{
        play::{CatchUp, Overlap, Play},
        program::Program,
        text::Template,
        trigger::{Trigger, WAS},
    },
    script::names::Name,
};
use std::sync::Arc;

/// Every key of a play.
pub(crate) const KEYS: &[&str] = keys::PLAY.names;

/// A play that does nothing yet.
pub(crate) fn empty(name: PlayName, trigger: Trigger, max_late: Duration) -> Play {
    Play {
        title: Arc::from(name.as_str()),
        name,
        trigger,
        dates_file: None,
        enabled: true,
        left_out: false,
        groups: Vec::new(),
        zone: None,
        jitter: None,
        bounds: (None, None),
        during: Vec::new(),
        when: None,
        from: None,
        until: None,
        frozen: false,
        was: None,
        except: Vec::new(),
        only: Vec::new(),
        max_late,
        catch_up: CatchUp::default(),
        overlap: Overlap::Allow,
        timeout: None,
        args: Template::default(),
        label: None,
        own_label: None,
        during_session: false,
        evidence: Value::Null,
        steps: Vec::new(),
        program: Program::default(),
        moved: Program::default(),
        cancelled: Program::default(),
        replaced: Program::default(),
    }
}

/// Reports a name without a play, and a key of a play in the column of the names of plays.
fn misplaced(cx: &mut Cx<'_>, entry: &KeyEntry) -> bool {
    let (key, span) = (&*entry.key.value, entry.key.span);
    if KEYS.contains(&key) && entry.value.entries().is_none() {
        let message =
            phrase!("`{key}` stands where the name of a play is expected", "`{key}` 写在了玩法名字的位置");
        cx.error(
            codes::WRONG_KIND,
            span,
            message,
            pair("indent it further than the name of its play", "把它缩进到玩法名字里面"),
        );
        return true;
    }
    if entry.value.is_null() {
        let help = pair(
            "write its trigger and its `steps` below it, indented further than the name",
            "在它下面写触发方式和 `steps`，比名字多缩进一层",
        );
        cx.error(codes::WRONG_KIND, span, phrase!("the play `{key}` is empty", "玩法 `{key}` 是空的"), help);
        return true;
    }
    false
}

/// Lowers one play. `name` is what it is called in the playbook; `with` overlays its `args`.
pub(crate) fn lower(
    cx: &mut Cx<'_>,
    name: &str,
    entry: &KeyEntry,
    scope: &Scope,
    with: Option<&[KeyEntry]>,
) -> Option<Play> {
    if misplaced(cx, entry) {
        return None;
    }
    let fields = Fields::open(&mut cx.report, &entry.value, pair("a play", "玩法"))?;
    for field in fields.entries() {
        check_key(cx, field, fields.entries());
    }
    let zone = fields.get("timezone").and_then(|node| head::own_zone(cx, node));
    let mut play = cx.in_zone(zone.as_ref(), |cx| lower_in_zone(cx, name, &fields, scope, with));
    play.zone = zone;
    triggers::jitter(cx, &fields, &mut play);
    Some(play)
}

fn lower_in_zone(
    cx: &mut Cx<'_>,
    name: &str,
    fields: &Fields<'_>,
    scope: &Scope,
    with: Option<&[KeyEntry]>,
) -> Play {
    let found = triggers::find(cx, fields);
    let scope = play_scope(fields, scope, found);
    let (trigger, dates) = triggers::lower(cx, fields, found, &scope);
    for (id, span) in std::mem::take(&mut cx.date_rows) {
        cx.origin(format!("plays.{name}.dates.{id}"), span);
    }
    let mut scope = scope;
    scope.known.dates = dates;
    scope.known.said_args = cx.heard.args(name);
    let mut play = empty(PlayName::new(name), trigger, Duration::HOUR);
    play.dates_file =
        fields.get("dates").and_then(|node| node.get("file")).and_then(Node::text).map(Arc::from);
    play.overlap = match play.trigger {
        Trigger::Schedule(_) => Overlap::Skip,
        Trigger::Dates(_)
        | Trigger::Members(_)
        | Trigger::Signal(_)
        | Trigger::Whenever(_)
        | Trigger::Command => Overlap::Allow,
    };
    guards(cx, fields, &scope, &mut play);
    policies(cx, fields, &scope, &mut play, with);
    let blocks = ["steps", "moved", "cancelled", "replaced"].map(|key| fields.get(key));
    let scope = place::play_scope(&scope, blocks.into_iter().flatten());
    match fields.need(
        &mut cx.report,
        "steps",
        pair("write what it does: `steps:` and a list of steps", "写明做什么：`steps:` 和一列步骤"),
    ) {
        Some(node) => {
            play.steps = steps::lower(cx, node, &scope, name, "");
            if node.items().is_some_and(<[Node]>::is_empty) {
                cx.error(
                    codes::NO_STEPS,
                    node.span,
                    phrase!("the play `{name}` has no steps", "玩法 `{name}` 没有步骤"),
                    pair("add a step, or remove the play", "加一个步骤，或删掉这个玩法"),
                );
            }
        }
        None => play.steps = Vec::new(),
    }
    play.program = Program::new(&play.steps);
    for (key, node) in [("moved", blocks[1]), ("cancelled", blocks[2]), ("replaced", blocks[3])] {
        let Some(node) = node else { continue };
        if !matches!(play.trigger, Trigger::Dates(_)) {
            let span = fields.entry(key).map_or(node.span, |entry| entry.key.span);
            cx.error(
                codes::MISPLACED_KEY,
                span,
                phrase!("`{key}` belongs to a play with `dates`", "`{key}` 只用于有 `dates` 的玩法"),
                pair("only a date can move, be cancelled or be replaced", "只有日期才会改期、取消或更换"),
            );
        }
        let mut scope = scope.clone();
        if let Some(dates) = scope.known.dates.as_mut().filter(|_| key == "replaced") {
            dates.insert(WAS.to_owned());
        }
        let program = Program::new(&steps::lower(cx, node, &scope, name, &format!("{key}.")));
        match key {
            "moved" => play.moved = program,
            "cancelled" => play.cancelled = program,
            _ => play.replaced = program,
        }
    }
    play
}

fn check_key(cx: &mut Cx<'_>, entry: &KeyEntry, siblings: &[KeyEntry]) {
    let key = &*entry.key.value;
    if KEYS.contains(&key) {
        return;
    }
    if steps::is_verb(key) {
        let help = phrase!(
            "write it as a step:\n    steps:\n      - {key}: …",
            "写成一个步骤：\n    steps：\n      - {key}： …"
        );
        cx.error(
            codes::MISPLACED_KEY,
            entry.key.span,
            phrase!("`{key}` belongs to a step, not to a play", "`{key}` 属于步骤，不属于玩法"),
            help,
        );
    } else {
        reader::unknown_key(&mut cx.report, entry, siblings, pair("a play", "玩法"), KEYS);
    }
}

/// What the play's expressions may name.
fn play_scope(fields: &Fields<'_>, base: &Scope, found: Option<&str>) -> Scope {
    let mut scope = base.with(Name::Run).with(Name::Args);
    match found {
        Some("dates") => {
            scope = scope.with(Name::Date);
            if fields.get("dates").is_some_and(|node| node.get("members").is_some()) {
                scope = scope.with(Name::Member);
            }
        }
        Some("on") => {
            scope = scope.with(Name::Signal).with(Name::Signals);
            let about_member = !matches!(
                fields.get("on").and_then(Node::text),
                Some("group.created" | "phase.entered" | "task.done")
            );
            if about_member && fields.entry("batch").is_none() {
                scope = scope.with(Name::Member);
            }
        }
        _ => {}
    }
    scope
}

/// `title`, `during`, `when`, `from`, `until`, `except`, `only`
/// `evidence`: where the play has worked.
fn evidence(cx: &mut Cx<'_>, node: &Node) -> Value {
    let what = pair("evidence: who tried it, where, numbers, date", "依据：谁试过、在哪、数字、时间");
    let items = match node.entries() {
        Some(_) => vec![node],
        None => reader::list(&mut cx.report, node, what).unwrap_or_default().iter().collect(),
    };
    let mut known = Vec::new();
    for item in items {
        if let Some(fields) = Fields::read(&mut cx.report, item, what, keys::EVIDENCE.names) {
            let written = fields.entries().iter().filter_map(|entry| {
                let text = reader::text(&mut cx.report, &entry.value, pair("text", "文字"))?;
                Some((entry.key.value.clone(), Value::str(text)))
            });
            known.push(Value::Map(Arc::new(written.collect())));
        }
    }
    if known.is_empty() { Value::Null } else { Value::list(known) }
}

fn guards(cx: &mut Cx<'_>, fields: &Fields<'_>, scope: &Scope, play: &mut Play) {
    if let Some(node) = fields.get("title")
        && let Some(title) = reader::text(&mut cx.report, node, pair("text", "文字"))
    {
        play.title = title.clone();
    }
    if let Some(node) = fields.get("evidence") {
        play.evidence = evidence(cx, node);
    }
    if let Some(node) = fields.get("was")
        && let Some(was) = reader::text(&mut cx.report, node, pair("a name", "名字"))
    {
        // Of a play that is brought in, the old name has the same prefix.
        let name = play.name.as_str();
        let prefix = name.rfind('/').map_or("", |slash| &name[..=slash]);
        play.was = Some(PlayName::new(format!("{prefix}{was}")));
    }
    if let Some(frozen) = fields.get("frozen").and_then(|node| reader::boolean(&mut cx.report, node)) {
        play.frozen = frozen;
    }
    if let Some(enabled) = fields.get("enabled").and_then(|node| reader::boolean(&mut cx.report, node)) {
        play.enabled = enabled;
    }
    if let Some(node) = fields.get("groups") {
        for item in reader::one_or_many(&mut cx.report, node, pair("a group", "群")) {
            let name = item.text().unwrap_or_default();
            cx.refer(NameSort::Group, name, item.span);
            play.groups.push(Arc::from(name));
        }
    }
    if let Some(node) = fields.get("during") {
        for item in reader::one_or_many(&mut cx.report, node, pair("a phase", "阶段")) {
            let name = item.text().unwrap_or_default().to_owned();
            cx.refer(NameSort::Phase, &name, item.span);
            play.during.push(PhaseName::new(name));
        }
    }
    play.when = fields.get("when").and_then(|node| text::condition(cx, node, scope));
    play.from = fields.get("from").and_then(|node| moments::moment(cx, node));
    play.until = fields.get("until").and_then(|node| moments::end(cx, node));
    let text = |key: &str| fields.get(key).and_then(Node::text);
    play.bounds = (text("from").and_then(moments::civil), text("until").and_then(moments::civil_end));
    if let (Some(from), Some(until), Some(entry)) = (play.from, play.until, fields.entry("until"))
        && until <= from
    {
        cx.error(
            codes::NEVER_OCCURS,
            entry.value.span,
            pair(
                "`until` is not after `from`: the play never starts",
                "`until` 不晚于 `from`：这个玩法永远不会开始",
            ),
            pair("write a later `until`", "把 `until` 写晚一些"),
        );
    }
    for key in ["except", "only"] {
        let Some(node) = fields.get(key) else { continue };
        for item in reader::one_or_many(&mut cx.report, node, pair("a calendar", "日历")) {
            let name = item.text().unwrap_or_default().to_owned();
            cx.refer(NameSort::Calendar, &name, item.span);
            cx.uses_clock(item.span, pair("a calendar's day", "日历上的一天"));
            let list = if key == "except" { &mut play.except } else { &mut play.only };
            list.push(CalendarName::new(name));
        }
    }
}

/// `max_late`, `catch_up`, `overlap`, `timeout`, `args`, `label`
fn policies(cx: &mut Cx<'_>, fields: &Fields<'_>, scope: &Scope, play: &mut Play, with: Option<&[KeyEntry]>) {
    play.label = fields.get("label").and_then(|node| cx.label(node));
    play.own_label = fields.get("label").and_then(|node| cx.own_label(node));
    let report = &mut cx.report;
    if let Some(late) = fields.get("max_late").and_then(|node| reader::duration(report, node)) {
        play.max_late = late;
    }
    if let Some(choice) = fields.get("catch_up").and_then(|node| reader::choice(report, node, &CATCH_UP)) {
        play.catch_up = choice;
    }
    if let Some(choice) = fields.get("overlap").and_then(|node| reader::choice(report, node, &OVERLAP)) {
        play.overlap = choice;
    }
    play.timeout = fields.get("timeout").and_then(|node| reader::positive(report, node));
    play.during_session = fields
        .get("during_session")
        .and_then(|node| reader::choice(report, node, &YES_NO))
        .unwrap_or_default();
    if let Some(node) = fields.get("args") {
        if node.entries().is_none() {
            reader::wrong_kind(report, node, pair("a mapping of names to values", "名字到值的映射"));
        } else {
            super::words::check_reserved(cx, node);
            play.args = text::template(cx, node, scope).unwrap_or_default();
        }
    }
    if let Some(with) = with {
        overlay(cx, &mut play.args, with, scope);
    }
}

/// Puts the `with` of `use` over the defaults of a used play, where it has such an argument.
fn overlay(cx: &mut Cx<'_>, args: &mut Template, with: &[KeyEntry], scope: &Scope) {
    let mut entries = match std::mem::take(args) {
        Template::Map(entries) => entries,
        Template::Const(crate::base::value::Value::Map(map)) => {
            map.iter().map(|(key, value)| (key.clone(), Template::Const(value.clone()))).collect()
        }
        other => {
            *args = other;
            return;
        }
    };
    for (key, value) in &mut entries {
        if let Some(entry) = with.iter().find(|entry| entry.key.value == *key) {
            *value = text::template(cx, &entry.value, scope).unwrap_or_default();
        }
    }
    *args = Template::Map(entries);
}
