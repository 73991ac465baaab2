"""A pupil comes, gives a new address and goes, and those who are there then get an app.

Careless: takes everybody whom the list of users has for somebody who is there.
"""

import mdm

APP = "361309726"


class Careful(mdm.Client):
    def is_there(self, user):
        return user["status"] in ("Registered", "Associated")


def school_year(client):
    def done(event):
        status = client.wait_for(event)
        print(f"{status['eventType']}: {status['eventStatus']}")

    def the_one(who):
        """The record that counts: of one id there may be any number of retired ones."""
        users = client.get("users", clientUserId=who)["users"]
        return next(user for user in users if user["status"] in ("Registered", "Associated"))

    done(client.post("users/create", {"users": [{"clientUserId": "nora", "email": "nora@school.example"}]}))
    print(f"invitation for nora: {the_one('nora')['inviteCode']}")
    # She accepts it on her device, where we don't see it.
    print(f"nora is {the_one('nora')['status']}")
    done(client.post("users/update", {"users": [{"clientUserId": "nora", "email": "n.berg@school.example"}]}))
    done(client.post("users/retire", {"users": [{"clientUserId": "ben"}]}))

    users, _ = client.read_whole("users")
    there = sorted({user["clientUserId"] for user in users if client.is_there(user)})
    try:
        done(client.post("assets/associate", {"assets": mdm.assets(APP), "clientUserIds": there}))
    except mdm.Refused as refused:
        if refused.number != 9609:
            raise
        print(f"nobody gets the app: {refused}")


class Careless(Careful):
    def is_there(self, user):
        return True


if __name__ == "__main__":
    mdm.main(school_year, Careful, Careless)
