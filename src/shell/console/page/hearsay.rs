//! *Report something* as markup: what no channel hears and a person tells, with the members to choose from.

use super::parts::field;
use crate::{
    base::{
        locale::Locale,
        phrase::{Words, pair},
    },
    shell::console::{layout::Frame, view::group::Group},
};
use maud::{Markup, html};

/// What happens in a group, as whoever saw it says it; of a signal of the file's own its name is what its author calls it.
const SEEN: [(&str, Words); 6] = [
    ("member.joined", pair("somebody has joined", "有人进群了")),
    ("member.left", pair("somebody has left", "有人退群了")),
    ("message", pair("somebody has spoken", "有人说话了")),
    ("fee.paid", pair("a fee was paid", "会费到账了")),
    ("order.paid", pair("an order was paid", "订单付款了")),
    ("appeal", pair("somebody objects to a decision", "有人申诉了")),
];

/// The form, and the list of names that its field offers.
pub(super) fn form(view: &Group, frame: &Frame) -> Markup {
    let locale = frame.locale;
    frame.press("signal", &[(view.id.as_str(), "")], &html! {
        p.words { (locale.pick("Something that no channel hears. Plays that wait for it go on.", "频道听不到的事。等着它的玩法会继续。")) }
        label.field { (locale.pick("What", "什么事"))
            select name="signal" required {
                option value="" { (locale.pick("choose", "请选择")) }
                @for name in &view.signals { option value=(name) { (called(name, locale)) } }
            }
        }
        label.field { (locale.pick("Who? A name, or an id where several have that name", "谁？写名字；重名的写编号"))
            input type="text" name="member" list="names" autocomplete="off" maxlength="200";
        }
        datalist #names { @for name in &view.names { option value=(name) {} } }
        (field("note", locale.pick("Where somebody new comes from (optional)", "新人从哪里来（可不填）")))
        button.main { (locale.pick("Report", "报告")) }
    })
}

fn called(name: &str, locale: Locale) -> &str {
    SEEN.iter().find(|(known, _)| *known == name).map_or(name, |(_, words)| words.of(locale))
}
