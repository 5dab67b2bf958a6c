//! A picture that is uploaded: read from the playbook's folder when its message is attempted, and written into
//! requests.
//!
//! Only files that begin as pictures do are ever sent, so that no other file leaves the machine by way of a name.

use crate::{
    base::{
        picture::{PictureFormat, is_address},
        source::FolderError,
    },
    model::{
        channel::{ChannelKind, Pictures},
        message::Message,
    },
    shell::workspace::DiskFolder,
};
use bytes::Bytes;
use std::path::Path;

/// A picture with what a platform wants to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// A name of letters, digits, `-` and `_`, with the ending of its form.
    pub name: String,
    /// The format of the picture.
    pub format: PictureFormat,
    /// All of it.
    pub bytes: Bytes,
}

/// The path of a message's picture, where it is a file.
pub fn path(message: &Message) -> Option<&str> {
    message.image.as_deref().filter(|image| !is_address(image))
}

/// Reads the picture of a message that goes to a platform; none where nothing is uploaded. An error says why the
/// message cannot be sent.
pub fn load(folder: &Path, message: &Message, kind: ChannelKind) -> Result<Option<Picture>, String> {
    let Some(path) = path(message) else { return Ok(None) };
    let (most, formats) = match kind.pictures() {
        Pictures::Uploaded(most, formats) => (most, formats),
        Pictures::Named => return Ok(None),
        Pictures::Addressed => {
            return Err(format!(
                "the picture {path:?} is a file, and {kind} shows pictures by address only: put it where it has an \
                 https:// address and write that"
            ));
        }
    };
    let bytes = DiskFolder::new(folder).bytes(path, most).map_err(|error| match error {
        FolderError::Missing(path) => {
            format!("the picture {path:?} is not in the playbook's folder any more")
        }
        error => format!("the picture: {error}"),
    })?;
    let format = PictureFormat::of(&bytes).filter(|format| formats.contains(format)).ok_or_else(|| {
        let names: Vec<&str> = formats.iter().map(|format| format.name()).collect();
        format!("the picture {path:?} is not a picture that {kind} takes ({})", names.join(", "))
    })?;
    Ok(Some(Picture { name: name(path, format), format, bytes: bytes.into() }))
}

/// The name that a file has at a platform.
fn name(path: &str, format: PictureFormat) -> String {
    let file = path.rsplit('/').next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let stem: String = stem.chars().map(|c| if plain(c) { c } else { '_' }).take(60).collect();
    let stem = if stem.chars().all(|c| c == '_') { "picture".to_owned() } else { stem };
    format!("{stem}.{}", format.ending())
}

/// A `multipart/form-data` body with these fields and the picture as `field`: its content type, and itself. `key`
/// makes the boundary.
pub fn form(key: &str, fields: &[(String, String)], field: &str, picture: &Picture) -> (String, Bytes) {
    let boundary = format!("playbook-{key}");
    let mut body = Vec::with_capacity(picture.bytes.len() + 1_024);
    let text = |text: &str, body: &mut Vec<u8>| body.extend_from_slice(text.as_bytes());
    for (name, value) in fields {
        let head = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n");
        text(&format!("{head}content-type: text/plain; charset=utf-8\r\n\r\n{value}\r\n"), &mut body);
    }
    let (name, media) = (&picture.name, picture.format.media());
    let head = format!("content-disposition: form-data; name=\"{field}\"; filename=\"{name}\"");
    text(&format!("--{boundary}\r\n{head}\r\ncontent-type: {media}\r\n\r\n"), &mut body);
    body.extend_from_slice(&picture.bytes);
    text(&format!("\r\n--{boundary}--\r\n"), &mut body);
    (format!("multipart/form-data; boundary={boundary}"), body.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_whatever_the_file_is_called() {
        assert_eq!(name("pics/poster 1\".png", PictureFormat::Png), "poster_1_.png");
        assert_eq!(name("海报.jpeg", PictureFormat::Jpeg), "picture.jpg");
    }
}
