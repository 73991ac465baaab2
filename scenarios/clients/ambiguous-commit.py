"""Creates a user over a line that breaks before the answer comes.

Careless: sends the request again at once.
"""

import time

import mdm

NORA = {"users": [{"clientUserId": "nora", "email": "nora@school.example"}]}


class Careful(mdm.Client):
    def is_there(self):
        """Whether the user came into being after all. Accepted work takes its time: several looks."""
        for _ in range(3):
            if self.get("users", clientUserId="nora", activeOnly="true")["users"]:
                return True
            time.sleep(mdm.POLL_PAUSE)
        return False

    def create(self):
        for _ in range(3):
            try:
                return self.wait_for(self.post("users/create", NORA))["eventStatus"]
            except mdm.Lost as lost:
                print(f"no answer ({lost}): looking first")
                if self.is_there():
                    return "there"
        return "given up"


def enrol(client):
    print(f"nora: {client.create()}")


class Careless(Careful):
    def is_there(self):
        return False


if __name__ == "__main__":
    mdm.main(enrol, Careful, Careless)
