use super::*;
use crate::aws_config::Addition;

const OLD: &str =
    "sso_start_url = https://acme.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = R\n";

fn files(config: &str, credentials: Option<&str>) -> AwsFiles {
    let (config_path, credentials_path) = (Path::new("/h/config"), Path::new("/h/credentials"));
    AwsFiles {
        profiles: ProfileFiles::parse(Some((config_path, config)), credentials.map(|text| (credentials_path, text))),
        config_path: config_path.into(),
        credentials_path: credentials_path.into(),
        config: Some(config.into()),
        credentials: credentials.map(Into::into),
        problems: Vec::new(),
        home: None,
    }
}

fn planned(config: &str, profile: &str) -> Result<Upgrade, String> {
    let files = files(config, None);
    let profile = files.profiles.profile(profile).expect("there");
    let ProfileKind::LegacySso(sso) = profile.kind(&files.profiles) else { panic!("not legacy") };
    Upgrade::plan(&files, profile, &sso)
}

/// The text an upgrade makes, after making sure that it goes back byte for byte.
fn upgraded(config: &str) -> String {
    let upgrade = planned(config, "old").expect("an upgrade");
    let addition = Addition::moving(Path::new("/h/config"), Some(config.as_bytes()), &upgrade);
    let kept = serde_json::to_string(&addition).expect("a receipt");
    let addition: Addition = serde_json::from_str(&kept).expect("a receipt");
    let back = addition.taken_out(upgrade.text.as_bytes()).expect("untouched");
    assert_eq!(String::from_utf8(back.bytes).expect("UTF-8"), config);
    upgrade.text
}

#[test]
fn only_two_lines_change_whatever_stands_around_them() {
    let session = "[sso-session acme]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = us-east-1\n\
                   sso_registration_scopes = sso:account:access\n";
    let rest = "sso_account_id = 1\nsso_role_name = R\n";
    assert_eq!(
        upgraded(&format!("[profile old]\n{OLD}")),
        format!("[profile old]\nsso_session = acme\n{rest}\n{session}")
    );
    let around =
        format!("# mine\n\n[default]\noutput=json\n\n[profile old]\nregion = eu-west-1\n{OLD}[profile z]\nregion=x\n");
    let after = upgraded(&around);
    assert!(
        after
            .starts_with("# mine\n\n[default]\noutput=json\n\n[profile old]\nregion = eu-west-1\nsso_session = acme\n")
    );
    assert!(after.contains(&format!("{rest}[profile z]\nregion=x\n\n{session}")), "{after}");
    let windows = upgraded(&around.replace('\n', "\r\n"));
    assert_eq!(windows, after.replace('\n', "\r\n"));
}

#[test]
fn awkward_lines_keep_what_is_theirs() {
    let config = "[profile old]\nsso_account_id = 1\nsso_role_name=R\nsso_start_url=https://acme.awsapps.com/start # the portal\n\
                  sso_region\t=\tus-east-1";
    let after = upgraded(config);
    assert!(after.contains("sso_role_name=R\nsso_session = acme\n# the portal\n\n[sso-session acme]\n"), "{after}");
    let twice = upgraded(&format!("[profile old]\nsso_region = eu-west-1\n{OLD}[profile other]\nregion = x\n"));
    assert!(
        !twice.contains("eu-west-1") && twice.starts_with("[profile old]\nsso_session = acme\nsso_account_id"),
        "{twice}"
    );
}

#[test]
fn profiles_with_one_start_url_share_one_session() {
    let config =
        format!("[profile old]\n{OLD}[profile two]\n{OLD}[profile far]\n{}", OLD.replace("us-east-1", "eu-west-1"));
    let after = upgraded(&config);
    assert_eq!(after.matches("sso_session = acme").count(), 2);
    assert_eq!(after.matches("[sso-session acme]").count(), 1);
    assert!(after.contains(&format!("[profile far]\n{}", OLD.replace("us-east-1", "eu-west-1"))));
}

#[test]
fn a_fitting_session_is_used_and_a_taken_name_is_not() {
    let fitting = "[sso-session corp]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = us-east-1\n";
    let after = upgraded(&format!("[profile old]\n{OLD}{fitting}"));
    assert!(after.contains("sso_session = corp") && after.ends_with(fitting), "{after}");
    let scopeless = format!("{fitting}sso_registration_scopes = codewhisperer:completions\n");
    assert!(upgraded(&format!("[profile old]\n{OLD}{scopeless}")).contains("sso_session = acme\n"));
    let taken = "[sso-session acme]\nsso_start_url = https://other.awsapps.com/start\nsso_region = us-east-1\n";
    assert!(upgraded(&format!("[profile old]\n{OLD}{taken}")).contains("[sso-session acme-2]"));
}

#[test]
fn what_cannot_be_moved_is_told_with_its_line() {
    let files = files(
        "[profile old]\nsso_account_id = 1\nsso_role_name = R\nsso_region = us-east-1\n",
        Some("[old]\nsso_start_url = https://acme.awsapps.com/start\n"),
    );
    let profile = files.profiles.profile("old").expect("there");
    let ProfileKind::LegacySso(sso) = profile.kind(&files.profiles) else { panic!("not legacy") };
    let said = Upgrade::plan(&files, profile, &sso).expect_err("in the credentials file");
    assert!(said.contains("`sso_start_url`") && said.contains("`/h/credentials` (line 2)"), "{said}");
    // To the AWS CLI the indented lines are one value.
    let indented = format!("[profile old]\nregion = x\n  {}", OLD.trim_end().replace('\n', "\n  "));
    let said = planned(&indented, "old").map(|upgrade| upgrade.text);
    assert!(said.is_ok_and(|text| text.contains("\n  sso_session = acme\n")), "the AWS CLI saw no SSO before either");
}

#[test]
fn later_edits_stay_when_it_is_taken_back() {
    let config = format!("[profile old]\r\n{}", OLD.replace('\n', "\r\n"));
    let upgrade = planned(&config, "old").expect("an upgrade");
    let addition = Addition::moving(Path::new("/h/config"), Some(config.as_bytes()), &upgrade);
    let back =
        |text: &str| addition.taken_out(text.as_bytes()).map(|rest| String::from_utf8(rest.bytes).expect("UTF-8"));
    let edited = format!("# mine\r\n{}[profile later]\r\nregion = x\r\n", upgrade.text);
    assert_eq!(back(&edited).expect("ours is in it"), format!("# mine\r\n{config}[profile later]\r\nregion = x\r\n"));
    let used = format!("{}[profile later]\r\nsso_session = acme\r\n", upgrade.text);
    let rest = back(&used).expect("ours is in it");
    assert!(
        rest.starts_with(&config) && rest.contains("[sso-session acme]"),
        "somebody else needs the session: {rest}"
    );
    assert_eq!(back(&upgrade.text.replace("sso_session = acme", "sso_session = other")), None);
}

#[test]
fn profiles_of_one_portal_move_together_and_each_gets_its_own_address_back() {
    let two = OLD.replace("https://acme.awsapps.com/start", "https://Acme.awsapps.com/start/#/");
    let config = format!("[profile old]\n{OLD}[profile two]\n{two}");
    let after = upgraded(&config);
    assert_eq!(after.matches("sso_session = acme\n").count(), 2, "{after}");
    assert_eq!(after.matches("sso_start_url").count(), 1, "{after}");
    // Into a session that is there, whose address stays as it is.
    let session = "[sso-session corp]\nsso_start_url = https://acme.awsapps.com/start/\nsso_region = us-east-1\n";
    let after = upgraded(&format!("{session}{config}"));
    assert_eq!(after.matches("sso_session = corp\n").count(), 2, "{after}");
    // A file that was edited since: each of them by itself.
    let upgrade = planned(&config, "old").expect("an upgrade");
    let addition = Addition::moving(Path::new("/h/config"), Some(config.as_bytes()), &upgrade);
    let back = addition.taken_out(format!("# mine\n{}", upgrade.text).as_bytes()).expect("its own lines");
    let back = String::from_utf8(back.bytes).expect("UTF-8");
    assert_eq!(back.matches("sso_start_url = https://acme.awsapps.com/start\n").count(), 1, "{back}");
    assert_eq!(back.matches("sso_start_url = https://Acme.awsapps.com/start/#/\n").count(), 1, "{back}");
}
