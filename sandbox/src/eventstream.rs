//! `application/vnd.amazon.eventstream`, the framing of streamed answers.

use bytes::{BufMut, Bytes, BytesMut};
use serde_json::{Value, json};

use crate::request::Reply;

/// The media type of a stream.
pub(crate) const MEDIA_TYPE: &str = "application/vnd.amazon.eventstream";

const STRING: u8 = 7;
/// The two lengths, their checksum, and the checksum of the frame.
const OVERHEAD: usize = 16;

/// Makes a streamed answer of frames.
pub(crate) fn reply(frames: Vec<Bytes>) -> Reply {
    let mut reply = Reply::of(200, MEDIA_TYPE, "");
    reply.chunks = frames;
    reply
}

/// Writes an event.
pub(crate) fn event(kind: &str, payload: &Value) -> Bytes {
    let headers = [(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")];
    frame(&headers, payload.to_string().as_bytes())
}

/// Writes an exception, which ends a stream.
pub(crate) fn exception(kind: &str, message: &str) -> Bytes {
    let headers = [(":exception-type", kind), (":content-type", "application/json"), (":message-type", "exception")];
    frame(&headers, json!({ "message": message }).to_string().as_bytes())
}

/// Writes one frame: lengths, their CRC-32, headers, payload, and the CRC-32 of it all.
fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Bytes {
    let mut block = BytesMut::new();
    for (name, value) in headers {
        block.put_u8(u8::try_from(name.len()).expect("header names are short"));
        block.put_slice(name.as_bytes());
        block.put_u8(STRING);
        block.put_u16(u16::try_from(value.len()).expect("header values are short"));
        block.put_slice(value.as_bytes());
    }
    let length = |bytes: usize| u32::try_from(bytes).expect("frames are small");
    let mut frame = BytesMut::new();
    frame.put_u32(length(OVERHEAD + block.len() + payload.len()));
    frame.put_u32(length(block.len()));
    frame.put_u32(crc32fast::hash(&frame));
    frame.put_slice(&block);
    frame.put_slice(payload);
    frame.put_u32(crc32fast::hash(&frame));
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_frame_is_sixteen_known_bytes() {
        // The test vector `empty_message` of the AWS SDKs.
        let expected = [0, 0, 0, 0x10, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
        assert_eq!(frame(&[], &[])[..], expected);
    }

    #[test]
    fn headers_and_payload_are_laid_out_in_order() {
        let frame = frame(&[(":event-type", "chunk")], b"{}");
        let header = b"\x0b:event-type\x07\x00\x05chunk";
        assert_eq!(frame[..4], u32::try_from(16 + header.len() + 2).expect("small").to_be_bytes());
        assert_eq!(&frame[12..12 + header.len()], header);
        assert_eq!(&frame[12 + header.len()..frame.len() - 4], b"{}");
        let checksum = crc32fast::hash(&frame[..frame.len() - 4]);
        assert_eq!(frame[frame.len() - 4..], checksum.to_be_bytes());
    }
}
