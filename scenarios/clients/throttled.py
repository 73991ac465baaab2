"""Reads users, assets and assignments from a service that has a bad day.

Careless: asks again without waiting as long as `Retry-After` says.
"""

import mdm


def nightly(client):
    users, _ = client.read_whole("users")
    assets, _ = client.read_whole("assets")
    assignments, _ = client.read_whole("assignments")
    print(f"{len(users)} users, {len(assets)} assets, {len(assignments)} assignments")


class Careless(mdm.Client):
    def wait_to_retry(self, headers, attempt):
        pass


if __name__ == "__main__":
    mdm.main(nightly, mdm.Client, Careless)
