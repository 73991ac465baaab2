"""Takes an app from an old device and gives it to a new one, each step when the one before it is done.

Careless: believes that whatever is done is told.
"""

import mdm
import receiver

APP = "361309726"


def reassign(client):
    client.subscribe("spring")
    for path, device in (("assets/disassociate", "ipad-old"), ("assets/associate", "ipad-new")):
        event = client.post(path, {"assets": mdm.assets(APP), "serialNumbers": [device]})
        print(f"{path} {device}: {client.wait_for(event)['eventStatus']}")


class Careless(receiver.Client):
    def ask(self, event):
        # A real one would go on for ever. Ours ends some time, so that the run does.
        if self.hear(3):
            return self.wait_for(event)
        raise mdm.Stop("switched off by hand, while it was still waiting")


if __name__ == "__main__":
    mdm.main(reassign, receiver.Client, Careless)
