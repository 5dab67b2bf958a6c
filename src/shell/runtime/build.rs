//! The driver's beginning: its parts put together, what the store held handed out. Decides nothing.

#![expect(clippy::disallowed_methods, reason = "owns the tasks beside the driver")]

use super::{
    RunError,
    announce::Announcer,
    book::Book,
    compiling::Compiling,
    console::Console,
    covers::SnapshotCovers,
    driver::Driver,
    event::Event,
    follow::Follower,
    ledger::{Revived, StoreLedger},
    places::Delivery,
    publish::Publisher,
    rehearsal::Rehearse,
    troubles::Troubles,
};
use crate::{
    base::phrase::Phrase,
    model::playbook::Playbooks,
    shell::{
        clock,
        delivery::{
            courier,
            job::{AnswerAt, CourierNeeds},
        },
        door::{Arrivals, Pulse},
        scripts::Pool,
        socket::AskedFor,
        store::{Ack, Bans, OpenMessage, Recovered, Store},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::mpsc::{Receiver, UnboundedReceiver, UnboundedSender};

/// What the store held when it was opened.
pub(super) struct Found {
    /// The groups.
    pub(super) recovered: Recovered,
    /// The messages on their way.
    pub(super) open: Vec<OpenMessage>,
    /// The writer's reports.
    pub(super) acks: UnboundedReceiver<Ack>,
    /// What is said of a rehearsal at its start.
    pub(super) said: Vec<Phrase>,
}

/// Everything a driver is made of.
pub(super) struct Parts<'a> {
    pub(super) books: Vec<Book>,
    pub(super) store: &'a Store,
    pub(super) found: Found,
    pub(super) console: Console,
    pub(super) publisher: Publisher,
    pub(super) events: UnboundedSender<Event>,
    pub(super) receiver: UnboundedReceiver<Event>,
    pub(super) asks: Receiver<AskedFor>,
    pub(super) arrivals: Receiver<Arrivals>,
    pub(super) rehearse: Option<Rehearse>,
    pub(super) watch: bool,
    pub(super) dir: PathBuf,
    pub(super) pulse: Arc<Pulse>,
    /// Where a message that asks something can be answered.
    pub(super) answer_at: AnswerAt,
}

/// Where scripts run; what each returns is an event.
fn scripts_of(done: UnboundedSender<Event>, marks: Option<&Path>) -> Pool {
    Pool::new(tokio::runtime::Handle::current(), marks, move |(group, effect, result)| {
        let _ = done.send(Event::Script(group, effect, result));
    })
}

impl Driver {
    /// Puts the parts together, adopts groups and hands out what was on its way. Nothing is decided yet.
    pub(super) fn build(parts: Parts<'_>) -> Result<Self, RunError> {
        let Parts {
            books,
            store,
            found,
            console,
            publisher,
            events,
            receiver,
            asks,
            arrivals,
            rehearse,
            watch,
            dir,
            pulse,
            answer_at,
        } = parts;
        let handle = store.handle();
        let revived = Revived::default();
        let rehearses = rehearse.is_some();
        let delivery = if rehearse.as_ref().is_some_and(|rehearse| rehearse.to.is_none()) {
            Delivery::Rehearsal
        } else {
            let ledger =
                StoreLedger { store: handle.clone(), events: events.clone(), revived: revived.clone() };
            let printer = console.clone();
            Delivery::Courier(courier::start(CourierNeeds {
                ledger: Arc::new(ledger),
                now: clock::machine,
                print: Arc::new(move |text| printer.block(text)),
                answer_at,
                dialled: publisher.published().dialled().clone(),
            }))
        };
        let pool = scripts_of(events.clone(), (!rehearses).then_some(dir.as_path()));
        let follower = Follower::new(console.clone(), publisher.published(), rehearses);
        let follower = tokio::spawn(follower.follow(publisher.published().subscribe()));
        let announcer = Announcer::new(console, found.said);
        let mut driver = Self {
            slots: BTreeMap::new(),
            playbooks: Playbooks::default(),
            store: handle,
            delivery,
            pool,
            announcer,
            follower,
            publisher,
            events,
            rehearse,
            watch: None,
            compiling: Compiling::default(),
            bans: Bans::read(&dir)?,
            dir,
            revived,
            troubles: Troubles::default(),
            doubt: found.recovered.doubt,
            resting: BTreeMap::new(),
            sending: BTreeSet::new(),
            hushed: BTreeMap::new(),
            timers: BTreeSet::new(),
            ready: VecDeque::new(),
            large: VecDeque::new(),
            beside: 0,
            covers: SnapshotCovers::new(found.recovered.last_seq),
            pulse,
            in_flight: 0,
            asked: 0,
            acks: found.acks,
            receiver,
            asks,
            arrivals,
            stopping: false,
            over_kept: None,
            again: false,
            books,
        };
        if let Delivery::Courier(courier) = &driver.delivery {
            courier.remember(&found.recovered.robots);
        }
        driver.recover(found.recovered)?;
        driver.carry_on(found.open);
        driver.refused_at_start();
        if watch {
            driver.watch();
        }
        Ok(driver)
    }
}
