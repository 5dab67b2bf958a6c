//! One person under several ids, through the real binary: what an ear hears, a list says, a person types and an answer
//! names is one member where the file or a list says so, and nowhere else.

use crate::{
    hearing::ears::{listening, log, telegram, user},
    help::playground::{Playground, eventually},
    state::forget::{having, the_journal_gives_the_state},
};
use serde_json::{Value, json};

const VOTE: &str = "
plays:
  vote:
    on: vote.asked
    steps:
      - { ask: \"Which book?\", options: [Emma, Ulysses], open_for: 1h, as: book }
";

fn members(play: &Playground) -> Vec<Value> {
    play.run(&["members", "--format", "json"]).exits(0).json_lines()
}

fn one(play: &Playground, id: &str) -> Value {
    let all = members(play);
    all.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("{id} in {all:?}")).clone()
}

/// Everybody by id, with the messages that count as theirs.
fn counted(play: &Playground) -> Vec<(String, u64)> {
    let all = members(play);
    all.iter()
        .map(|row| (row["id"].as_str().unwrap().to_owned(), row["messages"].as_u64().unwrap()))
        .collect()
}

fn entries(counts: &[(&str, u64)]) -> Vec<(String, u64)> {
    counts.iter().map(|(id, n)| ((*id).to_owned(), *n)).collect()
}

#[test]
fn a_column_named_after_a_platform_says_who_speaks_there() {
    let (_runtime, bot, _fake, play) = telegram(VOTE);
    let play = play
        .file("list.csv", "id,name,telegram\nli,李雷,42\nann,Ann,@ann\n")
        .file("later.csv", "id,name,telegram\nmo,Mo,43\ntelegram:42,Li Lei,\n");
    let engine = listening(&play);
    bot.writes(10, &user(43, "mo"), "first");
    eventually("a message of somebody unlisted", || counted(&play) == entries(&[("telegram:43", 1)]));
    let _ = play.run(&["members", "import", "list.csv"]).exits(0);
    for (number, who, name) in [(11, 42, "Lei"), (12, 42, "Lei"), (13, 44, "ann")] {
        bot.writes(number, &user(who, name), "hello");
    }
    // A name is no id: whoever is called Ann there may be anybody.
    let heard = entries(&[("ann", 0), ("li", 2), ("telegram:43", 1), ("telegram:44", 1)]);
    eventually("two messages of the one who is listed", || counted(&play) == heard);
    let li = one(&play, "li");
    assert_eq!((&li["name"], &li["ids"]), (&json!("李雷"), &json!(["telegram:42"])));
    // A list that comes later takes over what was done before, and knows a member by either id.
    let _ = play.run(&["members", "import", "later.csv", "--replace", "--yes"]).exits(0);
    assert_eq!(counted(&play), entries(&[("li", 2), ("mo", 1)]));
    let joined: Vec<(Value, Value)> =
        log(&play, "joined_ids").iter().map(|line| (line["from"].clone(), line["into"].clone())).collect();
    assert_eq!(joined, [(json!("telegram:42"), json!("li")), (json!("telegram:43"), json!("mo"))]);
    // Whoever answers twice, here and there, has one answer.
    let _ = play.run(&["signal", "vote.asked"]).exits(0);
    eventually("the poll", || bot.sent().iter().any(|sent| sent["question"].is_string()));
    let number = bot.sent().len();
    bot.happens(json!({ "poll_answer": { "poll_id": format!("77{number}"), "user": user(42, "Lei"), "option_ids": [1] } }));
    eventually("a vote", || log(&play, "answered").len() == 1);
    let _ = play.run(&["answer", "vote", "Emma", "--member", "li"]).exits(0);
    let task = play.run(&["tasks", "--format", "json"]).exits(0).json_lines().remove(0);
    assert_eq!((task["answers"].as_u64(), log(&play, "answered").len()), (Some(1), 2), "{task}");
    let _ = engine.stop().exits(0);
    the_journal_gives_the_state(&play);
    // Who is forgotten is forgotten under every name.
    let _ = play.run(&["members", "forget", "telegram:42", "--state", ".playbook"]).exits(0);
    for words in ["telegram:42", "李雷"] {
        assert_eq!(having(&play.path(".playbook"), words), [""; 0], "{words}");
    }
    the_journal_gives_the_state(&play);
    let engine = listening(&play);
    assert_eq!(counted(&play), entries(&[("mo", 1)]));
    let _ = engine.stop().exits(0);
}

#[test]
fn people_say_whose_the_ids_on_platforms_are() {
    let people = "people: { li: { name: 李雷, telegram: \"42\", wecom: LiLei } }\n";
    let file = |people: &str| {
        format!(
            "name: club\ntimezone: UTC\nmembers: {{ fields: {{ city: {{ purpose: to meet }} }} }}\n{people}{VOTE}"
        )
    };
    let play = Playground::new().file("p.yaml", &file(""));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let say = |id: &str| {
        let _ = play.run(&["signal", "message", "--member", id]).exits(0);
    };
    say("telegram:42");
    say("wecom:LiLei");
    assert_eq!(counted(&play), entries(&[("telegram:42", 1), ("wecom:LiLei", 1)]));
    play.write("p.yaml", &file(people));
    engine.line("takes effect");
    // Ids that exist stay: the others become names of one of them, whoever uses which.
    say("wecom:LiLei");
    assert_eq!(counted(&play), entries(&[("telegram:42", 3)]));
    say("li");
    let _ = play.run(&["signal", "vote.asked"]).exits(0);
    let _ = play.run(&["answer", "vote", "Emma", "--member", "li"]).exits(0);
    let _ = play.run(&["answer", "vote", "Ulysses", "--member", "wecom:LiLei"]).exits(0);
    let answers: Vec<Value> = log(&play, "answered").iter().map(|line| line["member"].clone()).collect();
    assert_eq!(answers, [json!("telegram:42"), json!("telegram:42")]);
    assert_eq!(one(&play, "telegram:42")["ids"], json!(["li", "wecom:LiLei"]));
    let _ = engine.stop().exits(0);
    the_journal_gives_the_state(&play);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    say("li");
    assert_eq!(counted(&play), entries(&[("telegram:42", 5)]));
    let _ = engine.stop().exits(0);
}

#[test]
fn a_field_says_who_somebody_is_on_every_platform() {
    let text = "name: club\ntimezone: UTC\nmembers:\n  identity: phone\n  fields:\n    phone: { purpose: one person once, retention: 365d }\n\
                plays:\n  hi:\n    on: member.joined\n    steps:\n      - post: Hi\n";
    let play = Playground::new().file("p.yaml", text);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    // Heard on one platform, then listed: the list's id is theirs.
    let told = ["signal", "member.joined", "--member", "telegram:42", "--with", "phone=138", "name=Li"];
    let _ = play.run(&told).exits(0);
    play.write("list.csv", "id,name,phone\nli,Li,138\nann,Ann,139\n");
    let _ = play.run(&["members", "import", "list.csv"]).exits(0);
    assert_eq!(one(&play, "li")["ids"], json!(["telegram:42"]));
    // Listed, then heard on another: whoever has another number, or none, is somebody else.
    for (id, phone) in [("discord:80351110224678912", "phone=138"), ("slack:U0EVE0001", "phone=140")] {
        let _ = play.run(&["signal", "member.joined", "--member", id, "--with", phone]).exits(0);
    }
    let ids: Vec<Value> = members(&play).iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, [json!("ann"), json!("li"), json!("slack:U0EVE0001")]);
    assert_eq!(one(&play, "li")["ids"].as_array().map(Vec::len), Some(2));
    let _ = engine.stop().exits(0);
    the_journal_gives_the_state(&play);
}
