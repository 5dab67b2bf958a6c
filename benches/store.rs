//! Durable transitions a second: a decision's journal row and outbox row in one transaction, by batch size.

use crate::measure::{line, rate, time};
use playbook::{
    base::{ids::GroupId, time::Timestamp},
    engine::entry::{Entry, Fact, Outgoing},
    model::message::Message,
    shell::store::{Ack, Decision, Store, Work},
};
use std::sync::Arc;
use tokio::sync::mpsc::unbounded_channel;

pub(crate) fn run() {
    for batch in [1, 16, 64, 256, 1024] {
        let n = (batch * 200).clamp(2_000, 60_000);
        let (took, commits) = transitions(n, batch);
        line(&format!("{batch} in a commit ({commits} commits)"), rate(n, took));
    }
}

/// Commits `n` decisions, `batch` under way at once.
pub(crate) fn transitions(n: usize, batch: usize) -> (std::time::Duration, usize) {
    let dir = tempfile::tempdir().expect("a folder");
    let (tell, mut acks) = unbounded_channel();
    let (store, _, _) = Store::open(dir.path(), tell).expect("a store");
    let handle = store.handle();
    let mut commits = 0;
    let (took, ()) = time(|| {
        let (mut sent, mut done) = (0, 0);
        while done < n {
            while sent < n && sent - done < batch {
                handle.send(Work::Decide(decision(sent))).expect("the writer runs");
                sent += 1;
            }
            match acks.blocking_recv() {
                Some(Ack::Committed(acked)) => {
                    done += acked.len();
                    commits += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    });
    drop(handle);
    store.close();
    (took, commits)
}

/// A message that goes out.
pub(crate) fn posted(n: usize) -> Entry {
    let at = Timestamp::from_millis(1_800_000_000_000 + n as i64);
    let run = format!("tick@{}", at.to_utc());
    let out = Outgoing {
        effect: format!("{run}/1/0").into(),
        channel: "group".into(),
        message: Message::text("The weekly game starts in ten minutes. Bring a riddle."),
        label: None,
        own_label: None,
        play: Some("tick".into()),
        due: at,
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
    };
    Entry { at, input: None, fact: Fact::Posted(Box::new(out)) }
}

fn decision(n: usize) -> Decision {
    let group = GroupId::from(format!("g{}", n % 10_000));
    let posted = posted(n);
    let at = posted.at;
    let run = format!("tick@{}", at.to_utc());
    let finished = Entry {
        at,
        input: None,
        fact: Fact::RunFinished {
            run: run.into(),
            outcome: playbook::engine::entry::Outcome::Done,
            reason: String::new().into(),
        },
    };
    Decision {
        group,
        at,
        entries: Arc::new(vec![posted, finished]),
        claimed: Vec::new(),
        told: None,
        letters: Vec::new(),
        coverings: Vec::new(),
        parked: None,
    }
}
