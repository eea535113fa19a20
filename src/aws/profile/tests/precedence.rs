//! The credentials file, and which file wins.

use super::super::SourceFile::{Config, Credentials};
use super::{both, rendered};

#[test]
fn section_names_of_the_credentials_file_are_profile_names() {
    let text = "[dev]\nk=v\n[default]\nk=v\n[été!]\nk=v\n[a b c]\nk=v\n";
    let names = "dev: k=v\ndefault: k=v\nété!: k=v\na b c: k=v\n";
    assert_eq!(rendered(&both("", text)), names);
}

#[test]
fn prefixes_mean_nothing_in_the_credentials_file() {
    let text = "[profile bar]\nk=v\n[sso-session s]\nk=v\n[profile default]\nk=v\n";
    let names = "profile.bar: k=v\nsso-session.s: k=v\nprofile.default: k=v\n";
    assert_eq!(rendered(&both("", text)), names);
}

#[test]
fn a_name_of_two_words_in_the_credentials_file_is_for_the_aws_cli_only() {
    let files = both("[profile 'my dev']\nregion=r\n", "[my dev]\nk=v\n");
    assert_eq!(rendered(&files), "my dev?: region=r\nmy dev?: k=v\n");
}

#[test]
fn what_claude_code_finds_and_what_it_does_not_never_mix() {
    let files = both("[profile 'a b c']\nregion=r\n", "[a b c]\nk=v\n");
    assert_eq!(rendered(&files), "a b c: k=v\n");
    let files = both("[profile.my dev]\nregion=r\n", "[my dev]\nk=v\n");
    assert_eq!(rendered(&files), "my dev: region=r\n");
}

#[test]
fn credentials_win_except_for_settings() {
    let config = "[profile a]\nregion=config\noutput=config\nonly=config\n";
    let files = both(config, "\n[a]\nregion=cred\noutput=cred\n");
    let profile = files.profile("a").expect("the profile is in both files");
    let get = |key| profile.get(key).map(|value| value.text.as_str());
    let setting = |key| profile.setting(key).map(|value| value.text.as_str());
    assert_eq!([get("region"), get("output")], [Some("cred"); 2]);
    assert_eq!([get("only"), setting("only")], [Some("config"); 2]);
    assert_eq!(setting("region"), Some("cred"));
    assert_eq!(setting("output"), Some("config"));
    assert_eq!(setting("k"), None);
}

#[test]
fn values_and_profiles_know_where_they_stand() {
    let files = both("# c\r\n[profile a]\r\nk=v\r\n", "\n\n[a]\n\nl=w\n");
    let profile = files.profile("a").expect("the profile is in both files");
    assert_eq!(profile.line(Config), Some(2));
    assert_eq!(profile.line(Credentials), Some(3));
    let place = |key| profile.get(key).map(|value| (value.file, value.line));
    assert_eq!(place("k"), Some((Config, 3)));
    assert_eq!(place("l"), Some((Credentials, 5)));
}

#[test]
fn profiles_come_in_file_order_and_the_config_file_first() {
    let files = both("[profile z]\nk=v\n[default]\nk=v\n", "[b]\nk=v\n[z]\nk=v\n");
    let names: Vec<_> = files.profiles().map(|profile| &profile.name).collect();
    assert_eq!(names, ["z", "default", "b"]);
}

#[test]
fn a_proto_section_hides_only_its_own_file() {
    let files = both("[profile a]\nk=1\n[profile __proto__]\n", "[a]\nl=2\n");
    assert_eq!(rendered(&files), "a: l=2\n");
}
