/** `npx holdfast import`: orders of a file, placed over the stream of the internal service. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { ChannelCredentials } from '@grpc/grpc-js';
import { SingleBar } from 'cli-progress';
import { type Command, CommandError, type Service, UsageError, quoted } from '../../command.ts';
import { LogFileError } from '../../store/log-file.ts';
import type { Advice } from '../grpc/advice.ts';
import { FeedError } from '../grpc/feed-orders.ts';
import { pem } from '../grpc/pem.ts';
import { type Line, type WrongLine, readOrders, survey } from './import-file.ts';
import { type Kept, forgetProgress, keepProgress, readProgress, receiverOf } from './import-progress.ts';

const USUAL_PORT = 50_051;
/** Seconds without an answer after which it is given up. */
const PATIENCE = 60;
/** How often the progress is kept and drawn, in ms. */
const KEEP = 1_000;
const DRAW = 200;

export const importing: Command = {
  summary:
    'Place the orders of a file over gRPC, one {"idempotency_key","order"} a line. It may be run again at any time: no order is placed twice.',
  positionals: ['FILE'],
  options: {
    to: {
      placeholder: 'HOST:PORT',
      help: 'the internal service; 127.0.0.1 and GRPC_PORT, or 50051, if left out',
    },
    patience: {
      placeholder: 'SECONDS',
      help: `give up after so long without an answer; ${PATIENCE} if left out`,
    },
  },
  async run({ positionals: [path = ''], values }, { service }) {
    const patience = patienceFrom(values['patience']);
    const access = await service();
    const address = addressFrom(values['to'], access);
    try {
      return await new Import(path, access, address, patience).run();
    } catch (error) {
      if (error instanceof LogFileError || error instanceof FeedError)
        throw new CommandError(error.message, { cause: error });
      throw error;
    }
  },
};

function patienceFrom(given: string | undefined): number {
  const seconds = Number(given ?? PATIENCE);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 86_400) return seconds * 1_000;
  throw new UsageError('--patience: expected whole seconds, 1 to 86400');
}

function addressFrom(given: string | undefined, { host, port }: Service): string {
  if (given === undefined) return `${host.includes(':') ? `[${host}]` : host}:${port ?? USUAL_PORT}`;
  if (/^(?:[\w.-]+|\[[\da-fA-F:.]+\]):\d{1,5}$/.test(given)) return given;
  throw new UsageError(`--to: ${quoted(given)} is not HOST:PORT, such as 127.0.0.1:50051`);
}

/** What became of a line; of a refused one, what is written down. */
type Outcome = { kind: 'placed' | 'replayed' } | { kind: 'refused'; why: object };

/** One run over a file. */
class Import {
  readonly #path: string;
  readonly #access: Service;
  readonly #address: string;
  readonly #patience: number;
  readonly #stopping = new AbortController();
  /** Lines that were read and have no answer, in ascending order. */
  readonly #open = new Set<number>();
  /** Lines that have theirs, while one before them has not. */
  readonly #answered = new Map<number, Outcome>();
  #read = 0;
  #broke = 0;
  #kept: Kept = { file: '', to: '', done: 0, placed: 0, replayed: 0, refused: 0 };

  constructor(path: string, access: Service, address: string, patience: number) {
    this.#path = path;
    this.#access = access;
    this.#address = address;
    this.#patience = patience;
  }

  async run() {
    const started = performance.now();
    const { sha256: file, lines } = await survey(this.#path);
    const to = receiverOf(this.#address, this.#access.apiKey);
    const before = await readProgress(this.#path, file, to);
    this.#kept = before ?? { ...this.#kept, file, to };
    this.#read = this.#kept.done;
    const begin = this.#kept.done;

    const refusedFile = `${this.#path}.refused.ndjson`;
    const refusals = createWriteStream(refusedFile, { flags: before ? 'a' : 'w' });
    const drawn = this.#draw(lines);
    const settle = () => this.#settle((why) => refusals.write(`${JSON.stringify(why)}\n`));
    const keeping = setInterval(() => {
      settle();
      void keepProgress(this.#path, this.#kept);
    }, KEEP);
    const stop = () => this.#stopping.abort();
    process.on('SIGINT', stop).on('SIGTERM', stop);
    try {
      await this.#feed(begin);
    } finally {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      clearInterval(keeping);
      settle();
      await finished(refusals.end());
      await keepProgress(this.#path, this.#kept);
      drawn();
    }
    const { placed, replayed, refused, done } = this.#kept;
    if (this.#stopping.signal.aborted) {
      throw new CommandError(`Stopped behind line ${done} of ${lines}. The same command goes on from there.`);
    }
    await forgetProgress(this.#path);
    if (refused > 0) process.exitCode = 1;
    else await rm(refusedFile, { force: true });
    const seconds = (performance.now() - started) / 1_000;
    const again = begin > 0 ? `, of which ${begin} by runs before` : '';
    return {
      text: [
        `${lines} lines${again}: ${placed} orders placed, ${replayed} had been placed before, ${refused} refused. ${seconds.toFixed(1)} s.`,
        ...(this.#broke > 0 ? [`The connection broke ${this.#broke} times and was taken up again.`] : []),
        ...(refused > 0 ? [`What was refused, and why: ${refusedFile}`] : []),
      ].join('\n'),
      data: {
        lines,
        placed,
        replayed,
        refused,
        interruptions: this.#broke,
        seconds: Number(seconds.toFixed(3)),
      },
    };
  }

  async #feed(begin: number): Promise<void> {
    // Other commands do not pay for the load.
    const [{ Metadata }, { OrderServiceClient }, { feedOrders }, { adviceOf }, { statusOf }] =
      await Promise.all([
        import('@grpc/grpc-js'),
        import('../grpc/generated/orders.ts'),
        import('../grpc/feed-orders.ts'),
        import('../grpc/advice.ts'),
        import('../grpc/status.ts'),
      ]);
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${this.#access.apiKey}`);
    if (this.#access.token !== undefined) metadata.set('holdfast-token', this.#access.token);
    const client = new OrderServiceClient(this.#address, await credentials(this.#access), {
      'grpc.max_reconnect_backoff_ms': 5_000,
    });

    const refused = ({ line, idempotency_key }: Line | WrongLine, { code, detail, fields }: Advice) => {
      const why = { line, idempotency_key, code, detail, ...(fields.length > 0 && { fields }) };
      this.#answer(line, { kind: 'refused', why });
    };
    const { signal } = this.#stopping;
    const note = (line: number) => {
      this.#read = line;
      this.#open.add(line);
    };
    async function* orders(path: string): AsyncGenerator<Line> {
      for await (const line of readOrders(path, begin)) {
        if (signal.aborted) return;
        note(line.line);
        if ('problem' in line) refused(line, adviceOf(statusOf(line.problem, '')));
        else yield line;
      }
    }
    try {
      await feedOrders(orders(this.#path), {
        client,
        metadata,
        signal,
        patience: this.#patience,
        answered: (line, outcome) => {
          if ('refused' in outcome) return refused(line, outcome.refused);
          this.#answer(line.line, { kind: outcome.placed.replayed ? 'replayed' : 'placed' });
        },
        broke: ({ detail }) => {
          this.#broke += 1;
          process.stderr.write(`\n${detail} Going on.\n`);
        },
      });
    } finally {
      client.close();
    }
  }

  #answer(line: number, outcome: Outcome): void {
    this.#open.delete(line);
    this.#answered.set(line, outcome);
  }

  /** Takes account of every line up to the first one without an answer: the next run begins there, and counts what is beyond. */
  #settle(refuse: (why: object) => void): void {
    const [first] = this.#open;
    const done = first === undefined ? this.#read : first - 1;
    for (const [line, outcome] of this.#answered) {
      if (line > done) continue;
      this.#answered.delete(line);
      this.#kept[outcome.kind] += 1;
      if (outcome.kind === 'refused') refuse(outcome.why);
    }
    this.#kept.done = done;
  }

  /** @returns draws for the last time */
  #draw(lines: number): () => void {
    const bar = new SingleBar({
      format: '{bar} {percentage}%  {value} of {total} lines{pace}',
      stream: process.stderr,
      noTTYOutput: true,
      notTTYSchedule: 5_000,
      hideCursor: true,
      barsize: 24,
    });
    const since = performance.now();
    const begin = this.#kept.done;
    const draw = () => {
      const answered = this.#read - this.#open.size;
      const rate = ((answered - begin) / (performance.now() - since)) * 1_000;
      const left = Math.ceil((lines - answered) / rate);
      const pace = rate === 0 ? '' : `  ${Math.round(rate)}/s  ${left} s left`;
      bar.update(answered, { pace });
    };
    bar.start(lines, begin, { pace: '' });
    const drawing = setInterval(draw, DRAW);
    return () => {
      clearInterval(drawing);
      draw();
      bar.stop();
    };
  }
}

async function credentials({ ca, cert, key }: Service): Promise<ChannelCredentials> {
  const { credentials } = await import('@grpc/grpc-js');
  if (ca === undefined && cert === undefined) return credentials.createInsecure();
  return credentials.createSsl(
    ca === undefined ? null : await pem('HOLDFAST_GRPC_CA', ca),
    key === undefined ? null : await pem('HOLDFAST_GRPC_KEY', key),
    cert === undefined ? null : await pem('HOLDFAST_GRPC_CERT', cert),
  );
}
