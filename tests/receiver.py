#!/usr/bin/env python3
"""Receives notifications, as a client does that knows nothing but the documentation.

Prints its URL first, then one line of JSON for each notification: its id, type and event, how many elements it has and
of which products, what it answers, and everything that is wrong with it. An answer without end prints one more line
when it is hung up on: how many bytes it had written.
"""

import argparse
import json
import ssl
import sys
import threading
import time
import uuid
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from urllib.request import Request, urlopen

LISTS = {
    "ASSET_MANAGEMENT": "assignments",
    "USER_MANAGEMENT": "users",
    "USER_ASSOCIATED": "associatedUsers",
    "SUBSCRIPTION_MANAGEMENT": "assignments",
}
ALLOWED = {
    "ASSET_MANAGEMENT": {"assignments", "error", "eventId", "result", "type"},
    "USER_MANAGEMENT": {"users", "error", "eventId", "result", "type"},
    "USER_ASSOCIATED": {"associatedUsers"},
    "ASSET_COUNT": {"adamId", "pricingParam", "countDelta"},
    "SUBSCRIPTION_MANAGEMENT": {"assignments", "error", "eventId", "result", "type"},
    "SUBSCRIPTION_COUNT": {"parentAdamId", "adamId", "counts"},
    "TEST_NOTIFICATION": set(),
}
LOCK = threading.Lock()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n"


def faults(headers, body, secret):
    """Everything that is wrong with a notification."""
    wrong = []
    if headers.get("Authorization") != f"Bearer {secret}":
        wrong.append("the secret")
    if headers.get("Content-Type") != "application/json":
        wrong.append("the content type")
    if set(body) != {"notification", "notificationId", "notificationType", "uId"}:
        wrong.append(f"the envelope: {sorted(body)}")
        return wrong
    try:
        uuid.UUID(body["notificationId"])
    except ValueError:
        wrong.append("the id")
    kind, payload = body["notificationType"], body["notification"]
    if set(payload) - ALLOWED.get(kind, set(payload)):
        wrong.append(f"members of {kind}: {sorted(payload)}")
    if len(payload.get(LISTS.get(kind), [])) > 100:
        wrong.append("more than 100 elements")
    if ("error" in payload) != (payload.get("result") == "FAILURE"):
        wrong.append("an error goes with a failure")
    return wrong


def tell(what):
    """One line, whoever else has something to say at that moment."""
    with LOCK:
        print(json.dumps(what), flush=True)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    options = None
    failed = 0
    seen = {}

    def log_message(self, *_):
        pass

    def do_POST(self):
        options = Handler.options
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(raw)
        kind, payload = body.get("notificationType"), body.get("notification", {})
        wrong = faults(self.headers, body, options.secret)
        if Handler.seen.setdefault(body.get("notificationId"), raw) != raw:
            wrong.append("another body under the same id")
        is_test = kind == "TEST_NOTIFICATION"
        mode = "ok" if is_test else options.mode
        status = 200
        if not is_test and Handler.failed < options.fail:
            Handler.failed += 1
            status = 503
        elements = payload.get(LISTS.get(kind), [])
        told = {
            "id": body.get("notificationId"),
            "type": kind,
            "event": payload.get("eventId"),
            "result": payload.get("result"),
            "elements": len(elements),
            "products": Counter(element["adamId"] for element in elements if "adamId" in element),
            "answered": status if mode in ("ok", "endless") else None,
            "wrong": wrong,
        }
        if options.call_back and not is_test:
            token = {"Authorization": f"Bearer {options.token}"}
            with urlopen(Request(options.call_back, headers=token)) as answer:
                told["called_back"] = json.load(answer)
        tell(told)
        if mode == "ok":
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.close_connection = True
        written = 0
        try:
            if mode == "hang":
                self.rfile.read(1)
            if mode == "drip":
                for byte in chain(ANSWER, repeat(ord("x"))):
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.02)
            if mode == "endless":
                self.wfile.write(ANSWER)
                while True:
                    written += self.wfile.write(b"x" * 65536)
        except OSError:
            if mode == "endless":
                tell({"written": written})


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        # Who hangs up is no error here.
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--fail", type=int, default=0, help="answer so many with 503 first")
    parser.add_argument("--mode", choices=["ok", "hang", "drip", "close", "endless"], default="ok")
    parser.add_argument("--call-back", help="a URL to read before each answer")
    parser.add_argument("--token", help="the bearer token for that")
    parser.add_argument("--certificate", help="serve TLS with this certificate and key (PEM)")
    Handler.options = parser.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    scheme = "http"
    if Handler.options.certificate:
        scheme = "https"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(Handler.options.certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(f"{scheme}://127.0.0.1:{server.server_port}/notify", flush=True)
    try:
        server.serve_forever()
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(0)


main()
