//! Sections and keys of the config file.

use super::{config, rendered};

#[track_caller]
fn assert_reads(text: &str, expected: &str) {
    assert_eq!(rendered(&config(text)), expected, "{text:?}");
}

/// Each header is followed by `k=v`.
#[track_caller]
fn assert_header(header: &str, expected: &str) {
    assert_reads(&format!("{header}\nk=v\n"), expected);
}

#[test]
fn plain_headers_name_profiles_and_sessions() {
    assert_header("[default]", "default: k=v\n");
    assert_header("[profile dev]", "dev: k=v\n");
    assert_header("[profile a_b-c@d+e.f%g:h/i]", "a_b-c@d+e.f%g:h/i: k=v\n");
    assert_header("[profile\tbaz]", "baz: k=v\n");
    assert_header("[profile.dev]", "dev: k=v\n");
    assert_header("  [profile ind]", "ind: k=v\n");
    assert_header("[profile x] # c", "x: k=v\n");
    assert_header("[sso-session s]", "sso s: k=v\n");
}

#[test]
fn quotes_around_a_plain_name_are_dropped() {
    assert_header("[profile \"foo\"]", "foo: k=v\n");
    assert_header("[profile 'bar']", "bar: k=v\n");
    assert_header("[profile 'bar\"]", "");
}

#[test]
fn names_that_only_the_aws_cli_reads_are_marked() {
    assert_header("[profile \"with space\"]", "with space?: k=v\n");
    assert_header("[profile 'with space']", "with space?: k=v\n");
    assert_header("[profile \"o'neil dev\"]", "o'neil dev?: k=v\n");
    assert_header("[profile 'it'\"'\"'s mine']", "it's mine?: k=v\n");
    assert_header("[profile a\\ b]", "a b?: k=v\n");
    assert_header("[profile  bar]", "bar?: k=v\n");
    assert_header("[profile été!]", "été!?: k=v\n");
    assert_header("[sso-session \"s p\"]", "sso s p?: k=v\n");
}

#[test]
fn a_section_that_claude_code_finds_displaces_one_that_it_does_not() {
    let both = "[profile dev]\nk=1\n[profile  dev]\nk=2\nl=2\n";
    assert_reads(both, "dev: k=1\n");
    assert_reads("[profile  dev]\nl=2\n[profile dev]\nk=1\n", "dev: k=1\n");
    let neither = "[profile 'a b']\nk=1\n[profile \"a b\"]\nl=2\n";
    assert_reads(neither, "a b?: l=2\n");
}

#[test]
fn other_headers_name_nothing() {
    for header in [
        "[profile with space]",
        "[profile bob's]",
        "[profile '']",
        "[ profile foo ]",
        "['profile' foo bar]",
        "['profile' foo]",
        "[ default ]",
        "[profile x];c",
        "[profile x]#c",
        "[profile x] junk",
        "[profile x",
        "[Profile x]",
        "[SSO-Session s]",
        "[DEFAULT]",
        "[foo]",
        "[]",
        "[",
        "[plugins x]",
    ] {
        assert_header(header, "");
    }
}

#[test]
fn a_line_that_is_no_header_leaves_the_section_before_it_open() {
    assert_reads("[profile a]\nk=1\n[profile x] junk\nk=2\n", "a: k=2\n");
    assert_reads("[profile a]\nk=1\n[plugins x]\nk=2\n", "a: k=1\n");
    assert_reads("[profile a]\nk=1\n[]\nk=2\n", "a: k=1\n");
}

#[test]
fn names_are_case_sensitive() {
    assert_reads("[profile a]\nk=1\n[profile A]\nk=2\n", "a: k=1\nA: k=2\n");
}

#[test]
fn a_section_without_keys_does_not_exist() {
    assert_reads("[profile a]\n[profile b]\nk =\n[sso-session s]\n", "");
}

#[test]
fn repeated_sections_are_merged() {
    let text = "[profile a]\nk=1\nl=1\n[profile b]\nk=1\n[profile 'a']\nk=2\n";
    assert_reads(text, "a: k=2\na: l=1\nb: k=1\n");
}

#[test]
fn the_prefixed_default_displaces_the_bare_one() {
    let bare_last = "[profile default]\nk=1\n[default]\nk=2\nl=2\n";
    assert_reads(bare_last, "default: k=1\n");
    assert_reads("[default]\nl=2\n[profile default]\nk=1\n", "default: k=1\n");
}

#[test]
fn lines_that_say_nothing_are_skipped() {
    assert_reads("region = x\n[default]\nk=v\n", "default: k=v\n");
    let lines = "[default]\nregion: x\nregion\n= x\n  more text\n  # c\nk=v\n";
    assert_reads(lines, "default: k=v\n");
}

#[test]
fn keys_keep_their_case_and_the_last_one_counts() {
    let text = "[default]\nREGION=1\nregion=2\nregion=3\n";
    assert_reads(text, "default: REGION=1\ndefault: region=3\n");
}

#[test]
fn values_are_read_to_the_end_or_to_a_comment() {
    for (written, read) in [
        ("v # c", "v"),
        ("v ; c", "v"),
        ("v\u{a0}#c", "v"),
        ("v#x", "v#x"),
        ("v;x", "v;x"),
        ("\"x y\"", "\"x y\""),
        ("a=b", "a=b"),
        ("50%", "50%"),
        ("\tv\t", "v"),
        ("\u{85}v", "\u{85}v"),
        ("\u{feff}v", "v"),
    ] {
        let expected = format!("default: k={read}\n");
        assert_reads(&format!("[default]\nk\t=\t{written}"), &expected);
    }
}

#[test]
fn indented_lines_are_keys_of_their_own() {
    let text = "[default]\n  a = 1\nb = 2\n  c = 3\n";
    assert_reads(text, "default: a=1\ndefault: b=2\ndefault: c=3\n");
}

#[test]
fn keys_nest_under_an_empty_one_while_they_are_indented() {
    let text = "[default]\ns3 =\n  a = 1\n\n  b = 2\nc = 3\n  d = 4\n";
    let nested = "default: s3.a=1\ndefault: s3.b=2\ndefault: c=3\ndefault: d=4\n";
    assert_reads(text, nested);
    assert_reads("[default]\nk =\nl = 1\n", "default: l=1\n");
}

#[test]
fn line_ends_and_a_byte_order_mark_do_not_matter() {
    let text = "\u{feff}[default]\r\nk=v\r\n\r\n[profile a]\nk=v";
    assert_reads(text, "default: k=v\na: k=v\n");
}

#[test]
fn a_proto_section_makes_the_sdk_ignore_the_file() {
    let text = "[default]\nk=v\n[profile __proto__]\nk=v\n[sso-session s]\nk=v\n";
    assert_reads(text, "default?: k=v\n__proto__?: k=v\nsso s?: k=v\n");
    assert_reads("[default]\nk=v\n__proto__=v\n", "default: k=v\n");
}

#[test]
fn services_sections_give_endpoints() {
    let files = config("[services s]\nsso_oidc =\n  endpoint_url = http://x\nsso.a = b\n");
    assert_eq!(files.service_endpoint("s", "sso_oidc"), Some("http://x"));
    assert_eq!(files.service_endpoint("s", "sso"), None);
    assert_eq!(files.service_endpoint("t", "sso_oidc"), None);
}
