"""For each line {expr, zone, after, n}: the next n instants after a Unix time, as cronsim has them."""

import json
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from cronsim import CronSim

for line in sys.stdin:
    case = json.loads(line)
    zone = timezone.utc if case["zone"] == "UTC" else ZoneInfo(case["zone"])
    start = datetime.fromtimestamp(case["after"], zone)
    found = []
    for at in CronSim(case["expr"], start):
        at = int(at.timestamp())
        # A job at fixed times is followed on the clock's face: what lies before the start is not after it.
        if at > case["after"]:
            found.append(at)
        if len(found) == case["n"]:
            break
    print(json.dumps(found))
