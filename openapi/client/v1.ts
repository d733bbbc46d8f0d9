// Generated from openapi/v1.yaml by npm run openapi:client. Do not edit.

export interface paths {
    "/v1/customers/{customer_id}/summary": {
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
    "/v1/daily-sales": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List sales by day
         * @description One item for each day and currency with a placed, cancelled, paid or
         * refunded order, newest first unless `order=asc`. Days are in UTC. An event counts on the
         * day when it was recorded: a refund counts on its own day, not on the day of its order.
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
    "/v1/events": {
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
    "/v1/idempotency-keys/{idempotency_key}": {
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
    "/v1/order-batches": {
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
    "/v1/orders": {
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
    "/v1/orders/{order_id}": {
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
    "/v1/orders/{order_id}/cancellation": {
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
    "/v1/orders/{order_id}/completion": {
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
    "/v1/orders/{order_id}/events": {
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
    "/v1/orders/{order_id}/payments": {
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
         * @description Pays all or part of the amount due. The order is `paid` once nothing is due.
         */
        post: operations["recordPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{order_id}/payments/{payment_id}": {
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
    "/v1/orders/{order_id}/refunds": {
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
    "/v1/orders/{order_id}/refunds/{refund_id}": {
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
    "/v1/orders/{order_id}/returns": {
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
    "/v1/orders/{order_id}/returns/{return_id}": {
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
    "/v1/orders/{order_id}/shipments": {
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
    "/v1/orders/{order_id}/shipments/{shipment_id}": {
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
    "/v1/webhook-endpoints": {
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
         */
        post: operations["createWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{endpoint_id}": {
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
         */
        patch: operations["updateWebhookEndpoint"];
        trace?: never;
    };
    "/v1/webhook-endpoints/{endpoint_id}/deliveries": {
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
    "/v1/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}": {
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
    "/v1/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/redelivery": {
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
         */
        post: operations["redeliverWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{endpoint_id}/replays": {
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
         * `webhook-id`. A position beyond the end of the log is refused.
         */
        post: operations["createWebhookReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{endpoint_id}/replays/{replay_id}": {
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
    "/v1/webhook-endpoints/{endpoint_id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the signing secret
         * @description Anyone who has the secret can sign as this server, so reading it needs a
         * scope to write. During a rotation, each message carries one signature for each secret.
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
    "/v1/webhook-endpoints/{endpoint_id}/secret-rotations": {
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
         * `previous_secret_hours`. Use 0 if the previous secret has leaked: it ends at once.
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
        /**
         * Format: int64
         * @description Whole minor units of the currency.
         * @example 3800
         */
        Amount: number;
        Cancellation: {
            cancelled_at: components["schemas"]["Timestamp"];
            order_id: components["schemas"]["OrderId"];
            reason: string | null;
        };
        CancelOrder: {
            reason?: components["schemas"]["Reason"];
        };
        CompleteOrder: {
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
            event_types?: components["schemas"]["WebhookEventTypes"];
            max_per_second?: components["schemas"]["WebhookRate"];
            url: components["schemas"]["WebhookUrl"];
        };
        CreateWebhookReplay: {
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
            currency: components["schemas"]["Currency"];
            day: components["schemas"]["Day"];
            ordered: components["schemas"]["Sum"];
            orders_cancelled: components["schemas"]["Count"];
            orders_placed: components["schemas"]["Count"];
            paid: components["schemas"]["Sum"];
            refunded: components["schemas"]["Sum"];
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
        /** @description One event. `type` names the schema of `data`. */
        Event: components["schemas"]["OrderPlaced"] | components["schemas"]["OrderUpdated"] | components["schemas"]["PaymentRecorded"] | components["schemas"]["ItemsShipped"] | components["schemas"]["ItemsReturned"] | components["schemas"]["RefundRecorded"] | components["schemas"]["OrderCancelled"] | components["schemas"]["OrderCompleted"];
        EventId: string;
        EventList: {
            data: components["schemas"]["Event"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        /** @description SHA-256 of the canonical request, in hexadecimal. */
        Fingerprint: string;
        /**
         * @description 1 to 255 visible ASCII characters, bare or as a Structured Fields string.
         */
        IdempotencyKey: string;
        ItemsReturned: {
            data: {
                lines: components["schemas"]["Pieces"];
                reason: string | null;
            };
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "ItemsReturned";
            version: components["schemas"]["Version"];
        };
        ItemsShipped: {
            data: {
                carrier: string | null;
                lines: components["schemas"]["Pieces"];
                tracking_number: string | null;
            };
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "ItemsShipped";
            version: components["schemas"]["Version"];
        };
        /**
         * @description The API key that caused the event; `null` in events older than this member.
         */
        KeyId: string | null;
        /** @example line_1 */
        LineId: string;
        /** @example Kelp, dried, 100 g */
        LineName: string;
        MaybeShippingAddress: components["schemas"]["ShippingAddress"] | (never | null);
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
        /**
         * @description Your own customer id, in visible ASCII. Not `.` or `..`, which cannot occur
         * in a path.
         * @example cus_4711
         */
        NewCustomerId: string;
        Order: {
            amount_paid: components["schemas"]["Amount"];
            amount_refunded: components["schemas"]["Amount"];
            currency: components["schemas"]["Currency"];
            customer_id: components["schemas"]["CustomerId"];
            id: components["schemas"]["OrderId"];
            lines: components["schemas"]["OrderLine"][];
            metadata: components["schemas"]["Metadata"];
            placed_at: components["schemas"]["Timestamp"];
            shipping_address: components["schemas"]["MaybeShippingAddress"];
            status: components["schemas"]["OrderStatus"];
            total: components["schemas"]["Amount"];
            updated_at: components["schemas"]["Timestamp"];
            version: number;
        };
        OrderCancelled: {
            data: {
                reason: string | null;
            };
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "OrderCancelled";
            version: components["schemas"]["Version"];
        };
        OrderCompleted: {
            data: {
                note: string | null;
            };
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "OrderCompleted";
            version: components["schemas"]["Version"];
        };
        /** @example ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d */
        OrderId: string;
        OrderLine: {
            id: components["schemas"]["LineId"];
            name: components["schemas"]["LineName"];
            quantity: components["schemas"]["Quantity"];
            sku: components["schemas"]["Sku"];
            total: components["schemas"]["Amount"];
            unit_price: components["schemas"]["Amount"];
        };
        OrderList: {
            data: components["schemas"]["Order"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        OrderOutcome: {
            idempotency_key: string;
            order: components["schemas"]["Order"];
            position: components["schemas"]["Position"];
            /** @description Whether an earlier request placed the order. */
            replayed: boolean;
            /** @enum {integer} */
            status: 201;
        } | {
            idempotency_key: string;
            problem: components["schemas"]["Problem"];
            /** @description Seconds to wait before you send this item again. */
            retry_after?: number;
            status: number;
        };
        OrderOutcomes: {
            data: components["schemas"]["OrderOutcome"][];
            failed: number;
            succeeded: number;
        };
        OrderPlaced: {
            data: {
                currency: components["schemas"]["Currency"];
                customer_id: components["schemas"]["CustomerId"];
                lines: components["schemas"]["OrderLine"][];
                metadata: components["schemas"]["Metadata"];
                shipping_address: components["schemas"]["MaybeShippingAddress"];
                total: components["schemas"]["Amount"];
            };
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "OrderPlaced";
            version: components["schemas"]["Version"];
        };
        /** @enum {string} */
        OrderStatus: "placed" | "paid" | "partially_shipped" | "shipped" | "completed" | "cancelled";
        OrderUpdated: {
            data: {
                metadata: components["schemas"]["Metadata"];
                patch: components["schemas"]["UpdateOrder"];
                shipping_address: components["schemas"]["MaybeShippingAddress"];
            };
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "OrderUpdated";
            version: components["schemas"]["Version"];
        };
        Payment: {
            amount: components["schemas"]["PositiveAmount"];
            currency: components["schemas"]["Currency"];
            id: string;
            method: string | null;
            order_id: components["schemas"]["OrderId"];
            paid_at: components["schemas"]["Timestamp"];
            reference: string | null;
        };
        PaymentList: {
            data: components["schemas"]["Payment"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        PaymentRecorded: {
            data: {
                amount: components["schemas"]["PositiveAmount"];
                currency: components["schemas"]["Currency"];
                method: string | null;
                reference: string | null;
            };
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "PaymentRecorded";
            version: components["schemas"]["Version"];
        };
        /** @description Each line of the order at most once. */
        Pieces: {
            line_id: components["schemas"]["LineId"];
            quantity: components["schemas"]["Quantity"];
        }[];
        PlaceOrder: {
            currency: components["schemas"]["Currency"];
            customer_id: components["schemas"]["NewCustomerId"];
            lines: {
                name: components["schemas"]["LineName"];
                quantity: components["schemas"]["Quantity"];
                sku: components["schemas"]["Sku"];
                unit_price: components["schemas"]["Amount"];
            }[];
            metadata?: components["schemas"]["Metadata"];
            shipping_address?: components["schemas"]["MaybeShippingAddress"];
        };
        PlaceOrders: {
            orders: {
                idempotency_key: components["schemas"]["IdempotencyKey"];
                /**
                 * @description An order as in `PlaceOrder`. An invalid order is refused in its own
                 * item of the response.
                 */
                order: Record<string, never>;
            }[];
        };
        /** @description Position of the event in the log. Later events have higher positions. */
        Position: number;
        /**
         * Format: int64
         * @description Whole minor units of the order's currency.
         * @example 3800
         */
        PositiveAmount: number;
        /** @description A problem document, RFC 9457. */
        Problem: {
            /**
             * @description Identifies the problem for programs. A code is never renamed, but later
             * releases may add codes. Handle an unknown code by its `retry` and `status`.
             * @enum {string}
             */
            code: "malformed_request" | "malformed_json" | "idempotency_key_missing" | "idempotency_key_invalid" | "invalid_parameter" | "invalid_cursor" | "unauthenticated" | "scope_missing" | "route_not_found" | "customer_not_found" | "order_not_found" | "order_version_not_found" | "payment_not_found" | "shipment_not_found" | "return_not_found" | "refund_not_found" | "cancellation_not_found" | "completion_not_found" | "webhook_endpoint_not_found" | "webhook_delivery_not_found" | "webhook_replay_not_found" | "idempotency_key_not_found" | "method_not_allowed" | "not_acceptable" | "request_timeout" | "order_already_placed" | "order_already_cancelled" | "order_already_completed" | "order_already_paid" | "order_already_shipped" | "order_not_paid" | "order_not_shipped" | "payment_exceeds_due" | "refund_exceeds_paid" | "shipment_exceeds_ordered" | "return_exceeds_shipped" | "webhook_endpoint_disabled" | "webhook_endpoints_full" | "version_gone" | "precondition_failed" | "content_too_large" | "unsupported_media_type" | "expectation_failed" | "invalid_body" | "idempotency_key_reused" | "order_history_full" | "precondition_required" | "rate_limited" | "header_fields_too_large" | "internal_error" | "overloaded" | "unavailable" | "order_busy" | "projection_behind";
            /** @description What happened, where, and what to do. */
            detail: string;
            /** @description Each location of an error; never its value. */
            errors?: {
                detail: string;
                /** @description Name of the query parameter or of the header field. */
                parameter?: string;
                /**
                 * @description RFC 6901 JSON Pointer into the body; the empty string is the whole
                 * body.
                 */
                pointer?: string;
            }[];
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
        /** @example 2 */
        Quantity: number;
        Reason: string | null;
        /**
         * @description The receipt of a key. If the key names only a write on webhooks, `order_id`,
         * `version` and `event` are `null`, and all other members describe that write.
         */
        Receipt: {
            event: components["schemas"]["Event"] | (never | null);
            fingerprint: components["schemas"]["Fingerprint"];
            /** @description The key itself, without quotes. */
            idempotency_key: string;
            order_id: string | null;
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
        RecordPayment: {
            amount: components["schemas"]["PositiveAmount"];
            method?: string | null;
            reference?: components["schemas"]["Reference"];
        };
        RecordRefund: {
            amount: components["schemas"]["PositiveAmount"];
            reason?: components["schemas"]["Reason"];
            reference?: components["schemas"]["Reference"];
        };
        /** @description Your own reference, such as the id of a charge at your payment provider. */
        Reference: string | null;
        Refund: {
            amount: components["schemas"]["PositiveAmount"];
            currency: components["schemas"]["Currency"];
            id: string;
            order_id: components["schemas"]["OrderId"];
            reason: string | null;
            reference: string | null;
            refunded_at: components["schemas"]["Timestamp"];
        };
        RefundList: {
            data: components["schemas"]["Refund"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        RefundRecorded: {
            data: {
                amount: components["schemas"]["PositiveAmount"];
                currency: components["schemas"]["Currency"];
                reason: string | null;
                reference: string | null;
            };
            id: components["schemas"]["EventId"];
            key_id: components["schemas"]["KeyId"];
            order_id: components["schemas"]["OrderId"];
            position: components["schemas"]["Position"];
            recorded_at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "RefundRecorded";
            version: components["schemas"]["Version"];
        };
        Return: {
            id: string;
            lines: components["schemas"]["Pieces"];
            order_id: components["schemas"]["OrderId"];
            reason: string | null;
            returned_at: components["schemas"]["Timestamp"];
        };
        ReturnItems: {
            lines: components["schemas"]["Pieces"];
            reason?: components["schemas"]["Reason"];
        };
        ReturnList: {
            data: components["schemas"]["Return"][];
            has_more: boolean;
            next_cursor: string | null;
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
            lines: components["schemas"]["Pieces"];
            tracking_number?: string | null;
        };
        Shipment: {
            carrier: string | null;
            id: string;
            lines: components["schemas"]["Pieces"];
            order_id: components["schemas"]["OrderId"];
            shipped_at: components["schemas"]["Timestamp"];
            tracking_number: string | null;
        };
        ShipmentList: {
            data: components["schemas"]["Shipment"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        ShippingAddress: {
            city: string;
            /** @description ISO 3166-1 alpha-2. */
            country: string;
            line1: string;
            line2?: string;
            name: string;
            postal_code?: string;
            region?: string;
        };
        /** @example KELP-1 */
        Sku: string;
        /**
         * Format: int64
         * @description Whole minor units of the currency, summed. Larger sums are capped at
         * 9,007,199,254,740,991.
         * @example 7600
         */
        Sum: number;
        /**
         * Format: date-time
         * @example 2026-03-14T09:26:53.589Z
         */
        Timestamp: string;
        UpdateOrder: {
            metadata?: {
                [key: string]: string | null;
            } | null;
            shipping_address?: {
                city?: string;
                country?: string;
                line1?: string;
                line2?: string | null;
                name?: string;
                postal_code?: string | null;
                region?: string | null;
            } | (never | null);
        };
        UpdateWebhookEndpoint: {
            description?: components["schemas"]["WebhookDescription"];
            event_types?: components["schemas"]["WebhookEventTypes"];
            max_per_second?: components["schemas"]["WebhookRate"];
            /** @enum {string} */
            status?: "enabled" | "disabled";
            url?: components["schemas"]["WebhookUrl"];
        };
        /** @description Number of events of the order, up to and including this one. */
        Version: number;
        WebhookAttempt: {
            /** @description First KiB of the response. */
            answer: string | null;
            attempted_at: components["schemas"]["Timestamp"];
            duration_ms: number;
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
            event_type: string;
            finished_at: components["schemas"]["MaybeTimestamp"];
            id: string;
            /**
             * @description Cause of the last failed attempt: `timeout`, `address_refused`,
             * `connection_failed` or `not_2xx`.
             */
            last_error: string | null;
            /** @description HTTP status of the last response. */
            last_status: number | null;
            next_attempt_at: components["schemas"]["MaybeTimestamp"];
            order_id: string | null;
            order_version: number | null;
            /** @description Log position; `null` for a notice about an endpoint. */
            position: number | null;
            status: components["schemas"]["WebhookDeliveryStatus"];
        };
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
            event_type: string;
            finished_at: components["schemas"]["MaybeTimestamp"];
            id: string;
            /**
             * @description Cause of the last failed attempt: `timeout`, `address_refused`,
             * `connection_failed` or `not_2xx`.
             */
            last_error: string | null;
            /** @description HTTP status of the last response. */
            last_status: number | null;
            next_attempt_at: components["schemas"]["MaybeTimestamp"];
            order_id: string | null;
            order_version: number | null;
            /** @description Log position; `null` for a notice about an endpoint. */
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
         * @description Event types to send; `null` for all. `WebhookEndpointDisabled` reports your
         * other endpoints.
         */
        WebhookEventTypes: ("OrderPlaced" | "OrderUpdated" | "PaymentRecorded" | "ItemsShipped" | "ItemsReturned" | "RefundRecorded" | "OrderCancelled" | "OrderCompleted" | "WebhookEndpointDisabled")[] | null;
        /**
         * @description Maximum number of requests a second. At most 10 are in progress at a time.
         */
        WebhookRate: number;
        WebhookReplay: {
            after_position: number;
            created_at: components["schemas"]["Timestamp"];
            endpoint_id: components["schemas"]["WebhookEndpointId"];
            finished_at: components["schemas"]["MaybeTimestamp"];
            id: string;
            /** @description Position that the replay has reached. */
            position: number;
            /** @description Number of deliveries that the replay has made due. */
            queued: number;
            /** @enum {string} */
            status: "running" | "finished";
            /** @description Position of the newest event at the time of the request. */
            up_to_position: number;
            /** @enum {string} */
            which: "all" | "undelivered";
        };
        WebhookSecret: {
            previous_secret: string | null;
            previous_secret_expires_at: components["schemas"]["MaybeTimestamp"];
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
            answer: components["schemas"]["WebhookEndpoint"] | components["schemas"]["WebhookSecretRotation"] | components["schemas"]["WebhookDelivery"] | components["schemas"]["WebhookReplay"] | (never | null);
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
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
         * @description The state of the order or of the webhook endpoint forbids the request.
         * `retry` is `never` if no later state will allow it, and `after_change` if one may.
         */
        Conflict: {
            headers: {
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
         * @description The API key lacks the scope of this operation (`x-scope`) and any combined
         * scope that includes it.
         */
        Forbidden: {
            headers: {
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
         * @description This version has passed its `Sunset`; `Link` names the successor. Sent only
         * if the operator has chosen so.
         */
        Gone: {
            headers: {
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
                "X-Request-Id": components["headers"]["XRequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/problems/version_gone",
                 *       "title": "API version ended",
                 *       "status": 410,
                 *       "code": "version_gone",
                 *       "detail": "v1 ended on 2027-12-31. Use /v2; /docs/versioning lists the
                 * differences.",
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
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
                Deprecation: components["headers"]["Deprecation"];
                ETag: components["headers"]["ETag"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
                Deprecation: components["headers"]["Deprecation"];
                ETag: components["headers"]["ETag"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "Retry-After": components["headers"]["RetryAfter"];
                Sunset: components["headers"]["Sunset"];
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
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "Retry-After": components["headers"]["RetryAfter"];
                Sunset: components["headers"]["Sunset"];
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
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
                Deprecation: components["headers"]["Deprecation"];
                Link: components["headers"]["Link"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                Sunset: components["headers"]["Sunset"];
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
        /**
         * @description `next_cursor` of the previous page. Opaque. It belongs to your tenant, to
         * the filters and to the sort direction; a list with others refuses it. It does not expire.
         * After a restore from a backup it may be refused: start again without a cursor.
         */
        Cursor: string;
        CustomerIdInPath: components["schemas"]["CustomerId"];
        /** @example whd_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        DeliveryId: string;
        /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        EndpointId: string;
        /**
         * @description `next_cursor` of the previous page. Opaque. It names the last event that the
         * server read, and is valid while the log holds that event: for years, in both versions of
         * the API, with other `types`, and after an import of the log into another database.
         */
        FeedCursor: string;
        /**
         * @description Identifies this request for ever: 1 to 255 visible ASCII characters, unique
         * in your tenant. Use a random UUID. Write it as a Structured Fields string (`"8e03978e"`,
         * draft-ietf-httpapi-idempotency-key-header-07). Without the quotes it is the same key.
         * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
         */
        IdempotencyKey: components["schemas"]["IdempotencyKey"];
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
        OrderId: components["schemas"]["OrderId"];
        /** @example pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        PaymentId: string;
        /**
         * @description Read your own writes: send the `Holdfast-Position` of a write. The server
         * waits up to 5 seconds until the list holds that write.
         */
        ReadAfter: number;
        /** @example ref_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        RefundId: string;
        /** @example whr_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        ReplayId: string;
        /** @example ret_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        ReturnId: string;
        /** @example shp_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
        ShipmentId: string;
        /**
         * @description W3C Trace Context, stored with the event. A malformed value is ignored, as
         * that standard requires.
         * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
         */
        Traceparent: string;
    };
    requestBodies: never;
    headers: {
        /** @description RFC 9111. No cache may store a secret. */
        CacheControl: "no-store";
        /**
         * @description RFC 9745: the time of deprecation of this version, in Unix seconds. The
         * version works until `Sunset`.
         * @example @1798761600
         */
        Deprecation: string;
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
         * @description RFC 8288. For this version: `rel="deprecation"` and `rel="sunset"` (what
         * changes for you) and `rel="successor-version"` (the next version). For a list also
         * `rel="next"`, the next page, if there is one, and `rel="first"`, the first page.
         * @example </v1/orders?limit=20>; rel="first", </docs/versioning>; rel="deprecation",
         * </docs/versioning>; rel="sunset", </v2>; rel="successor-version"
         */
        Link: string;
        /**
         * @description The path of the created resource.
         * @example /v1/orders/ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d
         */
        Location: string;
        /**
         * @description Remaining quota, draft-ietf-httpapi-ratelimit-headers-10.
         * @example "write";r=599;t=60
         */
        RateLimit: string;
        /**
         * @description Quota policy, draft-ietf-httpapi-ratelimit-headers-10.
         * @example "write";q=600;w=60
         */
        RateLimitPolicy: string;
        /**
         * @description Whole seconds to wait; RFC 9110, section 10.2.3.
         * @example 7
         */
        RetryAfter: number;
        /**
         * @description RFC 8594: the time until which this version works.
         * @example Fri, 31 Dec 2027 00:00:00 GMT
         */
        Sunset: string;
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
    getCustomerSummary: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Read your own writes: send the `Holdfast-Position` of a write. The
                 * server waits up to 5 seconds until the list holds that write.
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
                customer_id: components["parameters"]["CustomerIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The customer's totals. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    "Holdfast-Lag": components["headers"]["HoldfastLag"];
                    "Holdfast-Position": components["headers"]["HoldfastListPosition"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                     *           "ordered": 7600,
                     *           "paid": 7600,
                     *           "refunded": 0,
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
            410: components["responses"]["Gone"];
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
                /** @description Last day of the period. */
                until?: components["schemas"]["Day"];
            };
            header?: {
                /**
                 * @description Read your own writes: send the `Holdfast-Position` of a write. The
                 * server waits up to 5 seconds until the list holds that write.
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
                    Deprecation: components["headers"]["Deprecation"];
                    "Holdfast-Lag": components["headers"]["HoldfastLag"];
                    "Holdfast-Position": components["headers"]["HoldfastListPosition"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                     *           "ordered": 7600,
                     *           "paid": 7600,
                     *           "refunded": 0
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
            410: components["responses"]["Gone"];
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
                 * event arrives.
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
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                     *             "amount": 3800,
                     *             "currency": "EUR",
                     *             "method": "card",
                     *             "reference": "ch_3PqLk2"
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
            410: components["responses"]["Gone"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    "Holdfast-Position": components["headers"]["HoldfastReceiptPosition"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                     *           "amount": 3800,
                     *           "currency": "EUR",
                     *           "method": "card",
                     *           "reference": "ch_3PqLk2"
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
            410: components["responses"]["Gone"];
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
                 *             "currency": "EUR",
                 *             "lines": [
                 *               {
                 *                 "sku": "KELP-1",
                 *                 "name": "Kelp, dried, 100 g",
                 *                 "quantity": 2,
                 *                 "unit_price": 450
                 *               },
                 *               {
                 *                 "sku": "ROPE-9",
                 *                 "name": "Mooring rope, 9 m",
                 *                 "quantity": 1,
                 *                 "unit_price": 2900
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
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                     *             "status": "placed",
                     *             "customer_id": "cus_4711",
                     *             "currency": "EUR",
                     *             "lines": [
                     *               {
                     *                 "id": "line_1",
                     *                 "sku": "KELP-1",
                     *                 "name": "Kelp, dried, 100 g",
                     *                 "quantity": 2,
                     *                 "unit_price": 450,
                     *                 "total": 900
                     *               },
                     *               {
                     *                 "id": "line_2",
                     *                 "sku": "ROPE-9",
                     *                 "name": "Mooring rope, 9 m",
                     *                 "quantity": 1,
                     *                 "unit_price": 2900,
                     *                 "total": 2900
                     *               }
                     *             ],
                     *             "total": 3800,
                     *             "amount_paid": 0,
                     *             "amount_refunded": 0,
                     *             "shipping_address": {
                     *               "name": "Ada Byrne",
                     *               "line1": "3 Harbour Row",
                     *               "city": "Galway",
                     *               "postal_code": "H91 KX2",
                     *               "country": "IE"
                     *             },
                     *             "metadata": {
                     *               "channel": "web"
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
            410: components["responses"]["Gone"];
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
                /** @description Maximum number of items in a page. */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description The sort order by time, `asc` (oldest first) or `desc` (newest
                 * first).
                 */
                order?: "asc" | "desc";
                /**
                 * @description Only orders placed after this time, with any number of decimals. In
                 * a URL, write `+` as `%2B`.
                 */
                placed_after?: components["schemas"]["Timestamp"];
                /**
                 * @description Only orders placed before this time, with any number of decimals. In
                 * a URL, write `+` as `%2B`.
                 */
                placed_before?: components["schemas"]["Timestamp"];
                /** @description Only orders with this status. */
                status?: components["schemas"]["OrderStatus"];
            };
            header?: {
                /**
                 * @description Read your own writes: send the `Holdfast-Position` of a write. The
                 * server waits up to 5 seconds until the list holds that write.
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
                    Deprecation: components["headers"]["Deprecation"];
                    "Holdfast-Lag": components["headers"]["HoldfastLag"];
                    "Holdfast-Position": components["headers"]["HoldfastListPosition"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *           "status": "placed",
                     *           "customer_id": "cus_4711",
                     *           "currency": "EUR",
                     *           "lines": [
                     *             {
                     *               "id": "line_1",
                     *               "sku": "KELP-1",
                     *               "name": "Kelp, dried, 100 g",
                     *               "quantity": 2,
                     *               "unit_price": 450,
                     *               "total": 900
                     *             },
                     *             {
                     *               "id": "line_2",
                     *               "sku": "ROPE-9",
                     *               "name": "Mooring rope, 9 m",
                     *               "quantity": 1,
                     *               "unit_price": 2900,
                     *               "total": 2900
                     *             }
                     *           ],
                     *           "total": 3800,
                     *           "amount_paid": 0,
                     *           "amount_refunded": 0,
                     *           "shipping_address": {
                     *             "name": "Ada Byrne",
                     *             "line1": "3 Harbour Row",
                     *             "city": "Galway",
                     *             "postal_code": "H91 KX2",
                     *             "country": "IE"
                     *           },
                     *           "metadata": {
                     *             "channel": "web"
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
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                 *       "currency": "EUR",
                 *       "lines": [
                 *         {
                 *           "sku": "KELP-1",
                 *           "name": "Kelp, dried, 100 g",
                 *           "quantity": 2,
                 *           "unit_price": 450
                 *         },
                 *         {
                 *           "sku": "ROPE-9",
                 *           "name": "Mooring rope, 9 m",
                 *           "quantity": 1,
                 *           "unit_price": 2900
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
                    Deprecation: components["headers"]["Deprecation"];
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "status": "placed",
                     *       "customer_id": "cus_4711",
                     *       "currency": "EUR",
                     *       "lines": [
                     *         {
                     *           "id": "line_1",
                     *           "sku": "KELP-1",
                     *           "name": "Kelp, dried, 100 g",
                     *           "quantity": 2,
                     *           "unit_price": 450,
                     *           "total": 900
                     *         },
                     *         {
                     *           "id": "line_2",
                     *           "sku": "ROPE-9",
                     *           "name": "Mooring rope, 9 m",
                     *           "quantity": 1,
                     *           "unit_price": 2900,
                     *           "total": 2900
                     *         }
                     *       ],
                     *       "total": 3800,
                     *       "amount_paid": 0,
                     *       "amount_refunded": 0,
                     *       "shipping_address": {
                     *         "name": "Ada Byrne",
                     *         "line1": "3 Harbour Row",
                     *         "city": "Galway",
                     *         "postal_code": "H91 KX2",
                     *         "country": "IE"
                     *       },
                     *       "metadata": {
                     *         "channel": "web"
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
            410: components["responses"]["Gone"];
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
                order_id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "status": "placed",
                     *       "customer_id": "cus_4711",
                     *       "currency": "EUR",
                     *       "lines": [
                     *         {
                     *           "id": "line_1",
                     *           "sku": "KELP-1",
                     *           "name": "Kelp, dried, 100 g",
                     *           "quantity": 2,
                     *           "unit_price": 450,
                     *           "total": 900
                     *         },
                     *         {
                     *           "id": "line_2",
                     *           "sku": "ROPE-9",
                     *           "name": "Mooring rope, 9 m",
                     *           "quantity": 1,
                     *           "unit_price": 2900,
                     *           "total": 2900
                     *         }
                     *       ],
                     *       "total": 3800,
                     *       "amount_paid": 0,
                     *       "amount_refunded": 0,
                     *       "shipping_address": {
                     *         "name": "Ada Byrne",
                     *         "line1": "3 Harbour Row",
                     *         "city": "Galway",
                     *         "postal_code": "H91 KX2",
                     *         "country": "IE"
                     *       },
                     *       "metadata": {
                     *         "channel": "web"
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
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                order_id: components["parameters"]["OrderId"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "status": "placed",
                     *       "customer_id": "cus_4711",
                     *       "currency": "EUR",
                     *       "lines": [
                     *         {
                     *           "id": "line_1",
                     *           "sku": "KELP-1",
                     *           "name": "Kelp, dried, 100 g",
                     *           "quantity": 2,
                     *           "unit_price": 450,
                     *           "total": 900
                     *         },
                     *         {
                     *           "id": "line_2",
                     *           "sku": "ROPE-9",
                     *           "name": "Mooring rope, 9 m",
                     *           "quantity": 1,
                     *           "unit_price": 2900,
                     *           "total": 2900
                     *         }
                     *       ],
                     *       "total": 3800,
                     *       "amount_paid": 0,
                     *       "amount_refunded": 0,
                     *       "shipping_address": {
                     *         "name": "Ada Byrne",
                     *         "line1": "3 Harbour Row",
                     *         "city": "Galway",
                     *         "postal_code": "H91 KX2",
                     *         "country": "IE"
                     *       },
                     *       "metadata": {
                     *         "channel": "web"
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
            410: components["responses"]["Gone"];
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
                order_id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cancellation. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "reason": "changed my mind",
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
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                order_id: components["parameters"]["OrderId"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "reason": "changed my mind",
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
            410: components["responses"]["Gone"];
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
                order_id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The completion. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                order_id: components["parameters"]["OrderId"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
            410: components["responses"]["Gone"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
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
                order_id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                     *             "amount": 3800,
                     *             "currency": "EUR",
                     *             "method": "card",
                     *             "reference": "ch_3PqLk2"
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
            410: components["responses"]["Gone"];
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
                order_id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                     *           "amount": 3800,
                     *           "method": "card",
                     *           "reference": "ch_3PqLk2",
                     *           "currency": "EUR",
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
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                order_id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "amount": 3800,
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
                    Deprecation: components["headers"]["Deprecation"];
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "amount": 3800,
                     *       "method": "card",
                     *       "reference": "ch_3PqLk2",
                     *       "currency": "EUR",
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
            410: components["responses"]["Gone"];
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
                order_id: components["parameters"]["OrderId"];
                /** @example pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                payment_id: components["parameters"]["PaymentId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The payment. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "pay_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "amount": 3800,
                     *       "method": "card",
                     *       "reference": "ch_3PqLk2",
                     *       "currency": "EUR",
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
            410: components["responses"]["Gone"];
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
                order_id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                     *           "amount": 450,
                     *           "reason": "one bag returned",
                     *           "reference": null,
                     *           "currency": "EUR",
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
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                order_id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "amount": 450,
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
                    Deprecation: components["headers"]["Deprecation"];
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ref_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "amount": 450,
                     *       "reason": "one bag returned",
                     *       "reference": null,
                     *       "currency": "EUR",
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
            410: components["responses"]["Gone"];
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
                order_id: components["parameters"]["OrderId"];
                /** @example ref_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                refund_id: components["parameters"]["RefundId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The refund. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ref_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b",
                     *       "order_id": "ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d",
                     *       "amount": 450,
                     *       "reason": "one bag returned",
                     *       "reference": null,
                     *       "currency": "EUR",
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
            410: components["responses"]["Gone"];
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
                order_id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                    "application/json": components["schemas"]["ReturnList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                order_id: components["parameters"]["OrderId"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                    "application/json": components["schemas"]["Return"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
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
                order_id: components["parameters"]["OrderId"];
                /** @example ret_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                return_id: components["parameters"]["ReturnId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The return. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                    "application/json": components["schemas"]["Return"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            410: components["responses"]["Gone"];
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
                order_id: components["parameters"]["OrderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                order_id: components["parameters"]["OrderId"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    ETag: components["headers"]["ETag"];
                    "Holdfast-Erased": components["headers"]["HoldfastErased"];
                    "Holdfast-Position": components["headers"]["HoldfastPosition"];
                    "Holdfast-Recorded-At": components["headers"]["HoldfastRecordedAt"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
            410: components["responses"]["Gone"];
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
                order_id: components["parameters"]["OrderId"];
                /** @example shp_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                shipment_id: components["parameters"]["ShipmentId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The shipment. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
            410: components["responses"]["Gone"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                     *           "api_version": "v1",
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
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                     *       "api_version": "v1",
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
            410: components["responses"]["Gone"];
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
                endpoint_id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                     *       "api_version": "v1",
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
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                endpoint_id: components["parameters"]["EndpointId"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                endpoint_id: components["parameters"]["EndpointId"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
                     *       "api_version": "v1",
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
            410: components["responses"]["Gone"];
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
                endpoint_id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
            410: components["responses"]["Gone"];
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
                delivery_id: components["parameters"]["DeliveryId"];
                /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                endpoint_id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                delivery_id: components["parameters"]["DeliveryId"];
                /** @example whe_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                endpoint_id: components["parameters"]["EndpointId"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                endpoint_id: components["parameters"]["EndpointId"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
            410: components["responses"]["Gone"];
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
                endpoint_id: components["parameters"]["EndpointId"];
                /** @example whr_0199f2c1b04d7e2f8a6b5c4d3e2f1a0b */
                replay_id: components["parameters"]["ReplayId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replay. */
            200: {
                headers: {
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
            410: components["responses"]["Gone"];
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
                endpoint_id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The current secret, and the previous one while it is still in use. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["CacheControl"];
                    Deprecation: components["headers"]["Deprecation"];
                    Link: components["headers"]["Link"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
                    "X-Request-Id": components["headers"]["XRequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                     *       "previous_secret": null,
                     *       "previous_secret_expires_at": null
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
            410: components["responses"]["Gone"];
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
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
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
                endpoint_id: components["parameters"]["EndpointId"];
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
                    Deprecation: components["headers"]["Deprecation"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    Link: components["headers"]["Link"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Sunset: components["headers"]["Sunset"];
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
            410: components["responses"]["Gone"];
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
