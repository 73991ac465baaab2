"""Gives an app to three devices, and looks after those that did not get it.

Careless: trusts the 200 of the asynchronous call.
"""

import mdm

APP = "361309726"
DEVICES = ["12E45678", "12E45679", "12E4567A"]


def hand_out(client):
    missing = DEVICES
    for _ in range(2):
        event = client.post("assets/associate", {"assets": mdm.assets(APP), "serialNumbers": missing})
        status = client.wait_for(event)
        if status["eventStatus"] == "COMPLETE":
            break
        # Failures are grouped by reason, and need not name a device. The list of assignments knows who holds it.
        holders = client.holders(APP)
        missing = [device for device in DEVICES if device not in holders]
    else:
        print(f"without the app: {', '.join(missing)}")
        return
    print("every device has the app: installing")


class Careless(mdm.Client):
    def wait_for(self, event):
        return {"eventStatus": "COMPLETE"}


if __name__ == "__main__":
    mdm.main(hand_out, mdm.Client, Careless)
