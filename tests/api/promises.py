"""What this API promises beyond what its OpenAPI document can say; loaded by schemathesis, in its own process."""

import json

import schemathesis
from schemathesis.core.failures import Failure

PROBLEM = "application/problem+json"


@schemathesis.check
def every_refusal_is_a_problem(ctx, response, case):
    """RFC 9457, with the status inside, whatever was asked and whether or not the document knows the status."""
    if response.status_code < 400 or case.method.upper() == "HEAD":
        return
    [kind] = response.headers["content-type"]
    body = json.loads(response.content) if kind == PROBLEM else {}
    if body.get("status") != response.status_code or not body.get("detail") or not body.get("code"):
        raise Failure(
            operation=case.operation.label,
            title="Refused without a problem",
            message=f"{response.status_code} {kind}",
        )


@schemathesis.check
def what_is_documented_is_known(ctx, response, case):
    """No parameter that the document names is called unknown."""
    if response.status_code != 422:
        return
    said = json.loads(response.content).get("fields") or {}
    named = {parameter.name for parameter in case.operation.query}
    wrong = [name for name in named & set(said) if any("Unknown. Known here" in str(line) for line in said[name])]
    if wrong and case.method.upper() == case.operation.method.upper():
        raise Failure(operation=case.operation.label, title="Documented and unknown", message=", ".join(wrong))
