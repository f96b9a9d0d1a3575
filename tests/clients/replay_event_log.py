"""Plays a XES event log of a job shop into a running Slipway hub, and waits for every ack.

    SLIPWAY_KEY=… python replay_event_log.py LOG.xes[.gz] ws://127.0.0.1:8080/v1/ingest FEED

Each activity of the log is an operation at the work unit of the same name: `Turning & Milling
Q.C.` is the operation `turning-milling-qc` at the unit `turning-milling-qc-1`. Cases are parts,
resources are workers under the log's own pseudonyms. Events are sorted by time over all cases.
Artificial activities (Start, End) are left out. Times without a zone are taken as UTC.

A plant has one clock, which its first feed chooses. A hub that plays a demonstration refuses the
log with `clock_mismatch`: give it a hub of its own, `slipway serve --data ANOTHER_FOLDER`.

Interrupted, it is started again with the same arguments and goes on where the hub wants it to.
Uses none of the hub's code: public package `websockets` and Python's own library.
"""
import argparse
import asyncio
import gzip
import json
import os
import re
import sys
import xml.etree.ElementTree as xml
from collections import defaultdict, deque

from websockets.asyncio.client import connect

ARTIFICIAL = {"Start", "End"}
REPORTS_PER_FRAME = 200
# How much plant time passes for a second of wall time; the hub only needs to know that it does.
RATE = 100_000.0


def slug(name):
    """`SETUP     Turning & Milling` becomes `setup-turning-milling`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower().replace(".", "")).strip("-")


def local(tag):
    return tag.rsplit("}", 1)[-1]


def read_events(path):
    """Yields (case, activity, worker, time, transition) in the order of the file."""
    opened = gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")
    with opened as file:
        case = None
        for step, element in xml.iterparse(file, events=("start", "end")):
            tag = local(element.tag)
            if step == "start" and tag == "trace":
                case = None
            elif step == "end" and tag == "string" and case is None:
                # The trace's own name comes before its first event.
                if element.get("key") == "concept:name":
                    case = element.get("value")
            elif step == "end" and tag == "event":
                value = {child.get("key"): child.get("value") for child in element}
                yield (case, value["concept:name"], value.get("org:resource", ""),
                       value["time:timestamp"], value["lifecycle:transition"].lower())
                element.clear()
            elif step == "end" and tag == "trace":
                element.clear()


def operations(path):
    """Pairs start and complete of the same case, activity and worker, first started first."""
    open_starts = defaultdict(deque)
    number = 0
    for case, activity, worker, time, transition in read_events(path):
        if activity in ARTIFICIAL:
            continue
        key = (case, activity, worker)
        if transition == "start":
            number += 1
            open_starts[key].append((number, time))
        elif transition == "complete":
            if not open_starts[key]:
                raise SystemExit(f"{path}: {case}: {activity!r} by {worker} completes at {time} without a start")
            started_as, started = open_starts[key].popleft()
            yield started_as, case, activity, worker, started, time


def reports(path):
    """All reports of the log, sorted by time; an operation's end never precedes its start."""
    listed = []
    for number, case, activity, worker, started, ended in operations(path):
        name, part = slug(activity), slug(case)
        run = {"op": f"run-{number}", "unit": f"{name}-1", "part": part, "operation": name}
        taken = {"resource": worker, "by": f"{name}-1"}
        listed.append((started, 2, number, {"kind": "resource_taken", "at": started, **taken}))
        listed.append((started, 3, number, {"kind": "op_started", "at": started, **run}))
        # What ends comes before what starts at the same moment, except for work without length.
        early = 0 if ended > started else 4
        listed.append((ended, early, number, {"kind": "op_finished", "at": ended, **run}))
        listed.append((ended, early + 1, number, {"kind": "resource_freed", "at": ended, **taken}))
    listed.sort(key=lambda item: item[:3])
    return [report for *_, report in listed]


class Refused(Exception):
    """The hub did not take the hello."""


async def play(url, feed, frames, stop_after=None):
    """Sends the frames that the hub does not have yet; returns (acknowledged, refusals)."""
    headers = {"Authorization": "Bearer " + os.environ["SLIPWAY_KEY"]}
    async with connect(url, subprotocols=["slipway.ingest.v1"], additional_headers=headers) as hub:
        clock = {"kind": "recorded", "rate": RATE}
        await hub.send(json.dumps({"type": "hello", "feed": feed, "epoch": 1, "clock": clock}))
        welcome = json.loads(await hub.recv())
        if welcome["type"] != "welcome":
            raise Refused(welcome.get("reason", welcome))
        seq, credit = welcome["resume_from"], welcome["credit"]
        last = min(len(frames), stop_after or len(frames))
        acknowledged, refusals = seq - 1, []
        while acknowledged < last:
            while seq <= last and seq - acknowledged <= credit:
                await hub.send(json.dumps({"type": "report", "seq": seq, "reports": frames[seq - 1]}))
                seq += 1
            message = json.loads(await hub.recv())
            if message["type"] == "ack":
                acknowledged = max(acknowledged, message["seq"])
                print(f"\r{acknowledged} of {len(frames)} frames acknowledged", end="", file=sys.stderr)
            elif message["type"] == "refused":
                refusals.append(message)
            elif message["type"] == "credit":
                credit = message["credit"]
        print(file=sys.stderr)
        return acknowledged, refusals


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("log", help="the XES file, .gz or not")
    options.add_argument("url", help="the hub's ingest websocket")
    options.add_argument("feed", help="the feed that the key in SLIPWAY_KEY belongs to")
    options.add_argument("--stop-after", type=int, metavar="N", help="send only the first N frames (to try a resume)")
    chosen = options.parse_args()
    if "SLIPWAY_KEY" not in os.environ:
        options.error("SLIPWAY_KEY is not set: make one with `slipway key new`")
    listed = reports(chosen.log)
    frames = [listed[at:at + REPORTS_PER_FRAME] for at in range(0, len(listed), REPORTS_PER_FRAME)]
    try:
        acknowledged, refusals = asyncio.run(play(chosen.url, chosen.feed, frames, chosen.stop_after))
    except Refused as refused:
        raise SystemExit(f"the hub refused: {refused}")
    for refusal in refusals[:20]:
        print(f"frame {refusal['seq']}, report {refusal.get('index')}: {refusal['code']}: {refusal['reason']}", file=sys.stderr)
    print(json.dumps({"frames": acknowledged, "reports": len(listed), "refused": len(refusals)}))
    sys.exit(1 if refusals else 0)


if __name__ == "__main__":
    main()
