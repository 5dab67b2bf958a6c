//! The port under bytes of any kind and under bodies that come a byte at a time: nobody is ended, memory has a bound,
//! and what is due goes on.

use crate::{
    hearing::{
        door::{ask, connect},
        hooks::{club, heard},
    },
    help::playground::eventually,
};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.below(256) as u8).collect()
    }
}

/// How much memory a process has, in kilobytes.
fn resident_kb(id: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

const PATHS: [&str; 14] = [
    "/signals",
    "/hooks/club/slack",
    "/hooks/club/wecom",
    "/hooks/club/feishu",
    "/hooks/club/town",
    "/v1/commands",
    "/v1/log",
    "/v1/log/stream",
    "/metrics",
    "/press",
    "/",
    "/enter/x",
    "/%ff%00",
    "/healthz?x",
];

/// A request of any kind: whole, torn, or with a length that it does not have.
fn request(dice: &mut Dice) -> Vec<u8> {
    let path = PATHS[dice.below(PATHS.len())];
    let method = ["GET", "POST", "PUT", "P\u{f6}ST"][dice.below(4)];
    let body = match dice.below(3) {
        0 => dice.bytes(4_096),
        1 => "[".repeat(dice.below(2_000)).into_bytes(),
        _ => b"{\"encrypt\":\"AAAA\",\"token\":\"tok-1\",\"ask\":{\"command\":{}}}".to_vec(),
    };
    let length = if dice.below(4) == 0 { dice.below(1 << 30) } else { body.len() };
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n").into_bytes();
    if dice.below(3) == 0 {
        request.extend_from_slice(b"x-odd: ");
        request.extend(dice.bytes(300));
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    request.extend(body);
    if dice.below(4) == 0 {
        request.truncate(dice.below(request.len().max(1)));
    }
    request
}

/// Sends bytes of any kind until it is over; gives how many requests that were.
fn fuzz(port: u16, seed: u64, over: &AtomicBool) -> usize {
    let (mut dice, mut open, mut sent) = (Dice(seed), Vec::new(), 0);
    while !over.load(Ordering::Relaxed) {
        let mut stream = connect(port);
        // It may have been answered, or turned away, before all of it was said.
        let _ = stream.write_all(&request(&mut dice));
        match dice.below(3) {
            // Left open with half a request.
            0 if open.len() < 20 => open.push(stream),
            1 => drop(stream),
            _ => {
                stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
                let _ = stream.read(&mut [0; 512]);
            }
        }
        sent += 1;
    }
    sent
}

/// Bodies of which a byte comes now and then; whoever is let go begins anew.
fn drip(port: u16, over: &AtomicBool) {
    let begin = || {
        let mut stream = connect(port);
        let head = "POST /hooks/club/town HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n";
        let _ = stream.write_all(head.as_bytes());
        stream
    };
    let mut all: Vec<TcpStream> = (0..20).map(|_| begin()).collect();
    while !over.load(Ordering::Relaxed) {
        for stream in &mut all {
            if stream.write_all(b" ").is_err() {
                *stream = begin();
            }
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// `PLAYBOOK_DOOR_SECONDS=N` makes it N seconds.
#[test]
fn bytes_of_any_kind_and_slow_bodies_end_nobody_and_hold_up_nothing() {
    let seconds = std::env::var("PLAYBOOK_DOOR_SECONDS").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let (play, engine, port) = club();
    ask(port, "GET /healthz", &[], b"").is(200);
    let before = resident_kb(engine.id());
    let (over, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    let begun = Instant::now();
    let (mut asked, mut most, mut behind) = (0, 0, 0.0_f64);
    std::thread::scope(|scope| {
        for seed in [0x9e37_79b9_7f4a_7c15, 0x2545_f491_4f6c_dd1d, 0xd6e8_feb8_6659_fd93] {
            let (over, sent) = (&over, &sent);
            scope.spawn(move || sent.fetch_add(fuzz(port, seed, over), Ordering::Relaxed));
        }
        scope.spawn(|| drip(port, &over));
        // Ends the others also where something is wrong here.
        let _end = Ends(&over);
        while begun.elapsed() < Duration::from_secs(seconds) {
            // What is due and what is asked goes on meanwhile.
            let member = format!("w{asked}");
            let _ = play.run(&["signal", "member.joined", "--member", &member, "--group", "xian"]).exits(0);
            engine.line(&format!("welcome {member}"));
            asked += 1;
            most = most.max(resident_kb(engine.id()));
            let said = ask(port, "GET /metrics", &[], b"");
            if said.status == 200 {
                let late = said.body.lines().find_map(|line| line.strip_prefix("playbook_behind_seconds "));
                behind = behind.max(late.unwrap().parse().unwrap());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    assert!(asked > 5 && sent.load(Ordering::Relaxed) > 100, "{asked} joins, {sent:?} requests");
    assert!(behind < 5.0, "what was due waited {behind} s");
    let grown = most.saturating_sub(before);
    assert!(grown < 100 * 1_024, "{grown} kB more than before");
    ask_until_there_is_room(port);
    let output = engine.stop().exits(0);
    assert!(!output.stderr.contains("bug of playbook"), "{}", output.stderr);
    assert!(heard(&play).is_empty(), "nothing of it was signed");
}

/// Says that it is over when it goes.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn ask_until_there_is_room(port: u16) {
    eventually("the door has room again", || ask(port, "GET /readyz", &[], b"").status == 200);
}
