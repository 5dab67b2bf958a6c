//! One engine with 1, 10, 1,000 and 10,000 groups of ten plays each: start-up, memory, and how soon a signal is
//! answered.

use crate::{
    engine_process::{Engine, Town},
    measure::line,
    receiver::Receiver,
};
use std::time::{Duration, Instant};

pub(crate) fn run() {
    for groups in [1, 10, 1_000, 10_000] {
        let receiver = Receiver::start();
        let town = Town::new();
        let weekly =
            |n| format!("  weekly-{n}: {{ every: friday at 20:{n:02}, steps: [post: The game.] }}\n");
        let weekly = (1..=8).map(weekly).collect::<Vec<_>>().concat();
        town.write_groups(groups);
        town.write(
            "town.yaml",
            &format!(
                "name: town\ntimezone: UTC\nchannels: {{ group: {{ type: webhook, url: \"{}\" }} }}\ngroups: groups.csv\nplays:\n  answer: {{ on: hello, steps: [post: Good evening.] }}\n  morning: {{ every: day at 03:00, steps: [post: Good morning.] }}\n{weekly}",
                receiver.url(),
            ),
        );
        let engine = Engine::start(&town);
        let ready = engine.ready.as_secs_f64() * 1e3;
        std::thread::sleep(Duration::from_secs(2));
        let idle = engine.resident();
        let mut lags: Vec<f64> = (1..=20)
            .map(|n| {
                let begun = Instant::now();
                engine.signal("hello");
                receiver.wait(n)[n - 1].saturating_duration_since(begun).as_secs_f64() * 1e3
            })
            .collect();
        lags.sort_by(f64::total_cmp);
        let lag = lags[lags.len() / 2];
        engine.stop();
        line(
            &format!("{groups} groups"),
            format!(
                "armed after {ready:>6.0} ms   resident {idle:>6.1} MiB   `playbook signal` to its post: {lag:>5.1} ms"
            ),
        );
    }
}
