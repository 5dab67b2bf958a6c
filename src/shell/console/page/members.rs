//! `/groups/{id}/members` and one member as markup.

use super::{
    parts::{self, address, choices, group_path, part, piece, second},
    wording,
};
use crate::{
    base::{ids::GroupId, locale::Locale, time::Timestamp},
    model::keeping::Kept,
    shell::{
        console::{
            layout::Frame,
            view::{
                journey::JourneyWhat,
                members::{Members, NEW_DAYS, One, Only, Row, SILENT_DAYS, Wanted},
            },
        },
        pages::words,
    },
};
use maud::{Markup, html};

/// The title and the page.
pub(crate) fn page(view: &Members, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let title = locale.pick("Members", "成员");
    let body = html! {
        p.crumb { a href="/groups" { (locale.pick("Groups", "群")) } " › " a href=(group_path(&view.group)) { bdi { (view.place) } } }
        h1 { (title) " " small { bdi { (view.place) } " " (words::number(view.all as u64)) } }
        @for (task, n) in &view.removals {
            p.note { a href="/" {
                @match locale {
                    Locale::En => { "A decision about " (n) " members waits: " (task) }
                    Locale::Zh => { "有一个关于 " (n) " 位成员的决定在等：" (task) }
                }
            } }
        }
        (filters(view, locale))
        (part("members", locale.pick("Who is here", "谁在群里"), &table(view, locale), frame))
        @if let Some(next) = &view.next {
            p { a.button href=(link(&view.group, &Wanted { after: Some(next.clone()), ..view.wanted.clone() })) { (locale.pick("More members", "更多成员")) } }
        }
        @if view.admin || view.commands {
            div.acts.pressbar {
                @if view.admin { a.button href={ (group_path(&view.group)) "/members.csv" } { (locale.pick("Take along as a table", "导出表格")) } }
                @if view.commands { (second(locale.pick("Bring a list in", "导入名单"), &bring(view, frame))) }
            }
        }
    };
    (format!("{title} · {}", view.place), body)
}

/// A list that is pasted.
fn bring(view: &Members, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        form.press method="post" action="/bring" {
            (frame.fields())
            input type="hidden" name="group" value=(view.group);
            p.words { (locale.pick(
                "A table with a header line, as a spreadsheet writes it: id or name, and any of role, source, joined, seen, tags, messages, points; every other column becomes a field. Known members are updated, nobody is removed.",
                "带表头的表格（CSV）：编号或昵称，以及 身份、来源、入群时间、最后发言、标签、发言数、积分；其他列成为字段。已知成员会更新，不会移除任何人。",
            )) }
            label.field { (locale.pick("The list", "名单")) textarea name="list" rows="6" required placeholder="id,name,tags" {} }
            label.tick { input type="checkbox" name="joined" value="yes"; span { (locale.pick("Those who are new have just joined: they are welcomed", "新出现的人刚进群：按进群处理（会欢迎）")) } }
            button.main { (locale.pick("Bring in to ", "导入到 ")) bdi { (view.place) } }
        }
    }
}

fn link(group: &GroupId, wanted: &Wanted) -> String {
    let after = wanted.after.as_ref().map_or("", |id| id.as_str());
    let wanted =
        [("q", wanted.name.as_str()), ("only", wanted.only.word()), ("tag", &wanted.tag), ("from", after)];
    address(&format!("{}/members", group_path(group)), &wanted)
}

fn filters(view: &Members, locale: Locale) -> Markup {
    let wanted = &view.wanted;
    let has_core = view.rows.iter().any(|row| !row.tier.is_empty()) || wanted.only == Only::CoreAbsent;
    let kinds = Only::ALL.into_iter().filter(|(_, only)| *only != Only::CoreAbsent || has_core);
    let all: Vec<_> = kinds
        .map(|(_, only)| {
            let name = match (only, locale) {
                (Only::All, Locale::En) => "all".to_owned(),
                (Only::All, Locale::Zh) => "全部".to_owned(),
                (Only::Silent, Locale::En) => format!("silent for {SILENT_DAYS} days"),
                (Only::Silent, Locale::Zh) => format!("沉默 {SILENT_DAYS} 天"),
                (Only::Mute, Locale::En) => "never spoke".to_owned(),
                (Only::Mute, Locale::Zh) => "从没开口".to_owned(),
                (Only::New, Locale::En) => format!("new in {NEW_DAYS} days"),
                (Only::New, Locale::Zh) => format!("{NEW_DAYS} 天内新人"),
                (Only::CoreAbsent, Locale::En) => "core, absent today".to_owned(),
                (Only::CoreAbsent, Locale::Zh) => "核心今日未到".to_owned(),
            };
            let name = format!("{name} {}", view.kinds.get(only.word()).copied().unwrap_or_default());
            (name, link(&view.group, &Wanted { only, after: None, ..wanted.clone() }), only == wanted.only)
        })
        .collect();
    html! {
        (choices(locale.pick("Which members", "哪些成员"), &all))
        form.find method="get" action={ (group_path(&view.group)) "/members" } role="search" {
            label.field { (locale.pick("Name has", "名字里有")) input type="search" name="q" value=(wanted.name); }
            input type="hidden" name="only" value=(wanted.only.word());
            button { (locale.pick("Find", "查找")) }
        }
    }
}

/// Which columns have anything in them: what nobody has told is no column.
struct Filled {
    tags: bool,
    source: bool,
    joined: bool,
    seen: bool,
    messages: bool,
    points: bool,
    tier: bool,
    active: bool,
    peers: bool,
    strikes: bool,
}

impl Filled {
    fn of(rows: &[Row]) -> Self {
        let any = |has: fn(&Row) -> bool| rows.iter().any(has);
        Self {
            tags: any(|row| !row.tags.is_empty()),
            source: any(|row| !row.source.is_empty()),
            joined: any(|row| row.joined.is_some()),
            seen: any(|row| row.seen.is_some()),
            messages: any(|row| row.messages > 0),
            points: any(|row| row.points != 0),
            tier: any(|row| !row.tier.is_empty()),
            active: any(|row| row.active > 0),
            peers: any(|row| row.peers > 0),
            strikes: any(|row| !row.strikes.is_empty()),
        }
    }
}

fn table(view: &Members, locale: Locale) -> Markup {
    if view.rows.is_empty() {
        return html! { p.empty { (locale.pick("Nobody of that kind.", "没有这样的成员。")) } };
    }
    let has = Filled::of(&view.rows);
    html! {
        div.wide { table.list {
            thead { tr {
                th scope="col" { (locale.pick("Name", "名字")) }
                @if has.tier { th scope="col" { (locale.pick("Tier", "档")) } }
                @if has.tags { th scope="col" { (locale.pick("Tags", "标签")) } }
                @if has.source { th scope="col" { (locale.pick("From", "来源")) } }
                @if has.joined { th scope="col" { (locale.pick("Joined", "入群")) } }
                @if has.seen { th scope="col" { (locale.pick("Last heard", "最近")) } }
                @if has.active { th.n scope="col" { (locale.pick("Active of 28 days", "28 天活跃")) } }
                @if has.messages { th.n scope="col" { (locale.pick("Messages", "消息")) } }
                @if has.peers { th.n scope="col" { (locale.pick("Peers", "同伴")) } }
                @if has.points { th.n scope="col" { (locale.pick("Points", "积分")) } }
                @if has.strikes { th scope="col" { (locale.pick("Strikes", "警告")) } }
            } }
            tbody { @for row in &view.rows { (tr(row, &has, view, locale)) } }
        } }
    }
}

fn tr(row: &Row, has: &Filled, view: &Members, locale: Locale) -> Markup {
    let day = |at: Option<Timestamp>| at.map_or_else(|| "–".to_owned(), |at| view.zone.date(at).to_string());
    html! {
        tr {
            th scope="row" { a href={ (group_path(&view.group)) "/members/" (piece(row.id.as_str())) } { bdi { (row.name) } } }
            @if has.tier { td data-label=(locale.pick("Tier", "档")) { (row.tier) } }
            @if has.tags { td data-label=(locale.pick("Tags", "标签")) { @for tag in &row.tags { span.chip { bdi { (tag) } } " " } } }
            @if has.source { td data-label=(locale.pick("From", "来源")) { bdi { (row.source) } } }
            @if has.joined { td data-label=(locale.pick("Joined", "入群")) { (day(row.joined)) } }
            @if has.seen { td data-label=(locale.pick("Last heard", "最近")) { (day(row.seen)) } }
            @if has.active { td.n data-label=(locale.pick("Active of 28 days", "28 天活跃")) { (row.active) } }
            @if has.messages { td.n data-label=(locale.pick("Messages", "消息")) { (words::number(row.messages)) } }
            @if has.peers { td.n data-label=(locale.pick("Peers", "同伴")) { (row.peers) } }
            @if has.points { td.n data-label=(locale.pick("Points", "积分")) { (row.points) } }
            @if has.strikes { td data-label=(locale.pick("Strikes", "警告")) { @if row.strikes.is_empty() { (locale.pick("none", "没有")) } @else { (row.strikes.len()) " " small { bdi { (row.strikes.join(", ")) } } } } }
        }
    }
}

/// One member: the title and the page.
pub(crate) fn one(view: &One, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let row = &view.row;
    let day = |at: Timestamp| words::day(locale, view.zone.date(at));
    let kept = html! {
        dl.facts {
            dt { (locale.pick("Id", "编号")) } dd { code { (row.id) } }
            @if let Some(joined) = row.joined { dt { (locale.pick("Joined", "入群")) } dd { (day(joined)) @if !row.source.is_empty() { " · " bdi { (row.source) } } } }
            @if let Some(seen) = row.seen { dt { (locale.pick("Last heard", "最近听到")) } dd { (day(seen)) } }
            @if row.messages > 0 { dt { (locale.pick("Messages", "消息")) } dd { (words::number(row.messages)) " · " (locale.pick("only their number is kept", "只留条数")) } }
            @if row.points != 0 { dt { (locale.pick("Points", "积分")) } dd { (row.points) } }
            @if !row.tags.is_empty() { dt { (locale.pick("Tags", "标签")) } dd { ul.tags { @for tag in &row.tags { li { span.chip { bdi { (tag) } } @if view.commands { (untag(view, tag, frame)) } } } } } }
            @if !row.tier.is_empty() { dt { (locale.pick("Tier", "档")) } dd { (row.tier) } }
            @if row.active > 0 { dt { (locale.pick("Active", "活跃")) } dd { @match locale {
                Locale::En => { "on " (row.active) " of 28 days, with " (row.peers) (if row.peers == 1 { " peer" } else { " peers" }) }
                Locale::Zh => { "28 天里 " (row.active) " 天，同伴 " (row.peers) " 位" }
            } } }
            @if !row.strikes.is_empty() { dt { (locale.pick("Strikes", "警告")) } dd { (row.strikes.len()) " · " bdi { (row.strikes.join(", ")) } " · " a href={ (group_path(&view.group)) "#conduct" } { (locale.pick("whether the rules are kept", "群规遵守得怎样")) } } }
            @for (name, value, why) in &view.fields {
                dt { bdi { (name) } }
                dd {
                    @if view.admin { details { summary { (locale.pick("Show", "显示")) } bdi { (value) } } }
                    span.rest { (purpose(why, locale)) }
                }
            }
        }
        @if !view.admin && !view.fields.is_empty() {
            p.words { (locale.pick("What stands in these fields only an admin sees.", "这些字段的内容只有管理员能看。")) }
        }
        p.words { (locale.pick(
            "Plays use this to count, to choose and to address members. It goes when the member leaves, or when somebody has them forgotten.",
            "玩法用它来计数、挑选和称呼成员。成员离开或有人要求忘记时删除。",
        )) }
    };
    let body = html! {
        p.crumb {
            a href=(group_path(&view.group)) { bdi { (view.place) } } " › "
            a href={ (group_path(&view.group)) "/members" } { (locale.pick("Members", "成员")) }
        }
        h1 { bdi { (row.name) } }
        (part("kept", locale.pick("What we keep", "我们留着什么"), &kept, frame))
        @if view.commands { div.acts.pressbar { (second(locale.pick("Tag them", "打标签"), &tag(view, frame))) } }
        (part("journey", locale.pick("Their way", "经历"), &journey(view, locale), frame))
        @if !view.answers.is_empty() {
            section aria-labelledby="answers-title" {
                h2 #answers-title { (locale.pick("Open questions they answered", "TA 答过、还没结束的提问")) }
                ul { @for (task, text) in &view.answers { li { (task) " " bdi { (text) } } } }
            }
        }
        @if view.admin { div.acts.pressbar { (second(locale.pick("Forget them", "忘记此人"), &forget(view, frame))) } }
    };
    (row.name.clone(), body)
}

/// What they were through, a line a moment.
fn journey(view: &One, locale: Locale) -> Markup {
    let at = |at: Timestamp| parts::at(at, view.now, &view.zone);
    let name = view.row.name.as_str();
    html! {
        @if view.journey.is_empty() { p.empty { (locale.pick("Nothing is known yet.", "还没有记录。")) } }
        ul.rows { @for point in &view.journey { li {
            (parts::sign("·", "", ""))
            span.time { @if point.is_a_day() { time datetime=(view.zone.date(point.at).to_string()) { (view.zone.date(point.at)) } } @else { (at(point.at)) } }
            div { @match &point.what {
                JourneyWhat::Joined { source } => {
                    (locale.pick("joined", "入群"))
                    @if !source.is_empty() { " · " bdi { (source) } }
                }
                JourneyWhat::Stands { tier } => { (locale.pick("stands since then: ", "从此的档：")) b { bdi { (tier) } } }
                JourneyWhat::Struck { rule, until } => { b { (locale.pick("strike", "警告")) } " " bdi { (rule) } span.rest { (locale.pick("counts until ", "记到 ")) (at(*until)) } }
                JourneyWhat::Run { run, title, outcome } => {
                    @let (sign, class, word) = wording::outcome(*outcome, locale);
                    a href=(parts::run_path(&view.group, run)) { bdi { (title) } } " " (parts::sign(sign, class, word))
                }
                JourneyWhat::Heard => (locale.pick("last heard", "最近听到")),
            } }
        } } }
        p { a href=(address("/log", &[("group", view.group.as_str()), ("q", name)])) { (locale.pick("In the logbook", "在日志里找")) } }
    }
}

/// A tag, given by hand.
fn tag(view: &One, frame: &Frame) -> Markup {
    let locale = frame.locale;
    frame.press("tag", &[(view.group.as_str(), view.row.id.as_str())], &html! {
        p.words { (locale.pick("One word. Plays that wait for it go on.", "一个词。等着这个标签的玩法会继续。")) }
        label.field { (locale.pick("Tag", "标签")) input type="text" name="tag" autocomplete="off" required maxlength="60"; }
        button.main { (locale.pick("Tag ", "打标签：")) bdi { (view.row.name) } }
    })
}

fn untag(view: &One, tag: &str, frame: &Frame) -> Markup {
    frame.press("untag", &[(view.group.as_str(), view.row.id.as_str())], &html! {
        input type="hidden" name="tag" value=(tag);
        button.plain { span aria-hidden="true" { "✕" } span.unseen { (frame.locale.pick("Take away ", "去掉 ")) (tag) } }
    })
}

/// Why a field is kept, and for how long.
fn purpose(kept: &Kept, locale: Locale) -> String {
    let why =
        kept.purpose.as_deref().unwrap_or(locale.pick("no purpose is written in the file", "文件里没写用途"));
    match (kept.retention, locale) {
        (Some(length), Locale::En) => format!("{why}; kept for {}", locale.duration(length)),
        (Some(length), Locale::Zh) => format!("{why}；留 {}", locale.duration(length)),
        (None, Locale::En) if kept.decided => format!("{why}; deleted with the decision"),
        (None, Locale::Zh) if kept.decided => format!("{why}；作出决定后就删"),
        (None, Locale::En) => format!("{why}; kept as long as they are a member"),
        (None, Locale::Zh) => format!("{why}；在群期间一直留"),
    }
}

/// What is shown while the engine forgets somebody.
pub(crate) fn forgetting(back: &str, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let title = locale.pick("The engine forgets", "引擎正在删除");
    let body = html! {
        h1 { (title) }
        p { (locale.pick(
            "It stops for a moment, takes them out of everything that is kept, and starts again by itself.",
            "引擎停一下，从留着的一切里删除此人，然后自己重新启动。",
        )) }
        p { a.button.main href=(back) data-again="yes" { (locale.pick("On to the members", "去成员页")) } }
    };
    (title.to_owned(), body)
}

fn forget(view: &One, frame: &Frame) -> Markup {
    let locale = frame.locale;
    frame.press("forget", &[(view.group.as_str(), view.row.id.as_str())], &html! {
        p.words { (locale.pick(
            "Their name, id, fields and words go from everything that is kept, in every group; numbers stay. The engine \
             stops for a moment, forgets, and starts again. It cannot be taken back.",
            "在所有群里，TA 的名字、编号、字段和说过的话都会删除，数字保留。引擎会停一下、删除、再启动。无法撤回。",
        )) }
        button.bad { (locale.pick("Forget ", "忘记 ")) bdi { (view.row.name) } }
    })
}
