//! `refresh`: the sign-in renewed silently where that is possible, else by one sign-in. What `awsAuthRefresh` runs.

use crate::aws::session;
use crate::aws::sign_in::Wish;
use crate::cli::{Global, RefreshArgs};
use crate::commands::login::signed_in;
use crate::commands::sign_in::{self, Asked, SignedIn, Wanted};
use crate::commands::upgrade;
use crate::error::Failure;
use crate::ui::{Stream, Ui};
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &RefreshArgs) -> Result<(), Failure> {
    if args.upgrade.upgrade {
        return upgrade::run(world, ui, global, args);
    }
    renew(world, ui, &Asked::of(world, global)?, args)
}

/// Renews the sign-in of a profile that has one.
pub(super) fn renew(world: &World, ui: Ui, asked: &Asked, args: &RefreshArgs) -> Result<(), Failure> {
    let Asked { files, profile, .. } = asked;
    let Some(sso) = asked.sso() else {
        ui.detail(&format!("the profile `{profile}` has no SSO session to renew"));
        return Ok(());
    };
    if !args.force && session::is_fresh(world, sso) {
        return Ok(());
    }
    let (way, wish) = (args.way, if args.force { Wish::Forced } else { Wish::IfNeeded });
    let wanted = Wanted { profile, sso, way, wish, refused: false, stream: Stream::Answer, listens: false };
    let SignedIn { token, by_person } = sign_in::sign_in(world, ui, files, &wanted)?;
    // Whoever was asked for something hears what came of it; nobody else hears anything.
    if by_person {
        return ui.answer(&signed_in(world, sso, &token));
    }
    ui.detail(&format!("the sign-in to `{}` lasts until {}", session::session_name(sso), token.expires_at));
    Ok(())
}
