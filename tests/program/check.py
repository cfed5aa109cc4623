"""Runs the program of docs/API.md against a demonstration daemon and looks at what it prints.

usage: check.py PRAHARI API_MD
"""

import os
import re
import signal
import subprocess
import sys
import tempfile

PRINTED = [
    r"the service (is on|was on already)",
    r"run \d+ of position_monitor: succeeded",
    r"[1-9]\d* orders, [1-9]\d* of them filled",
]


def program(page):
    """The one block of Python that a page has."""
    with open(page) as file:
        blocks = re.findall(r"^```python\n(.*?)^```$", file.read(), re.DOTALL | re.MULTILINE)
    if len(blocks) != 1:
        sys.exit(f"{page} has {len(blocks)} programs in Python and not one")
    return blocks[0]


def start(prahari, folder):
    """Starts the daemon; answers it, and where it listens."""
    command = [prahari, "serve", "--demo", "--listen", "127.0.0.1:0", "--speed", "1", "--history", "30", "--quiet"]
    daemon = subprocess.Popen(
        [*command, "--db", os.path.join(folder, "prahari.db")], stdout=subprocess.PIPE, text=True
    )
    for line in daemon.stdout:
        if "Open http://" in line:
            return daemon, "http://" + line.split("http://")[1].split()[0].rstrip("/")
    sys.exit("the daemon ended before it said where it listens")


def main(prahari, page):
    with tempfile.TemporaryDirectory() as folder:
        daemon, url = start(prahari, folder)
        try:
            environment = {**os.environ, "PRAHARI_URL": url, "PRAHARI_PASSWORD": "prahari-demo"}
            make = [prahari, "token", "new", "program", "--scope", "control", "--login", "user2"]
            token = subprocess.run(make, env=environment, capture_output=True, text=True, check=True).stdout.strip()
            environment["PRAHARI_TOKEN"] = token
            ran = subprocess.run(
                [sys.executable, "-c", program(page)], env=environment, capture_output=True, text=True, timeout=120
            )
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(60)
    lines = ran.stdout.splitlines()
    as_said = len(lines) == len(PRINTED) and all(map(re.fullmatch, PRINTED, lines))
    if ran.returncode != 0 or not as_said:
        sys.exit(f"the program of {page} does not do what the page says:\n{ran.stdout}{ran.stderr}")
    print(f"the program of {page} prints:\n  " + "\n  ".join(lines))


main(*sys.argv[1:])
