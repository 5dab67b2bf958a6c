//! Who has which role, as it really will be: in `status`, and below a plan.

use super::{GroupShown, LocalTime};
use crate::{
    base::{
        ids::RoleName,
        locale::Locale,
        phrase::{Phrase, phrase},
    },
    engine::turns::RoleShift,
    model::{playbook::Playbook, role::Role},
    sim::plan::Window,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Who has a role now, until when, and who next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleTurn {
    /// The role.
    pub role: RoleName,
    /// Who has it.
    pub people: Vec<String>,
    /// Whose turn it would be, where somebody is away or turns were swapped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
    /// Until when they have it.
    pub until: LocalTime,
    /// Who has it then, in words.
    pub next: Phrase,
    /// All of it in words.
    pub text: Phrase,
}

/// The roles that people take turns in, of a group.
fn rotas<'a>(group: GroupShown<'_>, playbook: &'a Playbook) -> Vec<&'a Arc<Role>> {
    let Some(known) = playbook.groups.get(group.id) else { return Vec::new() };
    let names = playbook.roles.keys().chain(known.roles.keys());
    let roles: BTreeMap<&RoleName, &Arc<Role>> =
        names.filter_map(|name| Some((name, playbook.role(known, name)?))).collect();
    roles.into_values().filter(|role| role.term.is_some() && role.people.len() > 1).collect()
}

/// Who has each role now, and who next.
pub fn now(group: GroupShown<'_>, playbook: &Playbook) -> Vec<RoleTurn> {
    let playbook = playbook.in_group(group.id);
    let (state, zone) = (group.state, &playbook.zone);
    let turn = |role: &Arc<Role>| {
        let from = state.clock;
        let handover = role.handover_after(state.created, from, zone)?;
        let to = role.handover_after(state.created, handover, zone)?;
        let turns = state.by_hand.turns(role, state.created, (from, to), zone);
        let (is, then) = (turns.first()?, turns.get(1));
        let (name, has, until) = (&role.name, is.words(), group.at(is.to));
        let next = then.map(RoleShift::words).unwrap_or_default();
        let at = until.minute();
        let text = match then {
            Some(_) => {
                phrase!("{name}: {has} until {at}, then {next}", "{name}：{has}，到 {at}，然后 {next}"; has, next)
            }
            None => phrase!("{name}: {has}", "{name}：{has}"; has),
        };
        let people = is.people.iter().map(|person| person.name.clone()).collect();
        let instead_of = is.instead_of.as_ref().map(|person| person.name.clone());
        Some(RoleTurn { role: name.clone(), people, instead_of, until, next, text })
    };
    rotas(group, playbook).into_iter().filter_map(turn).collect()
}

/// The turns of a window, a line each: groups in which they are the same are told together.
pub fn ahead<'a>(
    groups: &[GroupShown<'a>],
    playbook: &Playbook,
    window: Window,
) -> Vec<(Phrase, Vec<&'a str>)> {
    let mut lines: Vec<(Phrase, Vec<&str>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for group in groups {
        let playbook = playbook.in_group(group.id);
        let (state, zone) = (group.state, &playbook.zone);
        for role in rotas(*group, playbook) {
            let name = &role.name;
            for turn in state.by_hand.turns(role, state.created, (window.from, window.to), zone) {
                let (has, from) = (turn.words(), group.at(turn.from).minute());
                let line = phrase!("{from}  {name}: {has}", "{from}  {name}：{has}"; has);
                let place = *places.entry(line.of(Locale::En).to_owned()).or_insert_with(|| {
                    lines.push((line, Vec::new()));
                    lines.len() - 1
                });
                lines[place].1.push(group.id.as_str());
            }
        }
    }
    lines
}
