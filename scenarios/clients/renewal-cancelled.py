"""Two of four people leave at the end of the month; the others are to keep their subscription.

Careless: finds that as many licences renew as people stay, and looks no further.
"""

import mdm
import receiver

PRO = 6740000017
STAYING, LEAVING = ["anna", "ben"], ["yara", "zoe"]


class Careful(receiver.Client):
    types = ["SUBSCRIPTION_COUNT"]
    total = None

    def note(self, told):
        # How it is, not by how much it changed.
        self.total = told["notification"]["counts"]["total"]

    def left(self, books):
        """Who has it in the new period. What ends with its licence is told nowhere but in the list."""
        return self.seats(PRO)


def a_month(client):
    books = client.seats(PRO)
    client.ask(client.disassociate(PRO, LEAVING, deferred=True))
    # From here on the client is told.
    client.subscribe("spring")
    print(f"the period ends on {client.subscription(PRO)['periodEndDate']}")
    while (client.total is None or client.total["expiring"]) and client.hear(5):
        pass
    print(f"licences: {client.total}")
    left = client.left(books)
    missing = [user for user in STAYING if user not in left]
    if missing:
        print(f"{', '.join(missing)}: {client.ask(client.associate(PRO, missing))['eventStatus']}")


class Careless(Careful):
    def left(self, books):
        if self.total["renewing"] >= len(STAYING):
            return [user for user in books if user not in LEAVING]
        return super().left(books)


if __name__ == "__main__":
    mdm.main(a_month, Careful, Careless)
