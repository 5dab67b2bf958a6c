//! `handover-too-long`: a role whose term is longer than a quarter of a year.

use super::context::{Context, found};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example, Words},
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
    meaning: Words {
        en: "a role is handed over less often than every three months",
        zh: "轮值周期超过三个月",
    },
    explanation: Words {
        en: "Admins rotate every two to three months: long enough to learn the group, short enough not to tire of it.",
        zh: "管理员每两三个月轮换一次:足够熟悉群,又不至于疲惫。",
    },
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
            Some(Term::Days(days)) => (days > DAYS_MAX, format!("{days} days")),
            Some(Term::Months(months)) => (months > MONTHS_MAX, format!("{months} months")),
            Some(Term::Exact(length)) => {
                (length > Duration::DAY.times(i64::from(DAYS_MAX)), length.to_string())
            }
            None => continue,
        };
        if long && role.people.len() > 1 {
            let message = format!(
                "a term of {} is {written}; two to three months keep people fresh",
                tick(name.as_str())
            );
            out.push(
                found(&CODE, cx.span(&format!("roles.{name}.term")), message).help("write `term: 10 weeks`"),
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
