//! Access keys in variables.

use super::CredentialsError;
use crate::aws::profile::StaticKeys;
use crate::vars;
use crate::world::World;

/// The keys of `credential_source = Environment`, as `fromEnv` of the AWS SDK for JavaScript reads them.
pub(super) fn keys(world: &World) -> Option<StaticKeys> {
    let text = |name| world.var(name).map(ToOwned::to_owned);
    Some(StaticKeys::new(
        text(vars::AWS_ACCESS_KEY_ID)?,
        text(vars::AWS_SECRET_ACCESS_KEY)?,
        text(vars::AWS_SESSION_TOKEN),
    ))
}

/// The keys of a profile whose `credential_source` is `Environment`, or that they are not there.
pub(super) fn expect_keys(world: &World, profile: &str) -> Result<StaticKeys, CredentialsError> {
    keys(world).ok_or_else(|| CredentialsError::Incomplete {
        name: profile.to_owned(),
        reason: "its credential_source is `Environment`, and no access key is in the variables".into(),
    })
}
