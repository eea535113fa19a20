//! A profile from nothing but a start URL, asked for by keys.

use super::screen::Screen;

#[test]
fn a_wrong_start_url_leads_back_to_its_question() {
    let Some(screen) = Screen::new(80) else { return };
    let screen = screen.option("--signed-out").option("--approve");
    screen.start("rm -r ../.aws; claude-bedrock setup");
    let asked = screen.wait_for_question("start URL");
    assert!(asked.contains("the address of your AWS access portal"), "{asked}");
    let answer_until_signed_in = |url: &str| {
        screen.types(url);
        screen.keys(&["Enter"]);
        screen.wait_for_question("In which region is your IAM Identity Center?");
        screen.keys(&["Enter"]);
        screen.wait_for_question("What should the SSO session be called?");
        screen.keys(&["Enter"]);
    };
    answer_until_signed_in("https://d-0000000000.awsapps.com/start");
    let shown = screen.wait_for_question("start URL");
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("Invalid start url provided hint: is `https://d-0000000000.awsapps.com/start` your"),
        "{shown}"
    );
    answer_until_signed_in("https://d-9067642ac7.awsapps.com/start");
    let shown = screen.wait_for_question("Which AWS account?");
    let answered = "✔ What is your company's SSO start URL? https://d-9067642ac7.awsapps.com/start";
    assert!(shown.lines().any(|line| line == answered), "{shown}");
    assert!(screen.too_long().is_empty(), "{:?}", screen.too_long());
    screen.keys(&["C-c"]);
    assert_eq!(screen.exit_code(), 130);
    assert!(!screen.home().join(".aws/config").exists());
}

#[test]
fn a_permission_set_that_is_none_is_asked_for_again() {
    let Some(screen) = Screen::new(80) else { return };
    let url = "https://d-9067642ac7.awsapps.com/start";
    screen.start(&format!("claude-bedrock setup --start-url {url} --sso-region us-east-1 --role Admin --profile new"));
    screen.wait_for_question("Which AWS account?");
    screen.keys(&["Enter"]);
    let shown = screen.wait_for_question("With which permission set?");
    assert!(shown.contains("the portal gives you no permission set `Admin` in account 111122223333"), "{shown}");
    assert!(shown.contains("BedrockDeveloper"), "{shown}");
    screen.keys(&["Escape"]);
    screen.wait_for_question("Which AWS account?");
    screen.keys(&["Escape"]);
    assert_eq!(screen.exit_code(), 130);
}
