import { PROJECTIONS } from '../projections/registry.ts';
import { WEBHOOKS_CONSUMER } from '../store/webhooks/relay-batch.ts';

/** Names of all consumers of the log. Each has a checkpoint a partition. */
export const CONSUMERS: readonly string[] = [...PROJECTIONS.map(({ name }) => name), WEBHOOKS_CONSUMER];
