//! Cards as markup: what somebody is asked, with its buttons.

use super::{
    parts::{address, second},
    wording,
};
use crate::{
    base::{limits, locale::Locale, phrase::Phrase, picture::is_address, time::Timestamp},
    engine::entry::TaskKind,
    shell::{
        console::{
            layout::Frame,
            view::{
                brief::short,
                cards::{Card, Remedy, Shown},
                place::Place,
            },
        },
        delivery::markup,
        pages::words,
    },
};
use maud::{Markup, html};

use super::prose::prose;

/// The cards of a list, in order; where there are more, the way to them.
pub(super) fn list(shown: &Shown, (first, rank): (usize, Rank), now: Timestamp, frame: &Frame) -> Markup {
    let more = shown.all.saturating_sub(shown.cards.len());
    html! {
        ul.cards { @for (n, one) in shown.cards.iter().enumerate() {
            li.card.task .late[is_late(one, now)] { (ranked(one, (first + n, rank), (now, shown.of_others), frame)) }
        } }
        @if let Some(rest) = shown.rest.as_ref().filter(|_| more > 0) {
            p.note { a href={ "/me?from=" (rest) } { @match frame.locale {
                Locale::En => { "and " (words::number(more as u64)) " more" }
                Locale::Zh => { "还有 " (words::number(more as u64)) " 件" }
            } } }
        }
    }
}

/// How many more of a kind there are than are shown, and where they are.
pub(super) fn and_more(more: usize, href: &str, locale: Locale) -> Markup {
    html! { @if more > 0 { p.note { a href=(href) { @match locale {
        Locale::En => { "and " (words::number(more as u64)) " more" }
        Locale::Zh => { "还有 " (words::number(more as u64)) " 项" }
    } } } } }
}

fn is_late(card: &Card, now: Timestamp) -> bool {
    card.due.is_some_and(|due| due < now)
}

/// The press that mends what a card is about.
fn mend(card: &Card, frame: &Frame) -> Markup {
    let remedy = card.remedy.as_ref().filter(|_| card.commands);
    let (Some(remedy), Some(place)) = (remedy, card.places.first()) else { return html! {} };
    let (locale, group) = (frame.locale, place.group.as_str());
    match remedy {
        Remedy::Decide { effect, in_doubt, .. } => {
            wording::decide(&[(group, effect.as_str())], *in_doubt, frame)
        }
        Remedy::GoOn(run) => frame.press(
            "retry",
            &[(group, run.as_str())],
            &html! { button { (locale.pick("Go on from the step that failed", "从失败的步骤继续")) } },
        ),
        Remedy::Resume => {
            frame.press("resume", &[(group, "")], &html! { button { (locale.pick("Resume", "恢复")) } })
        }
    }
}

/// The groups of a card.
fn named(card: &Card, locale: Locale) -> String {
    places(&card.places, card.more, locale)
}

/// What a second press is about: the thing, and in how many groups.
fn object(card: &Card, locale: Locale) -> String {
    let words = match &card.remedy {
        Some(Remedy::Decide { words, .. }) => words,
        _ => &card.text,
    };
    match (short(words), card.places.len()) {
        (words, 0 | 1) => words,
        (words, n) => format!("{words} · {}", Phrase::counted(n, "group", "个群").of(locale)),
    }
}

/// What else can be done about a card: it is handed on, or whoever is asked is reminded.
fn more(card: &Card, on: &[(&str, &str)], frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        @if !card.heirs.is_empty() && card.kind != TaskKind::Delivery {
            (second(locale.pick("Hand on", "交给别人"), &frame.press("reassign", on, &html! {
                label.field { (locale.pick("To whom", "交给谁"))
                    select name="to" { @for (id, name) in &card.heirs { option value=(id) { (name) } } }
                }
                button.main { (locale.pick("Hand on: ", "交出：")) bdi { (object(card, locale)) } }
            })))
        }
        @if matches!(card.kind, TaskKind::Task | TaskKind::Approval) {
            (second(locale.pick("Later", "晚点提醒"), &frame.press("remind", on, &later(locale))))
        }
        // Nobody reminds themselves: they have *later*.
        @let of_others = card.people.iter().any(|person| *person != frame.name);
        @if card.commands && of_others && card.kind != TaskKind::Delivery {
            (frame.press("remind", on, &html! { button { (locale.pick("Remind", "提醒")) span.unseen { " " (locale.join(&card.people)) } } }))
        }
    }
}

/// When somebody wants to be reminded.
pub(super) fn later(locale: Locale) -> Markup {
    html! {
        p.words { (locale.pick("It stays open as it is, and a reminder comes then.", "它照样开着，到时再提醒一次。")) }
        div.acts {
            @for (length, words) in [("1h", locale.pick("in an hour", "一小时后")), ("3h", locale.pick("in three hours", "三小时后")), ("24h", locale.pick("tomorrow at this time", "明天这时候"))] {
                button name="in" value=(length) { (words) }
            }
        }
    }
}

/// Reasons for a no that are tapped; whoever has another one writes it.
pub(super) fn reasons(name: &str, some: &[&str], label: &str) -> Markup {
    html! {
        fieldset.chips {
            legend { (label) }
            @for reason in some { label.chipbox { input type="radio" name=(name) value=(reason); span { (reason) } } }
        }
    }
}

/// Why something is rejected.
pub(super) fn rejections(locale: Locale) -> [&'static str; 4] {
    match locale {
        Locale::En => ["not now", "wrong tone", "a fact is wrong", "too much this week"],
        Locale::Zh => ["现在不合适", "语气不对", "内容有误", "这周太多了"],
    }
}

/// Why a text cannot be pasted.
pub(super) fn hindrances(locale: Locale) -> [&'static str; 4] {
    match locale {
        Locale::En => [
            "I am not in the group any more",
            "the group is muted",
            "the app fails",
            "I have no phone at hand",
        ],
        Locale::Zh => ["我不在群里了", "群被禁言", "软件出问题", "手机不在身边"],
    }
}

/// `Xi'an`, `Xi'an, Beijing and 9 more`.
pub(super) fn places(places: &[Place], further: usize, locale: Locale) -> String {
    // What is there several times in one group names it once.
    let mut groups: Vec<&Place> = places.iter().collect();
    groups.dedup_by(|a, b| a.group == b.group);
    let shown: Vec<String> =
        groups.iter().take(limits::GROUPS_NAMED_MAX).map(|place| place.title.clone()).collect();
    let more = groups.len() - shown.len() + further;
    let named = locale.join(&shown);
    if more == 0 { named } else { format!("{named} +{}", words::number(more as u64)) }
}

/// What kind of thing is asked.
pub(super) const fn kind(kind: TaskKind, locale: Locale) -> &'static str {
    match (kind, locale) {
        (TaskKind::Task, Locale::En) => "Task",
        (TaskKind::Task, Locale::Zh) => "任务",
        (TaskKind::Approval, Locale::En) => "Approval",
        (TaskKind::Approval, Locale::Zh) => "审批",
        (TaskKind::Question, Locale::En) => "Question",
        (TaskKind::Question, Locale::Zh) => "提问",
        (TaskKind::Delivery, Locale::En) => "To paste by hand",
        (TaskKind::Delivery, Locale::Zh) => "手动发送",
        (TaskKind::Removal, Locale::En) => "To remove by hand",
        (TaskKind::Removal, Locale::Zh) => "手动移出",
    }
}

/// One card; `n` makes its ids its own.
fn ranked(
    card: &Card,
    (n, rank): (usize, Rank),
    (now, of_others): (Timestamp, bool),
    frame: &Frame,
) -> Markup {
    let on: Vec<(&str, &str)> =
        card.places.iter().map(|place| (place.group.as_str(), place.subject.as_str())).collect();
    html! {
        (asked(card, (n, rank), now, frame.locale))
        @if let (Some(image), Some(place)) = (&card.image, card.places.first()) {
            (picture(image, &address("/picture", &[("group", place.group.as_str()), ("task", &place.subject)]), frame.locale))
        }
        @if card.answers {
            @if card.more > 0 { p.note { @match frame.locale {
                Locale::En => { "A press is for the first " (card.places.len()) " groups; the other " (words::number(card.more as u64)) " come next." }
                Locale::Zh => { "一次处理前 " (card.places.len()) " 个群，其余 " (words::number(card.more as u64)) " 个随后出现。" }
            } } }
            @let pressed = html! { div.acts { (mend(card, frame)) (acts(card, n, &on, frame)) (more(card, &on, frame)) } };
            @if of_others { details { summary { (frame.locale.pick("In their place", "替他们处理")) } (pressed) } } @else { (pressed) }
        }
    }
}

/// Below which heading a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// Under none: it is what the page is about.
    First,
    /// Under that of the page.
    Second,
    /// Under that of a part of it.
    Third,
}

impl Rank {
    fn heading(self, class: &str, words: &Markup) -> Markup {
        match self {
            Self::First => html! { h1 class={ "question " (class) } { (words) } },
            Self::Second => html! { h2 class={ "asked " (class) } { (words) } },
            Self::Third => html! { h3 class=(class) { (words) } },
        }
    }
}

/// What is asked, without a button.
pub(super) fn asked(card: &Card, (n, rank): (usize, Rank), now: Timestamp, locale: Locale) -> Markup {
    let kind = kind(card.kind, locale);
    let mut ids: Vec<&str> =
        card.places.iter().take(limits::GROUPS_NAMED_MAX).map(|place| place.subject.as_str()).collect();
    ids.dedup();
    html! {
        p.meta {
            span { b { (kind) } " · " bdi { (named(card, locale)) } " · " (ids.join(" ")) }
            @if let Some(due) = card.due { (until(due, now, card, locale)) }
            @if !card.people.is_empty() { span { "→ " bdi { (locale.join(&card.people)) } } }
        }
        @if card.kind == TaskKind::Delivery {
            (rank.heading("unseen", &html! { (kind) " " (named(card, locale)) }))
            @if card.hushed {
                p { b { (locale.pick("The group is hushed: do not paste it yet.", "静默中，先别贴。")) } }
            }
            textarea #{ "text" (n) } readonly rows="5" aria-label=(locale.pick("The text to paste", "要粘贴的文字")) { (card.text) }
        } @else if let Some(Remedy::Decide { in_doubt, words, reason, .. }) = &card.remedy {
            (rank.heading("", &html! { (wording::undelivered(*in_doubt, locale)) bdi { (words) } }))
            p.words { bdi { (reason.of(locale)) } }
        } @else {
            (rank.heading("", &html! { bdi { (markup::plain(&card.text)) } }))
        }
        @if let Some(show) = &card.show { div.text { (prose(show)) } }
        @if !card.members.is_empty() {
            details {
                summary { (locale.pick("Who: ", "名单：")) (card.members.len()) }
                @let names: Vec<String> = card.members.iter().map(|(_, name)| name.clone()).collect();
                p { bdi { (locale.join(&names)) } }
            }
        }
    }
}

/// The picture that is sent with a text: shown to be saved, or the address where it is.
pub(super) fn picture(image: &str, here: &str, locale: Locale) -> Markup {
    html! {
        @if is_address(image) {
            p { a href=(image) rel="noreferrer" { (locale.pick("The picture that is sent with it", "要一起发的图片")) } }
        } @else {
            p.picture {
                img src=(here) alt=(locale.pick("The picture that is sent with it: press it long to save it", "要一起发的图片：长按保存")) loading="lazy";
            }
        }
    }
}

/// When something is over, as a length and as a clock time.
fn until(due: Timestamp, now: Timestamp, card: &Card, locale: Locale) -> Markup {
    let (zone, late) = (&card.zone, due < now);
    let length = locale.duration(if late { now.since(due) } else { due.since(now) });
    let same_day = zone.date(due) == zone.date(now);
    let at = if same_day { words::clock(zone, due) } else { locale.time(due, zone, now) };
    let text = match (late, locale) {
        (true, Locale::En) => format!("overdue for {length} (since {at})"),
        (true, Locale::Zh) => format!("逾期 {length}（{at} 到期）"),
        (false, Locale::En) => format!("{length} left, until {at}"),
        (false, Locale::Zh) => format!("还有 {length}，到 {at}"),
    };
    html! { span .badword[late] { (text) } }
}

/// The buttons of a card.
fn acts(card: &Card, n: usize, on: &[(&str, &str)], frame: &Frame) -> Markup {
    let locale = frame.locale;
    let input = |name: &str, label: &str| {
        html! {
            label.field { (label) input type="text" name=(name) autocomplete="off" maxlength="2000"; }
        }
    };
    match card.kind {
        TaskKind::Approval => html! {
            @if card.members.is_empty() {
                (frame.press("approve", on, &html! { button.main { (locale.pick("Approve", "批准")) } }))
            } @else {
                (second(locale.pick("Approve", "批准"), &frame.press("approve", on, &choose(card, locale))))
            }
            (second(locale.pick("Reject", "驳回"), &frame.press("reject", on, &html! {
                (reasons("reason", &rejections(locale), locale.pick("Why? Whoever asked is told.", "为什么？原因会告诉提出的人。")))
                (input("own-reason", locale.pick("In your own words", "自己写")))
                button.bad { (locale.pick("Reject: ", "驳回：")) bdi { (object(card, locale)) } }
            })))
        },
        TaskKind::Delivery => html! {
            (copy(n, locale))
            @if card.places.len() > 1 { (sent(card, frame)) }
            @else { (frame.press("done", on, &html! { button.main.after { (locale.pick("Sent", "已发送")) } })) }
            (second(locale.pick("Cannot be sent", "发不了"), &frame.press("unsent", on, &html! {
                (reasons("reason", &hindrances(locale), locale.pick("Why?", "为什么？")))
                (input("own-reason", locale.pick("In your own words", "自己写")))
                button.bad { (locale.pick("It is not sent", "这条不发了")) }
            })))
            span.copied role="status" {}
        },
        TaskKind::Task | TaskKind::Removal | TaskKind::Question => html! {
            @if card.list.is_empty() && !card.checkin {
                (frame.press("done", on, &html! { button.main { (locale.pick("Done", "完成")) } }))
            } @else {
                (frame.press("tick", on, &html! { (ticks(card, locale)) }))
            }
            (second(locale.pick("Done, with words", "完成并留言"), &frame.press("done", on, &html! {
                (input("note", locale.pick("What there is to say", "想说的话")))
                button.main { (locale.pick("Done: ", "完成：")) bdi { (object(card, locale)) } }
            })))
        },
    }
}

/// Who goes: whoever is ticked. Of a list that is too long for a page nobody is taken out here.
fn choose(card: &Card, locale: Locale) -> Markup {
    let n = card.members.len();
    html! {
        @if n <= limits::CHOSEN_SHOWN {
            fieldset {
                legend { (locale.pick("Who goes; take the tick from who stays", "打勾的人会被请出；留下的人请去掉勾")) }
                input type="hidden" name="chosen" value="yes";
                @for (id, name) in &card.members {
                    label.tick { input type="checkbox" name="go" value=(id) checked; span { bdi { (name) } } }
                }
            }
        } @else {
            p.words { (locale.pick(
                "The list is too long for a page: `playbook approve TASK --except NAME` lets somebody stay.",
                "名单太长，这里放不下：用 `playbook approve 编号 --except 名字` 留下某人。",
            )) }
        }
        button.bad { (locale.pick("Let the ticked of these go: ", "请出打勾的成员，共列出 ")) (n) " · " (named(card, locale)) }
    }
}

/// Copies a card's text.
pub(super) fn copy(n: usize, locale: Locale) -> Markup {
    html! {
        button type="button" data-copy={ "text" (n) } data-done=(locale.pick("Copied.", "已复制。"))
            data-select=(locale.pick("Selected: copy it with your device's own menu.", "已选中：请用系统菜单复制。")) {
            (locale.pick("Copy all", "复制全文"))
        }
    }
}

/// One text for several groups: those that are ticked have it, the rest stay.
fn sent(card: &Card, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        form.press.sheet method="post" action="/press/done" {
            (frame.fields())
            details {
                summary { (locale.pick("In which groups", "发到了哪些群")) " (" (card.places.len()) ")" }
                fieldset {
                    legend { (locale.pick("Take the tick from where it is not yet", "还没发的群请去掉勾")) }
                    @if card.places.len() > BY_NINE {
                        // Without a script every group is ticked.
                        div.acts.ticking {
                            button type="button" data-ticks="9" { (locale.pick("Only the first nine", "只勾前九个")) }
                            button type="button" data-ticks="all" { (locale.pick("All", "全部")) }
                        }
                    }
                    @for place in &card.places {
                        label.tick { input type="checkbox" name="on" value={ (place.group) " " (place.subject) } checked; span { bdi { (place.title) } } }
                    }
                }
            }
            button.main.after { (locale.pick("Sent to the ticked groups", "打勾的群已发送")) }
        }
    }
}

/// Groups to which a chat program forwards at once.
const BY_NINE: usize = 9;

/// A checklist: what is ticked off stays so, and with the last of it the task is done.
pub(super) fn ticks(card: &Card, locale: Locale) -> Markup {
    let door =
        locale.pick("Not on the list: +name. Brings others: name=+1", "不在名单上：+名字；带了人：名字=+1");
    html! {
        div.checklist {
            @for (n, (item, done)) in card.list.iter().enumerate() {
                label.tick {
                    input type="checkbox" name="tick" value=(n + 1) checked[*done] disabled[*done];
                    span { bdi { (item) } }
                }
            }
            @if card.checkin {
                input type="text" name="tick" aria-label=(door) placeholder=(door);
            }
            button.main { (locale.pick("Tick off", "打勾")) }
        }
    }
}
