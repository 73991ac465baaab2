"""Takes an app from an old device and gives it to a new one, with one licence for both.

Careless: associates before it disassociates.
"""

import mdm

APP = "361309726"


class Careful(mdm.Client):
    steps = [("assets/disassociate", "ipad-old"), ("assets/associate", "ipad-new")]


def reassign(client):
    # Back to back: requests of a location are worked off in order, and the second finds the licence free.
    events = []
    for path, device in client.steps:
        events.append(client.post(path, {"assets": mdm.assets(APP), "serialNumbers": [device]}))
    for event in events:
        status = client.wait_for(event)
        print(f"{status['eventType']}: {status['eventStatus']}")


class Careless(Careful):
    steps = Careful.steps[::-1]


if __name__ == "__main__":
    mdm.main(reassign, Careful, Careless)
