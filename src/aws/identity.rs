//! Who AWS says we are.

use aws_sdk_sts::Client;

use crate::aws::call::{self, CallError, client_config};
use crate::aws::credentials::{Credentials, for_sdk};
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::aws::network;
use crate::world::World;

/// An AWS principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The twelve-digit account id.
    pub account: String,
    /// The principal's ARN.
    pub arn: String,
    /// The principal's unique id, such as `AROA…:ada`.
    pub user_id: String,
}

impl Identity {
    /// The role's or user's own ARN in IAM. A role's path is not in the ARN of its sessions, so there `*` stands for it.
    #[must_use]
    pub fn iam_pattern(&self) -> Option<String> {
        let (partition, resource) = self.parts()?;
        match resource.split('/').collect::<Vec<_>>()[..] {
            ["assumed-role", role, _] => Some(format!("arn:{partition}:iam::{}:role/*{role}", self.account)),
            ["user", ..] => Some(self.arn.clone()),
            _ => None,
        }
    }

    /// The ARNs it may have in IAM, likeliest first. The roles of IAM Identity Center have the region of the sign-in in
    /// their path, unless that is us-east-1; of other roles those without a path are known.
    #[must_use]
    pub fn iam_candidates(&self, sign_in_region: Option<&str>) -> Vec<String> {
        let Some((partition, resource)) = self.parts() else { return Vec::new() };
        match resource.split('/').collect::<Vec<_>>()[..] {
            ["assumed-role", role, _] => {
                let root = format!("arn:{partition}:iam::{}:role", self.account);
                if !role.starts_with("AWSReservedSSO_") {
                    return vec![format!("{root}/{role}")];
                }
                let reserved = format!("{root}/aws-reserved/sso.amazonaws.com");
                let with_region = sign_in_region.map(|region| format!("{reserved}/{region}/{role}"));
                let without = format!("{reserved}/{role}");
                match sign_in_region {
                    Some("us-east-1") => [Some(without), with_region].into_iter().flatten().collect(),
                    _ => [with_region, Some(without)].into_iter().flatten().collect(),
                }
            }
            ["user", ..] => vec![self.arn.clone()],
            _ => Vec::new(),
        }
    }

    fn parts(&self) -> Option<(&str, &str)> {
        let mut parts = self.arn.splitn(6, ':');
        Some((parts.nth(1)?, parts.nth(3)?))
    }
}

/// Asks STS whose credentials these are; every principal may.
///
/// # Errors
/// See [`CallError`].
pub async fn caller(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    region: &str,
    credentials: &Credentials,
) -> Result<Identity, CallError> {
    const SERVICE: &str = "AWS STS";
    let endpoint = endpoint::configured(world, &files.profiles, Some(profile), Service::Sts);
    let config = client_config!(aws_sdk_sts, network::client(world, &files.profiles, Some(profile)), region, endpoint)
        .credentials_provider(for_sdk(credentials));
    let answer = Client::from_conf(config.build())
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| call::error(SERVICE, &error))?;
    Ok(Identity {
        account: answer.account.unwrap_or_default(),
        arn: answer.arn.unwrap_or_default(),
        user_id: answer.user_id.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(arn: &str) -> Identity {
        Identity { account: "111122223333".into(), arn: arn.into(), user_id: String::new() }
    }

    #[test]
    fn a_session_leads_to_its_role() {
        let role = "AWSReservedSSO_Developer_0123456789abcdef";
        let sso = identity(&format!("arn:aws-us-gov:sts::111122223333:assumed-role/{role}/ada"));
        let reserved = "arn:aws-us-gov:iam::111122223333:role/aws-reserved/sso.amazonaws.com";
        assert_eq!(sso.iam_pattern(), Some(format!("arn:aws-us-gov:iam::111122223333:role/*{role}")));
        assert_eq!(
            sso.iam_candidates(Some("us-gov-west-1")),
            [format!("{reserved}/us-gov-west-1/{role}"), format!("{reserved}/{role}")]
        );
        assert_eq!(sso.iam_candidates(Some("us-east-1"))[0], format!("{reserved}/{role}"));
        let assumed = identity("arn:aws:sts::111122223333:assumed-role/ci/run-7");
        assert_eq!(assumed.iam_candidates(None), ["arn:aws:iam::111122223333:role/ci"]);
        let user = identity("arn:aws:iam::111122223333:user/team/bob");
        assert_eq!(user.iam_pattern().as_deref(), Some("arn:aws:iam::111122223333:user/team/bob"));
        assert_eq!(identity("arn:aws:iam::111122223333:root").iam_pattern(), None);
    }
}
