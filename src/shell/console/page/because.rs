//! What bore on something, in the words of a host: keys of the file and words of the engine are told as what they mean,
//! and runs, messages and steps by what people call them.

use super::{parts, wording};
use crate::{
    base::{
        ids::RunId,
        locale::Locale,
        phrase::{Words, pair},
    },
    shell::{console::view::naming::NamedStep, pages::words},
};

/// What is looked at, by the word that programs read.
const CALLED: [(&str, Words); 48] = [
    ("adopted", pair("Began later", "开始得晚")),
    ("appeal", pair("Objection", "申诉")),
    ("asked", pair("Asked", "正在问")),
    ("catch_up", pair("Made up for", "补发")),
    ("clock", pair("Clock", "时钟")),
    ("dates", pair("Dates", "日期")),
    ("delivery", pair("Delivery", "送达")),
    ("during", pair("Phase", "阶段")),
    ("enabled", pair("Switched on", "是否启用")),
    ("except", pair("Days without it", "不办的日子")),
    ("exempt", pair("Exempt", "豁免")),
    ("from", pair("First day", "从哪天起")),
    ("hush", pair("Hush", "静默")),
    ("labels", pair("Budget of its label", "这类消息的预算")),
    ("limit", pair("Limit", "上限")),
    ("max_late", pair("How late it may be", "最多可以迟多久")),
    ("mentions.max", pair("Budget of mentions", "提醒（@）的预算")),
    ("muted", pair("Muted", "禁言")),
    ("next", pair("Next time", "下一次")),
    ("only", pair("Days for it", "只在这些日子")),
    ("order", pair("Order of messages", "消息顺序")),
    ("overlap", pair("Still under way", "上一场没结束")),
    ("paused", pair("Pause", "暂停")),
    ("phase", pair("Phase", "阶段")),
    ("posts.gap", pair("Gap between posts", "两条消息的间隔")),
    ("posts.max", pair("Posts allowed", "每天的条数")),
    ("promo.around", pair("Days for promos", "推广的日子")),
    ("promo.max", pair("Share of promos", "推广占比")),
    ("promo.not_before", pair("First promo", "最早什么时候推广")),
    ("promo.when", pair("Condition of promos", "推广的条件")),
    ("quiet", pair("Quiet hours", "静默时段")),
    ("rule", pair("Rule", "规则")),
    ("session", pair("A session is on", "有活动正在进行")),
    ("signals", pair("Heard so far", "已经听到")),
    ("skip", pair("Skipped by somebody", "有人跳过")),
    ("slept", pair("Engine was away", "引擎当时没在运行")),
    ("step", pair("Step", "步骤")),
    ("strike", pair("Strike", "违规")),
    ("trigger", pair("When it begins", "什么时候开始")),
    ("until", pair("Last day", "到哪天为止")),
    ("when", pair("Condition", "条件")),
    ("where", pair("Which ones count", "哪些算数")),
    ("words", pair("Words of the rule", "规则里的词")),
    ("workday", pair("Working days", "工作日")),
    ("members.count", pair("Members", "成员数")),
    ("budget", pair("Budget", "预算")),
    ("channel", pair("Channel", "频道")),
    ("outbox", pair("Delivery", "送达")),
];

/// What was looked at; a word that is not known stays as it is.
pub(super) fn called(what: &str, locale: Locale) -> &str {
    CALLED.iter().find(|(known, _)| *known == what).map_or(what, |(_, words)| words.of(locale))
}

/// What people call the things in the sentences of one answer.
pub(super) struct SpokenNames<'a> {
    /// The run.
    pub(super) run: Option<&'a RunId>,
    /// The play by its name in the file, and as people call it.
    pub(super) play: (&'a str, &'a str),
    /// Its steps: each id with its verb and how its text begins.
    pub(super) steps: &'a [NamedStep],
    /// The language.
    pub(super) locale: Locale,
}

impl SpokenNames<'_> {
    /// A sentence of the engine with those names in it.
    pub(super) fn in_words(&self, text: &str) -> String {
        let mut out = parts::unmarked(text);
        if let Some(run) = self.run {
            out = wording::without_ids(&out, run, self.locale).replace(run.as_str(), self.play.1);
        }
        self.in_steps(&self.without_keys(&without_numbers(&without_others(&out, self.locale))))
    }

    /// A sentence with the budgets that hold something by what they are called.
    fn without_keys(&self, text: &str) -> String {
        let (head, tail) = (self.locale.pick("held by ", "被 "), self.locale.pick("", " 压住"));
        let mut out = text.to_owned();
        for (key, words) in CALLED {
            let stands = format!("{head}{key}{tail}");
            // A key may begin another one.
            let ends =
                |at: usize| !out[at + stands.len()..].starts_with(|c: char| c == '.' || c.is_alphanumeric());
            if out.find(&stands).is_some_and(ends) {
                let words = words.of(self.locale);
                let says = match self.locale {
                    Locale::En => format!("{head}“{words}”"),
                    Locale::Zh => format!("被“{words}”压住"),
                };
                out = out.replace(&stands, &says);
            }
        }
        out
    }

    /// The same of the sentence that opens an answer, which has the name of the play in it.
    pub(super) fn opening(&self, text: &str) -> String {
        let (name, title) = self.play;
        let out = self.in_words(text);
        let mut words: Vec<&str> = out.split(' ').collect();
        // At the head of a sentence it may end with a colon.
        let named = |word: &&str| word.trim_end_matches([':', '：']) == name;
        let Some(at) = words.iter().position(named) else { return out };
        let told = words[at].replace(name, title);
        words[at] = &told;
        words.join(" ")
    }

    /// Steps by what they do.
    fn in_steps(&self, text: &str) -> String {
        let head = self.locale.pick("step ", "步骤 ");
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(at) = rest.find(head) {
            let behind = &rest[at + head.len()..];
            let end = behind.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)));
            let id = behind[..end.unwrap_or(behind.len())].trim_end_matches('.');
            out.push_str(&rest[..at]);
            if let Some(words) = self.step(id) {
                out.push_str(&words);
            } else {
                out.push_str(head);
                out.push_str(id);
            }
            rest = &behind[id.len()..];
        }
        out.push_str(rest);
        out
    }

    /// One step: of a change of its date what it tells, else its verb with how its text begins.
    fn step(&self, id: &str) -> Option<String> {
        let told = [
            ("moved.", pair("the notice that it is moved", "改期通知")),
            ("cancelled.", pair("the notice that it is cancelled", "取消通知")),
            ("replaced.", pair("the notice that it is replaced", "被代替的通知")),
        ];
        if let Some((_, words)) = told.iter().find(|(head, _)| id.starts_with(head)) {
            return Some(words.of(self.locale).to_owned());
        }
        let (_, verb, text) = self.steps.iter().find(|(known, _, text)| known == id && !text.is_empty())?;
        let verb = words::verb(self.locale, verb);
        Some(match self.locale {
            Locale::En => format!("{verb} “{text}”"),
            Locale::Zh => format!("{verb}“{text}”"),
        })
    }
}

/// A sentence without the ids of other runs and of their messages: `PLAY@INSTANT/STEP/N`.
fn without_others(text: &str, locale: Locale) -> String {
    let words = text.split(' ').map(|word| {
        let core = word.trim_matches([',', '.', '`', '，', '。', ':', '：']);
        let (run, rest) = core.split_once('/').unwrap_or((core, ""));
        match (run.split_once('@').is_some_and(|(play, at)| !play.is_empty() && !at.is_empty()), rest) {
            (false, _) => word.to_owned(),
            (true, "") => word.replace(core, locale.pick("another run", "另一场")),
            (true, _) => word.replace(core, locale.pick("another message", "另一条消息")),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A sentence without the numbers of entries, which stand below it.
fn without_numbers(text: &str) -> String {
    let mut out = text.to_owned();
    for (head, tail) in [(" (journal ", ")"), ("（日志 ", "）")] {
        while let Some(at) = out.find(head) {
            let Some(end) = out[at..].find(tail) else { break };
            out.replace_range(at..at + end + tail.len(), "");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sentence_names_is_named_as_people_name_it() {
        let run = RunId::new("talk@2026-12-01T20:00:00Z");
        let steps = [("1".to_owned(), "post", "Good evening".to_owned())];
        let names = SpokenNames {
            run: Some(&run),
            play: ("talk", "Evening talk"),
            steps: &steps,
            locale: Locale::En,
        };
        assert_eq!(
            names.opening(
                "talk of 2026-12-01 20:00 waits at step 1 for talk@2026-12-01T20:00:00Z/1/0 to be delivered"
            ),
            "Evening talk of 2026-12-01 20:00 waits at post “Good evening” for its message to be delivered"
        );
        assert_eq!(
            names.in_words("step moved.1 was missed (journal 25), step 9 too"),
            "the notice that it is moved was missed, step 9 too"
        );
        assert_eq!(names.in_words("talk@2026-12-01T20:00:00Z began"), "Evening talk began");
        for locale in [Locale::En, Locale::Zh] {
            assert!(called("posts.gap", locale) != "posts.gap" && called("adopted", locale) != "adopted");
        }
    }
}
