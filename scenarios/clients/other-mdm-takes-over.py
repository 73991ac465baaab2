"""Claims the location, looks what there is, and gives a device an app.

Careless: ignores `mdmInfo`.
"""

import mdm

APP = "361309726"


def working_day(client):
    client.claim()
    client.read_whole("users")
    client.read_whole("assets")
    if "12E45678" not in client.holders(APP):
        event = client.post("assets/associate", {"assets": mdm.assets(APP), "serialNumbers": ["12E45678"]})
        print(client.wait_for(event)["eventStatus"])


class Careless(mdm.Client):
    def check_owner(self, path, answer):
        pass


if __name__ == "__main__":
    mdm.main(working_day, mdm.Client, Careless)
