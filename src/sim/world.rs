//! A synthetic group: people who join, speak, answer and leave, and operators who do what they are asked.
//!
//! An ordinary good world; every number of it is in [`Habits`]. Derived from a seed and the group's id: the same
//! seed gives the same people on every machine. Decides nothing for the engine; it only reports.

use crate::{
    base::{
        ids::{GroupId, InputId, MemberId, TaskId},
        locale::Locale,
        member::Member,
        seed::Seed,
        time::{Duration, Timestamp, Zone},
        value::Value,
    },
    engine::{
        entry::{Entry, Fact, Task, TaskKind},
        input::{Command, Input, InputKind, Signal},
        state::State,
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// How the people of a synthetic group behave.
#[derive(Debug, Clone, PartialEq)]
pub struct Habits {
    /// Members who join on an ordinary day, on average.
    pub joins_per_day: f64,
    /// Of all members, those who never speak.
    pub lurkers: f64,
    /// How often the least talkative of the others speaks, in messages a day.
    pub messages_per_day: f64,
    /// How heavy the tail is: 0 and everybody speaks alike, towards 1 and a few speak for all.
    pub tail: f64,
    /// The chance that a member leaves on a day; lurkers leave twice as often.
    pub leaves_per_day: f64,
    /// The chance that a member who speaks at all answers a question.
    pub answers: f64,
    /// Tasks that are done in time.
    pub tasks_in_time: f64,
    /// Tasks that are done, in time or late.
    pub tasks_done: f64,
    /// Approvals that are given.
    pub approvals_given: f64,
    /// Approvals that are given or refused; the others are never answered.
    pub approvals_answered: f64,
    /// The hours in which people speak, from and to.
    pub awake: (i64, i64),
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            joins_per_day: 1.2,
            lurkers: 0.4,
            messages_per_day: 0.02,
            tail: 0.7,
            leaves_per_day: 0.001,
            answers: 0.25,
            tasks_in_time: 0.8,
            tasks_done: 0.93,
            approvals_given: 0.85,
            approvals_answered: 0.93,
            awake: (8, 23),
        }
    }
}

impl Habits {
    /// Nobody does anything of their own accord.
    pub fn still() -> Self {
        Self {
            joins_per_day: 0.0,
            lurkers: 1.0,
            messages_per_day: 0.0,
            tail: 0.0,
            leaves_per_day: 0.0,
            answers: 0.0,
            tasks_in_time: 0.0,
            tasks_done: 0.0,
            approvals_given: 0.0,
            approvals_answered: 0.0,
            awake: (8, 23),
        }
    }
}

/// One synthetic group.
#[derive(Debug)]
pub struct World {
    habits: Habits,
    seed: Seed,
    zone: Zone,
    locale: Locale,
    people: Vec<Person>,
    agenda: BTreeMap<(Timestamp, u64), Happening>,
    happenings: u64,
    inputs: u64,
    names: u64,
}

#[derive(Debug)]
struct Person {
    id: MemberId,
    /// Messages a day.
    rate: f64,
}

#[derive(Debug)]
enum Happening {
    /// A day begins: what will happen on it is decided.
    Day,
    Joins,
    Speaks(MemberId),
    Leaves(MemberId),
    Answers(MemberId, TaskId, u32),
    Does(Command),
}

/// Family names and given names; together they make people who can be told apart.
const FAMILY_ZH: [&str; 12] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙"];
const GIVEN_ZH: [&str; 12] =
    ["一鸣", "子涵", "雨桐", "思远", "佳宁", "浩然", "静怡", "俊杰", "梓萱", "文博", "晓燕", "海涛"];
const GIVEN_EN: [&str; 12] =
    ["Ada", "Ben", "Carol", "Dan", "Eve", "Finn", "Grace", "Hugo", "Iris", "Jon", "Kim", "Leo"];
const FAMILY_EN: [&str; 12] =
    ["Abel", "Brook", "Cole", "Dale", "Ellis", "Fox", "Gray", "Hart", "Ives", "Jones", "King", "Lane"];
const SOURCES: [&str; 4] = ["friend", "qr", "moments", "event"];
const SAYINGS_ZH: [&str; 6] =
    ["早上好", "这段写得真好", "有人一起吗?", "谢谢分享", "我也这么觉得", "今天读完了"];
const SAYINGS_EN: [&str; 6] =
    ["good morning", "well said", "anyone joining?", "thanks for sharing", "same here", "done for today"];

impl World {
    /// A world that begins at an instant.
    pub fn new(
        habits: Habits,
        seed: u64,
        group: &GroupId,
        zone: &Zone,
        locale: Locale,
        from: Timestamp,
    ) -> Self {
        let mut world = Self {
            habits,
            seed: Seed::from_parts(&["world", group.as_str(), &seed.to_string()]),
            zone: zone.clone(),
            locale,
            people: Vec::new(),
            agenda: BTreeMap::new(),
            happenings: 0,
            inputs: 0,
            names: 0,
        };
        world.schedule(from, Happening::Day);
        world
    }

    /// The members that are there from the beginning: those of the file, who are known already, and as many
    /// more as are wanted, as the import that brings them in.
    pub fn settle(&mut self, state: &State, wanted: u32, from: Timestamp) -> Option<Input> {
        for id in state.members.keys() {
            self.people.push(Person { id: id.clone(), rate: 0.0 });
        }
        let mut members = Vec::new();
        for _ in 0..wanted {
            let (id, name, source) = self.newcomer();
            // They joined, and last spoke, some time in the three weeks before.
            let joined = from.plus(-Duration::HOUR.times(self.seed.below(24 * 21) as i64));
            let mut member = Member::new(id.clone(), joined);
            member.name = name;
            member.source = source.into();
            members.push(member);
            self.people.push(Person { id, rate: 0.0 });
        }
        for index in 0..self.people.len() {
            self.people[index].rate = self.talkativeness();
        }
        let command = Command::ImportMembers { members, replace: false };
        (wanted > 0).then(|| self.input(InputKind::Command(command)))
    }

    /// When something happens next.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.agenda.first_key_value().map(|((at, _), _)| *at)
    }

    /// What happens next, and the input that reports it; none when it is nothing to report.
    pub fn happen(&mut self, state: &State) -> Option<Input> {
        let ((at, _), happening) = self.agenda.pop_first()?;
        let there = |id: &MemberId| state.members.contains_key(id);
        match happening {
            Happening::Day => {
                self.day(at);
                None
            }
            Happening::Joins => {
                let (id, name, source) = self.newcomer();
                let rate = self.talkativeness();
                self.people.push(Person { id: id.clone(), rate });
                let data = Value::map([("name", Value::from(name)), ("source", Value::from(source))]);
                Some(self.signal("member.joined", at, id, data))
            }
            Happening::Speaks(id) => {
                let sayings = match self.locale {
                    Locale::Zh => &SAYINGS_ZH,
                    Locale::En => &SAYINGS_EN,
                };
                let text = sayings[self.seed.below(sayings.len() as u64) as usize];
                there(&id).then(|| self.signal("message", at, id, Value::map([("text", Value::from(text))])))
            }
            Happening::Leaves(id) => {
                self.people.retain(|person| person.id != id);
                there(&id).then(|| self.signal("member.left", at, id, Value::Null))
            }
            Happening::Answers(id, task, option) => {
                let open = state.tasks.get(&task)?;
                let answer = open.task.options.get(option as usize).map_or(Value::from("1"), Value::str);
                let data = Value::map([("task", Value::str(task.as_str())), ("option", answer)]);
                there(&id).then(|| self.signal("answer", at, id, data))
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

    /// People react to what the engine has done.
    pub fn see(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::TaskOpened(task) => match task.kind {
                TaskKind::Question => self.think(task),
                TaskKind::Approval => self.judge(task),
                TaskKind::Task | TaskKind::Delivery | TaskKind::Removal => self.work(task),
            },
            Fact::MemberGone { member } => self.people.retain(|person| person.id != *member),
            _ => {}
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

    fn signal(&mut self, name: &str, at: Timestamp, member: MemberId, data: Value) -> Input {
        self.inputs += 1;
        let id = InputId::from(format!("world-{}", self.inputs));
        let signal = Signal { name: Arc::from(name), id: id.clone(), at, member: Some(member), data };
        Input { id, kind: InputKind::Signal(signal) }
    }

    fn newcomer(&mut self) -> (MemberId, String, &'static str) {
        self.names += 1;
        let family = self.seed.below(12) as usize;
        let given = self.seed.below(12) as usize;
        let name = match self.locale {
            Locale::Zh => format!("{}{}", FAMILY_ZH[family], GIVEN_ZH[given]),
            Locale::En => format!("{} {}", GIVEN_EN[given], FAMILY_EN[family]),
        };
        let source = SOURCES[self.seed.below(SOURCES.len() as u64) as usize];
        (MemberId::from(format!("m{:04}", self.names)), name, source)
    }

    /// Messages a day: nothing for a lurker, else a heavy tail, at most a dozen.
    fn talkativeness(&mut self) -> f64 {
        if self.seed.chance(self.habits.lurkers) {
            return 0.0;
        }
        let u = self.seed.fraction().max(1e-6);
        (self.habits.messages_per_day * power(u, -self.habits.tail)).min(12.0)
    }

    /// What happens between this instant and the next midnight.
    fn day(&mut self, now: Timestamp) {
        let (_, midnight) = self.zone.day_bounds(now);
        let whole = midnight.since(now).as_millis() as f64 / Duration::DAY.as_millis() as f64;
        for _ in 0..self.times(self.habits.joins_per_day * whole) {
            let at = self.moment(now, midnight);
            self.schedule(at, Happening::Joins);
        }
        for index in 0..self.people.len() {
            let rate = self.people[index].rate;
            let leaves = self.habits.leaves_per_day * if rate > 0.0 { 1.0 } else { 2.0 };
            if self.seed.chance(leaves * whole) {
                let at = self.moment(now, midnight);
                self.schedule(at, Happening::Leaves(self.people[index].id.clone()));
            } else if rate > 0.0 {
                for _ in 0..self.times(rate * whole) {
                    let at = self.moment(now, midnight);
                    self.schedule(at, Happening::Speaks(self.people[index].id.clone()));
                }
            }
        }
        self.schedule(midnight, Happening::Day);
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

    /// An instant of the waking hours of the day that ends at `midnight`, not before `now`.
    fn moment(&mut self, now: Timestamp, midnight: Timestamp) -> Timestamp {
        let (from, to) = self.habits.awake;
        let start = midnight.plus(-Duration::HOUR.times(24 - from)).max(now);
        let end = midnight.plus(-Duration::HOUR.times(24 - to)).max(start.plus(Duration::SECOND));
        start.plus(
            Duration::SECOND.times(self.seed.below((end.since(start).as_millis() / 1_000) as u64) as i64),
        )
    }

    /// Members answer a question, most of them soon.
    fn think(&mut self, task: &Task) {
        let open = task.due.map_or(Duration::DAY, |due| due.since(task.opened));
        let options = task.options.len().max(1) as u64;
        for index in 0..self.people.len() {
            if self.people[index].rate > 0.0 && self.seed.chance(self.habits.answers) {
                let u = self.seed.fraction();
                let after = Duration::from_millis((open.as_millis() as f64 * u * u) as i64);
                // The first options are a little dearer to people than the last.
                let option = self.seed.below(options).min(self.seed.below(options)) as u32;
                let id = self.people[index].id.clone();
                self.schedule(task.opened.plus(after), Happening::Answers(id, task.id.clone(), option));
            }
        }
    }

    /// An operator decides, or never looks.
    fn judge(&mut self, task: &Task) {
        let u = self.seed.fraction();
        let open = task.due.map_or(Duration::DAY, |due| due.since(task.opened));
        let after = Duration::from_millis((open.as_millis() as f64 * self.seed.fraction() * 0.9) as i64);
        let by = asked(task);
        let command = if u < self.habits.approvals_given {
            Command::Approve { task: task.id.clone(), by }
        } else if u < self.habits.approvals_answered {
            Command::Reject { task: task.id.clone(), by, reason: None }
        } else {
            return;
        };
        self.schedule(task.opened.plus(after), Happening::Does(command));
    }

    /// An operator does it in time, late, or never. A post that is only to be copied is copied soon.
    fn work(&mut self, task: &Task) {
        let u = self.seed.fraction();
        let open = match (task.kind, task.due) {
            (TaskKind::Delivery, _) => Duration::MINUTE.times(20),
            (_, Some(due)) => due.since(task.opened),
            (_, None) => Duration::HOUR.times(8),
        };
        let share = self.seed.fraction();
        let share = if u < self.habits.tasks_in_time {
            share * 0.95
        } else if u < self.habits.tasks_done {
            1.0 + share
        } else {
            return;
        };
        let after = Duration::from_millis((open.as_millis() as f64 * share) as i64);
        let command = Command::Done { task: task.id.clone(), by: asked(task), note: Value::Null };
        self.schedule(task.opened.plus(after), Happening::Does(command));
    }
}

fn asked(task: &Task) -> Option<String> {
    task.people.first().map(|person| person.name.clone())
}

/// `base` to a fractional power by exponentiation of halves, so that every machine gives the same bits: the
/// standard library leaves the precision of `powf` to the platform.
fn power(base: f64, exponent: f64) -> f64 {
    let mut root = if exponent < 0.0 { 1.0 / base } else { base };
    let mut rest = exponent.abs();
    let mut out = 1.0;
    while rest >= 1.0 {
        out *= root;
        rest -= 1.0;
    }
    for _ in 0..20 {
        // IEEE 754 requires the square root to be exactly rounded.
        root = root.sqrt();
        rest *= 2.0;
        if rest >= 1.0 {
            out *= root;
            rest -= 1.0;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(seed: u64) -> World {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let from = zone.instant(jiff::civil::date(2026, 12, 1).at(0, 0, 0, 0));
        World::new(Habits::default(), seed, &"g".into(), &zone, Locale::Zh, from)
    }

    fn story(seed: u64) -> Vec<String> {
        let mut world = world(seed);
        let state = State::new("g".into());
        let mut lines = Vec::new();
        for _ in 0..200 {
            let at = world.next_at();
            lines.push(format!("{at:?} {:?}", world.happen(&state)));
        }
        lines
    }

    #[test]
    fn the_same_seed_is_the_same_world() {
        assert_eq!(story(7), story(7));
        assert_ne!(story(7), story(8));
    }

    #[test]
    fn nothing_happens_before_what_happened_already() {
        let mut world = world(1);
        let state = State::new("g".into());
        let mut last = Timestamp::MIN;
        for _ in 0..500 {
            let at = world.next_at().unwrap();
            assert!(last <= at, "{last:?} then {at:?}");
            last = at;
            world.happen(&state);
        }
    }

    #[test]
    fn powers_are_near_the_real_ones() {
        for (base, exponent) in [(0.5, -0.7), (0.001, -0.7), (2.0, 1.5), (9.0, 0.5)] {
            let real = f64::powf(base, exponent);
            assert!((power(base, exponent) / real - 1.0).abs() < 1e-4, "{base}^{exponent}");
        }
    }
}
