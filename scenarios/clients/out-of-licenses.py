"""Gives an app to as many devices as there are licences for.

Careless: sends a failed request again as it was, without looking why it failed.
"""

import mdm

APP = "361309726"
DEVICES = ["ipad-01", "ipad-02", "ipad-03", "ipad-04"]


class Careful(mdm.Client):
    def associate(self, devices):
        event = self.post("assets/associate", {"assets": mdm.assets(APP), "serialNumbers": devices})
        return self.wait_for(event)


def hand_out(client):
    available = client.get("assets", adamId=APP)["assets"][0]["availableCount"]
    if available == 0:
        print("no licence is left: somebody has to buy some")
        return
    status = client.associate(DEVICES[:available])
    if status["eventStatus"] == "COMPLETE":
        print("every device has the app")
    elif any(failure["errorNumber"] == 9709 for failure in status["failures"]):
        print(f"{status['numCompleted']} of {status['numRequested']} got the last licences: somebody has to buy more")
    else:
        print(f"failed: {status['failures']}")


class Careless(Careful):
    def associate(self, devices):
        for _ in range(4):
            status = super().associate(devices)
            if status["eventStatus"] == "COMPLETE":
                break
        return status


if __name__ == "__main__":
    mdm.main(hand_out, Careful, Careless)
