//! Scripts through the real program: what they import, what they may read and reach, and what they cannot do to the
//! engine that runs them.

use crate::help::{
    playground::{Playground, eventually},
    sink::Sink,
    story::Story,
};
use playbook::engine::entry::Fact;

/// Plays that begin when they are told, each of which runs a script of its name; and one that ticks.
fn book(names: &[&str]) -> String {
    let plays = names.iter().map(|name| format!("  {name}:\n    steps:\n      - run: {name}.rhai\n"));
    format!(
        "name: p\ntimezone: UTC\nplays:\n  tick:\n    every: 1s\n    steps:\n      - post: tick\n{}",
        plays.collect::<String>()
    )
}

/// Why the step of a play failed.
fn failure(play: &Playground, name: &str) -> Option<String> {
    let log = play.run(&["log", "--format", "json"]).exits(0).json_lines();
    let failed = log.iter().find(|entry| {
        entry["entry"] == "script_failed" && entry["effect"].as_str().is_some_and(|id| id.starts_with(name))
    })?;
    failed["error"].as_str().map(str::to_owned)
}

fn fails_with(play: &Playground, name: &str, words: &str) {
    let _ = play.run(&["start", name]).exits(0);
    let what = format!("{name} fails with {words:?}");
    eventually(&what, || failure(play, name).is_some_and(|error| error.contains(words)));
}

#[test]
fn an_import_works_when_it_is_run_and_an_edit_of_it_is_live() {
    let sink = Sink::start();
    let yaml = format!(
        "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{}\" }}\nplays:\n  x:\n    every: 1s\n    steps:\n      - run: a.rhai\n",
        sink.url("/")
    );
    let play = Playground::new()
        .file("p.yaml", &yaml)
        .file("a.rhai", "import \"lib/b\" as b;\nfn main(args) { post(b::words()) }")
        .file("lib/b.rhai", "fn words() { \"one\" }");
    let _ = play.run(&["check", "p.yaml"]).exits(0);
    let engine = play.start(&["run", "p.yaml"]);
    let posts = |text: &str| sink.got().iter().any(|post| post.body.contains(text));
    eventually("what is imported posts", || posts("one"));
    play.write("lib/b.rhai", "fn words() { \"two\" }");
    engine.line("a.rhai was saved");
    eventually("the edited import posts", || posts("two"));
    play.write_by_rename("lib/b.rhai", "fn words() { \"thr");
    engine.line("a.rhai is refused, the last good version goes on");
    let before = sink.got().len();
    eventually("it goes on", || sink.got().len() > before + 1);
    play.write_by_rename("lib/b.rhai", "fn words() { \"four\" }");
    eventually("the mended import posts", || posts("four"));
    let _ = engine.stop().exits(0);
}

/// A call that takes its time.
const LONG: &str = "fn main(args) { let n = 0; for i in 0..1000000 { n += 1; } n }";

#[test]
fn a_call_that_ends_the_process_twice_is_parked_at_the_third_start() {
    let play = Playground::new().file("p.yaml", &book(&["bad"])).file("bad.rhai", LONG);
    let dying = play.env("PLAYBOOK_CRASH_AT", "in-script:1");
    let engine = dying.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = dying.run(&["start", "bad"]);
    let _ = engine.wait();
    // The call is made again at the start, and ends the process again.
    let _ = dying.start(&["run", "p.yaml"]).wait();
    let well = dying.without_env("PLAYBOOK_CRASH_AT");
    let engine = well.start(&["run", "p.yaml"]);
    eventually("it is parked", || {
        failure(&well, "bad").is_some_and(|error| error.contains("ended the engine 2 times"))
    });
    eventually("the others go on", || engine.stdout().matches("tick").count() > 2);
    let _ = engine.stop().exits(0);
}

#[test]
fn what_scripts_keep_has_bounds_and_the_reason_names_them() {
    let keep = "fn main(args) { let n = state.get(\"n\", 0); state.set(\"n\", n + 1); for i in 0..100 { let s = \"x\"; s.pad(60000, \"y\"); state.set(`k${n}.${i}`, s); } }";
    let play = Playground::new()
        .file("p.yaml", &book(&["keep", "much", "gives"]))
        .file("keep.rhai", keep)
        .file("much.rhai", &keep.replace("0..100", "0..990"))
        .file(
            "gives.rhai",
            "fn main(args) { let s = \"\"; s.pad(60000, \"y\"); let a = []; a.pad(40, s); a }",
        );
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = play.run(&["start", "keep"]).exits(0);
    fails_with(&play, "much", "holds more than 8388608 bytes");
    fails_with(&play, "gives", "at most 1048576 are kept");
    fails_with(&play, "keep", "; at most 8388608 bytes may be; the largest of");
    let _ = engine.stop().exits(0);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_secret_is_no_data_and_only_named_addresses_are_fetched() {
    let yaml = book(&["reads", "links", "plain", "port", "near"]).replace(
        "plays:",
        "fetch: [api.example.com, localhost]\nchannels:\n  group: { type: console }\n  staff: { type: webhook, url: { file: hook.txt } }\nplays:",
    );
    let play = Playground::new()
        .file("p.yaml", &yaml)
        .file("hook.txt", "http://127.0.0.1:9/secret-words")
        .file("reads.rhai", "fn main(args) { let path = \"hook.txt\"; data(path) }")
        .file("links.rhai", "fn main(args) { let path = \"other.txt\"; data(path) }")
        .file("plain.rhai", "fn main(args) { fetch(\"http://api.example.com/\") }")
        .file("port.rhai", "fn main(args) { fetch(\"https://api.example.com:8443/\") }")
        .file("near.rhai", "fn main(args) { fetch(\"http://127.0.0.1:9/\") }");
    std::os::unix::fs::symlink("hook.txt", play.path("other.txt")).unwrap();
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    fails_with(&play, "reads", "a secret of a channel");
    fails_with(&play, "links", "a secret of a channel");
    fails_with(&play, "plain", "over https only");
    fails_with(&play, "port", "does not allow scripts to fetch from api.example.com:8443");
    fails_with(&play, "near", "does not allow scripts to fetch from 127.0.0.1:9");
    let _ = engine.stop().exits(0);
    // Named where it can be seen, it is found before anything runs; and an expression never reads it.
    play.write("reads.rhai", "fn main(args) { data(\"hook.txt\") }");
    let check = play.run(&["check", "p.yaml"]).exits(1);
    assert!(format!("{}{}", check.stdout, check.stderr).contains("a secret of a channel"));
    play.write("p.yaml", &yaml.replace("post: tick", "post: ${data(\"hook.txt\")}"));
    let check = play.run(&["check", "p.yaml"]).exits(1);
    assert!(format!("{}{}", check.stdout, check.stderr).contains("a secret of a channel"));
}

#[test]
fn extreme_numbers_and_bombs_in_a_playbook_end_nothing() {
    let texts = [
        "${days(-9000000000000000000)}",
        "${-days(-9000000000000000000)}",
        "${now - days(9000000000000000000)}",
        "${days(-9000000000000000000) / -1}",
        "${days(1) * 9e300}",
        "${days(signal.data.n)}",
    ];
    let plays = texts
        .iter()
        .enumerate()
        .map(|(n, text)| format!("  p{n}:\n    on: go\n    steps:\n      - post: \"p{n} {text}\"\n"));
    let yaml = format!(
        "name: p\ntimezone: UTC\nplays:\n  tick:\n    every: 1s\n    steps:\n      - post: tick\n{}",
        plays.collect::<String>()
    );
    let play = Playground::new().file("p.yaml", &yaml);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = play.run(&["signal", "go", "--with", "n=-9223372036854775808"]).exits(0);
    for n in 0..texts.len() {
        engine.line(&format!("p{n} "));
    }
    // A file that would grow without end is refused when it is saved, and the engine goes on.
    let bomb = format!("[|x| x]{}.len() == 1", ".map(|f| f.curry(f))".repeat(40));
    play.write(
        "p.yaml",
        &format!("{yaml}  bomb:\n    on: boom\n    when: '{bomb}'\n    steps:\n      - post: done\n"),
    );
    engine.line("the last good version goes on");
    let before = engine.stdout().matches("tick").count();
    eventually("it goes on", || engine.stdout().matches("tick").count() > before + 1);
    let _ = engine.stop().exits(0);
}

/// Why a script that does something twenty thousand times with a text of sixty thousand letters was ended; none where
/// it came to its end.
fn twenty_thousand_times(call: &str) -> Option<String> {
    let script = format!(
        "fn main(args) {{ let s = \"\"; s.pad(60000, \"#\"); for i in 0..20000 {{ try {{ {call}; }} catch {{ }} }} }}"
    );
    let yaml = "plays: { a: { steps: [{ run: s.rhai }] } }";
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &[("s.rhai", &script)]);
    story.start("a");
    story.entries.iter().find_map(|entry| match &entry.fact {
        Fact::ScriptFailed { error, .. } => Some(error.en.clone()),
        _ => None,
    })
}

#[test]
fn what_goes_through_a_text_is_paid_by_its_length() {
    assert_eq!(twenty_thousand_times("s.is_empty()"), None, "what looks at no letter costs one operation");
    for call in [
        "text(s)",
        "plain(s)",
        "plural(2, s, s)",
        "plural(2, s, s, s)",
        "channel_link(s, s)",
        "channel_link(\"1\", s)",
        "s.shorten(5)",
        "s.lines()",
        "s.trim()",
        "s.replace(\"x\", \"y\")",
        "seal(s)",
        "[1].drawn(1, s)",
        "[s].join(\"\")",
        "now.format(s)",
        "duration(s)",
        "time(s)",
        "now.at(s)",
        "data(s)",
        "s + now",
    ] {
        let ended = twenty_thousand_times(call).unwrap_or_else(|| panic!("{call} costs nothing"));
        assert!(ended.contains("operations"), "{call}: {ended}");
    }
}
