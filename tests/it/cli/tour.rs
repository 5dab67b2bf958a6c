//! The README's tour, typed as it stands, on seven days of the week and at seven hours: by the real clock, with the
//! playbook's zone and weekday chosen so that it is that moment there.

#![expect(clippy::disallowed_methods, reason = "reads the documentation and the clock")]

use crate::help::playground::{Playground, eventually};
use jiff::{Timestamp, civil::Weekday, tz::Offset, tz::TimeZone};

/// The day and the hour at which somebody takes the tour, of a week in which the question is Wednesday's.
const MOMENTS: [(Weekday, i8); 7] = [
    (Weekday::Monday, 3),
    (Weekday::Tuesday, 18),
    (Weekday::Wednesday, 7),
    (Weekday::Wednesday, 20),
    (Weekday::Thursday, 0),
    (Weekday::Saturday, 23),
    (Weekday::Sunday, 12),
];

/// The block of a fence's language after a heading of the page.
fn block(page: &str, after: &str, fence: &str) -> String {
    let rest = page.split_once(after).unwrap_or_else(|| panic!("no `{after}`")).1;
    let rest = rest.split_once(&format!("```{fence}\n")).unwrap().1;
    rest.split_once("```").unwrap().0.to_owned()
}

/// The tour's file, as it would be at that moment.
fn at_moment(file: &str, (weekday, hour): (Weekday, i8)) -> String {
    let now = Timestamp::now();
    let utc = now.to_zoned(TimeZone::UTC);
    // From 11 hours behind to 12 ahead, so that every hour is somewhere.
    let ahead = (hour - utc.hour() + 11).rem_euclid(24) - 11;
    let there = now.to_zoned(Offset::constant(ahead).to_time_zone());
    assert_eq!(there.hour(), hour);
    let shift = weekday.until(Weekday::Wednesday);
    let day = there.weekday().wrapping_add(shift);
    let name = format!("{day:?}").to_lowercase();
    // The names of these zones count the other way round.
    let zone = format!("Etc/GMT{:+}", -ahead).replace("+0", "").replace("-0", "");
    file.replace("timezone: Asia/Shanghai", &format!("timezone: {zone}"))
        .replace("every: wednesday at", &format!("every: {name} at"))
}

fn take(page: &str, moment: (Weekday, i8)) {
    let file = at_moment(&block(page, "**1.", "yaml tour.yaml"), moment);
    let place = Playground::new().file("tour.yaml", &file);
    let run = block(page, "**6.", "sh");
    let run = run.lines().last().unwrap().strip_prefix("playbook ").unwrap().to_owned();
    let engine = place.start(&run.split(' ').collect::<Vec<_>>());
    engine.line("running");
    for line in block(page, "**7.", "sh").lines() {
        let words: Vec<&str> = line.strip_prefix("playbook ").unwrap().split(' ').collect();
        let output = place.run(&words);
        assert_eq!(output.code, Some(0), "{moment:?}: `{line}`:\n{}{}", output.stdout, output.stderr);
        if words == ["tasks"] {
            assert!(output.stdout.contains("Ben"), "{moment:?}: {}", output.stdout);
        }
    }
    eventually("the newcomer is a member", || place.run(&["members"]).exits(0).stdout.contains("Ben"));
    let _ = engine.stop().exits(0);
}

#[test]
fn the_tour_works_as_printed_on_any_day_of_the_week() {
    for page in ["README.md", "README.zh-CN.md"] {
        let page = std::fs::read_to_string(format!("{}/{page}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        std::thread::scope(|scope| {
            for moment in MOMENTS {
                let page = &page;
                scope.spawn(move || take(page, moment));
            }
        });
    }
}
