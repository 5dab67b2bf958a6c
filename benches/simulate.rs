//! A year of the yardstick, simulated with its scripts and a synthetic group; a thousand groups side by side.

use crate::measure::{line, time};
use playbook::{
    base::{
        source::MemoryFolder,
        time::{Duration, Timestamp},
    },
    lang,
    sim::{
        self, Material, Options,
        part::{self, Part},
        world::World,
    },
};
use std::{convert::Infallible, path::Path, sync::Arc};

pub(crate) fn run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/community");
    let mut folder = MemoryFolder::default();
    for path in [
        "community.yaml",
        "scripts/welcome.rhai",
        "scripts/rules.rhai",
        "scripts/riddle.rhai",
        "calendars/holidays.ics",
        "data/riddles.csv",
    ] {
        let text = std::fs::read_to_string(root.join(path)).expect("an example's file");
        folder.0.insert(path.into(), Arc::from(text));
    }
    let playbook = lang::compile(&folder, "community.yaml").playbook.expect("the yardstick compiles");
    let material = Material::new(&playbook, Arc::new(folder));
    let from = Timestamp::from_millis(1_796_054_400_000);
    for days in [90, 365, 3_650] {
        let options = Options {
            from,
            to: from.plus(Duration::DAY.times(days)),
            members: 20,
            seed: 1,
            world: Arc::new(World::default()),
        };
        let mut entries = 0;
        let (took, ()) = time(|| {
            let count = |_: &sim::Transition<'_>| {
                entries += 1;
                None::<()>
            };
            let _ = sim::simulate(&playbook, &material, &options, count, Ok::<(), Infallible>);
        });
        line(&format!("{days} days"), format!("{:>8.1} ms   ({entries} entries)", took.as_secs_f64() * 1e3));
    }
    for days in [90, 365, 730] {
        many_groups(from, days);
    }
}

/// A thousand rows of `twenty-cities`, on two threads.
fn many_groups(from: Timestamp, days: i64) {
    const GROUPS: usize = 1_000;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/twenty-cities");
    let text = std::fs::read_to_string(root.join("twenty-cities.yaml")).expect("an example's file");
    let mut rows = String::from("id,title,vars.city,vars.district,roles.host\n");
    for n in 0..GROUPS {
        rows.push_str(&format!("city{n},City {n},City {n},East,zhu\n"));
    }
    let mut folder = MemoryFolder::default();
    folder.0.insert("twenty-cities.yaml".into(), Arc::from(text));
    folder.0.insert("data/cities.csv".into(), Arc::from(rows));
    let playbook = lang::compile(&folder, "twenty-cities.yaml").playbook.expect("the example compiles");
    let material = Material::new(&playbook, Arc::new(folder));
    let options = Options {
        from,
        to: from.plus(Duration::DAY.times(days)),
        members: 30,
        seed: 1,
        world: Arc::new(World::default()),
    };
    let live = |groups: std::ops::Range<usize>| {
        let (mut part, mut entries) = (Part::new(&playbook, &material, &options, groups), 0_u64);
        for end in part::stretches(&options, GROUPS) {
            part.live(end, &mut |_| {
                entries += 1;
                None::<()>
            });
        }
        entries
    };
    let (took, entries) = time(|| {
        std::thread::scope(|scope| {
            let half = scope.spawn(|| live(0..GROUPS / 2));
            live(GROUPS / 2..GROUPS) + half.join().expect("no simulation panics")
        })
    });
    line(
        &format!("{GROUPS} groups, {days} days, two threads"),
        format!("{:>8.1} ms   ({entries} entries)   peak {}", took.as_secs_f64() * 1e3, peak()),
    );
}

/// The most memory that the process ever had resident.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".into(), |kib| kib.trim().to_owned())
}
