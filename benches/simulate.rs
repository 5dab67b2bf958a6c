//! A year of the yardstick, simulated with its scripts and a synthetic group.

use crate::measure::{line, time};
use playbook::{
    base::{
        source::MemoryFolder,
        time::{Duration, Timestamp},
    },
    lang,
    sim::{self, Material, Options, world::World},
};
use std::{path::Path, sync::Arc};

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
            let _ = sim::simulate(&playbook, &material, &options, |_| {
                entries += 1;
                Ok::<(), std::convert::Infallible>(())
            });
        });
        line(&format!("{days} days"), format!("{:>8.1} ms   ({entries} entries)", took.as_secs_f64() * 1e3));
    }
}
