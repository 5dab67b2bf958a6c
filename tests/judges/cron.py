"""For each line {expr, zone, after, n}: the next n instants after a Unix time, as cronsim has them.

cronsim goes from hour to hour and from midnight to midnight. Where the clocks change in between, a job that follows
real time (its minute or hour begins with `*`) can be missed in the first hour after the change, or be found at a
midnight that was left out. What is right for such a job can be looked up: near a change each minute is looked at,
with cronsim's own fields.
"""

import json
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

HOUR = 3600


def changes_near(zone, at):
    """Whether the zone's clocks change about a day before or after an instant."""
    moments = (at - 27 * HOUR, at, at + 27 * HOUR)
    return len({datetime.fromtimestamp(moment, zone).utcoffset() for moment in moments}) > 1


def by_the_minute(job, zone, after, hours):
    """The first minute after an instant whose face has the job's fields; None when some hours have none."""
    at = (after // 60 + 1) * 60
    for at in range(at, at + hours * HOUR, 60):
        face = datetime.fromtimestamp(at, zone)
        if face.minute not in job.minutes or face.hour not in job.hours or face.month not in job.months:
            continue
        if job.match_day(face.date()):
            return at
    return None


def following(expr, zone, after):
    job = CronSim(expr, datetime.fromtimestamp(after, zone))
    real_time = any(field.startswith("*") for field in expr.split()[:2])
    start = after
    while True:
        if real_time and changes_near(zone, start):
            found = by_the_minute(job, zone, start, 54)
            if found:
                return found
            start += 54 * HOUR
            continue
        for at in CronSim(expr, datetime.fromtimestamp(start, zone)):
            at = int(at.timestamp())
            # A job at fixed times is followed on the clock's face: what lies before the start is not after it.
            if at > start:
                break
        else:
            return None
        if not (real_time and changes_near(zone, at)):
            return at
        start = max(start, at - 27 * HOUR)
        found = by_the_minute(job, zone, start, 54)
        if found:
            return found
        start += 54 * HOUR


for line in sys.stdin:
    case = json.loads(line)
    zone = timezone.utc if case["zone"] == "UTC" else ZoneInfo(case["zone"])
    found = []
    try:
        while len(found) < case["n"]:
            at = following(case["expr"], zone, found[-1] if found else case["after"])
            if at is None:
                break
            found.append(at)
    except CronSimError as error:
        # It refuses a day that no month of the expression has, where crontab(5) takes it: that day never comes. Where
        # a weekday is written too, the two are or-ed and the weekdays come; of those it cannot be asked.
        assert "day-of-month" in str(error), (case, error)
        _, _, day, _, weekday = case["expr"].split()
        if not day.startswith("*") and not weekday.startswith("*"):
            found = None
    print(json.dumps(found))
