use super::*;

fn redactor() -> Redactor {
    let mut redactor = Redactor::default();
    redactor.learn_folder("/home/ada", "~");
    redactor.learn_secret("hunter2-hunter2");
    for (kind, name) in [
        (Kind::User, "ada"),
        (Kind::StartUrl, "https://acme.awsapps.com/start"),
        (Kind::Profile, "work"),
        (Kind::Profile, "acme-dev"),
        (Kind::Host, "ada-laptop"),
    ] {
        redactor.learn_name(kind, name);
    }
    redactor.learn_host("https://robot:pass-word-1@gateway.acme.example:8443/bedrock");
    redactor
}

#[test]
fn names_and_secrets_are_replaced_and_nothing_else() {
    for (text, expected) in [
        ("nothing to see in us-west-2", "nothing to see in us-west-2"),
        ("/home/ada/.aws/config:3", "~/.aws/config:3"),
        ("/mnt/home/.claude/settings.json", "/mnt/home/.claude/settings.json"),
        ("/home/adam/.aws/config", "/home/user-2/.aws/config"),
        ("ada cannot read a cicada's file", "user-1 cannot read a cicada's file"),
        ("account 111122223333, not 1234567890123", "account account-1, not 1234567890123"),
        ("account 1111-2222-3333.", "account account-1."),
        ("arn%3Aaws%3Abedrock%3A%3A111122223333%3Ax", "arn%3Aaws%3Abedrock%3A%3Aaccount-1%3Ax"),
        (
            "arn:aws:sts::111122223333:assumed-role/Dev/grace@acme.example",
            "arn:aws:sts::account-1:assumed-role/Dev/email-1",
        ),
        ("(arn:aws:iam::111122223333:user/team/grace)", "(arn:aws:iam::account-1:user/team/user-2)"),
        ("arn:aws:bedrock:us-west-2::foundation-model/x", "arn:aws:bedrock:us-west-2::foundation-model/x"),
        ("write to Grace@acme.example!", "write to email-1!"),
        ("Claude Code does not work with `work`", "Claude Code does not work with `profile-1`"),
        ("claude-bedrock login --profile work", "claude-bedrock login --profile profile-1"),
        ("[profile work] and profile = acme-dev", "[profile profile-1] and profile = profile-2"),
        ("https://acme.awsapps.com/start#/ and acme.awsapps.com/start", "https://start-url-1#/ and start-url-1"),
        ("https://other.awsapps.com/start/", "https://start-url-2"),
        ("https://gateway.acme.example:8443/model/x?key=1", "https://host-2:8443/model/x?key=1"),
        ("no answer from gateway.acme.example", "no answer from host-2"),
        ("https://elsewhere.example/x?y=z", "https://host-3/x"),
        ("https://bedrock.us-west-2.amazonaws.com/x", "https://bedrock.us-west-2.amazonaws.com/x"),
        ("http://127.0.0.1:4000/x at 10.1.2.3", "http://127.0.0.1:4000/x at address-1"),
        ("proxy https://robot:pass-word-1@gateway.acme.example", "proxy https://(hidden)@host-2"),
        ("hunter2-hunter2xyz", "(hidden)xyz"),
        ("key AKIAIOSFODNN7EXAMPLE of ada-laptop", "key (hidden) of host-1"),
        ("k=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY0", "k=(hidden)"),
        ("~/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", "~/.aws/sso/cache/digest-1.json"),
        ("us.anthropic.claude-opus-5-5-20260301-v1:0[1m]", "us.anthropic.claude-opus-5-5-20260301-v1:0[1m]"),
        ("Claude Code 2.1.329", "Claude Code 2.1.329"),
    ] {
        assert_eq!(redactor().text(text).as_str(), expected);
    }
}

#[test]
fn the_same_value_has_the_same_placeholder_in_every_text() {
    let mut redactor = redactor();
    for (text, expected) in [
        ("111122223333", "account-1"),
        ("444455556666", "account-2"),
        ("arn:aws:iam::111122223333:role/x", "arn:aws:iam::account-1:role/x"),
        ("4444-5555-6666", "account-2"),
        ("https://ACME.awsapps.com/start", "https://start-url-1"),
    ] {
        assert_eq!(redactor.text(text).as_str(), expected);
    }
    let counts: Vec<_> = redactor.counts().filter(|(kind, _)| *kind == "account").collect();
    assert_eq!(counts, [("account", 2)]);
}

#[test]
fn names_that_say_nothing_about_anybody_stay() {
    let mut redactor = Redactor::default();
    redactor.learn_name(Kind::User, "root");
    redactor.learn_name(Kind::Profile, "default");
    redactor.learn_secret("s");
    assert_eq!(redactor.text("root's `default` is set").as_str(), "root's `default` is set");
}
