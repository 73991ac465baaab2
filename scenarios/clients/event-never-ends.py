"""Gives a device an app, though the first attempt gets stuck.

Careless: polls for ever.
"""

import time

import mdm

APP = "361309726"
DEVICE = "12E45678"


def hand_out(client):
    for _ in range(2):
        event = client.post("assets/associate", {"assets": mdm.assets(APP), "serialNumbers": [DEVICE]})
        try:
            print(client.wait_for(event)["eventStatus"])
            return
        except mdm.StillPending:
            # After all this time the request is repeated, as the service advises, if it did not happen in silence.
            if DEVICE in client.holders(APP):
                print("done")
                return
    print("given up: people have to look at it")


class Careless(mdm.Client):
    def wait_for(self, event):
        # A real one would go on for ever. Ours ends some time, so that the run does.
        for _ in range(30):
            status = self.get("status", eventId=event["eventId"])
            if status["eventStatus"] != "PENDING":
                return status
            time.sleep(mdm.POLL_PAUSE)
        raise mdm.Stop("switched off by hand, while it was still polling")


if __name__ == "__main__":
    mdm.main(hand_out, mdm.Client, Careless)
