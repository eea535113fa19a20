//! What must hold between the parts of an account file.

use super::{Account, Partition, Profile};

/// Why an account file was refused.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The file could not be read.
    #[error(transparent)]
    Read(#[from] std::io::Error),
    /// The text is not an account.
    #[error(transparent)]
    Parse(#[from] Box<toml::de::Error>),
    /// Two parts of the account contradict each other.
    #[error("{0}")]
    Invalid(String),
}

pub(super) fn validate(account: &Account) -> Result<(), AccountError> {
    require(!account.identity_center.users.is_empty(), || {
        "`identity_center.users` is empty: someone has to sign in".to_owned()
    })?;
    require(account.region(&account.region).is_some(), || {
        format!("`region` is `{}`, which is none of `regions`", account.region)
    })?;
    validate_partition(account)?;
    for session in &account.sso_sessions {
        portable(&session.name)?;
    }
    for profile in &account.profiles {
        validate_profile(account, profile)?;
    }
    let geographies = (account.regions.iter())
        .flat_map(|region| &region.geographies)
        .chain(account.models.iter().flat_map(|model| model.geographies.iter().flatten()));
    for name in geographies {
        require(account.geographies.iter().any(|geography| &geography.name == name), || {
            format!("geography `{name}` is named but not declared")
        })?;
    }
    let roles = account.accounts.iter().flat_map(|member| &member.iam_roles);
    let users = account.users().map(|(_, user)| (&user.name, &user.path));
    for (name, path) in users.chain(roles.map(|role| (&role.name, &role.path))) {
        require(path.starts_with('/') && path.ends_with('/'), || {
            format!("the path of `{name}` is `{path}`; paths begin and end with `/`")
        })?;
    }
    for (_, user) in account.users() {
        require(user.access_key_id.is_some() == user.secret_access_key.is_some(), || {
            format!("user `{}` has half an access key", user.name)
        })?;
    }
    for fault in &account.faults {
        fault.check().map_err(|reason| AccountError::Invalid(format!("fault of `{}`: {reason}", fault.operation)))?;
    }
    validate_statements(account)?;
    validate_bedrock(account)
}

/// No region is in two partitions, and nothing reaches from one into another.
fn validate_partition(account: &Account) -> Result<(), AccountError> {
    if let Some(name) = &account.partition {
        require(Partition::named(name).is_some(), || {
            format!("`partition` is `{name}`; there are {}", Partition::names())
        })?;
    }
    let regions = account.regions.iter().map(|region| &region.name);
    let all = [&account.region, &account.identity_center.region].into_iter().chain(regions);
    for region in all {
        let found = Partition::of(region).ok_or_else(|| {
            AccountError::Invalid(format!("the region `{region}` is in no partition; there are {}", Partition::names()))
        })?;
        // Named without asking the account, which may not have one.
        let wanted = account.partition.as_deref().and_then(Partition::named).or_else(|| Partition::of(&account.region));
        require(wanted == Some(found), || {
            let wanted = wanted.map_or_else(String::new, |wanted| format!(", and the account in `{wanted}`"));
            format!("the region `{region}` is in the partition `{found}`{wanted}; put it into a file of its own")
        })?;
    }
    Ok(())
}

fn validate_statements(account: &Account) -> Result<(), AccountError> {
    let members = account.accounts.iter().flat_map(|member| {
        let roles = member.roles.iter().flat_map(|role| [Some(&role.permissions), role.session_policy.as_ref()]);
        let users = member.users.iter();
        let users = users.flat_map(|user| [Some(&user.permissions), user.permissions_boundary.as_ref()]);
        let iam_roles = member.iam_roles.iter();
        let iam_roles = iam_roles.flat_map(|role| [Some(&role.permissions), role.permissions_boundary.as_ref()]);
        roles.chain(users).chain(iam_roles).flatten()
    });
    let mut statements = members
        .flat_map(|permissions| &permissions.statements)
        .chain(account.service_control_policies.iter().flat_map(|policy| &policy.statements));
    match statements.find_map(super::Statement::unknown_operator) {
        None => Ok(()),
        Some(operator) => Err(AccountError::Invalid(format!(
            "the condition operator `{operator}` is not known; there are StringEquals, StringNotEquals, StringLike \
             and StringNotLike"
        ))),
    }
}

fn validate_bedrock(account: &Account) -> Result<(), AccountError> {
    for member in &account.accounts {
        for id in &member.gates.legacy_models_in_use {
            require(account.model(id).is_some(), || format!("`legacy_models_in_use` names `{id}`, which is no model"))?;
        }
        for quota in &member.quotas {
            require(quota.value >= 0.0 && quota.value.is_finite(), || {
                format!("quota `{}` is {}, which is no amount", quota.name, quota.value)
            })?;
            require(quota.models.is_some() == quota.unit.is_some(), || {
                format!("quota `{}` needs both `models` and `unit`, or neither", quota.name)
            })?;
        }
    }
    Ok(())
}

fn validate_profile(account: &Account, profile: &Profile) -> Result<(), AccountError> {
    let name = &profile.name;
    portable(name)?;
    if let Some(session) = &profile.sso_session {
        require(account.sso_sessions.iter().any(|known| &known.name == session), || {
            format!("profile `{name}` names the SSO session `{session}`, which is not declared")
        })?;
        require(profile.user.is_none(), || {
            format!("profile `{name}` has both an SSO session and a user; tools disagree on which wins")
        })?;
    }
    require(profile.sso_session.is_some() || (profile.account_id.is_none() && profile.role_name.is_none()), || {
        format!("profile `{name}` has a role but no SSO session")
    })?;
    if let Some(user) = &profile.user {
        let has_key = |(_, known): (_, &super::User)| &known.name == user && known.access_key_id.is_some();
        require(account.users().any(has_key), || {
            format!("profile `{name}` names the user `{user}`, which has no access key")
        })?;
    }
    Ok(())
}

/// Section names that the AWS CLI and the JavaScript and Rust SDKs all read.
fn portable(name: &str) -> Result<(), AccountError> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "_.@%+:/-".contains(character);
    require(!name.is_empty() && name.chars().all(allowed), || {
        format!("`{name}` is not a section name that all AWS tools read")
    })
}

fn require(holds: bool, message: impl FnOnce() -> String) -> Result<(), AccountError> {
    if holds { Ok(()) } else { Err(AccountError::Invalid(message())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_account_is_valid_and_complete() {
        let account = Account::default();
        assert!(account.regions.len() >= 15);
        assert_eq!(account.signer().name, "ada");
        assert_eq!(account.accounts[0].roles.len(), 2);
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let text = format!("colour = 1\n{}", super::super::EMBEDDED);
        let error = Account::from_toml(&text).expect_err("refused");
        assert!(error.to_string().contains("colour"), "{error}");
    }

    #[test]
    fn a_profile_of_an_undeclared_session_is_refused() {
        let text = super::super::EMBEDDED.replace("sso_session = \"work\"", "sso_session = \"play\"");
        let error = Account::from_toml(&text).expect_err("refused");
        assert!(error.to_string().contains("`play`"), "{error}");
    }

    #[test]
    fn an_unknown_operator_and_an_idle_fault_are_refused() {
        let policy = "[[service_control_policies]]\nname = \"x\"\n[[service_control_policies.statements]]\n\
                      effect = \"deny\"\nactions = [\"*\"]\ncondition = { Bool = { \"aws:x\" = \"true\" } }\n";
        for (more, expected) in [(policy, "`Bool`"), ("[[faults]]\noperation = \"Invoke*\"\n", "`Invoke*`")] {
            let text = format!("{}{more}", super::super::EMBEDDED);
            let error = Account::from_toml(&text).expect_err("refused");
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
