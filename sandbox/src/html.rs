//! The two pages a person sees in a browser.

use crate::request::Reply;

/// Writes a page around a body of HTML.
pub(crate) fn page(status: u16, title: &str, body: &str) -> Reply {
    let text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <h1>{title}</h1>\n{body}\n</html>\n"
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
