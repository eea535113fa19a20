"""Checks the statements of a policy against AWS's Service Authorization Reference, as cfn-lint carries it.

Usage: forms.py POLICY...

Every action has to exist; one that knows resources needs ARNs of a kind it takes, one that knows none needs `*`.
"""

import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path

# Found without being run, which takes it seconds.
folder = Path(find_spec("cfnlint").origin).parent
reference = json.loads((folder / "data/AdditionalSpecs/Policies.json").read_text())
PARTS = {"Partition": "aws[a-z-]*", "Region": r"(?:[a-z0-9-]*|\*)", "Account": r"(?:\d{12})?"}


def form(text):
    """A form of ARNs as a regular expression: what the reference leaves open is any text."""
    return re.compile(re.sub(r"\$\{(\w+)\}", lambda part: PARTS.get(part[1], "[^:]+"), text))


complaints = []
statements = [statement for path in sys.argv[1:] for statement in json.loads(Path(path).read_text())["Statement"]]
for statement in statements:
    for action in statement["Action"]:
        service, name = action.split(":")
        known = reference[service]["Actions"].get(name.lower())
        if known is None:
            complaints.append(f"{action} does not exist")
            continue
        kinds = known.get("Resources", [])
        if not kinds:
            if statement["Resource"] != ["*"]:
                complaints.append(f"{action} knows no resource")
            continue
        forms = [form(text) for kind in kinds for text in reference[service]["Resources"][kind]["ARNFormats"]]
        for arn in statement["Resource"]:
            if not any(pattern.fullmatch(arn) for pattern in forms):
                complaints.append(f"{action} takes no {arn}")
print("\n".join(complaints) or "all as the reference has them")
sys.exit(1 if complaints else 0)
