//! `phases`: the named periods of a group's life, in order.

use super::{
    cx::Cx,
    names::ONLY_PHASE,
    place, plays, steps,
    text::{self, Scope},
};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        ids::{PhaseName, PlayName},
        time::Duration,
    },
    lang::{
        codes,
        document::{
            node::Node,
            reader::{self, Fields},
        },
        keys,
    },
    model::{
        phase::Phase,
        play::{Overlap, Play},
        program::Program,
        trigger::{OnSignal, Trigger},
    },
    script::{
        expr::Expr,
        names::{Known, Name},
    },
};
use std::{collections::BTreeSet, sync::Arc};

/// What `phases` gives.
pub(crate) struct Phases {
    /// In order.
    pub(crate) phases: Vec<Phase>,
    /// The plays made of `on_enter`.
    pub(crate) plays: Vec<Arc<Play>>,
}

/// Lowers `phases`; one phase where there are none.
pub(crate) fn lower(cx: &mut Cx<'_>, node: Option<&Node>, scope: &Scope) -> Phases {
    let mut out = Phases { phases: Vec::new(), plays: Vec::new() };
    let items = node
        .and_then(|node| reader::list(&mut cx.report, node, pair("a list of phases", "一列阶段")))
        .unwrap_or_default();
    let mut seen = BTreeSet::new();
    for item in items {
        if let Some(phase) = phase(cx, item, scope, &mut out.plays) {
            if !seen.insert(phase.name.clone()) {
                cx.error(
                    codes::DUPLICATE_NAME,
                    item.span,
                    phrase!("there are two phases `{}`", "有两个阶段都叫 `{}`", phase.name),
                    pair("give one of them another name", "给其中一个换个名字"),
                );
                continue;
            }
            out.phases.push(phase);
        }
    }
    if out.phases.is_empty() {
        out.phases.push(Phase {
            name: PhaseName::new(ONLY_PHASE),
            title: None,
            until: None,
            timeout: None,
            on_enter: None,
            is_final: false,
        });
    }
    out
}

fn phase(cx: &mut Cx<'_>, node: &Node, scope: &Scope, plays: &mut Vec<Arc<Play>>) -> Option<Phase> {
    // `- seed` is enough for a phase that only `enter` leaves.
    if let Some(name) = node.text() {
        cx.origin(format!("phases.{name}"), node.span);
        return Some(Phase {
            name: PhaseName::new(name),
            title: None,
            until: None,
            timeout: None,
            on_enter: None,
            is_final: false,
        });
    }
    let fields = Fields::read(&mut cx.report, node, pair("a phase", "阶段"), keys::PHASE.names)?;
    let name_node =
        fields.need(&mut cx.report, "name", pair("a phase is `- name: grow`", "阶段写成 `- name: grow`"))?;
    let name = reader::text(&mut cx.report, name_node, pair("a name", "名字"))?.clone();
    super::words::check_word(cx, &name, name_node.span, pair("phase", "阶段"));
    cx.origin(format!("phases.{name}"), name_node.span);
    for field in fields.entries() {
        cx.origin(format!("phases.{name}.{}", field.key.value), field.key.span);
    }
    let title = fields.get("title");
    let title = title.and_then(|node| reader::text(&mut cx.report, node, pair("text", "文字")).cloned());
    let until = fields.get("until").and_then(|node| text::condition(cx, node, scope));
    let timeout = fields.get("timeout").and_then(|node| reader::positive(&mut cx.report, node));
    let is_final =
        fields.get("final").and_then(|node| reader::boolean(&mut cx.report, node)).unwrap_or_default();
    if is_final
        && let Some(span) = fields.entry("until").or_else(|| fields.entry("timeout")).map(|e| e.key.span)
    {
        cx.error(
            codes::MISPLACED_KEY,
            span,
            pair("a final phase has no end", "终止阶段没有结束"),
            pair("remove this line, or `final: true`", "删掉这一行，或删掉 `final: true`"),
        );
    }
    let on_enter = fields.get("on_enter").map(|node| {
        let play = on_enter(cx, &name, node, scope);
        let name = play.name.clone();
        plays.push(Arc::new(play));
        name
    });
    Some(Phase { name: PhaseName::new(&name), title, until, timeout, on_enter, is_final })
}

/// The play that stands for the steps of `on_enter`.
fn on_enter(cx: &mut Cx<'_>, phase: &str, node: &Node, scope: &Scope) -> Play {
    let name = format!("on-enter-{phase}");
    cx.origin(format!("plays.{name}"), node.span);
    let globals = [Name::Run, Name::Signal, Name::Signals, Name::Args];
    let scope = globals.into_iter().fold(scope.clone(), |scope, name| scope.with(name));
    let scope = place::play_scope(&scope, [node]);
    let block = steps::lower(cx, node, &scope, &name, "");
    let quoted = phase.replace('\\', "\\\\").replace('"', "\\\"");
    let known = Known { globals: scope.known.globals, ..Known::default() };
    let filter = Expr::compile(&format!("phase.name == \"{quoted}\""), &known).ok();
    let trigger = Trigger::Signal(OnSignal {
        name: Arc::from("phase.entered"),
        filter,
        batch: None,
        per_member: false,
    });
    Play {
        program: Program::new(&block),
        steps: block,
        overlap: Overlap::Allow,
        ..plays::empty(PlayName::new(&name), trigger, Duration::HOUR)
    }
}
