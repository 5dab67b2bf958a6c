//! Who was removed for breaking rules, or may not write, and what happens when they come back.
//!
//! Nobody is turned away by a program: a person says whether they may stay.

use super::{Decides, Moderating, said};
use crate::{
    base::{
        ids::MemberId,
        limits,
        time::{Duration, Timestamp},
        value::{Map, Value},
    },
    engine::{
        draft::{Decided, Draft},
        entry::{Fact, TaskKind},
        input::Signal,
        request::Request,
    },
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The key under which a join says that whoever joins was banned before they were forgotten.
const BANNED: &str = "banned";

/// Somebody was removed, or may not write, for breaking a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// For which rule.
    pub rule: Arc<str>,
    /// When it was decided.
    pub since: Timestamp,
    /// When it is remembered no more.
    pub until: Timestamp,
    /// Whether they may be there and not write, and are not removed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mute: bool,
}

impl Ban {
    /// A removal that is decided at an instant.
    pub(super) fn removal(rule: Arc<str>, since: Timestamp) -> Self {
        Self { rule, since, until: since.plus(Duration::DAY.times(limits::BAN_DAYS)), mute: false }
    }

    /// Tells with a join that it is theirs who joins; whatever a join says of that by itself is not believed.
    pub fn tell(ban: Option<&Self>, data: &mut Value) {
        if ban.is_none() && data.get(BANNED).is_none() {
            return;
        }
        let mut map: Map = data.as_map().cloned().unwrap_or_default();
        map.remove(BANNED);
        if let Some(ban) = ban {
            let told = Value::map([
                ("rule", Value::str(&ban.rule)),
                ("since", Value::Int(ban.since.as_millis())),
                ("until", Value::Int(ban.until.as_millis())),
                ("mute", Value::Bool(ban.mute)),
            ]);
            map.insert(Arc::from(BANNED), told);
        }
        *data = Value::Map(Arc::new(map));
    }

    fn told(data: &Value) -> Option<Self> {
        let told = data.get(BANNED)?;
        let at = |key| told.get(key).and_then(Value::as_int).map(Timestamp::from_millis);
        Some(Self {
            rule: Arc::from(told.get("rule").and_then(Value::as_str)?),
            since: at("since")?,
            until: at("until")?,
            mute: told.get("mute").and_then(Value::as_bool) == Some(true),
        })
    }
}

impl Draft<'_> {
    /// What a join tells of a ban, which is none of the member's fields.
    pub(in crate::engine) fn ban_told(signal: &mut Signal) -> Option<Ban> {
        let ban = Ban::told(&signal.data)?;
        Ban::tell(None, &mut signal.data);
        Some(ban)
    }

    /// Somebody joins who was banned: what was decided still holds, and whether they may stay is asked.
    pub(in crate::engine) fn comes_back(&mut self, id: &MemberId, told: Option<Ban>) -> Decided {
        let known = self.state.moderation.banned.get(id).cloned();
        let Some(ban) = told.clone().or(known).filter(|ban| ban.until > self.now) else { return Ok(()) };
        let Some(member) = self.state.members.get(id).cloned() else { return Ok(()) };
        let rule = self.playbook.moderation.rule(&ban.rule).cloned().unwrap_or_default();
        if ban.mute {
            let by_hand = !self.can_mute(id);
            self.mute(&rule, &member, ban.until, by_hand)?;
            if by_hand {
                let text = said::mute_by_hand(&self.playbook, &member, ban.until, self.now);
                let to = self.judge(&member, &[]);
                let task = self.open_alone(Request::new(TaskKind::Task, text, to), None, None)?;
                self.case(task, &rule, id, Decides::Hands, Vec::new())?;
            }
            return Ok(());
        }
        if told.is_some() {
            self.emit(Fact::Moderated(Moderating::Banned { member: id.clone(), ban: ban.clone() }))?;
        }
        if self.state.moderation.case_of(id, |about| *about == Decides::Back).is_some() {
            return Ok(());
        }
        let text = said::back(&self.playbook, &member, &ban, self.now);
        let to = self.judge(&member, &[]);
        let request = Request { members: vec![id.clone()], ..Request::new(TaskKind::Approval, text, to) };
        let task = self.open_alone(request, None, None)?;
        self.case(task, &rule, id, Decides::Back, Vec::new())
    }
}
