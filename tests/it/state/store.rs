//! The store: what is committed is there after any end of the process, what is not has not happened.

#![expect(clippy::disallowed_methods, reason = "damages databases")]

use playbook::{
    base::{
        ids::{EffectId, GroupId},
        time::Timestamp,
    },
    engine::{
        entry::{Entry, Fact, Outgoing},
        state::State,
    },
    model::message::Message,
    shell::store::{
        Ack, Decision, MessageStatus, OpenMessage, Reader, Settle, Store, StoreError, StoreHandle, Work,
    },
};
use std::{path::Path, sync::Arc};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

fn entry(fact: Fact) -> Entry {
    Entry { at: Timestamp::from_millis(1_000), input: None, fact }
}

fn posted(effect: &str) -> Entry {
    entry(Fact::Posted(Box::new(Outgoing {
        effect: effect.into(),
        channel: "group".into(),
        message: Message::text(format!("text of {effect}")),
        label: None,
        own_label: None,
        play: None,
        due: Timestamp::from_millis(1_000),
        expires: None,
        late_left: None,
        urgent: false,
        awaited: false,
        reactive: false,
        by_hand: false,
        before: None,
        muted: false,
        names_only: false,
        open_for: None,
        manual: None,
    })))
}

fn var(name: &str, value: i64) -> Entry {
    entry(Fact::VarSet { name: name.into(), value: value.into() })
}

fn decision(group: &str, entries: Vec<Entry>) -> Decision {
    Decision {
        group: group.into(),
        at: Timestamp::from_millis(1_000),
        entries: Arc::new(entries),
        claimed: Vec::new(),
        told: None,
        letters: Vec::new(),
        coverings: Vec::new(),
        parked: None,
    }
}

struct Opened {
    store: Store,
    handle: StoreHandle,
    acks: UnboundedReceiver<Ack>,
    open: Vec<OpenMessage>,
    last_seq: i64,
}

fn open(dir: &Path) -> Opened {
    let (tell, acks) = unbounded_channel();
    let (store, recovered, open) = Store::open(dir, tell).unwrap();
    Opened { handle: store.handle(), store, acks, open, last_seq: recovered.last_seq }
}

impl Opened {
    async fn commit(&mut self, decision: Decision) -> Vec<i64> {
        self.handle.send(Work::Decide(decision)).unwrap();
        match self.acks.recv().await.unwrap() {
            Ack::Committed(acked) => acked[0].sends.iter().map(|(_, key)| *key).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn close(self) {
        drop(self.handle);
        self.store.close();
    }
}

fn settle(key: i64, status: MessageStatus, tell: bool) -> Settle {
    Settle {
        key,
        status,
        attempts: 1,
        part: 0,
        in_doubt: false,
        note: "said".into(),
        until: None,
        failed: false,
        tell,
    }
}

fn effects(open: &[OpenMessage]) -> Vec<(String, bool)> {
    open.iter()
        .map(|open| match open {
            OpenMessage::Send(row) => (row.effect.to_string(), row.in_doubt),
            OpenMessage::Tell(_, effect, receipt) => (format!("tell {effect} {receipt:?}"), false),
        })
        .collect()
}

#[tokio::test]
async fn entries_are_numbered_in_order_of_commit_and_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store.commit(decision("a", vec![var("x", 1), posted("e1")])).await;
    let keys = store.commit(decision("b", vec![posted("e1"), var("y", 2)])).await;
    assert_eq!(keys, [3], "a row's key is its entry's number");
    let reader = Reader::open(dir.path()).unwrap();
    let mut lines = Vec::new();
    reader.log(None, 1, &mut |line| lines.push((line.seq, line.group.to_string()))).unwrap();
    assert_eq!(lines, [(2, "a".to_owned()), (3, "b".to_owned()), (4, "b".to_owned())]);
    let rows = reader.outbox(Some(&GroupId::new("b")), false).unwrap();
    assert_eq!(rows[0].outgoing.message.text, "text of e1");
    store.close();
    assert_eq!(open(dir.path()).last_seq, 4);
}

#[tokio::test]
async fn an_attempt_without_its_outcome_is_in_doubt_and_only_that() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    let keys =
        store.commit(decision("a", vec![posted("sent"), posted("under-way"), posted("waiting")])).await;
    assert!(store.handle.record(keys[..2].to_vec(), Vec::new(), Vec::new()).await.unwrap().is_empty());
    store
        .handle
        .record(Vec::new(), vec![settle(keys[0], MessageStatus::Delivered, false)], Vec::new())
        .await
        .unwrap();
    store.close();
    let again = open(dir.path());
    assert_eq!(effects(&again.open), [("under-way".to_owned(), true), ("waiting".to_owned(), false)]);
}

#[tokio::test]
async fn the_engine_hears_of_a_refusal_even_when_the_process_dies_in_between() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    let keys = store.commit(decision("a", vec![posted("e")])).await;
    store
        .handle
        .record(Vec::new(), vec![settle(keys[0], MessageStatus::Dead, true)], Vec::new())
        .await
        .unwrap();
    store.close();
    let mut again = open(dir.path());
    let told = r#"tell e Refused { reason: Phrase { en: "said", zh: "said" } }"#.to_owned();
    assert_eq!(effects(&again.open), [(told, false)]);
    again.commit(Decision { told: Some(EffectId::new("e")), ..decision("a", vec![]) }).await;
    again.close();
    let mut again = open(dir.path());
    assert!(again.open.is_empty());
    let row = again.handle.revive("a".into(), "e".into()).await.unwrap().unwrap();
    assert_eq!((row.status, row.outgoing.message.text.as_str()), (MessageStatus::Pending, "text of e"));
    assert!(again.handle.revive("a".into(), "e".into()).await.unwrap().is_none(), "it is on its way already");
    again.acks.close();
}

/// A start that read a whole decision again for each of its messages would not come to an end here.
#[tokio::test]
async fn the_messages_of_one_large_decision_are_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    let posts: Vec<Entry> = (0..20_000).map(|n| posted(&format!("e{n}"))).collect();
    store.commit(decision("a", posts)).await;
    store.close();
    let again = open(dir.path());
    assert_eq!(again.open.len(), 20_000);
    let rows = Reader::open(dir.path()).unwrap().outbox(None, false).unwrap();
    assert!(rows.iter().enumerate().all(|(n, row)| row.outgoing.message.text == format!("text of e{n}")));
}

#[tokio::test]
async fn what_a_person_settled_is_not_claimed_and_not_settled_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    let keys = store.commit(decision("a", vec![posted("e")])).await;
    store
        .commit(decision("a", vec![entry(Fact::Delivered { effect: "e".into(), note: String::new() })]))
        .await;
    assert_eq!(store.handle.record(keys.clone(), vec![], vec![]).await.unwrap(), keys);
    store.handle.record(vec![], vec![settle(keys[0], MessageStatus::Dead, true)], vec![]).await.unwrap();
    let rows = Reader::open(dir.path()).unwrap().outbox(None, true).unwrap();
    assert_eq!(rows[0].status, MessageStatus::Delivered);
}

#[tokio::test]
async fn a_snapshot_shortens_recovery_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    for n in 0..10 {
        store.commit(decision("a", vec![var("n", n)])).await;
        store.commit(decision("b", vec![var("n", n)])).await;
    }
    let before = Reader::open(dir.path()).unwrap().states().unwrap();
    assert_eq!(before.replayed, 20);
    let group = |name: &str| before.groups[name].state.clone();
    store.handle.send(Work::Snapshot(Box::new(group("a")), 19)).unwrap();
    store.handle.send(Work::Checkpoint(1)).unwrap();
    store.handle.flush().await.unwrap();
    let after = Reader::open(dir.path()).unwrap().states().unwrap();
    assert_eq!(after.replayed, 10, "only group b is replayed");
    let states = |of: &playbook::shell::store::Recovered| -> Vec<State> {
        of.groups.values().map(|group| group.state.clone()).collect()
    };
    assert_eq!(states(&before), states(&after));
    assert_eq!(after.groups["b"].uncovered, Some(2));
}

#[test]
fn a_database_of_a_newer_program_is_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).close();
    let conn = rusqlite::Connection::open(dir.path().join("state.db")).unwrap();
    conn.pragma_update(None, "user_version", 99).unwrap();
    drop(conn);
    let (tell, _acks) = unbounded_channel();
    let error = Store::open(dir.path(), tell).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }));
    assert!(error.to_string().contains("written by a newer playbook"), "{error}");
}

#[test]
fn a_missing_state_says_how_to_make_one() {
    let dir = tempfile::tempdir().unwrap();
    let error = Reader::open(dir.path()).err().unwrap().to_string();
    assert!(error.contains("playbook run FILE"), "{error}");
}

#[tokio::test]
async fn after_a_failure_nothing_more_is_written_and_everybody_hears_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    let keys = store.commit(decision("a", vec![posted("before")])).await;
    let saboteur = rusqlite::Connection::open(dir.path().join("state.db")).unwrap();
    saboteur.execute_batch("ALTER TABLE outbox RENAME TO gone;").unwrap();
    store.handle.send(Work::Decide(decision("a", vec![var("x", 1), posted("lost")]))).unwrap();
    assert!(matches!(store.acks.recv().await.unwrap(), Ack::Failed(StoreError::Io(_))));
    assert!(store.handle.record(keys, Vec::new(), Vec::new()).await.is_err());
    saboteur.execute_batch("ALTER TABLE gone RENAME TO outbox;").unwrap();
    assert!(store.handle.flush().await.is_err(), "it stays stopped");
    drop(store);
    let again = open(dir.path());
    assert_eq!(again.last_seq, 1, "the journal has no trace of what was not committed");
    assert_eq!(effects(&again.open), [("before".to_owned(), false)]);
}

#[test]
fn a_file_that_is_no_database_is_named_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("state.db"),
        "not a database, and longer than a page header is. ".repeat(100),
    )
    .unwrap();
    let (tell, _acks) = unbounded_channel();
    assert!(matches!(Store::open(dir.path(), tell), Err(StoreError::Corrupt { .. })));
    assert!(std::fs::read_to_string(dir.path().join("state.db")).unwrap().starts_with("not a database"));
}
