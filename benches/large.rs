//! What is large: a group of a hundred thousand members, a poll with ten thousand answers, a hundred thousand groups that
//! are due in one second, and `status` over ten thousand groups with a million entries.

use crate::{
    console,
    deliver::{Delivered, end_to_end},
    engine_process::{Engine, Town},
    measure::{adopted, line, playbook, time},
};
use playbook::{
    base::{
        limits,
        member::{Listed, Member},
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::{
        self,
        input::{Command, Input, InputKind, Signal},
        state::State,
    },
    model::playbook::Playbooks,
};
use std::{process, sync::Arc};

const BEGAN: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub(crate) fn run() {
    members();
    answers();
    groups();
    status();
}

/// A group in which inputs are decided one after another, each of them timed.
struct Group {
    state: State,
    playbooks: Playbooks,
    now: Timestamp,
    inputs: u64,
}

impl Group {
    fn new(text: &str) -> Self {
        let playbook = playbook(text);
        let (state, playbooks) = adopted(&playbook, BEGAN);
        Self { state, playbooks, now: BEGAN, inputs: 0 }
    }

    /// Decides an input; how long that takes, in milliseconds.
    fn decide(&mut self, kind: InputKind) -> f64 {
        self.inputs += 1;
        let input = Input { id: format!("i{}", self.inputs).into(), kind };
        let (took, step) = time(|| engine::step(&self.state, &self.playbooks, &input, self.now));
        self.state = step.next;
        took.as_secs_f64() * 1e3
    }

    fn signal(&mut self, name: &str, member: Option<String>, data: Value) -> f64 {
        self.now = self.now.plus(Duration::from_millis(1));
        self.decide(InputKind::Signal(Signal {
            name: Arc::from(name),
            id: format!("s{}", self.inputs).into(),
            at: self.now,
            sent: None,
            member: member.map(Into::into),
            data,
        }))
    }

    /// Everything that comes due within a time, the longest decision of it and how many there were.
    fn live(&mut self, time: Duration) -> (f64, usize) {
        let (end, mut longest, mut count) = (self.now.plus(time), 0.0_f64, 0);
        while let Some(due) =
            engine::deadline(&self.state).map(|deadline| deadline.at).filter(|at| *at <= end)
        {
            self.now = self.now.max(due);
            longest = longest.max(self.decide(InputKind::Wake { epoch: self.state.epoch }));
            count += 1;
        }
        self.now = end;
        (longest, count)
    }

    fn import(&mut self, members: usize) -> f64 {
        let all: Vec<Listed> = (0..members)
            .map(|n| {
                let member =
                    Member::new(format!("m{n:06}").into(), Some(BEGAN.plus(-Duration::DAY.times(90))));
                let seen = Some(BEGAN.plus(-Duration::DAY.times((n % 90) as i64)));
                Listed { member, seen, messages: Some(n as u64 % 50) }
            })
            .collect();
        let parts = all.chunks(limits::MEMBERS_AT_ONCE_MAX);
        let import = |part: &[Listed]| Command::ImportMembers {
            members: part.to_vec(),
            left: Vec::new(),
            joined: false,
        };
        parts.map(|part| self.decide(InputKind::Command(import(part)))).fold(0.0, f64::max)
    }
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

fn members() {
    const TEXT: &str = "name: bench\ntimezone: UTC\nmembers: { tiers: [{ name: new }, { name: core, enter: member.messages > 20 }] }\n\
        channels: { group: { type: console } }\npeople: { zhu: { name: Zhu } }\nroles: { host: { people: [zhu] } }\nplays:\n\
        \x20 prune:\n    steps:\n      - prune: member.idle > days(60) && member.messages < 10\n        notice: Are you still here?\n        \
        grace: 1d\n        max: 5000\n        to: host\n\
        \x20 anniversary:\n    dates: { members: joined, at: \"10:00\", every: year }\n    steps: [post: 'A year, ${member.name}']\n";
    let mut medians = Vec::new();
    for members in [10, 100_000] {
        let mut group = Group::new(TEXT);
        let import = group.import(members);
        let tiers = group.live(Duration::MINUTE);
        let said = (0..2_000)
            .map(|n| group.signal("message", Some(format!("m{:06}", n * 7 % members)), Value::Null));
        let said: Vec<f64> = said.collect();
        let longest = said.iter().copied().fold(0.0, f64::max);
        medians.push(median(said));
        line(
            &format!("{members} members: a message, median and longest"),
            format!("{:>8.4} ms, {longest:.3} ms", medians.last().copied().unwrap_or_default()),
        );
        let start =
            Command::Start { play: "prune".into(), args: Value::Null, date: None, member: None, by: None };
        let begun = group.decide(InputKind::Command(start));
        let (longest, decisions) = group.live(Duration::DAY.times(2));
        line(
            &format!("{members} members: `prune`, longest of {decisions} decisions"),
            format!("{:>8.3} ms", longest.max(begun)),
        );
        line(&format!("{members} members: tiers, longest of {}", tiers.1), format!("{:>8.3} ms", tiers.0));
        line(&format!("{members} members: an import, longest decision"), format!("{import:>8.3} ms"));
        // Everybody's anniversary is the same day.
        let (longest, decisions) = group.live(Duration::DAY.times(366));
        line(
            &format!("{members} members: a day that all of them have, longest of {decisions}"),
            format!("{longest:>8.3} ms"),
        );
    }
    if let [ten, many] = medians[..] {
        line("a message of one of 100,000 against one of ten", format!("{:>8.2} times", many / ten));
    }
}

fn answers() {
    const ANSWERS: usize = 10_000;
    const SOME: usize = 500;
    let mut group = Group::new(
        "name: bench\ntimezone: UTC\nplays: { poll: { steps: [{ ask: Which?, options: [a, b, c], open_for: 1d, as: vote }] } }\n",
    );
    let start = Command::Start { play: "poll".into(), args: Value::Null, date: None, member: None, by: None };
    group.decide(InputKind::Command(start));
    let all: Vec<f64> = (0..ANSWERS)
        .map(|n| {
            let option = Value::map([("option", Value::Int(1 + (n % 3) as i64))]);
            group.signal("answer", Some(format!("m{n}")), option)
        })
        .collect();
    let (first, last) = (median(all[..SOME].to_vec()), median(all[ANSWERS - SOME..].to_vec()));
    line("10,000 answers to one poll: one of the first", format!("{first:>8.4} ms"));
    line("10,000 answers to one poll: one of the last", format!("{last:>8.4} ms, {:.2} times", last / first));
}

fn groups() {
    let Delivered { first, last, .. } = end_to_end(100_000, 1);
    line("100,000 groups due in one second: first post after", format!("{first:>8.0} ms"));
    line("100,000 groups due in one second: last post after", format!("{last:>8.0} ms"));
}

/// `status` over the town of the console's measure: from its file, and from the engine that runs on it.
fn status() {
    let town = Town::new();
    console::a_town_that_has_lived(&town);
    let ask = || {
        let (took, output) = time(|| {
            process::Command::new(env!("CARGO_BIN_EXE_playbook"))
                .args(["status", "--state"])
                .arg(town.state())
                .output()
                .expect("the program starts")
        });
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        took.as_secs_f64() * 1e3
    };
    let median_of = |ask: &dyn Fn() -> f64| median((0..5).map(|_| ask()).collect());
    line("`status`, 10,000 groups, 1M entries, from the file", format!("{:>8.0} ms", median_of(&ask)));
    let engine = Engine::start_with(&town, &["--no-watch"]);
    line("`status`, the same, from the engine", format!("{:>8.0} ms", median_of(&ask)));
    line("its memory", format!("{:>8.0} MiB", engine.resident()));
    engine.stop();
    line("`status`, the same, from the file of a stopped engine", format!("{:>8.0} ms", median_of(&ask)));
}
