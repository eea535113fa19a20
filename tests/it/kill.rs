//! The program, killed before every system call that changes a file: what then stands is whole and can be undone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Home, PROGRAM, Run, unavailable};

/// What changes a file or a folder; `openat` with a flag that creates.
const CALLS: &str = "openat,write,pwrite64,writev,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,\
                     mkdirat,chmod,fchmod,fchmodat,fchown,ftruncate,fsync,fdatasync,fsetxattr,fremovexattr,flock";

/// A user's settings in a style of their own.
const SETTINGS: &str = "{\n\t\"language\" : \"german\",\n\t\"env\": {\"A\": \"1\"}\n}\n";

/// What a run is killed in, and what it started from.
struct Scene {
    /// The user's settings, when there are any.
    settings: Option<&'static str>,
    /// What was run before, unhurt.
    before: &'static [&'static [&'static str]],
    killed: &'static [&'static str],
    /// A system call that this machine shall not know.
    lacks: Option<&'static str>,
}

/// Where to kill: before the so-manieth call of a name.
type Point = (String, usize);

const SET_UP: &[&str] = &["setup", "--yes"];
/// Without it a set-up caches credentials, too; one scene shows that.
const CREDENTIALS: &[&str] = &["credentials", "--profile", "work"];

#[test]
fn a_first_set_up_that_is_killed() {
    Scene { settings: Some(SETTINGS), before: &[], killed: SET_UP, lacks: None }.check();
}

#[test]
fn a_first_set_up_without_settings_that_is_killed() {
    Scene { settings: None, before: &[CREDENTIALS], killed: SET_UP, lacks: None }.check();
}

#[test]
fn a_set_up_with_other_answers_that_is_killed() {
    let killed = &["setup", "--yes", "--identity", "shared", "--region", "us-east-1"];
    Scene { settings: Some(SETTINGS), before: &[SET_UP], killed, lacks: None }.check();
}

#[test]
fn a_set_up_that_is_killed_where_files_cannot_be_exchanged() {
    Scene { settings: Some(SETTINGS), before: &[CREDENTIALS], killed: SET_UP, lacks: Some("renameat2") }.check();
}

#[test]
fn a_reset_that_is_killed() {
    Scene { settings: Some(SETTINGS), before: &[SET_UP], killed: &["reset"], lacks: None }.check();
}

#[test]
fn a_reset_to_no_settings_that_is_killed() {
    Scene { settings: None, before: &[SET_UP], killed: &["reset"], lacks: None }.check();
}

impl Scene {
    fn check(&self) {
        let probe = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
        if !probe.is_ok_and(|output| output.status.success()) {
            return unavailable("strace cannot trace here");
        }
        let stage = Stage::set(self);
        let old = stage.settings();
        let points = stage.points(self);
        let new = stage.settings();
        assert_ne!(old, new, "the run does something");
        assert!(points.len() > 8, "{points:?}");
        for point in &points {
            let place = format!("killed before call {} of {}", point.1, point.0);
            stage.rewind();
            let run = stage.killed(self, point);
            assert_eq!(run.code, None, "{place}: {run:?}");
            let left = stage.settings();
            assert!(left == old || left == new, "{place}: the settings are {left:?}");

            stage.mark("killed");
            let _ = stage.home.run(["reset"]).success();
            assert_eq!(stage.user_files(), stage.untouched, "{place}, then reset");
            assert!(stage.own_files().is_empty(), "{place}, then reset: {:?}", stage.own_files());

            stage.rewind_to("killed");
            let _ = stage.home.run(["setup", "--yes"]).success();
            assert!(stage.home.settings_text().contains("CLAUDE_CODE_USE_BEDROCK"), "{place}, then set up");
            let drafts = stage.user_files().into_keys().any(|path| path.to_string_lossy().contains(".claude-bedrock-"));
            assert!(!drafts, "{place}, then set up: a draft is left");
            let _ = stage.home.run(["reset"]).success();
            assert_eq!(stage.user_files(), stage.untouched, "{place}, then set up and reset");
            assert!(stage.own_files().is_empty(), "{place}, then set up and reset: {:?}", stage.own_files());
        }
    }
}

/// A home that can be put back to how it was.
struct Stage {
    home: Home,
    untouched: BTreeMap<PathBuf, Option<Vec<u8>>>,
}

impl Stage {
    /// A home in which the scene can begin.
    fn set(scene: &Scene) -> Self {
        let home = Home::new();
        if let Some(settings) = scene.settings {
            home.write(".claude/settings.json", settings);
        }
        let mut stage = Self { home, untouched: BTreeMap::new() };
        stage.untouched = stage.user_files();
        for arguments in scene.before {
            let _ = stage.home.run(*arguments).success();
        }
        stage.mark("begin");
        stage
    }

    fn settings(&self) -> Option<Vec<u8>> {
        self.home.settings().exists().then(|| self.home.read(".claude/settings.json"))
    }

    /// What a user has in `.claude`, folders too.
    fn user_files(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let folder = self.home.path().join(".claude");
        let mut found = BTreeMap::new();
        if folder.exists() {
            for entry in fs_err::read_dir(&folder).expect("readable") {
                let path = entry.expect("an entry").path();
                found.insert(path.clone(), Some(fs_err::read(path).expect("readable")));
            }
            found.insert(folder, None);
        }
        found
    }

    /// What we keep of a set-up.
    fn own_files(&self) -> Vec<PathBuf> {
        self.home.state_files("receipts")
    }

    fn mark(&self, name: &str) {
        self.copy(".claude", &format!("marks/{name}/claude"));
        self.copy(".local", &format!("marks/{name}/local"));
    }

    fn rewind(&self) {
        self.rewind_to("begin");
    }

    fn rewind_to(&self, name: &str) {
        self.copy(&format!("marks/{name}/claude"), ".claude");
        self.copy(&format!("marks/{name}/local"), ".local");
    }

    fn copy(&self, from: &str, to: &str) {
        let (from, to) = (self.home.path().join(from), self.home.path().join(to));
        let _ = fs_err::remove_dir_all(&to);
        if from.exists() {
            fs_err::create_dir_all(to.parent().expect("below the home")).expect("a folder");
            let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().expect("cp runs");
            assert!(copied.success());
        }
    }

    fn strace(&self, scene: &Scene, log: &Path, extra: &[String]) -> Run {
        let mut command = self.home.command("strace");
        command.args(["-f", "-y", "-qq", "-e"]).arg(format!("trace={CALLS}")).arg("-o").arg(log);
        if let Some(call) = scene.lacks {
            command.args(["-e", &format!("inject={call}:error=ENOSYS")]);
        }
        command.args(extra).arg(PROGRAM).args(scene.killed);
        command.output().expect("strace starts").into()
    }

    /// Runs to the end and lists the calls that changed something of the user's or ours.
    fn points(&self, scene: &Scene) -> Vec<Point> {
        let log = self.home.path().join("strace.log");
        let _ = self.strace(scene, &log, &[]).success();
        let traced = fs_err::read_to_string(&log).expect("a log");
        let home = self.home.path().to_str().expect("UTF-8");
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut points = Vec::new();
        for line in traced.lines() {
            // `PID call(arguments) = result`; resumed calls were counted when they began.
            let Some((call, arguments)) = line.split_once(' ').and_then(|(_, rest)| rest.trim_start().split_once('('))
            else {
                continue;
            };
            if !CALLS.split(',').any(|known| known == call) {
                continue;
            }
            let count = seen.entry(call).or_default();
            *count += 1;
            let touches = [".claude", ".local"].iter().any(|folder| arguments.contains(&format!("{home}/{folder}")));
            let is_change = call != "openat" || arguments.contains("O_CREAT");
            if touches && is_change && scene.lacks != Some(call) {
                points.push((call.to_owned(), *count));
            }
        }
        points
    }

    fn killed(&self, scene: &Scene, (call, count): &Point) -> Run {
        let inject = ["-e".to_owned(), format!("inject={call}:signal=KILL:when={count}")];
        self.strace(scene, Path::new("/dev/null"), &inject)
    }
}
