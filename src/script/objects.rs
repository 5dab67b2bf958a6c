//! What expressions and scripts hold in their hands: small handles, looked up in the frame when read.
//!
//! A handle never owns data of the group, so a script that tags a member sees the tag at once.

use super::{facts::RoleFacts, frame};
use crate::base::{
    ids::{MemberId, RoleName},
    member::{Activity, Member},
    person::Person,
    value::Map,
};
use std::sync::Arc;

/// `group`
#[derive(Debug, Clone, Copy)]
pub(super) struct GroupRef;

/// `phase`
#[derive(Debug, Clone, Copy)]
pub(super) struct PhaseRef;

/// `run`
#[derive(Debug, Clone, Copy)]
pub(super) struct RunRef;

/// `roles`
#[derive(Debug, Clone, Copy)]
pub(super) struct RolesRef;

/// `metrics`
#[derive(Debug, Clone, Copy)]
pub(super) struct MetricsRef;

/// `operators`
#[derive(Debug, Clone, Copy)]
pub(super) struct OperatorsRef;

/// `state`
#[derive(Debug, Clone, Copy)]
pub(super) struct StateRef;

/// A member by id, who may have left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MemberRef(pub(super) MemberId);

/// Some members in some order, or all of them by id.
#[derive(Debug, Clone)]
pub(super) enum MemberList {
    /// `members`
    All,
    /// What a query gave.
    Some(Arc<Vec<MemberId>>),
    /// All but these, in order of id.
    Without(Arc<Vec<MemberId>>),
}

/// One of the playbook's people.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PersonRef(pub(super) Arc<Person>);

/// The people of a role, now or in the next term.
#[derive(Debug, Clone)]
pub(super) struct RoleRef {
    pub(super) name: RoleName,
    pub(super) facts: Arc<RoleFacts>,
    pub(super) next: bool,
}

/// A map from outside whose missing keys read as nothing: `args`, `signal.data`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct OpenMap(pub(super) Arc<Map>);

impl MemberRef {
    /// The member; one of whom the signal says that they left as they were, and any other who is not in the group by id
    /// only.
    pub(super) fn get(&self) -> Arc<Member> {
        frame::with(|f| {
            let known = f.member(&self.0).or_else(|| f.facts.left.get(&self.0).cloned());
            known.unwrap_or_else(|| Arc::new(Member::new(self.0.clone(), Some(f.facts.now))))
        })
    }
}

impl MemberList {
    /// The ids of the list's members.
    pub(super) fn ids(&self) -> Arc<Vec<MemberId>> {
        match self {
            Self::All => {
                frame::spent(self.len() / 4);
                Arc::new(frame::with(|f| f.members().ids().cloned().collect()))
            }
            Self::Some(ids) => ids.clone(),
            Self::Without(out) => frame::with(|f| {
                let members = f.members();
                frame::spent(members.len() / 4 + out.len());
                Arc::new(members.ids().filter(|id| out.binary_search(id).is_err()).cloned().collect())
            }),
        }
    }

    /// How many members are in the list.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::All => frame::with(|f| f.members().len()),
            Self::Some(ids) => ids.len(),
            Self::Without(_) => self.ids().len(),
        }
    }

    /// The members of the list, in order of id.
    pub(super) fn all(&self) -> Vec<Arc<Member>> {
        frame::spent(self.len() / 2);
        match self {
            Self::All => frame::with(|f| f.members().iter().cloned().collect()),
            Self::Some(_) | Self::Without(_) => {
                self.ids().iter().map(|id| MemberRef(id.clone()).get()).collect()
            }
        }
    }

    /// Whether somebody is among them.
    pub(super) fn has(&self, id: &MemberId) -> bool {
        match self {
            Self::All => frame::with(|f| f.member(id).is_some()),
            Self::Some(ids) => {
                frame::spent(ids.len() / 8);
                ids.contains(id)
            }
            Self::Without(out) => out.binary_search(id).is_err() && frame::with(|f| f.member(id).is_some()),
        }
    }

    /// The first `n` in the order of a key, ties by id. Only these are put in order.
    pub(super) fn first_by<K: Ord>(&self, n: usize, key: impl Fn(&Member, Activity) -> K) -> Self {
        let mut all: Vec<(K, MemberId)> =
            frame::with(|f| self.all().iter().map(|m| (key(m, f.activity(&m.id)), m.id.clone())).collect());
        frame::spent(all.len() / 2);
        if n < all.len() {
            all.select_nth_unstable(n);
            all.truncate(n);
        }
        frame::spent(all.len());
        all.sort();
        Self::of(all.into_iter().map(|(_, id)| id))
    }

    /// A list of these.
    pub(super) fn of(ids: impl IntoIterator<Item = MemberId>) -> Self {
        Self::Some(Arc::new(ids.into_iter().collect()))
    }
}

impl IntoIterator for MemberList {
    type Item = MemberRef;
    type IntoIter = std::vec::IntoIter<MemberRef>;

    fn into_iter(self) -> Self::IntoIter {
        self.ids().iter().cloned().map(MemberRef).collect::<Vec<_>>().into_iter()
    }
}

impl RoleRef {
    /// The people it stands for.
    pub(super) fn people(&self) -> &[Person] {
        if self.next { &self.facts.next } else { &self.facts.now }
    }

    /// Their names, as in a sentence.
    pub(super) fn names(&self) -> String {
        let names: Vec<String> = self.people().iter().map(|p| p.name.clone()).collect();
        frame::with(|f| f.locale().join(&names))
    }
}
