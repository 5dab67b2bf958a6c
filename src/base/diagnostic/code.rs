//! A kind of diagnostic: its slug, what it means, why it matters, and how it looks wrong and right.
//!
//! The shape only. Each part of the compiler writes down its own codes beside its code, and
//! `lang::explain` has the closed list of them all.

use super::Severity;
use crate::base::locale::Locale;
pub use crate::base::phrase::{Words, pair};
use std::fmt::Write as _;

/// One kind of diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Its name for ever: `unknown-key`.
    pub slug: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One line: what is wrong when it is reported.
    pub meaning: Words,
    /// A few sentences: why it matters and what to do.
    pub explanation: Words,
    /// A playbook, or the part of one that matters, for which it is reported.
    pub bad: Example,
    /// The same without the problem.
    pub good: Example,
    /// Rows of the craft's practices that it enforces.
    pub practices: &'static [&'static str],
}

/// A piece of a playbook, with the files it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// YAML. Without a `name:` of its own it stands for a file that has one, and a `timezone:`.
    pub yaml: &'static str,
    /// Path and text of the files beside it.
    pub files: &'static [(&'static str, &'static str)],
}

impl Example {
    /// A playbook that needs no other file.
    pub const fn of(yaml: &'static str) -> Self {
        Self { yaml, files: &[] }
    }

    /// The example as a whole file: with a name and a zone where it leaves them out.
    pub fn whole(&self) -> String {
        let has = |key: &str| self.yaml.lines().any(|line| line.starts_with(key));
        match (has("name:"), has("timezone:")) {
            (true, _) => self.yaml.to_owned(),
            (false, true) => format!("name: demo\n{}", self.yaml),
            (false, false) => format!("name: demo\ntimezone: Asia/Shanghai\n{}", self.yaml),
        }
    }
}

impl Code {
    /// What `playbook explain CODE` prints.
    pub fn explain(&self, locale: Locale) -> String {
        let mut out = format!(
            "{} ({})\n{}\n\n{}\n",
            self.slug,
            self.severity.word().of(locale),
            self.meaning.of(locale),
            self.explanation.of(locale)
        );
        let colon = locale.pick(":", "：");
        for (title, example) in
            [(locale.pick("Wrong", "错误写法"), &self.bad), (locale.pick("Right", "正确写法"), &self.good)]
        {
            if !example.yaml.is_empty() {
                let _ = write!(out, "\n{title}{colon}\n\n{}", indent(example.yaml));
                for (path, text) in example.files {
                    let _ = write!(out, "\n    # {path}\n{}", indent(text));
                }
            }
        }
        if !self.practices.is_empty() {
            let _ = writeln!(out, "\n{}{}", locale.pick("Practices: ", "依据："), self.practices.join(", "));
        }
        out
    }
}

fn indent(text: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "{}", format!("    {line}").trim_end());
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: Code = Code {
        slug: "demo",
        severity: Severity::Warning,
        meaning: pair("something is odd", "有点奇怪"),
        explanation: pair("It is odd.", "很奇怪。"),
        bad: Example::of("odd: true\n"),
        good: Example::of("name: even\nodd: false\n"),
        practices: &["P001"],
    };

    #[test]
    fn explains_in_either_language() {
        insta::assert_snapshot!(CODE.explain(Locale::En), @"
        demo (warning)
        something is odd

        It is odd.

        Wrong:

            odd: true

        Right:

            name: even
            odd: false

        Practices: P001
        ");
        insta::assert_snapshot!(CODE.explain(Locale::Zh), @"
        demo (警告)
        有点奇怪

        很奇怪。

        错误写法：

            odd: true

        正确写法：

            name: even
            odd: false

        依据：P001
        ");
    }

    #[test]
    fn an_example_is_completed_to_a_whole_file() {
        assert_eq!(CODE.bad.whole(), "name: demo\ntimezone: Asia/Shanghai\nodd: true\n");
        assert_eq!(CODE.good.whole(), "name: even\nodd: false\n");
    }
}
