//! A million messages of a thousand groups that are asked for and confirmed, as Telegram tells them, and an engine that
//! is killed in the middle: what was confirmed is recorded, and nothing counts twice.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock and waits")]

use crate::{
    engine_process::{Engine, Town},
    measure::{line, rate},
};
use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const GROUPS: usize = 1_000;
const MEMBERS: usize = 50;
const MESSAGES: usize = 1_000_000;
/// Updates of one answer, as Telegram gives them.
const TOGETHER: usize = 100;

pub(crate) fn run() {
    let confirmed = Arc::new(AtomicUsize::new(0));
    let port = bot(confirmed.clone());
    let town = Town::new();
    let mut groups = String::from("id,channels.group.chat\n");
    for g in 0..GROUPS {
        let _ = writeln!(groups, "g{g:05},-{}", 1_000 + g);
    }
    town.write("groups.csv", &groups);
    town.write(
        "town.yaml",
        &format!(
            "name: town\ntimezone: UTC\nchannels:\n  group: {{ type: telegram, token: \"1:t\", chat: \"-1\", base_url: \"http://127.0.0.1:{port}\" }}\n\
             groups: groups.csv\nplays:\n  hello:\n    on: hello\n    steps:\n      - post: hello\n"
        ),
    );
    let begun = Instant::now();
    let mut kills = 0;
    for part in 1..=4 {
        let engine = Engine::start(&town);
        wait_for(&confirmed, MESSAGES * part / 4);
        if part < 4 {
            kills += 1;
            engine.kill();
        } else {
            engine.stop();
        }
    }
    line(&format!("messages confirmed and recorded, {kills} kills"), rate(MESSAGES, begun.elapsed()));
    let counted = town.messages();
    line("counted in the journal", format!("{counted:>11}"));
    line("lost", format!("{:>11}", MESSAGES.saturating_sub(counted)));
    line("counted twice", format!("{:>11}", counted.saturating_sub(MESSAGES)));
}

fn wait_for(confirmed: &AtomicUsize, n: usize) {
    let begun = Instant::now();
    while confirmed.load(Ordering::Acquire) < n {
        assert!(begun.elapsed() < Duration::from_mins(30), "{n} messages are not confirmed");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A bot of which all messages wait already. Counts those that were confirmed.
fn bot(confirmed: Arc<AtomicUsize>) -> u16 {
    let (tell, port) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let _ = tell.send(listener.local_addr().expect("an address").port());
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, confirmed.clone()));
            }
        });
    });
    port.recv().expect("the bot listens")
}

async fn serve(mut stream: TcpStream, confirmed: Arc<AtomicUsize>) {
    let mut buffer = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&buffer).into_owned();
        let Some((head, body)) =
            text.split_once("\r\n\r\n").filter(|(head, body)| body.len() >= length(head))
        else {
            if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                return;
            }
            continue;
        };
        buffer.clear();
        let answer = if head.contains("/getMe ") {
            "{\"id\":1,\"is_bot\":true,\"username\":\"b\",\"can_read_all_group_messages\":true}".to_owned()
        } else {
            let offset = body.split("\"offset\":").nth(1).map_or("", |rest| rest);
            let offset: usize =
                offset.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(1);
            confirmed.fetch_max(offset - 1, Ordering::Release);
            if offset > MESSAGES {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            let updates: Vec<String> = (offset..=MESSAGES).take(TOGETHER).map(update).collect();
            format!("[{}]", updates.join(","))
        };
        let body = format!("{{\"ok\":true,\"result\":{answer}}}");
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}", body.len());
        if stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.is_err() {
            return;
        }
    }
}

fn length(head: &str) -> usize {
    let head = head.to_lowercase();
    head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok()).unwrap_or(0)
}

/// The n-th update, from 1: somebody writes.
fn update(n: usize) -> String {
    let (group, round) = (n % GROUPS, n / GROUPS);
    let user = group * MEMBERS + round % MEMBERS + 1;
    let time = jiff::Timestamp::now().as_second();
    format!(
        "{{\"update_id\":{n},\"message\":{{\"message_id\":{n},\"date\":{time},\"chat\":{{\"id\":-{},\"type\":\"supergroup\"}},\
         \"from\":{{\"id\":{user},\"is_bot\":false,\"first_name\":\"m{user}\"}},\"text\":\"message {n}\"}}}}",
        1_000 + group
    )
}
