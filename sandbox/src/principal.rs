//! Who a request comes from, and what that one may do.

use jiff::Timestamp;

use crate::{
    account::{Account, Member, Permissions, Role, User},
    request::Refusal,
    tokens::{Holder, Mint},
};

/// The one a request is made by.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    pub(crate) holder: Holder,
    pub(crate) arn: String,
    pub(crate) user_id: String,
    pub(crate) account_id: String,
    /// When its credentials end; long-term keys have no end.
    pub(crate) expires: Option<Timestamp>,
    permissions: Permissions,
}

impl Principal {
    /// Finds whom temporary credentials belong to, if the account still has that role or user.
    pub(crate) fn of(account: &Account, mint: &Mint, holder: &Holder) -> Option<Self> {
        match holder {
            Holder::Role { account: id, role, person } => {
                let (member, role) = account.role(id, role)?;
                Some(Self::person_in_role(mint, member, role, person))
            }
            Holder::User { account: id, user } => account
                .users()
                .find(|(member, known)| &member.id == id && &known.name == user)
                .map(|(member, user)| Self::user(mint, member, user)),
        }
    }

    /// Takes an IAM user as principal.
    pub(crate) fn user(mint: &Mint, member: &Member, user: &User) -> Self {
        let Member { id, .. } = member;
        let name = &user.name;
        Self {
            holder: Holder::User { account: id.clone(), user: name.clone() },
            arn: format!("arn:aws:iam::{id}:user/{name}"),
            user_id: format!("AIDA{}", mint.letters("user id", &format!("{id}/{name}"), 17)),
            account_id: id.clone(),
            expires: None,
            permissions: user.permissions.clone(),
        }
    }

    fn person_in_role(mint: &Mint, member: &Member, role: &Role, person: &str) -> Self {
        let Member { id, .. } = member;
        let place = format!("{id}/{}", role.name);
        let suffix = mint.hexadecimal("role suffix", &place, 16);
        let role_id = mint.letters("role id", &place, 17);
        Self {
            holder: Holder::Role { account: id.clone(), role: role.name.clone(), person: person.to_owned() },
            arn: format!("arn:aws:sts::{id}:assumed-role/AWSReservedSSO_{}_{suffix}/{person}", role.name),
            user_id: format!("AROA{role_id}:{person}"),
            account_id: id.clone(),
            expires: None,
            permissions: role.permissions.clone(),
        }
    }

    /// Checks an action, with AWS's text when it is refused.
    pub(crate) fn require(&self, action: &str, resource: &str) -> Result<(), Refusal> {
        let matches = |patterns: &[String]| patterns.iter().any(|pattern| glob(pattern, action));
        let reason = if matches(&self.permissions.deny) {
            "with an explicit deny in an identity-based policy".to_owned()
        } else if matches(&self.permissions.allow) {
            return Ok(());
        } else {
            format!("because no identity-based policy allows the {action} action")
        };
        let message =
            format!("User: {} is not authorized to perform: {action} on resource: {resource} {reason}", self.arn);
        Err(Refusal::new(403, "AccessDeniedException", message))
    }
}

/// Matches an IAM action pattern; actions ignore case.
fn glob(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = action.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_iam() {
        assert!(glob("*", "bedrock:InvokeModel"));
        assert!(glob("bedrock:*", "bedrock:InvokeModel"));
        assert!(glob("bedrock:invoke*stream", "bedrock:InvokeModelWithResponseStream"));
        assert!(glob("bedrock:*Model*Stream", "bedrock:InvokeModelWithResponseStream"));
        assert!(!glob("bedrock:Get*", "bedrock:InvokeModel"));
        assert!(!glob("bedrock:Invoke", "bedrock:InvokeModel"));
        assert!(!glob("sts:*", "bedrock:InvokeModel"));
    }

    #[test]
    fn a_denial_wins_and_says_so() {
        let account = Account::default();
        let mint = Mint::new(&account.seed);
        let holder =
            Holder::Role { account: "111122223333".to_owned(), role: "ReadOnly".to_owned(), person: "ada".to_owned() };
        let mut principal = Principal::of(&account, &mint, &holder).expect("declared");
        assert_eq!(principal.require("bedrock:ListInferenceProfiles", "*"), Ok(()));
        let refusal = principal.require("bedrock:InvokeModel", "r").expect_err("not allowed");
        assert!(refusal.message.ends_with("because no identity-based policy allows the bedrock:InvokeModel action"));
        principal.permissions.deny.push("bedrock:List*".to_owned());
        let refusal = principal.require("bedrock:ListInferenceProfiles", "*").expect_err("denied");
        assert!(refusal.message.ends_with("with an explicit deny in an identity-based policy"));
    }
}
