"""Reads who holds each of three products, while the service goes down for a moment.

Careless: waits before it asks *that* again, and asks for other things meanwhile.
"""

import time

import mdm

PRODUCTS = ["361309726", "361309727", "361309728"]


class Careful(mdm.Client):
    def everything(self):
        return {product: self.holders(product) for product in PRODUCTS}


def nightly(client):
    for product, holders in client.everything().items():
        print(f"{product}: {len(holders)}")


class Busy(Exception):
    def __init__(self, until):
        self.until = until


class Careless(Careful):
    def wait_to_retry(self, headers, attempt):
        raise Busy(time.monotonic() + mdm.seconds_wanted(headers))

    def everything(self):
        found, later = {}, []
        for product in PRODUCTS:
            try:
                found[product] = self.holders(product)
            except Busy as busy:
                later.append((product, busy.until))
        for product, until in later:
            time.sleep(max(0.0, until - time.monotonic()))
            found[product] = self.holders(product)
        return found


if __name__ == "__main__":
    mdm.main(nightly, Careful, Careless)
