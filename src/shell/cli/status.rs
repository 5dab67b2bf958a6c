//! `playbook status`: what is wrong, then how each group is: where it is, what comes next, what waits for a person.

use super::{
    failure::Failure,
    lang::Languages,
    output::{BAD, DIM, Format, HEADING, NAME, Output, Table, WARN, clip, pad, paint, width},
    state::{ReadArgs, unreadable},
};
use crate::{
    base::{
        hint,
        ids::GroupId,
        phrase::{Phrase, pair, phrase},
    },
    shell::{
        clock, refusals, socket,
        survey::{Sources, SurveySeen, SurveyWanted, survey},
        view::{
            problem::{Problem, ProblemKind},
            status::{ComingUp, Skipped, Status as Shown},
            tasks::TaskRow as Task,
        },
    },
};
use std::collections::BTreeMap;

/// Shows what is wrong, then how each group is: its phase, what comes next, what waits for a person.
///
/// Of several groups, a line each; `--all`, or `--group`, shows everything of them.
#[derive(Debug, clap::Args)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    read: ReadArgs,
    /// Everything of every group, and everything that is wrong.
    #[arg(long, short)]
    all: bool,
    /// How many coming things, and how many that did not happen, to show of each group.
    #[arg(short, long, default_value_t = 8, value_name = "N")]
    number: usize,
}

/// Lines about what is wrong that are shown without `--all`.
const WRONG_SHOWN: usize = 20;

impl StatusArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let json = self.read.format.format == Format::Json;
        let group = self.read.group.group.as_ref().map(GroupId::new);
        let Languages { people, programs, .. } = out.languages;
        let locale = if json { programs } else { people };
        let wanted = SurveyWanted { group, all: self.all || json, number: self.number, locale };
        // The engine has everything at hand; without one, and where it cannot say, the file is read.
        let shown = match socket::status(&self.read.dir()?, &wanted) {
            Ok(Ok(seen)) => seen,
            Ok(Err(_)) | Err(_) => self.of_the_file(&wanted)?,
        };
        if json {
            return Ok(shown.iter().try_for_each(|seen| out.json(&seen.status))?);
        }
        let all = || shown.iter().map(|seen| &seen.status);
        at_rest(all(), out)?;
        wrong(all(), shown.len() > 1, self.all, out)?;
        if !wanted.whole(shown.len()) {
            return overview(all(), out);
        }
        for (index, SurveySeen { status, tasks }) in shown.iter().enumerate() {
            if index > 0 {
                out.line("")?;
            }
            text(status, tasks, shown.len() > 1 || wanted.group.is_some(), out)?;
        }
        Ok(())
    }

    fn of_the_file(&self, wanted: &SurveyWanted) -> Result<Vec<SurveySeen>, Failure> {
        let opened = self.read.open()?;
        let sources = Sources {
            reader: &opened.reader,
            version: &|state| opened.version(state),
            refused: &refusals::read(&self.read.dir()?),
            ears: Vec::new(),
            running: socket::answers(&self.read.dir()?),
            now: clock::now(),
        };
        let known = opened.recovered.groups.len();
        survey(&sources, wanted, (opened.groups(), known)).map_err(unreadable)
    }
}

/// Whether nothing goes on, before anything else is said: what stands below looks the same as with an engine.
fn at_rest<'s>(all: impl Iterator<Item = &'s Shown>, out: &mut Output) -> Result<(), Failure> {
    let Some(last) = all.filter(|status| !status.running).max_by_key(|status| status.clock.at) else {
        return Ok(());
    };
    let locale = out.languages.people;
    let at = last.clock.minute();
    let text = phrase!(
        "no engine runs here: nothing is sent or asked until `playbook run`; this is how it stood at {at}",
        "这里没有引擎在运行：在 `playbook run` 之前什么都不会发送或询问；以下是 {at} 时的情形"
    );
    out.line(paint(BAD, text.of(locale)))?;
    Ok(out.line("")?)
}

/// What is wrong, over all groups; the same of several groups is said once.
fn wrong<'s>(
    all: impl Iterator<Item = &'s Shown>,
    several: bool,
    everything: bool,
    out: &mut Output,
) -> Result<(), Failure> {
    let mut found: BTreeMap<(ProblemKind, &Phrase), (&Problem, Vec<&GroupId>)> = BTreeMap::new();
    for status in all {
        for problem in &status.problems {
            let known = found.entry((problem.kind, &problem.text)).or_insert((problem, Vec::new()));
            known.1.push(&status.group);
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let locale = out.languages.people;
    out.line(paint(BAD, locale.pick("not as it should be", "不正常的地方")))?;
    let most = if everything { usize::MAX } else { WRONG_SHOWN };
    for (problem, groups) in found.values().take(most) {
        let whose = match groups.as_slice() {
            [only] if several => phrase!("{only}: ", "{only}："),
            [_] => Phrase::default(),
            many => phrase!("{} groups: ", "{} 个群：", many.len()),
        };
        // What one group is told to do names it; what is the same of several has the place for it.
        let named = match groups.as_slice() {
            [only] => only.as_str(),
            _ => locale.pick("GROUP", "群"),
        };
        let hinted = |words: &Phrase| {
            let words = words.of(locale);
            if several { hint::of_group(words, named) } else { words.to_owned() }
        };
        let style = if problem.kind == ProblemKind::Unheard { WARN } else { BAD };
        let whose = whose.of(locale);
        let next = problem.next.as_ref().map(|at| phrase!("; next attempt {}", "；下次尝试 {}", at.second()));
        let help = problem.help.as_ref().map(|help| paint(DIM, &format!("  {}", hinted(help))));
        let (next, help) = (next.unwrap_or_default(), help.unwrap_or_default());
        let text = format!("{}{}", hinted(&problem.text), next.of(locale));
        let text = clip(&text, out.width.saturating_sub(4 + width(whose)).max(40));
        out.line(format!("  {whose}{}{help}", paint(style, &text)))?;
    }
    if found.len() > most {
        out.say(phrase!(
            "  and {} more: `playbook status --all` shows them",
            "  还有 {} 条：`playbook status --all` 会全部列出",
            found.len() - most
        ))?;
    }
    Ok(out.line("")?)
}

/// A line a group.
fn overview<'s>(all: impl Iterator<Item = &'s Shown>, out: &mut Output) -> Result<(), Failure> {
    let locale = out.languages.people;
    let header = [
        pair("group", "群"),
        pair("title", "名称"),
        pair("phase", "阶段"),
        pair("members", "成员"),
        pair("runs", "活动"),
        pair("tasks", "任务"),
        pair("held", "压住"),
        pair("wrong", "问题"),
        pair("next", "接下来"),
    ];
    let mut table = Table::new(&header, locale);
    for status in all {
        let wrong = status.problems.iter().filter(|problem| problem.kind != ProblemKind::Unheard).count();
        let next = status.next.first().map(|next| format!("{} {}", next.at.minute(), next.play));
        table.row(vec![
            status.group.to_string(),
            match (&status.title, status.live) {
                (title, true) => title.clone().unwrap_or_default(),
                (title, false) => {
                    format!("{} ({})", title.as_deref().unwrap_or_default(), locale.pick("rehearses", "演练"))
                }
            },
            status.phase.to_string(),
            status.members.to_string(),
            status.runs.to_string(),
            status.tasks.to_string(),
            status.held.to_string(),
            wrong.to_string(),
            match next {
                _ if status.rests() => locale.pick("rests: in no file", "停放：不在任何文件里").into(),
                _ if status.paused => locale.pick("paused", "已暂停").into(),
                next => next.unwrap_or_default(),
            },
        ]);
        table.paint_last(0, NAME);
        if wrong > 0 {
            table.paint_last(7, BAD);
        }
    }
    Ok(table.write(out)?)
}

/// Everything of a group.
fn text(status: &Shown, tasks: &[Task], several: bool, out: &mut Output) -> Result<(), Failure> {
    let locale = out.languages.people;
    let id = status.group.as_str();
    let title = status.title.as_deref().unwrap_or(id);
    let name = if title == id { String::new() } else { format!(" ({id})") };
    out.line(format!("{}{name}", paint(HEADING, title)))?;
    let until = match &status.phase_timeout {
        Some(at) => phrase!(", until {} at the latest", "，最迟到 {}", at.minute()),
        None => Phrase::default(),
    };
    let since = status.phase_entered.minute();
    let phase = paint(NAME, status.phase.as_str());
    let phase = Phrase::same(phase);
    let since = Phrase::same(since);
    out.say(phrase!("  phase {phase} since {since}{until}", "  阶段 {phase}，从 {since} 起{until}"; phase, since, until))?;
    if status.rests() {
        let words = locale.pick(
            "rests: no file runs this group; `playbook run` with a file that has it goes on",
            "停放：没有文件在运行这个群；用写有它的文件 `playbook run` 就接着运行",
        );
        out.line(format!("  {}", paint(WARN, words)))?;
    }
    if !status.live {
        let words = locale.pick(
            "rehearses (`live: false`): nothing is sent to this group",
            "只演练（`live: false`）：不向这个群发送任何东西",
        );
        out.line(format!("  {}", paint(WARN, words)))?;
    }
    if status.paused {
        let words = match &status.paused_until {
            None => pair(
                "paused: nothing starts until `playbook resume`",
                "已暂停：在 `playbook resume` 之前什么都不会开始",
            )
            .into(),
            Some(until) => {
                let until = until.minute();
                phrase!("paused: nothing starts until {until}", "已暂停：{until} 之前什么都不会开始")
            }
        };
        let words = words.of(locale);
        let words = if several { hint::of_group(words, id) } else { words.to_owned() };
        out.line(format!("  {}", paint(WARN, &words)))?;
    }
    let members = Phrase::counted(status.members, "member", "位成员");
    let runs = Phrase::counted(status.runs, "run", "次活动");
    let open = Phrase::counted(status.tasks, "task", "个任务");
    let held = Phrase::counted(status.held, "message", "条消息");
    out.say(phrase!(
        "  {members}, {runs} open, {open}, {held} held",
        "  {members}，{runs}进行中，{open}，{held}压住";
        members, runs, open, held
    ))?;
    for turn in &status.turns {
        out.line(format!("  {}", turn.text.of(locale)))?;
    }
    coming(&status.next, out)?;
    not_happened(&status.skipped, out)?;
    for ending in &status.ending {
        out.line(format!("  {}", paint(WARN, ending.of(locale))))?;
    }
    waiting(tasks, out)
}

/// What did not happen, newest first, with the reason.
fn not_happened(skipped: &[Skipped], out: &mut Output) -> Result<(), Failure> {
    if skipped.is_empty() {
        return Ok(());
    }
    let locale = out.languages.people;
    out.line(locale.pick("  did not happen", "  没有发生"))?;
    let plays = skipped.iter().map(|one| width(&one.about)).max().unwrap_or(0);
    for one in skipped {
        let at = one.at.minute();
        let text = clip(one.text.of(locale), out.width.saturating_sub(24 + plays).max(20));
        out.line(format!("    {at}  {}{}", paint(NAME, &pad(&one.about, plays + 2)), paint(WARN, &text)))?;
    }
    Ok(())
}

fn coming(next: &[ComingUp], out: &mut Output) -> Result<(), Failure> {
    if next.is_empty() {
        return Ok(());
    }
    let locale = out.languages.people;
    out.line(locale.pick("  next", "  接下来"))?;
    let plays = next.iter().map(|one| width(one.play.as_str())).max().unwrap_or(0);
    for one in next {
        let step = one.step.as_ref().map(|step| phrase!("step {step}", "步骤 {step}")).unwrap_or_default();
        let unless = match &one.unless {
            Some(why) => {
                let why = phrase!("will not start: {why}", "不会开始：{why}"; why);
                paint(WARN, why.of(locale))
            }
            None => step.of(locale).to_owned(),
        };
        // Nothing is filled up where nothing follows.
        let play = if unless.is_empty() { one.play.to_string() } else { pad(one.play.as_str(), plays + 2) };
        out.line(format!("    {}  {}{unless}", one.at.minute(), paint(NAME, &play)))?;
    }
    Ok(())
}

fn waiting(tasks: &[Task], out: &mut Output) -> Result<(), Failure> {
    if tasks.is_empty() {
        return Ok(());
    }
    let locale = out.languages.people;
    out.line(locale.pick("  waits for somebody", "  等人处理"))?;
    for task in tasks {
        let due =
            task.due.as_ref().map(|due| phrase!(" (by {})", "（{} 前）", due.minute())).unwrap_or_default();
        let due = due.of(locale);
        let whom = if task.people.is_empty() {
            String::new()
        } else {
            format!("{}{}", locale.join(&task.people), locale.pick(": ", "："))
        };
        let text = clip(&task.text, out.width.saturating_sub(30 + width(&whom) + width(due)).max(20));
        let id = pad(task.task.as_str(), 4);
        out.line(format!("    {}  {whom}{text}{}", paint(NAME, &id), paint(DIM, due)))?;
    }
    Ok(())
}
