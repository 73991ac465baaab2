"""Imports subscriptions, who has them and who administers them, and gives one to whoever of the staff lacks it.

Careless: turns pages as with all the other lists.
"""

import collections

import mdm

PRO = 6740000017
STAFF = ["anna", "ben", "carl", "dora", "emil"]


def first_import(client):
    products = collections.defaultdict(list)
    for subscription in client.follow("subscriptions"):
        # None is a good key: some belong to no app that is told.
        products[subscription["parentAdamId"]].append(subscription["adamId"])
    seats = client.follow("subscriptions/assignments")
    administrators = client.follow("subscriptions/admins")
    print(f"{len(products)} apps, {len(seats)} seats, {len(administrators)} administrators")

    holders = {seat["clientUserId"] for seat in seats if seat["adamId"] == PRO}
    missing = [user for user in STAFF if user not in holders]
    if missing:
        status = client.wait_for(client.associate(PRO, missing))
        print(f"{', '.join(missing)}: {status['eventStatus']}")


class Careless(mdm.Client):
    def next_cursor(self, page):
        return page.get("nextPageIndex")


if __name__ == "__main__":
    mdm.main(first_import, mdm.Client, Careless)
