//! `playbook next`: the next instants of a schedule.

use super::{
    args,
    failure::Failure,
    output::{DIM, Format, Output, paint},
};
use crate::{
    base::{
        locale::Locale,
        phrase::phrase,
        time::{Timestamp, Zone},
    },
    model::schedule::{Frame, Schedule},
    shell::clock,
};

/// Prints the next instants of a schedule, strictly after a moment.
///
/// Nothing is printed when there is none in fifty years. For example:
/// `playbook next --every "month on last friday at 19:00" --timezone Asia/Shanghai -n 3`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("schedule").required(true))]
pub(super) struct NextArgs {
    /// A schedule as under `every:`.
    #[arg(long, group = "schedule", value_name = "EVERY")]
    every: Option<String>,
    /// A schedule as under `cron:`: five fields, or six with seconds in front.
    #[arg(long, group = "schedule", value_name = "CRON", allow_hyphen_values = true)]
    cron: Option<String>,
    /// The zone whose clocks are meant.
    #[arg(long, default_value = "UTC", value_name = "ZONE")]
    timezone: String,
    /// Strictly after this [default: now].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<String>,
    /// How many instants are printed.
    #[arg(short, long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    number: u32,
    #[command(flatten)]
    format: args::FormatArg,
}

impl NextArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let zone = args::zone(&self.timezone)?;
        let from = self.from.as_deref().map_or_else(|| Ok(clock::now()), |text| args::time(text, &zone))?;
        let schedule = self.schedule()?;
        let frame = Frame { zone: &zone, from: None, until: None, workdays: None };
        let mut instants = Vec::new();
        let mut after = from;
        while instants.len() < self.number as usize {
            let Some(at) = schedule.next_after(after, &frame) else { break };
            instants.push(at);
            after = at;
        }
        match self.format.format {
            Format::Json => {
                let texts: Vec<String> = instants.iter().map(|at| at.to_rfc3339(&zone)).collect();
                out.json(&texts)?;
            }
            Format::Text => {
                if instants.is_empty() {
                    out.say(phrase!("none in fifty years", "五十年内没有"))?;
                }
                for at in instants {
                    out.line(row(at, &zone, out.languages.people))?;
                }
            }
        }
        Ok(())
    }

    fn schedule(&self) -> Result<Schedule, Failure> {
        let (option, text, parsed) = match (&self.every, &self.cron) {
            (Some(text), _) => ("--every", text, Schedule::parse_every(text)),
            (None, Some(text)) => ("--cron", text, Schedule::parse_cron(text)),
            (None, None) => {
                return Err(Failure::usage(phrase!(
                    "expected --every or --cron",
                    "应该有 `--every` 或 `--cron`"
                )));
            }
        };
        parsed.map_err(|error| {
            let message = error.message;
            let failure = Failure::usage(
                phrase!("{option} {text:?}: {message}", "{option} {text:?}：{message}"; message),
            );
            match error.help {
                Some(help) => failure.help(help),
                None => failure,
            }
        })
    }
}

fn row(at: Timestamp, zone: &Zone, locale: Locale) -> String {
    format!("{}  {}", at.to_rfc3339(zone), paint(DIM, &locale.weekday(zone.date(at))))
}
