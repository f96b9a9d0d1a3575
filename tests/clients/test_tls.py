"""A hub that speaks TLS, and feeds that come with certificates made as the help page says."""
import html
import json
import re
import ssl
import subprocess
import tempfile
import unittest
from datetime import datetime, timezone
from pathlib import Path

from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import connect

from hub import PATIENCE_S, ROOT, Hub, binary

PLANT, FEED, UNIT = "home-yard", "press", "P2-1"
CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]


def shown():
    """The commands of the help page that need no running hub, each in one line."""
    page = (ROOT / "www/help/index.html").read_text()
    section = re.search(r'<section id="certificates".*?</section>', page, re.DOTALL).group()
    code = html.unescape(re.search(r"<code[^>]*>(.*?)</code>", section, re.DOTALL).group(1))
    lines = code.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith(("openssl", "printf"))]


def run(*command, folder):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S)


class Certificates(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="slipway-tls-")
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)
        for line in shown():
            done = run("sh", "-c", line, folder=self.folder)
            self.assertEqual(done.returncode, 0, f"{line}\n{done.stderr}")
        self.make_hubs_own()
        self.hub = Hub("--tls-cert", self.path("hub.crt"), "--tls-key", self.path("hub.key"),
                       "--feed-ca", self.path("feeds-ca.crt"))
        self.addCleanup(self.hub.close)
        self.register("press.crt")

    def path(self, name):
        return str(self.folder / name)

    def make_hubs_own(self):
        """The hub's certificate, signed by an authority that has nothing to do with feeds."""
        (self.folder / "hub.ext").write_text(
            "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\nauthorityKeyIdentifier=keyid\n")
        for command in (
            ["req", "-x509", *CURVE, "-subj", "/CN=hubs", "-addext", "keyUsage=critical,keyCertSign",
             "-keyout", "hub-ca.key", "-out", "hub-ca.crt"],
            ["req", *CURVE, "-subj", "/CN=hub", "-keyout", "hub.key", "-out", "hub.csr"],
            ["x509", "-req", "-in", "hub.csr", "-CA", "hub-ca.crt", "-CAkey", "hub-ca.key", "-days", "2",
             "-extfile", "hub.ext", "-out", "hub.crt"],
        ):
            done = run("openssl", *command, folder=self.folder)
            self.assertEqual(done.returncode, 0, done.stderr)

    def register(self, certificate):
        self.hub.key("--feed", FEED, "--plant", PLANT, "--certificate", self.path(certificate))

    def connect(self, *certificate, **more):
        tls = ssl.create_default_context(cafile=self.path("hub-ca.crt"))
        if certificate:
            tls.load_cert_chain(*map(self.path, certificate))
        return connect(self.hub.ingest, subprotocols=["slipway.ingest.v1"], ssl=tls, **more)

    def say(self, hub, message, wanted):
        hub.send(json.dumps(message))
        answer = json.loads(hub.recv(PATIENCE_S))
        self.assertEqual(answer["type"], wanted, answer)
        return answer

    def test_a_feed_reports_by_its_certificate_until_that_is_revoked(self):
        with self.connect("press.crt", "press.key") as hub:
            hello = {"type": "hello", "feed": FEED, "epoch": 1, "clock": {"kind": "live"}}
            self.assertEqual(self.say(hub, hello, "welcome")["resume_from"], 1)
            at = datetime.now(timezone.utc).isoformat()
            report = {"kind": "unit_state", "at": at, "unit": UNIT, "state": "down"}
            self.assertTrue(self.say(hub, {"type": "report", "seq": 1, "reports": [report]}, "ack")["durable"])
            revoked = run(binary(), "key", "revoke", FEED, "--data", self.hub.data, folder=self.folder)
            self.assertEqual(revoked.returncode, 0, revoked.stderr)
            with self.assertRaisesRegex(Exception, "1008.*revoked"):
                hub.recv(PATIENCE_S)
        with self.assertRaises(InvalidStatus) as refused:
            self.connect("press.crt", "press.key")
        self.assertEqual(refused.exception.response.status_code, 401)
        again = run(binary(), "key", "new", "--data", self.hub.data, "--feed", FEED, "--plant", PLANT,
                    "--certificate", self.path("press.crt"), folder=self.folder)
        self.assertEqual(again.returncode, 1)
        self.assertIn("registered before", again.stderr)

    def test_without_its_certificate_nobody_is_that_feed(self):
        with self.assertRaises(InvalidStatus) as refused:
            self.connect()
        self.assertEqual(refused.exception.response.status_code, 401)
        # The same name, signed by somebody else: the hub ends the handshake.
        forged = ["req", "-x509", *CURVE, "-subj", "/CN=press", "-addext",
                  f"subjectAltName=URI:slipway:feed:{FEED}", "-keyout", "forged.key", "-out", "forged.crt"]
        self.assertEqual(run("openssl", *forged, folder=self.folder).returncode, 0)
        with self.assertRaises((ssl.SSLError, OSError, EOFError, ConnectionClosed, InvalidMessage)):
            self.connect("forged.crt", "forged.key")

    def test_a_certificate_is_registered_for_the_feed_that_it_names_only(self):
        other = run(binary(), "key", "new", "--data", self.hub.data, "--feed", "lathe", "--plant", PLANT,
                    "--certificate", self.path("press.crt"), folder=self.folder)
        self.assertEqual(other.returncode, 1)
        self.assertIn("slipway:feed:lathe", other.stderr)

    def test_a_record_is_played_by_certificate(self):
        at = datetime.now(timezone.utc).isoformat()
        report = {"kind": "unit_state", "at": at, "unit": UNIT, "state": "down"}
        (self.folder / "day.jsonl").write_text(json.dumps({"reports": [report]}) + "\n")
        feed = [binary(), "feed", "--replay", self.path("day.jsonl"), "--feed", FEED, "--url", self.hub.ingest]
        unsaid = run(*feed, folder=self.folder)
        self.assertEqual(unsaid.returncode, 1)
        self.assertIn("--ca", unsaid.stderr)
        shows = ["--ca", self.path("hub-ca.crt"), "--certificate", self.path("press.crt"),
                 "--certificate-key", self.path("press.key")]
        played = run(*feed, *shows, folder=self.folder)
        self.assertEqual(played.returncode, 0, played.stderr)
        self.assertIn("all of it is on disk", played.stderr)
        (self.folder / "press.key").chmod(0o644)
        exposed = run(*feed, *shows, folder=self.folder)
        self.assertEqual(exposed.returncode, 1)
        self.assertIn("chmod 600", exposed.stderr)


if __name__ == "__main__":
    unittest.main()
