//! What must be true of every history. Watches each entry and says which promise was broken.
//!
//! Knows the promises only, not how the engine keeps them; a broken one is a bug of the engine, never of the
//! playbook.

mod budget;
pub mod decision;
pub mod delivery;
mod seen;

use crate::{
    base::{
        ids::{ChannelName, EffectId, PlayName},
        limits,
        time::{Duration, Timestamp},
    },
    engine::{
        entry::{Entry, Fact, HoldReason, Outgoing},
        state::State,
    },
    model::{playbook::Playbook, program::Program},
};
use budget::Spent;
use seen::SeenIds;
use std::collections::{BTreeMap, VecDeque};

/// Watches the history of one group.
#[derive(Debug, Default, Clone)]
pub struct Oracle {
    clock: Option<Timestamp>,
    runs: SeenIds,
    effects: SeenIds,
    tasks: SeenIds,
    /// Held messages in the order in which they were decided.
    held: VecDeque<Waits>,
    lateness: BTreeMap<PlayName, Duration>,
    spent: BTreeMap<ChannelName, Spent>,
}

/// A message that is held.
#[derive(Debug, Clone)]
struct Waits {
    effect: EffectId,
    channel: ChannelName,
    clocked: bool,
    reason: HoldReason,
    until: Option<Timestamp>,
    /// It was decided too late already: it may be dropped with its record, and never go out.
    late: Option<String>,
}

impl Oracle {
    /// An oracle that forgets nothing, however long the history is.
    pub fn thorough() -> Self {
        let all = || SeenIds::of(usize::MAX);
        Self { runs: all(), effects: all(), tasks: all(), ..Self::default() }
    }

    /// Looks at one entry and the state after it; the broken promise in words, if there is one.
    pub fn see(&mut self, playbook: &Playbook, state: &State, entry: &Entry) -> Result<(), String> {
        if self.clock.is_some_and(|clock| entry.at < clock) {
            return Err(format!("the clock went back to {:?}", entry.at));
        }
        self.clock = Some(entry.at);
        match &entry.fact {
            Fact::RunStarted { run, .. } if !self.runs.insert(run.as_str()) => {
                Err(format!("the run {run} was started twice (G1)"))
            }
            Fact::TaskOpened(task) if !self.tasks.insert(task.id.as_str()) => {
                Err(format!("the task {} was opened twice (G2)", task.id))
            }
            Fact::ScriptCalled { effect, .. } => self.once(effect),
            Fact::Notified(out) => self.once(&out.effect),
            Fact::Posted(out) => {
                self.once(&out.effect)?;
                if !out.urgent {
                    self.in_order(out, self.held.len())?;
                }
                self.in_time(playbook, entry.at, out)?;
                self.sent(playbook, state, entry.at, out, out.due)
            }
            Fact::Held { outgoing, reason, until, .. } => {
                self.once(&outgoing.effect)?;
                let late = self.in_time(playbook, entry.at, outgoing).err();
                let (effect, channel) = (outgoing.effect.clone(), outgoing.channel.clone());
                let clocked = !outgoing.reactive;
                self.held.push_back(Waits { effect, channel, clocked, reason: *reason, until: *until, late });
                Ok(())
            }
            Fact::StillHeld { effect, reason, until, .. } => {
                let known = self.held.iter_mut().filter(|held| held.effect == *effect);
                known.for_each(|held| (held.reason, held.until) = (*reason, *until));
                Ok(())
            }
            Fact::Released(out) => {
                let until = self.let_go(out)?;
                let due = until.map_or(out.due, |until| until.min(entry.at)).max(out.due);
                self.sent(playbook, state, entry.at, out, due)
            }
            Fact::Expired { effect, .. } | Fact::Withdrawn { effect } => {
                self.held.retain(|held| held.effect != *effect);
                Ok(())
            }
            _ => Ok(()),
        }?;
        match entry.fact {
            // One message too many is decided and dropped in one breath: the next entry says so.
            Fact::Held { .. } => Ok(()),
            _ => bounded(state),
        }
    }

    fn once(&mut self, effect: &EffectId) -> Result<(), String> {
        if self.effects.insert(effect.as_str()) {
            return Ok(());
        }
        Err(format!("the effect {effect} was decided twice (G2)"))
    }

    /// A held message leaves in its turn; until when it was held.
    fn let_go(&mut self, out: &Outgoing) -> Result<Option<Timestamp>, String> {
        let Some(index) = self.held.iter().position(|held| held.effect == out.effect) else {
            return Err(format!("{} was released and had not been held", out.effect));
        };
        if !out.urgent {
            self.in_order(out, index)?;
        }
        match self.held.remove(index) {
            Some(Waits { late: Some(late), .. }) => Err(late),
            held => Ok(held.and_then(|held| held.until)),
        }
    }

    /// Nothing that waits for an hour, a gap or a day's quota is overtaken; advertising and mentions wait aside.
    /// What has a clock time overtakes what has none.
    fn in_order(&self, out: &Outgoing, before: usize) -> Result<(), String> {
        use HoldReason::{Ahead, Order, PostsGap, PostsMax, Quiet};
        let waits = |reason: HoldReason| matches!(reason, Quiet | PostsMax | PostsGap | Order | Ahead);
        let mut ahead = self.held.iter().take(before).filter(|held| held.channel == out.channel);
        match ahead.find(|held| waits(held.reason) && (held.clocked || out.reactive)) {
            Some(first) => Err(format!("{} overtook {} that is held (G4)", out.effect, first.effect)),
            None => Ok(()),
        }
    }

    /// Decided no later than the most that any step of its play allows.
    fn in_time(&mut self, playbook: &Playbook, at: Timestamp, out: &Outgoing) -> Result<(), String> {
        let Some(play) = out.play.as_ref().and_then(|name| playbook.play(name)) else { return Ok(()) };
        let known = self.lateness.get(&play.name).copied();
        let most = known.unwrap_or_else(|| {
            let steps = [&play.program, &play.moved, &play.cancelled].into_iter().flat_map(Program::steps);
            steps.filter_map(|step| step.max_late).fold(play.max_late, Duration::max)
        });
        if known.is_none() {
            self.lateness.insert(play.name.clone(), most);
        }
        let late = at.since(out.due);
        if late > most {
            return Err(format!("{} was decided {late} late; {most} is allowed (G5)", out.effect));
        }
        Ok(())
    }

    /// Budgets and `expires` hold for what goes out. `due` is the instant that the gap is measured from.
    fn sent(
        &mut self,
        playbook: &Playbook,
        state: &State,
        at: Timestamp,
        out: &Outgoing,
        due: Timestamp,
    ) -> Result<(), String> {
        if let Some(expires) = out.expires.filter(|expires| *expires < at) {
            return Err(format!("{} went out after it had expired at {expires:?} (G5)", out.effect));
        }
        let Some(budgets) = playbook.budgets.of(&out.channel) else { return Ok(()) };
        let spent = self.spent.entry(out.channel.clone()).or_default();
        spent.sent(playbook, budgets, state.created, at, out, due)
    }
}

/// Everything that can be open has a bound.
fn bounded(state: &State) -> Result<(), String> {
    let open = [
        ("open runs", state.runs.len(), limits::RUNS_OPEN_MAX),
        ("open tasks", state.tasks.len(), limits::TASKS_OPEN_MAX),
        ("held messages", state.held.len(), limits::HELD_MAX),
        ("members", state.members.len(), limits::MEMBERS_MAX),
        ("recent inputs", state.recent.len(), limits::RECENT_INPUTS_MAX),
    ];
    match open.into_iter().find(|(_, found, most)| found > most) {
        Some((what, found, most)) => Err(format!("{found} {what}; {most} is the most")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{ids::Digest, locale::Locale, time::Zone, value::Value},
        model::{budget::Budgets, message::Message},
    };
    use std::sync::Arc;

    fn playbook(quiet: Option<&str>) -> Playbook {
        let quiet = quiet.map(|hours| {
            let (from, to) = hours.split_once('-').unwrap();
            crate::model::budget::Quiet { from: from.parse().unwrap(), to: to.parse().unwrap() }
        });
        Playbook {
            labels: BTreeMap::default(),
            tiers: std::sync::Arc::default(),
            doctor: crate::base::threshold::Thresholds::default(),
            numbers: Arc::default(),
            proofs: std::sync::Arc::default(),
            name: "demo".into(),
            title: Arc::from("demo"),
            digest: Digest::from("d"),
            zone: Zone::utc(),
            locale: Locale::En,
            reads_text: None,
            keeps_text: None,
            moderation: crate::model::moderation::Moderation::default(),
            charter: Value::Null,
            rules: Value::Null,
            vars: Arc::default(),
            people: BTreeMap::new(),
            person_ids: std::sync::Arc::default(),
            roles: BTreeMap::new(),
            channels: BTreeMap::new(),
            alerts: Vec::new(),
            heartbeat: None,
            calendars: BTreeMap::new(),
            budgets: Budgets { quiet: quiet.into_iter().collect(), ..Budgets::default() },
            keeping: crate::model::keeping::Keeping::default(),
            groups: BTreeMap::new(),
            phases: Vec::new(),
            plays: Vec::new(),
            data: Arc::default(),
            fetch_hosts: Vec::new(),
            own: BTreeMap::new(),
            inbound: BTreeMap::default(),
            access: crate::model::access::Access::default(),
        }
    }

    fn out(effect: &str) -> Box<Outgoing> {
        Box::new(Outgoing {
            effect: effect.into(),
            channel: "group".into(),
            message: Message::text("hi"),
            label: None,
            own_label: None,
            play: None,
            due: Timestamp::from_millis(0),
            expires: None,
            late_left: None,
            urgent: false,
            awaited: false,
            reactive: false,
            by_hand: false,
            before: None,
            muted: false,
            names_only: false,
            open_for: None,
            manual: None,
        })
    }

    fn see(oracle: &mut Oracle, playbook: &Playbook, minute: i64, fact: Fact) -> Result<(), String> {
        let at = Timestamp::from_millis(0).plus(Duration::MINUTE.times(minute));
        oracle.see(playbook, &State::new("g".into()), &Entry { at, input: None, fact })
    }

    fn held(effect: &str) -> Fact {
        Fact::Held { outgoing: out(effect), reason: HoldReason::Quiet, until: None, hold: None }
    }

    #[test]
    fn an_effect_is_decided_once() {
        let (mut oracle, playbook) = (Oracle::default(), playbook(None));
        assert_eq!(see(&mut oracle, &playbook, 0, Fact::Posted(out("a"))), Ok(()));
        assert!(see(&mut oracle, &playbook, 1, Fact::Posted(out("a"))).unwrap_err().contains("twice"));
    }

    #[test]
    fn order_is_kept_behind_a_held_message() {
        let (mut oracle, playbook) = (Oracle::default(), playbook(None));
        assert_eq!(see(&mut oracle, &playbook, 0, held("a")), Ok(()));
        assert_eq!(see(&mut oracle, &playbook, 1, held("b")), Ok(()));
        assert!(see(&mut oracle, &playbook, 2, Fact::Released(out("b"))).unwrap_err().contains("overtook"));
    }

    #[test]
    fn nothing_goes_out_in_quiet_hours_and_time_goes_forward() {
        let (mut oracle, playbook) = (Oracle::default(), playbook(Some("22:30-08:00")));
        assert!(see(&mut oracle, &playbook, 60, Fact::Posted(out("a"))).unwrap_err().contains("quiet"));
        assert!(see(&mut oracle, &playbook, 59, held("b")).unwrap_err().contains("clock"));
        assert_eq!(see(&mut oracle, &playbook, 12 * 60, held("c")), Ok(()));
        assert_eq!(see(&mut oracle, &playbook, 13 * 60, Fact::Released(out("c"))), Ok(()));
    }
}
