//! Tokens that say themselves what they are: claims and a MAC made with the account's seed.
//!
//! A client keeps what it was issued on disk, and the next sandbox of the same account must
//! accept it; nothing about a token is stored on our side.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;

use crate::process;

const MAC_LENGTH: usize = 32;

/// What a token is for; a token of one kind is worthless as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An SSO access token.
    Access,
    /// An SSO refresh token.
    Refresh,
    /// The secret of a registered OIDC client.
    Client,
    /// An OAuth authorization code.
    Code,
    /// The session token of temporary AWS credentials.
    Session,
    /// A position in a list.
    Page,
    /// A token of another identity provider.
    WebIdentity,
    /// An authorization code of the sign-in service for developers.
    DeveloperCode,
    /// A refresh token of that service.
    DeveloperRefresh,
    /// The offer of a Marketplace agreement.
    Offer,
}

/// The claims of an SSO access or refresh token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignIn {
    pub(crate) session: String,
    pub(crate) person: String,
    pub(crate) client: String,
    /// How many times the sign-in was renewed; tells one refresh token from the next.
    pub(crate) generation: u64,
    /// When the sign-in began.
    pub(crate) started: Timestamp,
    /// When this token was issued.
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
    pub(crate) session_expires: Timestamp,
}

/// The claims of a client secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) expires: Timestamp,
    pub(crate) redirect_uris: Vec<String>,
    /// What it may ask for. Without any, its sign-ins cannot be renewed.
    pub(crate) scopes: Vec<String>,
    /// The only grants it may use; all when there are none.
    pub(crate) grant_types: Vec<String>,
}

impl Client {
    pub(crate) fn may_use(&self, grant_type: &str) -> bool {
        self.grant_types.is_empty() || self.grant_types.iter().any(|known| known == grant_type)
    }

    /// Whether its sign-ins come with a refresh token.
    pub(crate) fn renews(&self) -> bool {
        !self.scopes.is_empty() && self.may_use("refresh_token")
    }
}

/// The claims of an authorization code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) id: String,
    pub(crate) person: String,
    pub(crate) client: String,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
    pub(crate) expires: Timestamp,
}

/// Whom temporary credentials belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Holder {
    /// A person in a permission set's role.
    Role { account: String, role: String, person: String },
    /// An IAM user.
    User { account: String, user: String },
    /// Whoever assumed an IAM role.
    Assumed { account: String, role: String, session: String },
    /// A named session of an IAM user, limited by a policy document; without one nothing is allowed.
    Federated { account: String, user: String, name: String, policy: Option<String> },
}

/// The claims of a session token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) holder: Holder,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
    pub(crate) nonce: String,
}

/// Temporary AWS credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
}

/// Makes and opens the tokens of one account.
#[derive(Debug)]
pub(crate) struct Mint {
    seed: Vec<u8>,
    issued: AtomicU64,
}

impl Kind {
    const fn label(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Client => "client",
            Self::Code => "code",
            Self::Session => "session",
            Self::Page => "page",
            Self::WebIdentity => "web identity",
            Self::DeveloperCode => "developer code",
            Self::DeveloperRefresh => "developer refresh",
            Self::Offer => "offer",
        }
    }

    /// The beginning real tokens of the kind have.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Access => "aoa",
            Self::Refresh => "aor",
            _ => "",
        }
    }
}

impl Mint {
    pub(crate) fn new(seed: &str) -> Self {
        Self { seed: seed.as_bytes().to_vec(), issued: AtomicU64::new(0) }
    }

    pub(crate) fn seal<Claims: Serialize>(&self, kind: Kind, claims: &Claims) -> String {
        let json = serde_json::to_vec(claims).expect("claims are plain data");
        let mut sealed = self.mac(kind.label(), &json).to_vec();
        sealed.extend_from_slice(&json);
        let text = match kind {
            // Session tokens hold `+`, `/` and `=` on AWS too, which is what clients mis-encode.
            Kind::Session => BASE64_STANDARD.encode(sealed),
            _ => BASE64_URL_SAFE_NO_PAD.encode(sealed),
        };
        format!("{}{text}", kind.prefix())
    }

    /// Returns the claims of a token of ours, expired or not; whoever asks checks the time.
    pub(crate) fn open<Claims: DeserializeOwned>(&self, kind: Kind, token: &str) -> Option<Claims> {
        let text = token.strip_prefix(kind.prefix())?;
        let sealed = match kind {
            Kind::Session => BASE64_STANDARD.decode(text),
            _ => BASE64_URL_SAFE_NO_PAD.decode(text),
        };
        let sealed = sealed.ok()?;
        let (mac, json) = sealed.split_at_checked(MAC_LENGTH)?;
        if mac != self.mac(kind.label(), json) {
            return None;
        }
        serde_json::from_slice(json).ok()
    }

    /// Makes the credentials of a new session.
    pub(crate) fn credentials(&self, holder: Holder, issued: Timestamp, expires: Timestamp) -> Credentials {
        let claims = Session { holder, issued, expires, nonce: self.nonce() };
        self.credentials_of(self.seal(Kind::Session, &claims))
    }

    /// Derives the key id and the secret that go with a session token.
    pub(crate) fn credentials_of(&self, session_token: String) -> Credentials {
        let secret = self.mac("secret access key", session_token.as_bytes());
        Credentials {
            access_key_id: format!("ASIA{}", self.letters("access key id", &session_token, 16)),
            secret_access_key: BASE64_STANDARD.encode(secret).chars().take(40).collect(),
            session_token,
        }
    }

    /// Derives upper-case letters and digits, as AWS's unique ids are made of.
    pub(crate) fn letters(&self, purpose: &str, text: &str, length: usize) -> String {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        self.mac(purpose, text.as_bytes())
            .iter()
            .take(length)
            .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
            .collect()
    }

    /// Derives lower-case hexadecimal digits.
    pub(crate) fn hexadecimal(&self, purpose: &str, text: &str, length: usize) -> String {
        let digest = crate::sigv4::hexadecimal(&self.mac(purpose, text.as_bytes()));
        digest.chars().take(length).collect()
    }

    /// Makes a request id, in the form AWS gives it.
    pub(crate) fn request_id(&self) -> String {
        let digits = self.nonce();
        let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
        parts.join("-")
    }

    /// Makes a text that no other call has made, in this process or in another.
    pub(crate) fn nonce(&self) -> String {
        let moment = format!(
            "{} {} {}",
            process::now().as_nanosecond(),
            std::process::id(),
            self.issued.fetch_add(1, Ordering::Relaxed)
        );
        self.hexadecimal("nonce", &moment, 32)
    }

    fn mac(&self, purpose: &str, message: &[u8]) -> [u8; MAC_LENGTH] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.seed).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder() -> Holder {
        Holder::User { account: "111122223333".to_owned(), user: "builder".to_owned() }
    }

    #[test]
    fn another_mint_of_the_same_seed_opens_what_the_first_sealed() {
        let issued = Mint::new("seed").credentials(holder(), Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
        let other = Mint::new("seed");
        let claims: Session = other.open(Kind::Session, &issued.session_token).expect("ours");
        assert_eq!(claims.holder, holder());
        assert_eq!(other.credentials_of(issued.session_token.clone()), issued);
        assert_eq!(issued.access_key_id.len(), 20);
        assert_eq!(issued.secret_access_key.len(), 40);
    }

    #[test]
    fn a_token_is_of_one_seed_and_one_kind() {
        let token = Mint::new("seed").seal(Kind::Page, &7);
        assert_eq!(Mint::new("seed").open(Kind::Page, &token), Some(7));
        assert_eq!(Mint::new("other").open::<u64>(Kind::Page, &token), None);
        assert_eq!(Mint::new("seed").open::<u64>(Kind::Code, &token), None);
        assert_eq!(Mint::new("seed").open::<u64>(Kind::Page, "x"), None);
    }

    #[test]
    fn no_two_credentials_are_the_same() {
        let mint = Mint::new("seed");
        let one = mint.credentials(holder(), Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
        assert_ne!(one, mint.credentials(holder(), Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH));
    }
}
