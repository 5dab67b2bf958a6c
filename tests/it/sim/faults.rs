//! Random playbooks under faults, watched by the oracle; and an oracle that sees when a promise is broken on purpose.
//!
//! `PLAYBOOK_FAULT_RUNS=10000 cargo test --release --test it -- faults::random --nocapture` makes the long run.

use crate::{help::generator, help::story};
use playbook::{
    base::{
        source::MemoryFolder,
        time::{Duration, Timestamp},
    },
    engine::{
        self, Step,
        entry::{Entry, Fact, Poison},
        input::{Input, InputKind},
        recent::Recent,
        state::State,
    },
    lang,
    model::playbook::{Playbook, Playbooks},
    sim::{
        Material, Options,
        courier::CourierEvent,
        fault::{self, BrokenPromise, Rig, Survived},
        world::World,
    },
};
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

struct Lab {
    playbook: Arc<Playbook>,
    material: Material,
    text: String,
}

impl Lab {
    fn new(text: &str, script: &str) -> Self {
        let mut folder = MemoryFolder::default();
        folder.0.insert("p.yaml".into(), Arc::from(text));
        folder.0.insert("s.rhai".into(), Arc::from(script));
        let playbook = story::compile(&folder);
        assert_eq!(lang::compile(&folder, "p.yaml").script_problems, [], "{text}");
        let material = Material::new(&playbook, Arc::new(folder));
        Self { playbook, material, text: text.to_owned() }
    }

    fn run(&self, seed: u64, days: i64, rig: &Rig<'_>) -> Result<Survived, Box<BrokenPromise>> {
        let from = story::at("2026-10-28 00:00");
        let options = Options {
            from,
            to: from.plus(Duration::DAY.times(days)),
            members: 8,
            seed,
            world: Arc::new(World::default()),
        };
        fault::torment(&self.playbook, &self.material, &options, None, rig, &mut |_, _, _| ())
    }

    /// Seeds under which a rig breaks its promise, and what was said first.
    fn caught(&self, rig: &Rig<'_>) -> String {
        let found = (1..=8).find_map(|seed| self.run(seed, 6, rig).err());
        found.unwrap_or_else(|| panic!("nobody noticed")).what
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads how long it shall run")]
fn runs() -> u64 {
    std::env::var("PLAYBOOK_FAULT_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(200)
}

#[test]
#[expect(clippy::print_stdout, reason = "the long run is by hand, and its counts are what it is for")]
fn random_playbooks_survive_everything_that_can_go_wrong() {
    let runs = runs();
    let halves = [(0..runs / 2), (runs / 2..runs)];
    let total = std::thread::scope(|scope| {
        let threads = halves.map(|seeds| {
            scope.spawn(move || {
                let mut total = Survived::default();
                for seed in seeds {
                    let made = generator::playbook(seed);
                    let lab = Lab::new(&made.text, made.script);
                    match lab.run(seed, 10, &Rig::default()) {
                        Ok(survived) => total.add(survived),
                        Err(broken) => panic!("seed {seed}: {broken:?}\n{}", lab.text),
                    }
                }
                total
            })
        });
        let mut total = Survived::default();
        for thread in threads {
            total.add(thread.join().unwrap());
        }
        total
    });
    println!("{runs} runs: {total:?}");
    for count in [
        total.crashes,
        total.doubts,
        total.rebuffs,
        total.repeats,
        total.nonsense,
        total.jumps,
        total.scripts,
        total.edits,
        total.restores,
        total.arrivals,
    ] {
        assert!(count > runs / 4, "{total:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_life() {
    let made = generator::playbook(5);
    let lab = Lab::new(&made.text, made.script);
    let story = |seed| {
        let from = story::at("2026-10-28 00:00");
        let to = from.plus(Duration::DAY.times(4));
        let options = Options { from, to, members: 8, seed, world: Arc::new(World::default()) };
        let mut lines = Vec::new();
        let mut told = |step: u64, at: Timestamp, what: &dyn Fn() -> String| {
            lines.push(format!("{step} {at:?} {}", what()));
        };
        fault::torment(&lab.playbook, &lab.material, &options, None, &Rig::default(), &mut told).unwrap();
        lines
    };
    assert_eq!(story(1), story(1));
    assert_ne!(story(1), story(2));
}

const BUSY: &str = "\
name: busy
timezone: UTC
channels: { group: { type: console } }
plays:
  hourly:
    every: 1h
    max_late: 30m
    steps: [post: 好, post: 第二, { run: s.rhai, max_late: 2d }]
  greet:
    on: member.joined
    steps: [post: 欢迎, { post: 快, expires: 10m }]
";
const TWO: &str = "fn main() { post(\"a\"); post(\"b\"); state.set(\"k\", 1); }\n";

type Mutant<'m> = Box<dyn Fn(&State, &Playbooks, &Input, Timestamp) -> Step + 'm>;

fn engine_but(change: impl Fn(&Input, &mut Vec<Entry>) + 'static) -> Rig<'static> {
    let step: Mutant<'static> = Box::new(move |state, playbooks, input, now| {
        let mut step = engine::step(state, playbooks, input, now);
        change(input, &mut step.entries);
        follow(state, step)
    });
    Rig { step, ..Rig::default() }
}

/// A step of a broken engine, with the state that its entries add up to.
fn follow(state: &State, mut step: Step) -> Step {
    step.next = state.clone();
    for entry in &step.entries {
        // What is illegal is noticed where it is committed.
        let _ = engine::apply(&mut step.next, entry);
    }
    step
}

fn courier_but(change: impl Fn(&mut Vec<CourierEvent>) + 'static) -> Rig<'static> {
    Rig { carry: Box::new(change), ..Rig::default() }
}

fn busy() -> Lab {
    Lab::new(BUSY, TWO)
}

#[test]
fn a_sound_engine_is_not_accused() {
    for seed in 1..=8 {
        busy().run(seed, 6, &Rig::default()).unwrap();
    }
}

#[test]
fn g1_an_occurrence_without_a_record_is_noticed() {
    let rig = engine_but(|_, entries| {
        entries.retain(|entry| !matches!(entry.fact, Fact::Skipped { .. }));
    });
    assert!(busy().caught(&rig).ends_with("left a record (G1)"));
}

#[test]
fn g1_an_engine_that_forgets_what_it_heard_is_noticed() {
    let forgets: Mutant<'_> = Box::new(|state, playbooks, input, now| {
        let forgetful = State { recent: Recent::default(), ..state.clone() };
        follow(state, engine::step(&forgetful, playbooks, input, now))
    });
    let what = busy().caught(&Rig { step: forgets, ..Rig::default() });
    assert!(what.ends_with("was decided twice (G1)"), "{what}");
}

#[test]
fn g2_a_second_copy_without_doubt_is_noticed() {
    let rig = courier_but(|events| {
        let copies: Vec<CourierEvent> = events
            .iter()
            .filter(|event| matches!(event, CourierEvent::Arrived { in_doubt: false, .. }))
            .cloned()
            .collect();
        events.extend(copies);
    });
    let what = busy().caught(&rig);
    assert!(what.ends_with("and it was not in doubt (G2)"), "{what}");
}

#[test]
fn g2_a_message_that_never_arrives_is_noticed() {
    let rig = courier_but(|events| events.retain(|event| !matches!(event, CourierEvent::Arrived { .. })));
    let what = busy().caught(&rig);
    assert!(what.ends_with("counts as delivered and never arrived (G2)"), "{what}");
}

#[test]
fn g2_a_doubt_where_none_is_is_noticed() {
    let rig = courier_but(|events| events.retain(|event| !matches!(event, CourierEvent::Doubted { .. })));
    let what = busy().caught(&rig);
    assert!(what.contains("(G2)"), "{what}");
}

#[test]
fn g3_half_of_a_script_is_noticed() {
    let rig = engine_but(|input, entries| {
        if let InputKind::ScriptReturned { effect, .. } = &input.kind {
            let step = effect.as_str().rsplit_once('/').unwrap().0.to_owned();
            let own = |entry: &Entry| matches!(&entry.fact, Fact::Posted(out) if out.effect.as_str().starts_with(&step));
            if let Some(index) = entries.iter().rposition(own) {
                entries.remove(index);
            }
        }
    });
    let what = busy().caught(&rig);
    assert!(what.ends_with("were decided with its return (G3)"), "{what}");
}

#[test]
fn g4_a_message_that_overtakes_is_noticed() {
    // What arrives is kept back until something else has arrived.
    let kept: RefCell<Option<CourierEvent>> = RefCell::new(None);
    let rig = courier_but(move |events| {
        let at =
            events.iter().position(|event| matches!(event, CourierEvent::Arrived { in_doubt: false, .. }));
        let Some(at) = at else { return };
        let mut kept = kept.borrow_mut();
        match kept.take() {
            None => *kept = Some(events.remove(at)),
            Some(old) => events.insert(at + 1, old),
        }
    });
    let what = busy().caught(&rig);
    assert!(what.contains("(G4)") || what.contains("never arrived (G2)"), "{what}");
}

#[test]
fn g5_a_message_that_comes_too_late_is_noticed() {
    let rig = engine_but(|_, entries| {
        for entry in entries {
            if let Fact::Posted(out) = &mut entry.fact
                && out.expires.is_some()
            {
                out.expires = Some(entry.at.plus(-Duration::MINUTE));
            }
        }
    });
    let what = busy().caught(&rig);
    assert!(what.contains("(G5)"), "{what}");
    let late = engine_but(|_, entries| {
        for entry in entries {
            if let Fact::Posted(out) = &mut entry.fact {
                out.due = out.due.plus(-Duration::DAY.times(3));
            }
        }
    });
    let what = busy().caught(&late);
    assert!(what.contains("late") && what.ends_with("(G5)"), "{what}");
}

#[test]
fn g6_an_engine_that_is_not_the_same_twice_is_noticed() {
    let calls = Cell::new(0);
    let rig = engine_but(move |_, entries| {
        calls.set(calls.get() + 1);
        for entry in entries {
            if let Fact::Posted(out) = &mut entry.fact {
                out.message.text = format!("{}", calls.get());
            }
        }
    });
    let what = busy().caught(&rig);
    assert!(what.ends_with("(G6)"), "{what}");
}

#[test]
fn g7_an_input_that_gets_lost_is_noticed() {
    let rig = engine_but(|input, entries| {
        if matches!(input.kind, InputKind::Signal(_)) {
            for entry in entries.iter_mut() {
                entry.input = None;
            }
        }
    });
    let what = busy().caught(&rig);
    assert!(what.ends_with("was heard (G7)"), "{what}");
    let poisoned = engine_but(|input, entries| {
        if input.id.as_str().starts_with("nonsense")
            && let Some(first) = entries.first_mut()
        {
            first.fact = Fact::Poisoned(Poison { reason: "?".into(), timer: None, condition: false });
            entries.truncate(1);
        }
    });
    let what = busy().caught(&poisoned);
    assert!(what.contains("could not be digested"), "{what}");
}

#[test]
fn recovery_that_differs_is_noticed() {
    // An entry that is stored in another form than it was decided in: its instant has no milliseconds left.
    let rig = engine_but(|_, entries| {
        for entry in entries {
            if let Fact::StepDone { binding, .. } = &mut entry.fact {
                *binding = Some((Arc::from("x"), playbook::base::value::Value::Float(f64::NAN)));
            }
        }
    });
    let what = busy().caught(&rig);
    assert!(what.contains("(G2)"), "{what}");
}
