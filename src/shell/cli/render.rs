//! `playbook render`: what a message becomes on a platform.

use super::{
    failure::{Exit, Failure},
    output::{Format, Output},
};
use crate::{
    base::{
        diagnostic::suggest,
        ids::ChannelName,
        limits,
        phrase::{Phrase, phrase},
    },
    model::{channel::ChannelKind, message::Message},
    shell::{
        answers,
        delivery::{preview, render},
        files::{self, ReadError},
    },
};
use std::{io::Read as _, path::PathBuf};

/// Shows what a message becomes on a platform.
///
/// As text, the way its readers see it; as JSON, the HTTP requests, one a line, with placeholders for what is
/// secret. Sends nothing.
#[derive(Debug, clap::Args)]
pub(super) struct RenderArgs {
    /// The message, CommonMark; `-` reads standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The platform: a channel's `type`.
    #[arg(long = "as", value_name = "TYPE")]
    kind: String,
    #[command(flatten)]
    format: super::args::FormatArg,
}

impl RenderArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let kind = kind(&self.kind)?;
        let message = Message::text(self.read()?);
        let requests = render::render(kind, &message).map_err(|error| {
            let (file, error) = (self.file.display(), answers::in_words(&error.to_string()));
            Failure::new(Exit::Playbook, phrase!("{file}: {error}", "{file}：{error}"; error))
        })?;
        match self.format.format {
            Format::Json => {
                for request in &requests {
                    out.json(request)?;
                }
            }
            Format::Text => {
                let columns = out.width.min(100);
                out.block(&preview::preview(
                    kind,
                    &ChannelName::new("group"),
                    &message,
                    (columns, out.languages.people),
                ))?;
            }
        }
        Ok(())
    }

    /// The text; a mark of byte order at its beginning is none of it.
    fn read(&self) -> Result<String, Failure> {
        let text = self.whole()?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    fn whole(&self) -> Result<String, Failure> {
        let path = self.file.display();
        let most = limits::MESSAGE_BYTES_MAX;
        let too_large = || {
            Failure::usage(phrase!(
                "{path} has more than {most} bytes, the most of a message",
                "{path} 超过 {most} 字节，这是消息的上限"
            ))
        };
        let failed = |error: ReadError| match error {
            ReadError::TooLarge { .. } => too_large(),
            error => {
                let (at, error) = (Phrase::same(path.to_string()), error.in_words());
                Failure::environment(
                    phrase!("{at} cannot be read: {error}", "读不了 {at}：{error}"; at, error),
                )
            }
        };
        if self.file.as_os_str() != "-" {
            return files::text(&self.file, most).map_err(failed);
        }
        let mut text = String::new();
        let read = std::io::stdin().take(most as u64 + 1).read_to_string(&mut text);
        read.map_err(|error| failed(error.into()))?;
        if text.len() > most { Err(too_large()) } else { Ok(text) }
    }
}

/// A platform by its word.
fn kind(word: &str) -> Result<ChannelKind, Failure> {
    ChannelKind::parse(word).ok_or_else(|| {
        let words: Vec<&str> = ChannelKind::ALL.iter().map(|kind| kind.as_str()).collect();
        let help = match suggest::nearest(word, words.iter().copied()) {
            Some(near) => phrase!("did you mean {near}?", "是不是 {near}？"),
            None => phrase!("there are {}", "有 {}", words.join(", ")),
        };
        Failure::usage(phrase!("{word:?} is no channel type", "{word:?} 不是频道类型")).help(help)
    })
}
