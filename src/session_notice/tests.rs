use super::*;

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().expect("a time")
}

fn minutes(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

fn token(left: i64) -> TokenFacts {
    TokenFacts {
        expires_at: minutes(left),
        usable: left >= 5,
        renewable: true,
        has_refresh_token: true,
        registration_expires_at: Some(minutes(90 * 24 * 60)),
    }
}

fn seen(token: Option<TokenFacts>) -> Observation {
    Observation {
        now: now(),
        warn_before: WARN_BEFORE,
        ignored: None,
        on_bedrock: true,
        missing_program: None,
        hidden_profile: None,
        trouble: None,
        fault: None,
        sign_in: Some(SignIn { session: "corp".into(), profile: None, token, legacy: true, cooling_down: None }),
        credentials_until: None,
        upgrade_is_due: true,
    }
}

fn said(observation: &Observation) -> String {
    judge(observation, Renewal::NotTried).map(|notice| notice.what).unwrap_or_default()
}

#[test]
fn nothing_is_said_when_all_is_well_or_elsewhere() {
    assert_eq!(judge(&seen(Some(token(600))), Renewal::NotTried), None);
    // An hour-long token that renews itself is no news, however little is left of it.
    assert_eq!(judge(&seen(Some(token(6))), Renewal::NotTried), None);
    let elsewhere = Observation { on_bedrock: false, ..seen(None) };
    assert_eq!(judge(&elsewhere, Renewal::NotTried), None);
    let other_source = Observation { sign_in: None, ..seen(None) };
    assert_eq!(judge(&other_source, Renewal::NotTried), None);
}

#[test]
fn the_ends_of_session_registration_and_role_credentials_are_told_apart() {
    assert_eq!(said(&seen(None)), "nobody is signed in to `corp`");
    let dead = TokenFacts { renewable: false, has_refresh_token: false, ..token(-180) };
    assert_eq!(said(&seen(Some(dead))), "the sign-in to `corp` ended 3 hours ago");
    let outlived = Observation { credentials_until: Some(minutes(40)), ..seen(Some(dead)) };
    assert_eq!(
        said(&outlived),
        "the sign-in to `corp` ended 3 hours ago; Claude Code has credentials for another 40 minutes"
    );
    let unregistered = TokenFacts { renewable: false, registration_expires_at: Some(minutes(-1)), ..token(-180) };
    assert!(said(&seen(Some(unregistered))).contains("registration with AWS has ended too"));
    let soon = TokenFacts { renewable: false, has_refresh_token: false, ..token(29) };
    assert_eq!(said(&seen(Some(soon))), "the sign-in to `corp` ends in 29 minutes and cannot renew itself");
    let soon_unregistered = TokenFacts { registration_expires_at: Some(minutes(20)), ..token(45) };
    assert!(
        said(&seen(Some(soon_unregistered))).starts_with("this machine's registration with AWS ends in 20 minutes")
    );
    let later = Observation { upgrade_is_due: false, ..seen(Some(TokenFacts { expires_at: minutes(31), ..soon })) };
    assert_eq!(judge(&later, Renewal::NotTried), None);
    let early = Observation { warn_before: SignedDuration::from_mins(60), ..later };
    assert!(said(&early).contains("ends in 31 minutes"));
}

#[test]
fn a_renewal_is_wanted_only_for_what_has_ended_and_its_outcome_is_told() {
    assert!(wants_renewal(&seen(Some(token(-1)))));
    assert!(wants_renewal(&seen(Some(token(4)))), "Claude Code takes no token as short as that");
    assert!(!wants_renewal(&seen(Some(token(6)))));
    assert!(!wants_renewal(&Observation { on_bedrock: false, ..seen(Some(token(-1))) }));
    let ended = seen(Some(token(-1)));
    assert_eq!(judge(&ended, Renewal::Underway), None);
    let refused = judge(&ended, Renewal::Refused).expect("a notice");
    assert_eq!(refused.command, "claude-bedrock refresh");
    assert!(refused.message().contains("type `! claude-bedrock refresh` here"), "{}", refused.message());
    assert!(judge(&ended, Renewal::Unreachable).expect("a notice").what.contains("could not be reached"));
}

#[test]
fn the_longer_sign_in_is_offered_after_everything_else_and_only_when_due() {
    let short = TokenFacts { renewable: false, has_refresh_token: false, ..token(400) };
    let offer = judge(&seen(Some(short)), Renewal::NotTried).expect("an offer");
    assert!(offer.is_offer && offer.command == "claude-bedrock refresh --upgrade", "{offer:?}");
    assert!(offer.message().contains("; `! claude-bedrock refresh --upgrade --dry-run` here shows more"), "{offer:?}");
    let mut modern = seen(Some(short));
    modern.sign_in.as_mut().expect("there").legacy = false;
    let offer = judge(&modern, Renewal::NotTried).expect("an offer");
    assert!(offer.is_offer && offer.command == "claude-bedrock refresh --force", "a new sign-in is enough: {offer:?}");
    let told = Observation { upgrade_is_due: false, ..seen(Some(short)) };
    assert_eq!(judge(&told, Renewal::NotTried), None);
}

#[test]
fn what_a_sign_in_mends_is_mended_by_refresh() {
    let command = |observation: &Observation| judge(observation, Renewal::NotTried).expect("a notice").command;
    let dead = TokenFacts { renewable: false, has_refresh_token: false, ..token(-180) };
    assert_eq!(command(&seen(None)), "claude-bedrock refresh");
    assert_eq!(command(&seen(Some(dead))), "claude-bedrock refresh");
    // Nothing is due yet, so that it has to be wanted.
    let soon = TokenFacts { renewable: false, has_refresh_token: false, ..token(20) };
    assert_eq!(command(&seen(Some(soon))), "claude-bedrock refresh --force");
    let unregistered = TokenFacts { registration_expires_at: Some(minutes(20)), ..token(45) };
    assert_eq!(command(&seen(Some(unregistered))), "claude-bedrock refresh --force");
    // Nobody is asked again by themselves for a while.
    for token in [None, Some(dead)] {
        let mut refused = seen(token);
        refused.sign_in.as_mut().expect("there").cooling_down = Some("was refused".into());
        assert_eq!(command(&refused), "claude-bedrock refresh --force");
        assert!(said(&refused).ends_with(", and the last attempt to sign in was refused"), "{}", said(&refused));
    }
}

#[test]
fn what_stops_claude_code_comes_first() {
    let mut observation = seen(None);
    observation.fault = Some("`AWS_REGION` is `us-west-2a`, which is an availability zone of us-west-2".into());
    let told = judge(&observation, Renewal::NotTried).expect("a notice");
    assert!(told.what.contains("availability zone") && told.command == "claude-bedrock diagnose", "{told:?}");
    observation.hidden_profile = Some("my dev".into());
    assert!(said(&observation).contains("does not find the profile `my dev`"));
    observation.missing_program = Some(("awsCredentialExport", "/gone/claude-bedrock".into()));
    assert!(said(&observation).contains("`/gone/claude-bedrock`, which no longer exists"));
    observation.ignored = Some(("/home/me/.claude/settings.json".into(), "line 3: a comment".into()));
    observation.on_bedrock = false;
    assert!(said(&observation).contains("ignores `/home/me/.claude/settings.json`"));
}

#[test]
fn names_are_one_line_and_commands_are_quoted() {
    let mut observation = seen(None);
    let hostile = "corp\u{1b}]0;x\u{7}\n\"}; touch pwned";
    let sign_in = observation.sign_in.as_mut().expect("there");
    sign_in.session = format!("{hostile}{}", "x".repeat(20_000));
    sign_in.profile = Some("$(touch pwned)'".into());
    let notice = judge(&observation, Renewal::NotTried).expect("a notice");
    assert!(!notice.message().contains(char::is_control) && notice.message().len() < 2_000);
    let words = shlex::split(&notice.command).expect("a command");
    assert_eq!(words, ["claude-bedrock", "refresh", "--profile", "$(touch pwned)'"]);
}

#[test]
fn lengths_of_time_are_spoken() {
    let spoken_of = |minutes| spoken(SignedDuration::from_mins(minutes));
    assert_eq!(
        [0, 1, 59, 119, 120, 1440, 2880].map(spoken_of),
        ["less than a minute", "1 minute", "59 minutes", "119 minutes", "2 hours", "24 hours", "2 days"]
    );
}
