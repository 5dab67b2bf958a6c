//! Results of `playbook test` in the XML of `JUnit`: a suite for each file, a case for each expectation.
//!
//! Gives text; writes nothing. The form is the one that build servers share (testsuites, testsuite, testcase, failure).

use super::{failure::Failure, tested::Tested};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use std::io;

/// The report of all files.
pub(super) fn report(tested: &[Tested]) -> Result<String, Failure> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut writer, tested)?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn write(writer: &mut Writer<Vec<u8>>, tested: &[Tested]) -> io::Result<()> {
    let all: usize = tested.iter().map(|one| one.cases.len()).sum();
    let failed = |one: &Tested| one.cases.iter().filter(|case| case.found.is_some()).count();
    let failures: usize = tested.iter().map(failed).sum();
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let (all, failures) = (all.to_string(), failures.to_string());
    let suites = writer.create_element("testsuites").with_attributes([
        ("name", "playbook"),
        ("tests", all.as_str()),
        ("failures", failures.as_str()),
    ]);
    suites.write_inner_content(|writer| tested.iter().try_for_each(|one| suite(writer, one, failed(one))))?;
    Ok(())
}

fn suite(writer: &mut Writer<Vec<u8>>, one: &Tested, failed: usize) -> io::Result<()> {
    let path = one.path.display().to_string();
    let (tests, failures) = (one.cases.len().to_string(), failed.to_string());
    let element = writer.create_element("testsuite").with_attributes([
        ("name", path.as_str()),
        ("tests", tests.as_str()),
        ("failures", failures.as_str()),
    ]);
    element.write_inner_content(|writer| {
        one.cases.iter().try_for_each(|case| {
            let line = case.line.to_string();
            let element = writer.create_element("testcase").with_attributes([
                ("classname", path.as_str()),
                ("name", case.expected.en.as_str()),
                ("file", path.as_str()),
                ("line", line.as_str()),
            ]);
            let Some(found) = &case.found else { return element.write_empty().map(drop) };
            let (expected, found) = (&case.expected.en, &found.en);
            let text = format!("{path}:{line}: expected {expected}; found {found}");
            let inner = |writer: &mut Writer<Vec<u8>>| {
                let failure = writer.create_element("failure").with_attribute(("message", found.as_str()));
                failure.write_text_content(BytesText::new(&text)).map(drop)
            };
            element.write_inner_content(inner).map(drop)
        })
    })?;
    Ok(())
}
