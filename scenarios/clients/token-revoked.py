"""Gives a device an app and waits until it is done.

Careless: holds a refused token for a hiccup, since Service Config still answers.
"""

import mdm

APP = "361309726"


def hand_out(client):
    event = client.post("assets/associate", {"assets": mdm.assets(APP), "serialNumbers": ["12E45678"]})
    print(client.wait_for(event)["eventStatus"])


class Careless(mdm.Client):
    def token_refused(self, refused):
        # "The token is good: look, this works." Service Config asks for no token and proves nothing.
        self.get("service/config")


if __name__ == "__main__":
    mdm.main(hand_out, mdm.Client, Careless)
