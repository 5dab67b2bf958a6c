//! A playbook: the compiled, immutable description of a community's life.

use super::{
    access::Access,
    budget::Budgets,
    calendar::Calendar,
    channel::{ALERTS, Channel, STAFF, Setting},
    group::Group,
    heartbeat::Heartbeat,
    keeping::Keeping,
    message::Label,
    moderation::Moderation,
    number::{OwnNumber, Reckoned},
    phase::Phase,
    play::Play,
    role::Role,
    sender::Sender,
    tier::Tier,
    trigger::Trigger,
};
use crate::base::{
    ids::{
        CalendarName, ChannelName, Digest, GroupId, MemberId, PersonId, PhaseName, PlayName, PlaybookName,
        RoleName,
    },
    locale::Locale,
    person::Person,
    source::normal_path,
    threshold::Thresholds,
    time::Zone,
    value::{Map, Value},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A compiled playbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Playbook {
    /// `name`
    pub name: PlaybookName,
    /// `title`, else the name.
    pub title: Arc<str>,
    /// Equal when the meaning is equal: comments and indentation are not in it, data files are.
    pub digest: Digest,
    /// `timezone`; UTC where no clock time is used.
    pub zone: Zone,
    /// `locale`
    pub locale: Locale,
    /// The first place that reads what members write, as `FILE:LINE`; none where nothing does.
    pub reads_text: Option<Arc<str>>,
    /// The first place outside `moderate` that does, so that the journal keeps it; none where nothing does.
    pub keeps_text: Option<Arc<str>>,
    /// `charter`
    pub charter: Value,
    /// `rules`
    pub rules: Value,
    /// `vars`
    pub vars: Arc<Map>,
    /// `people`
    pub people: BTreeMap<PersonId, Arc<Person>>,
    /// Whose the ids on platforms are that `people` says: `telegram:42`.
    pub person_ids: Arc<BTreeMap<MemberId, PersonId>>,
    /// `roles`
    pub roles: BTreeMap<RoleName, Arc<Role>>,
    /// `channels`; the console as `group` where the file has none.
    pub channels: BTreeMap<ChannelName, Arc<Channel>>,
    /// `alerts`: the channels that are told of trouble, tried in order; empty where the file does not say.
    pub alerts: Vec<ChannelName>,
    /// `heartbeat`
    pub heartbeat: Option<Heartbeat>,
    /// `calendars`
    pub calendars: BTreeMap<CalendarName, Calendar>,
    /// `labels`: names of one's own, each with the label that it counts as.
    pub labels: BTreeMap<Arc<str>, Label>,
    /// Fields of members that are kept until somebody has decided about them.
    pub proofs: Arc<[Arc<str>]>,
    /// `members.tiers`, the lowest first.
    pub tiers: Arc<[Tier]>,
    /// `moderate`
    pub moderation: Moderation,
    /// `doctor`
    pub doctor: Thresholds,
    /// `metrics`: numbers of its own.
    pub numbers: Arc<[OwnNumber]>,
    /// `budgets`
    pub budgets: Budgets,
    /// `members.fields`
    pub keeping: Keeping,
    /// `groups`; one named after the playbook where the file has none.
    pub groups: BTreeMap<GroupId, Arc<Group>>,
    /// `phases`, in order; one named `main` where the file has none.
    pub phases: Vec<Phase>,
    /// `plays`, in the order of the file, then the ones made of `on_enter`.
    pub plays: Vec<Arc<Play>>,
    /// Files that expressions read with `data("…")`.
    pub data: Arc<BTreeMap<String, Value>>,
    /// Hosts that scripts may fetch from.
    pub fetch_hosts: Vec<String>,
    /// The playbook as it is for groups with a zone, a locale or plays of their own.
    pub own: BTreeMap<GroupId, Arc<Playbook>>,
    /// `inbound`: who may report facts over HTTP.
    pub inbound: BTreeMap<Arc<str>, Sender>,
    /// `access`: who may look at groups from outside the chat, and command them.
    pub access: Access,
}

impl Playbook {
    /// The playbook as it is for a group: its zone, its locale, its plays.
    pub fn in_group(&self, group: &GroupId) -> &Self {
        self.own.get(group).map_or(self, |own| own)
    }

    /// The same, shared.
    pub fn shared_in_group<'a>(self: &'a Arc<Self>, group: &GroupId) -> &'a Arc<Self> {
        self.own.get(group).unwrap_or(self)
    }

    /// The same with one group alone; what is of the others is not copied.
    pub fn alone(&self, group: &GroupId) -> Self {
        Self {
            groups: self.groups.get(group).map(|known| (group.clone(), known.clone())).into_iter().collect(),
            own: BTreeMap::new(),
            name: self.name.clone(),
            title: self.title.clone(),
            digest: self.digest.clone(),
            zone: self.zone.clone(),
            locale: self.locale,
            reads_text: self.reads_text.clone(),
            keeps_text: self.keeps_text.clone(),
            charter: self.charter.clone(),
            rules: self.rules.clone(),
            vars: self.vars.clone(),
            people: self.people.clone(),
            person_ids: self.person_ids.clone(),
            roles: self.roles.clone(),
            channels: self.channels.clone(),
            alerts: self.alerts.clone(),
            heartbeat: self.heartbeat.clone(),
            calendars: self.calendars.clone(),
            labels: self.labels.clone(),
            proofs: self.proofs.clone(),
            tiers: self.tiers.clone(),
            moderation: self.moderation.clone(),
            doctor: self.doctor.clone(),
            numbers: self.numbers.clone(),
            budgets: self.budgets.clone(),
            keeping: self.keeping.clone(),
            phases: self.phases.clone(),
            plays: self.plays.clone(),
            data: self.data.clone(),
            fetch_hosts: self.fetch_hosts.clone(),
            inbound: self.inbound.clone(),
            access: self.access.clone(),
        }
    }

    /// Computes what is different for groups of their own kind, once for all that are alike.
    fn settle_groups(&mut self) {
        let mut kinds: BTreeMap<_, Vec<GroupId>> = BTreeMap::new();
        for group in self.groups.values() {
            let zone = group.zone.as_ref().filter(|zone| zone.name() != self.zone.name());
            let locale = group.locale.filter(|locale| *locale != self.locale);
            let belongs: Vec<bool> = self.plays.iter().map(|play| play.belongs_to(group)).collect();
            if zone.is_none() && locale.is_none() && !belongs.contains(&false) {
                continue;
            }
            let kind = (zone.map(|zone| zone.name().to_owned()), locale, belongs);
            kinds.entry(kind).or_default().push(group.id.clone());
        }
        let mut own = BTreeMap::new();
        for ((_, _, belongs), ids) in kinds {
            let Some(first) = ids.first().and_then(|id| self.groups.get(id)) else { continue };
            let zone = first.zone.clone().unwrap_or_else(|| self.zone.clone());
            let plays = self.plays.iter().zip(belongs).filter(|(_, belongs)| *belongs);
            let plays = plays.map(|(play, _)| play.in_zone(&zone).map_or_else(|| play.clone(), Arc::new));
            let groups = ids.iter().filter_map(|id| self.groups.get_key_value(id));
            let playbook = Arc::new(Self {
                plays: plays.collect(),
                locale: first.locale.unwrap_or(self.locale),
                groups: groups.map(|(id, group)| (id.clone(), group.clone())).collect(),
                zone,
                own: BTreeMap::new(),
                ..self.clone()
            });
            own.extend(ids.into_iter().map(|id| (id, playbook.clone())));
        }
        self.own = own;
    }

    /// Gives the playbook, and what it is for groups of their own kind, its digest and its data files.
    pub fn seal(&mut self, digest: &Digest, data: &Arc<BTreeMap<String, Value>>) {
        self.digest = digest.clone();
        self.data = data.clone();
        let handles = self.people.values().flat_map(|person| {
            let ids = person.handles.iter().map(|(kind, handle)| MemberId::from(format!("{kind}:{handle}")));
            ids.map(|id| (id, person.id.clone()))
        });
        self.person_ids = Arc::new(handles.collect());
        self.settle_groups();
    }

    /// The person of `people` whose id this is, here or on a platform.
    pub fn person_of(&self, id: &MemberId) -> Option<&Arc<Person>> {
        let person = self.person_ids.get(id).and_then(|person| self.people.get(person));
        person.or_else(|| self.people.get(id.as_str()))
    }

    /// The files that channels and senders name as secrets, as paths of the playbook's folder.
    pub fn secret_files(&self) -> BTreeSet<String> {
        let of_groups = self.groups.values().flat_map(|group| group.channels.values());
        let channels = self.channels.values().chain(of_groups);
        let settings = channels.flat_map(|channel| channel.settings.values().flatten());
        let of_senders = self.inbound.values().flat_map(|sender| sender.key.settings());
        settings
            .chain(of_senders)
            .chain(self.heartbeat.as_ref().map(|heartbeat| &heartbeat.url))
            .filter_map(|setting| match setting {
                Setting::File(path) => Some(normal_path(path).unwrap_or_else(|| path.clone())),
                Setting::Literal(_) | Setting::Env(_) => None,
            })
            .collect()
    }

    /// The names of the signals that plays, waits, numbers and rules of the file hear.
    pub fn hears(&self) -> BTreeSet<&str> {
        let starts = self.plays.iter().filter_map(|play| match &play.trigger {
            Trigger::Signal(on) => Some(&*on.name),
            Trigger::Schedule(_)
            | Trigger::Dates(_)
            | Trigger::Members(_)
            | Trigger::Whenever(_)
            | Trigger::Command => None,
        });
        let counted = self.numbers.iter().filter_map(|number| match &number.reckoned {
            Reckoned::Signals { on, .. } => Some(&**on),
            Reckoned::Value(_) => None,
        });
        let awaited = self.plays.iter().flat_map(|play| play.awaits());
        starts.chain(awaited).chain(counted).chain(self.moderation.hears()).collect()
    }

    /// Whether a play or a number of the file hears a signal, or somebody outside may report it.
    pub fn may_hear(&self, signal: &str) -> bool {
        let starts = |play: &Arc<Play>| matches!(&play.trigger, Trigger::Signal(on) if &*on.name == signal);
        let counts =
            |number: &OwnNumber| matches!(&number.reckoned, Reckoned::Signals { on, .. } if **on == *signal);
        self.plays.iter().any(starts)
            || self.numbers.iter().any(counts)
            || self.inbound.values().any(|sender| sender.may.contains(signal))
    }

    /// Whether anything wants what members do of this kind one by one, and not only how much of it there was.
    pub fn wants_each(&self, signal: &str) -> bool {
        self.reads_text.is_some() || self.hears().contains(signal)
    }

    /// A play by name.
    pub fn play(&self, name: &PlayName) -> Option<&Arc<Play>> {
        self.plays.iter().find(|play| play.name == *name)
    }

    /// Whether a signal starts a run for each member of whom it tells.
    pub fn runs_for_each(&self, signal: &str) -> bool {
        let each = |play: &Arc<Play>| matches!(&play.trigger, Trigger::Signal(on) if on.per_member && &*on.name == signal);
        self.plays.iter().any(each)
    }

    /// A phase by name.
    pub fn phase(&self, name: &PhaseName) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.name == *name)
    }

    /// The phase after another; `None` after the last.
    pub fn phase_after(&self, name: &PhaseName) -> Option<&Phase> {
        let index = self.phases.iter().position(|phase| phase.name == *name)?;
        self.phases.get(index + 1)
    }

    /// A channel of a group: its own, else the playbook's.
    pub fn channel<'a>(&'a self, group: &'a Group, name: &ChannelName) -> Option<&'a Arc<Channel>> {
        group.channels.get(name).or_else(|| self.channels.get(name))
    }

    /// A role of a group: its own, else the playbook's.
    pub fn role<'a>(&'a self, group: &'a Group, name: &RoleName) -> Option<&'a Arc<Role>> {
        group.roles.get(name).or_else(|| self.roles.get(name))
    }

    /// The roles of a group, each once: its own, and those of the playbook that it has not.
    pub fn roles_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Arc<Role>> {
        let others = self.roles.values().filter(|role| !group.roles.contains_key(&role.name));
        group.roles.values().chain(others)
    }

    /// Whether a channel is for those who run a group and not for its members: `staff`, `alerts`, where a role is told,
    /// and where another channel's trouble is.
    pub fn is_for_staff(&self, group: &Group, name: &ChannelName) -> bool {
        let mut roles = self.roles.values().chain(group.roles.values());
        let mut channels = self.channels.values().chain(group.channels.values());
        matches!(name.as_str(), STAFF | ALERTS)
            || roles.any(|role| role.channel.as_ref() == Some(name))
            || self.alerts.contains(name)
            || channels.any(|channel| channel.alerts.contains(name))
    }

    /// The channels of a group that are told of trouble, in the order in which they are tried: of a channel's trouble
    /// its own ones, if it names any. Trouble with a channel is not told to itself.
    pub fn alerted(&self, group: &Group, trouble: Option<&ChannelName>) -> Vec<ChannelName> {
        let own =
            trouble.and_then(|name| self.channel(group, name)).map_or(&[][..], |channel| &channel.alerts);
        let usual = [ChannelName::new(ALERTS)];
        let named = if own.is_empty() { &self.alerts[..] } else { own };
        let named = if named.is_empty() { &usual[..] } else { named };
        let is_told = |name: &&ChannelName| trouble != Some(*name) && self.channel(group, name).is_some();
        named.iter().filter(is_told).cloned().collect()
    }

    /// The role of whoever is told what concerns the whole group: `host`, else the first one.
    pub fn host_role<'a>(&'a self, group: &'a Group) -> Option<&'a RoleName> {
        let mut names = self.roles.keys().chain(group.roles.keys());
        names.clone().find(|name| name.as_str() == "host").or_else(|| names.next())
    }

    /// The calendar that tells working days: the first one written with `off` and `work`.
    pub fn workdays(&self) -> Option<&Calendar> {
        self.calendars.values().find(|calendar| calendar.tells_work)
    }
}

/// Compiled playbooks by digest: a run keeps the one it began with.
#[derive(Debug, Clone, Default)]
pub struct Playbooks(BTreeMap<Digest, Arc<Playbook>>);

impl Playbooks {
    /// Adds one.
    pub fn insert(&mut self, playbook: Arc<Playbook>) {
        self.0.insert(playbook.digest.clone(), playbook);
    }

    /// The playbook of a digest.
    pub fn get(&self, digest: &Digest) -> Option<&Arc<Playbook>> {
        self.0.get(digest)
    }

    /// The playbook of a digest as it is for a group.
    pub fn of(&self, digest: &Digest, group: &GroupId) -> Option<&Arc<Playbook>> {
        self.0.get(digest).map(|playbook| playbook.shared_in_group(group))
    }

    /// Forgets the ones for which `keep` is false.
    pub fn retain(&mut self, keep: impl Fn(&Digest) -> bool) {
        self.0.retain(|digest, _| keep(digest));
    }

    /// All of them, by digest.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Playbook>> {
        self.0.values()
    }
}
