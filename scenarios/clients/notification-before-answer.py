"""Gives an app to three devices, and waits to be told that they have it.

Careless: throws away what it is told of events that it does not know.
"""

import mdm
import receiver

APP = "361309726"
DEVICES = ["12E45678", "12E45679", "12E4567A"]


class Careful(receiver.Client):
    # On a busy machine a notification may take a while, which is not what this is about.
    patience = 3 * receiver.PATIENCE

    def __init__(self):
        super().__init__()
        self.known = set()

    def post(self, path, body):
        answer = super().post(path, body)
        self.known.add(answer.get("eventId"))
        return answer

    def is_known(self, told):
        return told["notification"].get("eventId") in self.known

    def keeps(self, told):
        if super().keeps(told) and not self.is_known(told):
            print("told of an event that nobody knows yet: keeping it")
        return super().keeps(told)


def hand_out(client):
    client.subscribe("spring")
    event = client.post("assets/associate", {"assets": mdm.assets(APP), "serialNumbers": DEVICES})
    client.count(APP)
    print(f"{len(DEVICES)} devices: {client.wait_for(event, len(DEVICES))['eventStatus']}")


class Careless(Careful):
    def keeps(self, told):
        return self.is_known(told)


if __name__ == "__main__":
    mdm.main(hand_out, Careful, Careless)
