/** Preloaded into a command: reports at its end which packages of npm it has loaded. */
import { registerHooks } from 'node:module';

const packages = new Set<string>();
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(resolved.url) ?? [];
    if (name !== undefined) packages.add(name);
    return resolved;
  },
});
process.on('exit', () => process.stderr.write(`packages: ${[...packages].join(' ')}\n`));
