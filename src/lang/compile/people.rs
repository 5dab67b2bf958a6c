//! `people` and `roles`: who there is, and who takes turns at what.

use super::{
    budgets, calendars,
    cx::{Cx, PeopleById},
    moments,
    names::NameSort,
};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        ids::{ChannelName, PersonId, RoleName},
        person::Person,
        time::Duration,
    },
    lang::{
        codes,
        document::{
            near,
            node::{Node, NodeKind},
            reader::{self, Fields},
        },
        keys,
    },
    model::{
        channel::ChannelKind,
        role::{Role, Term},
    },
};
use jiff::civil::Date;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Lowers `people`.
pub(crate) fn lower_people(cx: &mut Cx<'_>, node: &Node) -> PeopleById {
    let mut people = PeopleById::new();
    let allowed: Vec<&str> =
        keys::PERSON.names.iter().copied().chain(ChannelKind::ALL.iter().map(|kind| kind.as_str())).collect();
    for entry in Fields::open(&mut cx.report, node, pair("`people`", "`people`"))
        .map(|fields| fields.entries())
        .unwrap_or_default()
    {
        super::words::check_name(cx, entry, pair("person", "人"));
        cx.origin(format!("people.{}", entry.key.value), entry.key.span);
        let id = PersonId::new(&entry.key.value);
        let mut person = Person { name: id.to_string(), id: id.clone(), handles: BTreeMap::new() };
        match &entry.value.kind {
            NodeKind::Null => {}
            NodeKind::Scalar(name) => person.name = name.text.to_string(),
            NodeKind::Sequence(_) | NodeKind::Mapping(_) => {
                let Some(fields) =
                    Fields::read(&mut cx.report, &entry.value, pair("a person", "人"), &allowed)
                else {
                    continue;
                };
                for field in fields.entries() {
                    let Some(text) = reader::text(&mut cx.report, &field.value, pair("text", "文字"))
                    else {
                        continue;
                    };
                    match &*field.key.value {
                        "name" => person.name = text.to_string(),
                        platform => {
                            person.handles.insert(platform.to_owned(), text.to_string());
                        }
                    }
                }
            }
        }
        people.insert(id, Arc::new(person));
    }
    people
}

/// Lowers a mapping of roles. `origin` is the id of the mapping: `roles`.
pub(crate) fn lower_roles(
    cx: &mut Cx<'_>,
    node: &Node,
    people: &PeopleById,
    origin: &str,
) -> BTreeMap<RoleName, Arc<Role>> {
    let mut roles = BTreeMap::new();
    for entry in Fields::open(&mut cx.report, node, pair("`roles`", "`roles`"))
        .map(|fields| fields.entries())
        .unwrap_or_default()
    {
        super::words::check_name(cx, entry, pair("role", "角色"));
        cx.origin(format!("{origin}.{}", entry.key.value), entry.key.span);
        for field in entry.value.entries().unwrap_or_default() {
            cx.origin(format!("{origin}.{}.{}", entry.key.value, field.key.value), field.key.span);
        }
        let name = RoleName::new(&entry.key.value);
        if let Some(role) = role(cx, name.clone(), &entry.value, people) {
            roles.insert(name, Arc::new(role));
        }
    }
    roles
}

fn role(cx: &mut Cx<'_>, name: RoleName, node: &Node, people: &PeopleById) -> Option<Role> {
    let mut role = Role {
        name,
        people: Vec::new(),
        channel: None,
        hours: None,
        answer_within: None,
        away: BTreeMap::new(),
        term: None,
        from: None,
    };
    if !matches!(node.kind, NodeKind::Mapping(_)) {
        role.people = persons(cx, node, people);
        return Some(role);
    }
    let fields = Fields::read(&mut cx.report, node, pair("a role", "角色"), keys::ROLE.names)?;
    if let Some(list) = fields.need(
        &mut cx.report,
        "people",
        pair("write who has the role: `people: [zhu, lin]`", "写明由谁担任：`people: [zhu, lin]`"),
    ) {
        role.people = persons(cx, list, people);
    }
    if let Some(node) = fields.get("channel")
        && let Some(to) = reader::text(&mut cx.report, node, pair("a channel's name", "频道名"))
    {
        cx.refer(NameSort::Channel, to, node.span);
        role.channel = Some(ChannelName::new(to));
    }
    if let Some(node) = fields.get("hours") {
        role.hours = budgets::clock_range(
            cx,
            node,
            "`hours`",
            pair("hours such as 09:00-21:00", "时段，例如 09:00-21:00"),
        );
    }
    if let Some(node) = fields.get("answer_within") {
        role.answer_within = reader::positive(&mut cx.report, node);
    }
    if let Some(node) = fields.get("away") {
        role.away = away(cx, node, &role.people);
    }
    if let Some(node) = fields.get("term") {
        role.term = term(cx, node);
    }
    if let Some(node) = fields.get("from") {
        role.from = moments::moment(cx, node);
    }
    Some(role)
}

/// `away`: who is away on which days.
fn away(cx: &mut Cx<'_>, node: &Node, people: &[Person]) -> BTreeMap<PersonId, BTreeSet<Date>> {
    let mut away = BTreeMap::new();
    let Some(fields) = Fields::open(&mut cx.report, node, pair("`away`", "`away`")) else { return away };
    for entry in fields.entries() {
        let who = PersonId::new(&entry.key.value);
        if !people.iter().any(|person| person.id == who) {
            let ids: Vec<&str> = people.iter().map(|person| person.id.as_str()).collect();
            let advice = near::advice(&entry.key.value, &ids, pair("person", "人"));
            cx.error(
                codes::UNKNOWN_NAME,
                entry.key.span,
                phrase!("`{who}` is not among the people of this role", "`{who}` 不在这个角色的 `people` 里"),
                advice,
            );
            cx.mend_name(entry.key.span, who.as_str(), &ids);
            continue;
        }
        away.insert(who, calendars::days(cx, &entry.value));
    }
    away
}

/// People by their ids under `people`, or by name where the playbook lists nobody under it.
fn persons(cx: &mut Cx<'_>, node: &Node, people: &PeopleById) -> Vec<Person> {
    let mut found = Vec::new();
    for item in reader::one_or_many(&mut cx.report, node, pair("a person", "人")) {
        let names = item.text().unwrap_or_default().split([',', ';', '、', '\u{ff0c}', '\u{ff1b}']);
        for name in names.map(str::trim).filter(|name| !name.is_empty()) {
            let mut called = people.values().filter(|person| person.name == name);
            if let Some(person) =
                people.get(name).or_else(|| called.next().filter(|_| called.next().is_none()))
            {
                found.push(Person::clone(person));
                continue;
            }
            // In a cell of a table a blank stands between two as well as a comma does.
            let several: Option<Vec<&Arc<Person>>> =
                name.split_whitespace().map(|id| people.get(id)).collect();
            if let Some(several) = several.filter(|several| several.len() > 1) {
                found.extend(several.into_iter().map(|person| Person::clone(person)));
                continue;
            }
            let ids: Vec<&str> = people.keys().map(PersonId::as_str).collect();
            let near = crate::base::diagnostic::suggest::nearest(name, ids.iter().copied());
            let is_id = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
            if !people.is_empty() && (near.is_some() || is_id) {
                let advice = near::advice(name, &ids, pair("person", "人"));
                let help = phrase!(
                    "{advice} (people are listed under `people`)",
                    "{advice}（人写在 `people` 下面）"; advice
                );
                cx.error(
                    codes::UNKNOWN_NAME,
                    item.span,
                    phrase!("there is no person `{name}`", "没有 `{name}` 这个人"),
                    help,
                );
                cx.mend_name(item.span, name, &ids);
                continue;
            }
            if !people.is_empty() {
                cx.warning(
                    codes::UNKNOWN_NAME,
                    item.span,
                    phrase!("`{name}` is nobody under `people`", "`people` 里没有 `{name}`"),
                    pair(
                        "write the id of one of `people`, or add them there; as it stands nobody can be mentioned or sign in by that name",
                        "写 `people` 里的 id，或把这个人加进去；现在这样既提醒不到谁，也没法以这个名字登录",
                    ),
                );
            }
            found.push(Person { id: PersonId::new(name), name: name.to_owned(), handles: BTreeMap::new() });
        }
    }
    found
}

/// `10 weeks`, `2 months`, `12h`.
fn term(cx: &mut Cx<'_>, node: &Node) -> Option<Term> {
    let expected =
        pair("a term such as 10 weeks, 30 days or 2 months", "任期，例如 10 weeks、30 days 或 2 months");
    let text = reader::text(&mut cx.report, node, expected)?;
    let trimmed = text.trim();
    let months = trimmed.split_once(|c: char| !c.is_ascii_digit()).and_then(|(n, _)| {
        let unit = trimmed[n.len()..].trim();
        let n: i32 = n.parse().ok().filter(|n| (1..=1200).contains(n))?;
        match unit {
            "month" | "months" | "mo" => Some(Term::Months(n)),
            "quarter" | "quarters" => Some(Term::Months(n.checked_mul(3)?)),
            "year" | "years" | "y" => Some(Term::Months(n.checked_mul(12)?)),
            _ => None,
        }
    });
    let term = months.or_else(|| {
        let length: Duration = trimmed.parse().ok().filter(|length: &Duration| length.as_millis() > 0)?;
        let day = Duration::DAY.as_millis();
        let whole = length.as_millis() % day == 0;
        Some(if whole { Term::Days((length.as_millis() / day) as i32) } else { Term::Exact(length) })
    });
    match term {
        Some(Term::Days(_) | Term::Months(_)) => {
            cx.uses_clock(node.span, pair("a term of days", "以天计的任期"));
        }
        Some(Term::Exact(_)) => {}
        None => reader::bad_value(&mut cx.report, node, expected, None),
    }
    term
}
