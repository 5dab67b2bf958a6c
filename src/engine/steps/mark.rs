//! `tag`, `untag`, `award`, `admit`: what is noted of members, who comes in, and who is told of it.

use super::{held, script::change_member};
use crate::{
    base::{
        civil_day::CivilDay,
        ids::{InputId, MemberId},
        member::{Listed, Member, TIER_TAG},
        phrase::{Phrase, phrase},
        value::Value,
    },
    engine::{
        carrying::{At, Carried, Trouble},
        draft::{Decided, Draft},
        input::Signal,
    },
    model::{
        step::{Mark, Marking},
        text::TextPart,
    },
    script::{action::Action, facts::Facts, names::Names, people::Named},
};
use std::sync::Arc;

impl Draft<'_> {
    pub(in crate::engine) fn mark(&mut self, at: &At<'_>, mark: &Mark) -> Carried {
        let facts = self.step_facts(at, Names::ALL);
        let said = mark.text.render(&facts)?;
        let whom = self.marked(mark, &facts)?;
        if mark.what == Marking::Admit {
            let yes = comes_in(said.trim()).map_err(Trouble::Step)?;
            whom.iter().try_for_each(|member| self.admit(at, member, yes))?;
            return self.done(at, at.pc + 1, None);
        }
        let make = |member: MemberId| action(mark.what, member, said.trim());
        let actions = whom.into_iter().map(make).collect::<Result<Vec<_>, _>>().map_err(Trouble::Step)?;
        held::actions_fit(self.state, &actions).map_err(Trouble::Step)?;
        for action in &actions {
            let (Action::Tag { member, .. } | Action::Untag { member, .. } | Action::Points { member, .. }) =
                action
            else {
                continue;
            };
            let Some(known) = self.state.members.get(member).map(|m| Member::clone(m)) else { continue };
            let changed = change_member(known, action, self.today());
            self.member_is(Arc::new(changed.into()))?;
        }
        self.done(at, at.pc + 1, None)
    }

    /// Whom a step marks: those of `of`, else the member whom the run is about.
    fn marked(&self, mark: &Mark, facts: &Arc<Facts>) -> Result<Vec<MemberId>, Trouble> {
        let verb = mark.what.as_str();
        let Some(of) = &mark.of else {
            let member = facts.member.clone();
            return member.map(|member| vec![member]).ok_or_else(|| {
                Trouble::Step(phrase!(
                    "`{verb}` is about a member, and this run is about none; say whom with `of`",
                    "`{verb}` 是对成员说的，而这场活动不属于哪位成员；用 `of` 说是谁"
                ))
            });
        };
        let named = match of.parts.as_slice() {
            [TextPart::Expr(expr)] => expr.eval_people(facts)?,
            _ => vec![Named::Word(of.render(facts)?.trim().to_owned())],
        };
        let mut whom = Vec::new();
        for one in named {
            match one {
                Named::Member(member) => whom.push(member),
                Named::Word(word) if self.state.members.contains(&MemberId::new(&word)) => {
                    whom.push(MemberId::new(&word));
                }
                Named::Word(word) => {
                    return Err(Trouble::Step(phrase!(
                        "`{word}` is no member of this group; `of` names members by id",
                        "`{word}` 不是本群成员；`of` 里写成员的 id"
                    )));
                }
                Named::Person(person) => {
                    return Err(Trouble::Step(phrase!(
                        "{person} is one of `people`; `of` names members",
                        "{person} 是 `people` 里的人；`of` 里写成员"
                    )));
                }
            }
        }
        Ok(whom)
    }

    /// The local day.
    pub(in crate::engine) fn today(&self) -> CivilDay {
        CivilDay::of(self.now, &self.playbook.zone)
    }

    /// Somebody is this from now on. What hears of tags is told, and where they stand is looked at again.
    pub(in crate::engine) fn member_is(&mut self, listed: Arc<Listed>) -> Decided {
        let id = listed.member.id.clone();
        let before = self.state.members.get(&id).cloned();
        if before.as_ref().is_some_and(|before| **before == listed.member) && listed.seen.is_none() {
            return Ok(());
        }
        let had = |tag: &String| before.as_ref().is_some_and(|before| before.tags.contains(tag));
        let new: Vec<String> = listed
            .member
            .tags
            .iter()
            .filter(|tag| !had(tag) && !tag.starts_with(TIER_TAG))
            .cloned()
            .collect();
        self.list_member(listed)?;
        if self.playbook.hears().contains("tag.added") {
            for tag in new {
                self.tell_of(&id, "tag.added", Value::map([("tag", Value::from(tag))]))?;
            }
        }
        self.look_at_standing(&id)
    }

    /// A signal about a member that the engine itself sends.
    pub(in crate::engine) fn tell_of(&mut self, member: &MemberId, name: &str, data: Value) -> Decided {
        self.record_signal(Signal {
            name: Arc::from(name),
            id: InputId::from(format!("{name}/{member}/{}", self.state.epoch)),
            at: self.now,
            sent: None,
            member: Some(member.clone()),
            data,
        })
    }
}

/// Whether somebody comes in, as a step says it.
fn comes_in(said: &str) -> Result<bool, Phrase> {
    match said {
        "yes" | "true" | "是" => Ok(true),
        "no" | "false" | "否" => Ok(false),
        _ => Err(phrase!(
            "`admit` takes yes or no, and this is `{said}`",
            "`admit` 只有 yes 或 no，这里是 `{said}`"
        )),
    }
}

/// A member with a tag more, or without it.
pub(in crate::engine) fn tagged(
    member: &Member,
    tag: &str,
    off: bool,
    today: CivilDay,
) -> Result<Member, Phrase> {
    let what = if off { Marking::Untag } else { Marking::Tag };
    let action = action(what, member.id.clone(), tag)?;
    Ok(change_member(Member::clone(member), &action, today))
}

fn action(what: Marking, member: MemberId, said: &str) -> Result<Action, Phrase> {
    let mut words = said.split_whitespace();
    let (first, second, more) = (words.next(), words.next(), words.next());
    match (what, first, second, more) {
        (Marking::Tag | Marking::Untag, Some(tag), None, None) if tag.starts_with(TIER_TAG) => Err(phrase!(
            "`{tag}` is where a member stands; `members.tiers` alone says so",
            "`{tag}` 说的是成员的层级，只由 `members.tiers` 决定"
        )),
        (Marking::Tag, Some(tag), None, None) => Ok(Action::Tag { member, tag: tag.to_owned() }),
        (Marking::Untag, Some(tag), None, None) => Ok(Action::Untag { member, tag: tag.to_owned() }),
        (Marking::Award, Some(number), kind, None) => {
            let add = number.parse().map_err(|_| {
                phrase!("`{said}` does not begin with a number of points", "`{said}` 开头不是积分数")
            })?;
            Ok(Action::Points { member, add, kind: kind.map(str::to_owned) })
        }
        (Marking::Award, ..) => Err(phrase!(
            "`{said}` is no number of points, with one word behind it for their kind",
            "`{said}` 不是积分数（后面可以跟一个词说是哪种积分）"
        )),
        (Marking::Tag | Marking::Untag | Marking::Admit, ..) => {
            Err(phrase!("`{said}` is no tag; a tag is one word", "`{said}` 不是标签；标签是一个词"))
        }
    }
}
