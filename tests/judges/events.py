"""For a calendar file on stdin: one line {uid, start, end, summary, description, categories} an event, as icalendar reads it."""

import json
import sys

from icalendar import Calendar

calendar = Calendar.from_ical(sys.stdin.buffer.read())
assert not calendar.errors, calendar.errors
for event in calendar.walk("VEVENT"):
    assert not event.errors, event.errors
    print(
        json.dumps(
            {
                "uid": str(event["uid"]),
                "stamp": event["dtstamp"].dt.isoformat(),
                "start": event["dtstart"].dt.isoformat(),
                "end": event["dtend"].dt.isoformat(),
                "summary": str(event["summary"]),
                "description": str(event["description"]),
                "categories": [str(one) for one in event["categories"].cats],
            }
        )
    )
