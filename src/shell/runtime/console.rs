//! The terminal of a running engine: a thread that prints, so that a slow reader never delays a decision.
//!
//! Writes through [`terminal`]. What does not fit into the queue is counted and left out.

#![expect(clippy::disallowed_methods, reason = "owns the thread that prints")]

use super::wrap::wrapped;
use crate::{
    base::{
        diagnostic::{Severity, text},
        limits,
        locale::Locale,
    },
    lang::Compiled,
    shell::terminal::{self, ColorChoice, Terminal},
};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

pub(super) use terminal::{BAD, DIM, GOOD, HEADING, NAME, WARN, paint};

/// Prints. Clones print to the same terminal.
#[derive(Clone)]
pub(super) struct Console {
    lines: SyncSender<Option<String>>,
    left_out: Arc<AtomicU64>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
    excerpts: text::ColourStyle,
    locale: Locale,
    /// Columns that a line may use.
    pub(super) columns: usize,
    /// Whether longer lines are broken: only on a terminal, so that a log file keeps them whole.
    wrap: bool,
}

/// The width for which text is written where the terminal does not tell.
const COLUMNS_ELSEWHERE: usize = 100;

impl Console {
    /// Starts the thread.
    pub(super) fn start(choice: ColorChoice, locale: Locale) -> Self {
        let out = Terminal::open(choice);
        let excerpts = out.excerpts();
        let (lines, receiver) = sync_channel(limits::CONSOLE_LINES_WAITING_MAX);
        let left_out = Arc::new(AtomicU64::new(0));
        let count = left_out.clone();
        let thread = std::thread::Builder::new()
            .name("console".into())
            .spawn(move || print(&receiver, out, &count))
            .ok();
        let terminal = terminal::columns();
        let columns = terminal.or_else(|| std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()));
        Self {
            lines,
            left_out,
            thread: Arc::new(Mutex::new(thread)),
            locale,
            excerpts,
            columns: columns.unwrap_or(COLUMNS_ELSEWHERE).clamp(40, 160),
            wrap: terminal.is_some(),
        }
    }

    /// The language of people.
    pub(super) fn locale(&self) -> Locale {
        self.locale
    }

    /// One line; a line end in it is shown as one.
    pub(super) fn say(&self, text: impl AsRef<str>) {
        self.print(terminal::line(text.as_ref()));
    }

    /// Several lines that the program has set itself.
    pub(super) fn block(&self, text: impl AsRef<str>) {
        self.print(terminal::block(text.as_ref().trim_end_matches('\n')));
    }

    fn print(&self, text: String) {
        let text = if self.wrap { wrapped(&text, self.columns) } else { text };
        if let Err(TrySendError::Full(_)) = self.lines.try_send(Some(text)) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Every problem of a compilation: errors as `check` shows them, and how many there are.
    pub(super) fn diagnostics(&self, compiled: &Compiled) {
        let errors = compiled.report.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        for found in errors.chain(&compiled.script_problems).take(limits::DIAGNOSTICS_MAX) {
            terminal::complain_of(&text::render(found, &compiled.sources, self.excerpts, self.locale));
        }
    }

    /// Something that is wrong: to standard error, at once.
    pub(super) fn trouble(text: &str) {
        terminal::complain(text);
    }

    /// Prints what waits and ends. A reader that does not read is not waited for.
    pub(super) fn close(&self) {
        let _ = self.lines.try_send(None);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        for _ in 0..200 {
            if thread.is_finished() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn print(lines: &Receiver<Option<String>>, mut out: Terminal, left_out: &AtomicU64) {
    loop {
        let next = match lines.recv_timeout(Duration::ZERO) {
            Ok(next) => next,
            Err(RecvTimeoutError::Timeout) => {
                let left = left_out.swap(0, Ordering::Relaxed);
                if left > 0 {
                    let _ = out.line(&format!("… {left} lines were left out: the terminal is too slow"));
                }
                if out.flush().is_err() {
                    // Nobody reads any more; the engine goes on.
                    while let Ok(Some(_)) = lines.recv() {}
                    return;
                }
                match lines.recv() {
                    Ok(next) => next,
                    Err(_) => return,
                }
            }
            Err(RecvTimeoutError::Disconnected) => None,
        };
        let Some(text) = next else {
            let _ = out.flush();
            return;
        };
        let _ = out.shown(&format!("{text}\n"));
    }
}
