"""Gives an app to devices that wait for it, as licences come in.

Careless: counts what is told as often as it is told.
"""

import mdm
import receiver

APP = "361309726"
WAITING = ["ipad-1", "ipad-2", "ipad-3", "ipad-4"]


def hand_out(client):
    client.subscribe("spring")
    client.count(APP)
    client.listen(client.patience)
    print(f"free licences: {client.free[APP]}")
    client.hand_out(APP, WAITING)


class Careless(receiver.Client):
    def is_new(self, told):
        return True


if __name__ == "__main__":
    mdm.main(hand_out, receiver.Client, Careless)
