/** The folder that keeps what `npx holdfast` knows of its user. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** @param configHome XDG_CONFIG_HOME; the XDG specification ignores a relative path */
export const userFolder = (configHome: string | undefined): string =>
  join(
    configHome !== undefined && isAbsolute(configHome) ? configHome : join(homedir(), '.config'),
    'holdfast',
  );
