//! `refresh`: the sign-in renewed silently where that is possible, else by one sign-in. What `awsAuthRefresh` runs.

use crate::ask;
use crate::aws::credentials::{self, CacheKey};
use crate::aws::profile::SsoProfile;
use crate::aws::session;
use crate::aws::sign_in::Wish;
use crate::cli::{Global, RefreshArgs};
use crate::commands::credentials::explain;
use crate::commands::login::signed_in;
use crate::commands::sign_in::{self, Asked, SignedIn, Wanted};
use crate::commands::upgrade;
use crate::error::Failure;
use crate::ui::{GOOD, Stream, Ui, styled};
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &RefreshArgs) -> Result<(), Failure> {
    if args.upgrade.upgrade {
        return upgrade::run(world, ui, global, args);
    }
    renew(world, ui, &Asked::of(world, global)?, args)
}

/// Renews the sign-in of a profile that has one; forced, its credentials too.
pub(super) fn renew(world: &World, ui: Ui, asked: &Asked, args: &RefreshArgs) -> Result<(), Failure> {
    let Asked { files, profile, .. } = asked;
    let Some(sso) = asked.sso() else {
        if args.force {
            return fetch(world, ui, asked);
        }
        ui.detail(&format!("the profile `{profile}` has no SSO session to renew"));
        return Ok(());
    };
    if !args.force && session::is_fresh(world, sso) {
        return Ok(());
    }
    let _watch = ask::watch(ui);
    let (way, wish) = (args.way, if args.force { Wish::Forced } else { Wish::IfNeeded });
    let wanted = Wanted { profile, sso, way, wish, refused: false, stream: Stream::Answer, listens: false };
    let outcome = sign_in::sign_in(world, ui, files, &wanted);
    let SignedIn { token, by_person } = outcome.map_err(|failure| with_what_is_left(world, sso, failure))?;
    // What is said of a sign-in by a person must not wait for more.
    if by_person {
        ui.answer(&signed_in(world, sso, &token))?;
    }
    let until = world.on_the_wall(token.expires_at);
    let sign_in = format!("the sign-in to `{}` lasts until {until}", session::session_name(sso));
    if !args.force {
        ui.detail(&sign_in);
        return Ok(());
    }
    let credentials = credentials::renew(world, files, profile).map_err(|error| explain(&error, profile))?;
    if by_person {
        return Ok(());
    }
    let end = world.on_the_wall(credentials.expiration);
    ui.answer(&format!("{} Renewed: {sign_in}, the role's credentials until {end}.\n", styled(GOOD, "✔")))
}

/// Fetches fresh credentials of a profile without an SSO session of its own, signing in where a profile that it needs
/// wants that.
fn fetch(world: &World, ui: Ui, Asked { files, profile, .. }: &Asked) -> Result<(), Failure> {
    let _watch = ask::watch(ui);
    let fresh = match credentials::renew(world, files, profile) {
        Err(error) if error.needs_sign_in() => {
            sign_in::for_profile(world, ui, files, profile, &error, Wish::Forced)?;
            credentials::renew(world, files, profile)
        }
        other => other,
    };
    let fresh = fresh.map_err(|error| explain(&error, profile))?;
    if CacheKey::of(world, files, profile).and_then(|key| credentials::cached(world, &key)).is_none() {
        ui.status(&format!("Nothing of `{profile}` is cached here, so there is nothing to renew."));
        return Ok(());
    }
    let end = world.on_the_wall(fresh.expiration);
    ui.answer(&format!("{} Renewed: the credentials of `{profile}` last until {end}.\n", styled(GOOD, "✔")))
}

/// A renewal that failed may leave a token that works.
fn with_what_is_left(world: &World, sso: &SsoProfile, failure: Failure) -> Failure {
    match session::read(world, sso).filter(|token| token.expires_at > world.now()) {
        Some(token) => {
            let until = world.on_the_wall(token.expires_at);
            failure.hint(format!("unless AWS has ended it, the sign-in from before works until {until}"))
        }
        None => failure,
    }
}
