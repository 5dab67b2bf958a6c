//! `dates: { members: FIELD, at: CLOCK }`: the days of members.

use super::cx::Cx;
use crate::{
    base::{
        phrase::{Phrase, pair, phrase},
        time::ClockTime,
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
        member_dates::{JOINED, MemberDates},
        schedule::Schedule,
    },
};

/// Lowers it.
pub(crate) fn lower(cx: &mut Cx<'_>, node: &Node) -> Option<MemberDates> {
    let fields = Fields::read(&mut cx.report, node, pair("`dates`", "`dates`"), keys::MEMBER_DATES.names)?;
    let help = pair("name a field of members: `members: birthday`", "写成员的一个字段：`members: birthday`");
    let name = fields.need(&mut cx.report, "members", help)?;
    let field = reader::text(&mut cx.report, name, pair("a field of members", "成员的字段"))?.clone();
    let known = &cx.names.fields;
    if &*field != JOINED && !known.is_empty() && !known.contains(&*field) {
        let known: Vec<String> =
            known.iter().map(String::as_str).chain([JOINED]).map(str::to_owned).collect();
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let help = near::advice(&field, &names, pair("field", "字段"));
        cx.error(
            codes::UNKNOWN_NAME,
            name.span,
            phrase!("members have no field `{field}`", "成员没有 `{field}` 这个字段"),
            help,
        );
        cx.mend_name(name.span, &field, &names);
    }
    let yearly = match fields.get("every") {
        None => false,
        Some(node) => reader::choice(&mut cx.report, node, &[("year", true)])?,
    };
    if &*field == JOINED && !yearly {
        cx.error(
            codes::NEVER_OCCURS,
            name.span,
            pair("everybody has joined already when they are a member", "成为成员的时候已经加入了"),
            pair(
                "write `every: year` for anniversaries, or `on: member.joined` for the day itself",
                "要过周年就写 `every: year`；要在加入当天，就用 `on: member.joined`",
            ),
        );
    }
    let help = pair("say at which time of that day: `at: \"10:00\"`", "写明当天几点：`at: \"10:00\"`");
    let at = fields.need(&mut cx.report, "at", help)?;
    let text = reader::text(&mut cx.report, at, pair("a clock time", "钟点"))?.clone();
    let schedule =
        text.parse::<ClockTime>().ok().and_then(|_| Schedule::parse_every(&format!("day at {text}")).ok());
    let Some(schedule) = schedule else {
        reader::bad_value(&mut cx.report, at, pair("a clock time such as 10:00", "钟点，例如 10:00"), None);
        return None;
    };
    cx.uses_clock(at.span, Phrase::same(format!("`{text}`")));
    Some(MemberDates { field, yearly, schedule })
}
