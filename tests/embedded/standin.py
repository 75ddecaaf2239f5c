"""A script: the supervisor with small children in place of the site's. STANDIN holds their Python code, as JSON.

{"prepare": code, "is_migrated": code, "children": {name: code, ...}, "optional": [name, ...],
"check": true to have the variables checked as the real site does}; `web` comes by itself.
"""

import json
import os
import sys
from pathlib import Path

from embedded.plan import Plan, site
from embedded.supervisor import Child
from embedded.up import main

WEB = """
import http.server, os
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"a page")
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Page).serve_forever()
"""


def plan(root: Path) -> Plan:
    asked = json.loads(os.environ.pop("STANDIN", "{}"))

    def python(code: str) -> tuple[str, ...]:
        return (sys.executable, "-c", code)

    def children(port: int, files_port: int) -> list[Child]:
        codes = {"web": WEB} | asked.get("children", {})
        return [Child(n, f"the {n}", python(c), n not in asked.get("optional", [])) for n, c in codes.items()]

    return Plan(
        root=root,
        is_migrated=python(asked.get("is_migrated", "")),
        prepare=python(asked.get("prepare", "")),
        children=children,
        check=site(root).check if asked.get("check") else (),
        careless=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], make_plan=plan, root=Path(__file__).resolve().parents[2]))
