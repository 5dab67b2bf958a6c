//! `handover-too-long`: a role whose term is longer than a quarter of a year.

use super::context::{Context, found};
use crate::base::phrase::{Phrase, pair, phrase};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example},
        },
        time::Duration,
        words::tick,
    },
    model::role::Term,
};

const MONTHS_MAX: i32 = 3;
const DAYS_MAX: i32 = 92;

pub(super) const CODE: Code = Code {
    slug: "handover-too-long",
    severity: Severity::Warning,
    meaning: pair("a role is handed over less often than every three months", "轮值周期超过三个月"),
    explanation: pair(
        "Admins rotate every two to three months: long enough to learn the group, short enough not to tire of it.",
        "管理员每两三个月轮换一次：足够熟悉群，又不至于疲惫。",
    ),
    bad: Example::of(
        "people: { ann: { name: Ann }, bob: { name: Bob } }\nroles:\n  host: { people: [ann, bob], term: 6 months }\n",
    ),
    good: Example::of(
        "people: { ann: { name: Ann }, bob: { name: Bob } }\nroles:\n  host: { people: [ann, bob], term: 10 weeks }\n",
    ),
    practices: &["P084"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (name, role) in &cx.playbook.roles {
        let (long, written) = match role.term {
            Some(Term::Days(days)) => (days > DAYS_MAX, phrase!("{days} days", "{days} 天")),
            Some(Term::Months(months)) => (months > MONTHS_MAX, phrase!("{months} months", "{months} 个月")),
            Some(Term::Exact(length)) => {
                (length > Duration::DAY.times(i64::from(DAYS_MAX)), Phrase::same(length.to_string()))
            }
            None => continue,
        };
        if long && role.people.len() > 1 {
            let name_ticked = tick(name.as_str());
            let message = phrase!(
                "a term of {name_ticked} is {written}; two to three months keep people fresh",
                "{name_ticked} 的任期是 {written}；两三个月轮换一次才有新鲜感"; written
            );
            out.push(
                found(&CODE, cx.span(&format!("roles.{name}.term")), message)
                    .help(pair("write `term: 10 weeks`", "写成 `term: 10 weeks`")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn a_quarter_is_fine_and_one_person_has_nobody_to_hand_over_to() {
        let people = "people: { ann: { name: Ann }, bob: { name: Bob } }\nroles:\n  host: { people: [ann, bob], term: 3 months }\n  \
                      owner: { people: [ann], term: 200d }\n";
        assert_eq!(messages(&CODE, people), [""; 0]);
    }
}
