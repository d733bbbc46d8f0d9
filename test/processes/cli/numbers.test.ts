/** An invalid number is refused with the given value, before the command starts. */
import { expect, test } from '@jest/globals';
import { importing } from '../../../api/cli/import.ts';
import {
  type CliCommand,
  type CliContext,
  type UsageError,
  wholeNumber,
} from '../../../command-line/command.ts';
import { projections } from '../../../projections/cli/projections.ts';
import { webhookSink as sink } from '../../../workers/cli/webhook-sink.ts';

const context: CliContext = {
  database: () => Promise.reject(new Error('it asked for the database')),
  grpcAccess: () => Promise.reject(new Error('it asked for the service')),
  httpAccess: () => Promise.reject(new Error('it asked for the service')),
  secretsKeys: () => [],
  personalKeys: () => [],
  erasuresFile: () => undefined,
  write: () => Promise.reject(new Error('it wrote')),
};

const { skip } = projections;
test.each<[option: string, given: string, words: string, command: CliCommand]>([
  ['position', 'two', '--position must be a whole number from 0 to 999999999999999, not "two"', skip!],
  ['position', '1.5', '--position must be a whole number from 0 to 999999999999999, not "1.5"', skip!],
  ['partition', '-1', '--partition must be a whole number from 0 to 1023, not "-1"', skip!],
  ['partition', '4000000000', '--partition must be a whole number from 0 to 1023, not 4000000000', skip!],
  ['port', 'http', '--port must be a whole number from 0 to 65535, not "http"', sink],
  ['port', '70000', '--port must be a whole number from 0 to 65535, not 70000', sink],
  ['status', '', '--status must be a whole number from 200 to 599, not ""', sink],
  ['patience', '1e3', '--patience must be a whole number from 1 to 86400, not "1e3"', importing],
  ['patience', '0', '--patience must be a whole number from 1 to 86400, not 0', importing],
  [
    'patience',
    `hf_live_${'x'.repeat(32)}`,
    '--patience must be a whole number from 1 to 86400, not "hf_live_…"',
    importing,
  ],
])('--%s %j: %s', async (option, given, words, command) => {
  const values = { position: '1', reason: 'x', [option]: given };
  const run = async () => command.run({ positionals: ['orders'], values, flags: new Set() }, context);
  const error = (await run().catch((thrown: unknown) => thrown)) as UsageError;
  expect([error.name, error.message]).toEqual(['UsageError', words]);
});

test('a valid number is accepted', () => {
  expect([wholeNumber('--n', '0', 0, 5), wholeNumber('--n', '5', 0, 5)]).toEqual([0, 5]);
});
