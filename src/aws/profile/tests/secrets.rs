//! Debug output without secrets.

use super::both;

#[test]
fn debug_output_hides_secrets() {
    let text = "[a]\naws_access_key_id = AKIA\naws_secret_access_key = hush\n\
        aws_session_token = hush\nAWS_SECRET_ACCESS_KEY = hush\n\
        aws_secret_access_key: hush/==\naws_session_token hush=hush\n\
        s3 =\n  aws_secret_access_key = hush\n";
    let files = both("", text);
    let profile = files.profile("a").expect("the profile is there");
    let output = format!("{files:#?} {profile:?} {:?}", profile.kind(&files));
    assert!(!output.contains("hush"), "{output}");
    assert!(output.contains("AKIA"), "{output}");
    assert!(output.contains("(hidden)"), "{output}");
}
