/** `npx holdfast secrets`: the encryption of secrets at rest. */
import {
  type CliCommand,
  CommandError,
  type CommandGroup,
  UsageError,
  quoted,
  table,
} from '../../command-line/command.ts';
import { activeKeyId, countSecrets } from '../secrets/count-secrets.ts';
import { createKeyring } from '../secrets/keyring.ts';
import { rotateSecrets } from '../secrets/rotate-secrets.ts';

/** Failures that an error lists. */
const LISTED_FAILURES_MAX = 10;

const status: CliCommand = {
  summary: 'Show how many secrets are encrypted, under which keys, and how many are in the clear.',
  async run(_given, { database, secretsKeys }) {
    const { ids } = createKeyring(secretsKeys());
    const pool = await database();
    const active = await activeKeyId(pool);
    const counts = await countSecrets(pool);
    const data = { active_key_id: active, configured_key_ids: ids, secrets: counts };
    const noteOf = (keyId: string | null) =>
      keyId === null ? '-' : ids.includes(keyId) ? 'configured' : 'NOT CONFIGURED';
    const rows = counts.map((each) => [
      each.key_id ?? 'in the clear',
      noteOf(each.key_id),
      String(each.webhook_secrets),
      String(each.earlier_webhook_secrets),
      String(each.instance_secrets),
    ]);
    const text = [
      `new secrets: ${active === null ? 'in the clear' : `under the key ${active}, ${noteOf(active)}`}`,
      `configured keys: ${ids.length === 0 ? 'none (HOLDFAST_SECRETS_KEY is not set)' : ids.join(', ')}`,
      table(['KEY', 'HERE', 'WEBHOOK', 'EARLIER WEBHOOK', 'INSTALLATION'], rows),
    ].join('\n');
    return { text, data };
  },
};

/** @throws {UsageError} not the id of a key */
function keyIdFrom(given: string | undefined): string | undefined {
  if (given === undefined || /^[0-9a-f]{16}$/.test(given)) return given;
  throw new UsageError(
    `--replace must be the id of a key, 16 hexadecimal digits as holdfast secrets status shows it, not ${quoted(given)}`,
  );
}

const rotate: CliCommand = {
  summary: 'Encrypt all secrets under the first key of HOLDFAST_SECRETS_KEY. Every node must have that key.',
  options: {
    replace: {
      placeholder: 'KEY_ID',
      help: 'a lost key: give new values to the secrets under it; cursors and signatures change',
    },
    'to-clear': { help: 'decrypt all secrets instead, before a release that cannot read them' },
  },
  async run({ values, flags }, { database, secretsKeys }) {
    const replace = keyIdFrom(values['replace']);
    const keyring = createKeyring(secretsKeys());
    const target = flags.has('to-clear') ? null : keyring.ids[0];
    if (target === undefined)
      throw new CommandError(
        'Set HOLDFAST_SECRETS_KEY, or HOLDFAST_SECRETS_KEY_FILE, to the key that encrypts secrets.',
      );
    if (replace !== undefined && keyring.ids.includes(replace))
      throw new CommandError(
        `The key ${replace} is configured, so it is not lost. Run this without --replace.`,
      );
    const data = await rotateSecrets(await database(), { keyring, target, replace });
    if (data.failures.length > 0) throw new CommandError(failureText(data.failures));
    const under = target === null ? 'in the clear' : `under the key ${target}`;
    const lost = data.replaced === 0 ? '' : `, ${data.replaced} replaced`;
    return {
      text: `All secrets are ${under}: ${data.rotated} changed${lost}.`,
      data: { key_id: target, rotated: data.rotated, replaced: data.replaced },
    };
  },
};

function failureText(failures: readonly string[]): string {
  const more = failures.length - LISTED_FAILURES_MAX;
  return [
    `${failures.length} secrets do not decrypt and were left as they are; all others were rotated.`,
    ...failures.slice(0, LISTED_FAILURES_MAX).map((failure) => `  ${failure}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    'Add the missing key to HOLDFAST_SECRETS_KEY, behind a comma. If it is lost: --replace KEY_ID. ' +
      'A value that was changed or copied: rotate the secret of its endpoint with previous_secret_hours 0.',
  ].join('\n');
}

export const secrets: CommandGroup = { status, rotate };
