//! What is asked of a group that hears, from strangers' replies to the result: numbers for options, several choices, a
//! sign-up that is full and whose waiting list moves up, a question that closes on time, a check-in by a keyword, a wait
//! for one answer among many.

use crate::{
    hearing::ears::{listening, log, runtime},
    help::{
        fakes::onebot_socket::{self, OnebotSocket},
        playground::{Playground, eventually},
    },
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

const PLAYS: &str = "\
people: { lin: { name: Lin } }
roles: { host: { people: [lin] } }
plays:
  signup:
    on: signup.asked
    steps:
      - { ask: Who comes?, options: [I am in, Not this time], seats: 2, open_for: 1h, as: signup }
      - post: It is full with ${signup.seated.count}
      - wait: 1h
  days:
    on: days.asked
    steps:
      - { ask: Which days?, options: [Friday, Saturday, Sunday], choices: 2, open_for: 3s, as: days }
      - post: Most say ${days.winner} of ${days.total}
  one:
    on: one.awaited
    steps:
      - wait: { signal: answer }
        where: signal.member == \"onebot:44\" && signal.data.option == \"1\"
        as: said
        timeout: 1h
      - post: It was ${said.member}
  raffle:
    on: raffle.asked
    steps:
      - { task: Think of a sentence, to: host, as: secret }
      - wait: secret
      - post: 'Sealed: ${seal(secret.note)}'
      - { ask: Who is in?, options: [In], open_for: 3s, as: entries }
      - post: 'Drawn: ${drawn(entries.who(\"In\").map(|one| one.id), 1, secret.note)[0]} by ${secret.note}'
  checkin:
    on: message
    where: 'signal.data.message.text == \"打卡\"'
    steps:
      - award: 1 checkin
      - post: '${member.name} 连续 ${member.streak(\"checkin\")} 天'
";

#[test]
fn strangers_answer_by_number_seats_fill_and_move_up_and_questions_close() {
    let runtime = runtime();
    let qq = runtime.block_on(OnebotSocket::start());
    let text = format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: onebot, url: \"ws://127.0.0.1:{}\", token: {{ env: QQ_TOKEN }}, \
         group: \"{}\", hear: all, rate: 1000 per 1s }}\n{PLAYS}",
        qq.port,
        onebot_socket::GROUP
    );
    let play = Playground::new().file("p.yaml", &text).env("QQ_TOKEN", onebot_socket::TOKEN);
    let engine = listening(&play);
    // The n-th that was sent has the number n.
    let number = |words: &str| {
        qq.sent().iter().position(|sent| sent.to_string().contains(words)).map(|place| place + 1)
    };
    let asks = |signal: &str, words: &str| {
        let _ = play.run(&["signal", signal]).exits(0);
        eventually(words, || number(words).is_some());
        number(words).unwrap()
    };
    let mut said = 900;
    let mut replies = |to: usize, user: i64, words: &str| {
        said += 1;
        let segments = json!([
            { "type": "reply", "data": { "id": to.to_string() } }, { "type": "text", "data": { "text": words } },
        ]);
        qq.writes(said, user, &format!("m{user}"), &segments);
    };
    let answered = || log(&play, "answered");
    let _ = play.run(&["signal", "one.awaited"]).exits(0);
    let signup = asks("signup.asked", "Who comes?");
    for (place, (user, words)) in [(42, "2"), (43, "1"), (44, "1"), (45, "I am in")].into_iter().enumerate() {
        replies(signup, user, words);
        eventually("an answer", || answered().len() == place + 1);
    }
    let values: Vec<(Value, Value)> =
        answered().iter().map(|line| (line["member"].clone(), line["value"].clone())).collect();
    let is = |user: i64, value: &str| (json!(format!("onebot:{user}")), json!(value));
    assert_eq!(values, [is(42, "Not this time"), is(43, "I am in"), is(44, "I am in"), is(45, "I am in")]);
    eventually("two seats", || number("It is full with 2").is_some());
    eventually("the one who was waited for", || {
        number("It was onebot:44").is_some() || number("It was m44").is_some()
    });
    // Whoever leaves frees a seat, and the first who waits has it.
    qq.happens(json!({ "post_type": "notice", "notice_type": "group_decrease", "sub_type": "leave", "user_id": 43, "operator_id": 43 }));
    eventually("a seat that is free again", || !log(&play, "answer_withdrawn").is_empty());
    let seated = || {
        let bound = log(&play, "bound").into_iter().rev().find(|line| line["name"] == "signup");
        bound.map(|line| line["value"]["places"].to_string()).unwrap_or_default()
    };
    eventually("whoever waited has moved up", || seated().contains("45") && !seated().contains("43"));
    let days = asks("days.asked", "Which days?");
    replies(days, 44, "1, 3");
    replies(days, 45, "Sunday");
    eventually("a result on time", || number("Most say Sunday of 2").is_some());
    let late = answered().len();
    replies(days, 46, "1");
    // A keyword is a check-in, whoever says it.
    qq.writes(990, 47, "小七", &json!([{ "type": "text", "data": { "text": "打卡" } }]));
    eventually("a streak of one day", || number("小七 连续 1 天").is_some());
    assert_eq!(answered().len(), late, "what comes after the end is no answer");
    // A raffle that members can check: the seal of a sentence, and after the draw the sentence.
    let _ = play.run(&["signal", "raffle.asked"]).exits(0);
    let tasks = || play.run(&["tasks", "p.yaml", "--format", "json"]).exits(0).json_lines();
    let task = || tasks().into_iter().find(|task| task["text"] == "Think of a sentence");
    eventually("a task", || task().is_some());
    let id = task().unwrap()["task"].as_str().unwrap().to_owned();
    let _ = play.run(&["done", &id, "--note", "tea at four"]).exits(0);
    let seal = |text: &str| {
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    };
    eventually("the seal", || number(&format!("Sealed: {}", seal("tea at four"))).is_some());
    eventually("the question", || number("Who is in?").is_some());
    let asked = number("Who is in?").unwrap();
    let players: Vec<String> = (50..56).map(|user| format!("onebot:{user}")).collect();
    (50..56).for_each(|user| replies(asked, user, "1"));
    let first = players.iter().min_by_key(|player| seal(&format!("tea at four:{player}"))).unwrap();
    eventually("the draw", || number(&format!("Drawn: {first} by tea at four")).is_some());
    let _ = engine.stop().exits(0);
}
