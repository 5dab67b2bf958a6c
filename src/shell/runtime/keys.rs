//! The keys of a rehearsal's own terminal: what waits is answered and the clock is set with one key.
//!
//! Owns the thread that reads them and the mode of the terminal. Changes nothing itself: it sends commands.

use super::{
    book::Book,
    console::{Console, DIM, WARN, paint},
    event::Event,
    header,
    publish::Published,
    rehearsal::Rehearse,
};
use crate::{
    base::{
        ids::{GroupId, TaskId},
        phrase::{Phrase, phrase},
        value::Value,
    },
    engine::{entry::TaskKind, input::Command, state::State},
    shell::{
        clock,
        socket::{Ask, AskedFor, CommandRequest},
    },
};
use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use std::{
    io::Read as _,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{mpsc, oneshot};

/// How the terminal was before its keys were read one by one.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// What the keys do.
pub(super) fn in_words() -> Phrase {
    phrase!(
        "keys: n on to what is next · d done · y yes · x no · space stop or run the clock · + - faster, slower · s how \
         things stand · q end",
        "按键：n 跳到下一件事 · d 完成 · y 同意 · x 不同意 · 空格 停住或继续时钟 · + - 加快、放慢 · s 看现状 · q 结束"
    )
}

/// What keys reach.
pub(super) struct SingleKeys {
    published: Published,
    asks: mpsc::Sender<AskedFor>,
    events: mpsc::UnboundedSender<Event>,
    console: Console,
}

/// Keys come at once and are not shown; on what is no terminal they come as they come.
fn one_by_one() {
    let stdin = std::io::stdin();
    let Ok(before) = termios::tcgetattr(&stdin) else { return };
    let mut now = before.clone();
    now.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
    now.special_codes[SpecialCodeIndex::VMIN] = 1;
    now.special_codes[SpecialCodeIndex::VTIME] = 0;
    if termios::tcsetattr(&stdin, OptionalActions::Now, &now).is_ok() {
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
    }
}

/// The terminal is again as it was.
pub(super) fn give_back() {
    if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = termios::tcsetattr(std::io::stdin(), OptionalActions::Now, &before);
    }
}

impl SingleKeys {
    pub(super) fn new(
        published: Published,
        (asks, events): (&mpsc::Sender<AskedFor>, &mpsc::UnboundedSender<Event>),
        console: &Console,
    ) -> Self {
        Self { published, asks: asks.clone(), events: events.clone(), console: console.clone() }
    }

    /// Starts the play of a rehearsal that nothing else starts.
    pub(super) fn start(&self, rehearse: Option<&Rehearse>, books: &[Book]) {
        let starts = |rehearse: &Rehearse| -> Vec<CommandRequest> {
            books.iter().flat_map(|book| rehearse.starts(&book.playbook)).collect()
        };
        for start in rehearse.map(starts).unwrap_or_default() {
            // Nobody waits for what is said of it: its run is seen.
            let _ = self.asks.try_send((start, oneshot::channel().0));
        }
    }

    /// Takes the keys of a rehearsal that has some, until the end of the input or of the engine.
    pub(super) fn take(self, rehearse: Option<&Rehearse>) {
        if !rehearse.is_some_and(|rehearse| rehearse.keys) {
            return;
        }
        one_by_one();
        let _ = std::thread::Builder::new().name("keys".into()).spawn(move || {
            let mut key = [0];
            while let Ok(1) = std::io::stdin().read(&mut key) {
                if !self.pressed(key[0]) {
                    return;
                }
            }
        });
    }

    /// Does what a key says; whether the engine is still there.
    fn pressed(&self, key: u8) -> bool {
        match key {
            b'q' => return self.events.send(Event::Stop).is_ok(),
            b' ' => self.clock(&if clock::hold() {
                phrase!("the clock stands; space lets it run on", "时钟停住了；按空格继续")
            } else {
                phrase!("the clock runs on", "时钟继续走")
            }),
            b'+' | b'=' | b'-' => {
                let speed = clock::hurry(key != b'-');
                self.clock(&phrase!("{speed} times as fast as yours", "是真实时间的 {speed} 倍"));
            }
            b'n' if clock::leap() => return self.events.send(Event::Clock).is_ok(),
            b'n' => self.say(&phrase!("nothing is ahead", "前面没有什么了")),
            b's' => self.show(),
            b'd' => self.answer(is_task, |task| Command::Done { task, by: None, note: Value::Null }),
            b'y' => self.answer(is_approval, |task| Command::Approve {
                task,
                by: None,
                note: None,
                as_operator: true,
                except: Vec::new(),
            }),
            b'x' => self.answer(is_approval, |task| Command::Reject {
                task,
                by: None,
                reason: None,
                as_operator: true,
            }),
            b'\n' | b'\r' => {}
            _ => self.say(&in_words()),
        }
        !self.events.is_closed()
    }

    fn say(&self, words: &Phrase) {
        self.console.say(paint(DIM, &format!("  {}", words.of(self.console.locale()))));
    }

    /// The clock was set; whoever sleeps by it looks again.
    fn clock(&self, words: &Phrase) {
        self.say(words);
        let _ = self.events.send(Event::Clock);
    }

    /// How things stand, as at the start.
    fn show(&self) {
        let snapshot = self.published.snapshot();
        let several = snapshot.groups.len() > 1;
        for book in snapshot.books.iter() {
            let own = snapshot.groups.values();
            let own = own.filter(|now| now.book.as_ref().is_some_and(|own| Arc::ptr_eq(own, book)));
            let states: Vec<&State> = own.map(|now| &*now.state).collect();
            let columns = (self.console.columns, self.console.locale());
            self.console.block(header::overview(book, &states, several, true, columns));
        }
    }

    /// Answers the oldest open task of a kind. A refusal is said; what was done is seen as it happens.
    fn answer(&self, meant: fn(TaskKind) -> bool, command: impl FnOnce(TaskId) -> Command) {
        let Some((group, task)) = self.oldest(meant) else {
            return self.say(&phrase!("nothing of that kind waits", "没有这样的事在等"));
        };
        let (reply, answered) = oneshot::channel();
        let ask = Ask::Command(command(task.clone()));
        let request = CommandRequest { id: None, group: Some(group), ask };
        if self.asks.blocking_send((request, reply)).is_ok()
            && let Ok(reply) = answered.blocking_recv()
            && let Some(reason) = reply.refused
        {
            self.console.say(paint(WARN, &format!("  {task}: {reason}")));
        }
    }

    fn oldest(&self, meant: fn(TaskKind) -> bool) -> Option<(GroupId, TaskId)> {
        let snapshot = self.published.snapshot();
        let all = snapshot.groups.iter().flat_map(|(group, now)| {
            let tasks = now.state.tasks.values().filter(|open| meant(open.task.kind));
            tasks.map(move |open| (open.task.opened, group.clone(), open.task.id.clone())).collect::<Vec<_>>()
        });
        let mut all: Vec<_> = all.collect();
        all.sort();
        all.into_iter().next().map(|(_, group, task)| (group, task))
    }
}

fn is_task(kind: TaskKind) -> bool {
    matches!(kind, TaskKind::Task | TaskKind::Delivery | TaskKind::Removal)
}

fn is_approval(kind: TaskKind) -> bool {
    kind == TaskKind::Approval
}
