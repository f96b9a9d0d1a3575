"""A feed in 20 lines: tells a Slipway hub that a unit went down and works again."""
import asyncio, json, os, sys
from datetime import datetime, timezone

from websockets.asyncio.client import connect


async def main(url, feed, unit):
    async def say(message, wanted):
        await hub.send(json.dumps(message))
        while (answer := json.loads(await hub.recv()))["type"] != wanted:
            if answer["type"] == "refused":
                sys.exit(f"the hub refuses this: {answer['code']}: {answer['reason']}")
        return answer

    key = {"Authorization": "Bearer " + os.environ["SLIPWAY_KEY"]}
    async with connect(url, subprotocols=["slipway.ingest.v1"], additional_headers=key) as hub:
        hello = {"type": "hello", "feed": feed, "epoch": 1, "clock": {"kind": "live"}}
        first = (await say(hello, "welcome"))["resume_from"]
        for seq, state in enumerate(("down", "working"), first):
            report = {"kind": "unit_state", "at": datetime.now(timezone.utc).isoformat(), "unit": unit, "state": state}
            ack = await say({"type": "report", "seq": seq, "reports": [report]}, "ack")
            print(json.dumps(ack))  # {"type": "ack", "seq": 1, "durable": true}: it is on the hub's disk


asyncio.run(main(*sys.argv[1:]))  # ws://127.0.0.1:8080/v1/ingest FEED UNIT
