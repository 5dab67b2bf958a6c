//! The shelf, built into the binary: every playbook of `playbooks/` and `examples/` with the files it needs.
//!
//! A closed list; a test fails when a file of the shelf is not in it. Writes nothing.

/// A playbook that `new` can copy out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Template {
    /// Its name on the command line.
    pub(super) name: &'static str,
    /// What it is for, in a few words.
    pub(super) about: &'static str,
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
    "offline-event.yaml" "data/riddles.csv" "data/lists/expert-share.yaml" "data/lists/discount.yaml"
    "data/lists/fun-campaign.yaml" "data/lists/retro.yaml"
    "seed-recruiting.test.yaml" "rules.test.yaml" "weekly-games.test.yaml" "kol-session.test.yaml"
    "pruning.test.yaml" "offline-event.test.yaml"
    "people.yaml" "people.test.yaml" "admission.yaml" "admission.test.yaml" "growth.yaml" "growth.test.yaml"
    "service.yaml" "service.test.yaml" "later-life.yaml" "later-life.test.yaml"
];
/// The scripts that the parts use.
const SCRIPTS: &[(&str, &str)] = shelf!["scripts":
    "digest.rhai" "leaderboard.rhai" "namecard_check.rhai" "riddle.rhai" "rules.rhai" "spotlight.rhai"
    "welcome.rhai"
];

/// Every template, the first one being the default.
pub(super) const TEMPLATES: &[Template] = &[
    Template {
        name: "community",
        about: "a reading community's whole life, in Chinese",
        file: "community.yaml",
        files: shelf!["examples/community":
            "community.yaml" "community.test.yaml" "README.md" "calendars/holidays.ics" "data/members.csv" "data/riddles.csv"
            "scripts/riddle.rhai" "scripts/rules.rhai" "scripts/welcome.rhai"
        ],
    },
    Template {
        name: "seed-recruiting",
        about: "the first members: who invites whom, in which order",
        file: "seed-recruiting.yaml",
        files: PARTS,
    },
    Template {
        name: "rules",
        about: "rules told at the door and repeated in season",
        file: "rules.yaml",
        files: PARTS,
    },
    Template {
        name: "weekly-games",
        about: "riddles, votes and a board of points",
        file: "weekly-games.yaml",
        files: PARTS,
    },
    Template {
        name: "kol-session",
        about: "a guest's evening, from the invitation to the write-up",
        file: "kol-session.yaml",
        files: PARTS,
    },
    Template {
        name: "pruning",
        about: "silent members: notice, grace, approval, removal",
        file: "pruning.yaml",
        files: PARTS,
    },
    Template {
        name: "offline-event",
        about: "the day everyone meets",
        file: "offline-event.yaml",
        files: PARTS,
    },
    Template {
        name: "admission",
        about: "a form, a person's yes, a tag; the fee as a fact",
        file: "admission.yaml",
        files: PARTS,
    },
    Template {
        name: "growth",
        about: "seeds from elsewhere, friends who stay, trial officers",
        file: "growth.yaml",
        files: PARTS,
    },
    Template {
        name: "people",
        about: "the core, where people stand, whether they were helped",
        file: "people.yaml",
        files: PARTS,
    },
    Template {
        name: "service",
        about: "after the deal, and a place for members' ads",
        file: "service.yaml",
        files: PARTS,
    },
    Template {
        name: "later-life",
        about: "a weekly health letter, reviving, ending well, the next group",
        file: "later-life.yaml",
        files: PARTS,
    },
    Template {
        name: "book-club-en",
        about: "a small book club, in English",
        file: "book-club-en.yaml",
        files: shelf!["examples/book-club-en": "book-club-en.yaml" "book-club-en.test.yaml"],
    },
    Template {
        name: "content-calendar",
        about: "posts from a table of dates",
        file: "content-calendar.yaml",
        files: shelf!["examples/content-calendar": "content-calendar.yaml" "content-calendar.test.yaml" "data/topics.csv"],
    },
    Template {
        name: "flash-group",
        about: "a group that lives for a few days and ends by itself",
        file: "flash-group.yaml",
        files: shelf!["examples/flash-group": "flash-group.yaml" "flash-group.test.yaml"],
    },
    Template {
        name: "manual-wechat",
        about: "personal WeChat: a person copies every post",
        file: "manual-wechat.yaml",
        files: shelf!["examples/manual-wechat": "manual-wechat.yaml" "manual-wechat.test.yaml"],
    },
    Template {
        name: "morning-paper",
        about: "a morning post on working days",
        file: "morning-paper.yaml",
        files: shelf!["examples/morning-paper": "morning-paper.yaml" "morning-paper.test.yaml"],
    },
    Template {
        name: "twenty-cities",
        about: "one playbook for many groups, from a table",
        file: "twenty-cities.yaml",
        files: shelf!["examples/twenty-cities": "twenty-cities.yaml" "twenty-cities.test.yaml" "data/cities.csv"],
    },
    Template {
        name: "newcomers",
        about: "the first month of every member, a run for each",
        file: "newcomers.yaml",
        files: shelf!["examples/newcomers": "newcomers.yaml" "newcomers.test.yaml"],
    },
    Template {
        name: "quiz-night",
        about: "a quiz with points, a board and seasons",
        file: "quiz-night.yaml",
        files: shelf!["examples/quiz-night": "quiz-night.yaml" "quiz-night.test.yaml"],
    },
    Template {
        name: "launch-week",
        about: "promotion in windows around a calendar, approved by a person",
        file: "launch-week.yaml",
        files: shelf!["examples/launch-week": "launch-week.yaml" "launch-week.test.yaml"],
    },
    Template {
        name: "rotating-hosts",
        about: "hosts who take turns, in each group its own",
        file: "rotating-hosts.yaml",
        files: shelf!["examples/rotating-hosts": "rotating-hosts.yaml" "rotating-hosts.test.yaml"],
    },
    Template {
        name: "spring-clean",
        about: "silent members let go with notice, grace and a person's yes",
        file: "spring-clean.yaml",
        files: shelf!["examples/spring-clean": "spring-clean.yaml" "spring-clean.test.yaml"],
    },
    Template {
        name: "workshop",
        about: "a workshop: sign-up, moving dates, a seat that waits to be paid",
        file: "workshop.yaml",
        files: shelf!["examples/workshop": "workshop.yaml" "workshop.test.yaml"],
    },
];

impl Template {
    /// A template by name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.name == name)
    }

    /// The files to copy, path and text: the playbook, its scenario, and everything whose path is written in a file that is
    /// copied.
    pub(super) fn files(&self) -> Vec<(String, &'static str)> {
        let shelf: Vec<(String, &'static str)> = self
            .files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), *text))
            .chain(SCRIPTS.iter().map(|(path, text)| (format!("scripts/{path}"), *text)))
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
            next.extend((0..shelf.len()).filter(|i| text.contains(shelf[*i].0.as_str())));
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
            Template::find(name).unwrap().files().into_iter().map(|(path, _)| path).collect()
        };
        let community = paths("community");
        for path in ["community.yaml", "calendars/holidays.ics", "data/riddles.csv", "scripts/riddle.rhai"] {
            assert!(community.iter().any(|p| p == path), "{path} in {community:?}");
        }
        assert!(paths("weekly-games").contains(&"scripts/leaderboard.rhai".to_owned()));
        assert_eq!(paths("book-club-en"), ["book-club-en.test.yaml", "book-club-en.yaml"]);
    }
}
