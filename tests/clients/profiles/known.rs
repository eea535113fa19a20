//! The awkward files that are known.

use super::generate::Pair;

/// Every row of the table of differences that is known, and what else was found since.
pub(super) const KNOWN: [&str; 84] = [
    "[profile \"foo\"]\nk = v\n[profile 'bar']\nk = v\n",
    "[profile \"with space\"]\nk = v\n[sso-session \"s p\"]\nk = v\n",
    "[profile with space]\nk = v\n",
    "[profile bob's]\nk = v\n",
    "[profile  bar]\nk = v\n",
    "[profile\tbaz]\nk = v\n",
    "[ profile foo ]\nk = v\n",
    "[ default ]\nk = v\n",
    "  [profile ind]\nk = v\n",
    "[profile a]\nk = v\n  [profile ind]\nl = v\n",
    "[profile x];c\nk = v\n",
    "[profile a]\nregion = r\n[profile x]#c\nk = v\n",
    "[profile x] # c\nk = v\n",
    "[profile x] junk\nk = v\n",
    "[profile x\nk = v\n",
    "[Profile x]\nk = v\n[SSO-Session s]\nk = v\n",
    "[profile x]\nk = 1\n[profile X]\nk = 2\n",
    "[profile x]\nREGION = r\n",
    "[profile x]\nregion: r\n",
    "[profile x]\nregion: r = s\n",
    "[profile x]\nregion\n",
    "region = r\n[profile x]\nk = v\n",
    "[profile x]\n  first = v\nk = v\n",
    "[profile x]\nb = 2\n  c = 3\n",
    "[profile x]\nb = 2\n  more text\n",
    "[profile x]\nb = 2\n  # a comment\nc = 3\n",
    "[profile x]\nregion = us-east-1 # c\noutput = json ; c\n",
    "[profile x]\nk = v#x\nl = v;x\n",
    "[profile x]\nk = \"x y\"\nl = 'x'\n",
    "[profile x]\nk =\nl = v\n",
    "[profile x]\nk =\n\nl = v\n",
    "[profile x]\ns3 =\n  addressing_style = path\n  max = 1\nl = v\n",
    "[profile x]\ns3 =\n  no delimiter\nl = v\n",
    "[profile x]\ns3 =\n  a =\n  b = c\n",
    "[profile x]\nk = 1\n[profile x]\nk = 2\nl = 3\n",
    "[profile x]\nk = 1\nk = 2\n",
    "[profile x]\nk = 1\nK = 2\n",
    "[default]\nk = 1\n[profile default]\nl = 2\n",
    "[profile default]\nl = 2\n[default]\nk = 1\n",
    "[DEFAULT]\nregion = r\n[profile x]\nk = v\n",
    "[DEFAULT]\nregion = r\n[DEFAULT]\nk = v\n[profile x]\nregion = own\n",
    "[foo]\nregion = r\n",
    "[profile été!]\nk = v\n[profile 名]\nk = v\n",
    "[profile a_b-c@d+e.f%g:h/i]\nk = v\n",
    "[profile __proto__]\nk = v\n[profile a]\nk = v\n",
    "[__proto__]\nk = v\n[profile a]\nk = v\n",
    "[profile \"__proto__\"]\nk = v\n[profile a]\nk = v\n",
    "\u{feff}[profile a]\nk = v\n",
    "[profile a]\r\nk = v\r\n",
    "[profile a]\rk = v\r",
    "[profile a]\nk = v\rl = w\n",
    "[profile a]\nk = v",
    "[profile a]\nk\t=\tv=w\n%x = %(y)s\n",
    "[plugins x]\nk = v\n[plugins]\nk = v\n[preview]\nk = v\n",
    "[profiles x]\nk = v\n[profilefoo bar]\nk = v\n",
    "[profile]\nk = v\n[profile ]\nk = v\n",
    "[]\nk = v\n[profile a]\nk = v\n",
    "[profile empty]\n[profile a]\nk = v\n",
    "[profile.dotted]\nk = v\n[sso-session.s]\nk = v\n",
    "[profile a\\ b]\nk = v\n[profile #x]\nk = v\n",
    "[profile 'a'b]\nk = v\n[profile '']\nk = v\n[profile \"\"]\nk = v\n",
    "[profile x] # ]\nk = v\n",
    "[profile a]b]\nk = v\n",
    "= v\n",
    "[profile a]\n= v\n",
    "[profile a]\n = v\nk = v\n",
    "[profile a]\nk = \u{a0}v\u{a0}\nl = \u{85}v\u{85}\nm = \u{feff}v\u{feff}\n",
    "[profile a]\nk = v\n\u{85}l = w\n",
    "[profile a]\nk = v\n\u{1c}l = w\n",
    "[profile a]\nk = v\n\u{200b}l = w\n",
    "[profile a]\nİ = v\nΣΑΣ = v\n",
    "[profile a]\nk = v\n\n\n  l = w\n",
    "[profile a]\nk = v\n  \n\n[profile b]\nk = v\n",
    "[profile a]\n  k = v\n  l = w\n",
    "[profile a]\n  k = v\n    l = w\nm = x\n",
    "[profile a]\nrole_arn = r\nsource_profile = b\nweb_identity_token_file = /t\n[profile b]\naws_access_key_id = A\naws_secret_access_key = S\n",
    "[profile a]\nsso_session = s\nsso_account_id = 1\nsso_role_name = R\naws_access_key_id = A\naws_secret_access_key = S\n[sso-session s]\nsso_start_url = u\nsso_region = r\n",
    "[profile a]\nsso_session = s\nsso_account_id = 1\nsso_role_name = R\nsso_region = other\n[sso-session s]\nsso_start_url = u\nsso_region = r\n",
    "[profile a]\nsso_session = nope\nsso_account_id = 1\nsso_role_name = R\n",
    "[profile a]\nsso_session = s\n[sso-session s]\nsso_start_url = u\nsso_region = r\n",
    "[profile a]\nsso_start_url = u\nsso_region = r\nsso_account_id = 1\nsso_role_name = R\ncredential_process = p\n",
    "[profile a]\nlogin_session = arn\ncredential_process = p\n",
    "[profile a]\naws_access_key_id = A\n",
    "",
];

/// The same texts as credentials files where they make sense there, beside a plain config.
pub(super) fn known() -> Vec<Pair> {
    let mut pairs = Vec::new();
    for text in KNOWN {
        pairs.push((Some(text.into()), None));
        pairs.push((None, Some(text.into())));
        let named = text.replace("[profile ", "[");
        pairs.push((Some("[profile a]\nregion = r\nk = config\n[default]\nk = d\n".into()), Some(named.into())));
    }
    pairs.push((Some(vec![b'[', 0xff, b']', b'\n', b'k', b'=', 0xfe]), None));
    pairs.push((Some("[profile a]\nk = v\n".into()), Some(vec![0xc3, 0x28])));
    pairs.push((None, None));
    pairs
}
