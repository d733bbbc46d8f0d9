/** A thread of a verification: checks rows as they come (verify-log.ts). */
import { parentPort } from 'node:worker_threads';
import { type Rows, checkRows } from './check-rows.ts';

parentPort!.on('message', (rows: Rows) => parentPort!.postMessage(checkRows(rows)));
