//! How the handbook says what a playbook writes for the engine: expressions in texts, offsets, signals.
//!
//! Nothing is evaluated: what is known from the file stands there, everything else is named.

use crate::{
    base::{
        locale::Locale,
        offset::Offset,
        phrase::{Words, pair},
        time::Duration,
        value::Value,
    },
    model::{
        playbook::Playbook,
        text::{Text, TextPart},
    },
    sim::{
        named::{bracketed, named},
        supposed::Supposing,
    },
};

/// A playbook as it is told in a language.
#[derive(Clone, Copy)]
pub(super) struct Telling<'a> {
    /// What is told.
    pub(super) playbook: &'a Playbook,
    /// In which language.
    pub(super) locale: Locale,
}

/// The signals that every playbook knows, as the moment that they are.
const SIGNALS: [(&str, Words); 19] = [
    ("group.created", pair("when the group begins", "建群时")),
    ("phase.entered", pair("when a phase begins", "进入新阶段时")),
    ("member.joined", pair("when somebody joins", "有人进群时")),
    ("member.left", pair("when somebody leaves", "有人退群时")),
    ("member.requested", pair("when somebody wants in", "有人申请进群时")),
    ("message", pair("when somebody writes", "有人发言时")),
    ("answer", pair("when somebody answers", "有人回答时")),
    ("reaction", pair("when somebody reacts", "有人点表情时")),
    ("task.done", pair("when a task is done", "任务完成时")),
    ("rules.changed", pair("when the rules have changed", "群规改动时")),
    ("tag.added", pair("when somebody has a new tag", "有人得到新标签时")),
    ("tier.changed", pair("when somebody rises or falls", "有人升降层级时")),
    ("operators.idle", pair("when nobody has looked after the group", "没有人照看群时")),
    ("strike", pair("when somebody breaks a rule", "有人违规时")),
    ("screened", pair("when a message is caught by a rule", "消息被规则拦下时")),
    ("appeal", pair("when somebody objects to a decision", "有人申诉时")),
    ("question.answered", pair("when a question was answered", "有问题得到回答时")),
    ("fee.paid", pair("when a fee has come", "会费到账时")),
    ("order.paid", pair("when an order is paid", "订单付款时")),
];

impl Telling<'_> {
    /// Words of the language.
    pub(super) fn pick(&self, en: &str, zh: &str) -> String {
        self.locale.pick(en, zh).to_owned()
    }

    /// A text with words in brackets for what is only known when it is said.
    pub(super) fn text(&self, text: &Text) -> String {
        text.parts.iter().fold(String::new(), |mut out, part| {
            match part {
                TextPart::Literal(text) => out.push_str(text),
                TextPart::Expr(expr) => out.push_str(&self.stands(expr.source().trim())),
            }
            out
        })
    }

    /// The same in one line.
    pub(super) fn line(&self, text: &Text) -> String {
        self.text(text).trim().replace('\n', " ")
    }

    /// What stands where an expression does.
    pub(super) fn stands(&self, source: &str) -> String {
        if let Some(known) = self.known(source) {
            return known;
        }
        named(source, self.locale)
    }

    fn bracketed(&self, words: &str) -> String {
        bracketed(words, self.locale)
    }

    /// The value of a path whose value the file says.
    fn known(&self, source: &str) -> Option<String> {
        let mut path = source.split('.');
        let (first, rest): (&str, Vec<&str>) = (path.next()?, path.collect());
        if first == "roles" {
            let role = self.playbook.roles.get(&crate::base::ids::RoleName::new(rest.first()?))?;
            let names: Vec<String> = role.people.iter().map(|person| person.name.clone()).collect();
            return match role.term {
                None => Some(self.locale.join(&names)),
                Some(_) => Some(self.bracketed(&self.pick("whose turn it is", "当值的人"))),
            };
        }
        let mut value = match first {
            "vars" => self.playbook.vars.get(*rest.first()?)?,
            "charter" => self.playbook.charter.get(rest.first()?)?,
            "rules" => self.playbook.rules.get(rest.first()?)?,
            _ => return None,
        };
        for key in &rest[1..] {
            value = value.get(key)?;
        }
        match value {
            Value::Map(_) | Value::Null => None,
            Value::List(items) => {
                let items: Option<Vec<String>> =
                    items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
                items.map(|items| self.locale.join(&items))
            }
            Value::Str(text) => Some(text.trim().to_owned()),
            other => Some(other.to_json().to_string().trim_matches('"').to_owned()),
        }
    }

    /// A condition as a sentence; one that has no words as it is written.
    pub(super) fn condition(&self, source: &str) -> String {
        let known = |path: &str| self.known(path);
        let words = Supposing { locale: self.locale, known: &known }.sentence(source);
        words.unwrap_or_else(|| self.as_written(source))
    }

    /// The same of a condition about a member, as what that member does or is; nothing where it has no words.
    pub(super) fn of_member(&self, source: &str) -> Option<String> {
        let known = |path: &str| self.known(path);
        Supposing { locale: self.locale, known: &known }.of_member(source)
    }

    /// A condition that nobody has words for.
    fn as_written(&self, source: &str) -> String {
        let source = source.trim();
        match self.locale {
            Locale::En => format!("its condition holds (`{source}`)"),
            Locale::Zh => format!("条件成立（`{source}`）"),
        }
    }

    /// A length of time in words.
    pub(super) fn length(&self, length: Duration) -> String {
        self.locale.duration(length)
    }

    /// When a step comes, from the moment that its play is about.
    pub(super) fn offset(&self, offset: Offset) -> String {
        let en = self.locale == Locale::En;
        match offset {
            Offset::Exact(length) => {
                let long = self.length(Duration::from_millis(length.as_millis().saturating_abs()));
                match (length.as_millis(), en) {
                    (0, true) => "at the time".to_owned(),
                    (0, false) => "准时".to_owned(),
                    (..0, true) => format!("{long} before"),
                    (..0, false) => format!("提前 {long}"),
                    (_, true) => format!("{long} after"),
                    (_, false) => format!("{long}后"),
                }
            }
            Offset::Days(days, clock) => match (days, en) {
                (0, true) => format!("that day at {clock}"),
                (0, false) => format!("当天 {clock}"),
                (-1, true) => format!("the day before at {clock}"),
                (-1, false) => format!("前一天 {clock}"),
                (1, true) => format!("the day after at {clock}"),
                (1, false) => format!("第二天 {clock}"),
                (..0, true) => format!("{} days before at {clock}", days.unsigned_abs()),
                (..0, false) => format!("提前 {} 天的 {clock}", days.unsigned_abs()),
                (_, true) => format!("{days} days after at {clock}"),
                (_, false) => format!("{days} 天后的 {clock}"),
            },
        }
    }

    /// The moment of a signal.
    pub(super) fn signal(&self, name: &str) -> String {
        let known = SIGNALS.iter().find(|(known, _)| *known == name);
        match (known, self.locale) {
            (Some((_, words)), locale) => words.of(locale).to_owned(),
            (None, Locale::En) => format!("when `{name}` is reported"),
            (None, Locale::Zh) => format!("收到 `{name}` 时"),
        }
    }
}
