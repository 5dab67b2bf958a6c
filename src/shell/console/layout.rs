//! What stands around every page of the console: head, top bar, what a press came to, and the bar of a phone.
//!
//! Pure. A page gives its title and its body; it never writes a `head`, a style or a script of its own.

use super::{
    assets::{SCRIPT_PATH, STYLE_PATH},
    door::shown,
};
use crate::{
    base::{
        ids::{GroupId, TaskId},
        locale::Locale,
        phrase::Phrase,
    },
    shell::pages::printable,
};
use maud::{DOCTYPE, Markup, html};

/// The pages of the bar, in its order. A page that does not exist stands in no bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    /// `/`
    Today,
    /// `/calendar`
    Calendar,
    /// `/groups`, and what lies under it.
    Groups,
    /// `/members`, and the members of each group.
    Members,
    /// `/log` and `/why/…`
    Logbook,
    /// `/channels`
    Channels,
}

impl Tab {
    const ALL: [Self; 6] =
        [Self::Today, Self::Calendar, Self::Groups, Self::Members, Self::Logbook, Self::Channels];

    /// Where it is.
    const fn path(self) -> &'static str {
        match self {
            Self::Today => "/",
            Self::Calendar => "/calendar",
            Self::Groups => "/groups",
            Self::Members => "/members",
            Self::Logbook => "/log",
            Self::Channels => "/channels",
        }
    }

    /// What it is called.
    const fn name(self, locale: Locale) -> &'static str {
        let (en, zh) = match self {
            Self::Today => ("Today", "今天"),
            Self::Calendar => ("Calendar", "日历"),
            Self::Groups => ("Groups", "群"),
            Self::Members => ("Members", "成员"),
            Self::Logbook => ("Logbook", "日志"),
            Self::Channels => ("Channels", "频道"),
        };
        match locale {
            Locale::En => en,
            Locale::Zh => zh,
        }
    }
}

/// The colours that a reader has chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// Those of the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its word in a cookie and in a form.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a word.
    pub(super) fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.word() == word).unwrap_or_default()
    }

    fn name(self, locale: Locale) -> &'static str {
        match self {
            Self::System => locale.pick("as the system", "跟随系统"),
            Self::Light => locale.pick("light", "浅色"),
            Self::Dark => locale.pick("dark", "深色"),
        }
    }
}

/// What a page needs beside its view: whose it is, what its forms carry, what the last press came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame {
    /// The language of the reader.
    pub(crate) locale: Locale,
    /// The colours of the reader.
    pub(crate) theme: Theme,
    /// Who reads it; nobody where nobody is signed in.
    pub(crate) name: String,
    /// How much waits for them.
    pub(crate) waits: usize,
    /// In how many groups members see nothing, for whoever can have it so.
    pub(crate) hushed: Option<usize>,
    /// The path of the page.
    pub(crate) path: String,
    /// The seal of its forms.
    pub(crate) token: String,
    /// Makes its presses known again.
    pub(crate) nonce: String,
    /// What the last press came to, and whether it was done.
    pub(crate) said: Vec<(bool, Phrase)>,
    /// What was answered by it and can be taken back.
    pub(crate) undo: Vec<(GroupId, TaskId)>,
    /// Whether the page looks for news by itself where there is no script.
    pub(crate) refreshes: bool,
    /// What it is about, in the words of the stream of changes: it looks for news when one of them changes.
    pub(crate) live: String,
    /// The number of the last entry that it shows.
    pub(crate) seq: i64,
}

/// What a press is about, a line each.
fn lines(on: &[(&str, &str)]) -> String {
    on.iter().map(|(group, subject)| format!("{group} {subject}")).collect::<Vec<_>>().join("\n")
}

impl Frame {
    /// The hidden fields with which every form of a page begins.
    pub(crate) fn fields(&self) -> Markup {
        html! {
            input type="hidden" name="token" value=(self.token);
            input type="hidden" name="back" value=(self.path);
            input type="hidden" name="request" value=(self.nonce);
        }
    }

    /// A form that sends one press about one thing: `POST /press/VERB`. Its body has the button, and what is asked.
    pub(crate) fn press(&self, verb: &str, on: &[(&str, &str)], body: &Markup) -> Markup {
        html! {
            form.press method="post" action={ "/press/" (verb) } {
                (self.fields())
                @if !on.is_empty() { input type="hidden" name="on" value=(lines(on)); }
                (body)
            }
        }
    }

    /// A whole page of somebody who is signed in.
    pub(crate) fn page(&self, tab: Option<Tab>, title: &str, body: &Markup) -> String {
        let zh = self.locale == Locale::Zh;
        let top = html! {
            header.top {
                nav.tabs aria-label=(self.locale.pick("Pages", "页面")) {
                    ul {
                        @for one in Tab::ALL {
                            li { a href=(one.path()) aria-current=[(tab == Some(one)).then_some("page")] {
                                (one.name(self.locale))
                                @if one == Tab::Today && self.waits > 0 {
                                    span.badge { (self.waits) span.unseen { (self.locale.pick(" waiting for you", " 件等你")) } }
                                }
                            } }
                        }
                    }
                }
                div.who {
                    @if let Some(hushed) = self.hushed { (self.hush(hushed)) }
                    form method="post" action="/language" {
                        (self.fields())
                        button.plain name="lang" value=(if zh { "en" } else { "zh" }) lang=(if zh { "en" } else { "zh-CN" }) {
                            (if zh { "EN" } else { "中文" })
                        }
                    }
                    details.me {
                        summary { (shown(&self.name, self.locale)) }
                        div.menu { form method="post" action="/theme" {
                            (self.fields())
                            fieldset {
                                legend { (self.locale.pick("Colours", "配色")) }
                                @for theme in Theme::ALL {
                                    button name="theme" value=(theme.word()) aria-pressed=(self.theme == theme) { (theme.name(self.locale)) }
                                }
                            }
                        }
                        form method="post" action="/leave" {
                            (self.fields())
                            button { (self.locale.pick("Sign out", "退出登录")) }
                        } }
                    }
                }
            }
        };
        let said = html! {
            @for (done, phrase) in &self.said {
                p.said.no[!done] role="status" { (if *done { "✓ " } else { "✕ " }) (phrase.of(self.locale)) }
            }
            @if !self.undo.is_empty() { div.acts.undo { (self.take_back()) } }
        };
        self.around(title, &html! { (top) main #main { (said) (body) } })
    }

    /// Takes back what was just answered, by a second press that says what becomes of it.
    fn take_back(&self) -> Markup {
        let on: Vec<(&str, &str)> =
            self.undo.iter().map(|(group, task)| (group.as_str(), task.as_str())).collect();
        let tasks: Vec<String> = on.iter().map(|(_, task)| (*task).to_owned()).collect();
        html! {
            details {
                summary { (self.locale.pick("Take it back", "撤回")) }
                div.inner { (self.press("undo", &on, &html! {
                    p.words { (self.locale.pick("It is open again, as if nobody had answered: ", "重新等人处理，就像没有人答过：")) (self.locale.join(&tasks)) }
                    button.bad { (self.locale.pick("Take the answer back", "撤回这个回答")) }
                })) }
            }
        }
    }

    /// The way to have members see nothing; from the page of a group, to that group.
    fn hush(&self, hushed: usize) -> Markup {
        let of =
            self.path.strip_prefix("/groups/").or_else(|| self.path.split_once("group=").map(|(_, id)| id));
        let of = of.and_then(|rest| rest.split(['/', '?', '&']).next()).filter(|id| !id.is_empty());
        let path = of.map_or_else(|| "/hush".to_owned(), |id| format!("/hush?group={id}"));
        html! {
            a.button.plain.hushing[hushed > 0] href=(path) {
                (self.locale.pick("Hush", "静默"))
                @if hushed > 0 { span.badge { (hushed) span.unseen { (self.locale.pick(" hushed", " 个静默中")) } } }
            }
        }
    }

    /// A page of nobody: how to get in, and links that need no session.
    pub(crate) fn bare(&self, title: &str, body: &Markup) -> String {
        let (other, tag) = (self.locale.pick("中文", "English"), self.locale.pick("zh-CN", "en"));
        self.around(
            title,
            &html! {
                main #main .narrow {
                    // The path of such a page is its own in the other language.
                    @if self.path.contains("?lang=") { p.tongue { a href=(self.path) lang=(tag) { (other) } } }
                    (body)
                }
            },
        )
    }

    fn around(&self, title: &str, body: &Markup) -> String {
        let waits = if self.waits > 0 { format!("({}) ", self.waits) } else { String::new() };
        let page = html! {
            (DOCTYPE)
            html lang=(self.locale.pick("en", "zh-CN")) data-theme=[(self.theme != Theme::System).then(|| self.theme.word())] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (waits) (title) }
                    link rel="stylesheet" href=(*STYLE_PATH);
                    link rel="icon" href="data:,";
                    script defer src=(*SCRIPT_PATH) {}
                    @if self.refreshes { noscript { meta http-equiv="refresh" content="30"; } }
                }
                body.console data-live=(self.live) data-seq=(self.seq) data-news=(self.locale.pick("There is something new", "有更新"))
                    data-slow=(self.locale.pick("looks for news every 30 seconds", "每 30 秒刷新")) {
                    a.skip href="#main" { (self.locale.pick("Skip to the page", "跳到正文")) }
                    (body)
                }
            }
        };
        printable(page.into_string())
    }
}
