//! The engine as it runs: built here from its parts, and taken apart again in the right order.
//!
//! ```text
//!   compile ─▶ secrets ─▶ lock ─▶ store ─▶ recover ─▶ adopt ─▶ driver ⟲ ─▶ stop: attempts end, commit, snapshot
//! ```

#![expect(clippy::disallowed_methods, reason = "owns the process: its runtime, its environment and its end")]

mod first_error;
mod book;
mod pending;
mod slot;
mod event;
mod compiling;
mod outbound;
mod places;
mod driver;
mod build;
mod work;
mod deciding;
mod committed;
mod recover;
mod dispatch;
mod ledger;
mod troubles;
mod asks;
mod arrive;
mod fold;
mod looks;
mod reload;
mod last_good;
mod covers;
mod console;
mod wrap;
mod rehearsal;
mod keys;
pub mod publish;
mod pieces;
pub mod targets;
mod announce;
mod follow;
mod header;
mod hushed;
mod news;
mod rewriting;
mod unopened;

use super::{
    clock,
    console::Console as Pages,
    delivery::job::AnswerAt,
    door::{Addresses, BoundDoor, Inside, Pulse},
    ears, files, heartbeat,
    lock::Lock,
    private, socket, socket_server,
    store::{Recovered, Store, StoreError},
    terminal::ColorChoice,
};
use crate::base::{
    ids::GroupId,
    limits,
    locale::Locale,
    phrase::{Phrase, phrase},
    time::Zone,
};
use book::Book;
use console::Console;
use driver::Driver;
use event::Event;
use last_good::last_good;
pub use rehearsal::{Rehearse, rehearsal_beside};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::mpsc;

/// What `playbook run` was asked.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// The playbook files; at least one.
    pub files: Vec<PathBuf>,
    /// The state directory; `.playbook` beside the first file when there is none.
    pub state: Option<PathBuf>,
    /// Send nothing, print every post, throw the state away.
    pub rehearse: Option<Rehearse>,
    /// Whether saved files take effect without a restart.
    pub watch: bool,
    /// Whether a file with errors ends the start also where the state has its last good version.
    pub strict: bool,
    /// Whether groups begin anew where others are left behind.
    pub fresh: bool,
    /// Where the door is; nowhere by default.
    pub door: Addresses,
    /// Whether it may be where others listen along.
    pub insecure: bool,
    /// Colours on the terminal.
    pub color: ColorChoice,
    /// The language of diagnostics.
    pub locale: Locale,
}

/// Why the engine did not run, or stopped by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .message.en)]
pub struct RunError {
    /// The process's exit code: 1 the playbook has errors, 3 the environment, 70 our bug.
    pub code: u8,
    /// What was found and what was expected. Empty when everything has been said.
    pub message: Phrase,
    /// What to do next.
    pub help: Option<Phrase>,
}

impl RunError {
    fn new(code: u8, message: impl Into<Phrase>) -> Self {
        Self { code, message: message.into(), help: None }
    }

    fn environment(message: impl Into<Phrase>) -> Self {
        Self::new(3, message)
    }

    fn help(mut self, help: impl Into<Phrase>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<StoreError> for RunError {
    fn from(error: StoreError) -> Self {
        Self::environment(error.in_words())
    }
}

/// The state directory of a playbook file unless `--state` says otherwise: `.playbook` beside it.
pub fn state_dir(file: &Path) -> PathBuf {
    let beside = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    beside.join(".playbook")
}

/// Runs until told to stop (SIGINT or SIGTERM). A second signal ends the process at once, which is safe.
pub fn run(options: &RunOptions) -> Result<(), RunError> {
    while once(options)? {}
    Ok(())
}

/// One life of the engine: from the files to the stop; whether it starts again.
fn once(options: &RunOptions) -> Result<bool, RunError> {
    let Some(first) = options.files.first() else {
        return Err(RunError::new(2, phrase!("no playbook file was given", "没有给出剧本文件")));
    };
    options.door.check(options.insecure).map_err(|problem| {
        RunError::environment(problem.in_words()).help(phrase!(
            "put a proxy with TLS in front and say its address, `--url https://HOST`; or say `--insecure` where the \
             network is yours alone",
            "前面放一个带 TLS 的代理，写上它的地址 `--url https://HOST`；网络里只有自己，就写 `--insecure`"
        ))
    })?;
    private::keep_to_ourselves();
    // A file with errors, or a missing secret, leaves no trace.
    let console = Console::start(options.color, options.locale);
    let dir = options.state.clone().unwrap_or_else(|| state_dir(first));
    let books = match start(options, options.rehearse.is_none().then_some(&dir), &console) {
        Ok(books) => books,
        Err(error) => {
            console.close();
            return Err(error);
        }
    };
    // Thrown away when this goes, also after an error.
    let stage = options.rehearse.as_ref().map(|_| rehearsal::Backstage::build(first)).transpose()?;
    let dir = stage.as_ref().map_or(dir, |stage| stage.path().to_owned());
    let lock = Lock::take(&dir).map_err(|error| RunError::environment(error.in_words()))?;
    for text in lock.mended() {
        Console::trouble(text.of(console.locale()));
    }
    rewriting::forget(&dir, &console);
    rewriting::expire(&dir, &console);
    let (tell, acks) = mpsc::unbounded_channel();
    let (store, recovered, open) = Store::open(&dir, tell)?;
    if !options.fresh
        && let Some(refusal) = stranded(&books, &recovered)
    {
        store.close();
        console.close();
        return Err(refusal);
    }
    for book in &books {
        for advice in last_good::renames(&book.file, &dir, &book.playbook) {
            console.say(advice.of(console.locale()));
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("engine")
        .enable_all()
        .build()
        .map_err(|error| RunError::environment(error.to_string()))?;
    let mut found = build::Found { recovered, open, acks, said: Vec::new() };
    if let Some((from, speed)) = options.rehearse.as_ref().and_then(|rehearse| rehearse.clock) {
        clock::rehearse(from, speed, &dir);
    }
    if let (Some(rehearse), Some(stage)) = (&options.rehearse, &stage) {
        found.said = rehearse.in_words(&begins(rehearse, &books), stage);
        found.said.extend(rehearse.keys.then(keys::in_words));
    }
    let result = runtime.block_on(live(options, &dir, &store, books, found, &console));
    keys::give_back();
    runtime.shutdown_timeout(std::time::Duration::from_secs(3));
    store.close();
    console.close();
    drop(lock);
    result
}

/// When a rehearsal's clock begins, in the zone of its first file.
fn begins(rehearse: &Rehearse, books: &[Book]) -> String {
    let zone = books.first().map_or_else(Zone::utc, |book| book.playbook.zone.clone());
    let from = rehearse.clock.map_or_else(clock::now, |(from, _)| from);
    zone.civil(from).strftime("%Y-%m-%d %H:%M").to_string()
}

/// Groups that a start would leave behind while others begin: most likely they have another id in the file now.
fn stranded(books: &[Book], recovered: &Recovered) -> Option<RunError> {
    for book in books {
        let groups = &book.playbook.groups;
        let lives = |group: &GroupId| recovered.groups.contains_key(group);
        let begin: Vec<&GroupId> = groups.keys().filter(|group| !lives(group)).collect();
        let file = book.file.display().to_string();
        let of_file = recovered.infos.iter().filter(|(_, info)| info.file == file);
        let left = of_file.map(|(group, _)| group).filter(|group| !groups.contains_key(*group));
        let left: Vec<&GroupId> = left
            .filter(|group| !books.iter().any(|book| book.playbook.groups.contains_key(*group)))
            .collect();
        if let (false, Some(group)) = (left.is_empty(), begin.first()) {
            let (left, begin) = (names(&left), names(&begin));
            let found = phrase!(
                "{file} does not have the {left} that the state has run, with members and open runs, and has {begin} \
                 that the state does not know",
                "{file} 里没有状态运行过的{left}（有成员和进行中的活动），却有状态不认识的{begin}";
                left, begin
            );
            return Some(RunError::new(1, found).help(phrase!(
                "if it is the same group, write `was: ID` with its old id at `{group}` (for a file without `groups` \
                 beside `name`); if it is another one, run with --fresh",
                "如果是同一个群，在 `{group}` 里写 `was: ID`，写它原来的 id（没有 `groups` 的文件写在 `name` 旁边）；\
                 如果是另一个群，用 `--fresh` 运行"
            )));
        }
    }
    None
}

/// `group a`, `groups a, b and 3 more`.
fn names(groups: &[&GroupId]) -> Phrase {
    let shown = Phrase::list(groups.iter().take(5).map(|group| Phrase::same(format!("`{group}`"))));
    let more = match groups.len().saturating_sub(5) {
        0 => Phrase::default(),
        more => phrase!(" and {more} more", " 等，另有 {more} 个"),
    };
    let noun = if groups.len() == 1 { "group" } else { "groups" };
    phrase!("{noun} {shown}{more}", "群 {shown}{more}"; shown, more)
}

/// Compiles every file and reads its secrets; every problem of every file is said. While a file is broken its last
/// good version runs, if the state in `dir` has one.
fn start(options: &RunOptions, dir: Option<&Path>, console: &Console) -> Result<Vec<Book>, RunError> {
    let mut books = Vec::new();
    let mut failed = Vec::new();
    let mut gone = None;
    for file in &options.files {
        let (broken, reason) = match Book::open(file) {
            Ok(loaded) => {
                console.diagnostics(&loaded.compiled);
                if loaded.playbook().is_some() {
                    if !loaded.compiled.script_problems.is_empty() {
                        let text = phrase!(
                            "steps that run such a script fail until it is mended and saved",
                            "用到这种脚本的步骤会失败，改好存盘才行"
                        );
                        Console::trouble(text.of(options.locale));
                    }
                    books.push(loaded);
                    continue;
                }
                (Some(loaded), phrase!("{} has errors", "{} 有错误", file.display()))
            }
            Err(message) => (None, message),
        };
        let dir = dir.filter(|_| !options.strict);
        let is_gone = broken.is_none();
        if let Some(good) = dir.and_then(|dir| last_good(file, dir, broken)) {
            let version =
                good.playbook().map(|playbook| playbook.digest.short().to_owned()).unwrap_or_default();
            let text = phrase!(
                "{reason}: the last good version {version} goes on, from the state. Mend the file and save it; with \
                 --strict a broken file ends the start",
                "{reason}：从状态里接着用上一个好的版本 {version}。把文件改好存盘；用 `--strict` 时文件有错就不启动";
                reason
            );
            Console::trouble(text.of(options.locale));
            books.push(good);
        } else if is_gone {
            gone.get_or_insert(reason);
        } else {
            failed.push(file.display().to_string());
        }
    }
    if let Some(message) = gone {
        return Err(RunError::environment(message));
    }
    if !failed.is_empty() {
        let one = phrase!("{} has errors", "{} 有错误", failed.join(", "));
        return Err(RunError::new(1, one).help(phrase!(
            "nothing was started; mend the file and run it again",
            "什么都没有启动；改好文件再运行"
        )));
    }
    owned_once(&books)?;
    let mut ready = Vec::new();
    let mut missing = Vec::new();
    for loaded in books {
        match Book::new(loaded, options.rehearse.as_ref()) {
            Ok(book) => ready.push(book),
            Err(errors) => missing.extend(errors),
        }
    }
    if missing.is_empty() {
        return Ok(ready);
    }
    let lines = missing.into_iter();
    let all = lines.reduce(|all, one| phrase!("{all}\n{one}", "{all}\n{one}"; all, one)).unwrap_or_default();
    Err(RunError::environment(all).help(phrase!(
        "set what is missing and run again; `--rehearse` needs no secrets",
        "补上缺的再运行；`--rehearse` 不需要密钥"
    )))
}

/// A group is run by one of the files only.
fn owned_once(books: &[book::Loaded]) -> Result<(), RunError> {
    let mut owners: BTreeMap<GroupId, &Path> = BTreeMap::new();
    for loaded in books {
        for group in loaded.playbook().into_iter().flat_map(|playbook| playbook.groups.keys()) {
            if let Some(other) = owners.insert(group.clone(), &loaded.file) {
                return Err(RunError::new(
                    1,
                    phrase!(
                        "group `{group}` is in {} and in {}",
                        "群 `{group}` 在 {} 里，也在 {} 里",
                        other.display(),
                        loaded.file.display()
                    ),
                )
                .help(phrase!(
                    "a group is run by one playbook: give one of them another id",
                    "一个群只由一份剧本运行：给其中一个换个 id"
                )));
            }
        }
    }
    Ok(())
}

async fn live(
    options: &RunOptions,
    dir: &Path,
    store: &Store,
    books: Vec<Book>,
    mut found: build::Found,
    console: &Console,
) -> Result<bool, RunError> {
    let (events, receiver) = mpsc::unbounded_channel();
    let (asked, asks) = mpsc::channel(limits::CONTROL_WAITING_MAX);
    let (arrived, arrivals) = mpsc::channel(limits::DOOR_REQUESTS_MAX);
    let publisher = publish::Publisher::default();
    let (published, state) = (publisher.published(), dir.to_owned());
    let look: socket::StatusLook = Arc::new(move |wanted| looks::status(&published, &state, wanted));
    hear_signals(events.clone())?;
    let bound = BoundDoor::bind(&options.door.listen).await.map_err(unopened::no_door)?;
    let pulse = Arc::new(Pulse::default());
    let addresses = Addresses { listen: bound.addresses(), ..options.door.clone() };
    let rows = std::mem::take(&mut found.recovered.sessions);
    let copied = found.recovered.put_back.is_some();
    let pages = Pages::open(dir, addresses.clone(), store.handle(), rows, copied)
        .map_err(|error| unopened::no_key(dir, &error))?;
    let printer = console.clone();
    let around = ears::Surroundings {
        published: publisher.published(),
        arrived: arrived.clone(),
        store: store.handle(),
        dir: dir.into(),
        say: Arc::new(move |words| printer.say(words.of(printer.locale()))),
    };
    let (views, ways) = (publisher.published(), (arrived, asked.clone(), ears::Inlet::new(&around)));
    let inside = Arc::new(Inside::new(addresses, pulse.clone(), views, ways, dir, pages));
    let wished = inside.clone();
    let grant: socket::Grant =
        Arc::new(move |wish| wished.console.grant(wish, &wished.published.snapshot(), clock::now()));
    let keys = keys::SingleKeys::new(publisher.published(), (&asked, &events), console);
    let server = socket_server::Server::start(dir, asked, socket::Beside { look, grant })
        .map_err(|error| unopened::no_socket(dir, &error))?;
    let (linked, links) = (publisher.published(), inside.console.links());
    let answer_at: AnswerAt =
        Arc::new(move |group, effect, message| links.button(&linked.snapshot(), group, effect, message));
    let parts = build::Parts {
        books,
        store,
        found,
        console: console.clone(),
        publisher,
        events,
        receiver,
        asks,
        arrivals,
        rehearse: options.rehearse.clone(),
        watch: options.watch,
        dir: dir.into(),
        pulse,
        answer_at,
    };
    keys.start(options.rehearse.as_ref(), &parts.books);
    let driver = Driver::build(parts)?;
    keys.take(options.rehearse.as_ref());
    let locale = console.locale();
    for address in bound.addresses() {
        console.say(format!("{}http://{address}", header::wide(locale.pick("door", "入口"), 10)));
    }
    if inside.console.is_open() {
        // Only now is what was recovered published, which has no entries of its own to be heard.
        inside.kept.follow(inside.published.clone());
        let link = inside.console.link(None, clock::now());
        let link = link.map_err(|error| RunError::environment(error.to_string()))?;
        console.say(format!("{}{link}", header::wide(locale.pick("console", "控制台"), 10)));
    }
    let door = bound.open(&inside);
    let heart = heartbeat::Heart::start(inside.published.clone(), inside.pulse.clone(), around.say.clone());
    let ears = ears::Ears::start(around);
    let result = driver.run().await;
    drop(heart);
    ears.close().await;
    door.close().await;
    drop(server);
    result
}

/// SIGTERM and SIGINT stop, SIGHUP reads the files again.
fn hear_signals(events: mpsc::UnboundedSender<Event>) -> Result<(), RunError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term =
        signal(SignalKind::terminate()).map_err(|error| RunError::environment(error.to_string()))?;
    let mut int =
        signal(SignalKind::interrupt()).map_err(|error| RunError::environment(error.to_string()))?;
    let mut hangup =
        signal(SignalKind::hangup()).map_err(|error| RunError::environment(error.to_string()))?;
    tokio::spawn(async move {
        let mut told = false;
        loop {
            tokio::select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
                // A terminal that closes, or `systemctl reload`: neither asks to end.
                _ = hangup.recv() => {
                    let _ = events.send(Event::Reload);
                    continue;
                }
            }
            if std::mem::replace(&mut told, true) || events.send(Event::Stop).is_err() {
                // Whatever was committed is recovered; nothing else has happened.
                keys::give_back();
                std::process::exit(130);
            }
        }
    });
    Ok(())
}

/// Reads a variable; one that is not text is not there.
fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Reads the file of a secret, beside the playbook unless its path is absolute.
fn secret_file(root: &Path, path: &str) -> std::io::Result<String> {
    Ok(files::text(&root.join(path), limits::SECRET_BYTES_MAX)?)
}
