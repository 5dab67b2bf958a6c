//! `members.fields`: what is kept of members, as the playbook and the files that it uses say together.
//!
//! What a file promises to members goes where its plays go: a promise is never dropped because its file is used.

use super::cx::Cx;
use crate::{
    base::{
        diagnostic::Diagnostic,
        phrase::{Phrase, pair, phrase},
        source::Span,
        time::Duration,
        words::tick,
    },
    lang::{
        codes,
        document::{
            node::{KeyEntry, Node, NodeKind},
            reader::{self, Fields},
        },
        keys,
    },
    model::keeping::Kept,
};
use std::{collections::BTreeMap, sync::Arc};

/// How long a proof is kept.
const DECIDED: &str = "decided";

/// A field as one file says it.
struct SaidField {
    kept: Kept,
    /// Where its name stands.
    span: Span,
    /// Whether the playbook itself says it.
    own: bool,
    /// Whether how long it is kept stands beside its name.
    exact: bool,
}

/// The fields of all files, the playbook's `members` first; none where no file says anything of fields. Proofs are
/// noted.
pub(crate) fn lower(cx: &mut Cx<'_>, own: Option<&Node>, used: &[&Node]) -> Option<BTreeMap<Arc<str>, Kept>> {
    let mut all: BTreeMap<Arc<str>, SaidField> = BTreeMap::new();
    let mut any = false;
    let parts = own.map(|node| (node, true)).into_iter().chain(used.iter().map(|node| (*node, false)));
    let mut usual = None;
    for (node, is_own) in parts {
        let retention = node.get("retention").filter(|node| !node.is_null());
        let retention = retention.and_then(|node| reader::positive(&mut cx.report, node));
        usual = if is_own { retention } else { usual };
        let Some(fields) = node.get("fields").filter(|node| !node.is_null()) else { continue };
        any = true;
        for (name, said) in kept(cx, fields, retention, is_own) {
            match all.get_mut(&name) {
                None => drop(all.insert(name, said)),
                Some(first) if first.own => complete(cx, &name, first, &said),
                Some(first) if first.kept != said.kept => {
                    differ(cx, &name, first.span, said.span);
                }
                Some(_) => {}
            }
        }
    }
    for said in all.values_mut().filter(|said| !said.kept.decided) {
        // Of what the playbook says for all its fields and what a part promises of one, the shorter holds.
        let shorter = said.kept.retention.into_iter().chain(usual).min().filter(|_| said.own && !said.exact);
        said.kept.retention = shorter.or(said.kept.retention).or(usual);
    }
    let proofs = all.iter().filter(|(_, said)| said.kept.decided).map(|(name, _)| name.clone());
    cx.proofs.extend(proofs);
    any.then(|| all.into_iter().map(|(name, said)| (name, said.kept)).collect())
}

/// What the playbook does not say of a field holds as a file that it uses says it.
fn complete(cx: &mut Cx<'_>, name: &Arc<str>, own: &mut SaidField, used: &SaidField) {
    if own.kept.purpose.is_none() {
        own.kept.purpose.clone_from(&used.kept.purpose);
    }
    own.kept.holds = own.kept.holds.or(used.kept.holds);
    own.kept.required |= used.kept.required;
    let Some(longer) = own.kept.retention else {
        own.kept.decided |= used.kept.decided;
        own.kept.retention = if own.kept.decided { None } else { used.kept.retention };
        return;
    };
    let promised = if used.kept.decided {
        pair("until the decision", "到作出决定为止")
    } else if let Some(shorter) = used.kept.retention.filter(|shorter| longer > *shorter) {
        let diagnostic = weaker(name, own.span, longer, &phrase!("{shorter}", " {shorter}"));
        return cx.report.push(diagnostic.also(used.span, PROMISED));
    } else {
        return;
    };
    let diagnostic = weaker(name, own.span, longer, &Phrase::from(promised));
    cx.report.push(diagnostic.also(used.span, PROMISED));
}

/// What stands beside a place that promises more.
const PROMISED: crate::base::phrase::Words = pair("what is promised here", "这里的承诺");

fn weaker(name: &Arc<str>, span: Span, longer: Duration, promised: &Phrase) -> Diagnostic {
    let name = tick(&**name);
    let message = phrase!(
        "{name} is kept for {longer} here, and a file that is used promises to keep it {promised} at most",
        "这里写着 {name} 保留 {longer}，而引用的文件承诺最多保留{promised}"; promised
    );
    Diagnostic::warning(codes::USE_DIFFERS, span, message).help(pair(
        "keep it no longer than its plays promise, or leave `retention` out here",
        "不要比那些玩法承诺的更久，或者这里不写 `retention`",
    ))
}

fn differ(cx: &mut Cx<'_>, name: &Arc<str>, first: Span, second: Span) {
    let name = tick(&**name);
    let message = phrase!(
        "two files that are used promise different things about the field {name}",
        "引用的两个文件对字段 {name} 的承诺不同"
    );
    let diagnostic = Diagnostic::error(codes::FIELDS_DIFFER, second, message);
    let help = phrase!(
        "write {name} under `members.fields` of this playbook, as it is to be",
        "在这个剧本的 `members.fields` 里写明 {name}"
    );
    cx.report.push(diagnostic.also(first, pair("the other promise", "另一处承诺")).help(help));
}

/// A list of names, or names with their purpose and retention.
fn kept(cx: &mut Cx<'_>, node: &Node, usual: Option<Duration>, own: bool) -> Vec<(Arc<str>, SaidField)> {
    let mut all = Vec::new();
    // What holds for every field of the playbook itself is asked last, so that a used file's promise comes before it.
    let usual = usual.filter(|_| !own);
    let said = |kept: Kept, span: Span| SaidField { exact: kept.retention.is_some(), kept, span, own };
    match &node.kind {
        NodeKind::Sequence(items) => {
            for item in items {
                if let Some(name) = reader::text(&mut cx.report, item, pair("a field's name", "字段名")) {
                    let kept = Kept { retention: usual, ..Kept::default() };
                    all.push((name.clone(), said(kept, item.span)));
                }
            }
        }
        NodeKind::Mapping(entries) => {
            for entry in entries {
                let kept = field(cx, entry, usual);
                all.push((entry.key.value.clone(), said(kept, entry.key.span)));
            }
        }
        NodeKind::Null | NodeKind::Scalar(_) => {
            reader::wrong_kind(
                &mut cx.report,
                node,
                pair("a list of fields, or a mapping with their purpose", "一列字段，或写明用途的映射"),
            );
        }
    }
    all
}

/// A field as it is written.
fn field(cx: &mut Cx<'_>, entry: &KeyEntry, usual: Option<Duration>) -> Kept {
    let mut kept = Kept { retention: usual, ..Kept::default() };
    if let NodeKind::Scalar(scalar) = &entry.value.kind {
        kept.purpose = Some(Arc::from(&*scalar.text));
    }
    let NodeKind::Mapping(_) = entry.value.kind else { return kept };
    let what = pair("a field", "字段");
    let Some(fields) = Fields::read(&mut cx.report, &entry.value, what, keys::FIELD.names) else {
        return kept;
    };
    kept.purpose = fields.get("purpose").and_then(Node::text).map(Arc::from);
    kept.decided = proof(cx, entry, &fields);
    let own = fields.get("retention").filter(|_| !kept.decided);
    let own = own.and_then(|node| reader::positive(&mut cx.report, node));
    kept.retention = own.or(usual.filter(|_| !kept.decided));
    let required = fields.get("required");
    kept.required = required.and_then(|node| reader::boolean(&mut cx.report, node)).unwrap_or_default();
    let holds = fields.get("type");
    kept.holds = holds.and_then(|node| reader::choice(&mut cx.report, node, &keys::closed::FIELD_TYPES));
    kept
}

/// Whether a field is kept until a decision. What proves who somebody is should be.
fn proof(cx: &mut Cx<'_>, entry: &KeyEntry, fields: &Fields<'_>) -> bool {
    let decided = fields.get("retention").is_some_and(|node| node.text() == Some(DECIDED));
    let proof = fields.get("proof").and_then(|node| reader::boolean(&mut cx.report, node));
    if !decided && proof == Some(true) {
        let name = tick(&*entry.key.value);
        let message =
            phrase!("the proof {name} is kept after the decision", "{name} 是证明材料，决定之后还留着");
        let help = pair("write `retention: decided`", "写上 `retention: decided`");
        cx.warning(codes::PROOF_KEPT, entry.key.span, message, help);
    }
    decided
}
