"""Gives the seat of somebody who leaves to somebody who comes.

Careless: takes the seat for free because the event is COMPLETE.
"""

import mdm
import receiver

PRO = 6740000017


class Careful(receiver.Client):
    types = ["SUBSCRIPTION_MANAGEMENT"]

    def is_free(self, event, status):
        """Whether the seat is there again. That is told when it is, at the end of the period, and not before."""
        return any(what["type"] == "DISASSOCIATE" for what in self.news[event["eventId"]])

    def note(self, told):
        self.news[told["notification"]["eventId"]].append(told["notification"])


def hand_over(client):
    client.subscribe("spring")
    event = client.disassociate(PRO, ["anna"], deferred=True)
    status = client.ask(event)
    print(f"anna leaves: {status['eventStatus']}")
    waits = True

    def serve():
        print(f"ben: {client.wait_for(client.associate(PRO, ['ben']))['eventStatus']}")

    if client.is_free(event, status):
        waits = serve()
    print(f"the period ends on {client.subscription(PRO)['periodEndDate']}")
    while waits and client.hear(5):
        if client.is_free(event, status):
            waits = serve()


class Careless(Careful):
    def is_free(self, event, status):
        return status["eventStatus"] == "COMPLETE"


if __name__ == "__main__":
    mdm.main(hand_over, Careful, Careless)
