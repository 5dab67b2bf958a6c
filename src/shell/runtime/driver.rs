//! The driver: wait → decide → commit → apply → dispatch → announce.
//!
//! Holds every group's state. One input of a group is under way at a time, and of facts from the door those that wait
//! together; decisions of different groups share a commit. Decides nothing itself and reads time only to pass it on.

#![expect(clippy::disallowed_methods, reason = "owns the waiting and the tasks beside it")]

use super::{
    RunError,
    announce::Announcer,
    arrive, asks,
    book::{self, Book},
    console::Console,
    covers::Covers,
    deciding::Decided,
    dispatch::{self, Delivery},
    follow::Follower,
    ledger::{self, Revived, Settled, StoreLedger},
    publish::Publisher,
    rehearsal::Rehearse,
    slot::{Pending, Slot},
    troubles::Troubles,
};
use crate::{
    base::{
        ids::{EffectId, GroupId, InputId},
        limits,
        phrase::Phrase,
        time::{Duration, Timestamp},
    },
    courier::Outcome as Delivered,
    engine::{
        self,
        input::{Input, Receipt},
    },
    model::playbook::Playbooks,
    script::action::Outcome,
    shell::{
        clock,
        crash::{self, Point},
        delivery::{
            courier,
            job::{AnswerAt, CourierNeeds},
        },
        door::{Arrivals, Pulse},
        scripts::Pool,
        socket::{Asked, CommandReply},
        store::{Ack, Doubt, Open, OutboxRow, Recovered, Store, StoreHandle},
        watch::{Notice, Watch},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
    sync::{Arc, PoisonError},
};
use tokio::sync::{
    mpsc::{Receiver, UnboundedReceiver, UnboundedSender},
    oneshot,
};
use tokio::task::JoinHandle;

/// What comes back to the driver from beside it.
pub(super) enum Event {
    /// Somebody asks the process to stop.
    Stop,
    /// A script call has ended.
    Script(GroupId, EffectId, Result<Outcome, Phrase>),
    /// Messages have left the courier, or wait for another attempt; recorded already.
    Settled(Vec<Settled>),
    /// A dead message is on its way again.
    Revived(Box<OutboxRow>),
    /// The watcher of the playbooks' files says something.
    Watch(Notice),
    /// Somebody without a socket asks that the files are read again.
    Reload,
    /// A file was compiled again; the number is the book's.
    Recompiled(usize, Result<book::Reopened, Phrase>),
    /// A large group's decision was made.
    Decided(Box<Decided>),
    /// An input that was checked beside the driver.
    Input(GroupId, Box<Pending>),
    /// A person has set a rehearsal's clock.
    Clock,
}

/// What the store held when it was opened.
pub(super) struct Found {
    /// The groups.
    pub(super) recovered: Recovered,
    /// The messages on their way.
    pub(super) open: Vec<Open>,
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
    pub(super) asks: Receiver<Asked>,
    pub(super) arrivals: Receiver<Arrivals>,
    pub(super) rehearse: Option<Rehearse>,
    pub(super) watch: bool,
    pub(super) dir: PathBuf,
    pub(super) pulse: Arc<Pulse>,
    /// Where a message that asks something can be answered.
    pub(super) answer_at: AnswerAt,
}

/// The engine at work.
pub(super) struct Driver {
    pub(super) slots: BTreeMap<GroupId, Slot>,
    pub(super) books: Vec<Book>,
    pub(super) playbooks: Playbooks,
    pub(super) store: StoreHandle,
    pub(super) delivery: Delivery,
    pub(super) pool: Pool,
    pub(super) announcer: Announcer,
    /// The terminal, which hears what is published.
    follower: JoinHandle<()>,
    pub(super) publisher: Publisher,
    pub(super) events: UnboundedSender<Event>,
    pub(super) rehearse: Option<Rehearse>,
    pub(super) watch: Option<Watch>,
    pub(super) reload: super::reload::Reload,
    pub(super) dir: PathBuf,
    pub(super) revived: Revived,
    pub(super) troubles: Troubles,
    /// What a lost engine may have sent is held for a person.
    pub(super) doubt: Option<Doubt>,
    /// Messages of groups that no file runs; they wait until one does.
    pub(super) resting: BTreeMap<GroupId, Vec<dispatch::Outbound>>,
    /// What a rehearsal has given to the courier and has not heard of yet.
    pub(super) sending: BTreeSet<i64>,
    /// Messages to members of groups that are hushed.
    pub(super) hushed: BTreeMap<GroupId, Vec<dispatch::Outbound>>,
    timers: BTreeSet<(Timestamp, GroupId)>,
    pub(super) ready: VecDeque<GroupId>,
    /// Large groups that wait for their turn.
    pub(super) large: VecDeque<GroupId>,
    /// How many decisions are made beside the driver.
    pub(super) beside: usize,
    pub(super) covers: Covers,
    /// How others see that it works.
    pub(super) pulse: Arc<Pulse>,
    pub(super) in_flight: usize,
    asked: u64,
    acks: UnboundedReceiver<Ack>,
    receiver: UnboundedReceiver<Event>,
    asks: Receiver<Asked>,
    arrivals: Receiver<Arrivals>,
    pub(super) stopping: bool,
    /// Whether it starts again once it has stopped.
    pub(super) again: bool,
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
        let done = events.clone();
        let marks = (!rehearses).then_some(dir.as_path());
        let pool = Pool::new(tokio::runtime::Handle::current(), marks, move |(group, effect, result)| {
            let _ = done.send(Event::Script(group, effect, result));
        });
        let published = publisher.published();
        let (heard, follower) = (published.subscribe(), Follower::new(console.clone(), published, rehearses));
        let follower = tokio::spawn(follower.follow(heard));
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
            reload: super::reload::Reload::default(),
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
            covers: Covers::new(found.recovered.last_seq),
            pulse,
            in_flight: 0,
            asked: 0,
            acks: found.acks,
            receiver,
            asks,
            arrivals,
            stopping: false,
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

    /// Runs until told to stop, or until the store fails; whether it is to start again.
    pub(super) async fn run(mut self) -> Result<bool, RunError> {
        let result = self.work().await;
        let stopped = self.stop(result.is_ok()).await;
        // Its end is the end of the stream; what was said is told before the last word.
        self.publisher = Publisher::default();
        let wait = Duration::from_millis(limits::STOP_TOLD_MS_MAX).to_std();
        let _ = tokio::time::timeout(wait, &mut self.follower).await;
        if result.is_ok() && stopped.is_ok() {
            self.announcer.stopped();
        }
        result.and(stopped).map(|()| self.again)
    }

    async fn work(&mut self) -> Result<(), RunError> {
        while !self.stopping {
            self.fire_due(clock::now());
            self.pulse.due(self.timers.first().map(|(at, _)| *at));
            self.look_at_channels();
            self.announcer.clock(clock::doubted());
            for _ in 0..limits::DECISIONS_AT_ONCE_MAX {
                let Some(group) = self.ready.pop_front() else { break };
                self.step(&group)?;
            }
            if self.take_what_came()? || !self.ready.is_empty() {
                tokio::task::yield_now().await;
                continue;
            }
            if self.in_flight == 0 {
                self.publisher.idle();
            }
            if self.is_over() {
                break;
            }
            self.wait().await?;
        }
        Ok(())
    }

    /// Takes everything that has come back meanwhile; says whether there was anything.
    fn take_what_came(&mut self) -> Result<bool, RunError> {
        let mut any = false;
        while let Ok(ack) = self.acks.try_recv() {
            any = true;
            self.acked(ack)?;
        }
        while let Ok(event) = self.receiver.try_recv() {
            any = true;
            self.event(event)?;
        }
        for _ in 0..limits::DECISIONS_AT_ONCE_MAX {
            let Ok(asked) = self.asks.try_recv() else { break };
            any = true;
            asks::take(self, asked);
        }
        while let Ok(arrivals) = self.arrivals.try_recv() {
            any = true;
            arrive::take(self, arrivals);
        }
        Ok(any)
    }

    async fn wait(&mut self) -> Result<(), RunError> {
        let end = self.rehearse.as_ref().and_then(|rehearse| rehearse.until);
        let next =
            self.timers.first().map(|(at, _)| *at).into_iter().chain(self.troubles.next_at()).chain(end);
        let left = if self.is_at_work() { None } else { clock::go(next.min()) };
        let left = left.map_or(limits::SLEEP_MS_MAX, |left| left.as_millis().clamp(0, limits::SLEEP_MS_MAX));
        let result = tokio::select! {
            biased;
            Some(ack) = self.acks.recv() => self.acked(ack),
            Some(event) = self.receiver.recv() => self.event(event),
            Some(asked) = self.asks.recv() => {
                asks::take(self, asked);
                Ok(())
            }
            Some(arrivals) = self.arrivals.recv() => {
                arrive::take(self, arrivals);
                Ok(())
            }
            () = tokio::time::sleep(Duration::from_millis(left).to_std()) => Ok(()),
        };
        clock::stand();
        result
    }

    /// Whether something is being done that a rehearsal's clock waits for.
    fn is_at_work(&self) -> bool {
        self.rehearse.is_some()
            && (self.in_flight > 0
                || self.beside > 0
                || self.slots.values().any(|slot| slot.calling.is_some()))
    }

    /// Whether a rehearsal has come to its end.
    fn is_over(&self) -> bool {
        let states = || self.slots.values().map(|slot| &*slot.state);
        self.in_flight == 0
            && self.sending.is_empty()
            && self.rehearse.as_ref().is_some_and(|rehearse| rehearse.is_over(clock::now(), states()))
    }

    fn event(&mut self, event: Event) -> Result<(), RunError> {
        match event {
            Event::Stop => (self.stopping, self.again) = (true, false),
            Event::Script(group, effect, result) => {
                crash::point(Point::AfterScript);
                self.enqueue(&group, Pending::new(Input::returned(&effect, result)));
            }
            Event::Settled(settled) => {
                self.publisher.settled(settled.iter().map(|settled| settled.settlement.clone()).collect());
                for settled in settled {
                    self.sending.remove(&settled.settlement.key);
                    let group = &settled.settlement.group;
                    if let Some(book) = self.slots.get(group).and_then(|slot| slot.book) {
                        let news = self.troubles.settled(book, &settled.settlement, clock::now());
                        self.spread(news);
                    }
                    let key = settled.settlement.key;
                    let ended = !matches!(settled.settlement.outcome, Delivered::Deferred { .. });
                    let mut revived = self.revived.lock().unwrap_or_else(PoisonError::into_inner);
                    let again = ended && revived.remove(&key);
                    drop(revived);
                    let effect = ledger::effect(&settled);
                    if let Some(receipt) = settled.receipt {
                        self.receipt(&settled.settlement.group, effect, receipt, again);
                    }
                }
            }
            Event::Revived(row) => {
                self.revived.lock().unwrap_or_else(PoisonError::into_inner).insert(row.key);
                self.deliver(vec![dispatch::Outbound::again(*row)]);
            }
            Event::Watch(notice) => self.noticed(notice),
            Event::Reload => self.reload(None),
            Event::Recompiled(index, reopened) => self.recompiled(index, reopened)?,
            Event::Decided(decided) => self.decided(*decided)?,
            Event::Input(group, pending) => self.enqueue(&group, *pending),
            // Whoever slept by it is awake.
            Event::Clock => {}
        }
        Ok(())
    }

    /// What became of a message; `again` when a person had sent it once more.
    pub(super) fn receipt(&mut self, group: &GroupId, effect: EffectId, receipt: Receipt, again: bool) {
        let mut input = Input::receipt(&effect, receipt);
        if again {
            // What comes of that is heard, even if it is what came of it before.
            input.id = InputId::from(format!("{}/{}", input.id, clock::now().as_millis()));
        }
        self.enqueue(group, Pending { told: Some(effect), ..Pending::new(input) });
    }

    /// Queues an input of a group.
    pub(super) fn enqueue(&mut self, group: &GroupId, pending: Pending) {
        if let Some(slot) = self.slots.get_mut(group) {
            slot.waiting.push_back(pending);
            self.make_ready(group);
        }
    }

    pub(super) fn make_ready(&mut self, group: &GroupId) {
        if let Some(slot) = self.slots.get_mut(group)
            && !slot.ready
            && slot.flights.is_empty()
            && !slot.deciding
            && slot.book.is_some()
            && (slot.wake || !slot.waiting.is_empty())
        {
            slot.ready = true;
            self.ready.push_back(group.clone());
        }
    }

    /// A number for an input whose sender gave it no id.
    pub(super) fn fresh_id(&mut self) -> InputId {
        self.asked += 1;
        InputId::from(format!("ask/{}/{}/{}", clock::now().as_millis(), std::process::id(), self.asked))
    }

    fn fire_due(&mut self, now: Timestamp) {
        while let Some((at, group)) = self.timers.pop_first() {
            if at > now {
                self.timers.insert((at, group));
                break;
            }
            if let Some(slot) = self.slots.get_mut(&group) {
                slot.armed = None;
                slot.wake = true;
            }
            self.make_ready(&group);
        }
    }

    /// Puts a group's deadline into the timer queue.
    pub(super) fn arm(&mut self, group: &GroupId) {
        let Some(slot) = self.slots.get_mut(group) else { return };
        let deadline = if slot.book.is_some() { engine::deadline(&slot.state) } else { None };
        let at = deadline.map(|deadline| {
            if slot.idle_wakes == 0 {
                // A group's clock may be ahead of a clock that was set back: then it is due all the same.
                if deadline.at <= slot.state.clock { Timestamp::MIN } else { deadline.at }
            } else {
                let pause = Duration::SECOND.times(1 << slot.idle_wakes.min(6));
                deadline.at.max(clock::now().plus(pause))
            }
        });
        if slot.armed == at {
            return;
        }
        if let Some(old) = slot.armed {
            self.timers.remove(&(old, group.clone()));
        }
        slot.armed = at;
        if let Some(at) = at {
            self.timers.insert((at, group.clone()));
        }
    }

    /// Takes no more inputs; attempts in flight end, what was decided is committed, states are stored.
    async fn stop(&mut self, sound: bool) -> Result<(), RunError> {
        self.announcer.stopping();
        // What cannot be recorded now has not happened, and is decided again at the next start.
        self.store.hurry();
        self.watch = None;
        self.asks.close();
        self.arrivals.close();
        // A decision that takes longer has not happened; its input comes again, or its deadline is still due.
        let wait = Duration::from_millis(limits::STOP_DECISIONS_MS_MAX).to_std();
        let until = tokio::time::Instant::now() + wait;
        while sound && self.beside > 0 {
            let Ok(Some(event)) = tokio::time::timeout_at(until, self.receiver.recv()).await else { break };
            self.event(event)?;
        }
        while sound && self.in_flight > 0 {
            match self.acks.recv().await {
                Some(ack) => self.acked(ack)?,
                None => break,
            }
        }
        if !sound {
            // What was decided and not committed has not happened: the courier keeps no place for it.
            for slot in self.slots.values_mut() {
                dispatch::release(&self.delivery, &self.books, slot);
            }
        }
        // An attempt that takes longer is in doubt at the next start, as if the process had been killed.
        let wait = Duration::from_millis(limits::STOP_ATTEMPTS_MS_MAX).to_std();
        let _ = tokio::time::timeout(wait, self.delivery.stop()).await;
        if !sound {
            return Ok(());
        }
        // Receipts that came with the last attempts are heard now rather than at the next start.
        while let Ok(event) = self.receiver.try_recv() {
            if matches!(event, Event::Settled(_)) {
                self.event(event)?;
            }
        }
        while let Some(group) = self.ready.pop_front() {
            self.step(&group)?;
        }
        while self.in_flight > 0 {
            match self.acks.recv().await {
                Some(ack) => self.acked(ack)?,
                None => break,
            }
        }
        self.snapshot(&[], true)?;
        self.store.flush().await?;
        Ok(())
    }

    /// Answers somebody who asked.
    pub(super) fn refuse(reply: oneshot::Sender<CommandReply>, reason: impl Into<Phrase>) {
        let _ = reply.send(CommandReply::refuse(reason));
    }
}

impl Event {
    /// What became of a message that the courier does not have; recorded already.
    pub(super) fn receipt(group: GroupId, effect: EffectId, receipt: Receipt) -> Self {
        let input = Input::receipt(&effect, receipt);
        Self::Input(group, Box::new(Pending { told: Some(effect), ..Pending::new(input) }))
    }
}
