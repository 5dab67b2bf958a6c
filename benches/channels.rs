//! Channels beside one another: what a dead, a hanging and a throttling one cost a fourth, and how fast a hundred
//! channels are under a platform's preset, in real time.

use crate::{
    engine_process::{Engine, Town},
    measure::line,
    receiver::Receiver,
};
use std::{fmt::Write as _, time::Duration};

const GROUPS: usize = 200;
const SECONDS: u64 = 10;

/// Posts of one channel every second, alone and beside three others.
pub(crate) fn beside() {
    let throttling =
        Receiver::answering(b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n");
    let hanging = Receiver::answering(b"");
    let bad = [
        ("dead", "http://127.0.0.1:1/hook".to_owned()),
        ("hanging", hanging.url()),
        ("throttling", throttling.url()),
    ];
    for (name, others) in [("alone", &[][..]), ("beside a dead, a hanging and a throttling one", &bad)] {
        let lags = lags(others);
        let at = |share: f64| lags[((lags.len() - 1) as f64 * share) as usize];
        let numbers = format!("{:>6.0} {:>6.0} {:>6.0} ms", at(0.5), at(0.99), at(1.0));
        line(&format!("lag of a channel, median, 99 %, all: {name}"), numbers);
    }
}

/// Milliseconds from each due instant to the arrival, sorted.
fn lags(others: &[(&str, String)]) -> Vec<f64> {
    let receiver = Receiver::start();
    let town = Town::new();
    town.write_groups(GROUPS);
    let due = Town::due_in(Duration::from_secs(3));
    let mut channels = format!("  group: {{ type: webhook, url: \"{}\" }}\n", receiver.url());
    let mut plays =
        format!("  good:\n    every: 1s\n    from: \"{}\"\n    steps:\n      - post: hi\n", due.text);
    for (name, url) in others {
        let _ = writeln!(channels, "  {name}: {{ type: webhook, url: \"{url}\" }}");
        let _ = write!(
            plays,
            "  {name}:\n    every: 1s\n    from: \"{}\"\n    steps:\n      - post: hi\n        to: {name}\n",
            due.text
        );
    }
    let head = "name: town\ntimezone: UTC\ngroups: groups.csv\n";
    town.write("town.yaml", &format!("{head}channels:\n{channels}plays:\n{plays}"));
    let engine = Engine::start(&town);
    let arrivals = receiver.wait(GROUPS * SECONDS as usize);
    engine.stop();
    // The first second has the start in it.
    let since = arrivals.iter().map(|at| at.saturating_duration_since(due.at).as_secs_f64() * 1e3);
    let mut lags: Vec<f64> = since.filter(|ms| *ms >= 1_000.0).map(|ms| ms % 1_000.0).collect();
    lags.sort_by(f64::total_cmp);
    lags
}

/// Ten thousand posts to a hundred robots of 企业微信, each of which takes twenty a minute.
pub(crate) fn presets() {
    let receiver = Receiver::answering(
        b"HTTP/1.1 200 OK\r\ncontent-length: 27\r\n\r\n{\"errcode\":0,\"errmsg\":\"ok\"}",
    );
    let town = Town::new();
    let due = Town::due_in(Duration::from_secs(4));
    let mut csv = String::from("id,channels.group.url\n");
    for group in 0..100 {
        let _ = writeln!(csv, "g{group:05},{}?key={group}", receiver.url());
    }
    town.write("groups.csv", &csv);
    let mut steps = String::new();
    for number in 0..100 {
        let _ = writeln!(steps, "      - post: number {number}");
    }
    town.write(
        "town.yaml",
        &format!(
            "name: town\ntimezone: UTC\nchannels: {{ group: {{ type: wecom, url: \"{}\" }} }}\ngroups: groups.csv\nplays:\n  evening:\n    dates: [{{ id: x, at: \"{}\" }}]\n    steps:\n{steps}",
            receiver.url(),
            due.text
        ),
    );
    let engine = Engine::start(&town);
    let arrivals = receiver.wait_for(10_000, Duration::from_mins(5));
    engine.stop();
    let last = arrivals.last().expect("posts came").saturating_duration_since(due.at).as_secs_f64();
    line("10,000 posts, 100 robots of 20 a minute: last after", format!("{last:>11.2} s"));
    line("what the preset allows: four more minutes after the first 20", format!("{:>11.2} s", 240.0));
}
