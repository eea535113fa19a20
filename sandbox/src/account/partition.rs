//! Partitions: worlds of AWS, which share neither identities nor regions nor ARNs.

use std::fmt;

/// The regions of AWS by partition, written from botocore's data.
const DATA: &str = include_str!("../../../src/regions.tsv");

/// The region IAM, which has none, is signed for in a partition; botocore's `endpoints.json` says so.
const HOMES: [(&str, &str); 4] =
    [("aws", "us-east-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-eusc", "eusc-de-east-1")];

/// A partition, which ARNs begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Partition {
    name: &'static str,
    home: &'static str,
}

impl Partition {
    /// The partition of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        HOMES.iter().find(|(known, _)| *known == name).map(|&(name, home)| Self { name, home })
    }

    /// The partition a region is in: the longest beginning of its name decides, also of one newer than the data.
    pub(crate) fn of(region: &str) -> Option<Self> {
        let beginnings = DATA.lines().filter_map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            ["partition", name, _, beginnings] => Some((name, beginnings)),
            _ => None,
        });
        let fitting = beginnings.flat_map(|(name, beginnings)| beginnings.split(' ').map(move |start| (name, start)));
        let fitting =
            fitting.filter(|(_, start)| region.strip_prefix(*start).is_some_and(|rest| rest.starts_with('-')));
        Self::named(fitting.max_by_key(|(_, start)| start.len())?.0)
    }

    /// All there are.
    pub(super) fn names() -> String {
        HOMES.map(|(name, _)| name).join(", ")
    }

    /// The region requests to services without regions are signed for.
    pub(crate) const fn home(self) -> &'static str {
        self.home
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_in_one_partition() {
        let cases = [
            ("us-east-1", Some("aws")),
            ("us-gov-east-1", Some("aws-us-gov")),
            ("cn-northwest-1", Some("aws-cn")),
            ("eusc-de-east-1", Some("aws-eusc")),
            ("ap-new-9", Some("aws")),
            ("mars-1", None),
        ];
        for (region, partition) in cases {
            assert_eq!(Partition::of(region).map(|found| found.to_string()).as_deref(), partition, "{region}");
        }
        let in_the_data = DATA.lines().filter(|line| line.starts_with("partition\t")).count();
        assert_eq!(in_the_data, HOMES.len(), "each partition of the data has a home");
        for (name, home) in HOMES {
            assert_eq!(Partition::of(home), Partition::named(name));
        }
    }
}
