/** `npx holdfast personal`: the master key of personal data, and what was stored before it. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CliCommand,
  type CliContext,
  CommandError,
  type CommandGroup,
  table,
} from '../../command-line/command.ts';
import { createPersonalData } from '../personal/personal-data.ts';
import { personalStatus, rotateMaster } from '../personal/rotate-master.ts';
import { sealStored } from '../personal/seal-stored.ts';
import { createKeyring } from '../secrets/keyring.ts';

/** Every node has looked at the active key by then. */
const ACTIVATION_MS = 1_000;

export const personalKeyring = ({ personalKeys }: Pick<CliContext, 'personalKeys'>) =>
  createKeyring(personalKeys(), 'personal');

/** @throws {CommandError} there is no master key */
function requiredKeyring(context: CliContext) {
  const keyring = personalKeyring(context);
  if (keyring.ids.length > 0) return keyring;
  throw new CommandError('Set HOLDFAST_PERSONAL_KEY to the master key that seals personal data.');
}

const status: CliCommand = {
  summary: 'Show whether personal data is sealed, and under which master keys.',
  async run(_given, context) {
    const { ids } = personalKeyring(context);
    const data = await personalStatus(await context.database());
    const noteOf = (keyId: string) => (ids.includes(keyId) ? 'configured' : 'NOT CONFIGURED');
    const rows = data.master_keys.map(({ key_id, data_keys, search_keys }) => [
      key_id,
      noteOf(key_id),
      String(data_keys),
      String(search_keys),
    ]);
    const text = [
      `new personal data: ${data.key_id === null ? 'in the clear' : `sealed under the master key ${data.key_id}, ${noteOf(data.key_id)}`}`,
      `older personal data: ${data.is_all_sealed ? 'sealed' : 'not all sealed: npx holdfast personal seal'}`,
      `erasures: ${data.erasures}`,
      table(['MASTER KEY', 'HERE', 'DATA KEYS', 'SEARCH KEYS'], rows),
    ].join('\n');
    return { text, data };
  },
};

const rotate: CliCommand = {
  summary: 'Seal all data keys under the first key of HOLDFAST_PERSONAL_KEY. Every node must have that key.',
  async run(_given, context) {
    const keyring = requiredKeyring(context);
    const rotated = await rotateMaster(await context.database(), keyring);
    const [key_id] = keyring.ids;
    return {
      text: `Personal data is sealed under the master key ${key_id}: ${rotated} keys changed.`,
      data: { key_id, rotated },
    };
  },
};

const seal: CliCommand = {
  summary: 'Seal personal data that was stored in the clear. Run it again if it was interrupted.',
  async run(_given, context) {
    const keyring = requiredKeyring(context);
    const pool = await context.database();
    const personal = createPersonalData(pool, keyring);
    if (!(await personal.isSealing()))
      throw new CommandError('No master key is active. First run: npx holdfast personal rotate');
    await delay(ACTIVATION_MS);
    const sealed = await sealStored(pool, personal);
    return {
      text:
        `Sealed ${sealed} events. Dead rows, the write-ahead log and older backups still hold clear values: ` +
        'see the page privacy.',
      data: { sealed },
    };
  },
};

export const personal: CommandGroup = { status, rotate, seal };
