/** The orders of a subject in the read table. */
import { type FragmentSqlToken, sql } from 'slonik';
import type { Subject } from '../../domain/personal/subject.ts';
import { toUuid } from '../ids.ts';
import { erasureOf } from './erasure-request.ts';

/** The condition on rows of `orders` of one tenant. */
export function isOrderOf(subject: Subject): FragmentSqlToken {
  const { customer_id, erased_order_id } = erasureOf(subject);
  if (customer_id !== null) return sql.fragment`customer_id = ${customer_id}`;
  return erased_order_id === null
    ? sql.fragment`true`
    : sql.fragment`order_id = ${toUuid(erased_order_id)}::uuid`;
}
