//! Steps of the engine: how many a second, for a play that posts at every tick.

use crate::measure::{adopted, line, playbook, rate, time};
use playbook::{
    base::time::Timestamp,
    engine::{
        self,
        input::{Input, InputKind, Signal},
    },
};
use std::sync::Arc;

const TICKS: usize = 200_000;

pub(crate) fn run() {
    ticks("a run that posts, start to end", "plays: { t: { every: 1s, steps: [post: tick] } }");
    ticks(
        "a run that posts, with budgets",
        "budgets: { posts: { max: 100 per 1m } }\nplays: { t: { every: 1s, steps: [post: tick] } }",
    );
    ticks(
        "a run that posts an expression",
        "plays: { t: { every: 1s, steps: [post: 'tick ${members.count}'] } }",
    );
    ticks(
        "an occurrence that is skipped",
        "phases: [{ name: a }, { name: b }]\nplays: { t: { every: 1s, during: b, steps: [post: tick] } }",
    );
    signals();
}

fn ticks(what: &str, rest: &str) {
    let playbook = playbook(&format!("name: bench\ntimezone: UTC\n{rest}\n"));
    let (mut state, playbooks) = adopted(&playbook, Timestamp::from_millis(1_800_000_000_000));
    let mut entries = 0;
    let (took, ()) = time(|| {
        for _ in 0..TICKS {
            let now = engine::deadline(&state).expect("a tick").at;
            let wake = Input { id: "wake".into(), kind: InputKind::Wake { epoch: state.epoch } };
            let step = engine::step(&state, &playbooks, &wake, now);
            entries += step.entries.len();
            state = step.next;
        }
    });
    line(&format!("{what}: steps"), rate(TICKS, took));
    line(&format!("{what}: entries"), rate(entries, took));
}

fn signals() {
    let playbook = playbook("name: bench\ntimezone: UTC\nplays: { t: { on: other, steps: [post: tick] } }\n");
    let (mut state, playbooks) = adopted(&playbook, Timestamp::from_millis(1_800_000_000_000));
    let (took, ()) = time(|| {
        for n in 0..TICKS {
            let now = Timestamp::from_millis(1_800_000_000_000 + n as i64);
            let signal = Signal {
                name: Arc::from("message"),
                id: format!("s{n}").into(),
                at: now,
                sent: None,
                member: Some(format!("m{}", n % 1000).into()),
                data: playbook::base::value::Value::Null,
            };
            let input = Input { id: signal.id.clone(), kind: InputKind::Signal(signal) };
            state = engine::step(&state, &playbooks, &input, now).next;
        }
    });
    line("a message of one of a thousand members: steps", rate(TICKS, took));
}
