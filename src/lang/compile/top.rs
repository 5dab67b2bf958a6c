//! Keys at the top of a playbook that do not exist, or belong elsewhere.

use super::{cx::Cx, plays, steps};
use crate::{
    base::{
        diagnostic::suggest,
        phrase::{pair, phrase},
    },
    lang::{
        codes,
        document::{node::Node, reader},
        keys,
    },
};

/// Keys at the top of a playbook.
const TOP: &[&str] = keys::TOP.names;

/// Keys at the top that do not exist.
pub(super) fn check(cx: &mut Cx<'_>, root: &Node) {
    for entry in root.entries().unwrap_or_default() {
        let key = &*entry.key.value;
        // A place for anchors.
        if TOP.contains(&key) || key.starts_with("x-") {
            continue;
        }
        if steps::is_verb(key)
            || plays::KEYS.contains(&key) && suggest::nearest(key, TOP.iter().copied()).is_none()
        {
            cx.error(
                codes::MISPLACED_KEY,
                entry.key.span,
                phrase!("`{key}` does not stand at the top of a playbook", "`{key}` 不能写在剧本的最外层"),
                pair("put it into a play, under `plays`", "把它放进 `plays` 下面的某个玩法"),
            );
        } else if entry.value.get("steps").is_some() {
            cx.error(
                codes::MISPLACED_KEY,
                entry.key.span,
                phrase!("the play `{key}` stands outside `plays`", "玩法 `{key}` 写在了 `plays` 外面"),
                pair(
                    "indent it, and all that is below it, by two spaces more",
                    "它和它下面的所有行都再缩进两个空格",
                ),
            );
        } else {
            reader::unknown_key(
                &mut cx.report,
                entry,
                root.entries().unwrap_or_default(),
                pair("a playbook", "剧本"),
                TOP,
            );
        }
    }
}
