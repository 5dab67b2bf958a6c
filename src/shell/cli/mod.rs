//! The command line: one file a command, its doc comment is its help text.
//!
//! Output for machines goes to standard output and nothing else does; everything said about a failure goes to
//! standard error. Changes a running engine only by sending it a command.

mod args;
mod failure;
mod load;
mod output;

mod check;
mod completions;
mod next;
mod plan;

use clap::{CommandFactory as _, Parser as _};
use failure::{Code, Failure};
use output::{Color, Output};
use std::{io::Write as _, process::ExitCode};

/// Runs a chat community from a file.
///
/// Write how a group should live into a YAML file, look at what will happen, then let it run.
#[derive(Debug, clap::Parser)]
#[command(name = "playbook", version, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    /// When to use colours.
    #[arg(long, value_enum, default_value_t, global = true, value_name = "WHEN")]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Check(check::Check),
    Plan(plan::Plan),
    Next(next::Next),
    Completions(completions::Completions),
}

impl Command {
    fn run(&self, out: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Check(command) => command.run(out),
            Self::Plan(command) => command.run(out),
            Self::Next(command) => command.run(out),
            Self::Completions(command) => command.run(out),
        }
    }
}

/// The whole program: reads the arguments, runs the command, says what went wrong.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        say(&format!("playbook: this is a bug of playbook, please report it: {panic}"));
    }));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { Code::Usage as u8 } else { 0 });
        }
    };
    let run = std::panic::AssertUnwindSafe(|| {
        let mut out = Output::new(cli.color);
        let result = cli.command.run(&mut out);
        out.flush().map_err(Failure::from).and(result)
    });
    match std::panic::catch_unwind(run) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => {
            if !failure.message.is_empty() {
                say(&format!("playbook: {}", failure.message));
            }
            if let Some(help) = &failure.help {
                say(&format!("  help: {help}"));
            }
            ExitCode::from(failure.code as u8)
        }
        Err(_) => ExitCode::from(Code::Bug as u8),
    }
}

/// One line on standard error, which may be closed.
fn say(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// The command line as clap knows it, for completions and the reference page.
fn command() -> clap::Command {
    Cli::command()
}
