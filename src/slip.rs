//! Which name was meant by one that is not there.

/// The name that differs least from what was typed, when it differs by a slip or two.
pub fn meant<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    near(typed, names).first().copied()
}

/// The names that differ least from what was typed, by a slip or two; several where they are equally near.
pub fn near<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let most = 1 + typed.chars().count() / 8;
    let slips = |name: &str| strsim::damerau_levenshtein(&typed.to_lowercase(), &name.to_lowercase());
    let found: Vec<(usize, &str)> = names.map(|name| (slips(name), name)).filter(|(slips, _)| *slips <= most).collect();
    let least = found.iter().map(|(slips, _)| *slips).min();
    found.into_iter().filter(|(slips, _)| Some(*slips) == least).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_another_name_is_none() {
        let profiles = ["work", "old", "Administrator-111122223333"];
        let of = |typed| meant(typed, profiles.into_iter());
        assert_eq!(of("wrok"), Some("work"));
        assert_eq!(of("Work"), Some("work"));
        assert_eq!(of("Adminstrator-111122223333"), Some("Administrator-111122223333"));
        assert_eq!([of("home"), of("w"), of("Reader-444455556666")], [None; 3]);
        let regions = || ["eu-west-1", "us-east-1", "us-west-2"].into_iter();
        assert_eq!(meant("us-wets-2", regions()), Some("us-west-2"));
        assert_eq!(meant("us-eat-1", regions()), Some("us-east-1"));
        assert_eq!(meant("mars-north-1", regions()), None);
    }
}
