"""Hands out free licences after an update of the client's own server.

Careless: goes on after the update as if nothing had happened meanwhile.
"""

import time

import mdm
import receiver

APP = "361309726"
WAITING = ["ipad-1", "ipad-2", "ipad-3", "ipad-4", "ipad-5"]


class Careful(receiver.Client):
    is_down = False
    refused = 0

    def check(self, authorization):
        if self.is_down:
            self.refused += 1
            return 503
        return super().check(authorization)

    def update(self):
        """The server's own maintenance. It takes stock once more, with its receiver closed already."""
        self.is_down = True
        self.count(APP)
        # As bad luck has it, it takes longer than the service has patience; but not for ever, if nothing happens.
        end = time.monotonic() + 3
        while self.refused < 3 and time.monotonic() < end:
            time.sleep(0.02)
        self.is_down = False

    def catch_up(self):
        """Nobody tells again what was told in vain."""
        self.count(APP)


def after_the_update(client):
    client.subscribe("spring")
    client.update()
    client.catch_up()
    client.listen(receiver.QUIET)
    print(f"free licences: {client.free[APP]}")
    client.hand_out(APP, WAITING)


class Careless(Careful):
    def catch_up(self):
        pass


if __name__ == "__main__":
    mdm.main(after_the_update, Careful, Careless)
