//! A person signs in to an SSO session: by a browser that calls back, or by a code entered in any browser.
//!
//! Everything happens under the lock of the session's token, so that a dozen callers open one page between them.

mod callback;
mod code;
mod page;
mod proof;
mod record;
pub(super) mod registration;

use std::cell::RefCell;
use std::time::Duration;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::aws::call::{self, CallError, client_config};
use crate::aws::endpoint::{self, Service};
use crate::aws::network;
use crate::aws::profile::{ProfileFiles, SsoProfile};
use crate::aws::session::{self, SessionError, Token};
use crate::browser::Browser;
use crate::presence::{Nobody, Way};
use crate::world::World;

use record::{Ending, Record};

/// How long a sign-in may take. Claude Code kills `awsAuthRefresh` after 180 s; ending before leaves time to say what
/// to do next.
pub const DEADLINE: Duration = Duration::from_secs(165);

/// How long another holder of the lock is waited for in silence: a renewal is over by then, a sign-in is not.
const QUIET_WAIT: Duration = Duration::from_secs(2);

/// How often it is told again where it may have been overwritten.
const REMINDER: Duration = Duration::from_secs(30);

/// What a person is told while signing in.
#[derive(Debug, Clone)]
pub enum Announcement {
    /// Someone else is signing in to the same session; their result is waited for.
    WaitingForAnother,
    /// A browser is about to open at this address and will call back.
    Browser {
        /// The address.
        address: String,
    },
    /// A code is to be entered at an address.
    Code {
        /// The code.
        code: String,
        /// The address to enter it at.
        address: String,
        /// The address that has the code in it already.
        complete: Option<String>,
        /// Whether it was shown before and still waits.
        resumed: bool,
    },
    /// No browser could be started.
    NoBrowser {
        /// The programs that were tried.
        programs: Vec<String>,
    },
    /// What was pasted is not the address the browser ended up at.
    NotTheAddress,
}

/// What is remembered of earlier sign-ins to a session.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    /// How the last one ended, and until when no caller starts another by itself.
    pub cooling_down: Option<(String, Timestamp)>,
    /// Where a code still waits to be entered, and until when.
    pub waiting_code: Option<(String, Timestamp)>,
}

/// What is remembered of sign-ins to a session, from files alone.
#[must_use]
pub fn remembered(world: &World, sso: &SsoProfile) -> Remembered {
    let record = Record::read(world, sso);
    let now = world.now();
    Remembered {
        cooling_down: record.cooling_down(now),
        waiting_code: record.pending(now).map(|pending| (pending.address.clone(), pending.expires_at)),
    }
}

/// How the sign-in is wanted.
pub struct SignIn<'a> {
    /// The surroundings.
    pub world: &'a World,
    /// The user's profiles.
    pub files: &'a ProfileFiles,
    /// The profile it is for.
    pub profile: &'a str,
    /// Its SSO session.
    pub sso: &'a SsoProfile,
    /// The way that was asked for, or judged from the surroundings.
    pub way: Result<Way, Nobody>,
    /// The way was asked for, so it is remembered for the session.
    pub remember: bool,
    /// How much it is wanted.
    pub wish: Wish,
    /// AWS refused the cached token, however alive it looks.
    pub refused: bool,
    /// Opens pages.
    pub browser: &'a Browser,
    /// Tells the person.
    pub tell: &'a dyn Fn(&Announcement),
    /// Tells again what still waits.
    pub remind: &'a dyn Fn(&Announcement),
    /// What still waits.
    pub waits: RefCell<Option<Announcement>>,
    /// The lines a person pastes while it waits, where one sits there.
    pub pasted: Option<Mutex<UnboundedReceiver<String>>>,
}

/// How much a sign-in is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// If it is needed, and not again just after one that ended badly.
    IfNeeded,
    /// Renewed even if nothing is due, and signed in to if that fails, whatever ended badly before.
    Forced,
    /// Signed in anew, whatever is left.
    Anew,
}

/// Why nobody is signed in now.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SignInError {
    /// Nobody can be asked.
    #[error("{need}, and {reason}")]
    Nobody {
        /// Why a sign-in is needed.
        need: String,
        /// Why nobody can be asked for it.
        reason: Nobody,
    },
    /// The person said no.
    #[error("the sign-in to {0} was refused")]
    Refused(String),
    /// Time ran out; the code that was shown still works.
    #[error("the sign-in to {0} is still waiting for its code to be entered")]
    StillWaiting(String),
    /// Time ran out.
    #[error("the sign-in to {0} was not finished in time")]
    TimedOut(String),
    /// A sign-in ended badly a moment ago, and another is not started by itself.
    #[error("the last sign-in to {session} {how}; the next automatic one is at {until}")]
    CoolingDown {
        /// The session.
        session: String,
        /// How the last one ended.
        how: String,
        /// When callers may start one again, by the clock on this machine's wall.
        until: String,
    },
    /// The token cache or AWS.
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl From<CallError> for SignInError {
    fn from(error: CallError) -> Self {
        Self::Session(error.into())
    }
}

impl SignIn<'_> {
    /// Signs in, or uses the sign-in that someone else finished meanwhile.
    ///
    /// # Errors
    /// See [`SignInError`]. It ends within [`DEADLINE`], the wait for another sign-in included.
    pub fn run(&self) -> Result<Token, SignInError> {
        let (start, waiting_since) = (std::time::Instant::now(), self.world.now());
        let seen = session::read(self.world, self.sso);
        let _lock = self.lock()?;
        let current = session::read(self.world, self.sso);
        if let Some(token) = current
            && seen.is_none_or(|seen| token.expires_at > seen.expires_at)
            && token.expires_at > self.world.now()
        {
            return Ok(token);
        }
        if self.wish != Wish::Anew
            && let Some(error) = session::unanswered_since(self.world, self.sso, waiting_since)
        {
            return Err(error.into());
        }
        let left = DEADLINE.saturating_sub(start.elapsed());
        let outcome = call::block_on(async {
            match tokio::time::timeout(left, self.under_lock()).await {
                Ok(outcome) => outcome,
                Err(_) => Err(self.out_of_time()),
            }
        });
        if let Err(SignInError::Session(SessionError::Call(error))) = &outcome {
            session::tell_unanswered(self.world, self.sso, error);
        }
        outcome
    }

    fn lock(&self) -> Result<crate::private_file::Lock, SignInError> {
        match session::lock(self.world, self.sso, QUIET_WAIT) {
            Err(SessionError::Busy(_)) => {}
            other => return Ok(other?),
        }
        (self.tell)(&Announcement::WaitingForAnother);
        Ok(session::lock(self.world, self.sso, DEADLINE.saturating_sub(QUIET_WAIT))?)
    }

    async fn under_lock(&self) -> Result<Token, SignInError> {
        let mut record = Record::read(self.world, self.sso);
        let need = match self.without_a_person().await? {
            Ok(token) => return Ok(token),
            Err(need) => need,
        };
        if self.wish == Wish::IfNeeded
            && let Some((how, until)) = record.cooling_down(self.world.now())
        {
            let until = self.world.on_the_wall(minute_after(until));
            return Err(SignInError::CoolingDown { session: self.name(), how, until });
        }
        let way = self.way.map_err(|reason| SignInError::Nobody { need, reason })?;
        let way = if self.remember { way } else { record.way(way) };
        if self.remember {
            record.remember(way);
        }
        let outcome = self.walk(way, &mut record).await;
        match &outcome {
            Ok(_) => record.forget(self.world, self.sso),
            Err(SignInError::Refused(_)) => record.end(self.world, self.sso, Ending::Refused),
            Err(SignInError::TimedOut(_)) => record.end(self.world, self.sso, Ending::Abandoned),
            // A code that the service does not take any more is not shown again.
            Err(_) => record.drop_pending(self.world, self.sso),
        }
        outcome
    }

    /// The cheapest sign-in is none: a token that is fresh or can be renewed. Else why a person is needed.
    async fn without_a_person(&self) -> Result<Result<Token, String>, SessionError> {
        if self.wish == Wish::Anew {
            return Ok(Err(format!("a new sign-in to {} was asked for", self.name())));
        }
        if self.refused {
            return Ok(Err(format!("AWS ended {}", self.name())));
        }
        let force = self.wish == Wish::Forced;
        if force && self.way.is_ok() && self.registration_ends_soon() {
            return Ok(Err(format!("this machine's registration with AWS for {} ends soon", self.name())));
        }
        match session::renew_locked(self.world, self.files, self.profile, self.sso, force).await {
            Err(error) if error.needs_sign_in() => Ok(Err(error.to_string())),
            other => other.map(Ok),
        }
    }

    /// Whether a renewal would soon be the last: to ask for one is to ask for what goes on renewing itself.
    fn registration_ends_soon(&self) -> bool {
        let end = session::read(self.world, self.sso).and_then(|token| token.registration_expires_at);
        end.is_some_and(|end| registration::is_short(end, self.world.now()))
    }

    async fn walk(&self, way: Way, record: &mut Record) -> Result<Token, SignInError> {
        // A legacy profile has no registration scopes, and its tokens come by code alone, as with the AWS CLI.
        let is_legacy = self.sso.session_name.is_none();
        // Nobody is asked for what could not be kept.
        let file = session::prepare(self.world, self.sso)?;
        let walk = async {
            match way {
                Way::Callback if !is_legacy => callback::walk(self, record).await,
                Way::Callback => code::walk(self, record, true).await,
                Way::Code { opens } => code::walk(self, record, opens).await,
            }
        };
        let granted = tokio::select! {
            granted = walk => granted?,
            never = self.remind() => match never {},
        };
        Ok(session::store(self.world, file, self.sso, &granted)?)
    }

    /// Tells what waits for the person, and opens the page for it.
    fn present(&self, announcement: Announcement, page: Option<&str>) {
        (self.tell)(&announcement);
        *self.waits.borrow_mut() = Some(announcement);
        if let Some(Err(not_opened)) = page.map(|page| self.browser.open(page)) {
            (self.tell)(&Announcement::NoBrowser { programs: not_opened.programs });
        }
    }

    /// Tells it again and again.
    async fn remind(&self) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(REMINDER).await;
            if let Some(announcement) = &*self.waits.borrow() {
                (self.remind)(announcement);
            }
        }
    }

    /// The deadline passed: a code can still be entered, a browser that calls back finds nobody.
    fn out_of_time(&self) -> SignInError {
        let mut record = Record::read(self.world, self.sso);
        if record.pending(self.world.now()).is_some() {
            return SignInError::StillWaiting(self.name());
        }
        record.end(self.world, self.sso, Ending::Abandoned);
        SignInError::TimedOut(self.name())
    }

    fn client(&self) -> aws_sdk_ssooidc::Client {
        let endpoint = endpoint::configured(self.world, self.files, Some(self.profile), Service::SsoOidc);
        let config = client_config!(
            aws_sdk_ssooidc,
            network::client_for_sign_ins(self.world, self.files, Some(self.profile)),
            &self.sso.region,
            endpoint
        );
        aws_sdk_ssooidc::Client::from_conf(config.build())
    }

    /// Where the authorization page is: the service's own host, or the endpoint someone configured.
    async fn authorize_base(&self) -> String {
        let configured = endpoint::configured(self.world, self.files, Some(self.profile), Service::SsoOidc);
        let base = match configured {
            Some(configured) => configured,
            None => endpoint::sso_oidc_address(&self.sso.region).await.unwrap_or_default(),
        };
        base.trim_end_matches('/').to_owned()
    }

    fn name(&self) -> String {
        format!("the SSO session `{}`", session::session_name(self.sso))
    }
}

/// The first whole minute by which a moment has come: who tries again then is not told to wait once more.
fn minute_after(moment: Timestamp) -> Timestamp {
    let up = TimestampRound::new().smallest(Unit::Minute).mode(RoundMode::Ceil);
    moment.round(up).unwrap_or(moment)
}
