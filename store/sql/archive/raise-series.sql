-- Raises series to the next numbers $4; a start and a width that an operator has set stay.
INSERT INTO order_series AS known (partition, tenant_id, series, next_number, width)
SELECT *
  FROM unnest($1::integer[], $2::uuid[], $3::text[], $4::bigint[], $5::integer[])
    ON CONFLICT (partition, tenant_id, series) DO UPDATE
   SET next_number = greatest(known.next_number, excluded.next_number),
       width = greatest(known.width, excluded.width)
