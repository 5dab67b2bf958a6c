//! The verbs that speak to the group: `post` and `ask`.

use super::{
    cx::Cx,
    names::Sort,
    steps::Place,
    text::{self, Scope},
    verbs::binding,
};
use crate::{
    base::{
        ids::{ChannelName, PersonId, RoleName, StepId},
        person::Person,
        time::Duration,
    },
    lang::{
        codes,
        document::{
            near,
            node::Node,
            reader::{self, Fields},
        },
        keys::{self, closed::LABELS},
    },
    model::{
        step::{Ask, MentionTarget, Post},
        text::Text,
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// How long a question is open when it does not say.
const OPEN_FOR: Duration = Duration::DAY;

pub(crate) fn channel(cx: &mut Cx<'_>, fields: &Fields<'_>, verb: &str) -> ChannelName {
    if let Some(node) = fields.get("to") {
        if let Some(name) = reader::text(&mut cx.report, node, "a channel's name").cloned() {
            if !cx.names.channels.contains(&*name) && cx.names.has(Sort::Assignee, &name) {
                let channels = cx.names.all(Sort::Channel);
                let help = format!(
                    "a post goes to a channel ({}); to ask a person write `task`, to notify one write `mention: {name}`",
                    crate::base::words::list(&channels, "or")
                );
                cx.error(
                    codes::UNKNOWN_NAME,
                    node.span,
                    format!("there is no channel `{name}`; it is a role or a person"),
                    help,
                );
            } else {
                cx.refer(Sort::Channel, &name, node.span);
            }
            return ChannelName::new(&name);
        }
    } else if let Some(entry) = fields.entry(verb) {
        cx.refer(Sort::Channel, "group", entry.key.span);
    }
    ChannelName::new("group")
}

pub(crate) fn post(
    cx: &mut Cx<'_>,
    node: &Node,
    fields: &Fields<'_>,
    scope: &Scope,
    place: &Place<'_>,
) -> Option<Post> {
    let text = text::text(cx, node, scope);
    let to = channel(cx, fields, "post");
    let label = fields.get("label").and_then(|node| reader::choice(&mut cx.report, node, &LABELS));
    let mention = fields.get("mention").map(|node| mentions(cx, node, scope)).unwrap_or_default();
    let image = fields.get("image").and_then(|node| text::text(cx, node, scope));
    let buttons = fields.get("buttons").map(|node| buttons(cx, node, scope)).unwrap_or_default();
    let reply_to = fields.get("reply_to").and_then(|node| reply_to(cx, node, place));
    let expires = fields.get("expires").and_then(|node| reader::positive(&mut cx.report, node));
    let urgent =
        fields.get("urgent").and_then(|node| reader::boolean(&mut cx.report, node)).unwrap_or_default();
    Some(Post { text: text?, to, label, mention, image, buttons, reply_to, expires, urgent })
}

fn mentions(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Vec<MentionTarget> {
    let mut targets = Vec::new();
    for item in reader::one_or_many(&mut cx.report, node, "`all`, a role or a person") {
        let name = item.text().unwrap_or_default().to_owned();
        if name == "all" {
            targets.push(MentionTarget::All);
        } else if name.contains("${") {
            targets.extend(text::text(cx, item, scope).map(MentionTarget::Text));
        } else if cx.names.roles.contains(&name) {
            targets.push(MentionTarget::Role(RoleName::new(&name)));
        } else if let Some(person) = cx.people.get(name.as_str()) {
            targets.push(MentionTarget::Person(person.clone()));
        } else if cx.names.people.contains(&name) {
            let person = Person { id: PersonId::new(&name), name, handles: BTreeMap::new() };
            targets.push(MentionTarget::Person(Arc::new(person)));
        } else {
            let mut names = cx.names.all(Sort::Assignee);
            names.push("all");
            let help = near::advice(&name, &names, "role or person");
            cx.error(
                codes::UNKNOWN_NAME,
                item.span,
                format!("there is no role or person `{name}` to mention"),
                help,
            );
        }
    }
    targets
}

fn buttons(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Vec<(Text, Text)> {
    let mut buttons = Vec::new();
    let help = "write `buttons: [{ text: 报名, url: https://… }]`";
    for item in reader::list(&mut cx.report, node, "a list of `{ text, url }`").unwrap_or_default() {
        let Some(fields) = Fields::read(&mut cx.report, item, "a button", keys::BUTTON.names) else {
            continue;
        };
        let label = fields.need(&mut cx.report, "text", help).and_then(|node| text::text(cx, node, scope));
        let url = fields.need(&mut cx.report, "url", help).and_then(|node| text::text(cx, node, scope));
        buttons.extend(label.zip(url));
    }
    buttons
}

fn reply_to(cx: &mut Cx<'_>, node: &Node, place: &Place<'_>) -> Option<StepId> {
    let id = reader::text(&mut cx.report, node, "a step's id")?.clone();
    if !place.posts.contains(&*id) {
        let names: Vec<&str> = place.posts.iter().map(String::as_str).collect();
        let help = near::advice(&id, &names, "post above this one");
        cx.error(
            codes::UNKNOWN_NAME,
            node.span,
            format!("no step above sends a message and has the id `{id}`"),
            help,
        );
        return None;
    }
    Some(StepId::new(&id))
}

pub(crate) fn ask(
    cx: &mut Cx<'_>,
    node: &Node,
    fields: &Fields<'_>,
    scope: &Scope,
    place: &mut Place<'_>,
) -> Option<Ask> {
    let text = text::text(cx, node, scope);
    let to = channel(cx, fields, "ask");
    let mut options = Vec::new();
    for item in fields
        .get("options")
        .and_then(|node| reader::list(&mut cx.report, node, "a list of options"))
        .unwrap_or_default()
    {
        options.extend(text::text(cx, item, scope));
    }
    let mut names = Vec::new();
    for item in fields
        .get("fields")
        .and_then(|node| reader::list(&mut cx.report, node, "a list of names"))
        .unwrap_or_default()
    {
        names.extend(reader::text(&mut cx.report, item, "a name").cloned());
    }
    match (fields.entry("options"), fields.entry("fields")) {
        (Some(_), Some(entry)) => cx.error(
            codes::MISPLACED_KEY,
            entry.key.span,
            "`ask` takes `options` or `fields`, not both",
            "a poll has `options`, a sign-up has `fields`",
        ),
        (None, None) => {
            let span = fields.entry("ask").map_or(fields.span, |entry| entry.key.span);
            cx.error(
                codes::MISSING_KEY,
                span,
                "`ask` needs `options` or `fields`",
                "for a poll add `options: [来, 不来]`, for a sign-up `fields: [name, phone]`",
            );
        }
        _ => {}
    }
    let answer = fields.get("answer").and_then(|node| text::text(cx, node, scope));
    if let (Some(node), Some(literal)) = (fields.get("answer"), answer.as_ref().and_then(Text::as_literal)) {
        let literals: Vec<&str> = options.iter().filter_map(Text::as_literal).collect();
        if literals.len() == options.len() && !literals.contains(&literal) && !options.is_empty() {
            let help = near::advice(literal, &literals, "option");
            let message = format!("the answer `{literal}` is none of the options");
            cx.error(codes::UNKNOWN_NAME, node.span, message, help);
        }
    }
    let points = fields.get("points").and_then(|node| reader::integer(&mut cx.report, node, 0, 1_000_000));
    let open_for =
        fields.get("open_for").and_then(|node| reader::positive(&mut cx.report, node)).unwrap_or(OPEN_FOR);
    let anonymous =
        fields.get("anonymous").and_then(|node| reader::boolean(&mut cx.report, node)).unwrap_or_default();
    let label = fields.get("label").and_then(|node| reader::choice(&mut cx.report, node, &LABELS));
    let binding = binding(cx, fields);
    place.waitable.extend(binding.as_ref().map(ToString::to_string));
    Some(Ask { text: text?, options, fields: names, answer, points, open_for, anonymous, to, label, binding })
}
