//! A Matrix account signs in once with its password, which is kept nowhere; what comes of it is the token of its channel.
//!
//! Reads the password from the terminal without showing it, else the first line of standard input.

use super::{
    failure::Failure,
    load::LoadedFile,
    output::{GOOD, Output, paint},
    send::target,
};
use crate::{
    base::{limits, phrase::phrase},
    model::channel::{Channel, ChannelKind, Setting},
    shell::{
        answers, clock,
        delivery::{client::Client, secret::Secret},
        ears::{matrix_login, matrix_signed_in},
        terminal,
    },
};
use rustix::termios::{self, LocalModes, OptionalActions};
use std::io::{BufRead as _, Read as _};

/// Asks for the password, signs in and shows the token with where it belongs.
pub(super) fn login(
    loaded: &LoadedFile,
    channel: &Channel,
    user: &str,
    out: &mut Output,
) -> Result<(), Failure> {
    if channel.kind != ChannelKind::Matrix {
        let (name, kind) = (&channel.name, channel.kind);
        let why = phrase!(
            "{name} is on {kind}, which has no login by password",
            "{name} 在 {kind} 上，那里不能用密码登录"
        );
        return Err(Failure::usage(why).help(phrase!(
            "docs/channels says where its credential comes from",
            "`docs/channels` 里写了它的凭据从哪里拿"
        )));
    }
    // Everything but the token is known.
    let mut known = channel.clone();
    let place = known.settings.insert("token".into(), vec![Setting::Literal("-".into())]);
    let target = target(loaded, &known)?;
    let robot = target.robots.first();
    let url = robot.and_then(|robot| robot.setting("url")).unwrap_or_default().to_owned();
    let password = typed(user, &url)?;
    let request = matrix_login(&url, user, &password);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (client, patience) = (Client::new(), target.timeout.to_std());
    let answer = runtime
        .block_on(client.send(&request, patience, &target.way, clock::now))
        .map_err(|error| Failure::environment(answers::in_words(&error.reason)))?;
    let (who, token) = matrix_signed_in(&answer)
        .map_err(|said| Failure::refused(phrase!("the homeserver refuses: {said}", "服务器拒绝：{said}")))?;
    let taken = out.languages.people.pick("signed in", "已登录");
    out.say(phrase!("{who} {}", "{who} {}", paint(GOOD, taken)))?;
    let where_to = match place.as_deref().and_then(|settings| settings.first()) {
        Some(Setting::File(path)) => {
            phrase!("write into {path}, and let nobody else read it:", "写进 {path}，别让别人读到：")
        }
        Some(Setting::Env(name)) => {
            phrase!("put it into the environment as {name}:", "放进环境变量 {name}：")
        }
        _ => phrase!("the token of {}:", "{} 的 token：", channel.name),
    };
    out.say(where_to)?;
    out.line(&token)?;
    out.flush()?;
    Ok(())
}

/// The password of an account, not shown where it is typed.
fn typed(user: &str, url: &str) -> Result<Secret, Failure> {
    let stdin = std::io::stdin();
    let before = termios::tcgetattr(&stdin).ok();
    if let Some(before) = &before {
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        let _ = termios::tcsetattr(&stdin, OptionalActions::Now, &hidden);
        terminal::complain(&format!("{user} at {url}, password:"));
    }
    let mut line = String::new();
    let read = stdin.lock().take(limits::SECRET_BYTES_MAX as u64).read_line(&mut line);
    if let Some(before) = &before {
        let _ = termios::tcsetattr(&stdin, OptionalActions::Now, before);
    }
    let line = line.trim_end_matches(['\r', '\n']);
    if read.is_err() || line.is_empty() {
        return Err(Failure::usage(phrase!("no password was given", "没有输入密码")));
    }
    Ok(Secret::new(line))
}
