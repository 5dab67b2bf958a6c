//! `playbook simulate --faults`: lives in which everything goes wrong, and the one line that shows a broken promise.
//!
//! Shows; the lives and the oracle are in `sim`.

use super::{
    cores,
    failure::{Code, Failure},
    output::{DIM, Format, GOOD, Output, paint},
};
use crate::{
    base::words,
    model::playbook::Playbook,
    shell::view::lived::Faults,
    sim::{
        Material, Options,
        fault::{self, Broken, Rig, Survived},
    },
};
use std::{collections::VecDeque, sync::Arc};

/// How many steps before the last one are shown.
const SHOWN: usize = 30;

/// What is asked for.
pub(super) struct Asked<'a> {
    pub(super) playbook: &'a Arc<Playbook>,
    pub(super) material: &'a Material,
    pub(super) options: &'a Options,
    pub(super) runs: u32,
    /// End after this step and show what led to it.
    pub(super) step: Option<u64>,
    /// The command line of the simulation with a seed.
    pub(super) again: &'a (dyn Fn(u64) -> String + Sync),
}

impl Asked<'_> {
    pub(super) fn run(&self, format: Format, out: &mut Output) -> Result<(), Failure> {
        if let Some(step) = self.step {
            return self.show(step, out);
        }
        let all = cores::runs(self.options.seed, self.runs, |seed| self.live(seed));
        let mut total = Survived::default();
        for lived in all {
            match lived {
                Ok(survived) => total.add(survived),
                Err(broken) => return Err(self.broken(&broken)),
            }
        }
        match format {
            Format::Json => out.json(&Faults { runs: self.runs, survived: total })?,
            Format::Text => {
                let n = |n: u64, noun: &str| words::count(n as usize, noun);
                out.line(format!("{}: no promise was broken", paint(GOOD, &n(u64::from(self.runs), "run"))))?;
                out.line(format!(
                    "  {}, {}",
                    n(total.steps, "step"),
                    words::count_of(total.entries as usize, "entry", "entries")
                ))?;
                out.line(format!(
                    "  {}, {}, {} of a script, {} that made no sense, {} that came twice",
                    words::count_of(total.crashes as usize, "crash", "crashes"),
                    n(total.jumps, "jump") + " of the clock",
                    n(total.scripts, "failure"),
                    n(total.nonsense, "input"),
                    n(total.repeats, "input")
                ))?;
                out.line(format!(
                    "  {}, {} in doubt, {} throttled or refused",
                    n(total.arrivals, "message") + " arrived",
                    n(total.doubts, "attempt"),
                    n(total.rebuffs, "attempt")
                ))?;
            }
        }
        Ok(())
    }

    fn live(&self, seed: u64) -> Result<Survived, Box<Broken>> {
        let options = Options { seed, ..self.options.clone() };
        fault::torment(self.playbook, self.material, &options, None, &Rig::default(), &mut |_, _, _| ())
    }

    /// One run up to a step, its last steps shown.
    fn show(&self, step: u64, out: &mut Output) -> Result<(), Failure> {
        let mut lines = VecDeque::new();
        let zone = &self.playbook.zone;
        let lived = fault::torment(
            self.playbook,
            self.material,
            self.options,
            Some(step),
            &Rig::default(),
            &mut |step, at, what| {
                let civil = zone.civil(at).strftime("%Y-%m-%d %H:%M:%S").to_string();
                lines.push_back(format!("{}  {civil}  {}", paint(DIM, &format!("{step:>6}")), what()));
                if lines.len() > SHOWN {
                    lines.pop_front();
                }
            },
        );
        for line in lines {
            out.line(line)?;
        }
        out.flush()?;
        lived.map(|_| ()).map_err(|broken| self.broken(&broken))
    }

    fn broken(&self, broken: &Broken) -> Failure {
        let again = format!("{} --faults --step {}", (self.again)(broken.seed), broken.step);
        let message = format!(
            "{}: a promise of the engine was broken in {}, please report it: {}",
            broken.at.to_rfc3339(&self.playbook.zone),
            broken.group,
            broken.what
        );
        Failure::new(Code::Playbook, message).help(format!("this shows it again: {again}"))
    }
}
