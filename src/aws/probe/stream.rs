//! The event stream of an invocation, as far as it tells whether the model has spoken.
//!
//! A frame is its length, the length of its headers, a checksum of both, headers, payload, and a checksum of it all
//! (`application/vnd.amazon.eventstream`). The transport is trusted with the bytes; only lengths are checked.

use aws_smithy_types::base64;
use serde_json::Value;

/// The longest frame that is believed.
const LONGEST: usize = 1 << 24;

/// Both lengths and their checksum; and the checksum at the end.
const PRELUDE: usize = 12;
const TRAILER: usize = 4;

/// The one type of header values that events have: text.
const TEXT: u8 = 7;

/// What one event means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// The model has said something.
    Token,
    /// Whatever goes before and after.
    Other,
    /// It goes wrong after all.
    Exception {
        /// Its name, such as `throttlingException`.
        name: String,
        /// Its sentence.
        message: String,
    },
}

/// Events in one of the forms that streams have.
pub(super) trait Reader {
    /// More has arrived.
    fn take(&mut self, bytes: &[u8]);

    /// The next whole event; `None` until more has arrived.
    fn next_event(&mut self) -> Option<Result<Event, &'static str>>;
}

/// What has arrived and not been read yet.
#[derive(Debug, Default)]
pub(super) struct Stream(Vec<u8>);

impl Reader for Stream {
    fn take(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn next_event(&mut self) -> Option<Result<Event, &'static str>> {
        let length = length_at(&self.0, 0)?;
        if !(PRELUDE + TRAILER..=LONGEST).contains(&length) {
            return Some(Err("the answer is not an event stream"));
        }
        if self.0.len() < length {
            return None;
        }
        let frame: Vec<u8> = self.0.drain(..length).collect();
        Some(read(&frame).ok_or("an event of the answer cannot be read"))
    }
}

fn read(frame: &[u8]) -> Option<Event> {
    let headers_end = PRELUDE.checked_add(length_at(frame, 4)?)?;
    let headers = frame.get(PRELUDE..headers_end)?;
    let payload = frame.get(headers_end..frame.len() - TRAILER)?;
    let payload: Value = serde_json::from_slice(payload).unwrap_or_default();
    let headers = texts(headers)?;
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    if header(":message-type").as_deref() == Some("exception") {
        let message = payload["message"].as_str().unwrap_or_default().to_owned();
        return Some(Event::Exception { name: header(":exception-type").unwrap_or_default(), message });
    }
    let chunk = payload["bytes"].as_str().and_then(|text| base64::decode(text).ok()).unwrap_or_default();
    let said: Value = serde_json::from_slice(&chunk).unwrap_or_default();
    // A model stopped after one token may end without having shown it.
    let spoke = matches!(said["type"].as_str(), Some("content_block_delta" | "message_delta"));
    Some(if spoke { Event::Token } else { Event::Other })
}

/// The headers, all of which are text in these streams.
fn texts(mut bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    while let [length, rest @ ..] = bytes {
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let [TEXT, high, low, rest @ ..] = rest else { return None };
        let (value, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))?;
        found.push((String::from_utf8(name.to_vec()).ok()?, String::from_utf8(value.to_vec()).ok()?));
        bytes = rest;
    }
    Some(found)
}

fn length_at(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at + 4)?.first_chunk::<4>()?;
    usize::try_from(u32::from_be_bytes(*four)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(headers: &[(&str, &str)], payload: &str) -> Vec<u8> {
        let mut head = Vec::new();
        for (name, value) in headers {
            head.push(u8::try_from(name.len()).expect("short"));
            head.extend_from_slice(name.as_bytes());
            head.push(TEXT);
            head.extend_from_slice(&u16::try_from(value.len()).expect("short").to_be_bytes());
            head.extend_from_slice(value.as_bytes());
        }
        let total = u32::try_from(PRELUDE + head.len() + payload.len() + TRAILER).expect("short");
        let mut frame = total.to_be_bytes().to_vec();
        frame.extend_from_slice(&u32::try_from(head.len()).expect("short").to_be_bytes());
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(&head);
        frame.extend_from_slice(payload.as_bytes());
        frame.extend_from_slice(&[0; 4]);
        frame
    }

    fn chunk(event: &str) -> Vec<u8> {
        frame(&[(":message-type", "event")], &format!(r#"{{"bytes":"{}","p":"abc"}}"#, base64::encode(event)))
    }

    #[test]
    fn frames_are_read_whole_however_they_arrive() {
        let mut bytes = chunk(r#"{"type":"message_start"}"#);
        bytes.extend(chunk(r#"{"type":"content_block_delta"}"#));
        let mut stream = Stream::default();
        let mut events = Vec::new();
        for byte in bytes {
            stream.take(&[byte]);
            events.extend(stream.next_event());
        }
        assert_eq!(events, [Ok(Event::Other), Ok(Event::Token)]);
    }

    #[test]
    fn an_exception_within_the_stream_is_told() {
        let mut stream = Stream::default();
        let headers = [(":message-type", "exception"), (":exception-type", "throttlingException")];
        stream.take(&frame(&headers, r#"{"message":"Too many tokens."}"#));
        let expected = Event::Exception { name: "throttlingException".into(), message: "Too many tokens.".into() };
        assert_eq!(stream.next_event(), Some(Ok(expected)));
    }

    #[test]
    fn what_is_no_event_stream_is_no_answer() {
        for bytes in [&b"<html><body>A gateway's own page</body></html>"[..], &[0, 0, 0, 3, 0]] {
            let mut stream = Stream::default();
            stream.take(bytes);
            assert!(matches!(stream.next_event(), Some(Err(_))), "{bytes:?}");
        }
    }
}
