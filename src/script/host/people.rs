//! Members and how to choose among them; roles and the people who have them.

use super::{Given, counting, equal, equals_text, fail, function, property, written};
use crate::{
    base::{
        civil_day::CivilDay,
        ids::{MemberId, RoleName},
        member::{Activity, Member},
        phrase::{pair, phrase},
        time::{Duration, Timestamp},
    },
    script::{
        convert,
        cost::Collected,
        facts::Facts,
        frame,
        objects::{MemberList, MemberRef, PersonRef, RoleRef, RolesRef},
        render, weight,
    },
};
use rhai::{Array, Dynamic, FnPtr, FuncRegistration, Map, Module, NativeCallContext};
use std::{any::TypeId, cmp::Reverse, sync::Arc};

pub(super) fn register(module: &mut Module) {
    register_member(module);
    register_list(module);
    register_queries(module);
    register_answers(module);
    register_roles(module);
}

/// What the result of a question tells of people.
fn register_answers(module: &mut Module) {
    function(module, "who", |result: &mut Map| who(result, None));
    function(module, "who", |result: &mut Map, option: &str| who(result, Some(option)));
}

/// Who of the group has answered, or has answered this, in the order of their answers; of a sign-up with places nobody
/// who waits for one.
fn who(result: &Map, option: Option<&str>) -> Given<MemberList> {
    let Some(answers) = result.get("answers").and_then(|answers| answers.as_array_ref().ok()) else {
        return Err(fail(pair(
            "`who` is for the result of an `ask`: the name behind its `as`",
            "`who` 用在 `ask` 的结果上，也就是 `as` 后面的名字",
        )));
    };
    frame::spent(answers.len());
    let waiting = result.get("waiting").and_then(|list| Some(list.read_lock::<MemberList>()?.ids()));
    let waits = |member: &MemberId| waiting.as_ref().is_some_and(|waiting| waiting.contains(member));
    let mut found = Vec::new();
    for answer in answers.iter() {
        let answer = answer.as_map_ref().ok();
        let member = answer.as_ref().and_then(|answer| answer.get("member")?.clone().into_string().ok());
        let (Some(answer), Some(member)) = (&answer, member) else {
            return Err(fail(pair(
                "this question is anonymous: nobody knows who answered what",
                "这个提问是匿名的：没有人知道谁答了什么",
            )));
        };
        let says = option.is_none_or(|option| answer.get("answer").is_some_and(|given| says(given, option)));
        let member = MemberId::new(&member);
        if says && frame::is_member(&member) && !waits(&member) {
            found.push(member);
        }
    }
    Ok(MemberList::of(found))
}

/// Whether an answer is an option, has it among several, or has it in a field.
fn says(given: &Dynamic, option: &str) -> bool {
    if let Ok(items) = given.as_array_ref() {
        return items.iter().any(|item| says(item, option));
    }
    if let Ok(fields) = given.as_map_ref() {
        return fields.values().any(|item| says(item, option));
    }
    render::text(given) == option
}

fn register_member(module: &mut Module) {
    written::<MemberRef>(module);
    equal::<MemberRef>(module, |a, b| a == b);
    equals_text::<MemberRef>(module, |member, text| member.0.as_str() == text);
    property(module, "id", |m: &mut MemberRef| m.0.to_string());
    property(module, "name", |m: &mut MemberRef| m.get().name.clone());
    property(module, "role", |m: &mut MemberRef| m.get().role.clone());
    property(module, "source", |m: &mut MemberRef| m.get().source.clone());
    getter(module, "joined", |m| m.get().joined);
    getter(module, "seen", |m| activity(&m.0).seen);
    getter(module, "idle", |m| idle(&m.0));
    property(module, "messages", |m: &mut MemberRef| activity(&m.0).messages as i64);
    property(module, "points", |m: &mut MemberRef| m.get().points);
    function(module, "points_of", |m: &mut MemberRef, kind: &str| {
        m.get().accounts.get(kind).map_or(0, |account| account.points)
    });
    function(module, "streak", |m: &mut MemberRef, kind: &str| {
        let today = frame::with(|f| CivilDay::of(f.facts.now, &f.facts.zone));
        m.get().accounts.get(kind).map_or(0, |account| i64::from(account.streak_on(today)))
    });
    FuncRegistration::new_getter("tier").set_into_module(module, |m: &mut MemberRef| tier(&m.get()));
    FuncRegistration::new_getter("strikes").set_into_module(module, |m: &mut MemberRef| strikes(m));
    FuncRegistration::new_getter("age").set_into_module(module, age);
    property(module, "known", |m: &mut MemberRef| frame::with(|f| f.member(&m.0).is_some()));
    FuncRegistration::new_getter("tags").set_into_module(module, |m: &mut MemberRef| tags(&m.get()));
    FuncRegistration::new_getter("fields").set_into_module(module, |m: &mut MemberRef| {
        let member = m.get();
        frame::spent(member.fields.values().map(|value| weight::plain_cost(value) as usize).sum());
        let fields = member.fields.iter().map(|(k, v)| (k.as_str().into(), convert::to_dynamic(v))).collect();
        Dynamic::from_map(fields)
    });
    function(module, "has", |m: &mut MemberRef, tag: &str| m.get().tags.contains(tag));
    FuncRegistration::new_index_getter().set_into_module(module, |m: &mut MemberRef, field: &str| {
        m.get().fields.get(field).map_or(Dynamic::UNIT, convert::counted)
    });
}

/// A property that may be unknown.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method is not general over the frame's lifetime"
)]
fn getter<T: Clone + Send + Sync + 'static>(
    module: &mut Module,
    name: &'static str,
    read: fn(&MemberRef) -> Option<T>,
) {
    FuncRegistration::new_getter(name).set_into_module(module, move |m: &mut MemberRef| -> Given<Dynamic> {
        match read(m) {
            Some(value) => Ok(Dynamic::from(value)),
            None if frame::with(|f| f.reads_unknown()) => Err(fail(phrase!(
                "`{name}` of {} is not known: nobody has said",
                "{} 的 `{name}` 不知道：没有人说过",
                m.0
            ))),
            None => Ok(Dynamic::UNIT),
        }
    });
}

/// The tier by its tag; a field of that name where the playbook has no tiers.
fn tier(member: &Member) -> Dynamic {
    let tagged = member.tier().map(str::to_owned);
    let tier = tagged.or_else(|| frame::with(|f| f.facts.tier.as_ref().map(ToString::to_string)));
    match tier {
        Some(tier) => Dynamic::from(tier),
        None => member.fields.get("tier").map_or(Dynamic::UNIT, convert::counted),
    }
}

/// How many breaches of rules count; a field of that name wins.
fn strikes(m: &MemberRef) -> Dynamic {
    if let Some(field) = m.get().fields.get("strikes") {
        return convert::counted(field);
    }
    let strikes = frame::with(|f| f.facts.metrics.as_ref().map_or(0, |metrics| metrics.strikes(&m.0)));
    Dynamic::from(i64::from(strikes))
}

/// How long ago a member joined; a field of that name wins.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method is not general over the frame's lifetime"
)]
fn age(m: &mut MemberRef) -> Given<Dynamic> {
    let member = m.get();
    if let Some(field) = member.fields.get("age") {
        return Ok(convert::counted(field));
    }
    match member.joined {
        Some(joined) => Ok(Dynamic::from(frame::with(|f| f.facts.now.since(joined)))),
        None if frame::with(|f| f.reads_unknown()) => Err(fail(phrase!(
            "`age` of {} is not known: nobody has said when they joined",
            "{} 的 `age` 不知道：没有人说过什么时候进群",
            m.0
        ))),
        None => Ok(Dynamic::UNIT),
    }
}

fn activity(member: &MemberId) -> Activity {
    frame::with(|f| f.activity(member))
}

/// How long somebody was not seen; none when nobody knows.
fn idle(member: &MemberId) -> Option<Duration> {
    frame::with(|f| f.activity(member).seen.map(|seen| f.facts.now.since(seen)))
}

fn tags(member: &Member) -> Array {
    frame::spent(member.tags.len());
    member.tags.iter().map(|tag| Dynamic::from(tag.clone())).collect()
}

fn register_list(module: &mut Module) {
    written::<MemberList>(module);
    module.set_iter(TypeId::of::<MemberList>(), |list| {
        Box::new(list.cast::<MemberList>().into_iter().map(Dynamic::from))
    });
    for name in ["count", "len"] {
        property(module, name, |list: &mut MemberList| list.len() as i64);
    }
    property(module, "is_empty", |list: &mut MemberList| list.len() == 0);
    property(module, "first", |list: &mut MemberList| item(list, 0).unwrap_or(Dynamic::UNIT));
    property(module, "last", |list: &mut MemberList| item(list, -1).unwrap_or(Dynamic::UNIT));
    property(module, "names", |list: &mut MemberList| {
        frame::spent(list.len());
        list.all().iter().map(|m| Dynamic::from(m.name.clone())).collect::<Array>()
    });
    property(module, "ids", |list: &mut MemberList| {
        frame::spent(list.len());
        list.ids().iter().map(|id| Dynamic::from(id.to_string())).collect::<Array>()
    });
    FuncRegistration::new_index_getter().set_into_module(module, |list: &mut MemberList, n: i64| {
        let length = list.len();
        item(list, n).ok_or_else(|| {
            fail(phrase!(
                "there is no member {n} in a list of {length}",
                "名单只有 {length} 位，没有第 {n} 位"
            ))
        })
    });
    function(module, "contains", |list: &mut MemberList, member: MemberRef| list.has(&member.0));
    function(module, "contains", |list: &mut MemberList, id: &str| list.has(&MemberId::new(id)));
    function(module, "find", |list: &mut MemberList, id: &str| find(list, id));
    function(module, "tagged", |list: &mut MemberList, tag: &str| chosen(list, |m| m.tags.contains(tag)));
    function(module, "role", |list: &mut MemberList, role: &str| chosen(list, |m| m.role == role));
}

/// An element; negative numbers count from the end.
fn item(list: &MemberList, n: i64) -> Option<Dynamic> {
    let ids = list.ids();
    let index = if n < 0 { ids.len() as i64 + n } else { n };
    usize::try_from(index).ok().and_then(|i| ids.get(i)).map(|id| Dynamic::from(MemberRef(id.clone())))
}

/// By id, else by name; nothing when there is none.
fn find(list: &MemberList, text: &str) -> Dynamic {
    let id = MemberId::new(text);
    list.has(&id)
        .then_some(id)
        .or_else(|| list.all().iter().find(|m| m.name == text).map(|m| m.id.clone()))
        .map_or(Dynamic::UNIT, |id| Dynamic::from(MemberRef(id)))
}

fn chosen(list: &MemberList, keep: impl Fn(&Member) -> bool) -> MemberList {
    MemberList::of(list.all().iter().filter(|m| keep(m)).map(|m| m.id.clone()))
}

fn register_queries(module: &mut Module) {
    for name in ["where", "filter"] {
        function(module, name, |ctx: NativeCallContext<'_>, list: &mut MemberList, test: FnPtr| {
            let mut kept = Vec::new();
            for id in list.ids().iter() {
                if asks(&ctx, &test, id)? {
                    kept.push(id.clone());
                }
            }
            Given::Ok(MemberList::of(kept))
        });
    }
    for name in ["any", "some"] {
        function(module, name, |ctx: NativeCallContext<'_>, list: &mut MemberList, test: FnPtr| {
            for id in list.ids().iter() {
                if asks(&ctx, &test, id)? {
                    return Given::Ok(true);
                }
            }
            Ok(false)
        });
    }
    function(module, "all", |ctx: NativeCallContext<'_>, list: &mut MemberList, test: FnPtr| {
        for id in list.ids().iter() {
            if !asks(&ctx, &test, id)? {
                return Given::Ok(false);
            }
        }
        Ok(true)
    });
    function(module, "map", |ctx: NativeCallContext<'_>, list: &mut MemberList, make: FnPtr| {
        let mut collected = Collected::default();
        for id in list.ids().iter() {
            collected.push(make.call_within_context(&ctx, (MemberRef(id.clone()),))?)?;
        }
        Given::Ok(collected.finish())
    });
    register_orders(module);
}

fn asks(ctx: &NativeCallContext<'_>, test: &FnPtr, id: &MemberId) -> Given<bool> {
    let answer =
        frame::with(|f| f.test(|| test.call_within_context::<Dynamic>(ctx, (MemberRef(id.clone()),))))?;
    // Of whom the answer is not known, the test is not true.
    answer.map_or(Ok(false), |answer| {
        answer.as_bool().map_err(|kind| {
            fail(phrase!(
                "the condition gave {kind}; it has to be true or false for each member",
                "条件给出的是 {kind}；对每位成员都应为真或假"
            ))
        })
    })
}

fn register_orders(module: &mut Module) {
    counting(module, "top", |list: &mut MemberList, n: i64| {
        list.first_by(size(n), |m, does| Reverse((m.points, does.messages)))
    });
    function(module, "top", |list: &mut MemberList, n: i64, by: &str| -> Given<MemberList> {
        match by {
            "points" => Ok(list.first_by(size(n), |m, _| Reverse(m.points))),
            "messages" => Ok(list.first_by(size(n), |_, does| Reverse(does.messages))),
            other => Err(fail(phrase!(
                "{other:?} is no measure of members; use \"points\" or \"messages\"",
                "{other:?} 不能给成员排名；用 \"points\" 或 \"messages\""
            ))),
        }
    });
    counting(module, "newest", |list: &mut MemberList, n: i64| {
        list.first_by(size(n), |m, _| Reverse(m.joined))
    });
    counting(module, "oldest", |list: &mut MemberList, n: i64| {
        // Whoever joined at a time that nobody knows comes last.
        list.first_by(size(n), |m, _| m.joined.unwrap_or(Timestamp::MAX))
    });
    counting(module, "idle_longest", |list: &mut MemberList, n: i64| {
        list.first_by(size(n), |_, does| does.seen.unwrap_or(Timestamp::MAX))
    });
    function(module, "active", |list: &mut MemberList, within: Duration| {
        chosen(list, |m| idle(&m.id).is_some_and(|idle| idle <= within))
    });
    function(module, "idle", |list: &mut MemberList, longer: Duration| {
        chosen(list, |m| idle(&m.id).is_some_and(|idle| idle > longer))
    });
    counting(module, "take", |list: &mut MemberList, n: i64| {
        frame::spent(size(n).min(list.len()));
        MemberList::of(list.ids().iter().take(size(n)).cloned())
    });
    counting(module, "random", |list: &mut MemberList, n: i64| {
        let ids = list.ids();
        frame::spent(ids.len());
        MemberList::of(
            super::chance::sample(ids.len(), size(n)).into_iter().filter_map(|i| ids.get(i).cloned()),
        )
    });
}

fn size(n: i64) -> usize {
    usize::try_from(n).unwrap_or(0)
}

fn register_roles(module: &mut Module) {
    written::<RoleRef>(module);
    written::<PersonRef>(module);
    equals_text::<RoleRef>(module, |role, text| {
        role.names() == text || role.people().iter().any(|p| p.id.as_str() == text)
    });
    equals_text::<PersonRef>(module, |person, text| person.0.name == text || person.0.id.as_str() == text);
    equal::<PersonRef>(module, |a, b| a.0.id == b.0.id);
    FuncRegistration::new_index_getter()
        .set_into_module(module, |_: &mut RolesRef, name: &str| frame::with(|f| role(f.facts, name)));
    property(module, "name", |role: &mut RoleRef| role.names());
    property(module, "role", |role: &mut RoleRef| role.name.to_string());
    property(module, "next", |role: &mut RoleRef| RoleRef { next: true, ..role.clone() });
    property(module, "count", |role: &mut RoleRef| role.people().len() as i64);
    property(module, "people", |role: &mut RoleRef| {
        role.people().iter().map(|p| Dynamic::from(PersonRef(Arc::new(p.clone())))).collect::<Array>()
    });
    property(module, "id", |p: &mut PersonRef| p.0.id.to_string());
    property(module, "name", |p: &mut PersonRef| p.0.name.clone());
}

fn role(facts: &Facts, name: &str) -> Given<RoleRef> {
    let Some(people) = facts.roles.get(name) else {
        let known: Vec<&str> = facts.roles.keys().map(RoleName::as_str).collect();
        return Err(fail(phrase!(
            "there is no role `{name}`; the roles are: {}",
            "没有角色 `{name}`；有的角色是：{}",
            known.join(", ")
        )));
    };
    Ok(RoleRef { name: RoleName::new(name), facts: Arc::new(people.clone()), next: false })
}
