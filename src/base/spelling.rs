//! How a number is written in a file, where writing its value anew would spell it otherwise: `9.90`, `2E5`.
//!
//! Small enough to travel with the number as a tag. Never changes what the number is.

/// A way of writing numbers: how many digits after the point, and how the power of ten is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spelling(i32);

/// The digits after the point, plus one.
const DECIMALS: i32 = 0x3f;
/// There is a power of ten; with `E`; with a sign.
const POWER: [i32; 3] = [1 << 6, 1 << 7, 1 << 8];
/// How many digits the power has, from bit 9.
const WIDTH: i32 = 0x3;
/// The power of ten plus 400, from bit 11.
const TENS: i32 = 0x3ff;

impl Spelling {
    /// How a text writes a number; none where that is the usual way, or one that cannot be told.
    pub fn of(text: &str, x: f64) -> Option<Self> {
        if text == usual(x) {
            return None;
        }
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            None => (text, None),
            Some((mantissa, power)) => (mantissa, Some(power)),
        };
        let decimals = mantissa.split_once('.').map_or(0, |(_, digits)| digits.len());
        let mut tag = i32::try_from(decimals).ok().filter(|n| *n < DECIMALS)? + 1;
        if let Some(power) = power {
            let tens: i32 = power.parse().ok().filter(|tens| (-400..400).contains(tens))?;
            let width = i32::try_from(power.trim_start_matches(['+', '-']).len()).ok()?;
            tag |= POWER[0] | ((width & WIDTH) << 9) | ((tens + 400) << 11);
            tag |= if text.contains('E') { POWER[1] } else { 0 };
            tag |= if power.starts_with('+') { POWER[2] } else { 0 };
        }
        let spelling = Self(tag);
        (spelling.write(x).as_deref() == Some(text)).then_some(spelling)
    }

    /// The number in this spelling; none where it would be another number.
    pub fn write(self, x: f64) -> Option<String> {
        let decimals = usize::try_from((self.0 & DECIMALS) - 1).ok()?;
        let has = |bit: usize| self.0 & POWER[bit] != 0;
        let text = if has(0) {
            let (tens, width) = (((self.0 >> 11) & TENS) - 400, (self.0 >> 9) & WIDTH);
            let letter = if has(1) { 'E' } else { 'e' };
            let sign = if tens < 0 {
                "-"
            } else if has(2) {
                "+"
            } else {
                ""
            };
            let width = usize::try_from(width).ok()?;
            let mantissa = x / 10_f64.powi(tens);
            format!("{mantissa:.decimals$}{letter}{sign}{:0width$}", tens.abs())
        } else {
            format!("{x:.decimals$}")
        };
        (text.parse() == Ok(x)).then_some(text)
    }

    /// As a tag that is not 0.
    pub const fn tag(self) -> i32 {
        self.0
    }

    /// From a tag.
    pub const fn from_tag(tag: i32) -> Option<Self> {
        if tag > 0 { Some(Self(tag)) } else { None }
    }
}

/// A number without a fraction it does not have: `3`, `0.5`.
pub fn usual(x: f64) -> String {
    let rounded = (x * 1e6).round() / 1e6;
    if rounded.is_finite() { rounded.to_string() } else { x.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_writes_its_number_and_no_other() {
        for text in
            ["9.90", "1.10", "2E5", "2e5", "1.0", "-3.50", "2.50E+05", "1e-3", "1E00", "0.0000001", "6.02e23"]
        {
            let x: f64 = text.parse().unwrap();
            let spelling = Spelling::of(text, x).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(spelling.write(x).as_deref(), Some(text));
            assert_eq!(Spelling::from_tag(spelling.tag()), Some(spelling));
        }
        let cents = Spelling::of("9.90", 9.9).unwrap();
        assert_eq!(cents.write(19.8).as_deref(), Some("19.80"), "another price in the same spelling");
        assert_eq!(cents.write(3.333), None, "nothing is rounded away");
        assert_eq!(Spelling::of("2E5", 2e5).unwrap().write(400_001.0), None);
        for plain in ["9.9", "0.5", "-1.25"] {
            assert_eq!(Spelling::of(plain, plain.parse().unwrap()), None, "{plain} is the usual way");
        }
        assert_eq!(Spelling::from_tag(0), None);
    }
}
