//! `playbook simulate --runs N`: several simulations side by side, and their distributions in plain words.
//!
//! Shows; the runs are lived and summed up in `sim`.

use super::{
    cores,
    failure::{Code, Failure},
    output::{Format, NAME, Output, paint},
    simulate::{found, plays_table},
};
use crate::{
    base::words,
    model::playbook::Playbook,
    shell::view,
    sim::{
        self, Finding, Material, Options,
        spread::{self, Lived, Spread, Spreads},
    },
};
use std::{convert::Infallible, sync::Arc};

/// Runs `(how many, of how many days)`.
pub(super) fn run(
    playbook: &Arc<Playbook>,
    material: &Material,
    options: &Options,
    (runs, days): (u32, u32),
    format: Format,
    out: &mut Output,
) -> Result<(), Failure> {
    let all = cores::runs(options.seed, runs, |seed| {
        let options = Options { seed, ..options.clone() };
        let mut lived = Lived::default();
        let findings = sim::simulate(
            playbook,
            material,
            &options,
            |transition| {
                lived.see(transition);
                None::<()>
            },
            Ok::<(), Infallible>,
        );
        (lived, findings.unwrap_or_default())
    });
    let bad: Option<(u64, &Finding)> = (options.seed..)
        .zip(&all)
        .find_map(|(seed, (_, findings))| findings.first().map(|finding| (seed, finding)));
    let failure = bad.map(|(seed, finding)| {
        Failure::new(Code::Playbook, found(playbook, finding).en)
            .help(format!("this is the run with --seed {seed}"))
    });
    let lived: Vec<Lived> = all.into_iter().map(|(lived, _)| lived).collect();
    let spreads = spread::spreads(playbook, options.from, days, &lived);
    match format {
        Format::Json => out.json(&view::lived::lived(&spreads))?,
        Format::Text => text(&spreads, days, out)?,
    }
    out.flush()?;
    failure.map_or(Ok(()), Err)
}

/// `11 to 19 (median 14)`, or the one number that it always was.
fn range(spread: Spread) -> String {
    if spread.least == spread.most {
        return spread.least.to_string();
    }
    format!("{} to {} (median {})", spread.least, spread.most, spread.median)
}

fn text(spreads: &Spreads, days: u32, out: &mut Output) -> Result<(), Failure> {
    let runs = spreads.runs;
    out.heading(&format!(
        "{} of {}",
        words::count(runs as usize, "run"),
        words::count(days as usize, "day")
    ))?;
    for (phase, spread) in &spreads.phases {
        let line = match spread {
            None => format!("phase {} is never reached", paint(NAME, phase.as_str())),
            Some(spread) => {
                let often = if spread.runs == runs {
                    String::new()
                } else {
                    format!(", in {} of {runs} runs", spread.runs)
                };
                let day = if spread.most == 1 { "day" } else { "days" };
                if spread.most == 0 {
                    format!("phase {} is there from the first day{often}", paint(NAME, phase.as_str()))
                } else if spread.least == spread.most {
                    format!("phase {} reached in {} {day}{often}", paint(NAME, phase.as_str()), spread.least)
                } else {
                    format!(
                        "phase {} reached in {} to {} days (median {}{often})",
                        paint(NAME, phase.as_str()),
                        spread.least,
                        spread.most,
                        spread.median
                    )
                }
            }
        };
        out.line(format!("  {line}"))?;
    }
    for (name, spread) in &spreads.numbers {
        out.line(format!("  {name}: {}", range(*spread)))?;
    }
    out.line("")?;
    let mut table = plays_table(out);
    for (play, numbers) in &spreads.plays {
        table.row(std::iter::once(play.to_string()).chain(numbers.map(range)).collect());
        table.paint_last(0, NAME);
    }
    table.write(out)?;
    Ok(())
}
