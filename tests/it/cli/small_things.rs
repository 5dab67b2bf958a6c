//! Small things that people stumbled over, each as it should be.

use crate::help::playground::Playground;

const FILE: &str =
    "name: t\ntimezone: UTC\nplays:\n  a:\n    every: day at 20:30\n    steps:\n      - post: hi\n";

#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    let place = Playground::new().file("p.yaml", FILE);
    let line = "(\"$0\" plan p.yaml --days 3000; echo ended with $? >&2) | head -1";
    let output = place.shell(line).wait();
    assert_eq!(output.stderr.trim(), "ended with 0", "{}", output.stdout);
}

#[test]
fn next_wants_a_number_and_peking_is_shanghai() {
    let place = Playground::new().file("p.yaml", &FILE.replace("UTC", "Asia/Peking"));
    let output = place.run(&["next", "--every", "day at 9:00", "-n", "0"]).exits(2);
    assert!(!output.stdout.contains("fifty years"), "{}", output.stdout);
    let output = place.run(&["check", "p.yaml"]).exits(1);
    assert!(output.stdout.contains("`Asia/Shanghai`"), "{}", output.stdout);
}

#[test]
fn the_hour_that_comes_twice_says_which_of_the_two_it_is() {
    let text = FILE.replace("UTC", "America/New_York").replace("day at 20:30", "1h");
    let place = Playground::new().file("p.yaml", &text);
    let output = place.run(&["plan", "p.yaml", "--from", "2026-11-01T03:30:00Z", "--days", "1"]).exits(0);
    for words in ["  01:00-04:00  ", "  01:00-05:00  ", "  02:00  "] {
        assert!(output.stdout.contains(words), "{words}: {}", output.stdout);
    }
}

#[test]
fn a_mark_of_byte_order_is_no_text_and_standard_input_is_a_file() {
    let place =
        Playground::new().file("m.md", "\u{feff}# Title").file("p.yaml", FILE).file("bad.yaml", "nam: x\n");
    let output = place.run(&["render", "m.md", "--as", "discord"]).exits(0);
    assert!(output.stdout.contains("│ Title") || output.stdout.contains("│ # Title"), "{}", output.stdout);
    let output = place.shell("\"$0\" check - < p.yaml").wait().exits(0);
    assert!(output.stdout.contains("-: 1 play") && output.stdout.contains(" 0 errors"), "{}", output.stdout);
    let output = place.shell("\"$0\" check - < bad.yaml").wait().exits(1);
    assert!(output.stdout.contains(" --> -:1:1"), "{}", output.stdout);
}

#[test]
fn anchors_have_a_place_and_merging_two_is_told() {
    let merged = "name: m\ntimezone: UTC\nx-daily: &d { every: day at 20:30 }\nx-late: &l { max_late: 2h }\nplays:\n  a:\n    \
                  MERGE\n    steps: [post: hi]\n";
    let place = Playground::new().file("p.yaml", &merged.replace("MERGE", "<<: [*d, *l]"));
    let output = place.run(&["check", "p.yaml"]).exits(0);
    assert!(output.stdout.contains(" 0 errors"), "{}", output.stdout);
    place.write("p.yaml", &merged.replace("MERGE", "<<: *d\n    <<: *l"));
    let output = place.run(&["check", "p.yaml"]).exits(1);
    assert!(output.stdout.contains("`<<: [*a, *b]`"), "{}", output.stdout);
    place.write("p.yaml", &FILE.replace("post: hi", "post: {花括号}"));
    let output = place.run(&["check", "p.yaml"]).exits(1);
    assert!(output.stdout.contains("\"{花括号}\""), "{}", output.stdout);
}

#[test]
fn people_whom_a_template_made_up_are_named_until_there_are_others() {
    let place = Playground::new();
    let said = place.run(&["new", "community", "club"]).exits(0).stdout;
    assert!(said.contains("made up, as the template has them: ") && said.contains("zhu (小朱)"), "{said}");
    let checked = place.run(&["check", "club/community.yaml"]).exits(0).stdout;
    assert!(checked.contains("zhu (小朱)"), "its group is on a platform: {checked}");
    let own = place
        .read("club/community.yaml")
        .replace("zhu: { name: 小朱, wecom: ZhuXiaoZhu }", "zhu: { name: 朱莉, wecom: zhuli }");
    place.write("club/community.yaml", &own);
    let checked = place.run(&["check", "club/community.yaml"]).exits(0).stdout;
    assert!(!checked.contains("zhu (") && checked.contains("lin (小林)"), "{checked}");
    // On the console nobody is asked yet.
    let _ = place.run(&["new", "guild", "guild"]).exits(0);
    let checked = place.run(&["check", "guild/guild.yaml"]).exits(0).stdout;
    assert!(!checked.contains("made up"), "{checked}");
}

#[test]
fn what_is_meant_is_taken_or_said() {
    let dates = "name: t\ntimezone: UTC\nplays:\n  meetup:\n    title: In a real room\n    dates:\n      - { id: jan, at: 2099-01-16 14:00 }\n    steps:\n      - post: hi\n";
    let place = Playground::new().file("p.yaml", dates);
    let playbook = place.run(&["test", "p.yaml", "--lang", "en"]).exits(2);
    assert!(playbook.stderr.contains("p.yaml is a playbook"), "{}", playbook.stderr);
    assert!(playbook.stderr.contains("say `playbook test`"), "{}", playbook.stderr);
    let forget = place.run(&["forget", "m7", "--lang", "zh"]).exits(2);
    assert!(forget.stderr.contains("是不是 `members forget`"), "{}", forget.stderr);
    let forget = place.run(&["forget", "m7", "--lang", "en"]).exits(2);
    assert!(forget.stderr.contains("'members forget'"), "{}", forget.stderr);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let moved = place.run(&["postpone", "In a real room", "tbd", "--lang", "en"]).exits(0);
    assert!(moved.stdout.contains("meetup/jan has no time"), "{}", moved.stdout);
    let moved = place.run(&["postpone", "meetup", "30 January 2099 14:00", "--lang", "en"]).exits(0);
    assert!(
        moved.stdout.contains("meetup/jan is now at") && moved.stdout.contains("30 Jan"),
        "{}",
        moved.stdout
    );
    engine.stop().exits(0);
    let two = dates.replace("14:00 }", "14:00 }\n      - { id: feb, at: 2099-02-20 14:00 }");
    let place = Playground::new().file("p.yaml", &two);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let which = place.run(&["postpone", "meetup", "tbd", "--lang", "en"]).exits(2);
    assert!(which.stderr.contains("say which: `meetup/feb` or `meetup/jan`"), "{}", which.stderr);
    engine.stop().exits(0);
}
