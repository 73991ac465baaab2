"""The getting-started recipe: claim the location, import users, assets and assignments, then ask for what changed.

Careless: pages until `currentPageIndex` equals `totalPages`, as the recipe says to the letter.
"""

import mdm


def first_sync(client):
    client.get("service/config")
    client.claim()

    users, users_version = client.read_whole("users", includeRetired=0)
    active = {user["clientUserId"]: user for user in users}
    assets, assets_version = client.read_whole("assets")
    held, assignments_version = set(), None
    for adam_id in sorted({asset["adamId"] for asset in assets}):
        records, version = client.read_whole("assignments", adamId=adam_id)
        held |= {holding(record) for record in records}
        # A version is one of all assignments, whatever the filter: a delta since the oldest misses nothing.
        assignments_version = assignments_version or version

    # From here on only what changed.
    changed, _, _ = client.read("users", sinceVersionId=users_version)
    for user in changed:
        active[user["clientUserId"]] = user
        if user["status"] in ("Retired", "Deleted"):
            del active[user["clientUserId"]]
    created, _, _ = client.read("assignments", sinceVersionId=assignments_version)
    held |= {holding(record) for record in created}
    # The asset list has no deltas: it is read again if its version moved.
    if client.get("assets")["versionId"] != assets_version:
        assets, _ = client.read_whole("assets")
    print(f"{len(active)} users, {len(assets)} assets, {len(held)} assignments")


def holding(record):
    return record["adamId"], record["pricingParam"], record.get("clientUserId"), record.get("serialNumber")


class Careless(mdm.Client):
    def read(self, path, **query):
        records, first, moved, index = [], None, False, 0
        while True:
            try:
                page = self.get(path, **query, pageIndex=index)
            except mdm.Refused as refused:
                if refused.number != 9650:
                    raise
                # "Strange. That was all, then."
                return records, first, moved
            first = first or page["versionId"]
            moved = moved or page["versionId"] != first
            records += page[path]
            if page["currentPageIndex"] == page["totalPages"]:
                return records, first, moved
            index += 1


if __name__ == "__main__":
    mdm.main(first_sync, mdm.Client, Careless)
