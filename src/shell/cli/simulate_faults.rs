//! `playbook simulate --faults`: lives in which everything goes wrong, and the one line that shows a broken promise.
//!
//! Shows; the lives and the oracle are in `sim`.

use super::{
    cores,
    failure::{Exit, Failure},
    output::{DIM, Format, GOOD, Output, paint},
    simulate_found::once_more,
};
use crate::{
    base::{
        phrase::{Phrase, phrase},
        words,
    },
    model::playbook::Playbook,
    shell::view::lived::Faults,
    sim::{
        Material, Options,
        fault::{self, BrokenPromise, Rig, Survived},
    },
};
use std::{collections::VecDeque, sync::Arc};

/// How many steps before the last one are shown.
const SHOWN: usize = 30;

/// What is asked for.
pub(super) struct FaultsAsked<'a> {
    pub(super) playbook: &'a Arc<Playbook>,
    pub(super) material: &'a Material,
    pub(super) options: &'a Options,
    pub(super) runs: u32,
    /// End after this step and show what led to it.
    pub(super) step: Option<u64>,
    /// The command line of the simulation with a seed.
    pub(super) again: &'a (dyn Fn(u64) -> String + Sync),
}

impl FaultsAsked<'_> {
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
            Format::Text => self.text(&total, out)?,
        }
        Ok(())
    }

    fn text(&self, total: &Survived, out: &mut Output) -> Result<(), Failure> {
        let n = |n: u64, noun: &str, zh: &str| Phrase::counted(n as usize, noun, zh);
        let of = |n: u64, one: &str, many: &str, zh: &str| Phrase {
            en: words::count_of(n as usize, one, many),
            zh: format!("{n} {zh}"),
        };
        let locale = out.languages.people;
        let runs = paint(GOOD, n(u64::from(self.runs), "run", "次").of(locale));
        out.say(phrase!("{runs}: no promise was broken", "{runs}：没有违约"))?;
        let (steps, entries) =
            (n(total.steps, "step", "步"), of(total.entries, "entry", "entries", "条日志"));
        out.say(phrase!("  {steps}, {entries}", "  {steps}，{entries}"; steps, entries))?;
        let crashes = of(total.crashes, "crash", "crashes", "次崩溃");
        let jumps = of(total.jumps, "jump of the clock", "jumps of the clock", "次时钟跳变");
        let scripts = of(total.scripts, "failure of a script", "failures of a script", "次脚本失败");
        let nonsense =
            of(total.nonsense, "input that made no sense", "inputs that made no sense", "个说不通的输入");
        let repeats =
            of(total.repeats, "input that came twice", "inputs that came twice", "个来了两遍的输入");
        let edits = of(total.edits, "edit of the file", "edits of the file", "次文件改动");
        let wrong = Phrase::list([crashes, jumps, edits, scripts, nonsense, repeats]);
        out.say(phrase!("  {wrong}", "  {wrong}"; wrong))?;
        let arrivals = of(total.arrivals, "message arrived", "messages arrived", "条消息送达");
        let doubts = of(total.doubts, "attempt in doubt", "attempts in doubt", "次存疑");
        let rebuffs = of(
            total.rebuffs,
            "attempt throttled or refused",
            "attempts throttled or refused",
            "次被限流或拒绝",
        );
        let sent = Phrase::list([arrivals, doubts, rebuffs]);
        out.say(phrase!("  {sent}", "  {sent}"; sent))?;
        Ok(())
    }

    fn live(&self, seed: u64) -> Result<Survived, Box<BrokenPromise>> {
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

    fn broken(&self, broken: &BrokenPromise) -> Failure {
        let again = format!("{} --faults --step {}", (self.again)(broken.seed), broken.step);
        let (at, group, what) = (broken.at.to_rfc3339(&self.playbook.zone), &broken.group, &broken.what);
        let message = phrase!(
            "{at}: a promise of the engine was broken in {group}, please report it: {what}",
            "{at}：引擎在 {group} 里违了约，请报告：{what}"
        );
        Failure::new(Exit::Playbook, message).help(once_more(&again))
    }
}
