//! `check --against DIR`: what a playbook would change against the versions in force on a state directory.
//!
//! Reads the state and compares; nothing takes effect.

use super::{failure::Failure, output::Output, state::ReadArgs};
use crate::{
    base::{
        ids::{Digest, GroupId},
        phrase::{Phrase, phrase},
    },
    engine::{
        state::State,
        view::{reworded, standing, under_way},
    },
    lang,
    model::{
        alike::advice,
        edit::{Edit, edit},
        playbook::{Playbook, Playbooks},
    },
    shell::{
        clock,
        store::{Reader, StoreError},
        view::{GroupShown, plan},
    },
};
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// What would change for the groups that have one version in force.
struct GroupChange {
    groups: Vec<GroupId>,
    from: Digest,
    edit: Edit,
    /// The runs that finish under an older version.
    under_way: Option<Phrase>,
    /// The runs that say something else from then on.
    reworded: Option<Phrase>,
}

/// Everything that would change.
struct AllChanges {
    to: Digest,
    /// One for each version in force among the groups.
    versions: Vec<GroupChange>,
    /// Groups that the state does not know yet.
    begin: Vec<GroupId>,
    /// Groups that the version in force runs and this one does not.
    rest: Vec<GroupId>,
}

/// Says it for people.
pub(super) fn text(dir: &Path, new: &Playbook, out: &mut Output) -> Result<(), Failure> {
    let all = compare(dir, new)?;
    if all.versions.is_empty() {
        let dir = dir.display();
        return Ok(out.say(phrase!(
            "  no group of this playbook has run on {dir}",
            "  这份剧本的群都还没有在 {dir} 上运行过"
        ))?);
    }
    let several = all.versions.len() > 1;
    for change in &all.versions {
        let groups = names(&change.groups);
        let of = if several { phrase!("{groups}: ", "{groups}："; groups) } else { Phrase::default() };
        let to = all.to.short();
        if change.from == all.to {
            out.say(phrase!("  {of}version {to} is in force already", "  {of}版本 {to} 已经生效"; of))?;
            continue;
        }
        let (summary, from) = (change.edit.summary(), change.from.short());
        out.say(phrase!(
            "  {of}version {from} → {to}: {summary}",
            "  {of}版本 {from} → {to}：{summary}";
            of, summary
        ))?;
        for line in change.edit.lines().iter().chain(&change.under_way).chain(&change.reworded) {
            out.say(phrase!("    {line}", "    {line}"; line))?;
        }
    }
    for (what, groups) in [
        (phrase!("begins here", "在这里开始"), &all.begin),
        (phrase!("rests from then on", "从那时起停放"), &all.rest),
    ] {
        if !groups.is_empty() {
            let groups = names(groups);
            out.say(phrase!("  {what}: {groups}", "  {what}：{groups}"; what, groups))?;
        }
    }
    Ok(())
}

/// Says it for programs: one object.
pub(super) fn json(dir: &Path, new: &Playbook, file: &Path, out: &mut Output) -> Result<(), Failure> {
    let all = compare(dir, new)?;
    let changes = all.versions.iter();
    let changes = changes.map(|change| {
        plan::change(
            &change.groups,
            &change.from,
            &change.edit,
            [change.under_way.as_ref(), change.reworded.as_ref()],
        )
    });
    out.json(&plan::Against {
        against: dir.display().to_string(),
        file: file.display().to_string(),
        to: &all.to,
        changes: changes.collect(),
        begin: &all.begin,
        resting: &all.rest,
    })?;
    Ok(())
}

/// What a file may have forgotten to say of plays that have another name than in the groups that live by it, which are
/// in the state beside it.
pub(super) fn renames(file: &Path, new: &Playbook) -> Vec<Phrase> {
    let read = ReadArgs { file: Some(file.to_owned()), ..ReadArgs::default() };
    // Where nothing is kept, or nothing can be read, there is nothing to compare with.
    let Ok(opened) = read.open() else { return Vec::new() };
    let lives = |group: &GroupShown<'_>| {
        group.info.is_some_and(|info| info.playbook == new.name.as_str())
            && group.state.digest.as_ref() != Some(&new.digest)
    };
    let mut said: Vec<Phrase> = Vec::new();
    for group in opened.groups().filter(lives) {
        let Some(old) = opened.playbook(group.state) else { continue };
        let all = advice(old.in_group(group.id), new.in_group(group.id));
        let new: Vec<Phrase> = all.into_iter().filter(|one| !said.contains(one)).collect();
        said.extend(new);
    }
    said
}

fn compare(dir: &Path, new: &Playbook) -> Result<AllChanges, Failure> {
    let failed = |error: StoreError| Failure::environment(error.in_words());
    let reader = Reader::open(dir).map_err(failed)?;
    let recovered = reader.states().map_err(failed)?;
    let mut all =
        AllChanges { to: new.digest.clone(), versions: Vec::new(), begin: Vec::new(), rest: Vec::new() };
    let mut in_force: BTreeMap<Digest, Vec<&State>> = BTreeMap::new();
    for group in new.groups.keys() {
        let state = recovered.groups.get(group).map(|found| &found.state);
        match state.and_then(|state| Some((state, state.digest.clone()?))) {
            Some((state, digest)) => in_force.entry(digest).or_default().push(state),
            None => all.begin.push(group.clone()),
        }
    }
    for (group, info) in &recovered.infos {
        if !info.rests() && in_force.contains_key(&info.digest) && !new.groups.contains_key(group) {
            all.rest.push(group.clone());
        }
    }
    for (from, states) in in_force {
        let groups = states.iter().map(|state| state.group.clone()).collect();
        let (changed, open, said) = if from == new.digest {
            (Edit::default(), None, None)
        } else {
            let texts = reader.sources(&from).map_err(failed)?;
            let old =
                texts.and_then(|(folder, path)| lang::compile(&folder, &path).playbook).ok_or_else(|| {
                    Failure::environment(phrase!(
                        "the version in force cannot be read by this version of playbook",
                        "这个版本的 playbook 读不了正在生效的剧本"
                    ))
                })?;
            // Dates and next starts are told for the first of the groups.
            let at = states.first().map(|state| standing(state, &old, clock::now()));
            let (changed, open) = (edit(&old, new, at.as_ref()), under_way(states.iter().copied(), new));
            let mut known = Playbooks::default();
            known.insert(old);
            let new = Arc::new(new.clone());
            (changed, open, reworded(states.iter().copied(), &known, &new))
        };
        all.versions.push(GroupChange { groups, from, edit: changed, under_way: open, reworded: said });
    }
    Ok(all)
}

fn names(groups: &[GroupId]) -> Phrase {
    let shown = Phrase::list(groups.iter().take(5).map(|group| Phrase::same(group.as_str())));
    match groups.len().saturating_sub(5) {
        0 => shown,
        more => phrase!("{shown} and {more} more", "{shown} 等，另有 {more} 个"; shown),
    }
}
