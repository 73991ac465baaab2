"""Three days of looking after a subscription: whoever is to have it gets it.

Careless: takes whatever is not ACTIVE for over.
"""

import mdm

PRO = 6740000017
# Who is to have it, day by day: nora comes on the second one.
DAYS = [["anna", "ben"], ["anna", "ben", "nora"], ["anna", "ben", "nora"]]


class Careful(mdm.Client):
    def is_over(self, subscription):
        return subscription["status"] == "INACTIVE"


def look_after(client):
    given_up = False
    for day, staff in enumerate(DAYS, 1):
        subscription = client.subscription(PRO)
        holders = client.seats(PRO)
        print(f"day {day}: {subscription['status']}, {len(holders)} have it")
        if given_up:
            continue
        if client.is_over(subscription):
            given_up = True
            if holders:
                client.wait_for(client.disassociate(PRO, sorted(holders)))
            continue
        missing = [user for user in staff if user not in holders]
        if missing and subscription["status"] == "ACTIVE":
            status = client.wait_for(client.associate(PRO, missing))
            print(f"{', '.join(missing)}: {status['eventStatus']}")


class Careless(Careful):
    def is_over(self, subscription):
        return subscription["status"] != "ACTIVE"


if __name__ == "__main__":
    mdm.main(look_after, Careful, Careless)
