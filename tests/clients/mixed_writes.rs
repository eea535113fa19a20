//! Ten thousand writes of one token by us beside programs that write in place, as the AWS CLI and the AWS SDK for
//! JavaScript do. What we write is whole; what they leave behind when they meet is mended whenever a token is in it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use claude_bedrock::aws::profile::{ProfileFiles, SsoProfile};
use claude_bedrock::aws::session::{self, Granted, SessionError};
use claude_bedrock::aws::{call, files};
use claude_bedrock::world::World;
use serde_json::Value;

use super::machine::{aws_cli, aws_sdk_js, say};

/// Rounds, in each of which four writers write once, all at the same moment.
const ROUNDS: usize = 2_500;
const CACHES: usize = 10;
/// Writes by each of the real clients' own writers, and as many by us.
const REAL_WRITES: usize = 300;

/// The session's cache below a home of its own, in memory where that can be: ten thousand writes to a disk take minutes.
struct Cache {
    home: tempfile::TempDir,
    world: World,
    profiles: ProfileFiles,
    sso: SsoProfile,
}

/// How a file looked.
#[derive(Debug, Default)]
struct Seen {
    whole: AtomicUsize,
    /// Emptied by a writer in place, and not yet written.
    empty: AtomicUsize,
    /// A whole token, and behind it what is left of a longer one.
    trailing: AtomicUsize,
    /// The beginning of a token of ours, which only a torn write of ours could leave.
    torn_by_us: AtomicUsize,
    /// Anything else that writers in place left.
    broken: AtomicUsize,
}

impl Cache {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { std::path::absolute("/tmp").expect("absolute") };
        let home = tempfile::Builder::new().prefix("mixed").tempdir_in(place).expect("a temporary folder");
        let world = World::with_variables([("HOME", home.path())], home.path());
        let profiles = files::read(&world).profiles;
        let sso = SsoProfile {
            session_name: Some("work".into()),
            start_url: "https://d-9067642ac7.awsapps.com/start".into(),
            region: "us-east-1".into(),
            account_id: "111122223333".into(),
            role_name: "BedrockDeveloper".into(),
            registration_scopes: vec!["sso:account:access".into()],
            token_cache_key: "work".into(),
            found_by_claude_code: true,
        };
        let cache = Self { home, world, profiles, sso };
        cache.store(0);
        cache
    }

    fn path(&self) -> PathBuf {
        session::token_path(&self.world, &self.sso)
    }

    /// Writes as a sign-in or a renewal of ours does.
    fn store(&self, number: usize) {
        let _lock = session::lock(&self.world, &self.sso, Duration::from_secs(30)).expect("a lock");
        let granted = Granted {
            access_token: token("ours", number).into(),
            expires_at: self.world.now() + jiff::SignedDuration::from_hours(1),
            refresh_token: Some("ours".into()),
            client_id: "id".into(),
            client_secret: "secret".into(),
            registration_expires_at: self.world.now() + jiff::SignedDuration::from_hours(900),
        };
        let file = session::prepare(&self.world, &self.sso).expect("writable");
        session::store(&self.world, file, &self.sso, &granted).expect("written");
    }

    /// What any command of ours makes of the file.
    fn used(&self) -> Result<(), SessionError> {
        call::block_on(session::usable_token(&self.world, &self.profiles, "work", &self.sso, false)).map(drop)
    }

    /// Looks at the file as it is.
    fn look(&self, seen: &Seen) {
        let Ok(bytes) = fs_err::read(self.path()) else { return };
        let mut documents = serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>();
        let kind = match documents.next() {
            None => &seen.empty,
            Some(Ok(_)) if bytes[documents.byte_offset()..].is_empty() => &seen.whole,
            Some(Ok(_)) => &seen.trailing,
            // Ours begin with the start URL and the token that names its writer.
            Some(Err(_)) if String::from_utf8_lossy(&bytes).contains("\"accessToken\":\"ours") => &seen.torn_by_us,
            Some(Err(_)) => &seen.broken,
        };
        kind.fetch_add(1, Ordering::Relaxed);
    }
}

/// A token that names its writer, of a length of its own.
fn token(writer: &str, number: usize) -> String {
    format!("{writer}-{number}-{}", "x".repeat(100 + number * 37 % 900))
}

/// What the AWS CLI writes: one line.
fn of_cli(number: usize) -> String {
    format!(
        "{{\"startUrl\": \"https://d-9067642ac7.awsapps.com/start\", \"region\": \"us-east-1\", \"accessToken\": \"{}\", \
         \"expiresAt\": \"2099-01-01T00:00:00Z\", \"clientId\": \"id\", \"clientSecret\": \"secret\", \
         \"registrationExpiresAt\": \"2099-01-01T00:00:00Z\", \"refreshToken\": \"theirs\"}}",
        token("cli", number)
    )
}

/// What the AWS SDK for JavaScript writes: indented.
fn of_sdk(number: usize) -> String {
    let value: Value = serde_json::from_str(&of_cli(number)).expect("JSON");
    serde_json::to_string_pretty(&value).expect("JSON").replace("cli-", "sdk-")
}

/// `JSONFileCache.__setitem__` of the AWS CLI's botocore (`botocore/utils.py`), and `fs.writeFile` of Node, which
/// `writeSSOTokenToFile.js` calls: open, empty, write; a moment of the interpreter's own between the last two.
fn write_in_place(path: &Path, text: &str, number: usize) {
    let Ok(mut file) = fs_err::OpenOptions::new().write(true).create(true).truncate(false).open(path) else { return };
    file.set_len(0).expect("emptied");
    thread::sleep(Duration::from_micros(number as u64 * 31 % 150));
    file.write_all(text.as_bytes()).expect("written");
}

/// So many rounds in one cache; gives how often a damaged file was left behind, and mended, and how often none at all.
fn rounds(cache: &Cache, rounds: usize) -> (usize, usize) {
    // Everybody begins a round together, and nobody writes while what it left is looked at.
    let (begin, end) = (Barrier::new(5), Barrier::new(5));
    let path = cache.path();
    let (mut mended, mut empty) = (0, 0);
    thread::scope(|scope| {
        let writer = |write: &'static (dyn Fn(&Cache, &Path, usize) + Sync)| {
            let (path, begin, end) = (&path, &begin, &end);
            scope.spawn(move || {
                for round in 0..rounds {
                    begin.wait();
                    write(cache, path, round);
                    end.wait();
                }
            });
        };
        writer(&|cache, _, round| cache.store(round));
        writer(&|_, path, round| write_in_place(path, &of_cli(round), round));
        writer(&|_, path, round| write_in_place(path, &of_sdk(round + 7), round / 3));
        writer(&|_, path, round| write_in_place(path, &of_cli(round + 11), round / 2));
        for round in 0..rounds {
            begin.wait();
            end.wait();
            let bytes = fs_err::read(&path).expect("there");
            let mut documents = serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>();
            match documents.next() {
                Some(Ok(first)) if documents.byte_offset() < bytes.len() => {
                    cache.used().expect("a token is in it");
                    let now: Value = serde_json::from_slice(&fs_err::read(&path).expect("there")).expect("whole");
                    assert_eq!(now, first, "nothing else is changed");
                    mended += 1;
                }
                Some(Ok(_)) => cache.used().expect("a token"),
                _ => {
                    assert!(cache.used().expect_err("no token").needs_sign_in(), "{round}");
                    cache.store(round);
                    empty += 1;
                }
            }
        }
    });
    (mended, empty)
}

#[test]
fn ten_thousand_writes_of_ours_and_of_writers_in_place() {
    // Several caches, for what is mended waits a moment first.
    let caches: Vec<Cache> = (0..CACHES).map(|_| Cache::new()).collect();
    let (seen, done) = (Seen::default(), AtomicBool::new(false));
    let ends: Vec<(usize, usize)> = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for cache in &caches {
                    cache.look(&seen);
                }
                thread::sleep(Duration::from_micros(50));
            }
        });
        let running: Vec<_> = caches.iter().map(|cache| scope.spawn(|| rounds(cache, ROUNDS / CACHES))).collect();
        let ends = running.into_iter().map(thread::ScopedJoinHandle::join);
        let ends: Vec<_> = ends.collect();
        done.store(true, Ordering::Relaxed);
        ends.into_iter().map(|end| end.expect("nothing else happened")).collect()
    });
    assert_eq!(seen.torn_by_us.load(Ordering::Relaxed), 0, "{seen:?}");
    let (mended, empty) = ends.iter().fold((0, 0), |(mended, empty), end| (mended + end.0, empty + end.1));
    assert!(mended > 0, "writers in place never met: {seen:?}");
    say(&format!(
        "{} writes: {seen:?}; left damaged by writers in place and mended: {mended}; left without a token: {empty}",
        4 * ROUNDS
    ));
}

/// Starts a real client's own writer on the cache, with tokens of many lengths.
fn writer(program: &Path, arguments: &[&str], script: &str, cache: &Cache) -> Child {
    let mut command = Command::new(program);
    command.args(arguments).arg(script).env_clear().env("HOME", cache.home.path()).env("PATH", "/usr/bin:/bin");
    command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

#[test]
fn writes_of_ours_beside_the_real_writers() {
    let (Some(aws), Some(packages)) = (aws_cli(), aws_sdk_js()) else { return };
    let cache = Cache::new();
    let folder = aws.parent().expect("a folder");
    let mut python = String::new();
    let _ = write!(
        python,
        "import sys, json\nsys.path[:0] = ['{}']\nfrom awscli.botocore.utils import JSONFileCache\n\
         cache = JSONFileCache('{}')\nfor number in range({REAL_WRITES}):\n    token = json.loads(r'''{}''')\n    \
         token['accessToken'] = 'cli-' + 'x' * (100 + number * 37 % 900)\n    cache['{}'] = token\n",
        folder.join("root/usr/lib/python3/dist-packages").display(),
        cache.path().parent().expect("a folder").display(),
        of_cli(0),
        cache.path().file_stem().expect("a name").to_string_lossy(),
    );
    let node = format!(
        "const {{ pathToFileURL }} = require('node:url');\n\
         const file = '{}/node_modules/@aws-sdk/token-providers/dist-es/writeSSOTokenToFile.js';\n\
         (async () => {{\n const {{ writeSSOTokenToFile }} = await import(pathToFileURL(file));\n\
         for (let number = 0; number < {REAL_WRITES}; number++) {{\n const token = {};\n\
         token.accessToken = 'sdk-' + 'x'.repeat(100 + number * 53 % 900);\n\
         await writeSSOTokenToFile('work', token);\n }}\n}})().catch(() => process.exit(1));",
        packages.display(),
        of_cli(0),
    );
    let (seen, done) = (Seen::default(), AtomicBool::new(false));
    let (mut damaged, mut mended) = (0, 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                cache.look(&seen);
            }
        });
        let python = writer(&folder.join("venv/bin/python"), &["-c"], &python, &cache);
        let node = writer(Path::new("node"), &["-e"], &node, &cache);
        for number in 0..REAL_WRITES {
            cache.store(number);
            thread::sleep(Duration::from_millis(3));
        }
        for mut child in [python, node] {
            assert!(child.wait().expect("it ends").success());
        }
        done.store(true, Ordering::Relaxed);
        let bytes = fs_err::read(cache.path()).expect("there");
        if serde_json::from_slice::<Value>(&bytes).is_err() {
            damaged += 1;
            mended += usize::from(cache.used().is_ok());
        }
    });
    assert_eq!(seen.torn_by_us.load(Ordering::Relaxed), 0, "{seen:?}");
    say(&format!(
        "{} writes by the real writers and us: {seen:?}; damaged in the end: {damaged}, mended: {mended}",
        3 * REAL_WRITES
    ));
}
