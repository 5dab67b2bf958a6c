//! Why something was held against a member, and what a rule of `moderate` does: from the state and the journal.
//!
//! For whoever explains it to the member: the rule, the own words, until when it counts, who decided, what to do if it
//! is wrong.

use super::{Account, Cited, Finding, Verdict};
use crate::{
    base::{
        ids::{GroupId, MemberId, PlayName, StepId},
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
    },
    engine::{
        entry::{Entry, Fact},
        moderation::{Moderated, Moderating, Strike},
        state::State,
    },
    model::{
        moderation::{HouseRule, RULES},
        playbook::Playbook,
    },
    sim::timeline,
};

/// What is asked about: a member, or a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// What counts against a member.
    Member(MemberId),
    /// What a rule does.
    Rule(String),
}

impl Topic {
    /// Whether an entry belongs to it.
    pub fn has(&self, entry: &Entry) -> bool {
        let Fact::Moderated(fact) = &entry.fact else { return false };
        match (self, fact) {
            (Self::Rule(rule), Moderating::Broken(breach)) => *breach.rule == **rule,
            (Self::Rule(_), _) => false,
            (Self::Member(member), Moderating::Broken(breach)) => breach.member == *member,
            (
                Self::Member(member),
                Moderating::Muted { member: of, .. }
                | Moderating::Unmuted { member: of }
                | Moderating::Lifted { member: of, .. },
            ) => member == of,
            _ => false,
        }
    }
}

/// An entry that belongs to the topic.
pub fn cited(seq: i64, entry: &Entry, zone: &Zone) -> Option<Cited> {
    let line = timeline::describe(entry, zone)?;
    Some(Cited { seq, at: entry.at, step: None, text: line.text })
}

/// What there is to say about it at an instant.
pub fn account(
    topic: &Topic,
    group: &GroupId,
    playbook: &Playbook,
    state: Option<&State>,
    now: Timestamp,
    journal: Vec<Cited>,
) -> Account {
    let nothing = Moderated::default();
    let known = state.map_or(&nothing, |state| &state.moderation);
    let (step, verdict, says, because) = match topic {
        Topic::Member(member) => {
            let (verdict, says, because) = of_member(member, playbook, state, known, now);
            (None, verdict, says, because)
        }
        Topic::Rule(name) => {
            let (verdict, says, because) = of_rule(name, playbook, known, now);
            (Some(StepId::new(name)), verdict, says, because)
        }
    };
    Account {
        group: group.clone(),
        play: PlayName::new(RULES),
        step,
        run: None,
        anchor: None,
        verdict,
        says,
        because,
        journal,
    }
}

fn of_member(
    member: &MemberId,
    playbook: &Playbook,
    state: Option<&State>,
    known: &Moderated,
    now: Timestamp,
) -> (Verdict, Phrase, Vec<Finding>) {
    let name = state.and_then(|state| state.members.get(member)).map(|known| known.name.clone());
    let name = name.unwrap_or_else(|| member.to_string());
    let strikes: Vec<&Strike> = known.strikes_of(member, now).collect();
    let mut because: Vec<Finding> = Vec::new();
    for strike in strikes.iter().rev() {
        because.push(Finding::test("strike", false, said(strike, playbook, now)));
        if let Some(say) = playbook.moderation.rule(&strike.rule).and_then(|rule| rule.say.as_ref()) {
            because.push(Finding::fact("rule", Phrase::same(say.source())));
        }
    }
    if let Some(mute) = known.muted.get(member) {
        let until = timeline::brief(mute.until, now, &playbook.zone);
        because.push(Finding::test("muted", false, phrase!("until {until}", "到 {until}")));
    }
    for (task, case) in known.cases.iter().filter(|(_, case)| case.member == *member) {
        let rule = &case.rule;
        because.push(Finding::fact("asked", phrase!("{task} asks about {rule}", "{task} 正在问 {rule}")));
    }
    if !strikes.is_empty() {
        because.push(Finding::fact(
            "appeal",
            phrase!(
                "`playbook signal appeal --member {member}` has somebody look at it who has not decided about it",
                "`playbook signal appeal --member {member}` 会请一个没有裁定过的人再看一次"
            ),
        ));
    }
    let says = match strikes.len() {
        0 => phrase!("nothing is recorded against {name}", "{name} 名下没有记录"),
        1 => phrase!("1 strike counts against {name}", "{name} 名下有 1 次违规"),
        n => phrase!("{n} strikes count against {name}", "{name} 名下有 {n} 次违规"),
    };
    (if strikes.is_empty() { Verdict::None } else { Verdict::Happened }, says, because)
}

/// A strike: which rule, when, the words, what followed, until when it counts, who decided.
fn said(strike: &Strike, playbook: &Playbook, now: Timestamp) -> Phrase {
    let at = timeline::brief(strike.at, now, &playbook.zone);
    let until = timeline::brief(strike.until, now, &playbook.zone);
    let rule = &strike.rule;
    let words = match strike.words.as_str() {
        "" => Phrase::default(),
        words => phrase!(": “{words}”", "：「{words}」"),
    };
    let rung = match strike.rung.as_deref() {
        None => Phrase::default(),
        Some(rung) => phrase!("; {rung}", "；{rung}"),
    };
    let judge = match strike.judge.as_deref() {
        None => Phrase::default(),
        Some(judge) => phrase!(", decided by {judge}", "，由 {judge} 裁定"),
    };
    phrase!(
        "{rule}, {at}{words}{rung}{judge}; it counts until {until}",
        "{rule}，{at}{words}{rung}{judge}；记到 {until}";
        words, rung, judge
    )
}

fn of_rule(
    name: &str,
    playbook: &Playbook,
    known: &Moderated,
    now: Timestamp,
) -> (Verdict, Phrase, Vec<Finding>) {
    let Some(rule) = playbook.moderation.rule(name) else {
        let none = phrase!("there is no rule {name}", "没有规则 {name}");
        return (Verdict::None, none, Vec::new());
    };
    let acts = known.rules.get(name);
    let (verdict, says) = match acts {
        Some(known) if known.acts > now => {
            let until = timeline::brief(known.acts, now, &playbook.zone);
            let (n, of) = (known.caught, known.of.len());
            let says = phrase!(
                "{name} only watches until {until}; so far it would have caught {n} messages of {of} members",
                "{name} 观察到 {until}；到目前本会拦下 {of} 人的 {n} 条消息"
            );
            (Verdict::WouldNot, says)
        }
        Some(_) => (Verdict::WillHappen, phrase!("{name} acts", "{name} 生效中")),
        None => (Verdict::Waits, phrase!("{name} is not in force yet", "{name} 还没有生效")),
    };
    (verdict, says, looks(rule, playbook))
}

/// What a rule looks at, and what follows.
fn looks(rule: &HouseRule, playbook: &Playbook) -> Vec<Finding> {
    let mut because = Vec::new();
    let mut fact = |what, text: String| because.push(Finding::fact(what, Phrase::same(text)));
    if let Some(matches) = &rule.matches {
        fact("match", matches.source().to_owned());
    }
    if rule.links {
        fact("links", rule.allow.join(", "));
    }
    if !rule.kinds.is_empty() {
        fact("kind", rule.kinds.join(", "));
    }
    if let Some(max) = rule.max {
        fact("max", max.to_string());
    }
    if let Some(repeats) = rule.repeats {
        fact("repeats", repeats.to_string());
    }
    if let Some(say) = &rule.say {
        fact("say", say.source());
    }
    fact("do", rule.does().join(", "));
    if let Some(words) = &rule.words {
        let n = words.len();
        because.push(Finding::fact("words", Phrase::counted(n, "word", "个词")));
    }
    if let Some(exempt) = &playbook.moderation.exempt {
        because.push(Finding::fact("exempt", Phrase::same(exempt.source())));
    }
    because
}
