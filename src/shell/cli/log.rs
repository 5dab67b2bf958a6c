//! `playbook log`: the journal, one entry a line.

use super::{
    failure::Failure,
    output::{BAD, DIM, Format, GOOD, HEADING, NAME, Output, WARN, clip, pad, paint, width},
    state::{Opened, ReadArgs, unreadable},
};
use crate::{
    base::time::Timestamp,
    shell::{store::LogLine, view::log::JournalLine},
    sim::timeline::{self, Tone},
};

/// Shows the journal: every fact, in order.
///
/// As text, only what a person would want to know; `--all` shows every entry by its kind.
#[derive(Debug, clap::Args)]
pub(super) struct LogArgs {
    #[command(flatten)]
    read: ReadArgs,
    /// Only entries after this number.
    #[arg(long, default_value_t = 0, value_name = "SEQ")]
    after: i64,
    /// Only entries from this time on; a civil time is of the group's zone.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    since: Option<String>,
    /// Only entries before this time.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    until: Option<String>,
    /// As text, every entry.
    #[arg(long, short)]
    all: bool,
}

impl LogArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let opened = self.read.open()?;
        let instant = |text: &Option<String>| text.as_deref().map(|text| opened.time(text)).transpose();
        let since = instant(&self.since)?.unwrap_or(Timestamp::MIN);
        let until = instant(&self.until)?.unwrap_or(Timestamp::MAX);
        let mut result = Ok(());
        opened
            .reader
            .log(opened.only.as_ref(), self.after, &mut |line| {
                if result.is_ok() && (since..until).contains(&line.entry.at) {
                    result = self.line(&opened, &line, out);
                }
            })
            .map_err(unreadable)?;
        result
    }

    fn line(&self, opened: &Opened, line: &LogLine, out: &mut Output) -> Result<(), Failure> {
        let (zone, locale) = (opened.zone(&line.group), out.languages.people);
        if self.read.format.format == Format::Json {
            return Ok(out.json(&JournalLine::of(line, zone))?);
        }
        let civil = zone.civil(line.entry.at).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let group = if opened.several() { format!("  {}", line.group) } else { String::new() };
        let left = format!("{:>6}  {civil}{group}  ", line.seq);
        let words = timeline::describe(&line.entry, zone).or_else(|| timeline::answer(&line.entry));
        let Some(mut words) = words else {
            if self.all {
                out.line(format!("{left}{}", paint(DIM, &JournalLine::of(line, zone).kind())))?;
            }
            return Ok(());
        };
        if let Some(name) = opened.name(&line.group, timeline::subject(&line.entry.fact)) {
            words.about = name;
        }
        let style = match words.tone {
            Tone::Voice => GOOD,
            Tone::Person | Tone::Turn => HEADING,
            Tone::Plain => DIM,
            Tone::Doubt => WARN,
            Tone::Bad => BAD,
        };
        let word = pad(words.word(locale), 10);
        let about = if words.about.is_empty() { String::new() } else { format!("{}  ", words.about) };
        let used = width(&left) + width(&word) + width(&about);
        let text = clip(words.text.of(locale), out.width.saturating_sub(used).max(20));
        out.line(format!("{left}{}{}{text}", paint(style, &word), paint(NAME, &about)).trim_end())?;
        Ok(())
    }
}
