-- The list of version 2 picks by how an order is paid and by how it is fulfilled. Both follow from the row's document; they are worked out by
-- these functions, in indexes, rather than kept in columns, so that rows of a node of the release before have them too, and no row
-- has to be rewritten. domain/order/statuses.ts says the same; a test holds the two together.

CREATE FUNCTION order_payment_status(document text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
  members  json   := document::json;
  total    bigint := (members ->> 'total')::bigint;
  paid     bigint := (members ->> 'amount_paid')::bigint;
  refunded bigint := (members ->> 'amount_refunded')::bigint;
BEGIN
  RETURN CASE
    WHEN refunded > 0 AND refunded = paid THEN 'refunded'
    WHEN refunded > 0 THEN 'partially_refunded'
    WHEN paid = total THEN 'paid'
    WHEN paid = 0 THEN 'unpaid'
    ELSE 'partially_paid'
  END;
END;
$$;

CREATE FUNCTION order_fulfillment_status(status text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
BEGIN
  RETURN CASE WHEN status IN ('placed', 'paid') THEN 'unfulfilled' ELSE status END;
END;
$$;

CREATE INDEX orders_by_payment_status ON orders (tenant_id, order_payment_status(document), placed_position);
CREATE INDEX orders_by_fulfillment_status ON orders (tenant_id, order_fulfillment_status(status), placed_position);
