"""Sees to it that every device has an app.

Careless: reads the pages to the end and believes them, whether they moved or not.
"""

import mdm

APP = "361309726"
DEVICES = ["ipad-01", "ipad-02", "ipad-03", "ipad-04"]


def see_to_it(client):
    holders = client.holders(APP)
    missing = [device for device in DEVICES if device not in holders]
    if not missing:
        print("nothing to do")
        return
    event = client.post("assets/associate", {"assets": mdm.assets(APP), "serialNumbers": missing})
    print(f"{', '.join(missing)}: {client.wait_for(event)['eventStatus']}")


class Careless(mdm.Client):
    def read_whole(self, path, **query):
        records, version, _ = self.read(path, **query)
        return records, version


if __name__ == "__main__":
    mdm.main(see_to_it, mdm.Client, Careless)
