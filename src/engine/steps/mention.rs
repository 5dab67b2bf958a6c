//! Who is notified: roles, people and members, and the ids by which platforms know them. A name is never an id.

use crate::{
    base::{
        ids::{ChannelName, MemberId, PersonId},
        person::Person,
        phrase::{Phrase, Words, pair},
        words::shorten,
    },
    engine::{carrying::Trouble, draft::Draft},
    model::{
        channel::{ChannelKind, GROUP},
        message::Mention,
        step::MentionTarget,
        text::TextPart,
    },
    script::{facts::Facts, people::Named},
};
use std::{collections::BTreeMap, sync::Arc};

/// What may stand behind `mention`, for whoever wrote something else.
const EXPECTED: Words = pair(
    "write `all`, a role, a person, or an expression that gives members, such as `signal.member`, \
                        `members.top(3)` or `signup.who(\"Tank\")`",
    "可以写 `all`、角色、人，或者得到成员的表达式，例如 `signal.member`、`members.top(3)`、`signup.who(\"Tank\")`",
);

impl Draft<'_> {
    pub(in crate::engine) fn mention(
        &self,
        target: &MentionTarget,
        facts: &Arc<Facts>,
        into: &mut Vec<Mention>,
    ) -> Result<(), Trouble> {
        match target {
            MentionTarget::All => into.push(Mention::All),
            MentionTarget::Role(role) => into.extend(self.role_people(role.as_str())),
            MentionTarget::Person(person) => into.push(Mention::Person(Person::clone(person))),
            MentionTarget::Text(text) => {
                let named = match text.parts.as_slice() {
                    [TextPart::Expr(expr)] => expr.eval_people(facts).map_err(|error| {
                        let nobody = pair(", which is nobody to mention; ", "，没有人可以提到；");
                        Trouble::Step(error.0.and(&nobody.into()).and(&EXPECTED.into()))
                    })?,
                    _ => vec![Named::Word(text.render(facts)?.trim().to_owned())],
                };
                into.extend(self.mention_named(named, facts)?);
            }
        }
        Ok(())
    }

    /// The mentions of those whom an expression gave. Words that name nobody here (any more) are left out; where they
    /// are all that there is, nobody can be mentioned.
    fn mention_named(&self, named: Vec<Named>, facts: &Facts) -> Result<Vec<Mention>, Trouble> {
        let (mut found, mut nobody) = (Vec::new(), Vec::new());
        for one in named {
            match one {
                Named::Member(id) => {
                    let mut person = self.member_person(&id);
                    if let Some(left) = facts.left.get(&id) {
                        person.name.clone_from(&left.name);
                    }
                    found.push(Mention::Person(person));
                }
                Named::Person(id) => found.push(Mention::Person(self.person(&id))),
                Named::Word(word) => match self.known_word(&word) {
                    Some(people) => found.extend(people),
                    None => nobody.push(shorten(&word, 40)),
                },
            }
        }
        if found.is_empty() && !nobody.is_empty() {
            nobody.truncate(3);
            let names = pair(" names nobody to mention; ", " 不是可以提到的人；");
            let names = Phrase::ticks(&nobody, "or").and(&names.into());
            return Err(Trouble::Step(names.and(&EXPECTED.into())));
        }
        Ok(found)
    }

    fn person(&self, id: &PersonId) -> Person {
        let known = self.playbook.people.get(id).map(|person| Person::clone(person));
        known.unwrap_or_else(|| Person { id: id.clone(), name: id.to_string(), handles: BTreeMap::new() })
    }

    fn role_people(&self, role: &str) -> Vec<Mention> {
        let Some(role) = self.playbook.role(&self.group, &role.into()) else { return Vec::new() };
        let (people, _) = self.holders(role);
        people.into_iter().map(Mention::Person).collect()
    }

    /// Whom a word mentions: everybody, a role, one of `people`, a member by id or by a name that only one has.
    fn known_word(&self, word: &str) -> Option<Vec<Mention>> {
        if word == "all" {
            return Some(vec![Mention::All]);
        }
        if self.playbook.role(&self.group, &word.into()).is_some() {
            return Some(self.role_people(word));
        }
        if let Some(person) = self.playbook.people.get(word) {
            return Some(vec![Mention::Person(Person::clone(person))]);
        }
        let id = MemberId::new(word);
        if self.state.members.contains(&id) || platform_id(word).is_some() {
            return Some(vec![Mention::Person(self.member_person(&id))]);
        }
        if let Some(person) = self.playbook.people.values().find(|person| person.name == word) {
            return Some(vec![Mention::Person(Person::clone(person))]);
        }
        let mut called = self.state.members.iter().filter(|member| member.name == word);
        let only = called.next().filter(|_| called.next().is_none())?;
        Some(vec![Mention::Person(self.member_person(&only.id))])
    }

    /// Whom a script's word mentions; one that names nobody is written out.
    pub(in crate::engine) fn mention_word(&self, word: &str) -> Vec<Mention> {
        self.known_word(word)
            .unwrap_or_else(|| vec![Mention::Person(self.member_person(&MemberId::new(word)))])
    }

    /// A member as somebody to mention. The platform ids are the fields that bear a platform's name; an id that says
    /// its platform (`discord:42`); and one that can only be an id of the group's platform. Whoever is called by a
    /// name there is named and not notified.
    pub(in crate::engine) fn member_person(&self, id: &MemberId) -> Person {
        let member = self.state.members.get(id);
        let mut handles = BTreeMap::new();
        for kind in ChannelKind::ALL {
            if let Some(handle) = member.and_then(|member| member.handle(kind.as_str())) {
                handles.insert(kind.as_str().to_owned(), handle);
            }
        }
        if let Some((kind, own)) = platform_id(id.as_str()) {
            handles.entry(kind.as_str().to_owned()).or_insert_with(|| own.to_owned());
        } else if let Some(channel) = self.playbook.channel(&self.group, &ChannelName::new(GROUP))
            && channel.kind.owns(id.as_str())
        {
            handles.entry(channel.kind.as_str().to_owned()).or_insert_with(|| id.to_string());
        }
        Person {
            id: id.as_str().into(),
            name: member.map_or_else(|| id.to_string(), |m| m.name.clone()),
            handles,
        }
    }
}

/// The platform and the id there, of a member's id that says both: `discord:42`.
fn platform_id(id: &str) -> Option<(ChannelKind, &str)> {
    let (kind, own) = id.split_once(':')?;
    Some((ChannelKind::parse(kind).filter(|_| !own.is_empty())?, own))
}
