"""A careful client that lives on notifications: `mdm.Client`, and a receiver in the same process.

The receiver accepts and does nothing else: who works before it answers is taken for one that does not answer, and gets
everything again. What it has accepted waits in an inbox for the client.
"""

import collections
import http.server
import json
import queue
import threading
import time

import mdm

# How long nothing may come before the client asks for itself. In production: about ten minutes.
PATIENCE = 1.0
# After so much silence a burst of notifications is over.
QUIET = 0.4


class Handler(http.server.BaseHTTPRequestHandler):
    """One notification."""

    def do_POST(self):
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        client = self.server.client
        status = client.check(self.headers.get("Authorization"))
        keeps = status == 200 and client.keeps(told)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if keeps:
            # The sender hangs up when it has the answer. What it told is worked on after that.
            self.connection.settimeout(1)
            try:
                self.rfile.read(1)
            except OSError:
                pass
            client.inbox.put(told)

    def log_message(self, *_):
        pass


class Client(mdm.Client):
    """Hears what happens, and asks where it hears nothing."""

    patience = PATIENCE
    # What it wants to be told.
    types = ["ASSET_MANAGEMENT", "ASSET_COUNT"]

    def __init__(self):
        super().__init__()
        self.secrets = []
        self.inbox = queue.Queue()
        self.seen = set()
        # What was told of each event, also of those that we do not know yet.
        self.news = collections.defaultdict(list)
        # Free licences, by product.
        self.free = collections.Counter()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.client = self
        self.receiver = f"http://127.0.0.1:{server.server_port}/notifications"
        threading.Thread(target=server.serve_forever, daemon=True).start()

    # --- while the sender waits ---

    def check(self, authorization):
        """The status that a notification is answered with. Whoever does not know a secret is not from the service."""
        return 200 if authorization in [f"Bearer {secret}" for secret in self.secrets] else 401

    def keeps(self, told):
        """Whether there is something to be done. Types that we do not know are accepted, and nothing comes of them."""
        return told["notificationType"] in self.types

    # --- hearing ---

    def subscribe(self, secret):
        """Has notifications sent here, with this secret; also, with another one than before."""
        # Before the call: the service tries the receiver out with the new secret while it is under way.
        self.accept(secret)
        config = {"notificationUrl": self.receiver, "notificationAuthToken": secret, "notificationTypes": self.types}
        self.post("client/config", config)

    def accept(self, secret):
        """Accepts a new secret, and the last one too: what was on its way before the change still bears it."""
        # In production the last one goes after five minutes: by then everything was tried three times.
        self.secrets = [*self.secrets[-1:], secret]

    def is_new(self, told):
        """Whether this was not heard before: the same may come any number of times, under one id."""
        is_new = told["notificationId"] not in self.seen
        self.seen.add(told["notificationId"])
        return is_new

    def hear(self, seconds):
        """Takes note of what comes next. False if nothing does for so long."""
        end = time.monotonic() + seconds
        while True:
            try:
                told = self.inbox.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                return False
            if self.is_new(told):
                self.note(told)
                return True

    def listen(self, seconds):
        """Takes note of everything that comes, if something does within so long, until it is quiet."""
        while self.hear(seconds):
            seconds = QUIET

    def note(self, told):
        """Takes note of a notification."""
        what = told["notification"]
        if told["notificationType"] == "ASSET_COUNT":
            self.free[what["adamId"]] += what["countDelta"]
        elif "eventId" in what:
            self.news[what["eventId"]].append(what)

    # --- waiting ---

    def wait_for(self, event, tasks=1):
        """How an event ended that has so many tasks. A notification tells of some of them."""
        news = self.news[event["eventId"]]
        while sum(len(what["assignments"]) for what in news) < tasks:
            if not self.hear(self.patience):
                return self.ask(event)
        failed = any(what["result"] == "FAILURE" for what in news)
        return {"eventStatus": "FAILED" if failed else "COMPLETE"}

    def ask(self, event):
        """Nothing was heard of an event: notifications get lost. The service knows."""
        return super().wait_for(event)

    # --- licences ---

    def count(self, adam_id):
        """Reads how many licences are free. From here on it is counted by what is told."""
        [asset] = self.get("assets", adamId=adam_id)["assets"]
        self.free[adam_id] = asset["availableCount"]

    def hand_out(self, adam_id, devices):
        """Gives a product to as many of these devices as there are free licences, and says what came of it."""
        devices = devices[: self.free[adam_id]]
        if not devices:
            print("there is nothing to hand out")
            return
        event = self.post("assets/associate", {"assets": mdm.assets(adam_id), "serialNumbers": devices})
        self.free[adam_id] -= len(devices)
        print(f"{', '.join(devices)}: {self.wait_for(event, len(devices))['eventStatus']}")
