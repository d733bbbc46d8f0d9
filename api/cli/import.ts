/** `npx holdfast import`: orders of a file, placed over the stream of the internal service. */
import {
  type CliCommand,
  CommandError,
  UsageError,
  quoted,
  wholeNumber,
} from '../../command-line/command.ts';

/** Seconds of trouble after which it is given up. */
const PATIENCE = 60;

export const importing: CliCommand = {
  summary:
    'Place the orders of a file over gRPC, one {"idempotency_key","order"} a line; - is standard input. It may be run again at any time: no order is placed twice.',
  positionals: ['FILE'],
  options: {
    to: {
      placeholder: 'HOST:PORT',
      help: 'the internal service; if left out GRPC_PORT, else that of the Holdfast that runs here, else 50051',
    },
    patience: {
      placeholder: 'SECONDS',
      help: `give up after so long without a server that answers; ${PATIENCE} if left out`,
    },
  },
  async run({ positionals: [path = ''], values }, { grpcAccess }) {
    const patience = patienceFrom(values['patience']);
    const to = addressFrom(values['to']);
    const access = await grpcAccess();
    const address = to ?? access.address;
    if (address === undefined) {
      throw new CommandError(
        'The Holdfast that runs here does not serve gRPC: its port was taken when it started.\n' +
          'Start it with another GRPC_PORT, or name the address of another one with --to.',
      );
    }
    // Other commands do not pay for the load.
    const { importFile } = await import('./import-run.ts');
    return importFile({ path, access, address, patience });
  },
};

function patienceFrom(given: string | undefined): number {
  return wholeNumber('--patience', given ?? String(PATIENCE), 1, 86_400) * 1_000;
}

function addressFrom(given: string | undefined): string | undefined {
  if (given === undefined || /^(?:[\w.-]+|\[[\da-fA-F:.]+\]):\d{1,5}$/.test(given)) return given;
  throw new UsageError(`--to: ${quoted(given)} is not HOST:PORT, such as 127.0.0.1:50051`);
}
