"""A feed in 20 lines: tells a Slipway hub that a unit went down and works again."""
import asyncio, json, os, sys
from datetime import datetime, timezone

from websockets.asyncio.client import connect


async def main(url, feed, unit):
    key = {"Authorization": "Bearer " + os.environ["SLIPWAY_KEY"]}
    async with connect(url, subprotocols=["slipway.ingest.v1"], additional_headers=key) as hub:
        await hub.send(json.dumps({"type": "hello", "feed": feed, "epoch": 1, "clock": {"kind": "live"}}))
        seq = json.loads(await hub.recv())["resume_from"]
        for state in ("down", "working"):
            at = datetime.now(timezone.utc).isoformat()
            report = {"kind": "unit_state", "at": at, "unit": unit, "state": state}
            await hub.send(json.dumps({"type": "report", "seq": seq, "reports": [report]}))
            print(await hub.recv())  # {"type":"ack","seq":1,"durable":true}: it is on the hub's disk
            seq += 1


asyncio.run(main(*sys.argv[1:]))  # ws://127.0.0.1:8080/v1/ingest FEED UNIT
