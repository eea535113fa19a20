//! `login`: a person wants to sign in now.

use crate::aws::credentials;
use crate::aws::files;
use crate::aws::profile::ProfileKind;
use crate::aws::session;
use crate::aws::sign_in::Wish;
use crate::cli::{Global, RefreshArgs};
use crate::commands::credentials::{configured_profile, explain};
use crate::commands::sign_in::{self, Wanted};
use crate::error::Failure;
use crate::ui::{GOOD, Stream, Ui, styled};
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &RefreshArgs) -> Result<(), Failure> {
    let files = files::read(world);
    let profile = match &global.profile {
        Some(profile) => profile.clone(),
        None => configured_profile(world, &files)?,
    };
    let kind = credentials::kind(&files, &profile).map_err(|error| explain(&error, &profile))?;
    let (ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso)) = &kind else {
        return Err(Failure::refused(format!("the profile `{profile}` has no SSO session to sign in to")));
    };
    let wanted =
        Wanted { profile: &profile, sso, way: args.way, wish: Wish::Anew, refused: false, stream: Stream::Answer };
    let token = sign_in::sign_in(world, ui, &files, &wanted)?;
    let renews = if token.is_renewable(world.now()) { ", and renews itself from then on" } else { "" };
    let until = token.expires_at.strftime("%Y-%m-%d %H:%M UTC");
    ui.answer(&format!(
        "{} Signed in to {}: the token lasts until {until}{renews}.\n",
        styled(GOOD, "✔"),
        session::session_name(sso)
    ))
}
