//! `refresh`: the sign-in renewed silently where that is possible, else by one sign-in. What `awsAuthRefresh` runs.

use crate::aws::credentials;
use crate::aws::files;
use crate::aws::profile::ProfileKind;
use crate::aws::session;
use crate::aws::sign_in::Wish;
use crate::cli::{Global, RefreshArgs};
use crate::commands::credentials::{configured_profile, explain};
use crate::commands::sign_in::{self, Wanted};
use crate::error::Failure;
use crate::ui::{Stream, Ui};
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &RefreshArgs) -> Result<(), Failure> {
    let files = files::read(world);
    let profile = match &global.profile {
        Some(profile) => profile.clone(),
        None => configured_profile(world, &files)?,
    };
    let kind = credentials::kind(&files, &profile).map_err(|error| explain(&error, &profile))?;
    let (ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso)) = &kind else {
        ui.detail(&format!("the profile `{profile}` has no SSO session to renew"));
        return Ok(());
    };
    if !args.force && session::is_fresh(world, sso) {
        return Ok(());
    }
    let (way, wish) = (args.way, if args.force { Wish::Forced } else { Wish::IfNeeded });
    let wanted = Wanted { profile: &profile, sso, way, wish, refused: false, stream: Stream::Answer };
    let token = sign_in::sign_in(world, ui, &files, &wanted)?;
    ui.detail(&format!("the sign-in to `{}` lasts until {}", session::session_name(sso), token.expires_at));
    Ok(())
}
