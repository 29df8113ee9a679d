"""Evaluates flags through the published Python provider and prints what an app would see.

Arguments: the server's address. On stdin: {"key": <server key>, "questions": [[type, flag, default, context], ...]}.
Prints a JSON list of [value, reason, variant].
"""

import json
import sys

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

order = json.load(sys.stdin)
provider = OFREPProvider(sys.argv[1], headers_factory=lambda: {"Authorization": "Bearer " + order["key"]})
api.set_provider(provider)
client = api.get_client()

answers = []
for kind, flag, default, context in order["questions"]:
    attributes = {name: value for name, value in context.items() if name != "targetingKey"}
    where = EvaluationContext(targeting_key=context.get("targetingKey"), attributes=attributes)
    details = getattr(client, f"get_{kind}_details")(flag, default, where)
    answers.append([details.value, str(details.reason), details.variant])
print(json.dumps(answers))
