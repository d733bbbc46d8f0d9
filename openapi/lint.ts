/**
 * npm run openapi:lint: lints every contract of this folder.
 *
 * Exit code 0: no faults. 1: faults. 2: a contract is unreadable.
 */
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { lintContract } from './lint/engine.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const names = (await readdir(folder)).filter((name) => /^v\d+\.yaml$/.test(name)).sort();
const print = (text: string) => process.stdout.write(`${text}\n`);

try {
  let count = 0;
  for (const name of names) {
    const faults = await lintContract(await readFile(`${folder}${name}`, 'utf8'), `${folder}${name}`);
    for (const { line, pointer, rule, message } of faults) {
      print(`openapi/${name}:${line}  ${rule}\n  ${pointer}\n  ${message}\n`);
    }
    count += faults.length;
  }
  print(`${names.join(', ')}: ${count === 0 ? 'no faults' : `${count} faults`}`);
  process.exitCode = count === 0 ? 0 : 1;
} catch (error) {
  print(`Unreadable contract: ${(error as Error).message}`);
  process.exitCode = 2;
}
