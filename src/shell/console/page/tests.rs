//! Every page from a group that the engine has lived through: an evening at 20:41, in both languages.

use crate::{
    base::{
        ids::{GroupId, MemberId, RunId},
        locale::Locale,
        phrase::pair,
        source::MemoryFolder,
        time::{Timestamp, Zone},
    },
    engine::{
        self,
        input::{Command, Input, InputKind},
        state::State,
    },
    lang,
    model::playbook::Playbooks,
    shell::{
        console::{
            board::Board,
            door::Asker,
            history::{Found, Kinds},
            key::Key,
            lately::Omissions,
            layout::Frame,
            link::Links,
            page, view,
        },
        refusals::Refusals,
        runtime::publish::{GroupNow, InForce, Noticed, Snapshot},
        store::{LogLine, SessionRow},
    },
};
use maud::Markup;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

const EVENING: &str = "
name: changan
title: 长安共读
timezone: Asia/Shanghai
locale: zh
people:
  lin: { name: 小林 }
roles:
  host: { people: [lin] }
budgets:
  quiet: 08:30-09:30
  posts: { max: 3 per day }
groups:
  xian: { title: 西安 }
phases:
  - name: seed
    until: members.count >= 60
  - name: grow
plays:
  guest:
    title: 嘉宾分享
    dates:
      - { id: jia, at: '2026-12-11 20:00' }
    steps:
      - at: -7d 12:00
        post: 周五 20:00 贾老师
      - at: -3h
        task: 备好问题
        to: host
        due: 2h
      - at: 0m
        post: 分享开始
      - wait: 60m
      - post: 提问时间
      - at: +1d 18:00
        task: 整理成文
        to: host
  paper:
    title: 早报
    every: day at 07:30
    steps:
      - post: 早上好
  extra:
    title: 加餐
    every: day at 09:00
    steps:
      - post: 多出来的一条
  riddle:
    title: 猜谜
    every: friday at 19:00
    during: grow
    steps:
      - post: 谜面
";

/// A group as it is after some days, and everything that was decided.
struct Lived {
    board: Board,
    lines: Vec<LogLine>,
    now: Timestamp,
}

fn at(text: &str) -> Timestamp {
    let civil: jiff::civil::DateTime = text.replace(' ', "T").parse().unwrap();
    Zone::named("Asia/Shanghai").unwrap().instant(civil)
}

fn lived() -> Lived {
    let mut folder = MemoryFolder::default();
    folder.0.insert("p.yaml".into(), Arc::from(EVENING));
    let compiled = lang::compile(&folder, "p.yaml");
    let playbook = compiled.playbook.unwrap_or_else(|| panic!("{:#?}", compiled.report));
    let mut playbooks = Playbooks::default();
    playbooks.insert(playbook.clone());
    let (id, end) = (GroupId::new("xian"), at("2026-12-11 20:41"));
    let (mut state, mut lines, mut n) = (State::new(id.clone()), Vec::new(), 0);
    let mut take = |state: &mut State, kind: InputKind, now: Timestamp| {
        n += 1;
        let input = Input { id: format!("i{n}").into(), kind };
        let step = engine::step(state, &playbooks, &input, now);
        for entry in step.entries {
            let seq = lines.len() as i64 + 1;
            lines.push(LogLine { seq, group: id.clone(), entry });
        }
        *state = step.next;
    };
    take(&mut state, InputKind::Adopt { digest: playbook.digest.clone() }, at("2026-12-01 07:00"));
    let members = ["m1", "m2"].map(|id| {
        let mut member = crate::base::member::Member::new(MemberId::new(id), Some(at("2026-11-20 09:00")));
        (member.name, member.source) = (format!("小{id}"), "海报".into());
        member.tags.insert("vip".into());
        crate::base::member::Listed { member, seen: Some(at("2026-11-28 09:00")), messages: Some(7) }
    });
    let list = Command::ImportMembers { members: members.into(), left: Vec::new(), joined: false };
    take(&mut state, InputKind::Command(list), at("2026-12-01 07:01"));
    while let Some(wake) = engine::deadline(&state).filter(|wake| wake.at <= end) {
        let epoch = state.epoch;
        take(&mut state, InputKind::Wake { epoch }, wake.at);
    }
    let book = Arc::new(InForce {
        file: PathBuf::from("p.yaml"),
        playbook: playbook.clone(),
        warnings: Arc::new(vec![Noticed {
            place: "p.yaml:3".into(),
            code: "no-alerts",
            message: pair("nobody would be told", "没有人会知道").into(),
        }]),
        targets: Arc::default(),
        senders: Arc::default(),
        watchman: None,
        ears: Arc::default(),
        hooks: Arc::default(),
    });
    let now = GroupNow { state: Arc::new(state), book: Some(book.clone()) };
    let snapshot = Snapshot {
        seq: lines.len() as i64,
        groups: [(id, Arc::new(now))].into_iter().collect(),
        books: Arc::new(vec![book]),
        playbooks: Arc::new(playbooks),
    };
    Lived { board: Board::default().next(&snapshot).0, lines, now: end }
}

fn admin() -> Asker {
    Asker { person: None, name: "admin".into(), admin: true, session: String::new() }
}

/// The pages by name, in one language.
fn pages(lived: &Lived, locale: Locale) -> Vec<(&'static str, Markup)> {
    let Lived { board, lines, now } = lived;
    let (asker, group, now) = (admin(), GroupId::new("xian"), *now);
    let frame = Frame { locale, ..Frame::default() };
    let run = RunId::new("guest@jia");
    let sheet = view::run::sheet(board, &asker, (&group, &run), (lines.clone(), false), now).unwrap();
    let wanted = view::logbook::Wanted { group: None, kinds: "all", before: None, text: String::new() };
    let newest: Vec<LogLine> = lines.iter().rev().take(60).cloned().collect();
    let of_log = Found { decisions: newest.iter().map(|line| line.seq).collect(), before: Some(9) };
    let log = view::logbook::logbook(board, &asker, wanted, (&newest, &of_log, false), now);
    let none = (BTreeMap::new(), imbl::OrdMap::new(), Refusals::default());
    let versions =
        BTreeMap::from([("p.yaml".to_owned(), vec![(at("2026-12-02 09:00"), "f19c56079d8f".to_owned())])]);
    let found = view::channels::ChannelFacts {
        backlog: &none.0,
        accepted: &none.1,
        refused: &none.2,
        versions: &versions,
        cursors: &[],
        engine: view::channels::EngineNow {
            room: Some(41_000_000_000),
            ..view::channels::EngineNow::default()
        },
    };
    let channels = view::channels::channels(board, &asker, found, &BTreeMap::new(), now);
    let week = view::calendar::Shape::Week;
    let day = jiff::civil::date(2026, 12, 11);
    let of_week: Vec<LogLine> =
        lines.iter().filter(|line| line.entry.at >= at("2026-12-07 00:00")).cloned().collect();
    let calendar =
        view::calendar::calendar(board, &asker, (&group, week, day), (&of_week, false), now).unwrap();
    let groups = view::groups::groups(board, &asker, view::groups::Wanted::default(), now);
    let one = view::group::group(board, &asker, &group, (now, locale)).unwrap();
    let members =
        view::members::members(board, &asker, &group, view::members::Wanted::default(), now).unwrap();
    let member = view::members::one(board, &asker, (&group, &MemberId::new("m1")), now).unwrap();
    let snapshot = &board.now;
    let key = tempfile::tempdir().unwrap();
    let links = Links::new(Key::open(key.path()).unwrap(), None);
    let health = view::health::strip(board, &asker, now);
    let around = view::look::Aside { ears: &[], refused: &none.2, health: &health };
    let mut today = view::today::today(board, (&asker, now), &links, (&Omissions::default(), around));
    let place = today.evenings[0].places[0].clone();
    today.health = view::health::Strip {
        rows: vec![view::health::Health {
            place,
            now: 48,
            before: Some(60),
            days: vec![None, Some(60), Some(48)],
        }],
        more: 2,
        least: 60,
    };
    let hush = view::hush::hush(board, &asker, Some(&group), now).unwrap();
    let everybody = view::everybody::everybody(board, &asker, ("m1", None), now);
    let rows = ["here", "there"].map(|hash| SessionRow {
        hash: hash.into(),
        person: Some("lin".into()),
        admin: false,
        token: hash == "there",
        made: now,
        seen: now,
        label: "Firefox".into(),
    });
    let access = view::access::access(rows.into(), &asker, snapshot, now);
    vec![
        ("groups", page::groups::page(&groups, &frame).1),
        ("group", page::group::page(&one, &frame).1),
        ("run", page::run::page(&sheet, &frame).1),
        ("log", page::logbook::page(&log, &frame).1),
        ("channels", page::channels::page(&channels, None, &frame).1),
        ("calendar", page::calendar::page(&calendar, &frame).1),
        ("today", page::today::page(&today, &frame).1),
        ("hush", page::hush::page(&hush, &frame).1),
        ("everybody", page::everybody::page(&everybody, &frame).1),
        ("access", maud::html! { h1 {} (page::access::list(&access, &frame)) }),
        ("members", page::members::page(&members, &frame).1),
        ("member", page::members::one(&member, &frame).1),
    ]
}

/// What a page says, a line each; where it leads and what it sends.
fn outline(page: &str) -> String {
    let mut lines = String::new();
    for part in page.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        let of = |key: &str| {
            tag.split_once(&format!(" {key}=\""))
                .and_then(|(_, rest)| rest.split_once('"'))
                .map(|(value, _)| value)
        };
        let what = match name {
            "form" => of("action").map(|action| format!("[{action}]")),
            "a" => of("href").map(|href| format!("({href})")),
            "input" | "button" => of("value")
                .filter(|_| of("name") != Some("back"))
                .map(|value| format!("{{{}={value}}}", of("name").unwrap_or_default())),
            "h1" | "h2" | "h3" | "tr" | "li" => Some(format!("{name}:")),
            _ => None,
        };
        for piece in what.iter().map(String::as_str).chain([text.trim()]).filter(|piece| !piece.is_empty()) {
            lines.push_str(piece);
            lines.push(if name.starts_with('h') || name == "tr" || name == "li" { ' ' } else { '\n' });
        }
    }
    lines
}

#[test]
fn every_page_of_an_evening_says_what_it_said() {
    let lived = lived();
    for (locale, language) in [(Locale::Zh, "zh"), (Locale::En, "en")] {
        for (name, page) in pages(&lived, locale) {
            insta::assert_snapshot!(format!("{name}-{language}"), outline(&page.0));
        }
    }
}

/// The words of a page, without code, without what says that it is in another language, without markup.
fn words(page: &str) -> String {
    let mut text = String::new();
    let (mut rest, mut hidden) = (page, Vec::new());
    while let Some((before, after)) = rest.split_once('<') {
        if hidden.is_empty() {
            text.push_str(before);
            text.push(' ');
        }
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
        if tag.starts_with('/') {
            if hidden.last() == Some(&name) {
                hidden.pop();
            }
        } else if ["code", "bdi", "textarea"].contains(&name)
            || tag.contains(" lang=\"en\"")
            || hidden.last() == Some(&name)
        {
            hidden.push(name);
        }
        rest = after;
    }
    text
}

#[test]
fn no_page_has_words_in_one_language_only() {
    let lived = lived();
    // Names of the playbook, and what is written the same everywhere.
    let ours = [
        "seed", "speakers", "core", "tier", "promo", "strike", "grow", "guest", "jia", "paper", "extra",
        "riddle", "xian", "Asia", "Shanghai", "console", "vip", "playbook", "members", "export", "group",
        "check", "yaml", "outbox", "ICS", "count", "Firefox", "host", "alerts", "backup", "CSV",
    ];
    for (name, page) in pages(&lived, Locale::Zh) {
        let text = words(&page.0);
        let strange: Vec<&str> = text
            .split(|c: char| !c.is_ascii_alphabetic())
            .filter(|word| word.len() > 2 && !ours.contains(word))
            .collect();
        assert!(strange.is_empty(), "{name}: {strange:?}");
    }
    for (name, page) in pages(&lived, Locale::En) {
        let text = words(&page.0);
        let strange: String = text.chars().filter(|c| ('\u{4e00}'..'\u{9fff}').contains(c)).collect();
        // Titles of the file stand in buttons that name what they do, and days in Chinese nowhere.
        for title in ["早报", "加餐", "猜谜", "嘉宾分享", "提问时间", "小林", "西安", "长安共读"]
        {
            assert!(!strange.replace(title, "").contains("的"), "{name}: {strange}");
        }
        let rest = ["早报", "加餐", "猜谜", "嘉宾分享", "提问时间", "小林", "西安", "长安共读"]
            .iter()
            .fold(strange.clone(), |rest, title| rest.replace(title, ""));
        assert_eq!(rest, "", "{name}");
    }
}

#[test]
fn every_page_has_one_heading_labels_and_a_way_to_each_why() {
    let lived = lived();
    for (name, page) in pages(&lived, Locale::En) {
        let page = page.0;
        assert_eq!(page.matches("<h1").count(), 1, "{name}");
        for input in page.split("<input ").skip(1).filter(|input| !input.starts_with("type=\"hidden\"")) {
            let before = &page[..page.find(input).unwrap_or_default()];
            assert!(
                before.rfind("<label").unwrap_or(0) > before.rfind("</label>").unwrap_or(0),
                "{name}: {input:.60}"
            );
        }
        assert!(page.matches("<table").count() == page.matches("<thead").count(), "{name}");
    }
    for name in ["group", "run", "log", "calendar"] {
        let (_, page) = pages(&lived, Locale::En).into_iter().find(|(page, _)| *page == name).unwrap();
        assert!(page.0.contains("href=\"/why/"), "{name}");
    }
}

#[test]
fn a_sheet_knows_what_is_past_and_what_the_next_press_is() {
    let lived = lived();
    let (group, run) = (GroupId::new("xian"), RunId::new("guest@jia"));
    let lines: Vec<LogLine> = lived
        .lines
        .iter()
        .filter(|line| Kinds::of(&line.entry).meets(Kinds::TOLD.and(Kinds::RUN)))
        .cloned()
        .collect();
    let sheet = view::run::sheet(&lived.board, &admin(), (&group, &run), (lines, false), lived.now).unwrap();
    use view::run::Standing;
    let standings: Vec<&Standing> = sheet.steps.iter().map(|step| &step.standing).collect();
    assert!(matches!(standings[..3], [Standing::Done, Standing::Done, Standing::Done]), "{standings:?}");
    assert!(matches!(standings[3], Standing::Now { .. }), "{standings:?}");
    assert_eq!(standings[4..], [&Standing::Ahead, &Standing::Ahead]);
    assert_eq!(sheet.steps[4].due, Some(at("2026-12-11 21:00")));
    let page = page::run::page(&sheet, &Frame::default()).1.0;
    assert!(page.contains("action=\"/press/now\"") && page.contains("name=\"step\" value=\"4\""));
    // Nobody presses what they may not.
    let viewer = view::run::Sheet { commands: false, ..sheet };
    assert!(!page::run::page(&viewer, &Frame::default()).1.0.contains("<form"));
}
