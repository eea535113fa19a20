//! The one door to a sign-in, for `refresh`, `login`, `credentials --sign-in` and `setup`.

use std::cell::{Cell, RefCell};

use crate::aws::credentials::{self, CacheKey, CredentialsError};
use crate::aws::files::{self, AwsFiles};
use crate::aws::profile::{ProfileKind, SsoProfile};
use crate::aws::session::{self, SessionError, Token};
use crate::aws::sign_in::{Announcement, SignIn, SignInError, Wish};
use crate::browser::Browser;
use crate::cli::{Global, WayArgs};
use crate::commands::beside::Beside;
use crate::commands::credentials::{configured_profile, explain as credentials_explain};
use crate::error::{Failure, UNREACHABLE_HINT};
use crate::preferences::Preferences;
use crate::presence::{self, Nobody, Surroundings, Way};
use crate::private_file::StateFolder;
use crate::ui::controlling_terminal;
use crate::ui::{Stream, Ui};
use crate::world::World;

/// The profile that a command is about.
pub(super) struct Asked {
    pub(super) files: AwsFiles,
    pub(super) profile: String,
    pub(super) kind: ProfileKind,
}

impl Asked {
    /// The profile that was named, else the one that is configured.
    pub(super) fn of(world: &World, global: &Global) -> Result<Self, Failure> {
        let files = files::read(world);
        let profile = match &global.profile {
            Some(profile) => profile.clone(),
            None => configured_profile(world, &files)?,
        };
        let kind = credentials::kind(&files, &profile).map_err(|error| credentials_explain(&error, &profile))?;
        Ok(Self { files, profile, kind })
    }

    /// Its SSO session, where it has one.
    pub(super) fn sso(&self) -> Option<&SsoProfile> {
        match &self.kind {
            ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) => Some(sso),
            _ => None,
        }
    }

    /// Its SSO session, for a command that is about nothing else; `purpose` goes on "no SSO session to".
    pub(super) fn expect_sso(&self, purpose: &str) -> Result<&SsoProfile, Failure> {
        let none = || Failure::refused(format!("the profile `{}` has no SSO session to {purpose}", self.profile));
        self.sso().ok_or_else(none)
    }
}

/// What a caller wants of the door.
pub(super) struct Wanted<'a> {
    /// The profile.
    pub(super) profile: &'a str,
    /// Its SSO session.
    pub(super) sso: &'a SsoProfile,
    /// The way that was asked for.
    pub(super) way: WayArgs,
    /// How much it is wanted.
    pub(super) wish: Wish,
    /// Whether AWS refused the cached token.
    pub(super) refused: bool,
    /// Where a person is told; standard output may be kept for a document.
    pub(super) stream: Stream,
    /// Whether a person sits at standard input and may press a key or paste an address meanwhile.
    pub(super) listens: bool,
}

impl Wanted<'_> {
    /// A profile that is yet to be made has a session to sign in to, and no account.
    fn has_profile(&self) -> bool {
        !self.sso.account_id.is_empty()
    }

    /// For whom it is, to be said.
    fn whom(&self) -> String {
        let kind = if self.has_profile() { "profile" } else { "SSO session" };
        format!("the {kind} `{}`", self.profile)
    }

    /// The command by which a person comes back to it.
    fn command(&self, world: &World) -> String {
        let words =
            if self.has_profile() { vec!["login", "--profile", self.profile] } else { self.set_up_again(world) };
        let quoted = words.into_iter().map(|word| shlex::try_quote(word).unwrap_or_else(|_| word.into()));
        format!("claude-bedrock {}", quoted.collect::<Vec<_>>().join(" "))
    }

    /// The set-up that was begun, with everything that was said on its command line.
    fn set_up_again<'b>(&'b self, world: &'b World) -> Vec<&'b str> {
        let given: Option<Vec<&str>> = world.arguments().iter().skip(1).map(|word| word.to_str()).collect();
        let names_session = |words: &Vec<&str>| words.iter().any(|word| word.starts_with("--start-url"));
        given.filter(names_session).unwrap_or_else(|| vec!["setup", "--start-url", &self.sso.start_url])
    }
}

/// What came of it.
pub(super) struct SignedIn {
    /// The token.
    pub(super) token: Token,
    /// Whether a person was asked for it, here or by another process that was waited for.
    pub(super) by_person: bool,
}

/// Signs in, or uses what someone else's sign-in brought meanwhile.
///
/// # Errors
/// Why nobody is signed in, with what to do.
pub(super) fn sign_in(world: &World, ui: Ui, files: &AwsFiles, wanted: &Wanted<'_>) -> Result<SignedIn, Failure> {
    let preferences = match Preferences::read(world) {
        // A sign-in may not be needed, and must not fail for want of a browser of one's choice.
        Err(failure) if wanted.wish != Wish::Anew => {
            ui.warning(&failure.message);
            Preferences::default()
        }
        other => other?,
    };
    let (way, remember) = way(world, wanted.way, preferences.browser.is_some());
    let browser = Browser::of(world, preferences.browser);
    let beside = Beside::begin(world, ui, wanted.listens);
    let whom = wanted.whom();
    let by_person = Cell::new(false);
    let tell = |announcement: &Announcement| {
        by_person.set(true);
        let mut text = words(announcement, &whom);
        text.extend(beside.as_ref().and_then(|beside| beside.invitation(announcement)));
        ui.tell_person(&text, wanted.stream);
    };
    let remind = |announcement: &Announcement| {
        // What was printed for Claude Code it goes on showing by itself.
        if wanted.stream == Stream::Status {
            ui.remind_person(&words(announcement, &whom));
        }
    };
    let sign_in = SignIn {
        world,
        files: &files.profiles,
        profile: wanted.profile,
        sso: wanted.sso,
        way,
        remember,
        wish: wanted.wish,
        refused: wanted.refused,
        browser: &browser,
        tell: &tell,
        remind: &remind,
        waits: RefCell::default(),
        pasted: beside.as_ref().and_then(Beside::lines),
    };
    let token = sign_in.run().map_err(|error| explain(world, &error, wanted))?;
    Ok(SignedIn { token, by_person: by_person.get() })
}

/// Signs in for a profile whose credentials could not be had.
///
/// # Errors
/// As [`sign_in`]; and what was wrong, when the profile has no SSO session.
pub(super) fn for_profile(
    world: &World,
    ui: Ui,
    files: &AwsFiles,
    profile: &str,
    error: &CredentialsError,
    wish: Wish,
) -> Result<(), Failure> {
    // Of a chain of profiles, the one that holds the sign-in.
    let profile = error.failing_profile().unwrap_or(profile);
    let kind = credentials::kind(files, profile).map_err(|error| credentials_explain(&error, profile))?;
    let (ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso)) = &kind else {
        return Err(credentials_explain(error, profile));
    };
    let wanted = Wanted {
        profile,
        sso,
        way: WayArgs::default(),
        wish,
        // A session that AWS ended early has a token that looks alive.
        refused: matches!(error.innermost(), CredentialsError::Session(SessionError::RenewalRefused(_))),
        stream: Stream::Status,
        listens: false,
    };
    sign_in(world, ui, files, &wanted).map(drop)
}

/// Signs in because `diagnose` found that it is needed, `anew` where a sign-in that is still good is not good enough;
/// `refused` is what AWS said, when it was asked. What was had with the old sign-in is forgotten, for AWS may have ended
/// it too.
///
/// # Errors
/// As [`sign_in`]; and that the cached credentials could not be removed.
pub(super) fn to_mend(
    world: &World,
    ui: Ui,
    files: &AwsFiles,
    profile: &str,
    anew: bool,
    refused: Option<&CredentialsError>,
) -> Result<(), Failure> {
    let kind = credentials::kind(files, profile).map_err(|error| credentials_explain(&error, profile))?;
    let (ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso)) = &kind else {
        return Err(Failure::refused(format!("the profile `{profile}` has no SSO session to sign in to")));
    };
    let is_refused = refused.is_some_and(|error| {
        matches!(
            error.innermost(),
            CredentialsError::Session(SessionError::RenewalRefused(_)) | CredentialsError::Call(_)
        )
    });
    let wanted = Wanted {
        profile,
        sso,
        way: WayArgs::default(),
        wish: if anew { Wish::Anew } else { Wish::Forced },
        refused: is_refused,
        stream: Stream::Status,
        listens: false,
    };
    if anew || is_refused || !session::is_fresh(world, sso) {
        let _ = sign_in(world, ui, files, &wanted)?;
    }
    let cached = StateFolder::of(world).zip(CacheKey::of(world, files, profile));
    let Some((state, key)) = cached else { return Ok(()) };
    credentials::forget(&state, &key).map_err(|error| Failure::failed(error.to_string()))
}

fn way(world: &World, asked: WayArgs, browser: bool) -> (Result<Way, Nobody>, bool) {
    let judged = || {
        let terminal = world.terminal.error || controlling_terminal::screen().is_some();
        presence::way(world, Surroundings { terminal, container: World::is_container(), browser })
    };
    match asked {
        WayArgs { browser: true, .. } => (Ok(Way::Callback), true),
        WayArgs { device: true, .. } => {
            let opens = matches!(judged(), Ok(Way::Callback | Way::Code { opens: true }));
            (Ok(Way::Code { opens }), true)
        }
        WayArgs { no_browser: true, .. } => (Ok(Way::Code { opens: false }), false),
        _ => (judged(), false),
    }
}

fn words(announcement: &Announcement, whom: &str) -> String {
    match announcement {
        Announcement::WaitingForAnother => {
            format!("Waiting for the sign-in for {whom} that another process has started.")
        }
        Announcement::Browser { address } => {
            format!("Sign in to AWS for {whom} in the browser. Should none open, go to:\n{address}")
        }
        Announcement::Code { code, address, complete, resumed } => {
            let still = if *resumed { "Still waiting: sign" } else { "Sign" };
            let shortcut = complete.as_ref().map(|complete| format!("\nor go to {complete}")).unwrap_or_default();
            format!("{still} in to AWS for {whom}: enter the code {code} at {address}{shortcut}")
        }
        Announcement::NoBrowser { programs } => {
            let names: Vec<String> = programs.iter().map(|name| format!("`{name}`")).collect();
            format!("No browser could be started ({}); open that address yourself.", names.join(", "))
        }
        Announcement::NotTheAddress => {
            "That is not the address this sign-in ends at: copy the whole address line, from `http://127.0.0.1:` on."
                .to_owned()
        }
    }
}

/// Why nobody is signed in, with its exit code and what to do.
fn explain(world: &World, error: &SignInError, wanted: &Wanted<'_>) -> Failure {
    let login = wanted.command(world);
    let failure = match error {
        SignInError::Session(error) if !error.needs_sign_in() => Failure::failed(error.to_string()),
        other => Failure::signed_out(other.to_string()),
    };
    match error {
        SignInError::StillWaiting(_) => {
            failure.hint(format!("enter the code, then go on; `{login}` shows the same code again"))
        }
        SignInError::Nobody { .. } => failure.hint(format!("run `{login}` in a terminal of your own")),
        // What is wrong with a file or the network is not mended by signing in.
        SignInError::Session(SessionError::File(_)) => failure,
        SignInError::Session(SessionError::Call(error)) if error.code().is_none() => failure.hint(UNREACHABLE_HINT),
        SignInError::Session(SessionError::Call(error)) if error.code() == Some("InvalidRequestException") => {
            let SsoProfile { start_url, region, .. } = wanted.sso;
            failure
                .hint(format!("is `{start_url}` your start URL, and {region} the region of your IAM Identity Center?"))
        }
        SignInError::CoolingDown { .. } => {
            failure.hint(format!("`{login}` signs in now, and so does `claude-bedrock refresh --force`"))
        }
        _ => failure.hint(format!("run `{login}` to sign in now")),
    }
}
