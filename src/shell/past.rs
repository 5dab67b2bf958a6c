//! What really happened in some days, from the journal: the sums that a simulation has, and what went wrong.
//!
//! Reads the whole journal once and applies it as recovery does, so that what a report says of members is what was so
//! at that time. Judges nothing.

use super::store::{LogLine, Reader, StoreError};
use crate::{
    base::{
        ids::{GroupId, PlayName},
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
    },
    engine::{
        self,
        entry::{Entry, Fact, Poison},
        state::State,
    },
    model::playbook::Playbook,
    sim::{
        Options, Transition,
        diary::{Diary, DiaryFault, FaultKind, Often},
        report::{Report, ReportGatherer},
        spread::Lived,
        timeline::held_by,
        world::World,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What really happened in some days.
pub(super) struct Past {
    /// The window.
    pub options: Options,
    /// The sums, as a page shows them.
    pub report: Report,
    /// A line a day or a week.
    pub diary: Diary,
    /// The sums, as the terminal shows them.
    pub lived: Lived,
    /// What went wrong, weightiest first.
    pub troubles: Vec<Mishap>,
}

/// One kind of thing that went wrong.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mishap {
    /// The kind: `failed`, `refused`, `in_doubt`, `missed`, `expired`, `overdue`, `parked`, `channel`, `held`.
    pub kind: &'static str,
    /// The play, where it is one's.
    pub play: Option<PlayName>,
    /// How often it went wrong.
    pub times: u64,
    /// The first time.
    pub first: Timestamp,
    /// In words.
    pub text: Phrase,
}

/// What went wrong outside of runs, by kind, what it is about and why.
#[derive(Default)]
struct Mishaps(BTreeMap<(u8, &'static str, String, Phrase), Often>);

impl Mishaps {
    fn see(&mut self, entry: &Entry) {
        let (rank, kind, about, why) = match &entry.fact {
            Fact::DeliveryFailed { effect, in_doubt, reason, .. } => {
                let kind = if *in_doubt { "in_doubt" } else { "refused" };
                (1, kind, play_of(effect.as_str()), reason.clone())
            }
            Fact::ChannelFailing { channel, reason, .. } => {
                (2, "channel", channel.to_string(), reason.clone())
            }
            Fact::Poisoned(Poison { reason, .. }) => (0, "parked", String::new(), reason.clone()),
            Fact::Expired { effect, .. } => (4, "expired", play_of(effect.as_str()), Phrase::default()),
            Fact::TaskReminded { escalated: true, .. } => (5, "overdue", String::new(), Phrase::default()),
            _ => return,
        };
        let first = Often { times: 0, first: entry.at };
        self.0.entry((rank, kind, about, why)).or_insert(first).times += 1;
    }

    /// What is held at the end of the window has not been sent.
    fn hold(&mut self, state: &State) {
        for held in state.held.iter() {
            let about = play_of(held.outgoing.effect.as_str());
            let why = held_by(held.reason).into();
            let first = Often { times: 0, first: held.since };
            let often = self.0.entry((6, "held", about, why)).or_insert(first);
            often.times += 1;
            often.first = often.first.min(held.since);
        }
    }

    /// With those of runs, weightiest first.
    fn with(self, diary: &Diary, zone: &Zone) -> Vec<Mishap> {
        let mut all: Vec<(u8, Mishap)> = diary
            .faults
            .iter()
            // What became of messages is told below.
            .filter(|(fault, _)| fault.kind != FaultKind::Unsent)
            .map(|(fault, often)| {
                let (rank, kind) =
                    if fault.kind == FaultKind::Failed { (0, "failed") } else { (3, "missed") };
                let text = in_words(fault, *often, zone);
                let (times, first) = (often.times, often.first);
                (rank, Mishap { kind, play: Some(fault.play.clone()), times, first, text })
            })
            .collect();
        for ((rank, kind, about, why), often) in self.0 {
            let play =
                matches!(kind, "refused" | "in_doubt" | "expired" | "held").then(|| PlayName::new(&about));
            let text = if kind == "held" {
                waits(&about, &why, often, zone)
            } else {
                outside(kind, &about, &why, &times(often, zone))
            };
            all.push((rank, Mishap { kind, play, times: often.times, first: often.first, text }));
        }
        all.sort_by_key(|(rank, trouble)| (*rank, trouble.first));
        all.into_iter().map(|(_, trouble)| trouble).collect()
    }
}

/// What went wrong at a step, in words.
fn in_words(fault: &DiaryFault, often: Often, zone: &Zone) -> Phrase {
    let DiaryFault { kind, play, step, why } = fault;
    let when = times(often, zone);
    match kind {
        FaultKind::Failed => {
            phrase!("{play}, step {step}, failed {when}: {why}", "{play} 的步骤 {step} 失败{when}：{why}"; when, why)
        }
        FaultKind::Missed | FaultKind::Unsent => {
            phrase!("{play}, step {step}, was missed {when}: {why}", "{play} 的步骤 {step} 错过{when}：{why}"; when, why)
        }
    }
}

fn outside(kind: &str, about: &str, why: &Phrase, when: &Phrase) -> Phrase {
    match kind {
        "refused" => phrase!(
            "a message of {about} was refused {when}: {why}",
            "{about} 的消息被拒收{when}：{why}";
            when, why
        ),
        "in_doubt" => phrase!(
            "a message of {about} may or may not have arrived {when}: {why}",
            "{about} 的消息不知送到没有{when}：{why}";
            when, why
        ),
        "channel" => {
            phrase!("the channel `{about}` failed {when}: {why}", "频道 `{about}` 发送失败{when}：{why}"; when, why)
        }
        "parked" => {
            phrase!("something could not be digested {when}: {why}", "有输入消化不了{when}：{why}"; when, why)
        }
        "expired" => phrase!(
            "a post of {about} was held until its time had passed {when}",
            "{about} 的消息一直压到过了时间{when}";
            when
        ),
        _ => phrase!("a task was not done when it was due {when}", "任务到期没有完成{when}"; when),
    }
}

/// What has not been sent yet.
fn waits(about: &str, why: &Phrase, often: Often, zone: &Zone) -> Phrase {
    let since = zone.civil(often.first).strftime("%Y-%m-%d %H:%M").to_string();
    if often.times == 1 {
        return phrase!(
            "a message of {about} is held since {since}: {why}",
            "{about} 有 1 条消息从 {since} 起压着没发：{why}";
            why
        );
    }
    let times = often.times;
    phrase!(
        "{times} messages of {about} are held, the first since {since}: {why}",
        "{about} 有 {times} 条消息压着没发，最早的从 {since} 起：{why}";
        why
    )
}

/// `once, on 2026-12-04 12:00`
fn times(often: Often, zone: &Zone) -> Phrase {
    let first = zone.civil(often.first).strftime("%Y-%m-%d %H:%M").to_string();
    if often.times == 1 {
        return phrase!("once, at {first}", " 1 次（{first}）");
    }
    phrase!("{} times, first at {first}", " {} 次（第一次 {first}）", often.times)
}

/// The play of an effect or a run.
fn play_of(id: &str) -> String {
    id.split('@').next().unwrap_or(id).to_owned()
}

/// The day on which the first of some groups began, at most so far back as `from`.
pub(super) fn begin(
    reader: &Reader,
    groups: &BTreeSet<GroupId>,
    zone: &Zone,
    from: Timestamp,
) -> Result<Timestamp, StoreError> {
    let mut first = None;
    reader.log_while(None, 0, &mut |line| {
        if groups.contains(&line.group) {
            first = Some(line.entry.at);
        }
        first.is_none()
    })?;
    let begun = first.map_or(from, |first| zone.day_bounds(first).0);
    Ok(from.max(begun))
}

/// Gathers what happened to some groups of one playbook between two instants.
pub(super) fn gather(
    reader: &Reader,
    playbook: &Arc<Playbook>,
    groups: &BTreeSet<GroupId>,
    (from, to): (Timestamp, Timestamp),
    weekly: bool,
) -> Result<Past, StoreError> {
    let options = Options { from, to, members: 0, seed: 0, world: Arc::new(World::still()) };
    let mut gatherer = ReportGatherer::new(playbook, &options);
    let (mut diary, mut lived) = (Diary::new(playbook.zone.clone(), weekly), Lived::default());
    let mut troubles = Mishaps::default();
    let mut states: BTreeMap<GroupId, (State, u64)> = BTreeMap::new();
    reader.log(None, 0, &mut |LogLine { group, entry, .. }| {
        if !groups.contains(&group) || entry.at >= to {
            return;
        }
        let (state, n) = states.entry(group.clone()).or_insert_with(|| (State::new(group), 0));
        let inside = entry.at >= from;
        if inside && *n > 0 && state.clock < from {
            gatherer.begin(state);
            lived.begin(state);
        }
        // One that does not follow changes nothing; the engine has said so when it was recovered.
        let _ = engine::apply(state, &entry);
        *n += 1;
        if inside {
            let transition = Transition::new(state, *n, &entry);
            gatherer.see(&transition);
            diary.see(&transition);
            lived.see(&transition);
            troubles.see(&entry);
        }
    })?;
    for (state, _) in states.values() {
        troubles.hold(state);
    }
    for (state, _) in states.values().filter(|(state, _)| state.clock < from) {
        gatherer.begin(state);
        lived.begin(state);
    }
    let troubles = troubles.with(&diary, &playbook.zone);
    Ok(Past { options, report: gatherer.finish(), diary, lived, troubles })
}
