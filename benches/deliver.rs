//! Posts delivered end to end by the real program, durable before the attempt and settled after it, beside the two
//! bare measures that bound it; and ten thousand groups that are all due in the same second.

use crate::{
    engine_process::{Engine, Town},
    measure::{line, rate, time},
    receiver::Receiver,
    store,
};
use playbook::{
    base::time::Timestamp,
    shell::delivery::{adapter::Request, client::Client, target::Way},
};
use std::{sync::Arc, time::Duration};

pub(crate) fn run() {
    let client = client_alone(40_000);
    line("HTTP client alone, 64 in flight", rate(40_000, client));
    let (commits, n) = store::transitions(60_000, 1024);
    line(
        &format!("the same rows committed alone, {:.0} in a commit", 60_000.0 / n as f64),
        rate(60_000, commits),
    );
    let per_client = client.as_secs_f64() / 40_000.0;
    let per_commit = commits.as_secs_f64() / 60_000.0;
    let allowed = 1.0 / (per_client + 2.0 * per_commit);
    line("what the two allow together: 1 / (1/client + 2/commits)", format!("{allowed:>14.0} /s"));

    let sustained = end_to_end(2_000, 20);
    line("posts end to end, 2,000 groups of 20 posts", rate(40_000, sustained.spread));
    let share = 40_000.0 / sustained.spread.as_secs_f64() / allowed;
    line("share of what the two allow", format!("{share:>14.2}"));
    let burst = end_to_end(10_000, 1);
    line("10,000 groups due in one second: first post after", format!("{:>11.0} ms", burst.first));
    line("10,000 groups due in one second: last post after", format!("{:>11.0} ms", burst.last));
}

fn client_alone(n: usize) -> Duration {
    let receiver = Receiver::start();
    let url = receiver.url();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let client = Arc::new(Client::new());
    let body = r#"{"type":"message","id":"msg_0","group":"g","channel":"group","text":"The weekly game starts in ten minutes."}"#;
    let (took, ()) = time(|| {
        runtime.block_on(async {
            let mut workers = Vec::new();
            for _ in 0..64 {
                let (client, url) = (client.clone(), url.clone());
                workers.push(tokio::spawn(async move {
                    for _ in 0..n / 64 {
                        let request = Request::post_json(&url, body.to_owned());
                        let now = || Timestamp::from_millis(0);
                        client
                            .send(&request, Duration::from_secs(10), &Way::default(), now)
                            .await
                            .expect("an answer");
                    }
                }));
            }
            for worker in workers {
                worker.await.expect("a worker ends");
            }
        });
    });
    took
}

pub(crate) struct Delivered {
    /// From the first arrival to the last.
    spread: Duration,
    /// Milliseconds from the due instant to the first arrival.
    pub(crate) first: f64,
    /// Milliseconds from the due instant to the last arrival.
    pub(crate) last: f64,
}

/// All groups are due at one instant; each posts so many messages.
pub(crate) fn end_to_end(groups: usize, posts: usize) -> Delivered {
    let receiver = Receiver::start();
    let town = Town::new();
    let due = Town::due_in(Duration::from_secs(6 + groups as u64 / 1_500));
    let steps = "      - post: The weekly game starts in ten minutes. Bring a riddle.\n".repeat(posts);
    town.write_groups(groups);
    town.write(
        "town.yaml",
        &format!(
            "name: town\ntimezone: UTC\nchannels: {{ group: {{ type: webhook, url: \"{}\" }} }}\ngroups: groups.csv\nplays:\n  evening:\n    dates: [{{ id: x, at: \"{}\" }}]\n    steps:\n{steps}",
            receiver.url(),
            due.text
        ),
    );
    let engine = Engine::start(&town);
    let arrivals = receiver.wait(groups * posts);
    engine.stop();
    let first = *arrivals.first().expect("posts came");
    let last = *arrivals.last().expect("posts came");
    let after = |at: std::time::Instant| at.saturating_duration_since(due.at).as_secs_f64() * 1e3;
    Delivered { spread: last - first, first: after(first), last: after(last) }
}
