//! How a group's rules are kept: what rules that only watch would have done, which strikes stand, who may not write, and
//! what somebody has to decide.

use crate::{
    base::{
        ids::{MemberId, TaskId},
        limits,
        time::{Duration, Timestamp},
    },
    engine::moderation::Decides,
    shell::console::board::Here,
};

/// The part of a group's page.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Conduct {
    /// The rules that only watch.
    pub(crate) watching: Vec<OnWatch>,
    /// How many rules act.
    pub(crate) acting: usize,
    /// Strikes that count, newest first.
    pub(crate) strikes: Vec<Struck>,
    /// How many more there are.
    pub(crate) more: usize,
    /// What somebody has to decide.
    pub(crate) judgments: Vec<Judgment>,
    /// Whether a member may ask for another look.
    pub(crate) appeals: bool,
}

/// A rule that only watches.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OnWatch {
    /// The name of the rule.
    pub(crate) rule: String,
    /// From when on it acts.
    pub(crate) acts: Timestamp,
    /// What it would have caught.
    pub(crate) caught: u32,
    /// Of how many members.
    pub(crate) of: usize,
    /// How the last of it began.
    pub(crate) last: Vec<String>,
    /// What follows from then on, in the words of the file.
    pub(crate) does: Vec<String>,
}

/// What counts against one member, or that they may not write.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Struck {
    /// Who it counts against.
    pub(crate) member: MemberId,
    /// As people call them.
    pub(crate) name: String,
    /// When the last strike was recorded.
    pub(crate) at: Timestamp,
    /// For which rules, oldest first.
    pub(crate) rules: Vec<String>,
    /// When the last one counts no more.
    pub(crate) until: Timestamp,
    /// Until when they may not write.
    pub(crate) muted: Option<Timestamp>,
    /// Whether another look at the last one is asked for already.
    pub(crate) appealed: bool,
}

/// A decision that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judgment {
    /// By which task.
    pub(crate) task: TaskId,
    /// About whom.
    pub(crate) member: MemberId,
    /// As people call them.
    pub(crate) name: String,
    /// For which rule.
    pub(crate) rule: String,
    /// What is decided.
    pub(crate) about: Decides,
    /// Who is asked.
    pub(crate) people: Vec<String>,
    /// For how long it has waited.
    pub(crate) waits: Duration,
}

/// How the rules of a group are kept; none where nothing is moderated.
pub(super) fn conduct(here: Here<'_>, now: Timestamp) -> Option<Conduct> {
    let known = &here.state().moderation;
    let rules = here.playbook().map(|playbook| &playbook.moderation).filter(|rules| !rules.is_empty())?;
    let name = |id: &MemberId| here.state().members.name_of(id);
    let watching: Vec<OnWatch> = rules
        .rules
        .iter()
        .filter_map(|rule| {
            let stands = known.rules.get(&rule.name).filter(|stands| stands.acts > now)?;
            Some(OnWatch {
                rule: rule.name.to_string(),
                acts: stands.acts,
                caught: stands.caught,
                of: stands.of.len(),
                last: stands.last.iter().cloned().collect(),
                does: rule.does(),
            })
        })
        .collect();
    let mut strikes: Vec<Struck> = known
        .strikes
        .keys()
        .filter_map(|id| {
            let counted: Vec<_> = known.strikes_of(id, now).collect();
            let last = counted.last()?;
            Some(Struck {
                member: id.clone(),
                name: name(id),
                at: last.at,
                rules: counted.iter().map(|strike| strike.rule.to_string()).collect(),
                until: last.until,
                muted: known.muted.get(id).map(|mute| mute.until).filter(|until| *until > now),
                appealed: last.appealed,
            })
        })
        .collect();
    strikes.sort_by_key(|one| std::cmp::Reverse(one.at));
    let more = strikes.len().saturating_sub(SHOWN);
    strikes.truncate(SHOWN);
    let judgments = known.cases.iter().take(limits::PAGE_ROWS).map(|(task, case)| {
        let open = here.state().tasks.get(task);
        Judgment {
            task: task.clone(),
            member: case.member.clone(),
            name: name(&case.member),
            rule: case.rule.to_string(),
            about: case.about.clone(),
            people: open.map_or_else(Vec::new, |open| {
                open.task.people.iter().map(|person| person.name.clone()).collect()
            }),
            waits: now.since(case.strike),
        }
    });
    Some(Conduct {
        acting: rules.rules.len() - watching.len(),
        watching,
        strikes,
        more,
        judgments: judgments.collect(),
        appeals: !rules.rules.is_empty(),
    })
}

/// Members with strikes that one page shows.
const SHOWN: usize = 20;
