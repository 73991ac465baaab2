"""Gives subscriptions up, and retires those who are there for nothing else.

Careless: says so, and does not look at the answer.
"""

import mdm


class Careful(mdm.Client):
    def switch_off(self):
        """Whether subscriptions are off now. They stay on as long as there are some."""
        try:
            answer = self.post("subscriptions/disable")
        except mdm.Refused as refused:
            if refused.number != 9818:
                raise
            print(f"subscriptions stay on: {refused}")
            return False
        return answer["subscriptionManagement"] is False


def give_up(client):
    if client.follow("subscriptions"):
        print("there are subscriptions: they stay on")
        return
    idle = set()
    if client.switch_off():
        idle = {user["clientUserId"] for user in client.read_whole("users", activeOnly="true")[0]}
        idle -= {record.get("clientUserId") for record in client.read_whole("assignments")[0]}
    else:
        seats = client.follow("subscriptions/assignments")
        print(f"{len(seats)} seats are managed as before")
    if idle:
        event = client.post("users/retire", {"users": [{"clientUserId": user} for user in sorted(idle)]})
        print(f"{', '.join(sorted(idle))} retired: {client.wait_for(event)['eventStatus']}")


class Careless(Careful):
    def switch_off(self):
        self.send("POST", "subscriptions/disable")
        return True


if __name__ == "__main__":
    mdm.main(give_up, Careful, Careless)
