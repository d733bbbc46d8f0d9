/**
 * Tests run in bare Node, which loads each module once for all the files of a worker: loading and
 * compiling the server anew for each file took half of the suite's time. `@jest/globals` refuses to
 * load outside Jest's own sandbox, so its name leads to the functions of the runner.
 */
import { registerHooks } from 'node:module';

const GLOBALS = new URL('./globals.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals' ? { url: GLOBALS, shortCircuit: true } : next(specifier, context),
});
