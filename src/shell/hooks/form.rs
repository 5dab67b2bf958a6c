//! Forms and queries: `a=1&b=two+words`.
//!
//! Pure.

use percent_encoding::percent_decode_str;

/// The first value of a name.
pub(super) fn value(form: &str, name: &str) -> Option<String> {
    form.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (plain(key)? == name).then(|| plain(value)).flatten()
    })
}

fn plain(text: &str) -> Option<String> {
    percent_decode_str(&text.replace('+', " ")).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_it_was_meant() {
        let form = "a=1&b=two+words&c=%E4%BD%A0&d&e=x%3D%2B";
        let read = |name| value(form, name);
        assert_eq!((read("a"), read("b")), (Some("1".into()), Some("two words".into())));
        assert_eq!((read("c"), read("d")), (Some("你".into()), Some(String::new())));
        assert_eq!((read("e"), read("f")), (Some("x=+".into()), None));
    }
}
