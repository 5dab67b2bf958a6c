//! The driver at work: wait → decide → commit → apply → dispatch → announce, until it is told to stop.
//!
//! Reads time only to pass it on; decides nothing itself.

#![expect(clippy::disallowed_methods, reason = "owns the waiting")]

use super::{
    RunError, arrive, asks, driver::Driver, event::Event, ledger, outbound::Outbound, pending::Pending,
    places, publish::Publisher,
};
use crate::{
    base::{limits, time::Duration},
    courier::ParcelOutcome as Delivered,
    engine::input::Input,
    shell::{
        clock,
        crash::{self, Point},
    },
};
use std::sync::PoisonError;

impl Driver {
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
                self.deliver(vec![Outbound::again(*row)]);
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
                places::release(&self.delivery, &self.books, slot);
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
}
