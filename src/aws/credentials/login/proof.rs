//! Proof of possession (`DPoP`, RFC 9449): each request is signed with the key the sign-in was made with.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use aws_sdk_signin::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_signin::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_signin::error::BoxError;
use aws_smithy_types::base64;
use jiff::Timestamp;
use serde_json::json;

/// The bytes of a coordinate of a point on P-256.
const COORDINATE: usize = 32;

/// A P-256 key.
#[derive(Clone)]
pub(super) struct Key(Arc<EcdsaKeyPair>);

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(hidden)")
    }
}

impl Key {
    /// Reads the key from its PEM form, as the AWS CLI writes it: SEC 1 in `EC PRIVATE KEY`.
    pub(super) fn from_pem(pem: &str) -> Option<Self> {
        let body: String = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect();
        let der = base64::decode(body).ok()?;
        EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).ok().map(|pair| Self(Arc::new(pair)))
    }

    /// The proof for one request: a JWT signed with ES256.
    fn proof(&self, method: &str, url: &str, now: Timestamp) -> Option<String> {
        // The public key is an uncompressed point: a 4, then both coordinates.
        let point = self.0.public_key().as_ref();
        let (x, y) = point.get(1..)?.split_at_checked(COORDINATE)?;
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)});
        let header = json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk});
        let payload = json!({"jti": unique_id()?, "htm": method, "htu": url, "iat": now.as_second()});
        let message = format!("{}.{}", base64url(header.to_string()), base64url(payload.to_string()));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).ok()?;
        Some(format!("{message}.{}", base64url(signature)))
    }
}

/// A random UUID, version 4.
fn unique_id() -> Option<String> {
    let mut bytes = [0_u8; 16];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    Some([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    base64::encode(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// Adds the header `DPoP` to a request once its address is known.
#[derive(Debug)]
pub(super) struct Interceptor {
    key: Key,
    now: Timestamp,
}

impl Interceptor {
    /// Signs at the given time.
    pub(super) fn new(key: Key, now: Timestamp) -> Self {
        Self { key, now }
    }
}

impl Intercept for Interceptor {
    fn name(&self) -> &'static str {
        "ProofOfPossession"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let proof = self.key.proof(request.method(), request.uri(), self.now);
        let proof = proof.ok_or("the proof of possession could not be signed")?;
        request.headers_mut().insert("DPoP", proof);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::Value;

    use super::*;

    fn decoded(text: &str) -> Vec<u8> {
        let padding = "=".repeat((4 - text.len() % 4) % 4);
        base64::decode(text.replace('-', "+").replace('_', "/") + &padding).expect("base64url")
    }

    #[test]
    fn a_proof_verifies_with_the_key_it_carries() {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let key = Key(Arc::new(pair));
        let url = "https://us-east-1.signin.aws.amazon.com/v1/token";
        let proof = key.proof("POST", url, Timestamp::from_second(1_763_596_800).expect("a time")).expect("a proof");
        let (message, signature) = proof.rsplit_once('.').expect("three parts");
        let (header, payload) = message.split_once('.').expect("three parts");
        let header: Value = serde_json::from_slice(&decoded(header)).expect("JSON");
        let payload: Value = serde_json::from_slice(&decoded(payload)).expect("JSON");
        assert_eq!((&header["alg"], &header["typ"]), (&"ES256".into(), &"dpop+jwt".into()));
        assert_eq!(
            (&payload["htm"], &payload["htu"], &payload["iat"]),
            (&"POST".into(), &url.into(), &1_763_596_800_i64.into())
        );
        let coordinate = |name: &str| decoded(header["jwk"][name].as_str().expect("text"));
        let point = [&[4], &coordinate("x")[..], &coordinate("y")].concat();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        public.verify(message.as_bytes(), &decoded(signature)).expect("the signature of the message");
    }

    #[test]
    fn what_is_no_key_is_none() {
        for pem in ["", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----", "not base64 at all"] {
            assert!(Key::from_pem(pem).is_none(), "{pem}");
        }
    }
}
