//! `playbook status`: where each group is, what comes next, what waits for a person.

use super::{
    failure::Failure,
    output::{BAD, DIM, Format, HEADING, NAME, Output, WARN, clip, pad, paint, width},
    state::{ReadArgs, Shown as Group, instant, when},
};
use crate::{
    base::{time::Zone, words},
    engine::{
        entry::Fact,
        view::{self, Upcoming},
    },
    model::{
        ending::{Ending, endings},
        playbook::Playbook,
    },
    shell::{
        clock,
        refusals::{self, Refusal},
        store::LogLine,
    },
    sim::timeline,
};

/// Shows where each group is: its phase, what comes next and what will not, what waits for a person.
#[derive(Debug, clap::Args)]
pub(super) struct Status {
    #[command(flatten)]
    read: ReadArgs,
    /// How many coming things, and how many that did not happen, to show of each group.
    #[arg(short, long, default_value_t = 8, value_name = "N")]
    number: usize,
}

impl Status {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let opened = self.read.open()?;
        let refused = refusals::read(&self.read.dir());
        for (index, group) in opened.groups().enumerate() {
            let playbook = opened.playbook(group.state);
            let next = self.upcoming(playbook.as_deref(), &group);
            let mut shown = Shown { next, ..Shown::default() };
            shown.ending = playbook.map(|playbook| endings(&playbook, clock::now())).unwrap_or_default();
            shown.refused = group.info.and_then(|info| refused.get(&info.file)).cloned();
            let skipped = opened.reader.skipped(group.id, self.number);
            shown.skipped = skipped.map_err(|error| Failure::environment(error.to_string()))?;
            match self.read.format.format {
                Format::Json => out.json(&json(&group, &shown))?,
                Format::Text => {
                    if index > 0 {
                        out.line("")?;
                    }
                    text(&group, &shown, out)?;
                }
            }
        }
        Ok(())
    }

    fn upcoming(&self, playbook: Option<&Playbook>, group: &Group<'_>) -> Vec<Upcoming> {
        let all = playbook.map(|playbook| view::upcoming(group.state, playbook));
        all.unwrap_or_default().into_iter().take(self.number).collect()
    }
}

/// What is shown of a group beside its state.
#[derive(Default)]
struct Shown {
    next: Vec<Upcoming>,
    /// What did not happen, newest first.
    skipped: Vec<LogLine>,
    ending: Vec<Ending>,
    /// Its file's newest version is refused.
    refused: Option<Refusal>,
}

/// An occurrence or a step that did not happen, for programs.
fn skipped(line: &LogLine, zone: &Zone) -> Option<serde_json::Value> {
    let at = line.entry.at.to_rfc3339(zone);
    Some(match &line.entry.fact {
        Fact::Skipped { run, from, to, count, reason, .. } => serde_json::json!({
            "seq": line.seq, "at": at, "run": run, "step": null, "from": from.to_rfc3339(zone),
            "to": to.to_rfc3339(zone), "count": count, "why": timeline::skip(reason),
        }),
        Fact::StepSkipped { run, step, due, reason, .. } => serde_json::json!({
            "seq": line.seq, "at": at, "run": run, "step": step, "from": due.to_rfc3339(zone),
            "to": due.to_rfc3339(zone), "count": 1, "why": timeline::skip(reason),
        }),
        _ => return None,
    })
}

fn json(group: &Group<'_>, shown: &Shown) -> serde_json::Value {
    let (state, zone) = (group.state, &group.zone);
    let next: Vec<serde_json::Value> = shown
        .next
        .iter()
        .map(|one| {
            serde_json::json!({
                "at": one.at.to_rfc3339(zone),
                "play": one.play,
                "run": one.run,
                "step": one.step,
                "unless": one.unless.as_ref().map(timeline::skip),
            })
        })
        .collect();
    serde_json::json!({
        "group": group.id,
        "title": group.info.map(|info| info.title.as_str()),
        "playbook": group.info.map(|info| info.playbook.as_str()),
        "file": group.info.filter(|info| !info.rests()).map(|info| info.file.as_str()),
        "digest": state.digest,
        "refused": shown.refused.as_ref().map(|refusal| refusal.why.as_str()),
        "created": state.created.to_rfc3339(zone),
        "clock": state.clock.to_rfc3339(zone),
        "clock_ahead": view::clock_ahead(state, clock::now()).map(|ahead| ahead.as_millis() / 1_000),
        "phase": state.phase,
        "phase_entered": state.phase_entered.to_rfc3339(zone),
        "phase_timeout": instant(state.phase_timeout, zone),
        "paused": state.paused,
        "members": state.members.len(),
        "runs": state.runs.values().filter(|run| run.outcome.is_none()).count(),
        "tasks": state.tasks.len(),
        "held": state.held.len(),
        "next": next,
        "skipped": shown.skipped.iter().filter_map(|line| skipped(line, zone)).collect::<Vec<_>>(),
        "ending": shown.ending.iter().map(|ending| ending.in_words().en).collect::<Vec<_>>(),
    })
}

fn text(group: &Group<'_>, shown: &Shown, out: &mut Output) -> Result<(), Failure> {
    let (state, zone) = (group.state, &group.zone);
    let title = group.info.map_or(group.id.as_str(), |info| info.title.as_str());
    let name = if title == group.id.as_str() { String::new() } else { format!(" ({})", group.id) };
    out.line(format!("{}{name}", paint(HEADING, title)))?;
    if let (Some(refusal), Some(info)) = (&shown.refused, group.info) {
        let text = format!("{} is refused since {}: {}", info.file, when(refusal.since, zone), refusal.why);
        out.line(format!("  {}", paint(BAD, &text)))?;
    }
    let until = match state.phase_timeout {
        Some(at) => format!(", until {} at the latest", when(at, zone)),
        None => String::new(),
    };
    out.line(format!(
        "  phase {} since {}{until}",
        paint(NAME, state.phase.as_str()),
        when(state.phase_entered, zone)
    ))?;
    if let Some(ahead) = view::clock_ahead(state, clock::now()) {
        out.line(format!("  {}", paint(WARN, &view::clock_ahead_in_words(ahead))))?;
    }
    if state.paused {
        out.line(format!("  {}", paint(WARN, "paused: nothing starts until `playbook resume`")))?;
    }
    let open = state.runs.values().filter(|run| run.outcome.is_none()).count();
    out.line(format!(
        "  {}, {} open, {}, {} held",
        words::count(state.members.len(), "member"),
        words::count(open, "run"),
        words::count(state.tasks.len(), "task"),
        words::count(state.held.len(), "message")
    ))?;
    coming(group, &shown.next, out)?;
    not_happened(group, &shown.skipped, out)?;
    for ending in &shown.ending {
        out.line(format!("  {}", paint(WARN, &ending.in_words().en)))?;
    }
    waiting(group, out)
}

/// What did not happen, newest first, with the reason.
fn not_happened(group: &Group<'_>, skipped: &[LogLine], out: &mut Output) -> Result<(), Failure> {
    let lines: Vec<(String, timeline::Line)> = skipped
        .iter()
        .filter_map(|line| {
            let at = when(line.entry.at, &group.zone);
            Some((at, timeline::describe(&line.entry, &group.zone)?))
        })
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    out.line("  did not happen")?;
    let plays = lines.iter().map(|(_, line)| width(&line.about)).max().unwrap_or(0);
    for (at, line) in lines {
        let text = clip(&line.text, out.width.saturating_sub(24 + plays).max(20));
        out.line(format!("    {at}  {}{}", paint(NAME, &pad(&line.about, plays + 2)), paint(WARN, &text)))?;
    }
    Ok(())
}

fn coming(group: &Group<'_>, next: &[Upcoming], out: &mut Output) -> Result<(), Failure> {
    if next.is_empty() {
        return Ok(());
    }
    out.line("  next")?;
    let plays = next.iter().map(|one| width(one.play.as_str())).max().unwrap_or(0);
    for one in next {
        let step = one.step.as_ref().map(|step| format!("step {step}")).unwrap_or_default();
        let unless = match &one.unless {
            Some(skip) => paint(WARN, &format!("will not start: {}", timeline::skip(skip))),
            None => step,
        };
        let at = when(one.at, &group.zone);
        // Nothing is filled up where nothing follows.
        let play = if unless.is_empty() { one.play.to_string() } else { pad(one.play.as_str(), plays + 2) };
        out.line(format!("    {at}  {}{unless}", paint(NAME, &play)))?;
    }
    Ok(())
}

fn waiting(group: &Group<'_>, out: &mut Output) -> Result<(), Failure> {
    if group.state.tasks.is_empty() {
        return Ok(());
    }
    out.line("  waits for somebody")?;
    for open in group.state.tasks.values() {
        let task = &open.task;
        let due = task.due.map(|due| format!(" (by {})", when(due, &group.zone))).unwrap_or_default();
        let names: Vec<&str> = task.people.iter().map(|person| person.name.as_str()).collect();
        let whom = if names.is_empty() { String::new() } else { format!("{}: ", names.join(", ")) };
        let text = clip(&task.text, out.width.saturating_sub(30 + width(&whom) + width(&due)).max(20));
        let id = pad(task.id.as_str(), 4);
        out.line(format!("    {}  {whom}{text}{}", paint(NAME, &id), paint(DIM, &due)))?;
    }
    Ok(())
}
