"""Reads the list of assets on a day when licences are bought all the time.

Careless: reads the list anew until it has once stood still.
"""

import mdm


def sync(client):
    assets, _ = client.read_whole("assets")
    print(f"{len(assets)} assets with {sum(asset['totalCount'] for asset in assets)} licences")


class Careless(mdm.Client):
    def read_whole(self, path, **query):
        # A real one would go on for ever. Ours ends some time, so that the run does.
        for _ in range(20):
            records, version, moved = self.read(path, **query)
            if not moved:
                break
        return records, version


if __name__ == "__main__":
    mdm.main(sync, mdm.Client, Careless)
