"""A careful MDM client of the App and Book Management API, in Python's standard library only.

Each scenario has a script next to this file that does one day's work with it. Run with the word `careless`, the script
uses a client that differs in exactly one method: the flaw that the scenario is about.

The environment says where the service is: QUINCE_URL and QUINCE_STOKEN, which `quince run` sets.
"""

import email.utils
import http.client
import json
import os
import sys
import time
import urllib.parse

# Who this client is. Told once with `claim`; any other id in an answer means that another MDM owns the location now.
MDM = {"id": "5f0c1a52-6d3e-4a0b-9a51-2f8f0c7d9b10", "name": "Example MDM", "metadata": "1.0"}

# Answers that never tell who owns the location.
WITHOUT_OWNER = {
    "service/config",
    "subscriptions",
    "subscriptions/assignments",
    "subscriptions/admins",
    "subscriptions/admins/add",
    "subscriptions/admins/remove",
}

# Expired, not accepted, revoked, and two ways of not being logged in. Asking again does not mend any of them.
TOKEN_ERRORS = {9601, 9621, 9622, 9625, 9722}

# Between two looks at an event. The real service wants 30 seconds; here its time is virtual, and ours is not.
POLL_PAUSE = 0.03
# How often an event is looked at before the client stops believing in it. In production: for about ten minutes.
POLLS = 6
# How often one call is made in all, if the service says that it is busy.
TRIES = 4
# The first pause where the service says "busy" and not for how long. It doubles.
BACK_OFF = 0.1
# How often a list that moves is read anew before the client makes do with what it has.
READINGS = 3


class Stop(Exception):
    """The client stops in good order and tells people why: going on would do harm or is in vain."""


class StillPending(Stop):
    """An event did not end in good time."""


class Refused(Exception):
    """The service refused a call, and nothing was done."""

    def __init__(self, status, answer):
        self.status, self.answer = status, answer
        self.number = answer.get("errorNumber")
        super().__init__(f"{status} with {self.number}: {answer.get('errorMessage')}")


class Lost(Exception):
    """No answer came, or half of one. Nobody knows whether the call was applied."""


class Client:
    """Calls the service, and does with its answers what a careful client does."""

    def __init__(self):
        self.url = urllib.parse.urlsplit(os.environ["QUINCE_URL"])
        self.token = os.environ["QUINCE_STOKEN"]
        self.claimed = False

    # --- one call ---

    def send(self, method, path, query=None, body=None):
        """One exchange on a connection of its own: status, headers and the JSON that came."""
        target = f"{self.url.path.rstrip('/')}/mdm/v2/{path}"
        query = {name: value for name, value in (query or {}).items() if value is not None}
        if query:
            target += "?" + urllib.parse.urlencode(query)
        headers = {"Authorization": f"Bearer {self.token}"}
        text = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            text = json.dumps(body)
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=10)
        try:
            connection.request(method, target, text, headers)
            answer = connection.getresponse()
            # Members that we do not know are none of our business: they are simply not looked at.
            return answer.status, answer.headers, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Lost(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()

    def call(self, method, path, query=None, body=None):
        """One call, with the patience that the service asks for. The answer, or `Stop`, `Refused` or `Lost`."""
        for attempt in range(1, TRIES + 1):
            status, headers, answer = self.send(method, path, query, body)
            number = answer.get("errorNumber")
            # An error may come inside an HTTP 200: the number counts as much as the status.
            if status == 200 and number is None:
                self.check_owner(path, answer)
                return answer
            if number in TOKEN_ERRORS or status == 401:
                self.token_refused(Refused(status, answer))
            elif status not in (429, 500, 503) or attempt == TRIES:
                raise Refused(status, answer)
            else:
                self.wait_to_retry(headers, attempt)
        raise Stop(f"{method} {path}: the token is refused")

    def token_refused(self, refused):
        """The token is not accepted: nothing but a new one from the content manager helps."""
        raise Stop(f"the token is refused, a new one is needed: {refused}")

    def wait_to_retry(self, headers, attempt):
        """Waits as long as the service wants, and lets nothing else go out meanwhile."""
        wanted = seconds_wanted(headers)
        time.sleep(BACK_OFF * 2 ** (attempt - 1) if wanted is None else wanted)

    def check_owner(self, path, answer):
        """Stops if another MDM claims the location, as far as the answer can tell."""
        if path in WITHOUT_OWNER:
            return
        owner = answer.get("mdmInfo")
        if (owner or {}).get("id") != MDM["id"] and (owner or self.claimed):
            name = owner["name"] if owner else "nobody"
            raise Stop(f"the location is managed by {name} now; this client keeps its hands off")

    # --- reading ---

    def get(self, path, **query):
        """Reads. Reading twice does no harm, so that a lost answer is simply asked for again."""
        for attempt in range(1, TRIES + 1):
            try:
                return self.call("GET", path, query)
            except Lost:
                if attempt == TRIES:
                    raise
                time.sleep(BACK_OFF * 2 ** (attempt - 1))

    def read(self, path, **query):
        """Reads a list: its records, the version of its first page, and whether it moved while it was read."""
        records, page = [], self.get(path, **query)
        first, moved = page["versionId"], False
        while True:
            records += page[path]
            moved = moved or page["versionId"] != first
            following = self.next_page(page)
            if following is None:
                return records, self.version_to_keep(first, page), moved
            page = self.get(path, **query, pageIndex=following)

    def next_page(self, page):
        """The index of the page after this one. The last page has none; `totalPages` may change under way."""
        return page.get("nextPageIndex")

    def version_to_keep(self, first, page):
        """The version for the next delta: the first page's. What changed while we read is then told again."""
        return first

    def read_whole(self, path, **query):
        """Reads a list until it stood still, within reason: its records, and its version."""
        for _ in range(READINGS):
            records, version, moved = self.read(path, **query)
            if not moved:
                break
        return records, version

    def follow(self, path, **query):
        """Reads a list that has cursors, one page after the other: its records."""
        page = self.get(path, **query)
        records = list(page[path.split("/")[-1]])
        while (cursor := self.next_cursor(page)) is not None:
            page = self.get(path, **query, cursor=cursor)
            # The last page may be empty, and that is no error.
            records += page[path.split("/")[-1]]
        return records

    def next_cursor(self, page):
        """What the next page is asked for with. The last page has none, and nothing else says that it is the last."""
        return page.get("nextCursor")

    # --- writing ---

    def post(self, path, body=None):
        """Writes. The answer says that the work was accepted, and no more than that."""
        return self.call("POST", path, body=body)

    def claim(self):
        """Makes the location ours, unless another MDM has it."""
        self.get("client/config")
        self.post("client/config", {"mdmInfo": MDM})
        self.claimed = True

    def wait_for(self, event):
        """Waits for the end of an event, within reason: its status, or `StillPending`."""
        for _ in range(POLLS):
            status = self.get("status", eventId=event["eventId"])
            if status["eventStatus"] != "PENDING":
                return status
            time.sleep(POLL_PAUSE)
        raise StillPending(f"event {event['eventId']} has not ended: people have to look at it")

    def holders(self, adam_id):
        """Who holds an asset: serial numbers and client user ids."""
        records, _ = self.read_whole("assignments", adamId=adam_id)
        return {record.get("serialNumber") or record["clientUserId"] for record in records}

    # --- subscriptions ---

    def subscription(self, adam_id):
        """A subscription as it stands."""
        [found] = self.follow("subscriptions", adamId=adam_id)
        return found

    def seats(self, adam_id):
        """Who has a subscription: the client user ids, each with whether the assignment goes on after the period."""
        records = self.follow("subscriptions/assignments", adamId=adam_id)
        return {record["clientUserId"]: record["renewing"] for record in records}

    def associate(self, adam_id, users, renewing=True):
        """Gives a subscription to users; the answer says that this was accepted."""
        body = {"adamIds": [adam_id], "clientUserIds": users, "renewing": renewing}
        return self.post("subscriptions/associate", body)

    def disassociate(self, adam_id, users, deferred=False):
        """Takes a subscription back, at once or at the end of the period; the answer says that this was accepted."""
        body = {"adamIds": [adam_id], "clientUserIds": users, "deferred": deferred}
        return self.post("subscriptions/disassociate", body)


def seconds_wanted(headers):
    """What `Retry-After` asks for, in seconds; `None` if it is not there or is not to be understood."""
    told = headers.get("Retry-After")
    if told is None:
        return None
    if told.strip().isdigit():
        return int(told)
    try:
        then = email.utils.parsedate_to_datetime(told)
        # Measured by the service's own clock, which need not agree with ours.
        now = email.utils.parsedate_to_datetime(headers["Date"])
        return max(0.0, (then - now).total_seconds())
    except (TypeError, ValueError):
        return None


def assets(*adam_ids):
    """Assets as requests name them."""
    return [{"adamId": adam_id, "pricingParam": "STDQ"} for adam_id in adam_ids]


def main(work, careful, careless):
    """Does the work with the client that the command line asks for. Any way to stop in good order exits with 0."""
    kinds = {(): careful, ("careless",): careless}
    kind = kinds.get(tuple(sys.argv[1:]))
    if kind is None:
        sys.exit(f"usage: {sys.argv[0]} [careless]")
    try:
        work(kind())
    except Stop as reason:
        print(f"stopped: {reason}")
