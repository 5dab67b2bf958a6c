//! A day at the console in a real browser: what somebody does in the morning and at noon, and every page by the rules
//! of WCAG as axe-core judges them.
//!
//! Leaves pictures in `target/pages` for whoever wants to look.

use crate::{
    console::{browser::picture, entrance::open},
    help::{
        devtools::{Browser, Screen, Tab},
        judge,
        playground::{Playground, Process},
    },
};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A community whose guest begins in twenty minutes.
fn file() -> String {
    let at =
        jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).checked_add(jiff::Span::new().minutes(20));
    let at = at.unwrap().strftime("%Y-%m-%d %H:%M").to_string();
    let mut groups = String::new();
    for n in 3..=10 {
        let _ = writeln!(groups, "  city{n}: {{ title: 城市 {n} }}");
    }
    format!(
        "name: changan
title: 长安共读
timezone: UTC
access: {{ admin: [zhu], operator: [host] }}
people:
  zhu: {{ name: 小朱 }}
  lin: {{ name: 小林 }}
roles:
  host: {{ people: [lin], channel: staff }}
budgets:
  promo: {{ max: 20% per 30d, not_before: 14d }}
  channels:
    news: {{ posts: {{ gap: 2h }} }}
channels:
  group: {{ type: console }}
  news: {{ type: console }}
  staff: {{ type: console }}
  paste: {{ type: manual, to: host }}
groups:
  xian: {{ title: 西安 }}
  beijing: {{ title: 北京 }}
{groups}phases:
  - name: seed
    until: members.count >= 60
  - name: grow
plays:
  guest:
    title: 嘉宾分享：怎样读一部长篇
    groups: [xian]
    dates:
      - {{ id: jia, at: '{at}' }}
      - {{ id: yi, at: '2031-12-04 20:00' }}
    steps:
      - at: -10m
        post: \"**预告** 二十分钟后开始\"
      - at: 0m
        post: 分享开始，请先读 [第一章](https://example.com/one)
      - wait: 40m
      - post: 提问时间
      - wait: 20m
      - post: 散场，谢谢各位
    moved:
      - post: 改到 ${{date.at}}
  topic:
    title: 今晚的题目
    on: topic
    steps:
      - approve: 今晚的题目可以吗？
        show: \"《活着》里的*福贵*为什么不恨？\\n\\n- 第一问\\n- 第二问\"
        to: host
        open_for: 2h
      - post: 今晚八点。
  notice:
    title: 群规
    on: notice
    steps:
      - post: \"**群规** 每晚九点后不发语音。\"
        to: paste
  chore:
    title: 值日
    on: chore
    steps:
      - task: 备好明晚的题目
        to: zhu
        list: [灯, 茶]
        due: 5h
  promo:
    title: 新课
    on: promo
    label: promo
    max_late: 3d
    steps:
      - post: 新课报名
  hello:
    title: 头条
    on: hello
    steps:
      - post: 今天的头条
        to: news
  tidy:
    title: 请出
    on: tidy
    steps:
      - prune: member.idle > days(45)
        grace: 0d
        to: host
  poll:
    title: 约时间
    on: poll
    steps:
      - ask: 哪天方便？
        options: [周五, 周日]
        open_for: 1h
        as: day
"
    )
}

const MEMBERS: &str =
    "id,name,tags,joined,seen\nm88,小何,vip,2024-10-02,2024-12-01\nm12,老周,,2024-08-11,2024-09-30\n";

struct Day {
    play: Playground,
    engine: Process,
    base: String,
}

/// An engine in the middle of such a day.
fn day() -> Day {
    let play = Playground::new().file("p.yaml", &file()).file("m.csv", MEMBERS);
    // An address that stays the same when the engine starts again by itself.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    let engine = play.start(&["run", "p.yaml", "--listen", &listen, "--url", "https://club.example"]);
    engine.line("running");
    let _ = play.run(&["members", "import", "m.csv", "--group", "xian"]).exits(0);
    let _ = play.run(&["start", "guest/jia", "--group", "xian"]).exits(0);
    for signal in ["topic", "notice", "chore", "promo", "tidy"] {
        let _ = play.run(&["signal", signal, "--group", "xian"]).exits(0);
    }
    // A question waits while a session is on; this group has none.
    let _ = play.run(&["signal", "poll", "--group", "beijing"]).exits(0);
    // The second one comes too soon behind the first.
    for _ in 0..2 {
        let _ = play.run(&["signal", "hello", "--group", "beijing"]).exits(0);
    }
    for group in ["beijing", "city3"] {
        let _ = play.run(&["signal", "notice", "--group", group]).exits(0);
    }
    Day { play, engine, base: format!("http://127.0.0.1:{port}") }
}

impl Day {
    /// A link that signs in.
    fn way_in(&self) -> String {
        let link = open(&self.play, &["--as", "zhu"]);
        format!("{}{}", self.base, link.strip_prefix("https://club.example").unwrap())
    }

    /// The page of a link that a message has.
    fn sent(&self, kind: &str) -> String {
        let base = format!("https://club.example/{kind}/");
        let line = self.engine.line(&base);
        let rest = &line[line.find(&base).unwrap() + "https://club.example".len()..];
        let end = |c: char| !(c.is_ascii_alphanumeric() || "/._-%".contains(c));
        format!("{}{}", self.base, rest[..rest.find(end).unwrap_or(rest.len())].trim_end_matches('.'))
    }

    fn journal(&self, entry: &str) -> Vec<Value> {
        let log = self.play.run(&["log", "--format", "json"]).exits(0).json_lines();
        log.into_iter().filter(|line| line["entry"] == entry).collect()
    }
}

/// Every page, with a name for its picture.
const PAGES: [(&str, &str); 17] = [
    ("today", "/"),
    ("me", "/me"),
    ("week", "/calendar?group=xian"),
    ("month", "/calendar?group=xian&view=month"),
    ("agenda", "/calendar?group=xian&view=agenda"),
    ("groups", "/groups"),
    ("group", "/groups/xian"),
    ("members", "/groups/xian/members"),
    ("member", "/groups/xian/members/m88"),
    ("everybody", "/members?q=%E5%B0%8F"),
    ("run", "/runs/guest@jia?group=xian"),
    ("coming", "/runs/guest@yi?group=xian"),
    ("log", "/log"),
    ("why", "/why/guest@jia?group=xian"),
    ("channels", "/channels"),
    ("hush", "/hush?group=xian"),
    ("nothing", "/groups/nobody"),
];

/// What axe-core finds on the page as it is.
const AXE: &str = "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', \
                   'best-practice'] }).then((found) => found.violations.map((one) => [one.id, one.nodes.slice(0, \
                   3).map((node) => node.html.slice(0, 160) + ' :: ' + node.failureSummary.slice(0, 300))]))";

fn judged(tab: &mut Tab<'_>, axe: &str, name: &str, found: &mut Vec<(String, Value)>) {
    tab.eval(axe);
    let violations = tab.eval(AXE);
    if violations != json!([]) {
        found.push((name.to_owned(), violations));
    }
}

#[test]
fn no_page_breaks_a_rule_of_wcag_wide_or_narrow_light_or_dark() {
    let (Some(chromium), Some(node)) = (judge::chromium(), judge::node()) else { return };
    let axe = std::fs::read_to_string(node.join("node_modules/axe-core/axe.min.js")).unwrap();
    let axe = format!("{axe}; true");
    let day = day();
    let (task, ballot, enter) = (day.sent("t"), day.sent("s"), day.way_in());
    let mut browser = Browser::start(&chromium);
    let mut found = Vec::new();
    let mut tab = browser.tab(Screen::PHONE);
    for (name, url) in
        [("task", &task), ("ballot", &ballot), ("enter", &enter), ("stranger", &format!("{}/", day.base))]
    {
        tab.go(url);
        judged(&mut tab, &axe, name, &mut found);
        picture(&mut tab, &format!("day-{name}"));
    }
    tab.go(&enter);
    tab.leads(|tab| tab.tap("button.main"));
    drop(tab);
    for (look, screen) in [
        ("phone", Screen::PHONE),
        ("phone-dark", Screen::PHONE.dark()),
        ("desktop", Screen::DESKTOP),
        ("desktop-dark", Screen::DESKTOP.dark()),
    ] {
        let mut tab = browser.tab(screen);
        for (name, path) in PAGES {
            tab.go(&format!("{}{path}", day.base));
            // What is folded away is looked at, too.
            tab.eval("document.querySelectorAll('main details').forEach((el) => { el.open = true; })");
            judged(&mut tab, &axe, &format!("{name}-{look}"), &mut found);
            tab.eval("document.querySelectorAll('main details').forEach((el) => { el.open = false; })");
            picture(&mut tab, &format!("day-{name}-{look}"));
        }
    }
    assert!(found.is_empty(), "{} pages: {found:#?}", found.len());
}

#[test]
fn a_morning_is_run_from_the_phone_and_a_noon_from_the_desk() {
    let Some(chromium) = judge::chromium() else { return };
    let day = day();
    let mut browser = Browser::start(&chromium);
    {
        // In the morning, by a thumb, without a script.
        let mut tab = browser.tab(Screen::PHONE);
        tab.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
        tab.go(&day.way_in());
        tab.leads(|tab| tab.tap("button.main"));
        // It asks others: whoever answers in their place opens that first.
        let approve = "form[action='/press/approve']:not(:has([name=chosen]))";
        tab.tap("#others li > details:has(form[action='/press/approve']):not(:has([name=chosen])) > summary");
        tab.leads(|tab| tab.tap(&format!("{approve} button")));
        assert_eq!(day.journal("task_closed").last().unwrap()["answer"], "approved");
    }
    // At noon a text is pasted in three groups, by one card.
    let mut tab = browser.tab(Screen::DESKTOP);
    tab.go(&format!("{}/", day.base));
    tab.eval("document.querySelector('[data-copy]').click()");
    let sent = "document.querySelector('form[action=\"/press/done\"] button.after').click()";
    tab.leads(|tab| drop(tab.eval(sent)));
    assert_eq!(day.journal("delivered").len(), 3);
    // A promo waits for its day, or has missed its day: in either list it is said why.
    let held = tab.eval(
        "[...document.querySelectorAll('#held li, #missed li')].find((el) => \
         el.textContent.includes('新课')).querySelector('.why').getAttribute('href')",
    );
    tab.go(&format!("{}{}", day.base, held.as_str().unwrap()));
    let why = tab.eval("document.querySelector('main').textContent");
    assert!(why.as_str().unwrap().contains("promo"), "{why}");
    // Another one is held back, and goes later.
    tab.go(&format!("{}/", day.base));
    let held = tab.eval(
        "(() => { const one = [...document.querySelectorAll('#held li')].find((el) => \
         el.textContent.includes('今天的头条')); return one && one.querySelector('.why').getAttribute('href'); })()",
    );
    tab.go(&format!("{}{}", day.base, held.as_str().expect("it is held")));
    let why = tab.eval("document.querySelector('main').textContent");
    assert!(why.as_str().unwrap().contains("gap"), "{why}");
    // The other guest comes a day later: what moves is said before.
    tab.go(&format!("{}/runs/guest@yi?group=xian", day.base));
    let says = tab.eval("document.querySelector('form[action=\"/press/postpone\"] .words').textContent");
    assert!(says.as_str().unwrap().contains('6'), "{says}");
    tab.leads(|tab| {
        drop(tab.eval(
            "(() => { const form = document.querySelector('form[action=\"/press/postpone\"]'); \
             form.elements.time.value = '2031-12-05T20:00'; form.requestSubmit(); })()",
        ));
    });
    let to = day.journal("date_moved").last().unwrap()["to"].as_str().unwrap().to_owned();
    assert!(to.starts_with("2031-12-05T20:00:00"), "{to}");
    assert_eq!(tab.events("Runtime.exceptionThrown").count(), 0);
}

/// Presses a button of a page and waits for the page that comes of it.
fn press(tab: &mut Tab<'_>, button: &str) {
    let click = format!("document.querySelector({}).click()", json!(button));
    tab.leads(|tab| drop(tab.eval(&click)));
}

#[test]
fn an_evening_is_followed_on_a_page_that_stays_open() {
    let Some(chromium) = judge::chromium() else { return };
    let day = day();
    let mut browser = Browser::start(&chromium);
    let mut tab = browser.tab(Screen::PHONE);
    tab.go(&day.way_in());
    press(&mut tab, "button.main");
    // From the strip that opens Today: the talk takes longer.
    press(&mut tab, "#evening form[action='/press/delay'] button");
    assert_eq!(day.journal("operator").iter().filter(|line| line["did"] == "delayed").count(), 1);
    let said = |text: &str| day.journal("posted").iter().any(|line| line["message"]["text"] == text);
    // The sheet stays open while somebody else goes on, and shows what comes then.
    tab.go(&format!("{}/runs/guest@jia?group=xian", day.base));
    tab.shows("#bar", "提问时间");
    assert!(!said("提问时间"));
    let _ = day.play.run(&["now", "guest@jia", "--group", "xian"]).exits(0);
    assert!(said("提问时间"));
    tab.shows("#bar", "散场");
    tab.shows("#journal", "提问时间");
    press(&mut tab, "#bar form[action='/press/now'] button");
    assert!(said("散场，谢谢各位"));
    tab.shows("#sheet", "done");
    assert_eq!(tab.events("Runtime.exceptionThrown").count(), 0);
}

#[test]
fn ten_groups_are_paused_at_once_and_a_member_is_forgotten() {
    let Some(chromium) = judge::chromium() else { return };
    let day = day();
    let mut browser = Browser::start(&chromium);
    let mut tab = browser.tab(Screen::DESKTOP);
    tab.go(&day.way_in());
    press(&mut tab, "button.main");
    tab.go(&format!("{}/groups", day.base));
    let chosen = tab.eval(
        "(() => { const all = [...document.querySelectorAll('input[name=on]')]; \
         all.forEach((el) => el.click()); return all.length; })()",
    );
    assert_eq!(chosen, 10);
    press(&mut tab, "form[action='/press/pause'] button.bad");
    assert_eq!(day.journal("paused").len(), 10);
    assert!(day.journal("paused").iter().all(|line| line["group"].is_string()));
    // One of the members wants nothing kept of them.
    tab.go(&format!("{}/groups/xian/members/m88", day.base));
    press(&mut tab, "form[action='/press/forget'] button.bad");
    day.engine.line("forgotten a member of xian");
    // The page itself goes on when the engine is back.
    let list = format!("{}/groups/xian/members", day.base);
    while tab.eval("location.href") != json!(list) {
        tab.leads(|_| ());
    }
    let rest = tab.eval("document.querySelector('main').textContent");
    assert!(rest.as_str().unwrap().contains("老周") && !rest.as_str().unwrap().contains("小何"), "{rest}");
    let log = day.play.run(&["log", "--format", "json"]).exits(0).stdout;
    assert!(!log.contains("小何") && !log.contains("\"m88\""), "{log}");
}
