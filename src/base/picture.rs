//! Pictures: what an address is, and what kind of file begins with some bytes.

/// A picture's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PictureFormat {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
}

impl PictureFormat {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Gif, Self::Webp];

    /// The form of a file, by its first bytes; none where it is no picture.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Gif => "GIF",
            Self::Webp => "WebP",
        }
    }

    /// The media type of the format.
    pub const fn media(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }

    /// The ending of a file's name.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::Webp => "webp",
        }
    }
}

/// What is known of a picture without reading all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glimpse {
    /// Its size in bytes.
    pub bytes: u64,
    /// Its form; none where it is no picture.
    pub format: Option<PictureFormat>,
}

/// Whether a picture is named by its address; otherwise it is a file.
pub fn is_address(image: &str) -> bool {
    image.starts_with("https://") || image.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_known_by_its_first_bytes() {
        assert_eq!(PictureFormat::of(b"\x89PNG\r\n\x1a\n"), Some(PictureFormat::Png));
        assert_eq!(PictureFormat::of(b"RIFF\x10\0\0\0WEBPVP8 "), Some(PictureFormat::Webp));
        assert_eq!(PictureFormat::of(b"RIFF\x10\0\0\0WAVEfmt "), None);
        assert_eq!(PictureFormat::of(b"token = 1"), None);
    }
}
