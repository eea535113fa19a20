//! `login`: a person wants to sign in now.

use crate::aws::session;
use crate::aws::sign_in::Wish;
use crate::cli::{Global, LoginArgs};
use crate::commands::sign_in::{self, Asked, Wanted};
use crate::error::Failure;
use crate::ui::{GOOD, Stream, Ui, styled};
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &LoginArgs) -> Result<(), Failure> {
    let asked = Asked::of(world, global)?;
    let (profile, sso) = (asked.profile.as_str(), asked.expect_sso("sign in to")?);
    let wanted =
        Wanted { profile, sso, way: args.way, wish: Wish::Anew, refused: false, stream: Stream::Answer, listens: true };
    let token = sign_in::sign_in(world, ui, &asked.files, &wanted)?;
    let renews = if token.is_renewable(world.now()) { ", and renews itself from then on" } else { "" };
    let until = token.expires_at.strftime("%Y-%m-%d %H:%M UTC");
    ui.answer(&format!(
        "{} Signed in to {}: the token lasts until {until}{renews}.\n",
        styled(GOOD, "✔"),
        session::session_name(sso)
    ))
}
