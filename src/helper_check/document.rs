//! What `awsCredentialExport` prints, read as Claude Code reads it. Pure.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::aws::credentials::Credentials;
use crate::helper_check::Finding;
use crate::helper_command::{UNUSABLE_DOCUMENT, guard_passes_on};

/// Lifetimes below this are not renewed ahead: keys that lived 15 minutes were renewed 5 minutes before their end, keys
/// that lived 5.5 minutes only once AWS refused them, and those in between were not told apart.
const SHORTEST_RENEWED: SignedDuration = SignedDuration::from_mins(10);

const NO_VALUE: &str = "Error getting AWS credentials from awsCredentialExport (in settings or ~/.claude.json): \
    awsCredentialExport did not return a valid value";
const NOT_STS: &str = "Error getting AWS credentials from awsCredentialExport (in settings or ~/.claude.json): \
    awsCredentialExport did not return valid AWS STS output structure";
const NOT_JSON: &str =
    "Error getting AWS credentials from awsCredentialExport (in settings or ~/.claude.json): JSON Parse error: …";

/// A credentials document Claude Code takes.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its form.
    pub form: Form,
    /// The keys in it. Without a readable `Expiration` they end at once.
    pub credentials: Credentials,
    /// What it says of their end.
    pub expiration: Expiration,
    /// Whether what `setup` puts around a script of the user's own passes it on.
    pub is_passed_on: bool,
}

/// The two forms Claude Code takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `{"Credentials": {…}}`, as `aws sts assume-role` prints it.
    Nested,
    /// `{"Version": 1, …}`, as `credential_process` wants it.
    Flat,
}

/// What a document says of the keys' end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiration {
    /// Nothing.
    Absent,
    /// Something that is not an RFC 3339 time.
    Unreadable,
    /// A moment.
    At(Timestamp),
}

impl Document {
    /// Reads what a command printed.
    ///
    /// # Errors
    /// What Claude Code cannot read, with what it says then.
    pub fn parse(printed: &str, now: Timestamp) -> Result<Self, Finding> {
        if printed.trim().is_empty() {
            return Err(no_value("empty-output", "it printed nothing"));
        }
        let value: Value = serde_json::from_str(printed.trim()).map_err(|_| not_json(printed))?;
        let no_keys = |message: String| {
            Finding::problem("wrong-shape", message).claude_code_says(NOT_STS).hint(
                "print `{\"Credentials\": {\"AccessKeyId\": …, \"SecretAccessKey\": …, \"SessionToken\": …, \
                 \"Expiration\": …}}`, as `aws sts assume-role` does",
            )
        };
        let object = value.as_object().ok_or_else(|| no_keys("it printed JSON that is not an object".into()))?;
        let (form, keys) = match object.get("Credentials") {
            Some(Value::Object(nested)) => (Form::Nested, nested),
            Some(_) => return Err(no_keys("its `Credentials` is not an object".into())),
            None => (Form::Flat, object),
        };
        let text = |name: &str| {
            let found = keys.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            found.map(str::to_owned).ok_or_else(|| no_keys(absence(keys, name)))
        };
        let expiration = Expiration::of(keys.get("Expiration"));
        let credentials = Credentials {
            access_key_id: text("AccessKeyId")?,
            secret_access_key: text("SecretAccessKey")?.into(),
            session_token: text("SessionToken")?.into(),
            expiration: match expiration {
                Expiration::At(end) => end,
                Expiration::Absent | Expiration::Unreadable => now,
            },
        };
        Ok(Self { form, credentials, expiration, is_passed_on: guard_passes_on(printed) })
    }

    /// Whether it is the one that stands in for credentials that could not be had.
    #[must_use]
    pub fn is_unusable(&self) -> bool {
        UNUSABLE_DOCUMENT.contains(&format!("\"AccessKeyId\":\"{}\"", self.credentials.access_key_id))
    }
}

fn absence(keys: &Map<String, Value>, name: &str) -> String {
    match keys.get(name) {
        None => format!("its document has no `{name}`"),
        Some(Value::String(_)) => format!("the `{name}` in its document is empty"),
        Some(_) => format!("the `{name}` in its document is not a string"),
    }
}

/// The finding of a command that gave no value at all.
#[must_use]
pub fn no_value(code: &'static str, message: impl Into<String>) -> Finding {
    Finding::problem(code, message).claude_code_says(NO_VALUE)
}

fn not_json(printed: &str) -> Finding {
    let finding = Finding::problem("not-json", "what it printed is not JSON").claude_code_says(NOT_JSON);
    match printed.find('{') {
        Some(at) if !printed[..at].trim().is_empty() => {
            finding.hint("something stands before the document; print messages to standard error instead")
        }
        _ => finding.hint("print the credentials document to standard output, and nothing else"),
    }
}

impl Expiration {
    fn of(value: Option<&Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Absent,
            Some(Value::String(text)) => text.parse().map_or(Self::Unreadable, Self::At),
            Some(_) => Self::Unreadable,
        }
    }

    /// What Claude Code makes of it, in a sentence.
    #[must_use]
    pub fn consequence(self, now: Timestamp) -> &'static str {
        match self {
            Self::Absent | Self::Unreadable => {
                "Claude Code cannot know when to renew: the command runs again once AWS refuses the keys, or after long"
            }
            Self::At(end) if end <= now => "Claude Code uses the keys all the same, until AWS refuses them",
            Self::At(end) if end.duration_since(now) < SHORTEST_RENEWED => {
                "too short for Claude Code to renew ahead: the keys are used until AWS refuses them"
            }
            Self::At(_) => {
                "Claude Code renews 5 minutes before; the request that finds them near their end still uses the old keys"
            }
        }
    }

    /// What deserves a look about it.
    #[must_use]
    pub fn finding(self, now: Timestamp) -> Option<Finding> {
        let consequence = self.consequence(now);
        let finding = |code, message: &str| Some(Finding::warning(code, format!("{message}: {consequence}")));
        match self {
            Self::Absent => finding("no-expiration", "its document has no `Expiration`"),
            Self::Unreadable => finding("unreadable-expiration", "the `Expiration` is not an RFC 3339 time"),
            Self::At(end) if end <= now => finding("past-expiration", "the `Expiration` has passed"),
            Self::At(end) if end.duration_since(now) < SHORTEST_RENEWED => {
                finding("short-expiration", "the `Expiration` is less than 10 minutes away")
            }
            Self::At(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn nested(more: &str) -> String {
        format!(r#"{{"Credentials":{{"AccessKeyId":"ASIA1","SecretAccessKey":"s","SessionToken":"t"{more}}}}}"#)
    }

    #[test]
    fn both_forms_are_read() {
        let flat = r#" {"Version":1,"AccessKeyId":"ASIA1","SecretAccessKey":"s","SessionToken":"t"}"#;
        assert_eq!(Document::parse(flat, NOW).expect("keys").form, Form::Flat);
        let document = Document::parse(&nested(""), NOW).expect("keys");
        assert_eq!((document.form, document.expiration), (Form::Nested, Expiration::Absent));
        assert!(!document.is_unusable());
        assert!(Document::parse(UNUSABLE_DOCUMENT, NOW).expect("keys").is_unusable());
    }

    #[test]
    fn what_claude_code_refuses_is_refused_with_its_own_words_and_without_what_was_printed() {
        let no_token = r#"{"AccessKeyId":"SECRETish","SecretAccessKey":"SECRETish"}"#;
        let empty_token = no_token.replace('}', r#","SessionToken":""}"#);
        for (printed, code, says) in [
            ("", "empty-output", NO_VALUE),
            (" \n", "empty-output", NO_VALUE),
            ("SECRETish", "not-json", NOT_JSON),
            ("SECRETish\n{}", "not-json", NOT_JSON),
            ("{} SECRETish", "not-json", NOT_JSON),
            ("[\"SECRETish\"]", "wrong-shape", NOT_STS),
            (r#"{"Credentials":"SECRETish"}"#, "wrong-shape", NOT_STS),
            (no_token, "wrong-shape", NOT_STS),
            (&empty_token, "wrong-shape", NOT_STS),
        ] {
            let finding = Document::parse(printed, NOW).expect_err(printed);
            assert_eq!((finding.code, finding.claude_code_says), (code, Some(says)), "{printed}");
            assert!(finding.is_problem() && !format!("{finding:?}").contains("SECRET"), "{finding:?}");
        }
    }

    #[test]
    fn the_end_is_judged_by_what_claude_code_makes_of_it() {
        for (expiration, code) in [
            ("", Some("no-expiration")),
            (r#","Expiration":"1969-12-31T23:59:59Z""#, Some("past-expiration")),
            (r#","Expiration":"1970-01-01T00:09:59.5+00:00""#, Some("short-expiration")),
            (r#","Expiration":"1970-01-01T00:10:00Z""#, None),
            (r#","Expiration":"tomorrow""#, Some("unreadable-expiration")),
            (r#","Expiration":12"#, Some("unreadable-expiration")),
        ] {
            let document = Document::parse(&nested(expiration), NOW).expect("keys");
            let finding = document.expiration.finding(NOW);
            assert_eq!(finding.as_ref().map(|finding| finding.code), code, "{expiration}");
            assert!(finding.is_none_or(|finding| !finding.is_problem()));
        }
    }
}
