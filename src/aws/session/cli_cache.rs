//! The role credentials that the AWS CLI keeps in `~/.aws/cli/cache`: they outlive a sign-out for up to their own life.

use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};

use crate::aws::profile::SsoProfile;
use crate::aws::sign_in::registration::python_json;
use crate::world::World;

/// Where the AWS CLI keeps the credentials of an SSO profile's role: the hash of a JSON text in Python's own spelling,
/// keys sorted and nothing between them.
pub(super) fn path(world: &World, sso: &SsoProfile) -> PathBuf {
    let (account, role) = (python_json(&sso.account_id), python_json(&sso.role_name));
    let last = match &sso.session_name {
        Some(session) => format!(r#""sessionName":{}"#, python_json(session)),
        None => format!(r#""startUrl":{}"#, python_json(&sso.start_url)),
    };
    let text = format!(r#"{{"accountId":{account},"roleName":{role},{last}}}"#);
    world.below_home(Path::new(".aws/cli/cache").join(format!("{:x}.json", Sha1::digest(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_as_the_aws_cli_names_them() {
        let legacy = SsoProfile {
            session_name: None,
            start_url: "https://d-1234567890.awsapps.com/start".into(),
            region: "us-east-1".into(),
            account_id: "111122223333".into(),
            role_name: "Dev".into(),
            registration_scopes: Vec::new(),
            token_cache_key: String::new(),
            found_by_claude_code: true,
        };
        let session = SsoProfile { session_name: Some("corp".into()), ..legacy.clone() };
        let cache = Path::new("/h/.aws/cli/cache");
        let world = World::with_variables([("HOME", "/h")], Path::new("/"));
        assert_eq!(path(&world, &session), cache.join("20985b56d713cfd135648cadc68a6115ca80d9a5.json"));
        assert_eq!(path(&world, &legacy), cache.join("c6fe85c6f8f1f89024ff7c15c4d3145259b2cc81.json"));
    }
}
