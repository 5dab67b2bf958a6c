//! The command line: one file a command, its doc comment is its help text.
//!
//! Output for machines goes to standard output and nothing else does; everything said about a failure goes to
//! standard error. Changes a running engine only by sending it a command.

mod against;
mod args;
mod client;
mod complaint;
mod clock;
mod cores;
mod day;
mod failure;
mod fix;
mod help;
mod lang;
mod load;
mod login;
mod output;
mod memory;
mod remote;
mod state;
pub(super) mod templates;

mod answer;
mod answers;
mod api;
mod backup;
mod check;
mod compact;
mod completions;
mod connect;
mod control;
mod doctor;
mod explain;
mod export;
mod forget;
mod handbook;
mod handbook_house;
mod handbook_members;
mod handbook_running;
mod handbook_plays;
mod handbook_words;
mod import;
mod junit;
mod kept;
mod log;
mod members;
mod metrics;
mod new;
mod next;
mod open;
mod of_member;
mod operate;
mod outbox;
mod plan;
mod plan_lives;
mod placeholders;
mod press;
mod rehearse;
mod reload;
mod revise;
mod render;
mod report;
mod run;
mod runs;
mod samples;
mod schema;
mod send;
mod simulate;
mod simulate_faults;
mod simulate_found;
mod simulate_numbers;
mod simulate_replay;
mod simulate_runs;
mod simulate_short;
mod simulate_sums;
mod worlds;
mod start;
mod status;
mod tasks;
mod test;
mod tested;
mod whom;
mod why;

use crate::{
    base::locale::Locale,
    shell::terminal::{self, Terminal},
};
use clap::{CommandFactory as _, Parser as _, error::ErrorKind};
use failure::{Exit, Failure};
use output::{Color, Output};
use std::{ffi::OsString, fmt::Write as _, process::ExitCode};

/// Runs a chat community from a file.
///
/// Write how a group should live into a YAML file, look at what will happen, then let it run.
#[derive(Debug, clap::Parser)]
#[command(name = "playbook", version, max_term_width = HELP_COLUMNS, disable_help_subcommand = true)]
struct Cli {
    /// When to use colours.
    #[arg(long, value_enum, default_value_t, global = true, value_name = "WHEN")]
    color: Color,
    /// The language of diagnostics: en or zh [default: the terminal's; en for programs].
    #[arg(long, global = true, value_name = "LANG", value_parser = lang::parse)]
    lang: Option<Locale>,
    #[command(subcommand)]
    command: Command,
}

macro_rules! commands {
    ($($name:ident($command:ty))*) => {
        #[derive(Debug, clap::Subcommand)]
        enum Command { $($name($command)),* }

        impl Command {
            fn run(&self, out: &mut Output) -> Result<(), Failure> {
                match self { $(Self::$name(command) => command.run(out)),* }
            }
        }
    };
}

commands! {
    New(new::NewArgs)
    Check(check::CheckArgs)
    Plan(plan::PlanArgs)
    Simulate(simulate::SimulateArgs)
    Test(test::TestArgs)
    Run(run::RunArgs)
    Rehearse(rehearse::RehearseArgs)
    Report(report::ReportArgs)
    Status(status::StatusArgs)
    Runs(runs::RunsArgs)
    Log(log::LogArgs)
    Outbox(outbox::OutboxArgs)
    Tasks(tasks::TasksArgs)
    Answers(answers::AnswersArgs)
    Members(members::MembersArgs)
    Metrics(metrics::MetricsArgs)
    Doctor(doctor::DoctorArgs)
    Done(answer::DoneArgs)
    Approve(answer::ApproveArgs)
    Reject(answer::RejectArgs)
    Undo(press::UndoArgs)
    Reassign(press::ReassignArgs)
    Handover(press::HandoverArgs)
    Remind(press::RemindArgs)
    Answer(answer::AnswerArgs)
    Signal(answer::SignalArgs)
    Start(start::StartArgs)
    Cancel(control::CancelArgs)
    Pause(control::PauseArgs)
    Resume(control::ResumeArgs)
    Postpone(control::PostponeArgs)
    Retry(control::RetryArgs)
    Reload(reload::ReloadArgs)
    Open(open::OpenArgs)
    Skip(control::SkipArgs)
    Unskip(operate::UnskipArgs)
    Now(operate::NowArgs)
    Delay(operate::DelayArgs)
    Note(operate::NoteArgs)
    Recall(revise::RecallArgs)
    Correct(revise::CorrectArgs)
    Reword(revise::RewordArgs)
    Swap(operate::SwapArgs)
    Hush(operate::HushArgs)
    Unhush(operate::UnhushArgs)
    Clock(clock::ClockArgs)
    Backup(backup::BackupArgs)
    Restore(backup::RestoreArgs)
    Compact(compact::CompactArgs)
    Next(next::NextArgs)
    Why(why::WhyArgs)
    Render(render::RenderArgs)
    Send(send::SendArgs)
    Connect(connect::ConnectArgs)
    Explain(explain::ExplainArgs)
    Schema(schema::SchemaArgs)
    Handbook(handbook::HandbookArgs)
    Api(api::ApiArgs)
    Completions(completions::CompletionsArgs)
}

/// The whole program: reads the arguments, runs the command, says what went wrong.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        say(&format!("playbook: this is a bug of playbook, please report it: {panic}"));
    }));
    let run = || {
        let cli = match Cli::try_parse_from(typed()) {
            Ok(cli) => cli,
            Err(mut error) if error.use_stderr() => {
                of_another(&mut error);
                say(&misused(&error));
                return Err((Failure::said(Exit::Usage), Locale::En));
            }
            Err(help) => {
                told(&help);
                return Ok(());
            }
        };
        let languages = lang::languages(cli.lang);
        let mut out = Output::new(cli.color, languages);
        let result = memory::enough(&cli.command).and_then(|()| cli.command.run(&mut out));
        out.flush().map_err(Failure::from).and(result).map_err(|failure| (failure, languages.people))
    };
    match std::panic::catch_unwind(run) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err((failure, locale))) => {
            if !failure.message.is_empty() {
                say(&format!("playbook: {}", failure.message.of(locale)));
            }
            if let Some(help) = &failure.help {
                say(&format!("  {}{}", locale.pick("help: ", "建议："), help.of(locale)));
            }
            ExitCode::from(failure.code as u8)
        }
        Err(_) => ExitCode::from(Exit::Bug as u8),
    }
}

/// The command line; `help COMMAND` is `COMMAND --help`.
fn typed() -> Vec<OsString> {
    let mut words: Vec<OsString> = std::env::args_os().collect();
    if words.get(1).is_some_and(|word| word == "help") {
        words.remove(1);
        words.push("--help".into());
    }
    words
}

/// What the program was called with.
fn arguments() -> Vec<String> {
    typed().into_iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect()
}

/// What is no command alone and one of another command is suggested as that: `members forget` for `forget`.
fn of_another(error: &mut clap::Error) {
    use clap::error::{ContextKind, ContextValue};
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return };
    let meant = command().get_subcommands().find_map(|outer| {
        let inner = outer.get_subcommands().find(|inner| inner.get_name() == word)?;
        Some(format!("{} {}", outer.get_name(), inner.get_name()))
    });
    if let Some(meant) = meant {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![meant]));
    }
}

/// What is wrong with how a command was written, or the help that an incomplete one gets.
fn misused(error: &clap::Error) -> String {
    let arguments = arguments();
    match (lang::of_arguments(&arguments), error.kind()) {
        (Locale::En, _) => error.render().to_string(),
        (Locale::Zh, ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) => {
            help::asked(command(), &arguments, help_columns(), false)
        }
        (Locale::Zh, _) => complaint::chinese(error),
    }
}

/// Help and version: the program's own text, in its own colours.
fn told(error: &clap::Error) {
    let arguments = arguments();
    let zh = lang::of_arguments(&arguments) == Locale::Zh && error.kind() == ErrorKind::DisplayHelp;
    if !zh {
        let _ = error.print();
        return;
    }
    let help = help::asked(command(), &arguments, help_columns(), true);
    let mut out = Terminal::open(terminal::ColorChoice::Auto);
    let _ = out.diagnostic(help.trim_end()).and_then(|()| out.flush());
}

/// The columns of help.
fn help_columns() -> usize {
    terminal::columns().map_or(HELP_COLUMNS, |columns| columns.clamp(40, HELP_COLUMNS))
}

/// Lines of help are no longer than this, however wide the terminal is.
const HELP_COLUMNS: usize = 100;

/// One line on standard error, which may be closed.
fn say(text: &str) {
    terminal::complain(text);
}

/// The command line as clap knows it.
fn command() -> clap::Command {
    Cli::command()
}

/// The reference page of the command line, as Markdown: what every `--help` says.
pub fn reference(locale: Locale) -> String {
    fn page(command: &mut clap::Command, depth: usize, locale: Locale, text: &mut String) {
        let help = command.render_long_help().to_string();
        let help = match locale {
            Locale::En => help,
            Locale::Zh => help::framed(&help),
        };
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
        let _ = writeln!(text, "\n{} `{name}`\n\n```text\n{}\n```", "#".repeat(depth), lines.join("\n"));
        for inner in command.get_subcommands_mut().filter(|inner| inner.get_name() != "help") {
            page(inner, depth + 1, locale, text);
        }
    }
    let mut command = command().term_width(HELP_COLUMNS);
    command.build();
    let mut text = match locale {
        Locale::En => "# Commands\n\nWritten from the program's own help; a test keeps it so.\n".to_owned(),
        Locale::Zh => {
            command = help::chinese(command, HELP_COLUMNS);
            "# 命令\n\n由程序自己的帮助写成，有测试保证一致。\n".to_owned()
        }
    };
    page(&mut command, 2, locale, &mut text);
    text
}

/// The sentences of the help that nobody has said in Chinese yet.
pub fn untranslated() -> Vec<String> {
    let mut command = command();
    command.build();
    let mut missing = Vec::new();
    help::untranslated(&command, &mut missing);
    missing.sort();
    missing.dedup();
    missing
}
