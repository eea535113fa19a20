//! `refresh`: the sign-in renewed silently where that is possible, else by one sign-in. What `awsAuthRefresh` runs.

use crate::aws::session;
use crate::aws::sign_in::Wish;
use crate::cli::{Global, RefreshArgs};
use crate::commands::login::signed_in;
use crate::commands::sign_in::{self, Asked, Wanted};
use crate::commands::upgrade;
use crate::error::Failure;
use crate::ui::{Stream, Ui};
use crate::vars;
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
    let by_person = is_asked_by_a_person(world);
    if !args.force && session::is_fresh(world, sso) {
        let token = session::read(world, sso).filter(|_| by_person);
        return token.map_or(Ok(()), |token| ui.answer(&signed_in(world, sso, &token)));
    }
    let (way, wish) = (args.way, if args.force || by_person { Wish::Forced } else { Wish::IfNeeded });
    let wanted = Wanted { profile, sso, way, wish, refused: false, stream: Stream::Answer, listens: false };
    let token = sign_in::sign_in(world, ui, files, &wanted)?;
    if by_person {
        return ui.answer(&signed_in(world, sso, &token));
    }
    ui.detail(&format!("the sign-in to `{}` lasts until {}", session::session_name(sso), token.expires_at));
    Ok(())
}

/// Claude Code's helpers are quiet when all is well, and a sign-in that ended badly keeps the next one from coming by
/// itself; a person hears what came of it, and may ask again. A Claude Code that was started by another's Bash tool hands
/// that tool's mark on to its helpers.
fn is_asked_by_a_person(world: &World) -> bool {
    world.terminal.input || (world.var(vars::CLAUDE_TOOL).is_some() && !world.terminal.input_is_socket)
}
