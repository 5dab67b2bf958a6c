//! What expressions and scripts see of a group: gathered from its state and the version in force.
//!
//! Only what an expression names is gathered. Reads, and decides nothing.

use super::{
    apply::member::describe_member,
    numbers::Gauges,
    state::{Run, State},
};
use crate::{
    base::{
        ids::{MemberId, RoleName, StepId},
        member::{Member, Members},
        seed::Seed,
        time::Timestamp,
        value::{Map, Value},
    },
    model::{group::Group, play::Play, playbook::Playbook, step::LOOP_NUMBER, text::Template},
    script::{
        facts::{Facts, GroupFacts, Measures, PhaseFacts, RoleFacts, RunFacts},
        names::{Name, Names},
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// The report that a member has joined.
pub(super) const JOINED: &str = "member.joined";

/// The report that a member has left.
pub(super) const LEFT: &str = "member.left";

/// What an expression is about, beside the group: the run, the member, a signal that is being tested.
#[derive(Default, Clone)]
pub(super) struct ExprAbout<'r> {
    pub(super) run: Option<&'r Run>,
    pub(super) member: Option<MemberId>,
    pub(super) signal: Option<Value>,
    pub(super) step: Option<&'r StepId>,
}

/// What expressions and scripts see of a state.
pub(super) fn build_facts(
    state: &State,
    playbook: &Playbook,
    group: &Group,
    play: Option<&Play>,
    now: Timestamp,
    names: Names,
    about: &ExprAbout<'_>,
) -> Arc<Facts> {
    let run = about.run;
    let signals = run.map(|run| &run.cause.signals);
    let told = |signal: &Value| with_a_name(signal, &state.members);
    let signal = about
        .signal
        .as_ref()
        .or_else(|| signals.and_then(|signals| signals.first()))
        .map(told)
        .unwrap_or_default();
    let member = about
        .member
        .clone()
        .or_else(|| run.and_then(|run| run.cause.member.clone()))
        .or_else(|| signal.get("member").and_then(Value::as_str).map(MemberId::new));
    let seed = match (run, about.step) {
        (Some(run), Some(step)) => Seed::from_parts(&[
            state.group.as_str(),
            run.id.as_str(),
            step.as_str(),
            &run.ordinal.to_string(),
        ])
        .next_u64(),
        _ => 0,
    };
    Arc::new(Facts {
        now,
        zone: play.map_or(&playbook.zone, |play| play.zone_or(&playbook.zone)).clone(),
        locale: playbook.locale,
        group: GroupFacts { id: group.id.clone(), title: group.title.clone(), created: state.created },
        members: state.members.clone(),
        left: gone(signals.into_iter().flatten().chain(about.signal.as_ref()), &state.members),
        member,
        tier: playbook.tiers.first().map(|tier| tier.name.clone()),
        phase: PhaseFacts { name: state.phase.clone(), entered: state.phase_entered },
        operated: operated_since(state),
        run: run.map(|run| RunFacts {
            id: Arc::from(run.id.as_str()),
            play: Arc::from(run.play.as_str()),
            anchor: run.anchor,
            number: run.number,
        }),
        date: run.map(|run| run.cause.values.clone()).unwrap_or_default(),
        signal,
        signals: signals.map(|signals| Value::list(signals.iter().map(told).collect())).unwrap_or_default(),
        vars: vars(state, group),
        args: args(run, play),
        rules: playbook.rules.clone(),
        charter: playbook.charter.clone(),
        roles: if names.has(Name::Roles) { roles(state, playbook, group, now) } else { Arc::default() },
        bindings: run.map(bindings).unwrap_or_default(),
        state: state.script_state.clone(),
        data: playbook.data.clone(),
        seed,
        metrics: measures(state, playbook, group, now, names),
    })
}

/// A report about a member as plays see it: where it came without a name, it has the one by which the member is known,
/// else their id. So a welcome never greets nobody.
fn with_a_name(signal: &Value, members: &Members) -> Value {
    let text = |key: &str| signal.get(key).and_then(Value::as_str);
    let (Some(whole), Some(member)) = (signal.as_map(), text("member")) else { return signal.clone() };
    let data = signal.get("data").unwrap_or(&Value::Null);
    let named = data.get("name").and_then(Value::as_str).is_some_and(|name| !name.is_empty());
    if named || text("name") != Some(JOINED) || !matches!(data, Value::Null | Value::Map(_)) {
        return signal.clone();
    }
    let mut told = data.as_map().cloned().unwrap_or_default();
    told.insert(Arc::from("name"), Value::str(members.name_of(&MemberId::new(member))));
    let mut whole = Map::clone(whole);
    whole.insert(Arc::from("data"), Value::Map(Arc::new(told)));
    Value::Map(Arc::new(whole))
}

/// The numbers of the group, where an expression may read one.
fn measures(
    state: &State,
    playbook: &Playbook,
    group: &Group,
    now: Timestamp,
    names: Names,
) -> Option<Arc<dyn Measures>> {
    let read = [Name::Metrics, Name::Member, Name::Members].into_iter().any(|name| names.has(name));
    read.then(|| Gauges::of(state, Some((playbook, group)), now) as Arc<_>)
}

/// What the steps of a run have set, and in a loop which round it is.
fn bindings(run: &Run) -> Arc<Map> {
    let Some(round) = run.loops.last().filter(|_| !run.bindings.contains_key(LOOP_NUMBER)) else {
        return run.bindings.clone();
    };
    let mut all = Map::clone(&run.bindings);
    all.insert(Arc::from(LOOP_NUMBER), Value::Int(i64::from(round.index).saturating_add(1)));
    Arc::new(all)
}

/// The constants, with what `set` wrote over them.
pub(super) fn vars(state: &State, group: &Group) -> Arc<Map> {
    if state.vars.is_empty() {
        return group.vars.clone();
    }
    let mut vars = Map::clone(&group.vars);
    vars.extend(state.vars.iter().map(|(k, v)| (k.clone(), v.clone())));
    Arc::new(vars)
}

/// What the start gave over what the play says.
fn args(run: Option<&Run>, play: Option<&Play>) -> Value {
    let given = run.map(|run| run.cause.args.clone()).unwrap_or_default();
    let Some(Template::Const(Value::Map(defaults))) = play.map(|play| &play.args) else {
        return given;
    };
    let mut args = Map::clone(defaults);
    if let Some(given) = given.as_map() {
        args.extend(given.iter().map(|(k, v)| (k.clone(), v.clone())));
    }
    Value::Map(Arc::new(args))
}

fn roles(
    state: &State,
    playbook: &Playbook,
    group: &Group,
    now: Timestamp,
) -> Arc<BTreeMap<RoleName, RoleFacts>> {
    let names = playbook.roles.keys().chain(group.roles.keys());
    let facts = names.filter_map(|name| {
        let role = playbook.role(group, name)?;
        let (now, next) = state.by_hand.holders(role, state.created, now, &playbook.zone);
        Some((name.clone(), RoleFacts { now, next }))
    });
    Arc::new(facts.collect())
}

/// Since when nobody has looked after the group: since it began where nobody ever has.
pub(super) fn operated_since(state: &State) -> Timestamp {
    state.numbers.operators.values().max().copied().unwrap_or(state.created)
}

/// Those of whom signals say that they have left and who are not back, as they were.
pub(super) fn gone<'s>(
    signals: impl Iterator<Item = &'s Value>,
    members: &Members,
) -> BTreeMap<MemberId, Arc<Member>> {
    let left = signals.filter(|signal| signal.get("name").and_then(Value::as_str) == Some(LEFT));
    let gone = left.filter_map(|signal| {
        let id = MemberId::new(signal.get("member")?.as_str()?);
        if members.contains(&id) {
            return None;
        }
        let mut member = Member::new(id.clone(), None);
        describe_member(&mut member, signal.get("data")?);
        Some((id, Arc::new(member)))
    });
    gone.collect()
}
