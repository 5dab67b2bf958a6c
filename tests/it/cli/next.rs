//! `playbook next` from outside: instants, formats, exit codes.

use crate::help::playground::Playground;

#[test]
fn the_next_instants_follow_strictly_after_the_given_one() {
    let output = Playground::new()
        .run(
            &["next", "--every", "month on last friday at 19:00", "--timezone", "Asia/Shanghai"]
                .iter()
                .chain(&["--from", "2026-11-27T19:00:00+08:00", "-n", "3", "--format", "json"])
                .copied()
                .collect::<Vec<_>>(),
        )
        .exits(0);
    assert_eq!(
        output.stdout,
        "[\"2026-12-25T19:00:00+08:00\",\"2027-01-29T19:00:00+08:00\",\"2027-02-26T19:00:00+08:00\"]\n"
    );
    assert_eq!(output.stderr, "");
}

#[test]
fn cron_is_read_as_debian_does_and_the_zone_is_utc_unless_said() {
    let args = ["next", "--cron", "30 8 1 * mon", "--from", "2026-11-28", "-n", "2", "--format", "json"];
    let output = Playground::new().run(&args).exits(0);
    assert_eq!(output.stdout, "[\"2026-11-30T08:30:00+00:00\",\"2026-12-01T08:30:00+00:00\"]\n");
}

#[test]
fn there_may_be_none() {
    let args = ["next", "--cron", "0 0 30 2 *", "--from", "2026-01-01"];
    assert_eq!(Playground::new().run(&args).exits(0).stdout, "none in fifty years\n");
    let json = Playground::new().run(&[&args[..], &["--format", "json"]].concat()).exits(0);
    assert_eq!(json.stdout, "[]\n");
}

#[test]
fn what_is_written_wrong_is_wrong_usage() {
    let place = Playground::new();
    for args in [
        &["next"][..],
        &["next", "--every", "now and then"],
        &["next", "--every", "day at 08:30", "--cron", "0 8 * * *"],
        &["next", "--every", "day at 08:30", "--timezone", "Asia/Xian"],
        &["next", "--every", "day at 08:30", "--from", "soon"],
        &["nonsense"],
    ] {
        let output = place.run(args).exits(2);
        assert_eq!(output.stdout, "", "{args:?}");
        assert_ne!(output.stderr, "", "{args:?}");
    }
}
