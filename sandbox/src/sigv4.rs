//! Signature Version 4, from the verifier's side.
//!
//! Written from AWS's description and checked against its published test vectors, so that a
//! client's signing is judged by something that is not that client's code.

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::request::Request;

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The pseudo-header that names the host in HTTP/2.
pub(crate) const AUTHORITY: &str = ":authority";

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// The credential scope: what a signing key is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) date: String,
    pub(crate) region: String,
    pub(crate) service: String,
}

/// A parsed `Authorization` header, or the same from a presigned query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authorization {
    pub(crate) access_key_id: String,
    pub(crate) scope: Scope,
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
}

impl Scope {
    fn text(&self) -> String {
        let Self { date, region, service } = self;
        format!("{date}/{region}/{service}/aws4_request")
    }
}

impl Authorization {
    /// Reads `AWS4-HMAC-SHA256 Credential=.., SignedHeaders=.., Signature=..`.
    pub(crate) fn from_header(header: &str) -> Option<Self> {
        let fields = header.strip_prefix(ALGORITHM)?.trim_start();
        let field = |name: &str| fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='));
        Self::from_fields(field("Credential")?, field("SignedHeaders")?, field("Signature")?)
    }

    pub(crate) fn from_fields(credential: &str, signed_headers: &str, signature: &str) -> Option<Self> {
        let mut parts = credential.split('/');
        let mut part = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
        let access_key_id = part()?;
        let scope = Scope { date: part()?, region: part()?, service: part()? };
        if part()? != "aws4_request" || part().is_some() {
            return None;
        }
        Some(Self {
            access_key_id,
            scope,
            signed_headers: signed_headers.split(';').map(str::to_owned).collect(),
            signature: signature.to_owned(),
        })
    }

    /// Computes the signature that a holder of the secret gives the canonical request.
    pub(crate) fn expected_signature(&self, secret: &str, timestamp: &str, canonical_request: &str) -> String {
        let scope = self.scope.text();
        let digest = digest(canonical_request.as_bytes());
        let string_to_sign = format!("{ALGORITHM}\n{timestamp}\n{scope}\n{digest}");
        let Scope { date, region, service } = &self.scope;
        let key = mac(format!("AWS4{secret}").as_bytes(), date);
        let key = mac(&mac(&mac(&key, region), service), "aws4_request");
        hexadecimal(&mac(&key, &string_to_sign))
    }
}

/// Builds the canonical form of a request signed in its header.
///
/// The path is encoded once more than it was sent, which is the rule of every service but S3.
pub(crate) fn canonical_request(request: &Request, signed_headers: &[String], payload_hash: &str) -> String {
    let path = utf8_percent_encode(&request.path, PATH);
    let query = canonical_query(&request.query);
    let headers: Vec<String> =
        signed_headers.iter().map(|name| format!("{name}:{}\n", canonical_header(request, name))).collect();
    let headers = headers.concat();
    let names = signed_headers.join(";");
    let method = request.method.as_str();
    format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{payload_hash}")
}

/// Sorts a query by encoded name, then value, in the one encoding signatures know.
pub(crate) fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> =
        query_pairs(query).map(|(name, value)| (encode(&name), encode(&value))).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// Splits and decodes a query.
pub(crate) fn query_pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        (decode(name), decode(value))
    })
}

/// Hashes to lower-case hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Writes bytes as lower-case hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;

    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes everything");
        text
    })
}

fn canonical_header(request: &Request, name: &str) -> String {
    // What HTTP/2 calls the host, the JavaScript SDK signs by that name.
    let name = if name == AUTHORITY { "host" } else { name };
    let values: Vec<String> = request
        .headers
        .get_all(name)
        .iter()
        .map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect();
    values.join(",")
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

fn mac(key: &[u8], message: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const DATE: &str = "20150830T123600Z";

    fn sign(request: &Request) -> String {
        let authorization = Authorization::from_header(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=x",
        )
        .expect("well formed");
        let canonical = canonical_request(request, &authorization.signed_headers, &digest(&request.body));
        authorization.expected_signature(SECRET, DATE, &canonical)
    }

    fn vector(method: &str, path: &str, query: &str) -> Request {
        let headers = [("host", "example.amazonaws.com"), ("x-amz-date", DATE)];
        Request::for_test(method, path, query, &headers)
    }

    // The vectors `get-vanilla`, `post-vanilla` and `get-vanilla-query-order-key-case` of AWS's suite.
    #[test]
    fn signatures_are_those_of_the_published_vectors() {
        let get = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
        assert_eq!(sign(&vector("GET", "/", "")), get);
        let post = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
        assert_eq!(sign(&vector("POST", "/", "")), post);
        let query = "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500";
        assert_eq!(sign(&vector("GET", "/", "Param2=value2&Param1=value1")), query);
    }

    #[test]
    fn the_host_of_http_2_is_signed_by_its_own_name() {
        let request = vector("GET", "/", "");
        let canonical = canonical_request(&request, &[AUTHORITY.to_owned()], "");
        assert!(canonical.contains("\n:authority:example.amazonaws.com\n\n:authority\n"), "{canonical}");
    }

    #[test]
    fn a_path_is_encoded_once_more() {
        let canonical = canonical_request(&vector("POST", "/model/a-v1%3A0/invoke", ""), &[], "");
        assert!(canonical.starts_with("POST\n/model/a-v1%253A0/invoke\n"), "{canonical}");
        let canonical = canonical_request(&vector("POST", "/model/a-v1:0/invoke", ""), &[], "");
        assert!(canonical.starts_with("POST\n/model/a-v1%3A0/invoke\n"), "{canonical}");
    }

    #[test]
    fn malformed_headers_are_not_read() {
        assert_eq!(Authorization::from_header("Bearer x"), None);
        assert_eq!(
            Authorization::from_header("AWS4-HMAC-SHA256 Credential=A/B/C, SignedHeaders=host, Signature=x"),
            None
        );
    }
}
