//! What expressions and scripts promise, by example.

mod calls;
mod costs;
mod errors;
mod expressions;
mod hostile;
mod listing;

use super::{
    action::{Action, CallOutcome},
    expr::{EvalError, Expr, ExprError},
    facts::{Facts, PhaseFacts, RoleFacts, RunFacts},
    names::{Known, Names},
    sandbox::{Host, Script, ScriptError},
};
use crate::base::{
    ids::{GroupId, MemberId, PersonId, PhaseName, RoleName},
    locale::Locale,
    member::{Listed, Member, Members},
    person::Person,
    time::{Duration, Timestamp, Zone},
    value::Value,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// 2026-12-02T12:30:00Z, 20:30 in Shanghai, a Wednesday.
const NOW: Timestamp = Timestamp::from_millis(1_796_214_600_000);

fn person(id: &str, name: &str) -> Person {
    Person { id: PersonId::new(id), name: name.into(), handles: BTreeMap::new() }
}

fn member(id: &str, name: &str, idle_days: i64, points: i64) -> Listed {
    let mut member = Member::new(MemberId::new(id), Some(NOW.plus(-Duration::DAY.times(100))));
    member.name = name.into();
    member.points = points;
    let seen = Some(NOW.plus(-Duration::DAY.times(idle_days)));
    Listed { member, seen, messages: Some(10 * points.unsigned_abs()) }
}

fn members() -> Members {
    let mut vip = member("m3", "丙", 90, 3);
    vip.member.tags.insert("vip".into());
    vip.member.fields.insert("city".into(), Value::str("西安"));
    let mut owner = member("m4", "丁", 200, 0);
    owner.member.role = "owner".into();
    [member("m1", "甲", 1, 5), member("m2", "乙", 70, 9), vip, owner].into_iter().collect()
}

fn signal(id: &str, member: &str) -> Value {
    Value::map([
        ("name", Value::str("member.joined")),
        ("at", Value::Time(NOW)),
        ("sent", Value::Time(NOW)),
        ("id", Value::str(id)),
        ("member", Value::str(member)),
        ("data", Value::map([("via", Value::str("qr"))])),
    ])
}

fn facts_in(locale: Locale) -> Facts {
    let zone = Zone::named("Asia/Shanghai").unwrap();
    let mut facts = Facts::bare(GroupId::new("readers"), NOW, zone, locale);
    facts.group.title = "长安共读".into();
    facts.group.created = NOW.plus(-Duration::DAY.times(10));
    facts.members = members();
    facts.phase = PhaseFacts { name: PhaseName::new("grow"), entered: NOW.plus(-Duration::DAY) };
    facts.run = Some(RunFacts { id: "vote@x".into(), play: "vote".into(), anchor: NOW, number: 3 });
    facts.date =
        Value::map([("at", Value::Time(NOW.plus(Duration::DAY.times(9)))), ("guest", Value::str("贾老师"))]);
    facts.signals = Value::list(vec![signal("s1", "m1"), signal("s2", "m9")]);
    facts.signal = signal("s1", "m1");
    facts.vars = Arc::new(
        [("limit".into(), Value::Int(60)), ("ratio".into(), Value::Float(2.0))].into_iter().collect(),
    );
    facts.args = Value::map([("short", Value::Bool(true))]);
    facts.rules = Value::map([("forbid", Value::list(vec!["广告".into(), "拉票".into()]))]);
    facts.roles = Arc::new(
        [(
            RoleName::new("host"),
            RoleFacts {
                now: vec![person("zhu", "小朱"), person("lin", "小林")],
                next: vec![person("he", "小何")],
            },
        )]
        .into_iter()
        .collect(),
    );
    facts.bindings = Arc::new(
        [("vote".into(), Value::map([("winner", Value::str("《活着》")), ("total", Value::Int(12))]))]
            .into_iter()
            .collect(),
    );
    facts.data =
        Arc::new([("long.md".to_owned(), Value::str("长文"))].into_iter().collect::<BTreeMap<_, _>>());
    facts.seed = 7;
    facts
}

fn facts() -> Arc<Facts> {
    Arc::new(facts_in(Locale::Zh))
}

fn set(words: &[&str]) -> std::collections::BTreeSet<String> {
    words.iter().map(ToString::to_string).collect()
}

fn known() -> Known {
    Known {
        globals: Names::ALL.without(super::names::Name::State).without(super::names::Name::Row),
        bindings: set(&["vote"]),
        roles: set(&["host", "editor"]),
        vars: Some(set(&["limit", "ratio"])),
        fields: set(&["point"]),
        dates: Some(set(&["at", "guest", "topic"])),
        ..Known::default()
    }
}

fn compile(source: &str) -> Result<Expr, Vec<ExprError>> {
    Expr::compile(source, &known())
}

fn value(source: &str) -> Value {
    compile(source).unwrap_or_else(|e| panic!("{source}: {e:?}")).eval(&facts()).unwrap()
}

fn text_in(locale: Locale, source: &str) -> String {
    let facts = Arc::new(facts_in(locale));
    compile(source).unwrap_or_else(|e| panic!("{source}: {e:?}")).eval_text(&facts).unwrap()
}

fn text(source: &str) -> String {
    text_in(Locale::Zh, source)
}

fn failure(source: &str) -> EvalError {
    compile(source).unwrap_or_else(|e| panic!("{source}: {e:?}")).eval(&facts()).unwrap_err()
}

/// The problems of a source, each with the text it points at.
fn problems(source: &str) -> Vec<(String, String)> {
    compile(source)
        .unwrap_err()
        .into_iter()
        .map(|e| {
            let help = e.help.map_or_else(String::new, |help| format!(" | {}", help.en));
            (source[e.range].to_owned(), format!("{}{help}", e.message.en))
        })
        .collect()
}

/// A host with two files and one address.
#[derive(Default)]
struct FakeHost {
    /// How often it may be asked before the time is over; 0 is for ever.
    patience: u64,
    asked: AtomicU64,
}

impl Host for FakeHost {
    fn data(&self, path: &str) -> Result<Value, String> {
        match path {
            "data/riddles.csv" => Ok(Value::list(
                (1..=3)
                    .map(|n| {
                        Value::map([
                            ("question", Value::from(format!("谜面{n}"))),
                            ("answer", Value::from(format!("谜底{n}"))),
                            ("difficulty", Value::str(if n == 3 { "hard" } else { "easy" })),
                        ])
                    })
                    .collect(),
            )),
            other => Err(format!("there is no file {other:?}")),
        }
    }

    fn fetch(&self, url: &str) -> Result<Value, String> {
        if url.starts_with("https://allowed.example/") {
            Ok(Value::map([("ok", Value::Bool(true))]))
        } else {
            Err(format!("{url} is not an address that the playbook allows"))
        }
    }

    fn expired(&self) -> bool {
        self.patience > 0 && self.asked.fetch_add(1, Ordering::Relaxed) + 1 >= self.patience
    }
}

fn script(source: &str) -> Script {
    Script::compile("scripts/t.rhai", source).unwrap_or_else(|e| panic!("{e:#?}"))
}

fn run_with(source: &str, args: Value) -> Result<CallOutcome, ScriptError> {
    script(source).call("main", &args, &facts(), &FakeHost::default())
}

fn run(source: &str) -> CallOutcome {
    run_with(source, Value::Null).unwrap_or_else(|e| panic!("{e}"))
}

/// What `main` returns when its body is this.
fn returns(body: &str) -> Value {
    run(&format!("fn main(args) {{ {body} }}")).value
}

/// Why a script fails when it is run.
fn fails(source: &str) -> ScriptError {
    run_with(source, Value::Null).unwrap_err()
}

/// What is wrong with a script when it is compiled: `line:column message`.
fn refused(source: &str) -> Vec<String> {
    Script::compile("scripts/t.rhai", source)
        .unwrap_err()
        .into_iter()
        .map(|e| format!("{}:{} {}", e.line, e.column, e.message.en))
        .collect()
}

fn texts(outcome: &CallOutcome) -> Vec<String> {
    outcome
        .actions
        .iter()
        .filter_map(|action| match action {
            Action::Post { with } | Action::Task { with } => with.get("text")?.as_str().map(str::to_owned),
            Action::Signal { .. }
            | Action::Tag { .. }
            | Action::Untag { .. }
            | Action::Points { .. }
            | Action::Field { .. }
            | Action::State { .. } => None,
        })
        .collect()
}
