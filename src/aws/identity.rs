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

/// What kind of principal an ARN is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A user of IAM, whose path is in the ARN.
    User,
    /// A session of a role: the role's name, without its path.
    Role(&'a str),
    /// A session of a user with a policy of its own (`GetFederationToken`): its name.
    Federated(&'a str),
    /// The root user of the account.
    Root,
    /// Something newer than this program.
    Other,
}

impl Identity {
    /// What kind of principal it is (IAM User Guide, `reference_identifiers`).
    #[must_use]
    pub fn kind(&self) -> Kind<'_> {
        let Some((_, resource)) = self.parts() else { return Kind::Other };
        match resource.split('/').collect::<Vec<_>>()[..] {
            ["assumed-role", role, _] => Kind::Role(role),
            ["user", ..] => Kind::User,
            ["federated-user", name] => Kind::Federated(name),
            ["root"] => Kind::Root,
            _ => Kind::Other,
        }
    }

    /// The partition its ARN begins with.
    #[must_use]
    pub fn partition(&self) -> &str {
        self.parts().map_or("aws", |(partition, _)| partition)
    }

    /// Whether it is a session of a role whose path nothing tells. Those of IAM Identity Center have a known one.
    #[must_use]
    pub fn has_unknown_path(&self) -> bool {
        matches!(self.kind(), Kind::Role(name) if !name.starts_with("AWSReservedSSO_"))
    }

    /// The role's or user's own ARN in IAM. A role's path is not in the ARN of its sessions, so there `*` stands for it.
    #[must_use]
    pub fn iam_pattern(&self) -> Option<String> {
        match self.kind() {
            Kind::Role(role) => Some(format!("arn:{}:iam::{}:role/*{role}", self.partition(), self.account)),
            Kind::User => Some(self.arn.clone()),
            Kind::Federated(_) | Kind::Root | Kind::Other => None,
        }
    }

    /// The ARNs it may have in IAM, likeliest first. The roles of IAM Identity Center have the region of the sign-in in
    /// their path, unless that is us-east-1; of other roles those without a path are known.
    #[must_use]
    pub fn iam_candidates(&self, sign_in_region: Option<&str>) -> Vec<String> {
        match self.kind() {
            Kind::Role(role) => {
                let root = format!("arn:{}:iam::{}:role", self.partition(), self.account);
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
            Kind::User => vec![self.arn.clone()],
            Kind::Federated(_) | Kind::Root | Kind::Other => Vec::new(),
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
        assert_eq!((user.kind(), user.has_unknown_path(), user.partition()), (Kind::User, false, "aws"));
        assert!(assumed.has_unknown_path() && !sso.has_unknown_path());
        let root = identity("arn:aws-cn:iam::111122223333:root");
        assert_eq!((root.iam_pattern(), root.kind(), root.partition()), (None, Kind::Root, "aws-cn"));
        let federated = identity("arn:aws:sts::111122223333:federated-user/bob");
        assert_eq!((federated.kind(), federated.iam_candidates(None).len()), (Kind::Federated("bob"), 0));
        assert_eq!(identity("arn:aws:new::1:thing").kind(), Kind::Other);
    }
}
