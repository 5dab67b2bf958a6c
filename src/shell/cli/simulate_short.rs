//! A simulated history in short: what went wrong, then a line a day or a week. Every line is `simulate --verbose`.
//!
//! Words only; what is counted is in `sim::diary`.

use super::{
    failure::Failure,
    output::{BAD, DIM, HEADING, Output, WARN, clip, paint, width},
};
use crate::{
    base::{time::Zone, words},
    sim::diary::{Diary, DiaryPage, Fault, FaultKind, Often},
};

/// So many kinds of faults are told one by one.
const FAULTS_SHOWN: usize = 10;

/// Histories of up to so many days have a line a day, longer ones a line a week.
pub(super) const DAILY_MAX: u32 = 14;

/// What went wrong, first of all.
pub(super) fn faults(diary: &Diary, zone: &Zone, out: &mut Output) -> Result<(), Failure> {
    out.heading("What went wrong")?;
    if diary.faults.is_empty() {
        out.line("  nothing: no step failed, none was missed")?;
        return Ok(out.line("")?);
    }
    for (fault, often) in diary.faults.iter().take(FAULTS_SHOWN) {
        let style = if fault.kind == FaultKind::Failed { BAD } else { WARN };
        let (what, why) = fault_words(fault, *often, zone);
        let why = clip(&why, out.width.saturating_sub(width(&what) + 2).max(40));
        out.line(format!("  {}{why}", paint(style, &what)))?;
    }
    if diary.faults.len() > FAULTS_SHOWN {
        out.line(format!("  and {} more", diary.faults.len() - FAULTS_SHOWN))?;
    }
    Ok(out.line("")?)
}

fn fault_words(fault: &Fault, often: Often, zone: &Zone) -> (String, String) {
    let Fault { kind, play, step, why } = fault;
    let first = zone.civil(often.first).strftime("%Y-%m-%d %H:%M");
    let times = if often.times == 1 { "once".to_owned() } else { words::count(often.times as usize, "time") };
    let when = if often.times == 1 { format!("at {first}") } else { format!("first at {first}") };
    let what = match kind {
        FaultKind::Failed => "failed",
        FaultKind::Missed => "was missed",
    };
    (format!("{play}, step {step}, {what} {times}, {when}"), format!(": {why}"))
}

/// A line a day or a week.
pub(super) fn pages(diary: &Diary, out: &mut Output) -> Result<(), Failure> {
    let by = if diary.is_weekly() { "Week by week" } else { "Day by day" };
    out.heading(by)?;
    for (date, page) in &diary.pages {
        let left = if diary.is_weekly() {
            format!("  {date}  ")
        } else {
            format!("  {date} {}  ", date.strftime("%a"))
        };
        let used = width(&left);
        let text = clip(&page_words(page), out.width.saturating_sub(used).max(20));
        let style = if page.failed > 0 { BAD } else { HEADING };
        out.line(format!("{}{text}", paint(style, &left)).trim_end())?;
    }
    out.line(paint(DIM, "  every line of it: --verbose"))?;
    Ok(out.line("")?)
}

fn page_words(page: &DiaryPage) -> String {
    let mut parts: Vec<String> = page.phases.iter().map(|phase| format!("phase {phase}")).collect();
    if page.failed > 0 {
        parts.push(format!("{} failed", words::count(page.failed as usize, "run")));
    }
    let posts: u64 = page.posts.values().sum();
    if posts > 0 {
        let mut plays: Vec<_> = page.posts.iter().filter(|(play, _)| !play.as_str().is_empty()).collect();
        plays.sort_by_key(|(play, posts)| (std::cmp::Reverse(**posts), play.as_str()));
        let plays: Vec<String> = plays.iter().map(|(play, posts)| format!("{play} {posts}")).collect();
        let of = if plays.is_empty() { String::new() } else { format!(" ({})", plays.join(", ")) };
        parts.push(format!("{}{of}", words::count(posts as usize, "post")));
    }
    for (count, one) in [(page.questions, "question"), (page.tasks, "task")] {
        if count > 0 {
            parts.push(words::count(count as usize, one));
        }
    }
    for (count, word) in
        [(page.held, "held"), (page.missed, "missed"), (page.joined, "joined"), (page.left, "left")]
    {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    if parts.is_empty() { "–".to_owned() } else { parts.join(" · ") }
}
