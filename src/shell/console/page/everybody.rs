//! `/members` as markup: somebody in any group, and the groups.

use super::parts::{address, group_path, part, piece};
use crate::shell::{
    console::{layout::Frame, view::everybody::Everybody},
    pages::words,
};
use maud::{Markup, html};

/// The title and the page.
pub(crate) fn page(view: &Everybody, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let title = locale.pick("Members", "成员");
    let body = html! {
        h1 { (title) }
        form.find method="get" action="/members" role="search" {
            label.field { (locale.pick("Name has, in any group", "名字里有（所有群）")) input type="search" name="q" value=(view.name); }
            button { (locale.pick("Find", "查找")) }
        }
        @if !view.name.is_empty() { (part("found", locale.pick("Found", "找到"), &found(view, frame), frame)) }
        (part("groups", locale.pick("By group", "按群"), &groups(view, frame), frame))
        @if let Some(next) = &view.next {
            p { a.button href=(address("/members", &[("q", &view.name), ("from", next.as_str())])) { (locale.pick("More groups", "更多群")) } }
        }
    };
    (title.to_owned(), body)
}

fn found(view: &Everybody, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        @if view.hits.is_empty() { p.empty { (locale.pick("Nobody of that name.", "没有这样的成员。")) } }
        ul { @for hit in &view.hits { li {
            a href={ (group_path(&hit.group)) "/members/" (piece(hit.id.as_str())) } { bdi { (hit.name) } }
            " · " bdi { (hit.place) } " " small { code { (hit.id) } }
        } } }
        @if view.cut { p.note { (locale.pick("There may be more: say more of the name.", "可能还有更多：请把名字写得更完整。")) } }
    }
}

fn groups(view: &Everybody, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        div.wide { table.list {
            thead { tr {
                th scope="col" { (locale.pick("Group", "群")) }
                th.n scope="col" { (locale.pick("Members", "成员")) }
                th scope="col" { (locale.pick("Waiting", "等待")) }
            } }
            tbody { @for row in &view.rows { tr {
                th scope="row" { a href={ (group_path(&row.id)) "/members" } { bdi { (row.title) } } }
                td.n data-label=(locale.pick("Members", "成员")) { (words::number(row.members as u64)) }
                td data-label=(locale.pick("Waiting", "等待")) {
                    @if row.decisions > 0 { a href="/" { (row.decisions) (locale.pick(" to decide", " 个决定")) } }
                }
            } } }
        } }
    }
}
