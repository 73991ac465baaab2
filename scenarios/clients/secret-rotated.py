"""Gives an app to devices that wait for it, and changes the secret of its notifications meanwhile.

Careless: knows nothing but the newest secret.
"""

import mdm
import receiver

APP = "361309726"
WAITING = ["ipad-1", "ipad-2", "ipad-3", "ipad-4"]


def one_day(client):
    client.subscribe("spring")
    client.count(APP)
    client.listen(client.patience)
    client.subscribe("summer")
    client.listen(client.patience)
    print(f"free licences: {client.free[APP]}")
    devices = WAITING[: client.free[APP]]
    if devices:
        # What comes of it is the next day's work.
        client.post("assets/associate", {"assets": mdm.assets(APP), "serialNumbers": devices})


class Careless(receiver.Client):
    def accept(self, secret):
        self.secrets = [secret]


if __name__ == "__main__":
    mdm.main(one_day, receiver.Client, Careless)
