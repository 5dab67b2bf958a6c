//! What ears take in: a million messages of a thousand groups as fast as the engine takes them; ten thousand a second
//! beside posts that are due; a thousand a second of one group with 100,000 members.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock and waits")]

use crate::{
    engine_process::{Due, Engine, Town},
    measure::{line, rate},
    receiver::Receiver,
};
use futures_util::SinkExt as _;
use playbook::{
    base::{time::Timestamp, value::Value},
    engine::{
        self,
        chatter::Chatter,
        input::{Input, InputKind, Signal},
    },
};
use std::{
    fmt::Write as _,
    sync::mpsc,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;
use tokio_tungstenite::{accept_async, tungstenite::Message};

/// A thousand groups, a million messages.
const MANY: Crowd = Crowd { groups: 1_000, members: 50, messages: 1_000_000, per_second: None };
/// As many a second, for a minute.
const PACED: Crowd = Crowd { messages: 600_000, per_second: Some(10_000), ..MANY };
/// One group in which a thousand messages a second are written, for ten minutes.
const ONE: Crowd = Crowd { groups: 1, members: 100_000, messages: 600_000, per_second: Some(1_000) };

/// Who writes how much, and how fast.
#[derive(Clone, Copy)]
struct Crowd {
    groups: usize,
    members: usize,
    messages: usize,
    per_second: Option<usize>,
}

impl Crowd {
    /// The n-th message, as OneBot tells it.
    fn message(self, n: usize, begun: i64) -> String {
        let (group, round) = (n % self.groups, n / self.groups);
        // Neighbours are no neighbours in the table of members.
        let user = group * self.members + round * 7_919 % self.members;
        let time = begun + self.per_second.map_or(round / 10, |per_second| n / per_second) as i64;
        let end = if n.is_multiple_of(20) { "?" } else { "" };
        format!(
            "{{\"time\":{time},\"self_id\":1,\"post_type\":\"message\",\"message_type\":\"group\",\"sub_type\":\"normal\",\
             \"message_id\":{n},\"group_id\":{},\"user_id\":{user},\"message\":[{{\"type\":\"text\",\"data\":\
             {{\"text\":\"message {n}{end}\"}}}}],\"sender\":{{\"user_id\":{user},\"nickname\":\"m{user}\",\
             \"card\":\"\",\"role\":\"member\"}}}}",
            100_000 + group
        )
    }
}

/// As many as there are, as fast as the engine takes them.
pub(crate) fn fast() {
    let scene = Scene::start(MANY);
    let took = scene.until_all_is_told(Duration::from_mins(30));
    line("messages heard and recorded, 1,000 groups", rate(MANY.messages, took));
    line("resident memory then", format!("{:>11.1} MiB", scene.engine.resident()));
    scene.say_lags();
    scene.stop();
}

/// Ten thousand a second, and a post every second that is not to be late.
pub(crate) fn paced() {
    let scene = Scene::start(PACED);
    let took = scene.until_all_is_told(Duration::from_mins(10));
    line("messages at 10,000 a second, 1,000 groups", rate(PACED.messages, took));
    scene.say_lags();
    scene.stop();
}

/// One group of 100,000: memory minute by minute, posts that are due meanwhile, and the largest decision.
pub(crate) fn crowd() {
    largest_decision();
    let scene = Scene::start(ONE);
    let minutes = ONE.messages / ONE.per_second.unwrap_or(1) / 60;
    for minute in 1..=minutes {
        std::thread::sleep(Duration::from_mins(1));
        let resident = scene.engine.resident();
        line(&format!("resident memory after minute {minute}"), format!("{resident:>11.1} MiB"));
    }
    let took = scene.until_all_is_told(Duration::from_mins(10));
    line("messages at 1,000 a second, one group of 100,000", rate(ONE.messages, took));
    scene.say_lags();
    scene.stop();
}

/// The longest of the decisions of a group with 100,000 members, which hear a message each or a quarter of a second.
fn largest_decision() {
    let text = "name: p\ntimezone: UTC\nplays:\n  hello:\n    on: hello\n    steps:\n      - post: hello\n";
    let playbook = crate::measure::playbook(text);
    let begun: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    let (mut state, playbooks) = crate::measure::adopted(&playbook, begun);
    let said = |name: &str, n: usize, at: Timestamp| Signal {
        name: name.into(),
        id: format!("s{name}{n}").into(),
        at,
        sent: None,
        member: Some(format!("onebot:{}", n * 7_919 % ONE.members).as_str().into()),
        data: Value::Null,
    };
    let mut longest = [Duration::ZERO; 3];
    for n in 0..ONE.members + 40_000 {
        let at = begun.plus(playbook::base::time::Duration::from_millis(n as i64));
        let (place, kind) = match n {
            n if n < ONE.members => (0, InputKind::Signal(said("member.joined", n, at))),
            n if n % 2 == 0 => (1, InputKind::Signal(said("message", n, at))),
            n => {
                let mut chatter = Chatter::default();
                (0..250).for_each(|m| chatter.hear(&said("message", n * 250 + m, at)));
                (2, InputKind::Heard(chatter))
            }
        };
        let input = Input { id: format!("i{n}").into(), kind };
        let start = Instant::now();
        state = engine::step(&state, &playbooks, &input, at).next;
        // The first ones find memory cold.
        if n > 100 {
            longest[place] = longest[place].max(start.elapsed());
        }
    }
    for (what, longest) in ["a join", "a message", "250 messages at once"].iter().zip(longest) {
        let longest = longest.as_secs_f64() * 1e3;
        line(&format!("longest decision of 100,000 members, {what}"), format!("{longest:>11.2} ms"));
    }
}

/// An engine that hears a crowd and posts once a second beside it.
struct Scene {
    crowd: Crowd,
    town: Town,
    engine: Engine,
    posts: Receiver,
    last: Receiver,
    first: Due,
    begun: Instant,
}

impl Scene {
    fn start(crowd: Crowd) -> Self {
        let (posts, last) = (Receiver::start(), Receiver::start());
        let (port, connected) = teller(crowd);
        let town = Town::new();
        let mut groups = String::from("id,channels.group.group\n");
        for g in 0..crowd.groups {
            let _ = writeln!(groups, "g{g:05},{}", 100_000 + g);
        }
        town.write("groups.csv", &groups);
        town.write(
            "town.yaml",
            &format!(
                "name: town\ntimezone: UTC\nchannels:\n  group: {{ type: onebot, url: \"ws://127.0.0.1:{port}\", group: \"1\" }}\n  \
                 out: {{ type: webhook, url: \"{}\" }}\ngroups: groups.csv\nplays:\n  end:\n    on: member.joined\n    \
                 steps:\n      - {{ post: all is told, to: out }}\n",
                last.url()
            ),
        );
        let first = Town::due_in(Duration::from_secs(10));
        let begin: jiff::Timestamp = first.text.parse().expect("an instant");
        // Posts are due as long as messages may come, one a second.
        let seconds = crowd.per_second.map_or(1_800, |per_second| crowd.messages / per_second + 60);
        let mut dates = String::from("id,at\n");
        for n in 0..seconds {
            let _ = writeln!(dates, "d{n},{}", begin + Duration::from_secs(n as u64));
        }
        town.write("dates.csv", &dates);
        town.write(
            "desk.yaml",
            &format!(
                "name: desk\ntimezone: UTC\nchannels: {{ group: {{ type: webhook, url: \"{}\", rate: 1000 per 1s }} }}\n\
                 plays:\n  tick:\n    dates: {{ file: dates.csv, at: \"${{row.at}}\" }}\n    steps:\n      - post: It is time.\n",
                posts.url()
            ),
        );
        let engine = Engine::start_with(&town, &["desk.yaml"]);
        let begun = connected.recv().expect("the engine connects");
        Self { crowd, town, engine, posts, last, first, begun }
    }

    /// Waits until the last of it is recorded; gives how long all of it took.
    fn until_all_is_told(&self, most: Duration) -> Duration {
        let arrived = self.last.wait_for(1, most);
        arrived.first().expect("all is told").saturating_duration_since(self.begun)
    }

    fn say_lags(&self) {
        let arrived = self.posts.wait_for(1, Duration::from_mins(1));
        let due = |n: usize| self.first.at + Duration::from_secs(n as u64);
        let late = arrived.iter().enumerate().map(|(n, at)| at.saturating_duration_since(due(n)));
        let mut late: Vec<f64> = late.map(|late| late.as_secs_f64() * 1e3).collect();
        late.sort_by(f64::total_cmp);
        let part =
            |percent: usize| late.get(late.len().saturating_sub(1) * percent / 100).copied().unwrap_or(0.0);
        line("posts that were due meanwhile", format!("{:>11}", late.len()));
        line("lag of a due post, half of them", format!("{:>11.1} ms", part(50)));
        line("lag of a due post, 99 of 100", format!("{:>11.1} ms", part(99)));
        line("lag of a due post, the latest", format!("{:>11.1} ms", part(100)));
    }

    /// Ends it, and says how large what it keeps is.
    fn stop(self) {
        let state = self.town.state();
        self.engine.stop();
        let files = std::fs::read_dir(state).expect("the state");
        let sizes = files.filter_map(|file| Some(file.ok()?.metadata().ok()?.len()));
        let bytes = sizes.sum::<u64>() as f64;
        line("the state of it all", format!("{:>11.1} MiB", bytes / 1024.0 / 1024.0));
        line("of it for a message", format!("{:>11.1} B", bytes / self.crowd.messages as f64));
    }
}

/// Tells whoever connects all messages, and then that somebody has joined. Gives its port, and when it began.
fn teller(crowd: Crowd) -> (u16, mpsc::Receiver<Instant>) {
    let ((tell, port), (begin, begun)) = (mpsc::channel(), mpsc::channel());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let _ = tell.send(listener.local_addr().expect("an address").port());
            let (stream, _) = listener.accept().await.expect("the engine connects");
            let mut socket = accept_async(stream).await.expect("a WebSocket");
            let start = Instant::now();
            let _ = begin.send(start);
            let time = jiff::Timestamp::now().as_second();
            for n in 0..crowd.messages {
                if let Some(per_second) = crowd.per_second
                    && n.is_multiple_of((per_second / 100).max(1))
                {
                    socket.flush().await.expect("the engine listens");
                    let due = start + Duration::from_secs_f64(n as f64 / per_second as f64);
                    tokio::time::sleep(due.saturating_duration_since(Instant::now())).await;
                }
                socket.feed(Message::text(crowd.message(n, time))).await.expect("the engine listens");
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
