/** `npx holdfast login`, `logout`, `contexts`: the servers that commands call, with their keys. */
import {
  type CliCommand,
  CommandError,
  type CommandGroup,
  UsageError,
  table,
} from '../../command-line/command.ts';
import {
  type Context,
  contextName,
  contextNamed,
  contextsFile,
  readContexts,
  writeContexts,
} from '../../command-line/contexts.ts';
import { readSecret } from '../../command-line/secret-input.ts';
import { serverUrl } from '../../command-line/server-url.ts';
import { API_KEY_SYNTAX, loadConfig } from '../../platform/config.ts';

/** As in lists of keys: `hf_test_abcd`. */
const PREFIX_CHARACTERS = 12;

const shownKey = ({ apiKey }: Context) => ({
  mode: apiKey.startsWith('hf_test_') ? 'test' : 'live',
  key_prefix: apiKey.slice(0, PREFIX_CHARACTERS),
});

/** Whether a key travels encrypted, or does not leave this machine. */
const isProtected = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
};

export const login: CliCommand = {
  summary: 'Check an API key at a server, and keep both as a context for later commands.',
  positionals: ['URL'],
  options: {
    name: { placeholder: 'NAME', help: 'name of the context; default: host and port of the URL' },
    key: { placeholder: '-', help: 'read the key from standard input; default: ask on the terminal' },
    insecure: { help: 'allow http:// to another machine' },
  },
  async run({ positionals: [given = ''], values, flags }) {
    const url = serverUrl(given, 'URL');
    if (!isProtected(url) && !flags.has('insecure'))
      throw new UsageError(
        `${url} is another machine without TLS: anyone on the way can read the key. ` +
          'Use https://, or add --insecure in a network that you trust.',
      );
    const name = contextName(values['name'] ?? new URL(url).host, '--name');
    const apiKey = await readSecret(values['key'], '--key', `API key for ${url}: `);
    if (!API_KEY_SYNTAX.test(apiKey))
      throw new UsageError('The key must begin with hf_test_ or hf_live_ and have 32 to 128 characters.');
    const { requireValidKey } = await import('../client/valid-key.ts');
    await requireValidKey(url, apiKey);
    const folder = loadConfig().settingsDir;
    const { all } = await readContexts(folder);
    const context = { name, url, apiKey };
    await writeContexts(folder, {
      current: name,
      all: [...all.filter((each) => each.name !== name), context],
    });
    const shown = shownKey(context);
    return {
      data: { name, url, ...shown },
      text:
        `Logged in to ${url} as context ${name}, with the ${shown.mode} key ${shown.key_prefix}….\n` +
        `Commands call this server now. The key is in ${contextsFile(folder)}.`,
    };
  },
};

export const logout: CliCommand = {
  summary: 'Delete a context with its key. The key stays valid at the server.',
  positionals: ['[NAME]'],
  async run({ positionals: [given] }) {
    const folder = loadConfig().settingsDir;
    const contexts = await readContexts(folder);
    const wanted = given ?? contexts.current;
    if (wanted === undefined) throw new CommandError('No context is in use. See npx holdfast contexts list');
    const { name, url } = contextNamed(contexts, wanted);
    const current = contexts.current === name ? undefined : contexts.current;
    await writeContexts(folder, { current, all: contexts.all.filter((each) => each.name !== name) });
    return {
      data: { name, url },
      text:
        `Deleted context ${name} (${url}). Its key stays valid. ` +
        'To revoke it at the server: npx holdfast keys revoke KEY_ID',
    };
  },
};

const list: CliCommand = {
  summary: 'List the contexts. A star marks the one in use.',
  async run() {
    const { current, all } = await readContexts(loadConfig().settingsDir);
    const data = all.map((each) => {
      const { mode, key_prefix } = shownKey(each);
      return { name: each.name, url: each.url, mode, key_prefix, in_use: each.name === current };
    });
    const rows = data.map((each) => [
      each.in_use ? '*' : '',
      each.name,
      each.url,
      each.mode,
      `${each.key_prefix}…`,
    ]);
    const text =
      rows.length === 0
        ? 'No contexts yet. To make one: npx holdfast login URL'
        : table(['', 'NAME', 'URL', 'MODE', 'KEY'], rows);
    return { data, text };
  },
};

const use: CliCommand = {
  summary: 'Use a context for the next commands.',
  positionals: ['NAME'],
  async run({ positionals: [given = ''] }) {
    const folder = loadConfig().settingsDir;
    const contexts = await readContexts(folder);
    const { name, url } = contextNamed(contexts, given);
    await writeContexts(folder, { ...contexts, current: name });
    return { data: { name, url }, text: `Commands call ${url} now.` };
  },
};

export const contexts: CommandGroup = { list, use };
