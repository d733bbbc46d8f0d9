// Generated from openapi/v2.yaml by npm run openapi:client. Do not edit.

export interface paths {
    "/v2/customers/{customer_id}/personal-data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Erase a customer's personal data
         * @description Destroys the data keys of the customer, so that nobody can read who he was:
         * not in orders, events, lists or webhooks, not in a backup. Every node stops within a
         * second. His orders keep numbers, money, goods and times. It is final. A customer whom
         * nobody knows can be erased too. The event `CustomerErased` is recorded.
         *
         *     409 `personal_data_not_sealed`: this installation stores personal data in the clear.
         */
        delete: operations["erasePersonalData"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/customers/{customer_id}/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a customer's totals
         * @description The customer's totals by currency, projected from the log as a list is.
         * `Holdfast-Position` is the last event counted. Use `Holdfast-Read-After` to wait for your
         * own write. 404 means that no order of this customer has been counted.
         */
        get: operations["getCustomerSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/daily-sales": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List sales by day
         * @description One item for each day and currency with sales, newest first unless
         * `order=asc`. Days are those of `timezone`. An order counts on the day of its
         * `ordered_at`; an edit, a cancellation, a payment, a reversal and a refund count on the
         * day on which they happened: a refund counts on its own day, not on the day of its order.
         *
         *     A page reads at most `limit` days. It may be short, and `has_more` true, when days
         * lie between that have no sales. With `Accept: text/csv` a page is a CSV file (RFC 4180);
         * `Link` has the next page.
         */
        get: operations["listDailySales"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the event feed
         * @description All events of the tenant, oldest first, in the order in which they took
         * effect. No event is skipped, and no event appears later at a position that you have
         * passed. `next_cursor` is always present: store it and continue from it. With `wait`, the
         * server holds an empty response until an event arrives or the time is over. With `types`,
         * a page may be short or empty although `has_more` is true. A new choice of `types` applies
         * from the cursor on.
         *
         *     The feed starts at the first event, after `after_position`, or at `since`. Both
         * parameters are ignored if there is a cursor. A cursor is refused with 400
         * `invalid_cursor` if the log does not hold its event, for example after a restore from an
         * older backup. Continue then with `after_position`, or with `since` and a time before the
         * last event of the backup. An event that you read twice has the same `id` both times.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/idempotency-keys/{idempotency_key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the receipt of a request
         * @description The receipt of the command with this key: an order, an item of a batch, an
         * order sent by gRPC, or a write on webhooks. 404 means that no command with this key has
         * taken effect: send it with the same key. A command that is still in progress also gets
         * 404; sending it again is safe.
         *
         *     Writes on webhooks have a key space of their own: one key may name one of them and
         * one command on an order. The receipt then has both. `webhook_write` holds the write on
         * webhooks. It is present for an API key with the scope `webhooks:read` or a scope to write
         * webhooks. Without such a scope, a key that names only a write on webhooks gets 403.
         */
        get: operations["getReceipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/order-batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Place up to 500 orders
         * @description Places each order under its own idempotency key, as a single request would.
         * A refused order does not stop the others. Each order counts as one write of your quota.
         * After any failure, send the whole batch again: orders that were placed come back as
         * replays. The response has one item for each order, in the same sequence, with the status
         * of a single request.
         */
        post: operations["placeOrders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List orders
         * @description The tenant's orders by the time of placement, newest first unless
         * `order=asc`. Follow `next_cursor` (or `Link` with `rel="next"`) until `has_more` is
         * false. The list neither skips nor repeats an order, even if orders are placed meanwhile.
         * A page costs the same at any depth.
         *
         *     The finders are `reference`, `number`, `email`, `sku`, `tag` and `payment_reference`:
         * at most one in a request. `ordered_after` and `ordered_before` list by `ordered_at`.
         * `updated_after` lists by the last change, oldest first. Neither goes together with a
         * finder, with the other, or with `placed_after` and `placed_before`. All other filters go
         * together with each other.
         *
         *     **To follow changes**, walk the pages of `updated_after` to the end. Begin the next
         * walk one millisecond before the `updated_at` of the last order. Many orders can have the
         * same `updated_at`, so continue a walk with its cursor only.
         *
         *     **A page may be short.** A filter besides a finder, a time, `customer_id`, `on_hold`
         * or `ready_to_ship` is applied to the orders that those find, and a page examines at most
         * 1,000 of them. Then `has_more` is true and the next page continues. Follow `has_more`; do
         * not count items.
         *
         *     With `Accept: text/csv` a page is a CSV file (RFC 4180) with one row for each order;
         * `Link` has the next page.
         */
        get: operations["listOrders"];
        put?: never;
        /**
         * Place an order
         * @description Places one order. The server numbers the lines and computes every total.
         */
        post: operations["placeOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an order
         * @description The current order, folded from its events and never stale; or the order at a
         * past version or time.
         */
        get: operations["getOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change address or metadata
         * @description A JSON Merge Patch (RFC 7396): a member that you send is changed, `null`
         * removes it, all others stay. The address can change until the first shipment, the
         * metadata at any time. `If-Match` names the version that you read, so that you cannot
         * overwrite a concurrent change.
         */
        patch: operations["updateOrder"];
        trace?: never;
    };
    "/v2/orders/{order_id}/authorizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an order's authorizations
         * @description Sorted oldest first. Never stale.
         */
        get: operations["listAuthorizations"];
        put?: never;
        /**
         * Record an authorization
         * @description A promise of money by a payment provider. Payments with its id capture it,
         * part by part.
         */
        post: operations["recordAuthorization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/authorizations/{authorization_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an authorization
         * @description One authorization of the order.
         */
        get: operations["getAuthorization"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/authorizations/{authorization_id}/void": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Void an authorization
         * @description Gives up what is left of the authorization.
         */
        post: operations["voidAuthorization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the balance of an order
         * @description What is to be paid, shipped and given back, folded from the order's events
         * and never stale. `owed` = `total` − `cancelled` − `returned` − `adjusted`; `net` = `paid`
         * − `reversed` − `refunded`; `due` and `overpaid` are the difference of `owed` and `net`. A
         * refund is at most `net`.
         */
        get: operations["getOrderBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/cancellation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an order's cancellation
         * @description The cancellation; 404 if the order is not cancelled.
         */
        get: operations["getCancellation"];
        put?: never;
        /**
         * Cancel an order
         * @description Cancels the order. Allowed until its first shipment.
         */
        post: operations["cancelOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/completion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an order's completion
         * @description The completion; 404 if the order is not completed.
         */
        get: operations["getCompletion"];
        put?: never;
        /**
         * Complete an order
         * @description Closes an order of which all pieces were shipped. After that, no return is
         * possible.
         */
        post: operations["completeOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/edits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an order's edits
         * @description Sorted oldest first. Never stale.
         */
        get: operations["listEdits"];
        put?: never;
        /**
         * Edit an order
         * @description Cancels open pieces, and adds lines and charges. Lines stay, with their
         * quantities.
         */
        post: operations["editOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/edits/{edit_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an edit
         * @description One edit of the order.
         */
        get: operations["getEdit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an order's events
         * @description The events of the order, oldest first, each with the API key that caused it.
         * Never stale.
         */
        get: operations["listOrderEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an order's holds
         * @description Sorted oldest first. Never stale.
         */
        get: operations["listHolds"];
        put?: never;
        /**
         * Hold an order
         * @description Nothing of the order is shipped until each of its holds is released.
         */
        post: operations["placeHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/holds/{hold_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a hold
         * @description One hold of the order.
         */
        get: operations["getHold"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/holds/{hold_id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Release a hold
         * @description Ends the hold.
         */
        post: operations["releaseHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an order's payments
         * @description Sorted oldest first. Never stale.
         */
        get: operations["listPayments"];
        put?: never;
        /**
         * Record a payment
         * @description Pays all or part of the amount due, or captures an authorization. The order
         * is `paid` once nothing is due.
         */
        post: operations["recordPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/payments/{payment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a payment
         * @description One payment of the order.
         */
        get: operations["getPayment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/payments/{payment_id}/reversal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reverse a payment
         * @description A chargeback, a returned debit or a wrong card. The amount is due again;
         * without one, the rest of the payment.
         */
        post: operations["reversePayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an order's refunds
         * @description Sorted oldest first. Never stale.
         */
        get: operations["listRefunds"];
        put?: never;
        /**
         * Record a refund
         * @description Records money paid back to the customer. All refunds together cannot exceed
         * the payments.
         */
        post: operations["recordRefund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/refunds/{refund_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a refund
         * @description One refund of the order.
         */
        get: operations["getRefund"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/returns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an order's returns
         * @description Sorted oldest first. Never stale.
         */
        get: operations["listReturns"];
        put?: never;
        /**
         * Record a return
         * @description Records pieces that came back, by line. They cannot exceed the shipped
         * quantity. A return moves no money; a refund does.
         */
        post: operations["recordReturn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/returns/{return_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a return
         * @description One return of the order.
         */
        get: operations["getReturn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/shipments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an order's shipments
         * @description Sorted oldest first. Never stale.
         */
        get: operations["listShipments"];
        put?: never;
        /**
         * Record a shipment
         * @description Ships all or some pieces of a paid order, by line. The pieces of a line
         * cannot exceed the ordered quantity.
         */
        post: operations["recordShipment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/orders/{order_id}/shipments/{shipment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a shipment
         * @description One shipment of the order.
         */
        get: operations["getShipment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/webhook-endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhook endpoints
         * @description Sorted oldest first.
         */
        get: operations["listWebhookEndpoints"];
        put?: never;
        /**
         * Create a webhook endpoint
         * @description Sends to the URL every event of these types that is recorded after the
         * response. Messages are signed as Standard Webhooks requires. Each event is sent at least
         * once, always with the same `webhook-id`. Read the secret from `/secret`. See
         * [/docs/webhooks](/docs/webhooks).
         *
         *     Also needs the scope `orders:read`: the messages contain orders.
         */
        post: operations["createWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/webhook-endpoints/{endpoint_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a webhook endpoint
         * @description The settings of the endpoint and the state of its deliveries.
         */
        get: operations["getWebhookEndpoint"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook endpoint
         * @description Deletes the endpoint and its deliveries. Requests already in progress
         * complete; no others are sent.
         */
        delete: operations["deleteWebhookEndpoint"];
        options?: never;
        head?: never;
        /**
         * Change a webhook endpoint
         * @description A JSON Merge Patch (RFC 7396). `status: disabled` holds all open deliveries.
         * `status: enabled` sends them, and every event recorded from then on. Events recorded
         * while the endpoint was disabled are not sent: request a replay for them.
         *
         *     Also needs the scope `orders:read`: the messages contain orders.
         */
        patch: operations["updateWebhookEndpoint"];
        trace?: never;
    };
    "/v2/webhook-endpoints/{endpoint_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries
         * @description Newest first unless `order=asc`. `status=failed` lists the dead letters:
         * deliveries whose attempts are used up. Delivered and failed deliveries are kept for 30
         * days.
         */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a delivery and its attempts
         * @description The delivery and its last 100 attempts, newest first, each with its
         * response.
         */
        get: operations["getWebhookDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/redelivery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Redeliver an event
         * @description Makes the delivery due now, in any status, with the same `webhook-id` and a
         * new retry schedule.
         *
         *     Also needs the scope `orders:read`: the message contains an order.
         */
        post: operations["redeliverWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/webhook-endpoints/{endpoint_id}/replays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay events from a position
         * @description Sends the events after `after_position`, up to the newest one now, whose
         * types the endpoint accepts: all of them, or only those not delivered yet. Each keeps its
         * `webhook-id`. A position beyond the end of the log is refused. Finished deliveries are
         * kept for 30 days, so with `undelivered` a position from before is refused as well; the
         * problem names the first possible one.
         *
         *     Also needs the scope `orders:read`: the messages contain orders.
         */
        post: operations["createWebhookReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/webhook-endpoints/{endpoint_id}/replays/{replay_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a replay
         * @description The progress of the replay.
         */
        get: operations["getWebhookReplay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/webhook-endpoints/{endpoint_id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the signing secret
         * @description Anyone who has the secret can sign as this server, so reading it needs a
         * scope to write. During a rotation, each message carries one signature for each secret:
         * the current one, and each earlier one until the time that its rotation promised.
         */
        get: operations["getWebhookSecret"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/webhook-endpoints/{endpoint_id}/secret-rotations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate the signing secret
         * @description Creates a new secret. Messages are also signed with the previous secret for
         * `previous_secret_hours`; secrets of earlier rotations keep the time that was promised for
         * them. Use 0 if a secret has leaked: all earlier secrets end at once. At most 10 secrets
         * sign at a time; one more rotation is refused with 422 until the first of them ends.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Address: {
            city: string;
            company?: string;
            /** @description ISO 3166-1 alpha-2. */
            country: string;
            line1: string;
            line2?: string;
            line3?: string;
            name: string;
            phone?: string;
            postal_code?: string;
            region?: string;
        } | null;
        AddressInput: {
            city: string;
            company?: string | null;
            /** @description ISO 3166-1 alpha-2. */
            country: string;
            line1: string;
            line2?: string | null;
            line3?: string | null;
            name: string;
            phone?: string | null;
            postal_code?: string | null;
            region?: string | null;
        } | null;
        /** @description A JSON Merge Patch. `null` removes the address. */
        AddressPatch: {
            city?: string;
            company?: string | null;
            /** @description ISO 3166-1 alpha-2. */
            country?: string;
            line1?: string;
            line2?: string | null;
            line3?: string | null;
            name?: string;
            phone?: string | null;
            postal_code?: string | null;
            region?: string | null;
        } | null;
        /** @description A JSON Merge Patch. `null` removes the address. */
        AddressPatchInput: {
            city?: string;
            company?: string | null;
            /** @description ISO 3166-1 alpha-2. */
            country?: string;
            line1?: string;
            line2?: string | null;
            line3?: string | null;
            name?: string;
            phone?: string | null;
            postal_code?: string | null;
            region?: string | null;
        } | null;
        Authorization: {
            amount: components["schemas"]["Money"];
            authorized_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["AuthorizationId"];
            method: string | null;
            order_id: components["schemas"]["OrderId"];
            provider: string | null;
            reference: string | null;
        };
        AuthorizationBalance: {
            amount: components["schemas"]["Money"];
            authorization_id: components["schemas"]["AuthorizationId"];
            captured: components["schemas"]["Money"];
            left: components["schemas"]["Money"];
        };
        /** @example aut_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        AuthorizationId: string;
        AuthorizationList: {
            data: components["schemas"]["Authorization"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        AuthorizationRecorded: {
            data: components["schemas"]["AuthorizationRecordedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "AuthorizationRecorded";
            version: components["schemas"]["Version"];
        };
        AuthorizationRecordedData: {
            amount: components["schemas"]["Money"];
            method: string | null;
            occurred_at?: components["schemas"]["Timestamp"];
            provider: string | null;
            reference: string | null;
        };
        AuthorizationVoid: {
            amount: components["schemas"]["Money"];
            authorization_id: components["schemas"]["AuthorizationId"];
            id: components["schemas"]["AuthorizationVoidId"];
            order_id: components["schemas"]["OrderId"];
            reason: string | null;
            voided_at: components["schemas"]["Timestamp"];
        };
        AuthorizationVoided: {
            data: components["schemas"]["AuthorizationVoidedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "AuthorizationVoided";
            version: components["schemas"]["Version"];
        };
        AuthorizationVoidedData: {
            amount: components["schemas"]["Money"];
            authorization_id: components["schemas"]["AuthorizationId"];
            occurred_at?: components["schemas"]["Timestamp"];
            reason: string | null;
        };
        /** @example avd_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        AuthorizationVoidId: string;
        BalancePieces: {
            amount: components["schemas"]["Money"];
            quantity: number;
        };
        /**
         * @description The address of the bill, with each member; `null` is one that it does not
         * have.
         */
        BillingAddress: {
            city: string | null;
            company: string | null;
            /** @description ISO 3166-1 alpha-2. */
            country: string | null;
            line1: string | null;
            line2: string | null;
            line3: string | null;
            name: string | null;
            phone: string | null;
            postal_code: string | null;
            region: string | null;
        } | null;
        /**
         * @description Any part of an address, at least one member, such as `country` and
         * `postal_code`.
         */
        BillingAddressInput: {
            city?: string | null;
            company?: string | null;
            /** @description ISO 3166-1 alpha-2. */
            country?: string | null;
            line1?: string | null;
            line2?: string | null;
            line3?: string | null;
            name?: string | null;
            phone?: string | null;
            postal_code?: string | null;
            region?: string | null;
        } | null;
        /**
         * @description A JSON Merge Patch. `null` removes a member, or the address. At least one
         * member must remain.
         */
        BillingAddressPatch: {
            city?: string | null;
            company?: string | null;
            /** @description ISO 3166-1 alpha-2. */
            country?: string | null;
            line1?: string | null;
            line2?: string | null;
            line3?: string | null;
            name?: string | null;
            phone?: string | null;
            postal_code?: string | null;
            region?: string | null;
        } | null;
        /**
         * @description A JSON Merge Patch. `null` removes a member, or the address. At least one
         * member must remain.
         */
        BillingAddressPatchInput: {
            city?: string | null;
            company?: string | null;
            /** @description ISO 3166-1 alpha-2. */
            country?: string | null;
            line1?: string | null;
            line2?: string | null;
            line3?: string | null;
            name?: string | null;
            phone?: string | null;
            postal_code?: string | null;
            region?: string | null;
        } | null;
        Cancellation: {
            cancelled_at: components["schemas"]["Timestamp"];
            /** @description The pieces that it frees. */
            lines: components["schemas"]["Piece"][];
            order_id: components["schemas"]["OrderId"];
            reason: string | null;
        };
        CancelOrder: {
            /**
             * Format: date-time
             * @description When it happened, if in the past.
             */
            cancelled_at?: string | null;
            reason?: components["schemas"]["Reason"];
        };
        ChargeBalance: {
            charge_id: components["schemas"]["ChargeId"];
            owed_back: components["schemas"]["Money"];
            refundable: components["schemas"]["Money"];
        };
        /** @example charge_1 */
        ChargeId: string;
        /** @description A charge besides the lines. */
        ChargeInput: {
            discount?: components["schemas"]["MoneyInput"];
            /** @enum {string} */
            kind: "shipping" | "handling" | "fee" | "tip" | "gift_wrap";
            name?: string | null;
            price: components["schemas"]["MoneyInput"];
            tax?: components["schemas"]["MoneyInput"];
        };
        ChargeSales: {
            amount: components["schemas"]["Sum"];
            /** @enum {string} */
            kind: "shipping" | "handling" | "fee" | "tip" | "gift_wrap";
        };
        CompleteOrder: {
            /**
             * Format: date-time
             * @description When it happened, if in the past.
             */
            completed_at?: string | null;
            note?: components["schemas"]["Reason"];
        };
        Completion: {
            completed_at: components["schemas"]["Timestamp"];
            note: string | null;
            order_id: components["schemas"]["OrderId"];
        };
        /** Format: int64 */
        Count: number;
        CreateWebhookEndpoint: {
            description?: components["schemas"]["WebhookDescription"];
            event_types?: components["schemas"]["WebhookEventTypesInput"];
            max_per_second?: components["schemas"]["WebhookRate"];
            url: components["schemas"]["WebhookUrl"];
        };
        CreateWebhookReplay: {
            /** Format: int64 */
            after_position: number;
            /**
             * @description All events, or only those not delivered yet. The default is all.
             * @enum {string}
             */
            which?: "all" | "undelivered";
        };
        /**
         * @description ISO 4217 code of an active currency.
         * @example EUR
         */
        Currency: string;
        /**
         * @description The personal data of a customer, or of an order without a customer, was
         * erased; of the whole tenant, if both members of `data` are `null`. Erase your copies.
         * `order_id` is the id of the erasure, which no order has.
         */
        CustomerErased: {
            data: components["schemas"]["CustomerErasedData"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "CustomerErased";
            version: components["schemas"]["Version"];
        };
        CustomerErasedData: {
            customer_id: components["schemas"]["NullableCustomerId"];
            /** @description The erased order of a guest. */
            erased_order_id: string | null;
        };
        /**
         * @description Your own customer id, in visible ASCII.
         * @example cus_4711
         */
        CustomerId: string;
        CustomerSummary: {
            customer_id: components["schemas"]["CustomerId"];
            /** @description One item for each currency. */
            totals: components["schemas"]["CustomerTotal"][];
        };
        CustomerTotal: {
            currency: components["schemas"]["Currency"];
            first_order_at: components["schemas"]["Timestamp"];
            last_activity_at: components["schemas"]["Timestamp"];
            ordered: components["schemas"]["Sum"];
            orders_cancelled: components["schemas"]["Count"];
            orders_placed: components["schemas"]["Count"];
            paid: components["schemas"]["Sum"];
            refunded: components["schemas"]["Sum"];
        };
        DailySales: {
            cancelled: components["schemas"]["Sum"];
            charge_total: components["schemas"]["Sum"];
            charges: components["schemas"]["ChargeSales"][];
            currency: components["schemas"]["Currency"];
            day: components["schemas"]["Day"];
            discount_total: components["schemas"]["Sum"];
            gross: components["schemas"]["Sum"];
            ordered: components["schemas"]["Sum"];
            orders_cancelled: components["schemas"]["Count"];
            orders_placed: components["schemas"]["Count"];
            paid: components["schemas"]["Sum"];
            payments: components["schemas"]["ProviderSales"][];
            refunded: components["schemas"]["Sum"];
            refunds: components["schemas"]["ProviderSales"][];
            reversals: components["schemas"]["ProviderSales"][];
            reversed: components["schemas"]["Sum"];
            rounding: components["schemas"]["SignedSum"];
            tax_total: components["schemas"]["Sum"];
            taxes: components["schemas"]["TaxSales"][];
        };
        DailySalesList: {
            data: components["schemas"]["DailySales"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        /**
         * Format: date
         * @description A day in UTC.
         * @example 2026-03-14
         */
        Day: string;
        /**
         * @description A discount of the whole order, with a name, a code or both. The server
         * splits it over the lines.
         */
        DiscountInput: {
            amount: components["schemas"]["MoneyInput"];
            code?: string | null;
            name?: string | null;
        };
        Edit: {
            add: components["schemas"]["PlacedLine"][];
            cancel: components["schemas"]["PricedPieces"][];
            charges: components["schemas"]["OrderCharge"][];
            edited_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["EditId"];
            order_id: components["schemas"]["OrderId"];
            reason: string | null;
        };
        /** @example edt_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        EditId: string;
        EditList: {
            data: components["schemas"]["Edit"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        /** @description At least one of `cancel`, `add` and `charges`. */
        EditOrder: {
            add?: components["schemas"]["OrderLineInput"][];
            cancel?: components["schemas"]["PiecesInput"];
            charges?: components["schemas"]["ChargeInput"][];
            /**
             * Format: date-time
             * @description When it happened, if in the past.
             */
            edited_at?: string | null;
            reason?: components["schemas"]["Reason"];
        };
        /**
         * Format: date-time
         * @description Present once the personal data was erased: when. Members that held it are
         * `null`, entries of metadata that held it are gone, the reason of a hold is `[erased]`.
         */
        ErasedAt: string;
        /** @description The receipt of an erasure. */
        Erasure: {
            customer_id: components["schemas"]["NullableCustomerId"];
            erased_at: components["schemas"]["Timestamp"];
            erased_order_id: string | null;
            event_id: components["schemas"]["EventId"];
            /** @example era_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
            id: string;
        };
        /**
         * @description One event. `type` names its schema. Later releases may add types. Ignore an
         * event whose type you do not know.
         */
        Event: components["schemas"]["OrderPlaced"] | components["schemas"]["OrderUpdated"] | components["schemas"]["PaymentRecorded"] | components["schemas"]["ItemsShipped"] | components["schemas"]["ItemsReturned"] | components["schemas"]["RefundRecorded"] | components["schemas"]["OrderCancelled"] | components["schemas"]["OrderCompleted"] | components["schemas"]["AuthorizationRecorded"] | components["schemas"]["AuthorizationVoided"] | components["schemas"]["PaymentReversed"] | components["schemas"]["OrderEdited"] | components["schemas"]["HoldPlaced"] | components["schemas"]["HoldReleased"] | components["schemas"]["CustomerErased"];
        EventId: string;
        EventList: {
            data: components["schemas"]["Event"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        /** @description SHA-256 of the canonical request, in hexadecimal. */
        Fingerprint: string;
        /**
         * @description The state of an order's goods. Later releases may add values. Ignore a value
         * that you do not know.
         * @example unfulfilled
         * @enum {string}
         */
        FulfillmentStatus: "unfulfilled" | "partially_shipped" | "shipped" | "completed" | "cancelled";
        FulfillmentStatusFilter: string;
        Hold: {
            held_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["HoldId"];
            order_id: components["schemas"]["OrderId"];
            reason: string;
        };
        /** @example hld_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        HoldId: string;
        HoldList: {
            data: components["schemas"]["Hold"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        HoldPlaced: {
            data: components["schemas"]["HoldPlacedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "HoldPlaced";
            version: components["schemas"]["Version"];
        };
        HoldPlacedData: {
            occurred_at?: components["schemas"]["Timestamp"];
            reason: string;
        };
        HoldRelease: {
            hold_id: components["schemas"]["HoldId"];
            id: components["schemas"]["HoldReleaseId"];
            order_id: components["schemas"]["OrderId"];
            reason: string | null;
            released_at: components["schemas"]["Timestamp"];
        };
        HoldReleased: {
            data: components["schemas"]["HoldReleasedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "HoldReleased";
            version: components["schemas"]["Version"];
        };
        HoldReleasedData: {
            hold_id: components["schemas"]["HoldId"];
            occurred_at?: components["schemas"]["Timestamp"];
            reason: string | null;
        };
        /** @example rel_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        HoldReleaseId: string;
        /**
         * @description 1 to 255 visible ASCII characters, bare or as a Structured Fields string.
         */
        IdempotencyKey: string;
        ItemReturn: {
            id: components["schemas"]["ReturnId"];
            lines: components["schemas"]["Pieces"];
            order_id: components["schemas"]["OrderId"];
            reason: string | null;
            returned_at: components["schemas"]["Timestamp"];
        };
        ItemReturnList: {
            data: components["schemas"]["ItemReturn"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        ItemsReturned: {
            data: components["schemas"]["ItemsReturnedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "ItemsReturned";
            version: components["schemas"]["Version"];
        };
        ItemsReturnedData: {
            lines: components["schemas"]["Pieces"];
            occurred_at?: components["schemas"]["Timestamp"];
            reason: string | null;
        };
        ItemsShipped: {
            data: components["schemas"]["ItemsShippedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "ItemsShipped";
            version: components["schemas"]["Version"];
        };
        ItemsShippedData: {
            carrier: string | null;
            lines: components["schemas"]["Pieces"];
            occurred_at?: components["schemas"]["Timestamp"];
            tracking_number: string | null;
        };
        /**
         * @description The API key that caused the event; `null` in events older than this member.
         */
        KeyId: string | null;
        LineBalance: {
            /** @description Pieces that the customer has and that were not refunded. */
            held: number;
            line_id: components["schemas"]["LineId"];
            owed_back: components["schemas"]["BalancePieces"];
            refundable: components["schemas"]["BalancePieces"];
            /** @description Pieces that are left to ship. */
            to_ship: number;
        };
        /** @example line_1 */
        LineId: string;
        /**
         * @description Up to 10 entries of your own. A name has 1 to 40 characters of
         * `A-Za-z0-9_.-`.
         */
        LineMetadata: {
            [key: string]: string;
        };
        /** @example Kelp, dried, 100 g */
        LineName: string;
        /** Format: date-time */
        MaybeTimestamp: string | null;
        /**
         * @description Up to 20 entries of your own. A name has 1 to 40 characters of
         * `A-Za-z0-9_.-`.
         * @example {
         *       "channel": "web"
         *     }
         */
        Metadata: {
            [key: string]: string;
        };
        /** @description A JSON Merge Patch. `null` removes an entry, or all of them. */
        MetadataPatch: {
            [key: string]: string | null;
        } | null;
        /**
         * @example {
         *       "amount": 3800,
         *       "currency": "EUR"
         *     }
         */
        Money: {
            /**
             * Format: int64
             * @description Whole minor units of the currency.
             */
            amount: number;
            currency: components["schemas"]["Currency"];
        };
        /**
         * @example {
         *       "amount": 3800,
         *       "currency": "EUR"
         *     }
         */
        MoneyInput: {
            /**
             * Format: int64
             * @description Whole minor units of the currency.
             */
            amount: number;
            currency: components["schemas"]["Currency"];
        };
        /** @example aut_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        NullableAuthorizationId: string | null;
        /**
         * @description Your own customer id; `null` for a guest.
         * @example cus_4711
         */
        NullableCustomerId: string | null;
        /** @example ada@example.com */
        NullableEmail: string | null;
        NullableMoney: {
            /**
             * Format: int64
             * @description Whole minor units of the currency.
             */
            amount: number;
            currency: components["schemas"]["Currency"];
        } | null;
        NullableNote: string | null;
        /** @example KELP-1 */
        NullableSku: string | null;
        /**
         * @description Your own customer id, in visible ASCII. Not `.` or `..`, which cannot occur
         * in a path. Absent for a guest.
         * @example cus_4711
         */
        OptionalCustomerId: string | null;
        Order: {
            amount_adjusted: components["schemas"]["Money"];
            amount_authorized: components["schemas"]["Money"];
            amount_cancelled: components["schemas"]["Money"];
            amount_due: components["schemas"]["Money"];
            amount_paid: components["schemas"]["Money"];
            amount_refunded: components["schemas"]["Money"];
            amount_returned: components["schemas"]["Money"];
            amount_reversed: components["schemas"]["Money"];
            billing_address: components["schemas"]["BillingAddress"];
            charge_total: components["schemas"]["Money"];
            charges: components["schemas"]["OrderCharge"][];
            customer_id: components["schemas"]["NullableCustomerId"];
            discount_total: components["schemas"]["Money"];
            discounts: components["schemas"]["OrderDiscount"][];
            email: components["schemas"]["NullableEmail"];
            erased_at?: components["schemas"]["ErasedAt"];
            fulfillment_status: components["schemas"]["FulfillmentStatus"];
            id: components["schemas"]["OrderId"];
            lines: components["schemas"]["OrderLine"][];
            metadata: components["schemas"]["Metadata"];
            note: components["schemas"]["NullableNote"];
            /** @example W-1001 */
            number: string | null;
            on_hold: boolean;
            ordered_at: components["schemas"]["Timestamp"];
            payment_status: components["schemas"]["PaymentStatus"];
            /** @enum {string} */
            payment_terms: "prepaid" | "open";
            phone: string | null;
            placed_at: components["schemas"]["Timestamp"];
            prices_include_tax: boolean;
            /** @description Covered or on open terms, with open pieces, not on hold. */
            ready_to_ship: boolean;
            reference: string | null;
            rounding: components["schemas"]["SignedMoney"];
            shipping_address: components["schemas"]["Address"];
            tags: components["schemas"]["Tags"];
            tax_total: components["schemas"]["Money"];
            taxes: components["schemas"]["OrderTax"][];
            total: components["schemas"]["Money"];
            updated_at: components["schemas"]["Timestamp"];
            version: number;
        };
        OrderBalance: {
            adjusted: components["schemas"]["Money"];
            authorizations: components["schemas"]["AuthorizationBalance"][];
            authorized: components["schemas"]["Money"];
            cancelled: components["schemas"]["Money"];
            charges: components["schemas"]["ChargeBalance"][];
            due: components["schemas"]["Money"];
            lines: components["schemas"]["LineBalance"][];
            net: components["schemas"]["Money"];
            order_id: components["schemas"]["OrderId"];
            overpaid: components["schemas"]["Money"];
            owed: components["schemas"]["Money"];
            paid: components["schemas"]["Money"];
            payments: components["schemas"]["PaymentBalance"][];
            refunded: components["schemas"]["Money"];
            returned: components["schemas"]["Money"];
            reversed: components["schemas"]["Money"];
            total: components["schemas"]["Money"];
            version: components["schemas"]["Version"];
        };
        OrderCancelled: {
            data: components["schemas"]["OrderCancelledData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "OrderCancelled";
            version: components["schemas"]["Version"];
        };
        OrderCancelledData: {
            /** @description The pieces that it frees. */
            lines: components["schemas"]["Piece"][];
            occurred_at?: components["schemas"]["Timestamp"];
            reason: string | null;
        };
        /** @description A charge besides the lines. `amount` is what is to be paid for it. */
        OrderCharge: {
            amount: components["schemas"]["Money"];
            discount: components["schemas"]["Money"];
            id: components["schemas"]["ChargeId"];
            /** @enum {string} */
            kind: "shipping" | "handling" | "fee" | "tip" | "gift_wrap";
            name: string | null;
            price: components["schemas"]["Money"];
            tax: components["schemas"]["Money"];
        };
        OrderCompleted: {
            data: components["schemas"]["OrderCompletedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "OrderCompleted";
            version: components["schemas"]["Version"];
        };
        OrderCompletedData: {
            note: string | null;
            occurred_at?: components["schemas"]["Timestamp"];
        };
        OrderDiscount: {
            amount: components["schemas"]["Money"];
            code: string | null;
            name: string | null;
        };
        OrderEdited: {
            data: components["schemas"]["OrderEditedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "OrderEdited";
            version: components["schemas"]["Version"];
        };
        OrderEditedData: {
            add: components["schemas"]["PlacedLine"][];
            cancel: components["schemas"]["PricedPieces"][];
            charges: components["schemas"]["OrderCharge"][];
            occurred_at?: components["schemas"]["Timestamp"];
            reason: string | null;
        };
        /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
        OrderId: string;
        /**
         * @description `total` is `quantity × unit_price`. `amount` is what is to be paid: less the
         * discounts, plus the tax unless prices include it.
         */
        OrderLine: {
            amount: components["schemas"]["Money"];
            discount: components["schemas"]["Money"];
            id: components["schemas"]["LineId"];
            metadata: components["schemas"]["LineMetadata"];
            name: components["schemas"]["LineName"];
            quantity: components["schemas"]["Quantity"];
            quantity_cancelled: number;
            quantity_returned: number;
            quantity_shipped: number;
            reference: string | null;
            ships: boolean;
            sku: components["schemas"]["NullableSku"];
            tax: components["schemas"]["Money"];
            taxes: components["schemas"]["OrderTax"][];
            total: components["schemas"]["Money"];
            unit_price: components["schemas"]["Money"];
        };
        OrderLineInput: {
            discount?: components["schemas"]["MoneyInput"];
            metadata?: components["schemas"]["LineMetadata"];
            name: components["schemas"]["LineName"];
            quantity: components["schemas"]["Quantity"];
            reference?: string | null;
            /** @description `false` for a line without goods, such as a download or a deposit. */
            ships?: boolean;
            sku?: components["schemas"]["NullableSku"];
            tax?: components["schemas"]["MoneyInput"];
            taxes?: components["schemas"]["TaxInput"][];
            unit_price: components["schemas"]["MoneyInput"];
        };
        OrderList: {
            data: components["schemas"]["Order"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        /** @description The outcome of one item, by its `status`. */
        OrderOutcome: components["schemas"]["OrderPlacedOutcome"] | components["schemas"]["OrderRefusedOutcome"];
        OrderOutcomes: {
            data: components["schemas"]["OrderOutcome"][];
            failed: number;
            succeeded: number;
        };
        /** @description The change, as it was sent. */
        OrderPatch: {
            billing_address?: components["schemas"]["BillingAddressPatch"];
            email?: components["schemas"]["NullableEmail"];
            metadata?: components["schemas"]["MetadataPatch"];
            note?: components["schemas"]["NullableNote"];
            phone?: string | null;
            shipping_address?: components["schemas"]["AddressPatch"];
            tags?: string[] | null;
        };
        OrderPlaced: {
            data: components["schemas"]["OrderPlacedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "OrderPlaced";
            version: components["schemas"]["Version"];
        };
        OrderPlacedData: {
            billing_address: components["schemas"]["BillingAddress"];
            charge_total: components["schemas"]["Money"];
            charges: components["schemas"]["OrderCharge"][];
            customer_id: components["schemas"]["NullableCustomerId"];
            discount_total: components["schemas"]["Money"];
            discounts: components["schemas"]["OrderDiscount"][];
            email: components["schemas"]["NullableEmail"];
            lines: components["schemas"]["PlacedLine"][];
            metadata: components["schemas"]["Metadata"];
            note: components["schemas"]["NullableNote"];
            /** @example W-1001 */
            number: string | null;
            ordered_at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            payment_terms: "prepaid" | "open";
            phone: string | null;
            prices_include_tax: boolean;
            reference: string | null;
            rounding: components["schemas"]["SignedMoney"];
            shipping_address: components["schemas"]["Address"];
            tags: components["schemas"]["Tags"];
            tax_total: components["schemas"]["Money"];
            taxes: components["schemas"]["OrderTax"][];
            total: components["schemas"]["Money"];
        };
        OrderPlacedOutcome: {
            idempotency_key: string;
            order: components["schemas"]["Order"];
            position: components["schemas"]["Position"];
            /** @description Whether an earlier request placed the order. */
            replayed: boolean;
            /** @enum {integer} */
            status: 201;
        };
        OrderRefusedOutcome: {
            idempotency_key: string;
            problem: components["schemas"]["Problem"];
            /** @description Seconds to wait before you send this item again. */
            retry_after?: number;
            status: number;
        };
        OrderTax: {
            amount: components["schemas"]["Money"];
            name: string;
            rate: components["schemas"]["TaxRate"];
        };
        OrderUpdated: {
            data: components["schemas"]["OrderUpdatedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "OrderUpdated";
            version: components["schemas"]["Version"];
        };
        /**
         * @description The patch, and the members that it changed. Address and metadata are always
         * shown.
         */
        OrderUpdatedData: {
            billing_address?: components["schemas"]["BillingAddress"];
            email?: components["schemas"]["NullableEmail"];
            metadata: components["schemas"]["Metadata"];
            note?: components["schemas"]["NullableNote"];
            patch: components["schemas"]["OrderPatch"];
            phone?: string | null;
            shipping_address: components["schemas"]["Address"];
            tags?: string[] | null;
        };
        Payment: {
            amount: components["schemas"]["Money"];
            authorization_id: components["schemas"]["NullableAuthorizationId"];
            id: components["schemas"]["PaymentId"];
            method: string | null;
            order_id: components["schemas"]["OrderId"];
            paid_at: components["schemas"]["Timestamp"];
            provider: string | null;
            reference: string | null;
        };
        PaymentBalance: {
            amount: components["schemas"]["Money"];
            left: components["schemas"]["Money"];
            payment_id: components["schemas"]["PaymentId"];
        };
        /** @example pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        PaymentId: string;
        PaymentList: {
            data: components["schemas"]["Payment"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        PaymentRecorded: {
            data: components["schemas"]["PaymentRecordedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "PaymentRecorded";
            version: components["schemas"]["Version"];
        };
        PaymentRecordedData: {
            amount: components["schemas"]["Money"];
            authorization_id: components["schemas"]["NullableAuthorizationId"];
            method: string | null;
            occurred_at?: components["schemas"]["Timestamp"];
            provider: string | null;
            reference: string | null;
        };
        PaymentReversed: {
            data: components["schemas"]["PaymentReversedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "PaymentReversed";
            version: components["schemas"]["Version"];
        };
        PaymentReversedData: {
            amount: components["schemas"]["Money"];
            occurred_at?: components["schemas"]["Timestamp"];
            payment_id: components["schemas"]["PaymentId"];
            provider: string | null;
            reason: string | null;
            reference: string | null;
        };
        /**
         * @description The state of an order's payments. Later releases may add values. Ignore a
         * value that you do not know.
         * @example unpaid
         * @enum {string}
         */
        PaymentStatus: "unpaid" | "authorized" | "partially_paid" | "paid" | "partially_refunded" | "refunded";
        PaymentStatusFilter: string;
        Piece: {
            line_id: components["schemas"]["LineId"];
            quantity: components["schemas"]["Quantity"];
        };
        PieceInput: {
            line_id: components["schemas"]["LineId"];
            quantity: components["schemas"]["Quantity"];
        };
        /** @description Each line of the order at most once. */
        Pieces: components["schemas"]["Piece"][];
        /** @description Each line of the order at most once. */
        PiecesInput: components["schemas"]["PieceInput"][];
        /**
         * @description `total` is `quantity × unit_price`. `amount` is what is to be paid: less the
         * discounts, plus the tax unless prices include it.
         */
        PlacedLine: {
            amount: components["schemas"]["Money"];
            discount: components["schemas"]["Money"];
            id: components["schemas"]["LineId"];
            metadata: components["schemas"]["LineMetadata"];
            name: components["schemas"]["LineName"];
            quantity: components["schemas"]["Quantity"];
            reference: string | null;
            ships: boolean;
            sku: components["schemas"]["NullableSku"];
            tax: components["schemas"]["Money"];
            taxes: components["schemas"]["OrderTax"][];
            total: components["schemas"]["Money"];
            unit_price: components["schemas"]["Money"];
        };
        PlaceHold: {
            /**
             * Format: date-time
             * @description When it happened, if in the past.
             */
            held_at?: string | null;
            /** @example fraud check */
            reason: string;
        };
        PlaceOrder: {
            billing_address?: components["schemas"]["BillingAddressInput"];
            charges?: components["schemas"]["ChargeInput"][];
            customer_id?: components["schemas"]["OptionalCustomerId"];
            discounts?: components["schemas"]["DiscountInput"][];
            email?: components["schemas"]["NullableEmail"];
            lines: components["schemas"]["OrderLineInput"][];
            metadata?: components["schemas"]["Metadata"];
            note?: components["schemas"]["NullableNote"];
            /**
             * @description The number that another system gave, once in the tenant. Not together
             * with `series`.
             */
            number?: string | null;
            /**
             * Format: date-time
             * @description The time of the order, if it is in the past.
             */
            ordered_at?: string | null;
            /**
             * @description `open` for an invoice or cash on delivery: pieces ship before they are
             * paid.
             * @enum {string}
             */
            payment_terms?: "prepaid" | "open";
            phone?: string | null;
            /** @description Whether prices and discounts contain the tax. */
            prices_include_tax?: boolean;
            /**
             * @description Your own reference of the order, once in the tenant.
             * @example web-4711
             */
            reference?: string | null;
            rounding?: components["schemas"]["SignedMoneyInput"];
            /**
             * @description Asks for the next number of this series: `W-` gives `W-1001`, `W-1002`,
             * … without a gap and without a double. It does not end with a digit. Not together with
             * `number`.
             * @example W-
             */
            series?: string | null;
            shipping_address?: components["schemas"]["AddressInput"];
            stated?: components["schemas"]["StatedTotals"];
            tags?: components["schemas"]["Tags"];
            /**
             * @description Taxes of the whole order, which the server splits over the lines. If
             * lines or charges state their tax, a summary that must sum to it.
             */
            taxes?: components["schemas"]["TaxInput"][];
        };
        PlaceOrders: {
            orders: components["schemas"]["PlaceOrdersItem"][];
        };
        /**
         * @description One order. An invalid `order` is refused in its own item of the response.
         */
        PlaceOrdersItem: {
            idempotency_key: components["schemas"]["IdempotencyKey"];
            order: components["schemas"]["PlaceOrder"];
        };
        /**
         * Format: int64
         * @description Position of the event in the log. Later events have higher positions.
         */
        Position: number;
        /**
         * @description In the order's currency.
         * @example {
         *       "amount": 3800,
         *       "currency": "EUR"
         *     }
         */
        PositiveMoneyInput: {
            /**
             * Format: int64
             * @description Whole minor units of the currency.
             */
            amount: number;
            currency: components["schemas"]["Currency"];
        };
        /** @description Pieces of a line, and their part of its amount. */
        PricedPieces: {
            amount: components["schemas"]["Money"];
            line_id: components["schemas"]["LineId"];
            quantity: components["schemas"]["Quantity"];
        };
        /** @description A problem document, RFC 9457. */
        Problem: {
            /**
             * @description Identifies the problem for programs. A code is never renamed, but later
             * releases may add codes. Handle an unknown code by its `retry` and `status`.
             * @enum {string}
             */
            code: "malformed_request" | "malformed_json" | "idempotency_key_missing" | "idempotency_key_invalid" | "invalid_parameter" | "invalid_cursor" | "unauthenticated" | "scope_missing" | "address_not_allowed" | "route_not_found" | "customer_not_found" | "order_not_found" | "order_version_not_found" | "payment_not_found" | "shipment_not_found" | "return_not_found" | "refund_not_found" | "authorization_not_found" | "hold_not_found" | "edit_not_found" | "cancellation_not_found" | "completion_not_found" | "webhook_endpoint_not_found" | "webhook_delivery_not_found" | "webhook_replay_not_found" | "idempotency_key_not_found" | "method_not_allowed" | "not_acceptable" | "request_timeout" | "order_already_placed" | "order_already_cancelled" | "order_already_completed" | "order_already_paid" | "order_already_shipped" | "order_not_paid" | "order_not_shipped" | "order_on_hold" | "order_reference_taken" | "order_number_taken" | "personal_data_not_sealed" | "payment_already_recorded" | "authorization_closed" | "capture_exceeds_authorized" | "reversal_exceeds_payment" | "refund_exceeds_payment" | "refund_exceeds_line" | "refund_of_open_pieces" | "edit_exceeds_open" | "payment_exceeds_due" | "refund_exceeds_paid" | "shipment_exceeds_ordered" | "return_exceeds_shipped" | "webhook_endpoint_disabled" | "webhook_endpoints_full" | "webhook_replays_full" | "version_gone" | "precondition_failed" | "content_too_large" | "unsupported_media_type" | "expectation_failed" | "invalid_body" | "discount_exceeds_line" | "totals_disagree" | "idempotency_key_reused" | "order_history_full" | "precondition_required" | "rate_limited" | "header_fields_too_large" | "internal_error" | "overloaded" | "unavailable" | "order_busy" | "projection_behind";
            /** @description What happened, where, and what to do. */
            detail: string;
            /** @description Each location of an error; never its value. */
            errors?: components["schemas"]["ProblemError"][];
            /**
             * @description The order that has the name, with `order_reference_taken`,
             * `order_number_taken` and `payment_already_recorded`.
             */
            order_id?: string;
            /** @description The record that has the name, with `payment_already_recorded`. */
            record_id?: string;
            request_id: string;
            /** @enum {string} */
            retry: "never" | "after_change" | "after_refetch" | "same_key" | "same_key_after";
            status: number;
            title: string;
            /**
             * @description URL of the problem type, relative to this server. Open it to read about
             * the problem.
             * @example /problems/order_not_found
             */
            type: string;
        };
        ProblemError: {
            detail: string;
            /** @description Name of the query parameter or of the header field. */
            parameter?: string;
            /**
             * @description RFC 6901 JSON Pointer into the body; the empty string is the whole body.
             */
            pointer?: string;
        };
        /**
         * @description An inclusion proof of RFC 9162. The leaf covers `entry`; `path` leads from
         * it to the root in the signed `checkpoint`. The guide on integrity has the formats.
         */
        Proof: {
            /** @description A signed note with a checkpoint of the log, in the formats of C2SP. */
            checkpoint: string;
            entry: components["schemas"]["ProofEntry"];
            /** @description Of the leaf in the tree, from 0. */
            index: number;
            /** @description Hashes from the leaf to the root, in hexadecimal. */
            path: string[];
        };
        /** @description What the leaf of an event covers, as it is stored. */
        ProofEntry: {
            /** @description A name that the event holds once in the tenant, such as a reference. */
            claim: string | null;
            /** @description SHA-256 of the stored data of the event, in hexadecimal. */
            data_sha256: string;
            event_id: string;
            fingerprint: components["schemas"]["Fingerprint"];
            idempotency_key: string;
            key_id: string | null;
            /** @description Number of the placed order. */
            number: string | null;
            order_id: string;
            partition: number;
            position: number;
            /** @description As `recorded_at` of the event, with microseconds. */
            recorded_at: string;
            schema_version: number;
            tenant_id: string;
            traceparent: string | null;
            /** @description The stored type of the event. */
            type: string;
            version: number;
        };
        ProviderSales: {
            amount: components["schemas"]["Sum"];
            provider: string | null;
        };
        /** @example 2 */
        Quantity: number;
        Reason: string | null;
        /**
         * @description The receipt of a key. If the key names only a write on webhooks, `order_id`,
         * `version` and `event` are `null`, and all other members describe that write.
         */
        Receipt: {
            event: components["schemas"]["Event"] | null;
            fingerprint: components["schemas"]["Fingerprint"];
            /** @description The key itself, without quotes. */
            idempotency_key: string;
            order_id: string | null;
            /**
             * @description Proves that the event is in the log; a client verifies it without the
             * server. `null` until a checkpoint covers the event, about a minute. Writes on
             * webhooks have none.
             */
            proof?: components["schemas"]["Proof"] | null;
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description Status of the original response. Only a write on webhooks has 202 or
             * 204.
             * @enum {integer}
             */
            status: 200 | 201 | 202 | 204;
            version: number | null;
            webhook_write?: components["schemas"]["WebhookWrite"];
        };
        RecordAuthorization: {
            amount: components["schemas"]["PositiveMoneyInput"];
            /**
             * Format: date-time
             * @description When it happened, if in the past.
             */
            authorized_at?: string | null;
            method?: string | null;
            /**
             * @description The payment provider. With a reference, once in the tenant.
             * @example stripe
             */
            provider?: string | null;
            reference?: components["schemas"]["Reference"];
        };
        RecordPayment: {
            /** @description Records what exceeds the amount due as an overpayment. */
            accept_excess?: boolean | null;
            amount: components["schemas"]["PositiveMoneyInput"];
            authorization_id?: components["schemas"]["NullableAuthorizationId"];
            method?: string | null;
            /**
             * Format: date-time
             * @description When it happened, if in the past.
             */
            paid_at?: string | null;
            /**
             * @description The payment provider. With a reference, once in the tenant.
             * @example stripe
             */
            provider?: string | null;
            reference?: components["schemas"]["Reference"];
        };
        /**
         * @description What the money is for: pieces, charges and an adjustment that sum to the
         * amount, or nothing. What a refund does not explain counts first against what was
         * cancelled or returned. The rest is due again while pieces are open, else it is a
         * reduction.
         */
        RecordRefund: {
            adjustment?: components["schemas"]["PositiveMoneyInput"];
            amount: components["schemas"]["PositiveMoneyInput"];
            charges?: components["schemas"]["RefundedChargeInput"][];
            lines?: components["schemas"]["PiecesInput"];
            payment_id?: components["schemas"]["PaymentId"];
            /**
             * @description The payment provider. With a reference, once in the tenant.
             * @example stripe
             */
            provider?: string | null;
            reason?: components["schemas"]["Reason"];
            reference?: components["schemas"]["Reference"];
            /**
             * Format: date-time
             * @description When it happened, if in the past.
             */
            refunded_at?: string | null;
        };
        /** @description Your own reference, such as the id of a charge at your payment provider. */
        Reference: string | null;
        Refund: {
            adjustment: components["schemas"]["NullableMoney"];
            amount: components["schemas"]["Money"];
            charges: components["schemas"]["RefundedCharge"][];
            id: components["schemas"]["RefundId"];
            lines: components["schemas"]["PricedPieces"][];
            order_id: components["schemas"]["OrderId"];
            payments: components["schemas"]["RefundedPayment"][];
            provider: string | null;
            reason: string | null;
            reference: string | null;
            refunded_at: components["schemas"]["Timestamp"];
        };
        RefundedCharge: {
            amount: components["schemas"]["Money"];
            charge_id: components["schemas"]["ChargeId"];
        };
        RefundedChargeInput: {
            amount: components["schemas"]["PositiveMoneyInput"];
            charge_id: components["schemas"]["ChargeId"];
        };
        RefundedPayment: {
            amount: components["schemas"]["Money"];
            payment_id: components["schemas"]["PaymentId"];
        };
        /** @example ref_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        RefundId: string;
        RefundList: {
            data: components["schemas"]["Refund"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        RefundRecorded: {
            data: components["schemas"]["RefundRecordedData"];
            erased_at?: components["schemas"]["ErasedAt"];
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "RefundRecorded";
            version: components["schemas"]["Version"];
        };
        RefundRecordedData: {
            adjustment: components["schemas"]["NullableMoney"];
            amount: components["schemas"]["Money"];
            charges: components["schemas"]["RefundedCharge"][];
            lines: components["schemas"]["PricedPieces"][];
            occurred_at?: components["schemas"]["Timestamp"];
            payments: components["schemas"]["RefundedPayment"][];
            provider: string | null;
            reason: string | null;
            reference: string | null;
        };
        ReleaseHold: {
            reason?: components["schemas"]["Reason"];
            /**
             * Format: date-time
             * @description When it happened, if in the past.
             */
            released_at?: string | null;
        };
        /** @example ret_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        ReturnId: string;
        ReturnItems: {
            lines: components["schemas"]["PiecesInput"];
            reason?: components["schemas"]["Reason"];
            /**
             * Format: date-time
             * @description When it happened, if in the past.
             */
            returned_at?: string | null;
        };
        Reversal: {
            amount: components["schemas"]["Money"];
            id: components["schemas"]["ReversalId"];
            order_id: components["schemas"]["OrderId"];
            payment_id: components["schemas"]["PaymentId"];
            provider: string | null;
            reason: string | null;
            reference: string | null;
            reversed_at: components["schemas"]["Timestamp"];
        };
        /** @example rev_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        ReversalId: string;
        ReversePayment: {
            amount?: components["schemas"]["PositiveMoneyInput"];
            /**
             * @description The payment provider. With a reference, once in the tenant.
             * @example stripe
             */
            provider?: string | null;
            reason?: components["schemas"]["Reason"];
            reference?: components["schemas"]["Reference"];
            /**
             * Format: date-time
             * @description When it happened, if in the past.
             */
            reversed_at?: string | null;
        };
        RotateWebhookSecret: {
            /**
             * @description Hours for which messages are also signed with the previous secret. The
             * default is 24.
             */
            previous_secret_hours?: number;
        };
        ShipItems: {
            carrier?: string | null;
            lines: components["schemas"]["PiecesInput"];
            /**
             * Format: date-time
             * @description When it happened, if in the past.
             */
            shipped_at?: string | null;
            tracking_number?: string | null;
        };
        Shipment: {
            carrier: string | null;
            id: components["schemas"]["ShipmentId"];
            lines: components["schemas"]["Pieces"];
            order_id: components["schemas"]["OrderId"];
            shipped_at: components["schemas"]["Timestamp"];
            tracking_number: string | null;
        };
        /** @example shp_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        ShipmentId: string;
        ShipmentList: {
            data: components["schemas"]["Shipment"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        /** @description An amount that may be negative. */
        SignedMoney: {
            /**
             * Format: int64
             * @description Whole minor units of the currency.
             */
            amount: number;
            currency: components["schemas"]["Currency"];
        };
        /** @description An amount that may be negative. */
        SignedMoneyInput: {
            /**
             * Format: int64
             * @description Whole minor units of the currency.
             */
            amount: number;
            currency: components["schemas"]["Currency"];
        };
        /**
         * @description Money, summed. Larger sums are capped at 9,007,199,254,740,991.
         * @example {
         *       "amount": 7600,
         *       "currency": "EUR"
         *     }
         */
        SignedSum: {
            /**
             * Format: int64
             * @description Whole minor units of the currency.
             */
            amount: number;
            currency: components["schemas"]["Currency"];
        };
        /**
         * @description What you computed. A total that differs from the server's is refused with
         * the computed value.
         */
        StatedTotals: {
            discount_total?: components["schemas"]["MoneyInput"];
            tax_total?: components["schemas"]["MoneyInput"];
            total?: components["schemas"]["MoneyInput"];
        };
        /**
         * @description Money, summed. Larger sums are capped at 9,007,199,254,740,991.
         * @example {
         *       "amount": 7600,
         *       "currency": "EUR"
         *     }
         */
        Sum: {
            /**
             * Format: int64
             * @description Whole minor units of the currency.
             */
            amount: number;
            currency: components["schemas"]["Currency"];
        };
        /**
         * @description A tag that is given twice is kept once.
         * @example [
         *       "b2b"
         *     ]
         */
        Tags: string[];
        /** @description A named tax. */
        TaxInput: {
            amount: components["schemas"]["MoneyInput"];
            name: string;
            /** @description A label: the server computes no tax. */
            rate?: number | null;
        };
        /**
         * @description The rate as you show it, such as `19` or `0.19`. A label: the server
         * computes no tax.
         * @example 19
         */
        TaxRate: number | null;
        TaxSales: {
            amount: components["schemas"]["Sum"];
            name: string;
        };
        /**
         * Format: date-time
         * @example 2026-03-14T09:26:53.589Z
         */
        Timestamp: string;
        UpdateOrder: {
            billing_address?: components["schemas"]["BillingAddressPatchInput"];
            email?: components["schemas"]["NullableEmail"];
            metadata?: components["schemas"]["MetadataPatch"];
            note?: components["schemas"]["NullableNote"];
            phone?: string | null;
            shipping_address?: components["schemas"]["AddressPatchInput"];
            tags?: string[] | null;
        };
        UpdateWebhookEndpoint: {
            description?: components["schemas"]["WebhookDescription"];
            event_types?: components["schemas"]["WebhookEventTypesInput"];
            max_per_second?: components["schemas"]["WebhookRate"];
            /** @enum {string} */
            status?: "enabled" | "disabled";
            url?: components["schemas"]["WebhookUrl"];
        };
        /** @description Number of events of the order, up to and including this one. */
        Version: number;
        VoidAuthorization: {
            reason?: components["schemas"]["Reason"];
            /**
             * Format: date-time
             * @description When it happened, if in the past.
             */
            voided_at?: string | null;
        };
        WebhookAttempt: {
            /** @description First KiB of the response. */
            answer: string | null;
            attempted_at: components["schemas"]["Timestamp"];
            duration_ms: number;
            /**
             * @description Cause of the failure. With a response: `not_2xx`. Without one:
             * `name_not_resolved`, `address_refused`, `connection_refused`, `connection_failed`,
             * `tls_failed`, `connection_closed` (before a status line), `invalid_response` (no
             * HTTP) or `timeout`.
             */
            error: string | null;
            number: number;
            /**
             * @description HTTP status; `null` if there was no response, and `error` holds the
             * cause.
             */
            status: number | null;
        };
        WebhookDelivery: {
            attempt_count: number;
            created_at: components["schemas"]["Timestamp"];
            endpoint_id: components["schemas"]["WebhookEndpointId"];
            /** @description `webhook-id` of every attempt. */
            event_id: string;
            event_type: components["schemas"]["WebhookEventType"];
            finished_at: components["schemas"]["MaybeTimestamp"];
            id: components["schemas"]["WebhookDeliveryId"];
            /**
             * @description Cause of the last failed attempt, as in `WebhookAttempt`. Of a pending
             * delivery also why it waits without an attempt: `event_not_understood` (until a node
             * of a newer release sends it), `event_not_rendered` (the server cannot read the event)
             * or `secret_not_decrypted` (the server cannot sign the message).
             */
            last_error: string | null;
            /** @description HTTP status of the last response. */
            last_status: number | null;
            next_attempt_at: components["schemas"]["MaybeTimestamp"];
            order_id: string | null;
            order_version: number | null;
            /**
             * Format: int64
             * @description Log position; `null` for a notice about an endpoint.
             */
            position: number | null;
            status: components["schemas"]["WebhookDeliveryStatus"];
        };
        WebhookDeliveryId: string;
        WebhookDeliveryList: {
            data: components["schemas"]["WebhookDelivery"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        /** @enum {string} */
        WebhookDeliveryStatus: "pending" | "delivered" | "failed";
        WebhookDeliveryWithAttempts: {
            attempt_count: number;
            attempts: components["schemas"]["WebhookAttempt"][];
            created_at: components["schemas"]["Timestamp"];
            endpoint_id: components["schemas"]["WebhookEndpointId"];
            /** @description `webhook-id` of every attempt. */
            event_id: string;
            event_type: components["schemas"]["WebhookEventType"];
            finished_at: components["schemas"]["MaybeTimestamp"];
            id: components["schemas"]["WebhookDeliveryId"];
            /**
             * @description Cause of the last failed attempt, as in `WebhookAttempt`. Of a pending
             * delivery also why it waits without an attempt: `event_not_understood` (until a node
             * of a newer release sends it), `event_not_rendered` (the server cannot read the event)
             * or `secret_not_decrypted` (the server cannot sign the message).
             */
            last_error: string | null;
            /** @description HTTP status of the last response. */
            last_status: number | null;
            next_attempt_at: components["schemas"]["MaybeTimestamp"];
            order_id: string | null;
            order_version: number | null;
            /**
             * Format: int64
             * @description Log position; `null` for a notice about an endpoint.
             */
            position: number | null;
            status: components["schemas"]["WebhookDeliveryStatus"];
        };
        WebhookDescription: string;
        WebhookEndpoint: {
            /** @description The API version that defines the format of the sent events. */
            api_version: string;
            created_at: components["schemas"]["Timestamp"];
            description: string;
            disabled_at: components["schemas"]["MaybeTimestamp"];
            /**
             * @description `by_client`: a client disabled it. `gone`: it answered 410. `exhausted`:
             * every attempt failed for the whole schedule.
             */
            disabled_reason: string | null;
            event_types: components["schemas"]["WebhookEventTypes"];
            failing_since: components["schemas"]["MaybeTimestamp"];
            id: components["schemas"]["WebhookEndpointId"];
            max_per_second: components["schemas"]["WebhookRate"];
            /** @enum {string} */
            status: "enabled" | "disabled";
            updated_at: components["schemas"]["Timestamp"];
            url: string;
            version: number;
        };
        WebhookEndpointId: string;
        WebhookEndpointList: {
            data: components["schemas"]["WebhookEndpoint"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        /**
         * @description A type of event. Later releases may add types. Ignore an event whose type
         * you do not know.
         * @example OrderPlaced
         * @enum {string}
         */
        WebhookEventType: "OrderPlaced" | "OrderUpdated" | "PaymentRecorded" | "ItemsShipped" | "ItemsReturned" | "RefundRecorded" | "OrderCancelled" | "OrderCompleted" | "AuthorizationRecorded" | "AuthorizationVoided" | "PaymentReversed" | "OrderEdited" | "HoldPlaced" | "HoldReleased" | "CustomerErased" | "WebhookEndpointDisabled";
        /**
         * @description Event types to send; `null` for all. `WebhookEndpointDisabled` reports your
         * other endpoints.
         */
        WebhookEventTypes: components["schemas"]["WebhookEventType"][] | null;
        /**
         * @description Event types to send; `null` for all. `WebhookEndpointDisabled` reports your
         * other endpoints.
         */
        WebhookEventTypesInput: ("OrderPlaced" | "OrderUpdated" | "PaymentRecorded" | "ItemsShipped" | "ItemsReturned" | "RefundRecorded" | "OrderCancelled" | "OrderCompleted" | "AuthorizationRecorded" | "AuthorizationVoided" | "PaymentReversed" | "OrderEdited" | "HoldPlaced" | "HoldReleased" | "CustomerErased" | "WebhookEndpointDisabled")[] | null;
        WebhookPreviousSecret: {
            expires_at: components["schemas"]["Timestamp"];
            secret: string;
        };
        /**
         * @description Maximum number of requests a second. At most 10 are in progress at a time.
         * In any second, at most this many requests begin, from all nodes together, with retries
         * and redeliveries.
         */
        WebhookRate: number;
        WebhookReplay: {
            /** Format: int64 */
            after_position: number;
            created_at: components["schemas"]["Timestamp"];
            endpoint_id: components["schemas"]["WebhookEndpointId"];
            finished_at: components["schemas"]["MaybeTimestamp"];
            id: components["schemas"]["WebhookReplayId"];
            /**
             * Format: int64
             * @description Position that the replay has reached.
             */
            position: number;
            /**
             * Format: int64
             * @description Number of deliveries that the replay has made due.
             */
            queued: number;
            /** @enum {string} */
            status: "running" | "finished";
            /**
             * Format: int64
             * @description Position of the newest event at the time of the request.
             */
            up_to_position: number;
            /** @enum {string} */
            which: "all" | "undelivered";
        };
        WebhookReplayId: string;
        WebhookSecret: {
            previous_secret: string | null;
            previous_secret_expires_at: components["schemas"]["MaybeTimestamp"];
            /**
             * @description All earlier secrets that still sign messages, the one that ends last
             * first.
             */
            previous_secrets: components["schemas"]["WebhookPreviousSecret"][];
            secret: string;
        };
        WebhookSecretRotation: {
            previous_secret_expires_at: components["schemas"]["Timestamp"];
            rotated_at: components["schemas"]["Timestamp"];
        };
        /**
         * @description An absolute `https` URL without user name, password or fragment. Its host
         * must be on the public Internet. The server checks the host before every attempt.
         */
        WebhookUrl: string;
        /** @description A write on webhooks. Sent again with its key, it gets the same response. */
        WebhookWrite: {
            /**
             * @description Body of the original response, without secrets; `null` if it had no
             * body.
             */
            answer: components["schemas"]["WebhookWriteAnswer"] | null;
            /** @description `null` for an endpoint that was deleted before this member existed. */
            endpoint_id: string | null;
            fingerprint: components["schemas"]["Fingerprint"];
            /**
             * @description `Location` of the original response. After a rotation, the path of the
             * current secret.
             */
            location: string | null;
            /** @enum {string} */
            operation: "createWebhookEndpoint" | "updateWebhookEndpoint" | "deleteWebhookEndpoint" | "rotateWebhookSecret" | "redeliverWebhook" | "createWebhookReplay";
            recorded_at: components["schemas"]["Timestamp"];
            /**
             * @description Status of the original response.
             * @enum {integer}
             */
            status: 200 | 201 | 202 | 204;
        };
        WebhookWriteAnswer: components["schemas"]["WebhookEndpoint"] | components["schemas"]["WebhookSecretRotation"] | components["schemas"]["WebhookDelivery"] | components["schemas"]["WebhookReplay"];
    };
    responses: {
        /**
         * @description The request cannot be read. The body is empty, is not UTF-8, is not a JSON
         * object or list, does not match its `Content-Encoding`, or has a duplicate member or a
         * member named `__proto__`. Or the `Idempotency-Key` is missing or invalid, or a parameter
         * or cursor is invalid.
         */
        BadRequest: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/idempotency_key_missing",
                 *       "title": "Idempotency key missing",
                 *       "status": 400,
                 *       "code": "idempotency_key_missing",
                 *       "detail": "Send Idempotency-Key with each write: a new key for each
                 * command, the same key for each retry.",
                 *       "retry": "never",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description The state of the order or of the webhook endpoint forbids the request, or
         * another order or record has its name. `retry` is `never` if no later state will allow it,
         * and `after_change` if one may.
         */
        Conflict: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/order_already_cancelled",
                 *       "title": "Order already cancelled",
                 *       "status": 409,
                 *       "code": "order_already_cancelled",
                 *       "detail": "Another request has already cancelled this order.",
                 *       "retry": "never",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description The body exceeds `x-max-bytes` of the request body, or 65,536 bytes if the
         * operation has no request body.
         */
        ContentTooLarge: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/content_too_large",
                 *       "title": "Content too large",
                 *       "status": 413,
                 *       "code": "content_too_large",
                 *       "detail": "The body of this call may have at most 262144 bytes.",
                 *       "retry": "never",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description The API key lacks a scope of this operation, such as its `x-scope`, and any
         * combined scope that includes it. Or it may not be used from the address of the client:
         * `address_not_allowed`.
         */
        Forbidden: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/scope_missing",
                 *       "title": "Scope missing",
                 *       "status": 403,
                 *       "code": "scope_missing",
                 *       "detail": "This call needs the scope payments:write.",
                 *       "retry": "never",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description An error of the server. The request took effect once or not at all; send it
         * again with the same key to get its result.
         */
        InternalError: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/internal_error",
                 *       "title": "Internal error",
                 *       "status": 500,
                 *       "code": "internal_error",
                 *       "detail": "The server failed. Send the same request with the same key
                 * again.",
                 *       "retry": "same_key",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `Accept` excludes `application/json`. */
        NotAcceptable: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/not_acceptable",
                 *       "title": "Not acceptable",
                 *       "status": 406,
                 *       "code": "not_acceptable",
                 *       "detail": "This API answers application/json only. Accept it, or send no
                 * Accept.",
                 *       "retry": "never",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The resource does not exist in your tenant. */
        NotFound: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/order_not_found",
                 *       "title": "Order not found",
                 *       "status": 404,
                 *       "code": "order_not_found",
                 *       "detail": "This order does not exist.",
                 *       "retry": "never",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description You have the current version. */
        NotModified: {
            headers: {
                ETag: components["headers"]["ETag"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /**
         * @description The order or the webhook endpoint has another version than `If-Match` names.
         * `ETag` is its current version. Nothing changed.
         */
        PreconditionFailed: {
            headers: {
                ETag: components["headers"]["ETag"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/precondition_failed",
                 *       "title": "Precondition failed",
                 *       "status": 412,
                 *       "code": "precondition_failed",
                 *       "detail": "The current ETag is \"4\", which If-Match does not name. Read
                 * the resource again.",
                 *       "retry": "after_refetch",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `If-Match` is missing. */
        PreconditionRequired: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/precondition_required",
                 *       "title": "If-Match missing",
                 *       "status": 428,
                 *       "code": "precondition_required",
                 *       "detail": "Send If-Match with the ETag that you read, so that no concurrent
                 * change is lost.",
                 *       "retry": "after_refetch",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description The quota is used up. `Retry-After` holds the seconds until it is restored.
         */
        RateLimited: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "Retry-After": components["headers"]["RetryAfter"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/rate_limited",
                 *       "title": "Too many requests",
                 *       "status": 429,
                 *       "code": "rate_limited",
                 *       "detail": "Quota exceeded: 600 requests in 60 seconds. Retry after the
                 * seconds of Retry-After.",
                 *       "retry": "same_key_after",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body did not arrive in time. The request took no effect. */
        RequestTimeout: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/request_timeout",
                 *       "title": "Request timeout",
                 *       "status": 408,
                 *       "code": "request_timeout",
                 *       "detail": "The body did not arrive within 30 seconds.",
                 *       "retry": "same_key",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The API key is missing or invalid. */
        Unauthenticated: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                /** @example Bearer */
                "WWW-Authenticate": string;
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/unauthenticated",
                 *       "title": "Not authenticated",
                 *       "status": 401,
                 *       "code": "unauthenticated",
                 *       "detail": "Send an API key as Authorization: Bearer hf_live_….",
                 *       "retry": "never",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description The server sheds load, or a dependency is down. The request took effect once
         * or not at all.
         */
        Unavailable: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "Retry-After": components["headers"]["RetryAfter"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/overloaded",
                 *       "title": "Overloaded",
                 *       "status": 503,
                 *       "code": "overloaded",
                 *       "detail": "The append queue is full. This request took no effect.",
                 *       "retry": "same_key_after",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description The request was read but is invalid, or its `Idempotency-Key` belongs to
         * another request.
         */
        Unprocessable: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/invalid_body",
                 *       "title": "Invalid body",
                 *       "status": 422,
                 *       "code": "invalid_body",
                 *       "detail": "Invalid body, see errors.",
                 *       "retry": "never",
                 *       "request_id": "0199f2c07a3e7b1c",
                 *       "errors": [
                 *         {
                 *           "pointer": "/lines/0/quantity",
                 *           "detail": "must be at least 1"
                 *         }
                 *       ]
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description This operation does not accept the media type, the charset or the
         * `Content-Encoding` of the body. In the last case, `Accept-Encoding` lists the accepted
         * codings.
         */
        UnsupportedMediaType: {
            headers: {
                /**
                 * @description RFC 9110, section 15.5.16: the accepted codings, if the coding was
                 * refused.
                 */
                "Accept-Encoding"?: string;
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/unsupported_media_type",
                 *       "title": "Unsupported media type",
                 *       "status": 415,
                 *       "code": "unsupported_media_type",
                 *       "detail": "Send the body as application/json.",
                 *       "retry": "never",
                 *       "request_id": "0199f2c07a3e7b1c"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @example aut_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        AuthorizationIdInPath: components["schemas"]["AuthorizationId"];
        /**
         * @description `next_cursor` of the previous page. Opaque. It belongs to your tenant, to
         * the filters and to the sort direction; a list with others refuses it. It does not expire.
         * After a restore from a backup it may be refused: start again without a cursor.
         */
        Cursor: string;
        /** @example cus_4711 */
        CustomerIdInPath: components["schemas"]["CustomerId"];
        /** @example edt_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        EditIdInPath: components["schemas"]["EditId"];
        /**
         * @description `next_cursor` of the previous page. Opaque. It names the last event that the
         * server read, and is valid while the log holds that event: for years, in both versions of
         * the API, with other `types`, and after an import of the log into another database.
         */
        FeedCursor: string;
        /** @example hld_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        HoldIdInPath: components["schemas"]["HoldId"];
        /**
         * @description Identifies this request for ever: 1 to 255 visible ASCII characters, unique
         * in your tenant. Use a random UUID. Write it as a Structured Fields string (`"8e03978e"`,
         * draft-ietf-httpapi-idempotency-key-header-07). Without the quotes it is the same key.
         * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
         */
        IdempotencyKeyHeader: components["schemas"]["IdempotencyKey"];
        /**
         * @description The key, bare or quoted, percent-encoded where a path requires it. Quote a
         * key of dots alone: `%22.%22`.
         * @example 8e03978e-40d5-43dd-bc93-6894a57f9324
         */
        IdempotencyKeyInPath: components["schemas"]["IdempotencyKey"];
        /**
         * @description The `ETag` that you read, or several separated by commas. The response is
         * 412 if none is current. `*` matches any version.
         * @example "3"
         */
        IfMatch: string;
        /**
         * @description The `ETag` of the order or of the webhook endpoint that you read, or several
         * separated by commas. If none is current, the response is 412 and nothing changes. `*`
         * matches any version.
         * @example "3"
         */
        IfMatchOptional: string;
        /**
         * @description Entity tags that you have, separated by commas. The response is 304 if one
         * of them is current. `*` matches any.
         * @example "3"
         */
        IfNoneMatch: string;
        /** @description Maximum number of items in a page. */
        Limit: number;
        /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
        OrderIdInPath: components["schemas"]["OrderId"];
        /** @example pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        PaymentIdInPath: components["schemas"]["PaymentId"];
        /**
         * @description Read your own writes: send the `Holdfast-Position` of a write. The server
         * waits up to 5 seconds until the list holds that write, then answers 503
         * `projection_behind`. So it does at once when too many requests of the tenant wait.
         * @example 4711
         */
        ReadAfter: string;
        /** @example ref_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        RefundIdInPath: components["schemas"]["RefundId"];
        /** @example ret_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        ReturnIdInPath: components["schemas"]["ReturnId"];
        /** @example shp_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        ShipmentIdInPath: components["schemas"]["ShipmentId"];
        /**
         * @description W3C Trace Context, stored with the event. A malformed value is ignored, as
         * that standard requires.
         * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
         */
        Traceparent: string;
        /** @example whd_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        WebhookDeliveryIdInPath: components["schemas"]["WebhookDeliveryId"];
        /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        WebhookEndpointIdInPath: components["schemas"]["WebhookEndpointId"];
        /** @example whr_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        WebhookReplayIdInPath: components["schemas"]["WebhookReplayId"];
    };
    requestBodies: never;
    headers: {
        /** @description RFC 9111. No cache may store a secret. */
        CacheControl: "no-store";
        /**
         * @description The version of the resource, as an entity tag.
         * @example "1"
         */
        ETag: string;
        /**
         * @description Present on a repeat whose personal data was erased meanwhile: when. The
         * response has what is left of the first one.
         * @example 2026-03-20T08:00:00.000Z
         */
        HoldfastErased: string;
        /**
         * @description Number of events by which the list is behind the log.
         * @example 0
         */
        HoldfastLag: number;
        /**
         * @description The list holds all events up to this log position.
         * @example 4711
         */
        HoldfastListPosition: number;
        /**
         * @description Log position of the event of this response. Send it to a list as
         * `Holdfast-Read-After`.
         * @example 4711
         */
        HoldfastPosition: number;
        /**
         * @description Log position of the event that the command appended. Absent for a write on
         * webhooks.
         * @example 4711
         */
        HoldfastReceiptPosition: number;
        /**
         * @description Time when the request took effect. On a replay, the time of the first
         * request.
         */
        HoldfastRecordedAt: components["schemas"]["Timestamp"];
        /**
         * @description `true` if this response repeats that of an earlier request with the same
         * key.
         */
        IdempotentReplayed: "true";
        /**
         * @description RFC 8288: `rel="next"` is the next page, if there is one; `rel="first"` is
         * the first page.
         * @example </v2/orders?limit=20>; rel="first"
         */
        Link: string;
        /**
         * @description The path of the created resource.
         * @example /v2/orders/ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d
         */
        Location: string;
        /**
         * @description Remaining quota, draft-ietf-httpapi-ratelimit-headers-10. A request counts
         * against its API key and its tenant; the field describes the tighter quota. A replay costs
         * a tenth of a write.
         * @example "write";r=599;t=60
         */
        RateLimit: string;
        /**
         * @description Quota policy, draft-ietf-httpapi-ratelimit-headers-10: `write` and `read` of
         * the API key, `tenant-write` and `tenant-read` of all keys of the tenant together.
         * @example "write";q=600;w=60
         */
        RateLimitPolicy: string;
        /**
         * @description Whole seconds to wait; RFC 9110, section 10.2.3.
         * @example 7
         */
        RetryAfter: number;
        /**
         * @description Identifies this request in the server's logs. Your own `X-Request-Id` is
         * kept if it has 1 to 64 characters of `A-Za-z0-9._-`.
         */
        XRequestId: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    erasePersonalData: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example cus_4711 */
                customer_id: components["parameters"]["CustomerIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /**
             * @description Erased by this request, or by an earlier one if `Idempotent-Replayed` is
             * `true`.
             */
            200: {
                headers: {
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "era_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "event_id": "evt_0199f2c07a3e7b1c9a5d4e3f2a1b0c9e",
                     *       "customer_id": "cus_4711",
                     *       "erased_order_id": null,
                     *       "erased_at": "2026-03-20T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCustomerSummary: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Read your own writes: send the `Holdfast-Position` of a write. The
                 * server waits up to 5 seconds until the list holds that write, then answers 503
                 * `projection_behind`. So it does at once when too many requests of the tenant
                 * wait.
                 * @example 4711
                 */
                "Holdfast-Read-After"?: components["parameters"]["ReadAfter"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example cus_4711 */
                customer_id: components["parameters"]["CustomerIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The customer's totals. */
            200: {
                headers: {
                    "Holdfast-Lag": components["headers"]["HoldfastLag"];
                    "Holdfast-Position": components["headers"]["HoldfastListPosition"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "customer_id": "cus_4711",
                     *       "totals": [
                     *         {
                     *           "currency": "EUR",
                     *           "orders_placed": 2,
                     *           "orders_cancelled": 0,
                     *           "ordered": {
                     *             "amount": 7600,
                     *             "currency": "EUR"
                     *           },
                     *           "paid": {
                     *             "amount": 7600,
                     *             "currency": "EUR"
                     *           },
                     *           "refunded": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "first_order_at": "2026-03-14T09:26:53.589Z",
                     *           "last_activity_at": "2026-03-15T11:02:00.120Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CustomerSummary"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listDailySales: {
        parameters: {
            query?: {
                /** @description Only sales in this currency. */
                currency?: components["schemas"]["Currency"];
                /**
                 * @description `next_cursor` of the previous page. Opaque. It belongs to your
                 * tenant, to the filters and to the sort direction; a list with others refuses it.
                 * It does not expire. After a restore from a backup it may be refused: start again
                 * without a cursor.
                 */
                cursor?: components["parameters"]["Cursor"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description The sort order by time, `asc` (oldest first) or `desc` (newest
                 * first).
                 */
                order?: "asc" | "desc";
                /** @description First day of the period. */
                since?: components["schemas"]["Day"];
                /**
                 * @description The time zone whose days are listed, by its IANA name.
                 * @example Europe/Berlin
                 */
                timezone?: string;
                /** @description Last day of the period. */
                until?: components["schemas"]["Day"];
            };
            header?: {
                /**
                 * @description Read your own writes: send the `Holdfast-Position` of a write. The
                 * server waits up to 5 seconds until the list holds that write, then answers 503
                 * `projection_behind`. So it does at once when too many requests of the tenant
                 * wait.
                 * @example 4711
                 */
                "Holdfast-Read-After"?: components["parameters"]["ReadAfter"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    "Holdfast-Lag": components["headers"]["HoldfastLag"];
                    "Holdfast-Position": components["headers"]["HoldfastListPosition"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "day": "2026-03-14",
                     *           "currency": "EUR",
                     *           "orders_placed": 2,
                     *           "orders_cancelled": 0,
                     *           "gross": {
                     *             "amount": 7600,
                     *             "currency": "EUR"
                     *           },
                     *           "discount_total": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "tax_total": {
                     *             "amount": 1213,
                     *             "currency": "EUR"
                     *           },
                     *           "taxes": [
                     *             {
                     *               "name": "VAT",
                     *               "amount": {
                     *                 "amount": 1213,
                     *                 "currency": "EUR"
                     *               }
                     *             }
                     *           ],
                     *           "charge_total": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "charges": [],
                     *           "rounding": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "ordered": {
                     *             "amount": 7600,
                     *             "currency": "EUR"
                     *           },
                     *           "cancelled": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "paid": {
                     *             "amount": 7600,
                     *             "currency": "EUR"
                     *           },
                     *           "payments": [
                     *             {
                     *               "provider": "stripe",
                     *               "amount": {
                     *                 "amount": 7600,
                     *                 "currency": "EUR"
                     *               }
                     *             }
                     *           ],
                     *           "reversed": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "reversals": [],
                     *           "refunded": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "refunds": []
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["DailySalesList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /**
                 * @description Start after this position of the log; 0 is the start of the log.
                 * Ignored if there is a `cursor`. A position beyond the end of the log is refused.
                 * Not together with `since`.
                 */
                after_position?: number;
                /**
                 * @description `next_cursor` of the previous page. Opaque. It names the last event
                 * that the server read, and is valid while the log holds that event: for years, in
                 * both versions of the API, with other `types`, and after an import of the log into
                 * another database.
                 */
                cursor?: components["parameters"]["FeedCursor"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description Start with the first event recorded at or after this time. Ignored
                 * if there is a `cursor`. A time in the future is refused. Not together with
                 * `after_position`.
                 */
                since?: components["schemas"]["Timestamp"];
                /**
                 * @description Only events of these types, separated by commas.
                 * @example OrderPlaced,OrderCancelled
                 */
                types?: string;
                /**
                 * @description Seconds for which the server may hold an empty response until an
                 * event arrives. An empty response comes at once when too many requests of the
                 * tenant wait.
                 */
                wait?: number;
            };
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "evt_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "type": "PaymentRecorded",
                     *           "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "version": 2,
                     *           "position": 4712,
                     *           "recorded_at": "2026-03-14T09:27:10.102Z",
                     *           "key_id": "key_0199f2a0c0de7a5b8c9d0e1f2a3b4c5d",
                     *           "data": {
                     *             "amount": {
                     *               "amount": 3800,
                     *               "currency": "EUR"
                     *             },
                     *             "method": "card",
                     *             "reference": "ch_3PqLk2",
                     *             "provider": null,
                     *             "authorization_id": null
                     *           }
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_cursor": "AQAAAAAAABI3b0Zz0m5k1Gq7k8m2m0p4Yw"
                     *     }
                     */
                    "application/json": components["schemas"]["EventList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getReceipt: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /**
                 * @description The key, bare or quoted, percent-encoded where a path requires it.
                 * Quote a key of dots alone: `%22.%22`.
                 * @example 8e03978e-40d5-43dd-bc93-6894a57f9324
                 */
                idempotency_key: components["parameters"]["IdempotencyKeyInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The receipt: the command took effect. */
            200: {
                headers: {
                    "Holdfast-Position": components["headers"]["HoldfastReceiptPosition"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "idempotency_key": "8e03978e-40d5-43dd-bc93-6894a57f9324",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "version": 2,
                     *       "recorded_at": "2026-03-14T09:27:10.102Z",
                     *       "fingerprint":
                     * "4e2e414a772b3ad5c5fc78d6920a41f812c8f687c466192993eedbd175b4ed02",
                     *       "status": 201,
                     *       "event": {
                     *         "id": "evt_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *         "type": "PaymentRecorded",
                     *         "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *         "version": 2,
                     *         "position": 4712,
                     *         "recorded_at": "2026-03-14T09:27:10.102Z",
                     *         "key_id": "key_0199f2a0c0de7a5b8c9d0e1f2a3b4c5d",
                     *         "data": {
                     *           "amount": {
                     *             "amount": 3800,
                     *             "currency": "EUR"
                     *           },
                     *           "method": "card",
                     *           "reference": "ch_3PqLk2",
                     *           "provider": null,
                     *           "authorization_id": null
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    placeOrders: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "orders": [
                 *         {
                 *           "idempotency_key": "feed-2026-03-14-000001",
                 *           "order": {
                 *             "customer_id": "cus_4711",
                 *             "lines": [
                 *               {
                 *                 "sku": "KELP-1",
                 *                 "name": "Kelp, dried, 100 g",
                 *                 "quantity": 2,
                 *                 "unit_price": {
                 *                   "amount": 450,
                 *                   "currency": "EUR"
                 *                 }
                 *               },
                 *               {
                 *                 "sku": "ROPE-9",
                 *                 "name": "Mooring rope, 9 m",
                 *                 "quantity": 1,
                 *                 "unit_price": {
                 *                   "amount": 2900,
                 *                   "currency": "EUR"
                 *                 }
                 *               }
                 *             ],
                 *             "shipping_address": {
                 *               "name": "Ada Byrne",
                 *               "line1": "3 Harbour Row",
                 *               "city": "Galway",
                 *               "postal_code": "H91 KX2",
                 *               "country": "IE"
                 *             },
                 *             "metadata": {
                 *               "channel": "web"
                 *             }
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["PlaceOrders"];
            };
        };
        responses: {
            /** @description Each item holds the outcome of its order. */
            207: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "status": 201,
                     *           "idempotency_key": "feed-2026-03-14-000001",
                     *           "replayed": false,
                     *           "position": 4711,
                     *           "order": {
                     *             "id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *             "payment_status": "unpaid",
                     *             "fulfillment_status": "unfulfilled",
                     *             "on_hold": false,
                     *             "ready_to_ship": false,
                     *             "number": null,
                     *             "reference": null,
                     *             "customer_id": "cus_4711",
                     *             "email": null,
                     *             "phone": null,
                     *             "lines": [
                     *               {
                     *                 "id": "line_1",
                     *                 "sku": "KELP-1",
                     *                 "name": "Kelp, dried, 100 g",
                     *                 "quantity": 2,
                     *                 "unit_price": {
                     *                   "amount": 450,
                     *                   "currency": "EUR"
                     *                 },
                     *                 "total": {
                     *                   "amount": 900,
                     *                   "currency": "EUR"
                     *                 },
                     *                 "discount": {
                     *                   "amount": 0,
                     *                   "currency": "EUR"
                     *                 },
                     *                 "tax": {
                     *                   "amount": 0,
                     *                   "currency": "EUR"
                     *                 },
                     *                 "taxes": [],
                     *                 "amount": {
                     *                   "amount": 900,
                     *                   "currency": "EUR"
                     *                 },
                     *                 "ships": true,
                     *                 "reference": null,
                     *                 "metadata": {},
                     *                 "quantity_shipped": 0,
                     *                 "quantity_returned": 0,
                     *                 "quantity_cancelled": 0
                     *               },
                     *               {
                     *                 "id": "line_2",
                     *                 "sku": "ROPE-9",
                     *                 "name": "Mooring rope, 9 m",
                     *                 "quantity": 1,
                     *                 "unit_price": {
                     *                   "amount": 2900,
                     *                   "currency": "EUR"
                     *                 },
                     *                 "total": {
                     *                   "amount": 2900,
                     *                   "currency": "EUR"
                     *                 },
                     *                 "discount": {
                     *                   "amount": 0,
                     *                   "currency": "EUR"
                     *                 },
                     *                 "tax": {
                     *                   "amount": 0,
                     *                   "currency": "EUR"
                     *                 },
                     *                 "taxes": [],
                     *                 "amount": {
                     *                   "amount": 2900,
                     *                   "currency": "EUR"
                     *                 },
                     *                 "ships": true,
                     *                 "reference": null,
                     *                 "metadata": {},
                     *                 "quantity_shipped": 0,
                     *                 "quantity_returned": 0,
                     *                 "quantity_cancelled": 0
                     *               }
                     *             ],
                     *             "charges": [],
                     *             "prices_include_tax": false,
                     *             "discounts": [],
                     *             "taxes": [],
                     *             "rounding": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             },
                     *             "discount_total": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             },
                     *             "tax_total": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             },
                     *             "charge_total": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             },
                     *             "total": {
                     *               "amount": 3800,
                     *               "currency": "EUR"
                     *             },
                     *             "payment_terms": "prepaid",
                     *             "shipping_address": {
                     *               "name": "Ada Byrne",
                     *               "line1": "3 Harbour Row",
                     *               "city": "Galway",
                     *               "postal_code": "H91 KX2",
                     *               "country": "IE"
                     *             },
                     *             "billing_address": null,
                     *             "note": null,
                     *             "tags": [],
                     *             "metadata": {
                     *               "channel": "web"
                     *             },
                     *             "ordered_at": "2026-03-14T09:26:53.589Z",
                     *             "amount_authorized": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             },
                     *             "amount_paid": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             },
                     *             "amount_reversed": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             },
                     *             "amount_refunded": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             },
                     *             "amount_cancelled": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             },
                     *             "amount_returned": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             },
                     *             "amount_adjusted": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             },
                     *             "amount_due": {
                     *               "amount": 3800,
                     *               "currency": "EUR"
                     *             },
                     *             "version": 1,
                     *             "placed_at": "2026-03-14T09:26:53.589Z",
                     *             "updated_at": "2026-03-14T09:26:53.589Z"
                     *           }
                     *         }
                     *       ],
                     *       "succeeded": 1,
                     *       "failed": 0
                     *     }
                     */
                    "application/json": components["schemas"]["OrderOutcomes"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listOrders: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous page. Opaque. It belongs to your
                 * tenant, to the filters and to the sort direction; a list with others refuses it.
                 * It does not expire. After a restore from a backup it may be refused: start again
                 * without a cursor.
                 */
                cursor?: components["parameters"]["Cursor"];
                /** @description Only orders of this customer. */
                customer_id?: components["schemas"]["CustomerId"];
                /**
                 * @description Only orders with this e-mail address. Letters match without regard
                 * to case.
                 * @example ada@example.com
                 */
                email?: string;
                /**
                 * @description Only orders with one of these fulfillment statuses, separated by
                 * commas.
                 * @example unfulfilled,partially_shipped
                 */
                fulfillment_status?: components["schemas"]["FulfillmentStatusFilter"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description The order with this number.
                 * @example W-1001
                 */
                number?: string;
                /** @description Only orders that are on hold. */
                on_hold?: "true";
                /**
                 * @description The sort order by time, `asc` (oldest first) or `desc` (newest
                 * first). The default is `desc`; with `updated_after` it is `asc`.
                 */
                order?: "asc" | "desc";
                /**
                 * @description Only orders whose `ordered_at` is after this time, sorted by it. Not
                 * together with a finder, `placed_after`, `placed_before` or `updated_after`.
                 * @example 2026-03-01T00:00:00Z
                 */
                ordered_after?: components["schemas"]["Timestamp"];
                /**
                 * @description Only orders whose `ordered_at` is before this time, sorted by it.
                 * Not together with a finder, `placed_after`, `placed_before` or `updated_after`.
                 * @example 2026-04-01T00:00:00Z
                 */
                ordered_before?: components["schemas"]["Timestamp"];
                /**
                 * @description Only together with `payment_reference`. The provider of that
                 * payment.
                 * @example stripe
                 */
                payment_provider?: string;
                /**
                 * @description Only orders with a payment of this reference.
                 * @example ch_3PqLk2
                 */
                payment_reference?: string;
                /**
                 * @description Only orders with one of these payment statuses, separated by commas.
                 * @example paid,partially_paid
                 */
                payment_status?: components["schemas"]["PaymentStatusFilter"];
                /**
                 * @description Only orders placed after this time, with any number of decimals. In
                 * a URL, write `+` as `%2B`.
                 * @example 2026-03-01T00:00:00Z
                 */
                placed_after?: components["schemas"]["Timestamp"];
                /**
                 * @description Only orders placed before this time, with any number of decimals. In
                 * a URL, write `+` as `%2B`.
                 * @example 2026-04-01T00:00:00Z
                 */
                placed_before?: components["schemas"]["Timestamp"];
                /**
                 * @description Only orders that can be picked: covered or on open terms, with open
                 * pieces, not on hold.
                 */
                ready_to_ship?: "true";
                /**
                 * @description The order with this reference.
                 * @example web-100234
                 */
                reference?: string;
                /**
                 * @description Only orders with a line of this SKU, also of lines that edits added
                 * or cancelled.
                 * @example KELP-1
                 */
                sku?: string;
                /**
                 * @description Only orders with this tag.
                 * @example b2b
                 */
                tag?: string;
                /**
                 * @description Only orders that changed after this time, sorted by the last change,
                 * oldest first. An order that changes during the walk comes again. Not together
                 * with `order=desc`, a finder, or another time.
                 * @example 2026-03-14T00:00:00Z
                 */
                updated_after?: components["schemas"]["Timestamp"];
            };
            header?: {
                /**
                 * @description Read your own writes: send the `Holdfast-Position` of a write. The
                 * server waits up to 5 seconds until the list holds that write, then answers 503
                 * `projection_behind`. So it does at once when too many requests of the tenant
                 * wait.
                 * @example 4711
                 */
                "Holdfast-Read-After"?: components["parameters"]["ReadAfter"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    "Holdfast-Lag": components["headers"]["HoldfastLag"];
                    "Holdfast-Position": components["headers"]["HoldfastListPosition"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "payment_status": "unpaid",
                     *           "fulfillment_status": "unfulfilled",
                     *           "on_hold": false,
                     *           "ready_to_ship": false,
                     *           "number": null,
                     *           "reference": null,
                     *           "customer_id": "cus_4711",
                     *           "email": null,
                     *           "phone": null,
                     *           "lines": [
                     *             {
                     *               "id": "line_1",
                     *               "sku": "KELP-1",
                     *               "name": "Kelp, dried, 100 g",
                     *               "quantity": 2,
                     *               "unit_price": {
                     *                 "amount": 450,
                     *                 "currency": "EUR"
                     *               },
                     *               "total": {
                     *                 "amount": 900,
                     *                 "currency": "EUR"
                     *               },
                     *               "discount": {
                     *                 "amount": 0,
                     *                 "currency": "EUR"
                     *               },
                     *               "tax": {
                     *                 "amount": 0,
                     *                 "currency": "EUR"
                     *               },
                     *               "taxes": [],
                     *               "amount": {
                     *                 "amount": 900,
                     *                 "currency": "EUR"
                     *               },
                     *               "ships": true,
                     *               "reference": null,
                     *               "metadata": {},
                     *               "quantity_shipped": 0,
                     *               "quantity_returned": 0,
                     *               "quantity_cancelled": 0
                     *             },
                     *             {
                     *               "id": "line_2",
                     *               "sku": "ROPE-9",
                     *               "name": "Mooring rope, 9 m",
                     *               "quantity": 1,
                     *               "unit_price": {
                     *                 "amount": 2900,
                     *                 "currency": "EUR"
                     *               },
                     *               "total": {
                     *                 "amount": 2900,
                     *                 "currency": "EUR"
                     *               },
                     *               "discount": {
                     *                 "amount": 0,
                     *                 "currency": "EUR"
                     *               },
                     *               "tax": {
                     *                 "amount": 0,
                     *                 "currency": "EUR"
                     *               },
                     *               "taxes": [],
                     *               "amount": {
                     *                 "amount": 2900,
                     *                 "currency": "EUR"
                     *               },
                     *               "ships": true,
                     *               "reference": null,
                     *               "metadata": {},
                     *               "quantity_shipped": 0,
                     *               "quantity_returned": 0,
                     *               "quantity_cancelled": 0
                     *             }
                     *           ],
                     *           "charges": [],
                     *           "prices_include_tax": false,
                     *           "discounts": [],
                     *           "taxes": [],
                     *           "rounding": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "discount_total": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "tax_total": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "charge_total": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "total": {
                     *             "amount": 3800,
                     *             "currency": "EUR"
                     *           },
                     *           "payment_terms": "prepaid",
                     *           "shipping_address": {
                     *             "name": "Ada Byrne",
                     *             "line1": "3 Harbour Row",
                     *             "city": "Galway",
                     *             "postal_code": "H91 KX2",
                     *             "country": "IE"
                     *           },
                     *           "billing_address": null,
                     *           "note": null,
                     *           "tags": [],
                     *           "metadata": {
                     *             "channel": "web"
                     *           },
                     *           "ordered_at": "2026-03-14T09:26:53.589Z",
                     *           "amount_authorized": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "amount_paid": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "amount_reversed": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "amount_refunded": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "amount_cancelled": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "amount_returned": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "amount_adjusted": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "amount_due": {
                     *             "amount": 3800,
                     *             "currency": "EUR"
                     *           },
                     *           "version": 1,
                     *           "placed_at": "2026-03-14T09:26:53.589Z",
                     *           "updated_at": "2026-03-14T09:26:53.589Z"
                     *         }
                     *       ],
                     *       "has_more": true,
                     *       "next_cursor": "AQAAAAAAABI3b0Zz0m5k1Gq7k8m2m0p4Yw"
                     *     }
                     */
                    "application/json": components["schemas"]["OrderList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    placeOrder: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "customer_id": "cus_4711",
                 *       "lines": [
                 *         {
                 *           "sku": "KELP-1",
                 *           "name": "Kelp, dried, 100 g",
                 *           "quantity": 2,
                 *           "unit_price": {
                 *             "amount": 450,
                 *             "currency": "EUR"
                 *           }
                 *         },
                 *         {
                 *           "sku": "ROPE-9",
                 *           "name": "Mooring rope, 9 m",
                 *           "quantity": 1,
                 *           "unit_price": {
                 *             "amount": 2900,
                 *             "currency": "EUR"
                 *           }
                 *         }
                 *       ],
                 *       "shipping_address": {
                 *         "name": "Ada Byrne",
                 *         "line1": "3 Harbour Row",
                 *         "city": "Galway",
                 *         "postal_code": "H91 KX2",
                 *         "country": "IE"
                 *       },
                 *       "metadata": {
                 *         "channel": "web"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["PlaceOrder"];
            };
        };
        responses: {
            /**
             * @description The order was placed by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "payment_status": "unpaid",
                     *       "fulfillment_status": "unfulfilled",
                     *       "on_hold": false,
                     *       "ready_to_ship": false,
                     *       "number": null,
                     *       "reference": null,
                     *       "customer_id": "cus_4711",
                     *       "email": null,
                     *       "phone": null,
                     *       "lines": [
                     *         {
                     *           "id": "line_1",
                     *           "sku": "KELP-1",
                     *           "name": "Kelp, dried, 100 g",
                     *           "quantity": 2,
                     *           "unit_price": {
                     *             "amount": 450,
                     *             "currency": "EUR"
                     *           },
                     *           "total": {
                     *             "amount": 900,
                     *             "currency": "EUR"
                     *           },
                     *           "discount": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "tax": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "taxes": [],
                     *           "amount": {
                     *             "amount": 900,
                     *             "currency": "EUR"
                     *           },
                     *           "ships": true,
                     *           "reference": null,
                     *           "metadata": {},
                     *           "quantity_shipped": 0,
                     *           "quantity_returned": 0,
                     *           "quantity_cancelled": 0
                     *         },
                     *         {
                     *           "id": "line_2",
                     *           "sku": "ROPE-9",
                     *           "name": "Mooring rope, 9 m",
                     *           "quantity": 1,
                     *           "unit_price": {
                     *             "amount": 2900,
                     *             "currency": "EUR"
                     *           },
                     *           "total": {
                     *             "amount": 2900,
                     *             "currency": "EUR"
                     *           },
                     *           "discount": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "tax": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "taxes": [],
                     *           "amount": {
                     *             "amount": 2900,
                     *             "currency": "EUR"
                     *           },
                     *           "ships": true,
                     *           "reference": null,
                     *           "metadata": {},
                     *           "quantity_shipped": 0,
                     *           "quantity_returned": 0,
                     *           "quantity_cancelled": 0
                     *         }
                     *       ],
                     *       "charges": [],
                     *       "prices_include_tax": false,
                     *       "discounts": [],
                     *       "taxes": [],
                     *       "rounding": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "discount_total": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "tax_total": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "charge_total": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "total": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "payment_terms": "prepaid",
                     *       "shipping_address": {
                     *         "name": "Ada Byrne",
                     *         "line1": "3 Harbour Row",
                     *         "city": "Galway",
                     *         "postal_code": "H91 KX2",
                     *         "country": "IE"
                     *       },
                     *       "billing_address": null,
                     *       "note": null,
                     *       "tags": [],
                     *       "metadata": {
                     *         "channel": "web"
                     *       },
                     *       "ordered_at": "2026-03-14T09:26:53.589Z",
                     *       "amount_authorized": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_paid": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_reversed": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_refunded": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_cancelled": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_returned": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_adjusted": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_due": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "version": 1,
                     *       "placed_at": "2026-03-14T09:26:53.589Z",
                     *       "updated_at": "2026-03-14T09:26:53.589Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Order"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getOrder: {
        parameters: {
            query?: {
                /** @description The order at this time. Not together with `version`. */
                at?: components["schemas"]["Timestamp"];
                /**
                 * @description The order at this version. Version 1 is the order as placed. Not
                 * together with `at`.
                 */
                version?: number;
            };
            header?: {
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description Entity tags that you have, separated by commas. The response is 304
                 * if one of them is current. `*` matches any.
                 * @example "3"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "payment_status": "unpaid",
                     *       "fulfillment_status": "unfulfilled",
                     *       "on_hold": false,
                     *       "ready_to_ship": false,
                     *       "number": null,
                     *       "reference": null,
                     *       "customer_id": "cus_4711",
                     *       "email": null,
                     *       "phone": null,
                     *       "lines": [
                     *         {
                     *           "id": "line_1",
                     *           "sku": "KELP-1",
                     *           "name": "Kelp, dried, 100 g",
                     *           "quantity": 2,
                     *           "unit_price": {
                     *             "amount": 450,
                     *             "currency": "EUR"
                     *           },
                     *           "total": {
                     *             "amount": 900,
                     *             "currency": "EUR"
                     *           },
                     *           "discount": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "tax": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "taxes": [],
                     *           "amount": {
                     *             "amount": 900,
                     *             "currency": "EUR"
                     *           },
                     *           "ships": true,
                     *           "reference": null,
                     *           "metadata": {},
                     *           "quantity_shipped": 0,
                     *           "quantity_returned": 0,
                     *           "quantity_cancelled": 0
                     *         },
                     *         {
                     *           "id": "line_2",
                     *           "sku": "ROPE-9",
                     *           "name": "Mooring rope, 9 m",
                     *           "quantity": 1,
                     *           "unit_price": {
                     *             "amount": 2900,
                     *             "currency": "EUR"
                     *           },
                     *           "total": {
                     *             "amount": 2900,
                     *             "currency": "EUR"
                     *           },
                     *           "discount": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "tax": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "taxes": [],
                     *           "amount": {
                     *             "amount": 2900,
                     *             "currency": "EUR"
                     *           },
                     *           "ships": true,
                     *           "reference": null,
                     *           "metadata": {},
                     *           "quantity_shipped": 0,
                     *           "quantity_returned": 0,
                     *           "quantity_cancelled": 0
                     *         }
                     *       ],
                     *       "charges": [],
                     *       "prices_include_tax": false,
                     *       "discounts": [],
                     *       "taxes": [],
                     *       "rounding": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "discount_total": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "tax_total": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "charge_total": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "total": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "payment_terms": "prepaid",
                     *       "shipping_address": {
                     *         "name": "Ada Byrne",
                     *         "line1": "3 Harbour Row",
                     *         "city": "Galway",
                     *         "postal_code": "H91 KX2",
                     *         "country": "IE"
                     *       },
                     *       "billing_address": null,
                     *       "note": null,
                     *       "tags": [],
                     *       "metadata": {
                     *         "channel": "web"
                     *       },
                     *       "ordered_at": "2026-03-14T09:26:53.589Z",
                     *       "amount_authorized": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_paid": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_reversed": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_refunded": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_cancelled": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_returned": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_adjusted": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_due": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "version": 1,
                     *       "placed_at": "2026-03-14T09:26:53.589Z",
                     *       "updated_at": "2026-03-14T09:26:53.589Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Order"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            412: components["responses"]["PreconditionFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateOrder: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` that you read, or several separated by commas. The
                 * response is 412 if none is current. `*` matches any version.
                 * @example "3"
                 */
                "If-Match": components["parameters"]["IfMatch"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "metadata": {
                 *         "channel": "phone",
                 *         "gift": null
                 *       }
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["UpdateOrder"];
            };
        };
        responses: {
            /**
             * @description The order was changed by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "payment_status": "unpaid",
                     *       "fulfillment_status": "unfulfilled",
                     *       "on_hold": false,
                     *       "ready_to_ship": false,
                     *       "number": null,
                     *       "reference": null,
                     *       "customer_id": "cus_4711",
                     *       "email": null,
                     *       "phone": null,
                     *       "lines": [
                     *         {
                     *           "id": "line_1",
                     *           "sku": "KELP-1",
                     *           "name": "Kelp, dried, 100 g",
                     *           "quantity": 2,
                     *           "unit_price": {
                     *             "amount": 450,
                     *             "currency": "EUR"
                     *           },
                     *           "total": {
                     *             "amount": 900,
                     *             "currency": "EUR"
                     *           },
                     *           "discount": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "tax": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "taxes": [],
                     *           "amount": {
                     *             "amount": 900,
                     *             "currency": "EUR"
                     *           },
                     *           "ships": true,
                     *           "reference": null,
                     *           "metadata": {},
                     *           "quantity_shipped": 0,
                     *           "quantity_returned": 0,
                     *           "quantity_cancelled": 0
                     *         },
                     *         {
                     *           "id": "line_2",
                     *           "sku": "ROPE-9",
                     *           "name": "Mooring rope, 9 m",
                     *           "quantity": 1,
                     *           "unit_price": {
                     *             "amount": 2900,
                     *             "currency": "EUR"
                     *           },
                     *           "total": {
                     *             "amount": 2900,
                     *             "currency": "EUR"
                     *           },
                     *           "discount": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "tax": {
                     *             "amount": 0,
                     *             "currency": "EUR"
                     *           },
                     *           "taxes": [],
                     *           "amount": {
                     *             "amount": 2900,
                     *             "currency": "EUR"
                     *           },
                     *           "ships": true,
                     *           "reference": null,
                     *           "metadata": {},
                     *           "quantity_shipped": 0,
                     *           "quantity_returned": 0,
                     *           "quantity_cancelled": 0
                     *         }
                     *       ],
                     *       "charges": [],
                     *       "prices_include_tax": false,
                     *       "discounts": [],
                     *       "taxes": [],
                     *       "rounding": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "discount_total": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "tax_total": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "charge_total": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "total": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "payment_terms": "prepaid",
                     *       "shipping_address": {
                     *         "name": "Ada Byrne",
                     *         "line1": "3 Harbour Row",
                     *         "city": "Galway",
                     *         "postal_code": "H91 KX2",
                     *         "country": "IE"
                     *       },
                     *       "billing_address": null,
                     *       "note": null,
                     *       "tags": [],
                     *       "metadata": {
                     *         "channel": "web"
                     *       },
                     *       "ordered_at": "2026-03-14T09:26:53.589Z",
                     *       "amount_authorized": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_paid": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_reversed": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_refunded": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_cancelled": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_returned": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_adjusted": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "amount_due": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "version": 1,
                     *       "placed_at": "2026-03-14T09:26:53.589Z",
                     *       "updated_at": "2026-03-14T09:26:53.589Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Order"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            428: components["responses"]["PreconditionRequired"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAuthorizations: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous page. Opaque. It belongs to your
                 * tenant, to the filters and to the sort direction; a list with others refuses it.
                 * It does not expire. After a restore from a backup it may be refused: start again
                 * without a cursor.
                 */
                cursor?: components["parameters"]["Cursor"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "aut_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "method": null,
                     *           "reference": "pi_3PqLk2",
                     *           "provider": "stripe",
                     *           "amount": {
                     *             "amount": 3800,
                     *             "currency": "EUR"
                     *           },
                     *           "authorized_at": "2026-03-14T09:27:10.102Z"
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["AuthorizationList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    recordAuthorization: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "amount": {
                 *         "amount": 3800,
                 *         "currency": "EUR"
                 *       },
                 *       "provider": "stripe",
                 *       "reference": "pi_3PqLk2"
                 *     }
                 */
                "application/json": components["schemas"]["RecordAuthorization"];
            };
        };
        responses: {
            /**
             * @description The authorization was recorded by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "aut_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "method": null,
                     *       "reference": "pi_3PqLk2",
                     *       "provider": "stripe",
                     *       "amount": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "authorized_at": "2026-03-14T09:27:10.102Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Authorization"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getAuthorization: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example aut_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                authorization_id: components["parameters"]["AuthorizationIdInPath"];
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The authorization. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "aut_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "method": null,
                     *       "reference": "pi_3PqLk2",
                     *       "provider": "stripe",
                     *       "amount": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "authorized_at": "2026-03-14T09:27:10.102Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Authorization"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    voidAuthorization: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example aut_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                authorization_id: components["parameters"]["AuthorizationIdInPath"];
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "shipped in part"
                 *     }
                 */
                "application/json": components["schemas"]["VoidAuthorization"];
            };
        };
        responses: {
            /**
             * @description The authorization was voided by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "avd_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "authorization_id": "aut_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "reason": "shipped in part",
                     *       "amount": {
                     *         "amount": 900,
                     *         "currency": "EUR"
                     *       },
                     *       "voided_at": "2026-03-14T10:27:10.102Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AuthorizationVoid"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getOrderBalance: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The balance. */
            200: {
                headers: {
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "version": 4,
                     *       "total": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "cancelled": {
                     *         "amount": 450,
                     *         "currency": "EUR"
                     *       },
                     *       "returned": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "adjusted": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "owed": {
                     *         "amount": 3350,
                     *         "currency": "EUR"
                     *       },
                     *       "paid": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "reversed": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "refunded": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "net": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "authorized": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "due": {
                     *         "amount": 0,
                     *         "currency": "EUR"
                     *       },
                     *       "overpaid": {
                     *         "amount": 450,
                     *         "currency": "EUR"
                     *       },
                     *       "lines": [
                     *         {
                     *           "line_id": "line_1",
                     *           "to_ship": 0,
                     *           "held": 1,
                     *           "refundable": {
                     *             "quantity": 2,
                     *             "amount": {
                     *               "amount": 900,
                     *               "currency": "EUR"
                     *             }
                     *           },
                     *           "owed_back": {
                     *             "quantity": 1,
                     *             "amount": {
                     *               "amount": 450,
                     *               "currency": "EUR"
                     *             }
                     *           }
                     *         },
                     *         {
                     *           "line_id": "line_2",
                     *           "to_ship": 1,
                     *           "held": 0,
                     *           "refundable": {
                     *             "quantity": 0,
                     *             "amount": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             }
                     *           },
                     *           "owed_back": {
                     *             "quantity": 0,
                     *             "amount": {
                     *               "amount": 0,
                     *               "currency": "EUR"
                     *             }
                     *           }
                     *         }
                     *       ],
                     *       "charges": [],
                     *       "payments": [
                     *         {
                     *           "payment_id": "pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "amount": {
                     *             "amount": 3800,
                     *             "currency": "EUR"
                     *           },
                     *           "left": {
                     *             "amount": 3800,
                     *             "currency": "EUR"
                     *           }
                     *         }
                     *       ],
                     *       "authorizations": []
                     *     }
                     */
                    "application/json": components["schemas"]["OrderBalance"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCancellation: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cancellation. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "reason": "changed my mind",
                     *       "lines": [
                     *         {
                     *           "line_id": "line_1",
                     *           "quantity": 2
                     *         },
                     *         {
                     *           "line_id": "line_2",
                     *           "quantity": 1
                     *         }
                     *       ],
                     *       "cancelled_at": "2026-03-14T10:02:11.004Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Cancellation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancelOrder: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "changed my mind"
                 *     }
                 */
                "application/json": components["schemas"]["CancelOrder"];
            };
        };
        responses: {
            /**
             * @description The order was cancelled by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "reason": "changed my mind",
                     *       "lines": [
                     *         {
                     *           "line_id": "line_1",
                     *           "quantity": 2
                     *         },
                     *         {
                     *           "line_id": "line_2",
                     *           "quantity": 1
                     *         }
                     *       ],
                     *       "cancelled_at": "2026-03-14T10:02:11.004Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Cancellation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCompletion: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The completion. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "note": "return period over",
                     *       "completed_at": "2026-04-14T00:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Completion"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    completeOrder: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "note": "return period over"
                 *     }
                 */
                "application/json": components["schemas"]["CompleteOrder"];
            };
        };
        responses: {
            /**
             * @description The order was completed by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "note": "return period over",
                     *       "completed_at": "2026-04-14T00:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Completion"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listEdits: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous page. Opaque. It belongs to your
                 * tenant, to the filters and to the sort direction; a list with others refuses it.
                 * It does not expire. After a restore from a backup it may be refused: start again
                 * without a cursor.
                 */
                cursor?: components["parameters"]["Cursor"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "edt_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "cancel": [
                     *             {
                     *               "line_id": "line_1",
                     *               "quantity": 1,
                     *               "amount": {
                     *                 "amount": 450,
                     *                 "currency": "EUR"
                     *               }
                     *             }
                     *           ],
                     *           "add": [],
                     *           "charges": [],
                     *           "reason": "sold out",
                     *           "edited_at": "2026-03-14T09:40:10.102Z"
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["EditList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    editOrder: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "cancel": [
                 *         {
                 *           "line_id": "line_1",
                 *           "quantity": 1
                 *         }
                 *       ],
                 *       "reason": "sold out"
                 *     }
                 */
                "application/json": components["schemas"]["EditOrder"];
            };
        };
        responses: {
            /**
             * @description The order was edited by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "edt_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "cancel": [
                     *         {
                     *           "line_id": "line_1",
                     *           "quantity": 1,
                     *           "amount": {
                     *             "amount": 450,
                     *             "currency": "EUR"
                     *           }
                     *         }
                     *       ],
                     *       "add": [],
                     *       "charges": [],
                     *       "reason": "sold out",
                     *       "edited_at": "2026-03-14T09:40:10.102Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Edit"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getEdit: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example edt_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                edit_id: components["parameters"]["EditIdInPath"];
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The edit. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "edt_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "cancel": [
                     *         {
                     *           "line_id": "line_1",
                     *           "quantity": 1,
                     *           "amount": {
                     *             "amount": 450,
                     *             "currency": "EUR"
                     *           }
                     *         }
                     *       ],
                     *       "add": [],
                     *       "charges": [],
                     *       "reason": "sold out",
                     *       "edited_at": "2026-03-14T09:40:10.102Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Edit"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listOrderEvents: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous page. Opaque. It belongs to your
                 * tenant, to the filters and to the sort direction; a list with others refuses it.
                 * It does not expire. After a restore from a backup it may be refused: start again
                 * without a cursor.
                 */
                cursor?: components["parameters"]["Cursor"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "evt_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "type": "PaymentRecorded",
                     *           "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "version": 2,
                     *           "position": 4712,
                     *           "recorded_at": "2026-03-14T09:27:10.102Z",
                     *           "key_id": "key_0199f2a0c0de7a5b8c9d0e1f2a3b4c5d",
                     *           "data": {
                     *             "amount": {
                     *               "amount": 3800,
                     *               "currency": "EUR"
                     *             },
                     *             "method": "card",
                     *             "reference": "ch_3PqLk2",
                     *             "provider": null,
                     *             "authorization_id": null
                     *           }
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["EventList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listHolds: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous page. Opaque. It belongs to your
                 * tenant, to the filters and to the sort direction; a list with others refuses it.
                 * It does not expire. After a restore from a backup it may be refused: start again
                 * without a cursor.
                 */
                cursor?: components["parameters"]["Cursor"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "hld_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "reason": "fraud check",
                     *           "held_at": "2026-03-14T09:40:10.102Z"
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["HoldList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    placeHold: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "fraud check"
                 *     }
                 */
                "application/json": components["schemas"]["PlaceHold"];
            };
        };
        responses: {
            /**
             * @description The hold was placed by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "hld_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "reason": "fraud check",
                     *       "held_at": "2026-03-14T09:40:10.102Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Hold"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getHold: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example hld_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                hold_id: components["parameters"]["HoldIdInPath"];
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The hold. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "hld_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "reason": "fraud check",
                     *       "held_at": "2026-03-14T09:40:10.102Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Hold"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    releaseHold: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example hld_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                hold_id: components["parameters"]["HoldIdInPath"];
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "checked"
                 *     }
                 */
                "application/json": components["schemas"]["ReleaseHold"];
            };
        };
        responses: {
            /**
             * @description The hold was released by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "rel_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "hold_id": "hld_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "reason": "checked",
                     *       "released_at": "2026-03-14T10:27:10.102Z"
                     *     }
                     */
                    "application/json": components["schemas"]["HoldRelease"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listPayments: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous page. Opaque. It belongs to your
                 * tenant, to the filters and to the sort direction; a list with others refuses it.
                 * It does not expire. After a restore from a backup it may be refused: start again
                 * without a cursor.
                 */
                cursor?: components["parameters"]["Cursor"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "amount": {
                     *             "amount": 3800,
                     *             "currency": "EUR"
                     *           },
                     *           "method": "card",
                     *           "reference": "ch_3PqLk2",
                     *           "provider": null,
                     *           "authorization_id": null,
                     *           "paid_at": "2026-03-14T09:27:10.102Z"
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["PaymentList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    recordPayment: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "amount": {
                 *         "amount": 3800,
                 *         "currency": "EUR"
                 *       },
                 *       "method": "card",
                 *       "reference": "ch_3PqLk2"
                 *     }
                 */
                "application/json": components["schemas"]["RecordPayment"];
            };
        };
        responses: {
            /**
             * @description The payment was recorded by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "amount": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "method": "card",
                     *       "reference": "ch_3PqLk2",
                     *       "provider": null,
                     *       "authorization_id": null,
                     *       "paid_at": "2026-03-14T09:27:10.102Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Payment"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getPayment: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
                /** @example pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                payment_id: components["parameters"]["PaymentIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The payment. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "amount": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "method": "card",
                     *       "reference": "ch_3PqLk2",
                     *       "provider": null,
                     *       "authorization_id": null,
                     *       "paid_at": "2026-03-14T09:27:10.102Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Payment"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    reversePayment: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
                /** @example pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                payment_id: components["parameters"]["PaymentIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "chargeback"
                 *     }
                 */
                "application/json": components["schemas"]["ReversePayment"];
            };
        };
        responses: {
            /**
             * @description The payment was reversed by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "rev_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "payment_id": "pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "reason": "chargeback",
                     *       "reference": null,
                     *       "provider": null,
                     *       "amount": {
                     *         "amount": 3800,
                     *         "currency": "EUR"
                     *       },
                     *       "reversed_at": "2026-04-14T10:27:10.102Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Reversal"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listRefunds: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous page. Opaque. It belongs to your
                 * tenant, to the filters and to the sort direction; a list with others refuses it.
                 * It does not expire. After a restore from a backup it may be refused: start again
                 * without a cursor.
                 */
                cursor?: components["parameters"]["Cursor"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "ref_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "amount": {
                     *             "amount": 450,
                     *             "currency": "EUR"
                     *           },
                     *           "reason": "one bag returned",
                     *           "reference": null,
                     *           "provider": null,
                     *           "lines": [],
                     *           "charges": [],
                     *           "adjustment": null,
                     *           "payments": [
                     *             {
                     *               "payment_id": "pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *               "amount": {
                     *                 "amount": 450,
                     *                 "currency": "EUR"
                     *               }
                     *             }
                     *           ],
                     *           "refunded_at": "2026-03-20T12:00:00.512Z"
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["RefundList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    recordRefund: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "amount": {
                 *         "amount": 450,
                 *         "currency": "EUR"
                 *       },
                 *       "reason": "one bag returned"
                 *     }
                 */
                "application/json": components["schemas"]["RecordRefund"];
            };
        };
        responses: {
            /**
             * @description The refund was recorded by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ref_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "amount": {
                     *         "amount": 450,
                     *         "currency": "EUR"
                     *       },
                     *       "reason": "one bag returned",
                     *       "reference": null,
                     *       "provider": null,
                     *       "lines": [],
                     *       "charges": [],
                     *       "adjustment": null,
                     *       "payments": [
                     *         {
                     *           "payment_id": "pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "amount": {
                     *             "amount": 450,
                     *             "currency": "EUR"
                     *           }
                     *         }
                     *       ],
                     *       "refunded_at": "2026-03-20T12:00:00.512Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Refund"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getRefund: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
                /** @example ref_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                refund_id: components["parameters"]["RefundIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The refund. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ref_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "amount": {
                     *         "amount": 450,
                     *         "currency": "EUR"
                     *       },
                     *       "reason": "one bag returned",
                     *       "reference": null,
                     *       "provider": null,
                     *       "lines": [],
                     *       "charges": [],
                     *       "adjustment": null,
                     *       "payments": [
                     *         {
                     *           "payment_id": "pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "amount": {
                     *             "amount": 450,
                     *             "currency": "EUR"
                     *           }
                     *         }
                     *       ],
                     *       "refunded_at": "2026-03-20T12:00:00.512Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Refund"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listReturns: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous page. Opaque. It belongs to your
                 * tenant, to the filters and to the sort direction; a list with others refuses it.
                 * It does not expire. After a restore from a backup it may be refused: start again
                 * without a cursor.
                 */
                cursor?: components["parameters"]["Cursor"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "ret_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "lines": [
                     *             {
                     *               "line_id": "line_1",
                     *               "quantity": 1
                     *             }
                     *           ],
                     *           "reason": "too salty",
                     *           "returned_at": "2026-03-20T11:45:00.007Z"
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["ItemReturnList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    recordReturn: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "lines": [
                 *         {
                 *           "line_id": "line_1",
                 *           "quantity": 1
                 *         }
                 *       ],
                 *       "reason": "too salty"
                 *     }
                 */
                "application/json": components["schemas"]["ReturnItems"];
            };
        };
        responses: {
            /**
             * @description The return was recorded by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ret_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "lines": [
                     *         {
                     *           "line_id": "line_1",
                     *           "quantity": 1
                     *         }
                     *       ],
                     *       "reason": "too salty",
                     *       "returned_at": "2026-03-20T11:45:00.007Z"
                     *     }
                     */
                    "application/json": components["schemas"]["ItemReturn"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getReturn: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
                /** @example ret_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                return_id: components["parameters"]["ReturnIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The return. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ret_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "lines": [
                     *         {
                     *           "line_id": "line_1",
                     *           "quantity": 1
                     *         }
                     *       ],
                     *       "reason": "too salty",
                     *       "returned_at": "2026-03-20T11:45:00.007Z"
                     *     }
                     */
                    "application/json": components["schemas"]["ItemReturn"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listShipments: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous page. Opaque. It belongs to your
                 * tenant, to the filters and to the sort direction; a list with others refuses it.
                 * It does not expire. After a restore from a backup it may be refused: start again
                 * without a cursor.
                 */
                cursor?: components["parameters"]["Cursor"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "shp_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "lines": [
                     *             {
                     *               "line_id": "line_1",
                     *               "quantity": 2
                     *             }
                     *           ],
                     *           "carrier": "Kelp Post",
                     *           "tracking_number": "KP-1204",
                     *           "shipped_at": "2026-03-15T07:00:31.440Z"
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["ShipmentList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    recordShipment: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "lines": [
                 *         {
                 *           "line_id": "line_1",
                 *           "quantity": 2
                 *         }
                 *       ],
                 *       "carrier": "Kelp Post",
                 *       "tracking_number": "KP-1204"
                 *     }
                 */
                "application/json": components["schemas"]["ShipItems"];
            };
        };
        responses: {
            /**
             * @description The shipment was recorded by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "shp_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "lines": [
                     *         {
                     *           "line_id": "line_1",
                     *           "quantity": 2
                     *         }
                     *       ],
                     *       "carrier": "Kelp Post",
                     *       "tracking_number": "KP-1204",
                     *       "shipped_at": "2026-03-15T07:00:31.440Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Shipment"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getShipment: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
                order_id: components["parameters"]["OrderIdInPath"];
                /** @example shp_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                shipment_id: components["parameters"]["ShipmentIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The shipment. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "shp_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "lines": [
                     *         {
                     *           "line_id": "line_1",
                     *           "quantity": 2
                     *         }
                     *       ],
                     *       "carrier": "Kelp Post",
                     *       "tracking_number": "KP-1204",
                     *       "shipped_at": "2026-03-15T07:00:31.440Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Shipment"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listWebhookEndpoints: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous page. Opaque. It belongs to your
                 * tenant, to the filters and to the sort direction; a list with others refuses it.
                 * It does not expire. After a restore from a backup it may be refused: start again
                 * without a cursor.
                 */
                cursor?: components["parameters"]["Cursor"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "url": "https://shop.example/holdfast",
                     *           "description": "The warehouse",
                     *           "event_types": [
                     *             "OrderPlaced",
                     *             "OrderCancelled"
                     *           ],
                     *           "max_per_second": 100,
                     *           "status": "enabled",
                     *           "disabled_reason": null,
                     *           "disabled_at": null,
                     *           "failing_since": null,
                     *           "api_version": "v2",
                     *           "version": 1,
                     *           "created_at": "2026-03-14T09:26:53.589Z",
                     *           "updated_at": "2026-03-14T09:26:53.589Z"
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookEndpointList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createWebhookEndpoint: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://shop.example/holdfast",
                 *       "description": "The warehouse",
                 *       "event_types": [
                 *         "OrderPlaced",
                 *         "OrderCancelled"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["CreateWebhookEndpoint"];
            };
        };
        responses: {
            /**
             * @description The endpoint was created by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "url": "https://shop.example/holdfast",
                     *       "description": "The warehouse",
                     *       "event_types": [
                     *         "OrderPlaced",
                     *         "OrderCancelled"
                     *       ],
                     *       "max_per_second": 100,
                     *       "status": "enabled",
                     *       "disabled_reason": null,
                     *       "disabled_at": null,
                     *       "failing_since": null,
                     *       "api_version": "v2",
                     *       "version": 1,
                     *       "created_at": "2026-03-14T09:26:53.589Z",
                     *       "updated_at": "2026-03-14T09:26:53.589Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description Entity tags that you have, separated by commas. The response is 304
                 * if one of them is current. `*` matches any.
                 * @example "3"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                endpoint_id: components["parameters"]["WebhookEndpointIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "url": "https://shop.example/holdfast",
                     *       "description": "The warehouse",
                     *       "event_types": [
                     *         "OrderPlaced",
                     *         "OrderCancelled"
                     *       ],
                     *       "max_per_second": 100,
                     *       "status": "enabled",
                     *       "disabled_reason": null,
                     *       "disabled_at": null,
                     *       "failing_since": null,
                     *       "api_version": "v2",
                     *       "version": 1,
                     *       "created_at": "2026-03-14T09:26:53.589Z",
                     *       "updated_at": "2026-03-14T09:26:53.589Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            412: components["responses"]["PreconditionFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteWebhookEndpoint: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                endpoint_id: components["parameters"]["WebhookEndpointIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /**
             * @description The endpoint was deleted by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            204: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateWebhookEndpoint: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` that you read, or several separated by commas. The
                 * response is 412 if none is current. `*` matches any version.
                 * @example "3"
                 */
                "If-Match": components["parameters"]["IfMatch"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                endpoint_id: components["parameters"]["WebhookEndpointIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "event_types": null
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["UpdateWebhookEndpoint"];
            };
        };
        responses: {
            /**
             * @description The endpoint was changed by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "url": "https://shop.example/holdfast",
                     *       "description": "The warehouse",
                     *       "event_types": [
                     *         "OrderPlaced",
                     *         "OrderCancelled"
                     *       ],
                     *       "max_per_second": 100,
                     *       "status": "enabled",
                     *       "disabled_reason": null,
                     *       "disabled_at": null,
                     *       "failing_since": null,
                     *       "api_version": "v2",
                     *       "version": 1,
                     *       "created_at": "2026-03-14T09:26:53.589Z",
                     *       "updated_at": "2026-03-14T09:26:53.589Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            428: components["responses"]["PreconditionRequired"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous page. Opaque. It belongs to your
                 * tenant, to the filters and to the sort direction; a list with others refuses it.
                 * It does not expire. After a restore from a backup it may be refused: start again
                 * without a cursor.
                 */
                cursor?: components["parameters"]["Cursor"];
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description The sort order by time, `asc` (oldest first) or `desc` (newest
                 * first).
                 */
                order?: "asc" | "desc";
                /** @description Only events of this order. */
                order_id?: components["schemas"]["OrderId"];
                /** @description Only deliveries with this status. */
                status?: components["schemas"]["WebhookDeliveryStatus"];
            };
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                endpoint_id: components["parameters"]["WebhookEndpointIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "whd_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "endpoint_id": "whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *           "event_id": "evt_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "event_type": "OrderPlaced",
                     *           "position": 4711,
                     *           "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "order_version": 1,
                     *           "status": "pending",
                     *           "attempt_count": 1,
                     *           "created_at": "2026-03-14T09:26:53.589Z",
                     *           "next_attempt_at": "2026-03-14T09:26:58.601Z",
                     *           "finished_at": null,
                     *           "last_status": 500,
                     *           "last_error": "not_2xx"
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookDeliveryList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getWebhookDelivery: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example whd_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                delivery_id: components["parameters"]["WebhookDeliveryIdInPath"];
                /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                endpoint_id: components["parameters"]["WebhookEndpointIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whd_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "endpoint_id": "whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "event_id": "evt_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "event_type": "OrderPlaced",
                     *       "position": 4711,
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "order_version": 1,
                     *       "status": "pending",
                     *       "attempt_count": 1,
                     *       "created_at": "2026-03-14T09:26:53.589Z",
                     *       "next_attempt_at": "2026-03-14T09:26:58.601Z",
                     *       "finished_at": null,
                     *       "last_status": 500,
                     *       "last_error": "not_2xx",
                     *       "attempts": [
                     *         {
                     *           "number": 1,
                     *           "attempted_at": "2026-03-14T09:26:53.601Z",
                     *           "duration_ms": 12,
                     *           "status": 500,
                     *           "error": "not_2xx",
                     *           "answer": "out of order"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookDeliveryWithAttempts"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    redeliverWebhook: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example whd_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                delivery_id: components["parameters"]["WebhookDeliveryIdInPath"];
                /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                endpoint_id: components["parameters"]["WebhookEndpointIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /**
             * @description The delivery was made due by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            202: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whd_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "endpoint_id": "whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "event_id": "evt_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "event_type": "OrderPlaced",
                     *       "position": 4711,
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "order_version": 1,
                     *       "status": "pending",
                     *       "attempt_count": 1,
                     *       "created_at": "2026-03-14T09:26:53.589Z",
                     *       "next_attempt_at": "2026-03-14T09:26:58.601Z",
                     *       "finished_at": null,
                     *       "last_status": 500,
                     *       "last_error": "not_2xx"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createWebhookReplay: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                endpoint_id: components["parameters"]["WebhookEndpointIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "after_position": 0,
                 *       "which": "undelivered"
                 *     }
                 */
                "application/json": components["schemas"]["CreateWebhookReplay"];
            };
        };
        responses: {
            /**
             * @description The replay was started by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            202: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whr_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "endpoint_id": "whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "status": "running",
                     *       "which": "undelivered",
                     *       "after_position": 0,
                     *       "up_to_position": 4711,
                     *       "position": 0,
                     *       "queued": 0,
                     *       "created_at": "2026-03-14T09:26:53.589Z",
                     *       "finished_at": null
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookReplay"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getWebhookReplay: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                endpoint_id: components["parameters"]["WebhookEndpointIdInPath"];
                /** @example whr_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                replay_id: components["parameters"]["WebhookReplayIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replay. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "whr_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "endpoint_id": "whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "status": "running",
                     *       "which": "undelivered",
                     *       "after_position": 0,
                     *       "up_to_position": 4711,
                     *       "position": 0,
                     *       "queued": 0,
                     *       "created_at": "2026-03-14T09:26:53.589Z",
                     *       "finished_at": null
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookReplay"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                endpoint_id: components["parameters"]["WebhookEndpointIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The current secret, and the earlier ones while they still sign. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["CacheControl"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                     *       "previous_secret": null,
                     *       "previous_secret_expires_at": null,
                     *       "previous_secrets": []
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookSecret"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Identifies this request for ever: 1 to 255 visible ASCII characters,
                 * unique in your tenant. Use a random UUID. Write it as a Structured Fields string
                 * (`"8e03978e"`, draft-ietf-httpapi-idempotency-key-header-07). Without the quotes
                 * it is the same key.
                 * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
                 */
                "Idempotency-Key": components["parameters"]["IdempotencyKeyHeader"];
                /**
                 * @description The `ETag` of the order or of the webhook endpoint that you read, or
                 * several separated by commas. If none is current, the response is 412 and nothing
                 * changes. `*` matches any version.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["IfMatchOptional"];
                /**
                 * @description W3C Trace Context, stored with the event. A malformed value is
                 * ignored, as that standard requires.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path: {
                /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                endpoint_id: components["parameters"]["WebhookEndpointIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "previous_secret_hours": 24
                 *     }
                 */
                "application/json": components["schemas"]["RotateWebhookSecret"];
            };
        };
        responses: {
            /**
             * @description The secret was rotated by this request, or by an earlier one if
             * `Idempotent-Replayed` is `true`.
             */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "rotated_at": "2026-03-14T09:26:53.589Z",
                     *       "previous_secret_expires_at": "2026-03-15T09:26:53.589Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookSecretRotation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
}
