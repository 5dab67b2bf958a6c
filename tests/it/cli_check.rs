//! `playbook check`, `explain`, `new`, `handbook` from outside.

use crate::playground::Playground;

const GOOD: &str = "\
name: demo
timezone: Asia/Shanghai
plays:
  hello:
    every: day at 08:30
    steps:
      - post: 早上好
";

#[test]
fn a_good_file_is_counted() {
    let output = Playground::new().file("good.yaml", GOOD).run(&["check", "good.yaml"]).exits(0);
    let last = output.stdout.lines().last().unwrap();
    assert!(last.starts_with("good.yaml: 1 play, 1 phase, 1 channel; 0 errors, "), "{last}");
    assert_eq!(output.stderr, "");
}

#[test]
fn an_error_is_shown_at_its_place_in_every_format_and_ends_with_1() {
    let place = Playground::new().file("bad.yaml", &GOOD.replace("steps:", "setps:"));
    let text = place.run(&["check", "bad.yaml"]).exits(1);
    assert!(text.stdout.contains("--> bad.yaml:6:5"), "{}", text.stdout);
    assert!(text.stdout.contains("steps"), "{}", text.stdout);
    let json = place.run(&["check", "bad.yaml", "--format", "json"]).exits(1);
    let lines = json.json_lines();
    let error = lines.iter().find(|line| line["code"] == "unknown-key").unwrap();
    let keys: Vec<&str> = error.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "code",
            "severity",
            "message",
            "file",
            "line",
            "column",
            "end_line",
            "end_column",
            "help",
            "practices"
        ]
    );
    assert_eq!((error["file"].as_str(), error["line"].as_u64()), (Some("bad.yaml"), Some(6)));
    let github = place.run(&["check", "bad.yaml", "--format", "github"]).exits(1);
    assert!(github.stdout.contains("::error file=bad.yaml,line=6"), "{}", github.stdout);
}

#[test]
fn several_files_are_checked_and_one_bad_one_is_enough() {
    let place = Playground::new().file("good.yaml", GOOD).file("bad.yaml", "plays: []\n");
    let output = place.run(&["check", "bad.yaml", "good.yaml"]).exits(1);
    assert!(output.stdout.contains("good.yaml: 1 play"), "{}", output.stdout);
    place.run(&["check", "none.yaml"]).exits(3);
    let both = place.run(&["check", "none.yaml", "bad.yaml"]).exits(3);
    assert!(both.stderr.contains("none.yaml") && both.stdout.contains("bad.yaml:"), "{}", both.stdout);
}

#[test]
fn every_code_can_be_explained_and_a_slip_is_understood() {
    let place = Playground::new();
    let list = place.run(&["explain"]).exits(0).stdout;
    let code = list.lines().nth(1).unwrap().split_whitespace().next().unwrap();
    let page = place.run(&["explain", code]).exits(0).stdout;
    assert!(page.starts_with(&format!("{code} (")), "{page}");
    let slip = place.run(&["explain", &code[1..]]).exits(2);
    assert!(slip.stderr.contains("there is no code"), "{}", slip.stderr);
}

#[test]
fn a_new_playbook_is_whole_and_never_overwrites() {
    let place = Playground::new();
    place.run(&["new", "community", "mine"]).exits(0);
    place.run(&["check", "mine/community.yaml"]).exits(0);
    place.write("mine/community.yaml", "name: edited\n");
    place.run(&["new", "community", "mine"]).exits(3);
    assert_eq!(place.read("mine/community.yaml"), "name: edited\n");
    let slip = place.run(&["new", "comunity"]).exits(2);
    assert!(slip.stderr.contains("did you mean community?"), "{}", slip.stderr);
}

#[test]
fn every_template_comes_with_all_that_it_needs() {
    let place = Playground::new();
    let list = place.run(&["new"]).exits(0).stdout;
    let names: Vec<&str> = list.lines().skip(1).map_while(|line| line.split_whitespace().next()).collect();
    assert!(names.len() >= 7, "{list}");
    for name in names {
        place.run(&["new", name]).exits(0);
        place.run(&["check", &format!("{name}/{name}.yaml")]).exits(0);
    }
}

#[test]
fn the_handbook_is_made_of_the_file() {
    let place = Playground::new();
    place.run(&["new", "community"]).exits(0);
    let page = place.run(&["handbook", "community/community.yaml"]).exits(0).stdout;
    for text in [
        "# 长安共读\n",
        "一周共读一本书",
        "商业广告",
        "**周三猜谜** (`riddle-night`)",
        "2026年12月11日 20:00",
    ] {
        assert!(page.contains(text), "{text} in\n{page}");
    }
}

#[test]
fn the_reference_page_is_what_the_program_says() {
    let page = playbook::shell::cli::reference();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/cli.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(file, &page).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(page == kept, "docs/cli.md is out of date: UPDATE_EXPECT=1 writes it anew");
}
