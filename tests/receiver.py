#!/usr/bin/env python3
"""Receives notifications, as a client does that knows nothing but the documentation.

Prints its URL first, then one line of JSON for each notification: its id and type, how many elements it has, what was
answered, and everything that is wrong with it.
"""

import argparse
import json
import ssl
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    options = None
    failed = 0

    def log_message(self, *_):
        pass

    def do_POST(self):
        options = Handler.options
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kind = body.get("notificationType")
        status = 200
        if kind != "TEST_NOTIFICATION" and Handler.failed < options.fail:
            Handler.failed += 1
            status = 503
        elements = len(body.get("notification", {}).get(LISTS.get(kind), []))
        told = {
            "id": body.get("notificationId"),
            "type": kind,
            "elements": elements,
            "answered": status,
            "wrong": faults(self.headers, body, options.secret),
        }
        print(json.dumps(told), flush=True)
        if kind != "TEST_NOTIFICATION":
            if options.call_back:
                token = {"Authorization": f"Bearer {options.token}"}
                urlopen(Request(options.call_back, headers=token)).read()
            if options.mode == "hang":
                time.sleep(3600)
            if options.mode == "close":
                self.close_connection = True
                return
        self.send_response(status)
        if options.mode in ("drip", "endless") and kind != "TEST_NOTIFICATION":
            self.send_header("Content-Length", "10000000000")
            self.end_headers()
            while True:
                self.wfile.write(b"x" * (1 if options.mode == "drip" else 65536))
                if options.mode == "drip":
                    time.sleep(0.1)
        self.send_header("Content-Length", "0")
        self.end_headers()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--fail", type=int, default=0, help="answer so many with 503 first")
    parser.add_argument("--mode", choices=["ok", "hang", "drip", "close", "endless"], default="ok")
    parser.add_argument("--call-back", help="a URL to read before each answer")
    parser.add_argument("--token", help="the bearer token for that")
    parser.add_argument("--certificate", help="serve TLS with this certificate and key (PEM)")
    Handler.options = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
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
