//! The board of the console: whatever happens, its indexes are those that a board made anew has. Its history: what the
//! journal has to tell, however it was read.

use crate::{
    help::playground::eventually,
    help::story::{Story, at},
};
use playbook::{
    base::{
        ids::{GroupId, PersonId, PlayName},
        limits,
        time::Timestamp,
        value::Value,
    },
    engine::input::Command,
    model::playbook::Playbooks,
    shell::{
        console::{
            board::Board,
            history::{History, Kinds},
            keep::Kept,
        },
        runtime::publish::{Commit, GroupNow, InForce, Publisher, Snapshot},
        store::Reader,
    },
};
use std::{path::PathBuf, sync::Arc};

/// What an engine would publish of these groups, all run by the file of the first.
pub(crate) fn snapshot(stories: &[&Story]) -> Snapshot {
    let Some(first) = stories.first() else { return Snapshot::default() };
    let book = Arc::new(InForce {
        file: PathBuf::from("p.yaml"),
        playbook: first.playbook.clone(),
        warnings: Arc::default(),
        targets: Arc::default(),
        senders: Arc::default(),
        watchman: None,
        ears: Arc::default(),
        hooks: Arc::default(),
    });
    let mut playbooks = Playbooks::default();
    playbooks.insert(first.playbook.clone());
    let groups = stories.iter().map(|story| {
        let now = GroupNow { state: Arc::new(story.state.clone()), book: Some(book.clone()) };
        (story.state.group.clone(), Arc::new(now))
    });
    Snapshot {
        seq: first.entries.len() as i64,
        groups: groups.collect(),
        books: Arc::new(vec![book]),
        playbooks: Arc::new(playbooks),
    }
}

fn is_the_same(followed: &Board, anew: &Board, when: &str) {
    assert_eq!(followed.waiting, anew.waiting, "waiting {when}");
    assert_eq!(followed.by_person, anew.by_person, "by person {when}");
    assert_eq!(followed.upcoming, anew.upcoming, "upcoming {when}");
    assert_eq!(followed.held, anew.held, "held {when}");
    assert_eq!(followed.alarms, anew.alarms, "alarms {when}");
    assert_eq!(followed.counts, anew.counts, "counts {when}");
}

pub(crate) const EVENING: &str = "
people:
  zhu: { name: Zhu }
  lin: { name: Lin }
roles:
  host: { people: [zhu, lin] }
budgets: { posts: { max: 1 per day } }
plays:
  talk:
    title: Guest talk
    dates:
      - { id: jia, at: '2026-12-11 20:00' }
    steps:
      - at: -7d 12:00
        post: Friday, 20:00, Jia speaks
      - at: -3h
        task: Bring the questions
        to: host
        due: 2h
      - at: 0m
        post: We begin
      - wait: 40m
      - post: Questions, please
      - approve: Shall the text go out?
        to: host
        show: The text
        open_for: 16h
        otherwise: stop
  paper:
    every: day at 07:30
    steps:
      - post: Good morning
  more:
    every: day at 09:00
    steps:
      - post: One too many
";

#[test]
fn followed_change_by_change_it_is_the_one_that_is_made_anew() {
    let mut story = Story::new("2026-12-01 06:00", EVENING);
    let (mut board, mut saw) = (Board::default(), (0, 0, 0));
    let mut look = |story: &Story, when: &str| {
        let now = snapshot(&[story]);
        board = board.next(&now).0;
        is_the_same(&board, &Board::default().next(&now).0, when);
        saw = (saw.0.max(board.waiting.len()), saw.1.max(board.held.len()), saw.2.max(board.upcoming.len()));
    };
    for day in 1..=13 {
        for clock in ["07:30", "09:01", "12:00", "17:00", "20:00", "20:40", "23:00"] {
            story.until(&format!("2026-12-{day:02} {clock}"));
            look(&story, &format!("on day {day} at {clock}"));
            if day == 5 && clock == "12:00" {
                let play = Some(PlayName::new("paper"));
                story.command(Command::Pause { play, caretaker: None, until: None, by: None });
                look(&story, "paused");
            }
        }
        let asked: Vec<_> = story.state.tasks.keys().cloned().collect();
        for task in asked {
            story.command(Command::Done { task, by: Some("zhu".into()), note: Value::Null });
            look(&story, "done");
        }
    }
    assert!(saw.0 > 0 && saw.1 > 0 && saw.2 > 2, "the story has to reach every index: {saw:?}");
}

#[test]
fn what_is_the_same_in_many_groups_is_one_row_and_one_change_is_one_change() {
    let story = Story::new("2026-12-01 06:00", EVENING);
    let mut now = snapshot(&[&story]);
    let (_, pattern) = now.groups.iter().next().map(|(id, now)| (id.clone(), now.clone())).unwrap();
    for n in 0..2_000 {
        now.groups.insert(GroupId::from(format!("g{n:04}")), pattern.clone());
    }
    let (board, changed) = Board::default().next(&now);
    assert!(changed.parts.len() > 2_000);
    let row = board.upcoming.get(&(at("2026-12-01 07:30"), PlayName::new("paper"))).unwrap();
    assert_eq!((row.len(), board.counts.groups), (2_001, 2_001));
    // One group goes on; everything else is shared and is not looked at.
    let mut alone = Story::new("2026-12-01 06:00", EVENING);
    alone.until("2026-12-08 17:30");
    let (id, later) =
        snapshot(&[&alone]).groups.iter().next().map(|(id, now)| (id.clone(), now.clone())).unwrap();
    now.groups.insert(id.clone(), later);
    let (after, changed) = board.next(&now);
    let groups: Vec<&String> = changed.parts.iter().filter(|part| part.starts_with("g:")).collect();
    assert_eq!(groups, [&format!("g:{id}")]);
    is_the_same(&after, &Board::default().next(&now).0, "with one group further");
    assert_eq!(after.by_person.get(&PersonId::new("zhu")).map_or(0, imbl::OrdSet::len), 0);
}

#[test]
fn a_group_is_found_by_the_beginning_of_a_word_of_its_name() {
    let story =
        Story::new("2026-12-01 06:00", &format!("{EVENING}\ngroups:\n  xian: {{ title: Chang An reads }}\n"));
    let (board, _) = Board::default().next(&snapshot(&[&story]));
    for found in ["xi", "chang", "AN", "reads", " chang an"] {
        assert_eq!(board.find(found, 50), [GroupId::new("xian")], "{found}");
    }
    assert!(board.find("eads", 50).is_empty());
    assert!(board.find("", 0).is_empty());
}

/// The history of a journal, decision by decision.
fn written(reader: &Reader) -> History {
    let mut history = History::default();
    reader
        .log(None, 0, &mut |line| {
            history.newer((line.seq, line.entry.at), &line.group, Kinds::of(&line.entry));
        })
        .unwrap();
    history
}

#[tokio::test]
async fn what_was_is_read_of_the_journal_and_what_comes_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    let mut story = Story::new("2026-12-01 06:00", EVENING);
    story.until("2026-12-12 12:00");
    story.store(dir.path());
    let mut publisher = Publisher::default();
    let now = snapshot(&[&story]);
    let (group, shown) = now.groups.iter().next().map(|(id, now)| (id.clone(), now.clone())).unwrap();
    let show = |publisher: &mut Publisher, story: &Story| {
        publisher
            .group(group.clone(), GroupNow { state: Arc::new(story.state.clone()), book: shown.book.clone() })
    };
    show(&mut publisher, &story);
    publisher.publish(story.entries.len() as i64, Vec::new());

    let kept = Kept::new(dir.path());
    let mut news = kept.listen();
    kept.follow(publisher.published());
    let reader = Reader::open(dir.path()).unwrap();
    let told =
        |history: &History| history.before(None, Kinds::TOLD.and(Kinds::RUN), None, usize::MAX).decisions;
    let wanted = written(&reader);
    let patient = tokio::task::spawn_blocking({
        let (kept, wanted) = (kept.clone(), told(&wanted));
        move || eventually("the journal is read", || told(&kept.history()) == wanted)
    });
    patient.await.unwrap();
    assert!(!kept.history().is_cut());
    // A decision of the first entries says what they say.
    let page = kept.history().before(Some(&group), Kinds::MISSED.and(Kinds::BUDGET), None, 5);
    let lines = reader.decisions(&page.decisions).unwrap();
    assert!(page.decisions.len() == 5 && lines.len() == 5, "{page:?}");
    assert!(lines.iter().all(|line| Kinds::of(&line.entry).meets(Kinds::MISSED.and(Kinds::BUDGET))));

    let before = story.entries.len();
    story.until("2026-12-13 12:00");
    let entries = Arc::new(story.entries[before..].to_vec());
    let after = show(&mut publisher, &story);
    let commit = Commit { group: group.clone(), first: before as i64 + 1, entries, now: after };
    publisher.publish(story.entries.len() as i64, vec![commit]);
    let said = loop {
        let said = news.recv().await.unwrap();
        if said.parts.contains(&format!("g:{group}")) {
            break said;
        }
    };
    assert!(said.parts.contains(&"today".to_owned()), "{said:?}");
    assert_eq!(kept.history().last(), Some(before as i64 + 1));
    assert_eq!(kept.board().now.seq, story.entries.len() as i64);
}

#[test]
fn a_page_of_a_million_decisions_is_as_short_as_one_of_a_hundred() {
    const ALL: i64 = 1_000_000;
    let groups: Vec<GroupId> = (0..100).map(|n| GroupId::new(format!("g{n:02}"))).collect();
    let mut history = History::default();
    for seq in 1..=ALL {
        let kinds = if seq % 1_000 == 0 { Kinds::FAILED } else { Kinds::SAID };
        let group = &groups[(seq % 100) as usize];
        history.newer((seq, Timestamp::from_millis(seq * 1_000)), group, kinds);
    }
    assert!(history.len() <= limits::HISTORY_DECISIONS_MAX);
    let page = history.before(None, Kinds::TOLD, None, limits::PAGE_ROWS);
    assert_eq!(page.decisions.len(), limits::PAGE_ROWS);
    assert_eq!(page.before, Some(ALL + 1 - limits::PAGE_ROWS as i64));
    // A kind that is rare, one group, and a page from the middle: each begins where the one before ended.
    let rare = history.before(None, Kinds::FAILED, None, 3);
    assert_eq!(rare.decisions, [ALL, ALL - 1_000, ALL - 2_000]);
    let of_one = history.before(Some(&groups[7]), Kinds::SAID, Some(ALL / 2), 2);
    assert_eq!(of_one.decisions, [ALL / 2 - 93, ALL / 2 - 193]);
    // Whatever an address says, there is a page.
    for before in [i64::MIN, -1, 0, 1, i64::MAX] {
        assert!(history.before(None, Kinds::TOLD, Some(before), 5).decisions.len() <= 5);
    }
}
