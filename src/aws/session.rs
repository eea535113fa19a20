//! The SSO token cache in `~/.aws/sso/cache`, shared with the AWS CLI and every SDK.

mod cli_cache;
mod renewal;
mod token;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::aws::call::{CallError, unanswered};
use crate::aws::profile::{ProfileFiles, SsoProfile, token_cache_file_name};
use crate::private_file::{self, Lock, Prepared, StateFolder};
use crate::world::{NAME_HOME, NO_HOME, World, on_the_wall};

pub use token::{Granted, Token};
pub(super) use token::{format_time, parse_time};

use token::{RENEW_BELOW, UNUSABLE_BELOW};

/// How long one process waits for another that is renewing the same token.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// How long a file that does not parse is given, for the AWS CLI and the JavaScript SDK write it in place.
const TORN_READ_RETRY: Duration = Duration::from_millis(50);

/// How long another program may take from the answer it won, or from emptying the file, to the end of its write.
const FOREIGN_WRITE: Duration = Duration::from_secs(2);

/// How the name of a file ends that was no token.
const SET_ASIDE: &str = "damaged";

/// What the cache says of a session.
#[derive(Debug, Clone)]
pub enum Cached {
    /// Nobody is signed in.
    Absent,
    /// There is a file and it holds no token.
    Unreadable(String),
    /// There is a token, ended or not.
    Token(Box<Token>),
}

/// Why a session has no usable token.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SessionError {
    /// Nobody is signed in.
    #[error("nobody is signed in to the SSO session `{0}`")]
    SignedOut(String),
    /// The token has ended and cannot renew itself.
    #[error("the sign-in to the SSO session `{session}` ended at {}", on_the_wall(*at))]
    Ended {
        /// The session.
        session: String,
        /// When it ended.
        at: Timestamp,
    },
    /// The token lives and cannot renew itself, and another one is wanted.
    #[error("the sign-in to the SSO session `{session}` lasts until {} and cannot be renewed", on_the_wall(*until))]
    Unrenewable {
        /// The session.
        session: String,
        /// When it ends.
        until: Timestamp,
    },
    /// AWS refused to renew it.
    #[error("the SSO session `{0}` has ended; AWS did not accept its refresh token")]
    RenewalRefused(String),
    /// The cache file holds no token.
    #[error("`{path}` does not hold an SSO token: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process renews it or signs in, and takes its time.
    #[error("the SSO session `{0}` is being signed in to by another process")]
    Busy(String),
    /// AWS could not be asked.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The file system refused.
    #[error("the SSO token cache could not be used: {0}")]
    File(String),
}

impl SessionError {
    /// Whether signing in would mend it. Somebody who takes longer than a renewal is signing in, and at the door their
    /// result is waited for.
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        !matches!(self, Self::Call(_) | Self::File(_))
    }
}

/// Where a session's token is cached; no tool lets this folder be moved.
#[must_use]
pub fn token_path(world: &World, sso: &SsoProfile) -> PathBuf {
    world.below_home(Path::new(".aws/sso/cache").join(token_cache_file_name(&sso.token_cache_key)))
}

/// Reads a session's token, forgiving a foreign writer that is in the middle of its file.
#[must_use]
pub fn cached(path: &Path) -> Cached {
    match read_once(path) {
        Cached::Token(token) if !token.is_damaged => Cached::Token(token),
        Cached::Absent => Cached::Absent,
        Cached::Token(_) | Cached::Unreadable(_) => {
            std::thread::sleep(TORN_READ_RETRY);
            read_once(path)
        }
    }
}

fn read_once(path: &Path) -> Cached {
    match private_file::read(path) {
        Ok(None) => Cached::Absent,
        Ok(Some(bytes)) => match Token::parse(&bytes) {
            Ok(token) => Cached::Token(Box::new(token)),
            Err(reason) => Cached::Unreadable(reason),
        },
        Err(error) => Cached::Unreadable(error.to_string()),
    }
}

/// Whether the cached token needs no renewal, found out without the network.
#[must_use]
pub fn is_fresh(world: &World, sso: &SsoProfile) -> bool {
    let path = token_path(world, sso);
    matches!(cached(&path), Cached::Token(token) if token.is_fresh(world.now()) && !token.is_damaged)
}

/// Removes a session's token from the cache, and what was set aside of it, for a caller that holds the lock.
///
/// # Errors
/// [`SessionError::File`].
pub fn forget(world: &World, sso: &SsoProfile) -> Result<(), SessionError> {
    let path = token_path(world, sso);
    let removed = private_file::remove(&path).and_then(|()| private_file::remove(&path.with_extension(SET_ASIDE)));
    removed.map_err(|error| SessionError::File(error.to_string()))
}

/// Where a file is moved that is no token and stood in the place of a session's.
#[must_use]
pub fn set_aside_path(world: &World, sso: &SsoProfile) -> Option<PathBuf> {
    world.home()?;
    Some(token_path(world, sso).with_extension(SET_ASIDE))
}

/// Removes the credentials of a profile's role that the AWS CLI keeps.
///
/// # Errors
/// [`SessionError::File`].
pub fn forget_cli_credentials(world: &World, sso: &SsoProfile) -> Result<(), SessionError> {
    let path = cli_cache::path(world, sso);
    private_file::remove(&path).map_err(|error| SessionError::File(error.to_string()))
}

/// A token that works now, renewed silently when little of it is left.
///
/// # Errors
/// When a person has to sign in, or AWS or the file system did not let us.
pub async fn usable_token(
    world: &World,
    files: &ProfileFiles,
    profile: &str,
    sso: &SsoProfile,
    force: bool,
) -> Result<Token, SessionError> {
    let now = world.now();
    let path = token_path(world, sso);
    let seen = match cached(&path) {
        Cached::Token(token) if !token.is_damaged => *token,
        Cached::Absent => return Err(SessionError::SignedOut(session_name(sso))),
        // What others tore is mended by one process while the others wait.
        Cached::Token(_) | Cached::Unreadable(_) => {
            let _lock = lock(world, sso, LOCK_PATIENCE)?;
            mended(&path, sso)?
        }
    };
    if !force && seen.expires_at.duration_since(now) >= RENEW_BELOW {
        return Ok(seen);
    }
    if !seen.is_renewable(now) {
        return if seen.expires_at > now { Ok(seen) } else { Err(ended(world, &seen, sso)) };
    }
    let _lock = lock(world, sso, LOCK_PATIENCE)?;
    // Someone may have renewed it while we waited, or found out that nobody answers.
    let token = mended(&path, sso)?;
    if token.expires_at > seen.expires_at {
        return Ok(token);
    }
    match unanswered_since(world, sso, now) {
        Some(_) if token.expires_at > world.now() => return Ok(token),
        Some(error) => return Err(error),
        None => {}
    }
    renewal::renew(world, files, profile, sso, &path, &token, false).await
}

/// What the holder of the lock found out while it was waited for: that nobody answers.
#[must_use]
pub fn unanswered_since(world: &World, sso: &SsoProfile, waiting_since: Timestamp) -> Option<SessionError> {
    unanswered::told_since(world, &lock_path(world, sso).ok()?, waiting_since).map(SessionError::Call)
}

/// Leaves word of a call without an answer for those who wait for the lock; for its holder.
pub(in crate::aws) fn tell_unanswered(world: &World, sso: &SsoProfile, error: &CallError) {
    if let Ok(lock) = lock_path(world, sso) {
        unanswered::tell(world, &lock, error);
    }
}

/// Takes the lock under which a session's token is renewed or signed in anew, waiting for its holder.
///
/// # Errors
/// [`SessionError::Busy`] when the holder kept it, [`SessionError::File`] when there can be no lock.
pub fn lock(world: &World, sso: &SsoProfile, patience: Duration) -> Result<Lock, SessionError> {
    private_file::lock(&lock_path(world, sso)?, world.patience(patience)).map_err(|error| match error.kind() {
        ErrorKind::TimedOut => SessionError::Busy(session_name(sso)),
        _ => SessionError::File(error.to_string()),
    })
}

fn lock_path(world: &World, sso: &SsoProfile) -> Result<PathBuf, SessionError> {
    let state = StateFolder::of(world).ok_or_else(|| SessionError::File(format!("{NO_HOME}; {NAME_HOME}")))?;
    let path = token_path(world, sso);
    Ok(state.lock(&path.file_stem().unwrap_or_default().to_string_lossy()))
}

/// The session's token, where there is one, ended or not.
#[must_use]
pub fn read(world: &World, sso: &SsoProfile) -> Option<Token> {
    match cached(&token_path(world, sso)) {
        Cached::Token(token) => Some(*token),
        Cached::Absent | Cached::Unreadable(_) => None,
    }
}

/// A token that works, renewed if that is possible and due or forced, for a caller that holds the lock.
///
/// # Errors
/// See [`usable_token`].
pub async fn renew_locked(
    world: &World,
    files: &ProfileFiles,
    profile: &str,
    sso: &SsoProfile,
    force: bool,
) -> Result<Token, SessionError> {
    let path = token_path(world, sso);
    let token = mended(&path, sso)?;
    if token.is_fresh(world.now()) && !force {
        return Ok(token);
    }
    if !token.is_renewable(world.now()) {
        return Err(ended(world, &token, sso));
    }
    let renewed = renewal::renew(world, files, profile, sso, &path, &token, force).await?;
    // One that could not be renewed is no use to Claude Code for its last minutes.
    let is_of_use = renewed.expires_at.duration_since(world.now()) >= UNUSABLE_BELOW;
    if is_of_use { Ok(renewed) } else { Err(ended(world, &renewed, sso)) }
}

/// The token in the file, for a caller that holds the lock: without the bytes that another writer left behind it, and
/// set aside when it is none.
fn mended(path: &Path, sso: &SsoProfile) -> Result<Token, SessionError> {
    match cached(path) {
        Cached::Absent => Err(SessionError::SignedOut(session_name(sso))),
        Cached::Token(token) if !token.is_damaged => Ok(*token),
        // Where nothing can be written, ours reads it all the same.
        Cached::Token(token) => Ok(rewrite(path, token.object()).unwrap_or(*token)),
        Cached::Unreadable(reason) => {
            // What may not be read will not be in a moment either.
            if private_file::read(path).is_ok()
                && let Cached::Token(token) = settled(path, |found| matches!(found, Cached::Token(_)))
            {
                return Ok(*token);
            }
            set_aside(path);
            Err(SessionError::Unreadable { path: path.to_owned(), reason })
        }
    }
}

/// Gives another program that writes in place, or is about to write what it won, the time to do so.
fn settled(path: &Path, is_so: impl Fn(&Cached) -> bool) -> Cached {
    let start = Instant::now();
    loop {
        let found = read_once(path);
        if is_so(&found) || start.elapsed() >= FOREIGN_WRITE {
            return found;
        }
        std::thread::sleep(TORN_READ_RETRY);
    }
}

/// Moves a file that is no token out of the way of every tool, where somebody can still look at it. One that cannot be
/// read or moved stays.
fn set_aside(path: &Path) {
    if private_file::read(path).is_ok() {
        let _ = fs_err::rename(path, path.with_extension(SET_ASIDE));
    }
}

/// Makes sure that a token can be kept, before it is asked for.
///
/// # Errors
/// [`SessionError::File`].
pub fn prepare(world: &World, sso: &SsoProfile) -> Result<Prepared, SessionError> {
    prepare_at(&token_path(world, sso))
}

fn prepare_at(path: &Path) -> Result<Prepared, SessionError> {
    private_file::prepare(path).map_err(|error| SessionError::File(error.to_string()))
}

/// Keeps what a sign-in gave, with the fields of the AWS CLI, for a caller that holds the lock.
///
/// # Errors
/// [`SessionError::File`].
pub fn store(world: &World, file: Prepared, sso: &SsoProfile, granted: &Granted) -> Result<Token, SessionError> {
    write(file, &token_path(world, sso), &granted.object(sso))
}

/// Writes what needs no preparation, for nothing is lost when it cannot be written.
fn rewrite(path: &Path, object: &Map<String, Value>) -> Result<Token, SessionError> {
    write(prepare_at(path)?, path, object)
}

fn write(file: Prepared, path: &Path, object: &Map<String, Value>) -> Result<Token, SessionError> {
    let text = serde_json::to_vec(object).unwrap_or_default();
    file.write(&text).map_err(|error| SessionError::File(error.to_string()))?;
    Token::parse(&text).map_err(|reason| SessionError::Unreadable { path: path.to_owned(), reason })
}

fn ended(world: &World, token: &Token, sso: &SsoProfile) -> SessionError {
    let (session, at) = (session_name(sso), token.expires_at);
    if at > world.now() {
        SessionError::Unrenewable { session, until: at }
    } else {
        SessionError::Ended { session, at }
    }
}

/// What people call the session: its name, or the start URL of a legacy profile.
#[must_use]
pub fn session_name(sso: &SsoProfile) -> String {
    sso.session_name.clone().unwrap_or_else(|| sso.start_url.clone())
}
