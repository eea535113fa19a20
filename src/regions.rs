//! The regions of AWS, their partitions, and where data stays that is routed to some of them.
//!
//! The regions come from `regions.tsv`, which `scripts/region-data` writes and which says its source and date. Which
//! models answer where is AWS's to say, and whether Bedrock is in a region its own answer decides.

pub mod survey;

use std::fmt;
use std::sync::LazyLock;

use clap::ValueEnum;

use crate::slip;

const DATA: &str = include_str!("regions.tsv");

/// The member states of the European Union that have a region (ISO 3166-1).
const EUROPEAN_UNION: [&str; 6] = ["DE", "ES", "FR", "IE", "IT", "SE"];

/// The other countries of Europe that have one; `eu-` in a region's name does not tell.
const REST_OF_EUROPE: [&str; 2] = ["CH", "GB"];

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

/// What is doubtful about the name of a region, and which one may have been meant; `None` for one that is known.
#[must_use]
pub fn doubt(name: &str) -> Option<String> {
    if find(name).is_some() {
        return None;
    }
    let meant = slip::meant(name, all().iter().map(|region| region.name));
    Some(match meant {
        Some(meant) => format!("is `{name}` a region? Did you mean `{meant}`?"),
        None => format!("is `{name}` a region? `claude-bedrock regions` lists them"),
    })
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

/// Where a user wants requests to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Residency {
    /// In the European Union
    Eu,
    /// In the United States
    Us,
    /// In Japan
    Jp,
    /// In Australia
    Au,
    /// In Asia and the Pacific, Japan and Australia among it
    Apac,
    /// Wherever AWS sends them
    Any,
}

impl Residency {
    /// Whether what goes where `reach` says stays where the user wants it. What is not known does not.
    #[must_use]
    pub fn admits(self, reach: &Reach) -> bool {
        match (self, reach) {
            (Self::Any, _) => true,
            (_, Reach::Anywhere | Reach::Unknown(_)) => false,
            (_, Reach::Countries(countries)) => countries.iter().all(|country| self.has(country)),
        }
    }

    /// Whether a country is in it.
    #[must_use]
    pub fn has(self, country: &str) -> bool {
        match self {
            Self::Eu => EUROPEAN_UNION.contains(&country),
            Self::Us => country == "US",
            Self::Jp => country == "JP",
            Self::Au => country == "AU",
            Self::Apac => is_asia_pacific(country),
            Self::Any => true,
        }
    }

    /// The value as it is typed and stored: `eu`, `us`, `jp`, `au`, `apac` or `any`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Eu => "eu",
            Self::Us => "us",
            Self::Jp => "jp",
            Self::Au => "au",
            Self::Apac => "apac",
            Self::Any => "any",
        }
    }

    /// The place as it stands behind `in`.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::Eu => "the EU",
            Self::Us => "the US",
            Self::Jp => "Japan",
            Self::Au => "Australia",
            Self::Apac => "Asia Pacific",
            Self::Any => "any place",
        }
    }

    /// Reads what [`Residency::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::value_variants().iter().copied().find(|residency| residency.name() == name)
    }
}

fn is_asia_pacific(country: &str) -> bool {
    all().iter().any(|region| region.country == country && region.name.starts_with("ap-"))
}

/// Where requests may be processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// In these countries and no others (ISO 3166-1), sorted.
    Countries(Vec<&'static str>),
    /// In a region that the data does not know: nobody can say.
    Unknown(String),
    /// In any region of the partition.
    Anywhere,
}

impl Reach {
    /// The reach of requests that are routed to some regions. An empty name, as the ARNs of `global.` profiles have
    /// it, stands for every region.
    pub fn of<'a>(regions: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut countries, mut unknown) = (Vec::new(), None);
        for name in regions {
            match find(name) {
                _ if name.is_empty() => return Self::Anywhere,
                Some(region) => countries.push(region.country),
                None => unknown = Some(name.to_owned()),
            }
        }
        countries.sort_unstable();
        countries.dedup();
        match unknown {
            Some(name) => Self::Unknown(name),
            None if countries.is_empty() => Self::Unknown("no region".into()),
            None => Self::Countries(countries),
        }
    }

    /// The reach of an inference profile, from the ARNs of its foundation models.
    pub fn of_models<'a>(model_arns: impl IntoIterator<Item = &'a String>) -> Self {
        Self::of(model_arns.into_iter().map(|arn| arn.split(':').nth(3).unwrap_or_default()))
    }

    /// The narrowest residency a user can ask for that admits it.
    #[must_use]
    pub fn residency(&self) -> Residency {
        let narrow_first = [Residency::Jp, Residency::Au, Residency::Us, Residency::Eu, Residency::Apac];
        narrow_first.into_iter().find(|residency| residency.admits(self)).unwrap_or(Residency::Any)
    }
}

/// `stays in the EU`, `stays in Japan`, `goes anywhere`.
impl fmt::Display for Reach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let countries = match self {
            Self::Anywhere => return formatter.write_str("goes anywhere"),
            Self::Unknown(region) => return write!(formatter, "goes to {region}, which this program does not know"),
            Self::Countries(countries) => countries,
        };
        let is_in_europe = |country: &&str| EUROPEAN_UNION.contains(country) || REST_OF_EUROPE.contains(country);
        match countries[..] {
            [country] => write!(formatter, "stays in {}", country_name(country)),
            _ if Residency::Eu.admits(self) => formatter.write_str("stays in the EU"),
            _ if countries.iter().all(is_in_europe) => {
                let others = countries.iter().filter(|country| REST_OF_EUROPE.contains(country));
                let others: Vec<_> = others.map(|country| country_name(country)).collect();
                write!(formatter, "stays in Europe, {} included", others.join(" and "))
            }
            _ if Residency::Apac.admits(self) => formatter.write_str("stays in Asia Pacific"),
            _ => {
                let names: Vec<_> = countries.iter().map(|country| country_name(country)).collect();
                write!(formatter, "goes to {}", names.join(", "))
            }
        }
    }
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

    fn reach(regions: &[&str]) -> (String, Residency) {
        let reach = Reach::of(regions.iter().copied());
        (reach.to_string(), reach.residency())
    }

    #[test]
    fn a_reach_is_said_plainly_and_never_narrower_than_it_is() {
        let cases: [(&[&str], &str, Residency); 12] = [
            (&["us-east-1", "us-west-2"], "stays in the US", Residency::Us),
            (&["us-gov-west-1", "us-gov-east-1"], "stays in the US", Residency::Us),
            (&["ap-northeast-1", "ap-northeast-3"], "stays in Japan", Residency::Jp),
            (&["ap-southeast-2", "ap-southeast-4"], "stays in Australia", Residency::Au),
            (&["eu-west-1", "eu-north-1"], "stays in the EU", Residency::Eu),
            (&["eu-west-1"], "stays in Ireland", Residency::Eu),
            (&["eusc-de-east-1"], "stays in Germany", Residency::Eu),
            (
                &["eu-west-1", "eu-west-2", "eu-central-2"],
                "stays in Europe, Switzerland and the United Kingdom included",
                Residency::Any,
            ),
            (&["ap-south-1", "ap-northeast-1", "ap-southeast-2"], "stays in Asia Pacific", Residency::Apac),
            (&["us-east-1", "ca-central-1"], "goes to Canada, the US", Residency::Any),
            (&["us-east-1", ""], "goes anywhere", Residency::Any),
            (&["us-east-1", "xx-new-1"], "goes to xx-new-1, which this program does not know", Residency::Any),
        ];
        for (regions, words, residency) in cases {
            assert_eq!(reach(regions), (words.to_owned(), residency), "{regions:?}");
        }
        assert_eq!(Reach::of([]).residency(), Residency::Any);
    }

    #[test]
    fn a_partition_is_told_by_the_region_s_name_also_of_one_that_is_new() {
        assert_eq!(ATLAS.partitions[0].name, "aws");
        for region in all() {
            assert_eq!(partition_of(region.name).name, region.partition, "{}", region.name);
            assert_ne!(country_name(region.country), region.country, "{} has no name", region.country);
        }
        let cases = [("us-gov-south-9", "aws-us-gov"), ("us-south-9", "aws"), ("cn-east-9", "aws-cn"), ("x", "aws")];
        for (region, partition) in cases {
            assert_eq!(partition_of(region).name, partition, "{region}");
        }
        assert_eq!(with_bedrock("aws-us-gov").count(), 2);
        assert_eq!(with_bedrock("aws-cn").count(), 0);
        assert!(with_bedrock("aws").count() > 20);
        assert!(date().parse::<jiff::civil::Date>().is_ok(), "{}", date());
    }

    #[test]
    fn what_is_asked_for_by_name_is_understood() {
        for residency in Residency::value_variants() {
            assert_eq!(Residency::parse(residency.name()), Some(*residency));
        }
        assert_eq!(Residency::parse("mars"), None);
    }
}
