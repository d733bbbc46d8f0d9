/** `npx holdfast import`: places the orders of a file over gRPC. */
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
    'A repeated import places no order twice.',
  positionals: ['FILE'],
  options: {
    to: {
      placeholder: 'HOST:PORT',
      help: 'gRPC address; default: GRPC_PORT, else the server of HOLDFAST_DATA_DIR, else 50051',
    },
    patience: {
      placeholder: 'SECONDS',
      help: `give up after this time without an answer; default ${DEFAULT_PATIENCE_SECONDS}`,
    },
  },
  async run({ positionals: [path = ''], values }, { grpcAccess }) {
    const patienceMs = patienceMsFrom(values['patience']);
    const to = addressFrom(values['to']);
    const access = await grpcAccess();
    const address = to ?? access.address;
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
