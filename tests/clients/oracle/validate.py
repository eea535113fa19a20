"""Checks recordings of aws-sandbox against botocore's own models of the AWS services.

Usage: validate.py RECORDING
       validate.py FOLDER     all recordings in it; every service must have been asked something

Every request has to be one the service's model describes, every answer one botocore's parser understands and the
model allows: members that exist, required ones, types, enumerations, patterns, lengths, forms of timestamps, HTTP
statuses, error codes with the statuses the model gives them. Two things are not judged, and counted: an answer that a
fault of a test put in the service's place, and a request that a test made wrong on purpose and marked so. Deviations
are printed, one per line, and make the exit code 1. What was checked is counted: as JSON, or as a table for a folder.
"""

import base64
import json
import re
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote

import botocore.session
from botocore.eventstream import EventStreamBuffer
from botocore.parsers import create_parser

SERVICES = {
    "sso-oidc": "sso-oidc",
    "sso": "sso",
    "signin": "signin",
    "sts": "sts",
    "iam": "iam",
    "servicequotas": "service-quotas",
    "bedrock": "bedrock",
    "bedrock-runtime": "bedrock-runtime",
}
# Pages for browsers, and a knock at the door that measures how far it is: no model describes them.
PAGES = {"Authorize", "AuthorizePage", "DevicePage", "Knock", "GET /favicon.ico"}
# What the layer before the services says; no service's model lists it.
FRONT_END = {
    "MissingAuthenticationTokenException": {400, 403},
    "MissingAuthenticationToken": {403},
    "IncompleteSignatureException": {400},
    "IncompleteSignature": {400},
    "UnrecognizedClientException": {400, 403},
    "InvalidClientTokenId": {403},
    "ExpiredTokenException": {400, 403},
    "ExpiredToken": {403},
    "InvalidSignatureException": {400, 403},
    "SignatureDoesNotMatch": {403},
    "AccessDenied": {403},
    "ValidationError": {400},
    "InvalidAction": {400},
    "UnknownOperationException": {400, 404},
    "SerializationException": {400},
}
# Exceptions a service gives though its model does not list them.
UNMODELLED = {("sso", "ForbiddenException"): 403}
# Values seen in practice that the model's enumerations lack.
BEYOND_ENUM = {"INFERENCE_PROFILE"}
# Where AWS's own answers go beyond its model: names and descriptions of the system's profiles have dots, commas and
# double blanks, and profiles of all regions route to models without a region.
BEYOND_PATTERN = re.compile(
    r"response(\.inferenceProfileSummaries\[\d+\])?\.(inferenceProfileName|description|models\[\d+\]\.modelArn)"
)
# And a list goes beyond its model: profiles of Europe and of Asia route to more regions than the five it allows.
BEYOND_LENGTH = re.compile(r"response(\.inferenceProfileSummaries\[\d+\])?\.models")
# What faults do that leave no answer of the service's to judge.
FOREIGN = {"answer", "dropped_before", "dropped_after", "silence"}
# The header of a request that a test made wrong on purpose.
MALFORMED = "x-sandbox-malformed"
# Bedrock's Messages API endpoint: no service model describes it, Anthropic's own API reference does.
MESSAGES = "bedrock-mantle"
# The errors of that API with their statuses.
ANTHROPIC_ERRORS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "api_error": 500,
    "overloaded_error": 529,
}
# Members of event payloads that only hide how long they are.
PADDING = {"p"}


class Deviations:
    """Deviations found in one exchange."""

    def __init__(self, where):
        self.where = where
        self.found = []

    def add(self, path, text):
        self.found.append(f"{self.where}: {path}: {text}")


def check_scalar(value, shape, path, deviations):
    """Checks a text, number or boolean."""
    kind = shape.type_name
    expected = {
        "string": str,
        "boolean": bool,
        "integer": int,
        "long": int,
        "float": (int, float),
        "double": (int, float),
    }.get(kind)
    if expected is None:
        return
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        deviations.add(path, f"{value!r} is no {kind}")
        return
    limits = shape.metadata
    size = len(value) if isinstance(value, str) else value
    if kind != "boolean":
        if "min" in limits and size < limits["min"]:
            deviations.add(path, f"{value!r} is below {limits['min']}")
        if "max" in limits and size > limits["max"]:
            deviations.add(path, f"{value!r} is above {limits['max']}")
    if kind == "string":
        if shape.enum and value not in shape.enum and value not in BEYOND_ENUM:
            deviations.add(path, f"{value!r} is none of {shape.enum}")
        check_pattern(value, limits.get("pattern"), path, deviations)


def check_pattern(value, pattern, path, deviations):
    """Checks a text against a pattern, where Python can read it."""
    if not pattern or BEYOND_PATTERN.fullmatch(path):
        return
    try:
        compiled = re.compile(pattern)
    except re.error:
        return
    if not compiled.search(value) if pattern.startswith("^") else not compiled.fullmatch(value):
        deviations.add(path, f"{value!r} does not match {pattern}")


def check_timestamp(value, shape, protocol, path, deviations):
    """Checks that a timestamp has the form of its service, on the wire."""
    form = shape.serialization.get("timestampFormat") or shape.metadata.get("timestampFormat")
    form = form or ("iso8601" if protocol in ("query", "rest-xml") else "unixtimestamp")
    if form == "unixtimestamp":
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            deviations.add(path, f"{value!r} is no epoch time")
    elif form == "iso8601":
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
            deviations.add(path, f"{value!r} is no ISO 8601 time")


def check(value, shape, protocol, path, deviations):
    """Checks a value as it is on the wire against the shape it has to have."""
    kind = shape.type_name
    if value is None:
        return
    if kind == "structure":
        check_structure(value, shape, protocol, path, deviations)
    elif kind == "list":
        if not isinstance(value, list):
            deviations.add(path, "is no list")
            return
        limits = shape.metadata
        most = len(value) if BEYOND_LENGTH.fullmatch(path) else limits.get("max", len(value))
        if not limits.get("min", 0) <= len(value) <= most:
            deviations.add(path, f"has {len(value)} members")
        for position, member in enumerate(value):
            check(member, shape.member, protocol, f"{path}[{position}]", deviations)
    elif kind == "map":
        if not isinstance(value, dict):
            deviations.add(path, "is no map")
            return
        for key, member in value.items():
            check(member, shape.value, protocol, f"{path}.{key}", deviations)
    elif kind == "timestamp":
        check_timestamp(value, shape, protocol, path, deviations)
    elif kind == "blob":
        check_blob(value, shape, path, deviations)
    else:
        check_scalar(value, shape, path, deviations)


def check_structure(value, shape, protocol, path, deviations):
    """Checks the members of a structure: all known, all required ones there."""
    if getattr(shape, "is_document_type", False) or shape.metadata.get("document"):
        return
    if not isinstance(value, dict):
        deviations.add(path, "is no structure")
        return
    names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
    for wire_name, member in value.items():
        if wire_name not in names:
            deviations.add(path, f"has the member {wire_name}, which {shape.name} does not")
            continue
        name = names[wire_name]
        check(member, shape.members[name], protocol, f"{path}.{name}", deviations)
    present = {names[name] for name, member in value.items() if name in names and member is not None}
    for name in shape.required_members:
        if name not in present and not shape.members[name].serialization.get("location"):
            deviations.add(path, f"lacks the required member {name}")
    if shape.metadata.get("union") and len(present) != 1:
        deviations.add(path, f"is a union with {len(present)} members")


def check_blob(value, shape, path, deviations):
    """Checks binary data, which JSON carries in Base64."""
    try:
        size = len(base64.b64decode(value, validate=True))
    except (ValueError, TypeError):
        deviations.add(path, "is no Base64")
        return
    limits = shape.metadata
    if size < limits.get("min", 0) or size > limits.get("max", size):
        deviations.add(path, f"has {size} bytes")


class Oracle:
    """botocore's models and parsers."""

    def __init__(self):
        session = botocore.session.Session()
        self.models = {ours: session.get_service_model(theirs) for ours, theirs in SERVICES.items()}

    def check_exchange(self, exchange, deviations):
        """Checks one exchange; says what was checked."""
        service, operation_name = exchange["service"], exchange["operation"]
        if operation_name in PAGES:
            return "page"
        answer = exchange["response"]
        if service == MESSAGES:
            return check_message(exchange, deviations)
        malformed = header(exchange["request"], MALFORMED) is not None
        if malformed and answer and answer["status"] < 400:
            deviations.add("request", "is marked as malformed, and was not refused")
        if malformed and service not in self.models:
            return "malformed"
        if service not in self.models:
            deviations.add("request", "is for no service")
            return "nothing"
        model = self.models[service]
        if operation_name not in model.operation_names:
            deviations.add("request", f"{operation_name} is no operation of {service}")
            return "nothing"
        operation = model.operation_model(operation_name)
        if not malformed:
            self.check_request(operation, exchange["request"], deviations)
        if exchange["injected"] in FOREIGN:
            return "injected"
        if answer is None:
            deviations.add("response", "is missing without a fault")
            return "nothing"
        if answer["status"] >= 300:
            self.check_error(service, operation, answer, deviations)
            return "malformed" if malformed else "error"
        self.check_answer(operation, answer, deviations)
        return "answer"

    def check_request(self, operation, request, deviations):
        """Checks method, path, query, headers and body of a request."""
        if request["method"] != operation.http["method"]:
            deviations.add("request", f"method {request['method']} is not {operation.http['method']}")
        shape = operation.input_shape
        protocol = operation.service_model.resolved_protocol
        body = base64.b64decode(request["body"])
        if protocol == "query":
            fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
            if fields.pop("Action", None) != operation.name:
                deviations.add("request", "Action is not the operation")
            if fields.pop("Version", None) != operation.service_model.api_version:
                deviations.add("request", "Version is not the service's")
            names = {name.split(".")[0] for name in fields}
            for name in names - set(shape.members):
                deviations.add("request", f"has the field {name}")
            for name in set(shape.required_members) - names:
                deviations.add("request", f"lacks {name}")
            return
        if protocol == "json":
            target = f"{operation.service_model.metadata['targetPrefix']}.{operation.name}"
            if header(request, "x-amz-target") != target:
                deviations.add("request", f"x-amz-target is not {target}")
            check(json.loads(body), shape, protocol, "request", deviations)
            return
        self.check_rest_request(operation, request, body, deviations)

    def check_rest_request(self, operation, request, body, deviations):
        """Checks a request of the REST-JSON services."""
        shape = operation.input_shape
        path, _, _ = operation.http["requestUri"].partition("?")
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))
        matched = re.fullmatch(pattern, request["path"])
        if not matched:
            deviations.add("request", f"path {request['path']} is not {path}")
            return
        members = shape.members if shape else {}
        located = {name: member.serialization.get("location") for name, member in members.items()}
        payload = shape.serialization.get("payload") if shape else None
        for name, member in members.items():
            wire_name = member.serialization.get("name", name)
            if located[name] == "uri" and wire_name in matched.groupdict():
                check(unquote(matched.group(wire_name)), member, "rest-json", f"request.{name}", deviations)
        query = dict(parse_qsl(request["query"], keep_blank_values=True))
        known = {
            member.serialization.get("name", name): member
            for name, member in members.items()
            if located[name] == "querystring"
        }
        for name, value in query.items():
            if name not in known:
                deviations.add("request", f"has the parameter {name}")
            elif known[name].type_name == "string":
                check(value, known[name], "rest-json", f"request.{name}", deviations)
        for name in shape.required_members if shape else []:
            member = members[name]
            wire_name = member.serialization.get("name", name)
            if located[name] == "querystring" and wire_name not in query:
                deviations.add("request", f"lacks the parameter {wire_name}")
            if located[name] == "header" and header(request, wire_name) is None:
                deviations.add("request", f"lacks the header {wire_name}")
        self.check_rest_body(shape, payload, located, body, deviations)

    @staticmethod
    def check_rest_body(shape, payload, located, body, deviations):
        """Checks the JSON in a REST-JSON body."""
        if payload is not None:
            member = shape.members[payload]
            if member.type_name == "structure" and not member.is_document_type:
                check(json.loads(body or b"{}"), member, "rest-json", "request", deviations)
            return
        if not body:
            return
        value = json.loads(body)
        for name in value:
            if located.get(name, "") is not None:
                deviations.add("request", f"body has the member {name}")
        if shape is not None:
            check(value, shape, "rest-json", "request", deviations)

    def check_answer(self, operation, answer, deviations):
        """Checks a successful answer, by the model and by botocore's parser."""
        expected = operation.http.get("responseCode", 200)
        if answer["status"] != expected:
            deviations.add("response", f"status {answer['status']} is not {expected}")
        shape = operation.output_shape
        protocol = operation.service_model.resolved_protocol
        body = base64.b64decode(answer["body"])
        headers = {name: value for name, value in answer["headers"]}
        if operation.has_event_stream_output:
            self.check_stream(shape, headers, body, deviations)
            return
        parser = create_parser(protocol)
        parsed = parser.parse({"status_code": answer["status"], "headers": headers, "body": body}, shape)
        if shape is None:
            return
        if protocol in ("rest-json", "json"):
            self.check_json_answer(shape, headers, body, deviations)
        else:
            for name in shape.required_members:
                if name not in parsed:
                    deviations.add("response", f"lacks {name}")
            self.check_xml_answer(parsed, shape, body, deviations)

    @staticmethod
    def check_json_answer(shape, headers, body, deviations):
        """Checks the JSON of an answer."""
        if not headers.get("content-type", "").startswith("application/"):
            deviations.add("response", "is not declared as JSON")
        payload = shape.serialization.get("payload")
        if payload is not None:
            member = shape.members[payload]
            if member.type_name == "blob":
                json.loads(body)
                return
            shape = member
        if body or shape.required_members:
            check(json.loads(body or b"{}"), shape, "rest-json", "response", deviations)

    @staticmethod
    def check_xml_answer(parsed, shape, body, deviations):
        """Checks what the parser made of XML, and that there is nothing it passed over."""
        def compare(value, of, path):
            for name in of.required_members:
                if name not in value:
                    deviations.add(path, f"lacks {name}")
            for name, member in value.items():
                if name in of.members and of.members[name].type_name == "structure":
                    compare(member, of.members[name], f"{path}.{name}")
                elif name in of.members and isinstance(member, list):
                    compare_all(member, of.members[name].member, f"{path}.{name}")
                elif name in of.members and isinstance(member, (str, int)):
                    check(member, of.members[name], "query", f"{path}.{name}", deviations)
                elif name in of.members and not isinstance(member, datetime):
                    deviations.add(f"{path}.{name}", f"{member!r} is of no known type")

        def compare_all(values, of, path):
            for at, value in enumerate(values):
                if of.type_name == "structure":
                    compare(value, of, f"{path}[{at}]")
                else:
                    check(value, of, "query", f"{path}[{at}]", deviations)

        compare({name: value for name, value in parsed.items() if name != "ResponseMetadata"}, shape, "response")
        text = body.decode()
        leaves = set(re.findall(r"<(\w+)>[^<]*</\1>", text)) - {"RequestId"}
        known, within = set(), set()

        def collect(of):
            for name, member in of.members.items():
                known.add(name)
                inner = member.member if member.type_name == "list" else member
                # Some structures of IAM hold themselves again.
                if inner.type_name == "structure" and inner.name not in within:
                    within.add(inner.name)
                    collect(inner)

        collect(shape)
        for name in leaves - known:
            deviations.add("response", f"has the element {name}, which {shape.name} does not")
        if not parsed["ResponseMetadata"].get("RequestId"):
            deviations.add("response", "lacks the RequestId")

    @staticmethod
    def check_stream(shape, headers, body, deviations):
        """Checks the events of a stream."""
        if headers.get("content-type") != "application/vnd.amazon.eventstream":
            deviations.add("response", "is not declared as an event stream")
            return
        events = next(
            member for member in shape.members.values() if member.serialization.get("eventstream")
        )
        buffer = EventStreamBuffer()
        buffer.add_data(body)
        count = 0
        for event in buffer:
            count += 1
            told = event.headers
            kind = told.get(":exception-type") if told[":message-type"] == "exception" else told.get(":event-type")
            if kind not in events.members:
                deviations.add("response", f"has the event {kind}")
                continue
            if told.get(":content-type") != "application/json":
                deviations.add("response", f"the event {kind} is not declared as JSON")
            value = {name: member for name, member in json.loads(event.payload).items() if name not in PADDING}
            check(value, events.members[kind], "rest-json", f"response.{kind}", deviations)
        if count == 0:
            deviations.add("response", "is a stream without events")

    def check_error(self, service, operation, answer, deviations):
        """Checks an error: a code the service has, with the status it has."""
        headers = {name: value for name, value in answer["headers"]}
        body = base64.b64decode(answer["body"])
        parser = create_parser(operation.service_model.resolved_protocol)
        parsed = parser.parse({"status_code": answer["status"], "headers": headers, "body": body}, operation.output_shape)
        code = parsed.get("Error", {}).get("Code", "")
        if not code or not parsed["Error"].get("Message") and service != "sso-oidc":
            deviations.add("response", f"error without code or message: {parsed}")
        known = {error.error_code: error for error in operation.service_model.error_shapes}
        status = answer["status"]
        if code in known:
            error = known[code]
            wanted = error.metadata.get("error", {}).get("httpStatusCode")
            if wanted and status != wanted and status not in FRONT_END.get(code, set()):
                deviations.add("response", f"{code} has the status {status}, not {wanted}")
            # The front end refuses API keys with a capital letter, as clients that print the body show.
            refuses_key = code == "AccessDeniedException" and set(json.loads(body)) == {"Message"}
            if operation.service_model.resolved_protocol == "rest-json" and not refuses_key:
                check(json.loads(body), error, "rest-json", "response", deviations)
            listed = {error.error_code for error in operation.error_shapes}
            # Who may not is told so before the operation is reached, whatever errors it lists.
            if code not in listed and code not in FRONT_END and code != "AccessDeniedException":
                deviations.add("response", f"{operation.name} does not have the error {code}")
        elif (service, code) in UNMODELLED:
            if status != UNMODELLED[service, code]:
                deviations.add("response", f"{code} has the status {status}")
        elif status not in FRONT_END.get(code, set()):
            deviations.add("response", f"{service} has no error {code} with the status {status}")


def header(request, name):
    """Finds a header of a request."""
    return next((value for known, value in request["headers"] if known.lower() == name.lower()), None)


def check_message(exchange, deviations):
    """Checks an exchange of the Messages API by what its reference says of errors, messages and streams."""
    answer = exchange["response"]
    if exchange["injected"] in FOREIGN:
        return "injected"
    headers = {name: value for name, value in answer["headers"]}
    body = base64.b64decode(answer["body"]).decode()
    if answer["status"] >= 300:
        error = json.loads(body)
        kind = error.get("error", {}).get("type")
        if error.get("type") != "error" or not error["error"].get("message"):
            deviations.add("response", "is no error of the Messages API")
        if ANTHROPIC_ERRORS.get(kind) != answer["status"]:
            deviations.add("response", f"{kind} has the status {answer['status']}")
        return "error"
    if headers.get("content-type", "").startswith("text/event-stream"):
        parts = [part.split("\n") for part in body.strip().split("\n\n")]
        kinds = [name.removeprefix("event: ") for name, _ in parts]
        told = [json.loads(data.removeprefix("data: "))["type"] for _, data in parts]
        if kinds != told or (kinds[0], kinds[-1]) != ("message_start", "message_stop"):
            deviations.add("response", f"is no stream of a message: {kinds}")
    elif exchange["operation"] == "CountTokens":
        if set(json.loads(body)) != {"input_tokens"}:
            deviations.add("response", "counts no tokens")
    elif json.loads(body).get("type") != "message":
        deviations.add("response", "is no message")
    return "answer"


class Verdicts:
    """The verdicts so far; of exchanges that are alike, as storms bring them, the first is judged for all."""

    def __init__(self):
        self.oracle = Oracle()
        self.known = {}
        self.checked = Counter()
        self.found = []

    def judge(self, recording):
        """Judges all exchanges of one file."""
        with open(recording, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith("\n"):
                    break  # The sandbox was ended while it wrote.
                exchange = json.loads(line)
                alike = key(exchange)
                if alike not in self.known:
                    deviations = Deviations(f"{recording.name}:{number} {exchange['service']} {exchange['operation']}")
                    self.known[alike] = self.oracle.check_exchange(exchange, deviations)
                    self.found += deviations.found
                self.checked[exchange["service"], exchange["operation"], self.known[alike]] += 1


def key(exchange):
    """What of an exchange is judged, without what differs between exchanges that are alike."""
    request, answer = exchange["request"], exchange["response"]
    return (
        exchange["service"],
        exchange["operation"],
        exchange["injected"],
        *(request[part] for part in ("method", "path", "query", "body")),
        header(request, "x-amz-target"),
        header(request, MALFORMED),
        header(request, "x-amz-sso_bearer_token") is None,
        answer and (answer["status"], str(answer["headers"]), answer["body"]),
    )


def print_table(verdicts):
    """Prints how much was judged, by operation."""
    kinds = ("answer", "error", "page", "injected", "malformed")
    print(f"{'':48}" + "".join(f"{kind:>11}" for kind in kinds))
    for service, operation in sorted({what[:2] for what in verdicts.checked}):
        counts = [verdicts.checked[service, operation, kind] for kind in kinds]
        print(f"{f'{service} {operation}'[:47]:48}" + "".join(f"{count or '':>11}" for count in counts))
    total = sum(verdicts.checked.values())
    print(f"{total} exchanges, {len(verdicts.known)} of them different, {len(verdicts.found)} deviations")


def main():
    path = Path(sys.argv[1])
    verdicts = Verdicts()
    for recording in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
        verdicts.judge(recording)
    for line in verdicts.found:
        print(line, file=sys.stderr)
    asked = {service for service, _, _ in verdicts.checked}
    if path.is_dir():
        print_table(verdicts)
        for service in sorted(set(SERVICES) - asked):
            print(f"{path}: {service} was never asked anything", file=sys.stderr)
        return 1 if verdicts.found or set(SERVICES) - asked else 0
    counts = Counter()
    for (_, operation, kind), count in verdicts.checked.items():
        counts[f"{operation} {kind}"] += count
    print(json.dumps(counts))
    return 1 if verdicts.found or not counts else 0


if __name__ == "__main__":
    sys.exit(main())
