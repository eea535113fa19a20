//! `refresh`: the sign-in renewed silently where that is possible.

use crate::aws::call;
use crate::aws::credentials::{self, CredentialsError};
use crate::aws::files;
use crate::aws::profile::ProfileKind;
use crate::aws::session;
use crate::cli::{Global, RefreshArgs};
use crate::commands::credentials::{configured_profile, explain};
use crate::error::Failure;
use crate::ui::Ui;
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
    let token = call::block_on(session::usable_token(world, &files.profiles, &profile, sso, args.force))
        .map_err(|error| explain(&CredentialsError::from(error), &profile))?;
    ui.detail(&format!("the sign-in to `{}` lasts until {}", session::session_name(sso), token.expires_at));
    Ok(())
}
