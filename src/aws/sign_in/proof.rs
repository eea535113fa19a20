//! The proof key of RFC 7636 and the state of RFC 6749: unguessable texts of one sign-in.

use aws_smithy_types::base64;
use sha2::{Digest, Sha256};

/// What only this sign-in knows.
pub(super) struct Proof {
    /// Sent with the token request.
    pub(super) verifier: String,
    /// Sent with the authorization request: the verifier's hash.
    pub(super) challenge: String,
    /// Must come back with the code.
    pub(super) state: String,
}

impl Proof {
    /// Fresh random texts; `None` when the operating system has no randomness to give.
    pub(super) fn new() -> Option<Self> {
        let verifier = random_text()?;
        let challenge = url_safe(&Sha256::digest(verifier.as_bytes()));
        Some(Self { verifier, challenge, state: random_text()? })
    }
}

fn random_text() -> Option<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(url_safe(&bytes))
}

/// Base64 with the alphabet for addresses and without padding (RFC 4648, section 5).
fn url_safe(bytes: &[u8]) -> String {
    base64::encode(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_specification() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(url_safe(&Sha256::digest(verifier)), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn no_two_are_alike() {
        let (one, two) = (Proof::new().expect("randomness"), Proof::new().expect("randomness"));
        assert_eq!(one.verifier.len(), 43);
        assert!(one.verifier != two.verifier && one.state != two.state && one.state != one.verifier);
    }
}
