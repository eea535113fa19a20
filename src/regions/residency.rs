//! Where a user wants requests to stay, and where they may go.

use std::fmt;

use clap::ValueEnum;

use super::{all, country_name, find};

/// The member states of the European Union that have a region (ISO 3166-1).
const EUROPEAN_UNION: [&str; 6] = ["DE", "ES", "FR", "IE", "IT", "SE"];

/// The other countries of Europe that have one; `eu-` in a region's name does not tell.
const REST_OF_EUROPE: [&str; 2] = ["CH", "GB"];

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
    fn what_is_asked_for_by_name_is_understood() {
        for residency in Residency::value_variants() {
            assert_eq!(Residency::parse(residency.name()), Some(*residency));
        }
        assert_eq!(Residency::parse("mars"), None);
    }
}
