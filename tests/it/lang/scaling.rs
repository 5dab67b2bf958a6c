//! What a file costs grows as the file does: no shape of it costs the square of its length.
//!
//! Compares how long a file and one four times as long take, in one process and generously: a square would be sixteen.

use playbook::{base::source::MemoryFolder, lang::compile};
use std::{fmt::Write as _, sync::Arc, time::Duration};

const HEAD: &str =
    "name: q\ntimezone: UTC\nplays:\n  x:\n    every: 1h\n    steps:\n      - post: hi\nvars:\n";

/// A file with `n` of something.
type Shape = fn(usize) -> String;

fn lines(n: usize, head: &str, line: impl Fn(usize) -> String) -> String {
    (0..n).fold(head.to_owned(), |mut text, index| {
        let _ = writeln!(text, "{}", line(index));
        text
    })
}

const SHAPES: &[(&str, Shape)] = &[
    ("anchors", |n| lines(n, &format!("{HEAD}  l:\n"), |i| format!("    - &a{i} {i}"))),
    ("anchors and aliases", |n| {
        lines(n, &lines(n, &format!("{HEAD}  l:\n"), |i| format!("    - &a{i} {i}")), |i| {
            format!("    - *a{i}")
        })
    }),
    ("keys", |n| lines(n, HEAD, |i| format!("  k{i}: {i}"))),
    ("the same key", |n| lines(n, HEAD, |i| format!("  k: {i}"))),
    ("values in one line", |n| format!("{HEAD}  l: [{}]\n", vec!["1"; n].join(", "))),
    ("anchors in one line", |n| format!("{HEAD}  l: [{}]\n", vec!["&a 1"; n].join(", "))),
    ("pairs in one line", |n| {
        format!("{HEAD}  l: {{ {} }}\n", lines(n, "", |i| format!("k{i}: 1,")).replace('\n', " "))
    }),
    ("errors in one line", |n| {
        format!(
            "name: q\nplays: {{ {} }}\n",
            lines(n, "", |i| format!("p{i}: {{ stps: 1 }},")).replace('\n', " ")
        )
    }),
    ("comments", |n| lines(n, HEAD, |i| format!("  k{i}: {i} # of {i}"))),
    ("topics", |n| lines(n, HEAD, |i| format!("  k{i}: so #topic# {i}"))),
    ("a long text", |n| format!("{HEAD}  l: \"{}\"\n", "text ".repeat(20 * n))),
    ("a long block", |n| lines(n, &format!("{HEAD}  l: |\n"), |i| format!("    line {i}"))),
    ("unknown keys", |n| lines(n, &format!("{HEAD}  a: 1\n"), |i| format!("k{i}: 1"))),
    ("letters that look alike", |n| lines(n, HEAD, |i| format!("  k{i}: sc\u{43e}pe"))),
];

/// How long this thread has worked: what the machine does beside it is not in it.
fn worked() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a clock that has not gone backwards")
}

fn cost(text: &str) -> Duration {
    let folder = MemoryFolder([("q.yaml".to_owned(), Arc::from(text))].into());
    let once = || {
        let begun = worked();
        let compiled = compile(&folder, "q.yaml");
        for found in compiled.report.diagnostics.iter().take(100) {
            let shown = playbook::base::diagnostic::text::render(
                found,
                &compiled.sources,
                playbook::base::diagnostic::text::ColourStyle::Plain,
                playbook::base::locale::Locale::En,
            );
            assert!(shown.len() < 20_000, "{}", shown.len());
        }
        worked().saturating_sub(begun)
    };
    (0..3).map(|_| once()).min().unwrap_or_default()
}

#[test]
fn four_times_the_file_costs_about_four_times_as_much() {
    let mut square = Vec::new();
    for (name, shape) in SHAPES {
        let (short, long) = (cost(&shape(1_500)), cost(&shape(6_000)));
        let ratio = long.as_secs_f64() / short.as_secs_f64().max(0.001);
        if ratio > 10.0 {
            square.push(format!("{name}: {short:?}, then {long:?}"));
        }
    }
    assert!(square.is_empty(), "{}", square.join("\n"));
}

#[test]
fn a_diagnostic_is_short_however_long_what_it_is_about_is() {
    let long = "x".repeat(3_000_000);
    let yaml = format!(
        "name: q\ntimezone: UTC\ncalendars:\n  off: c.ics\nvars:\n  v: &{long}\nplays:\n  x:\n    every: {long}\n    except: off\n    steps:\n      - post: hi\n"
    );
    let ics = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:{long}\r\nRRULE:FREQ={long}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let files = [("q.yaml".to_owned(), Arc::from(yaml)), ("c.ics".to_owned(), Arc::from(ics))];
    let compiled = compile(&MemoryFolder(files.into()), "q.yaml");
    assert!(compiled.report.has_errors());
    for found in &compiled.report.diagnostics {
        for locale in [playbook::base::locale::Locale::En, playbook::base::locale::Locale::Zh] {
            let style = playbook::base::diagnostic::text::ColourStyle::Plain;
            let shown = playbook::base::diagnostic::text::render(found, &compiled.sources, style, locale);
            assert!(shown.len() < 20_000, "{}: {}", found.code, shown.len());
        }
    }
}
