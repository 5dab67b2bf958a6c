//! Calling scripts: what goes in, what comes out, what is remembered.

use super::*;
use crate::base::source::MemoryFolder;

const WELCOME: &str = r#"
const TITLE = "欢迎";
fn main(args) {
    let names = [];
    for s in args.joined { names.push(s.member.name) }
    if names.is_empty() { return 0; }
    post(#{ text: greeting(names), label: "notice" });
    for s in args.joined { s.member.tag("welcomed"); }
    names.len()
}
fn greeting(names) { `${TITLE} ${names.join("、")}!禁止:${rules.forbid}` }
"#;

#[test]
fn a_welcome_greets_everybody_who_joined() {
    let args = Value::map([("joined", facts().signals.clone())]);
    let outcome = run_with(WELCOME, args).unwrap();
    assert_eq!(texts(&outcome), ["欢迎 甲、m9!禁止:广告、拉票"]);
    assert_eq!(outcome.value, Value::Int(2));
    assert_eq!(outcome.actions.len(), 3);
    assert_eq!(outcome.actions[1], Action::Tag { member: MemberId::new("m1"), tag: "welcomed".into() });
}

#[test]
fn a_riddle_is_not_asked_twice() {
    let source = r#"
        fn main(args) {
            let all = data("data/riddles.csv").filter(|r| r.difficulty == (args.difficulty ?? "easy"));
            let used = state.get("used", []);
            let fresh = all.filter(|r| !used.contains(r.question));
            if fresh.is_empty() { fresh = all; used = []; }
            let riddle = pick(fresh);
            used.push(riddle.question);
            state.used = used;
            post(#{ text: `猜谜:${riddle.question}`, label: "social" });
            riddle
        }
        fn reveal(args) { post(`谜底:${args.riddle.answer}`); }
    "#;
    let script = script(source);
    assert_eq!(*script.data_paths, ["data/riddles.csv"]);
    assert_eq!(*script.functions, [("main".to_owned(), 1), ("reveal".to_owned(), 1)]);
    let mut facts = facts_in(Locale::Zh);
    let mut asked = Vec::new();
    for round in 0..2 {
        facts.seed = round;
        let outcome =
            script.call("main", &Value::Null, &Arc::new(facts.clone()), &FakeHost::default()).unwrap();
        for action in &outcome.actions {
            if let Action::State { key, value } = action {
                Arc::make_mut(&mut facts.state).insert(key.as_str().into(), value.clone());
            }
        }
        asked.push(outcome.value.get("question").unwrap().clone());
        let args = Value::map([("riddle", outcome.value)]);
        let told = script.call("reveal", &args, &Arc::new(facts.clone()), &FakeHost::default()).unwrap();
        assert!(texts(&told)[0].starts_with("谜底:谜底"));
    }
    assert_ne!(asked[0], asked[1]);
}

#[test]
fn posts_and_tasks_are_checked() {
    let outcome = run(r#"fn main() {
            post("短");
            post(#{ text: "x", to: "staff", label: "content", mention: ["all", roles.host, members[0]], expires: "3h",
                    urgent: true, buttons: [#{ text: "来", url: "https://e.example" }] });
            task(#{ text: "办", to: roles.host, due: hours(2), remind: "30m" });
            signal("game.won");
            signal("game.over", #{ winner: members[0], at: now });
        }"#);
    assert_eq!(outcome.actions[0], Action::Post { with: Value::map([("text", "短".into())]) });
    let Action::Post { with } = &outcome.actions[1] else { panic!() };
    assert_eq!(with.get("expires"), Some(&Value::Duration(Duration::HOUR.times(3))));
    assert_eq!(with.get("mention"), Some(&Value::list(vec!["all".into(), "host".into(), "m1".into()])));
    assert_eq!(with.get("urgent"), Some(&Value::Bool(true)));
    let Action::Task { with } = &outcome.actions[2] else { panic!() };
    assert_eq!(with.get("to"), Some(&Value::str("host")));
    assert_eq!(with.get("due"), Some(&Value::Duration(Duration::HOUR.times(2))));
    assert_eq!(outcome.actions[3], Action::Signal { name: "game.won".into(), data: Value::Null });

    let wrong = |map: &str| fails(&format!("fn main() {{ let m = {map}; post(m) }}")).message.en;
    assert!(wrong("#{ txt: 1 }").contains("`post` has no key `txt`; did you mean `text`?"));
    assert!(wrong("#{ to: \"x\" }").contains("needs a `text`"));
    assert!(
        wrong("#{ text: \"x\", label: \"promotion\" }").contains("there are content, notice, social, promo")
    );
    assert!(wrong("#{ text: \"x\", expires: 3 }").contains("a duration such as"));
    assert!(wrong("#{ text: \"x\", urgent: \"yes\" }").contains("true or false"));
    assert!(wrong("#{ text: \"x\", buttons: [1] }").contains("a list of"));
    assert!(fails("fn main() { signal(\"two words\") }").message.en.contains("no spaces"));
}

#[test]
fn a_script_reads_what_it_wrote() {
    let outcome = run(r#"fn main() {
            let m = members.find("m1");
            m.tag("vip"); m.award(4); m.set("city", "长安");
            state.n = 1; state.n += 1; state.set("gone", 1); state.remove("gone");
            [m.tags.contains("vip"), m.points, m.city, members.tagged("vip").count, state.n, state.get("gone"),
             state.get("none", 9), state.contains("n"), state.keys]
        }"#);
    let expected = Value::list(vec![
        true.into(),
        9.into(),
        "长安".into(),
        2.into(),
        2.into(),
        Value::Null,
        9.into(),
        true.into(),
        Value::list(vec!["n".into()]),
    ]);
    assert_eq!(outcome.value, expected);
    assert_eq!(outcome.actions.len(), 7);
    let untagged = run(
        "fn main() { members.untag(\"vip\"); members.award(1); members.tag(\"a\"); members.tagged(\"a\").count }",
    );
    assert_eq!((untagged.value, untagged.actions.len()), (Value::Int(4), 12));
    assert!(
        fails("fn main() { members[0].set(\"name\", \"x\") }").message.en.contains("the platform reported")
    );
}

#[test]
fn nothing_is_collected_from_a_call_that_fails() {
    let error = fails("fn main() {\n  post(\"x\");\n  let a = [1];\n  a[5]\n}");
    assert_eq!((error.line, error.path.as_str()), (4, "scripts/t.rhai"));
    assert_eq!(error.message.en, "there is no element 5 in a list of 1");
}

#[test]
fn names_and_constants_are_seen_in_every_function() {
    let outcome = run(
        "const N = 3;\nfn main(a) { helper() }\nfn helper() { [N, group.id, phase.name, args.short, members.count] }",
    );
    assert_eq!(
        outcome.value,
        Value::list(vec![3.into(), "readers".into(), "grow".into(), Value::Null, 4.into()])
    );
    assert_eq!(returns("let now = 5; now"), Value::Int(5), "a variable of the script comes first");
    assert_eq!(returns("let f = |x| x + args.n ?? 0; 1"), Value::Int(1));
    assert_eq!(
        returns("let k = 2; [1, 2, 3].filter(|x| x > k && members.count > 1)"),
        Value::list(vec![3.into()])
    );
}

#[test]
fn args_are_open_and_act_like_a_map() {
    let args = Value::map([("a", 1.into()), ("who", value("members[1]"))]);
    let source = r#"fn main(args) {
        args.who.tag("x");
        [args.a, args.b, args.b ?? 2, args["a"], args.len(), args.keys(), "a" in args, args.contains("z"), args.who.name,
         args.to_map().a, args.get("a"), args.is_empty(), args.values()[0]]
    }"#;
    let outcome = run_with(source, args).unwrap();
    let expected = Value::list(vec![
        1.into(),
        Value::Null,
        2.into(),
        1.into(),
        2.into(),
        Value::list(vec!["a".into(), "who".into()]),
        true.into(),
        false.into(),
        "乙".into(),
        1.into(),
        1.into(),
        false.into(),
        1.into(),
    ]);
    assert_eq!(outcome.value, expected);
    assert_eq!(outcome.actions.len(), 1);
}

#[test]
fn fetches_are_recorded_and_logs_kept() {
    let outcome = run(
        r#"fn main() { log("一"); print(days(1)); debug(2); let r = fetch("https://allowed.example/x"); r.ok }"#,
    );
    assert_eq!(outcome.log, ["一", "1 天", "2"]);
    assert_eq!(outcome.value, Value::Bool(true));
    assert_eq!(outcome.fetches.len(), 1);
    let caught =
        run(r#"fn main() { try { fetch("https://other.example/") } catch (e) { return `no: ${e}`; } }"#);
    assert!(matches!(&caught.value, Value::Str(s) if s.contains("not an address")));
    assert!(caught.fetches[0].body.is_null());
    assert!(
        fails("fn main() { for i in 0..9 { fetch(\"https://allowed.example/\") } }")
            .message
            .en
            .contains("8 addresses")
    );
    assert!(fails("fn main() { let p = \"../x\"; data(p) }").message.en.contains("outside"));
    assert!(fails("fn main() { data(\"none.csv\") }").message.en.contains("there is no file"));
    assert_eq!(run("fn main() { for i in 0..500 { log(i) } }").log.len(), 100);
}

#[test]
fn the_same_call_gives_the_same_outcome() {
    let source =
        "fn main() { post(`${random(1000)} ${members.random(2)} ${shuffle([1, 2, 3, 4, 5])}`); random(10) }";
    assert_eq!(run(source), run(source));
}

#[test]
fn a_missing_function_lists_what_there_is() {
    let script = script("fn main(a) { }\nfn reveal(a) { }\nfn two(a, b) { }");
    let call = |name: &str| script.call(name, &Value::Null, &facts(), &FakeHost::default()).map(|o| o.value);
    assert_eq!(call("main"), Ok(Value::Null));
    assert!(call("reveall").unwrap_err().message.en.contains("did you mean `reveal`?"));
    assert!(call("other_one").unwrap_err().message.en.contains("there are main, reveal, two"));
    assert!(call("two").unwrap_err().message.en.contains("takes 2 arguments"));
}

#[test]
fn imports_come_from_the_folder() {
    let folder = MemoryFolder(
        [
            ("lib/words.rhai", "import \"lib/more\" as more; export const HI = \"你好\"; fn greet(n) { post(`${more::up(n)}${group.id}${HI}`) }"),
            ("lib/more.rhai", "fn up(n) { n.to_upper() }"),
            ("lib/loud.rhai", "post(\"x\"); fn f() { }"),
            ("lib/broken.rhai", "fn f() {\n  nosuch(1)\n}"),
            ("lib/self.rhai", "import \"lib/self\" as s; fn f() { }"),
        ]
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.into()))
        .collect(),
    );
    let compile = |source: &str| Script::compile_with("scripts/t.rhai", source, &folder);
    let script = compile("import \"lib/words\" as w;\nfn main() { w::greet(\"a\"); w::HI }").unwrap();
    assert_eq!(*script.imports, ["lib/more.rhai", "lib/words.rhai"]);
    let outcome = script.call("main", &Value::Null, &facts(), &FakeHost::default()).unwrap();
    assert_eq!(texts(&outcome), ["Areaders你好"]);
    assert_eq!(outcome.value, Value::str("你好"));
    let first = |source: &str| compile(source).unwrap_err().remove(0);
    assert!(
        first("import \"../x\" as x; fn main() { }").message.en.contains("outside the playbook's folder")
    );
    assert!(first("import \"/etc/passwd\" as x; fn main() { }").message.en.contains("outside"));
    assert!(first("import \"none\" as x; fn main() { }").message.en.contains("no file"));
    assert!(first("import \"lib/loud\" as x; fn main() { }").message.en.contains("top level"));
    assert!(first("import \"lib/self\" as x; fn main() { }").message.en.contains("imports itself"));
    assert!(first("fn main() { let p = \"a\"; import p as x; }").message.en.contains("in quotes"));
    assert!(
        first("import \"lib/words\" as w; fn main() { w::gret(1) }")
            .message
            .en
            .contains("did you mean `greet`?")
    );
    let broken = first("import \"lib/broken\" as b; fn main() { }");
    assert_eq!((broken.path.as_str(), broken.line), ("lib/broken.rhai", 2));
}

#[test]
fn a_digest_covers_imports() {
    let with = |text: &str| {
        let folder = MemoryFolder([("l.rhai".to_owned(), text.into())].into_iter().collect());
        Script::compile_with("t.rhai", "import \"l\" as l; fn main() { }", &folder).unwrap().digest
    };
    assert_ne!(with("fn f() { 1 }"), with("fn f() { 2 }"));
    assert_eq!(with("fn f() { 1 }"), with("fn f() { 1 }"));
    assert_eq!(with("fn f() { 1 }").len(), 64);
}

#[test]
fn mistakes_are_found_when_it_is_compiled() {
    let one = |source: &str| {
        let all = refused(source);
        assert_eq!(all.len(), 1, "{all:?}");
        all.into_iter().next().unwrap()
    };
    assert_eq!(
        one("fn main() {\n  psot(\"x\");\n}"),
        "2:3 there is no function `psot`; did you mean `post`?"
    );
    assert!(one("fn main() { helper(1) }\nfn helper() { 1 }").contains("`helper` takes 0 arguments, not 1"));
    assert!(one("fn main() { sleep(5) }").contains("`wait` step"));
    assert!(one("fn main() { exit() }").contains("`return`"));
    assert!(one("fn main() { eval(\"1\") }").contains("cannot be checked"));
    assert!(one("fn main() { timestamp() }").contains("`now`"));
    assert!(one("fn main() { mebmers.count }").contains("did you mean `members`?"));
    assert!(one("let x = 1;\nfn main() { x }").contains("functions see constants"));
    assert!(
        one("fn main() { post(#{ txt: \"x\", text: \"y\" }) }").starts_with("1:21 `post` has no key `txt`")
    );
    assert!(one("fn main() { post(#{ text: \"y\", label: \"promotion\" }) }").contains("there are content"));
    assert!(one("fn main() { post(#{ label: \"promo\" }) }").contains("needs a `text`"));
    assert!(one("fn main() { task(#{ text: \"y\", due: \"soon\" }) }").contains("a duration such as"));
    assert!(one("fn main() { members.frist }").contains("did you mean `first`?"));
    assert!(one("fn main() { for m in members { m.joined.dya } }").contains("did you mean `day`?"));
    assert!(one("fn main() { data(\"../x\") }").contains("outside"));
    assert!(one("fn main() { [1].map(|x| y) }").contains("there is no `y`"));
    assert!(one("fn main() { let new = 1; }").contains("keeps for itself"));
    assert!(one("").contains("empty"));
    assert!(one("// nothing\n").contains("empty"));
    assert!(one(&format!("fn main() {{ }}{}", " ".repeat(70_000))).contains("the limit is 65536"));
    assert_eq!(refused("fn main() { a }\nfn f() { b }").len(), 2);
}

#[test]
fn what_is_right_is_not_refused() {
    for body in [
        "let x = 0; while x < 3 { x += 1; if x == 2 { continue; } else { break; } } x",
        "let m = #{ a: 1 }; for k in m.keys() { m[k] += 1; } m.b = 2; m.remove(\"a\"); m",
        "switch args.kind { \"a\" | \"b\" => 1, 1..5 => 2, () if members.count > 3 => 3, _ => 4 }",
        "let f = |x, y| x + y; f.call(1, 2)",
        "try { throw \"x\" } catch (e) { log(e) }",
        "let s = \" A \"; s.trim(); s.to_lower() + s.len() + s.sub_string(0, 1)",
        "let l = [3, 1]; l.sort(); l.push(4); l.insert(0, 9); l.reduce(|a, b| (a ?? 0) + b)",
        "do { let q = 1; } until true; loop { break; } let t = type_of(1); t",
        "for (s, i) in [1, 2] { log(`${i} ${s}`) }",
        "let g = Fn(\"other\"); g.call()",
    ] {
        let source = format!("fn main(args) {{ {body} }}\nfn other() {{ 1 }}");
        run_with(&source, Value::Null).unwrap_or_else(|e| panic!("{body}: {e}"));
    }
}
