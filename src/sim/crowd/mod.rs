//! The synthetic people of one group: what they do, when, and the input that reports it.
//!
//! Derived from a seed and the group's id: the same seed gives the same people on every machine. Decides nothing for
//! the engine; it only reports.

mod names;
mod operators;
mod people;

use super::world::World;
use crate::{
    base::{
        ids::{ChannelName, GroupId, InputId, MemberId, TaskId},
        locale::Locale,
        member::{Listed, Member},
        seed::Seed,
        time::{Duration, Timestamp, Zone},
        value::{Map, Value},
    },
    engine::{
        entry::{Entry, Fact, Outgoing, TaskKind},
        input::{Command, Input, InputKind, Signal},
        numbers::unheard::UNHEARD,
        state::State,
    },
    model::{
        channel::{ChannelKind, GROUP},
        playbook::Playbook,
    },
};
use people::{Manner, SyntheticMember};
use std::{collections::BTreeMap, sync::Arc};

/// One synthetic group.
#[derive(Debug)]
pub struct Crowd {
    world: Arc<World>,
    seed: Seed,
    zone: Zone,
    locale: Locale,
    from: Timestamp,
    people: Vec<SyntheticMember>,
    agenda: BTreeMap<(Timestamp, u64), Happening>,
    happenings: u64,
    inputs: u64,
    names: u64,
    /// Whether nobody in life would tell the engine what people say.
    unheard: bool,
}

/// Something that will happen.
#[derive(Debug)]
enum Happening {
    /// A day begins: what will happen on it is decided.
    Day,
    /// Somebody joins: by themselves, or brought in by a member.
    Joins(Option<MemberId>),
    /// A member of the world file joins.
    Comes(usize),
    Speaks(MemberId),
    Leaves(MemberId),
    /// Somebody reacts to a post, or grabs a red packet.
    Reacts(MemberId, &'static str),
    /// Somebody answers a question: with an option, or with what a form asks for.
    Answers(MemberId, TaskId, Option<u32>),
    /// A signal of the world comes.
    Arrives(usize),
    /// Those who talk most leave.
    TopLeaves(u32),
    Does(Command),
}

impl Crowd {
    /// A crowd in a group that begins at an instant.
    pub fn new(
        world: &Arc<World>,
        seed: u64,
        group: &GroupId,
        zone: &Zone,
        locale: Locale,
        from: Timestamp,
    ) -> Self {
        let mut crowd = Self {
            world: world.clone(),
            seed: Seed::from_parts(&["world", group.as_str(), &seed.to_string()]),
            zone: zone.clone(),
            locale,
            from,
            people: Vec::new(),
            agenda: BTreeMap::new(),
            happenings: 0,
            inputs: 0,
            names: 0,
            unheard: false,
        };
        crowd.schedule(from, Happening::Day);
        if let Some((n, at)) = crowd.world.top_leaves {
            crowd.schedule(at.max(from), Happening::TopLeaves(n));
        }
        for index in 0..crowd.world.signals.len() {
            let moments: Vec<Timestamp> =
                crowd.world.signals[index].at.iter().map(|moment| moment.at(from)).collect();
            for at in moments.into_iter().filter(|at| *at >= from) {
                crowd.schedule(at, Happening::Arrives(index));
            }
        }
        crowd
    }

    /// The same in a group whose channel does not hear what people say, and nothing else reports it: they talk as
    /// elsewhere, and no number knows of it.
    pub fn of(mut self, playbook: &Playbook, group: &GroupId) -> Self {
        let group = playbook.groups.get(group);
        let channel = group.and_then(|group| playbook.channel(group, &ChannelName::new(GROUP)));
        let hears = channel.is_none_or(|channel| {
            matches!(channel.kind, ChannelKind::Console) || channel.abilities().messages
        });
        self.unheard = !hears && !playbook.inbound.values().any(|sender| sender.may.contains("message"));
        self
    }

    /// The members that are there from the beginning: those of the playbook, who are known already, those that the
    /// world names, and as many more as are wanted, as the import that brings them in.
    pub fn settle(&mut self, state: &State, wanted: u32) -> Option<Input> {
        for id in state.members.ids() {
            let manner = self.manner();
            self.people.push(SyntheticMember::new(id.clone(), manner));
        }
        let mut members = Vec::new();
        for index in 0..self.world.named.len() {
            let named = self.world.named[index].clone();
            if let Some(after) = named.joins {
                let at = self.from.plus(after);
                self.schedule(at, Happening::Comes(index));
                continue;
            }
            let id = self.named_id(index);
            let mut member = Member::new(id, Some(self.joined_before()));
            member.name = named.name.to_string();
            members.push(settled(member));
            self.arrive_named(index, self.from);
        }
        for _ in 0..wanted {
            let (id, name, source) = self.newcomer();
            let mut member = Member::new(id.clone(), Some(self.joined_before()));
            member.name = name;
            member.source = source.to_string();
            members.push(settled(member));
            let manner = self.manner();
            self.people.push(SyntheticMember::new(id, manner));
        }
        let command = Command::ImportMembers { members, left: Vec::new(), joined: false };
        let any = matches!(&command, Command::ImportMembers { members, .. } if !members.is_empty());
        any.then(|| self.input(InputKind::Command(command)))
    }

    /// Some time in the three weeks before the beginning.
    fn joined_before(&mut self) -> Timestamp {
        self.from.plus(-Duration::HOUR.times(self.seed.below(24 * 21) as i64))
    }

    /// When something happens next.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.agenda.first_key_value().map(|((at, _), _)| *at)
    }

    /// What happens next, and the input that reports it; none when it is nothing to report.
    pub fn happen(&mut self, state: &State) -> Option<Input> {
        let ((at, _), happening) = self.agenda.pop_first()?;
        let there = |id: &MemberId| state.members.contains(id);
        match happening {
            Happening::Day => {
                self.day(at);
                None
            }
            Happening::Joins(by) => {
                let (id, name, source) = self.newcomer();
                let manner = self.manner();
                self.arrive(id.clone(), manner, at);
                let mut data = vec![("name", Value::from(name))];
                match by {
                    Some(by) => data
                        .extend([("source", Value::from("friend")), ("invited_by", Value::str(by.as_str()))]),
                    None => data.push(("source", Value::str(&source))),
                }
                Some(self.signal("member.joined", at, id, Value::map(data)))
            }
            Happening::Comes(index) => {
                let id = self.named_id(index);
                let name = Value::str(&self.world.named[index].name);
                self.arrive_named(index, at);
                Some(self.signal("member.joined", at, id, Value::map([("name", name)])))
            }
            Happening::Speaks(id) => {
                let text = names::saying(self.locale, &mut self.seed);
                let mut said = match self.advertisement(&id, at) {
                    Some(Value::Map(data)) => Map::clone(&data),
                    _ => Map::from([(Arc::from("text"), Value::from(text))]),
                };
                if self.unheard {
                    said.insert(Arc::from(UNHEARD), Value::Bool(true));
                }
                there(&id).then(|| self.signal("message", at, id, Value::Map(Arc::new(said))))
            }
            Happening::Leaves(id) => {
                self.people.retain(|person| person.id != id);
                there(&id).then(|| self.signal("member.left", at, id, Value::Null))
            }
            Happening::Reacts(id, kind) => {
                let data = Value::map([("kind", Value::from(kind))]);
                there(&id).then(|| self.signal("reaction", at, id, data))
            }
            Happening::Answers(id, task, option) => {
                let open = state.tasks.get(&task)?;
                let mut data = vec![("task", Value::str(task.as_str()))];
                match option.and_then(|option| open.task.options.get(option as usize)) {
                    Some(answer) => data.push(("option", Value::str(answer))),
                    None => data.push(("fields", self.filled_in(&open.task, &id, state))),
                }
                let data = Value::map(data);
                there(&id).then(|| self.signal("answer", at, id, data))
            }
            Happening::Arrives(index) => {
                let sender = self.world.signals[index].clone();
                let member = sender.by_member.then(|| self.anybody(|_, _| true, at)).flatten();
                Some(self.signal(&sender.name, at, member, sender.data))
            }
            Happening::TopLeaves(n) => {
                let said = |person: &SyntheticMember| state.members.activity(&person.id).messages;
                let mut top: Vec<&SyntheticMember> = self.people.iter().collect();
                top.sort_by_key(|person| (std::cmp::Reverse(said(person)), person.id.clone()));
                let top: Vec<MemberId> =
                    top.iter().take(n as usize).map(|person| person.id.clone()).collect();
                for id in top {
                    self.schedule(at, Happening::Leaves(id));
                }
                None
            }
            Happening::Does(command) => {
                let still_open = match &command {
                    Command::Done { task, .. }
                    | Command::Approve { task, .. }
                    | Command::Reject { task, .. } => state.tasks.contains_key(task),
                    _ => true,
                };
                still_open.then(|| self.input(InputKind::Command(command)))
            }
        }
    }

    /// What somebody says who advertises: drawn apart, so that nobody else says anything else for it.
    fn advertisement(&self, id: &MemberId, at: Timestamp) -> Option<Value> {
        let named = (0..self.world.named.len()).find(|index| self.named_id(*index) == *id)?;
        let chance = self.world.named[named].advertises?;
        let mut seed = Seed::from_parts(&["advertises", id.as_str(), &at.as_millis().to_string()]);
        let text = Value::str(names::advertisement(self.locale));
        let message = [("kind", Value::str("link")), ("links", Value::Int(1)), ("text", text)];
        seed.chance(chance).then(|| Value::map([("message", Value::map(message))]))
    }

    /// People react to what the engine has done.
    pub fn see(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::TaskOpened(task) => match task.kind {
                TaskKind::Question => self.think(task),
                TaskKind::Approval => self.judge(task),
                TaskKind::Task | TaskKind::Delivery | TaskKind::Removal => self.work(task),
            },
            Fact::Posted(out) | Fact::Released(out) if out.channel.as_str() == GROUP => {
                self.hear(out, entry.at);
            }
            Fact::MemberGone { member, .. } => self.people.retain(|person| person.id != *member),
            _ => {}
        }
    }

    /// Some react to a post; many grab a red packet and say nothing.
    fn hear(&mut self, out: &Outgoing, at: Timestamp) {
        let speakers = self.people.iter().filter(|person| person.manner.rate > 0.0).count();
        let n = self.times(self.world.people.reactions * speakers as f64);
        for _ in 0..n {
            if let Some(id) = self.anybody(SyntheticMember::speaks, at) {
                let after = Duration::SECOND.times(self.seed.below(2 * 3600) as i64);
                self.schedule(at.plus(after), Happening::Reacts(id, "like"));
            }
        }
        let text = &out.message.text;
        if text.contains("红包") || text.contains("red packet") || text.contains("red envelope") {
            for index in 0..self.people.len() {
                if self.seed.chance(self.world.people.red_packets) {
                    let id = self.people[index].id.clone();
                    let after = Duration::SECOND.times(5 + self.seed.below(600) as i64);
                    self.schedule(at.plus(after), Happening::Reacts(id, "red_packet"));
                }
            }
        }
    }

    fn schedule(&mut self, at: Timestamp, happening: Happening) {
        self.happenings += 1;
        self.agenda.insert((at, self.happenings), happening);
    }

    fn input(&mut self, kind: InputKind) -> Input {
        self.inputs += 1;
        Input { id: InputId::from(format!("world-{}", self.inputs)), kind }
    }

    fn signal(
        &mut self,
        name: &str,
        at: Timestamp,
        member: impl Into<Option<MemberId>>,
        data: Value,
    ) -> Input {
        self.inputs += 1;
        let id = InputId::from(format!("world-{}", self.inputs));
        let signal =
            Signal { name: Arc::from(name), id: id.clone(), at, sent: None, member: member.into(), data };
        Input { id, kind: InputKind::Signal(signal) }
    }

    /// A whole number that is so large on average.
    fn times(&mut self, mean: f64) -> u64 {
        let whole = mean.floor();
        let more = self.seed.chance(mean - whole);
        // Spread around the mean: one less or one more, equally often.
        let spread = i64::from(self.seed.chance(0.25)) - i64::from(self.seed.chance(0.25));
        let spread = if whole >= 1.0 { spread } else { 0 };
        (whole as i64 + i64::from(more) + spread).max(0) as u64
    }

    /// How somebody who came by chance behaves.
    fn manner(&mut self) -> Manner {
        Manner::by_chance(&self.world.people, &mut self.seed)
    }
}

/// Somebody who was there before the beginning, and has not been seen since they joined.
fn settled(member: Member) -> Listed {
    Listed { seen: member.joined, ..member.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::world::{NamedMember, preset::Preset};

    fn crowd(world: World, seed: u64) -> Crowd {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let from = zone.instant(jiff::civil::date(2026, 12, 1).at(0, 0, 0, 0));
        Crowd::new(&Arc::new(world), seed, &"g".into(), &zone, Locale::Zh, from)
    }

    fn story(seed: u64) -> Vec<String> {
        let mut crowd = crowd(World::default(), seed);
        let state = State::new("g".into());
        let mut lines = Vec::new();
        for _ in 0..200 {
            let at = crowd.next_at();
            lines.push(format!("{at:?} {:?}", crowd.happen(&state)));
        }
        lines
    }

    #[test]
    fn the_same_seed_is_the_same_crowd() {
        assert_eq!(story(7), story(7));
        assert_ne!(story(7), story(8));
    }

    #[test]
    fn nothing_happens_before_what_happened_already() {
        let mut crowd = crowd(World::default(), 1);
        let state = State::new("g".into());
        let mut last = Timestamp::MIN;
        for _ in 0..500 {
            let at = crowd.next_at().unwrap();
            assert!(last <= at, "{last:?} then {at:?}");
            last = at;
            crowd.happen(&state);
        }
    }

    /// Signals of so many days, by name, with who sent them.
    fn heard(mut crowd: Crowd, days: i64) -> Vec<(Timestamp, String, MemberId)> {
        use crate::{base::ids::Digest, engine};
        let mut state = State::new("g".into());
        let adopted = Fact::Adopted {
            digest: Digest::from("d"),
            created: crowd.from,
            horizon: Duration::ZERO,
            horizons: BTreeMap::new(),
            zone: None,
        };
        engine::apply(&mut state, &Entry { at: crowd.from, input: None, fact: adopted }).unwrap();
        let end = crowd.from.plus(Duration::DAY.times(days));
        let members = match crowd.settle(&state, 60).map(|input| input.kind) {
            Some(InputKind::Command(Command::ImportMembers { members, .. })) => members,
            other => panic!("{other:?}"),
        };
        let mut all = Vec::new();
        for member in members {
            let set = Entry { at: crowd.from, input: None, fact: Fact::MemberSet(Arc::new(member)) };
            engine::apply(&mut state, &set).unwrap();
        }
        while let Some(at) = crowd.next_at().filter(|at| *at < end) {
            if let Some(Input { kind: InputKind::Signal(signal), .. }) = crowd.happen(&state) {
                all.push((at, signal.name.to_string(), signal.member.clone().unwrap()));
                engine::apply(&mut state, &Entry { at, input: None, fact: Fact::SignalReceived(signal) })
                    .unwrap();
            }
        }
        all
    }

    #[test]
    fn a_few_carry_the_talk_and_many_say_nothing() {
        let all = heard(crowd(World::default(), 3), 90);
        let mut by: BTreeMap<&MemberId, usize> = BTreeMap::new();
        for (_, name, who) in &all {
            if name == "message" {
                *by.entry(who).or_default() += 1;
            }
        }
        let mut counts: Vec<usize> = by.values().copied().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let total: usize = counts.iter().sum();
        let joined = 60 + all.iter().filter(|(_, name, _)| name == "member.joined").count();
        assert!(counts.len() * 4 < joined * 3, "{} of {joined} speak", counts.len());
        assert!(counts.iter().take(5).sum::<usize>() * 2 > total, "{counts:?} of {total}");
    }

    #[test]
    fn a_dying_group_is_quieter_in_the_end_than_in_the_beginning() {
        let all = heard(crowd(Preset::Dying.world(), 3), 60);
        let messages: Vec<Timestamp> =
            all.iter().filter(|(_, name, _)| name == "message").map(|(at, ..)| *at).collect();
        let half = messages[0].plus(Duration::DAY.times(30));
        let before = messages.iter().filter(|at| **at < half).count();
        assert!(before > 4 * (messages.len() - before), "{before} of {}", messages.len());
    }

    #[test]
    fn a_named_member_has_habits_of_their_own() {
        let world = World {
            named: vec![NamedMember {
                name: Arc::from("小何"),
                joins: Some(Duration::DAY.times(2)),
                leaves: Some(Duration::DAY.times(20)),
                messages: Some(5.0),
                ..NamedMember::default()
            }],
            ..World::default()
        };
        let all = heard(crowd(world, 1), 30);
        let his: Vec<&(Timestamp, String, MemberId)> =
            all.iter().filter(|(_, _, who)| who.as_str() == "named-1").collect();
        assert_eq!(his.first().unwrap().1, "member.joined");
        assert_eq!(his.last().unwrap().1, "member.left");
        let spoken = his.iter().filter(|(_, name, _)| name == "message").count();
        assert!((60..120).contains(&spoken), "{spoken}");
    }
}
