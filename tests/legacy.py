#!/usr/bin/env python3
"""A client of the older API in every way in which real ones send their requests.

Goes through the life of a user and a licence once for each way, with nothing but what Service Config and the answers
tell it. Prints one line of JSON for each way: its name, how many calls it made, and everything that was wrong.
"""

import argparse
import http.client
import json
from urllib.parse import urlencode, urlsplit

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def as_text(value):
    """A value of a form or a query."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def fields(members):
    """Form fields; a list is its name once for each value."""
    pairs = []
    for name, value in members.items():
        for one in value if isinstance(value, list) else [value]:
            pairs.append((name, as_text(one)))
    return urlencode(pairs)


# Of each way: method, headers, query, body.
WAYS = {
    "JSON": lambda members: ("POST", JSON, "", json.dumps(members)),
    "JSON as a form": lambda members: ("POST", FORM, "", json.dumps(members)),
    "form fields": lambda members: ("POST", FORM, "", fields(members)),
    "query": lambda members: ("GET", {}, fields(members), ""),
    "query of a POST": lambda members: ("POST", {}, fields(members), ""),
    "GET with JSON": lambda members: ("GET", JSON, "", json.dumps(members)),
    "JSON without a type": lambda members: ("POST", {}, "", json.dumps(members)),
    "form fields without a type": lambda members: ("POST", {}, "", fields(members)),
}


class Client:
    """Speaks to one server in one way."""

    def __init__(self, url, token, way):
        address = urlsplit(url)
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        self.token, self.way = token, WAYS[way]
        self.calls, self.wrong, self.urls = 0, [], {}

    def send(self, url, members):
        """Sends a request and reads the answer, whatever that says."""
        method, headers, query, body = self.way(members)
        address = urlsplit(url)
        target = address.path + (f"?{query}" if query else "")
        # putrequest adds nothing of its own, a content type least of all.
        self.connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers.items():
            self.connection.putheader(name, value)
        data = body.encode()
        if data or method == "POST":
            self.connection.putheader("Content-Length", str(len(data)))
        self.connection.endheaders(data or None)
        answer = self.connection.getresponse()
        text = answer.read()
        self.calls += 1
        self.check(answer.status == 200, f"{target.split('?')[0]} answers {answer.status}")
        return json.loads(text)

    def check(self, holds, what):
        if not holds:
            self.wrong.append(what)

    def call(self, name, status=0, number=None, **members):
        """Calls a service by its key in Service Config; it is to answer with this status."""
        answer = self.send(self.urls[name], {"sToken": self.token, **members})
        told = (answer["status"], answer.get("errorNumber"))
        self.check(told == (status, number), f"{name} {members}: {answer}")
        return answer

    def discover(self, url):
        config = self.send(f"{url}/mdm/VPPServiceConfigSrv", {})
        self.urls = {name: it for name, it in config.items() if name.endswith("Url")}
        self.check(config["maxBatchAssociateLicenseCount"] == 10, "batches of ten")

    def every(self, name, key, **members):
        """Reads a list to its end, batch after batch."""
        records, token = [], {}
        while True:
            answer = self.call(name, **members, **token)
            records += answer[key]
            if "sinceModifiedToken" in answer:
                return records
            token = {"batchToken": answer["batchToken"]}


def live(client, user, adam_id):
    """A user comes, gets a licence, gives it back and goes; a device likewise."""
    # Clients look at who claims the library before they do anything.
    client.call("clientConfigSrvUrl", clientContext=json.dumps({"guid": user}))
    context = client.call("clientConfigSrvUrl")["clientContext"]
    client.check(json.loads(context) == {"guid": user}, f"clientContext is {context}")

    made = client.call("registerUserSrvUrl", clientUserIdStr=user, email=f"{user}@example.edu")
    number = made["user"]["userId"]
    client.check(made["user"]["status"] == "Registered", "a new user is registered")
    edited = client.call("editUserSrvUrl", userId=number, email="new@example.edu")
    client.check(edited["user"]["email"] == "new@example.edu", "the address is the new one")

    assets = client.call("getVPPAssetsSrvUrl", includeLicenseCounts=True)["assets"]
    free = {it["adamIdStr"]: it["availableCount"] for it in assets}[adam_id]
    client.check(free > 1, f"{free} are free")
    device = f"SERIAL-{user}"
    given = client.call(
        "manageVPPLicensesByAdamIdSrvUrl", adamIdStr=adam_id, associateClientUserIdStrs=[user]
    )
    licence = given["associations"][0]["licenseIdStr"]
    swapped = client.call(
        "manageVPPLicensesByAdamIdSrvUrl",
        adamIdStr=int(adam_id),
        pricingParam="STDQ",
        associateSerialNumbers=[device, f"{device}-2"],
        disassociateClientUserIdStrs=[user],
        notifyDisassociation=False,
    )
    client.check(len(swapped["associations"]) == 2, "both devices get one")
    client.check(licence == swapped["disassociations"][0]["licenseIdStr"], "the same licence")
    unknown = client.call(
        "manageVPPLicensesByAdamIdSrvUrl",
        status=-1,
        adamIdStr=adam_id,
        associateClientUserIdStrs="nobody",
    )
    client.check(unknown["associations"][0]["errorNumber"] == 9609, "nobody gets nothing")

    licences = client.every("getLicensesSrvUrl", "licenses", assignedOnly=True, adamId=adam_id)
    serials = [it.get("serialNumber") for it in licences]
    client.check(serials.count(device) == 1, f"{device} among {serials}")
    pairs = client.call("getAssignmentsSrvUrl", serialNumber=device)
    client.check(pairs["totalAssignments"] == 1, f"one assignment: {pairs}")
    client.call(
        "manageVPPLicensesByAdamIdSrvUrl",
        adamIdStr=adam_id,
        disassociateSerialNumbers=[device, f"{device}-2"],
    )

    client.call("retireUserSrvUrl", clientUserIdStr=user)
    client.call("retireUserSrvUrl", status=-1, number=9618, userId=number)
    client.call("getUserSrvUrl", status=-1, number=9604, clientUserIdStr=user)
    # An int in this place: true is refused, as clients found out.
    client.call("getUsersSrvUrl", status=-1, number=9602, includeRetired=True)
    retired = [it["clientUserIdStr"] for it in client.every("getUsersSrvUrl", "users", includeRetired=1)]
    client.check(user in retired, f"{user} among {retired}")
    active = [it["clientUserIdStr"] for it in client.every("getUsersSrvUrl", "users")]
    client.check(user not in active, f"{user} not among {active}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("adam_id", help="an app of which two licences are free")
    options = parser.parse_args()
    for n, way in enumerate(WAYS):
        client = Client(options.url, options.token, way)
        client.discover(options.url)
        live(client, f"python-{n}", options.adam_id)
        told = {"way": way, "calls": client.calls, "wrong": client.wrong}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
