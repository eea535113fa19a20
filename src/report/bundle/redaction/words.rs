//! What looks like somebody's or like a secret, told word by word.

use super::{HIDDEN, Kind, Redactor};

/// The signs that part words. A colon, a slash, an equals sign and an `@` do not, for addresses hold them.
const PARTING: &str = "\"'`<>()[]{},;|\\";

/// The ends of host names that are anybody's: AWS, Claude, where programs are documented, and this machine.
const PUBLIC_HOSTS: [&str; 13] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "aws.amazon.com",
    "amazon.com",
    "anthropic.com",
    "claude.com",
    "claude.ai",
    "github.com",
    "json-schema.org",
    "schemastore.org",
    "localhost",
];

/// The ends of the hosts at which IAM Identity Center is entered.
const START_HOSTS: [&str; 2] = [".awsapps.com", ".app.aws"];

/// The beginnings of keys and tokens: AWS's of long and short life, Bedrock's and Anthropic's keys, web tokens, tokens
/// of IAM Identity Center, GitHub's.
const SECRETS: [&str; 12] = [
    "AKIA",
    "ASIA",
    "AROA",
    "AIDA",
    "ABSK",
    "bedrock-api-key-",
    "eyJ",
    "aoa",
    "sk-ant-",
    "ghp_",
    "github_pat_",
    "Atza|",
];

/// A word with the beginning of a secret is one from this length on.
const SECRET_WORD: usize = 16;

/// What is as long as this and mixes letters and digits without order is a secret; so long is a secret access key.
const RANDOM_WORD: usize = 40;

/// So many hexadecimal digits are a digest.
const DIGEST: usize = 32;

/// The folders that hold the homes of users.
const HOMES: [&str; 3] = ["/home/", "/Users/", "\\Users\\"];

const ACCOUNT_DIGITS: usize = 12;

/// Adds a text to another, its words redacted.
pub(super) fn redact(redactor: &mut Redactor, text: &str, redacted: &mut String) {
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|sign: char| sign.is_whitespace() || PARTING.contains(sign)).unwrap_or(rest.len());
        word(redactor, &rest[..end], redacted);
        rest = &rest[end..];
        if let Some(sign) = rest.chars().next() {
            redacted.push(sign);
            rest = &rest[sign.len_utf8()..];
        }
    }
}

fn word(redactor: &mut Redactor, word: &str, redacted: &mut String) {
    // What ends a sentence belongs to no address.
    let core = word.trim_end_matches(['.', ':', '!', '?', '…']);
    let (start, value) = match core.split_once('=') {
        Some((name, value)) if !core.contains("://") && !value.is_empty() => (&core[..=name.len()], value),
        _ => ("", core),
    };
    redacted.push_str(start);
    redacted.push_str(&replaced(redactor, value));
    redacted.push_str(&word[core.len()..]);
}

fn replaced(redactor: &mut Redactor, word: &str) -> String {
    if is_secret(word) {
        return HIDDEN.to_owned();
    }
    if word.starts_with("arn:") {
        return arn(redactor, word);
    }
    if let Some((scheme, rest)) = word.split_once("://") {
        return address(redactor, word, scheme, rest);
    }
    if is_email(word) {
        return redactor.placeholder(Kind::Email, &word.to_ascii_lowercase());
    }
    if START_HOSTS.iter().any(|end| host_of(word).ends_with(end)) {
        return redactor.placeholder(Kind::StartUrl, &start_url(word).to_ascii_lowercase());
    }
    numbers(redactor, word)
}

fn is_secret(word: &str) -> bool {
    let is_token = |sign: char| sign.is_ascii_alphanumeric() || "+/=_-.|".contains(sign);
    if word.len() >= SECRET_WORD && SECRETS.iter().any(|start| word.starts_with(start)) && word.chars().all(is_token) {
        return true;
    }
    let is_random = |sign: char| sign.is_ascii_alphanumeric() || "+/=_-".contains(sign);
    let has = |wanted: fn(&char) -> bool| word.chars().any(|sign| wanted(&sign));
    word.len() >= RANDOM_WORD
        && !word.starts_with(['/', '~'])
        && word.chars().all(is_random)
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_digit)
        && word.split(['/', '-', '_']).any(|part| part.len() > DIGEST / 2)
}

fn is_email(word: &str) -> bool {
    let Some((local, domain)) = word.split_once('@') else { return false };
    let is_plain = |text: &str| text.chars().all(|sign| sign.is_alphanumeric() || "._+-".contains(sign));
    !local.is_empty() && domain.contains('.') && is_plain(local) && is_plain(domain)
}

/// The account of an ARN, and the name under which its role is used or which its user has.
fn arn(redactor: &mut Redactor, arn: &str) -> String {
    let mut parts: Vec<String> = arn.splitn(6, ':').map(str::to_owned).collect();
    if let [_, _, service, _, account, resource] = &mut parts[..] {
        if account.len() == ACCOUNT_DIGITS && account.bytes().all(|digit| digit.is_ascii_digit()) {
            *account = redactor.placeholder(Kind::Account, account);
        }
        let names_somebody = match service.as_str() {
            "sts" => resource.starts_with("assumed-role/") || resource.starts_with("federated-user/"),
            "iam" => resource.starts_with("user/"),
            _ => false,
        };
        if names_somebody && let Some((role, name)) = resource.rsplit_once('/') {
            *resource = format!("{role}/{}", name_of_somebody(redactor, name));
        }
        *resource = numbers(redactor, resource);
    }
    parts.join(":")
}

/// A name under which a role is used: often an address for mail.
pub(super) fn name_of_somebody(redactor: &mut Redactor, name: &str) -> String {
    if name.is_empty() || name == "*" {
        return name.to_owned();
    }
    if is_email(name) {
        return redactor.placeholder(Kind::Email, &name.to_ascii_lowercase());
    }
    redactor.placeholder(Kind::User, name)
}

fn address(redactor: &mut Redactor, word: &str, scheme: &str, rest: &str) -> String {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = host_of(authority);
    if host.is_empty() {
        // What stood there is replaced already.
        return format!("{scheme}://{}", numbers(redactor, rest));
    }
    if START_HOSTS.iter().any(|end| host.ends_with(end)) || host.starts_with("identitycenter.") {
        return format!("{scheme}://{}", redactor.placeholder(Kind::StartUrl, &start_url(word).to_ascii_lowercase()));
    }
    let port = authority.rsplit_once(':').map_or(String::new(), |(_, port)| format!(":{port}"));
    // Where a query leads nobody has to know, and it may hold anything.
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = numbers(redactor, path);
    if is_anybodys_host(&host) {
        return format!("{scheme}://{host}{port}{path}");
    }
    let host = redactor.placeholder(Kind::Host, &host);
    format!("{scheme}://{host}{port}{path}")
}

/// Whether a host's name says nothing about anybody.
pub(super) fn is_anybodys_host(host: &str) -> bool {
    let is_here = host.starts_with("127.") || host == "[::1]";
    let is_end = |end: &str| host.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    is_here || PUBLIC_HOSTS.iter().any(|end| is_end(end))
}

/// The host of an authority such as `name:secret@host:443`, in lower case.
pub(super) fn host_of(authority: &str) -> String {
    let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
    let host = authority[..end].rsplit('@').next().unwrap_or_default();
    let host = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
    host.to_ascii_lowercase()
}

/// A start URL without what is written at its end or not: `/`, `#`, `/#/`; and without its scheme.
pub(super) fn start_url(text: &str) -> &str {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    text.trim_end_matches(['/', '#'])
}

/// Account ids, digests and addresses of networks inside a word.
fn numbers(redactor: &mut Redactor, word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(sign) = rest.chars().next() {
        let run = &rest[..rest.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(rest.len())];
        let length = if let Some(length) = network_address(rest) {
            text.push_str(&redactor.placeholder(Kind::Address, &rest[..length]));
            length
        } else if let Some(length) = parted_account(rest) {
            let account: String = rest[..length].chars().filter(char::is_ascii_digit).collect();
            text.push_str(&redactor.placeholder(Kind::Account, &account));
            length
        } else if run.is_empty() {
            text.push(sign);
            sign.len_utf8()
        } else {
            if run.len() >= DIGEST && run.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                text.push_str(&redactor.placeholder(Kind::Digest, run));
            } else {
                accounts(redactor, run, &mut text);
            }
            run.len()
        };
        rest = &rest[length..];
    }
    text
}

/// Account ids among letters, as the percent signs of an address leave them.
fn accounts(redactor: &mut Redactor, run: &str, text: &mut String) {
    let mut rest = run;
    while let Some(first) = rest.bytes().next() {
        let is_digit = first.is_ascii_digit();
        let end = rest.find(|sign: char| sign.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        if is_digit && end == ACCOUNT_DIGITS {
            text.push_str(&redactor.placeholder(Kind::Account, &rest[..end]));
        } else {
            text.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
}

/// The users in whose homes the paths in a text lead.
pub(super) fn owners_of_homes(text: &str) -> impl Iterator<Item = &str> {
    HOMES.iter().flat_map(move |homes| {
        text.match_indices(homes).filter_map(move |(at, _)| {
            let name = &text[at + homes.len()..];
            let ends = |sign: char| sign.is_whitespace() || "/:".contains(sign) || PARTING.contains(sign);
            // A home folder that is called `home` itself holds `.claude`, which is nobody.
            name.split(ends).next().filter(|name| !name.is_empty() && !name.starts_with('.'))
        })
    })
}

/// The length of an account id written as `1111-2222-3333` at the beginning.
fn parted_account(text: &str) -> Option<usize> {
    const LENGTH: usize = ACCOUNT_DIGITS + 2;
    let bytes = text.as_bytes().get(..LENGTH)?;
    let is_one =
        bytes.iter().enumerate().all(|(at, byte)| if at % 5 == 4 { *byte == b'-' } else { byte.is_ascii_digit() });
    let ends = text.as_bytes().get(LENGTH).is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
    (is_one && ends).then_some(LENGTH)
}

/// The length of an IPv4 address at the beginning, unless it is this machine's own for itself.
fn network_address(text: &str) -> Option<usize> {
    let end = text.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(text.len());
    let address: std::net::Ipv4Addr = text[..end].trim_end_matches('.').parse().ok()?;
    let is_anybodys = address.is_loopback() || address.is_unspecified() || address.is_link_local();
    (!is_anybodys).then_some(text[..end].trim_end_matches('.').len())
}
