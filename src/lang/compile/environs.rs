//! What plays live in: budgets, tiers, numbers and moderation of the file and of the files that it uses.

use super::cx::{Cx, UnitView};
use super::text::Scope;
use super::uses::UsedFile;
use super::{brought, budgets, calendars, channels, cx, members, moderate, names, numbers, people, tiers};
use crate::{
    base::ids::{CalendarName, ChannelName, RoleName},
    lang::document::node::Node,
    model::{
        budget::Budgets, calendar::Calendar, channel::Channel, keeping::Keeping, moderation::Moderation,
        role::Role, tier::Tier,
    },
    script::names::{Name, Names as Globals},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What plays are surrounded by: the file's own, and what the files that it uses add.
pub(super) struct Environs {
    pub(super) channels: BTreeMap<ChannelName, Arc<Channel>>,
    pub(super) calendars: BTreeMap<CalendarName, Calendar>,
    pub(super) roles: BTreeMap<RoleName, Arc<Role>>,
}

/// Channels, people, calendars and roles, of the file first: a name that it has is not looked for elsewhere.
pub(super) fn environs(cx: &mut Cx<'_>, root: &Node, home: &UnitView, units: &[UsedFile]) -> Environs {
    let get = |key: &str| root.get(key).filter(|node| !node.is_null());
    let mut channels = BTreeMap::new();
    for part in brought::section(cx, root, home, units, "channels") {
        cx.unit = part.view;
        channels.extend(channels::lower(cx, &part.node, "channels"));
    }
    let mut people = cx::PeopleById::new();
    for part in brought::section(cx, root, home, units, "people") {
        cx.unit = part.view;
        people.extend(people::lower_people(cx, &part.node));
    }
    let mut calendars = BTreeMap::new();
    for part in brought::section(cx, root, home, units, "calendars") {
        cx.unit = part.view;
        calendars.extend(calendars::lower(cx, &part.node));
    }
    cx.unit = home.clone();
    let mut roles: BTreeMap<RoleName, _> = BTreeMap::new();
    for part in brought::section(cx, root, home, units, "roles") {
        roles.extend(people::lower_roles(cx, &part.node, &people, "roles"));
    }
    cx.people = people;
    if channels.is_empty() && get("channels").is_none() {
        channels.extend([only_console()]);
    }
    Environs { channels, calendars, roles }
}

/// How much a group may be talked to: as the file says, then as the files that it uses say.
pub(super) fn budgets_of(
    cx: &mut Cx<'_>,
    root: &Node,
    home: &UnitView,
    units: &[UsedFile],
    scope: &Scope,
) -> Budgets {
    let mut budgets = Budgets::default();
    for part in brought::section(cx, root, home, units, "budgets") {
        cx.unit = part.view;
        budgets.fill(budgets::lower(cx, &part.node, scope));
    }
    cx.unit = home.clone();
    budgets
}

/// Where members stand: as the file says, then as the files that it uses say of tiers that nobody has named before.
pub(super) fn tiers_of(
    cx: &mut Cx<'_>,
    root: &Node,
    home: &UnitView,
    units: &[UsedFile],
    scope: &Scope,
) -> Vec<Tier> {
    let of = |root: &Node| root.get("members").and_then(|node| node.get("tiers")).cloned();
    let own = of(root).map(|node| (home.clone(), node));
    let has_own = own.is_some();
    let used = units.iter().filter_map(|unit| Some((unit.view.clone(), of(&unit.document.root)?)));
    let said: Vec<(UnitView, Node)> = own.into_iter().chain(used).collect();
    let tiers = tiers::lower(cx, &said, has_own, scope);
    cx.unit = home.clone();
    tiers
}

/// The numbers of the file, then those of the files that it uses.
pub(super) fn own_numbers(
    cx: &mut Cx<'_>,
    root: &Node,
    home: &UnitView,
    units: &[UsedFile],
    scope: &Scope,
) -> Vec<crate::model::number::OwnNumber> {
    brought::told_apart(cx, root, units, "metrics");
    let mut taken = BTreeSet::new();
    let mut all = Vec::new();
    let sources =
        std::iter::once((root, home)).chain(units.iter().map(|unit| (&unit.document.root, &unit.view)));
    for (root, view) in sources {
        let Some(node) = root.get("metrics").filter(|node| !node.is_null()) else { continue };
        cx.unit = view.clone();
        all.extend(numbers::lower(cx, node, scope, &taken));
        taken.extend(names::keys(Some(node)).map(str::to_owned));
    }
    cx.unit = home.clone();
    numbers::check_cycles(cx, &all);
    all
}

/// What every expression may name.
pub(super) fn scope(cx: &Cx<'_>) -> Scope {
    let mut scope = Scope::default();
    scope.known.globals = [
        Name::Group,
        Name::Members,
        Name::Phase,
        Name::Vars,
        Name::Rules,
        Name::Charter,
        Name::Roles,
        Name::Now,
        Name::Metrics,
        Name::Operators,
    ]
    .into_iter()
    .collect::<Globals>();
    scope.known.roles.clone_from(&cx.names.roles);
    scope.known.vars = Some(cx.names.vars.clone());
    scope.known.fields.clone_from(&cx.names.fields);
    scope.known.metrics.clone_from(&cx.names.metrics);
    scope.known.said_vars.clone_from(&cx.heard.vars);
    scope
}

/// Where a playbook without channels posts.
pub(super) fn only_console() -> (ChannelName, Arc<Channel>) {
    let name = ChannelName::new("group");
    (name.clone(), Arc::new(Channel::console(name)))
}

/// The rules of the file, then those of the files that it uses.
pub(super) fn moderation(
    cx: &mut Cx<'_>,
    root: &Node,
    home: &UnitView,
    units: &[UsedFile],
    scope: &Scope,
) -> Moderation {
    brought::told_apart(cx, root, units, "moderate");
    let own = std::iter::once((root.get("moderate"), home.clone()));
    let used = units.iter().map(|unit| (unit.document.root.get("moderate"), unit.view.clone()));
    let sections =
        own.chain(used).filter_map(|(node, view)| Some((node.filter(|node| !node.is_null())?, view)));
    let sections: Vec<(&Node, UnitView)> = sections.collect();
    let moderation = moderate::lower(cx, &sections, scope);
    cx.unit = home.clone();
    moderation
}

/// What is kept of members, as all files say together; the rows of the playbook's list go to the group that they name,
/// else to every group.
pub(super) fn keeping(
    cx: &mut Cx<'_>,
    root: &Node,
    units: &[UsedFile],
    groups: &mut BTreeMap<crate::base::ids::GroupId, Arc<crate::model::group::Group>>,
) -> Keeping {
    let of = |root: &'_ Node| root.get("members").filter(|node| !node.is_null()).cloned();
    let used: Vec<Node> = units.iter().filter_map(|unit| of(&unit.document.root)).collect();
    let own = of(root);
    if own.is_none() && used.is_empty() {
        return members::nothing_said(cx.minors);
    }
    let (keeping, rows) = members::lower_section(cx, own.as_ref(), &used.iter().collect::<Vec<_>>());
    for (id, group) in groups.iter_mut() {
        let own = rows.iter().filter(|row| row.group.as_deref().is_none_or(|name| name == id.as_str()));
        let own: Vec<_> = own.map(|row| row.listed.clone()).collect();
        if !own.is_empty() {
            Arc::make_mut(group).members.extend(own);
        }
    }
    keeping
}
