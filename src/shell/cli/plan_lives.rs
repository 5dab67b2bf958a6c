//! The groups that live by a planned file already: who has which role there, and what stands otherwise than in the file.
//!
//! Reads the state beside the file; changes nothing.

use super::{
    against,
    failure::Failure,
    output::{Output, WARN, paint},
    state::{Opened, ReadArgs},
};
use crate::{
    base::phrase::{Phrase, phrase},
    model::playbook::Playbook,
    shell::view::{self, GroupShown},
    sim::plan::Window,
};
use std::path::Path;

/// Lines about what stands otherwise in groups, and about turns.
const OTHERWISE_SHOWN: usize = 20;

/// The state beside a file, where there is one.
pub(super) struct LivingGroups(Option<Opened>);

impl LivingGroups {
    /// Looks beside a file. Where nothing is kept, or nothing can be read, nothing lives.
    pub(super) fn of(file: &Path) -> Self {
        let read = ReadArgs { file: Some(file.to_owned()), ..ReadArgs::default() };
        Self(read.open().ok())
    }

    /// The groups that live by a playbook.
    pub(super) fn of_playbook(&self, playbook: &Playbook) -> Vec<GroupShown<'_>> {
        let own =
            |group: &GroupShown<'_>| group.info.is_some_and(|info| info.playbook == playbook.name.as_str());
        self.0.iter().flat_map(Opened::groups).filter(own).collect()
    }
}

/// What a plan says of the groups that live by its file.
pub(super) fn told(
    groups: &[GroupShown<'_>],
    (playbook, file): (&Playbook, &Path),
    window: Window,
    out: &mut Output,
) -> Result<(), Failure> {
    if groups.is_empty() {
        return Ok(());
    }
    turns(groups, playbook, window, out)?;
    out.line("")?;
    out.heading(out.languages.people.pick(
        "This is the file alone, but for who has which role; the groups that live by it",
        "除了轮到谁，以上只看文件；正在按它运行的群",
    ))?;
    let mut lines = 0;
    for group in groups {
        let whose = if groups.len() > 1 { format!("{}: ", group.id) } else { String::new() };
        for words in view::plan::otherwise(*group, playbook) {
            lines += 1;
            if lines <= OTHERWISE_SHOWN {
                let words = words.of(out.languages.people).to_owned();
                out.line(format!("  {whose}{}", paint(WARN, &words)))?;
            }
        }
    }
    more(lines, out)?;
    let renamed = against::renames(file, playbook);
    for advice in &renamed {
        out.say(phrase!("  {advice}", "  {advice}"; advice))?;
    }
    if lines == 0 && renamed.is_empty() {
        out.say(phrase!("  have moved, paused and called off nothing", "  没有改期、暂停或取消过什么"))?;
    }
    let file = file.display();
    out.say(phrase!(
        "  what comes there: `playbook status {file}`; as a calendar: `playbook open {file}`",
        "  那里接下来的安排：`playbook status {file}`；日历：`playbook open {file}`"
    ))?;
    Ok(())
}

/// Who has which role in the window, as it really will be.
fn turns(
    groups: &[GroupShown<'_>],
    playbook: &Playbook,
    window: Window,
    out: &mut Output,
) -> Result<(), Failure> {
    let lines = view::turns::ahead(groups, playbook, window);
    if lines.is_empty() {
        return Ok(());
    }
    out.line("")?;
    out.heading(out.languages.people.pick("Whose turn it is", "轮到谁"))?;
    for (line, of) in lines.iter().take(OTHERWISE_SHOWN) {
        let whose = match of.as_slice() {
            all if all.len() == groups.len() => Phrase::default(),
            [only] => phrase!("  ({only})", "  （{only}）"),
            some => phrase!("  ({} groups)", "  （{} 个群）", some.len()),
        };
        out.say(phrase!("  {line}{whose}", "  {line}{whose}"; line, whose))?;
    }
    more(lines.len(), out)
}

fn more(lines: usize, out: &mut Output) -> Result<(), Failure> {
    if lines > OTHERWISE_SHOWN {
        let more = lines - OTHERWISE_SHOWN;
        out.say(phrase!("  and {more} more", "  还有 {more} 条"))?;
    }
    Ok(())
}
