"""Starts a demonstration daemon and lets schemathesis send made-up requests to every route, as admin and as user.

usage: check.py PRAHARI FOLDER_OF_SCHEMATHESIS
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request

# What must hold of every answer: no server error, and nothing that the OpenAPI document does not say.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"

# These end the check's own access, so that everything after them would only be refused. The tests of the API cover them.
# The live stream is no HTTP exchange.
LEFT_OUT = [
    "/api/v1/auth/logout",
    "/api/v1/auth/password",
    "/api/v1/auth/tokens/{id}",
    "/api/v1/auth/sessions/{id}",
    "/api/v1/live",
]

EXAMPLES = os.environ.get("PRAHARI_SCHEMATHESIS_EXAMPLES", "20")
SEED = "20251121"


def ask(address, path, body, headers):
    """Posts JSON and answers the JSON that comes back, with its headers."""
    request = urllib.request.Request(
        f"http://{address}{path}",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json", **headers},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer), answer.headers


def token(address, name, password, scope):
    """Signs in and makes an API token."""
    _, headers = ask(address, "/api/v1/auth/login", {"name": name, "password": password}, {})
    cookie = headers["set-cookie"].split(";")[0]
    made, _ = ask(
        address,
        "/api/v1/auth/tokens",
        {"name": "schemathesis", "scope": scope},
        {"cookie": cookie, "origin": f"http://{address}"},
    )
    return made["token"]


def start(prahari, folder):
    """Starts the daemon; answers it, where it listens, and the password of its users."""
    command = [prahari, "serve", "--demo", "--listen", "127.0.0.1:0", "--speed", "60", "--history", "5"]
    log = open(os.path.join(folder, "daemon.log"), "w")
    daemon = subprocess.Popen(
        [*command, "--db", os.path.join(folder, "prahari.db")], stdout=subprocess.PIPE, stderr=log, text=True
    )
    address = password = None
    for line in daemon.stdout:
        if "password:" in line:
            password = line.split("password:")[1].split()[0]
        if "Open http://" in line:
            address = line.split("http://")[1].split()[0].rstrip("/")
            return daemon, address, password
    sys.exit("the daemon ended before it said where it listens: " + open(log.name).read())


def check(tools, address, who, bearer):
    """Runs schemathesis with a token; answers whether everything held."""
    print(f"as {who}:", flush=True)
    left_out = [word for path in LEFT_OUT for word in ("--exclude-path", path)]
    command = [os.path.join(tools, "schemathesis"), "run", f"http://{address}/api/v1/openapi.json"]
    command += ["--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES]
    # One worker: with several, the parser of some versions of Python fails now and then.
    command += ["--seed", SEED, "--warnings", "off", "--no-color", "--generation-database", "none"]
    command += ["-H", f"Authorization: Bearer {bearer}", *left_out]
    return subprocess.run(command, cwd=tempfile.gettempdir()).returncode == 0


def main():
    prahari, tools = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        daemon, address, password = start(prahari, folder)
        try:
            callers = [
                ("user", token(address, "user2", password, "control")),
                ("admin", token(address, "admin", password, "admin")),
            ]
            held = [check(tools, address, who, bearer) for who, bearer in callers]
        finally:
            daemon.send_signal(signal.SIGTERM)
            ended = daemon.wait()
        if not all(held) or ended != 0:
            log = open(os.path.join(folder, "daemon.log")).read().splitlines()
            print("the daemon's last words:", *log[-20:], sep="\n")
            sys.exit(f"the HTTP interface does not hold what its description says (daemon ended with {ended})")


main()
