//! The terminal of a running engine: a thread that prints, so that a slow reader never delays a decision.
//!
//! Owns standard output. Colours only where they are shown; what does not fit into the queue is counted and left
//! out.

#![expect(clippy::disallowed_methods, reason = "owns the terminal and its thread")]

use super::{book::Loaded, wrap::wrapped};
use crate::base::locale::Locale;
use crate::base::{
    diagnostic::{Severity, text},
    limits,
};
use anstyle::{AnsiColor, Style};
use std::{
    io::Write as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

/// Headings.
pub(super) const HEADING: Style = Style::new().bold();
/// What matters less.
pub(super) const DIM: Style = Style::new().dimmed();
/// Good.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// Doubtful.
pub(super) const WARN: Style = AnsiColor::Yellow.on_default();
/// Bad.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Names.
pub(super) const NAME: Style = AnsiColor::Cyan.on_default();

/// Text in a style; it is taken off again where colours are not shown.
pub(super) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Prints. Clones print to the same terminal.
#[derive(Clone)]
pub(super) struct Console {
    lines: SyncSender<Option<String>>,
    left_out: Arc<AtomicU64>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
    color: bool,
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
    pub(super) fn start(choice: anstream::ColorChoice, locale: Locale) -> Self {
        let choice = match choice {
            anstream::ColorChoice::Auto => anstream::AutoStream::choice(&std::io::stdout()),
            other => other,
        };
        let (lines, receiver) = sync_channel(limits::CONSOLE_LINES_WAITING_MAX);
        let left_out = Arc::new(AtomicU64::new(0));
        let count = left_out.clone();
        let thread = std::thread::Builder::new()
            .name("console".into())
            .spawn(move || print(&receiver, choice, &count))
            .ok();
        let terminal = terminal_size::terminal_size_of(std::io::stdout());
        let columns = match terminal {
            Some((terminal_size::Width(columns), _)) => Some(usize::from(columns)),
            None => std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()),
        };
        Self {
            lines,
            left_out,
            thread: Arc::new(Mutex::new(thread)),
            locale,
            color: choice != anstream::ColorChoice::Never,
            columns: columns.unwrap_or(COLUMNS_ELSEWHERE).clamp(40, 160),
            wrap: terminal.is_some(),
        }
    }

    /// One or more lines; a line end at the end is added where it is missing.
    pub(super) fn say(&self, text: impl Into<String>) {
        let text = text.into();
        let text = if self.wrap { wrapped(&text, self.columns) } else { text };
        if let Err(TrySendError::Full(_)) = self.lines.try_send(Some(text)) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Every problem of a compilation: errors as `check` shows them, and how many there are.
    pub(super) fn diagnostics(&self, loaded: &Loaded) {
        let style = if self.color { text::Style::Coloured } else { text::Style::Plain };
        let compiled = &loaded.compiled;
        let errors = compiled.report.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        for found in errors.chain(&compiled.script_problems).take(limits::DIAGNOSTICS_MAX) {
            Self::trouble(&text::render(found, &compiled.sources, style, self.locale));
        }
    }

    /// Something that is wrong: to standard error, at once.
    pub(super) fn trouble(text: &str) {
        let _ = writeln!(anstream::stderr(), "{}", text.trim_end());
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

fn print(lines: &Receiver<Option<String>>, choice: anstream::ColorChoice, left_out: &AtomicU64) {
    let mut out = std::io::BufWriter::new(anstream::AutoStream::new(std::io::stdout(), choice));
    loop {
        let next = match lines.recv_timeout(Duration::ZERO) {
            Ok(next) => next,
            Err(RecvTimeoutError::Timeout) => {
                let left = left_out.swap(0, Ordering::Relaxed);
                if left > 0 {
                    let _ = writeln!(out, "… {left} lines were left out: the terminal is too slow");
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
        let _ = writeln!(out, "{}", text.trim_end_matches('\n'));
    }
}
