//! `forced-recruiting`: a task that makes all employees recruit.

use super::{
    advice,
    context::{Context, found},
    said::{INVITES, says},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::pair,
    },
    model::step::Verb,
};

pub(super) const CODE: Code = advice(
    "forced-recruiting",
    pair("everybody is ordered to recruit", "要求全体员工拉人转发"),
    pair(
        "Making staff open groups, spam the groups of others or forward on command brings people who leave, and costs the trust of those who were made to. Ask volunteers.",
        "逼员工建群、刷别人的群、转发拉人，拉来的人留不住，还伤了被逼的人。找自愿的人。",
    ),
    "people: { ann: { name: Ann } }\nplays:\n  push:\n    steps:\n      - task: 全体员工今晚转发到朋友圈\n        to: ann\n",
    "people: { ann: { name: Ann } }\nplays:\n  push:\n    steps:\n      - task: 请三到五位愿意的同事今晚转发到朋友圈\n        to: ann\n",
    &["P044"],
);

const ALL_STAFF: [&str; 9] = [
    "all staff",
    "every employee",
    "all employees",
    "everybody in the company",
    "全体员工",
    "所有员工",
    "每位员工",
    "全体同事",
    "所有同事",
];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        let Verb::Task(task) = &step.verb else { continue };
        let text = task.text.source().to_lowercase();
        if says(&text, &ALL_STAFF) && says(&text, &INVITES) {
            let message = pair("this task makes everybody recruit", "这个任务要求所有人去拉人");
            out.push(
                found(&CODE, cx.step_span(play, step), message)
                    .help(pair("ask three to five who want to", "请三到五位愿意的人来做")),
            );
        }
    }
}
