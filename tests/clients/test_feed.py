"""The feed in 20 lines of the README, run against a hub as a reader would run it."""
import html
import json
import os
import subprocess
import sys
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from websockets.sync.client import connect

from hub import PATIENCE_S, ROOT, Hub

SOURCE = Path(__file__).with_name("feed.py")
PLANT, FEED, UNIT = "home-yard", "panel-line", "P2-1"


def run_feed(hub, key, unit=UNIT):
    """Runs the feed to its end."""
    command = [sys.executable, str(SOURCE), hub.ingest, FEED, unit]
    environment = {**os.environ, "SLIPWAY_KEY": key}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)


class Copies(unittest.TestCase):
    """What readers are shown is what is tested."""

    def test_it_has_twenty_lines(self):
        lines = [line for line in SOURCE.read_text().splitlines() if line.strip()]
        self.assertLessEqual(len(lines), 20)

    def test_the_readme_shows_it(self):
        _docstring, code = SOURCE.read_text().split("\n", 1)
        self.assertIn(f"```python\n{code}```\n", (ROOT / "README.md").read_text())

    def test_the_help_page_shows_it(self):
        self.assertIn(html.escape(SOURCE.read_text()), (ROOT / "www/help/index.html").read_text())


class TwentyLines(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()
        self.addCleanup(self.hub.close)
        self.viewer = self.hub.key("--view-as", "XAA/skarvik")

    def ask(self, path):
        return self.hub.get(f"plants/{PLANT}/{path}", self.viewer)

    def test_what_it_reports_is_on_the_disk_and_in_the_api(self):
        key = self.hub.key("--feed", FEED, "--plant", PLANT)
        begun = datetime.now(timezone.utc) - timedelta(seconds=1)
        run = run_feed(self.hub, key)
        self.assertEqual(run.returncode, 0, run.stderr)
        acks = [json.loads(line) for line in run.stdout.splitlines()]
        self.assertEqual([ack["type"] for ack in acks], ["ack", "ack"], run.stdout)
        self.assertTrue(all(ack["durable"] for ack in acks), run.stdout)
        self.assertEqual(acks[1]["seq"], acks[0]["seq"] + 1)
        unit = self.ask(f"units/{UNIT}")
        self.assertEqual(unit["state"], "working")
        since = datetime.fromisoformat(unit["since"].replace("Z", "+00:00"))
        self.assertTrue(begun <= since <= datetime.now(timezone.utc), unit["since"])
        self.assertEqual(self.ask("feeds")["items"][FEED]["taken"], 2)

    def test_started_again_it_goes_on_where_it_ended(self):
        key = self.hub.key("--feed", FEED, "--plant", PLANT)
        first, second = run_feed(self.hub, key), run_feed(self.hub, key)
        seqs = [json.loads(line)["seq"] for run in (first, second) for line in run.stdout.splitlines()]
        self.assertEqual(seqs, list(range(seqs[0], seqs[0] + 4)), first.stderr + second.stderr)
        feed = self.ask("feeds")["items"][FEED]
        self.assertEqual((feed["taken"], feed["refused"]), (4, 0))

    def test_a_wrong_key_is_refused_in_words(self):
        self.hub.key("--feed", FEED, "--plant", PLANT)
        run = run_feed(self.hub, "slipway_of_another_hub")
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("401", run.stderr)
        self.assertEqual(run.stdout, "")
        self.assertNotIn(FEED, self.ask("feeds")["items"])

    def test_a_clock_that_is_not_the_plants_is_refused_in_words(self):
        simulated = self.hub.key("--feed", "simulation", "--plant", PLANT)
        clock = {"kind": "simulated", "rate": 720.0}
        hello = {"type": "hello", "feed": "simulation", "epoch": 1, "clock": clock}
        with connect(self.hub.ingest, subprotocols=["slipway.ingest.v1"],
                     additional_headers={"Authorization": f"Bearer {simulated}"}) as first:
            first.send(json.dumps(hello))
            self.assertEqual(json.loads(first.recv(PATIENCE_S))["type"], "welcome")
            run = run_feed(self.hub, self.hub.key("--feed", FEED, "--plant", PLANT))
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn("clock_mismatch", run.stderr)
        self.assertNotIn("Traceback", run.stderr)

    def test_a_key_of_other_units_changes_nothing(self):
        key = self.hub.key("--feed", FEED, "--plant", PLANT, "--units", "P3-1")
        run = run_feed(self.hub, key)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertEqual(run.stdout, "", "nothing was acknowledged")
        self.assertIn("not_your_unit", run.stderr)
        self.assertIn(UNIT, run.stderr)
        self.assertEqual(self.ask("feeds")["items"][FEED]["taken"], 0)


if __name__ == "__main__":
    unittest.main()
