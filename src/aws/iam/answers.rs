//! The answers of IAM's Query protocol.

use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError, try_data};

use super::Decision;

/// The actions of an answer, each with what it came to.
pub(super) fn evaluations(body: &str) -> Result<Vec<(String, Decision)>, XmlDecodeError> {
    let mut found = Vec::new();
    let mut document = Document::try_from(body.as_bytes())?;
    let mut root = document.root_element()?;
    while let Some(mut result) = root.next_tag() {
        while let Some(mut list) = result.next_tag() {
            if !list.start_el().matches("EvaluationResults") {
                continue;
            }
            while let Some(mut member) = list.next_tag() {
                found.push(evaluation(&mut member)?);
            }
        }
    }
    Ok(found)
}

fn evaluation(member: &mut ScopedDecoder<'_, '_>) -> Result<(String, Decision), XmlDecodeError> {
    let (mut action, mut decision) = (String::new(), Decision::NotAllowed);
    let (mut by_organization, mut by_boundary) = (true, true);
    while let Some(mut field) = member.next_tag() {
        match field.start_el().local() {
            "EvalActionName" => action = try_data(&mut field)?.into_owned(),
            "EvalDecision" => {
                decision = match &*try_data(&mut field)? {
                    "allowed" => Decision::Allowed,
                    "explicitDeny" => Decision::Denied,
                    _ => Decision::NotAllowed,
                }
            }
            "OrganizationsDecisionDetail" => by_organization = says_true(&mut field, "AllowedByOrganizations")?,
            "PermissionsBoundaryDecisionDetail" => by_boundary = says_true(&mut field, "AllowedByPermissionsBoundary")?,
            _ => {}
        }
    }
    let decision = match decision {
        Decision::Allowed => decision,
        _ if !by_organization => Decision::DeniedByOrganization,
        _ if !by_boundary => Decision::DeniedByBoundary,
        _ => decision,
    };
    Ok((action, decision))
}

/// What the one field of a detail says; what is not said stands in nobody's way.
fn says_true(detail: &mut ScopedDecoder<'_, '_>, name: &str) -> Result<bool, XmlDecodeError> {
    let mut says = true;
    while let Some(mut field) = detail.next_tag() {
        if field.start_el().matches(name) {
            says = &*try_data(&mut field)? == "true";
        }
    }
    Ok(says)
}

/// The ARN of the role in an answer of `GetRole`.
pub(super) fn role_arn(body: &str) -> Result<Option<String>, XmlDecodeError> {
    let mut document = Document::try_from(body.as_bytes())?;
    let mut root = document.root_element()?;
    while let Some(mut result) = root.next_tag() {
        while let Some(mut role) = result.next_tag() {
            while let Some(mut field) = role.next_tag() {
                if field.start_el().matches("Arn") {
                    return Ok(Some(try_data(&mut field)?.into_owned()));
                }
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_iam_is_read_with_the_organisations_say() {
        // The example of IAM's API reference, with three more members.
        let body = "<SimulatePrincipalPolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
            <SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults><member>\
            <MatchedStatements><member><SourcePolicyId>p</SourcePolicyId></member></MatchedStatements>\
            <MissingContextValues/><EvalResourceName>*</EvalResourceName><EvalDecision>allowed</EvalDecision>\
            <EvalActionName>bedrock:InvokeModel</EvalActionName></member><member><EvalActionName>a:B</EvalActionName>\
            <EvalDecision>implicitDeny</EvalDecision><OrganizationsDecisionDetail><AllowedByOrganizations>false\
            </AllowedByOrganizations></OrganizationsDecisionDetail></member><member><EvalActionName>a:C</EvalActionName>\
            <EvalDecision>explicitDeny</EvalDecision></member><member><EvalActionName>a:D</EvalActionName>\
            <EvalDecision>implicitDeny</EvalDecision><PermissionsBoundaryDecisionDetail>\
            <AllowedByPermissionsBoundary>false</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>\
            </member></EvaluationResults></SimulatePrincipalPolicyResult>\
            </SimulatePrincipalPolicyResponse>";
        let found = evaluations(body).expect("well formed");
        let expected = [
            ("bedrock:InvokeModel".to_owned(), Decision::Allowed),
            ("a:B".to_owned(), Decision::DeniedByOrganization),
            ("a:C".to_owned(), Decision::Denied),
            ("a:D".to_owned(), Decision::DeniedByBoundary),
        ];
        assert_eq!(found, expected);
        assert!(evaluations("<not xml").is_err());
    }

    #[test]
    fn a_role_s_arn_is_read_with_its_path() {
        // The example of IAM's API reference.
        let body = "<GetRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRoleResult><Role>\
            <Path>/application_abc/component_xyz/</Path>\
            <Arn>arn:aws:iam::123456789012:role/application_abc/component_xyz/S3Access</Arn>\
            <RoleName>S3Access</RoleName></Role></GetRoleResult></GetRoleResponse>";
        let arn = role_arn(body).expect("well formed");
        assert_eq!(arn.as_deref(), Some("arn:aws:iam::123456789012:role/application_abc/component_xyz/S3Access"));
    }
}
