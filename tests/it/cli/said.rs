//! What commands say of what they did, and of what they cannot read, through the real binary.

use crate::help::playground::{Playground, eventually};

const YAML: &str = "name: p
timezone: Asia/Shanghai
people:
  zhu: { name: 竹 }
plays:
  talk:
    dates: [{ id: jia, at: 2099-12-12 20:00 }]
    steps: [{ post: 开始 }]
  open:
    steps:
      - approve: 可以吗？
        to: zhu
        open_for: 1d
        yes: [{ post: 做了 }]
      - post: 后面
  game: { every: wednesday at 20:30, steps: [{ post: x }] }
";

#[test]
fn a_run_whose_date_has_no_time_is_never_late() {
    let day = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date() + jiff::Span::new().days(2);
    let yaml = format!(
        "name: p
timezone: Asia/Shanghai
plays:
  talk:
    dates: [{{ id: jia, at: {day} 20:00 }}]
    steps: [{{ at: -9d 12:00, post: 早 }}, {{ at: 0m, post: 开始 }}]
"
    );
    let place = Playground::new().file("p.yaml", &yaml);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    eventually("it has begun", || place.run(&["runs"]).stdout.contains("talk@jia"));
    let _ = place.run(&["postpone", "talk/jia", "tbd"]).exits(0);
    let why = place.run(&["why", "talk/jia", "--lang", "zh"]).exits(0).stdout;
    let first = why.lines().next().unwrap_or_default();
    assert!(first.contains("日期 jia 还没有时间") && !first.contains('迟'), "{why}");
    engine.stop().exits(0);
}

#[test]
fn what_is_skipped_refused_and_hushed_is_said_as_people_read_it() {
    let place = Playground::new().file("p.yaml", YAML);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    // The occurrence of a day, by its day.
    let next = place.run(&["skip", "game", "--lang", "zh"]).exits(0).stdout;
    let id = next.split_whitespace().find(|word| word.starts_with("game@")).unwrap_or_default();
    let id = id.split('（').next().unwrap_or_default();
    assert!(id.ends_with("T12:30:00Z") && next.contains("20:30）"), "{next}");
    let day: jiff::Timestamp = id.split_once('@').unwrap().1.parse().unwrap();
    let later = day.to_zoned(jiff::tz::TimeZone::UTC).date() + jiff::Span::new().days(14);
    let skipped = place.run(&["skip", &format!("game@{later}"), "--lang", "en"]).exits(0).stdout;
    assert!(skipped.contains(&format!("skipped game@{later}T12:30:00Z")), "{skipped}");

    // Times as they are said; who holds the state, without an instant of UTC.
    let moved = place.run(&["postpone", "talk/jia", "12月12日 20：00", "--lang", "zh"]).exits(0).stdout;
    assert!(moved.contains("12月12日") && moved.contains("20:00"), "{moved}");
    let twice = place.run(&["run", "p.yaml", "--lang", "zh"]).exits(3).stderr;
    assert!(twice.contains("已运行") && !twice.contains("Z。"), "{twice}");
    let copied = place.run(&["backup", "copy.db", "--lang", "zh"]).exits(0).stdout;
    assert!(copied.contains("(Asia/Shanghai)"), "{copied}");

    let _ = place.run(&["start", "open"]).exits(0);
    eventually("it is asked", || place.run(&["tasks"]).stdout.contains("t1"));
    let no = place.run(&["reject", "t1", "--lang", "zh"]).exits(0).stdout;
    assert!(no.contains("`yes` 下面的步骤不做；open 从后面接着走"), "{no}");

    let _ = place.run(&["hush", "--why", "出事了"]).exits(0);
    let again = place.run(&["hush", "--why", "还没好", "--for", "30分钟", "--lang", "zh"]).exits(0).stdout;
    assert!(again.contains("取代了原来") && again.contains("出事了"), "{again}");
    engine.stop().exits(0);
}

#[test]
fn a_handbook_says_what_silence_comes_to_and_what_is_heard() {
    let yaml =
        format!("{YAML}inbound: {{ bot: {{ token: 0123456789abcdef0123456789abcdef, may: [message] }} }}\n");
    let place = Playground::new().file("p.yaml", &yaml);
    let book = place.run(&["handbook", "p.yaml", "--lang", "en"]).exits(0).stdout;
    assert!(
        book.contains("left out and the rest goes on") || book.contains("跳过「同意」下面的步骤，后面照常"),
        "{book}"
    );
    let members = place.run(&["handbook", "p.yaml", "--members"]).exits(0).stdout;
    assert!(!members.contains("听不到") && !members.contains("Nothing that you write"), "{members}");
    assert!(members.contains("bot"), "{members}");
}

const CONDITIONS: &str = "name: p
timezone: Asia/Shanghai
people: { zhu: { name: 竹 }, lan: { name: 兰 } }
roles: { host: { people: [zhu] }, deputy: { people: [lan] } }
vars: { enough: 50 }
phases:
  - { name: seed, until: members.count >= vars.enough, timeout: 30d }
  - { name: alive }
budgets: { promo: { max: 20% per 30d, when: metrics.health >= 70 } }
plays:
  quiet:
    whenever: metrics.speakers(7) < members.count * 0.05
    lasts: 3d
    max: 1 per 14d
    steps:
      - task: 沉默 ${metrics.silence} 天了，想一想
        to: host
        due: 1d
        escalate: deputy
  said:
    on: message
    where: signal.data.message.text == \"签到\"
    steps: [{ post: 好 }]
  quarter:
    every: month on 1 at 10:00
    when: now.month % 3 == 0
    steps:
      - { ask: 来吗, options: [来, 不来], open_for: 1d, as: coming }
      - if: coming.total > 0
        then: [{ post: 有人 }]
      - if: members.any(|m| m.joined >= now - days(10) && m.messages == 0)
        then: [{ post: 新 }]
  seats:
    on: again
    where: signal.data.seat == signals[0].data.seat
    steps: [{ post: 座 }]
  away:
    every: month on 1 at 12:00
    steps:
      - prune: member.idle > days(60)
        to: zhu
        protect: member.role != \"\" || member.tags.contains(\"vip\")
";

#[test]
fn a_handbook_says_in_words_on_what_things_depend() {
    let place = Playground::new().file("p.yaml", CONDITIONS);
    let told = |lang: &str| place.run(&["handbook", "p.yaml", "--lang", lang]).exits(0).stdout;
    let (en, zh) = (told("en"), told("zh"));
    for (english, chinese) in [
        ("until the group has at least 50 members, at most 30 days", "直到群里至少 50 人，最多 30 天"),
        (
            "promotion only while “How well the group is”: at least 70/100",
            "只在“群的健康度”至少 70/100时推广",
        ),
        (
            "once this has been so for 3 days: “Members who spoke” in 7 days: less than 5% of the members, at most once in 14 days",
            "7 天内“开口的成员”不到成员数的 5%，持续 3 天之后，14 天内最多 1 次",
        ),
        ("when somebody writes, only if the message is “签到”", "有人发言时，条件：发的是“签到”"),
        ("if the month is one of 3, 6, 9, 12", "条件：月份是 3、6、9、12 月"),
        ("if somebody answered", "如果有人回答"),
        (
            "if there is somebody who joined within the last 10 days and has never written",
            "如果有成员进群不到 10 天，并且从没说过话",
        ),
        (
            "only if its condition holds (`signal.data.seat == signals[0].data.seat`)",
            "，条件：条件成立（`signal.data.seat == signals[0].data.seat`）",
        ),
        ("lets go of whoever has been silent for more than 60 days", "请出这样的成员：超过 60 天没有动静"),
        ("never anybody who has a role or has the tag vip", "不动的人：有身份，或者有标签 vip"),
        ("沉默 [Days since anybody spoke] 天了", "沉默 〔沉默天数〕 天了"),
        ("### host · who looks after the group", "### host · 群主"),
        ("- quiet: hears of it when this is late: 沉默", "- quiet：这件事逾期时告诉 TA：沉默"),
    ] {
        assert!(en.contains(english), "{english} in\n{en}");
        assert!(zh.contains(chinese), "{chinese} in\n{zh}");
    }
}

#[test]
fn what_a_command_cannot_read_is_said_in_chinese() {
    let place = Playground::new().file("p.yaml", YAML);
    let of = |args: &[&str], code| {
        let ran = place.run(&[args, &["--lang", "zh"]].concat()).exits(code);
        format!("{}{}", ran.stdout, ran.stderr)
    };
    let days = of(&["report", "p.yaml", "--days", "三"], 2);
    assert!(days.contains("应是用 0 到 9 写的整数") && !days.contains("invalid digit"), "{days}");
    let counts = of(&["answer", "t1", "--counts", "6，3，1"], 2);
    assert!(counts.contains("几个数之间用半角的 `,`"), "{counts}");
    place.write("e.yaml", "name: e\ntimezone: Asia/Shanghai\nplays:\n  a: { every: day at 09:00, when: metrics.speakers（7） > 3, steps: [post: x] }\n");
    let wide = of(&["check", "e.yaml"], 1);
    assert!(wide.contains("`（` 是全角符号：写成半角的 `(`") && !wide.contains("Unexpected"), "{wide}");
    let help = place.run(&["help", "members", "import"]).exits(0).stdout;
    assert!(help.contains("--replace"), "{help}");
}

#[test]
fn what_is_advised_is_what_the_check_accepts() {
    let place = Playground::new();
    for (yaml, says) in [
        (
            "people:\n  小敏：{ name: 小敏 }\nplays: { a: { steps: [post: x] } }\n",
            "`：` 是全角冒号：写成 `小敏:`",
        ),
        (
            "people:\n  min: { name: 小敏，tags: [a] }\nplays: { a: { steps: [post: x] } }\n",
            "`，` 是全角符号，什么也不分开",
        ),
        (
            "plays: { a: { steps: [{ ask: 读哪本, options: [活着、围城], open_for: 1d }] } }\n",
            "写成 `options: [活着, 围城]`",
        ),
        (
            "people: { z: { name: 竹 } }\nplays: { a: { steps: [{ task: 填, to: z, numbers: [joined(7)] }] } }\n",
            "是不是想写 `joins(7)`",
        ),
        (
            "people: { z: { name: 竹 } }\nplays: { a: { steps: [{ task: 填, to: z, numbers: [speakers(7)、health] }] } }\n",
            "写成 `speakers(7), health`",
        ),
        (
            "plays: { a: { steps: [{ if: 'members.filter(|m| m.idle > 60天).len() > 0', then: [post: x] }] } }\n",
            "写成 `days(60)`",
        ),
        (
            "budgets: { quiet: 22:30-08:00 }\nplays: { a: { every: day at 23:00, steps: [{ ask: 来吗, options: [来, 不来], open_for: 1d }] } }\n",
            "换个时间\n",
        ),
    ] {
        place.write("p.yaml", &format!("name: p\ntimezone: Asia/Shanghai\n{yaml}"));
        let ran = place.run(&["check", "p.yaml", "--lang", "zh"]);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(all.contains(says), "{says}: {all}");
    }
}

#[test]
fn what_is_meant_for_the_whole_club_says_so() {
    let yaml = "name: p\ntimezone: Asia/Shanghai\ngroups: { north: {}, south: {} }\nplays:\n  a: { every: day at 09:00, steps: [post: x] }\n  b: { steps: [{ ask: 来吗, options: [来, 不来], open_for: 1d }] }\n";
    let place = Playground::new().file("p.yaml", yaml);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let refused = place.run(&["pause", "--lang", "zh"]).exits(2).stderr;
    assert!(refused.contains("`--all`") && refused.contains("north, south"), "{refused}");
    // What is to be typed next names the group, also where one was asked for.
    let _ = place.run(&["start", "b", "-g", "south"]).exits(0);
    eventually("it is asked", || place.run(&["tasks"]).stdout.contains("t1"));
    let task = place.run(&["tasks", "t1", "-g", "south"]).exits(0).stdout;
    assert!(task.contains("playbook answer t1 --group south"), "{task}");
    let paused = place.run(&["pause", "--all", "--lang", "zh"]).exits(0).stdout;
    assert!(paused.contains("north：已暂停所有玩法") && paused.contains("south：已暂停所有玩法"), "{paused}");
    let again = place.run(&["resume", "--all", "--lang", "en"]).exits(0).stdout;
    assert!(again.contains("south: resumed every play"), "{again}");
    engine.stop().exits(0);
}
