//! What nobody hears: facts that plays of a playbook need and its channels cannot bring.

use crate::model::{
    channel::Abilities,
    play::{Play, Section},
    playbook::Playbook,
    step::Verb,
    trigger::Trigger,
};
use std::collections::BTreeSet;

/// What the group's channel cannot hear, which plays need it, and what to do.
pub fn deaf(playbook: &Playbook) -> Vec<String> {
    let able = |has: fn(&Abilities) -> bool| {
        playbook
            .channels
            .get("group")
            .into_iter()
            .chain(playbook.groups.values().filter_map(|group| group.channels.get("group")))
            .all(|channel| has(&channel.abilities()))
    };
    let reported = |signal: &str| playbook.inbound.values().any(|sender| sender.may.contains(signal));
    type Need = (fn(&Abilities) -> bool, &'static str, &'static str, fn(&Play) -> bool, &'static str);
    let needs: [Need; 3] = [
        (
            |a| a.joins,
            "member.joined",
            "the channel `group` cannot hear who joins or leaves",
            |play| hears(play, &["member.joined", "member.left"]),
            "say it with `playbook signal member.joined --member ID` or `playbook members import FILE.csv --joined`",
        ),
        (
            |a| a.messages,
            "message",
            "the channel `group` cannot hear messages",
            |play| hears(play, &["message", "reaction"]) || uses(play, |verb| matches!(verb, Verb::Prune(_))),
            "say who spoke with `playbook signal message --member ID`, or when with a column `seen` in `playbook members import FILE.csv`",
        ),
        (
            |a| a.answers,
            "answer",
            "the channel `group` cannot hear answers",
            |play| hears(play, &["answer"]) || uses(play, |verb| matches!(verb, Verb::Ask(_))),
            "say them with `playbook answer TASK OPTION --member ID`",
        ),
    ];
    let mut found = Vec::new();
    for (has, signal, what, needed, remedy) in needs {
        if able(has) || reported(signal) {
            continue;
        }
        let plays: BTreeSet<&str> =
            playbook.plays.iter().filter(|play| needed(play)).map(|play| play.name.as_str()).collect();
        if !plays.is_empty() {
            let plays = plays.into_iter().collect::<Vec<_>>().join(", ");
            found.push(format!("{what} ({plays}); {remedy}"));
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
