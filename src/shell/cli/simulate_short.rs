//! A simulated history in short: what went wrong, then a line a day or a week. Every line is `simulate --verbose`.
//!
//! Words only; what is counted is in `sim::diary`.

use super::{
    failure::Failure,
    output::{BAD, DIM, HEADING, Output, WARN, clip, paint, width},
};
use crate::{
    base::phrase::{Phrase, pair, phrase},
    model::playbook::Playbook,
    sim::diary::{Diary, DiaryFault, DiaryPage, FaultKind, Often},
};

/// So many kinds of faults are told one by one.
const FAULTS_SHOWN: usize = 10;

/// Histories of up to so many days have a line a day, longer ones a line a week.
pub(super) const DAILY_MAX: u32 = 14;

/// What went wrong, first of all.
pub(super) fn faults(diary: &Diary, playbook: &Playbook, out: &mut Output) -> Result<(), Failure> {
    let locale = out.languages.people;
    out.heading(locale.pick("What went wrong", "出了什么问题"))?;
    if diary.faults.is_empty() {
        out.say(phrase!("  nothing: no step failed, none was missed", "  没有：没有步骤失败，也没有错过"))?;
        return Ok(out.line("")?);
    }
    for (fault, often) in diary.faults.iter().take(FAULTS_SHOWN) {
        let style = if fault.kind == FaultKind::Failed { BAD } else { WARN };
        let what = fault_words(fault, *often, playbook);
        let what = what.of(locale);
        let why = format!("{}{}", locale.pick(": ", "："), fault.why.of(locale));
        let why = clip(&why, out.width.saturating_sub(width(what) + 2).max(40));
        out.line(format!("  {}{why}", paint(style, what)))?;
    }
    if diary.faults.len() > FAULTS_SHOWN {
        out.say(phrase!("  and {} more", "  还有 {} 处", diary.faults.len() - FAULTS_SHOWN))?;
    }
    Ok(out.line("")?)
}

fn fault_words(fault: &DiaryFault, often: Often, playbook: &Playbook) -> Phrase {
    let DiaryFault { kind, play, step, .. } = fault;
    let title = playbook.play(play).map_or(play.as_str(), |play| &*play.title);
    let play = if title == play.as_str() { title.to_owned() } else { format!("{title} ({play})") };
    // What never began has no step.
    let of = match step.as_str() {
        "" => Phrase::same(play),
        step => phrase!("{play}, step {step}", "{play} 的步骤 {step}"),
    };
    let first = playbook.zone.civil(often.first).strftime("%Y-%m-%d %H:%M");
    let what = match kind {
        FaultKind::Failed => phrase!("failed", "失败"),
        FaultKind::Missed => phrase!("was missed", "错过"),
        FaultKind::Unsent => phrase!("was not sent", "没有发出"),
    };
    if often.times == 1 {
        return phrase!(
            "{of}, {what} once, at {first}",
            "{of} {what}了一次，{first}";
            of, what
        );
    }
    let n = often.times;
    phrase!(
        "{of}, {what} {n} times, first at {first}",
        "{of} {what}了 {n} 次，第一次 {first}";
        of, what
    )
}

/// A line a day or a week.
pub(super) fn pages(diary: &Diary, out: &mut Output) -> Result<(), Failure> {
    let locale = out.languages.people;
    let by = if diary.is_weekly() { pair("Week by week", "每周") } else { pair("Day by day", "每天") };
    out.heading(by.of(locale))?;
    for (date, page) in &diary.pages {
        let left = if diary.is_weekly() {
            format!("  {date}  ")
        } else {
            format!("  {date} {}  ", locale.weekday(*date))
        };
        let used = width(&left);
        let text = clip(page_words(page).of(locale), out.width.saturating_sub(used).max(20));
        let style = if page.failed > 0 { BAD } else { HEADING };
        out.line(format!("{}{text}", paint(style, &left)).trim_end())?;
    }
    out.line(paint(DIM, locale.pick("  every line of it: --verbose", "  每一行都看：--verbose")))?;
    Ok(out.line("")?)
}

fn page_words(page: &DiaryPage) -> Phrase {
    let mut parts: Vec<Phrase> =
        page.phases.iter().map(|phase| phrase!("phase {phase}", "阶段 {phase}")).collect();
    if page.failed > 0 {
        let runs = Phrase::counted(page.failed as usize, "run", "次活动");
        parts.push(phrase!("{runs} failed", "{runs}失败"; runs));
    }
    let posts: u64 = page.posts.values().sum();
    if posts > 0 {
        let mut plays: Vec<_> = page.posts.iter().filter(|(play, _)| !play.as_str().is_empty()).collect();
        plays.sort_by_key(|(play, posts)| (std::cmp::Reverse(**posts), play.as_str()));
        let plays: Vec<String> = plays.iter().map(|(play, posts)| format!("{play} {posts}")).collect();
        let of = plays.join(", ");
        let of = if plays.is_empty() { Phrase::default() } else { phrase!(" ({of})", "（{of}）") };
        parts.push(Phrase::counted(posts as usize, "post", "条消息").and(&of));
    }
    for (count, one, zh) in [(page.questions, "question", "个提问"), (page.tasks, "task", "个任务")] {
        if count > 0 {
            parts.push(Phrase::counted(count as usize, one, zh));
        }
    }
    for (count, word, zh) in [
        (page.held, "held", "压住"),
        (page.missed, "missed", "错过"),
        (page.joined, "joined", "加入"),
        (page.left, "left", "离开"),
        (page.removed, "let go", "移出"),
        (page.forgotten, "forgotten", "已忘记"),
    ] {
        if count > 0 {
            parts.push(Phrase { en: format!("{count} {word}"), zh: format!("{zh} {count}") });
        }
    }
    let joined = parts.into_iter().reduce(|all, part| phrase!("{all} · {part}", "{all} · {part}"; all, part));
    joined.unwrap_or_else(|| Phrase::same("–"))
}
