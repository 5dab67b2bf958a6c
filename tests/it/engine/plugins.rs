//! The shipped scripts, called as a step calls them: what each posts, returns and remembers.

#![expect(clippy::disallowed_methods, reason = "reads the repository's files")]

use playbook::{
    base::{
        ids::{GroupId, MemberId},
        locale::Locale,
        member::{Listed, Member},
        time::{Duration, Timestamp, Zone},
        value::{Map, Value},
    },
    lang,
    script::{
        action::{Action, CallOutcome},
        facts::Facts,
        sandbox::{Host, Script},
    },
};
use std::{path::PathBuf, sync::Arc};

/// Saturday 2026-12-05, 20:00 in Shanghai.
const NOW: Timestamp = Timestamp::from_millis(1_796_472_000_000);

struct Files;

impl Host for Files {
    fn has(&self, path: &str) -> bool {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("playbooks").join(path).is_file()
    }

    fn data(&self, path: &str) -> Result<Value, String> {
        lang::parse_data(path, &read(&format!("playbooks/{path}")))
    }

    fn fetch(&self, url: &str) -> Result<Value, String> {
        Err(format!("no network in a test: {url}"))
    }

    fn expired(&self) -> bool {
        false
    }
}

fn read(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// A group of readers: one who spoke today, one silent for a week, an admin.
fn facts() -> Facts {
    let zone = Zone::named("Asia/Shanghai").unwrap();
    let mut facts = Facts::bare(GroupId::new("readers"), NOW, zone, Locale::Zh);
    facts.group.title = Arc::from("长安共读");
    facts.seed = 7;
    for (id, name, role, messages, points, idle_days) in
        [("a", "西安-小何", "", 9, 3, 0), ("b", "白鹿", "", 0, 0, 7), ("c", "小朱", "owner", 20, 1, 0)]
    {
        let mut member = Member::new(MemberId::new(id), Some(NOW.plus(-Duration::DAY.times(10))));
        member.name = name.into();
        member.role = role.into();
        member.points = points;
        let seen = Some(NOW.plus(-Duration::DAY.times(idle_days)));
        facts.members.list(&Listed { member, seen, messages: Some(messages) });
    }
    facts.rules = Value::map([
        (
            "intro",
            Value::map([
                ("who", Value::str("读书社群")),
                ("benefit", Value::str("有人听你讲")),
                ("owner", Value::str("群主小朱")),
            ]),
        ),
        ("namecard", Value::str("{city}-{name}")),
        ("encourage", Value::list(vec![Value::str("分享书摘"), Value::str("互相答疑")])),
        ("forbid", Value::list(vec![Value::str("商业广告")])),
    ]);
    facts
}

#[track_caller]
fn call(name: &str, function: &str, args: &Value, facts: Facts) -> CallOutcome {
    let path = format!("scripts/{name}.rhai");
    let script = Script::compile(&path, &read(&path)).unwrap_or_else(|e| panic!("{e:?}"));
    let mut facts = facts;
    facts.args = args.clone();
    let outcome = script.call(function, args, &Arc::new(facts), &Files).unwrap_or_else(|e| panic!("{e}"));
    for post in posts(&outcome) {
        assert!(!post.contains("\\n"), "text in backticks knows no escapes: {post}");
    }
    outcome
}

fn posts(outcome: &CallOutcome) -> Vec<String> {
    outcome
        .actions
        .iter()
        .filter_map(|action| match action {
            Action::Post { with } => Some(with.get("text").unwrap().as_str().unwrap().to_string()),
            _ => None,
        })
        .collect()
}

/// What the group remembers after a call, for the next one.
fn remember(facts: &mut Facts, outcome: &CallOutcome) {
    let mut state: Map = (*facts.state).clone();
    for action in &outcome.actions {
        if let Action::State { key, value } = action {
            state.insert(Arc::from(key.as_str()), value.clone());
        }
    }
    facts.state = Arc::new(state);
}

fn joined(people: &[(&str, Option<&str>)]) -> Value {
    let signals = people.iter().map(|(id, name)| {
        let data = name.map_or(Value::Null, |name| Value::map([("name", Value::str(name))]));
        Value::map([
            ("name", Value::str("member.joined")),
            ("at", Value::Time(NOW)),
            ("id", Value::str(format!("in-{id}"))),
            ("member", Value::str(id)),
            ("data", data),
        ])
    });
    Value::map([("joined", Value::list(signals.collect()))])
}

#[test]
fn a_batch_of_newcomers_gets_one_welcome_with_every_name() {
    let args = joined(&[("m1", Some("小满")), ("b", None), ("m1", Some("小满"))]);
    let outcome = call("welcome", "main", &args, facts());
    let posts = posts(&outcome);
    assert_eq!(posts.len(), 1);
    for text in ["小满、白鹿", "读书社群", "城市-名字", "分享书摘、互相答疑", "商业广告"]
    {
        assert!(posts[0].contains(text), "{text} in {}", posts[0]);
    }
    assert_eq!(outcome.value, Value::Int(2));
}

#[test]
fn a_name_with_marks_in_it_is_only_a_name() {
    let shown = |name: &str| r"\[小\*何\](https\://evil.example) \<!all>".replace("小", name);
    let hostile = |name: &str| "[小*何](https://evil.example) <!all>".replace("小", name);
    let mut facts = facts();
    for member in facts.members.clone().iter() {
        let name = hostile(&member.name).as_str().into();
        facts.members.set(Arc::new(Member { name, ..Member::clone(member) }));
    }
    let newcomers = joined(&[("m1", Some(&hostile("新"))), ("b", None)]);
    let welcome = call("welcome", "main", &newcomers, facts.clone());
    assert!(
        posts(&welcome)[0].contains(&format!("{}、{}", shown("新"), shown("白鹿"))),
        "{}",
        posts(&welcome)[0]
    );
    for plugin in ["leaderboard", "digest", "namecard_check", "spotlight"] {
        let posts = posts(&call(plugin, "main", &Value::Null, facts.clone()));
        assert!(!posts.is_empty(), "{plugin} posts");
        for text in posts {
            assert!(!text.replace(r"\]", "").contains("](") && !text.contains(" <!"), "{plugin}: {text}");
        }
    }
}

#[test]
fn a_welcome_without_rules_or_without_anybody() {
    let mut bare = facts();
    bare.rules = Value::Null;
    let outcome = call("welcome", "main", &joined(&[("m1", Some("小满"))]), bare);
    assert!(posts(&outcome)[0].starts_with("欢迎 小满"));
    let outcome = call("welcome", "main", &joined(&[]), facts());
    assert!(outcome.actions.is_empty());
}

#[test]
fn a_crowd_is_counted_not_listed() {
    let names: Vec<(String, String)> = (0..40).map(|n| (format!("m{n}"), format!("新人{n}号"))).collect();
    let people: Vec<_> = names.iter().map(|(id, name)| (id.as_str(), Some(name.as_str()))).collect();
    let posts = posts(&call("welcome", "main", &joined(&people), facts()));
    assert!(posts[0].contains("等 40 位新朋友") && !posts[0].contains("新人39号"), "{}", posts[0]);
}

#[test]
fn rules_in_full_and_in_short() {
    let full = posts(&call("rules", "main", &Value::Null, facts()));
    assert!(full[0].contains("长安共读 群规") && full[0].contains("3. 请勿"), "{}", full[0]);
    let short = posts(&call("rules", "main", &Value::map([("short", Value::Bool(true))]), facts()));
    assert!(short[0].starts_with("十分钟后开始\n") && short[0].lines().count() == 2, "{}", short[0]);
}

#[test]
fn no_riddle_comes_twice_before_all_came_once() {
    let args = Value::map([("difficulty", Value::str("hard"))]);
    let mut facts = facts();
    let mut seen = std::collections::BTreeSet::new();
    for week in 0..12 {
        facts.seed = week;
        let outcome = call("riddle", "main", &args, facts.clone());
        let id = outcome.value.get("id").unwrap().as_str().unwrap().to_string();
        assert!(seen.insert(id.clone()), "{id} came twice in {week} weeks");
        remember(&mut facts, &outcome);
    }
    let again = call("riddle", "main", &args, facts);
    assert_eq!(posts(&again).len(), 1, "then it begins again");
}

#[test]
fn a_riddle_is_revealed_with_its_answer() {
    let asked = call("riddle", "main", &Value::map([("difficulty", Value::str("easy"))]), facts());
    let answer = asked.value.get("answer").unwrap().as_str().unwrap().to_string();
    assert!(!posts(&asked)[0].contains(&answer), "the question does not give it away");
    let told = call("riddle", "reveal", &Value::map([("riddle", asked.value)]), facts());
    assert!(posts(&told)[0].contains(&answer));
}

#[test]
fn a_difficulty_without_riddles_says_what_to_do() {
    let script = Script::compile("riddle.rhai", &read("scripts/riddle.rhai")).unwrap();
    let args = Value::map([("difficulty", Value::str("brutal"))]);
    let mut facts = facts();
    facts.args = args.clone();
    let error = script.call("main", &args, &Arc::new(facts), &Files).unwrap_err();
    assert!(error.message.en.contains("brutal") && error.line > 0, "{error}");
}

#[test]
fn name_cards_are_asked_for_once_a_week() {
    let mut facts = facts();
    let first = call("namecard_check", "main", &Value::Null, facts.clone());
    assert_eq!(posts(&first).len(), 1);
    assert!(posts(&first)[0].contains("白鹿") && !posts(&first)[0].contains("小何"), "{}", posts(&first)[0]);
    remember(&mut facts, &first);
    facts.now = NOW.plus(Duration::DAY);
    let second = call("namecard_check", "main", &Value::Null, facts.clone());
    assert!(posts(&second).is_empty(), "not again the next day");
    assert_eq!(second.value.get("wrong"), Some(&Value::Int(1)));
    facts.now = NOW.plus(Duration::DAY.times(8));
    assert_eq!(posts(&call("namecard_check", "main", &Value::Null, facts)).len(), 1);
}

#[test]
fn the_leaderboard_names_who_is_new_on_it() {
    let mut facts = facts();
    let first = call("leaderboard", "main", &Value::map([("top", Value::Int(1))]), facts.clone());
    assert!(posts(&first)[0].contains("1. 西安-小何 · 3 分"), "{}", posts(&first)[0]);
    remember(&mut facts, &first);
    let second = call("leaderboard", "main", &Value::map([("top", Value::Int(5))]), facts.clone());
    assert!(posts(&second)[0].contains("新上榜：小朱"), "{}", posts(&second)[0]);
    facts.members.remove(&"a".into());
    facts.members.remove(&"c".into());
    assert!(call("leaderboard", "main", &Value::Null, facts).actions.is_empty(), "nobody has points");
}

#[test]
fn the_digest_counts_shares() {
    let outcome = call("digest", "main", &Value::map([("days", Value::Int(7))]), facts());
    assert!(posts(&outcome)[0].contains("2 人开过口，占 67%"), "{}", posts(&outcome)[0]);
    assert_eq!(outcome.value.get("speakers"), Some(&Value::Int(2)));
}

#[test]
fn the_microphone_goes_round() {
    let mut facts = facts();
    let first = call("spotlight", "main", &Value::Null, facts.clone());
    assert_eq!(first.value, Value::str("a"), "the only one who spoke and has no office");
    remember(&mut facts, &first);
    let second = call("spotlight", "main", &Value::map([("to", Value::str("host"))]), facts);
    assert!(posts(&second).is_empty());
    assert!(matches!(second.actions.as_slice(), [Action::Task { .. }]), "{:?}", second.actions);
}
