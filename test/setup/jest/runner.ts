/**
 * Runs test files in processes: jest-light-runner, with a correction. A process asks for its
 * settings when it has started; the runner sends them to all processes that have not asked yet, and
 * forgets those. One that starts later than another loses them so, and waits for ever: `npm test`
 * hung on a busy machine. Here each process has a channel of its own.
 */
import { createRunner } from 'jest-light-runner';
import { Tinypool } from 'tinypool';

type Channel = NonNullable<NonNullable<Parameters<Tinypool['run']>[1]>['channel']>;

function ownChannel(shared: Channel): Channel {
  let listener: Parameters<NonNullable<Channel['onMessage']>>[0] | undefined;
  return {
    onMessage(given) {
      listener = given;
    },
    postMessage(message) {
      // The listener of no other process is registered at this moment.
      if (listener !== undefined) shared.onMessage?.(listener);
      shared.postMessage?.(message);
    },
  };
}

const run = Tinypool.prototype.run;
Tinypool.prototype.run = function runWithOwnChannel(task, options) {
  const channel = options?.channel;
  return run.call(this, task, channel === undefined ? options : { ...options, channel: ownChannel(channel) });
};

export default createRunner();
