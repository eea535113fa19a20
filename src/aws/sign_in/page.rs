//! The pages a browser shows when it comes back.

/// After a sign-in that worked.
pub(super) fn signed_in(session: &str, profile: &str) -> String {
    let text = format!(
        "claude-bedrock is signed in to {} for the AWS profile <code>{}</code>. You can close this tab and go back to your terminal.",
        code_marks(session),
        escaped(profile)
    );
    page("Signed in", "good", &text)
}

/// After one that did not.
pub(super) fn failed(reason: &str) -> String {
    let (first, rest) = reason.split_at(reason.chars().next().map_or(0, char::len_utf8));
    let reason = first.to_uppercase() + rest;
    let text = format!("{}. Go back to your terminal, where it says what to do next.", code_marks(&reason));
    page("Not signed in", "bad", &text)
}

/// For a path that means nothing.
pub(super) fn nothing_here() -> String {
    page("Nothing here", "bad", "claude-bedrock waits here for a sign-in, and this is not its address.")
}

/// For an answer to a question that was not asked.
pub(super) fn not_ours() -> String {
    let text =
        "This answer does not belong to the sign-in that claude-bedrock started. Start it again from your terminal.";
    page("Not this sign-in", "bad", text)
}

fn page(title: &str, mood: &str, text: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · claude-bedrock</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.05rem/1.5 system-ui, sans-serif; margin: 18vh auto 0; max-width: 34rem; padding: 0 1.5rem; }}
h1 {{ font-size: 1.6rem; margin: 0 0 .5rem; }}
.good::before {{ content: "✔ "; color: light-dark(#1a7f37, #3fb950); }}
.bad::before {{ content: "✘ "; color: light-dark(#cf222e, #f85149); }}
code {{ font-size: .95em; background: #8882; border-radius: .25em; padding: .1em .35em; }}
</style>
</head>
<body>
<h1 class="{mood}">{title}</h1>
<p>{text}</p>
</body>
</html>
"#
    )
}

/// Escapes a text for HTML and shows what stands in backticks as code.
fn code_marks(text: &str) -> String {
    let mut html = String::new();
    for (index, part) in escaped(text).split('`').enumerate() {
        match index {
            0 => {}
            odd if odd % 2 == 1 => html.push_str("<code>"),
            _ => html.push_str("</code>"),
        }
        html.push_str(part);
    }
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_name_is_text_on_the_page() {
        let page = signed_in("the SSO session `work`", "<script>'\"&");
        assert!(page.contains("<code>work</code>"));
        assert!(page.contains("&lt;script&gt;&#39;&quot;&amp;"));
        assert!(!page.contains("<script>"));
        assert!(failed("the sign-in to `work` was refused").contains("<p>The sign-in to <code>work</code> was"));
    }
}
