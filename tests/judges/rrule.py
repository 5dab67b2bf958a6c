"""For each line {rules, from, n}: the first n civil times of several recurrence rules together, as dateutil has them."""

import json
import sys
from datetime import datetime

from dateutil.rrule import rruleset, rrulestr

for line in sys.stdin:
    case = json.loads(line)
    together = rruleset()
    for rule in case["rules"]:
        together.rrule(rrulestr(rule, dtstart=datetime.fromisoformat(case["from"])))
    found = []
    for at in together:
        if at.isoformat() >= case["after"]:
            found.append(at.isoformat())
        if len(found) == case["n"]:
            break
    print(json.dumps(found))
