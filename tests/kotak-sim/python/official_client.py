"""The broker's own Python client logs in, trades and streams against the fake.

Usage: official_client.py PROGRAM, in an environment with the packages of `requirements.txt`. The client is only told another
address; everything else is as the broker ships it.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request

PROGRAM = os.path.abspath(sys.argv[1])
# The client writes a log where it is started, and keeps files of shares and holdings in the home folder, from which it would
# read those of another day's test: both are a folder of this run. They are set before it is imported, because it reads them then.
FOLDER = tempfile.TemporaryDirectory()
os.chdir(FOLDER.name)
os.environ["HOME"] = FOLDER.name
for name in [name for name in os.environ if name.startswith("NEO_")]:
    del os.environ[name]

import neo_api_client.utils.neo_utility as addresses
import pyotp
from neo_api_client import NeoAPI
from neo_api_client.websocket.feed.models import WsToken

# Longest time of everything, in seconds; a few are enough.
LONGEST = 180

# The same moment, as the program reads it and as one-time codes count it.
NOW, SECONDS = "2026-11-02 09:20:11", 1793591411


class Fake:
    """The program, with its commands."""

    def __init__(self, program):
        command = [program, "--now", NOW, "--account", "7"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.line()["url"]
        self.control = self.line()["control"]
        self.account = self.line()

    def line(self):
        return json.loads(self.process.stdout.readline())

    def command(self, method, path, body):
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.control + path, data, headers, method=method)
        return urllib.request.urlopen(request, timeout=60).read()


def log_in(fake):
    addresses.PROD_BASE_URL = addresses.SESSION_PROD_BASE_URL = fake.url
    addresses.CONFIG_SERVICE_URL_PROD = fake.url + "/5config/config"
    account = fake.account
    client = NeoAPI(environment="prod", consumer_key=account["access_token"], access_token=None, neo_fin_key=None)
    code = pyotp.TOTP(account["totp_secret"]).at(SECONDS)
    view = client.totp_login(mobile_number=account["mobile"], ucc=account["ucc"], totp=code)
    assert view["data"]["kType"] == "View", view
    trade = client.totp_validate(mpin=account["mpin"])
    assert trade["data"]["kType"] == "Trade", trade
    assert client.configuration.order_feed_url == fake.url + "/realtime"
    return client


def trade(client):
    """Places and changes a limit buy that rests; its number."""
    placed = client.place_order(
        exchange_segment="nse_cm", product="CNC", price="250.00", order_type="L", quantity="4", validity="DAY",
        trading_symbol="DEMO-EQ", transaction_type="B", tag="U7-1",
    )
    assert placed["stat"] == "Ok", placed
    number = placed["nOrdNo"]
    changed = client.modify_order(
        order_id=number, price="249.00", quantity="5", order_type="L", validity="DAY", disclosed_quantity="0",
        trigger_price="0",
    )
    assert changed["nOrdNo"] == number, changed
    (row,) = client.order_report(order_id=number)["data"]
    assert (row["ordSt"], row["prc"], row["qty"]) == ("open", "249.00", 5), row
    return number


async def take(feed, count):
    """The first messages of a feed."""
    messages = []
    async for message in feed:
        messages.append(message)
        if len(messages) == count:
            return messages


async def stream(fake, client):
    """Both feeds, before and after a price that fills the order."""
    share, index = WsToken("nse_cm", "90001"), WsToken("nse_cm", "26999")
    async with client.create_order_feed() as orders, client.create_websocket() as prices:
        await prices.subscribe_scrips([share])
        await prices.subscribe_index([index])
        present = await asyncio.wait_for(take(orders, 1), 60)
        snapshots = await asyncio.wait_for(take(prices, 2), 60)
        fake.command("PUT", "/prices/DEMO-EQ", {"paise": 24900})
        filled = await asyncio.wait_for(take(orders, 3), 60)
        ticks = await asyncio.wait_for(take(prices, 1), 60)
    assert present[0].data.order_status == "open", present
    assert [message.last_traded_price for message in snapshots] == [250.75, 10035.5], snapshots
    assert [message.type for message in filled] == ["order", "order", "position"], filled
    assert [message.data.average_price for message in filled[:2]] == ["0.00", "249.00"], filled
    assert ticks[0].last_traded_price == 249.0, ticks


def read(client, number):
    """All reports, quotes and files."""
    (fill,) = client.trade_report()["data"]
    assert (fill["nOrdNo"], fill["fldQty"], fill["avgPrc"]) == (number, 5, "249.00"), fill
    (position,) = client.positions()["data"]
    assert position["flBuyQty"] == "5", position
    assert "No holdings found" in client.holdings()["errMsg"]
    assert client.limits()["CollateralValue"] == "100000"
    (quote,) = client.quotes([{"instrument_token": "90001", "exchange_segment": "nse_cm"}], "ltp")
    assert quote["ltp"] == "249.0000", quote
    assert any(row["pTrdSymbol"] == "DEMO-EQ" for row in client.search_scrip("nse_cm", "DEMO"))
    assert client.cancel_order(order_id=number)["stCode"] == 1021


def too_long(_signal, _frame):
    """Ends what hangs, the program too."""
    raise TimeoutError(f"it has not ended within {LONGEST} seconds")


def main():
    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(LONGEST)
    fake = Fake(PROGRAM)
    try:
        fake.command("PUT", "/prices/DEMO-EQ", {"paise": 25075})
        fake.command("PUT", "/prices/Demo%2050", {"paise": 1003550})
        client = log_in(fake)
        number = trade(client)
        asyncio.run(stream(fake, client))
        read(client, number)
        arrived = json.loads(fake.command("GET", "/arrivals", None))
        assert [arrival["call"] for arrival in arrived["arrivals"]] == ["place", "modify", "cancel"], arrived
    finally:
        fake.process.kill()
        fake.process.wait()
    print("the broker's own client logs in, trades and streams")


main()
