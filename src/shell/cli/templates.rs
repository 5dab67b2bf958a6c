//! The shelf, built into the binary: every playbook of `playbooks/` and `examples/` with the files it needs.
//!
//! A closed list; a test fails when a file of the shelf is not in it. Writes nothing.

use crate::base::{
    locale::Locale,
    phrase::{Words, pair},
};

/// A playbook that `new` can copy out.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShippedTemplate {
    /// Its name on the command line.
    pub(super) name: &'static str,
    /// The language of its texts.
    pub(super) locale: Locale,
    /// What it is for, in a few words.
    pub(super) about: Words,
    /// The playbook's file name.
    pub(super) file: &'static str,
    /// The files it comes from, path in its folder and text.
    files: &'static [(&'static str, &'static str)],
}

macro_rules! shelf {
    ($folder:literal: $($path:literal)*) => {
        &[$(($path, include_str!(concat!("../../../", $folder, "/", $path)))),*]
    };
}

/// What the parts of a life share.
const PARTS: &[(&str, &str)] = shelf!["playbooks":
    "seed-recruiting.yaml" "rules.yaml" "weekly-games.yaml" "kol-session.yaml" "pruning.yaml"
    "offline-event.yaml" "data/riddles.csv" "data/quiz.csv" "data/lists/expert-share.yaml" "data/lists/discount.yaml"
    "data/lists/fun-campaign.yaml" "data/lists/retro.yaml"
    "seed-recruiting.test.yaml" "rules.test.yaml" "weekly-games.test.yaml" "kol-session.test.yaml"
    "pruning.test.yaml" "offline-event.test.yaml"
    "people.yaml" "people.test.yaml" "admission.yaml" "admission.test.yaml" "growth.yaml" "growth.test.yaml"
    "service.yaml" "service.test.yaml" "later-life.yaml" "later-life.test.yaml"
    "enforce.yaml" "enforce.test.yaml"
];
/// The same parts, written for English readers.
const PARTS_EN: &[(&str, &str)] = shelf!["playbooks/en":
    "seed-recruiting.yaml" "rules.yaml" "weekly-games.yaml" "kol-session.yaml" "pruning.yaml"
    "offline-event.yaml" "data/riddles.csv" "data/quiz.csv" "data/openers.csv" "data/lists/expert-share.yaml"
    "data/lists/retro.yaml" "data/lists/fun-campaign.yaml" "data/lists/discount.yaml"
    "seed-recruiting.test.yaml" "rules.test.yaml" "weekly-games.test.yaml" "kol-session.test.yaml"
    "pruning.test.yaml" "offline-event.test.yaml"
    "people.yaml" "people.test.yaml" "admission.yaml" "admission.test.yaml" "growth.yaml" "growth.test.yaml"
    "service.yaml" "service.test.yaml" "later-life.yaml" "later-life.test.yaml"
    "enforce.yaml" "enforce.test.yaml"
];
/// The scripts that the parts use.
const SCRIPTS: &[(&str, &str)] = shelf!["scripts":
    "digest.rhai" "leaderboard.rhai" "namecard_check.rhai" "riddle.rhai" "rules.rhai" "spotlight.rhai"
    "welcome.rhai"
];

/// Every template, the first one being the default.
pub(super) const TEMPLATES: &[ShippedTemplate] = &[
    ShippedTemplate {
        name: "community",
        locale: Locale::Zh,
        about: pair("a reading community's whole life, in Chinese", "一个共读群的一生"),
        file: "community.yaml",
        files: shelf!["examples/community":
            "community.yaml" "community.test.yaml" "README.md" "calendars/holidays.ics" "data/members.csv" "data/riddles.csv"
            "scripts/riddle.rhai" "scripts/rules.rhai" "scripts/welcome.rhai"
        ],
    },
    ShippedTemplate {
        name: "seed-recruiting",
        locale: Locale::Zh,
        about: pair("the first members: who invites whom, in which order", "头几十个人：谁请谁，先后次序"),
        file: "seed-recruiting.yaml",
        files: PARTS,
    },
    ShippedTemplate {
        name: "rules",
        locale: Locale::Zh,
        about: pair("rules told at the door and repeated in season", "进门说一次、按时再说的群规"),
        file: "rules.yaml",
        files: PARTS,
    },
    ShippedTemplate {
        name: "weekly-games",
        locale: Locale::Zh,
        about: pair("riddles, a quiz and a board of points", "猜谜、竞猜和积分"),
        file: "weekly-games.yaml",
        files: PARTS,
    },
    ShippedTemplate {
        name: "kol-session",
        locale: Locale::Zh,
        about: pair("a guest's evening, from the invitation to the write-up", "嘉宾的一晚，从邀约到成文"),
        file: "kol-session.yaml",
        files: PARTS,
    },
    ShippedTemplate {
        name: "pruning",
        locale: Locale::Zh,
        about: pair(
            "silent members: notice, grace, approval, removal",
            "长期沉默的人：告知、宽限、点头、请出",
        ),
        file: "pruning.yaml",
        files: PARTS,
    },
    ShippedTemplate {
        name: "offline-event",
        locale: Locale::Zh,
        about: pair("the day everyone meets", "大家见面的那一天"),
        file: "offline-event.yaml",
        files: PARTS,
    },
    ShippedTemplate {
        name: "admission",
        locale: Locale::Zh,
        about: pair(
            "a form, a person's yes, a tag; the fee as a fact",
            "填表、群主点头、打标签；收费由人确认",
        ),
        file: "admission.yaml",
        files: PARTS,
    },
    ShippedTemplate {
        name: "growth",
        locale: Locale::Zh,
        about: pair(
            "seeds from elsewhere, friends who stay, trial officers",
            "别处的种子、留下来的朋友、体验官",
        ),
        file: "growth.yaml",
        files: PARTS,
    },
    ShippedTemplate {
        name: "people",
        locale: Locale::Zh,
        about: pair(
            "the core, where people stand, whether they were helped",
            "核心成员、谁站在哪里、答疑之后",
        ),
        file: "people.yaml",
        files: PARTS,
    },
    ShippedTemplate {
        name: "service",
        locale: Locale::Zh,
        about: pair("after the deal, and a place for members' ads", "成交之后，群友的广告有去处"),
        file: "service.yaml",
        files: PARTS,
    },
    ShippedTemplate {
        name: "later-life",
        locale: Locale::Zh,
        about: pair(
            "a weekly health letter, reviving, ending well, the next group",
            "每周体检信、救活、好好收场、下一个群",
        ),
        file: "later-life.yaml",
        files: PARTS,
    },
    ShippedTemplate {
        name: "enforce",
        locale: Locale::Zh,
        about: pair(
            "what members may not do: watched, reminded, judged, heard again",
            "违规之后：先观察、再提醒、由人裁定、可以申诉",
        ),
        file: "enforce.yaml",
        files: PARTS,
    },
    ShippedTemplate {
        name: "book-club-en",
        locale: Locale::En,
        about: pair("a small book club, in English", "一个小读书会，英文"),
        file: "book-club-en.yaml",
        files: shelf!["examples/book-club-en": "book-club-en.yaml" "book-club-en.test.yaml"],
    },
    ShippedTemplate {
        name: "content-calendar",
        locale: Locale::Zh,
        about: pair("posts from a table of dates", "按日期表发内容"),
        file: "content-calendar.yaml",
        files: shelf!["examples/content-calendar": "content-calendar.yaml" "content-calendar.test.yaml" "data/topics.csv"],
    },
    ShippedTemplate {
        name: "flash-group",
        locale: Locale::Zh,
        about: pair("a group that lives for a few days and ends by itself", "活几天、自己结束的快闪群"),
        file: "flash-group.yaml",
        files: shelf!["examples/flash-group": "flash-group.yaml" "flash-group.test.yaml"],
    },
    ShippedTemplate {
        name: "manual-wechat",
        locale: Locale::Zh,
        about: pair("personal WeChat: a person copies every post", "个人微信：每条由人转发"),
        file: "manual-wechat.yaml",
        files: shelf!["examples/manual-wechat": "manual-wechat.yaml" "manual-wechat.test.yaml"],
    },
    ShippedTemplate {
        name: "morning-paper",
        locale: Locale::Zh,
        about: pair("a morning post on working days", "工作日早报"),
        file: "morning-paper.yaml",
        files: shelf!["examples/morning-paper": "morning-paper.yaml" "morning-paper.test.yaml"],
    },
    ShippedTemplate {
        name: "twenty-cities",
        locale: Locale::Zh,
        about: pair("one playbook for many groups, from a table", "一个剧本管很多群，来自一张表"),
        file: "twenty-cities.yaml",
        files: shelf!["examples/twenty-cities": "twenty-cities.yaml" "twenty-cities.test.yaml" "data/cities.csv"],
    },
    ShippedTemplate {
        name: "newcomers",
        locale: Locale::En,
        about: pair("the first month of every member, a run for each", "每位新人的头一个月，各走各的"),
        file: "newcomers.yaml",
        files: shelf!["examples/newcomers": "newcomers.yaml" "newcomers.test.yaml"],
    },
    ShippedTemplate {
        name: "quiz-night",
        locale: Locale::En,
        about: pair("a quiz with points, a board and seasons", "有积分、榜单和赛季的竞猜"),
        file: "quiz-night.yaml",
        files: shelf!["examples/quiz-night": "quiz-night.yaml" "quiz-night.test.yaml"],
    },
    ShippedTemplate {
        name: "launch-week",
        locale: Locale::En,
        about: pair(
            "promotion in windows around a calendar, approved by a person",
            "围着日历的推广，由人审批",
        ),
        file: "launch-week.yaml",
        files: shelf!["examples/launch-week": "launch-week.yaml" "launch-week.test.yaml"],
    },
    ShippedTemplate {
        name: "rotating-hosts",
        locale: Locale::En,
        about: pair("hosts who take turns, in each group its own", "轮值群主，每个群各排各的"),
        file: "rotating-hosts.yaml",
        files: shelf!["examples/rotating-hosts": "rotating-hosts.yaml" "rotating-hosts.test.yaml"],
    },
    ShippedTemplate {
        name: "spring-clean",
        locale: Locale::En,
        about: pair(
            "silent members let go with notice, grace and a person's yes",
            "清理沉默成员：告知、宽限、由人点头",
        ),
        file: "spring-clean.yaml",
        files: shelf!["examples/spring-clean": "spring-clean.yaml" "spring-clean.test.yaml"],
    },
    ShippedTemplate {
        name: "workshop",
        locale: Locale::En,
        about: pair(
            "a workshop: sign-up, moving dates, a seat that waits to be paid",
            "工作坊：报名、改期、等付款的座位",
        ),
        file: "workshop.yaml",
        files: shelf!["examples/workshop": "workshop.yaml" "workshop.test.yaml"],
    },
    ShippedTemplate {
        name: "seed-recruiting",
        locale: Locale::En,
        about: pair("the first members: who invites whom, in which order", "头几十个人：谁请谁，先后次序"),
        file: "seed-recruiting.yaml",
        files: PARTS_EN,
    },
    ShippedTemplate {
        name: "rules",
        locale: Locale::En,
        about: pair("rules told at the door and repeated in season", "进门说一次、按时再说的群规"),
        file: "rules.yaml",
        files: PARTS_EN,
    },
    ShippedTemplate {
        name: "weekly-games",
        locale: Locale::En,
        about: pair("riddles, a quiz and a board of points", "猜谜、竞猜和积分"),
        file: "weekly-games.yaml",
        files: PARTS_EN,
    },
    ShippedTemplate {
        name: "kol-session",
        locale: Locale::En,
        about: pair("a guest's evening, from the invitation to the write-up", "嘉宾的一晚，从邀约到成文"),
        file: "kol-session.yaml",
        files: PARTS_EN,
    },
    ShippedTemplate {
        name: "pruning",
        locale: Locale::En,
        about: pair(
            "silent members: notice, grace, approval, removal",
            "长期沉默的人：告知、宽限、点头、请出",
        ),
        file: "pruning.yaml",
        files: PARTS_EN,
    },
    ShippedTemplate {
        name: "offline-event",
        locale: Locale::En,
        about: pair("the day everyone meets", "大家见面的那一天"),
        file: "offline-event.yaml",
        files: PARTS_EN,
    },
    ShippedTemplate {
        name: "admission",
        locale: Locale::En,
        about: pair(
            "a form, a person's yes, a tag; the fee as a fact",
            "填表、群主点头、打标签；收费由人确认",
        ),
        file: "admission.yaml",
        files: PARTS_EN,
    },
    ShippedTemplate {
        name: "growth",
        locale: Locale::En,
        about: pair(
            "seeds from elsewhere, friends who stay, trial officers",
            "别处的种子、留下来的朋友、体验官",
        ),
        file: "growth.yaml",
        files: PARTS_EN,
    },
    ShippedTemplate {
        name: "people",
        locale: Locale::En,
        about: pair(
            "the core, where people stand, whether they were helped",
            "核心成员、谁站在哪里、答疑之后",
        ),
        file: "people.yaml",
        files: PARTS_EN,
    },
    ShippedTemplate {
        name: "service",
        locale: Locale::En,
        about: pair("after the deal, and a place for members' ads", "成交之后，群友的广告有去处"),
        file: "service.yaml",
        files: PARTS_EN,
    },
    ShippedTemplate {
        name: "later-life",
        locale: Locale::En,
        about: pair(
            "a weekly health letter, reviving, ending well, the next group",
            "每周体检信、救活、好好收场、下一个群",
        ),
        file: "later-life.yaml",
        files: PARTS_EN,
    },
    ShippedTemplate {
        name: "enforce",
        locale: Locale::En,
        about: pair(
            "what members may not do: watched, reminded, judged, heard again",
            "违规之后：先观察、再提醒、由人裁定、可以申诉",
        ),
        file: "enforce.yaml",
        files: PARTS_EN,
    },
    ShippedTemplate {
        name: "whole-life",
        locale: Locale::Zh,
        about: pair("all six parts of a life together, in Chinese", "六个部分合成一个群的一年"),
        file: "whole-life.yaml",
        files: shelf!["examples/whole-life":
            "whole-life.yaml" "whole-life.test.yaml"
            "parts/seed-recruiting.yaml" "parts/rules.yaml" "parts/weekly-games.yaml" "parts/kol-session.yaml"
            "parts/pruning.yaml" "parts/offline-event.yaml" "parts/data/riddles.csv" "parts/data/quiz.csv"
            "parts/data/lists/expert-share.yaml" "parts/data/lists/retro.yaml" "parts/scripts/welcome.rhai"
            "parts/scripts/rules.rhai" "parts/scripts/riddle.rhai" "parts/scripts/spotlight.rhai"
            "parts/scripts/leaderboard.rhai" "parts/scripts/digest.rhai"
        ],
    },
    ShippedTemplate {
        name: "guild",
        locale: Locale::En,
        about: pair("all six parts of a life together, in English", "六个部分合成一个群，英文"),
        file: "guild.yaml",
        files: shelf!["examples/guild":
            "guild.yaml" "guild.test.yaml"
            "parts/seed-recruiting.yaml" "parts/rules.yaml" "parts/weekly-games.yaml" "parts/kol-session.yaml"
            "parts/pruning.yaml" "parts/offline-event.yaml" "parts/data/riddles.csv" "parts/data/quiz.csv"
            "parts/data/openers.csv" "parts/data/lists/expert-share.yaml" "parts/data/lists/retro.yaml"
        ],
    },
];

impl ShippedTemplate {
    /// A template by name, in the reader's language where it is written in both.
    pub(super) fn find(name: &str, locale: Locale) -> Option<&'static Self> {
        let named = || TEMPLATES.iter().filter(|template| template.name == name);
        named().find(|template| template.locale == locale).or_else(|| named().next())
    }

    /// The templates, those of the reader's language first, each name once.
    pub(super) fn listed(locale: Locale) -> Vec<&'static Self> {
        let own = TEMPLATES.iter().filter(|template| template.locale == locale);
        let others = TEMPLATES.iter().filter(|template| {
            template.locale != locale
                && Self::find(template.name, locale).is_some_and(|one| one.locale != locale)
        });
        own.chain(others).collect()
    }

    /// The files to copy, path and text: the playbook, its scenario, and everything whose path is written in a file that is
    /// copied.
    pub(super) fn files(&self) -> Vec<(String, &'static str)> {
        // An example that is made of parts brings their scripts along.
        let shared =
            if self.files.iter().any(|(path, _)| path.starts_with("parts/")) { &[][..] } else { SCRIPTS };
        let shelf: Vec<(String, &'static str)> = self
            .files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), *text))
            .chain(shared.iter().map(|(path, text)| (format!("scripts/{path}"), *text)))
            .collect();
        let mut taken: Vec<(String, &'static str)> = Vec::new();
        let scenario = self.file.replace(".yaml", ".test.yaml");
        let own = |path: &str| path == self.file || path == scenario || path == "README.md";
        let mut next: Vec<usize> = (0..shelf.len()).filter(|i| own(&shelf[*i].0)).collect();
        while let Some(index) = next.pop() {
            let (path, text) = &shelf[index];
            if taken.iter().any(|(known, _)| known == path) {
                continue;
            }
            taken.push((path.clone(), text));
            // A part names its tables as they lie beside it.
            let beside = path.starts_with("parts/").then_some("parts/");
            let named = |other: &str| {
                text.contains(other)
                    || beside
                        .and_then(|beside| other.strip_prefix(beside))
                        .is_some_and(|own| text.contains(own))
            };
            next.extend((0..shelf.len()).filter(|i| named(shelf[*i].0.as_str())));
        }
        taken.sort();
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_comes_with_the_scripts_and_data_it_uses_and_no_others() {
        let paths = |name: &str| -> Vec<String> {
            ShippedTemplate::find(name, Locale::Zh)
                .unwrap()
                .files()
                .into_iter()
                .map(|(path, _)| path)
                .collect()
        };
        let community = paths("community");
        for path in ["community.yaml", "calendars/holidays.ics", "data/riddles.csv", "scripts/riddle.rhai"] {
            assert!(community.iter().any(|p| p == path), "{path} in {community:?}");
        }
        assert!(paths("weekly-games").contains(&"scripts/leaderboard.rhai".to_owned()));
        assert_eq!(paths("book-club-en"), ["book-club-en.test.yaml", "book-club-en.yaml"]);
    }
}
