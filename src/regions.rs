//! The regions of AWS, their partitions, and where data stays that is routed to some of them.
//!
//! The regions come from `regions.tsv`, which `scripts/region-data` writes and which says its source and date. Which
//! models answer where is AWS's to say, and whether Bedrock is in a region its own answer decides.

mod residency;
pub mod survey;

use std::sync::LazyLock;

pub use residency::{Reach, Residency};

use crate::slip;

const DATA: &str = include_str!("regions.tsv");

/// A region of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Its name, such as `eu-west-1`.
    pub name: &'static str,
    /// Its place as AWS describes it, such as `Europe (Ireland)`.
    pub description: &'static str,
    /// The partition it belongs to, such as `aws-us-gov`.
    pub partition: &'static str,
    /// The country it is in (ISO 3166-1).
    pub country: &'static str,
    /// Whether Bedrock had an endpoint there when the data was written.
    pub has_bedrock: bool,
}

/// A partition of AWS: regions that share identities, and nothing with those of other partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its name, which ARNs begin with: `aws`, `aws-us-gov`, `aws-cn`, `aws-eusc`.
    pub name: &'static str,
    /// What its host names end with.
    pub host_suffix: &'static str,
    /// What the names of its regions begin with.
    beginnings: Vec<&'static str>,
}

struct Atlas {
    regions: Vec<Region>,
    partitions: Vec<Partition>,
}

static ATLAS: LazyLock<Atlas> = LazyLock::new(|| {
    let mut atlas = Atlas { regions: Vec::new(), partitions: Vec::new() };
    for line in DATA.lines() {
        match line.split('\t').collect::<Vec<_>>()[..] {
            ["partition", name, host_suffix, beginnings] => {
                atlas.partitions.push(Partition { name, host_suffix, beginnings: beginnings.split(' ').collect() });
            }
            ["region", partition, name, country, bedrock, description] => {
                let has_bedrock = bedrock == "bedrock";
                atlas.regions.push(Region { name, description, partition, country, has_bedrock });
            }
            _ => {}
        }
    }
    atlas
});

/// Every region known, by partition and name.
#[must_use]
pub fn all() -> &'static [Region] {
    &ATLAS.regions
}

/// The day the data was written.
#[must_use]
pub fn date() -> &'static str {
    let begins = DATA.strip_prefix("# Regions of AWS, ").unwrap_or_default();
    begins.split('.').next().unwrap_or_default()
}

/// A region by its name; `None` for one that is newer than the data.
#[must_use]
pub fn find(name: &str) -> Option<&'static Region> {
    all().iter().find(|region| region.name == name)
}

/// Whether a region was there when the data was written. A starting session of Claude Code waits for this one look, so
/// the data is not taken apart for it.
#[must_use]
pub fn is_known(name: &str) -> bool {
    let named = |line: &'static str| line.strip_prefix("region\t")?.split('\t').nth(1);
    DATA.lines().any(|line| named(line) == Some(name))
}

/// What is doubtful about the name of a region, and which one may have been meant; `None` for one that is known.
#[must_use]
pub fn doubt(name: &str) -> Option<String> {
    if find(name).is_some() {
        return None;
    }
    Some(match meant(name) {
        Some(meant) => format!("is `{name}` a region? Did you mean `{meant}`?"),
        None => format!("is `{name}` a region? `claude-bedrock regions` lists them"),
    })
}

/// The region that was meant by a name that is none, where it differs by a slip or two.
#[must_use]
pub fn meant(name: &str) -> Option<&'static str> {
    if find(name).is_some() {
        return None;
    }
    slip::meant(name, all().iter().map(|region| region.name))
}

/// Whether a region is one of `GovCloud`, whose inference profiles are its own.
#[must_use]
pub fn is_gov_cloud(region: &str) -> bool {
    partition_of(region).name == "aws-us-gov"
}

/// The partition of a region, also of one that is newer than the data: the longest beginning of its name decides.
/// AWS's commercial partition where nothing fits.
#[must_use]
pub fn partition_of(region: &str) -> &'static Partition {
    let fit = |partition: &Partition| {
        let fitting = partition
            .beginnings
            .iter()
            .filter(|beginning| region.strip_prefix(**beginning).is_some_and(|rest| rest.starts_with('-')));
        fitting.map(|beginning| beginning.len()).max()
    };
    let found = ATLAS.partitions.iter().filter_map(|partition| Some((fit(partition)?, partition)));
    // The commercial partition is the first of the data, which a test checks.
    found.max_by_key(|(length, _)| *length).map_or(&ATLAS.partitions[0], |(_, partition)| partition)
}

/// The regions of a partition that Bedrock is in.
pub fn with_bedrock(partition: &str) -> impl Iterator<Item = &'static Region> {
    all().iter().filter(move |region| region.has_bedrock && region.partition == partition)
}

/// That AWS has no Bedrock where a region is, in a sentence.
#[must_use]
pub fn without_bedrock(region: &str) -> Option<String> {
    let partition = partition_of(region).name;
    with_bedrock(partition).next().is_none().then(|| {
        format!(
            "AWS has no Bedrock in the partition `{partition}` (as of {}); another partition has it, with accounts and \
             identities of its own",
            date()
        )
    })
}

/// A country as it stands behind `in`; its code where no region was when this was written.
#[must_use]
pub fn country_name(country: &str) -> &str {
    match country {
        "AE" => "the United Arab Emirates",
        "AU" => "Australia",
        "BH" => "Bahrain",
        "BR" => "Brazil",
        "CA" => "Canada",
        "CH" => "Switzerland",
        "CN" => "China",
        "DE" => "Germany",
        "ES" => "Spain",
        "FR" => "France",
        "GB" => "the United Kingdom",
        "HK" => "Hong Kong",
        "ID" => "Indonesia",
        "IE" => "Ireland",
        "IL" => "Israel",
        "IN" => "India",
        "IT" => "Italy",
        "JP" => "Japan",
        "KR" => "South Korea",
        "MX" => "Mexico",
        "MY" => "Malaysia",
        "NZ" => "New Zealand",
        "SE" => "Sweden",
        "SG" => "Singapore",
        "TH" => "Thailand",
        "TW" => "Taiwan",
        "US" => "the US",
        "ZA" => "South Africa",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_is_told_by_the_region_s_name_also_of_one_that_is_new() {
        assert_eq!(ATLAS.partitions[0].name, "aws");
        for region in all() {
            assert!(is_known(region.name), "{}", region.name);
            assert_eq!(partition_of(region.name).name, region.partition, "{}", region.name);
            assert_ne!(country_name(region.country), region.country, "{} has no name", region.country);
        }
        let cases = [("us-gov-south-9", "aws-us-gov"), ("us-south-9", "aws"), ("cn-east-9", "aws-cn"), ("x", "aws")];
        for (region, partition) in cases {
            assert_eq!(partition_of(region).name, partition, "{region}");
            assert!(!is_known(region), "{region}");
        }
        assert_eq!(with_bedrock("aws-us-gov").count(), 2);
        assert_eq!(with_bedrock("aws-cn").count(), 0);
        assert!(with_bedrock("aws").count() > 20);
        assert!(date().parse::<jiff::civil::Date>().is_ok(), "{}", date());
    }
}
