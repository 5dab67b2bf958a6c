//! `wait`: for a time, a signal, or an earlier task or question.

use super::{
    common::{binding, silence},
    cx::Cx,
    place::Place,
    steps,
    text::{self, Scope},
    triggers,
};
use crate::base::phrase::{Phrase, pair, phrase};
use crate::{
    base::{
        diagnostic::suggest,
        time::{ClockTime, Duration},
    },
    lang::{
        codes,
        document::{
            node::{Node, NodeKind},
            quoting::in_units,
            reader::{self, Fields},
        },
        keys,
    },
    model::step::{Block, Silence, Wait, WaitFor},
    script::names::Name,
};
use std::sync::Arc;

pub(crate) fn wait(
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
            pair("`where` belongs to a wait for a signal", "`where` 只用于等待信号"),
            pair("remove it, or wait for a signal", "删掉它，或改为等待信号"),
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
            cx.error(
                codes::MISPLACED_KEY,
                span,
                pair("a wait for a time is never in vain", "等时间总会等到"),
                pair("remove `otherwise`", "删掉 `otherwise`"),
            );
        }
    }
    let binding = binding(cx, fields);
    if let Some(entry) = fields.entry("as")
        && target.is_some()
        && !waits_for_signal
    {
        cx.error(
            codes::MISPLACED_KEY,
            entry.key.span,
            pair(
                "`as` belongs to a wait for a signal: a task or an ask has a name already, and a time brings nothing",
                "`as` 只用在等信号的 `wait` 里：任务和提问已有自己的名字，等时间则什么也带不来",
            ),
            pair("remove it, or wait for a signal", "删掉它，或改成等信号"),
        );
    }
    Some(Wait { target: target?, filter, timeout, otherwise, silence: after, binding })
}

fn wait_for(cx: &mut Cx<'_>, node: &Node, scope: &Scope, place: &Place<'_>) -> Option<WaitFor> {
    if let NodeKind::Mapping(_) = node.kind {
        return wait_map(cx, node);
    }
    let text = reader::text(
        &mut cx.report,
        node,
        pair(
            "a duration, a clock time, a signal, or the `as` name of a task or ask",
            "时长、钟点、信号，或 `task`、`ask` 的 `as` 名字",
        ),
    )?
    .clone();
    let trimmed = text.trim();
    let clock = trimmed.strip_prefix("until ").unwrap_or(trimmed);
    if let Ok(length) = trimmed.parse::<Duration>() {
        return Some(WaitFor::For(length));
    }
    if let Ok(clock) = clock.trim().parse::<ClockTime>() {
        cx.uses_clock(node.span, Phrase::same(format!("`{trimmed}`")));
        return Some(WaitFor::Until(clock));
    }
    if place.waitable.contains(trimmed) {
        return Some(WaitFor::Binding(Arc::from(trimmed)));
    }
    if scope.known.bindings.contains(trimmed) {
        cx.error(
            codes::BAD_WAIT,
            node.span,
            phrase!(
                "`{trimmed}` is there already: only a task or an ask can be waited for",
                "`{trimmed}` 已经有了：只有 `task` 和 `ask` 可以等"
            ),
            pair("remove the wait", "删掉这个等待"),
        );
        return None;
    }
    if scope.sometime.contains(trimmed) {
        cx.error(
            codes::NOT_SET_YET,
            node.span,
            phrase!("`{trimmed}` is set only by a later step", "`{trimmed}` 要到后面的步骤才会有"),
            phrase!(
                "move this step behind the one with `as: {trimmed}`",
                "把这个步骤移到写着 `as: {trimmed}` 的步骤后面"
            ),
        );
        return None;
    }
    if trimmed.starts_with(|c: char| c.is_ascii_digit())
        || text.contains(char::is_whitespace)
        || trimmed.is_empty()
    {
        let help = in_units(trimmed).filter(|plain| plain.parse::<Duration>().is_ok());
        reader::bad_value(
            &mut cx.report,
            node,
            pair(
                "a duration such as 20m, a clock time such as 20:00, a signal, or the `as` name of a task or ask",
                "时长（例如 20m）、钟点（例如 20:00）、信号，或 `task`、`ask` 的 `as` 名字",
            ),
            help.map(|plain| phrase!("write `{plain}`", "写成 `{plain}`")),
        );
        return None;
    }
    if let Some(near) = suggest::nearest(trimmed, place.waitable.iter().map(String::as_str)) {
        let message = phrase!(
            "`{trimmed}` is no `as` name of an earlier task or ask; it is taken as a signal",
            "`{trimmed}` 不是前面 `task` 或 `ask` 的 `as` 名字，只能当作信号"
        );
        cx.warning(
            codes::UNKNOWN_SIGNAL,
            node.span,
            message,
            phrase!("did you mean `{near}`?", "是不是想写 `{near}`？"),
        );
    } else {
        triggers::signal_name(cx, &text, node.span);
    }
    Some(WaitFor::Signal(Arc::from(trimmed)))
}

/// `{ for: 20m }`, `{ until: 20:00 }`, `{ signal: NAME }`
fn wait_map(cx: &mut Cx<'_>, node: &Node) -> Option<WaitFor> {
    let fields = Fields::read(&mut cx.report, node, pair("`wait`", "`wait`"), keys::WAIT.names)?;
    match (fields.get("for"), fields.get("until"), fields.get("signal")) {
        (Some(node), None, None) => reader::duration(&mut cx.report, node).map(WaitFor::For),
        (None, Some(node), None) => {
            cx.uses_clock(node.span, pair("`until`", "`until`"));
            reader::clock(&mut cx.report, node).map(WaitFor::Until)
        }
        (None, None, Some(node)) => {
            let name = reader::text(&mut cx.report, node, pair("a signal's name", "信号名"))?.clone();
            triggers::signal_name(cx, &name, node.span);
            Some(WaitFor::Signal(name))
        }
        _ => {
            cx.error(
                codes::BAD_WAIT,
                node.span,
                pair("a wait is for one thing", "一次只等一样东西"),
                pair(
                    "write one of `for: 20m`, `until: 20:00`, `signal: NAME`",
                    "从 `for: 20m`、`until: 20:00`、`signal: NAME` 中选一个",
                ),
            );
            None
        }
    }
}
