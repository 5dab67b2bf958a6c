//! The shelf, built into the binary: every playbook of `playbooks/` and `examples/` with the files it needs.
//!
//! A closed list; a test fails when a file of the shelf is not in it. Writes nothing.

use crate::base::{
    locale::Locale,
    phrase::{Words, pair},
};

/// Files of the shelf, path in their folder and text.
type ShelfFiles = &'static [(&'static str, &'static str)];

/// A playbook that `new` can copy out, with texts written for each language that it is in.
#[derive(Debug)]
pub(super) struct ShippedTemplate {
    /// Its name on the command line; the playbook's file has it, too.
    pub(super) name: &'static str,
    /// What it is for, in a few words.
    pub(super) about: Words,
    /// The files that it comes from in Chinese; none where it is not in Chinese.
    pub(super) zh: ShelfFiles,
    /// The same in English.
    pub(super) en: ShelfFiles,
}

/// A template in one of its languages.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShippedEdition {
    /// The template.
    pub(super) template: &'static ShippedTemplate,
    /// The language of its texts.
    pub(super) locale: Locale,
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
pub(super) static TEMPLATES: [ShippedTemplate; 27] = [
    ShippedTemplate {
        name: "community",
        about: pair("a reading community's whole life, in Chinese", "一个共读群的一生"),
        zh: shelf!["examples/community":
            "community.yaml" "community.test.yaml" "README.md" "calendars/holidays.ics" "data/members.csv" "data/riddles.csv"
            "scripts/riddle.rhai" "scripts/rules.rhai" "scripts/welcome.rhai"
        ],
        en: &[],
    },
    ShippedTemplate {
        name: "seed-recruiting",
        about: pair("the first members: who invites whom, in which order", "头几十个人：谁请谁，先后次序"),
        zh: PARTS,
        en: PARTS_EN,
    },
    ShippedTemplate {
        name: "rules",
        about: pair("rules told at the door and repeated in season", "进门说一次、按时再说的群规"),
        zh: PARTS,
        en: PARTS_EN,
    },
    ShippedTemplate {
        name: "weekly-games",
        about: pair("riddles, a quiz and a board of points", "猜谜、竞猜和积分"),
        zh: PARTS,
        en: PARTS_EN,
    },
    ShippedTemplate {
        name: "kol-session",
        about: pair("a guest's evening, from the invitation to the write-up", "嘉宾的一晚，从邀约到成文"),
        zh: PARTS,
        en: PARTS_EN,
    },
    ShippedTemplate {
        name: "pruning",
        about: pair(
            "silent members: notice, grace, approval, removal",
            "长期沉默的人：告知、宽限、点头、请出",
        ),
        zh: PARTS,
        en: PARTS_EN,
    },
    ShippedTemplate {
        name: "offline-event",
        about: pair("the day everyone meets", "大家见面的那一天"),
        zh: PARTS,
        en: PARTS_EN,
    },
    ShippedTemplate {
        name: "admission",
        about: pair(
            "a form, a person's yes, a tag; the fee as a fact",
            "填表、群主点头、打标签；收费由人确认",
        ),
        zh: PARTS,
        en: PARTS_EN,
    },
    ShippedTemplate {
        name: "growth",
        about: pair(
            "seeds from elsewhere, friends who stay, trial officers",
            "别处的种子、留下来的朋友、体验官",
        ),
        zh: PARTS,
        en: PARTS_EN,
    },
    ShippedTemplate {
        name: "people",
        about: pair(
            "the core, where people stand, whether they were helped",
            "核心成员、谁站在哪里、答疑之后",
        ),
        zh: PARTS,
        en: PARTS_EN,
    },
    ShippedTemplate {
        name: "service",
        about: pair("after the deal, and a place for members' ads", "成交之后，群友的广告有去处"),
        zh: PARTS,
        en: PARTS_EN,
    },
    ShippedTemplate {
        name: "later-life",
        about: pair(
            "a weekly health letter, reviving, ending well, the next group",
            "每周体检信、救活、好好收场、下一个群",
        ),
        zh: PARTS,
        en: PARTS_EN,
    },
    ShippedTemplate {
        name: "enforce",
        about: pair(
            "what members may not do: watched, reminded, judged, heard again",
            "违规之后：先观察、再提醒、由人裁定、可以申诉",
        ),
        zh: PARTS,
        en: PARTS_EN,
    },
    ShippedTemplate {
        name: "book-club-en",
        about: pair("a small book club, in English", "一个小读书会，英文"),
        zh: &[],
        en: shelf!["examples/book-club-en": "book-club-en.yaml" "book-club-en.test.yaml"],
    },
    ShippedTemplate {
        name: "content-calendar",
        about: pair("posts from a table of dates", "按日期表发内容"),
        zh: shelf!["examples/content-calendar": "content-calendar.yaml" "content-calendar.test.yaml" "data/topics.csv"],
        en: shelf!["examples/en/content-calendar": "content-calendar.yaml" "content-calendar.test.yaml" "data/topics.csv"],
    },
    ShippedTemplate {
        name: "flash-group",
        about: pair("a group that lives for a few days and ends by itself", "活几天、自己结束的快闪群"),
        zh: shelf!["examples/flash-group": "flash-group.yaml" "flash-group.test.yaml"],
        en: shelf!["examples/en/flash-group": "flash-group.yaml" "flash-group.test.yaml"],
    },
    ShippedTemplate {
        name: "manual-wechat",
        about: pair("personal WeChat: a person copies every post", "个人微信：每条由人转发"),
        zh: shelf!["examples/manual-wechat": "manual-wechat.yaml" "manual-wechat.test.yaml"],
        en: shelf!["examples/en/manual-wechat": "manual-wechat.yaml" "manual-wechat.test.yaml"],
    },
    ShippedTemplate {
        name: "morning-paper",
        about: pair("a morning post on working days", "工作日早报"),
        zh: shelf!["examples/morning-paper": "morning-paper.yaml" "morning-paper.test.yaml"],
        en: shelf!["examples/en/morning-paper": "morning-paper.yaml" "morning-paper.test.yaml"],
    },
    ShippedTemplate {
        name: "twenty-cities",
        about: pair("one playbook for many groups, from a table", "一个剧本管很多群，来自一张表"),
        zh: shelf!["examples/twenty-cities": "twenty-cities.yaml" "twenty-cities.test.yaml" "data/cities.csv"],
        en: shelf!["examples/en/twenty-cities": "twenty-cities.yaml" "twenty-cities.test.yaml" "data/cities.csv"],
    },
    ShippedTemplate {
        name: "newcomers",
        about: pair("the first month of every member, a run for each", "每位新人的头一个月，各走各的"),
        zh: shelf!["examples/zh/newcomers": "newcomers.yaml" "newcomers.test.yaml"],
        en: shelf!["examples/newcomers": "newcomers.yaml" "newcomers.test.yaml"],
    },
    ShippedTemplate {
        name: "quiz-night",
        about: pair("a quiz with points, a board and seasons", "有积分、榜单和赛季的竞猜"),
        zh: shelf!["examples/zh/quiz-night": "quiz-night.yaml" "quiz-night.test.yaml"],
        en: shelf!["examples/quiz-night": "quiz-night.yaml" "quiz-night.test.yaml"],
    },
    ShippedTemplate {
        name: "launch-week",
        about: pair(
            "promotion in windows around a calendar, approved by a person",
            "围着日历的推广，由人审批",
        ),
        zh: shelf!["examples/zh/launch-week": "launch-week.yaml" "launch-week.test.yaml"],
        en: shelf!["examples/launch-week": "launch-week.yaml" "launch-week.test.yaml"],
    },
    ShippedTemplate {
        name: "rotating-hosts",
        about: pair("hosts who take turns, in each group its own", "轮值群主，每个群各排各的"),
        zh: shelf!["examples/zh/rotating-hosts": "rotating-hosts.yaml" "rotating-hosts.test.yaml"],
        en: shelf!["examples/rotating-hosts": "rotating-hosts.yaml" "rotating-hosts.test.yaml"],
    },
    ShippedTemplate {
        name: "spring-clean",
        about: pair(
            "silent members let go with notice, grace and a person's yes",
            "清理沉默成员：告知、宽限、由人点头",
        ),
        zh: shelf!["examples/zh/spring-clean": "spring-clean.yaml" "spring-clean.test.yaml"],
        en: shelf!["examples/spring-clean": "spring-clean.yaml" "spring-clean.test.yaml"],
    },
    ShippedTemplate {
        name: "workshop",
        about: pair(
            "a workshop: sign-up, moving dates, a seat that waits to be paid",
            "工作坊：报名、改期、等付款的座位",
        ),
        zh: shelf!["examples/zh/workshop": "workshop.yaml" "workshop.test.yaml"],
        en: shelf!["examples/workshop": "workshop.yaml" "workshop.test.yaml"],
    },
    ShippedTemplate {
        name: "whole-life",
        about: pair("all six parts of a life together, in Chinese", "六个部分合成一个群的一年"),
        zh: shelf!["examples/whole-life":
            "whole-life.yaml" "whole-life.test.yaml"
            "parts/seed-recruiting.yaml" "parts/rules.yaml" "parts/weekly-games.yaml" "parts/kol-session.yaml"
            "parts/pruning.yaml" "parts/offline-event.yaml" "parts/data/riddles.csv" "parts/data/quiz.csv"
            "parts/data/lists/expert-share.yaml" "parts/data/lists/retro.yaml" "parts/scripts/welcome.rhai"
            "parts/scripts/rules.rhai" "parts/scripts/riddle.rhai" "parts/scripts/spotlight.rhai"
            "parts/scripts/leaderboard.rhai" "parts/scripts/digest.rhai"
        ],
        en: &[],
    },
    ShippedTemplate {
        name: "guild",
        about: pair("all six parts of a life together, in English", "六个部分合成一个群，英文"),
        zh: &[],
        en: shelf!["examples/guild":
            "guild.yaml" "guild.test.yaml"
            "parts/seed-recruiting.yaml" "parts/rules.yaml" "parts/weekly-games.yaml" "parts/kol-session.yaml"
            "parts/pruning.yaml" "parts/offline-event.yaml" "parts/data/riddles.csv" "parts/data/quiz.csv"
            "parts/data/openers.csv" "parts/data/lists/expert-share.yaml" "parts/data/lists/retro.yaml"
        ],
    },
];

/// A play of the shelf, `weekly-games/spotlight`, as its file has it, in the reader's language where it is written in
/// both; none where there is no such play.
pub(crate) fn shipped_play(name: &str, locale: Locale) -> Option<String> {
    let (file, play) = name.split_once('/')?;
    let edition = ShippedEdition::find(file, locale)?;
    let own = edition.file();
    let (_, text) = edition.files().into_iter().find(|(path, _)| *path == own)?;
    let plays = text.split_once("\nplays:")?.1;
    let key = format!("  {play}:");
    let begins = |line: &&str| line.starts_with(&key) && !line.starts_with("   ");
    let of_it = |line: &&str| line.is_empty() || line.starts_with("   ");
    let mut lines = plays.lines().skip_while(|line| !begins(line));
    let first = lines.next()?;
    let rest: Vec<&str> = lines.take_while(of_it).collect();
    Some(format!("{first}\n{}", rest.join("\n")).trim_end().to_owned())
}

impl ShippedTemplate {
    /// The template in a reader's language, or in the other one where it is in no other.
    fn edition(&'static self, locale: Locale) -> ShippedEdition {
        let other = match locale {
            Locale::Zh if self.zh.is_empty() => Locale::En,
            Locale::En if self.en.is_empty() => Locale::Zh,
            own => own,
        };
        ShippedEdition { template: self, locale: other }
    }
}

impl ShippedEdition {
    /// A template by name, in the reader's language where it is written in that.
    pub(super) fn find(name: &str, locale: Locale) -> Option<Self> {
        let named = TEMPLATES.iter().find(|template| template.name == name)?;
        Some(named.edition(locale))
    }

    /// Every template, those of the reader's language first.
    pub(super) fn listed(locale: Locale) -> Vec<Self> {
        let mut all: Vec<Self> = TEMPLATES.iter().map(|template| template.edition(locale)).collect();
        all.sort_by_key(|edition| edition.locale != locale);
        all
    }

    /// Whether it is a part of a life, for a file that uses it.
    pub(super) fn is_part(&self) -> bool {
        self.template.zh.len() == PARTS.len() && self.template.zh.iter().eq(PARTS)
    }

    /// The playbook's file name.
    pub(super) fn file(&self) -> String {
        format!("{}.yaml", self.template.name)
    }

    /// The files to copy, path and text: the playbook, its scenario, and everything whose path is written in a file that is
    /// copied.
    pub(super) fn files(&self) -> Vec<(String, &'static str)> {
        let (files, file) = (
            match self.locale {
                Locale::Zh => self.template.zh,
                Locale::En => self.template.en,
            },
            self.file(),
        );
        // An example that is made of parts brings their scripts along.
        let shared = if files.iter().any(|(path, _)| path.starts_with("parts/")) { &[][..] } else { SCRIPTS };
        let shelf: Vec<(String, &'static str)> = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), *text))
            .chain(shared.iter().map(|(path, text)| (format!("scripts/{path}"), *text)))
            .collect();
        let mut taken: Vec<(String, &'static str)> = Vec::new();
        let scenario = file.replace(".yaml", ".test.yaml");
        let own = |path: &str| path == file || path == scenario || path == "README.md";
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
            ShippedEdition::find(name, Locale::Zh)
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
