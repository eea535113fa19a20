//! The edits as splices: every byte outside the edited member stays.
//!
//! Insertion and removal are each other's inverse. A new member goes last, with its separator before it; removal takes
//! the same separator away. In an empty object the whitespace between the braces stays in front of the new member's
//! line, so that it can be found again.

use std::ops::Range;

use super::EditError;
use super::edit::{Edit, Key, RawJson};
use super::spans::{Member, Object, is_whitespace};
use super::text::{Text, dominant_newline};

const DEFAULT_INDENT: &str = "  ";
const DEFAULT_COLON: &str = ": ";

pub(super) fn apply_edit(text: &mut Text, edit: &Edit) -> Result<(), EditError> {
    match edit {
        Edit::Set(key, value) => set(text, key, value),
        Edit::Remove(key) => {
            while remove_last_occurrence(text, key)? {}
            Ok(())
        }
        Edit::RemoveEmpty(name) => {
            remove_empty(text, name);
            Ok(())
        }
    }
}

fn set(text: &mut Text, key: &Key, value: &RawJson) -> Result<(), EditError> {
    let root = match Object::at(text.as_str(), 0) {
        Some(root) => root,
        None => begin(text),
    };
    let name = key.name();
    let (span, new) = match key.object() {
        None => setting(text.as_str(), &root, &Layout::of_root(text.as_str(), &root), name, value.text()),
        Some(object) => match inner_object(text.as_str(), &root, object)? {
            Some(inner) => {
                let layout = Layout::of_inner(text.as_str(), &root, object);
                setting(text.as_str(), &inner, &layout, name, value.text())
            }
            None => setting_in_new(text.as_str(), &root, object, name, value.text()),
        },
    };
    text.splice(span, &new);
    Ok(())
}

/// Turns a blank file, which Claude Code reads as one without settings, into an empty object.
fn begin(text: &mut Text) -> Object {
    let document = format!("{{}}{}", dominant_newline(text.as_str()));
    text.splice(0..text.as_str().len(), &document);
    Object { span: 0..2, members: Vec::new() }
}

/// The splice that gives a key of `object` a value.
fn setting(text: &str, object: &Object, layout: &Layout, name: &str, value: &str) -> (Range<usize>, String) {
    if let Some(member) = object.member(name) {
        return (member.value.clone(), value.to_owned());
    }
    let key = RawJson::from_string(name);
    let member = format!("{}{}{value}", key.text(), colon_of(text, object).unwrap_or(&layout.colon));
    let Some(last) = object.members.last() else {
        let inside = object.inside();
        let new = layout.fill(&text[inside.clone()], &member);
        return (inside, new);
    };
    let end = last.value.end;
    (end..end, format!(",{}{member}", separator(text, object)))
}

fn setting_in_new(text: &str, root: &Object, object: &str, name: &str, value: &str) -> (Range<usize>, String) {
    let layout = Layout::of_root(text, root);
    let nothing = Object { span: 0..2, members: Vec::new() };
    let (_, inside) = setting("{}", &nothing, &layout.deeper(), name, value);
    setting(text, root, &layout, object, &format!("{{{inside}}}"))
}

fn remove_last_occurrence(text: &mut Text, key: &Key) -> Result<bool, EditError> {
    let Some(root) = Object::at(text.as_str(), 0) else { return Ok(false) };
    let (object, layout) = match key.object() {
        None => {
            let layout = Layout::of_root(text.as_str(), &root);
            (root, layout)
        }
        Some(object) => match inner_object(text.as_str(), &root, object)? {
            Some(inner) => (inner, Layout::of_inner(text.as_str(), &root, object)),
            None => return Ok(false),
        },
    };
    let Some(index) = object.members.iter().rposition(|member| member.name == key.name()) else { return Ok(false) };
    remove_member(text, &object, &layout, index);
    Ok(true)
}

fn remove_member(text: &mut Text, object: &Object, layout: &Layout, index: usize) {
    let span = object.members[index].span();
    if index > 0 {
        text.splice(object.members[index - 1].value.end..span.end, "");
    } else if let Some(next) = object.members.get(1) {
        text.splice(span.start..next.key.start, "");
    } else {
        let kept = layout.kept(&text.as_str()[object.lead(text.as_str(), 0)]).to_owned();
        text.splice(object.inside(), &kept);
    }
}

fn remove_empty(text: &mut Text, name: &str) {
    let Some(root) = Object::at(text.as_str(), 0) else { return };
    let mut positions = (0..root.members.len()).filter(|index| root.members[*index].name == name);
    let (Some(index), None) = (positions.next(), positions.next()) else { return };
    let inner = Object::at(text.as_str(), root.members[index].value.start);
    if inner.is_some_and(|inner| inner.members.is_empty()) {
        let layout = Layout::of_root(text.as_str(), &root);
        remove_member(text, &root, &layout, index);
    }
}

/// The object of that name that counts, if there is one.
pub(super) fn inner_object(text: &str, root: &Object, name: &'static str) -> Result<Option<Object>, EditError> {
    let Some(member) = root.member(name) else { return Ok(None) };
    Object::at(text, member.value.start).map(Some).ok_or(EditError::NotAnObject(name))
}

/// How an object without members is filled.
struct Layout {
    /// Whether its members stand on lines of their own.
    lines: bool,
    newline: &'static str,
    /// The indentation of the line its `}` stands on.
    outer: String,
    /// The indentation of its members.
    inner: String,
    colon: String,
}

impl Layout {
    fn of_root(text: &str, root: &Object) -> Self {
        let lead = root.members.len().checked_sub(1).map(|last| &text[root.lead(text, last)]);
        let before = &text[..root.span.start];
        let outer = before.rsplit('\n').next().unwrap_or_default().to_owned();
        Self {
            lines: lead.is_none_or(|lead| lead.contains('\n')),
            newline: dominant_newline(text),
            inner: lead.and_then(last_line).map_or_else(|| format!("{outer}{DEFAULT_INDENT}"), str::to_owned),
            outer,
            colon: colon_of(text, root).unwrap_or(DEFAULT_COLON).to_owned(),
        }
    }

    /// The layout of an existing object, seen from the line that its name stands on.
    fn of_inner(text: &str, root: &Object, name: &str) -> Self {
        let of_root = Self::of_root(text, root);
        let index = root.members.iter().rposition(|member| member.name == name);
        let lead = index.map(|index| &text[root.lead(text, index)]).unwrap_or_default();
        let inner = last_line(lead).unwrap_or(&of_root.inner).to_owned();
        Self { lines: lead.contains('\n'), inner, ..of_root }.deeper()
    }

    /// The layout of an object that is a member of this one.
    fn deeper(&self) -> Self {
        let unit = match self.inner.strip_prefix(&self.outer) {
            Some(unit) if !unit.is_empty() => unit,
            _ => DEFAULT_INDENT,
        };
        Self {
            lines: self.lines,
            newline: self.newline,
            outer: self.inner.clone(),
            inner: format!("{}{unit}", self.inner),
            colon: self.colon.clone(),
        }
    }

    /// What stands between the braces once `member` is the only one; `inside` is what stood there before.
    fn fill(&self, inside: &str, member: &str) -> String {
        if self.starts_line(inside) {
            let Self { newline, outer, inner, .. } = self;
            format!("{inside}{newline}{inner}{member}{newline}{outer}")
        } else {
            format!("{inside}{member}{inside}")
        }
    }

    /// What stood between the braces before [`Layout::fill`]; `lead` is the whitespace before the only member.
    fn kept<'a>(&self, lead: &'a str) -> &'a str {
        let Some((before, _)) = lead.rsplit_once('\n') else { return lead };
        if self.newline == "\r\n" { before.strip_suffix('\r').unwrap_or(before) } else { before }
    }

    fn starts_line(&self, inside: &str) -> bool {
        inside.contains('\n') || (inside.is_empty() && self.lines)
    }
}

/// What to put between the comma after the last member and a new member's key.
fn separator(text: &str, object: &Object) -> String {
    let last = object.members.len() - 1;
    let lead = &text[object.lead(text, last)];
    match last_line(lead) {
        Some(indent) => format!("{}{indent}", dominant_newline(text)),
        // A lone member in `{"a": 1}` has no comma before it to copy from, but blanks are in use.
        None if last == 0 && lead.is_empty() => colon_of(text, object).unwrap_or_default().replace(':', ""),
        None => lead.to_owned(),
    }
}

/// The indentation of the line on which the whitespace before a member ends.
fn last_line(lead: &str) -> Option<&str> {
    lead.rsplit_once('\n').map(|(_, indent)| indent)
}

/// The colon of the last member with the whitespace around it, unless it goes over lines.
fn colon_of<'a>(text: &'a str, object: &Object) -> Option<&'a str> {
    let Member { key, value, .. } = object.members.last()?;
    let colon = &text[key.end..value.start];
    debug_assert!(colon.trim_matches(is_whitespace) == ":", "a colon stands between key and value");
    (!colon.contains(['\n', '\r'])).then_some(colon)
}
