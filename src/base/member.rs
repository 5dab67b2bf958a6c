//! The members of a group, as far as a playbook may know them: who somebody is apart from what they do.
//!
//! Who somebody is changes rarely, what they do with every message: so a message touches a few words of the one map
//! and nothing of the other. Only what was reported or imported is here; nothing is inferred, and what nobody has
//! said is `None`, never now.

use super::{
    habits::Habits, ids::MemberId, limits, points_account::PointsAccount, time::Timestamp, value::Value,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The beginning of the tag by which a member's tier is known.
pub const TIER_TAG: &str = "tier:";

/// Who a member is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The id by which signals name this member.
    pub id: MemberId,
    /// Other ids by which the same member is reported.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ids: BTreeSet<MemberId>,
    /// The shown name; the id where none was reported.
    pub name: String,
    /// `owner`, `admin`, … as reported; empty for an ordinary member.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// Where the member came from, as reported.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// When the member joined; none when nobody has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Timestamp>,
    /// Since when somebody asks to come in who has not come in yet; none of a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Timestamp>,
    /// Points that scripts gave.
    #[serde(default)]
    pub points: i64,
    /// Points of other kinds, by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accounts: BTreeMap<String, PointsAccount>,
    /// Labels that scripts, imports or signals gave.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// Further fields: imported columns, data of signals, what scripts stored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
    /// Since when a field has been kept, of those that are kept for a time only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub since: BTreeMap<String, Timestamp>,
}

impl Member {
    /// The name of the tier that a tag says.
    pub fn tier(&self) -> Option<&str> {
        self.tags.iter().find_map(|tag| tag.strip_prefix(TIER_TAG))
    }

    /// The id by which a platform knows them: the field that bears the platform's name, which a table may have read
    /// as a number, else what one of their ids says, such as `telegram:42`.
    pub fn handle(&self, platform: &str) -> Option<String> {
        let says = |id: &MemberId| Some(id.as_str().strip_prefix(platform)?.strip_prefix(':')?.to_owned());
        let by_id = || says(&self.id).or_else(|| self.ids.iter().find_map(says));
        match self.fields.get(platform) {
            Some(Value::Str(handle)) => Some(handle.to_string()),
            Some(Value::Int(handle)) => Some(handle.to_string()),
            _ => by_id(),
        }
    }

    /// A member of whom nothing but the id is known, and perhaps when they joined.
    pub fn new(id: MemberId, joined: Option<Timestamp>) -> Self {
        Self {
            name: id.to_string(),
            id,
            ids: BTreeSet::new(),
            role: String::new(),
            source: String::new(),
            joined,
            asked: None,
            points: 0,
            accounts: BTreeMap::new(),
            tags: BTreeSet::new(),
            fields: BTreeMap::new(),
            since: BTreeMap::new(),
        }
    }

    /// Takes over what is known of somebody who turns out to be the same: what they have both is theirs together, of
    /// what can only be one this one's counts.
    fn take_over(&mut self, other: &Self) {
        if self.name.is_empty() || self.name == self.id.as_str() {
            self.name.clone_from(&other.name);
        }
        if self.role.is_empty() {
            self.role.clone_from(&other.role);
        }
        if self.source.is_empty() {
            self.source.clone_from(&other.source);
        }
        self.joined = self.joined.into_iter().chain(other.joined).min();
        // Either of them who is in the group is.
        self.asked = self.asked.and(other.asked);
        self.points = self.points.saturating_add(other.points);
        for (kind, account) in &other.accounts {
            let own = self.accounts.entry(kind.clone()).or_default();
            own.points = own.points.saturating_add(account.points);
            if account.day > own.day {
                (own.day, own.streak) = (account.day, account.streak);
            }
        }
        let tiered = self.tier().is_some();
        let tags = other.tags.iter().filter(|tag| !(tiered && tag.starts_with(TIER_TAG)));
        self.tags.extend(tags.cloned());
        for (name, value) in &other.fields {
            if !self.fields.contains_key(name) {
                self.fields.insert(name.clone(), value.clone());
                self.since.extend(other.since.get(name).map(|since| (name.clone(), *since)));
            }
        }
        self.ids.extend(other.ids.iter().cloned());
    }

    /// Forgets fields.
    pub fn drop_fields(&mut self, names: &[String]) {
        for name in names {
            self.fields.remove(name);
            self.since.remove(name);
        }
    }
}

/// What a member does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Activity {
    /// The last time the member joined, spoke, answered or reacted; none when nobody has said.
    pub seen: Option<Timestamp>,
    /// Messages reported.
    pub messages: u64,
}

/// A member as a list, a platform or an entry of the journal tells of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// The member who is listed.
    #[serde(flatten)]
    pub member: Member,
    /// When the member was seen last; none when nothing is said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Timestamp>,
    /// How many messages the member wrote; none when nothing is said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<u64>,
}

impl From<Member> for Listed {
    fn from(member: Member) -> Self {
        Self { member, seen: None, messages: None }
    }
}

/// All that a member does: one entry of one tree, since a message changes both.
#[derive(Debug, Clone, PartialEq, Default)]
struct Doing {
    activity: Activity,
    /// None while nothing of it is counted.
    habits: Option<Arc<Habits>>,
}

/// Of whom two versions of a group's members say something else, in order of id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Who came, is somebody else now, or is gone.
    pub who: Vec<MemberId>,
    /// Whose activity is another, those in `who` aside.
    pub activity: Vec<MemberId>,
}

/// All members of one group, in order of id. Cloning is cheap: the trees are shared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Members {
    who: imbl::OrdMap<MemberId, Arc<Member>>,
    /// Those who ask to come in: known by id, counted and listed nowhere.
    asking: imbl::OrdMap<MemberId, Arc<Member>>,
    /// Whose the other ids are.
    also: imbl::OrdMap<MemberId, MemberId>,
    /// Only of those in `who` of whom anything is known.
    does: imbl::OrdMap<MemberId, Doing>,
    /// The fields that are kept for a time only: which, since when, of whom.
    dated: imbl::OrdSet<(String, Timestamp, MemberId)>,
}

impl Members {
    /// Nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many members the group has.
    pub fn len(&self) -> usize {
        self.who.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.who.is_empty()
    }

    /// The id by which somebody is listed who may have been named by another one.
    pub fn own_id<'a>(&'a self, id: &'a MemberId) -> &'a MemberId {
        if self.also.is_empty() || self.who.contains_key(id) || self.asking.contains_key(id) {
            return id;
        }
        self.also.get(id).unwrap_or(id)
    }

    /// What somebody is called: their name, or the id of whoever is not known.
    pub fn name_of(&self, id: &MemberId) -> String {
        self.get(id).map_or_else(|| id.to_string(), |member| member.name.clone())
    }

    /// Whether somebody is known: a member, or somebody who asks to come in.
    pub fn contains(&self, id: &MemberId) -> bool {
        self.get(id).is_some()
    }

    /// Whether somebody is a member.
    pub fn has_joined(&self, id: &MemberId) -> bool {
        self.who.contains_key(self.own_id(id))
    }

    /// Those who ask to come in and are no members.
    pub fn asking(&self) -> impl Iterator<Item = &Arc<Member>> {
        self.asking.values()
    }

    /// Who somebody is: a member, or somebody who asks to come in.
    pub fn get(&self, id: &MemberId) -> Option<&Arc<Member>> {
        let id = self.own_id(id);
        self.who.get(id).or_else(|| self.asking.get(id))
    }

    /// What somebody does.
    pub fn activity(&self, id: &MemberId) -> Activity {
        self.does.get(self.own_id(id)).map(|doing| doing.activity).unwrap_or_default()
    }

    /// All that is known of somebody.
    pub fn listed(&self, id: &MemberId) -> Option<Listed> {
        let member = Member::clone(self.get(id)?);
        let Activity { seen, messages } = self.activity(id);
        Some(Listed { member, seen, messages: Some(messages) })
    }

    /// What somebody did lately.
    pub fn habits(&self, id: &MemberId) -> Option<&Arc<Habits>> {
        self.does.get(self.own_id(id))?.habits.as_ref()
    }

    /// Those who did anything that is counted, in order of id.
    pub fn all_habits(&self) -> impl Iterator<Item = (&MemberId, &Arc<Habits>)> {
        self.does.iter().filter_map(|(id, doing)| Some((id, doing.habits.as_ref()?)))
    }

    /// Everybody with what they did lately, in order of id: one walk beside the other, and nobody is looked up.
    pub fn with_habits(&self) -> impl Iterator<Item = (&Arc<Member>, Option<&Arc<Habits>>)> {
        self.with_habits_after(None)
    }

    /// The same of those who come after one in order of id.
    pub fn with_habits_after<'a>(
        &'a self,
        id: Option<&'a MemberId>,
    ) -> impl Iterator<Item = (&'a Arc<Member>, Option<&'a Arc<Habits>>)> {
        use std::ops::Bound;
        let from = (id.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let mut does = self.does.range::<_, MemberId>(from).peekable();
        self.who.range::<_, MemberId>(from).map(move |(id, member)| {
            while does.next_if(|(known, _)| *known < id).is_some() {}
            (member, does.next_if(|(known, _)| *known == id).and_then(|(_, doing)| doing.habits.as_ref()))
        })
    }

    /// Takes over what is stored of what somebody did lately; nothing for somebody who is not among them.
    pub fn restore_habits(&mut self, id: &MemberId, habits: Arc<Habits>) {
        if self.who.contains_key(id) {
            self.does.entry(id.clone()).or_default().habits = Some(habits);
        }
    }

    /// Says what a member did lately; nothing for somebody who is not among them. Whoever was not counted before
    /// begins with `new`.
    pub fn count<T>(
        &mut self,
        id: &MemberId,
        new: impl FnOnce() -> Habits,
        change: impl FnOnce(&mut Habits) -> T,
    ) -> Option<T> {
        let id = &self.own_id(id).clone();
        if !self.does.contains_key(id) {
            let id = self.who.get_key_value(id)?.0.clone();
            self.does.insert(id, Doing::default());
        }
        let habits = &mut self.does.get_mut(id)?.habits;
        Some(change(Arc::make_mut(habits.get_or_insert_with(|| Arc::new(new())))))
    }

    /// Their ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = &MemberId> {
        self.who.keys()
    }

    /// Those who come after an id, in order; all of them after none.
    pub fn after<'a>(&'a self, id: Option<&'a MemberId>) -> impl Iterator<Item = &'a Arc<Member>> {
        use std::ops::Bound;
        let from = id.map_or(Bound::Unbounded, Bound::Excluded);
        self.who.range::<_, MemberId>((from, Bound::Unbounded)).map(|(_, member)| member)
    }

    /// They themselves, in order of id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Member>> {
        self.who.values()
    }

    /// Takes somebody in, or says who a known one is now; whether they are a new member. Which other ids are theirs is
    /// said by [`Self::join`] alone. Whoever only asks to come in is no member, and of those who ask the last ones are
    /// known.
    pub fn set(&mut self, mut member: Arc<Member>) -> bool {
        if member.asked.is_some() && self.who.contains_key(&member.id) {
            Arc::make_mut(&mut member).asked = None;
        }
        let asks = member.asked.is_some();
        if asks && self.asking.len() >= limits::ASKING_MAX && !self.asking.contains_key(&member.id) {
            let first = self.asking.values().min_by_key(|asking| (asking.asked, asking.id.clone()));
            if let Some(first) = first.map(|first| first.id.clone()) {
                self.remove(&first);
            }
        }
        match self.get(&member.id).filter(|known| known.id == member.id) {
            Some(known) if known.ids != member.ids => {
                Arc::make_mut(&mut member).ids.clone_from(&known.ids);
            }
            Some(_) => {}
            None => self.also.extend(member.ids.iter().map(|id| (id.clone(), member.id.clone()))),
        }
        for (field, since) in &member.since {
            self.dated.insert((field.clone(), *since, member.id.clone()));
        }
        let now = Arc::clone(&member);
        let known = self.asking.remove(&member.id);
        let was = if asks { &mut self.asking } else { &mut self.who }.insert(member.id.clone(), member);
        let new = !asks && was.is_none();
        let Some(before) = was.or(known) else { return new };
        for (field, since) in
            before.since.iter().filter(|(field, since)| now.since.get(*field) != Some(since))
        {
            self.dated.remove(&(field.clone(), *since, before.id.clone()));
        }
        new
    }

    /// Of whom a field has been kept longest, and since when; the longest first.
    pub fn kept(&self, field: &str) -> impl Iterator<Item = (Timestamp, &MemberId)> {
        let from = (field.to_owned(), Timestamp::MIN, MemberId::new(""));
        let of = field.to_owned();
        self.dated.range(from..).take_while(move |(name, ..)| *name == of).map(|(_, since, id)| (*since, id))
    }

    /// One id is another name of a member: whoever had it as their own is the same, and what both did is done by one.
    /// Whether two members have become one.
    pub fn join(&mut self, from: &MemberId, into: &MemberId) -> bool {
        let into = self.own_id(into).clone();
        let Some(known) = self.get(&into).filter(|_| *from != into) else { return false };
        let mut member = Member::clone(known);
        let other = self.who.get(from).or_else(|| self.asking.get(from)).cloned();
        let both = member.asked.is_none() && other.as_ref().is_some_and(|other| other.asked.is_none());
        if let Some(other) = &other {
            member.take_over(other);
            let Doing { activity: done, habits } = self.does.get(from).cloned().unwrap_or_default();
            self.remove(from);
            if member.asked.is_none()
                && let Some(asking) = self.asking.remove(&into)
            {
                self.who.insert(into.clone(), asking);
            }
            self.act(&into, |activity| {
                activity.seen = activity.seen.max(done.seen);
                activity.messages = activity.messages.saturating_add(done.messages);
            });
            if let Some(habits) = habits {
                match &mut self.does.entry(into.clone()).or_default().habits {
                    Some(own) => Arc::make_mut(own).take_over(&habits),
                    none => *none = Some(habits),
                }
            }
        } else if let Some(before) = self.also.get(from).cloned() {
            let of = if self.who.contains_key(&before) { &mut self.who } else { &mut self.asking };
            if let Some(before) = of.get_mut(&before) {
                Arc::make_mut(before).ids.remove(from);
            }
        }
        member.ids.insert(from.clone());
        self.also.extend(member.ids.iter().map(|id| (id.clone(), into.clone())));
        for (field, since) in &member.since {
            self.dated.insert((field.clone(), *since, into.clone()));
        }
        let of = if member.asked.is_none() { &mut self.who } else { &mut self.asking };
        of.insert(into, Arc::new(member));
        both
    }

    /// Says what a member does; nothing for somebody who is not among them.
    pub fn act(&mut self, id: &MemberId, change: impl FnOnce(&mut Activity)) {
        let id = &self.own_id(id).clone();
        if let Some(known) = self.does.get_mut(id) {
            return change(&mut known.activity);
        }
        let Some((id, _)) = self.who.get_key_value(id) else { return };
        let mut doing = Doing::default();
        change(&mut doing.activity);
        if doing != Doing::default() {
            self.does.insert(id.clone(), doing);
        }
    }

    /// Takes over what is told of somebody; whether they are new. What is not said stays.
    pub fn list(&mut self, listed: &Listed) -> bool {
        let new = self.set(Arc::new(listed.member.clone()));
        if listed.seen.is_some() || listed.messages.is_some() {
            self.act(&listed.member.id, |activity| {
                activity.seen = listed.seen.or(activity.seen);
                activity.messages = listed.messages.unwrap_or(activity.messages);
            });
        }
        new
    }

    /// What is different from an earlier version. Costs what has changed: parts that both share are passed over.
    pub fn changes(&self, before: &Self) -> Changes {
        let asking = before.asking.diff(&self.asking).map(changed);
        let who: BTreeSet<&MemberId> = before.who.diff(&self.who).map(changed).chain(asking).collect();
        let who: Vec<MemberId> = who.into_iter().cloned().collect();
        let does = before.does.diff(&self.does).map(changed);
        let activity = does.filter(|id| who.binary_search(id).is_err()).cloned().collect();
        Changes { who, activity }
    }

    /// Forgets somebody; whether they were known.
    pub fn remove(&mut self, id: &MemberId) -> bool {
        let id = &self.own_id(id).clone();
        self.does.remove(id);
        let Some(gone) = self.who.remove(id).or_else(|| self.asking.remove(id)) else { return false };
        for other in &gone.ids {
            self.also.remove(other);
        }
        for (field, since) in &gone.since {
            self.dated.remove(&(field.clone(), *since, id.clone()));
        }
        true
    }
}

fn changed<'a, V>(item: imbl::ordmap::DiffItem<'a, 'a, MemberId, V>) -> &'a MemberId {
    use imbl::ordmap::DiffItem::{Add, Remove, Update};
    match item {
        Add(id, _) | Remove(id, _) | Update { new: (id, _), .. } => id,
    }
}

impl FromIterator<Listed> for Members {
    fn from_iter<I: IntoIterator<Item = Listed>>(all: I) -> Self {
        let mut members = Self::new();
        all.into_iter().for_each(|listed| {
            members.list(&listed);
        });
        members
    }
}

/// As a map from ids to what is known.
impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kept =
            |id| self.listed(id).map(|listed| StoredMember { listed, habits: self.habits(id).cloned() });
        serializer.collect_map(self.who.keys().chain(self.asking.keys()).map(|id| (id, kept(id))))
    }
}

/// A member in the stored form.
#[derive(Serialize, Deserialize)]
struct StoredMember {
    #[serde(flatten)]
    listed: Listed,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    habits: Option<Arc<Habits>>,
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all: BTreeMap<MemberId, StoredMember> = BTreeMap::deserialize(deserializer)?;
        let mut members = Self::new();
        for StoredMember { listed, habits } in all.into_values() {
            members.list(&listed);
            if let Some(habits) = habits {
                members.restore_habits(&listed.member.id, habits);
            }
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::civil_day::CivilDay, *};

    fn id(text: &str) -> MemberId {
        MemberId::new(text)
    }

    #[test]
    fn what_is_not_said_stays_and_a_stranger_does_nothing() {
        let mut members = Members::new();
        let seen = Some(Timestamp::from_millis(5));
        let listed = Listed { member: Member::new(id("a"), None), seen, messages: Some(3) };
        assert!(members.list(&listed));
        assert!(!members.list(&Member::new(id("a"), seen).into()));
        assert_eq!(members.activity(&id("a")), Activity { seen, messages: 3 });
        members.act(&id("b"), |activity| activity.messages += 1);
        assert_eq!(members.count(&id("b"), || Habits::new(0, CivilDay::default()), |_| ()), None);
        assert_eq!(members.activity(&id("b")), Activity::default());
        assert!(members.remove(&id("a")) && !members.remove(&id("a")));
        assert_eq!(members, Members::new());
    }

    #[test]
    fn the_stored_form_is_one_map_and_the_older_one_is_read() {
        let old = r#"{"a":{"id":"a","name":"甲","joined":7,"seen":9,"messages":2,"points":1}}"#;
        let members: Members = serde_json::from_str(old).unwrap();
        assert_eq!(members.activity(&id("a")).messages, 2);
        assert_eq!(members.get(&id("a")).unwrap().joined, Some(Timestamp::from_millis(7)));
        let mut members = members;
        let day = CivilDay::default();
        members.count(&id("a"), || Habits::new(1, day), |habits| habits.mark(day, 2));
        let again: Members = serde_json::from_str(&serde_json::to_string(&members).unwrap()).unwrap();
        assert_eq!(again, members);
    }

    #[test]
    fn two_ids_of_one_person_are_one_member() {
        let mut members = Members::new();
        let (day, at) = (CivilDay::default(), |n| Some(Timestamp::from_millis(n)));
        let mut li = Member::new(id("li"), at(9));
        (li.name, li.points) = ("李".to_owned(), 2);
        members.list(&Listed { member: li, seen: at(9), messages: Some(1) });
        let mut other = Member::new(id("telegram:42"), at(7));
        other.tags.insert("host".to_owned());
        members.list(&Listed { member: Member { points: 3, ..other }, seen: at(20), messages: Some(4) });
        members.count(&id("telegram:42"), || Habits::new(1, day), |habits| habits.mark(day, 4));
        assert!(members.join(&id("telegram:42"), &id("li")) && !members.join(&id("li"), &id("li")));
        assert!(!members.join(&id("wecom:L"), &id("telegram:42")));
        let li = members.get(&id("wecom:L")).unwrap();
        assert_eq!((li.id.as_str(), li.name.as_str(), li.points, li.joined), ("li", "李", 5, at(7)));
        assert!(li.tags.contains("host") && li.handle("telegram").as_deref() == Some("42"));
        assert_eq!(members.activity(&id("telegram:42")), Activity { seen: at(20), messages: 5 });
        assert_eq!(members.habits(&id("li")).unwrap().messages(day, 1), 4);
        // What is told of them anew leaves their ids as they are, and the stored form has them.
        members.set(Arc::new(Member::new(id("li"), None)));
        let again: Members = serde_json::from_str(&serde_json::to_string(&members).unwrap()).unwrap();
        assert_eq!(again, members);
        assert_eq!((members.len(), members.own_id(&id("wecom:L")).as_str()), (1, "li"));
        // An id may turn out to be somebody else's.
        members.list(&Member::new(id("zhang"), None).into());
        assert!(!members.join(&id("wecom:L"), &id("zhang")));
        assert_eq!(members.get(&id("wecom:L")).unwrap().id, id("zhang"));
        assert!(members.remove(&id("telegram:42")) && !members.contains(&id("li")));
        assert_eq!(members.own_id(&id("telegram:42")), &id("telegram:42"));
    }

    #[test]
    fn who_asks_to_come_in_is_known_and_no_member() {
        let asks =
            |name: &str, n| Member { asked: Some(Timestamp::from_millis(n)), ..Member::new(id(name), None) };
        let mut members = Members::new();
        let before = members.clone();
        assert!(!members.set(Arc::new(asks("a", 5))));
        assert_eq!((members.len(), members.iter().count(), members.contains(&id("a"))), (0, 0, true));
        assert!(!members.has_joined(&id("a")) && members.changes(&before).who == [id("a")]);
        let again: Members = serde_json::from_str(&serde_json::to_string(&members).unwrap()).unwrap();
        assert_eq!(again, members);
        assert!(members.set(Arc::new(Member::new(id("a"), None))), "a new member");
        assert!(!members.set(Arc::new(asks("a", 9))), "a member who asks is a member");
        assert!(members.has_joined(&id("a")) && members.changes(&before).who == [id("a")]);
        // One of two who are the same is in the group.
        members.set(Arc::new(asks("b", 6)));
        assert!(!members.join(&id("a"), &id("b")));
        assert_eq!((members.len(), members.get(&id("a")).unwrap().id.as_str()), (1, "b"));
        for n in 0..=limits::ASKING_MAX {
            members.set(Arc::new(asks(&format!("q{n}"), n as i64)));
        }
        assert!(!members.contains(&id("q0")) && members.contains(&id("q1")) && members.len() == 1);
    }

    #[test]
    fn a_message_leaves_who_everybody_is_untouched() {
        let mut members: Members =
            (0..1_000).map(|n| Member::new(id(&format!("m{n}")), None).into()).collect();
        let before = members.clone();
        members.act(&id("m500"), |activity| activity.messages += 1);
        assert!(members.who.ptr_eq(&before.who));
        assert_eq!(members.does.len(), 1);
        let day = CivilDay::default();
        members.count(&id("m7"), || Habits::new(0, day), |habits| habits.mark(day, 1));
        assert_eq!(
            members.changes(&before),
            Changes { who: Vec::new(), activity: vec![id("m500"), id("m7")] }
        );
        members.remove(&id("m7"));
        assert_eq!(members.habits(&id("m7")), None);
    }
}
