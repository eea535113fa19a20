//! `refresh --upgrade`: a legacy SSO profile moved to a session; `setup` offers the same.

use std::fmt::Write;

use crate::apply::{self, shortened};
use crate::ask;
use crate::aws::files::{self, AwsFiles};
use crate::aws::profile::{ProfileKind, SsoProfile};
use crate::aws_config::{Planned, Upgrade};
use crate::cli::{Global, RefreshArgs};
use crate::commands::refresh;
use crate::commands::sign_in::Asked;
use crate::error::{Failure, WRITTEN_STAYS};
use crate::private_file::StateFolder;
use crate::ui::{BAD, BOLD, GOOD, Stream, Ui, styled};
use crate::world::World;

/// How far it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consent {
    /// It is only shown.
    DryRun,
    /// A person is asked.
    Ask,
    /// It was given by a flag.
    Given,
}

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &RefreshArgs) -> Result<(), Failure> {
    let asked = Asked::of(world, global)?;
    let name = &asked.profile;
    let sso = match &asked.kind {
        ProfileKind::LegacySso(sso) => sso,
        ProfileKind::Sso(sso) => {
            let session = sso.session_name.as_deref().unwrap_or_default();
            ui.answer(&format!(
                "The profile `{name}` is not a legacy one: it signs in to the SSO session `{session}`.\n"
            ))?;
            return if args.upgrade.dry_run { Ok(()) } else { refresh::renew(world, ui, &asked, args) };
        }
        _ => return ui.answer(&format!("The profile `{name}` has no SSO sign-in, so there is nothing to upgrade.\n")),
    };
    let consent = match (args.upgrade.dry_run, args.upgrade.yes) {
        (true, _) => Consent::DryRun,
        (_, true) => Consent::Given,
        _ => Consent::Ask,
    };
    if consent == Consent::Ask && !world.can_ask() {
        return Err(Failure::refused("there is no terminal to ask on, and nothing was written")
            .hint("add `--yes` to write it, or `--dry-run` to see it first"));
    }
    if !carry_out(world, ui, &asked.files, name, sso, consent, Stream::Answer)? {
        return if consent == Consent::DryRun { Ok(()) } else { Err(Failure::interrupted()) };
    }
    // The new session has no token yet: one sign-in, by the ordinary door.
    refresh::renew(world, ui, &Asked::of(world, &Global { profile: Some(name.clone()), ..global.clone() })?, args)
        .map_err(|failure| failure.after(WRITTEN_STAYS))
}

/// Shows what would change, asks if it must, and writes it; false when nothing was written.
pub(super) fn carry_out(
    world: &World,
    ui: Ui,
    files: &AwsFiles,
    name: &str,
    sso: &SsoProfile,
    consent: Consent,
    stream: Stream,
) -> Result<bool, Failure> {
    let by_hand = |reason: String| Failure::refused(format!("{reason}; nothing was written"));
    let no_profile = || by_hand(format!("there is no profile `{name}`"));
    let profile = files.profiles.profile(name).ok_or_else(no_profile)?;
    let upgrade = Upgrade::plan(files, profile, sso).map_err(by_hand)?;
    let say = |stream: Stream, text: &str| match stream {
        Stream::Answer => ui.answer(&format!("{text}\n")),
        Stream::Status => {
            ui.status(text);
            Ok(())
        }
    };
    let shown = shown(world, files, &upgrade);
    match consent {
        Consent::DryRun => {
            say(stream, &format!("{shown}\n\nNothing was written (--dry-run)."))?;
            return Ok(false);
        }
        Consent::Given => say(stream, &shown)?,
        Consent::Ask => {
            ui.status(&shown);
            if !ask::confirm(world, ui, "Move it to an SSO session, whose sign-in renews itself?", true)? {
                return Ok(false);
            }
        }
    }
    let state = StateFolder::of(world).ok_or_else(Failure::no_home)?;
    let lock = apply::lock(&state)?;
    let looked_at = files.config.as_deref().unwrap_or_default();
    Planned::upgraded(&files.config_path, looked_at, &upgrade)?.write(&state)?;
    drop(lock);
    let names: Vec<String> = upgrade.profiles().map(|name| format!("`{name}`")).collect();
    let (noun, verb) = if names.len() == 1 { ("profile", "signs") } else { ("profiles", "sign") };
    let names = names.join(", ");
    let done = styled(GOOD, "✔");
    let session = &upgrade.session;
    say(
        stream,
        &format!(
            "{done} The {noun} {names} now {verb} in to the SSO session `{session}`; undo with `claude-bedrock reset`."
        ),
    )?;
    Ok(true)
}

/// The profile as it stands after an upgrade was written.
pub(super) fn afterwards(world: &World, name: &str) -> (AwsFiles, Option<SsoProfile>) {
    let files = files::read(world);
    let kind = files.profiles.profile(name).map(|profile| profile.kind(&files.profiles));
    let sso = if let Some(ProfileKind::Sso(sso)) = kind { Some(sso) } else { None };
    (files, sso)
}

/// The lines that go and come.
fn shown(world: &World, files: &AwsFiles, upgrade: &Upgrade) -> String {
    let mut text = styled(BOLD, &shortened(&files.config_path, world.home().as_deref()));
    for (header, lines) in upgrade.diff() {
        if !header.is_empty() {
            let _ = write!(text, "\n  {header}");
        }
        for (is_new, line) in lines {
            let (style, mark) = if is_new { (GOOD, '+') } else { (BAD, '-') };
            let _ = write!(text, "\n  {}", styled(style, &format!("{mark} {line}")));
        }
    }
    text
}
