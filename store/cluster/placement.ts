/** Where tables and functions are on Citus. Other tables stay on the coordinator. */

/** Placed by their partition. The first one decides, the others follow it. */
export const PARTITIONED: readonly string[] = [
  'log_heads',
  'events',
  'checkpoints',
  'log_epochs',
  'event_kinds',
  'log_tiles',
  'log_trees',
  'log_rewrites',
  'log_restarts',
  'order_snapshots',
  'order_series',
  'orders',
  'order_terms',
  'customer_totals',
  'daily_sales',
  'sales',
  'projection_faults',
  'projection_skips',
  'customer_keys',
  'personal_terms',
  'personal_progress',
];

/** On each node: the append reads it. A write of it is a two-phase commit. */
export const REFERENCE: readonly string[] = ['personal_state'];

/**
 * Functions whose first argument is a partition: the worker that has it runs them.
 *
 * `plansEachCall`: a kept plan of Citus has no partition yet, and it finds none for statements that
 * are more than a look-up in one table.
 */
export const DELEGATED: readonly { name: string; plansEachCall: boolean }[] = [
  { name: 'append_event', plansEachCall: true },
  { name: 'append_events', plansEachCall: true },
  { name: 'append_sealed_events', plansEachCall: false },
  { name: 'use_personal_keys', plansEachCall: false },
  { name: 'note_personal_term', plansEachCall: false },
  { name: 'log_epoch_reason', plansEachCall: false },
  { name: 'start_log_epoch', plansEachCall: false },
  { name: 'is_lost_position', plansEachCall: false },
  { name: 'log_lag', plansEachCall: false },
  { name: 'rewrite_event_data', plansEachCall: false },
  { name: 'add_order_rows', plansEachCall: true },
];
