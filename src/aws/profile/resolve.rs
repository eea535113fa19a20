//! The order in which the JavaScript SDK tries a profile's sources of
//! credentials, from its `resolveProfileData` and `fromSSO`.

use super::{AssumeRole, Gap, Profile, ProfileFiles, ProfileKind, RoleSource, SsoProfile, SsoSession, StaticKeys};

const ACCESS_KEY_ID: &str = "aws_access_key_id";
const SECRET_ACCESS_KEY: &str = "aws_secret_access_key";
const SESSION_TOKEN: &str = "aws_session_token";
const SSO_ACCOUNT_ID: &str = "sso_account_id";
const SSO_REGION: &str = "sso_region";
const SSO_ROLE_NAME: &str = "sso_role_name";
const SSO_SESSION: &str = "sso_session";
const SSO_START_URL: &str = "sso_start_url";

impl Profile {
    /// Determines where the SDK gets this profile's credentials from; the
    /// files supply the session that it may name.
    #[must_use]
    pub fn kind(&self, files: &ProfileFiles) -> ProfileKind {
        let sources = [Self::assumed_role, Self::key_pair, Self::web_identity, Self::process];
        if let Some(kind) = sources.iter().find_map(|source| source(self)) {
            return kind;
        }
        if let Some(sso) = self.sso(files) {
            return sso.unwrap_or_else(|reason| ProfileKind::Incomplete { reason });
        }
        if let Some(session) = self.text("login_session") {
            return ProfileKind::Login { session };
        }
        match self.gap() {
            Some(reason) => ProfileKind::Incomplete { reason },
            None => ProfileKind::None,
        }
    }

    fn assumed_role(&self) -> Option<ProfileKind> {
        let role_arn = self.text("role_arn")?;
        let source = match (self.text("source_profile"), self.text("credential_source")) {
            (Some(profile), None) => RoleSource::Profile(profile),
            (None, Some(source)) => RoleSource::Credentials(source),
            _ => return None,
        };
        Some(ProfileKind::AssumeRole(AssumeRole {
            role_arn,
            source,
            session_name: self.text("role_session_name"),
            external_id: self.text("external_id"),
            mfa_serial: self.text("mfa_serial"),
            duration_seconds: self.text("duration_seconds"),
        }))
    }

    /// Returns the key pair of the files. Of a profile that is the source of
    /// another's role it is tried first, before a role of its own.
    #[must_use]
    pub fn static_keys(&self) -> Option<StaticKeys> {
        Some(StaticKeys::new(self.text(ACCESS_KEY_ID)?, self.text(SECRET_ACCESS_KEY)?, self.text(SESSION_TOKEN)))
    }

    fn key_pair(&self) -> Option<ProfileKind> {
        self.static_keys().map(ProfileKind::StaticKeys)
    }

    fn web_identity(&self) -> Option<ProfileKind> {
        Some(ProfileKind::WebIdentity {
            role_arn: self.text("role_arn")?,
            token_file: self.text("web_identity_token_file")?,
            session_name: self.text("role_session_name"),
        })
    }

    fn process(&self) -> Option<ProfileKind> {
        let command = self.text("credential_process")?;
        Some(ProfileKind::Process { command })
    }

    /// Returns none if the profile has no SSO key at all; a single one commits
    /// the SDK to SSO.
    fn sso(&self, files: &ProfileFiles) -> Option<Result<ProfileKind, Gap>> {
        const KEYS: [&str; 4] = [SSO_START_URL, SSO_REGION, SSO_ACCOUNT_ID, SSO_ROLE_NAME];
        let session_name = self.text(SSO_SESSION);
        if session_name.is_none() && KEYS.iter().all(|key| self.get(key).is_none()) {
            return None;
        }
        let session = match &session_name {
            None => None,
            Some(name) => match files.sso_session(name) {
                Some(session) => Some(session),
                None => return Some(Err(Gap::NoSuchSession(name.clone()))),
            },
        };
        let values = KEYS.map(|key| match session {
            // What the session lacks, the profile cannot make up for.
            Some(session) if [SSO_START_URL, SSO_REGION].contains(&key) => session.get(key),
            _ => self.get(key),
        });
        let [Some(start_url), Some(region), Some(account_id), Some(role_name)] = values else {
            let keys = KEYS.iter().zip(values);
            let missing = keys.filter(|(_, value)| value.is_none());
            return Some(Err(Gap::SsoKeys(missing.map(|(key, _)| *key).collect())));
        };
        let profile = SsoProfile {
            token_cache_key: session_name.clone().unwrap_or(start_url.text.clone()),
            session_name,
            start_url: start_url.text.clone(),
            region: region.text.clone(),
            account_id: account_id.text.clone(),
            role_name: role_name.text.clone(),
            registration_scopes: session.map(SsoSession::registration_scopes).unwrap_or_default(),
            found_by_claude_code: self.found_by_claude_code
                && session.is_none_or(|session| session.found_by_claude_code),
        };
        Some(Ok(match session {
            Some(_) => ProfileKind::Sso(profile),
            None => ProfileKind::LegacySso(profile),
        }))
    }

    /// Explains why what is there amounts to no source.
    fn gap(&self) -> Option<Gap> {
        let has = |key| self.get(key).is_some();
        if has("source_profile") && has("credential_source") {
            return Some(Gap::TwoRoleSources);
        }
        if has("role_arn") {
            return Some(Gap::NoRoleSource);
        }
        let halves = [
            (ACCESS_KEY_ID, SECRET_ACCESS_KEY),
            (SECRET_ACCESS_KEY, ACCESS_KEY_ID),
            ("source_profile", "role_arn"),
            ("credential_source", "role_arn"),
            ("web_identity_token_file", "role_arn"),
        ];
        let (present, missing) = *halves.iter().find(|(present, _)| has(present))?;
        Some(Gap::Pair { present, missing })
    }

    fn text(&self, key: &str) -> Option<String> {
        self.get(key).map(|value| value.text.clone())
    }
}
