//! A file of another kind, given as a playbook: said in one line instead of being read as a broken playbook.

use super::cx::Cx;
use crate::{
    base::phrase::{pair, phrase},
    lang::{codes, document::node::Node},
};

/// Keys that only a scenario has, and keys that only a world has.
const SCENARIO: [&str; 3] = ["script", "expect", "playbook"];
const WORLD: [&str; 10] = [
    "extends",
    "joins",
    "joins_halve",
    "lurkers",
    "tail",
    "stars",
    "newcomers",
    "activity_halves",
    "awake",
    "operators",
];

/// Says what a file is that is no playbook.
pub(crate) fn say(cx: &mut Cx<'_>, root: &Node) -> bool {
    let has = |key: &&str| root.get(key).is_some();
    if root.get("plays").is_some() || root.get("phases").is_some() || root.get("use").is_some() {
        return false;
    }
    let span = root.entries().and_then(<[_]>::first).map_or(root.span, |entry| entry.key.span);
    let scenario = SCENARIO.iter().filter(|key| has(key)).count();
    let (what, help) = if scenario > 1 {
        (
            pair("a scenario, not a playbook", "测试情景，不是剧本"),
            pair(
                "`playbook test FILE` runs it; leave it out of `check`",
                "用 `playbook test 文件` 运行它；不要交给 `check`",
            ),
        )
    } else if WORLD.iter().any(has) && root.get("name").is_none() {
        (
            pair("a world, not a playbook", "模拟用的世界，不是剧本"),
            pair(
                "`playbook simulate PLAYBOOK --world FILE` uses it; leave it out of `check`",
                "用 `playbook simulate 剧本 --world 文件` 使用它；不要交给 `check`",
            ),
        )
    } else {
        return false;
    };
    cx.error(codes::WRONG_KIND, span, phrase!("this file is {what}", "这个文件是{what}"; what), help);
    true
}
