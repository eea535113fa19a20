//! Pairs of AWS files that chance puts together.

/// The text of a config and of a credentials file; none for a file that is not there.
pub(super) type Pair = (Option<Vec<u8>>, Option<Vec<u8>>);

/// Chance that is the same in every run (`SplitMix64`).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("below a usize")
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const BLANKS: [&str; 14] = [
    " ", "\t", "  ", "\u{a0}", "\u{2003}", "\u{feff}", "\u{85}", "\u{b}", "\u{c}", "\u{2028}", "\u{1680}", "\u{1c}",
    "\u{200b}", "\r",
];
const NAMES: [&str; 31] = [
    "a",
    "dev",
    "Dev",
    "default",
    "x.y",
    "a@b",
    "a+b%c:d/e",
    "my dev",
    "my dev box",
    "bob's",
    "é",
    "名",
    "s p",
    "corp",
    "",
    "-",
    "_",
    "a!b",
    "a#b",
    "a;b",
    "\"q\"",
    "'q'",
    "profile",
    "sso-session",
    "1",
    ".",
    "a.",
    "a\\ b",
    "a]b",
    "[a",
    "a=b",
];
const PREFIXES: [&str; 17] = [
    "profile",
    "profile",
    "profile",
    "profile",
    "profile",
    "sso-session",
    "sso-session",
    "services",
    "Profile",
    "plugins",
    "SSO-Session",
    "profile.",
    "profilex",
    "",
    "sso_session",
    "default",
    "DEFAULT",
];
const KEYS: [&str; 32] = [
    "region",
    "REGION",
    "sso_session",
    "sso_session",
    "sso_start_url",
    "sso_region",
    "sso_account_id",
    "sso_role_name",
    "sso_registration_scopes",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "role_arn",
    "source_profile",
    "credential_source",
    "credential_process",
    "web_identity_token_file",
    "login_session",
    "output",
    "k",
    "a b",
    "s3",
    "endpoint_url",
    "é",
    "a.b",
    "#k",
    ";k",
    "[k",
    "[k]",
    "\"k\"",
    "a#b",
    "",
];
const VALUES: [&str; 28] = [
    "us-east-1",
    "x",
    "corp",
    "corp",
    "s p",
    "a",
    "dev",
    "https://d-1.awsapps.com/start",
    "111122223333",
    "Dev",
    "",
    "",
    "x=y",
    "x # c",
    "x ; c",
    "x#c",
    "\"x y\"",
    "x\ty",
    " # only",
    "=",
    "a;",
    "a #",
    "'",
    "é",
    "\u{a0}x\u{a0}",
    "x]",
    "[x]",
    "%h",
];
const DELIMITERS: [&str; 13] =
    [" = ", " = ", " = ", " = ", "=", "= ", " =", "\t=\t", ":", " : ", " == ", "", "\u{a0}=\u{a0}"];
const GROUPS: [&[&str]; 9] = [
    &["sso_session=corp", "sso_account_id=1", "sso_role_name=R"],
    &["sso_session=corp", "sso_account_id=1", "sso_role_name=R", "sso_region=eu-north-1"],
    &["sso_start_url=https://a", "sso_region=us-east-1", "sso_account_id=1", "sso_role_name=R"],
    &["aws_access_key_id=A", "aws_secret_access_key=S"],
    &["role_arn=r", "source_profile=a"],
    &["role_arn=r", "credential_source=Environment"],
    &["s3 =", "  addressing_style = path", "  ", "  x = y", "z=1"],
    &["role_arn=r", "web_identity_token_file=/t"],
    &["login_session=arn", "credential_process=p"],
];
const ODD_LINES: [&str; 18] = [
    "",
    "   ",
    "# c",
    "; c",
    "  # c",
    "[",
    "[]",
    "]",
    "=",
    "=x",
    " = x",
    "\0",
    "key",
    "  cont text",
    "\u{feff}",
    "\r",
    "[__proto__]",
    "[profile __proto__]",
];

/// A pair put together by chance. Half of them are tame: files a person could have written, which all tools read.
pub(super) fn pair(chance: &mut Chance) -> Pair {
    let wild = chance.percent(50);
    let mut one = |is_config| {
        let absent = chance.percent(5);
        (!absent).then(|| file(chance, is_config, wild).into_bytes())
    };
    (one(true), one(false))
}

fn file(chance: &mut Chance, is_config: bool, wild: bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut used: Vec<String> = Vec::new();
    for _ in 0..chance.below(if wild { 7 } else { 5 }) {
        let header = header(chance, is_config, wild);
        if !wild && used.contains(&header) {
            continue;
        }
        used.push(header.clone());
        lines.push(header);
        let mut keys: Vec<String> = Vec::new();
        for _ in 0..chance.below(5) {
            for line in body(chance, wild) {
                let key = line.split(['=', ':']).next().unwrap_or_default().trim().to_lowercase();
                let again = keys.contains(&key);
                if wild || !again {
                    keys.push(key);
                    lines.push(line);
                }
            }
        }
    }
    if is_config && chance.percent(70) && (wild || !used.iter().any(|header| header.contains("corp"))) {
        lines.extend(
            ["[sso-session corp]", "sso_start_url = https://d-1.awsapps.com/start", "sso_region = us-east-1"]
                .map(str::to_owned),
        );
    }
    let end = if wild { chance.pick(&["\n", "\n", "\n", "\r\n", "\r\n", "\r", "\n\r"]) } else { "\n" };
    let mut text = lines.join(end);
    if chance.percent(70) {
        text.push_str(end);
    }
    if wild && chance.percent(10) {
        text.insert(0, '\u{feff}');
    }
    if wild && chance.percent(10) {
        mutate(chance, &mut text);
    }
    text
}

/// Changes some characters.
fn mutate(chance: &mut Chance, text: &mut String) {
    for _ in 0..=chance.below(5) {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        if places.is_empty() {
            return;
        }
        let at = places[chance.below(places.len())];
        if chance.percent(50) {
            text.remove(at);
        }
        text.insert_str(at, chance.pick(&["[", "]", "=", "#", ";", " ", "\n", "\"", "'", "", "é", "\r"]));
    }
}

fn header(chance: &mut Chance, is_config: bool, wild: bool) -> String {
    if chance.percent(10) {
        return "[default]".to_owned();
    }
    if !wild {
        let name = chance.pick(&["a", "dev", "x.y", "corp", "a@b", "été", "s p"]);
        let quote = if name.contains(' ') { "'" } else { "" };
        return if is_config { format!("[profile {quote}{name}{quote}]") } else { format!("[{name}]") };
    }
    let name = chance.pick(&NAMES);
    let mut inner = if !is_config && chance.percent(60) {
        name.to_owned()
    } else {
        let quote = chance.pick(&["", "", "", "", "\"", "'", "`"]);
        let close = if chance.percent(90) { quote } else { chance.pick(&["", "\"", "'"]) };
        let between = if chance.percent(85) { " " } else { chance.pick(&["\u{a0}", "", ".", "  ", " \t", "\u{85}"]) };
        format!("{}{between}{quote}{name}{close}", chance.pick(&PREFIXES))
    };
    if chance.percent(5) {
        inner.insert_str(0, chance.pick(&BLANKS));
    }
    if chance.percent(5) {
        inner.push_str(chance.pick(&BLANKS));
    }
    let mut header = format!("[{inner}]");
    if chance.percent(12) {
        header.insert_str(0, chance.pick(&BLANKS));
    }
    if chance.percent(15) {
        header.push_str(chance.pick(&[" # c", ";c", "#c", " ; c", " junk", "\t# ]", " ", "]", " # [profile z]"]));
    }
    header
}

fn body(chance: &mut Chance, wild: bool) -> Vec<String> {
    if chance.percent(if wild { 20 } else { 60 }) {
        let group = GROUPS[chance.below(GROUPS.len())];
        return group.iter().filter(|_| chance.percent(95)).map(|line| (*line).to_owned()).collect();
    }
    if !wild {
        let key = chance.pick(&["region", "output", "k", "source_profile", "role_session_name"]);
        return vec![format!("{key} = {}", chance.pick(&["us-east-1", "json", "a", "x=y", "\"q\"", "v#x"]))];
    }
    if chance.percent(8) {
        return vec![chance.pick(&ODD_LINES).to_owned()];
    }
    let indent = if chance.percent(70) { "" } else { chance.pick(&BLANKS) };
    let after = if chance.percent(85) { "" } else { chance.pick(&BLANKS) };
    vec![format!("{indent}{}{}{}{after}", chance.pick(&KEYS), chance.pick(&DELIMITERS), chance.pick(&VALUES))]
}
