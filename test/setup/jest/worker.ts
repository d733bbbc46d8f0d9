/**
 * Prepares a process that runs test files.
 *
 * Tests run in bare Node, which loads each module once for all the files of a process: loading and
 * compiling the server for each file took half of the suite's CPU time. `@jest/globals` refuses to
 * load outside Jest's own sandbox, so its name leads to the functions of the runner.
 */
import { registerHooks } from 'node:module';
import { commandOf, treeOf } from '../processes/process-tree.ts';

const GLOBALS = new URL('./globals.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals' ? { url: GLOBALS, shortCircuit: true } : next(specifier, context),
});

// The run has ended, or was killed. A handle that a test left open must not keep its process.
process.on('disconnect', () => process.exit());

process.on('exit', () => {
  for (const pid of treeOf(process.pid).slice(1)) {
    process.stderr.write(`A test left a process running, which is killed now: ${commandOf(pid)}\n`);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }
});
