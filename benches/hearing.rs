//! A million messages of a thousand groups, told over one WebSocket as fast as the engine takes them, while posts are
//! due every second: how fast, at what size, and how late.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use crate::{
    engine_process::{Engine, Town},
    measure::{line, rate},
    receiver::Receiver,
};
use futures_util::SinkExt as _;
use std::{
    fmt::Write as _,
    sync::mpsc,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;
use tokio_tungstenite::{accept_async, tungstenite::Message};

const GROUPS: usize = 1_000;
const MEMBERS: usize = 50;
const MESSAGES: usize = 1_000_000;
/// Posts are due so long, one a second.
const POSTS: usize = 600;

pub(crate) fn run() {
    let (posts, last) = (Receiver::start(), Receiver::start());
    let (port, connected) = teller();
    let town = Town::new();
    let mut groups = String::from("id,channels.group.group\n");
    for g in 0..GROUPS {
        let _ = writeln!(groups, "g{g:05},{}", 100_000 + g);
    }
    town.write("groups.csv", &groups);
    town.write(
        "town.yaml",
        &format!(
            "name: town\ntimezone: UTC\nchannels:\n  group: {{ type: onebot, url: \"ws://127.0.0.1:{port}\" }}\n  \
             out: {{ type: webhook, url: \"{}\" }}\ngroups: groups.csv\nplays:\n  end:\n    on: member.joined\n    \
             steps:\n      - {{ post: all is told, to: out }}\n",
            last.url()
        ),
    );
    let first = Town::due_in(Duration::from_secs(10));
    let begin: jiff::Timestamp = first.text.parse().expect("an instant");
    let mut dates = String::new();
    for n in 0..POSTS {
        let at = begin + Duration::from_secs(n as u64);
        let _ = write!(dates, "{}{{ id: d{n}, at: \"{at}\" }}", if n == 0 { "" } else { ", " });
    }
    town.write(
        "desk.yaml",
        &format!(
            "name: desk\ntimezone: UTC\nchannels: {{ group: {{ type: webhook, url: \"{}\", rate: 1000 per 1s }} }}\n\
             plays:\n  tick:\n    dates: [{dates}]\n    steps:\n      - post: It is time.\n",
            posts.url()
        ),
    );
    let engine = Engine::start_with(&town, &["desk.yaml"]);
    let begun = connected.recv().expect("the engine connects");
    let arrived = last.wait_for(1, Duration::from_mins(30));
    let took = arrived.first().expect("all is told").saturating_duration_since(begun);
    line("messages heard and recorded, 1,000 groups", rate(MESSAGES, took));
    line("resident memory then", format!("{:>11.1} MiB", engine.resident()));
    let late: Vec<f64> = posts
        .wait_for(1, Duration::from_secs(1))
        .iter()
        .enumerate()
        .map(|(n, at)| {
            at.saturating_duration_since(first.at + Duration::from_secs(n as u64)).as_secs_f64() * 1e3
        })
        .collect();
    let mut sorted = late.clone();
    sorted.sort_by(f64::total_cmp);
    let part =
        |percent: usize| sorted.get(sorted.len().saturating_sub(1) * percent / 100).copied().unwrap_or(0.0);
    line("posts that were due meanwhile", format!("{:>11}", late.len()));
    line("lag of a due post, half of them", format!("{:>11.1} ms", part(50)));
    line("lag of a due post, the latest", format!("{:>11.1} ms", part(100)));
    let state = town.state();
    engine.stop();
    let bytes: u64 = std::fs::read_dir(state)
        .expect("the state")
        .filter_map(|file| file.ok()?.metadata().ok())
        .map(|file| file.len())
        .sum();
    line("the state of it all", format!("{:>11.1} MiB", bytes as f64 / 1024.0 / 1024.0));
}

/// Tells whoever connects a million messages, and then that somebody has joined. Gives its port, and when it began.
fn teller() -> (u16, mpsc::Receiver<Instant>) {
    let ((tell, port), (begin, begun)) = (mpsc::channel(), mpsc::channel());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let _ = tell.send(listener.local_addr().expect("an address").port());
            let (stream, _) = listener.accept().await.expect("the engine connects");
            let mut socket = accept_async(stream).await.expect("a WebSocket");
            let _ = begin.send(Instant::now());
            let time = jiff::Timestamp::now().as_second();
            for n in 0..MESSAGES {
                let (group, round) = (n % GROUPS, n / GROUPS);
                let (user, end) = (group * MEMBERS + round % MEMBERS, if n % 20 == 0 { "?" } else { "" });
                let event = format!(
                    "{{\"time\":{},\"self_id\":1,\"post_type\":\"message\",\"message_type\":\"group\",\"sub_type\":\"normal\",\
                     \"message_id\":{n},\"group_id\":{},\"user_id\":{user},\"message\":[{{\"type\":\"text\",\"data\":\
                     {{\"text\":\"message {n}{end}\"}}}}],\"sender\":{{\"user_id\":{user},\"nickname\":\"m{user}\",\
                     \"card\":\"\",\"role\":\"member\"}}}}",
                    time + (round / 10) as i64,
                    100_000 + group
                );
                socket.feed(Message::text(event)).await.expect("the engine listens");
            }
            let joined = format!(
                "{{\"time\":{time},\"self_id\":1,\"post_type\":\"notice\",\"notice_type\":\"group_increase\",\
                 \"sub_type\":\"approve\",\"group_id\":100000,\"user_id\":999999999}}"
            );
            socket.send(Message::text(joined)).await.expect("the engine listens");
            // Whoever has heard it all hangs up.
            std::future::pending::<()>().await;
        });
    });
    (port.recv().expect("the teller listens"), begun)
}
