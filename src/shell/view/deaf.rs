//! What nobody hears: facts that plays of a playbook need and its channels cannot bring.

use crate::base::phrase::{Phrase, Words, pair, phrase};
use crate::model::{
    abilities::Abilities,
    moderation::RULES,
    play::{Play, Section},
    playbook::Playbook,
    step::Verb,
    trigger::Trigger,
};
use std::collections::BTreeSet;

/// Something that the group's channel cannot hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeafTo {
    what: Words,
    /// The plays that need it.
    plays: String,
    /// What to do.
    remedy: Words,
}

impl DeafTo {
    /// What is not heard, and who needs it: `answers (quiz)`.
    fn needed(&self) -> Phrase {
        let (what, plays) = (Phrase::from(self.what), &self.plays);
        phrase!("{what} ({plays})", "{what}（{plays}）"; what)
    }

    /// All of it in words.
    pub fn words(&self) -> Phrase {
        let (needed, remedy) = (self.needed(), Phrase::from(self.remedy));
        phrase!("the channel `group` cannot hear {needed}; {remedy}", "频道 `group` 听不到{needed}；{remedy}"; needed, remedy)
    }
}

/// All that the group's channel cannot hear, in one line, and what to do.
pub fn folded(deaf: &[DeafTo]) -> Option<(Phrase, Phrase)> {
    let needed = Phrase::list(deaf.iter().map(DeafTo::needed));
    let remedies = deaf.iter().map(|one| Phrase::from(one.remedy));
    let remedy = remedies.reduce(|all, one| all.then(&one))?;
    Some((phrase!("the channel `group` cannot hear {needed}", "频道 `group` 听不到{needed}"; needed), remedy))
}

/// What the group's channel cannot hear, which plays need it, and what to do.
pub fn deaf(playbook: &Playbook) -> Vec<DeafTo> {
    let able = |has: fn(&Abilities) -> bool| {
        playbook
            .channels
            .get("group")
            .into_iter()
            .chain(playbook.groups.values().filter_map(|group| group.channels.get("group")))
            .all(|channel| has(&channel.abilities()))
    };
    let reported = |signal: &str| playbook.inbound.values().any(|sender| sender.may.contains(signal));
    type Need = (fn(&Abilities) -> bool, &'static str, Words, fn(&Play) -> bool, Words);
    let needs: [Need; 3] = [
        (
            |a| a.joins,
            "member.joined",
            pair("who joins or leaves", "谁入群、谁退群"),
            |play| hears(play, &["member.joined", "member.left"]),
            pair(
                "say it with `playbook signal member.joined --member ID` or `playbook members import FILE.csv --joined`",
                "用 `playbook signal member.joined --member ID` 或 `playbook members import FILE.csv --joined` 告诉它",
            ),
        ),
        (
            |a| a.messages,
            "message",
            pair("messages", "群里的消息"),
            |play| hears(play, &["message", "reaction"]) || uses(play, |verb| matches!(verb, Verb::Prune(_))),
            pair(
                "say who spoke with `playbook signal message --member ID`, or when with a column `seen` in `playbook members import FILE.csv`",
                "用 `playbook signal message --member ID` 报告谁发了言，或在 `playbook members import FILE.csv` 的 `seen` 列里写发言时间",
            ),
        ),
        (
            |a| a.answers,
            "answer",
            pair("answers", "回答"),
            |play| hears(play, &["answer"]) || uses(play, |verb| matches!(verb, Verb::Ask(_))),
            pair(
                "say them with `playbook answer TASK OPTION --member ID`",
                "用 `playbook answer TASK OPTION --member ID` 录入回答",
            ),
        ),
    ];
    let mut found = Vec::new();
    for (has, signal, what, needed, remedy) in needs {
        if able(has) || reported(signal) {
            continue;
        }
        let plays = playbook.plays.iter().filter(|play| needed(play)).map(|play| play.name.as_str());
        let rules = playbook.moderation.hears().any(|name| name == signal).then_some(RULES);
        let plays: BTreeSet<&str> = plays.chain(rules).collect();
        if !plays.is_empty() {
            let plays = plays.into_iter().collect::<Vec<_>>().join(", ");
            found.push(DeafTo { what, plays, remedy });
        }
    }
    found
}

fn hears(play: &Play, names: &[&str]) -> bool {
    matches!(&play.trigger, Trigger::Signal(on) if names.contains(&&*on.name))
}

fn uses(play: &Play, verb: fn(&Verb) -> bool) -> bool {
    play.section(Section::Steps).steps().any(|step| verb(&step.verb))
}
