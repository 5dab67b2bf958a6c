//! Everything that an expression or a script can see, as plain shared values.
//!
//! Built by the engine from a group's state for one evaluation; cheap to build and to clone. Only the names
//! that the code uses need to be filled in.

use crate::base::{
    ids::{GroupId, MemberId, PhaseName, RoleName},
    locale::Locale,
    member::{Member, Members},
    metric::Figure,
    person::Person,
    time::{Timestamp, Zone},
    value::{Map, Value},
};
use std::{collections::BTreeMap, sync::Arc};

/// What is in scope of one evaluation.
#[derive(Debug, Clone)]
pub struct Facts {
    /// `now`: the clock of the input.
    pub now: Timestamp,
    /// The playbook's zone, in which times are written.
    pub zone: Zone,
    /// How values are written in text.
    pub locale: Locale,
    /// `group`
    pub group: GroupFacts,
    /// `members`
    pub members: Members,
    /// Of whom the signals say that they have left, as they were: nobody of `members`.
    pub left: BTreeMap<MemberId, Arc<Member>>,
    /// `member`: the member in scope (`prune`, `protect`, `per: member`, `members.where`, …).
    pub member: Option<MemberId>,
    /// The tier of whoever has no other; none where the playbook has no tiers.
    pub tier: Option<Arc<str>>,
    /// `phase`
    pub phase: PhaseFacts,
    /// `operators.since`: when anybody looked after the group last.
    pub operated: Timestamp,
    /// `run`
    pub run: Option<RunFacts>,
    /// `date`: the entry of `dates` that started the run; its `at` is a [`Value::Time`].
    pub date: Value,
    /// `signal`: a map with `name`, `at`, `id`, `member` (an id or null) and `data`.
    pub signal: Value,
    /// `signals`: a list of such maps.
    pub signals: Value,
    /// `vars`: constants, and what `set` wrote over them.
    pub vars: Arc<Map>,
    /// `args`
    pub args: Value,
    /// `rules`
    pub rules: Value,
    /// `charter`
    pub charter: Value,
    /// `roles`
    pub roles: Arc<BTreeMap<RoleName, RoleFacts>>,
    /// The `as` names of earlier steps.
    pub bindings: Arc<Map>,
    /// `state`: what scripts of this group have stored.
    pub state: Arc<Map>,
    /// `data("path")` in expressions: files that were read when the playbook was compiled.
    pub data: Arc<BTreeMap<String, Value>>,
    /// The seed of `random`, derived from run and step.
    pub seed: u64,
    /// `metrics`, and what a member did lately; none where nothing is counted.
    pub metrics: Option<Arc<dyn Measures>>,
}

/// Numbers about a group, read when an expression names them.
pub trait Measures: std::fmt::Debug + Send + Sync {
    /// A number by its name, with what it takes; none where there is no such number.
    fn figure(&self, name: &str, taken: Option<u32>) -> Option<Figure>;
    /// On how many of the last so many days a member did anything; none where that is unknown.
    fn active(&self, member: &MemberId, days: u32) -> Option<u32>;
    /// How many breaches of rules count against a member.
    fn strikes(&self, member: &MemberId) -> u32;
    /// How many others a member has spoken with; none where that is unknown.
    fn peers(&self, member: &MemberId) -> Option<u32>;
}

/// `group`
#[derive(Debug, Clone)]
pub struct GroupFacts {
    /// `group.id`
    pub id: GroupId,
    /// `group.title`
    pub title: Arc<str>,
    /// `group.created`; `group.age` is `now - created`.
    pub created: Timestamp,
}

/// `phase`; as text it is its name.
#[derive(Debug, Clone)]
pub struct PhaseFacts {
    /// `phase.name`
    pub name: PhaseName,
    /// `phase.entered`; `phase.age` is `now - entered`.
    pub entered: Timestamp,
}

/// `run`
#[derive(Debug, Clone)]
pub struct RunFacts {
    /// `run.id`
    pub id: Arc<str>,
    /// `run.play`
    pub play: Arc<str>,
    /// `run.anchor`
    pub anchor: Timestamp,
    /// `run.number`: 1 for the first run of this play in this group.
    pub number: u64,
}

/// `roles.NAME`; as text the names of the people now, `.next` those of the next term.
#[derive(Debug, Clone, Default)]
pub struct RoleFacts {
    /// Who it is now.
    pub now: Vec<Person>,
    /// Who it will be in the next term; the same as now for a role without a term.
    pub next: Vec<Person>,
}

impl Facts {
    /// Facts about a group of which nothing else is known; the starting point for tests and checks.
    pub fn bare(group: GroupId, now: Timestamp, zone: Zone, locale: Locale) -> Self {
        Self {
            now,
            zone,
            locale,
            group: GroupFacts { title: Arc::from(group.as_str()), id: group, created: now },
            members: Members::new(),
            left: BTreeMap::new(),
            member: None,
            tier: None,
            phase: PhaseFacts { name: PhaseName::new(""), entered: now },
            operated: now,
            run: None,
            date: Value::Null,
            signal: Value::Null,
            signals: Value::Null,
            vars: Arc::default(),
            args: Value::Null,
            rules: Value::Null,
            charter: Value::Null,
            roles: Arc::default(),
            bindings: Arc::default(),
            state: Arc::default(),
            data: Arc::default(),
            seed: 0,
            metrics: None,
        }
    }
}
