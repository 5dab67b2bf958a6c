//! A condition taken apart: what it compares, and how what it compares is joined.
//!
//! Reads the part of the expression language that conditions are usually written in; anything else is nothing. It has
//! been compiled before, so that its depth is bounded.

/// A condition, or a value in one.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Supposition {
    /// One of several holds.
    Either(Vec<Supposition>),
    /// All of several hold.
    All(Vec<Supposition>),
    /// It does not hold.
    Not(Box<Supposition>),
    /// Two values compared.
    Compared(Box<Supposition>, Comparison, Box<Supposition>),
    /// Two values reckoned with.
    Reckoned(Box<Supposition>, char, Box<Supposition>),
    /// A number, as it is written.
    Number(String),
    /// A text.
    Text(String),
    /// `()`.
    Nothing,
    /// A condition about one of many: the name that it has there, and the condition.
    Of(String, Box<Supposition>),
    /// A name, and what is looked up or called in it.
    Path(Vec<Hop>),
}

/// One part of a path.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Hop {
    /// A name.
    Name(String),
    /// A call with what it takes.
    Call(String, Vec<Supposition>),
    /// What stands in square brackets.
    At(Supposition),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    AtLeast,
    AtMost,
    More,
    Less,
    Same,
    Other,
}

impl Comparison {
    /// The same with its sides changed.
    const fn turned(self) -> Self {
        match self {
            Self::AtLeast => Self::AtMost,
            Self::AtMost => Self::AtLeast,
            Self::More => Self::Less,
            Self::Less => Self::More,
            same => same,
        }
    }
}

/// A condition from its text; nothing where it is written otherwise.
pub(super) fn parse(source: &str) -> Option<Supposition> {
    let mut rest = Unread { text: source };
    let found = rest.either()?;
    rest.skip();
    rest.text.is_empty().then_some(found)
}

/// What is not read yet.
struct Unread<'a> {
    text: &'a str,
}

impl Unread<'_> {
    fn skip(&mut self) {
        self.text = self.text.trim_start();
    }

    /// Whether a sign is next, which is read then.
    fn takes(&mut self, sign: &str) -> bool {
        self.skip();
        let rest = self.text.strip_prefix(sign);
        self.text = rest.unwrap_or(self.text);
        rest.is_some()
    }

    fn either(&mut self) -> Option<Supposition> {
        let mut all = vec![self.all()?];
        while self.takes("||") {
            all.push(self.all()?);
        }
        Some(if all.len() == 1 { all.remove(0) } else { Supposition::Either(all) })
    }

    fn all(&mut self) -> Option<Supposition> {
        let mut all = vec![self.compared()?];
        while self.takes("&&") {
            all.push(self.compared()?);
        }
        Some(if all.len() == 1 { all.remove(0) } else { Supposition::All(all) })
    }

    fn compared(&mut self) -> Option<Supposition> {
        const SIGNS: [(&str, Comparison); 6] = [
            (">=", Comparison::AtLeast),
            ("<=", Comparison::AtMost),
            ("==", Comparison::Same),
            ("!=", Comparison::Other),
            (">", Comparison::More),
            ("<", Comparison::Less),
        ];
        let left = self.sum()?;
        let Some((_, how)) = SIGNS.into_iter().find(|(sign, _)| self.takes(sign)) else { return Some(left) };
        let right = self.sum()?;
        let turned = matches!(left, Supposition::Number(_) | Supposition::Text(_) | Supposition::Nothing);
        Some(if turned {
            Supposition::Compared(Box::new(right), how.turned(), Box::new(left))
        } else {
            Supposition::Compared(Box::new(left), how, Box::new(right))
        })
    }

    fn sum(&mut self) -> Option<Supposition> {
        self.reckoned(&['+', '-'], Self::product)
    }

    fn product(&mut self) -> Option<Supposition> {
        self.reckoned(&['*', '/', '%'], Self::one)
    }

    fn reckoned(
        &mut self,
        signs: &[char],
        part: fn(&mut Self) -> Option<Supposition>,
    ) -> Option<Supposition> {
        let mut found = part(self)?;
        loop {
            self.skip();
            let Some(sign) = self.text.chars().next().filter(|sign| signs.contains(sign)) else {
                return Some(found);
            };
            self.text = &self.text[1..];
            found = Supposition::Reckoned(Box::new(found), sign, Box::new(part(self)?));
        }
    }

    fn one(&mut self) -> Option<Supposition> {
        self.skip();
        if self.text.starts_with('!') && !self.text.starts_with("!=") {
            self.text = &self.text[1..];
            return Some(Supposition::Not(Box::new(self.one()?)));
        }
        if self.takes("(") {
            if self.takes(")") {
                return Some(Supposition::Nothing);
            }
            let inner = self.either()?;
            return self.takes(")").then_some(inner);
        }
        match self.text.chars().next()? {
            '|' => self.of(),
            '"' => Some(Supposition::Text(self.quoted()?)),
            c if c.is_ascii_digit() => {
                let number = self.word(|c| c.is_ascii_digit() || c == '.');
                Some(Supposition::Number(number))
            }
            c if is_name(c) => self.path(),
            _ => None,
        }
    }

    /// `|m| …`
    fn of(&mut self) -> Option<Supposition> {
        self.takes("|").then_some(())?;
        self.skip();
        let name = self.word(is_name);
        (self.takes("|") && !name.is_empty()).then_some(())?;
        Some(Supposition::Of(name, Box::new(self.either()?)))
    }

    fn path(&mut self) -> Option<Supposition> {
        let mut hops = Vec::new();
        loop {
            self.skip();
            let name = self.word(is_name);
            if name.is_empty() {
                return None;
            }
            if self.text.starts_with('(') {
                self.takes("(");
                hops.push(Hop::Call(name, self.taken()?));
            } else {
                hops.push(Hop::Name(name));
            }
            while self.text.starts_with('[') {
                self.takes("[");
                hops.push(Hop::At(self.either()?));
                self.takes("]").then_some(())?;
            }
            if !self.text.starts_with('.') {
                return Some(Supposition::Path(hops));
            }
            self.takes(".");
        }
    }

    /// What a call takes, up to its closing bracket.
    fn taken(&mut self) -> Option<Vec<Supposition>> {
        let mut taken = Vec::new();
        if self.takes(")") {
            return Some(taken);
        }
        loop {
            taken.push(self.either()?);
            if self.takes(")") {
                return Some(taken);
            }
            self.takes(",").then_some(())?;
        }
    }

    fn quoted(&mut self) -> Option<String> {
        let rest = self.text.strip_prefix('"')?;
        let end = rest.find('"').filter(|end| !rest[..*end].contains('\\'))?;
        self.text = &rest[end + 1..];
        Some(rest[..end].to_owned())
    }

    fn word(&mut self, belongs: fn(char) -> bool) -> String {
        let end = self.text.find(|c| !belongs(c)).unwrap_or(self.text.len());
        let (word, rest) = self.text.split_at(end);
        self.text = rest;
        word.to_owned()
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
