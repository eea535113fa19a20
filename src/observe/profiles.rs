//! Everything `profiles` reports, from files and variables alone.

use crate::aws::credentials;
use crate::aws::files::{self, AwsFiles};
use crate::aws::profile::{
    CliReading, Dependency, Difference, Lint, Profile, ProfileKind, Refused, Source, SourceFile, differences, lints,
};
use crate::world::World;

/// The profiles of the AWS files with what is wrong with them.
#[derive(Debug)]
pub struct ProfileFacts {
    /// The files they come from.
    pub files: AwsFiles,
    /// The profiles, those of the config file first.
    pub listed: Vec<Listed>,
    /// The files the AWS CLI refuses as a whole, and where.
    pub refused_by_aws_cli: Vec<(SourceFile, Refused)>,
    /// What is wrong with the files, or read by one tool and not by another.
    pub lints: Vec<Lint>,
}

/// One profile.
#[derive(Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// How it gets its credentials, by the name used in reports.
    pub kind: &'static str,
    /// The same in words.
    pub kind_words: String,
    /// Its region.
    pub region: Option<String>,
    /// The account its credentials are of, as far as the files tell.
    pub account_id: Option<String>,
    /// The permission set or role.
    pub role_name: Option<String>,
    /// Its `[sso-session]`.
    pub sso_session: Option<String>,
    /// What it depends on.
    pub depends_on: Vec<Dependency>,
    /// Why it would give no credentials now; none when it would.
    pub problem: Option<String>,
    /// Whether Claude Code finds it.
    pub found_by_claude_code: bool,
    /// Where its headers stand.
    pub places: Vec<(SourceFile, usize)>,
    /// Where Claude Code and the AWS CLI read it differently.
    pub difference: Option<Difference>,
}

/// Reads the files and looks at every profile, or at the named one.
#[must_use]
pub fn facts(world: &World, only: Option<&str>) -> ProfileFacts {
    let files = files::read(world);
    let cli = CliReading::of(files.config.as_deref(), files.credentials.as_deref());
    let sources = [(SourceFile::Config, &files.config), (SourceFile::Credentials, &files.credentials)];
    let sources = sources.iter().filter_map(|(file, bytes)| Some(Source { file: *file, bytes: bytes.as_deref()? }));
    let mut lints = lints(&files.profiles, &cli, &sources.collect::<Vec<_>>());
    let ours = files.profiles.profiles().map(|profile| Listed::of(world, &files, &cli, profile));
    let mut listed: Vec<Listed> = ours.collect();
    listed.extend(
        cli.profiles()
            .filter(|(name, _)| files.profiles.profile(name).is_none())
            .map(|(name, section)| Listed::of_cli(&files, &cli, name, section.get("region"), section.place())),
    );
    if let Some(only) = only {
        listed.retain(|profile| profile.name == only);
        lints.retain(|lint| lint.profile.as_deref().is_none_or(|name| name == only));
    }
    ProfileFacts { files, listed, refused_by_aws_cli: cli.refused, lints }
}

impl Listed {
    fn of(world: &World, files: &AwsFiles, cli: &CliReading, profile: &Profile) -> Self {
        let kind = profile.kind(&files.profiles);
        let text = |key: &str| profile.get(key).map(|value| value.text.clone());
        let (account_id, role_name) = account_and_role(&kind);
        let lines = [SourceFile::Config, SourceFile::Credentials].into_iter();
        Self {
            name: profile.name.clone(),
            kind: kind.id(),
            kind_words: kind.to_string(),
            region: text("region"),
            account_id,
            role_name,
            sso_session: text("sso_session"),
            depends_on: profile.dependencies(&files.profiles),
            problem: credentials::readiness(world, files, &profile.name).err().map(|error| error.to_string()),
            found_by_claude_code: profile.found_by_claude_code,
            places: lines.filter_map(|file| Some((file, profile.line(file)?))).collect(),
            difference: differences(&files.profiles, cli, &profile.name),
        }
    }

    /// A profile that the AWS CLI alone finds.
    fn of_cli(
        files: &AwsFiles,
        cli: &CliReading,
        name: &str,
        region: Option<&str>,
        place: Option<(SourceFile, usize)>,
    ) -> Self {
        let kind = cli.kind(name);
        Self {
            name: name.to_owned(),
            kind: kind.id(),
            kind_words: kind.id().replace('-', " "),
            region: region.map(ToOwned::to_owned),
            account_id: None,
            role_name: None,
            sso_session: None,
            depends_on: Vec::new(),
            problem: Some("only the AWS CLI finds this profile, Claude Code does not".into()),
            found_by_claude_code: false,
            places: place.into_iter().collect(),
            difference: differences(&files.profiles, cli, name),
        }
    }
}

/// The account and role of a kind, where the files tell.
fn account_and_role(kind: &ProfileKind) -> (Option<String>, Option<String>) {
    match kind {
        ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) => {
            (Some(sso.account_id.clone()), Some(sso.role_name.clone()))
        }
        ProfileKind::AssumeRole(role) => (account_of_arn(&role.role_arn), role_of_arn(&role.role_arn)),
        ProfileKind::WebIdentity { role_arn, .. } => (account_of_arn(role_arn), role_of_arn(role_arn)),
        ProfileKind::Login { session } => (account_of_arn(session), None),
        ProfileKind::StaticKeys(_)
        | ProfileKind::Process { .. }
        | ProfileKind::Incomplete { .. }
        | ProfileKind::None => (None, None),
    }
}

/// The fifth part of `arn:aws:iam::111122223333:role/path/name`.
fn account_of_arn(arn: &str) -> Option<String> {
    arn.split(':').nth(4).filter(|account| !account.is_empty()).map(ToOwned::to_owned)
}

/// The name without its path.
fn role_of_arn(arn: &str) -> Option<String> {
    let resource = arn.split(':').nth(5)?.strip_prefix("role/")?;
    resource.rsplit('/').next().map(ToOwned::to_owned)
}
