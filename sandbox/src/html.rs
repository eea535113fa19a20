//! The two pages a person sees in a browser.

use crate::request::Reply;

/// Light or dark as the person's system is, and readable on a phone.
const STYLE: &str = ":root { color-scheme: light dark; }\n\
body { font: 1.05rem/1.5 system-ui, sans-serif; margin: 12vh auto 0; max-width: 34rem; padding: 0 1.5rem; }\n\
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }\n\
b { font-family: ui-monospace, monospace; }\n\
input, button { font: inherit; border: 1px solid #8888; border-radius: .4em; padding: .4em .9em; }\n\
button { margin: .6rem .4rem 0 0; cursor: pointer; }\n\
button[value=allow] { background: #0b6bcb; border-color: #0b6bcb; color: #fff; }\n";

/// Writes a page around a body of HTML.
pub(crate) fn page(status: u16, title: &str, body: &str) -> Reply {
    let text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n<h1>{title}</h1>\n{body}\n</html>\n"
    );
    Reply::of(status, "text/html; charset=utf-8", text)
}

/// Writes the form that asks whether to let an application in; `fields` are more of its inputs.
pub(crate) fn approval(person: &str, fields: &str, action: &str) -> Reply {
    let (person, action) = (escape(person), escape(action));
    let body = format!(
        "<p>Allow an application to access your AWS data? You are signed in as <b>{person}</b>.</p>\n\
         <form method=\"post\" action=\"{action}\">\n{fields}\
         <button name=\"decision\" value=\"allow\">Allow access</button>\n\
         <button name=\"decision\" value=\"deny\">Deny access</button>\n</form>"
    );
    page(200, "Authorization requested", &body)
}

/// Escapes text for element content and quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
