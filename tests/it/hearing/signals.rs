//! `POST /signals` through the real binary: who may report what, what counts once, and what bodies of any shape, size
//! and speed get.

use crate::{
    hearing::door::{Said, answer, ask, connect, engine},
    help::playground::{Playground, Process, eventually},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const SHOP: &str = "\
name: club
timezone: UTC
groups: { xian: {}, bath: {} }
inbound:
  shop: { secret: { env: SHOP_SECRET }, may: [order.paid, member.joined], groups: [xian] }
  crm: { token: { env: CRM_TOKEN }, may: [message, order.paid] }
plays:
  thanks:
    on: order.paid
    steps:
      - post: thanks for ${signal.data.what}, sent ${signal.sent}
";

fn shop() -> Playground {
    Playground::new().file("p.yaml", SHOP).env("SHOP_SECRET", SECRET).env("CRM_TOKEN", "tok-1234567890")
}

fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

/// A signed request, as a sender of Standard Webhooks makes it.
fn signed(port: u16, id: &str, at: i64, secret: &str, body: &[u8]) -> Said {
    let key = playbook::shell::signing::signing_key(secret).unwrap();
    let signature = playbook::shell::signing::sign(&key, id, at, body);
    let at = at.to_string();
    let headers = [
        ("content-type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", &at),
        ("webhook-signature", &signature),
    ];
    ask(port, "POST /signals", &headers, body)
}

const CRM: (&str, &str) = ("authorization", "Bearer tok-1234567890");

fn by_crm(port: u16, body: &str) -> Said {
    ask(port, "POST /signals", &[CRM], body.as_bytes())
}

/// The ids of the signals in the journal, and how often each is in it.
fn journal(play: &Playground) -> BTreeMap<String, usize> {
    let log = play.run(&["log", "p.yaml", "--format", "json"]).exits(0).json_lines();
    let mut ids = BTreeMap::new();
    for line in log.iter().filter(|line| line["entry"] == "signal_received") {
        *ids.entry(line["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    // What the engine says itself is no report.
    ids.retain(|id, _| id.starts_with("in/"));
    ids
}

#[test]
fn a_signed_report_is_a_fact_once_and_every_other_is_refused() {
    let play = shop();
    let (engine, port) = engine(&play);
    let paid =
        json!({ "id": "1", "type": "order.paid", "time": "2020-01-01T00:00:00Z", "data": { "what": "tea" } });
    let body = paid.to_string();
    let said = signed(port, "m1", now_s(), SECRET, body.as_bytes()).is(200).json();
    assert_eq!(said, json!({ "accepted": 1, "repeated": 0, "refused": [] }));
    // What was sent long ago counts as a week ago.
    let line = engine.line("thanks for tea, sent ");
    assert!(!line.contains("2020"), "{line}");
    let again = signed(port, "m2", now_s(), SECRET, body.as_bytes()).is(200).json();
    assert_eq!(again["repeated"], 1, "{again}");
    for (at, secret, code) in [
        (now_s() - 301, SECRET, "stale"),
        (now_s() + 330, SECRET, "stale"),
        (now_s(), "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "unknown_sender"),
        (now_s(), "tok-1234567890", "unknown_sender"),
    ] {
        assert_eq!(signed(port, "m3", at, secret, body.as_bytes()).is(401).json()["code"], code);
    }
    assert_eq!(ask(port, "POST /signals", &[], body.as_bytes()).is(401).json()["code"], "unknown_sender");
    let wrong = ask(port, "POST /signals", &[("authorization", "Bearer tok-123456789")], b"{}").is(401);
    assert!(!wrong.body.contains("tok-"), "{wrong:?}");
    // One without an id of its own has that of its request; a repeat of the request is one of it.
    let lone = br#"{"type":"order.paid","timestamp":"2026-01-01T00:00:00Z","data":{"what":"salt"}}"#;
    assert_eq!(signed(port, "m9", now_s(), SECRET, lone).is(200).json()["accepted"], 1);
    assert_eq!(signed(port, "m9", now_s(), SECRET, lone).is(200).json()["repeated"], 1);
    let _ = engine.stop().exits(0);
    let again = self::engine(&play);
    let said = signed(again.1, "m4", now_s(), SECRET, body.as_bytes()).is(200).json();
    assert_eq!(said["repeated"], 1, "a restart forgets nothing: {said}");
    let _ = again.0.stop().exits(0);
    assert_eq!(journal(&play).get("in/club/shop/1"), Some(&1));
}

#[test]
fn a_sender_reports_only_what_it_may_about_whom_it_may() {
    let play = shop();
    let (engine, port) = engine(&play);
    let shop = |body: Value| signed(port, "m", now_s(), SECRET, body.to_string().as_bytes());
    let all = json!([
        { "id": "1", "type": "order.paid" },
        { "id": "2", "type": "order.refunded" },
        { "id": "3", "type": "order.paid", "group": "bath" },
        { "id": "4", "type": "order.paid", "group": "paris" },
        { "id": "5", "type": "member.joined", "group": "xian", "member": { "id": "7", "name": "Li", "source": "poster" } },
        { "id": "1", "type": "order.paid" },
        { "id": "6", "type": "order.paid", "member": { "id": "8", "name": "Mo" } },
    ]);
    let dry = ask_dry(port, &all).json();
    assert_eq!((&dry["dry"], &dry["accepted"]), (&json!(true), &json!(3)), "{dry}");
    let said = shop(all).is(200).json();
    assert_eq!((&said["accepted"], &said["repeated"]), (&json!(3), &json!(1)), "{said}");
    let refused: Vec<_> =
        said["refused"].as_array().unwrap().iter().map(|one| (&one["index"], &one["code"])).collect();
    let expected =
        [(json!(1), json!("not_allowed")), (json!(2), json!("not_allowed")), (json!(3), json!("group"))];
    assert_eq!(refused, expected.iter().map(|(a, b)| (a, b)).collect::<Vec<_>>());
    let none = shop(json!({ "id": "9", "type": "order.refunded" })).is(422).json();
    assert_eq!((&none["accepted"], &none["refused"][0]["code"]), (&json!(0), &json!("not_allowed")));
    // Two groups: which is meant has to be said.
    assert_eq!(by_crm(port, r#"{"id":"1","type":"message"}"#).is(422).json()["refused"][0]["code"], "group");
    let members = play.run(&["members", "p.yaml", "--format", "json"]).exits(0).json_lines();
    assert_eq!((&members[0]["id"], &members[0]["name"]), (&json!("7"), &json!("Li")));
    assert_eq!(
        (&members[1]["id"], &members[1]["name"]),
        (&json!("8"), &json!("Mo")),
        "an order says whose it is"
    );
    let _ = engine.stop().exits(0);
}

fn ask_dry(port: u16, body: &Value) -> Said {
    let (id, at, body) = ("dry", now_s(), body.to_string());
    let key = playbook::shell::signing::signing_key(SECRET).unwrap();
    let signature = format!("v1,AAAA {}", playbook::shell::signing::sign(&key, id, at, body.as_bytes()));
    let at = at.to_string();
    let headers = [("webhook-id", id), ("webhook-timestamp", &at), ("webhook-signature", &signature)];
    ask(port, "POST /signals?dry", &headers, body.as_bytes()).is(200)
}

#[test]
fn a_post_that_was_seen_in_the_group_is_delivered() {
    let text = "\
name: club
people: { lin: { name: Lin } }
channels: { group: { type: manual, to: lin } }
inbound: { crm: { token: { env: CRM_TOKEN }, may: [order.paid, delivery.confirmed] } }
plays:
  thanks:
    on: order.paid
    steps:
      - post: Thank you
      - signal: after
";
    let play = Playground::new().file("p.yaml", text).env("CRM_TOKEN", "tok-1234567890");
    let (engine, port) = engine(&play);
    let _ = by_crm(port, r#"{"id":"1","type":"order.paid"}"#).is(200);
    let tasks = || play.run(&["tasks", "p.yaml", "--format", "json"]).exits(0).json_lines();
    let effect = tasks()[0]["effect"].as_str().unwrap().to_owned();
    let seen = |id: &str, effect: &str| {
        let body = json!({ "id": id, "type": "delivery.confirmed", "data": { "effect": effect } });
        by_crm(port, &body.to_string()).is(200)
    };
    seen("2", "another/1/post");
    assert_eq!(tasks().len(), 1, "that was another post");
    seen("3", &effect);
    seen("4", &effect);
    assert!(tasks().is_empty());
    let _ = engine.stop().exits(0);
    let log = play.run(&["log", "p.yaml", "--format", "json"]).exits(0).json_lines();
    let delivered =
        log.iter().filter(|line| line["entry"] == "delivered" && line["effect"] == effect.as_str());
    assert_eq!(delivered.count(), 1);
    assert!(log.iter().any(|line| line["name"] == "after"), "the run goes on");
}

#[test]
fn a_body_of_any_shape_gets_a_clear_status() {
    let play = shop();
    let (engine, port) = engine(&play);
    let one = |id: usize| format!(r#"{{"id":"{id}","type":"message","group":"bath","member":"7"}}"#);
    let said = by_crm(port, &format!("{}\nnonsense\n\n{}\n", one(1), one(2))).is(200).json();
    assert_eq!((&said["accepted"], &said["refused"][0]["code"]), (&json!(2), &json!("json")), "{said}");
    assert_eq!(said["refused"][0]["index"], 1);
    for (body, status, code) in [
        (String::new(), 400, "json"),
        ("[]".into(), 400, "empty"),
        ("{\"id\": \"1\",".into(), 400, "json"),
        (format!("{}{}", "[".repeat(40), "]".repeat(40)), 400, "depth"),
        (format!("[{}]", vec!["{}"; 1_001].join(",")), 413, "too_many"),
        (format!("\"{}\"", "x".repeat(1024 * 1024)), 413, "size"),
    ] {
        let said = by_crm(port, &body).is(status).json();
        assert_eq!(said["code"], code, "{said}");
    }
    assert_eq!(by_crm(port, "7").is(422).json()["refused"][0]["code"], "shape");
    for kind in ["text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        ask(port, "POST /signals", &[CRM, ("content-type", kind)], b"{}").is(415);
    }
    ask(port, "POST /signals", &[CRM, ("content-encoding", "gzip")], b"{}").is(415);
    ask(port, "GET /signals", &[CRM], b"").is(405);
    // Without a length, in chunks: as much as there may be and no more.
    let mut stream = connect(port);
    let head = "POST /signals HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer tok-1234567890\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..40 {
        if stream.write_all(chunk.as_bytes()).is_err() {
            break;
        }
    }
    assert_eq!(answer(stream).is(413).json()["code"], "size");
    let _ = engine.stop().exits(0);
    assert_eq!(journal(&play).len(), 2);
}

#[test]
fn slow_bodies_end_and_hold_nobody_up() {
    let play = shop();
    let (engine, port) = engine(&play);
    let head = "POST /signals HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer tok-1234567890\r\ncontent-length: 100\r\n\r\n{";
    let slow: Vec<_> = (0..40)
        .map(|_| {
            let mut stream = connect(port);
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    let body = r#"{"id":"1","type":"message","group":"bath","member":"7"}"#;
    assert_eq!(by_crm(port, body).is(200).json()["accepted"], 1);
    for stream in slow {
        assert_eq!(answer(stream).is(408).json()["code"], "slow");
    }
    let _ = engine.stop().exits(0);
}

#[test]
fn who_reports_too_much_is_told_when_to_come_back_before_the_body_is_read() {
    let play = shop();
    let (engine, port) = engine(&play);
    // What is refused counts, too.
    let all = format!("[{}]", vec!["{}"; 1_000].join(","));
    let head = "POST /signals HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer tok-1234567890\r\ncontent-length: 1000\r\n\r\n";
    // On a slow machine the bucket has a drop again before the next request is there.
    let refused = (0..5).find_map(|_| {
        for _ in 0..20 {
            let said = by_crm(port, &all);
            if said.status == 429 {
                break;
            }
            assert_eq!(said.is(422).json()["refused"].as_array().unwrap().len(), 1_000);
        }
        let mut stream = connect(port);
        stream.write_all(head.as_bytes()).unwrap();
        Some(answer(stream)).filter(|said| said.status == 429)
    });
    let said = refused.expect("it is told before its body is read").is(429);
    let seconds = said.head.split("retry-after: ").nth(1).and_then(|rest| rest.lines().next()).unwrap();
    assert!((1..=10).contains(&seconds.parse::<u64>().unwrap()), "{}", said.head);
    // Another sender is another bucket.
    signed(port, "m", now_s(), SECRET, br#"{"id":"1","type":"order.paid"}"#).is(200);
    let _ = engine.stop().exits(0);
}

#[test]
fn without_inbound_nothing_is_taken_and_a_missing_key_is_named() {
    let play =
        Playground::new().file("p.yaml", "name: p\nplays:\n  x:\n    on: a\n    steps:\n      - post: hi\n");
    let (engine, port) = engine(&play);
    assert_eq!(by_crm(port, r#"{"id":"1","type":"a"}"#).is(403).json()["code"], "no_inbound");
    let _ = engine.stop().exits(0);
    let bare = Playground::new().file("p.yaml", SHOP);
    let refused = bare.run(&["run", "p.yaml"]).exits(3);
    for name in ["SHOP_SECRET", "CRM_TOKEN"] {
        assert!(refused.stderr.contains(name), "{}", refused.stderr);
    }
    let odd =
        shop().without_env("SHOP_SECRET").env("SHOP_SECRET", "whsec_!!").run(&["run", "p.yaml"]).exits(3);
    assert!(odd.stderr.contains("base64") && !odd.stderr.contains("!!"), "{}", odd.stderr);
}

#[test]
fn an_edit_changes_who_may_report_and_a_rotated_key_is_read_again() {
    let yaml = |may: &str| {
        format!(
            "name: p\ninbound:\n  s: {{ token: {{ file: key.txt }}, may: [{may}] }}\nplays:\n  x:\n    on: a\n    steps:\n      - post: hi\n"
        )
    };
    let play = Playground::new().file("p.yaml", &yaml("a")).file("key.txt", "first-key");
    let (engine, port) = engine(&play);
    let by = |key: &str, id: &str, name: &str| {
        let token = format!("Bearer {key}");
        ask(
            port,
            "POST /signals",
            &[("authorization", &token)],
            json!({ "id": id, "type": name }).to_string().as_bytes(),
        )
    };
    by("first-key", "1", "a").is(200);
    by("first-key", "2", "b").is(422);
    play.write_by_rename("p.yaml", &yaml("b"));
    engine.line("edit ");
    eventually("the edit is in force", || by("first-key", "3", "b").status == 200);
    by("first-key", "4", "a").is(422);
    play.write_by_rename("key.txt", "second-key");
    eventually("the new key is", || by("second-key", "5", "b").status == 200);
    by("first-key", "6", "b").is(401);
    let _ = engine.stop().exits(0);
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_counts_once() {
    let play = shop();
    let mut acknowledged: BTreeSet<String> = BTreeSet::new();
    let mut sent = 0;
    for life in 0..4 {
        let (engine, port): (Process, u16) = engine(&play);
        let running = std::thread::scope(|scope| {
            let sender = scope.spawn(|| {
                let mut done = Vec::new();
                for n in 0..60 {
                    let ids: Vec<String> = (0..5).map(|m| format!("{life}-{n}-{m}")).collect();
                    let all: Vec<Value> = ids
                        .iter()
                        .map(|id| json!({ "id": id, "type": "message", "group": "bath", "member": "7" }))
                        .collect();
                    let body = json!(all).to_string();
                    let Ok(said) = std::panic::catch_unwind(|| by_crm(port, &body)) else { break };
                    if said.status != 200 {
                        break;
                    }
                    assert_eq!(said.json()["accepted"], 5);
                    done.extend(ids);
                }
                done
            });
            std::thread::sleep(Duration::from_millis(40 + 30 * life));
            let _ = engine.kill();
            sender.join().unwrap()
        });
        sent += running.len();
        acknowledged.extend(running);
    }
    assert!(sent > 20, "the door answered before it was killed: {sent}");
    let (engine, port) = engine(&play);
    let again: Vec<&String> = acknowledged.iter().collect();
    for part in again.chunks(500) {
        let all: Vec<Value> = part
            .iter()
            .map(|id| json!({ "id": id, "type": "message", "group": "bath", "member": "7" }))
            .collect();
        let said = by_crm(port, &json!(all).to_string()).is(200).json();
        assert_eq!(said["repeated"], part.len(), "{said}");
    }
    let _ = engine.stop().exits(0);
    let journal = journal(&play);
    for id in &acknowledged {
        assert_eq!(journal.get(&format!("in/club/crm/{id}")), Some(&1), "{id}");
    }
    assert!(journal.values().all(|count| *count == 1));
}

#[test]
fn a_burst_of_single_reports_counts_each_once_also_where_two_of_one_id_wait_together() {
    let play = shop();
    let (engine, port) = engine(&play);
    let one = |n: usize| json!({ "id": n, "type": "message", "group": "bath", "member": "7" }).to_string();
    let tallies: Vec<(u64, u64)> = std::thread::scope(|scope| {
        let sender = |from: usize| {
            scope.spawn(move || {
                let mut tally = (0, 0);
                // Each id comes from two senders at about the same time.
                for n in (from / 2..120).step_by(12) {
                    let said = loop {
                        let said = by_crm(port, &one(n));
                        if said.status != 503 {
                            break said.is(200).json();
                        }
                    };
                    tally.0 += said["accepted"].as_u64().unwrap();
                    tally.1 += said["repeated"].as_u64().unwrap();
                }
                tally
            })
        };
        let senders: Vec<_> = (0..24).map(sender).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    assert_eq!(tallies.iter().map(|tally| tally.0 + tally.1).sum::<u64>(), 240);
    // What was answered late and came again may have been accepted under the first.
    assert!(tallies.iter().map(|tally| tally.0).sum::<u64>() <= 120);
    let all: Vec<Value> = (0..600)
        .map(|n| json!({ "id": format!("b{n}"), "type": "message", "group": "bath", "member": "7" }))
        .collect();
    let _ = by_crm(port, &json!(all).to_string());
    eventually("all of it is recorded", || {
        let said = by_crm(port, &json!(all).to_string());
        said.status == 200 && said.json()["repeated"] == 600
    });
    let _ = engine.stop().exits(0);
    let journal = journal(&play);
    assert_eq!((journal.len(), journal.values().all(|count| *count == 1)), (720, true));
}

#[test]
fn an_answer_that_means_nothing_is_refused_with_what_would() {
    let text = "\
name: club
timezone: UTC
inbound:
  page: { token: { env: CRM_TOKEN }, may: [answer] }
channels:
  group: console
plays:
  vote:
    on: vote.asked
    steps:
      - { ask: \"Which book?\", options: [Emma, Ulysses], open_for: 1h, as: book }
";
    let play = Playground::new().file("p.yaml", text).env("CRM_TOKEN", "tok-1234567890");
    let (engine, port) = engine(&play);
    let answer = |id: &str, data: &Value| {
        by_crm(port, &json!({ "id": id, "type": "answer", "member": "7", "data": data }).to_string())
    };
    let refused = |id: &str, data: &Value, words: &str| {
        let said = answer(id, data).is(422).json();
        let remark = &said["refused"][0];
        assert_eq!((&remark["code"], &remark["index"]), (&json!("answer"), &json!(0)), "{said}");
        assert!(remark["message"].as_str().is_some_and(|message| message.contains(words)), "{said}");
    };
    refused("a0", &json!({ "option": "Emma" }), "no question is open");
    let _ = play.run(&["signal", "vote.asked"]).exits(0);
    refused("a1", &json!({ "task": "t9", "option": "Emma" }), "there is no open question `t9`");
    refused("a2", &json!({ "task": "t1", "option": "Emna" }), "did you mean `Emma`?");
    refused("a3", &json!({ "option": 3 }), "none of the options");
    refused("a4", &json!({ "task": "t1", "withdraw": true }), "has not answered");
    // What was refused is no fact: the same id is heard once it means something.
    answer("a2", &json!({ "task": "t1", "option": "Emma" })).is(200);
    assert_eq!(answer("a2", &json!({ "task": "t1", "option": "Emma" })).is(200).json()["repeated"], 1);
    let both = json!([
        { "id": "b1", "type": "answer", "member": "8", "data": { "option": 2 } },
        { "id": "b2", "type": "answer", "member": "9", "data": { "option": "no" } },
    ]);
    let said = by_crm(port, &both.to_string()).is(200).json();
    assert_eq!((&said["accepted"], &said["refused"][0]["index"]), (&json!(1), &json!(1)), "{said}");
    let _ = engine.stop().exits(0);
    assert_eq!(journal(&play).len(), 2);
}
