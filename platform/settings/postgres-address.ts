/** What `DATABASE_URL` may hold beside host, role and database. */
import { accessSync, constants } from 'node:fs';

/** Slonik and pg read these modes alike. `require` verifies as `verify-full` does. */
const SSL_MODES = ['disable', 'require', 'verify-full', 'no-verify'];
const SSL_FILES = ['sslrootcert', 'sslcert', 'sslkey'];
/** pg follows these parameters, Slonik does not: connections of one process would differ. */
const REFUSED_PARAMETERS = ['host', 'port', 'user', 'password', 'sslnegotiation', 'uselibpqcompat'];

/** What is wrong with the parameters of the URL; empty when nothing is. Holds no value of it. */
export function faultsOfPostgresAddress({ hostname, searchParams }: URL): string[] {
  const given = (name: string) => searchParams.has(name);
  const mode = searchParams.get('sslmode');
  const faults: string[] = [];
  if (mode !== null && !SSL_MODES.includes(mode))
    faults.push(`sslmode must be one of ${SSL_MODES.join(', ')}`);
  if (given('ssl')) faults.push('use sslmode=require instead of ssl');
  const refused = REFUSED_PARAMETERS.filter((name) => given(name) && (name !== 'host' || hostname !== ''));
  if (refused.length > 0) faults.push(`remove the parameters ${refused.join(', ')}`);
  const files = SSL_FILES.filter(given);
  if (files.length > 0 && (mode ?? 'disable') === 'disable')
    faults.push(`${files.join(', ')} requires sslmode`);
  if (given('sslcert') !== given('sslkey')) faults.push('sslcert and sslkey must be set together');
  return faults.concat(
    files
      .filter((name) => !isReadable(searchParams.get(name)!))
      .map((name) => `the file of ${name} cannot be read`),
  );
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
