//! `playbook why`: why something will happen, happened, came late, was held, or did not happen.
//!
//! Reads a state, engine running or not, or the file alone; changes nothing.

use super::{
    failure::Failure,
    load,
    output::{BAD, DIM, Format, GOOD, HEADING, NAME, Output, WARN, pad, paint, width},
    state::{Opened, ReadArgs, directory},
};
use crate::{
    base::{ids::GroupId, phrase::phrase},
    model::playbook::Playbook,
    shell::{inquiry::Inquiry, store, view},
    sim::why::Verdict,
};
use std::{path::PathBuf, sync::Arc};

/// Says why something will happen, happened, came late, was held, or did not happen.
///
/// From the journal, by the code that decided: the trigger, the values of its conditions, the budget with its
/// numbers, the phase, how late it was, the entries. Where no engine has run yet, from the file alone. For example:
/// `playbook why game`, `playbook why game/2`, `playbook why game --at 2026-12-09`,
/// `playbook why "game@2026-12-09T12:30:00Z"`.
#[derive(Debug, clap::Args)]
pub(super) struct WhyArgs {
    /// A play, a step of it (`PLAY/STEP`), one of its dates (`PLAY/DATE`), what it has on a day (`PLAY@DAY`), the id of a run, a rule (`moderate/RULE`), or
    /// a member: what counts against them.
    #[arg(value_name = "PLAY[/STEP]")]
    target: String,
    #[command(flatten)]
    read: ReadArgs,
    /// The occurrence at this time; a date means all of its day. In the playbook's zone [default: the last one and
    /// the next].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
}

/// What an answer is read from.
enum AnswerSource {
    State(Box<Opened>),
    File(Arc<Playbook>),
}

impl WhyArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let source = self.source()?;
        let group = self.group(&source)?;
        let (playbook, state) = match &source {
            AnswerSource::State(opened) => {
                let shown = opened.groups().find(|shown| *shown.id == group);
                let state = shown.map(|shown| shown.state);
                let playbook = state.and_then(|state| opened.playbook(state)).ok_or_else(|| {
                    Failure::environment(phrase!(
                        "the playbook of {group} does not compile with this program",
                        "这个版本的程序编译不了 {group} 的剧本"
                    ))
                    .help(phrase!("`playbook check FILE` shows why", "`playbook check FILE` 会说明原因"))
                })?;
                (playbook, state)
            }
            AnswerSource::File(playbook) => (playbook.clone(), None),
        };
        let journal = match &source {
            AnswerSource::State(opened) => Some(&opened.reader),
            AnswerSource::File(_) => None,
        };
        let inquiry =
            Inquiry { group: &group, playbook: &playbook, state, journal, decisions: None, most: None };
        let answers = inquiry.answer(&self.target, self.at.as_deref())?;
        for (index, (shown, verdict)) in answers.iter().enumerate() {
            match self.read.format.format {
                Format::Json => out.json(shown)?,
                Format::Text => {
                    if index > 0 {
                        out.line("")?;
                    }
                    text(shown, *verdict, out)?;
                }
            }
        }
        if matches!(source, AnswerSource::File(_)) && self.read.format.format == Format::Text {
            out.line("")?;
            out.line(paint(
                DIM,
                out.languages.people.pick(
                    "No engine has run here yet: this is from the file alone, as if it began now.",
                    "这里还没有引擎运行过：以上只根据文件，好像现在才开始。",
                ),
            ))?;
        }
        Ok(())
    }

    /// The state; where there is none, the file that was named, or the only playbook here.
    fn source(&self) -> Result<AnswerSource, Failure> {
        let dir = directory(self.read.state.state.as_deref(), self.read.file.as_deref());
        if self.read.state.state.is_some() || store::path(&dir).exists() {
            return Ok(AnswerSource::State(Box::new(self.read.open()?)));
        }
        let file = match &self.read.file {
            Some(file) if !file.is_dir() => file.clone(),
            Some(folder) => only_playbook(folder)?,
            None => only_playbook(&PathBuf::from("."))?,
        };
        Ok(AnswerSource::File(load::compile(&file)?.playbook()?.clone()))
    }

    fn group(&self, source: &AnswerSource) -> Result<GroupId, Failure> {
        let groups: Vec<GroupId> = match source {
            AnswerSource::State(opened) => opened.groups().map(|shown| shown.id.clone()).collect(),
            AnswerSource::File(playbook) => {
                let wanted = self.read.group.group.as_deref();
                playbook.groups.keys().filter(|id| wanted.is_none_or(|w| w == id.as_str())).cloned().collect()
            }
        };
        match groups.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(Failure::usage(phrase!("there is no such group", "没有这个群"))
                .help(phrase!("`playbook status` lists the groups", "`playbook status` 会列出各个群"))),
            several => {
                let names: Vec<&str> = several.iter().take(8).map(GroupId::as_str).collect();
                Err(Failure::usage(phrase!(
                    "which of {} groups is meant?",
                    "有 {} 个群，指的是哪一个？",
                    several.len()
                ))
                .help(phrase!(
                    "say `--group` with one of {}",
                    "用 `--group` 写其中一个：{}",
                    names.join(", ")
                )))
            }
        }
    }
}

/// The only playbook of a folder.
fn only_playbook(folder: &std::path::Path) -> Result<PathBuf, Failure> {
    let found = crate::shell::workspace::playbooks_in(folder);
    match found.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(Failure::environment(store::StoreError::Missing(folder.join(".playbook")).in_words()).help(
            phrase!(
                "name the playbook file behind the play: `playbook why PLAY FILE`",
                "在玩法后面写剧本文件：`playbook why PLAY FILE`"
            ),
        )),
    }
}

fn text(account: &view::why::WhyAnswer, verdict: Verdict, out: &mut Output) -> Result<(), Failure> {
    let style = match verdict {
        Verdict::Failed => BAD,
        verdict if verdict.is_doubtful() => WARN,
        _ => HEADING,
    };
    out.line(paint(style, account.says.of(out.languages.people)))?;
    let locale = out.languages.people;
    let most = account.because.iter().map(|one| width(one.what)).max().unwrap_or(0).max(7);
    for one in &account.because {
        let (sign, style) = match one.holds {
            Some(true) => ("✓", GOOD),
            Some(false) => ("✗", WARN),
            None => ("·", DIM),
        };
        out.line(format!(
            "  {} {}  {}",
            paint(style, sign),
            paint(NAME, &pad(one.what, most)),
            one.text.of(locale)
        ))?;
    }
    for (index, one) in account.journal.iter().enumerate() {
        let label = if index == 0 { locale.pick("journal", "日志") } else { "" };
        let at = one.at.second();
        let seq = format!("{:>6}", one.seq);
        out.line(format!(
            "    {}  {} {at}  {}",
            paint(NAME, &pad(label, most)),
            paint(DIM, &seq),
            one.text.of(locale)
        ))?;
    }
    Ok(())
}
