/**
 * `npx holdfast import`: places the orders of a file over gRPC, or imports the history of another
 * shop over HTTP.
 */
import {
  type CliCommand,
  CommandError,
  UsageError,
  quoted,
  wholeNumber,
} from '../../command-line/command.ts';

const DEFAULT_PATIENCE_SECONDS = 60;

export const importing: CliCommand = {
  summary:
    'Place the orders of a file over gRPC. A line is {"idempotency_key","order"}; - is standard input. ' +
    'With --history, a line is {"order","records"}: an old order with its dates and records, over HTTP. ' +
    'A repeated import places no order twice.',
  positionals: ['FILE'],
  options: {
    history: { help: 'import orders with their dates, numbers, payments, shipments and refunds' },
    strict: { help: 'with --history: stop at the first order or record that is refused' },
    to: {
      placeholder: 'ADDRESS',
      help:
        'HOST:PORT of gRPC; default: GRPC_PORT, else the server of HOLDFAST_DATA_DIR, else 50051. ' +
        'With --history a URL; default: HOLDFAST_URL, else the server of HOLDFAST_DATA_DIR, else PORT',
    },
    patience: {
      placeholder: 'SECONDS',
      help: `give up after this time without an answer; default ${DEFAULT_PATIENCE_SECONDS}`,
    },
  },
  async run({ positionals: [path = ''], values, flags }, { grpcAccess, httpAccess }) {
    const patienceMs = patienceMsFrom(values['patience']);
    const isStrict = flags.has('strict');
    if (flags.has('history')) {
      const access = await httpAccess(values['to']);
      const { runHistory } = await import('./history/run-history.ts');
      return runHistory({ path, access, patienceMs, isStrict });
    }
    if (isStrict) throw new UsageError('--strict is an option of --history');
    const access = await grpcAccess(addressFrom(values['to']));
    const { address } = access;
    if (address === undefined) {
      throw new CommandError(
        'The server of this data directory does not serve gRPC: its port was taken when it started.\n' +
          'Restart it with another GRPC_PORT, or name another server with --to.',
      );
    }
    // Loading gRPC takes time: other commands do not load it.
    const { importFile } = await import('./import-run.ts');
    return importFile({ path, access, address, patienceMs });
  },
};

function patienceMsFrom(given: string | undefined): number {
  return wholeNumber('--patience', given ?? String(DEFAULT_PATIENCE_SECONDS), 1, 86_400) * 1_000;
}

function addressFrom(given: string | undefined): string | undefined {
  if (given === undefined || /^(?:[\w.-]+|\[[\da-fA-F:.]+\]):\d{1,5}$/.test(given)) return given;
  throw new UsageError(`--to must be HOST:PORT, such as 127.0.0.1:50051, not ${quoted(given)}`);
}
