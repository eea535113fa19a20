//! Who a request comes from, and what that one may do.

use jiff::Timestamp;

use crate::{
    account::{Account, IamRole, Member, Permissions, Role, ServiceControlPolicy, User, Verdict, Wish},
    request::Refusal,
    tokens::{Holder, Mint},
};

/// The one a request is made by.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    pub(crate) holder: Holder,
    pub(crate) arn: String,
    /// The ARN of its user or role in IAM, which has the path that the ARNs of sessions have not.
    pub(crate) iam_arn: String,
    pub(crate) user_id: String,
    pub(crate) account_id: String,
    /// When its credentials end; long-term keys have no end.
    pub(crate) expires: Option<Timestamp>,
    /// Whether an administrator has revoked the session.
    revoked: bool,
    permissions: Permissions,
    permissions_boundary: Option<Permissions>,
    session_policy: Option<Permissions>,
    control_policies: Vec<ServiceControlPolicy>,
}

/// What the policies of IAM say to an action, each kind for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) organisation: Verdict,
    /// Absent where there is no boundary.
    pub(crate) boundary: Option<Verdict>,
    pub(crate) identity: Verdict,
}

impl Principal {
    /// Finds the role or user of an ARN of IAM.
    pub(crate) fn by_iam_arn(account: &Account, mint: &Mint, arn: &str) -> Option<Self> {
        let users = account.users().map(|(member, user)| Self::user(account, mint, member, user));
        users.chain(Self::roles(account, mint)).find(|principal| principal.iam_arn == arn)
    }

    /// Every role of IAM as one who has assumed it, those of permission sets among them.
    pub(crate) fn roles<'a>(account: &'a Account, mint: &'a Mint) -> impl Iterator<Item = Self> + 'a {
        account.accounts.iter().flat_map(move |member| {
            let people = member.roles.iter();
            let people = people.map(|role| Self::person_in_role(account, mint, member, role, &account.signer().name));
            let roles = member.iam_roles.iter();
            people.chain(roles.map(|role| Self::assumed(account, mint, member, role, "simulation")))
        })
    }

    /// What the policies say to an action with these condition keys; of a session's own they know nothing.
    pub(crate) fn judge(&self, action: &str, resource: &str, keys: &[(&str, &str)]) -> Judgement {
        let mut context = vec![("aws:PrincipalArn", self.arn.as_str()), ("aws:PrincipalAccount", &self.account_id)];
        context.extend(keys);
        let wish = Wish { action, resource, context: &context };
        Judgement {
            organisation: self.organisation(wish),
            boundary: self.permissions_boundary.as_ref().map(|boundary| boundary.judge(wish)),
            identity: self.permissions.judge(wish),
        }
    }

    /// Finds whom credentials issued at a moment belong to, if the account still has that role or user.
    pub(crate) fn of(account: &Account, mint: &Mint, holder: &Holder, issued: Timestamp) -> Option<Self> {
        match holder {
            Holder::Role { account: id, role, person } => {
                let (member, role) = account.role(id, role)?;
                let principal = Self::person_in_role(account, mint, member, role, person);
                let revoked = role.sessions_revoked_before.is_some_and(|before| issued < before);
                Some(Self { revoked, session_policy: role.session_policy.clone(), ..principal })
            }
            Holder::User { account: id, user } => account
                .users()
                .find(|(member, known)| &member.id == id && &known.name == user)
                .map(|(member, user)| Self::user(account, mint, member, user)),
            Holder::Assumed { account: id, role, session } => {
                let (member, role) = account.iam_role(id, role)?;
                Some(Self::assumed(account, mint, member, role, session))
            }
            Holder::Federated { account: id, user, name, policy } => {
                let whose = Holder::User { account: id.clone(), user: user.clone() };
                let user = Self::of(account, mint, &whose, issued)?;
                let policy = policy.as_deref().and_then(Permissions::from_document);
                Some(Self {
                    holder: holder.clone(),
                    arn: format!("arn:{}:sts::{id}:federated-user/{name}", account.partition()),
                    iam_arn: String::new(),
                    user_id: format!("{id}:{name}"),
                    session_policy: Some(policy.unwrap_or_default()),
                    ..user
                })
            }
        }
    }

    /// Takes an IAM user or the root user as principal.
    pub(crate) fn user(account: &Account, mint: &Mint, member: &Member, user: &User) -> Self {
        let Member { id, .. } = member;
        let User { name, path, .. } = user;
        let (resource, user_id) = if user.root {
            ("root".to_owned(), id.clone())
        } else {
            (format!("user{path}{name}"), format!("AIDA{}", mint.letters("user id", &format!("{id}/{name}"), 17)))
        };
        let arn = format!("arn:{}:iam::{id}:{resource}", account.partition());
        Self {
            holder: Holder::User { account: id.clone(), user: name.clone() },
            iam_arn: arn.clone(),
            arn,
            permissions_boundary: user.permissions_boundary.clone(),
            user_id,
            ..Self::in_account(account, member, &user.permissions)
        }
    }

    fn person_in_role(account: &Account, mint: &Mint, member: &Member, role: &Role, person: &str) -> Self {
        let Member { id, .. } = member;
        let place = format!("{id}/{}", role.name);
        let suffix = mint.hexadecimal("role suffix", &place, 16);
        let role_id = mint.letters("role id", &place, 17);
        let (partition, name) = (account.partition(), format!("AWSReservedSSO_{}_{suffix}", role.name));
        let region = match account.identity_center.region.as_str() {
            "us-east-1" => String::new(),
            region => format!("{region}/"),
        };
        Self {
            holder: Holder::Role { account: id.clone(), role: role.name.clone(), person: person.to_owned() },
            arn: format!("arn:{partition}:sts::{id}:assumed-role/{name}/{person}"),
            iam_arn: format!("arn:{partition}:iam::{id}:role/aws-reserved/sso.amazonaws.com/{region}{name}"),
            user_id: format!("AROA{role_id}:{person}"),
            ..Self::in_account(account, member, &role.permissions)
        }
    }

    fn assumed(account: &Account, mint: &Mint, member: &Member, role: &IamRole, session: &str) -> Self {
        let Member { id, .. } = member;
        let name = &role.name;
        let role_id = mint.letters("role id", &format!("{id}/iam/{name}"), 17);
        Self {
            holder: Holder::Assumed { account: id.clone(), role: name.clone(), session: session.to_owned() },
            arn: format!("arn:{}:sts::{id}:assumed-role/{name}/{session}", account.partition()),
            iam_arn: role.arn(account.partition(), id),
            permissions_boundary: role.permissions_boundary.clone(),
            user_id: format!("AROA{role_id}:{session}"),
            ..Self::in_account(account, member, &role.permissions)
        }
    }

    /// What all principals of an account have in common.
    fn in_account(account: &Account, member: &Member, permissions: &Permissions) -> Self {
        let attached = account.service_control_policies.iter().filter(|policy| policy.is_attached_to(&member.id));
        Self {
            holder: Holder::User { account: String::new(), user: String::new() },
            arn: String::new(),
            iam_arn: String::new(),
            user_id: String::new(),
            account_id: member.id.clone(),
            expires: None,
            revoked: false,
            permissions: permissions.clone(),
            permissions_boundary: None,
            session_policy: None,
            control_policies: attached.cloned().collect(),
        }
    }

    /// Checks an action in a region, with AWS's text when it is refused.
    pub(crate) fn require(&self, action: &str, resource: &str, region: &str) -> Result<(), Refusal> {
        self.require_with(action, resource, &[("aws:RequestedRegion", region)])
    }

    /// Checks an action with these condition keys, with AWS's text when it is refused.
    pub(crate) fn require_with(&self, action: &str, resource: &str, keys: &[(&str, &str)]) -> Result<(), Refusal> {
        let mut context = vec![("aws:PrincipalArn", self.arn.as_str()), ("aws:PrincipalAccount", &self.account_id)];
        context.extend(keys);
        let Some(reason) = self.objection(Wish { action, resource, context: &context }) else { return Ok(()) };
        let message =
            format!("User: {} is not authorized to perform: {action} on resource: {resource} {reason}", self.arn);
        Err(Refusal::new(403, "AccessDeniedException", message))
    }

    /// Several policies of an organisation allow together, and each denies alone.
    fn organisation(&self, wish: Wish<'_>) -> Verdict {
        let verdicts: Vec<Verdict> = self.control_policies.iter().map(|policy| policy.judge(wish)).collect();
        if verdicts.contains(&Verdict::Denied) {
            Verdict::Denied
        } else if verdicts.is_empty() || verdicts.contains(&Verdict::Allowed) {
            Verdict::Allowed
        } else {
            Verdict::Silent
        }
    }

    /// Says what stands against a wish, as IAM ends its messages.
    fn objection(&self, wish: Wish<'_>) -> Option<String> {
        let organisation = self.organisation(wish);
        let identity = if self.revoked { Verdict::Denied } else { self.permissions.judge(wish) };
        let limit =
            |policy: &Option<Permissions>| policy.as_ref().map_or(Verdict::Allowed, |policy| policy.judge(wish));
        let (boundary, session) = (limit(&self.permissions_boundary), limit(&self.session_policy));
        let kinds = [
            (organisation, "a service control policy", "service control policy"),
            (identity, "an identity-based policy", "identity-based policy"),
            (boundary, "a permissions boundary", "permissions boundary"),
            (session, "a session policy", "session policy"),
        ];
        let denied = kinds.iter().find(|(verdict, ..)| *verdict == Verdict::Denied);
        let silent = kinds.iter().find(|(verdict, ..)| *verdict == Verdict::Silent);
        denied
            .map(|(_, policy, _)| format!("with an explicit deny in {policy}"))
            .or_else(|| silent.map(|(_, _, kind)| format!("because no {kind} allows the {} action", wish.action)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGION: &str = "us-west-2";

    fn principal(account: &Account, role: &str) -> Principal {
        let holder =
            Holder::Role { account: "111122223333".to_owned(), role: role.to_owned(), person: "ada".to_owned() };
        Principal::of(account, &Mint::new(&account.seed), &holder, Timestamp::UNIX_EPOCH).expect("declared")
    }

    fn refusal(principal: &Principal, action: &str) -> String {
        principal.require(action, "r", REGION).expect_err("refused").message
    }

    #[test]
    fn a_denial_wins_and_says_so() {
        let account = Account::default();
        let mut principal = principal(&account, "ReadOnly");
        assert_eq!(principal.require("bedrock:ListInferenceProfiles", "*", REGION), Ok(()));
        let message = refusal(&principal, "bedrock:InvokeModel");
        assert!(message.ends_with("because no identity-based policy allows the bedrock:InvokeModel action"));
        principal.permissions.deny.push("bedrock:List*".to_owned());
        let message = refusal(&principal, "bedrock:ListInferenceProfiles");
        assert!(message.ends_with("with an explicit deny in an identity-based policy"));
    }

    #[test]
    fn the_organisation_and_the_session_limit_what_an_identity_allows() {
        let mut account = Account::default();
        account.accounts[0].roles[0].session_policy =
            Some(toml::from_str("allow = [\"bedrock:List*\"]").expect("well formed"));
        let limited = principal(&account, "BedrockDeveloper");
        let message = refusal(&limited, "bedrock:InvokeModel");
        assert!(message.ends_with("because no session policy allows the bedrock:InvokeModel action"), "{message}");
        let policy = "name = \"regions\"\n[[statements]]\neffect = \"deny\"\nactions = [\"bedrock:*\"]\n\
                      condition = { StringNotEquals = { \"aws:RequestedRegion\" = \"us-east-1\" } }\n";
        account.service_control_policies.push(toml::from_str(policy).expect("well formed"));
        let limited = principal(&account, "BedrockDeveloper");
        assert!(refusal(&limited, "bedrock:ListX").ends_with("with an explicit deny in a service control policy"));
        assert_eq!(limited.require("bedrock:ListX", "r", "us-east-1"), Ok(()));
        account.service_control_policies[0].statements[0].effect = crate::account::Effect::Allow;
        let limited = principal(&account, "BedrockDeveloper");
        assert!(refusal(&limited, "sts:X").ends_with("because no service control policy allows the sts:X action"));
    }

    #[test]
    fn a_revoked_session_is_denied_explicitly() {
        let mut account = Account::default();
        account.accounts[0].roles[0].sessions_revoked_before = Some(Timestamp::MAX);
        let revoked = principal(&account, "BedrockDeveloper");
        let message = refusal(&revoked, "bedrock:ListInferenceProfiles");
        assert!(message.ends_with("with an explicit deny in an identity-based policy"), "{message}");
    }
}
