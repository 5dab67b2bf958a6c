"""For each line {expr, zone, after, n}: the next n instants after a Unix time, as cronsim has them."""

import json
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

for line in sys.stdin:
    case = json.loads(line)
    zone = timezone.utc if case["zone"] == "UTC" else ZoneInfo(case["zone"])
    start = datetime.fromtimestamp(case["after"], zone)
    found = []
    try:
        job = CronSim(case["expr"], start)
    except CronSimError as error:
        # It refuses a day that no month has, where crontab(5) takes it and it never comes.
        assert "day-of-month" in str(error), (case, error)
        print(json.dumps([]))
        continue
    for at in job:
        at = int(at.timestamp())
        # A job at fixed times is followed on the clock's face: what lies before the start is not after it.
        if at > case["after"]:
            found.append(at)
        if len(found) == case["n"]:
            break
    print(json.dumps(found))
