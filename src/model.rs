//! Inference-profile and model ids: parsed, never built.

use crate::aws::bedrock::InferenceProfile;

/// What an id or name says of a Claude model: its family and its generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The family, such as `sonnet`.
    pub family: String,
    /// The generation's numbers, such as `[4, 6]`.
    pub generation: Vec<u32>,
    /// The release date in the id, such as `20250929`, where it has one.
    pub date: Option<u32>,
}

impl Model {
    /// Reads the id of a foundation model or system-defined inference profile of Anthropic's; `None` for others.
    ///
    /// Ids follow no one rule: `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, `anthropic.claude-opus-4-6-v1`,
    /// `global.anthropic.claude-opus-5-5`, `us.anthropic.claude-3-5-haiku-20241022-v1:0`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let (_, name) = id.split_once("anthropic.claude-")?;
        let name = name.split(':').next().unwrap_or_default();
        let (mut family, mut generation, mut date) = (None, Vec::new(), None);
        for word in name.split('-') {
            match word.parse::<u32>() {
                Ok(number) if word.len() == 8 => date = Some(number),
                Ok(number) => generation.push(number),
                Err(_) if is_revision(word) => {}
                Err(_) => family = family.or(Some(word.to_ascii_lowercase())),
            }
        }
        Some(Self { family: family?, generation, date })
    }

    fn age_key(&self) -> (&[u32], Option<u32>) {
        (&self.generation, self.date)
    }
}

/// `v1`, `v2`: the revision of a model, no part of its name.
fn is_revision(word: &str) -> bool {
    word.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The foundation model behind a profile, from the ARNs AWS lists for it.
#[must_use]
pub fn of_profile(profile: &InferenceProfile) -> Option<Model> {
    profile.model_arns.iter().find_map(|arn| Model::parse(arn)).or_else(|| Model::parse(&profile.id))
}

/// How many regions a profile's traffic may go to; one without a region in its ARN goes anywhere.
#[must_use]
pub fn reach(profile: &InferenceProfile) -> usize {
    let regions = profile.model_arns.iter().map(|arn| arn.split(':').nth(3).unwrap_or_default());
    let mut count = 0;
    for region in regions {
        if region.is_empty() {
            return usize::MAX;
        }
        count += 1;
    }
    count
}

/// The newest profile of a family; among those of one model the one whose traffic stays in the fewest regions.
#[must_use]
pub fn newest<'a>(profiles: &'a [InferenceProfile], family: &str) -> Option<&'a InferenceProfile> {
    profiles
        .iter()
        .filter_map(|profile| Some((of_profile(profile)?, profile)))
        .filter(|(model, _)| model.family == family)
        .max_by(|(one, a), (two, b)| {
            one.age_key().cmp(&two.age_key()).then(reach(b).cmp(&reach(a))).then(b.id.cmp(&a.id))
        })
        .map(|(_, profile)| profile)
}

/// Whether a configured value names a model of Bedrock's: an ARN, or an id with Bedrock's provider prefix.
#[must_use]
pub fn is_bedrock_id(text: &str) -> bool {
    text.starts_with("arn:") || text.contains("anthropic.claude-")
}

/// Whether an id has the form of Mantle's: the provider and a name, without a profile's prefix or a version.
#[must_use]
pub fn is_mantle_id(id: &str) -> bool {
    let id = without_context_suffix(id);
    let end = id.rsplit('-').next().unwrap_or_default();
    let is_version = end.strip_prefix('v').is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()));
    id.starts_with("anthropic.claude-") && !is_version
}

/// The id without Claude Code's suffix for the long context window.
#[must_use]
pub fn without_context_suffix(id: &str) -> &str {
    id.strip_suffix("[1m]").unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(id: &str) -> (String, Vec<u32>, Option<u32>) {
        let model = Model::parse(id).expect("a Claude model");
        (model.family, model.generation, model.date)
    }

    #[test]
    fn ids_of_every_generation_are_read() {
        let sonnet = parsed("us.anthropic.claude-sonnet-4-5-20250929-v1:0");
        assert_eq!(sonnet, ("sonnet".into(), vec![4, 5], Some(20_250_929)));
        assert_eq!(parsed("global.anthropic.claude-opus-4-6-v1"), ("opus".into(), vec![4, 6], None));
        assert_eq!(parsed("anthropic.claude-opus-5-5"), ("opus".into(), vec![5, 5], None));
        let haiku = parsed("us.anthropic.claude-3-5-haiku-20241022-v1:0");
        assert_eq!(haiku, ("haiku".into(), vec![3, 5], Some(20_241_022)));
        assert_eq!(Model::parse("amazon.nova-pro-v1:0"), None);
    }

    #[test]
    fn mantle_knows_ids_without_prefix_and_version() {
        for id in ["anthropic.claude-opus-5-5", "anthropic.claude-opus-5-5[1m]", "anthropic.claude-haiku-4-5"] {
            assert!(is_mantle_id(id), "{id}");
        }
        for id in
            ["us.anthropic.claude-opus-5-5", "anthropic.claude-opus-4-6-v1", "anthropic.claude-haiku-4-5-20251001-v1:0"]
        {
            assert!(!is_mantle_id(id), "{id}");
        }
    }

    #[test]
    fn the_newest_generation_wins_and_then_the_narrowest_route() {
        let listed = [
            InferenceProfile::routed("global.anthropic.claude-sonnet-5-5", &["", "us-west-2"]),
            InferenceProfile::routed("us.anthropic.claude-sonnet-5-5", &["us-east-1", "us-west-2"]),
            InferenceProfile::routed("us.anthropic.claude-sonnet-4-5-20250929-v1:0", &["us-east-1"]),
            InferenceProfile::routed("us.anthropic.claude-sonnet-5", &["us-east-1"]),
        ];
        assert_eq!(newest(&listed, "sonnet").expect("listed").id, "us.anthropic.claude-sonnet-5-5");
        assert_eq!(newest(&listed, "fable"), None);
    }
}
