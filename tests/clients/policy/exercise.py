"""Calls AWS as Claude Code and our program do, once as each of many users, and prints who was refused what.

Usage: exercise.py ENDPOINT PROFILE MODEL UNSUBSCRIBED < USERS

USERS is a JSON object of names and key pairs; the answer is one of names and the actions that were denied.
"""

import json
import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, profile, model, unsubscribed = sys.argv[1:5]
BODY = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1, "messages": [{"role": "user", "content": "."}]})


def calls(client):
    """Each action with the call that needs it."""
    bedrock, runtime = client("bedrock"), client("bedrock-runtime")
    return {
        "bedrock:InvokeModel": lambda: runtime.invoke_model(modelId=profile, body=BODY),
        "bedrock:InvokeModelWithResponseStream": lambda: list(
            runtime.invoke_model_with_response_stream(modelId=profile, body=BODY)["body"]
        ),
        "bedrock:CountTokens": lambda: runtime.count_tokens(
            modelId=model, input={"invokeModel": {"body": BODY.encode()}}
        ),
        "bedrock:GetInferenceProfile": lambda: bedrock.get_inference_profile(inferenceProfileIdentifier=profile),
        "bedrock:ListInferenceProfiles": lambda: bedrock.list_inference_profiles(),
        "bedrock:ListFoundationModels": lambda: bedrock.list_foundation_models(),
        "bedrock:GetFoundationModel": lambda: bedrock.get_foundation_model(modelIdentifier=model),
        "bedrock:GetFoundationModelAvailability": lambda: bedrock.get_foundation_model_availability(modelId=model),
        "bedrock:GetAccountDataRetention": lambda: bedrock.get_account_data_retention(),
        "bedrock:GetUseCaseForModelAccess": lambda: bedrock.get_use_case_for_model_access(),
        "servicequotas:ListServiceQuotas": lambda: client("service-quotas").list_service_quotas(ServiceCode="bedrock"),
        # Whether they subscribe is not theirs to call; nobody in the account has used this model.
        "aws-marketplace": lambda: list(
            runtime.invoke_model_with_response_stream(modelId=unsubscribed, body=BODY)["body"]
        ),
    }


refused = {}
# One session for all: its models of the services are read once.
session = botocore.session.Session()
config = Config(retries={"total_max_attempts": 1})
for name, (key, secret) in json.load(sys.stdin).items():
    keys = {"aws_access_key_id": key, "aws_secret_access_key": secret}
    made = calls(
        lambda service: session.create_client(service, "us-west-2", endpoint_url=endpoint, config=config, **keys)
    )
    denied = []
    for action, call in made.items():
        try:
            call()
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("AccessDeniedException", "AccessDenied"):
                raise
            denied.append(action)
    refused[name] = denied
print(json.dumps(refused))
