"""Makes a session of the user whose keys are in the profile `builder`, and prints its keys as JSON: federate.py POLICY"""

import json
import sys

import botocore.session

sts = botocore.session.Session(profile="builder").create_client("sts", region_name="us-west-2")
keys = sts.get_federation_token(Name="visitor", Policy=sys.argv[1])["Credentials"]
print(json.dumps([keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]]))
