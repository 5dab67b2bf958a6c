//! `playbook simulate --runs N`: several simulations side by side, and their distributions in plain words.
//!
//! Shows; the runs are lived and summed up in `sim`.

use super::{
    cores,
    failure::{Exit, Failure},
    output::{Format, NAME, Output, paint},
    simulate_found::found,
    simulate_sums::plays_table,
};
use crate::{
    base::phrase::{Phrase, phrase},
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
        Failure::new(Exit::Playbook, found(playbook, finding))
            .help(phrase!("this is the run with --seed {seed}", "这是 `--seed {seed}` 的那一次"))
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
fn range(spread: Spread) -> Phrase {
    let Spread { least, most, median, .. } = spread;
    if least == most {
        return Phrase::same(least.to_string());
    }
    phrase!("{least} to {most} (median {median})", "{least} 到 {most}（中位数 {median}）")
}

fn text(spreads: &Spreads, days: u32, out: &mut Output) -> Result<(), Failure> {
    let runs = spreads.runs;
    let locale = out.languages.people;
    let (n, of) =
        (Phrase::counted(runs as usize, "run", "次模拟"), Phrase::counted(days as usize, "day", "天"));
    out.heading(phrase!("{n} of {of}", "{n}，每次 {of}"; n, of).of(locale))?;
    for (phase, spread) in &spreads.phases {
        let line = reached(&paint(NAME, phase.as_str()), spread.as_ref(), runs);
        out.line(format!("  {}", line.of(locale)))?;
    }
    for (name, spread) in &spreads.numbers {
        let (name, range) = (Phrase::from(*name), range(*spread));
        out.say(phrase!("  {name}: {range}", "  {name}：{range}"; name, range))?;
    }
    out.line("")?;
    let mut table = plays_table(out);
    for (play, numbers) in &spreads.plays {
        table.row(
            std::iter::once(play.to_string())
                .chain(numbers.map(|one| range(one).of(locale).to_owned()))
                .collect(),
        );
        table.paint_last(0, NAME);
    }
    table.write(out)?;
    Ok(())
}

/// When a phase was reached.
fn reached(phase: &str, spread: Option<&Spread>, runs: u64) -> Phrase {
    let Some(spread) = spread else {
        return phrase!("phase {phase} is never reached", "阶段 {phase} 从来没有到过");
    };
    let Spread { least, most, median, .. } = *spread;
    let often = if spread.runs == runs {
        Phrase::default()
    } else {
        phrase!(", in {} of {runs} runs", "，{runs} 次里有 {} 次", spread.runs)
    };
    if most == 0 {
        phrase!("phase {phase} is there from the first day{often}", "阶段 {phase} 从第一天就是{often}"; often)
    } else if least == most {
        let day = if most == 1 { "day" } else { "days" };
        phrase!("phase {phase} reached in {least} {day}{often}", "阶段 {phase} 用 {least} 天到达{often}"; often)
    } else {
        phrase!(
            "phase {phase} reached in {least} to {most} days (median {median}{often})",
            "阶段 {phase} 用 {least} 到 {most} 天到达（中位数 {median}{often}）";
            often
        )
    }
}
