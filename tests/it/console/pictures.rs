//! The pictures of the documentation, taken in a real browser of an evening in English and in Chinese.
//!
//! Leaves them in `target/pages/docs`; with `UPDATE_PICTURES=1` also in `docs/images`, for whoever looks at each of them
//! before it is committed.

use crate::{
    console::{browser::picture, entrance::open, report_pages::WIDER},
    help::{
        devtools::{Browser, Screen},
        judge,
        playground::{Playground, Process},
    },
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// No picture of the documentation is larger.
const BYTES: u64 = 150_000;

/// Words of one community, as the file has them.
struct Words {
    /// Marks its pictures.
    tag: &'static str,
    locale: &'static str,
    lines: [&'static str; 25],
}

const ENGLISH: Words = Words {
    tag: "",
    locale: "en",
    lines: [
        "The Makers' Guild",
        "Leeds",
        "York",
        "Hull",
        "Ada: getting a club through its second winter",
        "**Tonight** Ada is with us, in twenty minutes",
        "We begin. One question at a time, please",
        "Questions, for twenty minutes. Ada picks",
        "Good night, and thanks to Ada",
        "Tonight's question",
        "Is tonight's question all right?",
        "Which tool did you buy and never use? What would make you pick it up again?",
        "House rules",
        "**House rules** No voice messages after nine. Sell nothing without asking a host.",
        "Chores",
        "Unlock the workshop",
        "light, heating, kettle",
        "New course",
        "The winter course has six places left",
        "Which day suits you?",
        "Friday, Sunday",
        "Morning note",
        "Wednesday riddle",
        "Friday quiz",
        "House rules of the week",
    ],
};

const CHINESE: Words = Words {
    tag: ".zh",
    locale: "zh",
    lines: [
        "长安共读",
        "西安",
        "北京",
        "洛阳",
        "嘉宾分享：怎样读一部长篇",
        "**预告** 二十分钟后，贾老师和大家聊聊怎样读一部长篇",
        "分享开始，请先听贾老师讲，问题随后一起提",
        "提问时间，二十分钟，一次一个问题",
        "散场，谢谢贾老师，谢谢各位",
        "今晚的题目",
        "今晚的题目可以吗？",
        "《活着》里的福贵为什么不恨？你身边有这样的人吗？",
        "群规",
        "**群规** 每晚九点后不发语音；发广告前先问主持人。",
        "值日",
        "备好明晚的会议室",
        "灯, 空调, 茶水",
        "新课",
        "冬季班还有六个名额",
        "哪天方便？",
        "周五, 周日",
        "早报",
        "周三猜谜",
        "周五竞猜",
        "每周群规",
    ],
};

impl Words {
    fn file(&self) -> String {
        let at = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
        let at = at.checked_add(jiff::Span::new().minutes(3)).unwrap().strftime("%Y-%m-%d %H:%M").to_string();
        let [
            title,
            one,
            two,
            three,
            guest,
            ahead,
            begins,
            questions,
            ends,
            topic,
            asked,
            shown,
            rules,
            notice,
            chores,
            chore,
            list,
            course,
            promo,
            poll,
            days,
            note,
            riddle,
            quiz,
            weekly,
        ] = &self.lines.map(|line| line.replace('\'', "’"));
        let people = if self.tag.is_empty() { ["Sam", "Robin"] } else { ["小朱", "小林"] };
        format!(
            "name: town
title: {title}
timezone: UTC
locale: {locale}
access: {{ admin: [sam], operator: [host] }}
people:
  sam: {{ name: {sam} }}
  robin: {{ name: {robin} }}
roles:
  host: {{ people: [robin], channel: staff }}
budgets:
  promo: {{ max: 20% per 30d, not_before: 14d }}
channels:
  group: {{ type: console }}
  staff: {{ type: console }}
  paste: {{ type: manual, to: host }}
  news: {{ type: webhook, url: 'http://127.0.0.1:9/news' }}
groups:
  leeds: {{ title: {one} }}
  york: {{ title: {two} }}
  hull: {{ title: {three} }}
plays:
  guest:
    title: '{guest}'
    groups: [leeds]
    dates:
      - {{ id: ada, at: '{at}' }}
    steps:
      - at: -30m
        post: '{ahead}'
      - at: 0m
        post: '{begins}'
      - wait: 40m
      - post: '{questions}'
      - wait: 20m
      - post: '{ends}'
  morning:
    title: '{note}'
    every: day at 07:30
    steps:
      - post: '{note} ${{members.count}}'
  riddle:
    title: '{riddle}'
    every: wed at 20:30
    when: members.count >= 50
    steps:
      - post: '{riddle}'
  quiz:
    title: '{quiz}'
    every: fri at 20:00
    groups: [leeds, york]
    steps:
      - post: '{quiz}'
  weekly:
    title: '{weekly}'
    every: mon at 09:00
    label: notice
    steps:
      - post: '{notice}'
  topic:
    title: '{topic}'
    on: topic
    steps:
      - approve: '{asked}'
        show: '{shown}'
        to: sam
        open_for: 2h
      - post: '{shown}'
  notice:
    title: '{rules}'
    on: notice
    steps:
      - post: '{notice}'
        to: paste
  chore:
    title: '{chores}'
    on: chore
    steps:
      - task: '{chore}'
        to: sam
        list: [{list}]
        due: 5h
  promo:
    title: '{course}'
    on: promo
    label: promo
    max_late: 3d
    steps:
      - post: '{promo}'
  poll:
    title: '{poll}'
    on: poll
    steps:
      - ask: '{poll}'
        options: [{days}]
        open_for: 3h
        as: day
",
            locale = self.locale,
            sam = people[0],
            robin = people[1],
        )
    }
}

fn evening(words: &Words) -> (Playground, Process, String) {
    let play = Playground::new().file("p.yaml", &words.file());
    let engine = play.start(&["run", "p.yaml", "--listen", "127.0.0.1:0"]);
    let line = engine.line("/enter/");
    engine.line("running");
    let base = line[line.find("http").unwrap()..].split("/enter/").next().unwrap().to_owned();
    for (signal, group) in [
        ("topic", "leeds"),
        ("chore", "york"),
        ("notice", "leeds"),
        ("notice", "york"),
        ("notice", "hull"),
        ("promo", "hull"),
        ("poll", "york"),
    ] {
        let _ = play.run(&["signal", signal, "--group", group]).exits(0);
    }
    (play, engine, base)
}

/// Every picture: its name, its page, how much of the height is seen, and how it is looked at.
const PICTURES: [(&str, &str, u32, Screen); 5] = [
    ("today", "/", 900, Screen::DESKTOP),
    ("console-phone", "/", 844, Screen::PHONE),
    ("console-run", "/runs/guest@ada?group=leeds", 900, Screen::DESKTOP),
    ("console-calendar", "/calendar?day=NEXT", 760, Screen::DESKTOP),
    ("console-channels", "/channels", 760, Screen::DESKTOP),
];

#[test]
fn pictures_of_the_documentation_are_taken_and_small() {
    let Some(chromium) = judge::chromium() else { return };
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let update = std::env::var_os("UPDATE_PICTURES").is_some();
    for words in [&ENGLISH, &CHINESE] {
        let (play, _engine, base) = evening(words);
        let mut browser = Browser::start(&chromium);
        let mut tab = browser.tab(Screen::DESKTOP);
        tab.go(&open(&play, &["--as", "sam"]));
        tab.leads(|tab| drop(tab.eval("document.querySelector('button.main').click()")));
        if words.locale == "zh" {
            tab.leads(|tab| drop(tab.eval("document.querySelector('button[name=lang]').click()")));
        }
        drop(tab);
        for (name, path, height, screen) in PICTURES {
            let screen = if name == "console-run" { screen.dark() } else { screen };
            let mut tab = browser.tab(screen);
            // A week that lies ahead is as full on a Sunday as on a Monday.
            let next = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
            let next = next.checked_add(jiff::Span::new().days(7)).unwrap();
            tab.go(&format!("{base}{}", path.replace("NEXT", &next.to_string())));
            assert_eq!(tab.eval("document.documentElement.lang.slice(0, 2)"), json!(words.locale));
            assert_eq!(tab.eval(WIDER), json!([]), "{name}: reaches beyond the screen");
            let file = format!("{name}{}.png", words.tag);
            let taken: PathBuf = home.join("target/pages/docs").join(&file);
            clipped(&mut tab, (screen.width, height), &taken);
            let bytes = std::fs::metadata(&taken).unwrap().len();
            assert!(bytes < BYTES, "{file} has {bytes} bytes");
            if update {
                std::fs::copy(&taken, home.join("docs/images").join(&file)).unwrap();
            }
            assert!(home.join("docs/images").join(&file).is_file(), "{file} is not there: UPDATE_PICTURES=1");
        }
        // Light and dark, wide and narrow, for whoever looks.
        for (look, screen) in [
            ("phone", Screen::PHONE),
            ("phone-dark", Screen::PHONE.dark()),
            ("desktop", Screen::DESKTOP),
            ("desktop-dark", Screen::DESKTOP.dark()),
        ] {
            for (name, path) in
                [("today", "/"), ("run", "/runs/guest@ada?group=leeds"), ("calendar", "/calendar")]
            {
                let mut tab = browser.tab(screen);
                tab.go(&format!("{base}{path}"));
                picture(&mut tab, &format!("docs-{name}-{look}{}", words.tag));
            }
        }
    }
}

/// Keeps the upper part of a page as a picture.
fn clipped(tab: &mut crate::help::devtools::Tab<'_>, (width, height): (u32, u32), file: &Path) {
    use base64::Engine as _;
    let whole = tab.eval("document.documentElement.scrollHeight").as_f64().unwrap_or(f64::from(height));
    let clip = json!({ "x": 0, "y": 0, "width": width, "height": whole.min(f64::from(height)), "scale": 1 });
    let shot: Value =
        tab.call("Page.captureScreenshot", json!({ "captureBeyondViewport": true, "clip": clip }));
    let bytes = base64::prelude::BASE64_STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
}
