"""Sees to it that 100 devices have an app.

Careless: asks for each device, and sends a request for each device.
"""

import mdm

APP = "361309726"
DEVICES = [f"ipad-{n:03}" for n in range(100)]


class Careful(mdm.Client):
    def without(self, devices):
        """Those that do not hold the app yet: the whole list, in as many calls as it has pages."""
        holders = self.holders(APP)
        return [device for device in devices if device not in holders]

    def batch(self):
        """How many devices fit into one request: that is the service's to say, and may change."""
        return self.get("service/config")["limits"]["maxSerialNumbers"]


def hand_out(client):
    missing, size = client.without(DEVICES), client.batch()
    batches = [missing[start : start + size] for start in range(0, len(missing), size)]
    events = []
    for devices in batches:
        events.append(client.post("assets/associate", {"assets": mdm.assets(APP), "serialNumbers": devices}))
    ended = [client.wait_for(event)["eventStatus"] for event in events]
    print(f"{len(missing)} devices, {len(events)} requests: {', '.join(sorted(set(ended)))}")


class Careless(Careful):
    def without(self, devices):
        held = lambda device: self.get("assignments", adamId=APP, serialNumber=device)["assignments"]
        return [device for device in devices if not held(device)]

    def batch(self):
        return 1


if __name__ == "__main__":
    mdm.main(hand_out, Careful, Careless)
