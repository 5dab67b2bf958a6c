//! What answers have in common: status codes, `Retry-After`, error bodies in words.

use super::{Receipt, Response};
use crate::base::time::{Duration, Timestamp};

/// What is kept of an answer's body, in characters.
const EXCERPT_CHARS_MAX: usize = 200;

impl Response {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, if it is JSON.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// What `Retry-After` asks for: seconds, or an HTTP date (RFC 9110, 10.2.3).
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.header("retry-after")?.trim();
        if let Ok(seconds) = value.parse::<f64>() {
            return (seconds.is_finite() && seconds >= 0.0)
                .then(|| Duration::from_millis((seconds * 1000.0).ceil().min(1e12) as i64));
        }
        let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
        let wait = Timestamp::from_jiff(date).since(self.at);
        Some(wait.max(Duration::ZERO))
    }

    /// `404 Not Found: what the body says`, shortened, on one line.
    pub fn in_words(&self) -> String {
        let name = reason_phrase(self.status);
        let body = excerpt(&String::from_utf8_lossy(&self.body));
        let colon = if body.is_empty() { "" } else { ": " };
        format!("{}{}{name}{colon}{body}", self.status, if name.is_empty() { "" } else { " " })
    }
}

/// Text from outside on one line, without control characters, shortened.
pub fn excerpt(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = words.chars().filter(|c| !c.is_control()).take(EXCERPT_CHARS_MAX).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    short
}

/// A retry for which nothing more is known.
pub fn retry(reason: String) -> Receipt {
    Receipt::RetryLater { after: None, throttled: false, attempts_max: None, reason }
}

/// What a status other than 2xx means by itself. None for 2xx, where the platform's body decides.
pub fn by_status(response: &Response) -> Option<Receipt> {
    let words = response.in_words();
    let after = response.retry_after();
    let later = |throttled| Receipt::RetryLater {
        after,
        throttled,
        attempts_max: None,
        reason: format!("the address answered {words}"),
    };
    match response.status {
        200..300 => None,
        429 => Some(later(true)),
        408 | 425 => Some(later(false)),
        // Overload is announced with a time to wait; without one only this message waits.
        500.. => Some(later(after.is_some())),
        301 | 308 => Some(Receipt::Refused {
            reason: format!(
                "the address has moved ({words}): redirects are not followed, write the new address in `url`"
            ),
        }),
        300..400 => Some(retry(format!("the address answered {words}: redirects are not followed"))),
        410 => Some(Receipt::Refused { reason: format!("the address is gone for good ({words})") }),
        _ => Some(Receipt::Refused { reason: format!("the address answered {words}") }),
    }
}

/// An answer with status 200 whose body is not the platform's: nobody can say whether the message arrived.
pub fn unclear(platform: &str, response: &Response) -> Receipt {
    Receipt::Unclear {
        reason: format!("this is not an answer of {platform}, is the address right? {}", response.in_words()),
    }
}

/// An error code that may have come as a number or as text.
pub fn code(value: Option<&serde_json::Value>) -> Option<i64> {
    let value = value?;
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

const fn reason_phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        410 => "Gone",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        425 => "Too Early",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn answer(status: u16, body: &str) -> Response {
        Response {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            at: Timestamp::from_millis(1_445_412_480_000), // 2015-10-21T07:28:00Z
        }
    }

    fn after(value: &str) -> Option<Duration> {
        let mut response = answer(429, "");
        response.headers.push(("retry-after".into(), value.into()));
        response.retry_after()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(after("120"), Some(Duration::from_millis(120_000)));
        assert_eq!(after("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(after("Wed, 21 Oct 2015 07:29:30 GMT"), Some(Duration::from_millis(90_000)));
        assert_eq!(after("Wed, 21 Oct 2015 07:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(after("soon"), None);
        assert_eq!(after("-1"), None);
    }

    #[test]
    fn statuses_are_classified() {
        let class = |status| match by_status(&answer(status, "x")) {
            None => "ok",
            Some(Receipt::RetryLater { throttled: true, .. }) => "throttled",
            Some(Receipt::RetryLater { .. }) => "later",
            Some(Receipt::Refused { .. }) => "refused",
            Some(_) => "other",
        };
        let classes: Vec<_> =
            [200, 204, 301, 307, 400, 404, 408, 410, 425, 429, 500, 503].map(class).into_iter().collect();
        assert_eq!(
            classes,
            [
                "ok",
                "ok",
                "refused",
                "later",
                "refused",
                "refused",
                "later",
                "refused",
                "later",
                "throttled",
                "later",
                "later"
            ]
        );
    }

    #[test]
    fn words_are_short_and_on_one_line() {
        let words = answer(404, &format!("no\nsuch \u{7} hook {}", "x".repeat(900))).in_words();
        assert!(words.starts_with("404 Not Found: no such  hook x"), "{words}");
        assert!(words.chars().count() < 230);
    }
}
