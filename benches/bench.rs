//! The measures of `docs/benchmarks.md`: `cargo bench`, or `cargo bench -- NAME…` for some of them.
//!
//! Each measure prints its numbers; none of them passes or fails.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints its numbers and reads its arguments"
)]

mod channels;
mod compile;
mod console;
mod craft;
mod deliver;
mod engine;
mod engine_process;
mod groups;
mod hearing;
mod hearing_killed;
mod large;
mod measure;
mod receiver;
mod simulate;
mod store;
mod years;

use measure::Measure;

fn main() {
    let measures: &[Measure] = &[
        ("compile", compile::run),
        ("engine", engine::run),
        ("simulate", simulate::run),
        ("store", store::run),
        ("deliver", deliver::run),
        ("groups", groups::run),
        ("channels", channels::beside),
    ];
    // Minutes long, so only when they are named.
    let slow: &[Measure] = &[
        ("presets", channels::presets),
        ("craft", craft::run),
        ("years", years::run),
        ("console", console::run),
        ("hearing-fast", hearing::fast),
        ("hearing-paced", hearing::paced),
        ("hearing-killed", hearing_killed::run),
        ("hearing-crowd", hearing::crowd),
        ("large", large::run),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    for (name, run) in measures.iter().chain(slow) {
        let is_slow = slow.iter().any(|(slow, _)| slow == name);
        if wanted.is_empty() && !is_slow || wanted.iter().any(|w| name.contains(w.as_str())) {
            println!("\n{name}");
            run();
        }
    }
}
