//! A play that ships with the program, as markup.

use crate::shell::console::layout::Frame;
use maud::{Markup, html};

/// The title and the page.
pub(crate) fn page((file, play): (&str, &str), text: &str, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let title = format!("{file}/{play}");
    let body = html! {
        p.crumb { a href="/groups" { (locale.pick("Groups", "群")) } }
        h1 { code { (title) } }
        p.words { (locale.pick(
            "A play that ships with the program, as its file has it. The lines that a finding prescribes bring it along with its file; alone it is copied out by:",
            "程序自带的玩法，原样列出。诊断给出的几行会连同它的文件一起带上；单独复制出来用：",
        )) }
        pre.command { "playbook new " (file) }
        pre.yaml { (text) }
    };
    (title, body)
}
