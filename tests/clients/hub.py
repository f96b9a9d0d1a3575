"""A hub of its own for a test: on a free port, with a data folder of its own."""
import json
import os
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# How long the hub may take for anything that a test asks of it [s].
PATIENCE_S = 60


def binary():
    """The built program: the environment names it."""
    named = os.environ.get("SLIPWAY_BIN")
    if not named:
        raise RuntimeError("SLIPWAY_BIN is not set: run `just test`, or set it to the built slipway")
    return named


class Hub:
    """A running hub with these arguments more; `close` ends it and removes its data. What it logs, and
    more of it, is written to `log` if that is given."""

    def __init__(self, *more, log=None):
        self._folder = tempfile.TemporaryDirectory(prefix="slipway-")
        self.data = self._folder.name
        command = [binary(), "serve", "--json", "--listen", "127.0.0.1:0", "--data", self.data, *more]
        more_of_it = {**os.environ, "RUST_LOG": "debug"} if log else None
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=more_of_it,
                                         stderr=log or subprocess.DEVNULL)
        said = self._process.stdout.readline()
        if not said:
            self.close()
            raise RuntimeError(f"the hub ended with {self._process.returncode}")
        self.url = json.loads(said)["listening"]

    @property
    def ingest(self):
        return self.url.replace("http", "ws", 1) + "/v1/ingest"

    def key(self, *holder):
        """A new key, such as `key("--feed", "press", "--plant", "home-yard")`."""
        command = [binary(), "key", "new", "--data", self.data, *holder]
        made = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_S)
        return made.stdout.strip()

    def get(self, path, key):
        """What the API answers to the holder of a viewer's key."""
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def stop(self):
        """Asks it to end, and waits until it has."""
        self._process.terminate()
        self._process.wait(PATIENCE_S)

    def close(self):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()
