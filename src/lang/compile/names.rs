//! Pass 1: every name that the playbook defines, before anything that uses one is read.
//!
//! Reports nothing: what is wrong with a definition is said where it is lowered.

use crate::base::phrase::{Words, pair};
use crate::base::source::Span;
use crate::lang::document::node::{Node, NodeKind};
use std::collections::BTreeSet;

/// The phase of a playbook that names none.
pub(crate) const ONLY_PHASE: &str = "main";

/// A name and where it was used.
#[derive(Debug)]
pub(crate) struct Reference {
    /// What it should name.
    pub(crate) sort: NameSort,
    /// The name.
    pub(crate) name: String,
    /// Where the name is used.
    pub(crate) span: Span,
}

/// The names of a playbook.
#[derive(Debug, Default)]
pub(crate) struct PlaybookNames {
    /// `channels`, the groups' included.
    pub(crate) channels: BTreeSet<String>,
    /// `roles`, the groups' included.
    pub(crate) roles: BTreeSet<String>,
    /// `people`
    pub(crate) people: BTreeSet<String>,
    /// `calendars`
    pub(crate) calendars: BTreeSet<String>,
    /// `phases`
    pub(crate) phases: BTreeSet<String>,
    /// `plays`, by the names they have in the playbook.
    pub(crate) plays: BTreeSet<String>,
    /// The ids of groups and their kinds.
    pub(crate) groups: BTreeSet<String>,
    /// `vars`, the groups' included, and what `set` writes.
    pub(crate) vars: BTreeSet<String>,
    /// `members.fields`: what is kept of a member beside what every member has.
    pub(crate) fields: BTreeSet<String>,
    /// The roles that have a `term`.
    pub(crate) terms: BTreeSet<String>,
    /// `metrics`: numbers of the playbook's own.
    pub(crate) metrics: BTreeSet<String>,
}

/// The kinds of things that have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameSort {
    /// A channel.
    Channel,
    /// A role.
    Role,
    /// A phase.
    Phase,
    /// A play.
    Play,
    /// A calendar.
    Calendar,
    /// A group or a kind of groups.
    Group,
    /// A role or a person.
    Assignee,
    /// A role, a person, or a channel that somebody reads.
    Hands,
}

impl NameSort {
    /// In words, and the key under which such a thing is defined.
    pub(crate) const fn words(self) -> (Words, &'static str) {
        match self {
            Self::Channel => (pair("channel", "频道"), "channels"),
            Self::Role => (pair("role", "角色"), "roles"),
            Self::Phase => (pair("phase", "阶段"), "phases"),
            Self::Play => (pair("play", "玩法"), "plays"),
            Self::Calendar => (pair("calendar", "日历"), "calendars"),
            Self::Group => (pair("group or kind of groups", "群或群的种类"), "groups"),
            Self::Assignee => (pair("role or person", "角色或人"), "roles` and `people"),
            Self::Hands => {
                (pair("role, person or channel", "角色、人或频道"), "roles`, `people` and `channels")
            }
        }
    }
}

impl PlaybookNames {
    /// Whether a name is defined.
    pub(crate) fn has(&self, sort: NameSort, name: &str) -> bool {
        match sort {
            NameSort::Assignee => self.roles.contains(name) || self.people.contains(name),
            NameSort::Hands => self.has(NameSort::Assignee, name) || self.channels.contains(name),
            _ => self.set(sort).contains(name),
        }
    }

    /// The names of a kind, in order.
    pub(crate) fn all(&self, sort: NameSort) -> Vec<&str> {
        match sort {
            NameSort::Assignee => self.roles.union(&self.people).map(String::as_str).collect(),
            NameSort::Hands => {
                let people = self.roles.union(&self.people);
                people.chain(&self.channels).map(String::as_str).collect()
            }
            _ => self.set(sort).iter().map(String::as_str).collect(),
        }
    }

    fn set(&self, sort: NameSort) -> &BTreeSet<String> {
        match sort {
            NameSort::Channel => &self.channels,
            NameSort::Role | NameSort::Assignee | NameSort::Hands => &self.roles,
            NameSort::Phase => &self.phases,
            NameSort::Play => &self.plays,
            NameSort::Calendar => &self.calendars,
            NameSort::Group => &self.groups,
        }
    }

    /// Collects what a playbook, or a file that it uses, defines beside its plays and vars.
    pub(crate) fn collect(&mut self, root: &Node) {
        extend(&mut self.channels, root.get("channels"));
        extend(&mut self.people, root.get("people"));
        extend(&mut self.calendars, root.get("calendars"));
        extend(&mut self.metrics, root.get("metrics"));
        self.collect_roles(root.get("roles"));
        if let Some(fields) = root.get("members").and_then(|members| members.get("fields")) {
            extend(&mut self.fields, Some(fields));
            self.fields
                .extend(fields.items().into_iter().flatten().filter_map(Node::text).map(str::to_owned));
        }
        for play in root.get("plays").and_then(Node::entries).into_iter().flatten() {
            self.collect_set(&play.value);
        }
    }

    /// Collects the phases, which only the playbook itself has.
    pub(crate) fn collect_phases(&mut self, root: &Node) {
        for phase in root.get("phases").and_then(Node::items).into_iter().flatten() {
            if let Some(name) = phase.get("name").and_then(Node::text).or_else(|| phase.text()) {
                self.phases.insert(name.to_owned());
            }
            if let Some(steps) = phase.get("on_enter") {
                self.collect_set(steps);
            }
        }
        if self.phases.is_empty() {
            self.phases.insert(ONLY_PHASE.to_owned());
        }
    }

    /// Collects what one group has of its own.
    pub(crate) fn collect_group(&mut self, id: &str, group: &Node) {
        self.groups.insert(id.to_owned());
        let names = ["was", "kind"].into_iter().filter_map(|key| group.get(key).and_then(Node::text));
        self.groups.extend(names.map(str::to_owned));
        extend(&mut self.channels, group.get("channels"));
        self.collect_roles(group.get("roles"));
        extend(&mut self.vars, group.get("vars"));
    }

    fn collect_roles(&mut self, roles: Option<&Node>) {
        for entry in roles.and_then(Node::entries).into_iter().flatten() {
            if !self.roles.contains(&*entry.key.value) {
                self.roles.insert(entry.key.value.to_string());
            }
            if entry.value.get("term").is_some_and(|term| !term.is_null()) {
                self.terms.insert(entry.key.value.to_string());
            }
        }
    }

    /// The keys of every `set` below a node.
    fn collect_set(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Mapping(entries) => {
                for entry in entries {
                    if &*entry.key.value == "set" {
                        extend(&mut self.vars, Some(&entry.value));
                    }
                    self.collect_set(&entry.value);
                }
            }
            NodeKind::Sequence(items) => items.iter().for_each(|item| self.collect_set(item)),
            NodeKind::Null | NodeKind::Scalar(_) => {}
        }
    }
}

/// The keys of a mapping.
pub(crate) fn keys(node: Option<&Node>) -> impl Iterator<Item = &str> {
    node.and_then(Node::entries).into_iter().flatten().map(|entry| &*entry.key.value)
}

fn extend(set: &mut BTreeSet<String>, node: Option<&Node>) {
    for key in keys(node) {
        if !set.contains(key) {
            set.insert(key.to_owned());
        }
    }
}
