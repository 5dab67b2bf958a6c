"""Recomputes the numbers of a group from its journal, as the table of metrics says them; uses only the standard library.

Reads lines of `playbook log --format json` from standard input, the instant as its argument, and writes one JSON object.
Keeps everything that happened and counts at the end, where the program keeps counters: the two have nothing in common.
"""

import datetime
import json
import re
import sys

DAY = 86400.0


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def length(text):
    units = {"d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}
    return sum(int(n) * units[unit] for n, unit in re.findall(r"(\d+)([a-z]+)", text))


def day(at):
    return at.date().toordinal()


now = instant(sys.argv[1])
today = day(now)
members, days, cohorts, questions, campaigns, tasks, operators = {}, {}, {}, [], [], {}, {}
spoke_last, began, created, answered = None, None, None, []
closed_members = {}
runs, asked_of, doors, events = {}, {}, {}, []
on_duty = {"within": None, "asleep": [], "whose": []}
serials = [0]


def of_day(at):
    return days.setdefault(day(at), {})


def add(at, key, n=1):
    row = of_day(at)
    row[key] = row.get(key, 0) + n


def duty(on, key, task, by=None):
    people = [by] if by else task["people"]
    whose = ([task["play"]] if task["play"] else []) + ([f"role {task['role']}"] if task["role"] else []) + [f"person {p}" for p in people]
    for name in [key] + [f"{key} of {one}" for one in whose]:
        row = days.setdefault(on, {})
        row[name] = row.get(name, 0) + 1


def event(run, at, signed, came, heads):
    anchor = runs.get(run, {}).get("anchor", at)
    events[:] = [e for e in events if e["run"] != run][-7:]
    events.append({"run": run, "day": day(anchor), "signed": signed, "came": came, "heads": heads, "paid": set()})


def new_member(who, joined):
    # Whoever leaves and comes back is somebody new.
    serials[0] += 1
    return {"id": who, "serial": serials[0], "role": "", "source": "", "tags": set(), "fields": {}, "joined": joined, "said": [], "acts": [],
            "peers": set(), "first": None, "came": None, "risen": None}


def is_bot(who):
    m = members.get(who)
    return m is not None and (m["role"] == "bot" or m["fields"].get("bot") is True)


def is_owner(m):
    return m["role"] in ("owner", "host", "creator", "群主")


def is_staff(m):
    return is_owner(m) or m["role"] in ("admin", "administrator", "moderator", "mediator", "staff", "管理员") or "staff" in m["tags"]


def cohort(on, source):
    rows = cohorts.setdefault(on, {})
    if source not in rows and len(rows) >= 16:
        source = "other"
    return rows.setdefault(source, {"joined": 0, "activated": 0, "early": 0})


def known_cohort(on, source):
    rows = cohorts.get(on, {})
    return rows.get(source) or rows.get("other") or {"joined": 0, "activated": 0, "early": 0}


def leave(who, at, how):
    m = members.pop(who, None)
    if m is None or (m["role"] == "bot" or m["fields"].get("bot") is True):
        return
    add(at, "left")
    if m["came"] is not None and m["joined"] is not None and (at - m["joined"]).total_seconds() <= 7 * DAY:
        known_cohort(m["came"], m["source"])["early"] += 1


def act(who, at, n=0):
    m = members.get(who)
    if m is None or is_bot(who):
        return
    m["acts"].append(day(at))
    if n:
        m["said"].append((day(at), n))


def describe(m, data):
    for key, value in (data or {}).items():
        if key in ("name", "id"):
            continue
        if key in ("role", "source") and isinstance(value, str):
            m[key] = value
        elif key == "tags" and isinstance(value, list):
            m["tags"] |= set(value)
        else:
            m["fields"][key] = value


def respond(at):
    if campaigns and (at - campaigns[-1]["at"]).total_seconds() <= DAY:
        campaigns[-1]["responses"] += 1


def forget(until):
    for q in [q for q in questions if (until - q["at"]).total_seconds() > DAY]:
        questions.remove(q)
        q["settled"] = until
        add(until, "settled")


def owed(asked):
    """By when whoever is on duty has answered: so long after the question, or after their hours begin."""
    if on_duty["within"] is None:
        return None
    moved = True
    while moved:
        moved = False
        clock = asked.hour * 3600 + asked.minute * 60 + asked.second
        for first, last in on_duty["asleep"]:
            inside = first <= clock < last if first <= last else clock >= first or clock < last
            if inside:
                start = asked.replace(hour=0, minute=0, second=0, microsecond=0)
                asked = start + datetime.timedelta(seconds=last + (DAY if clock >= last else 0))
                moved = True
                break
    return asked + datetime.timedelta(seconds=on_duty["within"])


def message(who, at, happened, data):
    global spoke_last
    if is_bot(who):
        add(at, "bot")
        return
    said = data.get("message") if isinstance(data.get("message"), dict) else data
    m = members[who]
    add(at, "human")
    if is_owner(m):
        add(at, "owner")
    if is_staff(m):
        operators[who] = max(happened, operators.get(who, happened))
    spoke_last = happened if spoke_last is None else max(spoke_last, happened)
    act(who, happened, 1)
    if m["first"] is None:
        add(at, "new_speakers")
        if m["came"] is not None and (happened - m["joined"]).total_seconds() <= 7 * DAY:
            known_cohort(m["came"], m["source"])["activated"] += 1
        m["first"] = happened
    m["first"] = min(m["first"], happened)
    if isinstance(said.get("on_topic"), bool):
        add(at, "judged")
        add(at, "on_topic", int(said["on_topic"]))
    reply = said.get("reply_to")
    if isinstance(reply, dict):
        other = reply.get("member")
        if other in members and other != who and not is_bot(other):
            o = members[other]
            add(at, "replies")
            if is_owner(m) or is_owner(o):
                add(at, "replies_owner")
            m["peers"].add(o["serial"])
            o["peers"].add(m["serial"])
        if other is not None and is_bot(other):
            respond(happened)
    forget(happened)
    for q in list(questions):
        waits = (happened - q["at"]).total_seconds()
        if reply is None:
            meant = waits <= 3600
        elif reply.get("id") is not None:
            meant = q["id"] == reply.get("id")
        else:
            meant = q["by"] == reply.get("member")
        if meant and q["by"] != who and waits >= 0:
            questions.remove(q)
            add(at, "settled")
            add(at, "answered")
            late = waits > 3600 if q["due"] is None else happened > q["due"]
            add(at, "answered_late", int(late))
            for one in q["whose"]:
                add(at, "answered of " + one)
                add(at, "answered_late of " + one, int(late))
            answered.append((day(at), int(waits // 60)))
    if said.get("question") is True:
        add(at, "asked")
        questions.append({"by": who, "at": happened, "id": said.get("id"), "due": owed(happened), "whose": list(on_duty["whose"])})
        if len(questions) > 200:
            questions.pop(0)
            add(at, "settled")


def top(on):
    counted = sorted(((-said_within(m, on, 28), m["id"]) for m in members.values() if not is_bot(m["id"])))
    return [who for n, who in counted if n < 0]


def said_within(m, on, width):
    per = {}
    for d, n in m["said"]:
        if on - width < d <= on:
            per[d] = min(255, per.get(d, 0) + n)
    return sum(per.values())


def close(on):
    """The end of a day: who is among the twenty for the first time."""
    closed_members[on] = len(members)
    for who in top(on)[:20]:
        if members[who]["risen"] is None:
            members[who]["risen"] = on


checked = {}


def check(on):
    """Who is still there a month later, of every cohort of which it was not looked at."""
    for joined in [j for j in cohorts if j not in checked and on - j >= 31]:
        per = {}
        for m in members.values():
            if m["came"] == joined and any(joined + 24 <= d <= joined + 30 for d in m["acts"]):
                source = m["source"] if m["source"] in cohorts[joined] else "other"
                per[source] = per.get(source, 0) + 1
        checked[joined] = per


current = None
# Tasks that were due before this and are still open are counted as missed.
settled = None
for line in sys.stdin:
    e = json.loads(line)
    at, kind = instant(e["at"]), e["entry"]
    if kind == "adopted":
        began, created = day(at), instant(e["created"])
        continue
    if kind == "day_closed":
        # The day as it is recorded is not looked at; only that it was closed, and when.
        on = datetime.date.fromisoformat(e["day"]).toordinal()
        end = datetime.datetime.combine(datetime.date.fromordinal(on + 1), datetime.time(), at.tzinfo)
        forget_until = end - datetime.timedelta(milliseconds=1)
        for q in [q for q in questions if (forget_until - q["at"]).total_seconds() > DAY]:
            questions.remove(q)
            days.setdefault(on, {})["settled"] = days.setdefault(on, {}).get("settled", 0) + 1
        begin = datetime.datetime.combine(datetime.date.fromordinal(on), datetime.time(), at.tzinfo)
        for t in tasks.values():
            if t["due"] is not None and (settled or begin) <= t["due"] < begin:
                duty(on, "missed", t)
        settled = begin
        close(on)
        check(day(at))
        continue
    if kind == "signal_received":
        name, who, data = e["name"], e.get("member"), e.get("data") or {}
        happened = instant(e.get("time") or e["sent"])
        if name in ("order.paid", "paid"):
            add(at, "bought")
            for one in events:
                if who in one["signed"] + one["came"] and day(happened) - one["day"] <= 30:
                    one["paid"].add(who)
        if name == "order.paid":
            # The playbook's own numbers: what was paid, and how often.
            add(at, "orders")
            add(at, "revenue", data.get("amount", 0))
        if who is None:
            continue
        if name == "member.left":
            leave(who, at, data.get("how"))
        elif name == "member.joined":
            fresh = who not in members
            m = members.setdefault(who, new_member(who, happened))
            describe(m, data)
            if fresh and not is_bot(who):
                add(at, "joined")
                m["came"] = day(happened)
                cohort(m["came"], m["source"])["joined"] += 1
        elif name in ("message", "reaction", "answer", "came"):
            members.setdefault(who, new_member(who, happened))
            if name == "message":
                message(who, at, happened, data)
            else:
                act(who, happened)
                if name == "reaction":
                    add(at, "reactions")
                    other = (data.get("message") or {}).get("member") if isinstance(data.get("message"), dict) else None
                    if other is None or is_bot(other):
                        respond(happened)
        elif name == "strike":
            add(at, "strikes")
        elif name == "screened":
            add(at, "junk")
            add(at, "junk of " + data.get("kind", "other"))
    elif kind == "on_duty":
        seconds = lambda clock: clock["hour"] * 3600 + clock["minute"] * 60 + clock["second"]
        on_duty["within"] = length(e["within"]) if e.get("role") else None
        on_duty["asleep"] = [(seconds(first), seconds(last)) for first, last in e.get("asleep", [])]
        on_duty["whose"] = ([f"role {e['role']}"] if e.get("role") else []) + [f"person {p}" for p in e.get("people", [])]
    elif kind == "member_set":
        m = members.setdefault(e["id"], new_member(e["id"], None))
        m["role"], m["source"], m["tags"] = e.get("role", ""), e.get("source", ""), set(e.get("tags", []))
        m["fields"] = e.get("fields", {})
        if e.get("joined"):
            m["joined"] = instant(e["joined"])
    elif kind == "member_gone":
        leave(e["member"], at, None)
    elif kind in ("posted", "released") and e["channel"] == "group":
        add(at, "posts")
        if e.get("label") == "promo":
            add(at, "promo")
            campaigns.append({"at": at, "members": len(members), "responses": 0})
    elif kind == "answered":
        act(e["member"], at)
        if e["task"] in asked_of:
            asked_of[e["task"]]["answers"][e["member"]] = e.get("option")
    elif kind == "run_started":
        runs[e["run"]] = {"anchor": instant(e["anchor"]), "date": (e.get("cause") or e).get("date"), "signed": []}
    elif kind == "run_finished":
        run = runs.get(e["run"], {})
        if run.get("date") and run["signed"] and all(one["run"] != e["run"] for one in events):
            on = day(run["anchor"])
            came = [who for who in run["signed"] if who in members and on in members[who]["acts"]]
            event(e["run"], at, run["signed"], came, len(came))
    elif kind == "task_opened" and e["kind"] == "question":
        asked_of[e["id"]] = {"run": e.get("run"), "answers": {}}
    elif kind == "task_closed" and e["task"] in asked_of:
        asked = asked_of.pop(e["task"])
        yes = [who for who, option in asked["answers"].items() if option == 0]
        if asked["run"] in runs and len(yes) >= len(runs[asked["run"]]["signed"]):
            runs[asked["run"]]["signed"] = yes
    elif kind == "task_opened":
        play = (e.get("run") or "").replace("~", "@").split("@")[0]
        tasks[e["id"]] = {"due": instant(e["due"]) if e.get("due") else None, "play": play, "role": e.get("role"),
                          "people": [p["id"] for p in e.get("people", [])],
                          "names": {p["name"]: p["id"] for p in e.get("people", []) if p.get("name")}}
        if e.get("checkin"):
            doors[e["id"]] = {"run": e["run"], "members": e.get("members", []), "ticks": {}}
    elif kind == "item_ticked" and e["task"] in doors:
        doors[e["task"]]["ticks"][e["item"]] = e["value"]
    elif kind == "task_closed" and e["task"] in tasks:
        if e["task"] in doors:
            door = doors.pop(e["task"])
            came = [who for place, who in enumerate(door["members"]) if place in door["ticks"]]
            more = sum(int(value.strip("+")) for value in door["ticks"].values() if isinstance(value, str))
            event(door["run"], at, door["members"], came, len(door["ticks"]) + more)
        ended = tasks.pop(e["task"])
        due = ended["due"]
        counted = due is not None and (due < settled if settled else day(due) < day(at))
        who = ended["names"].get(e.get("by"), e.get("by"))
        if e["answer"] in ("done", "approved", "rejected"):
            if who:
                operators[who] = max(at, operators.get(who, at))
            if counted:
                pass
            elif due is not None and due < at:
                duty(day(at), "late", ended, who)
            else:
                duty(day(at), "done", ended, who)
        elif e["answer"] in ("silent", "expired") and not counted:
            duty(day(at), "missed", ended, who)

humans = [m for m in members.values() if not is_bot(m["id"])]


def total(key, width):
    return sum(row.get(key, 0) for d, row in days.items() if today - width < d <= today)


def spoke(m, width, end=0):
    return any(today - end - width < d <= today - end for d, _ in m["said"])


def share(part, whole):
    return None if not whole else part / whole


def speakers(width):
    return sum(1 for m in humans if spoke(m, width))


def cohort_sum(first, last, key, only=None):
    part = whole = 0
    for joined, rows in cohorts.items():
        if today + first <= joined <= today + last:
            for source, row in rows.items():
                if only is not None and source != only:
                    continue
                if key == "retained":
                    if joined not in checked:
                        continue
                    part += checked[joined].get(source, 0)
                else:
                    part += row[key]
                whole += row["joined"]
    return share(part, whole)


def longest(width, key):
    first = max(today - width, began)
    run = most = 0
    for d in range(first, today):
        run = 0 if days.get(d, {}).get(key, 0) else run + 1
        most = max(most, run)
    return most


def response(part):
    within = [minutes for d, minutes in answered if today - 28 < d <= today]
    if not within:
        return None
    step = 0
    while sum(1 for m in within if m < 2 ** step) * 100 < len(within) * part:
        step += 1
    return 2 ** step


counts = sorted((said_within(m, today, 28) for m in humans if spoke(m, 28)), reverse=True)
said, n = sum(counts), len(counts)
weeks = [sum(1 for m in humans if spoke(m, 7, 7 * week)) for week in range(3)]
dau = sum(len({d for d, _ in m["said"] if today - 30 < d <= today}) for m in humans) / 30
staff = {m["serial"] for m in humans if is_staff(m)}
cores = [m for m in humans if m["tags"] & {"core", "tier:core"}]
settled = [m for m in humans if m["joined"] is not None and (now - m["joined"]).total_seconds() > 7 * DAY]
over = [c for c in campaigns[-20:] if (now - c["at"]).total_seconds() >= DAY]


def ends(width):
    return [closed_members[d] for d in closed_members if today - width < d < today] + [len(members)]


def carried():
    sum_ = 0
    for place, x in enumerate(counts):
        sum_ += x
        if sum_ * 2 >= said:
            return place + 1
    return None


# Every number of a window of days, as a function of how many.
WINDOWS = {
    "speakers": speakers, "speakers_share": lambda w: share(speakers(w), len(humans)),
    "actors": lambda w: sum(1 for m in humans if any(today - w < d <= today for d in m["acts"])),
    "messages": lambda w: total("human", w), "messages_per_speaker": lambda w: share(total("human", w), speakers(w)),
    "new_speakers": lambda w: total("new_speakers", w), "reactions": lambda w: total("reactions", w),
    "posts": lambda w: total("posts", w), "joins": lambda w: total("joined", w), "quits": lambda w: total("left", w),
    "net": lambda w: total("joined", w) - total("left", w),
    "quit_rate": lambda w: share(total("left", w), sum(ends(w)) // len(ends(w))),
    "early_quits": lambda w: cohort_sum(1 - w, 0, "early"), "asked": lambda w: total("asked", w),
    "response_rate": lambda w: share(total("answered", w), total("settled", w)),
    "sla_breach": lambda w: share(total("answered_late", w), total("answered", w)),
    "owner_share": lambda w: share(total("owner", w), total("human", w)),
    "bot_share": lambda w: share(total("bot", w) + total("posts", w),
                                 total("bot", w) + total("posts", w) + total("human", w)),
    "owner_replies": lambda w: share(total("replies_owner", w), total("replies", w)),
    "core_presence": lambda w: None if not cores else
    len({d for m in cores for d, _ in m["said"] if today - w < d <= today}) / w,
    "longest_gap": lambda w: longest(w, "posts"), "promo_share": lambda w: share(total("promo", w), total("posts", w)),
    "on_topic": lambda w: share(total("on_topic", w), total("judged", w)), "conversions": lambda w: total("bought", w),
    "junk_share": lambda w: share(total("junk", w), total("human", w)), "strikes": lambda w: total("strikes", w),
    "execution": lambda w: share(total("done", w), total("done", w) + total("late", w) + total("missed", w)),
    "missed": lambda w: total("missed", w),
}
USUAL = {
    "joins": 30, "quits": 30, "net": 30, "quit_rate": 30, "early_quits": 30, "asked": 28, "response_rate": 28,
    "sla_breach": 28, "owner_share": 14, "bot_share": 14, "owner_replies": 28, "longest_gap": 30, "promo_share": 30,
    "on_topic": 28, "conversions": 30,
}
def last(n):
    return events[-n] if len(events) >= n else None


def lasting(n, whom):
    one = last(n)
    if one is None:
        return None
    whom = whom(one)
    acts = [who for who in whom if who in one["paid"] or
            who in members and any(one["day"] < d <= one["day"] + 30 for d in members[who]["acts"])]
    return share(len(acts), len(whom))


# The same of so many members, or of one of the last dates.
MOST = {
    "attendance": lambda n: last(n) and last(n)["heads"],
    "show_up": lambda n: last(n) and share(len(set(last(n)["came"]) & set(last(n)["signed"])), len(last(n)["signed"])),
    "after": lambda n: lasting(n, lambda one: one["came"]),
    "after_absent": lambda n: lasting(n, lambda one: [who for who in one["signed"] if who not in one["came"]]),
    "top_share": lambda n: share(sum(counts[:n]), said),
    "new_in_top": lambda n: sum(1 for who in top(today)[:n]
                                if members[who]["risen"] is not None and today - members[who]["risen"] <= 30),
}

result = {
    "dau": dau, "wau": speakers(7), "mau": speakers(30), "stickiness": share(dau * 100, speakers(30)),
    "trend": (weeks[0] - weeks[2]) / 2,
    "activation": cohort_sum(-14, -8, "activated"), "retention30": cohort_sum(-60, -31, "retained"),
    "first_response": response(50), "first_response_p90": response(90),
    "connected": share(sum(1 for m in humans if m["peers"] - staff), len(humans)),
    "density": share(sum(min(32, len(m["peers"])) for m in humans if spoke(m, 28)), n * (n - 1)),
    "gini": None if not said else 2 * sum((i + 1) * x for i, x in enumerate(reversed(counts))) / (n * said) - (n + 1) / n,
    "hhi": None if not said else sum((x / said) ** 2 for x in counts), "absence_factor": carried() if said else None,
    "core_share": share(len(cores), len(humans)),
    "silence": None if spoke_last is None else int((now - spoke_last).total_seconds() // DAY),
    "longest_silence": longest(30, "human"),
    "never_spoke": share(sum(1 for m in settled if m["first"] is None), len(settled)),
    "promo_response": share(over[-1]["responses"], over[-1]["members"]) if over else None,
    "promo_trend": None if len(over) < 5 or not over[-5]["responses"] else
    (over[-1]["responses"] / max(1, over[-1]["members"])) / (over[-5]["responses"] / max(1, over[-5]["members"])),
    "members_per_operator": share(len(humans), sum(1 for t in operators.values() if (now - t).total_seconds() <= 7 * DAY)),
    "operators_silence": None if not operators else
    int((now - max(operators.values())).total_seconds() * 10 // DAY) / 10,
}
# Numbers of the playbook's own: two of signals in 7 days, and one of these.
result.update({"revenue": total("revenue", 7), "orders": total("orders", 7)})
result["per_order"] = share(result["revenue"], result["orders"])
result.update({name: of(USUAL.get(name, 7)) for name, of in WINDOWS.items()})
result.update({name: of(20 if name == "new_in_top" else 1) for name, of in MOST.items()})
# In other windows than the usual ones.
others = {f"{name}({w})": of(w) for name, of in WINDOWS.items() for w in (1, 3, 10, 21, 35)}
others.update({f"{name}({k})": of(k) for name, of in MOST.items() for k in (2, 3, 10)})


def health():
    parts = []
    if result["speakers_share"] is not None:
        parts.append((30, result["speakers_share"] / 0.1))
    mean = sum(weeks) / 3
    parts.append((20, 1 + result["trend"] / mean if mean else 0))
    for name, weight, goal in (("connected", 15, 0.5), ("response_rate", 15, 1.0), ("activation", 10, 0.5)):
        if result[name] is not None:
            parts.append((weight, result[name] / goal))
    if result["bot_share"] is not None:
        bots, owner = result["bot_share"], result["owner_share"] or 0
        parts.append((10, (1 - (bots + (1 - bots) * owner)) / 0.5))
    known = sum(weight for weight, _ in parts)
    points = sum(weight * min(1, max(0, give)) for weight, give in parts)
    return None if known < 60 else int(points / known * 100 + 0.5)


result["health"] = health()
sources = {source for rows in cohorts.values() for source in rows}
by = {
    "joins": {s: sum(r[s]["joined"] for d, r in cohorts.items() if today - 29 <= d <= today and s in r) for s in sources},
    "early_quits": {s: cohort_sum(-29, 0, "early", s) for s in sources},
    "activation": {s: cohort_sum(-14, -8, "activated", s) for s in sources},
    "retention30": {s: cohort_sum(-60, -31, "retained", s) for s in sources},
}
plays = {key.split(" of ")[1] for row in days.values() for key in row if " of " in key and not key.startswith("junk")}
kinds = {key.split(" of ")[1] for row in days.values() for key in row if key.startswith("junk of ")}


def in_time(play):
    done, late, missed = (total(f"{key} of {play}", 7) for key in ("done", "late", "missed"))
    return share(done, done + late + missed)


by["execution"] = {play: in_time(play) for play in plays}
watches = {key.split(" of ")[1] for d, row in days.items() if today - 28 < d <= today for key in row if key.startswith("answered of ")}
by["sla_breach"] = {one: share(total(f"answered_late of {one}", 28), total(f"answered of {one}", 28)) for one in watches}
by["junk_share"] = {kind: share(total(f"junk of {kind}", 7), total("human", 7)) for kind in kinds}
others.update({f"{name} of {source}": value for name, rows in by.items() for source, value in rows.items()})
json.dump({"numbers": result, "others": others}, sys.stdout)
