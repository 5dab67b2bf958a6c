//! Times, dates and offsets as people write them elsewhere, put as a playbook writes them: for help lines only.
//!
//! Gives what a text may have meant; whether it can be read there is the caller's question. Accepts nothing.

/// What a text may have meant, in the playbook's own way of writing, the likeliest first.
pub(crate) fn meant(text: &str) -> Vec<String> {
    // No time, date or offset is longer.
    if text.len() > 80 {
        return Vec::new();
    }
    let clocks = clocks(&text.trim().to_lowercase());
    let mut found = vec![clocks.clone()];
    found.extend(dates(&clocks));
    found.extend(offset(&clocks));
    found.retain(|one| one != text);
    found
}

/// `10pm` → `22:00`, `8:30 am` → `08:30`, `下午8点半` → `20:30`, wherever they stand.
fn clocks(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        if let Some((clock, next)) = clock_at(&chars, at) {
            if out.ends_with(|c: char| c.is_alphanumeric()) {
                out.push(' ');
            }
            out.push_str(&clock);
            at = next;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// A clock time of another kind that begins here, and where it ends.
fn clock_at(chars: &[char], from: usize) -> Option<(String, usize)> {
    if from > 0 && chars[from - 1].is_ascii_digit() {
        return None;
    }
    let mut at = from;
    let half = ["凌晨", "早上", "上午", "中午", "下午", "傍晚", "晚上"];
    let part = half.iter().position(|word| starts(chars, at, word));
    if part.is_some() {
        at += 2;
        at += spaces(chars, at);
    }
    let (mut hour, next) = number(chars, at)?;
    at = next;
    let mut minute = 0;
    if chars.get(at).is_some_and(|c| matches!(c, ':' | '：' | '.')) {
        let (found, next) = number(chars, at + 1)?;
        (minute, at) = (found, next);
    } else if chars.get(at).is_some_and(|c| matches!(c, '点' | '點' | '时')) {
        at += 1;
        if chars.get(at) == Some(&'半') {
            (minute, at) = (30, at + 1);
        } else if let Some((found, next)) = number(chars, at) {
            (minute, at) = (found, next);
            at += usize::from(chars.get(at) == Some(&'分'));
        }
        at += usize::from(chars.get(at) == Some(&'整'));
        let late = part.is_some_and(|part| part >= 4) && hour < 12;
        hour += if late { 12 } else { 0 };
        return written(hour, minute, at);
    }
    if let Some(part) = part {
        hour += if part >= 4 && hour < 12 { 12 } else { 0 };
        return written(hour, minute, at);
    }
    let word = at + spaces(chars, at);
    let letters: String = chars[word..].iter().take(4).collect();
    let (afternoon, length) = [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)]
        .iter()
        .find(|(word, _)| letters.starts_with(word))
        .map(|(word, afternoon)| (*afternoon, word.len()))?;
    let end = word + length;
    if chars.get(end).is_some_and(|c| c.is_alphanumeric()) || !(1..=12).contains(&hour) {
        return None;
    }
    hour = hour % 12 + if afternoon { 12 } else { 0 };
    written(hour, minute, end)
}

fn written(hour: u32, minute: u32, end: usize) -> Option<(String, usize)> {
    (hour < 24 && minute < 60).then(|| (format!("{hour:02}:{minute:02}"), end))
}

fn starts(chars: &[char], at: usize, word: &str) -> bool {
    word.chars().enumerate().all(|(index, c)| chars.get(at + index) == Some(&c))
}

fn spaces(chars: &[char], at: usize) -> usize {
    chars[at.min(chars.len())..].iter().take_while(|c| c.is_whitespace()).count()
}

/// A number of one or two digits, or 一 to 十二.
fn number(chars: &[char], at: usize) -> Option<(u32, usize)> {
    const HAN: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let digits: String = chars[at.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).collect();
    if !digits.is_empty() {
        return digits.parse().ok().filter(|_| digits.len() <= 2).map(|n| (n, at + digits.len()));
    }
    let one = |index: usize| {
        let c = chars.get(index).map(|c| if *c == '两' { '二' } else { *c })?;
        HAN.iter().position(|han| *han == c).and_then(|n| u32::try_from(n).ok())
    };
    if chars.get(at) == Some(&'十') {
        return Some(one(at + 1).map_or((10, at + 1), |n| (10 + n, at + 2)));
    }
    one(at).map(|n| (n, at + 1))
}

/// `12/24/2026 20:00` → `2026-12-24 20:00`; both readings where both are dates. `24. 12. 2026`, `2026年12月24日`.
fn dates(text: &str) -> Vec<String> {
    let (date, rest) = if let Some((date, rest)) = text.split_once('日') {
        (date, rest.trim())
    } else {
        let of_date = |c: char| c.is_ascii_digit() || matches!(c, '/' | '.' | '-');
        let end = text.find(|c| !of_date(c)).unwrap_or(text.len());
        (&text[..end], text[end..].trim_start_matches([',', ' ']).trim_start_matches("at "))
    };
    let parts: Vec<u32> = date
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .filter_map(|part| part.parse().ok())
        .collect();
    let [first, second, third] = parts[..] else { return Vec::new() };
    let readings = if first > 31 {
        vec![(first, second, third)]
    } else if third > 31 {
        let mut both = vec![(third, first, second), (third, second, first)];
        both.retain(|(_, month, day)| *month <= 12 && *day <= 31);
        both.dedup();
        both
    } else {
        return Vec::new();
    };
    let mut found: Vec<String> = readings
        .into_iter()
        .map(|(year, month, day)| format!("{year}-{month:02}-{day:02} {rest}").trim().to_owned())
        .collect();
    found.dedup();
    found
}

/// `1 hour before` → `-1h`, `2 days after at 10:00` → `+2d 10:00`, `提前 1 小时`, `2 天后`.
fn offset(text: &str) -> Option<String> {
    const UNITS: [(&str, char); 16] = [
        ("minutes", 'm'),
        ("minute", 'm'),
        ("mins", 'm'),
        ("min", 'm'),
        ("hours", 'h'),
        ("hour", 'h'),
        ("days", 'd'),
        ("day", 'd'),
        ("weeks", 'w'),
        ("week", 'w'),
        ("分钟", 'm'),
        ("小时", 'h'),
        ("个小时", 'h'),
        ("天", 'd'),
        ("周", 'w'),
        ("日", 'd'),
    ];
    let before = ["before", "earlier", "ahead", "prior", "提前", "之前", "前"];
    let after = ["after", "later", "之后", "以后", "后"];
    let sign = if before.iter().any(|word| text.contains(word)) {
        '-'
    } else if after.iter().any(|word| text.contains(word)) {
        '+'
    } else {
        return None;
    };
    let (rest, clock) = match text.rfind(|c: char| !(c.is_ascii_digit() || c == ':')) {
        Some(at) if text[at..].contains(':') => {
            let start = at + text[at..].chars().next().map_or(1, char::len_utf8);
            (&text[..at], Some(&text[start..]))
        }
        _ => (text, None),
    };
    let chars: Vec<char> = rest.chars().collect();
    let start = chars.iter().position(|c| c.is_ascii_digit() || "一二两三四五六七八九十".contains(*c))?;
    let (n, end) = number(&chars, start)?;
    let tail: String = chars[end..].iter().collect();
    let tail = tail.trim();
    let unit =
        UNITS.iter().find(|(word, _)| tail.starts_with(word)).map(|(_, unit)| *unit).or_else(|| {
            let unit = tail.chars().next().filter(|c| matches!(c, 'm' | 'h' | 'd' | 'w'))?;
            tail[1..].starts_with(|c: char| !c.is_alphanumeric()).then_some(unit)
        })?;
    let (n, unit) = if unit == 'w' { (n * 7, 'd') } else { (n, unit) };
    Some(clock.map_or(format!("{sign}{n}{unit}"), |clock| format!("{sign}{n}{unit} {clock}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_elsewhere_is_put_as_here() {
        for (text, wanted) in [
            ("8:30pm", "20:30"),
            ("8 PM", "20:00"),
            ("12am", "00:00"),
            ("12:15 p.m.", "12:15"),
            ("10pm-8am", "22:00-08:00"),
            ("10 pm - 8 am", "22:00 - 08:00"),
            ("下午8点", "20:00"),
            ("晚上八点半", "20:30"),
            ("上午9点05分", "09:05"),
            ("20点", "20:00"),
            ("12/24/2026 20:00", "2026-12-24 20:00"),
            ("24.12.2026 8pm", "2026-12-24 20:00"),
            ("2026年12月24日 20:00", "2026-12-24 20:00"),
            ("12/24/2026", "2026-12-24"),
            ("1 hour before", "-1h"),
            ("2 days after", "+2d"),
            ("1 day before at 10am", "-1d 10:00"),
            ("30 min before", "-30m"),
            ("2 weeks before", "-14d"),
            ("提前1小时", "-1h"),
            ("2 天后 10:00", "+2d 10:00"),
        ] {
            assert!(meant(text).contains(&wanted.to_owned()), "{text}: {:?}", meant(text));
        }
        assert_eq!(dates("3/4/2026"), ["2026-03-04", "2026-04-03"], "nobody can tell which");
        for text in ["13pm", "hello", "1:2:3", "", "am", "99/99/2026", "日", "前"] {
            assert!(meant(text).iter().all(|one| !one.contains("2026-")), "{text}: {:?}", meant(text));
        }
    }
}
