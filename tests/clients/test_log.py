"""What strangers write in names and headers makes no lines in the hub's log, and no commands of a terminal."""
import json
import re
import socket
import tempfile
import unittest
from urllib.parse import urlsplit

from websockets.sync.client import connect

from hub import PATIENCE_S, Hub

# How every line of the log begins: when, and how grave it is.
BEGINNING = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z +(TRACE|DEBUG|INFO|WARN|ERROR) |listening on )")
FORGED = "\r\n2031-01-01T00:00:00.000000Z ERROR forged line"
ANSI = "\x1b[2J\x1b[31m"


class Log(unittest.TestCase):
    def setUp(self):
        self.log = tempfile.TemporaryFile()
        self.addCleanup(self.log.close)
        self.hub = Hub(log=self.log)
        self.addCleanup(self.hub.close)

    def send(self, text):
        """Sends text as it is; what the hub says to it."""
        address = urlsplit(self.hub.url)
        with socket.create_connection((address.hostname, address.port), PATIENCE_S) as line:
            line.sendall(text.encode())
            heard = b""
            while some := line.recv(1 << 16):
                heard += some
        return heard

    def test_nobody_forges_a_line(self):
        key = self.hub.key("--feed", "press", "--plant", "home-yard")
        jndi = "${jndi:ldap://127.0.0.1/x}"
        for head in (
            f"GET /{jndi} HTTP/1.0\r\nUser-Agent: {jndi}{ANSI}\r\n",
            "GET /api/v1/plants/x%0d%0a2031-01-01%20forged%1b%5b2J HTTP/1.0\r\n",
            f"GET /api/v1/plants/home-yard HTTP/1.0\r\nAuthorization: Bearer {ANSI}forged\r\n",
            f"GET /{ANSI} HTTP/1.0\r\n",
            f"{ANSI} / HTTP/1.0\r\n",
            "GET / HTTP/1.0\r\nX: a\n2031-01-01T00:00:00.000000Z ERROR forged line\r\n",
        ):
            self.send(f"{head}Host: hub\r\nConnection: close\r\n\r\n")
        for name in (f"anna{FORGED}", f"{ANSI}anna", jndi, f"a {key}"):
            body = json.dumps({"name": name, "password": name})
            self.send(f"POST /v1/session HTTP/1.0\r\nHost: hub\r\nContent-Type: application/json\r\n"
                      f"Content-Length: {len(body)}\r\n\r\n{body}")
        headers = {"Authorization": f"Bearer {key}", "User-Agent": f"x{jndi}"}
        for feed in (f"press{FORGED}", f"{ANSI}press", jndi):
            with connect(self.hub.ingest, subprotocols=["slipway.ingest.v1"], additional_headers=headers) as hub:
                hub.send(json.dumps({"type": "hello", "feed": feed, "epoch": 1, "clock": {"kind": "live"}}))
                self.assertEqual(json.loads(hub.recv(PATIENCE_S))["type"], "refused")
                hub.send(f"no JSON {FORGED}{ANSI}")
        self.hub.stop()
        self.log.seek(0)
        lines = self.log.read().splitlines()
        self.assertGreater(len(lines), 3)
        for line in lines:
            self.assertRegex(line, BEGINNING)
            self.assertNotIn(b"ERROR forged", line[:60])
            self.assertNotIn(b"\x1b", line)
            self.assertNotIn(key.encode(), line)


if __name__ == "__main__":
    unittest.main()
