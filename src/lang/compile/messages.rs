//! The verbs that speak to the group: `post` and `ask`.

use super::{
    common::binding,
    cx::Cx,
    names::NameSort,
    place::Place,
    text::{self, Scope},
};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        ids::{ChannelName, PersonId, RoleName, StepId},
        limits,
        person::Person,
        picture::is_address,
        time::Duration,
    },
    lang::{
        codes,
        document::{
            near,
            node::Node,
            reader::{self, Fields},
        },
        keys,
    },
    model::{
        step::{Ask, MentionTarget, Post, Silence},
        text::{Text, TextPart},
    },
    script::names::Name,
};
use std::{collections::BTreeMap, sync::Arc};

/// How long a question is open when it does not say.
const OPEN_FOR: Duration = Duration::DAY;

pub(crate) fn channel(cx: &mut Cx<'_>, fields: &Fields<'_>, verb: &str) -> ChannelName {
    if let Some(node) = fields.get("to") {
        if let Some(name) = reader::text(&mut cx.report, node, pair("a channel's name", "频道名")).cloned()
        {
            if !cx.names.channels.contains(&*name) && cx.names.has(NameSort::Assignee, &name) {
                let channels = cx.names.all(NameSort::Channel);
                let help = phrase!(
                    "a post goes to a channel ({}); to ask a person write `task`, to notify one write `mention: {name}`",
                    "消息发到频道（`{}`）；要请人做事写 `task`，要提醒某人写 `mention: {name}`",
                    channels.join(" / ")
                );
                cx.error(
                    codes::UNKNOWN_NAME,
                    node.span,
                    phrase!(
                        "there is no channel `{name}`; it is a role or a person",
                        "没有频道 `{name}`；它是角色或人"
                    ),
                    help,
                );
            } else {
                cx.refer(NameSort::Channel, &name, node.span);
            }
            return ChannelName::new(&name);
        }
    } else if let Some(entry) = fields.entry(verb) {
        cx.refer(NameSort::Channel, "group", entry.key.span);
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
    let label = fields.get("label").and_then(|node| cx.label(node));
    let own_label = fields.get("label").and_then(|node| cx.own_label(node));
    let mention = fields.get("mention").map(|node| mentions(cx, node, scope, place)).unwrap_or_default();
    let image =
        fields.get("image").and_then(|node| text::text(cx, node, scope)).map(|image| beside(cx, image));
    let buttons = fields.get("buttons").map(|node| buttons(cx, node, scope)).unwrap_or_default();
    let reply_to = fields.get("reply_to").and_then(|node| reply_to(cx, node, place));
    let expires = fields.get("expires").and_then(|node| reader::positive(&mut cx.report, node));
    let urgent =
        fields.get("urgent").and_then(|node| reader::boolean(&mut cx.report, node)).unwrap_or_default();
    let pin = fields.get("pin").and_then(|node| reader::boolean(&mut cx.report, node)).unwrap_or_default();
    let otherwise = fields.get("otherwise").and_then(|node| super::common::silence(cx, node));
    let otherwise = otherwise.unwrap_or(Silence::Proceed);
    Some(Post {
        text: text?,
        to,
        label,
        own_label,
        mention,
        image,
        buttons,
        reply_to,
        expires,
        urgent,
        pin,
        otherwise,
    })
}

/// A picture's path is relative to the file in which it is written.
fn beside(cx: &Cx<'_>, image: Text) -> Text {
    match image.as_literal() {
        Some(path) if !cx.unit.folder.is_empty() && !path.trim().is_empty() && !is_address(path) => {
            Text::literal(format!("{}{path}", cx.unit.folder))
        }
        _ => image,
    }
}

fn mentions(cx: &mut Cx<'_>, node: &Node, scope: &Scope, place: &Place<'_>) -> Vec<MentionTarget> {
    let mut targets = Vec::new();
    for item in
        reader::one_or_many(&mut cx.report, node, pair("`all`, a role or a person", "`all`、角色或人"))
    {
        let name = item.text().unwrap_or_default().to_owned();
        if name == "all" {
            targets.push(MentionTarget::All);
        } else if name.contains("${") {
            let target = text::text(cx, item, scope);
            if let Some(text) = &target {
                people_only(cx, item, text, place);
            }
            targets.extend(target.map(MentionTarget::Text));
        } else if cx.names.roles.contains(&name) {
            targets.push(MentionTarget::Role(RoleName::new(&name)));
        } else if let Some(person) = cx.people.get(name.as_str()) {
            targets.push(MentionTarget::Person(person.clone()));
        } else if cx.names.people.contains(&name) {
            let person = Person { id: PersonId::new(&name), name, handles: BTreeMap::new() };
            targets.push(MentionTarget::Person(Arc::new(person)));
        } else {
            let known = cx.names.all(NameSort::Assignee).into_iter().chain(["all"]);
            let known: Vec<String> = known.map(str::to_owned).collect();
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            let help = near::advice(&name, &names, pair("role or person", "角色或人"));
            cx.error(
                codes::UNKNOWN_NAME,
                item.span,
                phrase!("there is no role or person `{name}` to mention", "没有可以提醒的角色或人 `{name}`"),
                help,
            );
            cx.mend_name(item.span, &name, &names);
        }
    }
    targets
}

/// What can be known of an expression before there is a group: a result of an `ask` or a `task` is no person, and a
/// part of it only where the language gives people.
fn people_only(cx: &mut Cx<'_>, node: &Node, text: &Text, place: &Place<'_>) {
    let [TextPart::Expr(expr)] = text.parts.as_slice() else { return };
    let source = expr.source().trim();
    let (of, part) = source.split_once('.').unwrap_or((source, ""));
    let no_person = match part {
        "" | "answers" | "counts" | "total" | "winner" | "right" | "seats" | "places" | "done" | "note"
        | "task" => place.waitable.contains(of),
        _ => false,
    };
    if no_person || matches!(source, "members.count" | "members.len") {
        cx.error(
            codes::BAD_VALUE,
            node.span,
            phrase!("`{source}` is nobody to mention", "`{source}` 不是可以提醒的人"),
            phrase!(
                "members are `{of}.who(\"OPTION\")`, `{of}.who()`, `{of}.unanswered`, `members.top(3)` or `signal.member`",
                "成员要写 `{of}.who(\"选项\")`、`{of}.who()`、`{of}.unanswered`、`members.top(3)` 或 `signal.member`"
            ),
        );
    }
}

fn buttons(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Vec<(Text, Text)> {
    let mut buttons = Vec::new();
    let help = pair(
        "write `buttons: [{ text: 报名, url: https://… }]`",
        "写成 `buttons: [{ text: 报名, url: https://… }]`",
    );
    for item in reader::list(&mut cx.report, node, pair("a list of `{ text, url }`", "一列 `{ text, url }`"))
        .unwrap_or_default()
    {
        let Some(fields) = Fields::read(&mut cx.report, item, pair("a button", "按钮"), keys::BUTTON.names)
        else {
            continue;
        };
        let label = fields.need(&mut cx.report, "text", help).and_then(|node| text::text(cx, node, scope));
        let url = fields.need(&mut cx.report, "url", help).and_then(|node| text::text(cx, node, scope));
        buttons.extend(label.zip(url));
    }
    buttons
}

fn reply_to(cx: &mut Cx<'_>, node: &Node, place: &Place<'_>) -> Option<StepId> {
    let id = reader::text(&mut cx.report, node, pair("a step's id", "步骤的 id"))?.clone();
    if !place.posts.contains(&*id) {
        let names: Vec<&str> = place.posts.iter().map(String::as_str).collect();
        let help = near::advice(&id, &names, pair("post above this one", "在它上面的消息"));
        cx.error(
            codes::UNKNOWN_NAME,
            node.span,
            phrase!(
                "no step above sends a message and has the id `{id}`",
                "上面没有发消息且 id 为 `{id}` 的步骤"
            ),
            help,
        );
        cx.mend_name(node.span, &id, &names);
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
        .and_then(|node| reader::list(&mut cx.report, node, pair("a list of options", "一列选项")))
        .unwrap_or_default()
    {
        options.extend(text::text(cx, item, scope));
    }
    let mut names = Vec::new();
    for item in fields
        .get("fields")
        .and_then(|node| reader::list(&mut cx.report, node, pair("a list of names", "一列名字")))
        .unwrap_or_default()
    {
        names.extend(reader::text(&mut cx.report, item, pair("a name", "名字")).cloned());
    }
    match (fields.entry("options"), fields.entry("fields")) {
        (Some(_), Some(entry)) => cx.error(
            codes::MISPLACED_KEY,
            entry.key.span,
            pair("`ask` takes `options` or `fields`, not both", "`ask` 的 `options` 和 `fields` 只能写一个"),
            pair("a poll has `options`, a sign-up has `fields`", "投票写 `options`，报名写 `fields`"),
        ),
        (None, None) => {
            let span = fields.entry("ask").map_or(fields.span, |entry| entry.key.span);
            cx.error(
                codes::MISSING_KEY,
                span,
                pair("`ask` needs `options` or `fields`", "`ask` 需要 `options` 或 `fields`"),
                pair(
                    "for a poll add `options: [来, 不来]`, for a sign-up `fields: [name, phone]`",
                    "投票加 `options: [来, 不来]`，报名加 `fields: [name, phone]`",
                ),
            );
        }
        _ => {}
    }
    let answer = fields.get("answer").and_then(|node| text::text(cx, node, scope));
    if let (Some(node), Some(literal)) = (fields.get("answer"), answer.as_ref().and_then(Text::as_literal)) {
        let literals: Vec<&str> = options.iter().filter_map(Text::as_literal).collect();
        if literals.len() == options.len() && !literals.contains(&literal) && !options.is_empty() {
            let help = near::advice(literal, &literals, pair("option", "选项"));
            let message =
                phrase!("the answer `{literal}` is none of the options", "答案 `{literal}` 不在选项里");
            cx.error(codes::UNKNOWN_NAME, node.span, message, help);
            cx.mend_name(node.span, literal, &literals);
        }
    }
    let choices = choices(cx, fields, options.len());
    let seats = fields
        .get("seats")
        .and_then(|node| reader::integer(&mut cx.report, node, 1, i64::from(limits::SEATS_MAX)))
        .and_then(|seats| u32::try_from(seats).ok());
    let of_member = fields.get("of").is_some_and(|node| of_member(cx, node, scope));
    let points = fields.get("points").and_then(|node| reader::integer(&mut cx.report, node, 0, 1_000_000));
    let open_for =
        fields.get("open_for").and_then(|node| reader::positive(&mut cx.report, node)).unwrap_or(OPEN_FOR);
    let anonymous =
        fields.get("anonymous").and_then(|node| reader::boolean(&mut cx.report, node)).unwrap_or_default();
    let label = fields.get("label").and_then(|node| cx.label(node));
    let own_label = fields.get("label").and_then(|node| cx.own_label(node));
    let binding = binding(cx, fields);
    place.waitable.extend(binding.as_ref().map(ToString::to_string));
    Some(Ask {
        text: text?,
        options,
        fields: names,
        answer,
        points,
        choices,
        seats,
        of_member,
        open_for,
        anonymous,
        to,
        label,
        own_label,
        binding,
    })
}

/// `choices`: how many options one person may choose, of those that there are.
fn choices(cx: &mut Cx<'_>, fields: &Fields<'_>, options: usize) -> u32 {
    let Some(entry) = fields.entry("choices") else { return 1 };
    let Some(choices) = reader::count(&mut cx.report, &entry.value) else { return 1 };
    if fields.entry("options").is_none() {
        cx.error(
            codes::MISPLACED_KEY,
            entry.key.span,
            pair(
                "`choices` is for a poll, and this `ask` has no `options`",
                "`choices` 用于投票，而这个 `ask` 没有 `options`",
            ),
            pair(
                "add `options: [来, 不来]`, or leave `choices` out",
                "加上 `options: [来, 不来]`，或去掉 `choices`",
            ),
        );
    } else if options > 0 && choices as usize > options {
        cx.error(
            codes::BAD_VALUE,
            entry.value.span,
            phrase!(
                "{choices} of {options} options cannot be chosen",
                "{options} 个选项里选不出 {choices} 个"
            ),
            phrase!("write at most `choices: {options}`", "最多写 `choices: {options}`"),
        );
    }
    choices.max(1)
}

/// `of: member`, in a play whose runs are about one.
fn of_member(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> bool {
    let Some(word) = reader::text(&mut cx.report, node, pair("`member`", "`member`")).cloned() else {
        return false;
    };
    if &*word != "member" {
        cx.error(
            codes::BAD_VALUE,
            node.span,
            phrase!(
                "an `ask` is put to the group, or `of: member`; found `{word}`",
                "`ask` 问全群，或写 `of: member`；写的是 `{word}`"
            ),
            pair(
                "write `of: member`; to ask an operator write a `task` or an `approve`",
                "写 `of: member`；要问运营人员请用 `task` 或 `approve`",
            ),
        );
        return false;
    }
    if !scope.known.globals.has(Name::Member) {
        cx.error(
            codes::MISPLACED_KEY,
            node.span,
            pair("the runs of this play are about no member", "这个玩法的执行不针对某个成员"),
            pair("add `per: member` beside `on`", "在 `on` 旁边加上 `per: member`"),
        );
        return false;
    }
    true
}
