//! `playbook check`, `explain`, `new`, `handbook` from outside.

use crate::help::playground::Playground;
use playbook::base::locale::Locale;

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
            "practices",
            "fix"
        ]
    );
    assert_eq!((error["file"].as_str(), error["line"].as_u64()), (Some("bad.yaml"), Some(6)));
    let github = place.run(&["check", "bad.yaml", "--format", "github"]).exits(1);
    assert!(github.stdout.contains("::error file=bad.yaml,line=6"), "{}", github.stdout);
}

#[test]
fn a_table_may_be_gb18030_and_a_playbook_may_not() {
    // "id,date,topic\na,2026-12-05,活着\n" and "name: 群\n" in GBK.
    let table = b"id,date,topic\na,2026-12-05,\xbb\xee\xd7\xc5\n";
    let play = "name: t\ntimezone: Asia/Shanghai\nplays:\n  topics:\n    dates: { file: topics.csv, at: \"${row.date} 12:30\" }\n    steps:\n      - post: \"${date.topic}\"\n";
    let place = Playground::new().file("p.yaml", play);
    place.write_bytes("topics.csv", table);
    place.write_bytes("gbk.yaml", b"name: \xc8\xba\xd7\xe9\n");
    let plan =
        place.run(&["plan", "p.yaml", "--from", "2026-12-01", "--days", "10", "--format", "json"]).exits(0);
    assert!(plan.stdout.contains("活着"), "{}", plan.stdout);
    let refused = place.run(&["check", "gbk.yaml"]).exits(1);
    assert!(refused.stdout.contains("looks like GBK (GB18030); save it as UTF-8"), "{}", refused.stdout);
    place.write("topics.csv", "id,date,topic\na,2026-12-05,活着\nb，2026-12-12，围城\n");
    let commas = place.run(&["check", "p.yaml"]).exits(1);
    assert!(
        commas.stdout.contains("full-width commas") && commas.stdout.contains("topics.csv:3:1"),
        "{}",
        commas.stdout
    );
    place.write("topics.csv", "sep=;\nid;date;topic\na;2026-12-05;甲，乙\n");
    place.run(&["check", "p.yaml"]).exits(0);
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
fn a_template_that_is_written_in_both_languages_comes_in_the_readers() {
    let place = Playground::new();
    let _ = place.run(&["new", "weekly-games", "en", "--lang", "en"]).exits(0);
    let _ = place.run(&["new", "weekly-games", "zh", "--lang", "zh"]).exits(0);
    assert!(place.read("en/weekly-games.yaml").contains("title: Every week"));
    assert!(place.read("zh/weekly-games.yaml").contains("title: 每周互动"));
    assert!(place.path("en/data/openers.csv").exists() && !place.path("en/scripts").exists());
    for lang in ["en", "zh"] {
        let _ = place.run(&["test", &format!("{lang}/weekly-games.test.yaml")]).exits(0);
        let list = place.run(&["new", "--lang", lang]).exits(0).stdout;
        let games = list.lines().filter(|line| line.starts_with("weekly-games ")).count();
        assert_eq!(games, 1, "{list}");
    }
    let list = place.run(&["new", "--lang", "zh"]).exits(0).stdout;
    assert!(list.contains("猜谜、竞猜和积分"), "{list}");
    let list = place.run(&["new", "--lang", "en"]).exits(0).stdout;
    for line in list.lines().skip(1).take_while(|line| !line.is_empty()) {
        let name = line.split_whitespace().next().unwrap();
        let _ = place.run(&["new", name, &format!("of-{name}"), "--lang", "en"]).exits(0);
        let chinese = place
            .read(&format!("of-{name}/{name}.yaml"))
            .lines()
            .any(|line| !line.starts_with('#') && line.chars().any(|c| ('一'..='龥').contains(&c)));
        assert_eq!(chinese, line.contains("in Chinese"), "{line}");
    }
    let _ = place.run(&["new", "whole-life"]).exits(0);
    let _ = place.run(&["test", "whole-life"]).exits(0);
    // Whoever copies a part is told what to do with it, and whoever copies a whole is not.
    let part = place.run(&["new", "rules", "part", "--lang", "zh"]).exits(0).stdout;
    assert!(part.contains("它是一个部分") && part.contains("use: [{ playbook: rules.yaml }]"), "{part}");
    let whole = place.run(&["new", "guild", "--lang", "en"]).exits(0).stdout;
    assert!(!whole.contains("It is a part"), "{whole}");
}

/// What is in one language only: each has its counterpart in the other one.
const ALONE: [(&str, &str); 4] =
    [("community", "zh"), ("book-club-en", "en"), ("whole-life", "zh"), ("guild", "en")];

#[test]
fn every_template_is_whole_in_either_language_and_has_no_word_of_the_other() {
    let place = Playground::new();
    let list = place.run(&["new", "--lang", "en"]).exits(0).stdout;
    let names: Vec<&str> = list.lines().skip(1).map_while(|line| line.split_whitespace().next()).collect();
    assert!(names.len() >= 27, "{list}");
    for (name, lang) in names.iter().flat_map(|name| [(*name, "en"), (*name, "zh")]) {
        if ALONE.iter().any(|(alone, only)| *alone == name && *only != lang) {
            continue;
        }
        let (dir, main) = (format!("{lang}/{name}"), format!("{lang}/{name}/{name}.yaml"));
        let _ = place.run(&["new", name, &dir, "--lang", lang]).exits(0);
        let checked = place.run(&["check", &main, "--lang", "en"]).exits(0).stdout;
        assert!(checked.contains(" 0 errors"), "{main}: {checked}");
        // A step that fails ends it with 1.
        let _ = place.run(&["simulate", &main, "--from", "2026-12-01", "--days", "45"]).exits(0);
        let _ = place.run(&["test", &dir]).exits(0);
        let text = place.read(&main);
        let chinese = |line: &str| line.chars().any(|c| ('一'..='龥').contains(&c));
        if lang == "en" {
            assert!(!text.lines().any(chinese), "{main}: {text}");
        } else {
            // What members and operators read; keys, ids and code are English everywhere.
            let said = ["post: ", "task: ", "ask: ", "approve: ", "title: ", "notice: "];
            let foreign = |line: &&str| {
                let words =
                    said.iter().find_map(|key| line.trim_start().trim_start_matches("- ").strip_prefix(key));
                words.is_some_and(|words| !words.starts_with(['|', '$', '{']) && !chinese(words))
            };
            assert_eq!(text.lines().find(foreign), None, "{main}");
        }
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
        "## 谁做什么",
        "### host",
        "## 一天说几次话",
        "22:30 到 08:00 不说话",
        "## 阶段",
        "**seed**：直到群里至少 60 人",
        "   > 分享开始,请先听完再提问。",
        "## 出问题时怎么办",
    ] {
        assert!(page.contains(text), "{text} in\n{page}");
    }
    let _ = place.run(&["new", "guild"]).exits(0);
    let page = place.run(&["handbook", "guild/guild.yaml"]).exits(0).stdout;
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} in\n{page}"));
    // As the file has them, under headings that people use.
    let order =
        ["**What it is for**", "**Who it is for**", "**Who it is not for**", "**What brings us together**"];
    assert!(order.windows(2).all(|pair| at(pair[0]) < at(pair[1])), "{page}");
    for text in [
        "Ada, Tom, in turns of 14 days",
        "- Letting go: decide who is let go: ",
        "nothing is posted from 21:30 to 08:30",
        "asks host to do",
        "   > Tomorrow evening we have a guest",
        "`playbook hush --why REASON`",
        "told first; whoever speaks within the grace of 7 days stays",
        "16 hours to decide, else it goes on",
        "  - if it is cancelled",
    ] {
        assert!(page.contains(text), "{text} in\n{page}");
    }
    assert!(!page.contains("${"), "{page}");
}

#[test]
fn a_handbook_is_what_a_new_admin_can_be_given() {
    let place = Playground::new();
    for (lang, name) in [("en", "growth"), ("zh", "growth"), ("en", "enforce"), ("zh", "enforce")] {
        let dir = format!("{name}-{lang}");
        let _ = place.run(&["new", name, &dir, "--lang", lang]).exits(0);
        let page = place.run(&["handbook", &format!("{dir}/{name}.yaml")]).exits(0).stdout;
        assert!(!page.contains("${"), "{page}");
        insta::assert_snapshot!(format!("handbook_{name}_{lang}"), page);
    }
    // The other language was asked for: what the program says is in it, what the playbook says is as it was.
    let page = place.run(&["handbook", "growth-zh/growth.yaml", "--lang", "en"]).exits(0).stdout;
    assert!(page.contains("## Who does what") && page.contains("加入三个同类群或论坛"), "{page}");
}

#[test]
fn a_handbook_says_when_somebody_is_asked_and_not_every_date_at_each_task() {
    let dates: Vec<String> = (1..8).map(|month| format!("{{ at: 2027-0{month}-14 19:00 }}")).collect();
    let text = format!(
        "name: demo\ntimezone: UTC\npeople: {{ ada: {{ name: Ada }} }}\nroles: {{ host: {{ people: [ada] }} }}\nplays:\n  evening:\n    dates: [{}]\n    steps:\n      - {{ at: -14d 08:45, task: Settle the topic, to: host, due: 1d }}\n",
        dates.join(", ")
    );
    let place = Playground::new().file("demo.yaml", &text);
    let page = place.run(&["handbook", "demo.yaml"]).exits(0).stdout;
    assert!(page.contains("- evening: Settle the topic (14 days before at 08:45, for each date)"), "{page}");
    assert!(page.contains("and 3 more, which `playbook plan` lists"), "{page}");
    assert_eq!(page.matches("14 Jan 2027").count(), 1, "{page}");
    assert!(page.contains("- `playbook run demo.yaml` runs it, on one machine"), "{page}");
    let real =
        text.replace("plays:", "channels: { group: { type: wecom, url: { env: GROUP_URL } } }\nplays:");
    let place = place.file("real.yaml", &real);
    let page = place.run(&["handbook", "real.yaml"]).exits(0).stdout;
    assert!(page.contains("as files: `GROUP_URL`"), "{page}");
    assert!(page.contains("- Channel `group`: wecom; nothing is heard there"), "{page}");
    let page = place.run(&["handbook", "demo.yaml", "--lang", "zh"]).exits(0).stdout;
    assert!(page.contains("提前 14 天的 08:45，每个日期") && page.contains("另有 3 个"), "{page}");
}

#[test]
fn members_are_told_what_the_parts_of_a_playbook_promise() {
    let place = Playground::new()
        .file("club.yaml", "name: club\ntimezone: UTC\nuse: [{ playbook: en/admission.yaml }]\n");
    let _ = place.run(&["new", "admission", "en", "--lang", "en"]).exits(0);
    let page = place.run(&["handbook", "club.yaml", "--members", "--lang", "en"]).exits(0).stdout;
    assert!(page.contains("- `badge`: who they are (until the decision that it is for)"), "{page}");
    assert!(page.contains("- `city`: meeting in person (for 365 days)"), "{page}");
}

#[test]
fn the_reference_page_is_what_the_program_says() {
    kept("docs/cli.md", &playbook::shell::cli::reference(Locale::En));
    kept("docs/zh/cli.md", &playbook::shell::cli::reference(Locale::Zh));
}

/// A generated page is what is kept; `UPDATE_EXPECT=1` writes it anew.
#[expect(clippy::disallowed_methods, reason = "reads and writes a page of the repository")]
fn kept(path: &str, page: &str) {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var("UPDATE_EXPECT").is_ok() {
        std::fs::write(&file, page).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(page == kept, "{path} is out of date: UPDATE_EXPECT=1 writes it");
}

#[test]
fn the_page_of_diagnostics_lists_every_code() {
    let mut page = String::from(
        "# Diagnostics\n\nEvery code that `playbook check` reports. Written from the program's own words by a test; \
         `playbook explain CODE` says more, with a wrong and a right example, and `--lang zh` says it in Chinese.\n",
    );
    use playbook::base::{diagnostic::Severity, locale::Locale};
    for severity in [Severity::Error, Severity::Warning] {
        page +=
            &format!("\n## {}\n\n| Code | Meaning | \u{542b}\u{4e49} |\n|---|---|---|\n", severity.as_str());
        for code in playbook::lang::explain::all().iter().filter(|code| code.severity == severity) {
            let cell = |locale| code.meaning.of(locale).replace('|', "\\|");
            page += &format!("| `{}` | {} | {} |\n", code.slug, cell(Locale::En), cell(Locale::Zh));
        }
    }
    kept("docs/diagnostics.md", &page);
}

#[test]
fn the_language_is_the_one_asked_for_else_the_terminals() {
    let place = Playground::new().file("bad.yaml", &GOOD.replace("steps:", "setps:"));
    let zh = place.run(&["check", "bad.yaml", "--lang", "zh"]).exits(1).stdout;
    assert!(
        zh.contains("错误[unknown-key]: 玩法没有 `setps` 这个键") && zh.contains("建议: 是不是想写 `steps`"),
        "{zh}"
    );
    assert!(zh.lines().last().unwrap().contains("2 个错误"), "{zh}");
    let json = place.run(&["check", "bad.yaml", "--lang", "zh", "--format", "json"]).exits(1);
    let line = &json.json_lines()[0];
    assert_eq!(line["severity"], "error");
    assert!(line["message"].as_str().unwrap().contains("需要 `steps`"), "{line}");
    let plain = place.run(&["check", "bad.yaml", "--format", "json"]).exits(1);
    assert!(plain.stdout.contains("has no key"), "{}", plain.stdout);
    assert!(place.run(&["explain", "unknown-key", "--lang", "zh"]).exits(0).stdout.contains("错误写法"));
    place.run(&["check", "bad.yaml", "--lang", "de"]).exits(2);
}

#[test]
fn a_fix_changes_its_place_and_twice_is_once() {
    let bad = "\u{feff}name: demo\r\ntimezone: Asia/Shanghai # \u{65f6}\u{533a}\r\nplays:\r\n  hello:\r\n    evry: day at 08:30\r\n    \
               max_late: 3h  # keep\r\n    setps:\r\n      - post: @all hi\r\n        urgent: yes\r\n";
    let place = Playground::new().file("bad.yaml", bad);
    let first = place.run(&["check", "bad.yaml", "--fix"]).exits(0).stdout;
    assert_eq!(first.lines().filter(|line| line.starts_with("fixed bad.yaml:")).count(), 4, "{first}");
    let mended = place.read("bad.yaml");
    let expected = bad.replace("evry", "every").replace("setps", "steps").replace("@all hi", "\"@all hi\"");
    assert_eq!(mended, expected.replace("urgent: yes", "urgent: true"));
    let second = place.run(&["check", "bad.yaml", "--fix"]).exits(0).stdout;
    assert!(!second.contains("fixed"), "{second}");
    assert_eq!(place.read("bad.yaml"), mended);
}

#[test]
fn a_name_that_is_meant_for_certain_is_mended_wherever_it_stands() {
    let good = "name: demo
timezone: UTC
people: { lindsay: { name: Lindsay }, margaret: { name: Margaret } }
roles: { moderator: { people: [lindsay, margaret], away: { margaret: 2026-12-20..2026-12-24 } } }
channels: { group: { type: telegram, token: { env: T }, chat: \"-1001\" }, backstage: { type: console } }
calendars: { holidays: [2026-12-24] }
labels: { know-how: content }
budgets: { labels: { know-how: 3 per 7d } }
phases: [{ name: seedtime }]
plays:
  quiz:
    every: day at 10:00
    except: holidays
    during: seedtime
    overlap: replace
    steps:
      - { id: riddle, post: Which?, label: know-how, mention: moderator }
      - { post: Look above., reply_to: riddle }
      - { ask: Which?, options: [apple, banana], answer: banana, open_for: 1h }
      - { task: Look., to: moderator }
      - { start: farewell }
  farewell: { steps: [{ post: Bye., to: backstage }] }
";
    let place = Playground::new().file("good.yaml", good);
    let _ = place.run(&["check", "good.yaml"]).exits(0);
    for (right, slip) in [
        ("[lindsay, margaret]", "[lindsay, margarat]"),
        ("away: { margaret:", "away: { margarat:"),
        ("type: telegram", "type: telegramm"),
        ("labels: { know-how: 3", "labels: { know-hov: 3"),
        ("except: holidays", "except: holiday"),
        ("during: seedtime", "during: seedtyme"),
        ("overlap: replace", "overlap: replase"),
        ("label: know-how", "label: know-hov"),
        ("mention: moderator", "mention: moderater"),
        ("reply_to: riddle", "reply_to: ridle"),
        ("answer: banana", "answer: bananna"),
        ("to: moderator", "to: moderater"),
        ("start: farewell", "start: farewel"),
        ("to: backstage", "to: backstag"),
    ] {
        place.write("bad.yaml", &good.replace(right, slip));
        let said = place.run(&["check", "bad.yaml", "--fix"]).stdout;
        assert_eq!(place.read("bad.yaml"), good, "{slip}: {said}");
    }
    // What is near two names, or far from all, is not.
    for slip in ["to: backstop", "to: xyz"] {
        let text = good.replace("to: backstage", slip);
        place.write("bad.yaml", &text);
        let _ = place.run(&["check", "bad.yaml", "--fix"]).exits(1);
        assert_eq!(place.read("bad.yaml"), text, "{slip}");
    }
}

#[test]
fn the_five_warnings_that_weigh_most_are_shown_and_the_others_counted() {
    let play = |n| format!("  p{n}:\n    cron: \"*/45 * * * *\"\n    steps:\n      - post: Hello.\n");
    let plays = (0..8).map(play).collect::<Vec<_>>().concat();
    let place = Playground::new().file("p.yaml", &format!("name: p\ntimezone: UTC\nplays:\n{plays}"));
    let shown = |args: &[&str]| place.run(args).exits(0).stdout;
    let few = shown(&["check", "p.yaml"]);
    assert_eq!(few.matches("warning[").count(), 5, "{few}");
    let all = shown(&["check", "--all", "p.yaml"]);
    let count = all.matches("warning[").count();
    assert!(count >= 8, "{all}");
    assert!(
        few.contains(&format!("and {} more warnings: `playbook check --all p.yaml` shows them", count - 5)),
        "{few}"
    );
    assert!(few.contains(&format!("0 errors, {count} warnings")), "{few}");
}

#[test]
fn the_handbook_prints_a_goal_in_one_line() {
    let yaml = "name: a\ncharter:\n  purpose: read\n  values: [care]\n  goals:\n    - { want: readers who stay, \
                metric: metrics.retention30, target: \">= 40\", channels: [group, shop] }\n  team: { planner: host }\n";
    let text = Playground::new().file("a.yaml", yaml).run(&["handbook", "a.yaml"]).exits(0).stdout;
    let line = "  - readers who stay · channels group, shop · metric metrics.retention30 · target >= 40\n";
    assert!(text.contains(line) && text.contains("- **Who runs it**\n  - **planner**: host\n"), "{text}");
}

#[test]
fn full_width_signs_of_the_structure_are_mended_in_place_and_those_of_texts_stay() {
    const HEAD: &str = "name: p\ntimezone: Asia/Shanghai\n";
    const PLAY: &str = "plays:\n  a:\n    every: wednesday at 20:30\n    steps:\n";
    let in_play = |steps: &str| format!("{HEAD}{PLAY}{steps}");
    let typed = format!("{HEAD}{PLAY}      - post: 你好\n");
    let all =
        typed.replace("20:30", "20-30").replace(": ", "：").replace(':', "：").replace("20-30", "20:30");
    let block = "      - post: |\n          注意：今晚\n          to：大家\n      - wait: 20m\n      - post: 再见\n        urgent: true\n";
    let wide_block = block.replace(": ", "：");
    let texts = in_play(
        "      - post:\n          qq：123\n          tel：456\n      - post: 【公告】注意：今晚，见\n",
    );
    let poll = |options: &str| in_play(&format!("      - ask: 来吗？\n        options: {options}\n"));
    for (written, wanted) in [
        (all, typed.clone()),
        (typed.replace("plays:", "plays：").replace("  a:", "  a："), typed.clone()),
        (typed.replace("every: wednesday at 20:30", "every：wednesday at 20：30"), typed),
        (in_play(&wide_block), in_play(block)),
        (texts.clone(), texts),
        (poll("[来，不来]"), poll("[来, 不来]")),
        (poll("［来，不来］"), poll("[来, 不来]")),
        (poll("[来, 不来】"), poll("[来, 不来]")),
        (poll("[来了，坐下, 不来]"), poll("[来了，坐下, 不来]")),
        (
            in_play("      - post: 你好\n      - wait: {for：20m}\n"),
            in_play("      - post: 你好\n      - wait: {for: 20m}\n"),
        ),
    ] {
        let place = Playground::new().file("p.yaml", &written);
        place.run(&["check", "p.yaml", "--fix"]).exits(0);
        assert_eq!(place.read("p.yaml"), wanted, "{written}");
        let second = place.run(&["check", "p.yaml", "--fix"]).exits(0).stdout;
        assert!(!second.contains("fixed"), "{second}");
        assert_eq!(place.read("p.yaml"), wanted);
    }
    // In quotes, the first line would leave what is below it without a key.
    let unclear = format!("{HEAD}plays:\n  a: every: wednesday at 20:30\n    steps:\n      - post: 你好\n");
    let place = Playground::new().file("p.yaml", &unclear);
    place.run(&["check", "p.yaml", "--fix"]).exits(1);
    assert_eq!(place.read("p.yaml"), unclear);
}

#[test]
fn a_robot_in_a_group_of_customers_is_refused_with_the_ways_out() {
    let yaml = |kind: &str, channel: &str| {
        format!(
            "name: p\ntimezone: UTC\nchannels: {{ group: {{ type: wecom, url: {{ env: HOOK }} }} }}\ngroups:\n  buyers: {{ kind: {kind}{channel} }}\n\
             plays: {{ a: {{ every: day at 09:00, steps: [{{ post: hi }}] }} }}\n"
        )
    };
    let check =
        |text: &str| Playground::new().file("p.yaml", text).run(&["check", "p.yaml", "--format", "json"]);
    let lines = check(&yaml("customer", "")).exits(1).json_lines();
    let found = lines.iter().find(|one| one["code"] == "bad-value" && one["line"] == 5).expect("an error");
    assert!(found["help"].as_str().is_some_and(|help| help.contains("manual")), "{found:#}");
    let _ = check(&yaml("ordinary", "")).exits(0);
    let _ = check(&yaml("customer", ", channels: { group: { type: manual } }")).exits(0);
}

#[test]
fn parts_that_share_files_go_into_one_folder_and_nothing_else_is_overwritten() {
    let place = Playground::new();
    for part in ["rules", "kol-session", "enforce", "later-life"] {
        let _ = place.run(&["new", part, "club", "--lang", "zh"]).exits(0);
    }
    let again = place.run(&["new", "weekly-games", "club", "--lang", "en"]).exits(0);
    assert!(again.stdout.contains("weekly-games.yaml"), "{}", again.stdout);
    let use_them = "name: club\ntimezone: Asia/Shanghai\nlocale: zh\nuse:\n  - { playbook: rules.yaml }\n  - { playbook: kol-session.yaml }\n  \
                    - { playbook: enforce.yaml }\n  - { playbook: later-life.yaml }\n";
    let place = place.file("club/club.yaml", use_them);
    let _ = place.run(&["check", "club/club.yaml"]).exits(0);
    // What somebody has written themselves stays as it is.
    let place = place.file("other/scripts/rules.rhai", "// my own\nfn main(args) { 1 }\n");
    let _ = place.run(&["new", "rules", "other", "--lang", "zh"]).exits(3);
    let _ = place.run(&["new", "rules", "club", "--lang", "zh"]).exits(3);
}
