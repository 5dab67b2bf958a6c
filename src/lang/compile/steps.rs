//! `steps`: a list of mappings with exactly one verb each, and what any step may have.

use super::{
    approvals,
    cx::Cx,
    place::{self, Place},
    text::{self, Scope},
    verbs,
};
use crate::base::phrase::{Phrase, pair, phrase};
use crate::{
    base::{
        diagnostic::{Diagnostic, suggest},
        ids::StepId,
    },
    lang::{
        codes,
        document::{
            node::{KeyEntry, Node, NodeKind},
            reader::{self, Fields},
        },
        keys::{self, VERBS},
    },
    model::step::{Block, RunScript, Step, Verb},
    script::names::Name,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Keys that any step may have.
const COMMON: &[&str] = keys::COMMON.names;

/// Whether a key is a verb.
pub(crate) fn is_verb(key: &str) -> bool {
    VERBS.iter().any(|verb| verb.name == key)
}

/// Lowers a play's list of steps. `prefix` is put before every position: `moved.`.
pub(crate) fn lower(cx: &mut Cx<'_>, node: &Node, scope: &Scope, play: &str, prefix: &str) -> Block {
    let mut place = Place {
        play,
        ids: BTreeMap::new(),
        waitable: BTreeSet::new(),
        posts: BTreeSet::new(),
        shown: approvals::shown(node, prefix),
    };
    let mut scope = scope.clone();
    block(cx, node, &mut scope, &mut place, prefix)
}

/// `post` of a key `-post`.
fn dashed(key: &str) -> Option<&str> {
    key.strip_prefix('-').filter(|verb| is_verb(verb))
}

/// Lowers a list of steps inside a step.
pub(crate) fn block(
    cx: &mut Cx<'_>,
    node: &Node,
    scope: &mut Scope,
    place: &mut Place<'_>,
    prefix: &str,
) -> Block {
    let items = match &node.kind {
        NodeKind::Sequence(items) => items.as_slice(),
        NodeKind::Null => &[],
        // One step without the dash in front.
        NodeKind::Mapping(entries) if entries.iter().any(|entry| is_verb(&entry.key.value)) => {
            cx.error(
                codes::WRONG_KIND,
                node.span,
                pair("expected a list of steps, found one mapping", "应为一列步骤，写的却是一个映射"),
                pair("write a `-` before the step", "在步骤前面写 `-`"),
            );
            return Vec::new();
        }
        // `-post: hello`
        NodeKind::Mapping(entries) if entries.iter().any(|entry| dashed(&entry.key.value).is_some()) => {
            for entry in entries {
                if let Some(verb) = dashed(&entry.key.value) {
                    let message = phrase!(
                        "a space is missing between `-` and `{verb}`",
                        "`-` 和 `{verb}` 之间少了一个空格"
                    );
                    cx.error(
                        codes::WRONG_KIND,
                        entry.key.span,
                        message,
                        phrase!("write `- {verb}: …`", "写成 `- {verb}: …`"),
                    );
                }
            }
            return Vec::new();
        }
        NodeKind::Scalar(_) | NodeKind::Mapping(_) => {
            reader::wrong_kind(&mut cx.report, node, pair("a list of steps", "一列步骤"));
            return Vec::new();
        }
    };
    let mut steps = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let position = format!("{prefix}{}", index + 1);
        let before = cx.report.diagnostics.len();
        let lowered = step(cx, item, scope, place, &position);
        one_mistake_once(&mut cx.report.diagnostics, before);
        if lowered.is_none() {
            // What it would have set is not missing because something else in it is wrong.
            stands_for(item, scope, place);
        }
        if let Some(step) = lowered {
            if let Some(binding) = step.verb.binding() {
                if matches!(step.verb, Verb::Ask(_)) {
                    scope.known.asks.insert(binding.to_string());
                } else {
                    scope.known.asks.remove(&**binding);
                }
                scope.known.bindings.insert(binding.to_string());
                let owned = matches!(&step.verb, Verb::Run(run) if owns(cx, run));
                scope.owns(binding, owned);
            }
            steps.push(Arc::new(step));
        }
    }
    steps
}

/// The names of a step that could not be read, for the steps after it.
fn stands_for(item: &Node, scope: &mut Scope, place: &mut Place<'_>) {
    let mut would = Scope::default();
    place::collect(item, &mut would);
    place.waitable.extend(would.sometime.iter().cloned());
    scope.known.bindings.extend(would.sometime);
    place.posts.extend(item.get("id").and_then(Node::text).map(str::to_owned));
}

/// A key that is missing because it is misspelt is one mistake, which the misspelt key tells.
fn one_mistake_once(diagnostics: &mut Vec<Diagnostic>, from: usize) {
    let new = &diagnostics[from..];
    let meant: Vec<String> = new
        .iter()
        .filter(|one| one.code == codes::UNKNOWN_KEY)
        .filter_map(|one| {
            one.help.as_ref()?.en.strip_prefix("did you mean ")?.strip_suffix('?').map(str::to_owned)
        })
        .collect();
    let missing = |one: &Diagnostic| {
        one.code == codes::MISSING_KEY && meant.iter().any(|key| one.message.en.contains(key.as_str()))
    };
    let mut index = 0;
    diagnostics.retain(|one| {
        index += 1;
        index <= from || !missing(one)
    });
}

/// Whether what a script returns holds only what the operator owns: it can read nothing that others said, and is given
/// nothing of it.
fn owns(cx: &Cx<'_>, run: &RunScript) -> bool {
    let Some(Ok(script)) = cx.scripts.get(&run.script) else { return false };
    let vars = script.names.has(Name::Vars) && cx.heard.vars.has(None);
    !(script.hears || vars || run.with.hears())
}

fn step(
    cx: &mut Cx<'_>,
    node: &Node,
    scope: &mut Scope,
    place: &mut Place<'_>,
    position: &str,
) -> Option<Step> {
    let fields = Fields::open(&mut cx.report, node, pair("a step", "步骤"))?;
    let verb = find_verb(cx, &fields)?;
    check_keys(cx, &fields, verb);
    let id = explicit_id(cx, &fields).unwrap_or_else(|| position.to_owned());
    let span = fields.entry(verb).map_or(node.span, |entry| entry.key.span);
    if let Some(first) = place.ids.insert(id.clone(), span) {
        cx.report.push(
            Diagnostic::error(
                codes::DUPLICATE_NAME,
                span,
                phrase!("two steps of this play have the id `{id}`", "这个玩法有两个步骤的 id 都是 `{id}`"),
            )
            .also(first, pair("the first one", "第一个在这里"))
            .help(pair("give one of them another `id`", "给其中一个换个 `id`")),
        );
    }
    cx.origin(format!("plays.{}.steps.{id}", place.play), span);
    for field in fields.entries() {
        cx.origin(format!("plays.{}.steps.{id}.{}", place.play, field.key.value), field.key.span);
    }
    let at = fields.get("at").and_then(|node| super::moments::offset(cx, node));
    let when = fields.get("when").and_then(|node| text::condition(cx, node, scope));
    let max_late = fields.get("max_late").and_then(|node| reader::duration(&mut cx.report, node));
    let timeout = fields.get("timeout").and_then(|node| reader::positive(&mut cx.report, node));
    let verb = verbs::lower(cx, verb, &fields, scope, place, &id, position)?;
    // A wait's `timeout` is the wait's own.
    let timeout = timeout.filter(|_| !matches!(verb, Verb::Wait(_)));
    Some(Step { id: StepId::new(id), at, when, max_late, timeout, verb })
}

/// The one verb of a step.
fn find_verb(cx: &mut Cx<'_>, fields: &Fields<'_>) -> Option<&'static str> {
    let found: Vec<(&'static str, &KeyEntry)> = fields
        .entries()
        .iter()
        .filter_map(|entry| {
            VERBS.iter().find(|verb| verb.name == &*entry.key.value).map(|verb| (verb.name, entry))
        })
        .collect();
    match found.as_slice() {
        [(verb, _)] => Some(verb),
        [] => {
            no_verb(cx, fields);
            None
        }
        [(first, place), (second, entry), ..] => {
            cx.report.push(
                Diagnostic::error(
                    codes::ONE_VERB,
                    entry.key.span,
                    phrase!(
                        "a step has one verb; found `{first}` and `{second}`",
                        "一个步骤只有一个动词，这里有 `{first}` 和 `{second}`"
                    ),
                )
                .also(place.key.span, pair("the first one", "第一个在这里"))
                .help(pair(
                    "make two steps: put a `-` before the second verb",
                    "拆成两个步骤：在第二个动词前面写 `-`",
                )),
            );
            None
        }
    }
}

fn no_verb(cx: &mut Cx<'_>, fields: &Fields<'_>) {
    let names = VERBS.map(|verb| verb.name);
    for entry in fields.entries() {
        let key = &*entry.key.value;
        if COMMON.contains(&key) {
            continue;
        }
        let plain = crate::lang::document::quoting::half_width(key);
        if let Some(near) = suggest::nearest(plain.as_deref().unwrap_or(key), names) {
            cx.error(
                codes::ONE_VERB,
                entry.key.span,
                phrase!("a step has no verb `{key}`", "步骤没有 `{key}` 这个动词"),
                phrase!("did you mean `{near}`?", "是不是想写 `{near}`？"),
            );
            return;
        }
    }
    let span = fields.entries().first().map_or(fields.span, |entry| entry.key.span);
    let list = names.map(|name| format!("`{name}`")).join(", ");
    cx.error(
        codes::ONE_VERB,
        span,
        pair("this step has no verb", "这个步骤没有动词"),
        phrase!("add one of {list}", "从中选一个加上：{list}"),
    );
}

/// Keys that do not stand beside this verb.
fn check_keys(cx: &mut Cx<'_>, fields: &Fields<'_>, verb: &'static str) {
    let own = VERBS.iter().find(|known| known.name == verb).map_or(&[][..], |known| known.beside.names);
    for entry in fields.entries() {
        let key = &*entry.key.value;
        if key == verb || COMMON.contains(&key) || own.contains(&key) || is_verb(key) {
            continue;
        }
        let owners: Vec<String> = VERBS
            .iter()
            .filter(|verb| verb.beside.names.contains(&key))
            .map(|verb| format!("`{}`", verb.name))
            .collect();
        if owners.is_empty() {
            let allowed: Vec<&str> = own.iter().chain(COMMON).copied().collect();
            reader::unknown_key(
                &mut cx.report,
                entry,
                fields.entries(),
                Phrase { en: format!("`{verb}`"), zh: format!("`{verb}` ") },
                &allowed,
            );
        } else {
            let owners = Phrase { en: crate::base::words::list(&owners, "and"), zh: owners.join("、") };
            cx.error(
                codes::MISPLACED_KEY,
                entry.key.span,
                phrase!("`{verb}` has no `{key}`", "`{verb}` 没有 `{key}` 这个键"),
                phrase!("`{key}` belongs to {owners}", "`{key}` 属于 {owners}"; owners),
            );
        }
    }
}

fn explicit_id(cx: &mut Cx<'_>, fields: &Fields<'_>) -> Option<String> {
    let node = fields.get("id")?;
    let id = reader::text(&mut cx.report, node, pair("a name", "名字"))?.to_string();
    let word = id.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && id.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if !word {
        cx.error(
            codes::BAD_NAME,
            node.span,
            phrase!("`{id}` cannot be the id of a step", "`{id}` 不能作步骤的 id"),
            pair(
                "begin with a letter, and use letters, digits, `-` and `_`",
                "以字母开头，只用字母、数字、`-` 和 `_`",
            ),
        );
        return None;
    }
    Some(id)
}
