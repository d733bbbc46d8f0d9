/** A number that is none is told in words, with what was given, before anything else is done. */
import { expect, test } from '@jest/globals';
import { importing } from '../../api/cli/import.ts';
import {
  type Command,
  type CommandContext,
  type UsageError,
  wholeNumber,
} from '../../command-line/command.ts';
import { projections } from '../../projections/cli/projections.ts';
import { webhookSink as sink } from '../../workers/cli/webhook-sink.ts';

const context: CommandContext = {
  database: () => Promise.reject(new Error('it asked for the database')),
  service: () => Promise.reject(new Error('it asked for the service')),
  write: () => Promise.reject(new Error('it wrote')),
};

const { skip } = projections.commands;
test.each<[option: string, given: string, words: string, command: Command]>([
  ['position', 'two', "--position must be a whole number, not 'two'; from 0 to 999999999999999", skip!],
  ['position', '1.5', "--position must be a whole number, not '1.5'; from 0 to 999999999999999", skip!],
  ['partition', '-1', "--partition must be a whole number, not '-1'; from 0 to 1023", skip!],
  ['partition', '4000000000', '--partition must be from 0 to 1023, not 4000000000', skip!],
  ['port', 'http', "--port must be a whole number, not 'http'; from 0 to 65535", sink],
  ['port', '70000', '--port must be from 0 to 65535, not 70000', sink],
  ['status', '', "--status must be a whole number, not ''; from 200 to 599", sink],
  ['patience', '1e3', "--patience must be a whole number, not '1e3'; from 1 to 86400", importing],
  ['patience', '0', '--patience must be from 1 to 86400, not 0', importing],
  [
    'patience',
    `hf_live_${'x'.repeat(32)}`,
    "--patience must be a whole number, not 'hf_live_…'; from 1 to 86400",
    importing,
  ],
])('--%s %j: %s', async (option, given, words, command) => {
  const values = { position: '1', reason: 'x', [option]: given };
  const run = async () => command.run({ positionals: ['orders'], values, flags: new Set() }, context);
  const error = (await run().catch((thrown: unknown) => thrown)) as UsageError;
  expect([error.name, error.message]).toEqual(['UsageError', words]);
});

test('one that is, is taken', () => {
  expect([wholeNumber('--n', '0', 0, 5), wholeNumber('--n', '5', 0, 5)]).toEqual([0, 5]);
});
