//! What the set-up's questions are made from, gathered from files.

use crate::apply::shortened;
use crate::aws::files::AwsFiles;
use crate::aws::profile::{Profile, ProfileFiles, ProfileKind};
use crate::aws::session::{self, Cached};
use crate::cli::IdentityMode;
use crate::configuration::{self, Identity};
use crate::offering;
use crate::settings::scope::{Settings, Source};
use crate::vars;
use crate::wizard::foreign::Recognised;
use crate::wizard::{Knowledge, ProfileOption};
use crate::world::World;

/// Reads what there is to choose from.
pub(super) fn gather(
    world: &World,
    settings: &Settings,
    files: &AwsFiles,
    recognised: Option<Recognised>,
) -> Knowledge {
    let judged = configuration::judge(world, settings, &files.profiles, None);
    let profiles = files.profiles.profiles().map(|profile| option(world, &files.profiles, profile)).collect();
    let is_named = |source: &Source| matches!(source, Source::Settings { .. } | Source::Variable(_));
    let configured_identity = match &judged.identity {
        Identity::Isolated(..) => Some(IdentityMode::Isolated),
        Identity::Profile(found) if matches!(found.source, Source::Settings { .. }) => judged
            .auth_refresh
            .as_ref()
            .and_then(|found| crate::helper_command::recognise(&found.value))
            .map(|_| IdentityMode::Shared),
        _ => None,
    };
    let pinned = offering::pinned(&judged);
    Knowledge {
        now: world.now(),
        profiles,
        looked_in: [&files.config_path, &files.credentials_path]
            .map(|path| format!("`{}`", shortened(path, world.home().as_deref())))
            .join(" and "),
        recognised,
        configured_profile: judged.profile.filter(|found| is_named(&found.source)).map(|found| found.value),
        pinned,
        region_in_use: judged.region.value.clone(),
        // The shell's own region is a guess about other work; the settings' is an answer given before.
        configured_region: Some(judged.region)
            .filter(|found| matches!(found.source, Source::Settings { .. }))
            .map(|found| found.value),
        configured_identity,
        configured_model: judged.main_model.map(|found| found.value),
        ..Knowledge::default()
    }
}

fn option(world: &World, files: &ProfileFiles, profile: &Profile) -> ProfileOption {
    let kind = profile.kind(files);
    let (description, usable) = describe(world, &kind);
    let mut regions: Vec<String> = profile.get("region").map(|value| value.text.clone()).into_iter().collect();
    regions.extend(
        [vars::AWS_REGION, vars::AWS_DEFAULT_REGION].iter().filter_map(|name| world.var(name)).map(str::to_owned),
    );
    if let ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) = &kind {
        regions.push(sso.region.clone());
    }
    regions.retain(|region| configuration::is_region_shaped(region));
    ProfileOption {
        name: profile.name.clone(),
        description,
        usable,
        found_by_claude_code: profile.found_by_claude_code,
        regions,
    }
}

/// A profile's kind, account and sign-in in a few words, and whether it would give credentials now.
fn describe(world: &World, kind: &ProfileKind) -> (String, bool) {
    let (ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso)) = kind else {
        return (kind.to_string(), matches!(kind, ProfileKind::StaticKeys(_)));
    };
    let path = session::token_path(world, sso);
    let now = world.now();
    let (sign_in, usable) = match session::cached(&path) {
        Cached::Token(token) if token.expires_at > now => ("signed in", true),
        Cached::Token(token) if token.is_renewable(now) => ("signed in, renews itself", true),
        Cached::Token(_) => ("sign-in ended", false),
        Cached::Unreadable(_) => ("sign-in cannot be read", false),
        Cached::Absent => ("not signed in", false),
    };
    (format!("{kind}, {} in {}, {sign_in}", sso.role_name, sso.account_id), usable)
}
