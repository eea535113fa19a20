//! `login`: a person wants to sign in now.

use crate::ask;
use crate::aws::profile::SsoProfile;
use crate::aws::session::{self, Token};
use crate::aws::sign_in::Wish;
use crate::cli::{Global, LoginArgs};
use crate::commands::sign_in::{self, Asked, Wanted};
use crate::error::Failure;
use crate::ui::{GOOD, Stream, Ui, styled};
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &LoginArgs) -> Result<(), Failure> {
    let asked = Asked::of(world, global)?;
    let (profile, sso) = (asked.profile.as_str(), asked.expect_sso("sign in to")?);
    let _watch = ask::watch(ui);
    let wanted =
        Wanted { profile, sso, way: args.way, wish: Wish::Anew, refused: false, stream: Stream::Answer, listens: true };
    let token = sign_in::sign_in(world, ui, &asked.files, &wanted)?.token;
    ui.answer(&signed_in(world, sso, &token))
}

/// That somebody is signed in, and until when.
pub(super) fn signed_in(world: &World, sso: &SsoProfile, token: &Token) -> String {
    let renews = if token.is_renewable(world.now()) { ", and renews itself from then on" } else { "" };
    let until = world.on_the_wall(token.expires_at);
    let session = session::session_name(sso);
    format!("{} Signed in to {session}: the token lasts until {until}{renews}.\n", styled(GOOD, "✔"))
}
