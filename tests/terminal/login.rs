//! `login` at a terminal: a key that copies, an address that is pasted, and the one question about a script's mode.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::screen::Screen;

#[test]
fn a_key_copies_the_code_and_the_keyboard_is_given_back() {
    let Some(screen) = Screen::new(80) else { return };
    let screen = screen.option("--signed-out").env("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22");
    screen.start("claude-bedrock login --profile work");
    let shown = screen.wait_for("Press c to copy the code.");
    let code = shown.split("enter the code ").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a code");
    assert!(!screen.raw().contains("\u{1b}]52;"), "nothing is copied unasked");
    screen.types("c");
    screen.wait_for("Asked the terminal to copy the code");
    let encoded = encoded(code);
    assert!(screen.raw().contains(&format!("\u{1b}]52;c;{encoded}\u{7}")), "{:?}", screen.raw());
    screen.keys(&["C-c"]);
    assert_eq!(screen.exit_code(), 130);
    screen.types("typed afterwards");
    screen.wait_for("typed afterwards");
}

#[test]
fn the_address_a_browser_elsewhere_ends_up_at_can_be_pasted() {
    let Some(screen) = Screen::new(80) else { return };
    let screen = screen.option("--signed-out").env("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22");
    let screen = screen.env("BROWSER", "/nowhere/browser");
    screen.start("claude-bedrock login --profile work --browser");
    let shown = screen.wait_for("No browser could be started (`/nowhere/browser`)");
    let address = shown.lines().find(|line| line.starts_with("http")).expect("an address").to_owned();
    assert!(shown.contains("paste the address"), "{shown}");
    screen.types("http://127.0.0.1:9/oauth/callback?code=stolen&state=guessed");
    screen.keys(&["Enter"]);
    screen.wait_for("That is not the address this sign-in ends at");
    // A browser that cannot reach the address it is sent to.
    let script = "import http.client as h, sys, urllib.parse as u\n\
                  address = u.urlsplit(sys.argv[1])\n\
                  form = u.parse_qsl(address.query) + [('decision', 'allow')]\n\
                  there = h.HTTPConnection(address.netloc, timeout=30)\n\
                  kind = {'Content-Type': 'application/x-www-form-urlencoded'}\n\
                  there.request('POST', address.path + '?' + address.query, u.urlencode(form), kind)\n\
                  print(there.getresponse().headers['Location'], end='')\n";
    let output = Command::new("python3").args(["-c", script, &address]).output().expect("python3 starts");
    let ended_at = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(ended_at.starts_with("http://127.0.0.1:"), "{ended_at}{}", String::from_utf8_lossy(&output.stderr));
    screen.types(&ended_at);
    screen.keys(&["Enter"]);
    assert_eq!(screen.exit_code(), 0);
    let shown = screen.shown();
    assert!(shown.contains("Signed in to work"), "{shown}");
    assert!(!shown.contains(&ended_at), "what is typed is not shown: {shown}");
}

#[test]
fn a_script_that_others_may_change_is_made_the_users_alone_after_a_yes() {
    for (answer, mode) in [("n", 0o777), ("y", 0o700)] {
        let Some(screen) = Screen::new(80) else { return };
        let script = screen.write("grant.sh", "#!/bin/sh\nexec claude-bedrock credentials --profile work\n");
        fs_err::set_permissions(&script, std::fs::Permissions::from_mode(0o777)).expect("ours");
        screen.start(&format!("claude-bedrock setup --region us-west-2 --export-command {}", script.display()));
        screen.wait_for_question("Make it yours alone");
        screen.keys(&[answer, "Enter"]);
        if answer == "y" {
            screen.wait_for("Ran `chmod 700 ");
            screen.wait_for_question("Where may your requests be processed?");
            screen.keys(&["C-c"]);
            assert_eq!(screen.exit_code(), 130);
        } else {
            assert_eq!(screen.exit_code(), 2);
            assert!(screen.shown().contains("nothing was written"));
        }
        assert_eq!(fs_err::metadata(&script).expect("there").permissions().mode() & 0o777, mode);
        assert!(!screen.home().join(".claude").exists());
    }
}

fn encoded(text: &str) -> String {
    let script = "import base64, sys; print(base64.b64encode(sys.argv[1].encode()).decode(), end='')";
    let output = Command::new("python3").args(["-c", script, text]).output().expect("python3 starts");
    String::from_utf8(output.stdout).expect("ASCII")
}
