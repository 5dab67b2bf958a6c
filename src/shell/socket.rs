//! The control socket: how a command reaches a running engine. One JSON object a line each way.
//!
//! Only the owner of the state directory can open it, and a client believes nobody else. It changes nothing itself: a request becomes an input, and
//! the answer comes after its commit.

#![expect(clippy::disallowed_methods, reason = "owns the control socket")]

use super::{
    console::{NotOpened, Opened, Wish},
    files, private,
    survey::{SurveySeen, SurveyWanted},
};
use crate::{
    base::{
        ids::{EffectId, GroupId, MemberId},
        limits,
        phrase::Phrase,
        value::Value,
    },
    engine::input::Command,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::{ffi::OsStrExt as _, net::UnixStream},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::oneshot;

/// A request to a running engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandRequest {
    /// Makes a repeated request a no-op. The sender chooses it; without one every request is a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Which group; may be left out where the engine runs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// What is asked.
    pub ask: Ask,
}

/// What may be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A command of an operator, a members' import included.
    Command(Command),
    /// A fact is reported.
    Signal {
        /// The name of the signal.
        name: String,
        /// The member it is about.
        #[serde(default)]
        member: Option<MemberId>,
        /// Anything else.
        #[serde(default)]
        data: Value,
        /// Whether a person typed it: then it is refused where nobody hears it.
        #[serde(default)]
        by_hand: bool,
    },
    /// Every file and every secret is read again.
    Reload,
    /// Somebody is forgotten, in one group or in all: the engine stops, forgets, and goes on.
    Forget {
        /// The member to forget.
        member: MemberId,
    },
    /// A dead message, or one in doubt, is sent again.
    Resend {
        /// The message to send again.
        effect: EffectId,
    },
    /// A message in doubt has arrived, as a person saw.
    Arrived {
        /// The message that did arrive.
        effect: EffectId,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
}

impl Ask {
    /// Whether it brings a list of members, the one request that may be large.
    pub(super) fn is_import(&self) -> bool {
        matches!(self, Self::Command(Command::ImportMembers { .. }))
    }
}

/// What the engine answers, after the commit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CommandReply {
    /// Whether it was done. A repeated request is answered with true and no entries.
    pub ok: bool,
    /// The group it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// What was decided, as in `log` but without numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<serde_json::Value>,
    /// What there is to say beside that, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<String>,
    /// Why it was refused, with what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What is said, in Chinese, where the engine knows how.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said_zh: Vec<String>,
    /// Why it was refused, in Chinese, where the engine knows how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_zh: Option<String>,
}

impl CommandReply {
    /// A refusal.
    pub fn refuse(reason: impl Into<Phrase>) -> Self {
        Self::default().saying(Vec::new(), Some(reason.into()))
    }

    /// The same with what is said of it in every language.
    #[must_use]
    pub fn saying(self, said: Vec<Phrase>, refused: Option<Phrase>) -> Self {
        let (said, said_zh) = said.into_iter().map(|line| (line.en, line.zh)).unzip();
        let (refused, refused_zh) = refused.map(|reason| (reason.en, reason.zh)).unzip();
        Self { said, refused, said_zh, refused_zh, ..self }
    }

    /// What there is to say, in every language.
    pub fn lines(&self) -> impl Iterator<Item = Phrase> + '_ {
        let zh = self.said_zh.iter().chain(self.said.iter().skip(self.said_zh.len()));
        self.said.iter().zip(zh).map(|(en, zh)| Phrase { en: en.clone(), zh: zh.clone() })
    }

    /// Why it was refused, in every language.
    pub fn refusal(&self) -> Option<Phrase> {
        let en = self.refused.clone()?;
        Some(Phrase { zh: self.refused_zh.clone().unwrap_or_else(|| en.clone()), en })
    }
}

/// Why a request could not be put.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Nobody listens.
    #[error(
        "no engine is running on the state in {}: start one with `playbook run FILE`, or say where its state is \
         with --state DIR", .0.display()
    )]
    NotRunning(PathBuf),
    /// The connection broke.
    #[error("the engine on {} did not answer: {reason}", dir.display())]
    Broken {
        /// The state directory.
        dir: PathBuf,
        /// What happened.
        reason: String,
    },
}

impl SocketError {
    /// The same in every language.
    pub fn in_words(&self) -> Phrase {
        let zh = match self {
            Self::NotRunning(dir) => format!(
                "{} 的状态上没有引擎在运行：用 `playbook run FILE` 启动，或用 `--state DIR` 指出状态目录",
                dir.display()
            ),
            Self::Broken { dir, reason } => format!("{} 上的引擎没有回答：{reason}", dir.display()),
        };
        Phrase { en: self.to_string(), zh }
    }
}

/// A request under way: what was asked and where the answer goes.
pub type AskedFor = (CommandRequest, oneshot::Sender<CommandReply>);

/// A question how groups are, which reaches no driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StatusRequest {
    pub(super) status: SurveyWanted,
}

/// A wish for the console, which reaches no driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OpenRequest {
    pub(super) open: Wish,
}

/// A link into the console, or why there is none.
pub type Granted = Result<Opened, NotOpened>;

/// How groups are, or why that cannot be said.
pub type Looked = Result<Vec<SurveySeen>, String>;

/// Answers how groups are, beside the driver.
pub type StatusLook = Arc<dyn Fn(&SurveyWanted) -> Looked + Send + Sync>;

/// Grants wishes for the console, beside the driver.
pub type Grant = Arc<dyn Fn(&Wish) -> Granted + Send + Sync>;

/// What is answered beside the driver.
#[derive(Clone)]
pub struct Beside {
    /// How groups are.
    pub look: StatusLook,
    /// Links into the console.
    pub grant: Grant,
}

/// The longest socket path that every system takes, in bytes.
const PATH_BYTES_MAX: usize = 100;
/// How long a client waits for an answer.
const ANSWER: Duration = Duration::from_secs(30);
/// How long an engine may take to start again.
const BACK_AFTER_MAX: std::time::Duration = std::time::Duration::from_mins(2);
/// The socket's name in a state directory.
pub(super) const SOCKET: &str = "control.sock";
/// The file in a state directory that says where its socket is, where that is elsewhere.
pub(super) const NOTE: &str = "control.path";
/// Folders that are tried for a socket before it is given up.
const FOLDERS_TRIED: usize = 16;

/// Where the socket of a state directory is: in it, or where that path is too long, in a folder of its own that is
/// this user's alone.
pub(super) fn place(dir: &Path) -> std::io::Result<PathBuf> {
    let full = std::fs::canonicalize(dir).unwrap_or_else(|_| dir.into());
    let plain = full.join(SOCKET);
    if plain.as_os_str().as_bytes().len() <= PATH_BYTES_MAX {
        return Ok(plain);
    }
    let digest = Sha256::digest(full.as_os_str().as_bytes());
    let short = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let own = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let own = own.filter(|dir| dir.is_absolute() && private::is_private(dir));
    let bases = own.into_iter().chain([std::env::temp_dir(), PathBuf::from("/tmp")]);
    let mut failed = None;
    for base in bases {
        // In a folder that everybody writes to, somebody else may have taken a name first.
        for n in 0..FOLDERS_TRIED {
            let folder = base.join(format!("playbook-{short:016x}-{n}"));
            let socket = folder.join("s");
            if socket.as_os_str().as_bytes().len() > PATH_BYTES_MAX {
                break;
            }
            match private::socket_folder(&folder) {
                Ok(()) => return Ok(socket),
                Err(error) => failed = Some(error),
            }
        }
    }
    Err(failed.unwrap_or_else(|| {
        std::io::Error::other(
            "the path is too long for a socket; set XDG_RUNTIME_DIR to a shorter folder of yours",
        )
    }))
}

/// Connects to the engine that runs on a state directory; to nobody but the directory's owner.
fn connect(dir: &Path) -> Result<UnixStream, SocketError> {
    let broken = |reason: String| SocketError::Broken { dir: dir.into(), reason };
    let not_running = || SocketError::NotRunning(dir.into());
    if !dir.exists() {
        return Err(not_running());
    }
    let owner = private::trusted_owner(dir).map_err(|error| broken(error.to_string()))?;
    // Where the path is too long, the engine has written down where its socket is.
    let path = match files::text(&dir.join(NOTE), 2 * PATH_BYTES_MAX) {
        Ok(text) => PathBuf::from(text.trim_end_matches('\n')),
        Err(_) => std::fs::canonicalize(dir).unwrap_or_else(|_| dir.into()).join(SOCKET),
    };
    if path.as_os_str().as_bytes().len() > PATH_BYTES_MAX {
        return Err(not_running());
    }
    let stream = UnixStream::connect(path).map_err(|_| not_running())?;
    let peer = rustix::net::sockopt::socket_peercred(&stream).map_err(|error| broken(error.to_string()))?;
    if peer.uid.as_raw() != owner {
        let found = peer.uid.as_raw();
        return Err(broken(format!(
            "its socket is held by another user (uid {found}); nothing was sent to it"
        )));
    }
    Ok(stream)
}

/// Whether an engine runs on a state directory.
pub fn answers(dir: &Path) -> bool {
    connect(dir).is_ok()
}

/// Puts a request to the engine that runs on a state directory and waits for its answer.
pub fn request(dir: &Path, request: &CommandRequest) -> Result<CommandReply, SocketError> {
    put_line(dir, request)
}

/// Asks the engine that runs on a state directory how groups are.
pub fn status(dir: &Path, wanted: &SurveyWanted) -> Result<Looked, SocketError> {
    put_line(dir, &StatusRequest { status: wanted.clone() })
}

/// Waits until an engine that starts again takes commands; false where that takes too long.
pub fn is_back(dir: &Path) -> bool {
    let begun = std::time::Instant::now();
    while connect(dir).is_err() {
        if begun.elapsed() > BACK_AFTER_MAX {
            return false;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    true
}

/// Asks the engine that runs on a state directory for a link into its console.
pub fn open(dir: &Path, wish: &Wish) -> Result<Granted, SocketError> {
    put_line(dir, &OpenRequest { open: wish.clone() })
}

/// A line there, a line back.
fn put_line<T: DeserializeOwned>(dir: &Path, request: &impl Serialize) -> Result<T, SocketError> {
    let broken = |reason: String| SocketError::Broken { dir: dir.into(), reason };
    let mut stream = connect(dir)?;
    stream.set_read_timeout(Some(ANSWER)).map_err(|e| broken(e.to_string()))?;
    let mut line = serde_json::to_string(request).map_err(|e| broken(e.to_string()))?;
    line.push('\n');
    stream.write_all(line.as_bytes()).map_err(|e| broken(e.to_string()))?;
    let mut answer = String::new();
    let most = limits::CONTROL_BYTES_MAX as u64;
    BufReader::new(stream.take(most)).read_line(&mut answer).map_err(|error| {
        let late = matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
        let waited = ANSWER.as_secs();
        broken(if late {
            format!("it is busy; nothing came within {waited} s, try again")
        } else {
            error.to_string()
        })
    })?;
    if answer.is_empty() {
        return Err(broken("it is stopping; the request may or may not have been taken".into()));
    }
    serde_json::from_str(&answer).map_err(|e| broken(e.to_string()))
}
