/**
 * node attacker.ts ABUSE TARGET
 *
 * Runs one abuse until it is killed, at the lowest priority: what the abuse costs its own client
 * must not slow the services on the same core. Prints a line when the abuse has begun.
 */
import { constants, setPriority } from 'node:os';
import { whenNpmIsGone } from '../../ops/embedded/npm-parent.ts';
import type { Target } from './abuse.ts';
import { ABUSES } from './abuses/all.ts';

const [name, target] = process.argv.slice(2) as [string, string];
setPriority(constants.priority.PRIORITY_LOW);
whenNpmIsGone(() => process.exit());
await ABUSES.find((abuse) => abuse.name === name)!.begin(JSON.parse(target) as Target);
process.stdout.write('begun\n');
