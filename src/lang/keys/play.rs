//! What may stand in a play.

use super::{
    Is,
    closed::{CATCH_UP, OVERLAP, YES_NO},
    keys, words,
};

keys! {
    /// A play.
    PLAY {
        "title": Is::Text, "The name that people see; the play's key by default.", "title: Morning paper";
        "frozen": Is::Bool, "Whether open runs keep the words they began with when the file is edited; by default the texts of their steps ahead follow the newest version.", "frozen: true";
        "was": Is::Name, "The name that this play had before it was renamed in the file: its dates, its runs and what is settled go on under the new name.", "was: evening";
        "enabled": Is::Bool, "`false` switches the play off without taking it out: what has begun goes on, what would begin is skipped, and its dates are neither cancelled nor caught up.", "enabled: false";
        "groups": Is::Names, "The groups that have this play, by their ids or by their `kind`; every group by default.", "groups: [xian, kids]";
        "timezone": Is::Zone, "The zone of this play's clock times; the group's, else the playbook's, by default.", "timezone: Europe/Berlin";
        "every": Is::Schedule, "Trigger: a schedule in words, in the playbook's time zone.", "every: friday at 20:00";
        "cron": Is::Cron, "Trigger: five fields as crontab(5) has them (minute, hour, day of month, month, day of week); six add seconds in front.", "cron: \"30 20 * * 3\"";
        "jitter": Is::Positive, "With `every` or `cron`: each run begins up to so much later, drawn from the group and the occurrence, so that it is the same in every replay. Less than half of what lies between two occurrences.", "jitter: 10m";
        "dates": Is::Def("dates"), "Trigger: a list of dates, the rows of a file, or the days of members. The entry is `date` in expressions.", "dates:\n  - { id: jia, at: 2026-12-11 20:00, guest: Jia }";
        "on": Is::Signal, "Trigger: a signal, from the engine or of your own.", "on: member.joined";
        "where": Is::Condition, "With `on`: only signals for which this is true.", "where: signal.data.amount > 100";
        "batch": Is::Batch, "With `on`: the first signal opens a window, and one run gets all of them as `signals` at its end.", "batch: 10m";
        "per": Is::Words(&["member"]), "With `on`: one run a member, ended when the member leaves.", "per: member";
        "whenever": Is::Condition, "Trigger: a condition. The play starts when it has become true, once, and again only after it was false. What nobody knows starts nothing.", "whenever: metrics.speakers(7) < members.count * 0.05";
        "lasts": Is::Positive, "With `whenever`: for so long the condition has to hold before it counts; time in which it is unknown does not.", "lasts: 3d";
        "max": Is::Quota, "With `whenever`: at most so many starts in so long.", "max: 1 per 14d";
        "during": Is::Names, "The phase or phases in which the play starts; any by default.", "during: [seed, grow]";
        "when": Is::Condition, "A condition that is tested at the start.", "when: members.count > 10";
        "from": Is::Moment, "Nothing is anchored before this date.", "from: 2026-12-01";
        "until": Is::Moment, "The last day on which something is anchored; with a clock time, the first moment at which nothing is.", "until: 2027-03-01";
        "except": Is::Names, "Calendars on whose days the play does not start.", "except: holidays";
        "only": Is::Names, "Calendars on whose days alone the play starts.", "only: launches";
        "max_late": Is::Duration, "How late a step may be before it is missed; `1h` by default.", "max_late: 30m";
        "catch_up": Is::Words(&words(&CATCH_UP)), "After a pause, which of the occurrences that are not too late start: `last` (default), `all` or `none`.", "catch_up: none";
        "overlap": Is::Words(&words(&OVERLAP)), "While an earlier run is still open: `skip` the new one (default for `every` and `cron`), `allow` both (default for `dates` and `on`), or `replace` the old one.", "overlap: replace";
        "timeout": Is::Positive, "A run that is not over by then fails.", "timeout: 2d";
        "args": Is::Values, "Values for `args` in expressions; `start … with` and `use … with` write over them.", "args: { difficulty: easy }";
        "label": Is::Label, "The label of posts of this play that have none.", "label: content";
        "during_session": Is::Words(&words(&YES_NO)), "Whether the play may post while a dated run of another play is on, from its step `at: 0m` to its last post of that day; by default (`no`) such posts wait.", "during_session: yes";
        "moved": Is::Steps, "With `dates`: steps that are done when a date moves of which people had been told.", "moved:\n  - post: ${date.guest} comes on ${date.at} instead.";
        "cancelled": Is::Steps, "With `dates`: steps that are done when a date is removed of which people had been told.", "cancelled:\n  - post: ${date.guest} is not coming.";
        "replaced": Is::Steps, "With `dates`: steps that are done when the row of a date says something else, of which people had been told. `date.was` is the row as it was.", "replaced:\n  - post: ${date.guest} comes in place of ${date.was.guest}.";
        "evidence": Is::Def("evidence"), "Where the play has worked: who tried it, where, with which numbers, and when; a list for several. `playbook handbook` prints it.", "evidence: { who: Lin, where: three reading groups, numbers: 12% spoke more, date: 2026-05 }";
        "steps": Is::Steps, "What the play does, in order. Required.", "steps:\n  - post: Good morning";
    }
    /// Where a play has worked.
    EVIDENCE {
        "who": Is::Text, "Who tried it.", "who: Lin";
        "where": Is::Text, "In which groups.", "where: three reading groups";
        "numbers": Is::Text, "What came of it.", "numbers: 12% spoke more";
        "date": Is::Text, "When.", "date: 2026-05";
    }
    /// One date. Any other key may stand there too, and is read as `date.…`.
    MOVING_DATE {
        "at": Is::Moment, "When. Required.", "at: 2026-12-11 20:00";
        "id": Is::Text, "Its identity: with the same id and a new `at`, the date has moved. The text of `at` by default.", "id: jia";
    }
    /// Dates of members.
    MEMBER_DATES {
        "members": Is::Name, "A field of members that names a day (`2027-01-05`, or `01-05` for every year), or `joined`: one run for each member, on that day.", "members: paid_until";
        "at": Is::Clock, "At which time of that day.", "at: \"10:00\"";
        "every": Is::Words(&["year"]), "Every year on that day, from the year after it: birthdays and anniversaries. `date.years` says how many.", "every: year";
    }
    /// Dates from a file.
    DATES_FILE {
        "file": Is::Path, "A CSV, YAML or JSON file with one date a row.", "file: data/topics.csv";
        "at": Is::Text, "How the columns make a time.", "at: \"${row.date} 12:30\"";
        "id": Is::Text, "How the columns make an id; the column `id`, else the time.", "id: ${row.topic}";
    }
}
