"""The story of story.ts, told by the client that OpenAPI Generator makes for Python."""

import json
import os
import uuid

import holdfast_client

configuration = holdfast_client.Configuration(host=os.environ["HOLDFAST_URL"])
configuration.access_token = os.environ["HOLDFAST_API_KEY"]
# The client would refuse the wrong order itself.
configuration.client_side_validation = False
client = holdfast_client.ApiClient(configuration)
orders = holdfast_client.OrdersApi(client)
history = holdfast_client.HistoryApi(client)


def headers_of(headers):
    return {
        "replayed": headers.get("Idempotent-Replayed") == "true",
        "position": headers.get("Holdfast-Position"),
    }


def place(key, quantity=2):
    order = holdfast_client.PlaceOrder(
        lines=[
            holdfast_client.OrderLineInput(
                name="Kelp",
                quantity=quantity,
                unit_price=holdfast_client.Money(amount=450, currency="EUR"),
                local_vars_configuration=configuration,
            )
        ],
        shipping_address=holdfast_client.AddressInput(
            name="Ada Byrne", line1="3 Harbour Row", city="Galway", postal_code="H91 KX2", country="IE"
        ),
    )
    try:
        placed, status, headers = orders.place_order_with_http_info(key, order)
        return {"status": status, "id": placed.id, **headers_of(headers)}
    except holdfast_client.ApiException as error:
        problem = json.loads(error.body)
        return {
            "status": error.status,
            "problemType": problem["type"],
            "pointers": [each["pointer"] for each in problem["errors"]],
            **headers_of(error.headers),
        }


def receipt_of(key):
    # This generator makes no class of a choice (oneOf), such as an event.
    receipt = json.loads(history.get_receipt(key, _preload_content=False).data)
    return {
        "orderId": receipt["order_id"],
        "eventType": receipt["event"]["type"],
        "city": receipt["event"]["data"]["shipping_address"]["city"],
    }


def ids_from(position):
    ids = []
    more = {}
    while True:
        page = orders.list_orders(limit=1, order="asc", holdfast_read_after=position, **more)
        ids += [order.id for order in page.data]
        if not page.has_more:
            return ids
        more = {"cursor": page.next_cursor}


key = str(uuid.uuid4())
placed = place(key)
repeated = place(key)
refused = place(str(uuid.uuid4()), quantity=0)
other = place(str(uuid.uuid4()))
print(
    json.dumps(
        {
            "placed": placed,
            "repeated": repeated,
            "refused": refused,
            "other": other,
            "receipt": receipt_of(key),
            "ids": ids_from(other["position"]),
        }
    )
)
