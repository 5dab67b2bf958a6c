//! Forgetting somebody: nothing of them is left in the state directory, and the group goes on.

use crate::help::playground::{Playground, eventually};
use playbook::{
    engine::{self, state::State},
    shell::store::Reader,
};
use std::path::Path;

const ID: &str = "telegram:4711";
const OTHER: &str = "telegram:4712";
/// What they said, in the ways in which it may be kept.
const WORDS: [&str; 5] = ["Zanzibar Xu", "harbour street 9", "*loud* & clear", "blue ferry", "orange parrot"];

const FILE: &str = "\
name: demo
timezone: UTC
members: { fields: { street: { purpose: to meet } }, purpose: to meet, retention: 365d }
vars: { last: nobody }
channels: { group: { type: console } }
moderate: { watch: no, selling: { words: [for sale], say: Not here., do: [report, remind] } }
roles: { host: { people: [zhu] } }
people: { zhu: { name: Zhu } }
plays:
  hello:
    on: member.joined
    steps:
      - post: Welcome, ${member.name}!
  said:
    on: say
    steps:
      - set: { last: signal.data.text }
      - post: You said ${signal.data.text}
      - run: keep.rhai
        with: { text: '${signal.data.text}' }
      - task: Answer ${member.name} of ${signal.data.text}
      - wait: 30d
      - post: Still ${signal.data.text}
  vote:
    on: vote
    steps:
      - ask: Where?
        fields: [place]
        open_for: 10d
";

const KEEP: &str =
    "fn main(args) { state.set(\"kept\", args.text); state.set(\"who\", signal.member.id); log(args.text); }";

fn playground() -> Playground {
    Playground::new().file("demo.yaml", FILE).file("keep.rhai", KEEP)
}

/// A life in which the person and another one say things.
fn live(play: &Playground) {
    for (id, name) in [(ID, WORDS[0]), (OTHER, "Bo Li")] {
        let joined = format!(
            "{{\"name\":\"{name}\",\"street\":\"{}\"}}",
            if id == ID { WORDS[1] } else { "quiet lane" }
        );
        let _ = play.run(&["signal", "member.joined", "--member", id, "--data", &joined]).exits(0);
    }
    let say = |id: &str, text: &str| {
        let data = serde_json::json!({ "text": text }).to_string();
        let _ = play.run(&["signal", "say", "--member", id, "--data", &data]).exits(0);
    };
    say(OTHER, "green door");
    say(ID, WORDS[2]);
    let sold = serde_json::json!({ "message": { "text": format!("For sale: an {}", WORDS[4]) } }).to_string();
    let _ = play.run(&["signal", "message", "--member", ID, "--data", &sold]).exits(0);
    let _ = play.run(&["signal", "vote"]).exits(0);
    let answer =
        serde_json::json!({ "text": "b", "phone": 13_812_345_678_i64, "place": WORDS[3] }).to_string();
    let _ = play.run(&["signal", "answer", "--member", ID, "--data", &answer]).exits(0);
    eventually("everything was said", || {
        let posts = play.run(&["log", "--format", "json"]).stdout;
        posts.contains("green door")
            && posts.contains(WORDS[3])
            && posts.matches("script_returned").count() == 2
    });
}

/// Every file below a folder that has these bytes.
pub(crate) fn having(dir: &Path, words: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(having(&path, words));
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.windows(words.len()).any(|window| window.eq_ignore_ascii_case(words.as_bytes()))
        {
            found.push(path.display().to_string());
        }
    }
    found
}

fn nothing_is_left(play: &Playground) {
    for words in WORDS.iter().chain(&[ID, "loud", "Zanzibar", "13812345678"]) {
        assert_eq!(having(&play.path(".playbook"), words), [""; 0], "{words}");
    }
    let log = play.run(&["log", "--format", "json"]).exits(0).stdout;
    assert!(log.contains("gone:1") && log.contains("green door") && log.contains(OTHER), "{log}");
}

/// Applying the whole journal gives the state that is stored.
pub(crate) fn the_journal_gives_the_state(play: &Playground) {
    let reader = Reader::open(&play.path(".playbook")).unwrap();
    let states = reader.states().unwrap();
    let (group, stored) = states.groups.iter().next().expect("a group");
    let mut state = State::new(group.clone());
    reader
        .log(None, 0, &mut |line| {
            engine::apply(&mut state, &line.entry).unwrap();
        })
        .unwrap();
    let (applied, kept) =
        (serde_json::to_value(&state).unwrap(), serde_json::to_value(&stored.state).unwrap());
    for (key, value) in applied.as_object().unwrap() {
        assert_eq!(Some(value), kept.get(key), "{key}");
    }
    assert_eq!(state, stored.state);
}

#[test]
fn nothing_of_somebody_is_left_where_no_engine_runs() {
    let play = playground();
    let engine = play.start(&["run", "demo.yaml"]);
    engine.line("running");
    live(&play);
    let _ = engine.stop().exits(0);
    // Half of it is in archived pages.
    let _ = play.run(&["compact", "--before", "2099-01-01"]).exits(0);
    assert!(!having(&play.path(".playbook"), ID).is_empty());
    let _ = play.run(&["members", "forget", "nobody:1"]).exits(4);
    let said = play.run(&["members", "forget", ID]).exits(0).stdout;
    assert!(said.contains("gone:1"), "{said}");
    nothing_is_left(&play);
    the_journal_gives_the_state(&play);
    // It goes on from there, and knows nobody by that id.
    let engine = play.start(&["run", "demo.yaml"]);
    engine.line("running");
    let members = play.run(&["members"]).exits(0).stdout;
    assert!(members.contains(OTHER) && !members.contains("gone"), "{members}");
    // Whoever is forgotten has not left for that.
    let log = play.run(&["log"]).exits(0).stdout;
    assert!(log.contains("forgotten"), "{log}");
    let quits = play.run(&["metrics", "--format", "json"]).exits(0).json_lines();
    let quits = quits.iter().find(|row| row["metric"] == "quits");
    assert_eq!(quits.map(|row| row["value"].as_f64()), Some(Some(0.0)), "{quits:?}");
    let _ = engine.stop().exits(0);
    nothing_is_left(&play);
}

#[test]
fn whoever_was_let_go_and_is_forgotten_later_was_let_go() {
    let play = playground();
    let engine = play.start(&["run", "demo.yaml"]);
    engine.line("running");
    live(&play);
    play.write("rest.csv", &format!("id,name\n{OTHER},Bo Li\n"));
    let _ = play.run(&["members", "import", "rest.csv", "--replace", "--yes"]).exits(0);
    let _ = engine.stop().exits(0);
    let removed = || play.run(&["report", "--format", "json"]).exits(0).json_lines()[0]["removed"].clone();
    assert_eq!(removed(), 1);
    let _ = play.run(&["members", "forget", ID]).exits(0);
    assert_eq!(removed(), 1, "what happened before is as it was");
    nothing_is_left(&play);
    the_journal_gives_the_state(&play);
}

#[test]
fn a_running_engine_forgets_and_goes_on() {
    let play = playground();
    let engine = play.start(&["run", "demo.yaml"]);
    engine.line("running");
    live(&play);
    let said = play.run(&["members", "forget", ID, "--group", "demo"]).exits(0).stdout;
    assert!(said.contains("forgotten"), "{said}");
    engine.line("now gone:1");
    nothing_is_left(&play);
    eventually("it takes commands again", || play.run(&["signal", "vote"]).code == Some(0));
    let _ = engine.stop().exits(0);
    nothing_is_left(&play);
    the_journal_gives_the_state(&play);
}

#[test]
fn a_copy_from_before_forgets_as_well_when_it_is_put_back() {
    let play = playground();
    let engine = play.start(&["run", "demo.yaml"]);
    engine.line("running");
    live(&play);
    let _ = play.run(&["backup", "copy.db"]).exits(0);
    let _ = engine.stop().exits(0);
    let _ = play.run(&["members", "forget", ID]).exits(0);
    let _ = play.run(&["restore", "copy.db"]).exits(0);
    nothing_is_left(&play);
}

const RAID: &str = "\
name: raid
timezone: UTC
channels: { group: { type: console } }
# Where nobody answers nobody is asked again.
plays:
  raid:
    on: raid
    steps:
      - ask: What do you play?
        options: [Tank, Healer, DPS, Not this time]
        seats: 10
        open_for: 10d
";

#[test]
fn the_words_of_the_playbook_stay_whoever_chose_them() {
    let play = Playground::new().file("raid.yaml", RAID);
    let engine = play.start(&["run", "raid.yaml"]);
    engine.line("running");
    let joined = "{\"name\":\"Tank\"}";
    let _ = play.run(&["signal", "member.joined", "--member", "telegram:9", "--data", joined]).exits(0);
    let _ = play.run(&["signal", "member.joined", "--member", "nobody"]).exits(0);
    let _ = play.run(&["signal", "raid"]).exits(0);
    eventually("it is asked", || play.run(&["tasks"]).stdout.contains("t1"));
    let _ = play.run(&["answer", "t1", "Healer", "--member", "nobody"]).exits(0);
    let _ = play.run(&["answer", "t1", "Not this time", "--member", "telegram:9"]).exits(0);
    for member in ["nobody", "telegram:9"] {
        let _ = play.run(&["members", "forget", member]).exits(0);
    }
    let _ = engine.stop().exits(0);
    the_journal_gives_the_state(&play);
    let states = Reader::open(&play.path(".playbook")).unwrap().states().unwrap();
    let state = &states.groups.values().next().expect("a group").state;
    let open = state.tasks.values().next().expect("the question is open");
    let options: Vec<&str> = open.task.options.iter().map(|option| &**option).collect();
    assert_eq!(options, ["Tank", "Healer", "DPS", "Not this time"]);
    let log = play.run(&["log", "--format", "json"]).exits(0).stdout;
    assert!(log.contains("gone:1") && log.contains("Healer") && !log.contains("telegram:9"), "{log}");
}

const HOUSE: &str = "\
name: demo
timezone: UTC
members: { fields: { street: { purpose: to meet } }, purpose: to meet, retention: 365d }
channels: { group: { type: console } }
moderate: { watch: no, judge: host, selling: { words: [for sale], say: Not here., do: [remove] } }
roles: { host: { people: [zhu] } }
people: { zhu: { name: Zhu } }
plays: { hello: { on: member.joined, steps: [post: Welcome] } }
";

/// The open task whose text has these words.
fn task(play: &Playground, words: &str) -> String {
    let mut id = None;
    eventually(words, || {
        let tasks = play.run(&["tasks", "--format", "json"]).stdout;
        let rows = tasks.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let mut rows = rows.filter(|row| row["text"].as_str().is_some_and(|text| text.contains(words)));
        id = rows.next().map(|row| row["task"].as_str().unwrap().to_owned());
        id.is_some()
    });
    id.unwrap()
}

fn joins(play: &Playground) {
    let said = "{\"name\":\"Zanzibar Xu\"}";
    let _ = play.run(&["signal", "member.joined", "--member", ID, "--data", said]).exits(0);
}

fn sells(play: &Playground) {
    let sold = serde_json::json!({ "message": { "text": "For sale: a parrot" } }).to_string();
    let _ = play.run(&["signal", "message", "--member", ID, "--data", &sold]).exits(0);
}

#[test]
fn whoever_was_removed_for_a_rule_and_is_forgotten_is_known_when_they_come_back() {
    let play = Playground::new().file("demo.yaml", HOUSE);
    let engine = play.start(&["run", "demo.yaml"]);
    engine.line("running");
    joins(&play);
    sells(&play);
    let _ = play.run(&["approve", &task(&play, "Remove"), "--by", "zhu"]).exits(0);
    let _ = play.run(&["done", &task(&play, "Zanzibar"), "--by", "zhu"]).exits(0);
    eventually("they are gone", || !play.run(&["members", "--format", "json"]).stdout.contains(ID));
    // Who is not forgotten is known as well.
    joins(&play);
    let back = task(&play, "was removed for `selling`");
    let _ = play.run(&["reject", &back, "--by", "zhu"]).exits(0);
    let _ = play.run(&["done", &task(&play, "Zanzibar"), "--by", "zhu"]).exits(0);
    let _ = play.run(&["members", "forget", ID]).exits(0);
    for words in [ID, "Zanzibar", "parrot"] {
        assert_eq!(having(&play.path(".playbook"), words), [""; 0], "{words}");
    }
    let kept = std::fs::read_to_string(play.path(".playbook").join("bans")).unwrap();
    assert!(kept.contains("\"rule\":\"selling\"") && kept.lines().count() == 1, "{kept}");
    // Somebody else joins as always; a join that claims a ban by itself is not believed.
    let claim = "{\"name\":\"Bo Li\",\"banned\":{\"rule\":\"selling\",\"since\":1,\"until\":99999999999999}}";
    let _ = play.run(&["signal", "member.joined", "--member", OTHER, "--data", claim]).exits(0);
    joins(&play);
    let back = task(&play, "was removed for `selling`");
    let tasks = play.run(&["tasks", "--format", "json"]).exits(0).stdout;
    assert!(tasks.contains("Zanzibar Xu was removed") && !tasks.contains("Bo Li"), "{tasks}");
    // A yes ends it: the next join asks nobody.
    let _ = play.run(&["approve", &back, "--by", "zhu"]).exits(0);
    eventually("it is over", || play.run(&["log", "--format", "json"]).stdout.contains("ban_ended"));
    the_journal_gives_the_state(&play);
    drop(engine);
}

#[test]
fn whoever_may_not_write_and_is_forgotten_may_not_write_when_they_come_back() {
    let file = HOUSE.replace("do: [remove]", "do: [mute 30d]");
    let play = Playground::new().file("demo.yaml", &file);
    let engine = play.start(&["run", "demo.yaml"]);
    engine.line("running");
    joins(&play);
    sells(&play);
    let _ = play.run(&["approve", &task(&play, "Mute"), "--by", "zhu"]).exits(0);
    eventually("they are muted", || play.run(&["log", "--format", "json"]).stdout.contains("\"muted\""));
    let _ = play.run(&["members", "forget", ID]).exits(0);
    assert_eq!(having(&play.path(".playbook"), ID), [""; 0]);
    joins(&play);
    let _ = task(&play, "did not mute Zanzibar Xu");
    drop(engine);
}
