//! Which version of a playbook a run carries on with: the structure it began with, and the newest words.
//!
//! An event runs for weeks, and a typo in its last text must not. Never adds, removes or moves a step.

use super::{
    draft::{Decided, Draft},
    entry::{Cause, Fact},
    run::{Run, Wording},
    state::State,
};
use crate::{
    base::{
        ids::{Digest, GroupId, StepId},
        value::{Map, Value},
    },
    model::{
        group::Group,
        play::{Play, Section},
        playbook::{Playbook, Playbooks},
        rewording::{reword, reworded_steps},
        trigger::WAS,
    },
};
use std::sync::Arc;

/// The playbook, the group and the play by which a run is carried on; `None` when its version is not known.
pub type Version = (Arc<Playbook>, Arc<Group>, Arc<Play>);

/// The version of a run: with the words of a later one, if it takes them. `find` knows playbooks by digest.
pub fn version_of(
    run: &Run,
    group: &GroupId,
    find: impl Fn(&Digest) -> Option<Arc<Playbook>>,
) -> Option<Version> {
    let find = |digest: &Digest| find(digest).map(|playbook| playbook.shared_in_group(group).clone());
    let begun = find(&run.digest)?;
    let play = begun.play(run.born_as())?.clone();
    let own = begun.groups.get(group).cloned();
    let newer = run.words.as_ref().and_then(|words| {
        let playbook = find(&words.digest)?;
        let play = playbook.play(&words.play)?.clone();
        let group = playbook.groups.get(group)?.clone();
        Some((playbook, group, play))
    });
    let Some(newer) = newer else { return Some((begun, own?, play)) };
    Some(with_words((&play, own.as_deref()), newer, run.under_way()))
}

fn with_words(
    (play, own): (&Play, Option<&Group>),
    (playbook, group, newer): Version,
    under_way: Option<&StepId>,
) -> Version {
    // A var that the new version has no more is still there for the steps that read it.
    let mut vars = own.map(|own| Map::clone(&own.vars)).unwrap_or_default();
    vars.extend(group.vars.iter().map(|(name, value)| (name.clone(), value.clone())));
    let play = Arc::new(reword(play, &newer, under_way));
    (playbook, Arc::new(Group { vars: Arc::new(vars), ..Group::clone(&group) }), play)
}

/// A run whose steps ahead say something else under another version.
#[derive(Debug, Clone, PartialEq)]
pub struct Reworded {
    /// The steps whose own words are others; none when only vars, data or the date's row are.
    pub steps: Vec<StepId>,
    /// What the date's row says now, where it says something else.
    values: Option<Value>,
}

/// What an edit changes for the words of an open run; `None` when nothing, or when the play is `frozen`.
pub fn rewording(state: &State, run: &Run, playbooks: &Playbooks, new: &Arc<Playbook>) -> Option<Reworded> {
    let new = new.shared_in_group(&state.group);
    let find = |digest: &Digest| {
        if *digest == new.digest { Some(new.clone()) } else { playbooks.of(digest, &state.group).cloned() }
    };
    let (begun, play) = {
        let begun = find(&run.digest)?;
        let play = begun.play(run.born_as())?.clone();
        (begun, play)
    };
    let newer =
        new.play(&run.play).or_else(|| new.plays.iter().find(|p| p.was.as_ref() == Some(&run.play)))?;
    let group = new.groups.get(&state.group)?;
    // Another zone would move the steps ahead.
    if newer.frozen || play.frozen || play.zone_or(&begun.zone) != newer.zone_or(&new.zone) {
        return None;
    }
    let now = version_of(run, &state.group, find)?;
    let own = begun.groups.get(&state.group);
    let then = with_words(
        (&play, own.map(AsRef::as_ref)),
        (new.clone(), group.clone(), newer.clone()),
        run.under_way(),
    );
    // A loop comes back to its own steps.
    let ahead = run.loops.first().map_or(run.pc, |outer| outer.pc);
    let steps = reworded_steps(now.2.section(run.section), then.2.section(run.section), ahead);
    let values = row(run, newer);
    let same = steps.is_empty() && values.is_none() && now.1.vars == then.1.vars && now.0.data == then.0.data;
    (!same).then_some(Reworded { steps, values })
}

/// The row of a run's date as a version has it, where it says something else. When it is stays with the run.
fn row(run: &Run, play: &Play) -> Option<Value> {
    if run.section != Section::Steps {
        return None;
    }
    let date = Draft::date_entry(play, run.cause.date.as_ref()?)?;
    let said = run.cause.values.as_map()?;
    let mut values = Map::clone(&date.values);
    if let Some(at) = said.get("at") {
        values.insert(Arc::from("at"), at.clone());
    }
    (values != *said).then(|| Value::Map(Arc::new(values)))
}

impl Draft<'_> {
    /// The playbook, the group and the play that a run is carried on with.
    pub(super) fn play_of(&self, run: &Run) -> Option<Version> {
        let find = |digest: &Digest| {
            if *digest == self.playbook.digest {
                Some(self.playbook.clone())
            } else {
                self.playbooks.of(digest, &self.state.group).cloned()
            }
        };
        version_of(run, &self.state.group, find)
    }

    /// Open runs take the words of the version that is in force now.
    pub(super) fn reword_open(&mut self) -> Decided {
        let playbook = self.playbook.clone();
        let runs: Vec<Arc<Run>> =
            self.state.runs.values().filter(|run| run.is_of_another(&playbook.digest)).cloned().collect();
        for run in runs {
            let Some(reworded) = rewording(self.state, &run, self.playbooks, &playbook) else { continue };
            let play = playbook.play(&run.play).cloned();
            let name = play.as_ref().map_or_else(|| run.play.clone(), |play| play.name.clone());
            self.emit(Fact::Reworded {
                run: run.id.clone(),
                words: Wording { digest: playbook.digest.clone(), play: name },
                steps: reworded.steps,
                values: reworded.values.clone(),
            })?;
            if let (Some(play), Some(Value::Map(values))) = (play, reworded.values) {
                self.tell_replaced(&play, &run, &values)?;
            }
        }
        Ok(())
    }

    /// The row of a date says something else, and people had been told what it said before.
    fn tell_replaced(&mut self, play: &Arc<Play>, run: &Run, values: &Map) -> Decided {
        if !run.told || play.replaced.ops.is_empty() {
            return Ok(());
        }
        let mut values = values.clone();
        values.insert(Arc::from(WAS), run.cause.values.clone());
        let cause = Cause { values: Value::Map(Arc::new(values)), ..run.cause.clone() };
        self.tell_change(play, &run.id, run.anchor, cause, Section::Replaced)
    }
}
