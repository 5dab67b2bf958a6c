//! `empty-post`: a message whose whole text is a column that is empty for one of the dates.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{Phrase, pair, phrase},
};
use crate::model::{text::TextPart, trigger::Trigger};

pub(super) const CODE: Code = Code {
    slug: "empty-post",
    severity: Severity::Warning,
    meaning: pair("a message that has no text on one of its dates", "某个日期的消息没有文字"),
    explanation: pair(
        "A message whose text is nothing but `${date.topic}` cannot be sent where that column is empty: platforms refuse an empty message. Fill the column in, or write words around it.",
        "文字只有 `${date.topic}` 的消息，遇到这一列为空就发不出去：平台不收空消息。把这一列填上，或在它周围写点字。",
    ),
    bad: Example {
        yaml: "plays:\n  topics:\n    dates: { file: topics.csv, at: \"${row.date} 12:30\" }\n    steps:\n      - post: \"${date.topic}\"\n",
        files: &[("topics.csv", "id,date,topic\na,2026-12-05,Hello\nb,2026-12-12,\n")],
    },
    good: Example {
        yaml: "plays:\n  topics:\n    dates: { file: topics.csv, at: \"${row.date} 12:30\" }\n    steps:\n      - post: \"${date.topic}\"\n",
        files: &[("topics.csv", "id,date,topic\na,2026-12-05,Hello\nb,2026-12-12,World\n")],
    },
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step, post) in cx.posts() {
        let Trigger::Dates(dates) = &play.trigger else { continue };
        let mut parts = post.text.parts.iter().filter(|part| match part {
            TextPart::Literal(text) => !text.trim().is_empty(),
            TextPart::Expr(_) => true,
        });
        let (Some(TextPart::Expr(expr)), None) = (parts.next(), parts.next()) else { continue };
        let Some(column) = expr.source().trim().strip_prefix("date.") else { continue };
        let is_empty = |value: &crate::base::value::Value| {
            value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
        };
        let holes: Vec<&str> = dates
            .iter()
            .filter(|date| date.values.get(column).is_some_and(is_empty))
            .map(|date| &*date.id)
            .take(5)
            .collect();
        if holes.is_empty() || step.when.is_some() {
            continue;
        }
        let dates = Phrase::ticks(&holes, "and");
        let message = phrase!(
            "the text is nothing but `{column}`, which is empty for {dates}: that message cannot be sent",
            "文字只有 `{column}`，而 {dates} 的这一列是空的：那条消息发不出去"; dates
        );
        let help = phrase!(
            "fill `{column}` in, or skip such a date with `when: date.{column} != \"\"`",
            "填上 `{column}`，或用 `when: date.{column} != \"\"` 跳过这样的日期"
        );
        out.push(found(&CODE, cx.key_span(play, step, "post"), message).help(help));
    }
}
