//! What was not good in a simulation, in words.

use crate::{
    base::phrase::{Phrase, phrase},
    model::playbook::Playbook,
    sim::Finding,
};

/// When something was not good, and what.
pub(super) fn found(playbook: &Playbook, finding: &Finding) -> Phrase {
    let (at, what) = (finding.at().to_rfc3339(&playbook.zone), what(finding));
    phrase!("{at}: {what}", "{at}：{what}"; what)
}

/// What was not good, in words; an error of a script is said as the script said it.
pub(super) fn what(finding: &Finding) -> Phrase {
    match finding {
        Finding::Script { effect, error, .. } => {
            phrase!("the script of {effect} failed: {error}", "{effect} 的脚本失败了：{error}")
        }
        Finding::Step { run, step, error, .. } => {
            phrase!("step {step} of {run} failed: {error}", "{run} 的步骤 {step} 失败了：{error}")
        }
        Finding::Invariant { group, what, .. } => phrase!(
            "a promise of the engine was broken in {group}, please report it: {what}",
            "引擎在 {group} 里违了约，请报告：{what}"
        ),
    }
}

/// How what went wrong is seen again.
pub(super) fn once_more(command: &str) -> Phrase {
    phrase!("this shows it again: {command}", "这样可以再看一遍：{command}")
}
