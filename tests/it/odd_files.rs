//! Files that are none, files that are named and not there to be read, and no home at all: plain words, and no waiting.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::{Home, PROGRAM, Run};

/// More than any of it takes, and less than a pipe without a writer.
const SOON: Duration = Duration::from_secs(10);

/// Runs the program and ends it where it waits for somebody to write into a pipe.
fn soon(home: &Home, arguments: &[&str]) -> Run {
    let start = Instant::now();
    let mut command = home.command("timeout");
    let limit = format!("{}s", SOON.as_secs());
    let run: Run = command.args(["-k1", &limit, PROGRAM]).args(arguments).output().expect("timeout starts").into();
    assert!(start.elapsed() < SOON, "{arguments:?}: {run:?}");
    run
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
}

#[test]
fn a_pipe_a_folder_or_a_device_is_no_aws_file() {
    let home = Home::new();
    let pipe = home.write("odd/x", "").with_file_name("pipe");
    make_pipe(&pipe);
    let folder = pipe.parent().expect("a folder").to_owned();
    let odd = [(pipe.as_path(), "a pipe"), (&folder, "a folder"), (Path::new("/dev/zero"), "a device")];
    for (path, what) in odd {
        for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
            let home = Home::new().env(variable, path);
            let expected = format!("` is {what} and no file");
            for command in [&["status", "--offline"][..], &["profiles"], &["credentials", "--profile", "nobody"]] {
                let run = soon(&home, command);
                let said = format!("{}{}", run.stdout, run.stderr).replace("\n  ", " ");
                assert!(said.contains(&expected), "{variable} {what} {command:?}: {said}");
            }
        }
    }
}

#[test]
fn a_link_to_a_file_and_the_null_device_are_files() {
    let home = Home::new();
    let link = home.path().join("link");
    std::os::unix::fs::symlink(home.path().join(".aws/config"), &link).expect("a link");
    let home = home.env("AWS_CONFIG_FILE", &link).env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    assert!(home.run(["profiles"]).success().contains("work"));
    let home = home.env("AWS_CONFIG_FILE", "/dev/null");
    let run = home.run(["profiles"]);
    assert!(!run.stdout.contains("problem") && run.stdout.contains("No profile is in `/dev/null`"), "{run:?}");
}

#[test]
fn pipes_in_the_place_of_settings_and_caches_are_not_waited_for() {
    let home = Home::new();
    let token = home.token_file();
    fs_err::remove_file(&token).expect("ours");
    make_pipe(&token);
    fs_err::create_dir_all(home.settings().parent().expect("a folder")).expect("a folder");
    make_pipe(&home.settings());
    for command in [&["status", "--offline"][..], &["profiles"], &["diagnose", "--offline"], &["statusline"]] {
        let _ = soon(&home, command);
    }
    let said = soon(&home, &["setup", "--yes", "--profile", "work"]).failure(2);
    assert!(said.contains("settings.json` is not a file; move it away"), "{said}");
    fs_err::remove_file(home.settings()).expect("ours");
    let run = soon(&home, &["status", "--offline", "--profile", "work"]);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains("~/.aws/sso/cache/") && said.contains("is a pipe and no file"), "{said}");
}

#[test]
fn without_a_home_that_is_what_is_said() {
    let home = Home::new();
    let commands: [&[&str]; 9] = [
        &["setup", "--yes"],
        &["credentials", "--profile", "work"],
        &["status", "--offline"],
        &["profiles"],
        &["models"],
        &["env"],
        &["reset"],
        &["plugin", "status"],
        &["diagnose", "--offline"],
    ];
    for command in commands {
        let mut program = home.command(PROGRAM);
        program
            .args(command)
            .env_remove("HOME")
            .env_remove("AWS_CONFIG_FILE")
            .env_remove("AWS_SHARED_CREDENTIALS_FILE");
        let run: Run = program.output().expect("it starts").into();
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("HOME is not set") && !said.contains("``"), "{command:?}: {said}");
        assert!(said.contains("export HOME="), "{command:?}: {said}");
    }
}

#[test]
fn paths_in_the_home_folder_are_told_as_people_write_them() {
    let home = Home::new();
    let said = home.run(["credentials", "--profile", "wrok"]).failure(2);
    assert!(said.contains("the profile `wrok` is in neither `~/.aws/config` nor `~/.aws/credentials`"), "{said}");
    let home = home.env("AWS_CONFIG_FILE", "/nowhere/config");
    let said = home.run(["credentials", "--profile", "work"]).failure(2);
    assert!(said.contains("is in neither `/nowhere/config` nor `~/.aws/credentials`"), "{said}");
}
