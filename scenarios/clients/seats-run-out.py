"""Gives a plan to five people, and a cheaper one to those for whom there is no seat.

Careless: takes an event that failed for one of which nothing was done.
"""

import mdm

PRO, BASIC = 6740000017, 6740000018
STAFF = ["anna", "ben", "carl", "dora", "emil"]


class Careful(mdm.Client):
    def without(self):
        """Who does not have the plan. A failed event may have done any part of its work."""
        holders = self.seats(PRO)
        return [user for user in STAFF if user not in holders]


def hand_out(client):
    counts = client.subscription(PRO)["counts"]["available"]
    print(f"free seats: {counts['renewing']}")
    status = client.wait_for(client.associate(PRO, STAFF))
    if status["eventStatus"] == "COMPLETE":
        print("everybody has the plan")
        return
    if any(failure["errorNumber"] != 9709 for failure in status["failures"]):
        print(f"failed: {status['failures']}")
        return
    without = client.without()
    print(f"the cheaper plan for {', '.join(without)}")
    print(client.wait_for(client.associate(BASIC, without))["eventStatus"])


class Careless(Careful):
    def without(self):
        return STAFF


if __name__ == "__main__":
    mdm.main(hand_out, Careful, Careless)
