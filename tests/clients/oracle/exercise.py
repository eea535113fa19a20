"""Asks an AWS account for everything Claude Code and its users need, with botocore; the endpoint comes from variables."""

import json

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

MODEL = "us.anthropic.claude-sonnet-4-6"
BASE_MODEL = "anthropic.claude-sonnet-4-6"
MESSAGES = [{"role": "user", "content": [{"text": "Say hello."}]}]
INVOCATION = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 20,
    "messages": [{"role": "user", "content": "Say hello."}],
}

session = botocore.session.Session(profile="work")


def client(service):
    return session.create_client(service, region_name="us-west-2", config=Config(retries={"total_max_attempts": 1}))


def refused(code, call, **arguments):
    """Expects a call to be refused with a code."""
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
    else:
        raise AssertionError(f"{call} was not refused")


def security_tokens():
    sts = client("sts")
    assert sts.get_caller_identity()["Account"] == "111122223333"
    role = sts.assume_role(
        RoleArn="arn:aws:iam::111122223333:role/team/Invoker", RoleSessionName="exercise", ExternalId="from outside"
    )
    assert role["AssumedRoleUser"]["Arn"].endswith("assumed-role/Invoker/exercise"), role
    refused("AccessDenied", sts.assume_role, RoleArn="arn:aws:iam::111122223333:role/Nobody", RoleSessionName="x2")
    refused(
        "InvalidIdentityToken",
        sts.assume_role_with_web_identity,
        RoleArn="arn:aws:iam::111122223333:role/team/Invoker",
        RoleSessionName="exercise",
        WebIdentityToken="no token",
    )


def permissions():
    # IAM has one region, which stands in its signatures.
    administrator = botocore.session.Session(profile="administrator")
    iam = administrator.create_client("iam", region_name="us-east-1")
    role = iam.get_role(RoleName="Invoker")["Role"]
    assert (role["Path"], role["Arn"]) == ("/team/", "arn:aws:iam::111122223333:role/team/Invoker"), role
    refused("NoSuchEntity", iam.get_role, RoleName="Nobody")
    model = "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-sonnet-4-6"
    results = iam.simulate_principal_policy(
        PolicySourceArn=role["Arn"],
        ActionNames=["bedrock:InvokeModel", "bedrock:ListInferenceProfiles"],
        ResourceArns=[model],
        ContextEntries=[
            {"ContextKeyName": "aws:RequestedRegion", "ContextKeyType": "string", "ContextKeyValues": ["us-west-2"]}
        ],
    )["EvaluationResults"]
    decisions = {result["EvalActionName"]: result["EvalDecision"] for result in results}
    assert decisions == {"bedrock:InvokeModel": "allowed", "bedrock:ListInferenceProfiles": "implicitDeny"}, decisions
    assert results[0]["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"], results[0]
    refused(
        "InvalidInput",
        iam.simulate_principal_policy,
        PolicySourceArn="arn:aws:sts::111122223333:assumed-role/Invoker/x",
        ActionNames=["bedrock:InvokeModel"],
    )
    refused(
        "NoSuchEntity",
        iam.simulate_principal_policy,
        PolicySourceArn="arn:aws:iam::111122223333:role/Invoker",
        ActionNames=["bedrock:InvokeModel"],
    )
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "bedrock:List*", "Resource": "*"}}
    user = botocore.session.Session(profile="builder").create_client("sts", region_name="us-west-2")
    visitor = user.get_federation_token(Name="visitor", Policy=json.dumps(policy))
    assert visitor["FederatedUser"]["Arn"] == "arn:aws:sts::111122223333:federated-user/visitor", visitor
    refused("MalformedPolicyDocument", user.get_federation_token, Name="visitor", Policy="{}")
    keys = visitor["Credentials"]
    federated = botocore.session.Session()
    federated.set_credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    bedrock = federated.create_client("bedrock", region_name="us-west-2")
    assert bedrock.list_inference_profiles()["inferenceProfileSummaries"]
    refused("AccessDeniedException", bedrock.get_foundation_model, modelIdentifier=BASE_MODEL)


def inference_profiles(bedrock):
    first = bedrock.list_inference_profiles(maxResults=3, typeEquals="SYSTEM_DEFINED")
    assert len(bedrock.list_inference_profiles(nextToken=first["nextToken"])["inferenceProfileSummaries"]) > 3
    source = bedrock.get_inference_profile(inferenceProfileIdentifier=MODEL)
    made = bedrock.create_inference_profile(
        inferenceProfileName="my own",
        description="for an exercise",
        modelSource={"copyFrom": source["inferenceProfileArn"]},
        tags=[{"key": "cost", "value": "centre"}],
    )
    arn = made["inferenceProfileArn"]
    assert bedrock.list_tags_for_resource(resourceARN=arn)["tags"] == [{"key": "cost", "value": "centre"}]
    listed = bedrock.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]
    assert [profile["inferenceProfileArn"] for profile in listed] == [arn]
    copy = {"copyFrom": source["inferenceProfileArn"]}
    refused("ConflictException", bedrock.create_inference_profile, inferenceProfileName="my own", modelSource=copy)
    answer = client("bedrock-runtime").invoke_model(modelId=arn, body=json.dumps(INVOCATION))
    assert json.load(answer["body"])["type"] == "message"
    bedrock.delete_inference_profile(inferenceProfileIdentifier=arn)
    refused("ResourceNotFoundException", bedrock.get_inference_profile, inferenceProfileIdentifier=arn)


def models(bedrock):
    summaries = bedrock.list_foundation_models(byProvider="Anthropic")["modelSummaries"]
    assert any(model["modelId"] == BASE_MODEL for model in summaries)
    details = bedrock.get_foundation_model(modelIdentifier=BASE_MODEL)["modelDetails"]
    assert details["modelLifecycle"]["status"] == "ACTIVE"
    refused("ResourceNotFoundException", bedrock.get_foundation_model, modelIdentifier="anthropic.claude-nobody")


def access(bedrock):
    refused("ResourceNotFoundException", bedrock.get_use_case_for_model_access)
    runtime = client("bedrock-runtime")
    refused("ResourceNotFoundException", runtime.invoke_model, modelId=MODEL, body=json.dumps(INVOCATION))
    bedrock.put_use_case_for_model_access(formData=json.dumps({"companyName": "Example"}).encode())
    assert b"Example" in bedrock.get_use_case_for_model_access()["formData"]
    state = bedrock.get_foundation_model_availability(modelId=BASE_MODEL)["agreementAvailability"]["status"]
    assert state == "NOT_AVAILABLE", state
    refused("AccessDeniedException", runtime.invoke_model, modelId=MODEL, body=json.dumps(INVOCATION))
    offers = bedrock.list_foundation_model_agreement_offers(modelId=BASE_MODEL)["offers"]
    administrator = botocore.session.Session(profile="administrator").create_client("bedrock", region_name="us-west-2")
    administrator.create_foundation_model_agreement(modelId=BASE_MODEL, offerToken=offers[0]["offerToken"])
    state = bedrock.get_foundation_model_availability(modelId=BASE_MODEL)["agreementAvailability"]["status"]
    assert state == "AVAILABLE", state
    assert bedrock.get_account_data_retention()["mode"] == "default"
    bedrock.put_account_data_retention(mode="aws_review")
    assert bedrock.get_account_data_retention()["mode"] == "aws_review"


def invocations():
    runtime = client("bedrock-runtime")
    whole = json.load(runtime.invoke_model(modelId=MODEL, body=json.dumps(INVOCATION))["body"])
    stream = runtime.invoke_model_with_response_stream(modelId=MODEL, body=json.dumps(INVOCATION))["body"]
    events = [json.loads(event["chunk"]["bytes"]) for event in stream]
    streamed = "".join(event["delta"]["text"] for event in events if event["type"] == "content_block_delta")
    assert streamed == whole["content"][0]["text"]
    conversed = runtime.converse(modelId=MODEL, messages=MESSAGES)
    assert conversed["stopReason"] == "end_turn"
    stream = runtime.converse_stream(modelId=MODEL, messages=MESSAGES, inferenceConfig={"maxTokens": 20})["stream"]
    events = list(stream)
    deltas = [event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event]
    assert "".join(deltas) == conversed["output"]["message"]["content"][0]["text"]
    assert "metadata" in events[-1]
    counted = runtime.count_tokens(modelId=BASE_MODEL, input={"invokeModel": {"body": json.dumps(INVOCATION)}})
    assert counted["inputTokens"] > 1
    refused("ValidationException", runtime.converse, modelId=BASE_MODEL, messages=MESSAGES)
    refused("ThrottlingException", runtime.converse, modelId="us.anthropic.claude-opus-5", messages=MESSAGES)
    refused("AccessDeniedException", runtime.converse, modelId="global.anthropic.claude-sonnet-5", messages=MESSAGES)


def quotas():
    service = client("service-quotas")
    listed = service.list_service_quotas(ServiceCode="bedrock")["Quotas"]
    assert listed[0]["Value"] == 0.0 and not listed[0]["Adjustable"]
    got = service.get_service_quota(ServiceCode="bedrock", QuotaCode=listed[0]["QuotaCode"])["Quota"]
    assert got == listed[0]
    refused("NoSuchResourceException", service.get_service_quota, ServiceCode="bedrock", QuotaCode="L-NOBODY0")


bedrock = client("bedrock")
security_tokens()
permissions()
models(bedrock)
access(bedrock)
inference_profiles(bedrock)
invocations()
quotas()
print("done")
