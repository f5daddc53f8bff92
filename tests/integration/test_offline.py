"""With the defaults nothing leaves the machine: an audit hook sees every look-up and connection that Python makes."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

WATCHED = """
import sys, json, threading, urllib.request, os
outside = []

def watch(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            outside.append(f"connect {address}")
            raise OSError(f"blocked: {address}")
    if event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", "::1", "localhost", None):
        outside.append(f"look up {arguments[0]}")
        raise OSError(f"blocked: {arguments[0]}")

sys.addaudithook(watch)

from rag.cli.main import main

index = sys.argv[1]
codes = [
    main(["index", "--sources", sys.argv[2], "--index", index]),
    main(["ask", "Who is Cuba's foreign minister?", "--index", index]),
    main(["ask", "What is the population of Havana?", "--index", index]),
]

import socket
import uvicorn
from rag.web.server import app, parts
from rag.config import Config
from rag.engine import Engine

settings = Config(data=index + "-data")
with Engine.open(index, settings) as engine, socket.create_server(("127.0.0.1", 0)) as listener:
    server = uvicorn.Server(uvicorn.Config(app(parts(engine)), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    while not server.started:
        pass
    with urllib.request.urlopen(url) as page:
        body, policy = page.read().decode(), page.headers["Content-Security-Policy"]
    server.should_exit = True
    thread.join()

print(json.dumps({"codes": codes, "outside": outside, "title": "Quoteline" in body, "policy": policy}))
"""


def test_index_ask_and_page_open_no_connection(tmp_path: Path) -> None:
    unhelped = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(tmp_path / "index"), str(ROOT / "seeds")],
        env=unhelped,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["outside"] == []
    assert found["codes"] == [0, 0, 3]
    assert found["title"]
    assert found["policy"].startswith("default-src 'self';")


def test_the_hook_would_see_a_connection() -> None:
    start = WATCHED.split("from rag.cli")[0]
    code = f"{start}\nimport socket\ntry: socket.create_connection(('192.0.2.1', 9))\nexcept OSError: print(outside)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "192.0.2.1" in done.stdout
