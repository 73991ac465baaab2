"""Sees to it that a pupil of the school's directory is a user of the location.

Careless: takes the first record of a `clientUserId` for the only one.
"""

import mdm


class Careful(mdm.Client):
    def is_active(self, records):
        """Any number of records of one id may be retired; at most one is not."""
        return any(user["status"] in ("Registered", "Associated") for user in records)


def see_to_it(client):
    for _ in range(3):
        if client.is_active(client.read_whole("users", clientUserId="ben")[0]):
            print("ben is a user")
            return
        event = client.post("users/create", {"users": [{"clientUserId": "ben", "email": "ben@school.example"}]})
        print(f"ben is created: {client.wait_for(event)['eventStatus']}")
    print("ben cannot be created")


class Careless(Careful):
    def is_active(self, records):
        return records[0]["status"] in ("Registered", "Associated")


if __name__ == "__main__":
    mdm.main(see_to_it, Careful, Careless)
